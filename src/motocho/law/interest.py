"""Interest: ceilings, caps on damages, criminal caps, the statutory rate [利息].

Values come from the tables, each with the day that decides it and its article; nothing here knows
a loan. How the principal of a revolving dealing picks the bracket is arithmetic of the kernel.

>>> [(bracket.below_yen, bracket.ppm) for bracket in ceiling_rows()[0].brackets]
[(100000, 200000), (1000000, 180000), (None, 150000)]
>>> damages_multipliers()[1].from_on, damages_multipliers()[1].multiplier_ppm
(datetime.date(2000, 6, 1), 1460000)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from motocho.kernel.accrual import PPM
from motocho.law.citation import Citation
from motocho.law.rules import Refusal
from motocho.law.tables import Row, Standing, Unverified, table, unverified_among
from motocho.units.errors import Fault, InputError, ensure

YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class CeilingBracket:
    """A ceiling and the principal below which it holds; None is without limit [区分]."""

    below_yen: int | None
    ppm: int


@dataclass(frozen=True, slots=True)
class CeilingRow:
    """The ceilings in force from one day to another, both included [制限利率]."""

    from_on: date
    until_on: date | None
    brackets: tuple[CeilingBracket, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class DamagesMultiplier:
    """The cap on damages as a multiple of the ceiling, by the day of the loan [賠償額の倍率]."""

    from_on: date
    multiplier_ppm: int
    citations: tuple[Citation, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class BusinessDamages:
    """The flat cap on damages of business loans, by the day of the agreement [賠償額の特則]."""

    from_on: date
    ppm: int
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class StatutoryInterest:
    """The statutory rate of one period, both days included [法定利率]."""

    from_on: date
    until_on: date | None
    ppm: int
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class CriminalCap:
    """The rate above which a business lender commits a crime [出資法の上限].

    `leap_year_ppm` is for a year with 29 February, `daily_ppm` for one day; None where the law
    of that day has no such value.
    """

    ppm: int
    leap_year_ppm: int | None
    daily_ppm: int | None
    citations: tuple[Citation, ...]
    unverified: tuple[Unverified, ...]


def ceiling_rows() -> tuple[CeilingRow, ...]:
    """All ceilings on interest, oldest first [制限利率].

    Law       利息制限法1条.
    """
    return tuple(
        CeilingRow(
            from_on=row.from_on,
            until_on=row.until_on,
            brackets=tuple(
                CeilingBracket(bracket.limit, bracket.number()) for bracket in row.brackets
            ),
            citations=row.citations,
        )
        for row in table("interest.ceiling").rows
    )


def ceiling_ppm(principal_yen: int, on: date) -> int:
    """The ceiling on interest of a principal on a day [制限利率].

    Law       利息制限法1条; the principal of a revolving loan: 最三小判平成22年4月20日.

    >>> [ceiling_ppm(yen, date(2026, 11, 21)) for yen in (99_999, 100_000, 999_999, 1_000_000)]
    [200000, 180000, 180000, 150000]
    """
    return table("interest.ceiling").at(on).number(argument=principal_yen)


def damages_multipliers() -> tuple[DamagesMultiplier, ...]:
    """The multiples of the ceiling that cap damages, oldest first [賠償額の予定の倍率].

    Days      by the day the money was lent.
    Law       利息制限法4条1項; 平成11年法律155号附則4条.
    """
    return tuple(
        DamagesMultiplier(row.from_on, row.number(), row.citations, row.standing)
        for row in table("interest.damages_multiplier").rows
    )


def business_damages() -> BusinessDamages:
    """The flat cap on damages of business loans and its first day [営業的金銭消費貸借の特則].

    Days      by the day the agreement on damages was made.
    Law       利息制限法7条1項; 平成18年法律115号附則26条1項.

    >>> business_damages().from_on, business_damages().ppm
    (datetime.date(2010, 6, 18), 200000)
    """
    row = table("interest.business_damages").rows[0]
    return BusinessDamages(row.from_on, row.number(), row.citations)


def statutory_interest_rows() -> tuple[StatutoryInterest, ...]:
    """All periods of the statutory rate that are fixed, oldest first [法定利率].

    Law       民法404条; 平成29年法律44号附則15条1項.
    """
    return tuple(
        StatutoryInterest(row.from_on, row.until_on, row.number(), row.citations)
        for row in table("interest.statutory").rows
    )


def statutory_interest_ppm(arose_on: date) -> int:
    """The statutory rate for interest that first arose on this day [法定利率].

    Days      the day interest first arose; the rate then stays (民法404条1項).
    Raises    LawGap for a day whose rate is not fixed yet.
    Law       民法404条1項; 平成29年法律44号附則15条1項.

    >>> statutory_interest_ppm(date(2020, 3, 31)), statutory_interest_ppm(date(2020, 4, 1))
    (50000, 30000)
    """
    return table("interest.statutory").at(arose_on).number()


def check_overpayment_rate(rate_ppm: int, first_arose_on: date) -> Refusal | None:
    """OVER-003: the rate on an overpayment that first arose on a day [過払金の利率].

    The rate of that day is the majority reading; a caller who means another one names it in the
    output (docs/law/overpayment-interest.md).

    Raises    LawGap for a day whose rate is not fixed yet.
    Law       民法704条, 404条1項; 平成29年法律44号附則15条1項.

    >>> check_overpayment_rate(50_000, date(2006, 5, 1)) is None
    True
    >>> check_overpayment_rate(60_000, date(2006, 5, 1)).rule_id
    'OVER-003'
    """
    row = table("interest.statutory").at(first_arose_on)
    if rate_ppm == row.number():
        return None
    details = {
        "arose_on": first_arose_on.isoformat(),
        "lawful_ppm": str(row.number()),
        "stated_ppm": str(rate_ppm),
    }
    return Refusal("OVER-003", "LAW-053", row.citations, details)


def criminal_cap(on: date) -> CriminalCap:
    """The criminal cap of business lenders on a day, with its other forms [出資法の上限利率].

    Days      the day the agreement on interest was made.
    Raises    LawGap before 1954-08-01.
    Law       出資法5条2項 and the 附則 of its amendments.

    >>> criminal_cap(date(1996, 2, 29)).leap_year_ppm, criminal_cap(date(2012, 2, 29)).leap_year_ppm
    (401136, None)
    """
    row = table("interest.criminal_cap").at(on)
    details = [each for each in table("interest.criminal_cap_detail").rows if each.covers(on)]
    ensure(len(details) <= 1, "rows overlap", on=on)
    used: list[Row] = [row, *details]
    return CriminalCap(
        ppm=row.number(),
        leap_year_ppm=details[0].number("leap_year") if details else None,
        daily_ppm=details[0].number("daily") if details else None,
        citations=row.citations,
        unverified=unverified_among(used),
    )


def criminal_cap_ppm(on: date) -> int:
    """The yearly criminal cap of business lenders on a day [出資法の上限利率].

    Raises    LawGap before 1954-08-01.
    Law       出資法5条2項 and the 附則 of its amendments.

    >>> criminal_cap_ppm(date(2000, 5, 31)), criminal_cap_ppm(date(2000, 6, 1))
    (400040, 292000)
    """
    return table("interest.criminal_cap").at(on).number()


def void_rate_ppm(on: date) -> int | None:
    """The rate above which a contract of a business lender is void, if any then was [無効].

    Days      the day the agreement on interest was made.
    Law       貸金業法42条1項 (its first day is not verified: the table says so).

    >>> void_rate_ppm(date(2007, 1, 19)), void_rate_ppm(date(2007, 1, 20))
    (None, 1095000)
    """
    found = table("interest.void_rate")
    return None if on < found.rows[0].from_on else found.at(on).number()


def damages_cap_ppm(agreed_on: date, lent_on: date, ceiling: int) -> int:
    """The cap on damages of a business loan [賠償額の予定の上限].

    Takes     the day of the agreement on damages, the day of the loan, and the loan's ceiling.
    Law       利息制限法7条1項 for agreements from 2010-06-18; before, 4条1項 by the day of the
              loan · 平成18年法律115号附則26条1項, 平成11年法律155号附則4条.

    >>> damages_cap_ppm(date(2010, 6, 18), date(2012, 1, 1), 180_000)
    200000
    >>> damages_cap_ppm(date(2005, 1, 1), date(2012, 1, 1), 180_000)
    262800
    """
    flat = business_damages()
    if agreed_on >= flat.from_on:
        return flat.ppm
    rows = [row for row in damages_multipliers() if row.from_on <= lent_on]
    return ceiling * rows[-1].multiplier_ppm // PPM if rows else ceiling


def atm_fee_cap_yen(used_yen: int, on: date) -> int:
    """The cash-machine charge that does not count as interest, tax included [機械の利用料の上限].

    Units     used_yen: what was drawn or paid at the machine.
    Days      the day the machine was used.
    Raises    InputError if used_yen is not positive; LawGap before 2010-06-18.
    Law       利息制限法6条2項3号, 同施行令2条.

    >>> atm_fee_cap_yen(10_000, date(2019, 10, 1)), atm_fee_cap_yen(10_001, date(2019, 10, 1))
    (110, 220)
    """
    if used_yen < 1:
        details = {"key": "used_yen", "least": "1"}
        raise InputError(Fault("LAW-042", excerpt=str(used_yen), details=details))
    return table("interest.atm_fee_cap").at(on).number(argument=used_yen)


# ----------------------------------------------------------------------------------------- checks
@dataclass(frozen=True, slots=True)
class Lent:
    """What decides which law of damages a loan is under [貸付けの時期]."""

    principal_yen: int
    lent_on: date
    agreed_on: date
    """The day the agreement on damages was made: for a revolving loan that of the contract. Whether
    a draw of today under a contract of before 2010-06-18 is a new agreement is open."""


def _damages_cap_of(lent: Lent) -> int:
    ceiling = ceiling_ppm(lent.principal_yen, lent.lent_on)
    return damages_cap_ppm(lent.agreed_on, lent.lent_on, ceiling)


def check_damages(damages_ppm: int, lent: Lent) -> Refusal | None:
    """RATE-004, RATE-005: damages within the cap of their time [遅延損害金の上限]."""
    cap = _damages_cap_of(lent)
    if damages_ppm <= cap:
        return None
    business = business_damages()
    is_new = lent.agreed_on >= business.from_on
    law = business.citations if is_new else table("interest.damages_multiplier").rows[-1].citations
    details = {"rate": f"{damages_ppm:,}", "lawful": f"{cap:,}", "on": lent.lent_on.isoformat()}
    return Refusal("RATE-004" if is_new else "RATE-005", "LAW-070", law, details)


def check_damages_regime(cap_ppm: int, lent: Lent) -> Refusal | None:
    """RATE-014: the cap that was chosen is that of the agreement's day [適用法の選択].

    Law       平成18年法律115号附則26条1項.
    """
    lawful = _damages_cap_of(lent)
    if cap_ppm == lawful:
        return None
    details = {
        "agreed_on": lent.agreed_on.isoformat(),
        "chosen": f"{cap_ppm:,}",
        "lawful": f"{lawful:,}",
    }
    return Refusal("RATE-014", "LAW-071", business_damages().citations, details)


@dataclass(frozen=True, slots=True)
class Burden:
    """What a loan of some days costs all together [借主の負担]."""

    principal_yen: int
    interest_yen: int
    charges_yen: int
    """Whatever is deemed interest."""
    days: int


SHORTEST_DAYS = 15
"""A loan of fewer days counts as one of so many · 出資法5条の4第1項."""


def check_criminal_cap(burden: Burden, on: date) -> Refusal | None:
    """RATE-006: interest and charges together below the criminal cap [出資法の上限].

    Days      the day of the agreement. A year of 365 days, as the statute's daily rates have it.
    Law       出資法5条2項, 5条の4第1項・4項.

    >>> check_criminal_cap(Burden(100_000, 18_000, 5_000, 365), date(2026, 11, 21)).rule_id
    'RATE-006'
    """
    cap = criminal_cap(on)
    days = max(burden.days, SHORTEST_DAYS)
    yearly_micro_yen = (burden.interest_yen + burden.charges_yen) * YEAR_DAYS * PPM
    if yearly_micro_yen <= cap.ppm * burden.principal_yen * days:
        return None
    yearly_ppm = -(-yearly_micro_yen // (burden.principal_yen * days))
    details = {"rate": f"{yearly_ppm:,}", "lawful": f"{cap.ppm:,}", "on": on.isoformat()}
    return Refusal("RATE-006", "LAW-072", cap.citations, details)


def check_atm_fee(fee_yen: int, used_yen: int, on: date) -> Refusal | None:
    """RATE-010: the charge for a cash machine within its cap [機械の利用料].

    Law       利息制限法6条2項3号, 同施行令2条.
    """
    cap = atm_fee_cap_yen(used_yen, on)
    if fee_yen <= cap:
        return None
    details = {"fee": f"{fee_yen:,}", "used": f"{used_yen:,}", "lawful": f"{cap:,}"}
    return Refusal("RATE-010", "LAW-073", table("interest.atm_fee_cap").at(on).citations, details)


def check_guarantee(principal_yen: int, rates_ppm: tuple[int, int], on: date) -> Refusal | None:
    """RATE-011: interest and the guarantor's fee together within the ceiling [保証料].

    Takes     the rate of interest and that of the fee, a year.
    Law       利息制限法8条; 貸金業法12条の8第6項.
    """
    row = table("interest.ceiling").at(on)
    lawful, total = row.number(argument=principal_yen), sum(rates_ppm)
    if total <= lawful:
        return None
    details = {"rate": f"{total:,}", "lawful": f"{lawful:,}"}
    return Refusal("RATE-011", "LAW-074", row.citations, details)
