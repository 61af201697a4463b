"""What this process may take, and that it speaks to nobody [資源の制限]."""

from __future__ import annotations

import sys
from typing import Any

MEMORY_BYTES = {"table": 1 << 30, "text": 2 << 30, "scan": 6 << 30}
"""Address space: recognition maps its models and its workspace."""
CPU_SECONDS = {"table": 60, "text": 300, "scan": 3_600}
MOST_OPEN_FILES = 64
_REFUSED = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.spawn",
    "os.posix_spawn",
    "os.system",
    "os.fork",
    "urllib.",
    "http.",
    "ftplib.",
    "smtplib.",
)
_WRITING = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "shutil.")


class Refused(RuntimeError):
    """Something in the process wanted what it may not have [拒否]."""


def bound(kind: str) -> None:
    """Bound memory, time and files, where the system can [資源の制限]."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:  # Windows: the parent's time limit is all there is
        return
    for name, most in (
        ("RLIMIT_AS", MEMORY_BYTES[kind]),
        ("RLIMIT_CPU", CPU_SECONDS[kind]),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", MOST_OPEN_FILES),
    ):
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (OSError, ValueError):
            continue  # a system that does not know this limit, as macOS does not know RLIMIT_AS


def close_off() -> None:
    """Refuse sockets, programs and changes of files from here on: a hook that nobody removes."""
    sys.addaudithook(_judge)


def _judge(event: str, _: Any) -> None:
    if event.startswith(_REFUSED) or event.startswith(_WRITING):
        raise Refused(event)
