"""Requests for the history of dealings, or for personal data: checked, made, sent [開示請求].

    asked = Asked(Kind.HISTORY, Who.MEMBER, Channel.PHONE, Delivery.REGISTERED_ADDRESS)
    found = disclosures.take(cursor, member_id, asked, source, at)     with its last day
    disclosures.check(cursor, found.key, Proof.QUESTIONS, source, at)  who asks
    disclosures.make(cursor, found.key, on, source, at)                all contracts, all years
    disclosures.send(cursor, found.key, Sent(Proof.REGISTERED_MAIL, "123"), source, at)

By telephone, by post, at the counter or through counsel, and never with a reason: nobody is asked
for one, and there is nowhere to keep it (貸金業法19条の2, DESK-005). Personal data is another
request with a law of its own (個人情報保護法33条, PRIV-005).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any, NamedTuple

from motocho.care.cases import _outgoing
from motocho.care.cases._outgoing import FileKey, Label
from motocho.care.cases.policy import business_days_after, business_days_left, policy
from motocho.contact import tasks
from motocho.contact.holds import Source, lock
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.outside.clock import JAPAN
from motocho.people.access import Role, Staff
from motocho.units.errors import Fault, InputError, NotFoundError, RefusedError
from motocho.units.text import folded, holds_my_number

LONGEST_NAME, LONGEST_ADDRESS, LONGEST_REF = 100, 200, 40
MOST_LISTED = 500
REMINDED_AT_HOUR = 9


class Kind(Enum):
    """What is asked for [請求の種類] · PRIV-005: two laws, two requests."""

    HISTORY = "history"
    """取引履歴 · 貸金業法19条の2."""
    PERSONAL_DATA = "personal_data"
    """保有個人データ · 個人情報保護法33条."""


class Who(Enum):
    """Who asks [請求者] · 施行規則17条の2."""

    MEMBER = "member"
    COUNSEL = "counsel"
    GUARDIAN = "guardian"
    HEIR = "heir"
    GUARANTOR = "guarantor"


class Channel(Enum):
    """How it came [受付の方法]."""

    PHONE = "phone"
    POST = "post"
    COUNTER = "counter"
    COUNSEL = "counsel"
    """In a letter of counsel."""


class Delivery(Enum):
    """How it is to be handed out [交付の方法]."""

    SITE = "site"
    REGISTERED_ADDRESS = "registered_address"
    THEIR_ADDRESS = "their_address"
    """Of counsel's office, or as whoever asks proved it."""
    COUNTER = "counter"


class State(Enum):
    """How far it is [対応状況]."""

    RECEIVED = "received"
    CHECKED = "checked"
    MADE = "made"
    SENT = "sent"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


ENDED = frozenset({State.SENT, State.REFUSED, State.WITHDRAWN})


class Proof(Enum):
    """By what somebody was known, it was sent, or refused [確認・発送・拒否の根拠]."""

    QUESTIONS = "questions"
    """Answers on the telephone: good for what goes to the registered address or the own pages."""
    LICENCE = "licence"
    PASSPORT = "passport"
    RESIDENCE_CARD = "residence_card"
    MY_NUMBER_FRONT = "my_number_front"
    COPIES_BY_POST = "copies_by_post"
    ATTORNEY_LETTER = "attorney_letter"
    GUARDIANSHIP = "guardianship"
    FAMILY_REGISTER = "family_register"
    SITE = "site"
    REGISTERED_MAIL = "registered_mail"
    SIGNATURE = "signature"
    NOT_ENTITLED = "not_entitled"
    """None of 施行規則17条の2."""
    NOT_FOR_RIGHTS = "not_for_rights"
    """Clearly not for checking or using rights · 19条の2但書."""


_PAPERS = (Proof.LICENCE, Proof.PASSPORT, Proof.RESIDENCE_CARD, Proof.MY_NUMBER_FRONT)
PROOFS: Mapping[Who, tuple[Proof, ...]] = {
    Who.MEMBER: (Proof.QUESTIONS, *_PAPERS, Proof.COPIES_BY_POST),
    Who.COUNSEL: (Proof.ATTORNEY_LETTER,),
    Who.GUARDIAN: (Proof.GUARDIANSHIP,),
    Who.HEIR: (Proof.FAMILY_REGISTER,),
    Who.GUARANTOR: (),
}
"""By what each of them is known [本人・資格の確認]: as a guarantor by nothing, there are none."""
SENDING: Mapping[Delivery, Proof] = {
    Delivery.SITE: Proof.SITE,
    Delivery.REGISTERED_ADDRESS: Proof.REGISTERED_MAIL,
    Delivery.THEIR_ADDRESS: Proof.REGISTERED_MAIL,
    Delivery.COUNTER: Proof.SIGNATURE,
}
"""What proves that it was handed out [交付の証拠]."""
GROUNDS = (Proof.NOT_ENTITLED, Proof.NOT_FOR_RIGHTS)
"""All that a request may be refused for [拒否の理由]."""


class DisclosureKey(NamedTuple):
    """One request about a member [請求]."""

    member_id: int
    disclosure_id: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, by whom, how it is to come [請求の内容]: no reason, on purpose."""

    kind: Kind
    who: Who
    channel: Channel
    delivery: Delivery
    to_name: str = ""
    """Of whoever asks for another person."""
    to_address: str = ""
    """Of counsel's office, or as it was proved."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step that was taken [対応の記録]."""

    state: State
    proof: Proof | None
    proof_ref: str
    actor: str
    at: datetime


class Sent(NamedTuple):
    """How it was handed out [交付の証拠]: the number of the letter or of the signed receipt."""

    proof: Proof
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A request with its steps, the first one first [開示請求]."""

    key: DisclosureKey
    asked: Asked
    received_at: datetime
    due_on: date
    steps: tuple[Step, ...]

    @property
    def state(self) -> State:
        """How far it is [対応状況]."""
        return self.steps[-1].state

    def days_left(self, on: date) -> int:
        """Business days until its last day; below zero once it is over [残日数]."""
        return business_days_left(on, self.due_on)

    def is_near(self, on: date) -> bool:
        """Whether its last day is near, or over [期限間近か]."""
        return self.days_left(on) <= policy(on).near_days


# ---------------------------------------------------------------------------------------- taking
def take(cursor: Any, member_id: int, asked: Asked, source: Source, at: datetime) -> Disclosure:
    """Take a request in, once for each source [開示請求の受付] · DESK-005.

    The staff have a task for the morning on which its last day is near.

    Lock      the member's contacts.
    Raises    InputError where the way of delivery does not fit who asks, or nobody is named.
    Law       貸金業法19条の2; 個人情報保護法33条.
    """
    wrong = fault_of(asked)
    if wrong is not None:
        raise InputError(wrong)
    lock(cursor, member_id)
    on = at.astimezone(JAPAN).date()
    held = policy(on)
    due_on = business_days_after(on, held.disclosure_days)
    cursor.execute(
        "INSERT INTO care_disclosure (member_id, kind, who, channel, delivery, to_name, to_address,"
        " due_on, source, actor, received_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (member_id, source) DO NOTHING RETURNING disclosure_id",
        (
            member_id, asked.kind.value, asked.who.value, asked.channel.value,
            asked.delivery.value, asked.to_name.strip(), asked.to_address.strip(), due_on,
            source.ref, source.actor, at,
        ),
    )  # fmt: skip
    row = cursor.fetchone()
    if row is None:
        cursor.execute(
            "SELECT disclosure_id FROM care_disclosure WHERE member_id = %s AND source = %s",
            (member_id, source.ref),
        )
        return one(cursor, DisclosureKey(member_id, int(cursor.fetchone()[0])))
    key = DisclosureKey(member_id, int(row[0]))
    _write(cursor, key, (State.RECEIVED, None, ""), source, at)
    near_on = max(on, business_days_after(on, max(0, held.disclosure_days - held.near_days)))
    remind_at = datetime.combine(near_on, time(REMINDED_AT_HOUR), JAPAN)
    plan = tasks.Plan(
        tasks.Kind.FOLLOW_UP, planned_at=remind_at, facts={"disclosure": key.disclosure_id}
    )
    tasks.put(cursor, member_id, plan, Source(source.actor, _task(key)), at)
    return one(cursor, key)


def fault_of(asked: Asked) -> Fault | None:
    """What does not fit in a request; pure [請求の点検].

    >>> fault_of(Asked(Kind.HISTORY, Who.HEIR, Channel.POST, Delivery.SITE, "相続人")).code
    'DSC-002'
    """
    is_own = asked.who is Who.MEMBER
    own_ways = {Delivery.SITE, Delivery.REGISTERED_ADDRESS}
    if asked.delivery is not Delivery.COUNTER and is_own is not (asked.delivery in own_ways):
        return Fault("DSC-002", column="delivery")
    if asked.kind is Kind.PERSONAL_DATA and asked.delivery is Delivery.SITE:
        return Fault("DSC-003", column="delivery")
    named, addressed = bool(asked.to_name.strip()), bool(asked.to_address.strip())
    if is_own is named or len(asked.to_name) > LONGEST_NAME:
        return Fault("DSC-004", column="to_name")
    needs_address = asked.delivery is Delivery.THEIR_ADDRESS
    if needs_address is not addressed or len(asked.to_address) > LONGEST_ADDRESS:
        return Fault("DSC-005", column="to_address")
    if holds_my_number(asked.to_name) or holds_my_number(asked.to_address):
        return Fault("CAR-023")
    return None


def _task(key: DisclosureKey) -> str:
    return f"disclosure {key.disclosure_id}"


# --------------------------------------------------------------------------------- what follows
def check(
    cursor: Any, key: DisclosureKey, proof: Proof, source: Source, at: datetime
) -> Disclosure:
    """Say by what whoever asks was known [本人・資格の確認], once for each source.

    Lock      the member's contacts, as with every step.
    Raises    InputError for a proof that is none of theirs; RefusedError out of turn.
    """
    known, is_repeat = _begun(cursor, key, source)
    if is_repeat:
        return known
    if proof not in PROOFS[known.asked.who]:
        names = ", ".join(one.value for one in PROOFS[known.asked.who])
        raise InputError(Fault("DSC-006", column="proof", details={"known": names}))
    if proof is Proof.QUESTIONS and known.asked.delivery is Delivery.COUNTER:
        raise InputError(Fault("DSC-007", column="proof"))
    _in_turn(known, State.RECEIVED)
    _write(cursor, key, (State.CHECKED, proof, ""), source, at)
    return one(cursor, key)


def make(cursor: Any, key: DisclosureKey, on: date, source: Source, at: datetime) -> Disclosure:
    """Make what was asked for, of every contract from its first day [開示書面の作成].

    Paid-off contracts, ten years back and more, those that were taken over: all of them; and the
    files recalculate to the book's yen. What goes by post waits in the queue for the post.

    Takes     the book's day on which the history closes.
    Raises    RefusedError out of turn.
    Law       貸金業法19条の2; 施行規則17条の3.
    """
    known, is_repeat = _begun(cursor, key, source)
    if is_repeat:
        return known
    _in_turn(known, State.CHECKED)
    by_post = known.asked.delivery is Delivery.REGISTERED_ADDRESS
    wanted = _outgoing.Wanted(_task(key), source.actor, "post" if by_post else "kept")
    is_kept = by_post or known.asked.delivery is Delivery.SITE
    if known.asked.kind is Kind.HISTORY:
        made = _outgoing.histories(cursor, key.member_id, on)
    else:
        made = _outgoing.personal_data(cursor, key.member_id, wanted, on, at)
    _outgoing.keep(cursor, key, made, wanted if is_kept else None, at)
    _write(cursor, key, (State.MADE, None, ""), source, at)
    return one(cursor, key)


def send(cursor: Any, key: DisclosureKey, sent: Sent, source: Source, at: datetime) -> Disclosure:
    """Say how it was handed out, and close it [交付と完了].

    Raises    InputError for a proof that is not of this way, or without its number; RefusedError
              out of turn.
    """
    known, is_repeat = _begun(cursor, key, source)
    if is_repeat:
        return known
    if sent.proof is not SENDING[known.asked.delivery]:
        raise InputError(Fault("DSC-008", column="proof"))
    needs_ref = sent.proof is not Proof.SITE
    ref = folded(sent.ref).strip()
    if needs_ref is not bool(ref) or len(ref) > LONGEST_REF:
        raise InputError(Fault("DSC-009", column="ref"))
    _in_turn(known, State.MADE)
    if known.asked.delivery is Delivery.REGISTERED_ADDRESS:
        _outgoing.posted(cursor, key, source.actor, at)
    elif known.asked.delivery is Delivery.SITE:
        _outgoing.tell(cursor, key, source.actor, at)
    _write(cursor, key, (State.SENT, sent.proof, ref), source, at)
    _end_task(cursor, key, source.actor, at)
    return one(cursor, key)


def refuse(
    cursor: Any, key: DisclosureKey, found: tuple[str, Staff], source: Source, at: datetime
) -> Disclosure:
    """Refuse a request: for what the law names, by a supervisor, and for nothing else [開示の拒否].

    Takes     the ground, and who refuses.
    Raises    RefusedError for every other ground, or for who may not (BOOK-003, DESK-005).
    """
    known, is_repeat = _begun(cursor, key, source)
    if is_repeat:
        return known
    ground, by = found
    refusal = check_refusing(ground, by)
    if refusal is not None:
        raise RefusedError(refusal.fault())
    _in_turn(known, State.RECEIVED, State.CHECKED, State.MADE)
    _write(cursor, key, (State.REFUSED, Proof(ground), ""), source, at)
    _end_task(cursor, key, source.actor, at)
    return one(cursor, key)


def label(cursor: Any, key: DisclosureKey, actor: str, at: datetime) -> Label | None:
    """To whom and where what was made goes by post [宛名]; None without an address.

    The member's address is read by a permit for statutory papers. Whoever else asked gave an
    address of their own and showed a right of their own: no way to the member is used, and the
    gate has nothing to open. Each reading is kept.
    """
    asked = one(cursor, key).asked
    if asked.delivery is Delivery.REGISTERED_ADDRESS:
        return _outgoing.own_label(cursor, key, actor, at)
    if asked.delivery is not Delivery.THEIR_ADDRESS:
        return None
    subject: dict[str, int | str] = {"disclosure": key.disclosure_id, "who": asked.who.value}
    journal.write(cursor, [Happening(key.member_id, "disclosure_addressed", actor, at, subject)])
    return Label(asked.to_name, asked.to_address)


def files(cursor: Any, key: DisclosureKey) -> list[FileKey]:
    """Which files were made, by contract [作成したファイル]."""
    return _outgoing.files(cursor, key)


def content(cursor: Any, key: DisclosureKey, agreement_id: int, form: str) -> bytes:
    """One of them, to the byte [ファイルの内容].

    Raises    NotFoundError if there is none.
    """
    return _outgoing.content(cursor, key, FileKey(agreement_id, form))


NO_REASON = "no_reason"


def check_refusing(ground: str, by: Staff) -> Refusal | None:
    """Whether a request may be refused for this by somebody; pure [拒否の可否].

    That no reason was told is none, nor what the history might be used for.

    Law       貸金業法19条の2 · DESK-005, BOOK-003.
    """
    law = parse_citations("貸金業法19条の2")
    if ground == NO_REASON:
        return Refusal("DESK-005", "DSC-010", law)
    if ground not in {one.value for one in GROUNDS}:
        return Refusal("BOOK-003", "DSC-011", law)
    if Role.SUPERVISOR not in by.roles:
        return Refusal("BOOK-003", "DSC-012", law)
    return None


def withdraw(cursor: Any, key: DisclosureKey, source: Source, at: datetime) -> Disclosure:
    """Whoever asked does not want it any more [請求の取下げ].

    Raises    RefusedError for one that ended.
    """
    known, is_repeat = _begun(cursor, key, source)
    if is_repeat:
        return known
    _in_turn(known, State.RECEIVED, State.CHECKED, State.MADE)
    _write(cursor, key, (State.WITHDRAWN, None, ""), source, at)
    _end_task(cursor, key, source.actor, at)
    return one(cursor, key)


def _begun(cursor: Any, key: DisclosureKey, source: Source) -> tuple[Disclosure, bool]:
    """The request under its lock, and whether the form came before."""
    lock(cursor, key.member_id)
    known = one(cursor, key)
    cursor.execute(
        "SELECT FROM care_disclosure_step WHERE member_id = %s AND source = %s",
        (key.member_id, source.ref),
    )
    return known, cursor.fetchone() is not None


def _in_turn(known: Disclosure, *before: State) -> None:
    if known.state not in before:
        raise RefusedError(Fault("DSC-013"))


def _write(
    cursor: Any,
    key: DisclosureKey,
    step: tuple[State, Proof | None, str],
    source: Source,
    at: datetime,
) -> None:
    state, proof, ref = step
    cursor.execute(
        "INSERT INTO care_disclosure_step (member_id, disclosure_id, step_no, state, proof,"
        " proof_ref, source, actor, at) SELECT %s, %s, count(*) + 1, %s, %s, %s, %s, %s, %s"
        " FROM care_disclosure_step WHERE member_id = %s AND disclosure_id = %s",
        (
            *key, state.value, "" if proof is None else proof.value, ref, source.ref,
            source.actor, at, *key,
        ),
    )  # fmt: skip
    subject: dict[str, int | str] = {"disclosure": key.disclosure_id, "state": state.value}
    journal.write(cursor, [Happening(key.member_id, "disclosure_step", source.actor, at, subject)])


def _end_task(cursor: Any, key: DisclosureKey, actor: str, at: datetime) -> None:
    ending = tasks.Ending(tasks.Outcome.DONE, actor)
    for each in tasks.of_member(cursor, key.member_id):
        if each.plan.facts.get("disclosure") == key.disclosure_id:
            tasks.end(cursor, key.member_id, each.task_id, ending, at)


# ---------------------------------------------------------------------------------------- looking
_ROWS = (
    "SELECT member_id, disclosure_id, kind, who, channel, delivery, to_name, to_address,"
    " received_at, due_on FROM care_disclosure d"
)


def one(cursor: Any, key: DisclosureKey) -> Disclosure:
    """One request with its steps [開示請求の照会].

    Raises    NotFoundError if the member has none of that number.
    """
    cursor.execute(f"{_ROWS} WHERE member_id = %s AND disclosure_id = %s", key)
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("DSC-001"))
    return _with_steps(cursor, row)


def of_member(cursor: Any, member_id: int) -> list[Disclosure]:
    """A member's requests, the newest first [会員の開示請求]."""
    cursor.execute(f"{_ROWS} WHERE member_id = %s ORDER BY disclosure_id DESC", (member_id,))
    return [_with_steps(cursor, row) for row in cursor.fetchall()]


def open_ones(cursor: Any) -> list[Disclosure]:
    """Requests that are under way, the one whose day comes first before the others [未了の請求]."""
    cursor.execute(
        f"{_ROWS} WHERE NOT EXISTS (SELECT FROM care_disclosure_step s"
        " WHERE (s.member_id, s.disclosure_id) = (d.member_id, d.disclosure_id)"
        " AND s.state IN ('sent', 'refused', 'withdrawn'))"
        " ORDER BY due_on, received_at, disclosure_id LIMIT %s",
        (MOST_LISTED,),
    )
    return [_with_steps(cursor, row) for row in cursor.fetchall()]


def _with_steps(cursor: Any, row: tuple[Any, ...]) -> Disclosure:
    key = DisclosureKey(row[0], row[1])
    cursor.execute(
        "SELECT state, proof, proof_ref, actor, at FROM care_disclosure_step"
        " WHERE member_id = %s AND disclosure_id = %s ORDER BY step_no",
        key,
    )
    steps = tuple(
        Step(State(state), Proof(proof) if proof else None, ref, actor, at)
        for state, proof, ref, actor, at in cursor.fetchall()
    )
    asked = Asked(Kind(row[2]), Who(row[3]), Channel(row[4]), Delivery(row[5]), row[6], row[7])
    return Disclosure(key, asked, row[8], row[9], steps)
