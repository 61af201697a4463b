"""Mails on their way: the gate, the address, the letter, and what became of it [メールの送信].

Two steps: what is to be sent is decided and written down; the gate is asked once more, the letter
goes out, and its fate is written down. Killed between them, the job comes again, and the same
letter with the same id goes out: who has it already keeps it once. To another address it is another
letter, with another id, so that what comes back names one address (`bounces`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from motocho.contact import gate
from motocho.contact.gate import Closed, Permit, Wanted
from motocho.contact.guard import Purpose
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans.commands import Key
from motocho.notices import choices, reminders
from motocho.notices.kinds import JOINING, WITH_LINK, Kind
from motocho.notices.messages import SEND
from motocho.notices.wording import (
    Extra,
    Part,
    Written,
    applicant_mail,
    code_mail,
    mail_of,
    text_of,
)
from motocho.outside import queue
from motocho.outside.mail import Letter, Outcome, Post
from motocho.people import invitations, members, requests
from motocho.people.credentials import keeping
from motocho.people.facts import history, values
from motocho.people.requests import RequestKey
from motocho.people.safety import freezes
from motocho.units.errors import Language

LOOK_AGAIN = timedelta(hours=1)
"""When a letter that is still on its way is looked at again."""
MOST_TRIES = 500
"""About four days of tries, six in each hour: what no server took until then is given up."""
FREEZE_PATH = "/freeze/"
RESET_PATH = "/reset/"
APPLY_PATH = "/apply/link/"
OFFER_PATH = "/joining/"
RETURN_PATH = "/apply/return/"
FIRST_PIN_PATH = "/joining/start/"


@dataclass(frozen=True, slots=True)
class Office:
    """How mails leave the house [送信の設定]: who carries them, where the site is, the time."""

    post: Post
    origin: str
    now: Callable[[], datetime]


class MailKey(NamedTuple):
    """A mail of a member [メールの番号]."""

    member_id: int
    mail_id: int


class Fate(NamedTuple):
    """What became of a mail [メールの結果], as the site and the desk may show it."""

    message_id: int
    state: str
    reason: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Ready:
    permit: Permit
    wanted: Wanted
    letter: Letter
    fact_no: int


def send(key: MailKey, office: Office) -> None:
    """Send one mail, or put it off, or note why not [メールの送信]; may come twice.

    Raises    OutsideFailure where the server cannot be asked; the job is tried again.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        ready = _prepare(cursor, key, office)
    if ready is None:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        closed = gate.still(cursor, ready.permit, ready.wanted, office.now())
        if closed is not None:
            _closed(cursor, key, closed, office.now())
            return
        outcome = office.post.send(ready.letter)
        _settle(cursor, key, ready, outcome, office.now())


_MAIL = """
SELECT m.message_id, m.fact_no, n.kind, n.purpose, n.agreement_id, n.facts::text, n.happened_at,
    n.made_at, m.tries
FROM notices_mail m JOIN notices_message n USING (member_id, message_id)
WHERE m.member_id = %s AND m.mail_id = %s AND m.settled_at IS NULL FOR UPDATE OF m
"""


def _prepare(cursor: Any, key: MailKey, office: Office) -> _Ready | None:
    cursor.execute(_MAIL, key)
    row = cursor.fetchone()
    if row is None:
        return None
    message_id, fact_no, name, purpose_name, agreement_id, *told_of = row
    facts_text, happened_at, made_at, tries = told_of
    at, kind = office.now(), Kind(name)
    purpose, loan = Purpose(purpose_name), Key(key.member_id, agreement_id)
    facts = reminders.facts_now(cursor, purpose, loan, json.loads(facts_text), at)
    if facts is None:
        _end(cursor, key, ("moot", ""), at)
        return None
    if tries >= MOST_TRIES:
        _end(cursor, key, ("refused", "not_taken"), at)
        return None
    wanted = Wanted(purpose, f"message {message_id}", "worker", is_one_letter=True)
    answer = gate.ask(cursor, key.member_id, wanted, at)
    if isinstance(answer, Closed):
        _closed(cursor, key, answer, at)
        return None
    told = _address(cursor, answer, fact_no, at)
    if told is None or not isinstance(told.value, values.Email):
        _end(cursor, key, ("no_address", ""), at)
        return None
    if bounced_at(cursor, key.member_id, told.fact_no) is not None:
        _end(cursor, key, ("bounced", "known"), at)
        return None
    chosen = choices.of(cursor, key.member_id)
    text = text_of(kind, facts, happened_at, chosen.language)
    letter_id = _addressed(cursor, key, told.fact_no, at)
    extra = _extra(cursor, (key.member_id, letter_id), (kind, facts), office)
    if extra is None:
        _end(cursor, key, ("moot", ""), at)
        return None
    written = mail_of(kind, text, chosen, extra)
    letter = _letter(letter_id, told.value.address, written, made_at)
    return _Ready(answer, wanted, letter, told.fact_no)


def _addressed(cursor: Any, key: MailKey, fact_no: int, at: datetime) -> str:
    """Write down that a letter goes out, and to which address; gives the letter's id."""
    cursor.execute(
        "UPDATE notices_mail SET state = 'sending', look_at = %s, tries = tries + 1, sent_to = %s,"
        " letter_id = CASE WHEN coalesce(sent_to, %s) = %s THEN letter_id"
        " ELSE gen_random_uuid() END WHERE member_id = %s AND mail_id = %s"
        " RETURNING letter_id::text",
        (at + LOOK_AGAIN, fact_no, fact_no, fact_no, *key),
    )
    return str(cursor.fetchone()[0])


def _closed(cursor: Any, key: MailKey, answer: Closed, at: datetime) -> None:
    rules = " ".join(one.refusal.rule_id for one in answer.hindrances)
    if answer.allowed_at is None:
        _end(cursor, key, ("refused", rules), at)
        return
    cursor.execute(
        "UPDATE notices_mail SET state = 'later', look_at = %s, reason = %s"
        " WHERE member_id = %s AND mail_id = %s",
        (answer.allowed_at, rules, *key),
    )


def _address(cursor: Any, permit: Permit, fact_no: int, at: datetime) -> history.Whole | None:
    if fact_no:
        return gate.earlier_email(cursor, permit, fact_no, at)
    return gate.email(cursor, permit, at)


def _extra(
    cursor: Any, of: tuple[int, str], about: tuple[Kind, Mapping[str, int | str]], office: Office
) -> Extra | None:
    """What stands in a member's letter alone; None where it would have nothing to say."""
    (member_id, letter_id), (kind, facts) = of, about
    at = office.now()
    if kind is Kind.PIN_LINK:
        request = RequestKey(member_id, int(facts["request_id"]))
        token = requests.reset_link(cursor, request, letter_id, at)
        return Extra(secret=f"{office.origin}{RESET_PATH}{token}") if token else None
    if kind in JOINING:
        return _joining(cursor, of, about, office)
    if kind is Kind.APPLICATION_REFUSED and not facts.get("agreement"):
        return Extra(secret=f"{office.origin}{RETURN_PATH}")
    if kind is Kind.MEMBER_NUMBER:
        return Extra(secret=members.numbers_of(cursor, [member_id])[member_id])
    if kind in WITH_LINK:
        link = freezes.link(cursor, member_id, at)
        return Extra(freeze_link=f"{office.origin}{FREEZE_PATH}{link}")
    return Extra()


def _joining(
    cursor: Any, of: tuple[int, str], about: tuple[Kind, Mapping[str, int | str]], office: Office
) -> Extra | None:
    """The link of who has no PIN yet; whoever has one signs in as always, and needs none."""
    (member_id, letter_id), (kind, facts) = of, about
    purpose, path = _LEADS_TO[kind]
    if purpose is invitations.Purpose.FIRST_PIN and keeping.stored(cursor, member_id) is not None:
        return Extra() if kind is Kind.CONTRACT_MADE else None
    whose = invitations.Whose(member_id, purpose, int(facts["application"]))
    token = invitations.of_letter(cursor, whose, letter_id, office.now())
    return Extra(secret=f"{office.origin}{path}{token}")


_LEADS_TO = {
    Kind.OFFER_READY: (invitations.Purpose.OFFER, OFFER_PATH),
    Kind.CONTRACT_MADE: (invitations.Purpose.FIRST_PIN, FIRST_PIN_PATH),
    Kind.FIRST_PIN: (invitations.Purpose.FIRST_PIN, FIRST_PIN_PATH),
}


def _letter(letter_id: str, address: str, written: Written, at: datetime) -> Letter:
    return Letter(letter_id, address, written.subject, written.text, written.html, at)


def _settle(cursor: Any, key: MailKey, ready: _Ready, outcome: Outcome, at: datetime) -> None:
    if outcome is Outcome.BOUNCED:
        note_bounce(cursor, key.member_id, ready.fact_no, at)
    _end(cursor, key, ("bounced" if outcome is Outcome.BOUNCED else "sent", ""), at)


def _end(cursor: Any, key: MailKey, end: tuple[str, str], at: datetime) -> None:
    cursor.execute(
        "UPDATE notices_mail SET state = %s, reason = %s, look_at = NULL, settled_at = %s"
        " WHERE member_id = %s AND mail_id = %s AND settled_at IS NULL",
        (*end, at, *key),
    )


# --------------------------------------------------------------------------------- what was put off
def look_again(cursor: Any, at: datetime, most: int = 1_000) -> int:
    """Give mails that were put off, or got stuck, to the worker again [送信の再開]; how many."""
    cursor.execute(
        "SELECT member_id, mail_id FROM notices_mail WHERE look_at <= %s ORDER BY look_at LIMIT %s"
        " FOR UPDATE SKIP LOCKED",
        (at, most),
    )
    keys = cursor.fetchall()
    for member_id, mail_id in keys:
        cursor.execute(
            "UPDATE notices_mail SET state = 'sending', look_at = %s"
            " WHERE member_id = %s AND mail_id = %s",
            (at + LOOK_AGAIN, member_id, mail_id),
        )
        queue.enqueue(SEND, member_id=member_id, mail_id=mail_id)
    return len(keys)


def fates(cursor: Any, member_id: int, message_id: int) -> list[Fate]:
    """What became of the mails of a message [送信の状況]; what came back is not `sent`."""
    cursor.execute(
        "SELECT m.message_id, CASE WHEN r.noted_at IS NULL THEN m.state ELSE 'bounced' END,"
        " m.reason, coalesce(r.noted_at, m.settled_at)"
        " FROM notices_mail m LEFT JOIN notices_return r USING (member_id, mail_id)"
        " WHERE m.member_id = %s AND m.message_id = %s ORDER BY m.mail_id",
        (member_id, message_id),
    )
    return [Fate(*row) for row in cursor.fetchall()]


class Sent(NamedTuple):
    """A mail that left for a member [送ったメール]: what about, when, and whether it came back."""

    kind: Kind
    state: str
    """`sent` or `bounced`."""
    at: datetime


def sent(cursor: Any, member_id: int, most: int = 100) -> list[Sent]:
    """The latest mails that left for a member, the newest first [送信済みのメール]."""
    cursor.execute(
        "SELECT n.kind, CASE WHEN r.noted_at IS NULL THEN m.state ELSE 'bounced' END, m.settled_at"
        " FROM notices_mail m JOIN notices_message n USING (member_id, message_id)"
        " LEFT JOIN notices_return r USING (member_id, mail_id)"
        " WHERE m.member_id = %s AND m.state IN ('sent', 'bounced')"
        " ORDER BY m.settled_at DESC, m.mail_id DESC LIMIT %s",
        (member_id, most),
    )
    return [Sent(Kind(kind), state, at) for kind, state, at in cursor.fetchall()]


# ------------------------------------------------------------------------------------------ bounces
def note_bounce(cursor: Any, member_id: int, fact_no: int, at: datetime) -> None:
    """Mark an address at which nobody is [不達の記録]; nothing is sent to it any more."""
    cursor.execute(
        "INSERT INTO notices_bounce (member_id, fact_no, bounced_at) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (member_id, fact_no, at),
    )
    if cursor.rowcount:
        subject = {"fact_no": fact_no}
        journal.write(cursor, [Happening(member_id, "mail_bounced", "worker", at, subject)])


def bounced_at(cursor: Any, member_id: int, fact_no: int) -> datetime | None:
    """Since when an address, by its fact, is known to reach nobody [不達の有無]; or None."""
    cursor.execute(
        "SELECT bounced_at FROM notices_bounce WHERE member_id = %s AND fact_no = %s",
        (member_id, fact_no),
    )
    row = cursor.fetchone()
    since: datetime | None = None if row is None else row[0]
    return since


# -------------------------------------------------------------------------------------------- codes
class SentCode(NamedTuple):
    """What became of a letter with a code, and to which address fact it went [確認番号の結果]."""

    outcome: Outcome
    fact_no: int


def send_code(member_id: int, code_id: int, code: str, office: Office) -> SentCode | None:
    """Send a one-time code now, while somebody waits for it [確認番号の送信] · AUTH-007.

    The code stands nowhere, so it cannot wait in the queue. None without an address.
    Raises    OutsideFailure where the server cannot be asked; the page says so.
    """
    at = office.now()
    with transaction.atomic(), connection.cursor() as cursor:
        wanted = Wanted(Purpose.SECURITY, f"code {code_id}", "member")
        permit = gate.ask(cursor, member_id, wanted, at)
        told = gate.email(cursor, permit, at) if isinstance(permit, Permit) else None
        chosen = choices.of(cursor, member_id)
    if told is None or not isinstance(told.value, values.Email):
        return None
    written = code_mail(code, chosen)
    letter = _letter(f"code-{member_id}-{code_id}", told.value.address, written, at)
    return SentCode(office.post.send(letter), told.fact_no)


class ToApplicant(NamedTuple):
    """A letter to somebody who applies, and is no member yet [申込者へのメール]."""

    letter_id: str
    address: str
    language: Language


def send_to_applicant(
    to: ToApplicant, said: tuple[Part, str], times: Mapping[str, int], office: Office
) -> Outcome:
    """Send what somebody asked for just now to the address that they typed [申込者への送信].

    Takes     a code, or the token of a link; for how many `minutes` and `hours` it works.
    Why       there is no member yet whom a gate could guard: nothing goes out but on the asking.
    Raises    OutsideFailure where the server cannot be asked.
    """
    part, secret = said
    told = f"{office.origin}{APPLY_PATH}{secret}/" if part is Part.LINK else secret
    written = applicant_mail(part, told, times, to.language)
    return office.post.send(_letter(to.letter_id, to.address, written, office.now()))
