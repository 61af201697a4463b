"""Reception: who is on the line, what happened with them, what colleagues hand on [受付].

Holds   identity checks: what was asked, what was right, by whom, on which call
Takes   what a caller says of themselves; a memo with the version that was read
Gives   whether the member is known on this call, until when; happenings in order; likely reasons
Never   an expected answer, or the words that were said
"""

from motocho.care.reception import checks, guessing, happenings, memos

__all__ = ["checks", "guessing", "happenings", "memos"]
