"""`motocho studio` as a person runs it: alone on the loopback, for whoever has the address it printed."""

from __future__ import annotations

import http.cookiejar
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests import hours
from tests.flows.test_web import free_port, listening
from tests.tidy.source import ROOT

from motocho.web.studio.door import pass_of

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PASTED = "日付,借入,返済,残高\n2001/1/10,200000,,200000\n2001/2/10,,10000,194650\n"
TOKEN = re.compile('name="csrfmiddlewaretoken" value="([^"]+)"')


@contextmanager
def studio(home: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the address that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "motocho", "studio", "--port", str(port)],
        cwd=ROOT,
        env={
            **{
                name: value for name, value in os.environ.items() if not name.startswith("MOTOCHO_")
            },
            "PYTHONPATH": hours.path(),
            "MOTOCHO_STUDIO_HOME": str(home / "studio"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith(f"http://127.0.0.1:{port}/enter/?token="), address
        yield process, address
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


class Person:
    """A browser without pages: it keeps cookies and follows redirects."""

    def __init__(self, site: str) -> None:
        self.site = site
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def get(self, address: str, **headers: str) -> tuple[int, str, str]:
        return self._ask(
            urllib.request.Request(urllib.parse.urljoin(self.site, address), headers=headers)
        )

    def post(self, address: str, page: str, **fields: str) -> tuple[int, str, str]:
        found = TOKEN.search(page)
        assert found is not None
        data = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": found[1]}).encode()
        return self._ask(urllib.request.Request(urllib.parse.urljoin(self.site, address), data))

    def _ask(self, request: urllib.request.Request) -> tuple[int, str, str]:
        """Asked once: an address is printed when somebody answers there."""
        try:
            with self.opener.open(request, timeout=30) as response:
                return response.status, response.read().decode(), response.url
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.url or ""


def test_studio_serves_whoever_has_its_address_and_keeps_everything(home: Path) -> None:
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    with studio(home, port) as (process, address):
        person = Person(site)
        status, page, url = person.get(address)
        assert (status, url) == (200, f"{site}/")
        assert listening(port) == {"127.0.0.1"}
        _, page, imported = person.post("/cases/new/", page, client="甲野花子", lender="架空")
        status, page, url = person.post(imported, page, pasted=PASTED)
        assert status == 200
        assert "2001-02-10" in page
        _refuses_others(site, port, address)
        second = subprocess.run(
            [sys.executable, "-m", "motocho", "studio"],
            env={
                **os.environ,
                "PYTHONPATH": hours.path(),
                "MOTOCHO_STUDIO_HOME": str(home / "studio"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert second.returncode == 8, second.stderr
        folder = home / "studio"
        assert folder.stat().st_mode & 0o066 == 0
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
    with studio(home, port) as (process, again):
        assert again != address
        person = Person(site)
        assert person.get(address)[0] == 403  # the token of another start
        status, page, _ = person.get(again)
        assert "甲野花子" in page
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130


def test_two_studios_at_once_keep_one_person_in_both(home: Path) -> None:
    """To a browser they are one host: a cookie is sent to both, whatever its port."""
    ports = free_port(), free_port()
    homes = home / "one", home / "other"
    for folder in homes:
        folder.mkdir(mode=0o711)
    with studio(homes[0], ports[0]) as (_, first), studio(homes[1], ports[1]) as (_, second):
        person = Person(first)
        _, page, _ = person.get(first)
        _, other, _ = person.get(second)
        # A form of each, sent after the other was opened: its cookie, its proof of origin.
        for site, form in ((first, page), (second, other)):
            here = urllib.parse.urljoin(site, "/cases/new/")
            status, _, url = person.post(here, form, client="甲野花子", lender="架空")
            assert status == 200
            assert url.startswith(urllib.parse.urljoin(site, "/cases/1/"))
        stranger = Person(second)
        token = urllib.parse.parse_qs(urllib.parse.urlsplit(first).query)["token"][0]
        for port in ports:
            kept = f"studio-{port}={pass_of(token)}"
            assert stranger.get("/", Cookie=kept)[0] == 403  # the first one's, at the second


def _refuses_others(site: str, port: int, address: str) -> None:
    """What another program of the machine gets: nothing, whatever it tries."""
    stranger = Person(site)
    for path in ("/", "/cases/1/", "/cases/1/import/", "/static/x/site.css"):
        assert stranger.get(path)[0] == 403, path
    assert stranger.get("/enter/?token=guessed")[0] == 403
    token = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["token"][0]
    for host in (f"evil.example:{port}", "evil.example", f"127.0.0.1.evil.example:{port}"):
        status, page, _ = stranger.get(f"/enter/?token={token}", Host=host)
        assert status == 400, host
        assert "token" not in page
    # The token itself does not stand in for the cookie.
    assert stranger.get("/", Cookie=f"studio-{port}={token}")[0] == 403
