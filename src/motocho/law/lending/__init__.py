"""Law of lending that more than one room asks [貸付けの規制].

`evidence` says which papers of income are of the latest period, which a new contract or a higher
limit asks for (施行規則10条の17).
"""

from motocho.law.lending.evidence import (
    PaperKind,
    Shown,
    is_latest,
    is_latest_month,
    latest_until,
    latest_year,
)

__all__ = [
    "PaperKind",
    "Shown",
    "is_latest",
    "is_latest_month",
    "latest_until",
    "latest_year",
]
