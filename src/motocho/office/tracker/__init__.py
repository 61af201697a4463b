"""A claim as a case, from the first letter to the money: steps, days, papers, money [事件の進行].

`plan` is the way with its periods, `tracks` how a case stands on it, `keeping` writes it down;
`receipts` checks what came to the yen, `money` holds the client's, `fees` are held against caps;
`shelf` keeps papers, `callsheet` prepares a call; `board` sees all cases, `conflicts` compares
them, `agenda` writes calendars, `bundle` carries a case away. `guide` leads who
claims alone.
"""

from motocho.office.tracker import (
    agenda,
    board,
    bundle,
    callsheet,
    conflicts,
    fees,
    guide,
    keeping,
    money,
    plan,
    receipts,
    shelf,
    stepcosts,
    tracks,
    travel,
)
from motocho.office.tracker.board import DueDay, Standing
from motocho.office.tracker.fees import Profession, Road, Terms
from motocho.office.tracker.keeping import Made, Told
from motocho.office.tracker.money import Flow, Held
from motocho.office.tracker.plan import Step
from motocho.office.tracker.shelf import Paper, Way
from motocho.office.tracker.tracks import Deadline, Event, Kind

__all__ = [
    "Deadline",
    "DueDay",
    "Event",
    "Flow",
    "Held",
    "Kind",
    "Made",
    "Paper",
    "Profession",
    "Road",
    "Standing",
    "Step",
    "Terms",
    "Told",
    "Way",
    "agenda",
    "board",
    "bundle",
    "callsheet",
    "conflicts",
    "fees",
    "guide",
    "keeping",
    "money",
    "plan",
    "receipts",
    "shelf",
    "stepcosts",
    "tracks",
    "travel",
]
