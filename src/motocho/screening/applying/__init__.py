"""Applications of the site until they are submitted: check, draft, link, submission [申込みの受付].

prechecks.precheck(told, policy, on)            before anything is written down
drafts.begin, save, ask_code, confirm, forget   what is filled in, sealed, erased in time
links.ask, look, enter                          coming back by a mail
submitting.submit(cursor, draft_id, applied, at)
identifying.ask, identifying.carry              a vendor is asked who the applicant is; the worker
signals.of(cursor, key), handing.of(cursor, key), submitting.particulars(...)   for who screens
"""

from motocho.screening.applying import (
    drafts,
    handing,
    identifying,
    links,
    prechecks,
    signals,
    submitting,
)
from motocho.screening.applying.drafts import Answered, Answers, AskedCode, Draft
from motocho.screening.applying.handing import Handed, Slot
from motocho.screening.applying.links import Mail, Seat
from motocho.screening.applying.policy import Applying, applying_on
from motocho.screening.applying.prechecks import (
    Answer,
    Late,
    Prechecked,
    check_amount,
    precheck,
)
from motocho.screening.applying.prechecks import Told as PrecheckTold
from motocho.screening.applying.signals import Alike, Origin, Signal
from motocho.screening.applying.submitting import Applied, particulars, submit

__all__ = [
    "Alike",
    "Answer",
    "Answered",
    "Answers",
    "Applied",
    "Applying",
    "AskedCode",
    "Draft",
    "Handed",
    "Late",
    "Mail",
    "Origin",
    "PrecheckTold",
    "Prechecked",
    "Seat",
    "Signal",
    "Slot",
    "applying_on",
    "check_amount",
    "drafts",
    "handing",
    "identifying",
    "links",
    "particulars",
    "precheck",
    "prechecks",
    "signals",
    "submit",
    "submitting",
]
