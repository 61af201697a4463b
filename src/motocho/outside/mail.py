"""E-mail: a letter goes out by SMTP, or into a folder where people and tests can look [電子メール].

`MOTOCHO_SMTP` names the server (`smtp://user:password@host:587`, `smtps://…`); without it letters
lie in a folder, one `.eml` each: `MOTOCHO_MAIL_FOLDER`, or `mail` below MOTOCHO_HOME. A letter has
an id of its own: sent again, it is the same letter with the same `Message-ID`, kept there once. By
it a report of a server far away, hours later, is known to be of that letter (`read_report`).
"""

from __future__ import annotations

import os
import quopri
import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.parser import HeaderParser
from email.policy import SMTP
from enum import Enum, IntEnum
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from motocho.outside._laying import lay, put_away, taken
from motocho.outside.postgres import home
from motocho.units.errors import Fault, InputError, Language, OutsideFailure, Unread, clipped

VARIABLE = "MOTOCHO_SMTP"
FOLDER_VARIABLE = "MOTOCHO_MAIL_FOLDER"
SENDER_VARIABLE = "MOTOCHO_MAIL_FROM"
RETURNED_VARIABLE = "MOTOCHO_RETURNED_MAILS"
TAKEN, ASIDE = "taken", "aside"
"""Below the folder of mails that came back: what was read, and what nobody could read."""
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
        lay(self.folder, f"{letter.letter_id}.eml", message(letter, self.sender).as_bytes())
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


# ------------------------------------------------------------------------- what comes back later
LARGEST_REPORT_BYTES = 1 << 20
"""Our letters are small, and so is what comes back of them."""
_MOST_RECIPIENTS = 100
_RETURNED = frozenset({"message/rfc822", "text/rfc822-headers"})
_LETTER_ID = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>@\s]{1,255}>")
_ACTION = re.compile(r"(failed|delayed|delivered|relayed|expanded)\b", re.IGNORECASE)
_STATUS = re.compile(r"([245])\.([0-9]{1,3})\.([0-9]{1,3})(?![0-9.])")
_DIAGNOSED = re.compile(r"smtp\s*;\s*[0-9]{3}[ -](5\.[0-9]{1,3}\.[0-9]{1,3})\b", re.IGNORECASE)
_UNTOLD = "5.0.0"
"""A status of servers that leave the code to their diagnosis."""


class Delivery(IntEnum):
    """What a report says of a letter [配達の結果], the mildest first."""

    UNDER_WAY = 0
    """It is tried again, or arrived."""
    CAME_BACK = 1
    """This letter did not arrive; the next one may."""
    NOBODY = 2
    """The address will not do tomorrow either."""


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery report about a letter of ours [配達結果の報告]."""

    letter_id: str
    delivery: Delivery


def read_report(data: bytes) -> Report | Unread:
    """What a delivery report says, by the id of the letter that came back with it [不達報告].

    RFC 3464, 6522. Anybody can write such a mail: only its own three parts are read, never what
    lies inside them, and it says nothing but which letter. Letters of the queue have random ids,
    which nobody knows who has not had the letter; codes have none, and are never taken.

    Takes     a whole mail as it came.
    Gives     Unread for whatever is not plainly such a report.
    """
    if len(data) > LARGEST_REPORT_BYTES:
        return Unread("MAI-010", "", {"most": str(LARGEST_REPORT_BYTES >> 10)})
    head, body = _headed(data.replace(b"\r\n", b"\n"))
    parts = [_headed(part) for part in _parts(body, _parameter(head, "boundary"))]
    results = [part for part in parts if part[0].get_content_type() == "message/delivery-status"]
    returned = [part for part in parts if part[0].get_content_type() in _RETURNED]
    is_report = head.get_content_type() == "multipart/report"
    is_of_delivery = _parameter(head, "report-type").lower() == "delivery-status"
    if not (is_report and is_of_delivery and len(results) == 1 and len(returned) == 1):
        return Unread("MAI-011", "")
    delivery = _delivery(_content(*results[0]))
    if isinstance(delivery, Unread):
        return delivery
    ids = _headed(_content(*returned[0]))[0].get_all("Message-ID", [])
    found = _LETTER_ID.fullmatch(str(ids[0]).strip()) if len(ids) == 1 else None
    if found is None:
        return Unread("MAI-013", "")
    return Report(found[1], delivery)


@dataclass(frozen=True, slots=True)
class Returned:
    """The folder in which mails that came back lie, one `.eml` each [戻ったメールの受け皿].

    What is in it is whole: a mail is written elsewhere on the same disk and moved in.
    """

    folder: Path

    def waiting(self, most: int) -> list[str]:
        """The names of the first so many [未読の一覧]; none where there is no such folder."""
        found = sorted(one.name for one in self.folder.glob("[!.]*.eml"))
        return found[:most]

    def read(self, name: str) -> bytes | Fault:
        """A mail as it came, or why it cannot be read [読み込み]."""
        try:
            return taken(self.folder / name, LARGEST_REPORT_BYTES)
        except ValueError:
            return Fault("MAI-010", details={"most": str(LARGEST_REPORT_BYTES >> 10)})
        except OSError as error:
            return Fault("USE-003", details={"reason": error.strerror or name})

    def put_away(self, name: str, reason: Fault | None) -> None:
        """Into `taken`; or, with a reason beside it in both languages, into `aside` [退避].

        Raises    OutsideFailure where it cannot be moved: it is read once more, and known then.
        """
        try:
            moved = put_away(self.folder / name, self.folder / (TAKEN if reason is None else ASIDE))
            if reason is not None and moved is not None:
                told = [f"{reason.what(one)} / {reason.fix(one)}\n" for one in Language]
                lay(moved.parent, f"{moved.name}.txt", f"{reason.code}\n{''.join(told)}".encode())
        except OSError as error:
            details = {"reason": error.strerror or ""}
            raise OutsideFailure(Fault("USE-005", file=name, details=details)) from None


def returned_folder() -> Path:
    """Where mails that came back lie [戻ったメールの場所]."""
    named = os.environ.get(RETURNED_VARIABLE)
    return Path(named) if named else home() / "returned"


def _headed(data: bytes) -> tuple[Message, bytes]:
    """Its headers, and what follows the first empty line; every byte is some sign."""
    text, _, body = (b"", b"", data[1:]) if data.startswith(b"\n") else data.partition(b"\n\n")
    return HeaderParser().parsestr(text.decode("latin-1")), body


def _parameter(head: Message, name: str) -> str:
    """A parameter of its content type, as mail servers write it; empty without."""
    pattern = rf';\s*{name}\s*=\s*(?:"([^"\\]*)"|([^\s;"]+))'
    found = re.search(pattern, str(head.get("Content-Type", "")), re.IGNORECASE)
    return "" if found is None else found[1] or found[2] or ""


def _parts(body: bytes, boundary: str) -> list[bytes]:
    """The parts of a mail one below the other; one that is not ended is none."""
    opening = b"--" + boundary.encode("latin-1")
    found: list[bytes] = []
    part: list[bytes] | None = None
    for line in body.split(b"\n") if boundary else ():
        mark = line.rstrip(b" \t\r")
        if mark not in {opening, opening + b"--"}:
            if part is not None:
                part.append(line)
            continue
        if part is not None:
            found.append(b"\n".join(part))
        if mark != opening:
            break
        part = []
    return found


def _content(head: Message, body: bytes) -> bytes:
    encoding = str(head.get("Content-Transfer-Encoding", "")).strip().lower()
    return quopri.decodestring(body) if encoding == "quoted-printable" else body


def _delivery(content: bytes) -> Delivery | Unread:
    """The mildest of what it says of its recipients: ours was one, forwarded perhaps to several."""
    blocks = re.split(rb"\n[ \t]*\n", content.strip(), maxsplit=_MOST_RECIPIENTS)
    heads = [_headed(block)[0] for block in blocks]
    told = [one for one in heads if "Action" in one or "Status" in one or "Final-Recipient" in one]
    found = [_of_recipient(one) for one in told]
    unread = next((one for one in found if isinstance(one, Unread)), None)
    if unread is not None or not found:
        return unread or Unread("MAI-012", "")
    return min(one for one in found if not isinstance(one, Unread))


def _of_recipient(head: Message) -> Delivery | Unread:
    actions, statuses = head.get_all("Action", []), head.get_all("Status", [])
    if (len(actions), len(statuses)) != (1, 1):
        return Unread("MAI-012", "")
    action = _ACTION.match(str(actions[0]).strip())
    status = _STATUS.match(str(statuses[0]).strip())
    if action is None or status is None:
        return Unread("MAI-012", clipped(f"{actions[0]} {statuses[0]}"))
    if action[1].lower() != "failed":
        return Delivery.UNDER_WAY
    code = status[0]
    diagnosed = _DIAGNOSED.match(str(head.get("Diagnostic-Code", "")).strip())
    if code == _UNTOLD and diagnosed is not None:
        code = diagnosed[1]
    return Delivery.NOBODY if _NOBODY.match(code.encode()) else Delivery.CAME_BACK
