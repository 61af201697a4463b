"""Papers by the worker, and the tasks of the night that they end [書面の定型処理]."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from motocho.care.settings import directory_on
from motocho.close import tasks
from motocho.close.plan import TaskKind
from motocho.config.settings import DIRECTORY_FILE
from motocho.contact.directory import Directory, Lender
from motocho.documents import archive
from motocho.documents.statutory import following
from motocho.outside import clock

_ASKED_FOR = (
    TaskKind.CONTRACT_DOCUMENT,
    TaskKind.CHANGE_DOCUMENT,
    TaskKind.DRAW_DOCUMENT,
    TaskKind.RECEIPT_DOCUMENT,
)
_LATELY = timedelta(days=3)
"""A night that was late still finds its papers."""


def directory() -> Directory:
    """The directory of this site today [連絡先]; a version in force counts before the file."""
    with connection.cursor() as cursor:
        return directory_on(cursor, clock.business_date(), DIRECTORY_FILE)


def lender() -> Lender:
    """Who lends, as the directory of this site says [貸金業者]."""
    return directory().lender


def follow() -> None:
    """Read the journal to its end [書面の予約].

    Each stretch is a transaction: killed in the middle, the next one goes on from there.
    """
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            if following.follow(cursor) < following.CHUNK:
                break


def end_tasks(cursor: Any, at: datetime) -> int:
    """End the night's tasks for papers that were delivered [書面の業務の完了]; gives how many.

    What stays open is a paper that could not be made: somebody has to look.
    """
    delivered = archive.causes_since(cursor, at - _LATELY)
    refs = [
        (member_id, cause.removeprefix(following.OF_JOURNAL))
        for member_id, cause in delivered
        if cause.startswith(following.OF_JOURNAL)
    ]
    return tasks.done_by_ref(cursor, refs, _ASKED_FOR, at.date(), "documents")
