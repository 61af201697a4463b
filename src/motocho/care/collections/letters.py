"""Letters about arrears, made of what the ledger says, put in the post's queue [督促の書面].

made = letters.write(cursor, Draft(key, Kind.DEMAND, "stage 12"), known, at)
letters.identify(cursor, asked, known, at)      who collects, in writing (COLL-016)

A paper bears the yen of its day, to the yen as a payment of that day would meet them. It goes out
sealed, with a person's name for its sender; the gate is asked again when it does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from motocho.care import _in_force
from motocho.care.collections import strategy
from motocho.care.collections.strategy import Strategy, Way
from motocho.contact import gate
from motocho.contact.directory import Desk, Directory
from motocho.contact.gate import Permit, Wanted
from motocho.contact.guard import Channel, Purpose
from motocho.contact.wording import refuse_demand
from motocho.documents import addressees, archive
from motocho.documents.addressees import InPlace, Registered
from motocho.documents.archive import About, Delivered, Kind
from motocho.documents.paper import Paper
from motocho.documents.statutory import collecting, making
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.outside import sms
from motocho.outside.clock import JAPAN
from motocho.people import members
from motocho.units.errors import Fault, InputError, NotFoundError, RefusedError

KINDS = {
    Way.LETTER: Kind.REMINDER,
    Way.DEMAND: Kind.DEMAND,
    Way.NOTICE: Kind.ACCELERATION_NOTICE,
}
AUTHORITY = "債権者である貸金業者の従業者として弁済を受領します（取立ての委託はしていません）"


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter that is to be written [書面の下書き]; its cause makes it once."""

    key: Key
    kind: Kind
    cause: str
    to: InPlace | None = None
    """Who is written to in the member's place; None for the member."""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter in the queue for the post [作成した書面]; the last day it leaves, if it demands."""

    delivered: Delivered
    pay_until: date | None


def desk_of(cursor: Any, known: Directory, on: date) -> Desk:
    """The desk that answers what a letter of a day says: that of calls about payments [窓口]."""
    return known.desk(_in_force.desk_of_payments(cursor, on))


def voice_of(cursor: Any, known: Directory, on: date) -> collecting.Voice:
    """Who speaks on letters of a day: the strategy's person, the desk that answers [送付する者]."""
    sender = strategy.in_force(cursor, on).sender
    return collecting.Voice(sender, known.call_back(desk_of(cursor, known, on), on).text)


def write(cursor: Any, draft: Draft, known: Directory, at: datetime) -> Written:
    """Write a letter and put it in the queue, once for its cause [書面の作成] · COLL-012, COLL-013.

    In the caller's transaction. It leaves the house only by the gate's word (`archive.addressed`).
    Raises    NotFoundError if nothing is late; RefusedError if an item of the law is missing;
              InputError for an addressee who may not be written to, or stands in the register and
              is named by hand.
    """
    on = at.astimezone(JAPAN).date()
    held = strategy.in_force(cursor, on)
    until = None
    if draft.kind is Kind.REMINDER:
        made = collecting.reminder(
            subject_of(cursor, draft.key, known, on), voice_of(cursor, known, on)
        )
    else:
        until = pay_until(held, on)
        made = collecting.demand(draft.kind, dunned(cursor, draft.key, known, on), until)
    delivered = archive.deliver(cursor, made, About(draft.key, draft.kind, draft.cause), at)
    if not delivered.is_repeat:
        if draft.to is not None:
            addressees.keep(cursor, draft.key.member_id, delivered.paper_no, draft.to)
        _tell(cursor, draft, delivered, at)
    return Written(delivered, until)


def pay_until(held: Strategy, on: date) -> date:
    """The last day that a demand of a day leaves: its way by post, and the period [支払期限]."""
    return on + timedelta(days=held.arrival_days + held.pay_within_days)


def _tell(cursor: Any, draft: Draft, delivered: Delivered, at: datetime) -> None:
    subject: dict[str, int | str] = {
        "agreement": draft.key.agreement_id, "document": draft.kind.value,
        "paper": delivered.paper_no,
    }  # fmt: skip
    if draft.to is not None:
        by_hand = not isinstance(draft.to, Registered)
        subject["to"] = "by_hand" if by_hand else addressees.sign(delivered.paper_no, draft.to)
    told = Happening(draft.key.member_id, "collection_paper", "worker", at, subject)
    journal.write(cursor, [told])


def subject_of(cursor: Any, key: Key, known: Directory, on: date) -> making.Subject:
    """What a letter is about [書面の対象]; its envelope has the address, the letter has none."""
    member = members.one(cursor, key.member_id)
    name = f"{member.person.family_name} {member.person.given_name}"
    borrower = making.Borrower(name, "", member.member_number)
    return making.Subject(known.lender, borrower, queries.contract(cursor, key), on)


def dunned(cursor: Any, key: Key, known: Directory, on: date) -> collecting.Dunned:
    """The figures of a day, and who speaks [督促の対象].

    Raises    NotFoundError if nothing is late on the day.
    """
    asked = queries.asked(cursor, key, on)
    if asked is None:
        raise NotFoundError(Fault("COL-012"))
    return collecting.Dunned(
        subject_of(cursor, key, known, on),
        voice_of(cursor, known, on),
        queries.position(cursor, key, on),
        asked,
    )


def demand_mail(cursor: Any, key: Key, known: Directory, on: date) -> Paper:
    """A demand that goes by mail, with every item of the law in its text [催告メール] · COLL-012.

    Raises    NotFoundError if nothing is late; RefusedError if an item is missing.
    """
    until = on + timedelta(days=strategy.in_force(cursor, on).pay_within_days)
    return collecting.demand(Kind.DEMAND, dunned(cursor, key, known, on), until)


MAIL_SUBJECT = "大切なお知らせ"
"""Of a mail that demands: what stands in a list of mails tells nobody of a debt · COLL-006."""


# ------------------------------------------------------------------------------------------- SMS
_DEMANDING = re.compile(
    "支払|返済|入金|振込|払って|払い|請求|督促|催告|延滞|滞納|遅れ|期日|期限|至急|残高|元金|利息|損害金"
    "|借入|借りて|ローン|金融|債権|[0-9０-９,，]+円|法的|訴訟|差押"
)
SMS = "{sender}です。確かめたいことがあります。会員ページを見るか、{phone}へお電話ください。"


def reminding_text(voice: collecting.Voice) -> str:
    """A short message that somebody else may read: no loan, no yen, no demand [SMSの文面].

    Raises    RefusedError as `check_text`.
    """
    text = SMS.format(sender=voice.sender, phone=voice.phone)
    check_text(text)
    return text


def check_text(text: str) -> None:
    """Refuse a short message that demands, tells of a debt, or is too long [SMSの点検] · COLL-012.

    Why       a demand bears every item of the law, which no short message holds; and whoever
              looks at the phone reads it (COLL-006).
    Raises    RefusedError for a demand, and what nobody may write; InputError if it is too long.
    """
    found = _DEMANDING.search(text)
    if found is not None:
        law = tuple(parse_citations("貸金業法21条2項"))
        raise RefusedError(Refusal("COLL-012", "COL-020", law, {"phrase": found[0]}).fault())
    unlawful = refuse_demand(text)
    if unlawful:
        raise RefusedError(unlawful[0].fault())
    if len(text) > sms.MOST_CHARACTERS:
        details = {"most": str(sms.MOST_CHARACTERS)}
        raise InputError(Fault("COL-021", excerpt=str(len(text)), details=details))


# -------------------------------------------------------------------------------- who collects
@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody asks who collects, and what for [取立てを行う者の明示の請求].

    Takes     the collector's own name and number of the staff; the source makes it once, as a call.
    """

    key: Key
    collector: str
    staff_id: int
    source: str
    to: InPlace | None = None


def identify(cursor: Any, asking: Asking, known: Directory, at: datetime) -> Delivered:
    """Give it in writing, at once: who, by what authority, which claim · COLL-016 [書面による明示].

    In the caller's transaction: the paper, its place in the queue, and that it was given. It may be
    handed over as well: its pages are `archive.pages`.

    Raises    RefusedError without the collector's name, or if an item is missing; NotFoundError if
              nothing is late.
    Law       貸金業法21条3項, 施行規則19条5項, 6項.
    """
    on = at.astimezone(JAPAN).date()
    about = dunned(cursor, asking.key, known, on)
    borrower = replace(about.subject.borrower, address=_home(cursor, asking, at))
    about = replace(about, subject=replace(about.subject, borrower=borrower))
    made = collecting.identification(about, asking.collector, AUTHORITY, _draws(cursor, about))
    wanted = About(asking.key, Kind.IDENTIFICATION, f"identification {asking.source}")
    delivered = archive.deliver(cursor, made, wanted, at)
    if delivered.is_repeat:
        return delivered
    if asking.to is not None:
        addressees.keep(cursor, asking.key.member_id, delivered.paper_no, asking.to)
    cursor.execute(
        "INSERT INTO care_identification (member_id, agreement_id, source, staff_id, paper_no,"
        " given_at) VALUES (%s, %s, %s, %s, %s, %s)",
        (*asking.key, asking.source, asking.staff_id, delivered.paper_no, at),
    )
    subject: dict[str, int | str] = {
        "agreement": asking.key.agreement_id, "paper": delivered.paper_no,
    }  # fmt: skip
    actor = f"staff {asking.staff_id}"
    told = Happening(asking.key.member_id, "collector_named", actor, at, subject)
    journal.write(cursor, [told])
    return delivered


def _home(cursor: Any, asking: Asking, at: datetime) -> str:
    """The borrower's address, which stands among the terms of the contract, by a permit."""
    wanted = Wanted(
        Purpose.STATUTORY_DOCUMENT, asking.source, f"staff {asking.staff_id}", way=Channel.POST
    )
    permit = gate.ask(cursor, asking.key.member_id, wanted, at)
    known = addressees.own(cursor, permit, at) if isinstance(permit, Permit) else None
    return "（住所の届出がありません）" if known is None else f"〒{known.postcode} {known.text}"


def _draws(cursor: Any, about: collecting.Dunned) -> list[queries.StatementRow]:
    """The draws of the debt as it stands: those after the principal was nothing last."""
    key = about.asked.key
    opened_on = about.subject.contract.opened_on
    found: list[queries.StatementRow] = []
    for row in queries.statement(cursor, key, opened_on, about.asked.on):
        if row.kind == "draw":
            found.append(row)
        elif not row.principal_yen:
            found.clear()
    return found
