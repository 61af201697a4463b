"""A site that is killed between the confirmation and the reply: nothing is lent twice, nor lost."""

from __future__ import annotations

import http.client
import http.cookiejar
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from tests.database import Database
from tests.flows.test_web import environment, free_port, running, wait_for
from tests.people.house import rows
from tests.web.borrowing import borrower
from tests.web.membership import PIN, Site

from motocho.loans.commands import Key
from motocho.outside import clock, mail, teller
from motocho.outside.postgres import Role
from motocho.people.members import Member
from motocho.web.access import DEVICE_COOKIE

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
REF = "a-reference-of-the-kill"
PATIENCE_SECONDS = 60


class Browser:
    """Cookies and forms, and nothing else: it can be cut off anywhere."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.kept = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.kept))

    def knows(self, token: str) -> None:
        """A device that the site has given its token."""
        self.kept.set_cookie(
            http.cookiejar.Cookie(
                version=0, name=DEVICE_COOKIE, value=token, port=None, port_specified=False,
                domain="127.0.0.1", domain_specified=False, domain_initial_dot=False, path="/",
                path_specified=True, secure=False, expires=None, discard=False, comment=None,
                comment_url=None, rest={},
            )
        )  # fmt: skip

    def get(self, path: str) -> tuple[str, str]:
        """The address that it ends at, and the text."""
        with self.opener.open(self.address + path, timeout=PATIENCE_SECONDS) as answer:
            return answer.url.removeprefix(self.address), answer.read().decode()

    def send(self, path: str, token: str, fields: dict[str, str]) -> tuple[str, str]:
        data = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        with self.opener.open(self.address + path, data, timeout=PATIENCE_SECONDS) as answer:
            return answer.url.removeprefix(self.address), answer.read().decode()

    def token(self, path: str) -> str:
        (found, *_) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path)[1])
        return str(found)


def sign_in(browser: Browser, house: Site, member: Member) -> None:
    browser.knows(house.house.device(member.member_id, clock.now()).token)
    token = browser.token("/member/sign-in/")
    place, _ = browser.send(
        "/member/sign-in/", token, {"member_number": member.member_number, "pin": PIN}
    )
    assert place == "/member/"


def payouts_of(member: Member) -> int:
    return int(
        rows("SELECT count(*) FROM loan_payout WHERE member_id = %s", member.member_id)[0][0]
    )


def until(condition: object) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < ends
        time.sleep(0.005)


def kill(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize("when", ["before it is written", "after it is written"])
def test_killed_site_says_whether_money_moved_and_lends_once(
    database: Database, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    monkeypatch.setenv("MOTOCHO_HOME", str(home))  # one pepper for the test and the site
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path / "codes"))
    monkeypatch.setenv(teller.VARIABLE, str(tmp_path / "bank"))
    house = Site.at(tmp_path / "codes")
    member, key = borrower(house)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    variables = environment(database, home)
    browser = Browser(address)
    wanted = {"agreement": str(key.agreement_id), "amount": "50000", "ref": REF, "pin": PIN}
    confirm = f"/member/borrow/confirm/?{urllib.parse.urlencode({k: wanted[k] for k in ('agreement', 'amount', 'ref')})}"  # fmt: skip
    with ExitStack() as stack:
        process = stack.enter_context(running(["--port", str(port)], variables))
        wait_for(process, f"{address}/")
        sign_in(browser, house, member)
        token = browser.token(confirm)
        if when == "before it is written":
            cut_while_it_waits(browser, token, wanted, (process, database, key))
            assert payouts_of(member) == 0
        else:
            cut_when_it_is_written(browser, token, wanted, (process, member))
            assert payouts_of(member) == 1
        process = stack.enter_context(running(["--port", str(port)], variables))
        wait_for(process, f"{address}/")
        place, text = browser.get(confirm)
        if when == "before it is written":
            assert "まだ借入は受け付けていません" in text
        else:
            assert re.fullmatch(r"/member/borrow/\d+/", place)
            assert "50,000円の借入を受け付けました" in text
        again, text = browser.send("/member/borrow/confirm/", token, wanted)
        assert re.fullmatch(r"/member/borrow/\d+/", again)
        assert "50,000円の借入を受け付けました" in text
        assert payouts_of(member) == 1


def cut_while_it_waits(
    browser: Browser,
    token: str,
    wanted: dict[str, str],
    about: tuple[subprocess.Popen[bytes], Database, Key],
) -> None:
    """The site is killed while the command waits for a lock that the test holds."""
    process, database, key = about
    with database.connect(Role.OWNER) as owner, ThreadPoolExecutor(1) as pool:
        owner.execute(
            "SELECT FROM loan_agreement WHERE member_id = %s FOR UPDATE", (key.member_id,)
        )
        sent = pool.submit(browser.send, "/member/borrow/confirm/", token, wanted)
        until(lambda: waits(database))
        kill(process)
        with pytest.raises((OSError, http.client.HTTPException)):
            sent.result(timeout=PATIENCE_SECONDS)
        owner.rollback()


def waits(database: Database) -> bool:
    with database.connect() as other:
        found = other.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
    return found is not None and found[0] > 0


def cut_when_it_is_written(
    browser: Browser,
    token: str,
    wanted: dict[str, str],
    about: tuple[subprocess.Popen[bytes], Member],
) -> None:
    """The site is killed as soon as the draw is in the book; its reply is thrown away."""
    process, member = about
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(browser.send, "/member/borrow/confirm/", token, wanted)
        until(lambda: payouts_of(member) == 1)
        kill(process)
        with suppress(OSError, http.client.HTTPException):
            sent.result(timeout=PATIENCE_SECONDS)
