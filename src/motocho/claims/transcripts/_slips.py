"""What a misread text may have been [読み違い]: likeness of numbers, days near in their digits."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from motocho.claims.transcripts.pages import Cell
from motocho.claims.transcripts.rows import Line, read_scanned

SAME, LIKE, ROUGH, FAR = 0, 2, 5, 9
"""What a correction costs: the same text, one digit off, two, anything."""
_DIGITS = re.compile(r"\d")
_MOST_APART = 2


@lru_cache(maxsize=65_536)
def apart(first: str, second: str) -> int:
    """How many digits must be changed, put in or left out to make one of the other [編集距離].

    >>> apart("10000", "1000"), apart("12345", "12845"), apart("1", "99999")
    (1, 1, 5)
    """
    row = list(range(len(second) + 1))
    for at, sign in enumerate(first, start=1):
        before, row[0] = row[0], at
        for to, other in enumerate(second, start=1):
            kept = before if sign == other else before + 1
            before, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, kept)
    return row[-1]


def likeness(cell: Cell, yen: int) -> int:
    """What it costs to say that a text was meant as this number [似かた]."""
    texts = [cell.text, *cell.others]
    if any(_value(text) == yen for text in cell.others):
        return 1
    wanted = str(yen)
    seen = [digits for text in texts if (digits := "".join(_DIGITS.findall(text)))]
    if not seen:
        return ROUGH
    distance = min(apart(digits, wanted) for digits in seen)
    if distance == 0:
        return 1
    if distance == 1 and len(wanted) > 1:
        return LIKE
    return ROUGH if distance == _MOST_APART and len(wanted) > 2 * _MOST_APART else FAR


def _value(text: str) -> int | None:
    read = read_scanned(text)
    return None if read is None else abs(read)


def slips_of_day(line: Line) -> dict[int, int]:
    """Days that a misread day may have been, with what each costs [日付の読み違い]."""
    if line.on is None:
        return {}
    found: dict[int, int] = {}
    written = f"{line.on.year:04}{line.on.month:02}{line.on.day:02}"
    for at, sign in enumerate(written):
        if at < 2:
            continue
        for other in "0123456789":
            if other == sign:
                continue
            text = written[:at] + other + written[at + 1 :]
            try:
                on = date(int(text[:4]), int(text[4:6]), int(text[6:]))
            except ValueError:
                continue
            found[on.toordinal()] = LIKE
    found.pop(line.on.toordinal(), None)
    return found
