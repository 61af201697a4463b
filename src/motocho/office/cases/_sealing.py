"""What a case says, as bytes in the database: plain, or sealed by the studio's key [封印].

A studio with a passphrase has one random key; the database keeps it wrapped by a key that scrypt
makes of the passphrase, and the process that was told the passphrase holds it in memory alone.
Every body is sealed by AES-256-GCM with a nonce of its own and bound to its place, so that none can
be moved to another. Without a passphrase bodies are plain: the folder's rights protect them.
"""

from __future__ import annotations

import os
import threading
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from motocho.units.errors import Fault, NotAllowedError, RefusedError

PLAIN, SEALED = b"\x00", b"\x01"
NONCE_BYTES, KEY_BYTES, SALT_BYTES = 12, 32, 16
COST = 1 << 16
"""scrypt's N: about a quarter of a second and 64 MiB a trial."""
LEAST_PASSPHRASE = 10
_WRAPPED = b"motocho studio key 1"


class _Held:
    """The key of this process, once it was told the passphrase."""

    def __init__(self) -> None:
        self.key: bytes | None = None
        self.wants_key = False
        self.lock = threading.Lock()


_held = _Held()


def derived(passphrase: str, salt: bytes, cost: int = COST) -> bytes:
    """A key made of a passphrase [鍵の導出]."""
    return Scrypt(salt=salt, length=KEY_BYTES, n=cost, r=8, p=1).derive(passphrase.encode())


def wrapped_anew(key: bytes, passphrase: str) -> bytes:
    """A key as the database keeps it [鍵の包み]."""
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    return salt + nonce + AESGCM(derived(passphrase, salt)).encrypt(nonce, key, _WRAPPED)


def unwrapped(wrapped: bytes, passphrase: str) -> bytes:
    """The key in a wrapping.

    Raises    RefusedError for another passphrase, or a wrapping that was changed.
    """
    salt, rest = wrapped[:SALT_BYTES], wrapped[SALT_BYTES:]
    try:
        key = AESGCM(derived(passphrase, salt)).decrypt(
            rest[:NONCE_BYTES], rest[NONCE_BYTES:], _WRAPPED
        )
    except InvalidTag:
        raise RefusedError(Fault("STU-020")) from None
    return key


def hold(key: bytes | None, *, needed: str = "") -> None:
    """Give this process its key, or take it away; `needed` says that a locked studio has one."""
    with _held.lock:
        _held.key = key
        _held.wants_key = bool(needed) or key is not None


def is_locked() -> bool:
    """Whether a passphrase is wanted before anything can be read [施錠中か]."""
    return _held.wants_key and _held.key is None


def seal(document: Any, place: str) -> bytes:
    """A document as bytes for the database, bound to its place [封印].

    Raises    NotAllowedError while the studio is locked.
    """
    return seal_bytes(orjson.dumps(document), place)


def opened(body: bytes, place: str) -> Any:
    """The document in such bytes [開封].

    Raises    NotAllowedError while the studio is locked; RefusedError for bytes that were changed.
    """
    return orjson.loads(opened_bytes(body, place))


def seal_bytes(data: bytes, place: str) -> bytes:
    """The same for bytes that are a file [ファイルの封印]."""
    key = _key()
    if key is None:
        return PLAIN + data
    nonce = os.urandom(NONCE_BYTES)
    return SEALED + nonce + AESGCM(key).encrypt(nonce, data, place.encode())


def opened_bytes(body: bytes, place: str) -> bytes:
    """The same for bytes that are a file [ファイルの開封]."""
    body = bytes(body)
    if body[:1] == PLAIN:
        return body[1:]
    key = _key()
    if key is None:
        raise NotAllowedError(Fault("STU-021"))
    nonce, rest = body[1 : 1 + NONCE_BYTES], body[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, rest, place.encode())
    except InvalidTag:
        raise RefusedError(Fault("STU-022", excerpt=place)) from None


def _key() -> bytes | None:
    with _held.lock:
        if _held.wants_key and _held.key is None:
            raise NotAllowedError(Fault("STU-021"))
        return _held.key
