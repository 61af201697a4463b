"""Letters: built so that nothing can be put into a header, carried once, by folder or by SMTP."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.outside import mail
from motocho.outside.clock import JAPAN
from motocho.outside.mail import FolderPost, Letter, Outcome, SmtpPost, from_environment, message
from motocho.people.facts.values import Email, read_email
from motocho.units.errors import InputError, OutsideFailure

AT = datetime(2026, 11, 22, 12, 0, tzinfo=JAPAN)
GOOD = Letter("7", "hanako@example.jp", "お知らせが1件あります", "本文\n", "<p>本文</p>", AT)
HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
}


def letter(to: str = GOOD.to, subject: str = GOOD.subject) -> Letter:
    return Letter("7", to, subject, GOOD.text, GOOD.html, AT)


def test_a_letter_has_a_plain_part_first() -> None:
    read = message_from_bytes(message(GOOD, mail.SENDER).as_bytes(), policy=policy.default)
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert read["Subject"] == GOOD.subject
    assert read["Message-ID"] == "<7@localhost.localdomain>"


@pytest.mark.parametrize(
    "bad", ["a@x.jp\r\nBcc: b@x.jp", "a@x.jp\nBcc: b@x.jp", "a@x.jp\0", "a\u2028@x.jp"]
)
def test_nothing_ends_a_header_line(bad: str) -> None:
    for made in (letter(to=bad), letter(subject=bad)):
        with pytest.raises(InputError):
            message(made, mail.SENDER)


@given(st.text(max_size=60), st.text(max_size=30))
def test_no_address_or_subject_makes_a_header(subject: str, typed: str) -> None:
    told = read_email(f"{typed}@example.jp")
    to = told.address if isinstance(told, Email) else GOOD.to
    try:
        made = message(letter(to, subject), mail.SENDER).as_bytes()
    except InputError:
        assert not subject.isprintable()
        return
    assert set(message_from_bytes(made, policy=policy.default).keys()) == HEADERS


def test_names_that_carriers_gave_out_can_be_written_to() -> None:
    made = message(letter(to="a..b.@carrier.example.jp"), mail.SENDER)
    assert b"a..b." in made.as_bytes().split(b"Subject")[0]


def test_a_folder_keeps_a_letter_once(tmp_path: Path) -> None:
    post = FolderPost(tmp_path / "mail")
    assert [post.send(GOOD) for _ in range(3)] == [Outcome.TAKEN] * 3
    assert [path.name for path in (tmp_path / "mail").iterdir()] == ["7.eml"]


# -------------------------------------------------------------------------------------------- by SMTP
class Catcher(socketserver.StreamRequestHandler):
    """As much of a mail server as a client needs to see [受け皿]."""

    def handle(self) -> None:
        server = self.server
        assert isinstance(server, CatchingServer)
        self.say("220 catcher")
        while line := self.rfile.readline().decode().strip():
            word = line.split(" ", maxsplit=1)[0].upper()
            if word == "RCPT":
                self.say(server.answer)
            elif word == "DATA":
                self.say("354 go on")
                lines = []
                while (data := self.rfile.readline()) not in {b".\r\n", b""}:
                    lines.append(data)
                server.caught.append(b"".join(lines))
                self.say("250 caught")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class CatchingServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    answer = "250 ok"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Catcher)
        self.caught: list[bytes] = []


@contextmanager
def catcher(answer: str = "250 ok") -> Iterator[tuple[CatchingServer, SmtpPost]]:
    with CatchingServer() as server:
        server.answer = answer
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server, SmtpPost("127.0.0.1", server.server_address[1])
        server.shutdown()


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_server_takes_a_letter() -> None:
    with catcher() as (server, post):
        assert post.send(GOOD) is Outcome.TAKEN
    (caught,) = server.caught
    read = message_from_bytes(caught, policy=policy.default)
    assert (read["To"], read["Subject"]) == (GOOD.to, GOOD.subject)


@pytest.mark.parametrize("answer", [
    "550 5.1.1 no such user", "550-5.1.1 no such user\r\n550 5.1.1 look it up",
    "553 5.1.2 no such host", "553 5.1.3 bad syntax", "551 5.1.6 moved", "556 5.1.10 null MX",
])  # fmt: skip
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_an_address_that_nobody_has_bounces(answer: str) -> None:
    with catcher(answer) as (server, post):
        assert post.send(GOOD) is Outcome.BOUNCED
        assert server.caught == []


@pytest.mark.parametrize("answer", [
    "450 mailbox busy", "451 4.1.1 look later", "550 blocked", "550 5.7.1 you are on a list",
    "552 5.2.2 mailbox full", "554 5.7.26 DMARC", "550 5.1.8 bad sender", "550 5.1.12 unknown",
    "554 5.5.1 no, see 5.1.1",
])  # fmt: skip
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_refusal_of_a_server_leaves_the_address_alive(answer: str) -> None:
    with catcher(answer) as (_, post), pytest.raises(OutsideFailure):
        post.send(GOOD)


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_server_that_is_away_is_said_without_the_address() -> None:
    with catcher() as (_, post):
        pass
    with pytest.raises(OutsideFailure) as seen:
        post.send(GOOD)
    assert "hanako" not in str(seen.value)


def test_the_environment_names_the_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(mail.VARIABLE, raising=False)
    monkeypatch.setenv("MOTOCHO_HOME", str(tmp_path))
    assert from_environment() == FolderPost(tmp_path / "mail")
    monkeypatch.setenv(mail.VARIABLE, "smtp://me:a%40b@mail.example:2525")
    monkeypatch.setenv(mail.SENDER_VARIABLE, "notice@lender.example")
    assert from_environment() == SmtpPost(
        "mail.example", 2525, "notice@lender.example", "me", "a@b"
    )
    monkeypatch.setenv(mail.VARIABLE, "smtps://mail.example")
    assert from_environment() == SmtpPost(
        "mail.example", 465, "notice@lender.example", scheme="smtps"
    )
    for bad in ("mail.example", "http://mail.example", "smtp://mail.example:port"):
        monkeypatch.setenv(mail.VARIABLE, bad)
        with pytest.raises(InputError):
            from_environment()
