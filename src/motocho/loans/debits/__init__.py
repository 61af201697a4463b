"""Direct debits: mandates, the requests of a debit day, the bank's answers [口座振替].

A member gives a mandate for an account. Once a month, when the cutoff day is over, `plan_debits`
asks for what is due on the debit day, once, and says who was left out and why. `take_answers` books
what the bank collected, as money of the debit day; a debit that failed is a note, never a payment.
"""

from motocho.loans.debits.mandates import (
    Mandate,
    end_mandate,
    register_mandate,
    standing_mandate,
)
from motocho.loans.debits.requests import (
    CHANNEL,
    Answered,
    LeftOut,
    Plan,
    Request,
    plan_debits,
    take_answers,
)
from motocho.loans.debits.rules import (
    UNTOUCHED,
    Asking,
    check_debit,
    cutoff_day,
    debit_day,
    instalment_yen,
    serves,
)

__all__ = [
    "CHANNEL",
    "UNTOUCHED",
    "Answered",
    "Asking",
    "LeftOut",
    "Mandate",
    "Plan",
    "Request",
    "check_debit",
    "cutoff_day",
    "debit_day",
    "end_mandate",
    "instalment_yen",
    "plan_debits",
    "register_mandate",
    "serves",
    "standing_mandate",
    "take_answers",
]
