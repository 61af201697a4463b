"""Pixels without recognition: which way is up, where lines are ruled, what is ink [罫線と傾き]."""

from __future__ import annotations

from typing import Any

_COARSE = [step / 2 for step in range(-12, 13)]
_FINE = [step / 10 for step in range(-5, 6)]
_SMALL = 700
_LEAST_TURN = 0.05
_LINE_OF_WIDTH, _LINE_OF_HEIGHT = 12, 18
_NEAR = 9
_PART_OF_LONGEST = 0.55
_LEAST_ROWS, _LEAST_COLUMNS = 3, 3
_RED = 45
_LEAST_RED = 40
_PAD = 6


def upright(pixels: Any) -> Any:
    """The page turned so that its rows lie level [傾きの補正]."""
    import cv2  # noqa: PLC0415

    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    scale = min(_SMALL / max(grey.shape), 1)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = 255 - small
    ink[ink < _RED] = 0
    angle = max(_COARSE, key=lambda turn: _level(ink, turn))
    angle = max((angle + step for step in _FINE), key=lambda turn: _level(ink, turn))
    if abs(angle) < _LEAST_TURN:
        return pixels
    high, wide = pixels.shape[:2]
    spin = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1)
    return cv2.warpAffine(
        pixels, spin, (wide, high), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255)
    )


def _level(ink: Any, angle: float) -> float:
    """How sharply ink gathers in rows when the page is turned so."""
    import cv2  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    high, wide = ink.shape
    spin = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1)
    turned = cv2.warpAffine(ink, spin, (wide, high))
    sums = turned.sum(axis=1, dtype=np.float64)
    return float(((sums[1:] - sums[:-1]) ** 2).sum())


def grid_of(pixels: Any) -> tuple[list[int], list[int]] | None:
    """The places of ruled lines, down and across; None where the page is not ruled [罫線]."""
    import cv2  # noqa: PLC0415

    grey = pixels[:, :, 2]  # red seals are bright in the red channel
    dark = cv2.adaptiveThreshold(
        cv2.medianBlur(cv2.GaussianBlur(grey, (3, 3), 0), 3),
        255,
        cv2.ADAPTIVE_THRESH_MEAN_C,
        cv2.THRESH_BINARY_INV,
        25,
        12,
    )
    high, wide = dark.shape
    level = cv2.getStructuringElement(cv2.MORPH_RECT, (wide // _LINE_OF_WIDTH, 1))
    plumb = cv2.getStructuringElement(cv2.MORPH_RECT, (1, high // _LINE_OF_HEIGHT))
    closed = cv2.dilate(dark, cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3)))
    down = _places(cv2.morphologyEx(closed, cv2.MORPH_OPEN, level), 1)
    across = _places(cv2.morphologyEx(closed, cv2.MORPH_OPEN, plumb), 0)
    if len(down) < _LEAST_ROWS or len(across) < _LEAST_COLUMNS:
        return None
    return across, down


def _places(lines: Any, axis: int) -> list[int]:
    """Where lines lie: the middles of runs that are nearly as long as the longest."""
    import numpy as np  # noqa: PLC0415

    sums = (lines > 0).sum(axis=axis)
    if not sums.max():
        return []
    # A line that is a little askew lies over several rows of pixels.
    spread = np.convolve(sums, np.ones(5), mode="same")
    strong = np.flatnonzero(spread > _PART_OF_LONGEST * spread.max())
    places: list[list[int]] = []
    for place in strong.tolist():
        if places and place - places[-1][-1] <= _NEAR:
            places[-1].append(place)
        else:
            places.append([place])
    return [sum(run) // len(run) for run in places]


def red_of(crop: Any) -> bool:
    """Whether a cell holds the red of a seal [朱印]."""
    import numpy as np  # noqa: PLC0415

    if not crop.size:
        return False
    signed = crop.astype(np.int16)
    red = (signed[:, :, 2] - np.maximum(signed[:, :, 0], signed[:, :, 1])) > _RED
    return bool(red.sum() >= _LEAST_RED)


_DARK = 110


def ink_of(crop: Any) -> int:
    """How many pixels of a cell are dark, away from its edges and without red [インク]."""
    if crop.shape[0] < 2 * _PAD or crop.shape[1] < 2 * _PAD:
        return 0
    return int((crop[_PAD:-_PAD, _PAD:-_PAD, 2] < _DARK).sum())


def trimmed(crop: Any) -> Any:
    """A cell without red, cut to its ink with a margin; None where there is none [切り出し]."""
    import cv2  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    if crop.shape[0] < 2 * _PAD or crop.shape[1] < 2 * _PAD:
        return None
    grey = crop[:, :, 2]
    inner = grey[_PAD // 2 : -(_PAD // 2), _PAD:-_PAD]
    columns = np.flatnonzero((inner < _DARK + 30).sum(axis=0) >= 2)
    if not columns.size:
        return None
    left, right = max(int(columns[0]) - _PAD, 0), int(columns[-1]) + 3 * _PAD
    made = grey[:, left : min(right, grey.shape[1])]
    return cv2.cvtColor(np.ascontiguousarray(made), cv2.COLOR_GRAY2BGR)
