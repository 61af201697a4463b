"""Mails that came back, read by the worker [戻ったメールの取込み]."""

from __future__ import annotations

import logging
from collections import Counter

from django.db import connection, transaction

from motocho.notices import bounces
from motocho.outside import clock
from motocho.outside.mail import Returned, read_report, returned_folder
from motocho.units.errors import Fault, Unread

log = logging.getLogger("motocho.returned")
MOST = 500
"""What one round reads; the next one goes on."""
ASIDE = "aside"


def take_returned() -> Counter[str]:
    """One round: each report is noted once and put away [不達報告の取込み].

    What is no report of a letter of ours is set aside with its reason, for a person.
    Gives     how many there were of each sort; nothing where there is no folder.
    Raises    OutsideFailure where a file cannot be put away: it was noted, and is known next time.
    """
    found = Returned(returned_folder())
    return Counter(_take(found, name) for name in found.waiting(MOST))


def _take(tray: Returned, name: str) -> str:
    """Noted in a transaction, then moved: killed between them, it is known the next time."""
    data = tray.read(name)
    report = data if isinstance(data, Fault) else read_report(data)
    if isinstance(report, (Fault, Unread)):
        return _aside(tray, name, report)
    with transaction.atomic(), connection.cursor() as cursor:
        noted = bounces.note(cursor, report, clock.now())
    if isinstance(noted, Unread):
        return _aside(tray, name, noted)
    tray.put_away(name, None)
    return noted.value


def _aside(tray: Returned, name: str, why: Fault | Unread) -> str:
    reason = why.at() if isinstance(why, Unread) else why
    log.warning("a mail that came back is set aside: %s", reason.code)
    tray.put_away(name, reason)
    return ASIDE
