"""A year's income by the methods that the law permits [年間の給与等].

The average of the pay slips is carried exactly and nothing is rounded before the end: since a third
is compared in whole yen, dropping a fraction of the whole changes no answer.

>>> method = LocalTaxMethod(100_000, 5_000)
>>> method.least_income_yen(9_000)
1030000
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction

from motocho.screening.capacity.day import years_after
from motocho.screening.capacity.evidence import (
    Employment,
    IncomeKind,
    Paper,
    PaperKind,
    Setting,
    Whose,
    judge,
    latest_run,
    shows_until,
)
from motocho.screening.capacity.findings import Finding, Known, Outcome, worst

_MONTHS = 12
_WHOLE_PPM = 1_000_000


class Method(Enum):
    """How a year's income was found [算出方法] · 10条の22第2項."""

    SHOWN = "shown"
    """1号: what the paper says of the year."""
    AVERAGE = "average"
    """2号: the average of the latest months, times twelve, and bonuses that were seen."""
    LOCAL_TAX = "local_tax"
    """3号: reasonably, from the local tax on a pay slip."""


@dataclass(frozen=True, slots=True)
class LocalTaxMethod:
    """How the house finds an income from local tax [地方税額からの算出].

    The law asks for a reasonable way and names none. This one never says too much: the levy on
    income without the flat part is a rate of what is left after every deduction, so that the income
    was at least that.
    """

    rate_ppm: int
    flat_yen: int

    def least_income_yen(self, monthly_tax_yen: int) -> int:
        """An income that the tax cannot have come from less than [所得の下限]."""
        levy_yen = max(0, monthly_tax_yen * _MONTHS - self.flat_yen)
        return levy_yen * _WHOLE_PPM // self.rate_ppm


@dataclass(frozen=True, slots=True)
class IncomePart:
    """One income that counts [収入の内訳]: how it was found, exactly, and from which paper."""

    stream: str
    kind: IncomeKind
    method: Method
    exact_yen: Fraction
    source: str

    @property
    def yen(self) -> int:
        """The same in whole yen, for a reader [円未満切捨て]."""
        return int(self.exact_yen // 1)

    def document(self) -> dict[str, object]:
        """The part in its public form [公開形式]."""
        return {
            "stream": self.stream,
            "kind": self.kind.value,
            "method": self.method.value,
            "yen": self.yen,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class AnnualIncome:
    """The income of a year, its parts, and what was found of every paper [年収].

    `yen` is the sum, dropped to whole yen once; None where no paper shows one that counts: then
    nothing is shown, which is not the same as none. `accepted` are the papers that may be used,
    whether their income counts or not.
    """

    parts: tuple[IncomePart, ...]
    findings: tuple[Finding, ...]
    accepted: tuple[str, ...]
    yen: int | None


def annual_income(
    papers: Sequence[Paper],
    employments: Mapping[Whose, Employment | None],
    setting: Setting,
    local_tax: LocalTaxMethod | None = None,
) -> AnnualIncome:
    """A year's income from the papers that may be used [年間の給与等の算出] · LEND-008.

    Takes     the papers of one person; their employment; how the house reads local tax, if it does.
    Gives     one part a stream: of several papers about the same income the newest, and of equally
              new ones the lowest.
    Law       貸金業法13条の2第2項; 施行規則10条の22.
    """
    findings: list[Finding] = []
    accepted: list[str] = []
    parts: dict[str, tuple[date, IncomePart]] = {}
    for paper in papers:
        judged = judge(paper, employments.get(paper.whose), setting)
        findings += judged
        if worst(one.outcome for one in judged) is not Outcome.PASS:
            continue
        accepted.append(paper.source)
        part, found = _part(paper, setting, local_tax)
        findings.append(found)
        if part is not None and found.passes:
            newest = (shows_until(paper) or date.min, part)
            before = parts.get(part.stream)
            parts[part.stream] = newest if before is None else _chosen(before, newest)
    chosen = sorted((part for _, part in parts.values()), key=lambda one: one.stream)
    whole = sum((part.exact_yen for part in chosen), Fraction(0))
    yen = int(whole // 1) if chosen else None
    return AnnualIncome(tuple(chosen), tuple(findings), tuple(accepted), yen)


def _chosen(
    one: tuple[date, IncomePart], other: tuple[date, IncomePart]
) -> tuple[date, IncomePart]:
    if one[0] != other[0]:
        return max(one, other, key=lambda pair: pair[0])
    return min(one, other, key=lambda pair: pair[1].exact_yen)


def _part(
    paper: Paper, setting: Setting, local_tax: LocalTaxMethod | None
) -> tuple[IncomePart | None, Finding]:
    """The income of a paper that may be used, and what LEND-008 says of it."""
    counted = _counted(paper, setting)
    if not counted.passes:
        return None, counted
    if paper.kind is PaperKind.PAY_SLIPS:
        method, exact = _from_slips(paper, setting, local_tax)
    else:
        method, exact = (
            Method.SHOWN,
            None if paper.annual_yen is None else Fraction(paper.annual_yen),
        )
    if exact is None or exact < 0:
        return None, _found(Outcome.UNKNOWN, paper, "SCR-111")
    stream = f"{paper.whose.value}:{paper.income.value}:{paper.stream}"
    part = IncomePart(stream, paper.income, method, exact, paper.source)
    known = (
        Known("method", method.value, "law"),
        Known("annual_yen", part.yen, paper.source),
        Known("months", len(latest_run(paper.slips)), paper.source),
    )
    return part, _found(Outcome.PASS, paper, known=known)


def _counted(paper: Paper, setting: Setting) -> Finding:
    """10条の22第1項: whether an income of this kind counts at all."""
    cells = setting.law.row("lending.income_methods").brackets[0].cells
    known = (Known("income", paper.income.value, paper.source),)
    if paper.income is IncomeKind.OTHER:
        return _found(Outcome.FAIL, paper, "SCR-109", known)
    if cells[paper.income.value] == "if_steady" and paper.is_steady is not True:
        outcome = Outcome.UNKNOWN if paper.is_steady is None else Outcome.FAIL
        return _found(outcome, paper, "SCR-110", known)
    return _found(Outcome.PASS, paper, known=known)


def _from_slips(
    paper: Paper, setting: Setting, local_tax: LocalTaxMethod | None
) -> tuple[Method, Fraction | None]:
    """2号 where the months suffice, else 3号 where the house has a way to read the tax."""
    law = setting.law
    run = latest_run(paper.slips)
    if len(run) >= law.row("lending.evidence_age").number("slips_least"):
        row = law.row("lending.income_methods")
        average = Fraction(sum(slip.pay_yen for slip in run), len(run))
        return Method.AVERAGE, average * row.number("months_a_year") + _bonuses_yen(paper, setting)
    tax_yen = run[0].local_tax_yen if run else None
    if tax_yen is None or local_tax is None:
        return Method.LOCAL_TAX, None
    return Method.LOCAL_TAX, Fraction(local_tax.least_income_yen(tax_yen))


def _bonuses_yen(paper: Paper, setting: Setting) -> int:
    """3項: bonuses that a paper shows, of the last year."""
    years = setting.law.row("lending.income_methods").number("bonus_years")
    first_on = years_after(setting.on, -years)
    return sum(one.bonus_yen for one in paper.bonuses if first_on <= one.paid_on <= setting.on)


def _found(
    outcome: Outcome, paper: Paper, code: str = "", known: tuple[Known, ...] = ()
) -> Finding:
    law = "貸金業法施行規則10条の22第1項、10条の22第2項、10条の22第3項"
    return Finding("LEND-008", outcome, law, paper.source, code, known=known)
