"""What pages about claims against us share: the names of what they offer [過払金請求の言葉]."""

from __future__ import annotations

from motocho.office import lender
from motocho.office.lender import Cause, Claimant, Late, Second, Step
from motocho.outside.bank import AccountType
from motocho.web.desk._choosing import labels

CLAIMANTS = labels(Claimant, "claiming.claimant")
STEPS = {one: f"claiming.step_{one.value}" for one in Step}
DUES = {one.value: f"claiming.due_{one.value}" for one in lender.Due}
SECONDS = labels(Second, "claiming.second")
CAUSES = labels(Cause, "claiming.cause")
LATE = labels(Late, "claiming.late")
CONVENTIONS = {
    name: {value: f"claiming.set_{name}_{value}" for value in values}
    for name, values in lender.CONVENTIONS.items()
}
"""The values of each convention that our desk chooses among."""
KINDS = {
    AccountType.ORDINARY.value: "claiming.account_ordinary",
    AccountType.CURRENT.value: "claiming.account_current",
    AccountType.SAVINGS.value: "claiming.account_savings",
}
"""Kinds of accounts that are paid to."""
ENDS = {
    Step.WITHDRAWN.value: "claiming.step_withdrawn",
    Step.REFUSED.value: "claiming.step_refused",
}
"""How a claim ends without a settlement."""
