"""Which papers of income are of the latest period there is [直近の期間の収入証明書] · LEND-006.

One answer for a decision, for the page where a member asks for a higher limit, and for the desk
that may speak of one. A check of an open line may use older papers (10条の26): that is not here.

>>> slip = Shown(PaperKind.WITHHOLDING_SLIP, date(2024, 12, 31))
>>> is_latest(slip, date(2026, 1, 31)), is_latest(slip, date(2026, 2, 1))
(True, False)
>>> latest_until(slip, date(2026, 1, 5)).isoformat()
'2026-01-31'
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from motocho.law.tables import Row, table

_MONTHS = 12
_ONE_DAY = timedelta(days=1)


class PaperKind(Enum):
    """The papers of 施行規則10条の17第1項, and any other [書面の種類]."""

    WITHHOLDING_SLIP = "withholding_slip"
    """源泉徴収票."""
    PAYMENT_RECORD = "payment_record"
    """支払調書."""
    PAY_SLIPS = "pay_slips"
    """給与の支払明細書."""
    TAX_RETURN = "tax_return"
    """確定申告書."""
    BLUE_STATEMENT = "blue_statement"
    """青色申告決算書."""
    INCOME_BREAKDOWN = "income_breakdown"
    """収支内訳書."""
    TAX_NOTICE = "tax_notice"
    """納税通知書."""
    TAX_CERTIFICATE = "tax_certificate"
    """納税証明書."""
    INCOME_CERTIFICATE = "income_certificate"
    """所得証明書."""
    PENSION_CERTIFICATE = "pension_certificate"
    """年金証書."""
    PENSION_NOTICE = "pension_notice"
    """年金通知書."""
    OTHER = "other"
    """A bankbook, a contract of work: whatever the list does not name."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Of which paper an income is, and until when it shows it [書面の種類と期間].

    `until_on` is the last day of the paper's year, or the day of the latest pay.
    """

    kind: PaperKind
    until_on: date


def latest_year(kind: PaperKind, on: date, row: Row) -> int:
    """The earliest year of which a paper about a year is of the latest period [直近の年].

    Takes     the row of `lending.latest_period`: the month from which last year's papers are usual.
    Law       貸金業法施行規則10条の17第2項.
    """
    return on.year - (1 if on.month >= row.number(kind.value) else 2)


def is_latest_month(paid_on: date, on: date) -> bool:
    """Whether a pay is the latest there is: of this month or of the one before [直近の月].

    >>> [is_latest_month(date(2026, 10, day), date(2026, 11, 30)) for day in (1, 31)]
    [True, True]
    >>> is_latest_month(date(2026, 10, 31), date(2026, 12, 1))
    False
    """
    return _month(on) - _month(paid_on) in (0, 1)


def is_latest(shown: Shown, on: date) -> bool:
    """Whether a paper is of the latest period on a day [直近の期間か] · LEND-006.

    Law       貸金業法施行規則10条の17第2項; a paper that is not on the list never is.
    """
    if shown.kind is PaperKind.OTHER:
        return False
    wanted = table("lending.income_documents").at(on).word(shown.kind.value)
    if wanted == "any":
        return True
    if wanted == "latest_pay":
        return is_latest_month(shown.until_on, on)
    row = table("lending.latest_period").at(on)
    return latest_year(shown.kind, on, row) <= shown.until_on.year <= on.year


def latest_until(shown: Shown, on: date) -> date | None:
    """The last day on which a paper is of the latest period, by the law of a day [直近の末日].

    Gives     None where no period is asked for, or the paper is not on the list.
    """
    if shown.kind is PaperKind.OTHER:
        return None
    wanted = table("lending.income_documents").at(on).word(shown.kind.value)
    if wanted == "any":
        return None
    if wanted == "latest_pay":
        return _first_of(_month(shown.until_on) + 2) - _ONE_DAY
    months, year = table("lending.latest_period"), shown.until_on.year + 2
    since_on = max(date(year, 1, 1), months.commenced_on)  # the months of the year it ends in
    return date(year, months.at(since_on).number(shown.kind.value), 1) - _ONE_DAY


def _month(on: date) -> int:
    return on.year * _MONTHS + on.month - 1


def _first_of(month: int) -> date:
    year, place = divmod(month, _MONTHS)
    return date(year, place + 1, 1)
