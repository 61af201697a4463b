"""Decisions: rules first, by dated law and dated policy, kept so that they replay [審査の決定].

`decide` is pure. What it rests on is in its document: every fact with its source, the rows of law
by their values, the policy, each rule's answer. A score is one named input and decides nothing.
"""

from motocho.screening.decision.deciding import (
    Ceilings,
    Decision,
    Offer,
    Verdict,
    asked_for,
    decide,
)
from motocho.screening.decision.facts import (
    Applicant,
    Asked,
    AskedKind,
    Factor,
    Facts,
    LineUse,
    Score,
)
from motocho.screening.decision.keeping import (
    Change,
    Comparison,
    Replay,
    compare,
    digest,
    document,
    replay,
)
from motocho.screening.decision.policy import (
    House,
    OfferedRate,
    Offering,
    Policy,
    offering_of,
    policy_on,
    read_houses,
)
from motocho.screening.decision.record import plain, read

__all__ = [
    "Applicant",
    "Asked",
    "AskedKind",
    "Ceilings",
    "Change",
    "Comparison",
    "Decision",
    "Factor",
    "Facts",
    "House",
    "LineUse",
    "Offer",
    "OfferedRate",
    "Offering",
    "Policy",
    "Replay",
    "Score",
    "Verdict",
    "asked_for",
    "compare",
    "decide",
    "digest",
    "document",
    "offering_of",
    "plain",
    "policy_on",
    "read",
    "read_houses",
    "replay",
]
