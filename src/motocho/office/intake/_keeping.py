"""What is kept of a file that is read: rows that are added and never changed [読取りの記録]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import orjson
from django.db import connection, transaction

from motocho.claims.transcripts import Page, page_from
from motocho.office import cases
from motocho.office.intake._reading import FileKind, ReadPage
from motocho.office.intake._templates import Template, read_template
from motocho.units.errors import Fault, NotFoundError

LONGEST_NAME = 120


class Stage(Enum):
    """Where a reading stands [段階]."""

    READING = "reading"
    READ = "read"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TAKEN = "taken"


_STAGES = {
    "begun": Stage.READING,
    "read": Stage.READ,
    "failed": Stage.FAILED,
    "cancelled": Stage.CANCELLED,
    "taken": Stage.TAKEN,
}


@dataclass(frozen=True, slots=True)
class Job:
    """A file that is read for a case [取り込みの作業]."""

    job_id: int
    case_id: int
    kind: FileKind
    name: str
    stage: Stage
    pages_done: int
    pages: int
    """0 while nobody knows."""
    code: str = ""
    """The fault that ended it."""


def add_job(case_id: int, kind: FileKind, data: bytes, *, name: str, at: datetime) -> int:
    """A file is kept, sealed as the entries of its case are [受付]."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO office_intake_job (case_id, kind, body, content, at)"
            " VALUES (%s, %s, %s, %s, %s) RETURNING job_id",
            [
                case_id,
                kind.value,
                _sealed({"name": name[:LONGEST_NAME]}, f"intake {case_id}"),
                cases.seal_bytes(data, f"intake file {case_id}"),
                at,
            ],
        )
        job_id = int(cursor.fetchone()[0])
        _turn(cursor, job_id, "begun")
    return job_id


def _sealed(document: Any, place: str) -> bytes:
    return cases.seal_bytes(orjson.dumps(document), place)


def _opened(body: Any, place: str) -> Any:
    return orjson.loads(cases.opened_bytes(bytes(body), place))


def _turn(cursor: Any, job_id: int, turn: str, code: str = "") -> None:
    cursor.execute(
        "INSERT INTO office_intake_turn (job_id, turn_no, turn, code)"
        " SELECT %s, coalesce(max(turn_no), 0) + 1, %s, %s FROM office_intake_turn"
        " WHERE job_id = %s",
        [job_id, turn, code, job_id],
    )


def add_turn(job_id: int, turn: str, code: str = "") -> None:
    """How a reading goes on or ends [段階の記録]."""
    with transaction.atomic(), connection.cursor() as cursor:
        _turn(cursor, job_id, turn, code)


def add_page(job_id: int, found: ReadPage) -> None:
    """A page as it was found; the same page twice is kept once [ページの記録]."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO office_intake_page (job_id, page_no, pages, body, picture)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [
                job_id,
                found.page.number,
                max(found.pages, found.page.number),
                _sealed(found.page.document(), f"intake page {job_id}"),
                cases.seal_bytes(found.picture, f"intake picture {job_id}"),
            ],
        )


def job_of(job_id: int, case_id: int | None = None) -> Job:
    """A reading as it stands [作業の状態].

    Raises    NotFoundError where there is none, or it is another case's.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT job.case_id, job.kind, job.body,"
            " (SELECT array[count(*), coalesce(max(pages), 0)] FROM office_intake_page AS page"
            " WHERE page.job_id = job.job_id), turn.turn, turn.code"
            " FROM office_intake_job AS job JOIN office_intake_turn AS turn USING (job_id)"
            " WHERE job.job_id = %s ORDER BY turn.turn_no DESC LIMIT 1",
            [job_id],
        )
        row = cursor.fetchone()
    if row is None or (case_id is not None and row[0] != case_id):
        raise NotFoundError(Fault("INT-041"))
    return Job(
        job_id,
        row[0],
        FileKind(row[1]),
        str(_opened(row[2], f"intake {row[0]}")["name"]),
        _STAGES[row[4]],
        int(row[3][0]),
        int(row[3][1]),
        row[5],
    )


def jobs_of(case_id: int) -> list[Job]:
    """The readings of a case, the newest first [作業の一覧]."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT job_id FROM office_intake_job WHERE case_id = %s ORDER BY job_id DESC LIMIT 20",
            [case_id],
        )
        found = [int(row[0]) for row in cursor.fetchall()]
    return [job_of(job_id) for job_id in found]


def content_of(job: Job) -> bytes:
    """The file [ファイル]."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM office_intake_job WHERE job_id = %s", [job.job_id])
        return cases.opened_bytes(bytes(cursor.fetchone()[0]), f"intake file {job.case_id}")


def kept_pages(job_id: int) -> tuple[Page, ...]:
    """The pages that are kept, in order [読み取ったページ]."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT body FROM office_intake_page WHERE job_id = %s ORDER BY page_no", [job_id]
        )
        return tuple(
            page_from(_opened(row[0], f"intake page {job_id}")) for row in cursor.fetchall()
        )


def picture_of(job_id: int, page_no: int) -> bytes:
    """The picture of a page, made anew when it was read [ページの画像].

    Raises    NotFoundError where there is none.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT picture FROM office_intake_page WHERE job_id = %s AND page_no = %s",
            [job_id, page_no],
        )
        row = cursor.fetchone()
    picture = b"" if row is None else cases.opened_bytes(bytes(row[0]), f"intake picture {job_id}")
    if not picture:
        raise NotFoundError(Fault("INT-041"))
    return picture


def choose(job_id: int, choice: Mapping[str, Any], at: datetime) -> None:
    """What a person chose for a file: its columns, what cells say [選択の記録]."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO office_intake_choice (job_id, choice_no, body, at)"
            " SELECT %s, coalesce(max(choice_no), 0) + 1, %s, %s FROM office_intake_choice"
            " WHERE job_id = %s",
            [job_id, _sealed(choice, f"intake choice {job_id}"), at, job_id],
        )


def choice_of(job_id: int) -> dict[str, Any]:
    """The newest choice; empty before the first [選択]."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT body FROM office_intake_choice WHERE job_id = %s"
            " ORDER BY choice_no DESC LIMIT 1",
            [job_id],
        )
        row = cursor.fetchone()
    return {} if row is None else dict(_opened(row[0], f"intake choice {job_id}"))


# ---------------------------------------------------------------------------------------- templates
def keep_template(template: Template, at: datetime) -> None:
    """A template for the next file of this lender [雛形の保存]."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO office_intake_template (name, body, at) VALUES (%s, %s, %s)",
            [template.name, _sealed({"text": template.text()}, "intake template"), at],
        )


def kept_templates() -> list[Template]:
    """The newest template of each name [雛形の一覧]."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (name) body FROM office_intake_template"
            " ORDER BY name, template_no DESC"
        )
        texts = [str(_opened(row[0], "intake template")["text"]) for row in cursor.fetchall()]
    return [read_template(text) for text in texts if text]
