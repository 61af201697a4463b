"""Collections: what is done about a loan in arrears, step by step [督促].

`counsel` stops everything when somebody acts for the member; `settlements` meet who cannot pay all,
with the word of two persons; `visits` are logged with their times.
"""

from motocho.care.collections import counsel, settlements, visits

__all__ = ["counsel", "settlements", "visits"]
