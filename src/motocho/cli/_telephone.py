"""A telephone and the provider between, as far as `motocho ivr` needs them [試験用の電話].

It calls the site in this process over WSGI, signs each request as a provider does, and takes the
answers apart: what is tried here is the same door that a provider comes to.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit
from wsgiref.util import setup_testing_defaults
from xml.etree import ElementTree as ET

from motocho.units.errors import Fault, OutsideFailure
from motocho.web.voice import signature

FIRST = "/voice/"
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Heard:
    """What comes out of the receiver [受話内容]."""

    said: tuple[str, ...]
    pause_seconds: int
    dialled: str
    """The number that the call is put through to; empty if it is not."""
    next_address: str
    """Where the next request goes; empty once the call is over."""


@dataclass
class Telephone:
    """One call [通話]."""

    application: Application
    origin: str
    secret: str = field(repr=False)
    caller: str
    """As the network tells it; empty where it is withheld."""
    call_id: str = field(default_factory=lambda: f"CA{secrets.token_hex(16)}")

    def call(self) -> Heard:
        """Begin the call [発信]."""
        return self.send(FIRST, {})

    def send(self, address: str, told: dict[str, str]) -> Heard:
        """One request, with what was pressed or what came of a transfer [送信].

        Raises    OutsideFailure if the site does not answer as a voice service does.
        """
        form = {"CallSid": self.call_id, "From": self.caller or "anonymous", **told}
        status, text = self._answered(address, form)
        if not status.startswith("200"):
            raise OutsideFailure(Fault("VOI-001", details={"status": status}))
        return taken_apart(text)

    def _answered(self, address: str, form: dict[str, str]) -> tuple[str, str]:
        body = urlencode(form).encode()
        lists = {name: (value,) for name, value in form.items()}
        parts = urlsplit(self.origin)
        environ: dict[str, Any] = {}
        setup_testing_defaults(environ)
        environ |= {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": address,
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": parts.netloc,
            "HTTP_X_FORWARDED_PROTO": parts.scheme,
            "HTTP_X_TWILIO_SIGNATURE": signature.sign(self.secret, self.origin + address, lists),
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(body),
        }
        statuses: list[str] = []
        answer = self.application(environ, lambda status, *_: statuses.append(status))
        return statuses[0], b"".join(answer).decode()


def taken_apart(text: str) -> Heard:
    """What a provider makes of an answer [応答の解釈]."""
    response = ET.fromstring(text)  # noqa: S314  # the site's own answer, in this process
    said = tuple(str(one.text) for one in response.iter("Say"))
    pause = sum(int(one.get("length", "1")) for one in response.iter("Pause"))
    dial, gather = response.find("Dial"), response.find("Gather")
    dialled = "" if dial is None else str(dial.text)
    going_on = gather if dial is None else dial
    address = "" if going_on is None else going_on.get("action", "")
    return Heard(said, pause, dialled, address)
