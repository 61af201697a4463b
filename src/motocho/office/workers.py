"""The server that forks the workers of a whole book, begun before anything is loaded [計算の準備].

It loads what every worker needs in a process of its own, while the process that asks still loads
what it needs itself. So this module, unlike `portfolio`, brings nothing with it.
"""

from __future__ import annotations

from multiprocessing import forkserver

_LOADED = ["motocho.office.portfolio.warm"]


def make_ready() -> None:
    """Begin to load what workers will need; whoever has done so already does nothing [事前読込み].

    Why       a server that has loaded everything once forks the workers: nothing is loaded twice,
              and no thread of ours is forked in the middle of something.
    """
    forkserver.set_forkserver_preload(_LOADED)
    forkserver.ensure_running()
