"""Statements, certificates and the whole history, to look at and to keep [明細書・証明書].

What was delivered stands in `delivery`; these are made when they are asked for, from the queries of
loans. The whole history needs a code first, and no reason (AUTH-007, 貸金業法19条の2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.documents import paper as sheets
from motocho.documents.paper import Heading, Paper
from motocho.documents.sheet import Align, Pair
from motocho.documents.statutory import histories
from motocho.law.rules import Refusal
from motocho.loans import queries
from motocho.loans.policy import Status
from motocho.loans.queries import DebitLine, Listed, Quote, StatementRow
from motocho.people import members
from motocho.people.access import Action
from motocho.people.safety import codes
from motocho.units.days import both_calendars_text
from motocho.units.errors import Fault, Language, RefusedError
from motocho.units.money import rate_text, yen_text
from motocho.web import _opening, access, pages
from motocho.web.access import Member
from motocho.web.member import confirming, delivery
from motocho.web.member.confirming import Thing
from motocho.web.member.dealings import Filter
from motocho.web.words import plain

_DAY = Heading("日付", Align.LEFT, 11)
_LENDING = (
    _DAY, Heading("借入額(円)", Align.RIGHT, 10),
    Heading("借入後の残元金(円)", Align.RIGHT, 12), Heading("取引番号", Align.RIGHT, 7),
)  # fmt: skip
_RECEIVED = (
    _DAY, Heading("入金額(円)", Align.RIGHT, 10), Heading("費用", Align.RIGHT, 7),
    Heading("損害金", Align.RIGHT, 8), Heading("利息", Align.RIGHT, 8),
    Heading("元金", Align.RIGHT, 10), Heading("残元金(円)", Align.RIGHT, 11),
    Heading("取引番号", Align.RIGHT, 7),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What a paper is made from [書面のもと]."""

    member_number: str
    listed: Listed
    rate_ppm: int
    damages_ppm: int
    rows: tuple[StatementRow, ...]
    quote: Quote
    on: date
    before: Quote | None
    """What was owed at the end of the day before; None on the day of the contract."""
    held_yen: int = 0
    """Draws that are on their way: whether they have arrived is not known yet."""
    held_before_yen: int = 0
    """The same at the end of the day before."""
    debits: tuple[DebitLine, ...] = ()


Maker = Callable[[Told], Paper]


# ---------------------------------------------------------------------------------------- papers
def _head(told: Told) -> tuple[Pair, ...]:
    listed = told.listed
    return (
        Pair("会員番号", told.member_number),
        Pair("契約番号", str(listed.key.agreement_id)),
        Pair("契約日", both_calendars_text(listed.opened_on)),
        Pair("極度額", f"{yen_text(listed.limit_yen)}円"),
        Pair("利率", f"年{rate_text(told.rate_ppm)}"),
        Pair("遅延損害金", f"年{rate_text(told.damages_ppm)}"),
        Pair("作成日", both_calendars_text(told.on)),
    )


def _lending(told: Told) -> Paper:
    """Each draw with its date, amount, and what is owed after it · 貸金業法17条6項."""
    rows = tuple(
        (row.on, row.amount_yen, row.principal_yen or 0, str(row.event_no))
        for row in told.rows
        if row.kind == "draw"
    )
    return _paper("貸付明細書", told, _LENDING, rows)


def _received(told: Told) -> Paper:
    """Each repayment with what it met · 貸金業法18条3項."""
    rows = tuple(
        (
            row.on, row.amount_yen, row.to_costs_yen, row.to_damages_yen, row.to_interest_yen,
            row.to_principal_yen, row.principal_yen or 0, str(row.event_no),
        )
        for row in told.rows
        if row.kind in {"receipt", "excess_used"}
    )  # fmt: skip
    return _paper("入金明細書", told, _RECEIVED, rows)


_DEBITED = (
    Heading("振替日", Align.LEFT, 11), Heading("返済期日", Align.RIGHT, 11),
    Heading("請求額(円)", Align.RIGHT, 10), Heading("結果", Align.RIGHT, 16),
    Heading("取引番号", Align.RIGHT, 7),
)  # fmt: skip
RESULTS: Mapping[str | None, str] = {
    None: "金融機関の回答待ち",
    "0": "振替済み",
    "1": "資金不足",
    "2": "預金取引なし",
    "3": "預金者の都合による振替停止",
    "4": "口座振替依頼書なし",
    "8": "委託者の都合による振替停止",
    "9": "その他",
}
"""What the bank's digit says (全銀協 預金口座振替)."""


def _card(told: Told) -> Paper:
    """Each direct debit with what the bank answered [カード利用明細書].

    Shopping does not exist on this contract, and is not made up.
    """
    rows = tuple(
        (
            one.debit_on, one.due_on.isoformat(), one.amount_yen, RESULTS[one.result],
            "" if one.event_no is None else str(one.event_no),
        )
        for one in told.debits
    )  # fmt: skip
    note = "この契約はカードローンだけの契約で、カードショッピングの利用はありません。"
    return _paper("カード利用明細書", told, _DEBITED, rows, note)


def _balance(told: Told) -> Paper:
    """What was owed at the end of yesterday [残高証明書]: today is not over, and can still change.

    Raises    RefusedError for a claim that somebody else has, and on the day of the contract.
    """
    _refuse_assigned(told)
    quote = told.before
    if quote is None:
        raise RefusedError(Fault("MBR-010"))
    kept = quote.principal_yen
    written_off = (Pair("残元金のうち償却した分", f"{yen_text(quote.written_off_yen)}円"),)
    owed = (
        Pair("残元金", f"{yen_text(kept + quote.written_off_yen)}円"),
        *(written_off if quote.written_off_yen else ()),
        Pair("利息", f"{yen_text(quote.interest_yen)}円"),
        Pair("遅延損害金", f"{yen_text(quote.damages_yen)}円"),
        Pair("費用", f"{yen_text(quote.costs_yen)}円"),
        Pair("合計", f"{yen_text(quote.total_yen)}円"),
    )
    if told.held_before_yen:
        on_its_way = f"{yen_text(told.held_before_yen)}円（着金の前なので、合計に含みません）"
        owed += (Pair("振込中の借入", on_its_way),)
    note = f"{both_calendars_text(quote.on)}の終わりの残高が上のとおりであることを証明します。"
    return _paper("残高証明書", told, (), (), owed, note)


def _settled(told: Told) -> Paper:
    """That nothing is owed [完済証明書].

    Raises    RefusedError while something is, or is on its way to the member, and for a claim that
              somebody else has.
    """
    _refuse_assigned(told)
    if told.held_yen:
        raise RefusedError(Fault("MBR-012", details={"amount": yen_text(told.held_yen)}))
    owed_yen = told.quote.total_yen
    if owed_yen or not any(row.kind == "draw" for row in told.rows):
        raise RefusedError(Fault("MBR-008", details={"amount": yen_text(owed_yen)}))
    last_on = max(row.on for row in told.rows if row.kind != "opening")
    paid = (Pair("最後の取引の日", both_calendars_text(last_on)), Pair("残高", "0円"))
    note = f"{both_calendars_text(told.on)}現在、この契約による債務がないことを証明します。"
    return _paper("完済証明書", told, (), (), paid, note)


def _refuse_assigned(told: Told) -> None:
    """An assigned claim is nothing here, and owed there: we can certify neither."""
    if told.listed.status is Status.ASSIGNED:
        raise RefusedError(Fault("MBR-009"))


def _paper(
    title: str,
    told: Told,
    headings: tuple[Heading, ...],
    rows: tuple[tuple[str | int | date, ...], ...],
    *more: tuple[Pair, ...] | str,
) -> Paper:
    pairs = [pair for part in more if not isinstance(part, str) for pair in part]
    notes = tuple(part for part in more if isinstance(part, str))
    return Paper(
        title=title,
        dated_on=told.on,
        pairs=(*_head(told), *pairs),
        headings=headings,
        rows=rows,
        notes=notes,
        foot=f"会員 {told.member_number} 契約 {told.listed.key.agreement_id}",
        language=Language.JA,
    )


MAKERS: Mapping[str, Maker] = {
    "lending": _lending,
    "received": _received,
    "card": _card,
    "balance": _balance,
    "settled": _settled,
}
TITLES: Mapping[str, str] = {
    "lending": "papers.lending",
    "received": "papers.received",
    "card": "papers.card",
    "balance": "papers.balance",
    "settled": "papers.settled",
}


@access.members(Action.LOOK)
def papers(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """Which papers were delivered, and which can be made now [書面の一覧]."""
    listed = member.agreement(agreement_id)
    tongue = pages.tongue_of(request)
    named = [(name, plain(key, tongue)) for name, key in TITLES.items()]
    year = Filter.of(request).year
    found, years = delivery.delivered(member, agreement_id, year)
    context = {
        "listed": listed,
        "papers": named,
        "delivered": found,
        "back": delivery.contract_paper(listed.key),
        "years": years,
        "year": year,
    }
    return pages.show(request, "member/papers.html", context)


@access.members(Action.LOOK)
def paper(request: HttpRequest, member: Member, agreement_id: int, name: str) -> HttpResponse:
    """A paper as a page [書面の表示]."""
    made = _made(member, agreement_id, name)
    context = {
        "paper": made,
        "listed": member.agreement(agreement_id),
        "name": name,
        "headings": made.headings,
        "rows": [list(zip(made.headings, row, strict=True)) for row in made.rows],
    }
    return pages.show(request, "member/paper.html", context)


@access.members(Action.LOOK)
def pdf(request: HttpRequest, member: Member, agreement_id: int, name: str) -> HttpResponse:  # noqa: ARG001
    """The same as PDF [書面のPDF]."""
    made = _made(member, agreement_id, name)
    return _file(sheets.pdf(made), "application/pdf", f"{name}-{agreement_id}.pdf")


def _made(member: Member, agreement_id: int, name: str) -> Paper:
    listed = member.agreement(agreement_id)
    if name not in MAKERS:
        raise Http404
    today, before, held_before_yen = member.today, None, 0
    with connection.cursor() as cursor:
        number = members.numbers_of(cursor, [member.member_id])[member.member_id]
        position = queries.position(cursor, listed.key, today)
        rows = queries.statement(cursor, listed.key, listed.opened_on, today)
        quote = queries.payoff_quote(cursor, listed.key, today)
        if listed.opened_on < today:
            yesterday = today - timedelta(days=1)
            before = queries.payoff_quote(cursor, listed.key, yesterday)
            held_before_yen = queries.position(cursor, listed.key, yesterday).held_yen
        debits = queries.debits(cursor, listed.key)
    rates = (position.rate_ppm, position.damages_ppm)
    told = Told(
        number, listed, *rates, tuple(rows), quote, today, before, position.held_yen,
        held_before_yen, tuple(debits),
    )  # fmt: skip
    return MAKERS[name](told)


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# ------------------------------------------------------------------------------ the whole history
RECALCULATED = "recalculated"
"""Where who wanted the recalculation goes on to, once the code was given."""
STUDIO = "studio"
"""The same for who wanted to go on in the studio."""


@require_http_methods(["GET", "HEAD", "POST"])
@access.members(Action.EXPORT_HISTORY)
def whole(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """The whole history, after one more check; no reason is asked [取引履歴の開示] · AUTH-007."""
    listed = member.agreement(agreement_id)
    if refused(member) is None:
        context = {"listed": listed, "forms": histories.FORMS}
        return pages.show(request, "member/whole.html", context)
    address = reverse("member:whole", args=[agreement_id])
    if request.method != "POST":
        then = next((one for one in (RECALCULATED, STUDIO) if one in request.GET), "")
        context = {"action": address, "then": then}
        return pages.show(request, "member/whole_asked.html", context)
    thing = Thing(codes.Purpose.EXPORT, _opening.bound_to(member))
    asking = confirming.confirmed(request, member, thing)
    if asking is not None:
        return confirming.show(request, asking, (), "whole.title")
    if request.POST.get("then") == RECALCULATED:
        return HttpResponseRedirect(reverse("member:recalculated", args=[agreement_id]))
    if request.POST.get("then") == STUDIO:
        return in_studio(member, listed)
    return HttpResponseRedirect(address)


def in_studio(member: Member, listed: Listed) -> HttpResponse:
    """The member's own case of an agreement, opened or taken up after the check [作業場へ]."""
    with transaction.atomic(), connection.cursor() as cursor:
        case_id = _opening.of_member(cursor, member, listed.key)
    return HttpResponseRedirect(reverse("studio:case", args=[case_id]))


def refused(member: Member) -> Refusal | None:
    """Whether the check before a whole history is still to be passed [確認コードの要否]."""
    return _opening.unconfirmed(member)


@require_safe
@access.members(Action.EXPORT_HISTORY)
def whole_file(request: HttpRequest, member: Member, agreement_id: int, form: str) -> HttpResponse:  # noqa: ARG001
    """One file of the whole history, while the code is fresh [取引履歴のファイル]."""
    listed = member.agreement(agreement_id)
    if form not in histories.FORMS:
        raise Http404
    if refused(member) is not None:
        return HttpResponseRedirect(reverse("member:whole", args=[agreement_id]))
    with connection.cursor() as cursor:
        case = queries.history_case(cursor, listed.key, member.today, queries.Amounts.PAID)
    name = f"history-{agreement_id}.{histories.ending_of(form)}"
    return _file(histories.file_of(case, form, member.today), histories.FORMS[form], name)
