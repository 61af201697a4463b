"""The demonstration's site as somebody starts it: three members sign in, mails are seen, Ctrl-C ends all."""

from __future__ import annotations

import http.cookiejar
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests import hours
from tests.cli.command import ROOT

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PATIENCE_SECONDS = 240
NUMBERS = ("90000001", "90000002", "90000003")


@dataclass
class Demo:
    """A demonstration that serves, and what it said."""

    process: subprocess.Popen[str]
    text: str

    @property
    def site(self) -> str:
        found = re.search(r"会員サイト (http://127\.0\.0\.1:[0-9]+)/", self.text)
        assert found is not None, self.text
        return found[1]

    @property
    def mails(self) -> str:
        found = re.search(r"届くメール.* (http://127\.0\.0\.1:[0-9]+/)", self.text)
        assert found is not None, self.text
        return found[1]


@pytest.fixture
def demo(home: Path) -> Iterator[Demo]:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "motocho", "demo", "--members", "6", "--years", "1", "--into",
         home / "sheets"],
        env={**os.environ, "PYTHONPATH": hours.path(), "MOTOCHO_HOME": str(home), "DATABASE_URL": ""},
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
    )  # fmt: skip
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "auditor" in line:
            break
    try:
        yield Demo(process, "".join(said))
    finally:
        process.kill()
        process.communicate()  # closes the pipe


def browser() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
    )


def page(one: urllib.request.OpenerDirector, address: str, **form: str) -> str:
    data = urlencode(form).encode() if form else None
    with one.open(address, data, timeout=60) as answer:
        text: str = answer.read().decode()
    return text


def token(text: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def home_of(demo: Demo, number: str) -> str:
    """Sign in with what the demonstration said, and the code of the newest mail."""
    one = browser()
    first = page(one, f"{demo.site}/member/sign-in/")
    before = len(re.findall("<section>", page(browser(), demo.mails)))
    asked = page(
        one, f"{demo.site}/member/sign-in/", csrfmiddlewaretoken=token(first),
        member_number=number, pin="7305",
    )  # fmt: skip
    mails = page(browser(), demo.mails)
    assert len(re.findall("<section>", mails)) > before
    code = re.search(r"(?<![0-9])[0-9]{6}(?![0-9])", mails.partition("<section>")[2])
    assert code is not None
    return page(
        one, f"{demo.site}/member/sign-in/code/", csrfmiddlewaretoken=token(asked), code=code[0]
    )


def desk_of(demo: Demo, login_name: str) -> str:
    """Sign in at the desk with what the demonstration said, and the code of its page."""
    one = browser()
    asked = page(one, f"{demo.site}/desk/sign-in/")
    code = re.search(
        rf"<td>{login_name}</td><td>[^<]*</td><td>([0-9]{{6}})</td>", page(browser(), demo.mails)
    )
    password = re.search(r"パスワードはみな「([^」]+)」", demo.text)
    assert code is not None
    assert password is not None
    return page(
        one, f"{demo.site}/desk/sign-in/", csrfmiddlewaretoken=token(asked),
        login_name=login_name, password=password[1], code=code[1],
    )  # fmt: skip


def ours(home: Path) -> list[int]:
    """Processes that work in this home."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            named = (path / "environ").read_bytes()
        except OSError:
            continue
        if (
            f"MOTOCHO_HOME={home}".encode() in named
            and b"motocho" in (path / "cmdline").read_bytes()
        ):
            found.append(int(path.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_three_members_are_ready_and_nothing_is_left(demo: Demo, home: Path) -> None:
    on_time, late, overpaid = (home_of(demo, number) for number in NUMBERS)
    assert "次の返済日" in on_time
    assert "すぎています" in late
    assert "払いすぎて、お預りしている額" in overpaid
    waiting = re.search(r"待っている会員 ([0-9]+)人", demo.text)
    assert waiting is not None
    assert int(waiting[1]) > 0
    for login_name in ("operator", "auditor"):
        assert "/desk/sign-out/" in desk_of(demo, login_name)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "新しい端末が登録されました" not in page(browser(), demo.mails):
        assert time.monotonic() < deadline, page(browser(), demo.mails)
        time.sleep(0.5)
    listening = Path(f"/proc/{demo.process.pid}/net/tcp").read_text(encoding="ascii")
    open_at = [line.split()[1] for line in listening.splitlines()[1:] if line.split()[3] == "0A"]
    for address in (demo.site, demo.mails.rstrip("/")):
        port = f"{int(address.rpartition(':')[2]):04X}"
        assert [one for one in open_at if one.endswith(f":{port}")] == [f"0100007F:{port}"]
    assert len(ours(home)) >= 3
    demo.process.send_signal(signal.SIGTERM)
    assert demo.process.wait(timeout=PATIENCE_SECONDS) == 0
    assert ours(home) == []
    with pytest.raises(urllib.error.URLError):
        page(browser(), f"{demo.site}/")
