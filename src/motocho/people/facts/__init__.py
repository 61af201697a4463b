"""Registered facts of members: every value that ever held, from which day, told by whom [登録情報].

Holds   names, addresses, phones, e-mail, employers, income, bank accounts, with their history
Takes   changes with the day they take effect
Gives   masked values to everyone; whole ones to who says why, contacts only by a permit
Never   an overwritten value
"""

from motocho.people.facts import history, matching, reach, search, values

__all__ = ["history", "matching", "reach", "search", "values"]
