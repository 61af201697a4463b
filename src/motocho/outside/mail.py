"""E-mail: a letter goes out by SMTP, or into a folder where people and tests can look [電子メール].

`MOTOCHO_SMTP` names the server (`smtp://user:password@host:587`, `smtps://…`); without it letters
lie in a folder, one `.eml` each: `MOTOCHO_MAIL_FOLDER`, or `mail` below MOTOCHO_HOME. A letter has
an id of its own: sent again, it is the same letter with the same `Message-ID`, kept there once.
"""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from enum import Enum
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from motocho.outside.postgres import home
from motocho.units.errors import Fault, InputError, OutsideFailure

VARIABLE = "MOTOCHO_SMTP"
FOLDER_VARIABLE = "MOTOCHO_MAIL_FOLDER"
SENDER_VARIABLE = "MOTOCHO_MAIL_FROM"
SENDER = "notice@localhost.localdomain"
_TIMEOUT_SECONDS = 20
_NOBODY = re.compile(rb"5\.1\.(?:1|2|3|6|10)\b")
"""The enhanced status codes (RFC 3463, 7505) of an address that is nobody's, or can be none.

Every other refusal is of the server, of us or of today: the same letter is tried again.
"""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail to one address [メール]; `letter_id` is its own for ever."""

    letter_id: str
    to: str
    subject: str
    text: str
    html: str
    written_at: datetime


class Outcome(Enum):
    """What became of a letter [送信の結果]."""

    TAKEN = "taken"
    """The next server, or the folder, has it."""
    BOUNCED = "bounced"
    """Nobody is there: the address will not do tomorrow either."""


class Post(Protocol):
    """Whoever carries letters [送信口]."""

    def send(self, letter: Letter) -> Outcome:
        """Carry one letter [送信].

        Raises    OutsideFailure where nobody could be asked; it may be tried again.
        """


def message(letter: Letter, sender: str) -> EmailMessage:
    """A letter as it travels: plain text first, HTML beside it [メールの組立て].

    Raises    InputError where an address or a subject could end a header's line.
    """
    for part in (letter.to, letter.subject, letter.letter_id, sender):
        if not part.isprintable():
            raise InputError(Fault("MAI-003"))
    made = EmailMessage(policy=SMTP)
    made["From"] = _address(sender)
    made["To"] = _address(letter.to)
    made["Subject"] = letter.subject
    made["Date"] = letter.written_at
    made["Message-ID"] = f"<{letter.letter_id}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter.text)
    made.add_alternative(letter.html, subtype="html")
    return made


def _address(text: str) -> Address:
    """Its two halves, quoted where need be: carriers gave out names such as `a..b.` once."""
    local, _, domain = text.rpartition("@")
    return Address(username=local, domain=domain)


@dataclass(frozen=True, slots=True)
class FolderPost:
    """A folder in which letters lie as `.eml`: for trying out and for tests [メールの受け皿]."""

    folder: Path
    sender: str = SENDER

    def send(self, letter: Letter) -> Outcome:
        """Lay a letter down, whole or not at all; one that lies there already stays [保存]."""
        made = message(letter, self.sender).as_bytes()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.folder / f".{letter.letter_id}.{os.getpid()}"
        draft.write_bytes(made)
        try:
            os.link(draft, self.folder / f"{letter.letter_id}.eml")
        except FileExistsError:
            pass  # it was sent before: the same letter lies there
        finally:
            draft.unlink()
        return Outcome.TAKEN


@dataclass(frozen=True, slots=True)
class SmtpPost:
    """A mail server [SMTPサーバー]; the line is encrypted unless it ends on this machine."""

    host: str
    port: int
    sender: str = SENDER
    user: str = ""
    password: str = ""
    scheme: str = "smtp"

    def send(self, letter: Letter) -> Outcome:
        """Hand a letter over [送信].

        Raises    OutsideFailure where the server is not there, or does not want it now.
        """
        made = message(letter, self.sender)
        try:
            with self._open() as server:
                server.send_message(made)
        except smtplib.SMTPRecipientsRefused as refused:
            if all(_NOBODY.match(words) for _, words in refused.recipients.values()):
                return Outcome.BOUNCED
            raise OutsideFailure(Fault("MAI-001", details={"host": self.host})) from None
        except (smtplib.SMTPException, OSError):
            # Its text may hold the address: it stays out of logs.
            raise OutsideFailure(Fault("MAI-001", details={"host": self.host})) from None
        return Outcome.TAKEN

    def _open(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=_TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_SECONDS)
            if self.host not in _LOOPBACK:
                server.starttls(context=context)
        if self.user:
            server.login(self.user, self.password)
        return server


def folder() -> Path:
    """Where letters lie when no server is named [メールの受け皿]."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else home() / "mail"


def from_environment() -> Post:
    """The way that the environment names; a folder where it names none [送信口の設定].

    Raises    InputError for an address of a server that cannot be read.
    """
    sender = os.environ.get(SENDER_VARIABLE, SENDER)
    named = os.environ.get(VARIABLE)
    if not named:
        return FolderPost(folder(), sender)
    try:
        parts = urlsplit(named)
        port = parts.port
    except ValueError:
        raise InputError(Fault("MAI-002")) from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise InputError(Fault("MAI-002"))
    return SmtpPost(
        parts.hostname,
        port or _PORTS[parts.scheme],
        sender,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        parts.scheme,
    )
