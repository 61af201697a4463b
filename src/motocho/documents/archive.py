"""What was delivered to members, kept with its hash and never changed [書面の交付と保存].

    match archive.deliver(cursor, pdf_of_paper, About(...), at):
        case Delivered(paper_no, Road.ELECTRONIC): ...

By wire only while the member's last word on that kind of paper is yes (貸金業法17条7項); else it
waits for the post. The database holds both. A later correction is a new paper.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, LiteralString

from motocho.contact import gate
from motocho.contact.gate import Permit, Wanted
from motocho.contact.guard import Channel, Purpose, Whom
from motocho.documents import addressees
from motocho.documents import paper as sheets
from motocho.documents._kinds import COLLECTING, CONSENTS, SCOPES, Kind
from motocho.documents.addressees import Address
from motocho.documents.paper import Paper
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans import queries, standing
from motocho.loans.commands import Key
from motocho.outside.clock import JAPAN
from motocho.people import consents
from motocho.people.consents import Consent
from motocho.people.credentials import hashing
from motocho.units.errors import (
    Fault,
    InputError,
    NotFoundError,
    RefusedError,
    StateConflict,
    ensure,
)

__all__ = [
    "COLLECTING", "CONSENTS", "SCOPES", "About", "Delivered", "Due", "Kept", "Kind", "Letter",
    "Road", "Signed", "addressed", "ask_on_paper", "causes_since", "conclude", "deliver",
    "going_back", "hand_over", "hold", "is_held", "is_made", "listed", "noticed", "of_event",
    "one", "opened", "pages", "posted", "refuse_unless_before", "release", "to_hand_over",
    "waiting",
]  # fmt: skip


class Road(Enum):
    """How a paper reaches its member [交付の方法]."""

    ELECTRONIC = "electronic"
    POST = "post"
    ON_REQUEST = "on_request"
    """Made and kept; given where it is asked for: a receipt of money to an account · 18条2項."""


class Due(Enum):
    """Whether a paper is owed without being asked for [交付の義務]."""

    ALWAYS = "always"
    WHEN_ASKED = "when_asked"


@dataclass(frozen=True, slots=True)
class About:
    """What a paper is about [書面の対象]; the cause makes it once: a journal row, a month."""

    key: Key
    kind: Kind
    cause: str
    event_no: int = 0
    period_last_on: date | None = None
    corrects_no: int | None = None
    due: Due = Due.ALWAYS
    stated: str = ""
    """The yen it states of its event, for seeing later that they no longer hold."""
    post_by: date | None = None
    """The last day on which it goes out with what it encloses; None where it encloses nothing."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A paper as it was delivered [交付した書面]; `is_repeat` where it had been before."""

    paper_no: int
    road: Road
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A delivered paper without its pages [保存した書面]."""

    paper_no: int
    agreement_id: int
    event_no: int
    kind: Kind
    title: str
    stated: str
    road: Road
    dated_on: date
    delivered_at: datetime
    digest: bytes = field(repr=False)
    corrects_no: int | None
    queued_at: datetime | None
    post_by: date | None
    posted_at: datetime | None
    cause: str
    handed_at: datetime | None
    """When it was handed over at the counter, against a signature."""

    @property
    def posted_on(self) -> date | None:
        """The day in Japan on which it went to the post [発送日]."""
        return None if self.posted_at is None else self.posted_at.astimezone(JAPAN).date()


_KEPT = (
    "SELECT p.paper_no, p.agreement_id, p.event_no, p.kind, p.title, p.stated, p.road, p.dated_on,"
    " p.delivered_at, p.digest, p.corrects_no, l.queued_at, l.post_by, l.posted_at,"
    " p.cause, h.handed_at FROM documents_paper p"
    " LEFT JOIN documents_post l USING (member_id, paper_no)"
    " LEFT JOIN documents_handed h USING (member_id, paper_no)"
)


def deliver(cursor: Any, paper: Paper, about: About, at: datetime) -> Delivered:
    """Deliver a paper once, by the road that the member's consents allow [書面の交付] · DOC-005.

    In the caller's transaction: the paper, its place in the queue and its journal row are there
    together or not at all.
    """
    before = _before(cursor, about)
    if before is not None:
        return before
    member_id = about.key.member_id
    consent_no = _consent_no(cursor, member_id, about.kind, at)
    if consent_no is not None:
        road = Road.ELECTRONIC
    else:
        road = Road.POST if about.due is Due.ALWAYS else Road.ON_REQUEST
    pages = sheets.pdf(paper)
    digest = hashlib.sha256(pages).digest()
    sealed = hashing.seal_bytes("paper", _owner(member_id, digest), pages)
    cursor.execute(
        "INSERT INTO documents_paper (member_id, agreement_id, event_no, kind, cause, title,"
        " stated, road, consent_no, period_last_on, dated_on, digest, sealed, pepper_id,"
        " corrects_no, delivered_at) VALUES"
        " (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING paper_no",
        (
            member_id, about.key.agreement_id, about.event_no, about.kind.value, about.cause,
            paper.title, about.stated, road.value, consent_no, about.period_last_on,
            paper.dated_on, digest, sealed.data, sealed.pepper_id, about.corrects_no, at,
        ),
    )  # fmt: skip
    paper_no = int(cursor.fetchone()[0])
    if road is Road.POST:
        _queue(cursor, (member_id, paper_no), _reason(about), at, about.post_by)
    if road is not Road.ON_REQUEST and about.kind not in _TOLD_APART:
        subject: dict[str, int | str] = {
            "agreement": about.key.agreement_id,
            "document": about.kind.value,
            "paper": paper_no,
            "road": road.value,
        }
        journal.write(cursor, [Happening(member_id, "document_ready", "worker", at, subject)])
    return Delivered(paper_no, road, is_repeat=False)


_TOLD_APART = COLLECTING | {Kind.IDENTIFICATION}
"""No mail says that one of these is ready: that would be another demand, past the gate."""


def _before(cursor: Any, about: About) -> Delivered | None:
    cursor.execute(
        "SELECT paper_no, road FROM documents_paper WHERE member_id = %s AND cause = %s"
        " AND kind = %s",
        (about.key.member_id, about.cause, about.kind.value),
    )
    row = cursor.fetchone()
    return None if row is None else Delivered(int(row[0]), Road(row[1]), is_repeat=True)


def _consent_no(cursor: Any, member_id: int, kind: Kind, at: datetime) -> int | None:
    """The consent that lets a kind go by wire at a moment, if the last word is yes."""
    if kind not in SCOPES:
        return None
    wanted = Consent(consents.Kind.ELECTRONIC_DELIVERY, SCOPES[kind])
    found = consents.standing(cursor, member_id, wanted, at)
    return found.consent_no if found is not None and found.is_given else None


def _owner(member_id: int, digest: bytes) -> str:
    return f"{member_id} {digest.hex()}"


def _reason(about: About) -> str:
    if about.kind in _TOLD_APART:
        return "collecting"
    return "no_consent" if about.post_by is None else "enclosing"


def _queue(
    cursor: Any, row: tuple[int, int], reason: str, at: datetime, post_by: date | None = None
) -> None:
    """Put a paper, by its member and number, in the queue for the post; once."""
    cursor.execute(
        "INSERT INTO documents_post (member_id, paper_no, queued_at, reason, post_by)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (member_id, paper_no) DO NOTHING",
        (*row, at, reason, post_by),
    )


# ---------------------------------------------------------------------------------------- reading
def listed(cursor: Any, member_id: int, agreement_id: int) -> list[Kept]:
    """Papers of an agreement, the newest first [書面の一覧].

    Without a letter that stands back, since what it was to enclose stays (`documents_waiting`).
    """
    cursor.execute(
        f"{_KEPT} WHERE p.member_id = %s AND p.agreement_id = %s"
        " AND (p.kind <> 'contract_return' OR l.posted_at IS NOT NULL OR h.handed_at IS NOT NULL"
        " OR EXISTS (SELECT"
        " FROM documents_waiting w WHERE (w.member_id, w.paper_no) = (p.member_id, p.paper_no)))"
        " ORDER BY p.delivered_at DESC, p.paper_no DESC",
        (member_id, agreement_id),
    )
    return [_kept(row) for row in cursor.fetchall()]


def one(cursor: Any, member_id: int, paper_no: int) -> Kept:
    """One paper of a member [書面の参照].

    Raises    NotFoundError if there is none, or it is somebody else's.
    """
    cursor.execute(f"{_KEPT} WHERE p.member_id = %s AND p.paper_no = %s", (member_id, paper_no))
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("DCM-002"))
    return _kept(row)


def causes_since(cursor: Any, since: datetime) -> list[tuple[int, str]]:
    """Members and causes of what was delivered since a moment [最近の交付]."""
    cursor.execute(
        "SELECT member_id, cause FROM documents_paper WHERE delivered_at >= %s", (since,)
    )
    return [(int(member_id), str(cause)) for member_id, cause in cursor.fetchall()]


def is_made(cursor: Any, member_id: int, cause: str) -> bool:
    """Whether a paper of this cause was delivered [交付済みか]."""
    cursor.execute(
        "SELECT FROM documents_paper WHERE member_id = %s AND cause = %s", (member_id, cause)
    )
    return cursor.fetchone() is not None


def noticed(cursor: Any, key: Key) -> frozenset[int]:
    """Events of which a short notice was delivered in place of the paper [簡素な書面の取引]."""
    cursor.execute(
        "SELECT event_no FROM documents_paper WHERE member_id = %s AND agreement_id = %s"
        " AND kind = %s",
        (*key, Kind.DRAW_NOTICE.value),
    )
    return frozenset(int(event_no) for (event_no,) in cursor.fetchall())


def of_event(cursor: Any, key: Key, event_no: int) -> list[Kept]:
    """Papers about one event [取引の書面]."""
    return [one for one in listed(cursor, *key) if one.event_no == event_no]


def _kept(row: tuple[Any, ...]) -> Kept:
    paper_no, agreement_id, event_no, kind, title, stated, road, *rest = row
    dated_on, delivered_at, digest, corrects_no, *post = rest
    return Kept(
        paper_no, agreement_id, event_no, Kind(kind), title, stated, Road(road), dated_on,
        delivered_at, bytes(digest), corrects_no, *post,
    )  # fmt: skip


def pages(cursor: Any, member_id: int, paper_no: int) -> bytes:
    """The PDF as it was delivered, to the byte [書面のPDF].

    Raises    NotFoundError as `one`; BrokenInvariant if it is not what was delivered.
    """
    cursor.execute(
        "SELECT sealed, pepper_id, digest FROM documents_paper"
        " WHERE member_id = %s AND paper_no = %s",
        (member_id, paper_no),
    )
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("DCM-002"))
    digest = bytes(row[2])
    sealed = hashing.Sealed(bytes(row[0]), row[1])
    found = hashing.unseal_bytes("paper", _owner(member_id, digest), sealed)
    ensure(hashlib.sha256(found).digest() == digest, "the paper that was delivered", no=paper_no)
    return found


def opened(cursor: Any, member_id: int, paper_no: int, at: datetime) -> bytes:
    """The same, opened by its member on the site: that is kept [会員による書面の閲覧].

    Raises    as `pages`.
    """
    found = pages(cursor, member_id, paper_no)
    subject: dict[str, int | str] = {"paper": paper_no}
    journal.write(cursor, [Happening(member_id, "paper_opened", "member", at, subject)])
    return found


# ------------------------------------------------------------------------------------------ post
def ask_on_paper(cursor: Any, member_id: int, paper_no: int, at: datetime) -> Kept:
    """A member asks for a paper by post too, once [書面での交付の請求].

    Law       貸金業法施行規則1条の2の2第2項3号 (three months for phones; here always), 18条2項.
    Raises    NotFoundError as `one`.
    """
    one(cursor, member_id, paper_no)
    _queue(cursor, (member_id, paper_no), "asked", at)
    return one(cursor, member_id, paper_no)


@dataclass(frozen=True, slots=True)
class Letter:
    """A paper that waits for the post [郵送待ち]."""

    member_id: int
    paper_no: int
    agreement_id: int
    kind: Kind
    title: str
    queued_at: datetime
    post_by: date | None
    """The last day on which it goes out, where it encloses something."""

    def is_overdue(self, on: date) -> bool:
        """Whether its last day is over [期限超過か]."""
        return self.post_by is not None and self.post_by < on


def waiting(cursor: Any) -> list[Letter]:
    """All that waits for the post, the oldest first [郵送待ちの一覧].

    Without the letter of a contract paper whose payment was undone, or that is not held any more.

    Why       papers without an address stay here: of a part, they would soon be all there is.
    """
    cursor.execute(
        "SELECT p.member_id, p.paper_no, p.agreement_id, p.kind, p.title, l.queued_at, l.post_by"
        " FROM documents_waiting JOIN documents_post l USING (member_id, paper_no)"
        " JOIN documents_paper p USING (member_id, paper_no)"
        " ORDER BY l.queued_at, p.paper_no"
    )
    return [
        Letter(member_id, paper_no, agreement_id, Kind(kind), *rest)
        for member_id, paper_no, agreement_id, kind, *rest in cursor.fetchall()
    ]


def addressed(cursor: Any, letter: Letter, actor: str, at: datetime) -> Address | None:
    """To whom and where a letter goes; None without an address, or while it may not go [宛名].

    The address is read by a permit of the gate, and the reading is kept; that of who stands in the
    member's place too, from the register. A letter about arrears
    asks as a demand does, and goes out only while its figures are fresh and something is late.
    """
    known = addressees.of_paper(cursor, letter.member_id, letter.paper_no)
    if not addressees.stands(cursor, letter.member_id, known):
        return None
    purpose = Purpose.STATUTORY_DOCUMENT
    cause = f"paper {letter.paper_no}"
    if letter.kind in COLLECTING:
        cause = one(cursor, letter.member_id, letter.paper_no).cause
        purpose = Purpose.ARREARS
        if not _is_current(cursor, letter, at.astimezone(JAPAN).date()):
            return None
    wanted = Wanted(
        purpose, cause, actor, way=Channel.POST, is_one_letter=letter.kind in COLLECTING,
        whom=Whom.OWN if known is None else known.whom,
        counterpart=addressees.sign(letter.paper_no, known),
    )  # fmt: skip
    permit = gate.ask(cursor, letter.member_id, wanted, at)
    if not isinstance(permit, Permit):
        return None
    return addressees.opened(cursor, permit, known, at)


FRESH_DAYS = 7
"""So long after it was made a demand may go to the post: its yen are of the day it bears."""


def _is_current(cursor: Any, letter: Letter, on: date) -> bool:
    """Whether a letter about arrears still says what is so."""
    kept = one(cursor, letter.member_id, letter.paper_no)
    is_fresh = on <= kept.dated_on + timedelta(days=FRESH_DAYS)
    loans = standing.see(cursor, [Key(letter.member_id, letter.agreement_id)])
    return is_fresh and any(standing.is_late(one, on) for one in loans)


def posted(cursor: Any, letters: Iterable[Letter], actor: str, at: datetime) -> int:
    """Say that letters went to the post [発送]; gives how many had not."""
    done = 0
    for letter in letters:
        cursor.execute(
            "UPDATE documents_post SET posted_at = %s, posted_by = %s"
            " WHERE member_id = %s AND paper_no = %s AND posted_at IS NULL",
            (at, actor, letter.member_id, letter.paper_no),
        )
        if cursor.rowcount:
            done += 1
            subject: dict[str, int | str] = {"paper": letter.paper_no}
            journal.write(cursor, [Happening(letter.member_id, "paper_posted", actor, at, subject)])
    return done


def posted_to(cursor: Any, member_id: int, most: int = 100) -> list[Kept]:
    """The latest letters to a member that went to the post, the newest first [発送済みの書面]."""
    cursor.execute(
        f"{_KEPT} WHERE p.member_id = %s AND l.posted_at IS NOT NULL"
        " ORDER BY l.posted_at DESC, p.paper_no DESC LIMIT %s",
        (member_id, most),
    )
    return [_kept(row) for row in cursor.fetchall()]


# -------------------------------------------------------------------------------------- by hand
LONGEST_RECEIPT = 40


def hand_over(
    cursor: Any, member_id: int, paper_no: int, receipt: str, by: tuple[str, datetime]
) -> Kept:
    """A paper was handed to the member at the counter, who signed for it [書面の手渡し]; once.

    Delivered by that: it waits for the post no more. A contract paper that goes back with it is not
    held from then on (貸金業法22条).

    Takes     the number of the signed receipt; who handed it over, and when.
    Raises    NotFoundError as `one`; InputError without a receipt; StateConflict for one that went
              to the post or was handed over before.
    """
    actor, at = by
    if not receipt.strip() or len(receipt) > LONGEST_RECEIPT:
        raise InputError(Fault("DSC-020", details={"length": str(LONGEST_RECEIPT)}))
    found = one(cursor, member_id, paper_no)
    if found.posted_at is not None or found.handed_at is not None:
        raise StateConflict(Fault("DSC-021"))
    cursor.execute(
        "INSERT INTO documents_handed (member_id, paper_no, receipt, handed_by, handed_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (member_id, paper_no, receipt.strip(), actor, at),
    )
    if cursor.rowcount == 0:  # a colleague handed it over in this very moment
        raise StateConflict(Fault("DSC-021"))
    if found.kind is Kind.RETURN:
        release(cursor, Key(member_id, found.agreement_id), actor, f"handed over {receipt}", at)
    subject: dict[str, int | str] = {"paper": paper_no}
    journal.write(cursor, [Happening(member_id, "paper_handed", actor, at, subject)])
    return one(cursor, member_id, paper_no)


def to_hand_over(cursor: Any, member_id: int) -> list[Kept]:
    """What a member at the counter may take along: what waits for the post [手渡しの書面]."""
    cursor.execute(
        f"{_KEPT} WHERE p.member_id = %s AND (p.member_id, p.paper_no) IN"  # noqa: S608  # our own words
        " (SELECT w.member_id, w.paper_no FROM documents_waiting w)"
        " ORDER BY p.delivered_at, p.paper_no",
        (member_id,),
    )
    return [_kept(row) for row in cursor.fetchall()]


# ----------------------------------------------------------------------------------- concluding
class Signed(Enum):
    """In what a contract was concluded [契約の方式]."""

    BY_WIRE = "by_wire"
    ON_PAPER = "on_paper"
    """The lender holds the paper, and gives it back when all is paid · 22条."""


def conclude(cursor: Any, key: Key, paper_no: int, signed: Signed, at: datetime) -> None:
    """Say after which pre-contract paper a contract was made [契約の締結] · DOC-001.

    Of what is told here alone: `loans.commands.open_agreement` does not ask for it.
    Raises    RefusedError if it was not delivered before that moment.
    """
    refuse_unless_before(cursor, key.member_id, paper_no, at)
    cursor.execute(
        "INSERT INTO documents_conclusion (member_id, agreement_id, paper_no, concluded_at)"
        " VALUES (%s, %s, %s, %s)",
        (*key, paper_no, at),
    )
    if signed is Signed.ON_PAPER:
        hold(cursor, key, "conclusion", at)


def refuse_unless_before(cursor: Any, member_id: int, paper_no: int, at: datetime) -> None:
    """Refuse a contract whose terms were not shown on paper before [契約締結前の書面] · DOC-001.

    Law       貸金業法16条の2第2項.
    Raises    RefusedError; NotFoundError as `one`.
    """
    found = one(cursor, member_id, paper_no)
    by_wire = found.delivered_at if found.road is Road.ELECTRONIC else None
    arrived = min(
        (one for one in (by_wire, found.posted_at, found.handed_at) if one is not None),
        default=None,
    )
    if found.kind is not Kind.PRE_CONTRACT or arrived is None or arrived > at:
        raise RefusedError(Fault("DCM-004"))


# ---------------------------------------------------------------------------- contract papers held
def hold(cursor: Any, key: Key, actor: str, at: datetime) -> bool:
    """Say that we hold the paper of a contract [債権証書の保管] · DOC-008; gives whether it is new.

    Its journal row brings it back at once where all of it was paid before.
    Raises    NotFoundError if the member has no such agreement.
    """
    queries.contract(cursor, key)
    cursor.execute(
        "INSERT INTO documents_held (member_id, agreement_id, held_since, held_by)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (*key, at, actor),
    )
    if cursor.rowcount == 0:
        return False
    subject: dict[str, int | str] = {"agreement": key.agreement_id}
    journal.write(cursor, [Happening(key.member_id, "contract_paper_held", actor, at, subject)])
    return True


def release(cursor: Any, key: Key, actor: str, why: str, at: datetime) -> None:
    """Say that we do not hold the paper of a contract any more, once [保管の終了] · DOC-008.

    Takes     why: handed over at the counter, lost, recorded by mistake. It is kept beside the row.
    Raises    StateConflict if we hold none, or it went back; InputError without a reason.
    """
    if not why.strip():
        raise InputError(Fault("DCM-007", column="--reason"))
    if not is_held(cursor, key):
        raise StateConflict(Fault("DCM-006"))
    cursor.execute(
        "UPDATE documents_held SET released_at = %s, released_by = %s, released_why = %s"
        " WHERE member_id = %s AND agreement_id = %s AND released_at IS NULL",
        (at, actor, why, *key),
    )
    subject: dict[str, int | str] = {"agreement": key.agreement_id}
    journal.write(cursor, [Happening(key.member_id, "contract_paper_released", actor, at, subject)])


def is_held(cursor: Any, key: Key) -> bool:
    """Whether we hold the paper of a contract, and it has not gone back [債権証書の保管中か]."""
    cursor.execute(
        "SELECT FROM documents_held WHERE (member_id, agreement_id) = (%s, %s)"
        " AND released_at IS NULL",
        tuple(key),
    )
    if cursor.fetchone() is None:
        return False
    back = going_back(cursor, key)
    return back is None or (back.posted_at is None and back.handed_at is None)


def going_back(cursor: Any, key: Key) -> Kept | None:
    """The letter with which a contract paper goes back, or went [債権証書の返還]; None without."""
    kept = (one for one in listed(cursor, *key) if one.kind is Kind.RETURN)
    return next(kept, None)


OVERDUE: LiteralString = """
SELECT p.member_id, p.agreement_id, l.post_by
FROM documents_waiting JOIN documents_post l USING (member_id, paper_no)
JOIN documents_paper p USING (member_id, paper_no)
WHERE l.post_by < (now() AT TIME ZONE 'Asia/Tokyo')::date
UNION ALL
SELECT h.member_id, h.agreement_id, NULL
FROM documents_held h JOIN loan_agreement a USING (member_id, agreement_id)
WHERE a.status = 'closed' AND a.principal_yen = 0 AND h.held_since < now() - interval '1 day'
  AND h.released_at IS NULL
  AND NOT EXISTS (SELECT FROM documents_paper p WHERE p.member_id = h.member_id
    AND p.agreement_id = h.agreement_id AND p.kind = 'contract_return')
  AND NOT EXISTS (SELECT FROM loan_event e WHERE e.member_id = h.member_id
    AND e.agreement_id = h.agreement_id AND e.kind = 'departure')
  AND NOT EXISTS (SELECT FROM journal_row j WHERE j.member_id = h.member_id AND j.kind = 'closed'
    AND (j.subject->>'agreement')::bigint = h.agreement_id
    AND j.happened_at > now() - interval '1 day')
"""
"""Finds nothing: a contract paper that is held goes out by its day, and a closed agreement has its
letter a day later [債権証書の返還の遅れ] · DOC-008."""
