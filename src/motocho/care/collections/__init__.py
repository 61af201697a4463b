"""Collections: what is done about a loan in arrears, step by step [督促].

`strategy` says what a day asks for, purely; `stages` keeps what was decided; `letters` are the
papers, `carrying` takes each message to its road, `accelerating` is a person's decision. `counsel`
stops everything when somebody acts for the member; `settlements` meet who cannot pay all, with the
word of two persons; `visits` are logged with their times; `legal` keeps the lender's own steps in
court, by the rules and periods of `courses`; `refunds` pay back what is held for a member.
"""

from motocho.care.collections import (
    accelerating,
    carrying,
    counsel,
    courses,
    legal,
    letters,
    refunds,
    settlements,
    stages,
    strategy,
    visits,
)

__all__ = [
    "accelerating",
    "carrying",
    "counsel",
    "courses",
    "legal",
    "letters",
    "refunds",
    "settlements",
    "stages",
    "strategy",
    "visits",
]
