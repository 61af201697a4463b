"""Letters about arrears, and who collects: every item of 21条2項 and 3項; pure [催告書].

made = demand(Kind.DEMAND, Dunned(subject, voice, position, asked), pay_until)

The yen are those of `loans.queries.asked`, split as a payment of the day would be. A short letter
names no amount and asks for nothing but a word: it is no demand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from motocho.contact.wording import refuse_demand
from motocho.documents.archive import Kind
from motocho.documents.paper import Paper
from motocho.documents.sheet import Pair
from motocho.documents.statutory.making import (
    Subject,
    of_limit,
    of_rest,
    paper_of,
    standing_text,
)
from motocho.loans.queries import Asked, Position, StatementRow
from motocho.units.days import both_calendars_text
from motocho.units.errors import RefusedError, ensure
from motocho.units.money import yen_text

NOBODY = "ありません（この契約に保証人はいません）"


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks on a letter [送付する者]: a person, and the number that answers."""

    sender: str
    phone: str


@dataclass(frozen=True, slots=True)
class Dunned:
    """What a letter about arrears is about [督促の対象]."""

    subject: Subject
    voice: Voice
    position: Position
    asked: Asked


def _yen(amount_yen: int) -> str:
    return f"{yen_text(amount_yen)}円"


def _lender(subject: Subject, voice: Voice) -> str:
    lender = subject.lender
    if not voice.phone.strip():
        return ""
    return f"{lender.name_ja}　{lender.address_ja}　電話 {voice.phone}"


def _said(dunned: Dunned) -> dict[str, str]:
    asked, position = dunned.asked, dunned.position
    ensure(asked.on == position.on, "one day for all figures", asked=asked.on)
    parts = [
        f"元本 {_yen(asked.principal_yen)}",
        f"利息 {_yen(asked.interest_yen)}",
        f"遅延損害金 {_yen(asked.damages_yen)}",
    ]
    if asked.costs_yen:
        parts.append(f"費用 {_yen(asked.costs_yen)}")
    due = both_calendars_text(asked.due_on)
    claim_due = f"{due}（その後に過ぎた返済期日の分を含みます）"
    if asked.is_accelerated:
        claim_due = f"{due}。期限の利益を失ったため、全額の弁済期が来ています"
    return {
        "lender_whole": _lender(dunned.subject, dunned.voice),
        "sender": dunned.voice.sender,
        "lent": _lent(asked, position),
        "claim_due": claim_due,
        "asked": _yen(asked.asked_yen),
        "rest": f"{standing_text(position)}（{both_calendars_text(position.on)}現在）",
        "split": "、".join(parts),
        "guarantor": NOBODY,
    }


def _lent(asked: Asked, position: Position) -> str:
    """As a receipt tells it: the last draw, and the whole that is owed with it."""
    on = "" if asked.last_draw_on is None else f"（{both_calendars_text(asked.last_draw_on)}）"
    principal = _yen(position.principal_yen)
    return f"最後の貸付け {_yen(asked.last_draw_yen)}{on}。同じ基本契約の残元金 {principal}"


TALK = "一度に支払えないときは、支払える日と金額を相談できます。期限の扱いも話し合えます。"


def demand(kind: Kind, dunned: Dunned, pay_until: date) -> Paper:
    """A demand with every item of the law; of an acceleration, with what follows [催告書].

    Takes     the last day that is left to pay.
    Raises    RefusedError if an item is missing: such a demand is none (COLL-012).
    Law       貸金業法21条2項, 施行規則19条3項, 4項; 民法136条, 137条, 541条.
    """
    until = both_calendars_text(pay_until)
    more = [
        Pair("支払いの期限", f"{until}まで"),
        Pair("支払いの方法", "当社の指定する口座への振込み、またはインターネットバンキング"),
        Pair("契約番号", str(dunned.asked.key.agreement_id)),
    ]
    if kind is Kind.ACCELERATION_NOTICE:
        more.append(
            Pair(
                "期限の利益の喪失",
                f"{until}までに上記の金額の支払いがないときは、残債務の全額を一度に支払っていただく"
                "手続きに進むことがあります。その時は改めて書面でお知らせします。",
            )
        )
    more.append(Pair("ご相談", f"{TALK}電話 {dunned.voice.phone}"))
    return _checked(paper_of(kind, dunned.subject, _said(dunned), tuple(more)))


def reminder(subject: Subject, voice: Voice) -> Paper:
    """A short letter that asks for a word, and for no payment [ご連絡のお願い]."""
    said = {"sender": voice.sender, "phone": voice.phone}
    more = (
        Pair(
            "ご用件",
            "契約のことで確かめたいことがあります。会員ページの「相談」か、上の電話で知らせてください。",
        ),
        Pair("行き違いのとき", "すでにご連絡いただいている場合は、この書面は捨ててください。"),
    )
    return _checked(paper_of(Kind.REMINDER, subject, said, more))


def identification(
    dunned: Dunned, collector: str, authority: str, draws: Sequence[StatementRow]
) -> Paper:
    """Who collects, by what authority, and which claim · 21条3項 [取立てを行う者の明示].

    Takes     the collector's own name; draws of the debt as it stands, the oldest first.
    Raises    RefusedError if an item is missing (COLL-016).
    Law       貸金業法21条3項, 施行規則19条5項, 6項.
    """
    position = dunned.position
    said = {
        **_said(dunned),
        **of_limit(dunned.subject),
        **of_rest(dunned.subject, position.principal_yen, position),
        "collector": collector,
        "authority": authority,
        "drawn_on": _listed([both_calendars_text(one.on) for one in draws]),
        "amount": _listed([_yen(one.amount_yen) for one in draws]),
    }
    return paper_of(Kind.IDENTIFICATION, dunned.subject, said)


def _listed(texts: Sequence[str]) -> str:
    return "／".join(texts) if texts else "ほかの貸金業者から引き継いだ債権のため、記録がありません"


def _checked(paper: Paper) -> Paper:
    """The paper, without a phrase that nobody may write to who owes · COLL-007, 008, 011."""
    found = refuse_demand("。".join([*(text for _, text in paper.pairs), *paper.notes]))
    if found:
        raise RefusedError(found[0].fault())
    return paper


def as_text(paper: Paper) -> str:
    """The same as plain text, for a mail that is a demand itself [催告メールの本文] · COLL-012."""
    lines = [f"■{pair.label}\n{pair.text}" for pair in paper.pairs]
    return "\n\n".join([paper.title, *lines, *paper.notes]) + "\n"
