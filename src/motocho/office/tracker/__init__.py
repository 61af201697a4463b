"""A claim as a case, from the first letter to the money: steps, days, papers, money [事件の進行].

`plan` is the way with its periods, `tracks` how a case stands on it, `keeping` writes it down;
`receipts` checks what came to the yen, `money` holds the client's, `shelf` the papers; `board` sees
all cases, `conflicts` compares them, `agenda` writes calendars.
"""

from motocho.office.tracker import (
    agenda,
    board,
    conflicts,
    keeping,
    money,
    plan,
    receipts,
    shelf,
    tracks,
)

__all__ = [
    "agenda",
    "board",
    "conflicts",
    "keeping",
    "money",
    "plan",
    "receipts",
    "shelf",
    "tracks",
]
