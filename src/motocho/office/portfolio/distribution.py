"""Who carries the shards: this process, a pool of processes, or Ray [分散].

All three call `shards.carry` with the same tasks; the tasks say where the results go. Ray's workers
must see the files and the folder under the same names.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from enum import Enum
from itertools import islice
from typing import Any

from motocho.office import workers
from motocho.office.portfolio.shards import Done, Task, carry
from motocho.units.errors import Fault, OutsideFailure

RAY_ADDRESS = "RAY_ADDRESS"
_WAITING_PER_WORKER = 2
_LOOKS_EVERY_SECONDS = 1


class Way(Enum):
    """How shards are carried [分散の方法]."""

    HERE = "here"
    """One after another, in this process."""
    PROCESSES = "processes"
    RAY = "ray"


def carried(tasks: Sequence[Task], way: Way, at_once: int | None = None) -> Iterator[Done]:
    """The shards as they are done, in any order [分散計算].

    Takes     `at_once`: how many workers; None: one for each processor.
    Raises    OutsideFailure where a worker dies, or Ray is not installed; what `carry` raises.
    """
    count = at_once or os.cpu_count() or 1
    if way is Way.RAY:
        yield from _on_ray(tasks, count)
    elif way is Way.PROCESSES and len(tasks) > 1:
        yield from _in_pool(tasks, min(count, len(tasks)))
    else:
        yield from map(carry, tasks)


def _in_pool(tasks: Sequence[Task], count: int) -> Iterator[Done]:
    workers.make_ready()
    context = multiprocessing.get_context("forkserver")
    left = iter(tasks)
    pool = ProcessPoolExecutor(count, context, initializer=_end_with, initargs=(os.getpid(),))
    try:
        running: set[Future[Done]] = {
            pool.submit(carry, task) for task in islice(left, _WAITING_PER_WORKER * count)
        }
        while running:
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for one in ended:
                yield one.result()
                running |= {pool.submit(carry, task) for task in islice(left, 1)}
    except BrokenProcessPool as broken:
        raise OutsideFailure(Fault("PFO-009")) from broken
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with(parent: int) -> None:
    """End this worker when the process that asked for it is gone."""

    def look() -> None:
        pause = threading.Event()
        while _is_alive(parent):
            pause.wait(_LOOKS_EVERY_SECONDS)
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True


def _on_ray(tasks: Sequence[Task], count: int) -> Iterator[Done]:
    try:
        import ray  # noqa: PLC0415  # an extra, and slow to import
    except ImportError as missing:
        raise OutsideFailure(Fault("PFO-008", excerpt="ray")) from missing
    begun = not ray.is_initialized()
    if begun:
        # A cluster that the environment names has its own processors; else one is started here.
        here: dict[str, Any] = (
            {} if RAY_ADDRESS in os.environ else {"num_cpus": count, "include_dashboard": False}
        )
        ray.init(log_to_driver=False, **here)
    try:
        remote: Any = ray.remote(num_cpus=1)(carry)
        left = iter(tasks)
        running = [remote.remote(task) for task in islice(left, _WAITING_PER_WORKER * count)]
        while running:
            ended, running = ray.wait(running)
            for one in ended:
                yield _answer(ray, one)
                running += [remote.remote(task) for task in islice(left, 1)]
    finally:
        if begun:
            ray.shutdown()


def _answer(ray: Any, one: Any) -> Done:
    try:
        done: Done = ray.get(one)
    except ray.exceptions.RayTaskError as failed:
        raise failed.cause from failed
    except ray.exceptions.RayError as broken:
        raise OutsideFailure(Fault("PFO-009")) from broken
    return done
