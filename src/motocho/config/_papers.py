"""Papers by the worker, and the tasks of the night that they end [書面の定型処理]."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from motocho.close import tasks
from motocho.close.plan import TaskKind
from motocho.config.settings import DIRECTORY_FILE
from motocho.contact.directory import Lender, read_file, shipped
from motocho.documents import archive
from motocho.documents.statutory import following

_ASKED_FOR = (
    TaskKind.CONTRACT_DOCUMENT,
    TaskKind.CHANGE_DOCUMENT,
    TaskKind.DRAW_DOCUMENT,
    TaskKind.RECEIPT_DOCUMENT,
)
MOST = 500


@cache
def lender() -> Lender:
    """Who lends, as the directory of this site says [貸金業者]."""
    known = read_file(Path(DIRECTORY_FILE)) if DIRECTORY_FILE else shipped()
    return known.lender


def follow(at: datetime) -> None:
    """Read the journal to its end, and end the night's tasks whose papers are there [書面の予約].

    Each stretch is a transaction: killed in the middle, the next one goes on from there.
    """
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            if following.follow(cursor) < following.CHUNK:
                break
    with transaction.atomic(), connection.cursor() as cursor:
        end_tasks(cursor, at)


def end_tasks(cursor: Any, at: datetime) -> int:
    """End tasks for papers that were delivered [書面の業務の完了]; gives how many.

    What stays open is a paper that could not be made: somebody has to look.
    """
    ended = 0
    for found in tasks.still_open(cursor, at.date(), _ASKED_FOR, MOST):
        if archive.is_made(cursor, found.task.member_id, f"journal {found.task.ref}"):
            tasks.done(cursor, found.task.member_id, found.task_id, at.date(), "documents")
            ended += 1
    return ended
