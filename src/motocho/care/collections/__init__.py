"""Collections: what is done about a loan in arrears, step by step [督促].

`counsel` stops everything when somebody acts for the member; `settlements` meet who cannot pay all,
with the word of two persons; `visits` are logged with their times; `legal` keeps the lender's own
steps in court, by the rules and periods of `courses`.
"""

from motocho.care.collections import counsel, courses, legal, settlements, visits

__all__ = ["counsel", "courses", "legal", "settlements", "visits"]
