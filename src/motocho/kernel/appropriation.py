"""What money goes to what [充当].

Small pure functions over whole amounts; the order is the caller's choice, never a default.

>>> repay(10_000, unpaid_interest=1_676, principal=200_000)
(0, 191676, 0)
"""

from __future__ import annotations

from motocho.kernel.accrual import Yen
from motocho.kernel.conventions import OverpaymentAppropriation


def repay(paid: Yen, unpaid_interest: Yen, principal: Yen) -> tuple[Yen, Yen, Yen]:
    """A repayment goes to interest, then principal; the rest is excess [弁済の充当].

    Returns unpaid interest, principal and excess after it.
    Law     民法489条 (before 2020-04-01: 491条); 最大判昭39.11.18, 最大判昭43.11.13.
    """
    to_interest = min(paid, unpaid_interest)
    to_principal = min(paid - to_interest, principal)
    return (
        unpaid_interest - to_interest,
        principal - to_principal,
        paid - to_interest - to_principal,
    )


def meet_advance(
    advance: Yen, overpayment: Yen, overpayment_interest: Yen, order: int
) -> tuple[Yen, Yen, Yen]:
    """A new advance is first met by what the lender owes; the rest is new principal [過払金の充当].

    Returns the new principal, the overpayment and its interest after it.
    Law     最判平19.6.7; 最判平25.4.11 for INTEREST_FIRST.
    """
    if order == OverpaymentAppropriation.INTEREST_FIRST:
        from_interest = min(advance, overpayment_interest)
        from_overpayment = min(advance - from_interest, overpayment)
    else:
        from_overpayment = min(advance, overpayment)
        from_interest = 0
        if order == OverpaymentAppropriation.PRINCIPAL_FIRST:
            from_interest = min(advance - from_overpayment, overpayment_interest)
    return (
        advance - from_interest - from_overpayment,
        overpayment - from_overpayment,
        overpayment_interest - from_interest,
    )
