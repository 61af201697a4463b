"""What options of `motocho screening applications` may be [選択肢]."""

from __future__ import annotations

from enum import StrEnum


class UseName(StrEnum):
    """Values of --use."""

    LIVING = "living"
    LEISURE = "leisure"
    EDUCATION = "education"
    MEDICAL = "medical"
    CEREMONY = "ceremony"
    REPAYMENT = "repayment"
    OTHER = "other"


class ReasonName(StrEnum):
    """Values of --reason of a refusal."""

    RULES = "rules"
    PAPERS = "papers"
    STRAIN = "strain"
    CAPACITY = "capacity"
    OWN = "own"
    WITHHELD = "withheld"
    OTHER = "other"


class TiesName(StrEnum):
    """Values of --ties."""

    NONE = "none"
    FOUND = "found"


class ClaimName(StrEnum):
    """Values of --kind."""

    EXCLUSION = "exclusion"
    FAVOURABLE_REFINANCE = "favourable_refinance"
    STEPWISE_REFINANCE = "stepwise_refinance"
    URGENT_MEDICAL = "urgent_medical"
    URGENT_NEED = "urgent_need"
    SPOUSE = "spouse"
    BUSINESS = "business"
    NEW_BUSINESS = "new_business"
    BRIDGE = "bridge"
    SPOUSE_EMPLOYMENT = "spouse_employment"
    SPOUSE_LENT = "spouse_lent"
    RELIEFS = "reliefs"
