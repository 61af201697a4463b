"""Applications: from submission to contract, each step kept once, by whom [申込みから契約まで].

    application = forms.submit(cursor, member_id, wanted, source, at)
    evidence.enter_paper(cursor, application.key, Entry(ref, paper), reviewer, (form, at))
    made = decisions.make(cursor, application.key, reviewer, at)
    decisions.approve(cursor, made, another, at); decisions.accept(cursor, made, source, at)
    conclusions.conclude(cursor, application.key, (paper_no, signed), made)

The database refuses, for raw SQL too, whatever would skip a step.
"""

from motocho.screening.applications import (
    claims,
    conclusions,
    decisions,
    entries,
    evidence,
    forms,
    incomes,
    joining,
    looking,
    queue,
    refusals,
    restoring,
    reviews,
    scores,
    steps,
)
from motocho.screening.applications.conclusions import (
    Concluded,
    agree_raise,
    became,
    conclude,
    lacking,
    offered,
    raise_limit,
    show_terms,
)
from motocho.screening.applications.decisions import (
    Kept,
    Standing,
    accept,
    approve,
    make,
    told,
)
from motocho.screening.applications.evidence import (
    Check,
    Confirmation,
    Entry,
    confirm_employment,
    enter_paper,
    record_check,
)
from motocho.screening.applications.forms import (
    Application,
    ApplicationKey,
    Outcome,
    Plan,
    Said,
    Use,
    Wanted,
    lapse,
    require,
    submit,
    take_up,
    withdraw,
)
from motocho.screening.applications.joining import CardWish, agree, link_for
from motocho.screening.applications.lapsing import Lapsed, lapse_idle
from motocho.screening.applications.looking import look
from motocho.screening.applications.refusals import Reason, Why
from motocho.screening.applications.reviews import refuse_decided
from motocho.screening.applications.steps import Called, Step, Turn

__all__ = [
    "Application",
    "ApplicationKey",
    "Called",
    "CardWish",
    "Check",
    "Concluded",
    "Confirmation",
    "Entry",
    "Kept",
    "Lapsed",
    "Outcome",
    "Plan",
    "Reason",
    "Said",
    "Standing",
    "Step",
    "Turn",
    "Use",
    "Wanted",
    "Why",
    "accept",
    "agree",
    "agree_raise",
    "approve",
    "became",
    "claims",
    "conclude",
    "conclusions",
    "confirm_employment",
    "decisions",
    "enter_paper",
    "entries",
    "evidence",
    "forms",
    "incomes",
    "joining",
    "lacking",
    "lapse",
    "lapse_idle",
    "link_for",
    "look",
    "looking",
    "make",
    "offered",
    "queue",
    "raise_limit",
    "record_check",
    "refusals",
    "refuse_decided",
    "require",
    "restoring",
    "reviews",
    "scores",
    "show_terms",
    "steps",
    "submit",
    "take_up",
    "told",
    "withdraw",
]
