"""A site that is killed between the permit and the dial: the attempt is neither lost nor doubled."""

from __future__ import annotations

import http.client
import os
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from tests import hours
from tests.database import Database
from tests.flows.test_money_kill import PATIENCE_SECONDS, Browser, kill, until, waits
from tests.flows.test_web import environment, free_port, running, wait_for
from tests.people.house import MOBILE, rows
from tests.web.membership import Site
from tests.web.office import FIRST_PAGES, PASSWORD, Seat, joined
from tests.web.test_call_panel import NOON, counted, late

from motocho.outside import clock, mail
from motocho.outside.postgres import Role
from motocho.people import access

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
REF = "a-reference-of-the-call"


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Noon for this test and for the site that it starts: at night nobody is called."""
    real = clock.now
    before = timedelta(seconds=float(os.environ.get(hours.MOVED_SECONDS, "0")))
    ahead = NOON - real()
    monkeypatch.setattr(clock, "now", lambda: real() + ahead)
    monkeypatch.setenv(hours.MOVED_SECONDS, str((before + ahead).total_seconds()))


def sign_in(browser: Browser, seat: Seat) -> None:
    token = browser.token("/desk/sign-in/")
    typed = {"login_name": seat.login_name, "password": PASSWORD, "code": seat.code()}
    place, _ = browser.send("/desk/sign-in/", token, typed)
    assert place in FIRST_PAGES


def begun(member_id: int) -> bool:
    return bool(rows("SELECT 1 FROM care_talk WHERE member_id = %s", member_id))


@pytest.mark.rule("COLL-002")
@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("when", ["before it is written", "after it is written"])
def test_killed_between_permit_and_dial_leaves_one_attempt(
    database: Database, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    monkeypatch.setenv("MOTOCHO_HOME", str(home))  # one pepper for the test and the site
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path / "codes"))
    member_id = late(Site.at(tmp_path / "codes")).member_id
    seat = joined("tanaka", access.Role.OPERATOR)
    port = free_port()
    address, variables = f"http://127.0.0.1:{port}", environment(database, home)
    browser = Browser(address)
    place = f"/desk/members/{member_id}/call/"
    wanted = {"reason": "repayment", "ref": REF}
    with ExitStack() as stack:
        process = stack.enter_context(running(["--port", str(port)], variables))
        wait_for(process, f"{address}/")
        sign_in(browser, seat)
        token = browser.token(place)
        with ThreadPoolExecutor(1) as pool, database.connect(Role.OWNER) as owner:
            if when == "before it is written":
                owner.execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended('motocho contact', %s))",
                    (member_id,),
                )
            sent = pool.submit(browser.send, place, token, wanted)
            until(partial(waits, database) if when[0] == "b" else partial(begun, member_id))
            kill(process)
            with suppress(OSError, http.client.HTTPException):
                sent.result(timeout=PATIENCE_SECONDS)
            owner.rollback()
        until(lambda: not waits(database))
        is_kept = when == "after it is written"
        assert counted(member_id) == int(is_kept)
        process = stack.enter_context(running(["--port", str(port)], variables))
        wait_for(process, f"{address}/")
        found, text = browser.get("/desk/call/")
        if is_kept:  # led back to, with the number of the same permit
            assert re.fullmatch(rf"{place}\d+/", found)
            assert f"tel:{MOBILE.digits}" in text
        else:
            assert found in FIRST_PAGES
        again, text = browser.send(place, token, wanted)
        assert re.fullmatch(rf"{place}\d+/", again)
        assert f"tel:{MOBILE.digits}" in text
        assert counted(member_id) == 1
        assert rows("SELECT count(*) FROM contact_attempt") == [(1,)]
        assert rows("SELECT count(*) FROM care_talk") == [(1,)]
        done, _ = browser.send(again, token, {"ending": "absent"})
        assert "done=" in done
        assert rows("SELECT result FROM contact_call_result") == [("no_answer",)]
