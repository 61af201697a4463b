"""Python runs this in each process that the tests start while their clock is moved (tests/hours)."""

import inspect
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

try:
    from motocho.outside import clock
except ImportError:  # a process that is not ours
    pass
else:
    # Moved once, also where a collection of tests imports this module a second time.
    _real_now: Callable[[], datetime] = inspect.unwrap(clock.now)
    _ahead = timedelta(seconds=float(os.environ.get("MOTOCHO_TESTS_MOVED_SECONDS", "0")))

    @wraps(_real_now)
    def _moved_now() -> datetime:
        return _real_now() + _ahead

    clock.now = _moved_now
