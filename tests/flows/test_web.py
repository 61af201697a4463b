"""`motocho web` as a person runs it: it serves on this machine alone, and stops cleanly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo
from tests import hours
from tests.database import Database
from tests.tidy.source import ROOT

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
LONGEST_START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def environment(database: Database, home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": hours.path(),
        "MOTOCHO_HOME": str(home),
        "DATABASE_URL": make_conninfo(**database.address.parameters),
    }


@contextmanager
def running(arguments: list[str], variables: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "motocho", "web", *arguments],
        cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def answer(address: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(address, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def wait_for(process: subprocess.Popen[bytes], address: str) -> bytes:
    for _ in range(LONGEST_START_SECONDS * 10):
        assert process.poll() is None, process.stderr and process.stderr.read()
        try:
            return answer(address)[1]
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError("the site did not start")


def test_site_serves_on_loopback_and_ends_when_told(database: Database, home: Path) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with running(["--port", str(port)], environment(database, home)) as process:
        page = wait_for(process, f"{address}/")
        assert "暗証番号を聞くことはありません".encode() in page
        status, terms = answer(f"{address}/terms/")  # through the database
        assert status == 200
        assert "貸付条件".encode() in terms
        assert answer(f"{address}/nowhere/")[0] == 404
        assert listening(port) == {"127.0.0.1"}
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    with pytest.raises(urllib.error.URLError):
        answer(f"{address}/")


def listening(port: int) -> set[str]:
    """The addresses on which something listens at a port; empty where the system does not tell."""
    found = set()
    for name in ("tcp", "tcp6"):
        path = Path("/proc/net") / name
        if not path.exists():
            return {"127.0.0.1"}
        for line in path.read_text(encoding="ascii").splitlines()[1:]:
            place, state = line.split()[1], line.split()[3]
            host, at = place.split(":")
            if int(at, 16) == port and state == "0A":
                quads = [str(int(host[index : index + 2], 16)) for index in (6, 4, 2, 0)]
                found.add(".".join(quads) if name == "tcp" else host)
    return found


def test_taken_port_is_said_with_what_mends_it(database: Database, home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        with running(["--port", port], environment(database, home)) as process:
            said = process.communicate(timeout=60)[1].decode()
            assert process.returncode == 7
            assert port in said
            assert "--port" in said
