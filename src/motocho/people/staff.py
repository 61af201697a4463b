"""Staff: who joined and left, in which roles, and how they sign in [従業者].

A password and a code of an authenticator (RFC 6238), or a passkey. Who lost the means gets new ones
when two supervisors, neither of them the one concerned, agree.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

import pyotp

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.ledger.chart import HOUSE
from motocho.people.access import (
    FIRST_GIVER,
    Duty,
    Role,
    Staff,
    check_managed,
    check_manager,
    give_role,
)
from motocho.people.credentials import hashing, passkeys
from motocho.people.credentials.hashing import Cost, Match, Sealed, Stored
from motocho.people.credentials.passkeys import Passkey, Site
from motocho.people.safety.devices import TOKEN_BYTES, token_hash
from motocho.units.errors import Fault, NotFoundError, StateConflict
from motocho.units.text import folded

MOST_MISSES = 5
LOCKED_FOR = timedelta(minutes=15)
TOKEN_LIVES = timedelta(hours=24)
CHALLENGE_LIVES = timedelta(minutes=5)
LONGEST_IDLE = timedelta(minutes=15)
LONGEST_SHIFT = timedelta(hours=10)
"""How long one sign-in lasts, whatever is done with it."""
STEP_SECONDS = 30
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
ISSUER = "Motocho"


# ----------------------------------------------------------------------------- joiners and leavers
@dataclass(frozen=True, slots=True)
class Account:
    """Somebody of the staff [従業者]."""

    staff_id: int
    login_name: str
    name: str
    joined_on: date
    left_on: date | None


@dataclass(frozen=True, slots=True)
class Joiner:
    """Who joins, from which day, in which roles [入社]."""

    login_name: str
    name: str
    joined_on: date
    roles: frozenset[Role]
    own_member_id: int | None = None
    """Who is a member too: what is the colleague's own is shut to the colleague [本人の会員]."""


def join(cursor: Any, joiner: Joiner, by: Staff | None, at: datetime) -> tuple[Account, str]:
    """A new colleague, with the token of the first sign-in [入社]; `by` is None for the very first.

    Raises    NotAllowedError for who may not manage the staff; StateConflict for a first colleague
              where there is one, or a login name that is taken.
    """
    cursor.execute("SELECT count(*) FROM people_staff")
    if by is None and cursor.fetchone()[0]:
        raise StateConflict(Fault("PPL-090"))
    check_manager(by)
    cursor.execute(
        "INSERT INTO people_staff (login_name, name, joined_on, own_member_id)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT (login_name) DO NOTHING RETURNING staff_id",
        (joiner.login_name, joiner.name, joiner.joined_on, joiner.own_member_id),
    )
    row = cursor.fetchone()
    if row is None:
        raise StateConflict(Fault("PPL-091", excerpt=joiner.login_name))
    staff_id = int(row[0])
    giver = by.actor if by else FIRST_GIVER
    for role in sorted(joiner.roles, key=lambda role: role.value):
        give_role(cursor, Duty(staff_id, role), joiner.joined_on, by, at)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    cursor.execute(
        "INSERT INTO people_staff_enrolment (staff_id, kind, asked_by, asked_at, token_hash,"
        " expires_at) VALUES (%s, 'joiner', %s, %s, %s, %s)",
        (staff_id, by.staff_id if by else None, at, token_hash(token), at + TOKEN_LIVES),
    )
    _tell(cursor, "staff_joined", staff_id, giver, at)
    return Account(staff_id, joiner.login_name, joiner.name, joiner.joined_on, None), token


def leave(cursor: Any, staff_id: int, left_on: date, by: Staff, at: datetime) -> None:
    """A colleague leaves: after that day nothing opens any more [退社].

    Raises    NotAllowedError for who may not manage the staff; StateConflict for one who left, or
              whose last day is set, and where nobody would manage the staff any more.
    """
    check_manager(by)
    cursor.execute(
        "UPDATE people_staff SET left_on = %s WHERE staff_id = %s AND left_on IS NULL",
        (left_on, staff_id),
    )
    if cursor.rowcount == 0:
        last_on = account(cursor, staff_id).left_on
        raise StateConflict(Fault("PPL-100", details={"last_on": str(last_on)}))
    check_managed(cursor, staff_id)
    _tell(cursor, "staff_left", staff_id, by.actor, at)


def active(cursor: Any, staff_id: int, on: date, purpose: str = "") -> Staff | None:
    """Somebody of the staff with the roles of a day, None before joining and after leaving [在籍].

    Asked on every page: whoever left is out at once.
    """
    cursor.execute(
        "SELECT array_agg(r.role) FROM people_staff s LEFT JOIN people_staff_role r"
        " ON r.staff_id = s.staff_id AND r.from_on <= %(on)s"
        " AND (r.until_on IS NULL OR r.until_on >= %(on)s)"
        " WHERE s.staff_id = %(staff)s AND s.joined_on <= %(on)s"
        " AND (s.left_on IS NULL OR s.left_on >= %(on)s) GROUP BY s.staff_id",
        {"staff": staff_id, "on": on},
    )
    row = cursor.fetchone()
    if row is None:
        return None
    return Staff(staff_id, frozenset(Role(name) for name in row[0] if name), purpose)


class Seat(NamedTuple):
    """One sign-in of somebody of the staff [従業者のセッション]."""

    staff_id: int
    session_id: int


def begin(cursor: Any, staff_id: int, at: datetime) -> Seat:
    """A sign-in that goes on from here [セッションの開始]."""
    cursor.execute(
        "INSERT INTO people_staff_session (staff_id, began_at, last_used_at) VALUES (%s, %s, %s)"
        " RETURNING session_id",
        (staff_id, at, at),
    )
    return Seat(staff_id, int(cursor.fetchone()[0]))


def still(cursor: Any, seat: Seat, at: datetime) -> Staff | None:
    """Somebody who signed in, if that sign-in still counts [セッションの継続].

    None after some idle minutes, after the longest shift, after the last day, and once new means
    were set: the old ones may be somebody else's.
    """
    cursor.execute(
        "UPDATE people_staff_session s SET last_used_at = greatest(last_used_at, %(at)s)"
        " WHERE staff_id = %(staff)s AND session_id = %(session)s AND ended_at IS NULL"
        " AND last_used_at > %(idle)s AND began_at > %(shift)s AND NOT EXISTS"
        " (SELECT FROM people_staff_secret c WHERE c.staff_id = s.staff_id AND set_at > began_at)",
        {
            "at": at,
            "staff": seat.staff_id,
            "session": seat.session_id,
            "idle": at - LONGEST_IDLE,
            "shift": at - LONGEST_SHIFT,
        },
    )
    return active(cursor, seat.staff_id, at.date()) if cursor.rowcount else None


def end(cursor: Any, seat: Seat, at: datetime) -> None:
    """Sign out [セッションの終了]; once ended, it stays so."""
    cursor.execute(
        "UPDATE people_staff_session SET ended_at = %s"
        " WHERE staff_id = %s AND session_id = %s AND ended_at IS NULL",
        (at, *seat),
    )


def account(cursor: Any, staff_id: int) -> Account:
    """One of the staff [従業者の参照].

    Raises    NotFoundError if there is none.
    """
    found = [one for one in accounts(cursor) if one.staff_id == staff_id]
    if not found:
        raise NotFoundError(Fault("PPL-096"))
    return found[0]


def accounts(cursor: Any) -> list[Account]:
    """Everybody who ever joined [従業者の一覧]."""
    cursor.execute(
        "SELECT staff_id, login_name, name, joined_on, left_on FROM people_staff ORDER BY staff_id"
    )
    return [Account(*row) for row in cursor.fetchall()]


def kept_keys(cursor: Any, staff_id: int) -> dict[str, str]:
    """The keys of the desk that somebody changed, by their usual sign [キーの設定]; "" is off."""
    cursor.execute("SELECT desk_keys::text FROM people_staff WHERE staff_id = %s", (staff_id,))
    found = cursor.fetchone()
    return {} if found is None else dict(json.loads(found[0]))


def keep_keys(cursor: Any, staff_id: int, keys: Mapping[str, str]) -> None:
    """Keep them: they are the person's at every seat, as a reader of pages needs them [保存]."""
    cursor.execute(
        "UPDATE people_staff SET desk_keys = %s WHERE staff_id = %s", (json.dumps(keys), staff_id)
    )


def _tell(cursor: Any, kind: str, staff_id: int, actor: str, at: datetime) -> None:
    journal.write(cursor, [Happening(HOUSE, kind, actor, at, {"staff_id": staff_id})])


# --------------------------------------------------------------------------------------- enrolment
@dataclass(frozen=True, slots=True)
class Enrolled:
    """The means to sign in are set [登録済み]; the address is for an authenticator, shown once."""

    staff_id: int
    otpauth: str = field(repr=False)


def enrol(cursor: Any, token: str, password: str, at: datetime) -> Enrolled | Refusal:
    """Set a password and get a seed for codes, by a token of `join` or `agree` [認証手段の登録]."""
    cursor.execute(
        "SELECT e.enrolment_id, s.staff_id, s.login_name FROM people_staff_enrolment e"
        " JOIN people_staff s USING (staff_id) WHERE e.token_hash = %s AND e.used_at IS NULL"
        " AND e.expires_at > %s FOR UPDATE OF e",
        (token_hash(token), at),
    )
    row = cursor.fetchone()
    if row is None:
        return Refusal("AUTH-007", "PPL-092", ())
    enrolment_id, staff_id, login_name = row
    refusal = check_password(password, login_name)
    if refusal is not None:
        return refusal
    seed = pyotp.random_base32()
    made = hashing.make(Cost.PASSWORD, _owner(staff_id), _password(password))
    sealed = hashing.seal("totp", _owner(staff_id), seed)
    cursor.execute(
        "INSERT INTO people_staff_secret"
        " (staff_id, secret, pepper_id, seed, seed_pepper_id, set_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (staff_id) DO UPDATE SET"
        " secret = EXCLUDED.secret, pepper_id = EXCLUDED.pepper_id, seed = EXCLUDED.seed,"
        " seed_pepper_id = EXCLUDED.seed_pepper_id, last_step = 0, set_at = EXCLUDED.set_at",
        (staff_id, made.secret, made.pepper_id, sealed.data, sealed.pepper_id, at),
    )
    cursor.execute(
        "UPDATE people_staff_enrolment SET used_at = %s WHERE enrolment_id = %s", (at, enrolment_id)
    )
    cursor.execute(
        "UPDATE people_staff_passkey SET ended_at = %s WHERE staff_id = %s AND ended_at IS NULL",
        (at, staff_id),
    )
    cursor.execute("UPDATE people_staff_count SET misses = 0, locked_until = NULL"
                   " WHERE login_name = %s", (login_name,))  # fmt: skip
    _tell(cursor, "staff_enrolled", staff_id, f"staff {staff_id}", at)
    uri = pyotp.TOTP(seed, interval=STEP_SECONDS).provisioning_uri(
        name=login_name, issuer_name=ISSUER
    )
    return Enrolled(staff_id, uri)


def check_password(password: str, login_name: str) -> Refusal | None:
    """Long enough, of several signs, and not the login name [パスワードの可否]."""
    plain = _password(password)
    is_long = SHORTEST_PASSWORD <= len(plain) <= LONGEST_PASSWORD
    if is_long and len(set(plain)) > 5 and login_name not in plain.casefold():
        return None
    return Refusal("AUTH-007", "PPL-093", (), {"shortest": str(SHORTEST_PASSWORD)})


_WAITS_FOR_A_SECOND = (
    "kind = 'recovery' AND used_at IS NULL AND agreed_by IS NULL AND asked_at > %s"
)


def ask_recovery(cursor: Any, staff_id: int, by: Staff, at: datetime) -> Refusal | None:
    """A supervisor asks for new means for a colleague [再登録の申請]; one request at a time.

    What nobody agreed to within a day is over. A link that was given out and not used is over once
    another is asked for: it is shown once, and may be lost.
    """
    refusal = _check_supervisor(by, staff_id)
    if refusal is not None:
        return refusal
    cursor.execute(
        "UPDATE people_staff_enrolment SET used_at = %s WHERE staff_id = %s AND used_at IS NULL"
        " AND (token_hash IS NOT NULL OR asked_at <= %s)",
        (at, staff_id, at - TOKEN_LIVES),
    )
    cursor.execute(
        "INSERT INTO people_staff_enrolment (staff_id, kind, asked_by, asked_at)"
        " VALUES (%s, 'recovery', %s, %s) ON CONFLICT (staff_id) WHERE used_at IS NULL DO NOTHING",
        (staff_id, by.staff_id, at),
    )
    if cursor.rowcount:
        _tell(cursor, "staff_recovery_asked", staff_id, by.actor, at)
    return None


def agree(cursor: Any, staff_id: int, by: Staff, at: datetime) -> str | Refusal:
    """A second supervisor agrees: the token, by which new means are set [再登録の承認].

    The means there were count until it is used: `enrol` ends them.

    Raises    NotFoundError if nobody asked within a day.
    """
    refusal = _check_supervisor(by, staff_id)
    if refusal is not None:
        return refusal
    cursor.execute(
        "SELECT enrolment_id, asked_by FROM people_staff_enrolment WHERE staff_id = %s"  # noqa: S608
        f" AND {_WAITS_FOR_A_SECOND} FOR UPDATE",
        (staff_id, at - TOKEN_LIVES),
    )
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("PPL-094"))
    if row[1] == by.staff_id:
        return Refusal("AUTH-007", "PPL-070", ())
    token = secrets.token_urlsafe(TOKEN_BYTES)
    cursor.execute(
        "UPDATE people_staff_enrolment SET agreed_by = %s, agreed_at = %s, token_hash = %s,"
        " expires_at = %s WHERE enrolment_id = %s",
        (by.staff_id, at, token_hash(token), at + TOKEN_LIVES, row[0]),
    )
    _tell(cursor, "staff_recovery_agreed", staff_id, by.actor, at)
    return token


def _check_supervisor(by: Staff, staff_id: int) -> Refusal | None:
    if Role.SUPERVISOR in by.roles and by.staff_id != staff_id:
        return None
    return Refusal("AUTH-007", "PPL-095", ())


def recoveries(cursor: Any, at: datetime) -> dict[int, int]:
    """Who waits for new means, and which supervisor asked for them [再登録の申請一覧]."""
    cursor.execute(
        f"SELECT staff_id, asked_by FROM people_staff_enrolment WHERE {_WAITS_FOR_A_SECOND}",  # noqa: S608
        (at - TOKEN_LIVES,),
    )
    return dict(cursor.fetchall())


# ------------------------------------------------------------------------------------------ sign-in
@dataclass(frozen=True, slots=True)
class Entered:
    """Signed in [サインイン成功]."""

    staff_id: int


@dataclass(frozen=True, slots=True)
class Missed:
    """Name, password or code was not right; which one is not said [サインイン失敗]."""


@dataclass(frozen=True, slots=True)
class Locked:
    """No more tries for a while [ロック]."""

    until: datetime


Outcome: TypeAlias = Entered | Missed | Locked


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed [入力]."""

    login_name: str
    password: str = field(repr=False)
    code: str = field(repr=False)


def enter(cursor: Any, typed: Typed, at: datetime) -> Outcome:
    """Sign in with password and code [サインイン]: in a transaction of its own, which commits.

    Names that nobody has count and lock as others do; a code counts once.

    Lock      the count of the login name, until the transaction ends.
    """
    named = folded(typed.login_name).casefold()[:40]
    login_name = "".join(sign for sign in named if sign.isprintable())
    misses, locked_until = _locked_count(cursor, login_name)
    cursor.execute(
        "SELECT s.staff_id, c.secret, c.pepper_id, c.seed, c.seed_pepper_id, c.last_step"
        " FROM people_staff s JOIN people_staff_secret c USING (staff_id) WHERE s.login_name = %s",
        (login_name,),
    )
    row = cursor.fetchone()
    staff_id = 0 if row is None else int(row[0])
    stored = None if row is None else Stored(row[1], row[2])
    found = hashing.match(Cost.PASSWORD, _owner(staff_id), _password(typed.password), stored)
    if locked_until is not None and locked_until > at:
        return Locked(locked_until)
    step = None if row is None else _step(typed.code, row, at)
    is_here = row is not None and active(cursor, staff_id, at.date()) is not None
    if found is Match.WRONG or step is None or not is_here:
        return _missed(cursor, login_name, misses, at)
    cursor.execute(
        "UPDATE people_staff_secret SET last_step = %s WHERE staff_id = %s", (step, staff_id)
    )
    if found is Match.OUTDATED:
        _renew(cursor, staff_id, typed.password, Sealed(bytes(row[3]), row[4]))
    _count(cursor, login_name, 0, None)
    _tell(cursor, "staff_entered", staff_id, f"staff {staff_id}", at)
    return Entered(staff_id)


def _renew(cursor: Any, staff_id: int, password: str, seed: Sealed) -> None:
    """Hash and seal anew what was just found right: new pepper, new costs."""
    owner = _owner(staff_id)
    made = hashing.make(Cost.PASSWORD, owner, _password(password))
    sealed = hashing.seal("totp", owner, hashing.unseal("totp", owner, seed))
    cursor.execute(
        "UPDATE people_staff_secret SET secret = %s, pepper_id = %s, seed = %s,"
        " seed_pepper_id = %s WHERE staff_id = %s",
        (made.secret, made.pepper_id, sealed.data, sealed.pepper_id, staff_id),
    )


def _step(code: str, row: tuple[Any, ...], at: datetime) -> int | None:
    """The step of time whose code was typed, later than the last one that was used."""
    staff_id, _, _, seed, pepper_id, last_step = row
    opened = hashing.unseal("totp", _owner(staff_id), Sealed(bytes(seed), pepper_id))
    totp = pyotp.TOTP(opened, interval=STEP_SECONDS)
    now = int(at.timestamp()) // STEP_SECONDS
    typed = folded(code).replace(" ", "")
    good = [
        step
        for step in (now - 1, now, now + 1)
        if secrets.compare_digest(totp.generate_otp(step).encode(), typed.encode())
    ]
    return next((step for step in good if step > last_step), None)


def _locked_count(cursor: Any, login_name: str) -> tuple[int, datetime | None]:
    cursor.execute(
        "INSERT INTO people_staff_count AS c (login_name) VALUES (%s) ON CONFLICT (login_name)"
        " DO UPDATE SET misses = c.misses RETURNING misses, locked_until",
        (login_name,),
    )
    misses, locked_until = cursor.fetchone()
    return int(misses), locked_until


def _missed(cursor: Any, login_name: str, misses: int, at: datetime) -> Outcome:
    if misses + 1 < MOST_MISSES:
        _count(cursor, login_name, misses + 1, None)
        return Missed()
    _count(cursor, login_name, 0, at + LOCKED_FOR)
    journal.write(cursor, [Happening(HOUSE, "staff_locked", "system", at)])
    return Locked(at + LOCKED_FOR)


def _count(cursor: Any, login_name: str, misses: int, locked_until: datetime | None) -> None:
    cursor.execute(
        "UPDATE people_staff_count SET misses = %s, locked_until = %s WHERE login_name = %s",
        (misses, locked_until, login_name),
    )


def _owner(staff_id: int) -> str:
    return f"staff {staff_id}"


def _password(text: str) -> str:
    """A password in one width, so that the same keys give the same password on any keyboard."""
    return folded(text[: 4 * LONGEST_PASSWORD])


# ----------------------------------------------------------------------------------------- passkeys
def ask_passkey(site: Site, account: Account, at: datetime) -> str:
    """What the browser of somebody signed in is asked for a new key [パスキー登録の要求]."""
    challenge = _challenge("register", account.staff_id, at)
    owner = _owner(account.staff_id)
    return passkeys.registration_options(site, owner, account.login_name, challenge)


def add_passkey(cursor: Any, site: Site, staff_id: int, answer: str, at: datetime) -> bool:
    """Keep the key that the browser made [パスキーの登録]; False if the answer is not right."""
    challenge = passkeys.challenge(answer)
    if challenge is None or not _is_ours(challenge, "register", staff_id, at):
        return False
    key = passkeys.registered(site, challenge, answer)
    if key is None or not _use_up(cursor, challenge, staff_id, at):
        return False
    cursor.execute(
        "INSERT INTO people_staff_passkey (credential_id, staff_id, public_key, sign_count,"
        " name, registered_at) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (key.credential_id, staff_id, key.public_key, key.sign_count, "passkey", at),
    )
    if not cursor.rowcount:
        return False
    _tell(cursor, "staff_passkey_added", staff_id, _owner(staff_id), at)
    return True


def ask_entry(cursor: Any, site: Site, login_name: str, at: datetime) -> str:
    """What a browser is asked to sign in with a key [パスキー認証の要求].

    Why       a name that nobody has gives options without keys, as one without keys does.
    """
    cursor.execute(
        "SELECT s.staff_id, k.credential_id FROM people_staff s LEFT JOIN people_staff_passkey k"
        " ON k.staff_id = s.staff_id AND k.ended_at IS NULL WHERE s.login_name = %s",
        (login_name,),
    )
    rows = cursor.fetchall()
    keys = [bytes(credential_id) for _, credential_id in rows if credential_id is not None]
    staff_id = int(rows[0][0]) if rows else 0
    return passkeys.entry_options(site, keys, _challenge("enter", staff_id, at))


def enter_by_passkey(cursor: Any, site: Site, answer: str, at: datetime) -> Entered | Missed:
    """Sign in with a key, which is password and second factor in one [パスキー認証].

    Why       misses lock nothing: nobody guesses a signature, and a lock would let whoever knows
              the name of a key shut out its owner.
    """
    named = passkeys.credential_id(answer)
    cursor.execute(
        "SELECT staff_id, public_key, sign_count FROM people_staff_passkey"
        " WHERE credential_id = %s AND ended_at IS NULL FOR UPDATE",
        (named,),
    )
    row = cursor.fetchone()
    if row is None or named is None or active(cursor, int(row[0]), at.date()) is None:
        return Missed()
    staff_id, key = int(row[0]), Passkey(named, bytes(row[1]), int(row[2]))
    challenge = passkeys.challenge(answer)
    if challenge is None or not _is_ours(challenge, "enter", staff_id, at):
        return Missed()
    count = passkeys.signed(site, key, challenge, answer)
    if count is None or not _use_up(cursor, challenge, staff_id, at):
        return Missed()
    cursor.execute(
        "UPDATE people_staff_passkey SET sign_count = %s WHERE credential_id = %s", (count, named)
    )
    _tell(cursor, "staff_entered", staff_id, _owner(staff_id), at)
    return Entered(staff_id)


_MOMENT_BYTES, _RANDOM_BYTES = 8, 16


def _challenge(purpose: str, staff_id: int, at: datetime) -> bytes:
    """A challenge that says itself, under our mark, whose it is and until when.

    Why       whoever knows a login name may ask for one: what is kept for nobody fills no table,
              and nobody else's can be used up.
    """
    until = int((at + CHALLENGE_LIVES).timestamp()).to_bytes(_MOMENT_BYTES)
    said = until + secrets.token_bytes(_RANDOM_BYTES)
    return said + hashing.mark("challenge", purpose, _owner(staff_id), said.hex())


def _is_ours(challenge: bytes, purpose: str, staff_id: int, at: datetime) -> bool:
    length = _MOMENT_BYTES + _RANDOM_BYTES
    said, marked = challenge[:length], challenge[length:]
    wanted = hashing.mark("challenge", purpose, _owner(staff_id), said.hex())
    until = int.from_bytes(said[:_MOMENT_BYTES])
    return secrets.compare_digest(marked, wanted) and until > at.timestamp()


def _use_up(cursor: Any, challenge: bytes, staff_id: int, at: datetime) -> bool:
    """Whether a challenge that was answered rightly is answered for the first time."""
    cursor.execute("DELETE FROM people_staff_challenge WHERE expires_at <= %s", (at,))
    cursor.execute(
        "INSERT INTO people_staff_challenge (challenge, staff_id, expires_at)"
        " VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (challenge, staff_id, at + CHALLENGE_LIVES),
    )
    return bool(cursor.rowcount)
