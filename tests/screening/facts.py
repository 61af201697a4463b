"""An ordinary application, to be changed in one place by each test [標準の申込み]."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from motocho.screening.capacity import (
    BureauAnswer,
    ContractKind,
    Employment,
    OwnContract,
    Paper,
    PaperKind,
    Strain,
)
from motocho.screening.decision import (
    Applicant,
    Asked,
    AskedKind,
    Decision,
    Facts,
    LineUse,
    OfferedRate,
    Offering,
    Policy,
    decide,
    policy_on,
)

ON = date(2026, 11, 10)
OFFERING = Offering(
    "standard", 1, (OfferedRate(1_000, 180_000), OfferedRate(1_000_000, 150_000)), 8_000_000
)
POLICY: Policy = policy_on(ON, OFFERING)
APPLICANT = Applicant(
    "form", date(1990, 5, 5), stated_income_yen=3_000_000, identity_confirmed_on=date(2026, 11, 9),
    has_barred_ties=False, is_suspicious=False,
)  # fmt: skip
CALM = Strain(is_late=False, long_delays=0, asked_lately=0, is_disputed=False)
BUREAU = BureauAnswer("B1", ON, is_designated=True, self_exclusions=(), strain=CALM)
SLIP = Paper("w1", PaperKind.WITHHOLDING_SLIP, year=2025, annual_yen=3_000_000)
LINE = OwnContract("A1", ContractKind.REVOLVING, 100_000, 300_000)


def application(limit_yen: int = 300_000, **more: Any) -> Facts:
    known = {"bureau": BUREAU, "employment": Employment("form"), "applicant": APPLICANT, **more}
    return Facts(Asked(AskedKind.NEW, limit_yen), **known)


def increase(limit_yen: int = 500_000, **more: Any) -> Facts:
    use = LineUse("book", date(2026, 5, 10), is_late=False)
    known = {"own": (LINE,), "use": use, **more}
    asked = Asked(AskedKind.INCREASE, limit_yen, "A1")
    return replace(application(**known), asked=asked)


def who(**change: Any) -> Applicant:
    return replace(APPLICANT, **change)


def decided(facts: Facts, on: date = ON) -> Decision:
    return decide(facts, POLICY, on)
