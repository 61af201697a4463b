"""One claim against us at the desk: what was done, and what may be done next [請求への対応].

Each step that may follow has its form; what needs another person is asked for here and decided on
the page of approvals. A stale page takes no step that is not open any more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.care.cases import disclosures
from motocho.documents.intake import MOST_BYTES
from motocho.loans.commands import Made
from motocho.office import lender
from motocho.office.lender import (
    Asking,
    Basis,
    Cause,
    Claim,
    ClaimKey,
    Entitled,
    Late,
    Noted,
    Offer,
    Payee,
    Returning,
    Step,
    Stopping,
)
from motocho.outside.bank import AccountType, BankAccount
from motocho.outside.clock import JAPAN
from motocho.people.access import Action
from motocho.units.errors import (
    Fault,
    FaultyInput,
    InputError,
    NotAllowedError,
    RefusedError,
    StateConflict,
    Unread,
)
from motocho.units.text import folded
from motocho.web import _commands, _recalculated, access, pages
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField, labels, offering
from motocho.web.desk._claims import (
    CAUSES,
    CLAIMANTS,
    CONVENTIONS,
    DUES,
    ENDS,
    KINDS,
    LATE,
    SECONDS,
    STEPS,
)
from motocho.web.desk._covering import once_known, unknown
from motocho.web.desk.claiming import about_claim
from motocho.web.desk.settling import LARGEST_YEN, About, fresh, source_of
from motocho.web.fields import (
    Asked,
    DateField,
    Form,
    LineField,
    LinesField,
    Manner,
    WordsField,
    YenField,
)
from motocho.web.words import Said, Tongue, said

PROOFS = labels(disclosures.Proof, "cases.proof")
SHOWN_FAULTS = 20


class DigitsField(LineField):
    """So many digits, in any width [数字]."""

    manner = Manner(width="short", keyboard="numeric")

    def __init__(self, label: str, count: int) -> None:
        super().__init__(label)
        self.count = count

    def read(self, text: str) -> str | Unread:
        """The digits [読取り]."""
        plain = "".join(folded(text).split())
        if len(plain) != self.count or not (plain.isascii() and plain.isdigit()):
            return Unread("CLU-019", plain, {"count": str(self.count)})
        return plain


class CheckForm(Form):
    """By what the claimant is known [本人・代理権の確認]."""

    proof = ChoiceField("claiming.proof", known=PROOFS)
    proof_ref = WordsField("claiming.proof_ref")


class DiscloseForm(Form):
    """Where the history goes [開示の送り先]."""

    to_address = WordsField("claiming.to_address", "claiming.to_address_hint", optional="optional")


class ReckonForm(Form):
    """Until which day and under which conventions [計算の前提]."""

    until_on = DateField("claiming.until_on")
    contracts = ChoiceField("claiming.contracts", known=CONVENTIONS["contracts"])
    overpayment_rate_rule = ChoiceField(
        "claiming.overpayment_rate_rule", known=CONVENTIONS["overpayment_rate_rule"]
    )
    overpayment_appropriation = ChoiceField(
        "claiming.overpayment_appropriation", known=CONVENTIONS["overpayment_appropriation"]
    )
    first_day = ChoiceField("claiming.first_day", known=CONVENTIONS["first_day"])
    year_basis = ChoiceField("claiming.year_basis", known=CONVENTIONS["year_basis"])
    opening_balance = ChoiceField("claiming.opening_balance", known=CONVENTIONS["opening_balance"])


class CompareForm(Form):
    """Their sheet is a file alone [相手方の計算書]."""


class OfferForm(Form):
    """What we would pay, and by when [和解案]."""

    offer = YenField("claiming.offer_yen", "claiming.offer_hint", least_yen=0, most_yen=LARGEST_YEN)
    answer_until = DateField("claiming.answer_until")
    pay_by = DateField("claiming.pay_by")
    offer_reason = LinesField("desk.approval.reason", "desk.collect.reason_hint")


class CounterForm(Form):
    """What they want [相手方の提案]."""

    counter = YenField("claiming.counter_yen", most_yen=LARGEST_YEN)
    counter_words = LinesField("claiming.words", optional="optional")


class AcceptForm(Form):
    """They took our last offer [受諾]."""

    accepted_on = DateField("claiming.accepted_on", "claiming.accepted_on_hint")
    accept_words = LinesField("claiming.accept_words", optional="optional")


class SettleForm(Form):
    """The signed paper, and why [和解の依頼]."""

    settle_ref = WordsField("claiming.settle_ref")
    settle_reason = LinesField("desk.approval.reason", "desk.collect.reason_hint")


class PayForm(Form):
    """To which account, and when [支払の依頼]."""

    bank_code = DigitsField("claiming.bank_code", 4)
    branch_code = DigitsField("claiming.branch_code", 3)
    account_kind = ChoiceField("claiming.account_kind", known=KINDS)
    account_number = DigitsField("claiming.account_number", 7)
    holder = WordsField("claiming.holder", "claiming.holder_hint")
    pay_on = DateField("claiming.pay_on")
    late = ChoiceField("claiming.late", "claiming.late_hint", known=LATE)
    pay_reason = LinesField("desk.approval.reason", "desk.collect.reason_hint")


class PaidForm(Form):
    """On which day the bank paid it [支払の確認]."""

    paid_on = DateField("claiming.paid_on")


class ReturnForm(Form):
    """What the bank says, and by which paper [振込不能・組戻し]."""

    returned_on = DateField("claiming.returned_on")
    returned_ref = WordsField("claiming.returned_ref")
    returned_words = WordsField("claiming.returned_words")
    returned_reason = LinesField("desk.approval.reason", "desk.collect.reason_hint")


class StopForm(Form):
    """Why nothing may be promised or paid [支払の差止め]."""

    cause = ChoiceField("claiming.cause", known=CAUSES)
    stop_ref = WordsField("claiming.stop_ref", optional="optional")
    stop_words = LinesField("claiming.stop_words")


class ResumeForm(Form):
    """To whom it is owed now, and by which paper [差止めの解除]."""

    entitled = WordsField("claiming.entitled", "claiming.entitled_hint")
    resume_ref = WordsField("claiming.resume_ref")
    resume_reason = LinesField("desk.approval.reason", "desk.collect.reason_hint")


class CorrectForm(Form):
    """What was reported to which bureaus [信用情報の訂正]."""

    corrected_words = LinesField("claiming.corrected_words", "claiming.corrected_hint")


class EndForm(Form):
    """How it ended without a settlement, and why [終了]."""

    how = ChoiceField("claiming.how", known=ENDS)
    end_words = LinesField("claiming.end_words")


@dataclass(frozen=True, slots=True)
class Moment:
    """A sending of a form: about whom, of which claim, how it comes to the book [操作]."""

    request: HttpRequest
    about: About
    claim: Claim
    made: Made

    @property
    def key(self) -> ClaimKey:
        """The claim [請求]."""
        return self.claim.key

    def asking(self, reason: str) -> Asking:
        """What an approval is asked with [承認の依頼]."""
        made = self.made
        return Asking(self.about.staff, reason, made.external_ref, made.booked_at, made.business_on)

    def file(self) -> tuple[str, bytes]:
        """The file that was sent; empty without one [添付].

        Raises    FaultyInput for one that is too large.
        """
        sent = self.request.FILES.get("file")
        if sent is None:
            return "", b""
        if (sent.size or 0) > MOST_BYTES:
            details = {"most": str(MOST_BYTES >> 20)}
            raise FaultyInput(Fault("STU-017", file=sent.name, details=details))
        return sent.name or "", sent.read()


Typed: TypeAlias = Mapping[str, Any]


def _check(cursor: Any, of: Moment, typed: Typed) -> None:
    lender.check(cursor, of.key, disclosures.Proof(typed["proof"]), typed["proof_ref"], of.made)


def _disclose(cursor: Any, of: Moment, typed: Typed) -> None:
    lender.disclose(cursor, of.key, typed["to_address"] or "", of.made)


def _reckon(cursor: Any, of: Moment, typed: Typed) -> None:
    name, content = of.file()
    chosen = {one: typed[one] for one in lender.CONVENTIONS}
    lender.reckon(cursor, of.key, Basis(typed["until_on"], chosen, name, content), of.made)


def _compare(cursor: Any, of: Moment, typed: Typed) -> None:
    del typed
    name, content = of.file()
    if not content:
        raise FaultyInput(Fault("STU-016"))
    lender.compare(cursor, of.key, (name, content), of.made)


def _offer(cursor: Any, of: Moment, typed: Typed) -> None:
    offer = Offer(typed["offer"], typed["answer_until"], typed["pay_by"])
    lender.ask_offer(cursor, of.key, offer, of.asking(typed["offer_reason"]))


def _counter(cursor: Any, of: Moment, typed: Typed) -> None:
    lender.counter(cursor, of.key, typed["counter"], typed["counter_words"] or "", of.made)


def _accept(cursor: Any, of: Moment, typed: Typed) -> None:
    words = typed["accept_words"] or ""
    lender.accept(cursor, of.key, typed["accepted_on"], words, of.made)


def _settle(cursor: Any, of: Moment, typed: Typed) -> None:
    lender.ask_settlement(cursor, of.key, typed["settle_ref"], of.asking(typed["settle_reason"]))


def _pay(cursor: Any, of: Moment, typed: Typed) -> None:
    account = BankAccount(
        typed["bank_code"], typed["branch_code"], AccountType(typed["account_kind"]),
        typed["account_number"],
    )  # fmt: skip
    payee = Payee(account, typed["holder"], typed["pay_on"], Late(typed["late"]))
    lender.ask_payment(cursor, of.key, payee, of.asking(typed["pay_reason"]))


def _paid(cursor: Any, of: Moment, typed: Typed) -> None:
    lender.note_paid(cursor, of.key, typed["paid_on"], of.made)


def _return(cursor: Any, of: Moment, typed: Typed) -> None:
    said_of_it = Returning(typed["returned_on"], typed["returned_ref"], typed["returned_words"])
    lender.ask_return(cursor, of.key, said_of_it, of.asking(typed["returned_reason"]))


def _stop(cursor: Any, of: Moment, typed: Typed) -> None:
    stopping = Stopping(Cause(typed["cause"]), typed["stop_ref"] or "", typed["stop_words"])
    lender.stop(cursor, of.key, stopping, of.made)


def _resume(cursor: Any, of: Moment, typed: Typed) -> None:
    entitled = Entitled(typed["entitled"], typed["resume_ref"])
    lender.ask_resume(cursor, of.key, entitled, of.asking(typed["resume_reason"]))


def _corrected(cursor: Any, of: Moment, typed: Typed) -> None:
    lender.note_corrected(cursor, of.key, typed["corrected_words"], of.made)


def _end(cursor: Any, of: Moment, typed: Typed) -> None:
    lender.end(cursor, of.key, Step(typed["how"]), typed["end_words"], of.made)


@dataclass(frozen=True, slots=True)
class Deed:
    """What may be done about a claim [操作]: its step, its form, how it is done."""

    step: Step
    form: type[Form]
    act: Callable[[Any, Moment, Typed], None]
    takes_file: str = ""


DEEDS: Mapping[str, Deed] = {
    "check": Deed(Step.CHECKED, CheckForm, _check),
    "disclose": Deed(Step.DISCLOSED, DiscloseForm, _disclose),
    "reckon": Deed(Step.RECKONED, ReckonForm, _reckon, "claiming.history_file"),
    "compare": Deed(Step.COMPARED, CompareForm, _compare, "claiming.their_file"),
    "offer": Deed(Step.OFFERED, OfferForm, _offer),
    "counter": Deed(Step.COUNTERED, CounterForm, _counter),
    "accept": Deed(Step.ACCEPTED, AcceptForm, _accept),
    "settle": Deed(Step.SETTLED, SettleForm, _settle),
    "pay": Deed(Step.RELEASED, PayForm, _pay),
    "paid": Deed(Step.PAID, PaidForm, _paid),
    "return": Deed(Step.RETURNED, ReturnForm, _return),
    "correct": Deed(Step.CORRECTED, CorrectForm, _corrected),
    "stop": Deed(Step.STOPPED, StopForm, _stop),
    "resume": Deed(Step.RESUMED, ResumeForm, _resume),
    "end": Deed(Step.WITHDRAWN, EndForm, _end),
}


@dataclass(frozen=True, slots=True)
class Section:
    """A step that may follow, as the page shows it [次の操作]."""

    do: str
    title: str
    lead: str
    boxes: tuple[tuple[Asked, Mapping[str, str] | None], ...]
    takes_file: str
    is_open: str
    needs_two: str


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.COLLECT)
@once_known
def claim(
    request: HttpRequest, colleague: Colleague, member_id: int, claim_id: int
) -> HttpResponse:
    """A claim: what was done, what is due, what may follow; one step is taken [請求への対応]."""
    key = ClaimKey(member_id, claim_id)
    wanted = request.POST.get("do", "")
    with transaction.atomic(), connection.cursor() as cursor:
        about = about_claim(cursor, colleague, key)
        known = lender.one(cursor, key)
    wrong: list[Said] = []
    form: Form | None = None
    if request.method == "POST":
        form, faults = _done(request, about, known)
        if form is not None and not faults and form.is_valid():
            return HttpResponseRedirect(reverse("desk:claim", args=key))
        wrong = [said(one, pages.tongue_of(request)) for one in faults[:SHOWN_FAULTS]]
    with transaction.atomic(), connection.cursor() as cursor:
        context = _context(cursor, about, lender.one(cursor, key), pages.tongue_of(request))
    context |= {"sections": _sections(request, context["claim"], (wanted, form)), "wrong": wrong}
    status = 422 if request.method == "POST" else 200
    return pages.show(request, "desk/claim.html", context, status=status)


def _done(
    request: HttpRequest, about: About, known: Claim
) -> tuple[Form | None, tuple[Fault, ...]]:
    """Take the step of a form in a transaction of its own: what is refused leaves nothing."""
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        return None, (Fault("DSK-017"),)
    form = deed.form(request.POST)
    if deed.form is CheckForm:
        offering(form, {"proof": _proofs(known)})
    if deed.form is EndForm:
        offering(form, {"how": _ends(known)})
    if not form.is_valid():
        return form, ()
    at = about.colleague.at
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            made = _commands.made(cursor, source_of(request), at, about.staff.actor, _commands.DESK)
            deed.act(cursor, Moment(request, about, known, made), form.cleaned_data)
    except (InputError, FaultyInput, NotAllowedError, RefusedError, StateConflict) as error:
        return form, error.faults
    return form, ()


def _proofs(known: Claim) -> dict[str, str]:
    fitting = lender.proofs_of(known.told.claimant)
    return {one.value: PROOFS[one.value] for one in disclosures.Proof if one in fitting}


def _ends(known: Claim) -> dict[str, str]:
    """What was accepted is not refused any more; they may still withdraw it."""
    return {name: label for name, label in ENDS.items() if Step(name) in known.nexts}


def _note_of(one: Noted) -> str:
    """What a step says beside its words: its cause, its day, its account."""
    content = one.content
    names = ("bank_code", "branch_code", "account_number", "holder", "pay_on")
    named = [content[name] for name in names] if one.step is Step.RELEASED else []
    return " ".join([*named, str(content.get("entitled", "")), str(content.get("returned_on", ""))])


def _warnings(reckoned: Noted | None, tongue: Tongue) -> list[Said]:
    """What our recalculation warns of: prescription, another count, whose mandate ends where."""
    kept = [] if reckoned is None else reckoned.content["warnings"]
    return [said(Fault(one["code"], details=one["details"]), tongue) for one in kept]


def _context(cursor: Any, about: About, known: Claim, tongue: Tongue) -> dict[str, Any]:
    reckoned = known.last(Step.RECKONED)
    today = about.colleague.at.astimezone(JAPAN).date()
    dues = [
        (one.plan.facts["on"], DUES[str(one.plan.facts["follow"])])
        for one in lender.deadlines(cursor, known.key)
    ]
    return {
        "desk": about.colleague,
        "member": about.member,
        "unknown": unknown(cursor, about.colleague, about.member.member_id),
        "claim": known,
        "claimant": CLAIMANTS[known.told.claimant.value],
        "second": "" if known.told.second is None else SECONDS[known.told.second.value],
        "steps": [(one, STEPS[one.step], _note_of(one)) for one in known.steps],
        "stopped": [CAUSES[one.value] for one in lender.causes(known)],
        "unanswered": [CAUSES[one.value] for one in lender.unanswered(cursor, known, today)],
        "warnings": _warnings(reckoned, tongue),
        "reckoned": reckoned,
        "has_paper": known.last(Step.ACCEPTED) is not None and not known.is_over,
        "compared": known.last(Step.COMPARED),
        "forms": _recalculated.FORMS,
        "dues": sorted(dues),
        "ref": _commands.new_reference(),
    }


def _sections(request: HttpRequest, known: Claim, sent: tuple[str, Form | None]) -> list[Section]:
    """The forms of what may follow; the one that was sent keeps what was typed."""
    tongue = pages.tongue_of(request)
    at = pages.moment(request)
    usual = {
        "until_on": f"{at:%Y/%m/%d}",
        "answer_until": f"{at + timedelta(days=14):%Y/%m/%d}",
        "pay_by": f"{at + timedelta(days=44):%Y/%m/%d}",
        "paid_on": f"{at:%Y/%m/%d}",
        "accepted_on": f"{at:%Y/%m/%d}",
        "late": Late.OURS.value,
        **{name: values[0] for name, values in lender.CONVENTIONS.items()},
    }
    choices: dict[str, Mapping[str, str]] = {
        "proof": _proofs(known),
        "account_kind": KINDS,
        "how": _ends(known),
        "cause": CAUSES,
        "late": LATE,
        **CONVENTIONS,
    }
    found = []
    for name, deed in DEEDS.items():
        if deed.step not in known.nexts:
            continue
        is_sent = sent[0] == name and sent[1] is not None
        form = sent[1] if is_sent and sent[1] is not None else fresh(deed.form(), usual)
        boxes = tuple((one, choices.get(one.name)) for one in form.asked(tongue).values())
        found.append(
            Section(
                name,
                f"claiming.do_{name}",
                f"claiming.lead_{name}",
                boxes,
                deed.takes_file,
                "yes" if is_sent else "",
                "yes" if deed.step in lender.BY_TWO else "",
            )
        )
    return found


@require_safe
@access.staff(Action.COLLECT)
@once_known
def sheet(
    request: HttpRequest,  # noqa: ARG001
    colleague: Colleague,
    member_id: int,
    claim_id: int,
    form: str,
) -> HttpResponse:
    """Our own recalculation of a claim as a file [当社の計算書]."""
    key = ClaimKey(member_id, claim_id)
    with transaction.atomic(), connection.cursor() as cursor:
        about_claim(cursor, colleague, key)
        statement = lender.again(cursor, key)
    return _recalculated.file(statement, form, f"claim-{claim_id}")
