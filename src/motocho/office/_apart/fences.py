"""What the kernel itself keeps this process from: files, sockets, programs, others [カーネルの柵].

Without privileges, and only on Linux: Landlock (5.13 and later) leaves it nothing to read but the
program's own files; a filter of system calls leaves it no socket and no program. Native code that
a broken file takes over is held by these, where a hook in Python would not hold it. They are put
up before a parser is loaded, so that no thread is older than they are.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

_NO_NEW_PRIVILEGES = 38
_SET_SECCOMP, _FILTER_MODE = 22, 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION, _PATH_BENEATH = 1, 1
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_BITS_OF_FILES = {1: 13, 2: 14, 3: 15, 4: 15}
_BITS_SINCE_FIVE = 16
_WITH_NETWORK, _WITH_SCOPES = 4, 6
_BOTH = 0b11
_SYSTEM = (
    "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/fonts", "/etc/localtime", "/dev/null",
    "/dev/urandom", "/dev/zero", "/sys/devices/system/cpu", "/proc/cpuinfo", "/proc/meminfo",
)  # fmt: skip
"""What the libraries of a system read for themselves: nothing of a person's."""


class Fence(Enum):
    """What holds here [柵]."""

    FILES = "files"
    CALLS = "calls"


def fence_off() -> frozenset[Fence]:
    """Put up what this system has; gives what holds from here on [柵の設置]."""
    if not sys.platform.startswith("linux"):
        return frozenset()
    system = ctypes.CDLL(None, use_errno=True)
    if system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return frozenset()
    held = {Fence.FILES: _files(system), Fence.CALLS: _calls(system)}
    return frozenset(fence for fence, holds in held.items() if holds)


# --------------------------------------------------------------------------------------- files
def _files(system: ctypes.CDLL) -> object:
    """Landlock: nothing is read but the program, its libraries and its models; nothing written."""
    version = system.syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)
    if version < 1:
        return None
    handled = (1 << _BITS_OF_FILES.get(version, _BITS_SINCE_FIVE)) - 1
    fields = [handled]
    if version >= _WITH_NETWORK:
        fields.append(_BOTH)
    if version >= _WITH_SCOPES:
        fields.append(_BOTH)
    rules = struct.pack(f"={len(fields)}Q", *fields)
    ruleset = system.syscall(_CREATE_RULESET, rules, len(rules), 0)
    if ruleset < 0:
        return None
    try:
        for path in _own():
            _let_read(system, ruleset, path)
        return system.syscall(_RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _own() -> Sequence[str]:
    """Where the interpreter, its libraries and this program lie."""
    mine = Path(__file__).parents[2]
    return [sys.prefix, sys.base_prefix, *sys.path[1:], str(mine), *_SYSTEM]


def _let_read(system: ctypes.CDLL, ruleset: int, path: str) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = _READ_FILE | (_READ_DIR | _EXECUTE if Path(path).is_dir() else 0)
        rule = struct.pack("=Qi", rights, place)
        system.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(place)


# --------------------------------------------------------------------------------------- calls
_CALLS = {
    "x86_64": (
        0xC000003E,
        # socket, connect, bind, listen, sendto, sendmsg, fork, vfork, execve, kill, ptrace, tkill,
        # tgkill, process_vm_readv and writev, execveat, bpf, userfaultfd, io_uring_setup, pidfd
        (41, 42, 49, 50, 44, 46, 57, 58, 59, 62, 101, 200, 310, 311, 322, 321, 323, 425, 424, 438),
    ),
    "aarch64": (
        0xC00000B7,
        (198, 203, 200, 201, 206, 211, 221, 129, 117, 130, 270, 271, 281, 280, 282, 425, 424, 438),
    ),
}
"""By machine: the number of its calls' convention, and of the calls that are refused."""
_LOAD, _JUMP_EQUAL, _JUMP_ABOVE, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _END = 0x7FFF0000, 0x00050001, 0x80000000
_OTHER_CONVENTION = 0x40000000
_AT_NUMBER, _AT_MACHINE = 0, 4


def _calls(system: ctypes.CDLL) -> object:
    """A filter of system calls: no socket, no program, no look into another process."""
    known = _CALLS.get(platform.machine())
    if known is None:
        return None
    convention, refused = known
    steps = [
        (_LOAD, 0, 0, _AT_MACHINE),
        (_JUMP_EQUAL, 1, 0, convention),
        (_RETURN, 0, 0, _END),
        (_LOAD, 0, 0, _AT_NUMBER),
        (_JUMP_ABOVE, len(refused) + 1, 0, _OTHER_CONVENTION),
        *((_JUMP_EQUAL, len(refused) - at, 0, call) for at, call in enumerate(refused)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *one) for one in steps))
    head = struct.pack("@HP", len(steps), ctypes.addressof(program))
    return system.prctl(_SET_SECCOMP, _FILTER_MODE, head, 0, 0) == 0
