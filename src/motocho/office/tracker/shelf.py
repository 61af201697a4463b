r"""Papers that came and papers that went, as they were, sealed with their hash [書類の保管].

>>> clean_name("../../etc/取引\u202e履歴.pdf"), clean_name("   ")
('取引履歴.pdf', '書類')
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

import orjson
from django.db import IntegrityError, connection, transaction

from motocho.office import cases
from motocho.office.tracker.keeping import Made
from motocho.units.errors import Fault, InputError, NotFoundError, StateConflict, ensure

MOST_BYTES = 20 << 20
LONGEST_NAME = 80
UNNAMED = "書類"
_NOT_IN_NAMES = re.compile(r'[<>:"|?*\x00-\x1f]')


class Way(Enum):
    """Whether a paper came or went [受領・送付]."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it is handed in [保管する書類]."""

    way: Way
    on: date
    name: str
    title: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """A paper on the shelf, without its bytes [保管した書類]."""

    paper_no: int
    way: Way
    on: date
    name: str
    title: str
    length: int
    digest: bytes
    """By what it is known again within its case; in a sealed studio not its plain hash."""
    actor: str
    at: datetime


def clean_name(name: str) -> str:
    """A name for a file that means nothing to any system but itself [ファイル名]."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(one for one in last if one.isprintable())
    plain = _NOT_IN_NAMES.sub("", shown).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if dot and len(plain) > LONGEST_NAME:
        plain = f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return plain[:LONGEST_NAME] or UNNAMED


def keep(case_id: int, paper: Paper, made: Made) -> Kept:
    """Put a paper on the shelf [書類の保管]; the same bytes the same way are kept once.

    Raises    InputError for a paper that is empty or too large; StateConflict if somebody put one
              there at the same time; NotFoundError for a case that is not there.
    """
    cases.load(case_id)
    if not 0 < len(paper.content) <= MOST_BYTES:
        raise InputError(Fault("TRK-012", details={"most": str(MOST_BYTES >> 20)}))
    known = [
        one
        for one in listed(case_id)
        if one.way is paper.way and cases.is_digest_of(one.digest, paper.content, _place(case_id))
    ]
    if known:
        return known[0]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(max(paper_no), 0) + 1 FROM office_kept_paper WHERE case_id = %s",
                (case_id,),
            )
            paper_no = int(cursor.fetchone()[0])
            _write(cursor, (case_id, paper_no), paper, made)
    except IntegrityError as error:
        if "office_kept_paper" not in str(error):
            raise
        raise StateConflict(Fault("TRK-009")) from None
    return next(one for one in listed(case_id) if one.paper_no == paper_no)


def _place(case_id: int) -> str:
    """Within what a digest is one of its own."""
    return f"papers of case {case_id}"


def _write(cursor: Any, place: tuple[int, int], paper: Paper, made: Made) -> None:
    case_id, paper_no = place
    about = {
        "name": clean_name(paper.name),
        "title": paper.title[:LONGEST_NAME],
        "actor": made.actor,
    }
    cursor.execute(
        "INSERT INTO office_kept_paper"
        " (case_id, paper_no, way, handled_on, digest, length, body, content, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            case_id,
            paper_no,
            paper.way.value,
            paper.on,
            cases.digest_of(paper.content, _place(case_id)),
            len(paper.content),
            cases.seal_bytes(orjson.dumps(about), f"case {case_id} paper {paper_no} about"),
            cases.seal_bytes(paper.content, f"case {case_id} paper {paper_no}"),
            made.at,
        ),
    )


def listed(case_id: int) -> list[Kept]:
    """Every paper of a case, the oldest first [書類の一覧]."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT paper_no, way, handled_on, length, digest, body, at FROM office_kept_paper"
            " WHERE case_id = %s ORDER BY paper_no",
            (case_id,),
        )
        return [_kept(case_id, row) for row in cursor.fetchall()]


def _kept(case_id: int, row: tuple[Any, ...]) -> Kept:
    paper_no, way, on, length, digest, sealed, at = row
    about = orjson.loads(cases.opened_bytes(sealed, f"case {case_id} paper {paper_no} about"))
    name, title, actor = about["name"], about["title"], about["actor"]
    return Kept(paper_no, Way(way), on, name, title, length, bytes(digest), actor, at)


def content_of(case_id: int, paper_no: int) -> bytes:
    """The bytes of a paper, as they came [書類の中身].

    Raises    NotFoundError for one that is not there; RefusedError for bytes that were changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT content, digest FROM office_kept_paper WHERE case_id = %s AND paper_no = %s",
            (case_id, paper_no),
        )
        found = cursor.fetchone()
    if found is None:
        raise NotFoundError(Fault("TRK-013", excerpt=str(paper_no)))
    content = cases.opened_bytes(found[0], f"case {case_id} paper {paper_no}")
    is_whole = cases.is_digest_of(bytes(found[1]), content, _place(case_id))
    ensure(is_whole, "a kept paper was changed")
    return content
