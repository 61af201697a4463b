"""What may happen to an agreement, and which yen it moves; no database [契約の規則].

Each check returns a `Refusal` with its rule, or None. The facts are arguments; nothing is looked up
but the law's tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from motocho.kernel import revolving
from motocho.kernel.revolving import Rules, State, Step, Terms
from motocho.kernel.schedule import DuePlan, first_due, next_of_month
from motocho.law.citation import parse_citations
from motocho.law.interest import ceiling_ppm
from motocho.law.rules import Refusal
from motocho.ledger.chart import Account, Leg
from motocho.loans.products import Product


class Status(Enum):
    """How an agreement stands [契約の状態]."""

    OPEN = "open"
    WRITTEN_OFF = "written_off"
    ASSIGNED = "assigned"
    CLOSED = "closed"


class Stop(Enum):
    """Why nothing may be drawn for now [利用停止の理由]."""

    MEMBER_ASKED = "member_asked"
    RESTING = "resting"
    """The member rests from borrowing, until a day or until they lift it [借入れの休止]."""
    NO_BUREAU_CONSENT = "no_bureau_consent"
    """The member took the consent to asking a credit bureau back [信用情報の同意の撤回]."""
    CARD_LOST = "card_lost"
    BUREAU_CHECK_DUE = "bureau_check_due"
    INCOME_EVIDENCE_DUE = "income_evidence_due"
    OVER_ONE_THIRD = "over_one_third"
    COUNSEL = "counsel"
    DECEASED = "deceased"
    FRAUD = "fraud"
    CREDIT = "credit"
    OFTEN_DRAWN = "often_drawn"
    """Many draws within a few days [短期間の多数の借入れ]."""
    LATE_OFTEN = "late_often"
    """Payments were late again and again [遅延の繰返し]."""
    DEBTS_ELSEWHERE = "debts_elsewhere"
    """Much was borrowed from others since [他社での借入れ]."""
    FACTS_OLD = "facts_old"
    """Nobody confirmed for long what is registered [登録情報の未確認]."""
    EMPLOYER_CHANGED = "employer_changed"
    """A new employer is not confirmed yet [勤務先の変更]."""
    UNREACHABLE = "unreachable"
    """Letters come back, or nobody can be reached [連絡不能]."""
    SELF_EXCLUDED = "self_excluded"
    """The member had it registered that nothing be lent [貸付自粛]."""


@dataclass(frozen=True, slots=True)
class Facts:
    """An agreement as a decision needs it [判断の前提]: its state on the day, days advanced."""

    product: Product
    status: Status
    stops: frozenset[Stop]
    state: State
    ceiling_ppm: int
    held_yen: int
    """Draws that are on their way."""
    shown_limit_yen: int | None = None
    others_yen: int = 0
    """Principal of the member's other agreements with this lender."""

    @property
    def limit_yen(self) -> int:
        """The limit that counts: the lower shown one where there is one [利用限度額]."""
        agreed = self.state.terms.limit_yen
        return agreed if self.shown_limit_yen is None else min(agreed, self.shown_limit_yen)


def refusal(rule_id: str, code: str, law: str = "", **details: object) -> Refusal:
    """An expected no [拒否]."""
    citations = tuple(parse_citations(law)) if law else ()
    return Refusal(rule_id, code, citations, {name: str(value) for name, value in details.items()})


# ------------------------------------------------------------------------------------------ draws
def available_yen(facts: Facts) -> int:
    """What may be drawn [ご利用可能額] · LEND-019, LEND-020.

    Zero while anything stops draws, the day after a missed due date too.
    """
    state = facts.state
    blocked = facts.status is not Status.OPEN or facts.stops or state.accelerated_on is not None
    if blocked or state.late_since is not None:
        return 0
    room = max(0, facts.limit_yen - state.principal_yen - facts.held_yen)
    return room // facts.product.unit_yen * facts.product.unit_yen


def check_draw(facts: Facts, amount_yen: int) -> Refusal | None:
    """LEND-013…016, 019, 020, LEDG-024, 026: whether an amount may be drawn [借入の可否]."""
    if facts.status is not Status.OPEN:
        return refusal("LEDG-024", "LON-010", status=facts.status.value)
    for stop, (rule_id, code) in _STOPPED.items():
        if stop in facts.stops:
            return refusal(rule_id, code, stop=stop.value)
    if facts.state.late_since is not None or facts.state.accelerated_on is not None:
        return refusal("LEND-020", "LON-012")
    unit = facts.product.unit_yen
    if amount_yen < unit or amount_yen % unit:
        return refusal("LEND-019", "LON-013", amount=f"{amount_yen:,}", unit=f"{unit:,}")
    available = available_yen(facts)
    if amount_yen > available:
        return refusal("LEND-019", "LON-014", amount=f"{amount_yen:,}", available=f"{available:,}")
    return None


_STOPPED: Mapping[Stop, tuple[str, str]] = {
    Stop.DECEASED: ("LEDG-026", "LON-011"),
    Stop.SELF_EXCLUDED: ("LEND-021", "LON-091"),
    Stop.OVER_ONE_THIRD: ("LEND-016", "LON-015"),
    Stop.INCOME_EVIDENCE_DUE: ("LEND-015", "LON-016"),
    Stop.BUREAU_CHECK_DUE: ("LEND-013", "LON-017"),
    Stop.COUNSEL: ("LEND-019", "LON-011"),
    Stop.CARD_LOST: ("LEND-019", "LON-011"),
    Stop.FRAUD: ("LEND-019", "LON-011"),
    Stop.CREDIT: ("LEND-019", "LON-011"),
    Stop.NO_BUREAU_CONSENT: ("LEND-019", "LON-019"),
    Stop.DEBTS_ELSEWHERE: ("LEND-019", "LON-092"),
    Stop.OFTEN_DRAWN: ("FRAUD-005", "LON-093"),
    Stop.LATE_OFTEN: ("LEND-020", "LON-094"),
    Stop.EMPLOYER_CHANGED: ("LEND-019", "LON-095"),
    Stop.UNREACHABLE: ("LEND-019", "LON-096"),
    Stop.FACTS_OLD: ("LEND-019", "LON-097"),
    Stop.MEMBER_ASKED: ("LEND-019", "LON-011"),
    Stop.RESTING: ("LEND-019", "LON-018"),
}
"""The rule and the message of each reason, the gravest first."""


MONITORED: Mapping[Stop, str] = {
    Stop.BUREAU_CHECK_DUE: "LEND-013",
    Stop.INCOME_EVIDENCE_DUE: "LEND-015",
    Stop.OVER_ONE_THIRD: "LEND-016",
}
"""Reasons that only what is recorded takes away, each with its rule."""
WATCHED = frozenset(
    {
        Stop.OFTEN_DRAWN,
        Stop.LATE_OFTEN,
        Stop.DEBTS_ELSEWHERE,
        Stop.FACTS_OLD,
        Stop.EMPLOYER_CHANGED,
        Stop.UNREACHABLE,
        Stop.SELF_EXCLUDED,
    }
)
"""Reasons of what the house asked of a member: each is lifted by its own end (`watches.end`)."""


def check_lifting(stop: Stop) -> Refusal | None:
    """LEDG-026, LEND-013…016: whether a reason may be taken away by hand [停止の解除の可否].

    Law       施行規則10条の24第1項2号: a stop above the base is lifted after a fresh bureau check.
    """
    if stop is Stop.DECEASED:
        return refusal("LEDG-026", "LON-046")
    if stop in MONITORED:
        return refusal(MONITORED[stop], "LON-047", stop=stop.value)
    if stop in WATCHED:
        return refusal(_STOPPED[stop][0], "LON-098", stop=stop.value)
    return None


def ceiling_after(facts: Facts, amount_yen: int, on: date) -> int:
    """The ceiling after a draw: it only steps down, own loans added [借入後の制限利率].

    Law       利息制限法1条, 5条; 最三小判平成22年4月20日 · RATE-001…003.
    """
    principal = facts.state.principal_yen + amount_yen + facts.others_yen
    return min(facts.ceiling_ppm, ceiling_ppm(principal, on))


# ------------------------------------------------------------------------------------------ rates
def check_rate(rate_ppm: int, ceiling: int) -> Refusal | None:
    """RATE-001: no rate above the ceiling [利率の上限]."""
    if rate_ppm <= ceiling:
        return None
    return refusal("RATE-001", "LON-020", "利息制限法1条", rate=rate_ppm, lawful=ceiling)


@dataclass(frozen=True, slots=True)
class Consent:
    """The member's agreement to something, and the paper it was given on [同意]."""

    given_on: date
    document_ref: str


def check_rate_change(before: Terms, after: Terms, consent: Consent | None) -> Refusal | None:
    """RATE-013: a rate rises only with consent and a new document [利率の引上げ]."""
    rises = after.rate_ppm > before.rate_ppm or after.damages_ppm > before.damages_ppm
    if rises and consent is None:
        return refusal("RATE-013", "LON-022", "貸金業法17条2項")
    return None


LOWER_LIMITS_SHOWN = 3


def lower_limits(facts: Facts) -> tuple[int, ...]:
    """Limits below the present one that are easy to choose, the highest first [減額の候補].

    Halves of it, and what is owed rounded up: each in units of the product, none below a unit.
    """
    unit = facts.product.unit_yen
    now = facts.state.terms.limit_yen
    owed_units = -(-facts.state.principal_yen // unit)
    wanted = {max(1, part) * unit for part in (now // (unit * 2), now // (unit * 4), owed_units)}
    return tuple(sorted((one for one in wanted if one < now), reverse=True)[:LOWER_LIMITS_SHOWN])


CHANGED_IN = frozenset({Status.OPEN})
"""Where terms are changed: an agreement that ended, or was passed on, stays as it is."""
RELIEVED_IN = frozenset({Status.OPEN, Status.WRITTEN_OFF})
"""Where a relief is agreed or a payment promised: what was written off is owed still."""


def check_standing(status: Status, lasting: frozenset[Status] = CHANGED_IN) -> Refusal | None:
    """LEDG-024: nothing changes on an agreement that ended or is another's [変更の可否]."""
    return None if status in lasting else refusal("LEDG-024", "LON-048", status=status.value)


def check_limit(facts: Facts, limit_yen: int) -> Refusal | None:
    """A limit within the product; the rate that goes with it follows by itself [限度額]."""
    ended = check_standing(facts.status)
    if ended is not None:
        return ended
    largest = facts.product.largest_limit_yen
    if 0 < limit_yen <= largest and limit_yen % facts.product.unit_yen == 0:
        return None
    return refusal("LEND-019", "LON-023", limit=f"{limit_yen:,}", largest=f"{largest:,}")


def asks_for_paper(before: Terms, after: Terms, largest_limit_yen: int) -> bool:
    """Whether new terms ask for a new paper [変更時の書面の要否] · DOC-002.

    None for a lower limit or rate, nor for a limit that comes back up to what it was.

    Takes     the largest limit that was agreed before.
    Law       貸金業法17条2項後段; 施行規則13条4項1号, 5項.
    """
    return (
        after.limit_yen > max(before.limit_yen, largest_limit_yen)
        or after.rate_ppm > before.rate_ppm
        or after.damages_ppm > before.damages_ppm
        or after.plan != before.plan
        or after.minimum != before.minimum
    )


def is_settled(state: State) -> bool:
    """Whether a settlement holds, by the terms that only it brings [和解後か].

    Neither interest nor damages run any more: what is paid, and when, stands in its paper.
    """
    return state.terms.rate_ppm == 0 and state.terms.damages_ppm == 0


# --------------------------------------------------------------------------------------- due dates
def check_plan_change(facts: Facts, plan: DuePlan) -> Refusal | None:
    """LEDG-024, LEDG-027: the plan changes only on a clean account [返済期日の変更]."""
    ended = check_standing(facts.status)
    if ended is not None:
        return ended
    if is_settled(facts.state):
        return refusal("LEDG-027", "LON-067")
    if facts.state.late_since is not None or facts.state.accelerated_on is not None:
        return refusal("LEDG-027", "LON-030")
    if plan.scheme not in facts.product.schemes:
        return refusal("LEDG-027", "LON-031", scheme=plan.scheme.public_name)
    return None


PLAN_ASKED_DAYS_BEFORE = 3
"""A member asks for another plan so many days before a due date at the latest: house policy."""


def check_plan_request(facts: Facts, plan: DuePlan) -> Refusal | None:
    """Whether a member may change the plan now: not right before a due date [返済日変更の申出].

    Why       a change on the last day would put off what is about to be paid.
    """
    refused = check_plan_change(facts, plan)
    state = facts.state
    if refused is not None or state.due_on is None:
        return refused
    if state.due_on - state.on < PLAN_ASKED_DAYS_BEFORE:
        due_on = date.fromordinal(state.due_on)
        days = PLAN_ASKED_DAYS_BEFORE
        found = refusal("LEDG-027", "LON-029", due=due_on, days=days)
        return replace(found, allowed_from=due_on + timedelta(days=1))
    return None


def due_after_change(state: State, plan: DuePlan, on: int) -> int | None:
    """The next due date of a new plan: by the old one and a cycle at the latest [変更後の期日]."""
    if state.due_on is None:
        return None
    due_on = first_due(plan, on)
    latest = state.due_on + plan.cycle_days
    if plan.day_of_month and due_on > latest:
        due_on = next_of_month(on, plan.day_of_month)
    return min(due_on, latest)


def check_arrangement(facts: Facts, wanted: revolving.NewArrangement, used: int) -> Refusal | None:
    """LEDG-015: a relief is agreed ahead, for some time, not without end [返済の取決め].

    Takes     how many interest-only arrangements the last year held.
    """
    arranged = wanted.arrangement
    ended = check_standing(facts.status, RELIEVED_IN)
    if ended is not None:
        return ended
    if is_settled(facts.state):  # its instalments are an arrangement: another would end them
        return refusal("LEDG-015", "LON-067")
    if arranged is None:
        return None
    if facts.state.accelerated_on is not None:
        return refusal("LEDG-015", "LON-039")
    if arranged.until < wanted.on:
        return refusal("LEDG-015", "LON-032")
    interest_only = arranged.relief is revolving.Relief.INTEREST_ONLY
    if not interest_only and arranged.amount_yen <= 0:
        return refusal("LEDG-015", "LON-033")
    most = facts.product.interest_only_a_year
    if interest_only and used >= most:
        return refusal("LEDG-015", "LON-034", most=most)
    return None


LONGEST_PROMISE_DAYS = 14
"""How far ahead a payment may be promised: house policy."""


def check_promise(
    status: Status, amount_yen: int, pay_on: date, today: date, last_on: date | None = None
) -> Refusal | None:
    """LEDG-016: a promise is of some yen, and of a day soon to come [お支払約束].

    Takes     the last day that may be promised, where it is not the ordinary one.
    That there is one open promise at a time is the database's to hold.
    """
    ended = check_standing(status, RELIEVED_IN)
    if ended is not None:
        return ended
    last = last_on or today + timedelta(days=LONGEST_PROMISE_DAYS)
    if amount_yen < 1:
        return refusal("LEDG-016", "LON-036", amount=f"{amount_yen:,}")
    if not today <= pay_on <= last:
        return refusal("LEDG-016", "LON-035", on=pay_on, first=today, last=last)
    return None


# --------------------------------------------------------------------------------- ends of the loan
@dataclass(frozen=True, slots=True)
class Demand:
    """A demand with its dates: sent, received, and the last day it left to pay [催告]."""

    received_on: date
    pay_until: date
    document_ref: str


def check_acceleration(facts: Facts, demand: Demand | None, on: date) -> Refusal | None:
    """LEDG-023: arrears, a demand that ran out, no interest above the ceiling [期限の利益喪失].

    Law       最二小判平成18年1月13日.
    """
    if facts.state.late_since is None:
        return refusal("LEDG-023", "LON-040")
    if facts.state.terms.rate_ppm > facts.ceiling_ppm:
        return refusal("LEDG-023", "LON-042", "最二小判平成18年1月13日")
    if demand is None or demand.pay_until < demand.received_on or demand.pay_until >= on:
        return refusal("LEDG-023", "LON-041")
    return None


def may_be_waived(before: State, waiver: revolving.Waiver, rules: Rules) -> bool:
    """Whether each part that is given up is owed, the day's interest included [免除の可否]."""
    owed = revolving.apply(before, revolving.Waiver(waiver.on), rules).state
    debts = (
        owed.damages_yen,
        owed.interest_yen,
        owed.principal_yen,
        owed.costs_yen,
        owed.written_off_yen,
    )
    return all(0 <= part <= debt for part, debt in zip(waiver[1:], debts, strict=True))


def given_up_for(before: State, paid_yen: int, on: int, rules: Rules) -> revolving.Waiver | None:
    """What is given up on a day where so much is to be paid of all that is owed [免除額].

    Damages first, then interest, then principal. None where nothing is left to give up, or costs
    would be.
    """
    owed = revolving.apply(before, revolving.Waiver(on), rules).state
    left = revolving.payoff_yen(owed) - paid_yen
    if left <= 0 or paid_yen <= 0:
        return None
    parts = []
    for part in (owed.damages_yen, owed.interest_yen, owed.principal_yen):
        parts.append(min(part, left))
        left -= parts[-1]
    return None if left else revolving.Waiver(on, *parts)


def settled_terms(
    after: State, instalments: revolving.Arrangement, on: int
) -> tuple[tuple[str, revolving.Event], ...]:
    """What a settlement changes besides what it gives up [和解後の条件]: instalments, no interest.

    Takes     the state once part is given up. A due date is set anew where none stands.
    """
    free = after.terms._replace(rate_ppm=0, damages_ppm=0)
    due_on = first_due(after.terms.plan, on) if after.due_on is None else None
    return (
        ("instalments", revolving.NewArrangement(on, instalments, due_on, arrears_yen=0)),
        ("terms", revolving.NewTerms(on + 1, free)),
    )


def check_closing(facts: Facts) -> Refusal | None:
    """LEDG-025: an agreement ends at nothing: no rest, no interest, no draw under way [解約]."""
    state = facts.state
    owed = revolving.payoff_yen(state)
    if owed == 0 and facts.held_yen == 0 and state.excess_yen == 0:
        return None
    details = {
        "owed": f"{owed:,}",
        "held": f"{facts.held_yen:,}",
        "excess": f"{state.excess_yen:,}",
    }
    rest = 0 < state.principal_yen < facts.product.rest_below_yen
    return refusal("LEDG-017" if rest else "LEDG-025", "LON-043", **details)


def check_receipt(facts: Facts) -> Refusal | None:
    """LEDG-024: no posting on a claim that somebody else has [譲渡済み債権への入金]."""
    if facts.status is Status.ASSIGNED:
        return refusal("LEDG-024", "LON-044")
    return None


class Charge(Enum):
    """What a member may be asked for beside interest; the list is closed [費用の種類].

    Law       利息制限法6条2項, 施行令1条 · RATE-009.
    """

    TAX = "tax"
    PUBLIC_ENFORCEMENT = "public_enforcement"
    CARD_REISSUE = "card_reissue"
    DOCUMENT_REISSUE = "document_reissue"
    REPEATED_DEBIT = "repeated_debit"


def check_charge(kind: str) -> Refusal | None:
    """RATE-006, RATE-009, LEDG-022: any other charge would be interest [みなし利息]."""
    if kind in {one.value for one in Charge}:
        return None
    known = ", ".join(one.value for one in Charge)
    rule_id = "LEDG-022" if kind == "prepayment" else "RATE-009"
    return refusal(rule_id, "LON-045", "利息制限法3条, 6条", kind=kind, known=known)


# -------------------------------------------------------------------------------------------- yen
def legs_of(before: State, step: Step, money: Account) -> tuple[Leg, ...]:
    """The transfers of one step [仕訳].

    Takes     the state before it, and where money comes from or goes to: the opening account for
              events of another lender's book.
    """
    event = step.event
    match event:
        case revolving.Draw():
            legs = [Leg(Account.PRINCIPAL, money, event.amount_yen)]
        case revolving.Receipt():
            legs = _received(step, money)
        case revolving.ExcessUsed():
            legs = _received(step, Account.EXCESS)
        case revolving.Refund():
            legs = [Leg(Account.EXCESS, money, event.amount_yen)]
        case revolving.Cost():
            legs = [Leg(Account.COSTS, money, event.amount_yen)]
        case revolving.Waiver():
            legs = [
                Leg(Account.WAIVERS, Account.PRINCIPAL, event.principal_yen),
                Leg(Account.WAIVERS, Account.COSTS, event.costs_yen),
                Leg(Account.WRITTEN_OFF_CONTRA, Account.WRITTEN_OFF, event.written_off_yen),
            ]
        case revolving.WriteOff():
            legs = [
                Leg(Account.LOSSES, Account.PRINCIPAL, before.principal_yen),
                Leg(Account.WRITTEN_OFF, Account.WRITTEN_OFF_CONTRA, before.principal_yen),
            ]
        case revolving.Departure():
            legs = [
                Leg(Account.PRICE_OF_CLAIMS, Account.PRINCIPAL, before.principal_yen),
                Leg(Account.PRICE_OF_CLAIMS, Account.COSTS, before.costs_yen),
                Leg(Account.WRITTEN_OFF_CONTRA, Account.WRITTEN_OFF, before.written_off_yen),
            ]
        case _:
            legs = []
    if money is Account.OPENING:
        legs = [_of_another_book(leg) for leg in legs]
    return tuple(leg for leg in legs if leg.amount_yen and leg.debit is not leg.credit)


_TAKEN_OVER = frozenset(
    {
        Account.PRINCIPAL,
        Account.COSTS,
        Account.EXCESS,
        Account.WRITTEN_OFF,
        Account.WRITTEN_OFF_CONTRA,
    }
)
"""What passes from one lender's books to another's; money and income stay where they were."""


def _of_another_book(leg: Leg) -> Leg:
    """A leg of an event in another lender's book: all but what is taken over is its opening."""
    debit, credit = (
        account if account in _TAKEN_OVER else Account.OPENING
        for account in (leg.debit, leg.credit)
    )
    return Leg(debit, credit, leg.amount_yen)


def _received(step: Step, source: Account) -> list[Leg]:
    legs = [
        Leg(source, Account.COSTS, step.to_costs_yen),
        Leg(source, Account.DAMAGES, step.to_damages_yen),
        Leg(source, Account.INTEREST, step.to_interest_yen),
        Leg(source, Account.PRINCIPAL, step.to_principal_yen),
        Leg(source, Account.RECOVERIES, step.to_written_off_yen),
        Leg(Account.WRITTEN_OFF_CONTRA, Account.WRITTEN_OFF, step.to_written_off_yen),
    ]
    if source is not Account.EXCESS:
        legs.append(Leg(source, Account.EXCESS, step.to_excess_yen))
    return legs


def wake_on(state: State, rules: Rules) -> int | None:
    """The day on which the night looks at a loan again: after its last day to pay [次の確認日]."""
    last = revolving.deadline(state, rules)
    return None if last is None else last + 1
