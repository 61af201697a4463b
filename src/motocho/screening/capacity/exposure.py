"""What is lent and may be lent: own contracts, what others lent, the third [総量規制].

Two sums differ and are kept apart. Evidence is asked for above a sum of everything (13条3項); the
third leaves out the loans of 10条の21 (13条の2第2項). In both, an own revolving contract counts at
its limit, or at the lower one that was shown; any other, and what others lent, at the balance.

>>> third = Third(3, 3_000_000, 500_000)
>>> third.allows(500_000), third.allows(500_001), third.highest_yen(10_000, 8_000_000)
(True, False, 500000)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from motocho.screening.capacity.day import LawOfDay, months_after, years_after
from motocho.screening.capacity.findings import Finding, Known, Outcome, answer, shown
from motocho.units.money import yen_text

_EXCLUSION = "lending.self_exclusion"
ASKED = "asked"
BOOK = "book"
"""The source of what stands in our own book [自社の帳簿]."""


class ContractKind(Enum):
    """How a contract lends [契約の種類]."""

    REVOLVING = "revolving"
    TERM = "term"


class Lent(Enum):
    """What another one's balance is [他社の残高の種類]; only money lenders' loans count."""

    MONEY_LENDER = "money_lender"
    BANK = "bank"
    SHOPPING = "shopping"
    GUARANTEE = "guarantee"
    """A claim of one who guaranteed or paid for the person: it is no loan of a money lender."""
    OTHER = "other"


class Urgency(Enum):
    """Whether a loan is one of 10条の23第1項2号の2 [特定緊急貸付契約か]."""

    ORDINARY = "ordinary"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class OwnContract:
    """A contract that we have with the person [自社の契約]."""

    contract_id: str
    kind: ContractKind
    balance_yen: int
    limit_yen: int = 0
    shown_limit_yen: int | None = None
    is_excluded: bool = False
    urgency: Urgency = Urgency.ORDINARY
    source: str = BOOK

    @property
    def counted_yen(self) -> int:
        """What it counts for [算入額]: the limit or the lower one shown, else the balance."""
        if self.kind is ContractKind.TERM:
            return self.balance_yen
        shown_yen = self.shown_limit_yen
        return self.limit_yen if shown_yen is None else min(self.limit_yen, shown_yen)


@dataclass(frozen=True, slots=True)
class OtherBalance:
    """What another one lent, as a bureau told [他社の残高]."""

    lender: str
    balance_yen: int
    lent: Lent = Lent.MONEY_LENDER
    is_excluded: bool = False
    urgency: Urgency = Urgency.ORDINARY


class Filed(Enum):
    """Who filed a self-exclusion [申告者]."""

    PERSON = "person"
    OTHER = "other"
    """Family, for the person: the person may cancel it at once."""


@dataclass(frozen=True, slots=True)
class SelfExclusion:
    """A registration of one who asked not to be lent to [貸付自粛]."""

    registered_on: date
    until_on: date | None = None
    withdrawn_on: date | None = None
    filed: Filed = Filed.PERSON


@dataclass(frozen=True, slots=True)
class Strain:
    """What a bureau tells of other lenders beside the balances [他社での状況]."""

    is_late: bool
    long_delays: int
    """Contracts with a long delay on record [異動]."""
    asked_lately: int
    """By how many lenders the person was asked about for a new contract in six months."""
    is_disputed: bool


@dataclass(frozen=True, slots=True)
class BureauAnswer:
    """What a bureau answered [信用情報の回答].

    `self_exclusions` is None where that was not asked, which is not the same as none; so is
    `strain`.
    """

    answer_id: str
    answered_on: date
    is_designated: bool
    others: tuple[OtherBalance, ...] = ()
    self_exclusions: tuple[SelfExclusion, ...] | None = None
    strain: Strain | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """Every sum the law looks at, without the contract that is asked for [貸付けの合計].

    The names with `third` leave out the loans of 10条の21; `others_yen` None is not known.
    """

    own_yen: int
    own_third_yen: int
    others_yen: int | None
    others_third_yen: int | None
    others_source: str = "bureau"

    def total_yen(self, asked_yen: int) -> int | None:
        """個人顧客合算額 with what is asked for; None without a bureau's answer [合算額]."""
        return None if self.others_yen is None else self.own_yen + self.others_yen + asked_yen


def exposure(
    own: Iterable[OwnContract], bureau: BureauAnswer | None, replaced: str | None = None
) -> Exposure:
    """The sums of own contracts and of other lenders [貸付けの合計].

    Takes     `replaced`, the contract whose limit is to be raised: what is asked for stands in its
              place.
    Law       貸金業法13条3項1号, 2号, 13条の2第2項.
    """
    counted = [one for one in own if one.contract_id != replaced]
    own_yen = sum(one.counted_yen for one in counted)
    own_third_yen = sum(one.counted_yen for one in counted if not one.is_excluded)
    if bureau is None:
        return Exposure(own_yen, own_third_yen, None, None)
    lenders = [one for one in bureau.others if one.lent is Lent.MONEY_LENDER]
    others_yen = sum(one.balance_yen for one in lenders)
    others_third_yen = sum(one.balance_yen for one in lenders if not one.is_excluded)
    return Exposure(own_yen, own_third_yen, others_yen, others_third_yen, bureau.answer_id)


# ------------------------------------------------------------------------------------- the third
@dataclass(frozen=True, slots=True)
class Third:
    """An income and what already stands against it [総量規制の枠].

    Exact     integers only; a third is never divided out to be compared.
    """

    parts: int
    income_yen: int
    taken_yen: int

    def allows(self, asked_yen: int) -> bool:
        """Whether the sum stays within the third; the third itself is within [基準額以内か]."""
        return self.parts * (self.taken_yen + asked_yen) <= self.income_yen

    @property
    def base_yen(self) -> int:
        """The third, dropped to whole yen, for a reader [基準額]."""
        return self.income_yen // self.parts

    def highest_yen(self, step_yen: int, largest_yen: int) -> int:
        """The highest amount in whole steps that is allowed; 0 where none is [最高額].

        Exact     the whole third is the greatest whole yen that passes, so dropping loses nothing.
        """
        room_yen = min(largest_yen, self.base_yen - self.taken_yen)
        return max(0, room_yen // step_yen * step_yen)


def third_of(income_yen: int, lent: Exposure, law: LawOfDay, used_yen: int = 0) -> Third | None:
    """What may still be lent; None where no bureau answered [総量規制の判定] · LEND-009.

    Takes     `used_yen`, the income that a spouse's contract on both incomes uses already.
    """
    if lent.others_third_yen is None:
        return None
    taken_yen = lent.own_third_yen + lent.others_third_yen
    return Third(law.parts, max(0, income_yen - used_yen), taken_yen)


def check_third(
    asked_yen: int, income: Known, lent: Exposure, law: LawOfDay, used_yen: int = 0
) -> Finding:
    """貸金業法13条の2: the sum against a third of the income [総量規制] · LEND-009.

    Takes     the income as a fact with its source, its value None where it is not known; what of it
              a spouse's contract uses.
    """
    cited = "貸金業法13条の2第1項、13条の2第2項"
    known = (
        income,
        Known("asked_yen", asked_yen, ASKED),
        Known("own_yen", lent.own_third_yen, BOOK),
        Known("others_yen", lent.others_third_yen, lent.others_source),
        *((Known("own_income_lent_yen", used_yen, BOOK),) if used_yen else ()),
    )
    if not isinstance(income.value, int):
        return Finding("LEND-009", Outcome.UNKNOWN, cited, code="SCR-112", known=known)
    third = third_of(income.value, lent, law, used_yen)
    if third is None:
        return Finding("LEND-009", Outcome.UNKNOWN, cited, code="SCR-113", known=known)
    if third.allows(asked_yen):
        return Finding("LEND-009", Outcome.PASS, cited, known=known)
    details = {"third": yen_text(third.base_yen), "total": yen_text(third.taken_yen + asked_yen)}
    return Finding("LEND-009", Outcome.FAIL, cited, code="SCR-114", details=details, known=known)


# ------------------------------------------------------------------------- when evidence is needed
@dataclass(frozen=True, slots=True)
class EvidenceNeed:
    """Whether evidence of income must be given, and which amounts need none [収入証明書の要否].

    `outcome` is PASS where none is needed, FAIL where some is, UNKNOWN without a bureau's answer.
    """

    outcome: Outcome
    findings: tuple[Finding, ...]
    most_without_yen: int | None


def evidence_need(asked_yen: int, lent: Exposure, law: LawOfDay) -> EvidenceNeed:
    """Which sums ask for evidence [収入証明書の要否] · LEND-003, LEND-004.

    Law       貸金業法13条3項1号 (above 500,000 yen with us), 2号 (above 1,000,000 yen in all).
    """
    row = law.row("lending.income_evidence")
    own_above_yen, total_above_yen = row.number("own_above_yen"), row.number("total_above_yen")
    own_yen, total_yen = lent.own_yen + asked_yen, lent.total_yen(asked_yen)
    own = Finding(
        "LEND-003",
        answer(own_yen <= own_above_yen),
        "貸金業法13条3項1号",
        code="" if own_yen <= own_above_yen else "SCR-115",
        details={} if own_yen <= own_above_yen else {"above": yen_text(own_above_yen)},
        known=(Known("own_with_asked_yen", own_yen, BOOK),),
    )
    within = None if total_yen is None else total_yen <= total_above_yen
    codes = {None: "SCR-113", True: "", False: "SCR-116"}
    total = Finding(
        "LEND-004",
        answer(within),
        "貸金業法13条3項2号",
        code=codes[within],
        details={"above": yen_text(total_above_yen)} if within is False else {},
        known=(Known("total_with_asked_yen", total_yen, lent.others_source),),
    )
    outcome = own.outcome if own.outcome is Outcome.FAIL else total.outcome
    rooms = [own_above_yen - lent.own_yen]
    if lent.others_yen is not None:
        rooms.append(total_above_yen - lent.own_yen - lent.others_yen)
    most = None if lent.others_yen is None else max(0, min(rooms))
    return EvidenceNeed(outcome, (own, total), most)


# -------------------------------------------------------------------------------- self-exclusion
def check_self_exclusion(bureau: BureauAnswer | None, on: date, law: LawOfDay) -> Finding:
    """Whether the person asked not to be lent to [貸付自粛] · LEND-021.

    A registration without an end lasts as long as one may last at most. The person's own withdrawal
    counts from its day, and not within the months in which none is possible.
    """
    cited = "日本貸金業協会 貸付自粛対応規則"
    asked = None if bureau is None else bureau.self_exclusions
    source = "" if bureau is None else bureau.answer_id
    if asked is None:
        nothing = (Known("self_exclusions", None, source),)
        return Finding("LEND-021", Outcome.UNKNOWN, cited, code="SCR-117", known=nothing)
    held = [one for one in asked if _is_excluded_on(one, on, law)]
    known = (
        Known("self_exclusions", len(held), source),
        *(Known("registered_on", shown(one.registered_on), source) for one in held),
    )
    code = "SCR-118" if held else ""
    return Finding("LEND-021", answer(not held), cited, code=code, known=known)


def _is_excluded_on(one: SelfExclusion, on: date, law: LawOfDay) -> bool:
    until_on, back_on = one.until_on, one.withdrawn_on
    if law.knows(_EXCLUSION):
        row = law.row(_EXCLUSION)
        longest_on = years_after(one.registered_on, row.number("most_years"))
        until_on = longest_on if until_on is None else until_on
        if back_on is not None and one.filed is Filed.PERSON:
            months = row.number("no_withdrawal_months")
            back_on = max(back_on, months_after(one.registered_on, months))
    is_over = until_on is not None and until_on < on
    is_withdrawn = back_on is not None and back_on <= on
    return one.registered_on <= on and not is_over and not is_withdrawn


# -------------------------------------------------------------- raised again after it was cut
@dataclass(frozen=True, slots=True)
class Cut:
    """A limit that was cut because the person could not be reached [連絡不能による減額].

    `for_capacity` says whether a fallen capacity to repay was a reason too.
    """

    before_yen: int
    for_unreachable: bool
    for_capacity: bool
    reached_on: date | None = None
    source: str = BOOK


def check_restored(cut: Cut, asked_yen: int, on: date) -> Finding:
    """Whether a limit may be raised again without a survey [減額前への復元] · LEND-002.

    Law       貸金業法13条5項; 施行規則10条の19: the cut was for no other reason, the person was
              reached, and the new limit is at most the one of before.
    """
    known = (
        Known("asked_yen", asked_yen, ASKED),
        Known("before_yen", cut.before_yen, cut.source),
        Known("reached_on", shown(cut.reached_on), cut.source),
    )
    is_reached = cut.reached_on is not None and cut.reached_on <= on
    is_for_that_alone = cut.for_unreachable and not cut.for_capacity
    is_exempt = is_for_that_alone and is_reached and asked_yen <= cut.before_yen
    cited = "貸金業法13条5項、貸金業法施行規則10条の19"
    code = "" if is_exempt else "SCR-119"
    return Finding("LEND-002", answer(is_exempt), cited, "restored", code, known=known)
