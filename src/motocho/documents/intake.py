"""What members hand in: read apart, made anew, sealed, looked at by the staff [書類の受付].

    match intake.keep(cursor, member_id, Purpose.INCOME, Upload("a.heic", data), at):
        case Kept(document_ref): ...
        case faults: ...

Of a file only what it shows is kept: each page as a JPEG made here, upright, without a place, a
date, or a byte of the file. A file's name is not kept, and its ending is not believed. Pages are
sealed as people's secrets are; who delivers them asks `people.access` first.
"""

from __future__ import annotations

import hashlib
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from motocho.documents._decoding import DECODERS_MISSING
from motocho.documents._findings import ERASED, Finding, Purpose
from motocho.documents._standings import Standing, of_document, of_member
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.people import access
from motocho.people.access import Action, Staff
from motocho.people.credentials import hashing
from motocho.units.errors import Fault, NotFoundError, OutsideFailure, RefusedError, clipped, ensure

__all__ = [
    "ERASED", "MOST_BYTES", "Finding", "Judged", "Kept", "Page", "Pages", "Picture", "Purpose",
    "Standing", "Unowned", "Upload", "Waiting", "clear_tries", "erase", "examine", "judge", "keep",
    "kind_of", "of_document", "of_member", "open_kept", "replace_page", "too_large", "unowned",
    "waiting",
]  # fmt: skip

MEGABYTE = 1 << 20
MOST_BYTES = 10 * MEGABYTE
MOST_A_DAY = 40
"""Files of one member in a day."""
MOST_UNOWNED_AN_HOUR = 120
"""Files of people who cannot log in, all together, in an hour."""
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_SECONDS = 30
_WAIT_SECONDS = 15
"""For a decoder to be free: a transaction that waits for its file ends before a minute."""
_CPU_IS_OVER = -getattr(signal, "SIGXCPU", 24)
"""How a decoder ends that took more of the processor than it may."""
_AT_ONCE = threading.BoundedSemaphore(2)
"""Each decoder may take a gigabyte: so many at a time in one process."""
_DECODER = Path(__file__).with_name("_decoding.py")
_REF_BYTES = 16
_JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a browser sent it [送信ファイル]; the name is only repeated in faults."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """It is kept, under a reference that cannot be guessed [受付済み]."""

    document_ref: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A page made anew [ページの画像]: JPEGs, the larger with its sides in pixels."""

    jpeg: bytes = field(repr=False)
    small: bytes = field(repr=False)
    wide: int
    high: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it stands [ページ]; without a picture once it was erased."""

    page_no: int
    picture: Picture | None
    finding: Finding | None
    replaced_by: str | None


@dataclass(frozen=True, slots=True)
class Pages:
    """A kept document with its pictures, for who may look at it [書類]."""

    document_ref: str
    owner_id: int | None
    purpose: Purpose
    kept_at: datetime
    pages: tuple[Page, ...]


# ---------------------------------------------------------------------------------------- reading
_SIGNS: tuple[tuple[bytes, int, str], ...] = (
    (_JPEG, 0, "JPEG"),
    (b"\x89PNG\r\n\x1a\n", 0, "PNG"),
    (b"%PDF-", 0, "PDF"),
    (b"ftyp", 4, "HEIF"),
)
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "ZIP, Word, Excel"),
    (b"\xd0\xcf\x11\xe0", "Word, Excel"),
    (b"GIF8", "GIF"),
    (b"RIFF", "WebP, AVI"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"BM", "BMP"),
    (b"<", "HTML, SVG"),
)


def kind_of(data: bytes) -> str | None:
    """What a file is by its first bytes [ファイルの種類]; None for what is not taken.

    >>> kind_of(b"%PDF-1.7"), kind_of(b"GIF89a")
    ('PDF', None)
    """
    for sign, place, kind in _SIGNS:
        if data[place : place + len(sign)] == sign:
            return kind if kind != "HEIF" or data[8:12] in _HEIF_BRANDS else None
    return None


_UNUSABLE = {
    "broken": "UPL-004",
    "pixels": "UPL-005",
    "small": "UPL-006",
    "pages": "UPL-007",
    "locked": "UPL-008",
    "slow": "UPL-012",
}
_BUSY = {"busy": "UPL-009"}


def examine(upload: Upload) -> tuple[Picture, ...] | tuple[Fault, ...]:
    """What a file shows, page by page, or why it cannot be kept [ファイルの検査].

    The file is read by another process with bounded memory and time; a picture comes back, or not.

    Raises    OutsideFailure where this machine lacks what reads pictures.
    """
    size = len(upload.data)
    name = clipped(upload.name)
    if size == 0:
        return (Fault("UPL-001", file=name),)
    if size > MOST_BYTES:
        return (too_large(size).within(name),)
    kind = kind_of(upload.data)
    if kind is None:
        seen = next((seen for sign, seen in _OTHERS if upload.data.startswith(sign)), "")
        return (Fault("UPL-003" if seen else "UPL-031", file=name, excerpt=seen),)
    found = _decoded(kind, upload.data)
    return (Fault((_UNUSABLE | _BUSY)[found], file=name),) if isinstance(found, str) else found


def too_large(size: int) -> Fault:
    """How large a file is in bytes, and how large it may be [大きすぎるファイル].

    Rounded up, so that what is too large never reads as the limit.

    >>> too_large(MOST_BYTES + 1).details["seen"]
    '10.1'
    """
    tenths = -(-size * 10 // MEGABYTE)
    seen, most = f"{tenths // 10}.{tenths % 10}", str(MOST_BYTES // MEGABYTE)
    return Fault("UPL-002", details={"seen": seen, "most": most})


def _decoded(kind: str, data: bytes) -> tuple[Picture, ...] | str:
    if not _AT_ONCE.acquire(timeout=_WAIT_SECONDS):
        return "busy"
    try:
        ran = subprocess.run(  # noqa: S603  # our own program, with a word of ours
            [sys.executable, "-I", str(_DECODER), kind],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "slow"
    finally:
        _AT_ONCE.release()
    if ran.returncode == _CPU_IS_OVER:
        return "slow"
    if ran.returncode == DECODERS_MISSING:
        raise OutsideFailure(Fault("UPL-013"))
    head, _, rest = ran.stdout.partition(b"\n")
    if ran.returncode != 0 or not head:
        return "broken"
    answer = orjson.loads(head)
    if "unusable" in answer:
        return str(answer["unusable"])
    return _pictures(answer["pages"], rest)


def _pictures(sizes: list[list[int]], rest: bytes) -> tuple[Picture, ...]:
    found, place = [], 0
    for large, small, wide, high in sizes:
        middle, end = place + large, place + large + small
        picture = Picture(rest[place:middle], rest[middle:end], wide, high)
        ensure(picture.jpeg.startswith(_JPEG) and picture.small.startswith(_JPEG), "a JPEG")
        found.append(picture)
        place = end
    return tuple(found)


# ---------------------------------------------------------------------------------------- keeping
def keep(
    cursor: Any, owner_id: int | None, purpose: Purpose, upload: Upload, at: datetime
) -> Kept | tuple[Fault, ...]:
    """Keep what a file shows, or say why not [書類の保管]. Nothing is kept with a fault.

    The same file of the same member, for the same purpose, within a day and not looked at yet, is
    the same document: a form that is sent twice keeps it once.

    The file is read before the lock is taken, so that nobody waits while another's is decoded; one
    that could not be read counts as a try.

    Takes     the owner's id, None for somebody who cannot log in.
    Lock      the owner's uploads.
    """
    told = "" if owner_id is None else str(owner_id)
    digest = hashlib.sha256(upload.data).hexdigest()
    mark = hashing.mark("upload", told, purpose.value, digest)
    answered = _answered(cursor, owner_id, mark, upload, at)
    if answered is not None:
        return answered
    found = examine(upload)
    pictures = tuple(one for one in found if isinstance(one, Picture))
    if not pictures:
        faults = tuple(one for one in found if isinstance(one, Fault))
        if not {one.code for one in faults}.isdisjoint(_UNUSABLE.values()):
            cursor.execute(
                "INSERT INTO documents_try (member_id, tried_at) VALUES (%s, %s)", (owner_id, at)
            )
        return faults
    cursor.execute(
        "SELECT pg_advisory_xact_lock(hashtext('documents_upload'), hashtext(%s))", (told,)
    )
    answered = _answered(cursor, owner_id, mark, upload, at)
    if answered is not None:
        return answered
    return Kept(_insert(cursor, owner_id, purpose, (mark, pictures), at))


def _answered(
    cursor: Any, owner_id: int | None, mark: bytes, upload: Upload, at: datetime
) -> Kept | tuple[Fault, ...] | None:
    """What needs no look at the file: it is kept already, or too many came."""
    if owner_id is not None and (known := _known(cursor, owner_id, mark, at)) is not None:
        return Kept(known)
    if _is_full(cursor, owner_id, at):
        return (Fault("UPL-009", file=clipped(upload.name)),)
    return None


def _insert(
    cursor: Any,
    owner_id: int | None,
    purpose: Purpose,
    content: tuple[bytes, tuple[Picture, ...]],
    at: datetime,
) -> str:
    """Keep pictures under a new reference; takes the mark of their file with them."""
    mark, pictures = content
    document_ref = secrets.token_urlsafe(_REF_BYTES)
    cursor.execute(
        "INSERT INTO documents_upload (document_ref, member_id, purpose, mark, kept_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        (document_ref, owner_id, purpose.value, mark, at),
    )
    for page_no, picture in enumerate(pictures, 1):
        large = _seal(document_ref, page_no, "page", picture.jpeg)
        small = _seal(document_ref, page_no, "small", picture.small)
        cursor.execute(
            "INSERT INTO documents_page (document_ref, page_no, wide, high, sealed, sealed_small,"
            " pepper_id) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (document_ref, page_no, picture.wide, picture.high, large.data, small.data,
             large.pepper_id),
        )  # fmt: skip
    if owner_id is not None:
        subject: dict[str, int | str] = {"document_ref": document_ref, "purpose": purpose.value}
        journal.write(cursor, [Happening(owner_id, "document_kept", "member", at, subject)])
    return document_ref


def _seal(document_ref: str, page_no: int, size: str, content: bytes) -> hashing.Sealed:
    return hashing.seal_bytes("upload", f"{document_ref} {page_no} {size}", content)


def _known(cursor: Any, owner_id: int, mark: bytes, at: datetime) -> str | None:
    cursor.execute(
        "SELECT document_ref FROM documents_upload u WHERE member_id = %s AND mark = %s"
        " AND kept_at > %s AND NOT EXISTS"
        " (SELECT FROM documents_verdict v WHERE v.document_ref = u.document_ref)",
        (owner_id, mark, at - _DAY),
    )
    row = cursor.fetchone()
    return None if row is None else str(row[0])


def _is_full(cursor: Any, owner_id: int | None, at: datetime) -> bool:
    span, most = (_HOUR, MOST_UNOWNED_AN_HOUR) if owner_id is None else (_DAY, MOST_A_DAY)
    whose = {"owner": owner_id, "since": at - span}
    cursor.execute(
        "SELECT (SELECT count(*) FROM documents_upload"
        " WHERE member_id IS NOT DISTINCT FROM %(owner)s AND kept_at > %(since)s)"
        " + (SELECT count(*) FROM documents_try"
        " WHERE member_id IS NOT DISTINCT FROM %(owner)s AND tried_at > %(since)s)",
        whose,
    )
    return int(cursor.fetchone()[0]) >= most


def clear_tries(cursor: Any, at: datetime) -> None:
    """Forget tries that count no more [受付の試行の消去]."""
    cursor.execute("DELETE FROM documents_try WHERE tried_at <= %s", (at - _DAY,))


# ---------------------------------------------------------------------------------------- looking
def open_kept(cursor: Any, document_ref: str) -> Pages:
    """A document with its pictures [書類の閲覧]. Who shows it to staff asks `people.access` first.

    Raises    NotFoundError for a reference that is none.
    """
    head = _head(cursor, document_ref)
    cursor.execute(
        "SELECT p.page_no, p.wide, p.high, p.sealed, p.sealed_small, p.pepper_id, v.finding,"
        " p.replaced_by FROM documents_page p LEFT JOIN documents_verdict v"
        " USING (document_ref, page_no) WHERE document_ref = %s ORDER BY page_no",
        (document_ref,),
    )
    return Pages(*head, tuple(_page(document_ref, row) for row in cursor.fetchall()))


def _head(cursor: Any, document_ref: str) -> tuple[str, int | None, Purpose, datetime]:
    cursor.execute(
        "SELECT member_id, purpose, kept_at FROM documents_upload WHERE document_ref = %s",
        (document_ref,),
    )
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("UPL-010"))
    return document_ref, row[0], Purpose(row[1]), row[2]


def _page(document_ref: str, row: tuple[Any, ...]) -> Page:
    page_no, wide, high, sealed, sealed_small, pepper_id, finding, replaced_by = row
    picture = None
    if sealed is not None:
        jpeg = _unseal(document_ref, page_no, "page", hashing.Sealed(bytes(sealed), pepper_id))
        small = _unseal(
            document_ref, page_no, "small", hashing.Sealed(bytes(sealed_small), pepper_id)
        )
        picture = Picture(jpeg, small, wide, high)
    return Page(page_no, picture, None if finding is None else Finding(finding), replaced_by)


def _unseal(document_ref: str, page_no: int, size: str, sealed: hashing.Sealed) -> bytes:
    return hashing.unseal_bytes("upload", f"{document_ref} {page_no} {size}", sealed)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document of a member that waits for the staff [審査待ちの書類]."""

    document_ref: str
    owner_id: int
    purpose: Purpose
    kept_at: datetime
    page_count: int


_WAITING = (
    " FROM documents_upload u JOIN documents_page p USING (document_ref)"
    " LEFT JOIN documents_verdict v USING (document_ref, page_no)"
    " WHERE u.member_id IS NOT NULL AND v.finding IS NULL AND p.replaced_by IS NULL"
)


def waiting(cursor: Any, most: int = 100) -> list[Waiting]:
    """Documents of members with pages nobody has judged, the oldest first [審査待ちの一覧].

    What somebody handed in who cannot log in waits with that request (`people.requests.waiting`).
    """
    cursor.execute(
        f"SELECT u.document_ref, u.member_id, u.purpose, u.kept_at, count(*){_WAITING}"
        " GROUP BY u.document_ref ORDER BY u.kept_at LIMIT %s",
        (most,),
    )
    return [
        Waiting(ref, owner_id, Purpose(purpose), kept_at, int(count))
        for ref, owner_id, purpose, kept_at, count in cursor.fetchall()
    ]


def count_waiting(cursor: Any) -> int:
    """How many documents wait, however many are listed [審査待ちの件数]."""
    cursor.execute(f"SELECT count(DISTINCT u.document_ref){_WAITING}")
    return int(cursor.fetchone()[0])


# ---------------------------------------------------------------------------------------- judging
@dataclass(frozen=True, slots=True)
class Judged:
    """What a document came to [審査済み]: pages that are to be sent again, by number."""

    document_ref: str
    again: tuple[int, ...]


def judge(
    cursor: Any, document_ref: str, staff: Staff, findings: Mapping[int, Finding], at: datetime
) -> Judged | Refusal:
    """What one of the staff finds, page by page; the member is told [書類の審査].

    A page of which nobody may keep a picture is erased in the same transaction · DOC-009, DOC-010.

    Takes     a finding for each page that has none.
    Lock      the document's pages.
    Raises    NotFoundError for no such document, or one without an owner; RefusedError unless the
              findings are those that are wanted: somebody else was first.
    """
    _, owner_id, purpose, _ = _head(cursor, document_ref)
    if owner_id is None:
        raise NotFoundError(Fault("UPL-010"))
    refusal = access.check_staff(cursor, staff, Action.REVIEW_DOCUMENT, owner_id)
    if refusal is not None:
        return refusal
    cursor.execute(
        "SELECT page_no FROM documents_page WHERE document_ref = %s ORDER BY page_no FOR UPDATE",
        (document_ref,),
    )
    every = {page_no for (page_no,) in cursor.fetchall()}
    cursor.execute("SELECT page_no FROM documents_verdict WHERE document_ref = %s", (document_ref,))
    wanted = every - {page_no for (page_no,) in cursor.fetchall()}
    if set(findings) != wanted or not wanted:
        raise RefusedError(Fault("UPL-011", details={"count": str(len(wanted))}))
    cursor.executemany(
        "INSERT INTO documents_verdict (document_ref, page_no, finding, staff_id, judged_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        [
            (document_ref, page_no, finding.value, staff.staff_id, at)
            for page_no, finding in findings.items()
        ],
    )
    _erase(cursor, document_ref, [no for no, one in findings.items() if one in ERASED], at)
    again = tuple(sorted(no for no, one in findings.items() if one is not Finding.ACCEPTED))
    subject: dict[str, int | str] = {
        "document_ref": document_ref,
        "purpose": purpose.value,
        "pages": len(findings),
        "again": len(again),
    }
    kind = "document_refused" if again else "document_accepted"
    happening = Happening(owner_id, kind, staff.actor, at, subject, staff.purpose)
    journal.write(cursor, [happening])
    return Judged(document_ref, again)


def _erase(cursor: Any, document_ref: str, pages: list[int], at: datetime) -> None:
    cursor.execute(
        "UPDATE documents_page SET sealed = NULL, sealed_small = NULL, erased_at = %s"
        " WHERE document_ref = %s AND page_no = ANY(%s) AND erased_at IS NULL",
        (at, document_ref, pages),
    )


def replace_page(cursor: Any, owner_id: int, page: tuple[str, int], by: Kept) -> None:
    """Say that another document stands for a page that was refused [差し替え].

    Said again of the same one, it changes nothing.

    Raises    NotFoundError unless both are the owner's and the page was refused and not replaced.
    """
    cursor.execute(
        "UPDATE documents_page p SET replaced_by = %(by)s FROM documents_upload u,"
        " documents_verdict v, documents_upload other"
        " WHERE p.document_ref = %(ref)s AND p.page_no = %(page_no)s AND p.replaced_by IS NULL"
        " AND u.document_ref = p.document_ref AND u.member_id = %(owner)s"
        " AND (v.document_ref, v.page_no) = (p.document_ref, p.page_no)"
        " AND v.finding <> 'accepted'"
        " AND other.document_ref = %(by)s AND other.member_id = %(owner)s"
        " AND other.document_ref <> p.document_ref",
        {"by": by.document_ref, "ref": page[0], "page_no": page[1], "owner": owner_id},
    )
    if cursor.rowcount == 1:
        return
    cursor.execute(
        "SELECT FROM documents_page p JOIN documents_upload u USING (document_ref)"
        " WHERE p.document_ref = %s AND p.page_no = %s AND u.member_id = %s AND p.replaced_by = %s",
        (*page, owner_id, by.document_ref),
    )
    if cursor.fetchone() is None:
        raise NotFoundError(Fault("UPL-010"))


def erase(cursor: Any, document_ref: str, at: datetime) -> None:
    """Erase every picture of a document; that it was there stays known [書類の消去] · PRIV-006.

    Raises    NotFoundError for a reference that is none.
    """
    _head(cursor, document_ref)
    cursor.execute(
        "UPDATE documents_page SET sealed = NULL, sealed_small = NULL, erased_at = %s"
        " WHERE document_ref = %s AND erased_at IS NULL",
        (at, document_ref),
    )


class Unowned(NamedTuple):
    """A document of somebody who could not log in [持ち主のない書類]."""

    kept_at: datetime
    document_ref: str


def unowned(
    cursor: Any, before: datetime, after: Unowned | None = None, most: int = 200
) -> list[Unowned]:
    """Documents of people who could not log in, handed in before a moment, still to be seen.

    The oldest first, page by page [持ち主のない書類]; who keeps requests knows which are still
    needed.

    Takes     the last one of the page before.
    """
    cursor.execute(
        "SELECT u.kept_at, u.document_ref FROM documents_upload u WHERE u.member_id IS NULL"
        " AND u.kept_at < %s AND (u.kept_at, u.document_ref) > (%s, %s)"
        " AND EXISTS (SELECT FROM documents_page p WHERE p.document_ref = u.document_ref"
        " AND p.erased_at IS NULL) ORDER BY u.kept_at, u.document_ref LIMIT %s",
        (before, *(after or _FIRST), most),
    )
    return [Unowned(*row) for row in cursor.fetchall()]


_FIRST = Unowned(datetime.min.replace(tzinfo=UTC), "")
