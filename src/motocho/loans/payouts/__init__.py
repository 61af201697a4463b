"""Draws paid by transfer: asked, kept back for a while, sent, answered [振込融資].

costs   what a draw costs, before it is asked for; what a payment changes: pure
checks  who may be paid, what is to be said first: pure
signals what makes us call back before the first draw to an account: pure
orders  commands: ask, hurry, recall
sending the worker's side: to the bank, and what the bank answers
"""

from motocho.loans.payouts.checks import (
    Caution,
    Habits,
    Payee,
    caution,
    check_payee,
    check_velocity,
)
from motocho.loans.payouts.costs import Cost, Costs, Effect, costs_of, effect_of, least_yen
from motocho.loans.payouts.facts import (
    account_of,
    arrived_on,
    caution_of,
    cost,
    effect,
    habits,
    interest_if_repaid,
    is_first,
    least_of,
    outlook_of,
    unit_yen,
)
from motocho.loans.payouts.orders import (
    ENDS_APART,
    REGRET,
    Asked,
    Payout,
    PayoutKey,
    Purpose,
    State,
    ask,
    ask_refund,
    hurry,
    latest,
    of_reference,
    one,
    recall,
    send_from,
)
from motocho.loans.payouts.sending import Sender, Unsent, carry
from motocho.loans.payouts.signals import Signal, boxes, check_signals, policy

__all__ = [
    "ENDS_APART",
    "REGRET",
    "Asked",
    "Caution",
    "Cost",
    "Costs",
    "Effect",
    "Habits",
    "Payee",
    "Payout",
    "PayoutKey",
    "Purpose",
    "Sender",
    "Signal",
    "State",
    "Unsent",
    "account_of",
    "arrived_on",
    "ask",
    "ask_refund",
    "boxes",
    "carry",
    "caution",
    "caution_of",
    "check_payee",
    "check_signals",
    "check_velocity",
    "cost",
    "costs_of",
    "effect",
    "effect_of",
    "habits",
    "hurry",
    "interest_if_repaid",
    "is_first",
    "latest",
    "least_of",
    "least_yen",
    "of_reference",
    "one",
    "outlook_of",
    "policy",
    "recall",
    "send_from",
    "unit_yen",
]
