"""Photos taken at an angle, made flat by the edges of the paper or of the table [台形の補正].

The paper is sought as the largest bright quadrilateral before a darker ground; where the photo
shows no ground, the outer lines of the table are. What only lies turned is left to `lines.upright`.
"""

from __future__ import annotations

from typing import Any

from motocho.office._apart.lines import grid_of

_SMALL = 900
_LEAST_PART, _MOST_PART = 0.2, 0.96
"""Of the picture, the paper: less is something else, more has no ground around it."""
_SOLID = 0.93
_CORNERS = 4
_ROUGH = 0.02
_LEAST_CONTRAST = 28
_ACROSS_EDGE = 0.012
_SAMPLES = 40
_LEAST_SIDES = 3
_LEAST_SKEW = 0.0025
"""Of the long side: a table whose corners stray less from a rectangle needs nothing."""
_TABLE_PART = 0.2
_PAPER_WHITE = 232
_MOST_LIFT = 3.0
_GROUND_OF_SIDE = 24


def flattened(pixels: Any) -> Any:
    """The picture as if taken from straight above [台形の補正]."""
    paper = _paper_of(pixels)
    if paper is not None:
        return _evenly_lit(_laid_out(pixels, paper))
    table = _table_of(pixels)
    if table is None or _stray(table) < _LEAST_SKEW:
        return pixels
    flat = _laid_out(pixels, table, whole=True)
    found = _lines(flat)
    return flat if found and found >= _lines(pixels) else pixels


def _lines(pixels: Any) -> int:
    """How many ruled lines are found: fewer of them after a change say that it was wrong."""
    from motocho.office._apart.lines import upright  # noqa: PLC0415

    grid = grid_of(upright(pixels))
    return 0 if grid is None else len(grid[0]) + len(grid[1])


# ----------------------------------------------------------------------------------- corners
def _paper_of(pixels: Any) -> Any:
    """The corners of a paper before a darker ground; None where there is none."""
    import cv2  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    small, scale = _reduced(pixels)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (7, 7), 0)
    _, bright = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    bright = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    edge = np.concatenate(
        [bright[:4].ravel(), bright[-4:].ravel(), bright[:, :4].ravel(), bright[:, -4:].ravel()]
    )
    if (edge > 0).mean() > 1 - _LEAST_PART:
        return None
    quad = _largest_quad(bright)
    if quad is None or not _LEAST_PART < cv2.contourArea(quad) / bright.size < _MOST_PART:
        return None
    return quad / scale if _has_edges(grey, quad) else None


def _has_edges(grey: Any, corners: Any) -> bool:
    """Whether each side of the paper ends sharply, or at the picture's own edge.

    Why       one lamp makes half of a page darker than the other: no paper ends there.
    """
    import numpy as np  # noqa: PLC0415

    high, wide = grey.shape
    middle = corners.mean(axis=0)
    apart = _ACROSS_EDGE * max(grey.shape)
    sharp = 0
    for at in range(_CORNERS):
        along = np.linspace(0.15, 0.85, _SAMPLES)[:, None]
        side = corners[at] * (1 - along) + corners[(at + 1) % _CORNERS] * along
        outward = side.mean(axis=0) - middle
        outward = outward / max(float(np.linalg.norm(outward)), 1.0) * apart
        inner, outer = (side - outward).astype(int), (side + outward).astype(int)
        seen = (outer >= 0).all(axis=1) & (outer[:, 0] < wide) & (outer[:, 1] < high)
        if 2 * seen.sum() < _SAMPLES:
            continue  # the paper runs out of the picture here
        inner, outer = inner[seen], outer[seen]
        steps = grey[inner[:, 1], inner[:, 0]].astype(int) - grey[outer[:, 1], outer[:, 0]]
        if np.median(steps) < _LEAST_CONTRAST:
            return False
        sharp += 1
    return sharp >= _LEAST_SIDES


def _table_of(pixels: Any) -> Any:
    """The corners of the largest drawing of lines; None where none is large."""
    import cv2  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    small, scale = _reduced(pixels)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    dark = cv2.adaptiveThreshold(
        grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 10
    )
    dark = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark)
    if count < 2:
        return None
    sides = stats[1:, cv2.CC_STAT_WIDTH] * stats[1:, cv2.CC_STAT_HEIGHT]
    largest = int(sides.argmax()) + 1
    if sides[largest - 1] < _TABLE_PART * dark.size:
        return None
    quad = _largest_quad(np.where(labels == largest, 255, 0).astype(np.uint8))
    return None if quad is None else quad / scale


def _reduced(pixels: Any) -> tuple[Any, float]:
    import cv2  # noqa: PLC0415

    scale = min(_SMALL / max(pixels.shape[:2]), 1.0)
    return cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), scale


def _largest_quad(mask: Any) -> Any:
    """The four corners of the largest shape of a mask; None where it is no quadrilateral."""
    import cv2  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    shapes, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not shapes:
        return None
    hull = cv2.convexHull(max(shapes, key=cv2.contourArea))
    around = cv2.arcLength(hull, closed=True)
    corners = cv2.approxPolyDP(hull, _ROUGH * around, closed=True)
    if len(corners) != _CORNERS:
        return None
    if cv2.contourArea(corners) < _SOLID * cv2.contourArea(hull):
        return None
    points = corners.reshape(_CORNERS, 2).astype(np.float32)
    return _in_order(points)


def _in_order(points: Any) -> Any:
    """Left upper, right upper, right lower, left lower."""
    import numpy as np  # noqa: PLC0415

    sums, steps = points.sum(axis=1), points[:, 1] - points[:, 0]
    order = [sums.argmin(), steps.argmin(), sums.argmax(), steps.argmax()]
    return None if len(set(map(int, order))) < _CORNERS else np.array([points[at] for at in order])


def _stray(corners: Any) -> float:
    """How far the corners are from a rectangle's, of the long side."""
    import numpy as np  # noqa: PLC0415

    crossing = (corners[0] + corners[2]) / 2 - (corners[1] + corners[3]) / 2
    diagonals = np.linalg.norm(corners[0] - corners[2]) - np.linalg.norm(corners[1] - corners[3])
    long = max(np.linalg.norm(corners[at] - corners[at - 1]) for at in range(_CORNERS))
    return float(max(np.linalg.norm(crossing), abs(diagonals) / 2) / long)


# ----------------------------------------------------------------------------------- flat
def _laid_out(pixels: Any, corners: Any, *, whole: object = None) -> Any:
    """The quadrilateral as a rectangle; `whole` keeps what lies around it on the picture."""
    import cv2  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    upper, right, lower, left = (
        float(np.linalg.norm(corners[at] - corners[(at + 1) % _CORNERS])) for at in range(_CORNERS)
    )
    wide, high = max(upper, lower), max(left, right)
    x, y = (
        (float(corners[:, 0].mean() - wide / 2), float(corners[:, 1].mean() - high / 2))
        if whole
        else (0.0, 0.0)
    )
    meant = np.array([[x, y], [x + wide, y], [x + wide, y + high], [x, y + high]], dtype=np.float32)
    turn = cv2.getPerspectiveTransform(corners.astype(np.float32), meant)
    size = (pixels.shape[1], pixels.shape[0]) if whole else (round(wide), round(high))
    return cv2.warpPerspective(
        pixels, turn, size, flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255)
    )


def _evenly_lit(pixels: Any) -> Any:
    """A photo's paper as white as a scan's: the light is measured where there is no ink."""
    import cv2  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    side = max(pixels.shape[:2]) // _GROUND_OF_SIDE | 1
    small = cv2.resize(pixels, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    small_side = max(side // 4, 3) | 1
    ground = cv2.morphologyEx(
        cv2.cvtColor(small, cv2.COLOR_BGR2GRAY),
        cv2.MORPH_CLOSE,
        np.ones((small_side, small_side), np.uint8),
    )
    ground = cv2.GaussianBlur(ground, (0, 0), small_side / 2)
    light = cv2.resize(ground, (pixels.shape[1], pixels.shape[0])).astype(np.float32)
    lift = np.clip(_PAPER_WHITE / np.maximum(light, 1), 1, _MOST_LIFT)
    return np.clip(pixels * lift[:, :, None], 0, 255).astype(np.uint8)
