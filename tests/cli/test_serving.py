"""What ends the demonstration's site in order, and what does not."""

from __future__ import annotations

import os
import signal

import pytest

from motocho.cli import _serving

SIGNALS = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@pytest.mark.parametrize("name", SIGNALS)
def test_each_way_to_stop_it_ends_it_in_order(name: str) -> None:
    """A closed window (SIGHUP) too: site and worker would go on behind it."""
    number = signal.Signals[name]
    before = signal.getsignal(number)
    try:
        signal.signal(number, signal.SIG_DFL)
        with _serving._stop_signals() as stopping:
            os.kill(os.getpid(), number)
            assert stopping.wait(5)
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        signal.signal(number, before)


@pytest.mark.skipif("SIGHUP" not in SIGNALS, reason="Windows has no SIGHUP")
def test_what_is_to_be_ignored_stays_ignored() -> None:
    """`nohup motocho demo` goes on when its window is closed."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with _serving._stop_signals() as stopping:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not stopping.is_set()
    finally:
        signal.signal(signal.SIGHUP, before)
