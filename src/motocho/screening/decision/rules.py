"""Every rule about an application, each by itself, at one amount [審査の規則].

A rule never looks at what another one concluded. Papers are judged once (`Ground`), rules at an
amount as often as an amount is tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from motocho.screening.capacity import (
    AnnualIncome,
    Circle,
    EvidenceNeed,
    Exposure,
    Finding,
    Known,
    LawOfDay,
    Outcome,
    Reach,
    Setting,
    Special,
    Whose,
    annual_income,
    answer,
    check_exceptions,
    check_exclusion,
    check_restored,
    check_self_exclusion,
    check_third,
    evidence_need,
    exposure,
    income_used_yen,
    months_after,
    shown,
)
from motocho.screening.decision.facts import AskedKind, Facts
from motocho.screening.decision.policy import Policy
from motocho.units.money import yen_text

HOUSE = "house"
"""How the names of the house's own rules begin [社内基準]."""
RULES_VERSION = 1
"""Raised whenever a rule here answers otherwise than before: a record names it [規則の版]."""
FOR_A_PERSON = frozenset(
    {
        "KYC-007",
        *(
            f"{HOUSE}.{name}"
            for name in ("late_elsewhere", "asked_lately", "disputed", "own_troubles")
        ),
    }
)
"""Rules whose open answer a person closes: the applicant can give nothing more [人の判断]."""
UNTOLD = frozenset({"LEND-022", "KYC-007"})
"""Rules of which an applicant is never told [告げない規則]."""
_NO_TIES = "貸金業法12条の5、24条3項1号"
"""What the catalogue of rules names; the refusal is the house's, as supervision asks of it."""
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ground:
    """What all rules share: facts, day, law, policy, income, sums [前提]."""

    facts: Facts
    on: date
    law: LawOfDay
    policy: Policy
    income: AnnualIncome
    spouse: AnnualIncome
    lent: Exposure


def ground_of(facts: Facts, policy: Policy, on: date, law: LawOfDay) -> Ground:
    """The facts with their papers judged and their sums made [前提]."""
    has_spouse = facts.special is not None and facts.special.spouse is not None
    setting = Setting(on, law)
    employments = {
        Whose.APPLICANT: facts.employment,
        Whose.SPOUSE: facts.spouse_employment,
    }
    method = policy.house.local_tax
    own = tuple(one for one in facts.papers if one.whose is Whose.APPLICANT)
    others = tuple(one for one in facts.papers if one.whose is Whose.SPOUSE)
    with_spouse = replace(setting, reach=Reach.WITH_SPOUSE if has_spouse else Reach.OWN)
    replaced = facts.asked.contract_id if facts.asked.kind is not AskedKind.NEW else None
    return Ground(
        facts,
        on,
        law,
        policy,
        annual_income(own, employments, setting, method),
        annual_income(others, employments, with_spouse, method),
        exposure(facts.own, facts.bureau, replaced),
    )


def rules_at(ground: Ground, limit_yen: int) -> tuple[Finding, ...]:
    """Every rule at one amount [審査の判定]; those that do not apply are left out."""
    if ground.facts.asked.kind is AskedKind.RESTORE:
        return tuple(_restored(ground, limit_yen))
    found = [*_persons(ground), *_means(ground, limit_yen), *_house(ground, limit_yen)]
    return (*found, _survey(found))


def income_of(ground: Ground, limit_yen: int) -> Known:
    """The income a third is measured by [年収]: what papers show, else what was said.

    What was only said counts where no evidence is needed; above that it is not known.
    """
    if ground.income.yen is not None:
        sources = "+".join(sorted({part.source for part in ground.income.parts}))
        return Known("income_yen", ground.income.yen, sources)
    said = ground.facts.applicant.stated_income_yen
    needed = need_at(ground, limit_yen)
    is_enough = needed.outcome is Outcome.PASS and _young(ground) is not Outcome.FAIL
    return Known("income_yen", said if is_enough else None, ground.facts.applicant.source)


def need_at(ground: Ground, limit_yen: int) -> EvidenceNeed:
    """Whether an amount needs evidence of income [収入証明書の要否]."""
    return evidence_need(limit_yen, ground.lent, ground.law)


# ------------------------------------------------------------------------------ who the person is
def _persons(ground: Ground) -> Iterator[Finding]:
    facts, applicant = ground.facts, ground.facts.applicant
    ties = applicant.has_barred_ties
    yield _untold("LEND-022", ties, "has_barred_ties", _NO_TIES, applicant.source)
    if applicant.is_suspicious is not False:
        # Looked at and suspected, or not looked at: the same person looks, the same is told.
        said = None if applicant.is_suspicious is None else "true"
        known = (Known("is_suspicious", said, applicant.source),)
        yield Finding("KYC-007", Outcome.UNKNOWN, code="SCR-141", known=known)
    yield check_self_exclusion(facts.bureau, ground.on, ground.law)
    yield from _ages(ground)
    confirmed_on = applicant.identity_confirmed_on
    is_confirmed = True if confirmed_on is not None and confirmed_on <= ground.on else None
    known = (Known("identity_confirmed_on", shown(confirmed_on), applicant.source),)
    code = "" if is_confirmed else "SCR-135"
    yield Finding(f"{HOUSE}.identity", answer(is_confirmed), code=code, known=known)


def _untold(rule_id: str, said: bool | None, name: str, law: str, source: str) -> Finding:  # noqa: FBT001  # a fact, not a switch
    outcome = Outcome.UNKNOWN if said is None else answer(not said)
    codes = {Outcome.PASS: "", Outcome.FAIL: "SCR-140", Outcome.UNKNOWN: "SCR-141"}
    known = (Known(name, None if said is None else str(said).lower(), source),)
    return Finding(rule_id, outcome, law, code=codes[outcome], known=known)


def _ages(ground: Ground) -> Iterator[Finding]:
    law = "民法4条、5条1項"
    age = _age(ground)
    known = (Known("age", age, ground.facts.applicant.source),)
    if age is None:
        yield Finding("LEND-018", Outcome.UNKNOWN, law, code="SCR-133", known=known)
        return
    of_age = ground.law.row("person.age_of_majority").number()
    is_adult = age >= of_age
    details = {} if is_adult else {"age": str(of_age)}
    code = "" if is_adult else "SCR-131"
    yield Finding("LEND-018", answer(is_adult), law, "majority", code, details, known)
    house = ground.policy.house
    is_within = house.least_age <= age <= house.most_age
    band = {"least": str(house.least_age), "most": str(house.most_age)}
    details, code = ({}, "") if is_within else (band, "SCR-134")
    yield Finding(f"{HOUSE}.age", answer(is_within), code=code, details=details, known=known)


def _age(ground: Ground) -> int | None:
    """In full years; who was born on 29 February is a year older from 1 March on."""
    born_on = ground.facts.applicant.born_on
    if born_on is None or born_on > ground.on:
        return None
    on = ground.on
    had_birthday = (on.month, on.day) >= (born_on.month, born_on.day)
    return on.year - born_on.year - (0 if had_birthday else 1)


# ------------------------------------------------------------------------------ what can be repaid
def _means(ground: Ground, limit_yen: int) -> Iterator[Finding]:
    yield _bureau(ground)
    yield from _strains(ground)
    need = need_at(ground, limit_yen)
    yield from (_met(finding, ground) for finding in need.findings)
    if _young(ground) is not Outcome.PASS:
        yield _young_evidence(ground)
    claims = tuple(claimed_at(ground, limit_yen))
    yield from claims
    yield _third(ground, limit_yen, claims)


def _bureau(ground: Ground) -> Finding:
    """LEND-002: an answer of a designated bureau, as new as the house asks."""
    bureau, law = ground.facts.bureau, "貸金業法13条2項、貸金業法施行規則10条の16"
    if bureau is None:
        nothing = (Known("answered_on", None, ""),)
        return Finding("LEND-002", Outcome.UNKNOWN, law, code="SCR-113", known=nothing)
    known = (
        Known("answered_on", bureau.answered_on.isoformat(), bureau.answer_id),
        Known("is_designated", str(bureau.is_designated).lower(), bureau.answer_id),
    )
    if not bureau.is_designated:
        return Finding("LEND-002", Outcome.UNKNOWN, law, code="SCR-144", known=known)
    days = ground.policy.house.bureau_days
    if not 0 <= (ground.on - bureau.answered_on).days <= days:
        details = {"days": str(days)}
        return Finding("LEND-002", Outcome.UNKNOWN, law, "", "SCR-142", details, known)
    return Finding("LEND-002", Outcome.PASS, law, known=known)


def _strains(ground: Ground) -> Iterator[Finding]:
    """What the bureau tells beside balances: a long delay refuses, the rest is for a person."""
    bureau = ground.facts.bureau
    if bureau is None or bureau.strain is None:
        nothing = (Known("long_delays", None, "" if bureau is None else bureau.answer_id),)
        yield Finding(f"{HOUSE}.long_delay", Outcome.UNKNOWN, code="SCR-113", known=nothing)
        return
    strain, source = bureau.strain, bureau.answer_id
    known = Known("long_delays", strain.long_delays, source)
    code = "SCR-145" if strain.long_delays else ""
    yield Finding(f"{HOUSE}.long_delay", answer(not strain.long_delays), code=code, known=(known,))
    asked_from = ground.policy.house.asked_lately_from
    seen = (
        ("late_elsewhere", strain.is_late, Known("is_late", str(strain.is_late).lower(), source)),
        (
            "asked_lately",
            strain.asked_lately >= asked_from,
            Known("asked_lately", strain.asked_lately, source),
        ),
        (
            "disputed",
            strain.is_disputed,
            Known("is_disputed", str(strain.is_disputed).lower(), source),
        ),
    )
    for name, is_seen, fact in seen:
        outcome = Outcome.UNKNOWN if is_seen else Outcome.PASS
        code = "SCR-141" if is_seen else ""
        yield Finding(f"{HOUSE}.{name}", outcome, code=code, known=(fact,))


def _met(needed: Finding, ground: Ground) -> Finding:
    """A need of evidence that is met by a paper that may be used, else waits for one.

    What the paper shows is another matter: the law asks to be given it (13条3項), the third for the
    income.
    """
    if needed.outcome is not Outcome.FAIL:
        return needed
    if not ground.income.accepted:
        return replace(needed, outcome=Outcome.UNKNOWN)
    known = (*needed.known, _accepted(ground))
    return replace(needed, outcome=Outcome.PASS, code="", details={}, known=known)


def _accepted(ground: Ground) -> Known:
    papers = ground.income.accepted
    return Known("accepted_papers", len(papers), "+".join(papers))


def _young(ground: Ground) -> Outcome:
    """FAIL where evidence is asked for by age alone, UNKNOWN where the age is not known."""
    if not ground.law.knows("lending.young_evidence"):
        return Outcome.PASS
    age = _age(ground)
    if age is None:
        return Outcome.UNKNOWN
    return answer(age >= ground.law.row("lending.young_evidence").number("below_years"))


def _young_evidence(ground: Ground) -> Finding:
    below = ground.law.row("lending.young_evidence").number("below_years")
    known: tuple[Known, ...] = (Known("age", _age(ground), ground.facts.applicant.source),)
    law = "日本貸金業協会 若年者への貸付けに関する自主ガイドライン"
    if ground.income.accepted:
        known = (*known, _accepted(ground))
        return Finding("LEND-018", Outcome.PASS, law, "evidence", known=known)
    details = {"age": str(below)}
    return Finding("LEND-018", Outcome.UNKNOWN, law, "evidence", "SCR-132", details, known)


def claimed_at(ground: Ground, limit_yen: int) -> Iterator[Finding]:
    """What is said to keep the loan out of the third, or above it [除外・例外]."""
    facts = ground.facts
    if facts.exclusion is not None:
        yield check_exclusion(facts.exclusion, limit_yen, ground.law)
    if facts.special is not None:
        income = income_of(ground, limit_yen).value
        income_yen = income if isinstance(income, int) else None
        circle = Circle(limit_yen, income_yen, ground.lent, facts.own, facts.bureau)
        yield from check_exceptions(_with_spouse(facts.special, ground), circle, ground.law)


def _with_spouse(special: Special, ground: Ground) -> Special:
    """The spouse's income from the spouse's papers, where some were given."""
    if special.spouse is None or ground.spouse.yen is None:
        return special
    return replace(special, spouse=replace(special.spouse, income_yen=ground.spouse.yen))


def used_at(ground: Ground) -> int:
    """The applicant's income that a spouse's contract uses [配偶者の契約に使われている年収]."""
    spouse = ground.facts.spouse_lent
    return 0 if spouse is None else income_used_yen(spouse, ground.law)


def _third(ground: Ground, limit_yen: int, claims: tuple[Finding, ...]) -> Finding:
    """LEND-009, unless the loan is left out of the third or allowed above it."""
    income, used_yen = income_of(ground, limit_yen), used_at(ground)
    found = check_third(limit_yen, income, ground.lent, ground.law, used_yen)
    held = next((one for one in claims if one.passes), None)
    if found.passes or not claims:
        return found
    if held is not None:
        return replace(found, outcome=Outcome.PASS, subject=held.subject, code="", details={})
    if found.outcome is Outcome.FAIL and any(one.outcome is Outcome.UNKNOWN for one in claims):
        return replace(found, outcome=Outcome.UNKNOWN)
    return found


# ---------------------------------------------------------------------------------- the house's own
def limit_now_yen(ground: Ground) -> int:
    """The limit that is to be raised [いまの極度額]; nothing for a new contract."""
    raised = ground.facts.asked.contract_id
    if ground.facts.asked.kind is not AskedKind.INCREASE:
        return 0
    return sum(one.limit_yen for one in ground.facts.own if one.contract_id == raised)


def _house(ground: Ground, limit_yen: int) -> Iterator[Finding]:
    house, offering = ground.policy.house, ground.policy.offering
    if ground.facts.own_troubles:
        # A bureau's answer leaves our own contracts out: what we know ourselves, nobody else tells.
        seen = (Known("own_troubles", "+".join(ground.facts.own_troubles), "book"),)
        yield Finding(f"{HOUSE}.own_troubles", Outcome.UNKNOWN, code="SCR-141", known=seen)
    is_step = limit_yen % house.limit_step_yen == 0
    largest_yen = offering.largest_limit_yen
    least_yen = max(house.least_limit_yen, limit_now_yen(ground) + house.limit_step_yen)
    is_amount = is_step and least_yen <= limit_yen <= largest_yen
    amounts = {
        "least": yen_text(least_yen),
        "most": yen_text(largest_yen),
        "step": yen_text(house.limit_step_yen),
    }
    known = (Known("limit_yen", limit_yen, "asked"),)
    details, code = ({}, "") if is_amount else (amounts, "SCR-138")
    yield Finding(f"{HOUSE}.amount", answer(is_amount), code=code, details=details, known=known)
    yield _rate(ground, limit_yen)
    if ground.facts.asked.kind is AskedKind.INCREASE:
        yield from _use(ground)


def offered_rate_ppm(ground: Ground, limit_yen: int) -> int | None:
    """The product's rate, or the ceiling of all that we would lend where that is lower [提示利率].

    Law       利息制限法1条, 5条1号, 2号: loans of one lender are added (RATE-001, RATE-003).
    """
    rate_ppm = ground.policy.offering.rate_ppm(limit_yen)
    return None if rate_ppm is None else min(rate_ppm, _ceiling_ppm(ground, limit_yen))


def _ceiling_ppm(ground: Ground, limit_yen: int) -> int:
    principal_yen = limit_yen + ground.lent.own_yen
    return ground.law.row("interest.ceiling").number(argument=principal_yen)


def _rate(ground: Ground, limit_yen: int) -> Finding:
    """RATE-001, RATE-003: a rate is never offered above the ceiling."""
    rate_ppm = offered_rate_ppm(ground, limit_yen)
    known = (
        Known("rate_ppm", rate_ppm, "product"),
        Known("ceiling_ppm", _ceiling_ppm(ground, limit_yen), "law"),
    )
    outcome = Outcome.UNKNOWN if rate_ppm is None else Outcome.PASS
    code = "SCR-139" if rate_ppm is None else ""
    return Finding("RATE-001", outcome, "利息制限法1条、5条1号、5条2号", code=code, known=known)


def _use(ground: Ground) -> Iterator[Finding]:
    """LEND-023: months of use, and months without arrears."""
    used, house = ground.facts.use, ground.policy.house
    law = "貸金業法13条5項"
    if used is None or not limit_now_yen(ground):
        nothing = (Known("opened_on", None, ""),)
        yield Finding("LEND-023", Outcome.UNKNOWN, law, "use", "SCR-141", known=nothing)
        return
    from_on = months_after(used.opened_on, house.months_of_use)
    is_used = from_on <= ground.on
    details = {} if is_used else {"months": str(house.months_of_use), "from": from_on.isoformat()}
    opened = (Known("opened_on", used.opened_on.isoformat(), used.source),)
    code = "" if is_used else "SCR-136"
    yield Finding("LEND-023", answer(is_used), law, "use", code, details, opened)
    late_on = used.last_late_on
    clean_on = None if late_on is None else months_after(late_on, house.clean_months) + _ONE_DAY
    is_clean = not used.is_late and (clean_on is None or clean_on <= ground.on)
    known = (
        Known("is_late", str(used.is_late).lower(), used.source),
        Known("last_late_on", shown(late_on), used.source),
    )
    details = {} if is_clean else {"months": str(house.clean_months)}
    code = "" if is_clean else "SCR-137"
    yield Finding("LEND-023", answer(is_clean), law, "arrears", code, details, known)


# ------------------------------------------------------------------------------- the survey, whole
_SURVEYED = ("LEND-002", "LEND-003", "LEND-004", "LEND-009", "LEND-021")


def _survey(found: list[Finding]) -> Finding:
    """LEND-001: nothing of the survey is open; what it says is each rule's own matter."""
    waiting = sorted(
        {one.rule_id for one in found if one.outcome is Outcome.UNKNOWN} & set(_SURVEYED)
    )
    known = (Known("open", "+".join(waiting), "survey"),)
    outcome = Outcome.UNKNOWN if waiting else Outcome.PASS
    law = "貸金業法13条1項、13条5項"
    return Finding("LEND-001", outcome, law, code="SCR-143" if waiting else "", known=known)


def _restored(ground: Ground, limit_yen: int) -> Iterator[Finding]:
    """10条の19: no survey, where every condition of it holds."""
    facts = ground.facts
    ties = facts.applicant.has_barred_ties
    yield _untold("LEND-022", ties, "has_barred_ties", _NO_TIES, facts.applicant.source)
    if facts.cut is None:
        known = (Known("before_yen", None, ""),)
        law = "貸金業法13条5項、貸金業法施行規則10条の19"
        yield Finding("LEND-002", Outcome.FAIL, law, "restored", "SCR-119", known=known)
        return
    yield check_restored(facts.cut, limit_yen, ground.on)
