"""A scorer that answers files as a vendor would, for trying things on [模擬の評点事業者]."""

from __future__ import annotations

from pathlib import Path

import orjson

from motocho.outside.bureau import Tray

MODEL = "fake-1"


def play(folder: Path) -> list[str]:
    """Answer every file that lies in `out`, once; gives the names of the answers [模擬の回答].

    Points    by the income that was said and the age, so that the same asker gets the same score.
    """
    tray, names = Tray(folder), []
    inside = folder / "in"
    inside.mkdir(parents=True, exist_ok=True)
    for asked in sorted((folder / "out").glob("score-*.jsonl")):
        name = f"answer-{asked.name}"
        if (inside / name).exists() or (folder / "done" / name).exists():
            continue
        lines = [_line(orjson.loads(line)) for line in asked.read_bytes().splitlines()]
        (inside / name).write_bytes(b"".join(lines))
        names.append(name)
    tray.waiting()
    return names


def _line(asked: dict[str, object]) -> bytes:
    income, age = asked["stated_income_yen"], asked["age"]
    parts = {
        "income": min(600, income // 10_000) if isinstance(income, int) else 0,
        "age": min(200, age * 2) if isinstance(age, int) else 0,
    }
    factors = [{"name": name, "points": points} for name, points in parts.items()]
    held = {
        "ref": asked["ref"],
        "model": MODEL,
        "points": sum(parts.values()),
        "factors": factors,
    }
    return orjson.dumps(held) + b"\n"
