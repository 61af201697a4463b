"""`./run bench [NAME …]`: benchmarks, each against a baseline run beside it.

Each program prints figures and ratios and writes them to docs/benchmarks/<name>.md. They are never
tests: a machine's mood is not a fault.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import platform
import sys
from datetime import datetime
from pathlib import Path

FOLDER = Path(__file__).parent
REPORTS = FOLDER.parent / "docs" / "benchmarks"


class _Tee(io.StringIO):
    def write(self, text: str) -> int:
        sys.__stdout__.write(text)  # type: ignore[union-attr]  # a terminal is there
        sys.__stdout__.flush()  # type: ignore[union-attr]
        return super().write(text)


def main() -> None:
    known = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
    names = sys.argv[1:] or known
    for name in names:
        if name not in known:
            raise SystemExit(f"no benchmark {name!r}; known: {', '.join(known)}")
        tee = _Tee()
        with contextlib.redirect_stdout(tee):
            wrong = importlib.import_module(f"bench.{name}").main()
        now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")  # noqa: TID251  # a report's date
        head = f"# Benchmark: {name}\n\n{now}, {os.cpu_count()} processors, {platform.system()}, "
        head += f"Python {platform.python_version()}. Written by `./run bench {name}`.\n\n```\n"
        REPORTS.mkdir(exist_ok=True)
        (REPORTS / f"{name}.md").write_text(head + tee.getvalue() + "```\n", encoding="utf-8")
        if wrong:
            raise SystemExit(f"{name}: {wrong}")


if __name__ == "__main__":
    main()
