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
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import orjson

from motocho.documents._decoding import DECODERS_MISSING
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.people import access
from motocho.people.access import Action, Staff
from motocho.people.credentials import hashing
from motocho.units.errors import Fault, NotFoundError, OutsideFailure, RefusedError, clipped, ensure

MEGABYTE = 1 << 20
MOST_BYTES = 10 * MEGABYTE
MOST_A_DAY = 40
"""Files of one member in a day."""
MOST_UNOWNED_AN_HOUR = 120
"""Files of people who cannot log in, all together, in an hour."""
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_SECONDS = 30
_AT_ONCE = threading.BoundedSemaphore(2)
"""Each decoder may take a gigabyte: so many at a time in one process."""
_DECODER = Path(__file__).with_name("_decoding.py")
_REF_BYTES = 16
_JPEG = b"\xff\xd8\xff"


class Purpose(Enum):
    """What a document is to show [書類の目的]; no purpose is a proxy for a deed · DOC-009."""

    IDENTITY = "identity"
    INCOME = "income"
    ADDRESS = "address"
    OTHER = "other"


class Finding(Enum):
    """What the staff find of a page [審査の結果]; `code` has the words that the member reads."""

    ACCEPTED = "accepted"
    CUT_CORNER = "cut_corner"
    GLARE = "glare"
    BLURRED = "blurred"
    OTHER_NAME = "other_name"
    OTHER_ADDRESS = "other_address"
    EXPIRED = "expired"
    WRONG_KIND = "wrong_kind"
    MY_NUMBER = "my_number"
    """A My Number is to be seen: the page is erased at once · 番号利用法20条."""
    DOMICILE = "domicile"
    """A registered domicile [本籍] is to be seen: the page is erased at once."""
    NOT_TO_BE_HELD = "not_to_be_held"
    """A bank card, a PIN, a proxy for a deed: erased at once · 貸金業法20条, 20条の2."""

    @property
    def code(self) -> str:
        """The code of its words [文言のコード]."""
        return _CODES[self]

    @property
    def fault(self) -> Fault:
        """Its words: what is wrong, what mends it [理由]."""
        return Fault(self.code)


_CODES: Mapping[Finding, str] = {
    Finding.ACCEPTED: "UPL-020",
    Finding.CUT_CORNER: "UPL-021",
    Finding.GLARE: "UPL-022",
    Finding.BLURRED: "UPL-023",
    Finding.OTHER_NAME: "UPL-024",
    Finding.OTHER_ADDRESS: "UPL-025",
    Finding.EXPIRED: "UPL-026",
    Finding.WRONG_KIND: "UPL-027",
    Finding.MY_NUMBER: "UPL-028",
    Finding.DOMICILE: "UPL-029",
    Finding.NOT_TO_BE_HELD: "UPL-030",
}
ERASED = frozenset({Finding.MY_NUMBER, Finding.DOMICILE, Finding.NOT_TO_BE_HELD})
"""Findings after which nobody may see the page again."""


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
}


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
        others = (seen for sign, seen in _OTHERS if upload.data.startswith(sign))
        return (Fault("UPL-003", file=name, excerpt=next(others, "?")),)
    found = _decoded(kind, upload.data)
    return (Fault(_UNUSABLE[found], file=name),) if isinstance(found, str) else found


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
    with _AT_ONCE:
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
            return "broken"
    if ran.returncode == DECODERS_MISSING:
        raise OutsideFailure(Fault("UPL-012"))
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

    Takes     the owner's id, None for somebody who cannot log in.
    Lock      the owner's uploads.
    """
    told = "" if owner_id is None else str(owner_id)
    digest = hashlib.sha256(upload.data).hexdigest()
    mark = hashing.mark("upload", told, purpose.value, digest)
    cursor.execute(
        "SELECT pg_advisory_xact_lock(hashtext('documents_upload'), hashtext(%s))", (told,)
    )
    if owner_id is not None and (known := _known(cursor, owner_id, mark, at)) is not None:
        return Kept(known)
    if _is_full(cursor, owner_id, at):
        return (Fault("UPL-009", file=clipped(upload.name)),)
    found = examine(upload)
    pictures = tuple(one for one in found if isinstance(one, Picture))
    if not pictures:
        return tuple(one for one in found if isinstance(one, Fault))
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
    return Kept(document_ref)


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
    cursor.execute(
        "SELECT count(*) FROM documents_upload"
        " WHERE member_id IS NOT DISTINCT FROM %s AND kept_at > %s",
        (owner_id, at - span),
    )
    return int(cursor.fetchone()[0]) >= most


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
class Standing:
    """How a member's page stands, without its picture [提出状況]."""

    document_ref: str
    page_no: int
    purpose: Purpose
    kept_at: datetime
    finding: Finding | None
    is_erased: bool
    replaced_by: str | None


def of_member(cursor: Any, member_id: int, most: int = 60) -> list[Standing]:
    """Pages of a member, the newest document first [提出した書類].

    The newest so many, and of the older ones each that is still to be sent again.
    """
    cursor.execute(
        f"SELECT * FROM ({_STANDING}) one WHERE place <= %(most)s"  # noqa: S608  # a constant
        " OR finding <> 'accepted' AND replaced_by IS NULL ORDER BY place",
        {"member_id": member_id, "most": most},
    )
    return [_standing(row) for row in cursor.fetchall()]


def of_document(cursor: Any, member_id: int, document_ref: str) -> list[Standing]:
    """Pages of one document of the member's [書類の提出状況]; none if it is another's or none."""
    cursor.execute(
        f"SELECT * FROM ({_STANDING}) one WHERE document_ref = %(ref)s"  # noqa: S608  # a constant
        " ORDER BY page_no",
        {"member_id": member_id, "ref": document_ref},
    )
    return [_standing(row) for row in cursor.fetchall()]


_STANDING = """
SELECT u.document_ref, p.page_no, u.purpose, u.kept_at, v.finding,
    p.erased_at IS NOT NULL AS is_erased, p.replaced_by,
    row_number() OVER (ORDER BY u.kept_at DESC, u.document_ref, p.page_no) AS place
FROM documents_upload u JOIN documents_page p USING (document_ref)
LEFT JOIN documents_verdict v USING (document_ref, page_no)
WHERE u.member_id = %(member_id)s
"""


def _standing(row: tuple[Any, ...]) -> Standing:
    document_ref, page_no, purpose, kept_at, finding, is_erased, replaced_by, _ = row
    found = None if finding is None else Finding(finding)
    return Standing(document_ref, page_no, Purpose(purpose), kept_at, found, is_erased, replaced_by)


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
    if cursor.rowcount != 1:
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


def unowned(cursor: Any, before: datetime, most: int = 200) -> list[str]:
    """Documents of people who could not log in, handed in before a moment, still to be seen.

    The oldest first [持ち主のない書類]; who keeps requests knows which are still needed.
    """
    cursor.execute(
        "SELECT u.document_ref FROM documents_upload u WHERE u.member_id IS NULL AND u.kept_at < %s"
        " AND EXISTS (SELECT FROM documents_page p WHERE p.document_ref = u.document_ref"
        " AND p.erased_at IS NULL) ORDER BY u.kept_at LIMIT %s",
        (before, most),
    )
    return [str(document_ref) for (document_ref,) in cursor.fetchall()]
