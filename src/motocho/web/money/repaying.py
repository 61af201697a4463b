"""Paying back: what is due, an amount, or all; by what way; what it does [返す].

Nothing here books money: a bill is made, or an account is named, and what comes is booked when the
bank says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.loans import debits, payeasy, payouts, queries
from motocho.loans.payeasy import Billed
from motocho.loans.policy import Status
from motocho.loans.queries import Position
from motocho.people import members
from motocho.people.access import Action
from motocho.units.errors import Fault
from motocho.units.money import yen_text
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.fields import Form, YenField, shown
from motocho.web.maintenance import changes_something
from motocho.web.money import _ways, reasons
from motocho.web.money.reasons import Reason

WHAT = ("due", "amount", "all")
HOW = ("payeasy", "transfer", "debit")


class PaymentField(YenField):
    """The amount of a payment: from what is due to what settles all [返す金額].

    It may stay empty where another choice is made.
    """

    def __init__(self, least_yen: int, payoff_yen: int) -> None:
        super().__init__(
            "repay.amount", "repay.amount_hint", least_yen=least_yen, most_yen=payoff_yen
        )
        self.optional = "optional"

    def faults(self, value: int) -> Iterator[Fault]:
        """Whether it is enough, and not more than is owed [範囲の点検]."""
        if value < min(self.least_yen, self.most_yen):
            yield Fault("MNY-024", details={"least": yen_text(self.least_yen)})
        elif value > self.most_yen:
            details = {"total": yen_text(self.most_yen), "amount": yen_text(value)}
            yield Fault("MNY-025", details=details)


class PaymentForm(Form):
    """The amount, where one is typed [返す金額の入力]."""

    def __init__(self, data: Mapping[str, Any] | None, least_yen: int, payoff_yen: int) -> None:
        super().__init__(data)
        self.fields["amount"] = PaymentField(least_yen, payoff_yen)


@dataclass(frozen=True, slots=True)
class Choice:
    """What is paid for, and how it was chosen [返し方の選択]."""

    position: Position
    least_yen: int
    what: str
    how: str
    reference: str
    several: tuple[Position, ...]


def _choice(request: HttpRequest, member: Member) -> Choice | Reason:
    with transaction.atomic(), connection.cursor() as cursor:
        positions = [
            queries.position(cursor, one.key, member.today) for one in member.open_agreements
        ]
        reason = reasons.why_not_repay(cursor, member, positions)
        if reason is not None:
            return reason
        owing = sorted(
            (one for one in positions if one.payoff_yen and one.status is Status.OPEN),
            key=lambda one: (one.late_since is None, one.pay_by_on or date.max),
        )
        data = request.POST if request.method == "POST" else request.GET
        asked = data.get("agreement", "")
        named = [one for one in owing if str(one.key.agreement_id) == asked]
        if asked and not named:  # never another agreement than the one that was shown
            return reasons.CHANGED_DEBT
        position = (named or owing)[0]
        least_yen = payouts.least_of(cursor, position.key, member.today)
    first = "due" if _is_open(position) else "amount"
    what, how = data.get("what", first), data.get("how", HOW[0])
    if request.method != "POST" and what == "due" and data.get("amount", "").strip():
        what = "amount"  # who typed an amount meant it, whatever stood chosen beforehand
    return Choice(
        position,
        least_yen,
        what if what in WHAT and (what != "due" or _is_open(position)) else first,
        how if how in HOW else HOW[0],
        _commands.reference_of(request) or _commands.new_reference(),
        tuple(owing) if len(owing) > 1 else (),
    )


def _is_open(position: Position) -> bool:
    """Whether a payment of today counts for what is due."""
    is_early = position.pay_from_on is not None and position.on < position.pay_from_on
    return position.due_yen > 0 and (position.late_since is not None or not is_early)


# ------------------------------------------------------------------------------ what, and how
@require_safe
@access.members(Action.LOOK)
def repay(request: HttpRequest, member: Member) -> HttpResponse:
    """What is due, an amount, or all; what is owed may be chosen beforehand [返す]."""
    choice = _choice(request, member)
    if isinstance(choice, Reason):
        return reasons.show(request, choice, "closed.repay")
    form = PaymentForm(None, choice.least_yen, choice.position.payoff_yen)
    return _choice_page(request, choice, form)


def _choice_page(request: HttpRequest, choice: Choice, form: PaymentForm) -> HttpResponse:
    context = {
        "form": shown(form, pages.tongue_of(request)),
        "choice": choice,
        "is_open": _is_open(choice.position),
        "is_less": form.is_bound and any(one.code == "MNY-024" for one in form.faults_of("amount")),
    }
    return pages.show(request, "money/repay.html", context, status=422 if form.is_bound else 200)


# ---------------------------------------------------------------------------------- what it does
@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.LOOK)
def confirm(request: HttpRequest, member: Member) -> HttpResponse:
    """What a payment does, then the numbers or the account to pay with [返す内容の確認].

    LEDG-020: the same form makes one bill, however often it is sent.
    """
    earlier = _asked_before(request, member)
    if earlier is not None:
        return HttpResponseRedirect(reverse("money:bill", args=[earlier.bill_id]))
    choice = _choice(request, member)
    if isinstance(choice, Reason):
        return reasons.show(request, choice, "closed.repay")
    data = request.POST if request.method == "POST" else request.GET
    position = choice.position
    amount_yen = {"due": position.due_yen, "all": position.payoff_yen}.get(choice.what)
    if not amount_yen:
        form = PaymentForm(data, choice.least_yen, choice.position.payoff_yen)
        if form.is_valid() and form.cleaned_data["amount"] is None:
            form.refuse("amount", Fault("MNY-023"))
        if not form.is_valid():
            return _choice_page(request, replace(choice, what="amount"), form)
        amount_yen = int(form.cleaned_data["amount"])
    if choice.how == "debit":
        agreement_id = choice.position.key.agreement_id
        return HttpResponseRedirect(reverse("money:debit", args=[agreement_id]))
    is_as_shown = data.get("shown", "") == str(amount_yen)
    if request.method == "POST" and choice.how == "payeasy" and is_as_shown:
        return _bill(member, choice, amount_yen)
    return _effect_page(request, member, choice, amount_yen)


def _asked_before(request: HttpRequest, member: Member) -> Billed | None:
    """The bill that this reference made when it came first."""
    reference = _commands.reference_of(request)
    if not reference:
        return None
    with transaction.atomic(), connection.cursor() as cursor:
        made = _commands.made(cursor, f"bill {reference}", member.at)
        return payeasy.bill_of_reference(cursor, member.member_id, made)


def _bill(member: Member, choice: Choice, amount_yen: int) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        made = _commands.made(cursor, f"bill {choice.reference}", member.at)
        found = payeasy.ask_bill(cursor, choice.position.key, amount_yen, made)
    return HttpResponseRedirect(reverse("money:bill", args=[found.bill_id]))


def _effect_page(
    request: HttpRequest, member: Member, choice: Choice, amount_yen: int
) -> HttpResponse:
    key = choice.position.key
    with connection.cursor() as cursor:
        effect = payouts.effect(cursor, key, amount_yen, member.today)
        number = members.numbers_of(cursor, [member.member_id])[member.member_id]
        plan = queries.plan_of(cursor, key, member.today)
        mandate = debits.standing_mandate(cursor, key) if debits.serves(plan) else None
        kana = _ways.own_kana(cursor, member)
    query = {"agreement": key.agreement_id, "what": choice.what, "amount": amount_yen}
    context = {
        "choice": choice,
        "effect": effect,
        "typed": str(amount_yen),
        "is_all": amount_yen == choice.position.payoff_yen,
        "house": _ways.our_bank().account,
        "number": number,
        "kana": kana,
        "mandate": mandate,
        "today": member.today,
        "other_way": urlencode({
            **query, "how": "transfer" if choice.how == "payeasy" else "payeasy",
            "ref": choice.reference,
        }),
    }  # fmt: skip
    return pages.show(request, "money/repay_confirm.html", context)
