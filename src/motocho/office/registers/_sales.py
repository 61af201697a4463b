"""A claim that is to be sold: one asks, another agrees, and it goes in that moment [債権の売却].

buyers(cursor, on)                             who may buy on a day
notice_paper(cursor, key, buyer_id, on)        what the buyer is to be told, as a paper
ask_sale(cursor, SaleWish(...), by, form)          with the notice that the buyer had
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from motocho.care import approvals
from motocho.care.approvals import Content, Decided, Kind, Request, Wanted
from motocho.documents.paper import Heading, Paper
from motocho.documents.sheet import Align, Pair
from motocho.loans import queries
from motocho.loans.commands import Key, Made
from motocho.loans.policy import Status
from motocho.office.registers._clocks import refusal
from motocho.office.registers._duties import Partner, Road, check_partner, partners
from motocho.office.registers._transfers import Sale, notice_of, transfer
from motocho.people.access import Staff
from motocho.units.errors import Fault, Language, RefusedError
from motocho.units.money import rate_text, yen_text

SALE = "claim_sale"
"""The kind of its request [承認の種類]."""


@dataclass(frozen=True, slots=True)
class SaleWish:
    """Which claim is to go to whom, and the notice that the buyer had [売却の希望]."""

    key: Key
    buyer_id: str
    noticed_on: date
    notice_ref: str
    reason: str


def buyers(cursor: Any, on: date) -> list[Partner]:
    """Partners who may buy a claim on a day: listed as buyers, looked at [譲受人の一覧] · ASGN-001.

    Law       貸金業法24条3項.
    """
    return [
        one
        for one in partners(cursor)
        if one.road is Road.BUYER
        and one.from_on <= on
        and (one.until_on is None or on <= one.until_on)
        and check_partner(cursor, one.partner_id, on) is None
    ]


def ask_sale(
    cursor: Any, wish: SaleWish, by: Staff, form: tuple[str, datetime], book_on: date
) -> Request:
    """Ask that a claim go to a buyer; another agrees the same day [債権譲渡の依頼] · ASGN-001.

    Takes     the form it came by, and the book's day.
    Raises    NotAllowedError; InputError without a reason; RefusedError for who may not buy, for a
              notice that was not there by that day, or a claim that is over or owes nothing;
              StateConflict while the same is asked.
    Law       貸金業法24条1項, 3項.
    """
    source, at = form
    content = {
        "agreement": wish.key.agreement_id,
        "buyer": wish.buyer_id,
        "noticed_on": wish.noticed_on.isoformat(),
        "notice_ref": wish.notice_ref.strip(),
    }
    subject = f"sale {wish.key.agreement_id}"
    wanted = Wanted(SALE, wish.key.member_id, subject, content, wish.reason, source, book_on)
    return approvals.ask(cursor, wanted, by, at)


def _figures(cursor: Any, wanted: Wanted, at: datetime) -> Content:
    """What it is about on the day; a claim of another amount by then is asked for again."""
    on, content = wanted.day(at), wanted.content
    key = Key(wanted.member_id, int(content["agreement"]))
    buyer = next((one for one in buyers(cursor, on) if one.partner_id == content["buyer"]), None)
    had_notice = date.fromisoformat(content["noticed_on"]) <= on and content["notice_ref"]
    if buyer is None or not had_notice:
        found = refusal("ASGN-001", "REG-016", "貸金業法24条1項", buyer=str(content["buyer"]))
        raise RefusedError(found.fault())
    stands = queries.position(cursor, key, on)
    if stands.status in {Status.CLOSED, Status.ASSIGNED} or stands.payoff_yen <= 0:
        raise RefusedError(Fault("REG-040"))
    return {
        "buyer_name": buyer.name,
        "transferred_on": on.isoformat(),
        "principal_yen": stands.principal_yen,
        "claim_yen": stands.payoff_yen,
    }


def _carry(cursor: Any, request: Request, decided: Decided, on: date) -> None:
    content = request.content
    key = Key(request.ref.member_id, int(content["agreement"]))
    sale = Sale(
        str(content["buyer"]),
        date.fromisoformat(content["noticed_on"]),
        str(content["notice_ref"]),
    )
    ref = f"approval {request.ref.request_id}"
    made = Made("desk", ref, on, decided.decided_at, f"staff {decided.decided_by}")
    transfer(cursor, key, sale, made)


approvals.register(Kind(SALE, _figures, _carry))


# ------------------------------------------------------------------------------------- the notice
def notice_paper(cursor: Any, key: Key, buyer_id: str, on: date) -> Paper:
    """What the buyer is told in writing before the claim goes, as a paper [譲受人への通知書].

    Law       貸金業法24条1項; 施行規則21条1項.
    """
    told = notice_of(cursor, key, buyer_id, on)
    name = next((one.name for one in partners(cursor) if one.partner_id == buyer_id), buyer_id)
    pairs = (
        Pair("譲受人", name),
        Pair("会員番号/契約", f"{told['member_number']}/{told['agreement']}"),
        Pair("契約日", str(told["opened_on"])),
        Pair("譲渡日", str(told["transferred_on"])),
        Pair("元金", f"{yen_text(told['principal_yen'])}円"),
        Pair("債権額", f"{yen_text(told['claim_yen'])}円"),
        Pair("帳簿の指紋", str(told["book_digest"])),
    )
    rows: list[tuple[str, str]] = [("債権の発生", str(told["origin"]))]
    rows += [("契約の条件", _term(one)) for one in told["terms"]]
    rows += [("交付した書面", _paper(one)) for one in told["papers"]]
    rows += [("譲受人に適用される規定", str(one)) for one in told["applies"]]
    headings = (Heading("事項", Align.LEFT, 2), Heading("内容", Align.LEFT, 6))
    return Paper("債権譲渡の通知", on, pairs, headings, tuple(rows), (), _FOOT, Language.JA)


_FOOT = "貸金業法24条1項・施行規則21条1項の通知"


def _term(one: dict[str, Any]) -> str:
    rate, damages = rate_text(one["rate_ppm"]), rate_text(one["damages_ppm"])
    return f"{one['from_on']}から 極度額{yen_text(one['limit_yen'])}円 年{rate} 損害金 年{damages}"


def _paper(one: dict[str, Any]) -> str:
    return f"{one['dated_on']} {one['title']} {one['digest']}"
