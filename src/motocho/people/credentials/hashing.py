"""Slow hashes with a pepper that the database never sees [ハッシュ化].

A 4-digit PIN has ten thousand values: whoever had its hash alone would know it within minutes,
however slow the hash. So a secret goes through HMAC-SHA-256 under a pepper first, together with
whose it is, and the pepper stands in a file of its own (or an environment variable), by id, so that
a new one may come while old hashes still stand. Short-lived marks are made under keys from it, too.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from motocho.outside.postgres import home
from motocho.units.errors import Fault, OutsideFailure

VARIABLE = "MOTOCHO_PEPPERS"
"""Where the environment may give them: `id:base64`, several with commas, the current one last."""
PEPPER_BYTES = 32


class Cost(Enum):
    """What one guess costs [計算量]: passes, memory in KiB, lanes.

    PIN is OWASP's smallest for argon2id: guarded by counters and the pepper, asked for often.
    PASSWORD is the second recommended choice of RFC 9106.
    """

    PIN = (2, 19_456, 1)
    PASSWORD = (3, 65_536, 4)

    def hasher(self) -> PasswordHasher:
        """The hasher with these costs [ハッシュ関数]."""
        passes, memory, lanes = self.value
        return PasswordHasher(passes, memory, lanes, hash_len=32, salt_len=16, type=Type.ID)


# ---------------------------------------------------------------------------------------- peppers
@dataclass(frozen=True, slots=True)
class Peppers:
    """Peppers by id, the one of new hashes last [ペッパー]."""

    by_id: Mapping[str, bytes]

    def __repr__(self) -> str:
        return f"Peppers({', '.join(self.by_id)})"

    @property
    def current_id(self) -> str:
        """The id of the one that new hashes get [現在のペッパー]."""
        return list(self.by_id)[-1]

    def one(self, pepper_id: str) -> bytes:
        """The pepper of an id [ペッパーの取得].

        Raises    OutsideFailure if it is lost: hashes made under it can no longer be checked.
        """
        if pepper_id not in self.by_id:
            raise OutsideFailure(Fault("PPL-030", excerpt=pepper_id))
        return self.by_id[pepper_id]


def file() -> Path:
    """Where peppers are kept unless the environment gives them [ペッパーの保存先]."""
    return home() / "peppers"


def peppers() -> Peppers:
    """The peppers of this installation; a first one is made where there is none [ペッパー].

    Raises    OutsideFailure for a file that others may read, or that cannot be understood.
    """
    given = os.environ.get(VARIABLE)
    if given:
        return _read(given.split(","), VARIABLE)
    path = file()
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_first(path)
    if path.stat().st_mode & 0o077:
        raise OutsideFailure(Fault("PPL-031", file=str(path)))
    text = path.read_text(encoding="ascii", errors="replace")
    return _read(text.splitlines(), str(path))


def rotate() -> str:
    """Begin to use a new pepper; gives its id [ペッパーの交換].

    Old ones stay: a hash goes over to the new one when its owner logs in the next time.

    Raises    OutsideFailure where the environment gives the peppers: they are not ours to change.
    """
    if os.environ.get(VARIABLE):
        raise OutsideFailure(Fault("PPL-032", column=VARIABLE))
    known = peppers()
    path, pepper_id = file(), secrets.token_hex(4)
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    lines = [_line(name, value) for name, value in known.by_id.items()]
    _write(beside, [*lines, _line(pepper_id, secrets.token_bytes(PEPPER_BYTES))])
    beside.rename(path)
    return pepper_id


def _write_first(path: Path) -> None:
    """Written aside and linked: of two processes that begin at once, one makes the pepper."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    _write(beside, [_line(secrets.token_hex(4), secrets.token_bytes(PEPPER_BYTES))])
    try:
        os.link(beside, path)
    except FileExistsError:
        pass  # the other process was first: its pepper counts
    finally:
        beside.unlink()


def _write(path: Path, lines: list[str]) -> None:
    path.touch(mode=0o600, exist_ok=False)
    with path.open("w", encoding="ascii") as opened:
        opened.write("".join(f"{line}\n" for line in lines))
        opened.flush()
        os.fsync(opened.fileno())


def _line(pepper_id: str, value: bytes) -> str:
    return f"{pepper_id}:{base64.b64encode(value).decode()}"


def _read(lines: list[str], place: str) -> Peppers:
    found: dict[str, bytes] = {}
    for line in filter(None, map(str.strip, lines)):
        pepper_id, _, encoded = line.partition(":")
        try:
            value = base64.b64decode(encoded, validate=True)
        except ValueError:
            value = b""
        if not pepper_id or len(value) < PEPPER_BYTES:
            raise OutsideFailure(Fault("PPL-033", file=place))
        found[pepper_id] = value
    if not found:
        raise OutsideFailure(Fault("PPL-033", file=place))
    return Peppers(found)


# ----------------------------------------------------------------------------------------- hashes
@dataclass(frozen=True, slots=True)
class Stored:
    """A hash as it is kept, with the pepper it needs [保存されたハッシュ]."""

    secret: str
    pepper_id: str


class Match(Enum):
    """What a check found [照合の結果]."""

    WRONG = "wrong"
    RIGHT = "right"
    OUTDATED = "outdated"
    """Right, and to be hashed anew: the pepper or the costs have changed."""


def make(cost: Cost, owner: str, secret: str) -> Stored:
    """A new hash under the current pepper [ハッシュの作成].

    Takes     whose it is: a hash that is moved to somebody else's row matches nothing there.
    """
    known = peppers()
    mixed = _mixed(known.one(known.current_id), owner, secret)
    return Stored(cost.hasher().hash(mixed), known.current_id)


def match(cost: Cost, owner: str, secret: str, stored: Stored | None) -> Match:
    """Whether a secret is the one that was hashed [照合].

    Why       with nothing stored, a hash of nobody's is checked, which takes the same time.

    Raises    OutsideFailure if the pepper it needs is lost.
    """
    known = peppers()
    nobody = _nobody(cost)
    against = stored or nobody
    pepper = known.one(against.pepper_id) if stored else known.one(known.current_id)
    hasher = cost.hasher()
    try:
        hasher.verify(against.secret, _mixed(pepper, owner, secret))
    except VerifyMismatchError:
        return Match.WRONG
    is_current = against.pepper_id == known.current_id
    fresh = is_current and not hasher.check_needs_rehash(against.secret)
    return Match.RIGHT if fresh else Match.OUTDATED


@cache
def _nobody(cost: Cost) -> Stored:
    return Stored(cost.hasher().hash(secrets.token_bytes(PEPPER_BYTES)), "")


def _mixed(pepper: bytes, owner: str, secret: str) -> bytes:
    return hmac.new(pepper, f"{owner}\0{secret}".encode(), hashlib.sha256).digest()


# ------------------------------------------------------------------------------------------ marks
def mark(kind: str, *parts: str) -> bytes:
    """The same 32 bytes for the same parts, which nobody without the pepper can make [印].

    Why       marks let what was tried be counted without being kept; each kind has its own key.
    """
    return marks(kind, *parts)[-1]


def marks(kind: str, *parts: str) -> list[bytes]:
    """The mark under each pepper that is kept, the current one last [すべての印].

    Why       what was marked long ago must still be found after the peppers were rotated.
    """
    return [_mark(pepper, kind, parts) for pepper in peppers().by_id.values()]


def _mark(pepper: bytes, kind: str, parts: Sequence[str]) -> bytes:
    key = hmac.new(pepper, f"mark {kind}".encode(), hashlib.sha256).digest()
    return hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).digest()


# ------------------------------------------------------------------------------------------- seals
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Sealed:
    """Text that must be read again, encrypted under a key from a pepper [暗号文]."""

    data: bytes
    pepper_id: str


def seal(kind: str, owner: str, text: str) -> Sealed:
    """Encrypt a text that is somebody's, so that it opens in no other row [封緘]: AES-256-GCM."""
    return seal_bytes(kind, owner, text.encode())


def seal_bytes(kind: str, owner: str, content: bytes) -> Sealed:
    """The same for what is no text, as a picture [封緘]."""
    known = peppers()
    nonce = secrets.token_bytes(_NONCE_BYTES)
    cipher = AESGCM(_seal_key(kind, known.one(known.current_id)))
    return Sealed(nonce + cipher.encrypt(nonce, content, owner.encode()), known.current_id)


def unseal(kind: str, owner: str, sealed: Sealed) -> str:
    """The text that was sealed [開封].

    Raises    OutsideFailure if its pepper is lost; InvalidTag if it was changed or moved.
    """
    return unseal_bytes(kind, owner, sealed).decode()


def unseal_bytes(kind: str, owner: str, sealed: Sealed) -> bytes:
    """What was sealed [開封].

    Raises    OutsideFailure if its pepper is lost; InvalidTag if it was changed or moved.
    """
    cipher = AESGCM(_seal_key(kind, peppers().one(sealed.pepper_id)))
    nonce, rest = sealed.data[:_NONCE_BYTES], sealed.data[_NONCE_BYTES:]
    return cipher.decrypt(nonce, rest, owner.encode())


def _seal_key(kind: str, pepper: bytes) -> bytes:
    return hmac.new(pepper, f"seal {kind}".encode(), hashlib.sha256).digest()
