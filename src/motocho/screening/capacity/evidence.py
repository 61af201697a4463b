"""Evidence of income: the closed list, how new it must be, and changes of employer [収入証明書].

A new contract or a higher limit asks for the latest paper there is (10条の17). A check of an open
line may use what is held already, up to three years from its issue, up to five where the employer
was confirmed in the third year (10条の26). Both stop at a change of the means that the paper shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from motocho.law.lending import PaperKind, is_latest_month, latest_year
from motocho.screening.capacity.day import LawOfDay, years_after
from motocho.screening.capacity.findings import Finding, Known, Outcome, answer, shown

_MONTHS = 12
_ONE_DAY = timedelta(days=1)


__all__ = [
    "Bonus",
    "Employment",
    "IncomeKind",
    "Paper",
    "PaperKind",
    "Purpose",
    "Reach",
    "Setting",
    "Slip",
    "Whose",
    "judge",
    "kept_as_held",
    "latest_run",
    "shows_until",
]


class IncomeKind(Enum):
    """What kind of income a paper shows [収入の種類]."""

    SALARY = "salary"
    PENSION = "pension"
    PUBLIC_PENSION = "public_pension"
    """恩給."""
    RENT = "rent"
    BUSINESS = "business"
    OTHER = "other"
    """Winnings, gains of one day: whatever 10条の22第1項 does not name."""


class Whose(Enum):
    """Whose income it is [誰の収入か]."""

    APPLICANT = "applicant"
    SPOUSE = "spouse"


@dataclass(frozen=True, slots=True)
class Slip:
    """One month's pay slip [給与の支払明細書]: the month in which it was paid, without a bonus."""

    paid_on: date
    pay_yen: int
    local_tax_yen: int | None = None


@dataclass(frozen=True, slots=True)
class Bonus:
    """A bonus that the paper shows [賞与]."""

    paid_on: date
    bonus_yen: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as somebody read it [書面]: what it shows, nothing more.

    `stream` names the source of the income (an employer, a pension), so that two papers about the
    same income count once. `year` is the year of the income. `is_steady` is what a person found
    about rent or business (10条の22第1項3号, 4号); None where nobody looked.
    """

    source: str
    kind: PaperKind
    income: IncomeKind = IncomeKind.SALARY
    stream: str = ""
    whose: Whose = Whose.APPLICANT
    year: int | None = None
    annual_yen: int | None = None
    slips: tuple[Slip, ...] = ()
    bonuses: tuple[Bonus, ...] = ()
    issued_on: date | None = None
    filed_on: date | None = None
    is_filed_in_time: bool | None = None
    is_steady: bool | None = None


@dataclass(frozen=True, slots=True)
class Employment:
    """What is known of the employer, and of changes of means since [勤務先].

    `changed_on` None says that nothing changed. `is_employer` is False for another change of the
    means (a retirement, a long leave), to which the exception of 3項 does not reach.
    `confirmed_on` are the days on which the employer was found to be the same.
    """

    source: str
    changed_on: date | None = None
    is_employer: bool = True
    new_confirmed_on: date | None = None
    months_paid: int | None = None
    confirmed_on: tuple[date, ...] = ()


class Purpose(Enum):
    """What the evidence is wanted for [用途]."""

    CONTRACT = "contract"
    """A new contract or a higher limit · 10条の17."""
    MONITORING = "monitoring"
    """A check of an open line · 10条の26."""


class Reach(Enum):
    """Whether a spouse's papers may be used [配偶者の書面] · 10条の17第1項11号."""

    OWN = "own"
    WITH_SPOUSE = "with_spouse"


@dataclass(frozen=True, slots=True)
class Setting:
    """Under what the papers are judged [判定の前提]."""

    on: date
    law: LawOfDay
    purpose: Purpose = Purpose.CONTRACT
    reach: Reach = Reach.OWN


def judge(paper: Paper, employment: Employment | None, setting: Setting) -> tuple[Finding, ...]:
    """Whether a paper may be used [収入証明書の判定] · LEND-005, LEND-006, LEND-007, LEND-012.

    Takes     the employment of whose paper it is; None where it was not asked.
    Gives     one finding a rule; the paper may be used where all of them pass.
    Law       貸金業法施行規則10条の17, 10条の26.
    """
    listed = _listed(paper, setting)
    if not listed.passes:
        return (listed,)
    is_held = setting.purpose is Purpose.MONITORING
    age = _held_age(paper, employment, setting) if is_held else _currency(paper, setting)
    return listed, age, _means(paper, employment, setting)


def kept_as_held(paper: Paper, law: LawOfDay) -> date | None:
    """The day from which the age of a held paper counts [発行・提出の日]; None where unknown."""
    if law.row("lending.income_documents").word(paper.kind.value) == "filed_period":
        if paper.is_filed_in_time is None:
            return None
        if paper.is_filed_in_time:
            return paper.filed_on
    return paper.issued_on


def latest_run(slips: Sequence[Slip]) -> tuple[Slip, ...]:
    """The months without a gap up to the latest, the latest first [連続する直近の月]."""
    run: list[Slip] = []
    for slip in sorted(slips, key=lambda one: one.paid_on, reverse=True):
        if run and _month(slip.paid_on) != _month(run[-1].paid_on) - 1:
            break
        run.append(slip)
    return tuple(run)


def shows_until(paper: Paper) -> date | None:
    """The last day whose income a paper shows [示す期間の末日]; None where it does not say."""
    if paper.kind is PaperKind.PAY_SLIPS:
        return max((slip.paid_on for slip in paper.slips), default=None)
    if paper.year is not None:
        return date(paper.year, _MONTHS, 31)
    return paper.issued_on


# ------------------------------------------------------------------------------------- the list
def _listed(paper: Paper, setting: Setting) -> Finding:
    """LEND-005: one of the closed list, and a spouse's for the sum of both alone."""
    row = setting.law.row("lending.income_documents")
    known = (Known("kind", paper.kind.value, paper.source), Known("whose", paper.whose.value, ""))
    is_listed = paper.kind.value in row.brackets[0].cells
    is_reached = paper.whose is Whose.APPLICANT or setting.reach is Reach.WITH_SPOUSE
    code = "" if is_listed and is_reached else "SCR-102" if is_listed else "SCR-101"
    law = "貸金業法施行規則10条の17第1項"
    outcome = answer(not code)
    return Finding("LEND-005", outcome, law, paper.source, code, known=known)


# --------------------------------------------------------------------------------- how new it is
def _currency(paper: Paper, setting: Setting) -> Finding:
    """LEND-006: the latest that is usually issued; of pay slips the latest two months."""
    wanted = setting.law.row("lending.income_documents").word(paper.kind.value)
    if wanted == "any":
        return _aged("LEND-006", Outcome.PASS, paper)
    if wanted == "latest_pay":
        return _latest_pay(paper, setting)
    if paper.year is None:
        return _aged("LEND-006", Outcome.UNKNOWN, paper, "SCR-103")
    row = setting.law.row("lending.latest_period")
    least = latest_year(paper.kind, setting.on, row)
    known = (Known("year", paper.year, paper.source), Known("latest_year", least, "law"))
    is_latest = least <= paper.year <= setting.on.year
    details = {} if is_latest else {"year": str(least)}
    code = "" if is_latest else "SCR-104"
    return _aged("LEND-006", answer(is_latest), paper, code, details=details, known=known)


def _latest_pay(paper: Paper, setting: Setting) -> Finding:
    run = latest_run(paper.slips)
    if not run:
        return _aged("LEND-006", Outcome.UNKNOWN, paper, "SCR-103")
    least = setting.law.row("lending.evidence_age").number("slips_least")
    is_enough = len(run) >= least or run[0].local_tax_yen is not None
    is_latest = is_latest_month(run[0].paid_on, setting.on)
    known = (
        Known("latest_paid_on", run[0].paid_on.isoformat(), paper.source),
        Known("months_in_a_row", len(run), paper.source),
        Known("local_tax_yen", run[0].local_tax_yen, paper.source),
    )
    if is_latest and is_enough:
        return _aged("LEND-006", Outcome.PASS, paper, known=known)
    details = {"months": str(least)}
    return _aged("LEND-006", Outcome.FAIL, paper, "SCR-105", details=details, known=known)


def _held_age(paper: Paper, employment: Employment | None, setting: Setting) -> Finding:
    """LEND-012: three years from the issue, five where the employer was confirmed in time."""
    law = setting.law
    if law.row("lending.income_documents").word(paper.kind.value) == "any":
        return _aged("LEND-012", Outcome.PASS, paper)
    from_on = kept_as_held(paper, law)
    if from_on is None:
        return _aged("LEND-012", Outcome.UNKNOWN, paper, "SCR-103")
    row = law.row("lending.evidence_age")
    until_on = years_after(from_on, row.number("years"))
    confirmed = _confirmed_in_time(from_on, employment, setting)
    if confirmed:
        until_on = years_after(from_on, row.number("confirmed_years"))
    known = (
        Known("counted_from", from_on.isoformat(), paper.source),
        Known("employer_confirmed_on", shown(confirmed), employment.source if employment else ""),
        Known("counts_until", until_on.isoformat(), "law"),
    )
    is_held = from_on <= setting.on <= until_on
    details = {} if is_held else {"until": until_on.isoformat()}
    code = "" if is_held else "SCR-106"
    return _aged("LEND-012", answer(is_held), paper, code, details=details, known=known)


def _confirmed_in_time(
    from_on: date, employment: Employment | None, setting: Setting
) -> date | None:
    """The day in the third year on which the employer was found unchanged, if there is one."""
    row = setting.law.row("lending.evidence_age")
    first_on = years_after(from_on, row.number("confirm_after_years"))
    last_on = years_after(first_on, row.number("confirm_within_years")) - _ONE_DAY
    days = employment.confirmed_on if employment else ()
    return next((on for on in days if first_on <= on <= last_on and on <= setting.on), None)


def _aged(
    rule_id: str,
    outcome: Outcome,
    paper: Paper,
    code: str = "",
    *,
    details: dict[str, str] | None = None,
    known: tuple[Known, ...] = (),
) -> Finding:
    place = "10条の26第2項" if rule_id == "LEND-012" else "10条の17第2項"
    law = f"貸金業法施行規則{place}"
    return Finding(rule_id, outcome, law, paper.source, code, details or {}, known)


# --------------------------------------------------------------------------- changes of the means
def _means(paper: Paper, employment: Employment | None, setting: Setting) -> Finding:
    """LEND-007: after a change, only what shows the means after it; one exception."""
    if paper.income is not IncomeKind.SALARY and (employment is None or employment.is_employer):
        # A change of employer says nothing about a pension, rent or a business.
        return _changed(Outcome.PASS, paper)
    if employment is None:
        return _changed(Outcome.UNKNOWN, paper, "SCR-107")
    changed_on = employment.changed_on
    known: tuple[Known, ...] = (Known("changed_on", shown(changed_on), employment.source),)
    if changed_on is None or changed_on > setting.on:
        return _changed(Outcome.PASS, paper, known=known)
    first_on = _shows_from(paper)
    known = (*known, Known("shows_from", shown(first_on), paper.source))
    if first_on is None:
        return _changed(Outcome.UNKNOWN, paper, "SCR-103", known)
    if _month(first_on) >= _month(changed_on):
        return _changed(Outcome.PASS, paper, known=known)
    return _excepted(paper, employment, setting, known)


def _excepted(
    paper: Paper, employment: Employment, setting: Setting, known: tuple[Known, ...]
) -> Finding:
    """3項: the new employer is confirmed, and has not yet paid for two months."""
    confirmed_on, paid = employment.new_confirmed_on, employment.months_paid
    known = (
        *known,
        Known("new_confirmed_on", shown(confirmed_on), employment.source),
        Known("months_paid", paid, employment.source),
    )
    is_confirmed = confirmed_on is not None and confirmed_on <= setting.on
    if not employment.is_employer or not is_confirmed:
        return _changed(Outcome.FAIL, paper, "SCR-108", known)
    if paid is None:
        return _changed(Outcome.UNKNOWN, paper, "SCR-107", known)
    least = setting.law.row("lending.evidence_age").number("new_pay_months")
    if paid < least:
        return _changed(Outcome.PASS, paper, known=known)
    return _changed(Outcome.FAIL, paper, "SCR-108", known)


def _changed(
    outcome: Outcome, paper: Paper, code: str = "", known: tuple[Known, ...] = ()
) -> Finding:
    law = "貸金業法施行規則10条の17第1項ただし書、10条の17第3項"
    return Finding("LEND-007", outcome, law, paper.source, code, known=known)


def _shows_from(paper: Paper) -> date | None:
    """The first day whose income the paper shows."""
    if paper.kind is PaperKind.PAY_SLIPS:
        run = latest_run(paper.slips)
        return run[-1].paid_on if run else None
    if paper.year is None:
        return paper.issued_on if paper.kind is PaperKind.PENSION_CERTIFICATE else None
    return date(paper.year, 1, 1)


def _month(on: date) -> int:
    return on.year * _MONTHS + on.month
