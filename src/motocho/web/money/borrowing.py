"""Borrowing: an amount, its whole cost in yen, the PIN [借りる].

Nothing stands in the amount beforehand, nothing is drawn by looking. The reference that one draw is
asked under is made with the first page and goes with it to the last, so that a double tap, a reload
and Back with another try all end at the one draw. Each PIN that is wrong counts as at the login.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from motocho.care.cases import draw_checks
from motocho.law.rules import Refusal
from motocho.loans import payouts, queries
from motocho.loans.payouts import Asked, Caution, Payout, Signal
from motocho.loans.queries import Position
from motocho.outside import teller
from motocho.outside.bank import Arrival
from motocho.people import members
from motocho.people.access import Action
from motocho.people.login import Entered, Missed
from motocho.units.errors import Fault, OutsideFailure, RefusedError, Unread
from motocho.units.money import yen_text
from motocho.web import _commands, access, pages
from motocho.web.access import Member
from motocho.web.fields import Form, PinField, YenField, shown
from motocho.web.member import safety, signing
from motocho.web.money import _ways, reasons
from motocho.web.money._ways import Target
from motocho.web.money.reasons import Reason

SHOWN_PAYOUTS = 3
CAUTION_TEXTS: Mapping[Caution, str] = {
    Caution.LATE_LATELY: "caution.late_lately",
    Caution.DUE_SOON: "caution.due_soon",
    Caution.MANY_DRAWS: "caution.many_draws",
    Caution.NEAR_LIMIT: "caution.near_limit",
}


class DrawField(YenField):
    """The amount of a draw: within what can be drawn, in the product's steps [借りる金額]."""

    def __init__(self, available_yen: int, unit_yen: int) -> None:
        super().__init__("borrow.amount", "borrow.amount_hint", most_yen=available_yen)
        self.unit_yen = unit_yen

    def read(self, text: str) -> int | Unread:
        """Whole yen [読取り]."""
        return super().read(text) if text.strip() else Unread("MNY-020", "")

    def faults(self, value: int) -> Iterator[Fault]:
        """Whether it can be drawn [範囲の点検]."""
        if value > self.most_yen:
            yield Fault("MNY-021", details={"available": yen_text(self.most_yen)})
        elif value < self.unit_yen or value % self.unit_yen:
            yield self._step_fault(value)

    def _step_fault(self, value: int) -> Fault:
        steps = value // self.unit_yen
        near = [one * self.unit_yen for one in (steps, steps + 1)]
        fitting = [yen_text(one) for one in near if self.unit_yen <= one <= self.most_yen]
        details = {
            "unit": yen_text(self.unit_yen),
            "amount": yen_text(value),
            "near": "か".join(f"{one}円" for one in fitting),
            "near_en": " or ".join(f"¥{one}" for one in fitting),
        }
        return Fault("MNY-022", details=details)


class AmountForm(Form):
    """The one question of the first page [金額の入力]."""

    def __init__(self, data: Mapping[str, Any] | None, available_yen: int, unit_yen: int) -> None:
        super().__init__(data)
        self.fields["amount"] = DrawField(available_yen, unit_yen)


class ConfirmForm(Form):
    """The PIN, which makes it a draw [暗証番号の入力]."""

    pin = PinField("borrow.pin", "borrow.pin_hint")


@dataclass(frozen=True, slots=True)
class Choice:
    """The agreement that is drawn on, and to where [借入先と振込先]."""

    position: Position
    unit_yen: int
    target: Target
    reference: str
    several: tuple[Position, ...]
    """All that could be drawn on, where there is a choice."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A draw as it is asked for [借入の内容]."""

    choice: Choice
    amount_yen: int

    @property
    def typed(self) -> str:
        """The amount as a form carries it on [次の画面への金額]."""
        return str(self.amount_yen)

    @property
    def query(self) -> str:
        """The same as the end of an address [アドレスの続き]."""
        return query_of(self.choice, self.amount_yen)


def query_of(choice: Choice, amount_yen: int, **more: str) -> str:
    """What an address carries from one page to the next [アドレスの続き]."""
    agreement_id = choice.position.key.agreement_id
    parts = {"agreement": agreement_id, "amount": amount_yen, "ref": choice.reference}
    return urlencode({**parts, **more})


def _choice(request: HttpRequest, member: Member) -> Choice | Reason:
    """What can be drawn on now, or why nothing can."""
    with transaction.atomic(), connection.cursor() as cursor:
        positions = [queries.position(cursor, one.key, member.today) for one in member.agreements]
        open_ones = [one for one, told in zip(positions, member.agreements, strict=True)
                     if told in member.open_agreements]  # fmt: skip
        reason = reasons.why_not_borrow(cursor, member, open_ones)
        if reason is not None:
            return reason
        target = _ways.target(cursor, member)
        if target is None:
            return reasons.NO_ACCOUNT
        drawable = tuple(one for one in open_ones if one.available_yen)
        asked = request.POST.get("agreement") or request.GET.get("agreement") or ""
        named = [one for one in drawable if str(one.key.agreement_id) == asked]
        if asked and not named:  # never another agreement than the one that was shown
            return reasons.CHANGED
        position = (named or drawable)[0]
        unit_yen = payouts.unit_yen(cursor, position.key)
    reference = _commands.reference_of(request) or _commands.new_reference()
    return Choice(position, unit_yen, target, reference, drawable if len(drawable) > 1 else ())


# --------------------------------------------------------------------------------- first: how much
@require_safe
@access.members(Action.LOOK)
def borrow(request: HttpRequest, member: Member) -> HttpResponse:
    """How much; the page says first whatever stands in the way [借りる 1 金額]."""
    choice = _choice(request, member)
    if isinstance(choice, Reason):
        return reasons.show(request, choice)
    form = AmountForm(None, choice.position.available_yen, choice.unit_yen)
    return _amount_page(request, member, choice, form)


def _amount_page(
    request: HttpRequest, member: Member, choice: Choice, form: AmountForm
) -> HttpResponse:
    with connection.cursor() as cursor:
        under_way = [
            one
            for one in payouts.latest(cursor, member.member_id, SHOWN_PAYOUTS)
            if one.ended_at is None
        ]
    context = {
        "form": shown(form, pages.tongue_of(request)),
        "choice": choice,
        "under_way": under_way,
    }
    return pages.show(request, "money/borrow.html", context, status=422 if form.is_bound else 200)


# ------------------------------------------------------------------------ second: what it costs
@require_safe
@access.members(Action.LOOK)
def cost(request: HttpRequest, member: Member) -> HttpResponse:
    """All that it costs, beside less; first a fact where there is risk [借りる 2 費用]."""
    wanted = _wanted(request, member)
    if isinstance(wanted, HttpResponse):
        return wanted
    choice, amount_yen = wanted.choice, wanted.amount_yen
    key, arrives = choice.position.key, _arrival(wanted, member)
    with connection.cursor() as cursor:
        costs = payouts.cost(cursor, key, amount_yen, member.today, arrives.on)
        told = payouts.caution_of(cursor, key, amount_yen, member.today)
    if costs is None:
        return reasons.show(request, reasons.NO_END)
    if told is not None and request.GET.get("seen") != "yes":
        seen = query_of(choice, amount_yen, seen="yes")
        context = {"caution": CAUTION_TEXTS[told], "wanted": wanted, "seen": seen}
        return pages.show(request, "money/caution.html", context)
    smaller = costs.smaller and query_of(choice, costs.smaller.amount_yen, seen="yes")
    context = {
        "costs": costs,
        "wanted": wanted,
        "arrives": arrives,
        "sent_at": payouts.send_from(member.at),
        "smaller": smaller,
        "first": costs.wanted.ends.rows[0],
    }
    return pages.show(request, "money/cost.html", context)


def _arrival(wanted: Wanted, member: Member) -> Arrival:
    ordered_at = payouts.send_from(member.at)
    return _ways.arrival(wanted.choice.target.payee.account, wanted.amount_yen, ordered_at)


def _wanted(request: HttpRequest, member: Member) -> Wanted | HttpResponse:
    """The draw that an address or a form asks for; the page that says what is wrong with it."""
    choice = _choice(request, member)
    if isinstance(choice, Reason):
        return reasons.show(request, choice)
    data = request.POST if request.method == "POST" else request.GET
    if not _commands.reference_of(request) or "amount" not in data:
        return HttpResponseRedirect(reverse("money:borrow"))
    form = AmountForm(data, choice.position.available_yen, choice.unit_yen)
    if not form.is_valid():
        return _amount_page(request, member, choice, form)
    return Wanted(choice, form.cleaned_data["amount"])


# ------------------------------------------------------------------------------- third: the PIN
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@access.members(Action.LOOK)
def confirm(request: HttpRequest, member: Member) -> HttpResponse:
    """The PIN makes it a draw [借りる 3 暗証番号] · AUTH-004, AUTH-010, LEND-019, FRAUD-002."""
    earlier = _asked_before(request, member)
    if earlier is not None:
        return _to(earlier)
    wanted = _wanted(request, member)
    if isinstance(wanted, HttpResponse):
        return wanted
    if request.method != "POST":
        return _confirm_page(request, member, wanted, ConfirmForm())
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _confirm_page(request, member, wanted, form)
    try:
        teller.from_environment().ask_open()
    except OutsideFailure:
        return reasons.show(request, reasons.BANK_SHUT)
    with connection.cursor() as cursor:
        number = members.numbers_of(cursor, [member.member_id])[member.member_id]
    outcome = signing.attempt(request, number, form.cleaned_data["pin"])
    if isinstance(outcome, Missed):
        form.refuse("pin", Fault("MNY-026", details={"left": str(outcome.left)}))
        return _confirm_page(request, member, wanted, form)
    if not isinstance(outcome, Entered):
        safety.end(request, member)
        return signing.stopped(request, outcome)
    done = _ask(member, wanted, _told(request))
    return reasons.show(request, done) if isinstance(done, Reason) else _to(done)


BOXES: Mapping[Signal, str] = {
    Signal.REMOTE: "signal.remote",
    Signal.NAMED_PAYEE: "signal.named_payee",
    Signal.TOLD_BY: "signal.told_by",
    Signal.ON_CALL: "signal.on_call",
    Signal.UNKNOWN_MONEY: "signal.unknown_money",
    Signal.STORY: "signal.story",
}
"""What is asked before the first draw to an account, and the key of its words · FRAUD-001."""


def _told(request: HttpRequest) -> frozenset[Signal]:
    """What was ticked [本人の申告]."""
    ticked = request.POST.getlist("told")
    return frozenset(one.signal for one in payouts.boxes() if one.signal.value in ticked)


def _asked_before(request: HttpRequest, member: Member) -> Payout | None:
    """What this reference asked for when it came first: the one draw of all its forms."""
    reference = _commands.reference_of(request)
    if not reference:
        return None
    with transaction.atomic(), connection.cursor() as cursor:
        made = _commands.made(cursor, f"borrow {reference}", member.at)
        return payouts.of_reference(cursor, member.member_id, made)


def _to(payout: Payout) -> HttpResponse:
    return HttpResponseRedirect(reverse("money:payout", args=[payout.key.payout_id]))


def _ask(member: Member, wanted: Wanted, told: frozenset[Signal]) -> Payout | Reason:
    """The draw, in one transaction with all that may refuse it; signs of a fraud hold it.

    Raises    RefusedError for a refusal that has no page of its own.
    """
    choice = wanted.choice
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            kana = _ways.own_kana(cursor, member)
            arrives_on = _arrival(wanted, member).on
            asked = Asked(wanted.amount_yen, choice.target.payee, kana, arrives_on, told)
            made = _commands.made(cursor, f"borrow {choice.reference}", member.at)
            return payouts.ask(cursor, choice.position.key, asked, made)
    except RefusedError as error:
        fault = error.faults[0]
        refusal = Refusal(fault.details.get("rule", ""), fault.code, (), dict(fault.details))
        reason = reasons.of_refusal(refusal)
        if reason is None:
            raise
        if reason is reasons.CALLED_BACK:
            _hold(member, wanted, refusal)
        if reason is reasons.OTHER_ACCOUNT:
            with transaction.atomic(), connection.cursor() as cursor:
                draw_checks.note_listed(cursor, member.member_id, refusal, member.at)
        return reason


def _hold(member: Member, wanted: Wanted, refusal: Refusal) -> None:
    """Stop the member's draws until somebody of ours has called back · FRAUD-001."""
    signals = frozenset(map(Signal, refusal.details["signals"].split(",")))
    with transaction.atomic(), connection.cursor() as cursor:
        made = _commands.made(cursor, f"held {wanted.choice.reference}", member.at)
        held = draw_checks.Held(wanted.amount_yen, signals)
        draw_checks.hold(cursor, wanted.choice.position.key, held, made)


def _confirm_page(
    request: HttpRequest, member: Member, wanted: Wanted, form: ConfirmForm
) -> HttpResponse:
    account = wanted.choice.target.payee.account
    with connection.cursor() as cursor:
        is_first = payouts.is_first(cursor, member.member_id, account)
    ticked = _told(request)
    context = {
        "form": shown(form, pages.tongue_of(request)),
        "boxes": [(one.value, label, one in ticked) for one, label in BOXES.items() if is_first],
        "wanted": wanted,
        "arrives": _arrival(wanted, member),
        "sent_at": payouts.send_from(member.at),
    }
    return pages.show(request, "money/confirm.html", context, status=422 if form.is_bound else 200)
