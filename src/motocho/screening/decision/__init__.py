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
    SCHEMA_VERSION,
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
    read_application,
    read_houses,
)
from motocho.screening.decision.record import plain, read
from motocho.screening.decision.words import (
    fact_name,
    fact_text,
    outcome_word,
    rule_title,
    value_word,
    verdict_word,
    words,
)

__all__ = [
    "SCHEMA_VERSION",
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
    "fact_name",
    "fact_text",
    "offering_of",
    "outcome_word",
    "plain",
    "policy_on",
    "read",
    "read_application",
    "read_houses",
    "replay",
    "rule_title",
    "value_word",
    "verdict_word",
    "words",
]
