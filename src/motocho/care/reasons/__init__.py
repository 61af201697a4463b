"""Reasons to call: what for, what is said and asked, how it ends and what follows [架電の用件].

Holds   reasons as data; calls with their identity checks, explanations, endings; consents
Takes   a reason and a member; what was said on the line
Gives   a number with what may be said; holds, promises, tasks and cases that an ending brings
Never   a word of a contract before the member is known
"""

from motocho.care.reasons import (
    catalogue,
    endings,
    notes,
    offering,
    scripts,
    talks,
    targets,
    wrapping,
)

__all__ = [
    "catalogue",
    "endings",
    "notes",
    "offering",
    "scripts",
    "talks",
    "targets",
    "wrapping",
]
