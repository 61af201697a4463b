"""What members ask the staff for: a new PIN, the number, a new card, to go on after a stop [申請].

Who cannot log in gets the same answer whether anybody was found: what happens next happens at the
registered e-mail address. A new PIN needs an identity document and the agreement of two of the
staff; the others need one, who says why.
"""

from __future__ import annotations

import base64
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

import orjson

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.outside.clock import JAPAN
from motocho.outside.queue import enqueue
from motocho.people import members
from motocho.people.access import Action, Staff, check_staff
from motocho.people.credentials import hashing, networks
from motocho.people.credentials.hashing import Sealed
from motocho.people.facts import _rows
from motocho.people.facts._rows import Reading
from motocho.people.facts.values import Email
from motocho.people.facts.values import Kind as Item
from motocho.people.safety.devices import token_hash
from motocho.units.errors import Fault, StateConflict, ensure

LINK_LIVES = timedelta(hours=24)
KEPT_SETTLED = timedelta(days=30)
"""So long a document stays after its request was settled."""
BETWEEN_NUMBERS = timedelta(days=1)
"""A forgotten number is sent once a day at the most: an inbox is not to be flooded."""


@dataclass(frozen=True, slots=True)
class Received:
    """The one answer to every request [受付]."""


class Kind(Enum):
    """What is asked for [申請の種類]; the last two by a member who is signed in."""

    PIN_RESET = "pin_reset"
    MEMBER_NUMBER = "member_number"
    NEW_CARD = "new_card"
    REOPENING = "reopening"


OWN = frozenset({Kind.NEW_CARD, Kind.REOPENING})


class RequestKey(NamedTuple):
    """One request of a member [申請]."""

    member_id: int
    request_id: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits for the staff [審査待ちの申請]."""

    key: RequestKey
    kind: Kind
    document_ref: str
    asked_at: datetime
    first_staff: int | None
    first_at: datetime | None


class Verdict(Enum):
    """What one of the staff finds [審査の判断]: genuine, or why not; the reason is kept."""

    GENUINE = "genuine"
    NOT_GENUINE = "not_genuine"
    UNREADABLE = "unreadable"
    OTHER_PERSON = "other_person"
    EXPIRED = "expired"


class State(Enum):
    """How a request stands [申請の状態]."""

    WAITING = "waiting"
    ONCE = "once"
    APPROVED = "approved"
    REFUSED = "refused"
    DONE = "done"


# ------------------------------------------------------------------------------------------- asking
@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says to be [申告]; kana by `payer_key`, the number by `read_digits`.

    A new PIN needs the number and an identity document, as intake keeps it.
    """

    born_on: date
    email: str = field(repr=False)
    member_number: str = ""
    kana: str = ""
    document_ref: str = ""


MOST_ASKED = 20
ASKED_WITHIN = timedelta(hours=1)
"""So many claims may come from one network in so long; the next one waits."""


class Turns(Enum):
    """What is counted by network, each by itself, and how often in an hour [順番待ちの対象].

    Why       one address of a mobile carrier stands for very many people: who applies is many, who
              forgot a PIN is few.
    """

    CLAIMS = ("network", MOST_ASKED)
    APPLYING = ("applying network", 300)

    @property
    def most(self) -> int:
        """How many may come in an hour [1時間の上限]."""
        return self.value[1]


def turn(cursor: Any, address: str, at: datetime, of: Turns = Turns.CLAIMS) -> datetime | None:
    """Until when a network waits before it may ask again [順番待ち]; None if it may, and counts.

    In a transaction that commits, before anything that was sent is looked at.
    Lock      the network's count.
    """
    network = hashing.mark(of.value[0], networks.prefix(address))
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (network.hex(),))
    cursor.execute("DELETE FROM people_asking WHERE asked_at <= %s", (at - ASKED_WITHIN,))
    cursor.execute(
        "SELECT asked_at FROM people_asking WHERE network_mark = %s"
        " ORDER BY asked_at DESC LIMIT %s",
        (network, of.most),
    )
    asked = [asked_at for (asked_at,) in cursor.fetchall()]
    if len(asked) == of.most:
        until: datetime = asked[-1] + ASKED_WITHIN
        return until
    cursor.execute(
        "INSERT INTO people_asking (network_mark, asked_at) VALUES (%s, %s)", (network, at)
    )
    return None


CLAIMS_KEPT = timedelta(days=1)
"""How long a claim stays at the most that could not be looked at."""
LOOK = "people.look_at_claim"
"""The task that looks whether a claim is anybody's: no answer waits for it."""


def ask(cursor: Any, kind: Kind, claim: Claim, at: datetime) -> Received:
    """Ask for a new PIN, or for the number [再設定・会員番号の問合せ].

    The same is done whoever asks, in the same time: the claim is sealed and put by.
    """
    told = orjson.dumps(
        {
            "born_on": claim.born_on.isoformat(),
            "email": claim.email,
            "member_number": claim.member_number,
            "kana": claim.kana,
            "document_ref": claim.document_ref,
        }
    ).decode()
    sealed = hashing.seal("claim", kind.value, told)
    cursor.execute(
        "INSERT INTO people_claim (kind, sealed, pepper_id, claimed_at) VALUES (%s, %s, %s, %s)"
        " RETURNING claim_id",
        (kind.value, sealed.data, sealed.pepper_id, at),
    )
    enqueue(LOOK, claim_id=int(cursor.fetchone()[0]))
    return Received()


def look(cursor: Any, claim_id: int) -> int:
    """Whose a claim is; what follows is put down [申告の照合]. Gives how many requests came of it.

    A claim that was looked at is gone, whatever was found; a second look finds nothing.
    """
    cursor.execute(
        "DELETE FROM people_claim WHERE claim_id = %s"
        " RETURNING kind, sealed, pepper_id, claimed_at",
        (claim_id,),
    )
    row = cursor.fetchone()
    if row is None:
        return 0
    kind, at = Kind(row[0]), row[3].astimezone(JAPAN)
    told = orjson.loads(hashing.unseal("claim", kind.value, Sealed(bytes(row[1]), row[2])))
    claim = Claim(**{**told, "born_on": date.fromisoformat(told["born_on"])})
    found = _of_number(cursor, claim) if kind is Kind.PIN_RESET else _of_name(cursor, claim, at)
    asked = [
        _ask(cursor, member_id, (kind, claim.document_ref, email_no), at)
        for member_id, email_no in _reachable(cursor, found, claim.email, at)
    ]
    return sum(asked)


def clear(cursor: Any, at: datetime) -> int:
    """Clear away claims that no job could look at, and counts that are over [申告の消去].

    Gives how many claims. By then the document that came with one is erased: who asked asks again.
    """
    cursor.execute("DELETE FROM people_asking WHERE asked_at <= %s", (at - ASKED_WITHIN,))
    cursor.execute("DELETE FROM people_claim WHERE claimed_at <= %s", (at - CLAIMS_KEPT,))
    return int(cursor.rowcount)


def _of_number(cursor: Any, claim: Claim) -> list[int]:
    cursor.execute(
        "SELECT m.member_id FROM people_number n JOIN people_member m USING (member_id)"
        " WHERE n.member_number = %s AND n.ended_at IS NULL AND m.born_on = %s",
        (claim.member_number, claim.born_on),
    )
    return [int(member_id) for (member_id,) in cursor.fetchall()] if claim.document_ref else []


def _of_name(cursor: Any, claim: Claim, at: datetime) -> list[int]:
    """Members of a name and a birth date who did not ask within a day."""
    candidates = members.who_may_pay(cursor, [claim.kana], [])
    cursor.execute(
        "SELECT member_id FROM people_request WHERE member_id = ANY(%s)"
        " AND kind = 'member_number' AND asked_at > %s",
        ([one.member_id for one in candidates], at - BETWEEN_NUMBERS),
    )
    lately = {int(member_id) for (member_id,) in cursor.fetchall()}
    return [
        one.member_id
        for one in candidates
        if one.person.born_on == claim.born_on and one.member_id not in lately
    ]


def _reachable(cursor: Any, found: list[int], email: str, at: datetime) -> list[tuple[int, int]]:
    """Those of the members whose registered address it is, with the fact's number."""
    reading = Reading("system", "request_check", at)
    reachable = []
    for member_id in found:
        told = _rows.on_day(cursor, member_id, {Item.EMAIL}, at.date(), reading).get(Item.EMAIL)
        address = told.value.address if told and isinstance(told.value, Email) else ""
        if told is not None and address.casefold() == email.casefold():
            reachable.append((member_id, told.fact_no))
    return reachable


_LINK_UNTIL = f"coalesce(token_until, second_at + interval '{LINK_LIVES.total_seconds():.0f} s')"
"""Until when an approved request waits for its link, which may never have been made."""


_SAME_ADDRESS = """email_fact_no = (SELECT f.fact_no FROM people_fact f
WHERE f.member_id = people_request.member_id AND f.kind = 'email' AND f.effective_on <= %s
ORDER BY f.effective_on DESC, f.fact_no DESC LIMIT 1)"""
"""Whether the address that a request was bound to is the registered one of a day."""


def _end_expired(cursor: Any, member_id: int, kind: Kind, at: datetime) -> None:
    """A request bars no other once its link ran out, or it was bound to another address."""
    cursor.execute(
        "UPDATE people_request SET state = 'refused', reason = %s, token_hash = NULL,"  # noqa: S608
        f" done_at = least(%s, {_LINK_UNTIL}) WHERE member_id = %s AND kind = %s"
        f" AND (state = 'approved' AND {_LINK_UNTIL} <= %s"
        f" OR state IN ('waiting', 'once', 'approved') AND NOT {_SAME_ADDRESS})"
        " RETURNING request_id",
        (Verdict.EXPIRED.value, at, member_id, kind.value, at, at.astimezone(JAPAN).date()),
    )
    over = [{"request_id": int(request_id)} for (request_id,) in cursor.fetchall()]
    journal.write(
        cursor, [Happening(member_id, f"{kind.value}_expired", "system", at, one) for one in over]
    )


def _ask(cursor: Any, member_id: int, asked: tuple[Kind, str, int], at: datetime) -> bool:
    kind, document_ref, email_no = asked
    _end_expired(cursor, member_id, kind, at)
    cursor.execute(
        "INSERT INTO people_request (member_id, kind, document_ref, email_fact_no, asked_at, state,"
        " done_at) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (member_id, kind) WHERE state IN ('waiting', 'once', 'approved')"
        " DO NOTHING RETURNING request_id",
        (
            member_id,
            kind.value,
            document_ref,
            email_no,
            at,
            "waiting" if kind is Kind.PIN_RESET else "done",
            None if kind is Kind.PIN_RESET else at,
        ),
    )
    row = cursor.fetchone()
    if row is not None:
        subject = {"request_id": int(row[0]), "email_fact_no": email_no}
        happening = Happening(member_id, f"{kind.value}_asked", "member", at, subject)
        journal.write(cursor, [happening])
    return row is not None


def ask_own(cursor: Any, member_id: int, kind: Kind, at: datetime) -> RequestKey:
    """A member who is signed in asks for a new card, or to go on after a stop [会員からの申請].

    One that waits is not asked for twice: its key is given again.
    """
    ensure(kind in OWN, "a request of a member who is signed in", kind=kind.value)
    cursor.execute(
        "INSERT INTO people_request (member_id, kind, document_ref, email_fact_no, asked_at, state)"
        " VALUES (%s, %s, '', 0, %s, 'waiting') ON CONFLICT (member_id, kind)"
        " WHERE state IN ('waiting', 'once', 'approved') DO NOTHING RETURNING request_id",
        (member_id, kind.value, at),
    )
    row = cursor.fetchone()
    if row is None:
        cursor.execute(
            "SELECT request_id FROM people_request WHERE member_id = %s AND kind = %s"
            " AND state = 'waiting'",
            (member_id, kind.value),
        )
        return RequestKey(member_id, int(cursor.fetchone()[0]))
    subject = {"request_id": int(row[0])}
    happening = Happening(member_id, f"{kind.value}_asked", "member", at, subject)
    journal.write(cursor, [happening])
    return RequestKey(member_id, int(row[0]))


AT_COUNTER = "counter "
"""How the document of a request begins that was asked for at the counter; the visit follows."""


def ask_at_counter(
    cursor: Any, member_id: int, visit_id: int, staff: Staff, at: datetime
) -> RequestKey | Refusal:
    """A member who stands at the counter asks for a new PIN [店頭での再設定の受付] · AUTH-002.

    Who saw the paper is the first of the two; the second sees who stood there and by which paper.
    The link goes to the registered e-mail address: the member chooses the PIN alone, on a device of
    their own, and nobody of the staff hears or types one.

    Raises    StateConflict where no address is registered, or one was asked for before.
    """
    refusal = check_staff(cursor, staff, Action.REVIEW_PIN_RESET, member_id)
    if refusal is not None:
        return refusal
    reading = Reading(staff.actor, f"counter {visit_id}", at)
    today = at.astimezone(JAPAN).date()
    told = _rows.on_day(cursor, member_id, {Item.EMAIL}, today, reading).get(Item.EMAIL)
    if told is None:
        raise StateConflict(Fault("DSC-022"))
    document_ref = f"{AT_COUNTER}{visit_id}"
    if not _ask(cursor, member_id, (Kind.PIN_RESET, document_ref, told.fact_no), at):
        raise StateConflict(Fault("DSC-023"))
    cursor.execute(
        "SELECT request_id FROM people_request WHERE member_id = %s AND document_ref = %s"
        " AND state = 'waiting'",
        (member_id, document_ref),
    )
    key = RequestKey(member_id, int(cursor.fetchone()[0]))
    state = review(cursor, key, staff, Verdict.GENUINE, at)
    return state if isinstance(state, Refusal) else key


def own_waiting(cursor: Any, member_id: int) -> dict[Kind, datetime]:
    """What a member asked for and waits for, with the moment of asking [申請中のもの]."""
    cursor.execute(
        "SELECT kind, asked_at FROM people_request WHERE member_id = %s AND state = 'waiting'"
        " AND kind IN ('new_card', 'reopening')",
        (member_id,),
    )
    return {Kind(name): asked_at for name, asked_at in cursor.fetchall()}


def own_refused(cursor: Any, member_id: int, since: datetime) -> dict[Kind, datetime]:
    """What a member asked for and was refused since a moment, with when [断った申請]."""
    cursor.execute(
        "SELECT kind, max(done_at) FROM people_request WHERE member_id = %s AND state = 'refused'"
        " AND kind IN ('new_card', 'reopening') AND done_at >= %s GROUP BY kind",
        (member_id, since),
    )
    return {Kind(name): done_at for name, done_at in cursor.fetchall()}


# ---------------------------------------------------------------------------------------- reviewing
_WAITING = (
    "SELECT member_id, request_id, kind, document_ref, asked_at, first_staff, first_at"
    " FROM people_request WHERE state IN ('waiting', 'once')"
)


def waiting(
    cursor: Any, kinds: Collection[Kind] = (Kind.PIN_RESET,), most: int = 100
) -> list[Waiting]:
    """Requests that wait for a review, the oldest first [審査待ちの一覧]."""
    names = [kind.value for kind in kinds]
    cursor.execute(f"{_WAITING} AND kind = ANY(%s) ORDER BY asked_at LIMIT %s", (names, most))
    return [_waiting(row) for row in cursor.fetchall()]


def count_waiting(cursor: Any, kind: Kind) -> int:
    """How many requests of a kind wait, however many are listed [審査待ちの件数]."""
    cursor.execute(
        "SELECT count(*) FROM people_request WHERE state IN ('waiting', 'once') AND kind = %s",
        (kind.value,),
    )
    return int(cursor.fetchone()[0])


def one_waiting(cursor: Any, key: RequestKey) -> Waiting:
    """One request that waits [審査待ちの申請].

    Raises    NotFoundError if there is none, or it was settled.
    """
    cursor.execute(f"{_WAITING} AND member_id = %s AND request_id = %s", key)
    row = cursor.fetchone()
    if row is None:
        raise members.no_such_member()
    return _waiting(row)


def _waiting(row: tuple[Any, ...]) -> Waiting:
    return Waiting(RequestKey(row[0], row[1]), Kind(row[2]), *row[3:])


def settle(
    cursor: Any, key: RequestKey, staff: Staff, verdict: Verdict, at: datetime
) -> State | Refusal:
    """One of the staff settles a request of a member who was signed in [申請の処理].

    What is done with it (a new number, the end of a stop) stands in the same transaction; one that
    is refused is told to the member.
    Lock      the request's row.
    Raises    NotFoundError for no such request; StateConflict for one that was settled before.
    """
    refusal = check_staff(cursor, staff, Action.UNFREEZE, key.member_id)
    if refusal is not None:
        return refusal
    cursor.execute(
        "SELECT state, kind FROM people_request WHERE member_id = %s AND request_id = %s"
        " AND kind IN ('new_card', 'reopening') FOR UPDATE",
        key,
    )
    row = cursor.fetchone()
    if row is None:
        raise members.no_such_member()
    if State(row[0]) is not State.WAITING:
        raise StateConflict(Fault("PPL-097"))
    after = State.DONE if verdict is Verdict.GENUINE else State.REFUSED
    cursor.execute(
        "UPDATE people_request SET state = %s, first_staff = %s, first_at = %s, reason = %s,"
        " done_at = %s WHERE member_id = %s AND request_id = %s",
        (after.value, staff.staff_id, at, verdict.value, at, *key),
    )
    subject = {"request_id": key.request_id, "state": after.value, "reason": verdict.value}
    happened = [Happening(key.member_id, f"{row[1]}_settled", staff.actor, at, subject)]
    if after is State.REFUSED:
        told = {"request_id": key.request_id, "request": row[1]}
        happened.append(Happening(key.member_id, "own_request_refused", staff.actor, at, told))
    journal.write(cursor, happened)
    return after


def tell_going_on(cursor: Any, key: RequestKey, staff: Staff, at: datetime) -> None:
    """Tell a member that a stop ended that was no freeze, as `freezes.lift` tells of one [再開]."""
    subject = {"request_id": key.request_id}
    journal.write(cursor, [Happening(key.member_id, "unfrozen", staff.actor, at, subject)])


def review(
    cursor: Any, key: RequestKey, staff: Staff, verdict: Verdict, at: datetime
) -> State | Refusal:
    """One of two looks at a request [申請の審査]; one who doubts ends it, two who agree approve it.

    It is over, too, once another address is registered than the one that it was bound to.

    Lock      the request's row.
    Raises    NotFoundError for no such request; StateConflict for one that was settled before.
    """
    refusal = check_staff(cursor, staff, Action.REVIEW_PIN_RESET, key.member_id)
    if refusal is not None:
        return refusal
    cursor.execute(
        f"SELECT state, first_staff, email_fact_no, {_SAME_ADDRESS} FROM people_request"  # noqa: S608
        " WHERE member_id = %s AND request_id = %s AND kind = 'pin_reset' FOR UPDATE",
        (at.astimezone(JAPAN).date(), *key),
    )
    row = cursor.fetchone()
    if row is None:
        raise members.no_such_member()
    state, first_staff = State(row[0]), row[1]
    if state not in {State.WAITING, State.ONCE}:
        raise StateConflict(Fault("PPL-097"))
    if first_staff == staff.staff_id:
        return Refusal("AUTH-002", "PPL-070", ())
    has_moved = verdict is Verdict.GENUINE and not row[3]
    verdict = Verdict.EXPIRED if has_moved else verdict
    if verdict is Verdict.GENUINE:
        after = State.ONCE if first_staff is None else State.APPROVED
    else:
        after = State.REFUSED
    place = "first" if first_staff is None else "second"
    cursor.execute(
        f"UPDATE people_request SET state = %s, reason = %s, {place}_staff = %s,"  # noqa: S608
        f" {place}_at = %s WHERE member_id = %s AND request_id = %s",
        (after.value, verdict.value, staff.staff_id, at, *key),
    )
    subject: dict[str, int | str] = {
        "request_id": key.request_id,
        "state": after.value,
        "email_fact_no": int(row[2]),
    }
    happened = [Happening(key.member_id, "pin_reset_reviewed", staff.actor, at, subject)]
    if after is State.REFUSED:
        kind = "pin_reset_expired" if has_moved else "pin_reset_refused"
        told = subject | {"reason": verdict.value}
        happened.append(Happening(key.member_id, kind, staff.actor, at, told))
    journal.write(cursor, happened)
    return after


def needed(cursor: Any, documents: Collection[str], at: datetime) -> set[str]:
    """Of some documents, those that a request still needs [必要な書類] · PRIV-006.

    One that waits, or was settled not long ago: who was refused may ask why.
    """
    cursor.execute(
        "SELECT document_ref FROM people_request WHERE kind = 'pin_reset'"  # noqa: S608
        " AND document_ref = ANY(%s) AND (state IN ('waiting', 'once')"
        f" OR state = 'approved' AND {_LINK_UNTIL} > %s"
        " OR greatest(first_at, second_at, done_at) > %s)",
        (list(documents), at, at - KEPT_SETTLED),
    )
    return {str(document_ref) for (document_ref,) in cursor.fetchall()}


def reset_link(cursor: Any, key: RequestKey, letter_id: str, at: datetime) -> str | None:
    """The token of an approved request, for the mail to the registered address [再設定リンク].

    Made from the letter's id: however often a letter is tried, it holds the same token, and another
    letter's ends the one before. None if the request is not approved.
    """
    mark = hashing.mark("reset", letter_id)
    token = base64.urlsafe_b64encode(mark).decode().rstrip("=")
    cursor.execute(
        "UPDATE people_request SET token_hash = %s, token_until = %s"
        " WHERE member_id = %s AND request_id = %s AND state = 'approved'",
        (token_hash(token), at + LINK_LIVES, *key),
    )
    return token if cursor.rowcount else None


def reset_of(cursor: Any, token: str, at: datetime) -> RequestKey | None:
    """The approved request of a token, locked; None if it is over or made up [リンクの照合].

    It is over as well once another address is registered than the one that it was bound to.
    """
    cursor.execute(
        "SELECT member_id, request_id FROM people_request WHERE token_hash = %s"  # noqa: S608
        f" AND state = 'approved' AND token_until > %s AND {_SAME_ADDRESS} FOR UPDATE",
        (token_hash(token), at, at.astimezone(JAPAN).date()),
    )
    row = cursor.fetchone()
    return None if row is None else RequestKey(*row)


def finish(cursor: Any, key: RequestKey, at: datetime) -> None:
    """A request did what it was for: its link does nothing any more [申請の完了]."""
    cursor.execute(
        "UPDATE people_request SET state = 'done', done_at = %s"
        " WHERE member_id = %s AND request_id = %s",
        (at, *key),
    )
