"""What we owe where we pay after the agreed day: damages for the delay [支払の遅延損害金].

The settlement promises them at the rate of the recalculation, as its paper says; where that names
no rate, the statutory one of the first day of the delay counts.
"""

from __future__ import annotations

from datetime import date, timedelta

from motocho.kernel.accrual import accrue, span_between
from motocho.kernel.conventions import YearBasis
from motocho.law.interest import statutory_interest_ppm
from motocho.office.lender._keeping import Claim
from motocho.office.lender._rules import Step
from motocho.units.errors import Fault, NotFoundError


def days(claim: Claim, pay_on: date) -> int:
    """How many days after the agreed one it is paid; 0 in time [遅延日数]."""
    return max(0, (pay_on - claim.pay_by_on).days)


def damages_of(claim: Claim, pay_on: date) -> int:
    """Damages for the delay until the day of payment, that day included [遅延損害金].

    Exact     whole yen, fractions cut.
    Days      from the day after the agreed one; a day of a leap year is 1/366 of a year.
    Raises    NotFoundError before an offer was accepted; LawGap where the statutory rate counts and
              is not fixed yet.
    Law       民法412条1項, 419条1項, 404条; the settlement's own clause.
    """
    if not days(claim, pay_on):
        return 0
    first_on = claim.pay_by_on + timedelta(days=1)
    reckoned = claim.last(Step.RECKONED)
    if reckoned is None:
        raise NotFoundError(Fault("CLU-007"))
    rate_ppm = reckoned.content["late_rate_ppm"] or statutory_interest_ppm(first_on)
    span = span_between(first_on.toordinal(), pay_on.toordinal(), YearBasis.CALENDAR)
    return accrue(claim.settled_yen, rate_ppm, span).yen
