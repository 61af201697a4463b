"""What a case says, as bytes in the database: plain, or sealed by the studio's key [封印].

A studio with a passphrase has one random key; the database keeps it wrapped by a key that scrypt
makes of the passphrase, and the process that was told the passphrase holds it in memory alone.
Every body is sealed by AES-256-GCM with a nonce of its own and bound to its place, so that none can
be moved to another. Without a passphrase bodies are plain: the folder's rights protect them.
"""

from __future__ import annotations

import hashlib
import hmac
import os
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
_DIGESTS = b"motocho studio digests 1"


class _Held:
    """The key of this process, once it was told the passphrase."""

    def __init__(self) -> None:
        self.key: bytes | None = None


_held = _Held()


def derived(passphrase: str, salt: bytes, cost: int = COST) -> bytes:
    """A key made of a passphrase [鍵の導出]."""
    return Scrypt(salt=salt, length=KEY_BYTES, n=cost, r=8, p=1).derive(passphrase.encode())


def wrapped_anew(key: bytes, passphrase: str) -> bytes:
    """A key as the database keeps it [鍵の包み]."""
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    return salt + nonce + AESGCM(derived(passphrase, salt)).encrypt(nonce, key, _WRAPPED)


def unwrapped(wrapped: bytes, passphrase: str) -> bytes:
    """The key in a wrapping [鍵の取り出し].

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


def new_key() -> bytes:
    """The one key of a studio [鍵]."""
    return os.urandom(KEY_BYTES)


def hold(key: bytes | None) -> None:
    """Give this process its key, or take it away [鍵の保持]."""
    _held.key = key


def held_key() -> bytes | None:
    """The key of this process, if it was told the passphrase [保持中の鍵]."""
    return _held.key


def holds_key() -> bool:
    """Whether this process was told the passphrase [解錠済みか]."""
    return _held.key is not None


def seal(document: Any, place: str) -> bytes:
    """A document as bytes for the database, bound to its place [封印].

    Why       a locked studio takes no plain body: its database refuses it.
    """
    return seal_bytes(orjson.dumps(document), place)


def opened(body: bytes, place: str) -> Any:
    """The document in such bytes [開封].

    Raises    NotAllowedError while the studio is locked; RefusedError for bytes that were changed.
    """
    return orjson.loads(opened_bytes(body, place))


def seal_bytes(data: bytes, place: str) -> bytes:
    """The same for bytes that are a file [ファイルの封印]."""
    key = _held.key
    if key is None:
        return PLAIN + data
    nonce = os.urandom(NONCE_BYTES)
    return SEALED + nonce + AESGCM(key).encrypt(nonce, data, place.encode())


def digest_of(data: bytes, place: str) -> bytes:
    """By what a file is known again among those of one place [照合用の要約].

    Why       the hash of a plain file tells whoever reads the disk that it is this very file; while
              a studio is sealed the digest is keyed, and bound to its place.
    """
    if _held.key is None:
        return hashlib.sha256(data).digest()
    own = hmac.digest(_held.key, _DIGESTS, "sha256")
    return hmac.digest(own, place.encode() + b"\x00" + data, "sha256")


def is_digest_of(digest: bytes, data: bytes, place: str) -> bool:
    """Whether a digest is that of a file [要約の照合]; also one of before digests were keyed."""
    return hmac.compare_digest(digest, digest_of(data, place)) or hmac.compare_digest(
        digest, hashlib.sha256(data).digest()
    )


def opened_bytes(body: bytes, place: str) -> bytes:
    """The same for bytes that are a file [ファイルの開封]."""
    body = bytes(body)
    if body[:1] == PLAIN:
        return body[1:]
    key = _held.key
    if key is None:
        raise NotAllowedError(Fault("STU-021"))
    nonce, rest = body[1 : 1 + NONCE_BYTES], body[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, rest, place.encode())
    except InvalidTag:
        raise RefusedError(Fault("STU-022", excerpt=place)) from None
