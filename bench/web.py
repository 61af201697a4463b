"""The member site under 50 members for a minute, beside a bare page of the same stack.

Members think for two seconds between pages, as people do; what they wait is counted from the
moment they tap, so a queue counts. Clients, site and database share the machine.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from django.db import connections
from tests.people.house import GOOD, SATO, House
from tests.web.membership import Site

from bench._lender import CACHE, ROOT, server
from bench._timing import best
from motocho.config.schema import migrate
from motocho.config.settings import setup
from motocho.outside import clock
from motocho.outside.postgres import Role
from motocho.people.credentials import hashing
from motocho.people.credentials.hashing import Cost
from motocho.web.access import DEVICE_COOKIE

MEMBERS = 50
SECONDS = 60
THINK_SECONDS = 2.0
WORKERS, THREADS = 2, 8
HOME = CACHE / "web"
MONTHS = 36
AIM_MILLISECONDS = 100
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Person:
    """A member at a device that the site knows."""

    number: str
    token: str
    cookies: dict[str, str] = field(default_factory=dict)


class Visit:
    """One browser's line to the site."""

    def __init__(self, port: int, person: Person) -> None:
        self.port, self.person = port, person
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        person.cookies[DEVICE_COOKIE] = person.token

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """One request; its status and page."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.person.cookies.items())
        headers = {"Cookie": cookies}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.line.request(method, path, urlencode(form or {}) or None, headers)
        answer = self.line.getresponse()
        text = answer.read().decode()
        for kept in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = kept.partition(";")[0].partition("=")
            self.person.cookies[name] = value
        return answer.status, text

    def sign_in(self) -> float:
        """Sign in; the seconds that the answer took."""
        _, page = self.ask("GET", "/member/sign-in/")
        found = _TOKEN.search(page)
        if found is None:
            raise RuntimeError("the page of signing in has no form")
        form = {
            "csrfmiddlewaretoken": found[1],
            "member_number": self.person.number,
            "pin": GOOD.digits,
        }
        start = time.perf_counter()
        status, _ = self.ask("POST", "/member/sign-in/", form)
        took = time.perf_counter() - start
        if status != 302:
            raise RuntimeError(f"not signed in: {status}")
        return took


@dataclass
class Waited:
    """What members waited, by page, in seconds; and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@contextmanager
def running(command: list[str], port: int) -> Iterator[int]:
    """A process that listens on a port; ended afterwards."""
    named = {**os.environ, "MOTOCHO_HOME": str(HOME), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    process = subprocess.Popen(command, env=named, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def people() -> list[Person]:
    """Members with three years of dealings, each with a known device."""
    house, desk = House(), Site.at(HOME).desk
    now = clock.now()
    made = []
    for _ in range(MEMBERS):
        member = house.member(SATO, now - timedelta(days=400))
        key = desk.open(
            now.date() - timedelta(days=30 * MONTHS), 500_000, member_id=member.member_id
        )
        for month in range(MONTHS, 0, -1):
            on = now.date() - timedelta(days=30 * month)
            if month % 6 == 0:
                desk.draw(key, 50_000, on)
            desk.receive(key, 12_000, on + timedelta(days=20))
        token = house.device(member.member_id, now).token
        made.append(Person(member.member_number, token))
    connections.close_all()
    return made


HOME_PAGE = "/member/"
PLACES = (HOME_PAGE, "/member/dealings/", HOME_PAGE, "/member/settings/")
AIM_MS = 100
"""Of home's p95, as the issue of the member site asks."""


def walk(visit: Visit, waited: Waited, seed: int, paths: tuple[str, ...]) -> None:
    """A member goes from page to page until the minute is over."""
    chance = random.Random(seed)  # a walk, not a secret
    time.sleep(chance.uniform(0, THINK_SECONDS))
    until = time.perf_counter() + SECONDS
    step = 0
    while time.perf_counter() < until:
        path = paths[step % len(paths)]
        step += 1
        start = time.perf_counter()
        try:
            status, page = visit.ask("GET", path)
        except (OSError, http.client.HTTPException) as error:
            waited.errors.append(f"{path}: {type(error).__name__}")
            break
        waited.seconds[path].append(time.perf_counter() - start)
        if status != 200 or "<h1" not in page:
            waited.errors.append(f"{path}: {status}")
        time.sleep(chance.uniform(0.5, 1.5) * THINK_SECONDS)


def crowd(visits: list[Visit], paths: tuple[str, ...]) -> Waited:
    waited = Waited()
    threads = [
        threading.Thread(target=walk, args=(visit, waited, seed, paths))
        for seed, visit in enumerate(visits)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waited


def line(what: str, seconds: list[float]) -> float:
    in_order = sorted(seconds)
    p50, p95 = (in_order[int(part * (len(in_order) - 1))] * 1000 for part in (0.5, 0.95))
    worst = in_order[-1] * 1000
    waits = f"p50 {p50:6.1f}   p95 {p95:6.1f}   most {worst:6.1f} ms"
    print(f"  {what:28} {len(in_order):5} pages   {waits}")
    return p95


def main() -> str | None:
    """Print what members wait for, and what a login costs; gives what went wrong."""
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    with server("web-db", HOME / "postgres") as own:
        migrate(own.address)
        setup(Role.APP, own.address)
        os.environ["MOTOCHO_HOME"] = str(HOME)
        everyone = people()
        site_port, bare_port = free_port(), free_port()
        site = [sys.executable, "-m", "motocho", "web", "--port", str(site_port)]
        site += ["--workers", str(WORKERS), "--threads", str(THREADS)]
        bare = [sys.executable, "-m", "bench._bare_site"]
        bare += [str(bare_port), str(WORKERS), str(THREADS)]
        print(f"{MEMBERS} members, {THINK_SECONDS:.0f} s between pages, {SECONDS} s")
        print(f"  site and bare page with {WORKERS} processes of {THREADS} threads each")
        with running(bare, bare_port):
            beside = crowd([Visit(bare_port, Person("", "")) for _ in everyone], ("/",))
        with running(site, site_port):
            visits = [Visit(site_port, person) for person in everyone]
            logins = [visit.sign_in() for visit in visits]
            waited = crowd(visits, PLACES)
        wrong = report(beside, waited, logins)
    shutil.rmtree(HOME, ignore_errors=True)
    return wrong


def report(beside: Waited, waited: Waited, logins: list[float]) -> str | None:
    """The figures, and their ratios to the bare page; gives what went wrong."""
    base = line("bare page", beside.seconds["/"])
    found = {}
    for path in dict.fromkeys(PLACES):
        found[path] = line(path, waited.seconds[path])
        print(f"  {'':28} p95 is {found[path] / base:.1f} of the bare page's")
    errors = waited.errors + beside.errors
    print(f"  errors: {len(errors)} {' '.join(sorted(set(errors)))}")
    alone = best(lambda: hashing.match(Cost.PIN, "1", GOOD.digits, None), 5)
    print(f"  a login, one after another: median {statistics.median(logins) * 1000:.0f} ms")
    print(f"  of it argon2: {alone * 1000:.0f} ms")
    if errors:
        return f"{len(errors)} errors"
    return None if found[HOME_PAGE] < AIM_MS else f"home's p95 is over {AIM_MS} ms"


if __name__ == "__main__":
    main()
