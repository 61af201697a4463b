"""Cases: what somebody told us and waits for an answer [申出].

known = complaints.tell(cursor, member_id, Told(...), source, at)    kept in their words
complaints.add(cursor, key, Step(...), source, at)                   each step, with who took it
draw_checks, frauds                                          draws held; what somebody else did
helplines.helplines()                                                who else can help
"""

from motocho.care.cases import complaints, draw_checks, frauds, helplines

__all__ = ["complaints", "draw_checks", "frauds", "helplines"]
