"""The demonstration's site, worker and mails, until it is told to stop [実演のサイト]."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from motocho.cli import _mailroom
from motocho.cli._grid import columns
from motocho.cli._output import Output
from motocho.cli._showcase import CALLED_AS
from motocho.cli._words import word
from motocho.documents.sheet import Align
from motocho.outside.mail import FOLDER_VARIABLE, folder
from motocho.simulation.demonstration import bureaus, colleagues, ready
from motocho.units.errors import Fault, OutsideFailure

LOOPBACK = "127.0.0.1"
SITE_PORT, MAIL_PORT = 8000, 8025
_TRIED = 50
"""Ports that are tried, one after another."""
_PATIENCE_SECONDS = 60
_LOOK_SECONDS = 0.2
_LOOKS = int(_PATIENCE_SECONDS / _LOOK_SECONDS)
_SIGNALS = [
    signal.Signals[name]
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if name in signal.Signals.__members__  # there is no SIGHUP on Windows
]
_NAMES = {
    ready.Standing.ON_TIME: ("返済日どおり", "on time"),
    ready.Standing.LATE: ("返済が遅れている", "late"),
    ready.Standing.OVERPAID: ("昔の取引で払いすぎがある", "overpaid in the past"),
}


@dataclass(frozen=True, slots=True)
class _Places:
    site: str
    mails: str
    post: Path


def serve(output: Output, seats: Sequence[colleagues.Seat]) -> None:
    """Start site, worker and mails, say where they are, and wait [実演のサイトの起動].

    Raises    OutsideFailure where one of them does not start, or ends by itself.
    """
    site_port = _free_port(SITE_PORT)
    mails = _mailroom.server(folder(), _free_port(MAIL_PORT), seats)
    places = _Places(
        f"http://{LOOPBACK}:{site_port}", f"http://{LOOPBACK}:{mails.server_port}/", folder()
    )
    threading.Thread(target=mails.serve_forever, daemon=True).start()
    with (
        _stop_signals() as stopping,
        _running(("web", "--port", str(site_port)), places) as site,
        _running(("worker", "run"), places) as worker,
    ):
        _await_site(site_port, site)
        output.data("\n".join(_told(places, output)))
        output.note(output.text("Ctrl-Cで終わります", "Ctrl-C ends it"))
        while not stopping.wait(_LOOK_SECONDS):
            _refuse_ended(site)
            _refuse_ended(worker)
    mails.shutdown()


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """Ctrl-C, SIGTERM and a closed window end it in order, and not in the middle.

    What is to be ignored stays ignored: `nohup` keeps it going.
    """
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    wanted = [one for one in _SIGNALS if signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, stop) for one in wanted}
    try:
        yield stopping
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def _running(arguments: tuple[str, ...], places: _Places) -> Iterator[subprocess.Popen[bytes]]:
    """One of our own commands beside us; ended when we end."""
    named = {
        **os.environ,
        "MOTOCHO_ORIGIN": places.site,
        FOLDER_VARIABLE: str(places.post),
    }
    process = subprocess.Popen(  # noqa: S603  # our own program
        [sys.executable, "-m", "motocho", *arguments],
        env=named,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_site(port: int, site: subprocess.Popen[bytes]) -> None:
    for _ in range(_LOOKS):
        _refuse_ended(site)
        with socket.socket() as trial:
            if trial.connect_ex((LOOPBACK, port)) == 0:
                return
        time.sleep(_LOOK_SECONDS)
    raise OutsideFailure(Fault("DEM-001"))


def _refuse_ended(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        raise OutsideFailure(Fault("DEM-001"))


def _free_port(first: int) -> int:
    for port in range(first, first + _TRIED):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise OutsideFailure(Fault("WEB-006", details={"port": str(first)}))


# ------------------------------------------------------------------------------------ what is said
def _told(places: _Places, output: Output) -> Iterator[str]:
    say = output.text
    yield say(f"8. 会員サイト {places.site}/", f"8. The member site: {places.site}/")
    yield say(
        f"   届くメール(確認番号もここに) {places.mails}",
        f"   The mails it sends, codes too: {places.mails}",
    )
    yield say(
        f"   ログインできる会員(暗証番号はみな {ready.PIN})",
        f"   Members who can sign in (PIN {ready.PIN} for all)",
    )
    rows = [(one.member_number, _name(one), _standing(one, output)) for one in ready.READY]
    yield from (f"   {line}" for line in columns(rows, (Align.LEFT,) * 3))
    yield from _desk(places, output)
    call = os.environ.get(CALLED_AS) or "motocho"
    yield say("   銀行の役をする", "   To play the bank")
    bank = [
        (f"{call} bank play orders", say("届いた振込依頼を実行する", "carry transfers out")),
        (f"{call} bank play pay NUMBER", say("お客様番号の請求を払う", "pay a bill")),
    ]
    yield from (f"   {line}" for line in columns(bank, (Align.LEFT,) * 2))
    yield say(
        "   信用情報機関の役をする(審査の申込みに答える)",
        "   To play the credit bureau, for applications",
    )
    yield f"     {call} bureau play {bureaus.BUREAU_ID} {bureaus.COMPANY_CODE}"


def _desk(places: _Places, output: Output) -> Iterator[str]:
    say = output.text
    yield say(f"   従業者の画面 {places.site}/desk/", f"   The staff's desk: {places.site}/desk/")
    yield say(
        f"   従業者(パスワードはみな「{colleagues.PASSWORD}」、確認コードは {places.mails})",
        f'   Staff (password "{colleagues.PASSWORD}" for all, codes at {places.mails})',
    )
    rows = [
        (one.login_name, one.name, "・".join(sorted(word(role, output) for role in one.roles)))
        for one in colleagues.COLLEAGUES
    ]
    yield from (f"   {line}" for line in columns(rows, (Align.LEFT,) * 3))


def _name(one: ready.Ready) -> str:
    return f"{one.person.family_name} {one.person.given_name}"


def _standing(one: ready.Ready, output: Output) -> str:
    return output.text(*_NAMES[one.standing])
