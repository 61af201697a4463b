"""From an agreed offer to its contract or higher limit, in one transaction [契約の締結].

    refusals = conclusions.lacking(cursor, application, paper_no, at)     everything, or nothing
    done = conclusions.conclude(cursor, key, (paper_no, Signed.BY_WIRE), made)

Survey, agreement, conclusion and the application's end are there together or not at all; coming
again under its reference, the command gives what was done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from motocho.contact.directory import Lender
from motocho.contact.holds import Source
from motocho.documents import archive
from motocho.documents.archive import About, Delivered, Kind, Signed
from motocho.documents.statutory import making
from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.loans import commands, products
from motocho.loans.commands import Evidence, Key, Made, Opening, Raise
from motocho.loans.monitoring import Income
from motocho.loans.policy import Consent, Status
from motocho.loans.queries import BureauSaid, Contract, IncomeShown
from motocho.outside.clock import JAPAN
from motocho.people import card_orders, members
from motocho.screening import decision as rules
from motocho.screening import gathering
from motocho.screening.applications import decisions, evidence, forms, joining
from motocho.screening.applications.decisions import Kept
from motocho.screening.applications.forms import Application, ApplicationKey, Outcome
from motocho.screening.applications.joining import CardWish
from motocho.screening.bureau import consents
from motocho.screening.decision import AskedKind, Decision, Verdict
from motocho.screening.identity import records
from motocho.units.errors import (
    Fault,
    NotFoundError,
    RefusedError,
    StateConflict,
    ensure,
)


@dataclass(frozen=True, slots=True)
class Concluded:
    """What an application became [契約の結果]."""

    key: ApplicationKey
    agreement: Key
    event_no: int
    survey_id: int
    is_repeat: bool


# --------------------------------------------------------------------------------- shown before
def show_terms(cursor: Any, of: Kept, lender: Lender, at: datetime) -> Delivered:
    """Deliver the paper of before a contract, of just what is offered, once [契約締結前書面].

    Interest-free days are left out: they are of the day of the contract, which nobody promises.

    Raises    StateConflict for a decision that offers nothing, or is not approved.
    Law       貸金業法16条の2第2項; 施行規則12条の2第2項 · DOC-001.
    """
    application = forms.opened(cursor, of.key)
    known = decisions.standing(cursor, of.key)
    if known is None or known.decision.digest != of.digest:
        raise StateConflict(Fault("SCR-209"))
    if of.limit_yen is None or not known.is_approved:
        raise StateConflict(Fault("SCR-212"))
    member = members.one(cursor, of.key.member_id)
    name = f"{member.person.family_name} {member.person.given_name}"
    on = at.astimezone(JAPAN).date()
    borrower = making.Borrower(name, "", member.member_number)
    subject = making.Subject(lender, borrower, offered(cursor, application, of, at), on)
    paper = making.contract(subject, Kind.PRE_CONTRACT)
    return archive.deliver(cursor, paper, _about(of), at)


def paper_of(cursor: Any, of: Kept) -> archive.Kept | None:
    """The pre-contract paper that was delivered of just a decision [締結前書面]."""
    cause = _about(of).cause
    papers = archive.listed(cursor, of.key.member_id, 0)
    return next((one for one in papers if one.cause == cause), None)


def _about(of: Kept) -> About:
    return About(Key(of.key.member_id, 0), Kind.PRE_CONTRACT, joining.cause_of(of))


def offered(cursor: Any, application: Application, of: Kept, at: datetime) -> Contract:
    """The contract that an offer would make, with its terms of the day [提案の条件]."""
    on, plan = at.astimezone(JAPAN).date(), application.wanted.plan
    product = products.on_day(cursor, plan.product_id, on)
    due = product.plan(plan.scheme, plan.day_of_month)
    limit_yen, rate_ppm = _offer(of)
    terms = products.terms_of(product, limit_yen, due, (0, 0))._replace(rate_ppm=rate_ppm)
    key = Key(of.key.member_id, 0)
    return Contract(key, on, Status.OPEN, product, terms, limit_yen)


def _offer(of: Kept) -> tuple[int, int]:
    ensure(of.limit_yen is not None and of.rate_ppm is not None, "an offer", verdict=of.verdict)
    return of.limit_yen or 0, of.rate_ppm or 0


# --------------------------------------------------------------------------------------- lacking
def lacking(
    cursor: Any, application: Application, paper_no: int | None, at: datetime
) -> tuple[Refusal, ...]:
    """Everything that stands between an application and its contract [契約の前提] · LEND-001.

    Takes     the paper that was delivered before, for a new contract.
    """
    known = decisions.standing(cursor, application.key)
    if known is None or known.decision.limit_yen is None:
        return (_refusal("LEND-001", "SCR-209", "貸金業法13条1項"),)
    return tuple(_lacking(cursor, application, known, paper_no, at))


def _lacking(
    cursor: Any,
    application: Application,
    known: decisions.Standing,
    paper_no: int | None,
    at: datetime,
) -> Iterator[Refusal]:
    of, on = known.decision, at.astimezone(JAPAN).date()
    if not known.is_approved:
        counts = {"there": str(len(known.approved_by)), "wanted": str(of.persons)}
        yield _refusal("LEND-001", "SCR-212", "貸金業法13条1項", **counts)
    if not known.is_accepted:
        yield _refusal("LEND-001", "SCR-213", "貸金業法13条1項")
    is_old = of.holds_until is None or of.holds_until < on
    if is_old or not decisions.is_current(cursor, of):
        yield _refusal("LEND-001", "SCR-210", "貸金業法13条1項")
    elif not _still_holds(cursor, application, of, at) or decisions.is_judged_since(cursor, known):
        yield _refusal("LEND-001", "SCR-211", "貸金業法13条1項、13条の2")
    identified = records.check_identified(cursor, application.key.member_id, on)
    if identified is not None:
        yield identified
    if application.kind is not AskedKind.NEW:
        return
    consent = consents.check_contract(cursor, application.key.member_id, at)
    if consent is not None:
        yield consent
    if not _is_shown(cursor, of, paper_no, at):
        yield _refusal("DOC-001", "SCR-214", "貸金業法16条の2第2項")


def _refusal(rule_id: str, code: str, law: str, **details: str) -> Refusal:
    return Refusal(rule_id, code, parse_citations(law), details)


def _still_holds(cursor: Any, application: Application, of: Kept, at: datetime) -> bool:
    """Whether the rules of now, on what is known now, offer the same [決定の維持].

    A contract that was made meanwhile, a wish not to be lent to, a product that ended, a suspicion
    that asks for a person: each may have come after the decision. A new contract is of the version
    of the product that was decided on and shown: another has other terms, be the rate the same.
    """
    now = decisions.again(cursor, application, "system", at)
    if now.offer is None or now.verdict not in {of.verdict, Verdict.OFFER}:
        return False
    if not decisions.is_of_version(cursor, of, now):
        return False
    same = (now.offer.limit_yen, now.offer.rate_ppm) == (of.limit_yen, of.rate_ppm)
    return same and now.offer.persons <= of.persons


def _is_shown(cursor: Any, of: Kept, paper_no: int | None, at: datetime) -> bool:
    if paper_no is None:
        return False
    member_id = of.key.member_id
    try:
        archive.refuse_unless_before(cursor, member_id, paper_no, at)
    except (RefusedError, NotFoundError):
        return False
    return archive.one(cursor, member_id, paper_no).cause == _about(of).cause


# ------------------------------------------------------------------------------------ concluding
def conclude(cursor: Any, key: ApplicationKey, signed: tuple[int, Signed], made: Made) -> Concluded:
    """Make the contract of an application, whole or not at all [契約の締結].

    Takes     the paper whose terms were shown before, and in what the contract is made.
    Raises    RefusedError with everything that is lacking; StateConflict if the application is
              over otherwise.
    Lock      the member's row, then the member's agreements.
    Law       貸金業法13条1項, 16条の2第2項, 41条の36第2項; 犯収法4条1項.
    """
    paper_no, way = signed
    repeat, application = _begun(cursor, key)
    if repeat is not None:
        return repeat
    _refuse_lacking(cursor, application, paper_no, made)
    of = _newest(cursor, key)
    survey_id = _survey(cursor, of, made)
    plan, (limit_yen, rate_ppm) = application.wanted.plan, _offer(of)
    opening = Opening(plan.product_id, limit_yen, plan.scheme, plan.day_of_month, survey_id)
    done = commands.open_agreement(cursor, key.member_id, opening, made)
    if done.step.state.terms.rate_ppm > rate_ppm:
        commands.change_rate(cursor, done.key, rate_ppm, _apart(made, "rate"))
    archive.conclude(cursor, done.key, paper_no, way, made.booked_at)
    _lead_on(cursor, key, done.key, made)
    return _end(cursor, application, (of, survey_id, done, paper_no), made)


def _lead_on(cursor: Any, key: ApplicationKey, agreement: Key, made: Made) -> None:
    """The mail that leads to the first PIN follows the journal; a card where one is wanted."""
    source = Source(made.actor, made.external_ref)
    forms.tell(
        cursor, key, "contract_made", source, made.booked_at, agreement=agreement.agreement_id
    )
    if joining.wish_of(cursor, key) is CardWish.WANTED:
        wanted = card_orders.Wanted(card_orders.Cause.FIRST)
        by = (made.actor, f"application {key.application_id}")
        card_orders.order(cursor, key.member_id, wanted, by, made.booked_at)


def raise_limit(cursor: Any, key: ApplicationKey, made: Made) -> Concluded:
    """Raise the limit that an application asked for, with the rate that goes with it [増額].

    From 1,000,000 yen on the rate steps down in the same transaction; the paper of what changed and
    what monitoring asks for follow from the journal's row, as of any other rise.

    Raises    as `conclude`.
    Lock      the member's row, then the member's agreements.
    Law       貸金業法13条5項; 利息制限法1条 · LEND-023.
    """
    repeat, application = _begun(cursor, key)
    if repeat is not None:
        return repeat
    agreement = forms.agreement_of(application)
    if agreement is None:
        raise StateConflict(Fault("SCR-209"))
    _refuse_lacking(cursor, application, None, made)
    of = _newest(cursor, key)
    survey_id = _survey(cursor, of, made)
    limit_yen, rate_ppm = _offer(of)
    consent = Consent(made.business_on, f"application {key.application_id} {of.decision_no}")
    done = commands.change_limit(cursor, agreement, limit_yen, made, Raise(consent, survey_id))
    if done.step.state.terms.rate_ppm > rate_ppm:
        commands.change_rate(cursor, agreement, rate_ppm, _apart(made, "rate"))
    return _end(cursor, application, (of, survey_id, done, None), made)


def agree_raise(cursor: Any, of: Kept, source: Source, made: Made) -> Concluded:
    """The member agrees to just this offer, and the limit rises at once: both, or neither [増額].

    Raises    as `decisions.accept` and `raise_limit`.
    Lock      the member's row, then the member's agreements.
    """
    repeat, _ = _begun(cursor, of.key)
    if repeat is not None:
        return repeat
    decisions.accept(cursor, of, source, made.booked_at)
    return raise_limit(cursor, of.key, made)


def _begun(cursor: Any, key: ApplicationKey) -> tuple[Concluded | None, Application]:
    """What was done already, or the application as it is held."""
    forms.lock(cursor, key.member_id)
    found = forms.one(cursor, key)
    if found.outcome is Outcome.CONTRACTED:
        return became(cursor, key), found
    return None, forms.opened(cursor, key)


def _refuse_lacking(
    cursor: Any, application: Application, paper_no: int | None, made: Made
) -> None:
    found = lacking(cursor, application, paper_no, made.booked_at)
    if found:
        raise RefusedError(*(one.fault() for one in found))


def _newest(cursor: Any, key: ApplicationKey) -> Kept:
    found = decisions.newest(cursor, key)
    if found is None:
        raise StateConflict(Fault("SCR-209"))
    return found


def _apart(made: Made, what: str) -> Made:
    """The same command under a reference of its own."""
    ref = f"{made.external_ref} {what}"
    return Made(made.channel, ref, made.business_on, made.booked_at, made.actor, made.money)


# ------------------------------------------------------------------------------------ the survey
def _survey(cursor: Any, of: Kept, made: Made) -> int:
    """The survey of just this decision, of the answer and the papers that it rests on."""
    decided = rules.replay(decisions.document(cursor, of)).decision
    said = _said(cursor, of, decided)
    shown = _income(cursor, of, decided, made)
    wanted = gathering.surveyed(decided, said, of.digest, shown)
    return commands.surveys.make(cursor, of.key.member_id, wanted, _apart(made, "survey"))


def _said(cursor: Any, of: Kept, decided: Decision) -> BureauSaid:
    """The bureau's answer as the book has it."""
    bureau = decided.facts.bureau
    if bureau is None:
        raise StateConflict(Fault("SCR-210"))
    ref = bureau.answer_id.rsplit(" ", 1)[0]
    cursor.execute(
        "SELECT answer_id, inquired_on, others_yen, left_out_yen FROM loan_bureau_answer"
        " WHERE member_id = %s AND bureau_ref = %s ORDER BY answer_id DESC LIMIT 1",
        (of.key.member_id, ref),
    )
    row = cursor.fetchone()
    if row is None:
        raise StateConflict(Fault("SCR-210"))
    return BureauSaid(*row)


def _income(cursor: Any, of: Kept, decided: Decision, made: Made) -> IncomeShown | None:
    """The income that papers showed, written into the book; None where it was only stated."""
    income_yen = decided.income.value
    if not isinstance(income_yen, int) or decided.income.source == decided.facts.applicant.source:
        return None
    sources = set(decided.income.source.split("+"))
    used = [one for one in decided.facts.papers if one.source in sources]
    on = evidence.shown_on(used) or decided.on
    way = _apart(made, "income")
    income = Income(
        min(on, made.business_on), income_yen, evidence.shown_of(used, made.business_on)
    )
    shown = Evidence(income, decided.income.source)
    commands.record_income(cursor, of.key.member_id, shown, way)
    cursor.execute(
        "SELECT evidence_id, issued_on, annual_yen, kind, shows_until FROM loan_income_evidence"
        " WHERE member_id = %s AND channel = %s AND external_ref = %s",
        (of.key.member_id, way.channel, way.external_ref),
    )
    return IncomeShown(*cursor.fetchone())


# --------------------------------------------------------------------------------------- the end
def _end(
    cursor: Any,
    application: Application,
    became_of: tuple[Kept, int, commands.Done, int | None],
    made: Made,
) -> Concluded:
    of, survey_id, done, paper_no = became_of
    cursor.execute(
        "INSERT INTO screening_contract (member_id, application_id, decision_no, survey_id,"
        " agreement_id, event_no, paper_no, actor, concluded_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *of.key, of.decision_no, survey_id, done.key.agreement_id, done.event_no, paper_no,
            made.actor, made.booked_at,
        ),
    )  # fmt: skip
    source = Source(made.actor, made.external_ref)
    forms.end(cursor, application, Outcome.CONTRACTED, source, made.booked_at)
    return Concluded(of.key, done.key, done.event_no, survey_id, is_repeat=False)


def became(cursor: Any, key: ApplicationKey) -> Concluded | None:
    """What an application became; None where it became nothing [契約の参照]."""
    cursor.execute(
        "SELECT agreement_id, event_no, survey_id FROM screening_contract"
        " WHERE member_id = %s AND application_id = %s",
        key,
    )
    row = cursor.fetchone()
    if row is None:
        return None
    agreement_id, event_no, survey_id = row
    agreement = Key(key.member_id, int(agreement_id))
    return Concluded(key, agreement, event_no, int(survey_id), is_repeat=True)
