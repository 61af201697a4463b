"""Passkeys: what a browser is asked, and whether its answer is right [パスキー].

The library does the cryptography; here stand our choices. Whoever calls keeps challenges and keys.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import webauthn
from webauthn.helpers import exceptions
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)


@dataclass(frozen=True, slots=True)
class Site:
    """Which site a key is for [サイト]: its name without a port, and where its pages come from."""

    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key as it is kept [登録済みのパスキー]."""

    credential_id: bytes
    public_key: bytes = field(repr=False)
    sign_count: int


def registration_options(site: Site, owner: str, name: str, challenge: bytes) -> str:
    """What a browser is asked for a new key [登録の要求], as JSON."""
    options = webauthn.generate_registration_options(
        rp_id=site.name,
        rp_name=site.name,
        user_id=owner.encode(),
        user_name=name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return webauthn.options_to_json(options)


def registered(site: Site, challenge: bytes, answer: str) -> Passkey | None:
    """The key of a browser's answer, None if the answer is not right [登録の検証]."""
    try:
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (exceptions.WebAuthnException, KeyError):
        return None
    return Passkey(found.credential_id, found.credential_public_key, found.sign_count)


def entry_options(site: Site, keys: list[bytes], challenge: bytes) -> str:
    """What a browser is asked to sign in with one of some keys [認証の要求], as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=site.name,
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in keys],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def credential_id(answer: str) -> bytes | None:
    """Which key an answer says it is of [パスキーの識別子]."""
    try:
        parsed: Any = json.loads(answer)
        return webauthn.base64url_to_bytes(parsed["rawId"])
    except (ValueError, KeyError, TypeError):
        return None


def challenge(answer: str) -> bytes | None:
    """Which challenge an answer says it is to [チャレンジ]; true once the signature is right."""
    try:
        parsed: Any = json.loads(answer)
        client = json.loads(webauthn.base64url_to_bytes(parsed["response"]["clientDataJSON"]))
        return webauthn.base64url_to_bytes(client["challenge"])
    except (ValueError, KeyError, TypeError):
        return None


def signed(site: Site, key: Passkey, challenge: bytes, answer: str) -> int | None:
    """The key's new count of signatures, None if the answer is not right [認証の検証].

    Why       a count that does not grow is a copied key, and is refused.
    """
    try:
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except (exceptions.WebAuthnException, KeyError):
        return None
    return found.new_sign_count
