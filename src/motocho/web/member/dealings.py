"""What happened with an agreement: its rows, each yen's reason, what settles it [取引・明細]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from motocho.loans import queries
from motocho.loans.policy import Status
from motocho.loans.queries import Listed, StatementRow, Undone
from motocho.people.access import Action
from motocho.units.errors import Fault
from motocho.web import access, pages
from motocho.web.access import Member
from motocho.web.fields import DateField, Form, shown
from motocho.web.member import _agreed, _rows

LONGEST_AHEAD_DAYS = 365
"""How far ahead a quote is asked for."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What of a list is shown [絞り込み]; empty shows all."""

    year: str
    kind: str

    @classmethod
    def of(cls, request: HttpRequest) -> Filter:
        """What was chosen; anything else counts as nothing [読取り]."""
        year, kind = request.GET.get("year", ""), request.GET.get("kind", "")
        is_year = len(year) == len("2026") and year.isascii() and year.isdigit()
        return cls(year if is_year else "", kind if kind in _rows.MONEY else "")

    def keeps(self, row: StatementRow) -> bool:
        """Whether a row is shown [該当]."""
        in_year = not self.year or str(row.on.year) == self.year
        return in_year and (not self.kind or row.kind == self.kind)


@access.members(Action.LOOK)
def dealings(request: HttpRequest, member: Member) -> HttpResponse:
    """The rows of the first agreement, and the way to the others [取引]."""
    if not member.agreements:
        return pages.show(request, "member/dealings.html", {"rows": (), "listed": None})
    listed = (*member.open_agreements, *member.agreements)[0]
    return _rows_page(request, member, listed)


@access.members(Action.LOOK)
def agreement(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """The rows of an agreement [契約の取引]."""
    return _rows_page(request, member, member.agreement(agreement_id))


def _rows_page(request: HttpRequest, member: Member, listed: Listed) -> HttpResponse:
    tongue, wanted = pages.tongue_of(request), Filter.of(request)
    with connection.cursor() as cursor:
        found = queries.statement(cursor, listed.key, listed.opened_on, member.today, Undone.SHOWN)
        agreed = _agreed.of_member(cursor, member, [listed.key.agreement_id])
    rows = [row for row in reversed(found) if wanted.keeps(row)]
    context = {
        "listed": listed,
        "agreed": agreed,
        "agreements": member.agreements,
        "rows": _rows.shown(rows, tongue),
        "wanted": wanted,
        "years": sorted({str(row.on.year) for row in found}, reverse=True),
        "kinds": _kinds(found, request),
        "printed_on": member.today,
    }
    return pages.show(request, "member/dealings.html", context)


def _kinds(rows: Sequence[StatementRow], request: HttpRequest) -> list[tuple[str, str]]:
    tongue = pages.tongue_of(request)
    there = {row.kind for row in rows} & _rows.MONEY
    return [(kind, _rows.name_of(kind, tongue)) for kind in sorted(there)]


@access.members(Action.LOOK)
def reason(request: HttpRequest, member: Member, agreement_id: int, event_no: int) -> HttpResponse:
    """Why each yen of a row is what it is, with the articles [行の説明]."""
    listed = member.agreement(agreement_id)
    with connection.cursor() as cursor:
        found = queries.explain(cursor, listed.key, event_no)
    text = SafeString(conditional_escape(found.text(pages.tongue_of(request).language)))
    context = {"listed": listed, "event_no": event_no, "text": text}
    return pages.show(request, "member/reason.html", context)


# ------------------------------------------------------------------------------------- settling
class PayoffForm(Form):
    """The day on which all is to be paid [完済する日]."""

    on = DateField("payoff.on", "payoff.on_hint")


ENDED = {Status.WRITTEN_OFF: "cause.written_off", Status.ASSIGNED: "cause.assigned"}
"""Why nothing of an agreement is paid here."""


@access.members(Action.LOOK)
def payoff(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """What settles an agreement on a day, to the yen [完済の見積り]."""
    listed = member.agreement(agreement_id)
    asked = request.GET if "on" in request.GET else {"on": member.today.isoformat()}
    form = PayoffForm(asked)
    quote = None
    with connection.cursor() as cursor:
        held_yen = queries.position(cursor, listed.key, member.today).held_yen
    if form.is_valid():
        on: date = form.cleaned_data["on"]
        if 0 <= (on - member.today).days <= LONGEST_AHEAD_DAYS:
            with connection.cursor() as cursor:
                quote = queries.payoff_quote(cursor, listed.key, on)
        else:
            form.refuse("on", Fault("MBR-007", details={"days": str(LONGEST_AHEAD_DAYS)}))
    context = {
        "form": shown(form, pages.tongue_of(request)),
        "listed": listed,
        "quote": quote,
        "cause": ENDED.get(listed.status, ""),
        "held_yen": held_yen,
    }
    return pages.show(request, "member/payoff.html", context, status=422 if quote is None else 200)
