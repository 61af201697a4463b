"""The provider's signature of a request, as Twilio's documentation defines it [署名の検証]. Pure.

HMAC-SHA1 under the secret, over the address as the provider called it, followed by the names and
values of the form, sorted by name and joined by nothing; as base64 in `X-Twilio-Signature`.

>>> form = {"Digits": ("1",), "CallSid": ("CA1",)}
>>> sign("secret", "https://voice.example/voice/", form)
'rDVwrmeZkK96r4yWkEWomAceh/E='
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit, urlunsplit

HEADER = "X-Twilio-Signature"
Form = Mapping[str, Sequence[str]]
_PORTS = {"https": 443, "http": 80}


def sign(secret: str, address: str, form: Form) -> str:
    """The signature of a form that is sent to an address [署名]; equal values count once."""
    pairs = [name + value for name in sorted(form) for value in sorted(set(form[name]))]
    signed = (address + "".join(pairs)).encode()
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha1).digest()).decode()


def is_signed(secret: str, address: str, form: Form, signature: str) -> bool:
    """Whether who knows the secret sent this form to this address [署名の照合].

    Why       providers sign the address with its port, or without where it is the usual one: both
              are taken. Each is compared in constant time, and none ends the comparison early.
    """
    given = signature.encode()
    found = [hmac.compare_digest(sign(secret, one, form).encode(), given) for one in _ways(address)]
    return bool(secret) and any(found)


def _ways(address: str) -> Iterator[str]:
    yield address
    parts = urlsplit(address)
    host = parts.netloc
    usual = f":{_PORTS.get(parts.scheme, '')}"
    if parts.port is None:
        yield urlunsplit(parts._replace(netloc=host + usual))
    elif host.endswith(usual):
        yield urlunsplit(parts._replace(netloc=host.removesuffix(usual)))
