"""The server that forks the workers of a whole book, begun before anything is loaded [計算の準備].

It loads what every worker needs in a process of its own, while the process that asks still loads
what it needs itself. So this module, unlike `portfolio`, brings nothing with it.
"""

from __future__ import annotations

import os
from multiprocessing import forkserver

_LOADED = ["motocho.office.portfolio.warm"]
_KEEPS_MEMORY = "MIMALLOC_PURGE_DELAY"
"""Read by Arrow's allocator when it is loaded; -1: what one batch frees stays for the next."""


def make_ready() -> None:
    """Begin to load what workers will need; whoever has done so already does nothing [事前読込み].

    Why       a server that has loaded everything once forks the workers: nothing is loaded twice,
              and no thread of ours is forked in the middle of something. A worker does one batch
              after another, each as large as the one before: to give memory back in between, and
              take it again, is a tenth of its time.
    """
    given = os.environ.get(_KEEPS_MEMORY)
    os.environ.setdefault(_KEEPS_MEMORY, "-1")
    try:
        forkserver.set_forkserver_preload(_LOADED)
        forkserver.ensure_running()
    finally:
        if given is None:
            del os.environ[_KEEPS_MEMORY]
