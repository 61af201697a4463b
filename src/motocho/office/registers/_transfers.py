"""Claims that go to somebody else: who may buy, what buyer and debtor are told [債権譲渡].

paper = notice_of(cursor, key, buyer, on)            what the buyer is to be told, whole
transfer(cursor, key, Sale(…), made)                 with the notice, and to a listed buyer alone
tell_debtor(cursor, key, Told(…), actor, at)
check_standing(cursor, key, on)                      whether the buyer may ask the debtor
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

import orjson
from django.db import IntegrityError, transaction

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.loans import commands, queries
from motocho.loans.commands import Key, Made
from motocho.office.registers._books import book_of
from motocho.office.registers._clocks import refusal
from motocho.office.registers._duties import Kind, Matter, note_report
from motocho.units.errors import Fault, RefusedError

APPLIES = (
    "12条の7", "16条の2第3項・第4項", "16条の3", "17条(6項を除く)", "18条", "19条", "19条の2",
    "20条", "20条の2", "21条", "22条", "24条1項", "24条の6の10",
)  # fmt: skip
"""The articles of 貸金業法 that bind the buyer too, with their penalties · 24条1項."""


class Way(Enum):
    """How the debtor knows [対抗要件] · 民法467条1項."""

    NOTICE = "notice"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Sale:
    """To whom a claim goes, and when the buyer had the notice in writing [譲渡]."""

    buyer_id: str
    noticed_on: date
    notice_ref: str


def notice_of(cursor: Any, key: Key, buyer_id: str, on: date) -> dict[str, Any]:
    """What the buyer of a claim is told in writing [譲受人への通知] · ASGN-001.

    Law       貸金業法24条1項; 施行規則21条1項: where the claim comes from, the contract's items
              (the papers that state them, each with its digest), the day, the amount, what binds.
    """
    stands = queries.position(cursor, key, on)
    book = book_of(cursor, key, on).document()
    return {
        "origin": "当該債権は、貸金業者の貸付けに係る契約に基づいて発生したものです。",
        "member_number": book["member_number"],
        "agreement": key.agreement_id,
        "buyer": buyer_id,
        "transferred_on": on.isoformat(),
        "principal_yen": stands.principal_yen,
        "claim_yen": stands.payoff_yen,
        "opened_on": book["opened_on"],
        "terms": book["terms"],
        "papers": book["papers"],
        "book_digest": book["digest"],
        "applies": [f"貸金業法{article}" for article in APPLIES],
    }


def transfer(cursor: Any, key: Key, sale: Sale, made: Made) -> dict[str, Any]:
    """A claim goes to a listed buyer who had the notice; gives the notice [債権譲渡] · ASGN-001.

    The account takes no more postings (`loans.commands.assign`), and the report to the authority
    stands with its last day (ASGN-002).

    Raises    RefusedError for who is no listed buyer that day, or had no notice by then.
    Exact     one transaction: the claim goes with its papers, or it stays.
    Law       貸金業法24条1項, 3項; 施行規則21条.
    """
    paper = notice_of(cursor, key, sale.buyer_id, made.business_on)
    try:
        with transaction.atomic():
            cursor.execute(
                "INSERT INTO office_transfer (member_id, agreement_id, buyer_id, transferred_on,"
                " claim_yen, principal_yen, notice, noticed_on, notice_ref, actor, noted_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    *key, sale.buyer_id, made.business_on, paper["claim_yen"],
                    paper["principal_yen"], orjson.dumps(paper).decode(), sale.noticed_on,
                    sale.notice_ref, made.actor, made.booked_at,
                ),
            )  # fmt: skip
    except IntegrityError:
        law = "貸金業法24条1項"
        refused = refusal("ASGN-001", "REG-016", law, buyer=sale.buyer_id)
        raise RefusedError(refused.fault()) from None
    commands.assign(cursor, key, made)
    about = f"{key.member_id}/{key.agreement_id}"
    matter = Matter(Kind.CLAIM_TRANSFER, about, made.business_on)
    note_report(cursor, matter, made.actor, made.booked_at)
    return paper


@dataclass(frozen=True, slots=True)
class Told:
    """That the debtor was told by us, or consented [債務者への通知・承諾]."""

    way: Way
    reached_on: date
    has_fixed_date: bool
    ref: str


def tell_debtor(cursor: Any, key: Key, told: Told, actor: str, at: datetime) -> None:
    """Write down that the debtor knows, once for each way [通知・承諾の記録] · ASGN-003.

    Raises    RefusedError for a claim that went to nobody.
    """
    try:
        with transaction.atomic():
            cursor.execute(
                "INSERT INTO office_transfer_told (member_id, agreement_id, way, reached_on,"
                " has_fixed_date, ref, actor, noted_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (*key, told.way.value, told.reached_on, told.has_fixed_date, told.ref, actor, at),
            )
            is_new = cursor.rowcount == 1
    except IntegrityError:
        raise RefusedError(Fault("REG-017")) from None
    if is_new:
        subject = {"agreement": key.agreement_id, "way": told.way.value}
        journal.write(cursor, [Happening(key.member_id, "transfer_told", actor, at, subject)])


@dataclass(frozen=True, slots=True)
class Transfer:
    """A claim that went, and how the debtor knows [譲渡の記録]."""

    key: Key
    buyer_id: str
    transferred_on: date
    claim_yen: int
    ways: tuple[Way, ...]
    has_fixed_date: bool


def transfers(cursor: Any) -> list[Transfer]:
    """Claims that went, those whose debtor knows nothing yet first [譲渡の一覧]."""
    cursor.execute(
        "SELECT t.member_id, t.agreement_id, t.buyer_id, t.transferred_on, t.claim_yen,"
        " coalesce(array_agg(k.way ORDER BY k.way) FILTER (WHERE k.way IS NOT NULL), '{}'),"
        " coalesce(bool_or(k.has_fixed_date), false)"
        " FROM office_transfer t LEFT JOIN office_transfer_told k USING (member_id, agreement_id)"
        " GROUP BY t.member_id, t.agreement_id"
        " ORDER BY count(k.way) > 0, t.transferred_on DESC, t.member_id, t.agreement_id"
    )
    return [
        Transfer(Key(member_id, number), buyer, on, yen, tuple(Way(one) for one in ways), is_fixed)
        for member_id, number, buyer, on, yen, ways, is_fixed in cursor.fetchall()
    ]


def check_standing(cursor: Any, key: Key, on: date) -> tuple[Refusal, ...]:
    """What the buyer lacks against the debtor, and against others [対抗要件] · ASGN-003.

    Law       民法467条1項: notice or consent; 2項: a fixed date against third parties.
    """
    cursor.execute(
        "SELECT coalesce(bool_or(true), false), coalesce(bool_or(has_fixed_date), false)"
        " FROM office_transfer_told"
        " WHERE member_id = %s AND agreement_id = %s AND reached_on <= %s",
        (*key, on),
    )
    is_told, is_fixed = cursor.fetchone()
    found = []
    if not is_told:
        found.append(refusal("ASGN-003", "REG-018", "民法467条1項"))
    if not is_fixed:
        found.append(refusal("ASGN-003", "REG-019", "民法467条2項"))
    return tuple(found)
