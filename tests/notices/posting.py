"""A worker's round for tests: the journal read, mails sent into a folder, a clock that is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tests.people.house import rows

from motocho.config import worker
from motocho.notices import sending
from motocho.notices.sending import MailKey, Office
from motocho.outside.mail import FolderPost, Letter, Outcome, Post

ORIGIN = "https://site.example"


@dataclass
class Refusing:
    """A post to whom something happens."""

    fate: Callable[[Letter], Outcome]
    seen: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> Outcome:
        self.seen.append(letter)
        return self.fate(letter)


def office(post: Post | Path, at: datetime) -> Office:
    carrier = FolderPost(post) if isinstance(post, Path) else post
    return Office(carrier, ORIGIN, lambda: at)


def waiting() -> list[MailKey]:
    found = rows("SELECT member_id, mail_id FROM notices_mail WHERE settled_at IS NULL ORDER BY 2")
    return [MailKey(*row) for row in found]


def work(post: Post | Path, at: datetime) -> None:
    """What the worker does within a minute."""
    worker.read_news(at)
    for member_id, mail_id in rows(
        "SELECT (args->>'member_id')::bigint, (args->>'mail_id')::bigint FROM procrastinate_jobs"
        " WHERE task_name = 'notices.send' ORDER BY id"
    ):
        is_later = rows(
            "SELECT 1 FROM notices_mail WHERE member_id = %s AND mail_id = %s AND state = 'later'",
            member_id, mail_id,
        )  # fmt: skip
        if not is_later:
            sending.send(MailKey(member_id, mail_id), office(post, at))


def mails(folder: Path) -> list[EmailMessage]:
    found = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in folder.glob("*.eml")
    ]
    return list(found)


def plain(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())
