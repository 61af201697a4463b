"""Screening at the desk: what waits, what is entered and decided of it [審査の画面].

Holds   the queue, an application with its rules and sources, forms for papers, employment, look-ups
        and identity, replays, the way to the contract
Takes   colleagues who review; keys are an extra, each of them is a form
Gives   steps of `screening.applications`, each by a person who is named
Never   an address of a person, a decision of anything but what stood on the page
"""

from motocho.web.desk.screening import (
    application,
    concluding,
    confirming,
    entering,
    excepting,
    identifying,
    listing,
    open_lines,
    replaying,
    rising,
)

__all__ = [
    "application",
    "concluding",
    "confirming",
    "entering",
    "excepting",
    "identifying",
    "listing",
    "open_lines",
    "replaying",
    "rising",
]
