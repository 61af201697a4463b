"""Passkeys of members: in place of a code by e-mail, where one is registered [会員のパスキー].

A key is added after a code for `PASSKEY`, and answers what a code would: one purpose, one thing,
five minutes, once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import webauthn

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.people.credentials import passkeys
from motocho.people.credentials.passkeys import Passkey, Site
from motocho.people.safety import codes
from motocho.people.safety.codes import Answer, CodeKey, Issue, Over, Purpose, Road, TooMany
from motocho.people.safety.devices import TOKEN_BYTES
from motocho.units.errors import clipped

REGISTRATION = "registration"
MOST = 5


@dataclass(frozen=True, slots=True)
class Question:
    """What a browser is asked, and the code that its answer is to [認証の要求]."""

    code_id: int
    options: str


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that a browser made, and what the member calls it [新しいパスキー]."""

    code_id: int
    answer: str
    name: str


def keys(cursor: Any, member_id: int) -> list[tuple[bytes, str]]:
    """The keys of a member with their names [パスキーの一覧]."""
    cursor.execute(
        "SELECT credential_id, name FROM people_passkey"
        " WHERE member_id = %s AND ended_at IS NULL ORDER BY registered_at",
        (member_id,),
    )
    return [(bytes(credential_id), name) for credential_id, name in cursor.fetchall()]


def ask_new(
    cursor: Any, site: Site, member_id: int, bound_to: str, at: datetime
) -> Question | Refusal | TooMany:
    """What a browser is asked for a new key [登録の要求]; uses up a code for `PASSKEY`."""
    refusal = codes.spend(cursor, member_id, Purpose.PASSKEY, bound_to, at)
    if refusal is not None:
        return refusal
    challenge = secrets.token_bytes(TOKEN_BYTES)
    wanted = Issue(Purpose.PASSKEY, REGISTRATION, Road.PASSKEY, _text(challenge))
    issued = codes.issue(cursor, member_id, wanted, at)
    if isinstance(issued, TooMany):
        return issued
    owner = f"member {member_id}"
    return Question(issued, passkeys.registration_options(site, owner, owner, challenge))


def add(cursor: Any, site: Site, member_id: int, made: NewKey, at: datetime) -> bool:
    """Keep the key that the browser made [パスキーの登録].

    False if the answer is not right, or the key was registered before.
    """
    challenge = passkeys.challenge(made.answer)
    if challenge is None or len(keys(cursor, member_id)) >= MOST:
        return False
    asked = CodeKey(member_id, made.code_id)
    answered = codes.answer(cursor, asked, Road.PASSKEY, _text(challenge), at)
    key = passkeys.registered(site, challenge, made.answer)
    if not isinstance(answered, codes.Confirmed) or key is None:
        return False
    if codes.spend(cursor, member_id, Purpose.PASSKEY, REGISTRATION, at) is not None:
        return False
    cursor.execute(
        "INSERT INTO people_passkey (member_id, credential_id, public_key, sign_count, name,"
        " registered_at) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (member_id, key.credential_id, key.public_key, key.sign_count, clipped(made.name), at),
    )
    if cursor.rowcount == 0:
        return False
    journal.write(cursor, [Happening(member_id, "passkey_added", "member", at)])
    return True


def end_all(cursor: Any, member_id: int, actor: str, at: datetime) -> None:
    """Take all keys of a member away: some may be somebody else's [全パスキーの削除]."""
    cursor.execute(
        "UPDATE people_passkey SET ended_at = %s WHERE member_id = %s AND ended_at IS NULL",
        (at, member_id),
    )
    happened = [Happening(member_id, "passkey_ended", actor, at)] * int(cursor.rowcount)
    journal.write(cursor, happened)


def end(cursor: Any, member_id: int, credential_id: bytes, at: datetime) -> int:
    """Take a key away [パスキーの削除]; 0 if there was none."""
    cursor.execute(
        "UPDATE people_passkey SET ended_at = %s"
        " WHERE member_id = %s AND credential_id = %s AND ended_at IS NULL",
        (at, member_id, credential_id),
    )
    if cursor.rowcount:
        journal.write(cursor, [Happening(member_id, "passkey_ended", "member", at)])
    return int(cursor.rowcount)


def ask(
    cursor: Any, site: Site, member_id: int, thing: tuple[Purpose, str], at: datetime
) -> Question | TooMany:
    """What a browser is asked in place of a code by e-mail [パスキー認証の要求] · AUTH-007.

    Takes     the purpose and what it is bound to, as `codes.ask` does.
    """
    challenge = secrets.token_bytes(TOKEN_BYTES)
    issued = codes.issue(cursor, member_id, Issue(*thing, Road.PASSKEY, _text(challenge)), at)
    if isinstance(issued, TooMany):
        return issued
    named = [credential_id for credential_id, _ in keys(cursor, member_id)]
    return Question(issued, passkeys.entry_options(site, named, challenge))


def confirm(cursor: Any, site: Site, asked: CodeKey, answer: str, at: datetime) -> Answer:
    """Compare a browser's answer with what it was asked [パスキー認証の照合].

    From here on it is a code that was confirmed: `codes.spend` uses it up.

    Lock      the key's row, then the code's.
    """
    named, challenge = passkeys.credential_id(answer), passkeys.challenge(answer)
    cursor.execute(
        "SELECT public_key, sign_count FROM people_passkey"
        " WHERE member_id = %s AND credential_id = %s AND ended_at IS NULL FOR UPDATE",
        (asked.member_id, named),
    )
    row = cursor.fetchone()
    if row is None or named is None or challenge is None:
        return Over()
    count = passkeys.signed(site, Passkey(named, bytes(row[0]), int(row[1])), challenge, answer)
    if count is None:
        return Over()
    cursor.execute(
        "UPDATE people_passkey SET sign_count = %s WHERE member_id = %s AND credential_id = %s",
        (count, asked.member_id, named),
    )
    return codes.answer(cursor, asked, Road.PASSKEY, _text(challenge), at)


def _text(challenge: bytes) -> str:
    return webauthn.helpers.bytes_to_base64url(challenge)
