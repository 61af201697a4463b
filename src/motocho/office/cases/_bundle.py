"""A case on its way to another PC: its whole log, sealed by a passphrase of its own [持ち出し].

    data = export_case(case_id, passphrase)          bytes of a file
    arrived = import_case(data, passphrase)          the same case, the same figures, the log kept

The file begins with a line that names its form; scrypt makes a key of the passphrase, AES-256-GCM
seals what follows and binds the head to it: a file of which one bit was changed is refused whole.
What other tables keep of a case travels as a part: whoever keeps it registers a `Part`.
"""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection, transaction

from motocho import __version__
from motocho.office.cases import _keeping, _operations, _sealing, _state
from motocho.office.cases._snapshot import at_one_moment
from motocho.office.cases._state import Entry
from motocho.units.errors import Fault, FaultyInput, InputError, RefusedError

MAGIC = b"MOTOCHO CASE 1\n"
SCHEMA_VERSION = 1
MOST_BYTES = 256 << 20
"""Of what a file holds once it is unpacked: a bomb stops there."""


class Arrival(Enum):
    """What an import found here [取り込みの結果]."""

    NEW = "new"
    LONGER = "longer"
    """The case was here with less of its log or of its parts: the rest was added."""
    SAME = "same"
    """All of it was here already."""
    APART = "apart"
    """The case went on here and there: what arrived stands beside it, as a case of its own."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A case that arrived [取り込んだ事件]."""

    case_id: int
    how: Arrival


@dataclass(frozen=True, slots=True)
class Part:
    """What another table keeps of a case, and how it travels [付属データ].

    `taken` gives a JSON object of lists that only ever grow, or None for nothing; `brought` writes
    such an object, or what its lists have more than those that are here, in the import's own
    transaction.
    """

    name: str
    taken: Callable[[int], Any]
    brought: Callable[[int, Any], None]


_PARTS: dict[str, Part] = {}


def register_part(part: Part) -> None:
    """Let something travel with every case [付属データの登録]."""
    _PARTS[part.name] = part


# ------------------------------------------------------------------------------------------- out
def export_case(case_id: int, passphrase: str) -> bytes:
    """A case as the bytes of a sealed file [持ち出し].

    Raises    InputError for a passphrase that is too short; NotFoundError for no such case.
    """
    if len(passphrase.strip()) < _sealing.LEAST_PASSPHRASE:
        raise InputError(Fault("STU-023", details={"least": str(_sealing.LEAST_PASSPHRASE)}))
    with at_one_moment():
        document = _document(case_id)
    packed = gzip.compress(orjson.dumps(document), mtime=0)
    salt, nonce = os.urandom(_sealing.SALT_BYTES), os.urandom(_sealing.NONCE_BYTES)
    head = MAGIC + salt + nonce
    return head + AESGCM(_sealing.derived(passphrase, salt)).encrypt(nonce, packed, head)


def _document(case_id: int) -> dict[str, Any]:
    case = _keeping.load(case_id)
    return {
        "schema_version": SCHEMA_VERSION,
        "engine_version": __version__,
        "case_key": case.key,
        "opened_at": case.opened_at.isoformat(),
        "entries": [entry._asdict() for entry in _keeping.entries_of(case_id)],
        "parts": {name: part.taken(case_id) for name, part in sorted(_PARTS.items())},
    }


# -------------------------------------------------------------------------------------------- in
def import_case(data: bytes, passphrase: str) -> Arrived:
    """A case from such a file, with its whole log [取り込み].

    Raises    FaultyInput for a file of another form; RefusedError for another passphrase or a file
              that was changed on its way, and nothing is written.
    """
    document = _opened(data, passphrase)
    entries = _entries(document)
    with transaction.atomic():
        here = _keeping.case_of_key(document["case_key"])
        if here is None:
            return Arrived(_brought(document, entries, document["case_key"]), Arrival.NEW)
        known = _keeping.entries_of(here)
        common = min(len(known), len(entries))
        more = _more_of_parts(here, document)
        is_apart = [_plain(one) for one in known[:common]] != [
            _plain(one) for one in entries[:common]
        ]
        if is_apart or more is None:
            return Arrived(_brought(document, entries, ""), Arrival.APART)
        if len(entries) <= len(known) and not more:
            return Arrived(here, Arrival.SAME)
        with connection.cursor() as cursor:
            _keeping.write_entries(cursor, here, entries[common:])
        for name, rest in more.items():
            _PARTS[name].brought(here, rest)
        return Arrived(here, Arrival.LONGER)


def _opened(data: bytes, passphrase: str) -> dict[str, Any]:
    length = len(MAGIC) + _sealing.SALT_BYTES + _sealing.NONCE_BYTES
    head, sealed = data[:length], data[length:]
    if not head.startswith(MAGIC) or len(head) < length:
        raise FaultyInput(Fault("STU-026"))
    salt, nonce = head[len(MAGIC) : -_sealing.NONCE_BYTES], head[-_sealing.NONCE_BYTES :]
    try:
        packed = AESGCM(_sealing.derived(passphrase, salt)).decrypt(nonce, sealed, head)
    except InvalidTag:
        raise RefusedError(Fault("STU-027")) from None
    with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
        text = file.read(MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise FaultyInput(Fault("STU-028"))
    document: dict[str, Any] = orjson.loads(text)
    if document.get("schema_version") != SCHEMA_VERSION:
        raise FaultyInput(Fault("STU-029", excerpt=str(document.get("schema_version"))))
    return document


def _entries(document: dict[str, Any]) -> list[Entry]:
    """The log as it arrived, every operation read like one that is typed here."""
    entries = [Entry(**one) for one in document["entries"]]
    _operations.read([one.operation for one in entries], most=len(entries))
    numbers = [one.seq for one in entries]
    if numbers != list(range(1, len(entries) + 1)):
        raise FaultyInput(Fault("STU-028"))
    _state.proposed([], [one.operation for one in entries])
    return entries


def _brought(document: dict[str, Any], entries: list[Entry], key: str) -> int:
    opened_at = datetime.fromisoformat(document["opened_at"])
    case_id = _keeping.open_empty(key, opened_at)
    with connection.cursor() as cursor:
        _keeping.write_entries(cursor, case_id, entries)
    for name, kept in document.get("parts", {}).items():
        if kept is not None and name in _PARTS:
            _PARTS[name].brought(case_id, kept)
    return case_id


def _more_of_parts(case_id: int, document: dict[str, Any]) -> dict[str, Any] | None:
    """What the parts that arrived have more than those here; None where both went on."""
    more: dict[str, Any] = {}
    for name, arrived in document.get("parts", {}).items():
        if arrived is None or name not in _PARTS:
            continue
        known = orjson.loads(orjson.dumps(_PARTS[name].taken(case_id) or {}))
        rest = {}
        for sort, rows in arrived.items():
            here = known.get(sort, [])
            common = min(len(here), len(rows))
            if [*map(_untimed, here[:common])] != [*map(_untimed, rows[:common])]:
                return None
            rest[sort] = rows[common:]
        if any(rest.values()):
            more[name] = rest
    return more


def _untimed(row: dict[str, Any]) -> dict[str, Any]:
    """A row without its moment, which another PC may write in another zone."""
    return {name: value for name, value in row.items() if name != "at"}


def _plain(entry: Entry) -> tuple[Any, ...]:
    return (entry.seq, entry.first_seq, dict(entry.operation), entry.actor)
