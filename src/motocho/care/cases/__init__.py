"""Cases: what somebody told or asked us, and waits for [申出・請求].

known = complaints.tell(cursor, member_id, Told(...), source, at)    kept in their words
complaints.sort(cursor, key, Sorting(...), source, at)               what it is about, whose it is
complaints.add(cursor, key, Step(...), source, at)                   each step, with who took it
draw_checks, frauds                                          draws held; what somebody else did
register.open_lines(cursor, on)                                      by the day of the answer
disclosures.take(cursor, member_id, Asked(...), source, at)          checked, made, sent
counter.check(cursor, member_id, Seen(...), source, at)              known by a paper
helplines.helplines()                                                who else can help
"""

from motocho.care.cases import (
    complaints,
    counter,
    disclosures,
    drafts,
    draw_checks,
    frauds,
    helplines,
    policy,
    register,
    sorting,
)

__all__ = [
    "complaints",
    "counter",
    "disclosures",
    "drafts",
    "draw_checks",
    "frauds",
    "helplines",
    "policy",
    "register",
    "sorting",
]
