"""The watch over open lines: what is asked, by when, and the stop that follows [途上管理].

    watch_day(WatchNight(now), on)            the daily look, in stretches, from where it stopped
    reasons(cursor, member_id, ...)           every reason, what the member can do, by when
    confirm_facts(cursor, member_id, made)    what was asked is done: its own reason is lifted

The law's monitoring is `loans.monitoring`, with its night in `close`; this stands beside it.
A reason is a row of its own (`loans.commands.watches`); nothing is drawn from the day after its
last day, whether a night ran or not.
"""

from motocho.screening.watch.acting import (
    BY_A_PERSON,
    Learned,
    Road,
    confirm_employer,
    confirm_facts,
    exclude,
    exclusion_rule,
    free_from,
    judge,
    learn,
    note_unreached,
    own_draws,
    take_back_exclusion,
)
from motocho.screening.watch.causes import (
    ACTS,
    CAUSES,
    Act,
    Cause,
    Reason,
    may_take_back_on,
    reasons,
)
from motocho.screening.watch.looking import Members, Watched, WatchNight, watch_day
from motocho.screening.watch.policy import Policy, policy

__all__ = [
    "ACTS",
    "BY_A_PERSON",
    "CAUSES",
    "Act",
    "Cause",
    "Learned",
    "Members",
    "Policy",
    "Reason",
    "Road",
    "WatchNight",
    "Watched",
    "confirm_employer",
    "confirm_facts",
    "exclude",
    "exclusion_rule",
    "free_from",
    "judge",
    "learn",
    "may_take_back_on",
    "note_unreached",
    "own_draws",
    "policy",
    "reasons",
    "take_back_exclusion",
    "watch_day",
]
