"""Direct debit: the registered account is debited each month, or no more [口座振替の登録]."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from motocho.loans import debits, payouts, queries
from motocho.loans.debits import Mandate
from motocho.outside.bank import AccountType
from motocho.outside.house_bank import bank_name
from motocho.people.access import Action
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.maintenance import changes_something
from motocho.web.money import _ways, reasons

DEBITED = frozenset({AccountType.ORDINARY, AccountType.CURRENT})
"""Kinds of account that banks debit."""


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.LOOK)
def debit(request: HttpRequest, member: Member, agreement_id: int) -> HttpResponse:
    """Register the own account for debits, or end them [口座振替] · LEDG-009."""
    listed = member.agreement(agreement_id)
    with transaction.atomic(), connection.cursor() as cursor:
        position = queries.position(cursor, listed.key, member.today)
        mandate = debits.standing_mandate(cursor, listed.key)
        idle = reasons.why_not_debit(position, queries.plan_of(cursor, listed.key, member.today))
        target = _ways.target(cursor, member)
        reason = reasons.why_not_change(cursor, member)
        if reason is None and mandate is None and "end" not in request.POST:
            # what stands can be ended, whatever became of the agreement
            reason = idle or _why_not_from(cursor, member, target)
        if reason is None and request.method == "POST":
            _change(request, member, cursor, (listed.key, mandate, target))
    if reason is not None:
        return reasons.show(request, reason, "closed.debit")
    if request.method == "POST":
        return HttpResponseRedirect(reverse("money:debit", args=[agreement_id]))
    context = {
        "listed": listed,
        "mandate": mandate,
        "idle": idle,
        "bank": None if mandate is None else bank_name(mandate.account.bank_code),
        "ending": None if mandate is None else mandate.account.number[-4:],
        "target": target,
        "may_register": target is not None and target.payee.account.account_type in DEBITED,
        "first_on": first_debit(member.today),
        "ref": _commands.new_reference(),
    }
    return pages.show(request, "money/debit.html", context)


def _why_not_from(
    cursor: Any, member: Member, target: _ways.Target | None
) -> reasons.Reason | None:
    """Why the registered account cannot be debited."""
    if target is None:
        return reasons.NO_ACCOUNT_TO_DEBIT
    if payouts.check_payee(target.payee, _ways.own_kana(cursor, member)) is not None:
        return reasons.OTHER_NAME_TO_DEBIT
    return None


_About = tuple[Any, Mandate | None, _ways.Target | None]


def _change(request: HttpRequest, member: Member, cursor: Any, about: _About) -> None:
    """Register or end, as the form says; what is so already stays."""
    key, mandate, target = about
    reference = _commands.reference_of(request)
    if not reference:
        return
    made = _commands.made(cursor, f"debit {reference}", member.at)
    if "end" in request.POST and mandate is not None:
        debits.end_mandate(cursor, key, made)
    elif "begin" in request.POST and mandate is None and target is not None:
        account, holder = target.payee.account, target.payee.holder
        debits.register_mandate(cursor, key, account, holder, made)


def first_debit(today: date) -> date:
    """The first debit day that a registration of today is in time for [最初の振替日]."""
    month = today.replace(day=1)
    while debits.cutoff_day(month.year, month.month) < today:
        month = (month + timedelta(days=31)).replace(day=1)
    return debits.debit_day(month.year, month.month)
