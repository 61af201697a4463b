"""Scans of lenders' histories, made: what is printed is known, how it suffers is chosen by a seed.

A dealing is reckoned here by itself (not by the kernel), printed in one of several layouts with one
of several fonts, then damaged: turned, blurred, faxed, stamped, folded.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import motocho.documents

FONTS = Path(motocho.documents.__file__).parent / "fonts"
FONT_FILES = ("BIZUDGothic-Regular.ttf", "BIZUDPGothic-Regular.ttf", "NotoSerifJP-Regular.otf")
WIDE, HIGH = 1654, 2339
"""A4 at 200 dots an inch."""
ROWS = 40
Pixels = NDArray[np.uint8]


class Printed(NamedTuple):
    """A row as it is printed; `way` is 1 for lent, -1 for paid."""

    on: date
    way: int
    yen: int
    interest_yen: int
    balance_yen: int


def dealing(seed: int, rows: int, rate_ppm: int | None = None) -> list[Printed]:
    """A revolving dealing of a lender that counts 365 days and cuts each row."""
    chance = random.Random(seed)
    rate = rate_ppm or chance.choice((292_000, 288_000, 273_750, 278_000, 255_500, 180_000))
    on = date(chance.randint(1988, 2006), chance.randint(1, 12), chance.randint(1, 28))
    usual = chance.choice((10_000, 15_000, 20_000, 13_000, 8_000))
    balance = unpaid = 0
    made: list[Printed] = []
    while len(made) < rows:
        lends = balance < usual * 3 or chance.random() < 0.22
        interest = 0
        if made:
            days = chance.choice((0, 3, 9)) if lends and chance.random() < 0.3 else 0
            on += timedelta(days=days or chance.randint(24, 36))
            gone = (on - made[-1].on).days
            unpaid += balance * rate * gone // (1_000_000 * 365)
        if lends:
            yen = chance.choice((10, 20, 30, 50, 100, 200, 300)) * 1_000
            balance += yen
            made.append(Printed(on, 1, yen, 0, balance))
            continue
        yen = usual + chance.choice((0, 0, 0, 0, 1_000, 5_000, 137))
        yen = max(yen, unpaid + 1_000)
        interest, unpaid = unpaid, 0
        balance -= min(yen - interest, balance)
        made.append(Printed(on, -1, yen, interest, balance))
    return made


# ------------------------------------------------------------------------------------------ layouts
class Layout(NamedTuple):
    """A form of print: heads, widths, the cells of a row, and whether lines are ruled."""

    heads: tuple[str, ...]
    widths: tuple[int, ...]
    cells: Callable[[Printed], tuple[str, ...]]
    ruled: bool = True


def era(on: date) -> str:
    """H13.01.10."""
    if on >= date(2019, 5, 1):
        return f"R{on.year - 2018}.{on.month:02}.{on.day:02}"
    if on >= date(1989, 1, 8):
        return f"H{on.year - 1988}.{on.month:02}.{on.day:02}"
    return f"S{on.year - 1925}.{on.month:02}.{on.day:02}"


LAYOUTS: dict[str, Layout] = {
    "ruled": Layout(
        ("取引日", "貸付金額", "入金額", "利息", "残高"),
        (260, 250, 250, 200, 280),
        lambda row: (
            row.on.strftime("%Y/%m/%d"),
            f"{row.yen:,}" if row.way == 1 else "",
            f"{row.yen:,}" if row.way == -1 else "",
            f"{row.interest_yen:,}" if row.way == -1 else "",
            f"{row.balance_yen:,}",
        ),
    ),
    "unruled": Layout(
        ("年月日", "摘要", "出金額", "入金額", "残高"),
        (270, 220, 250, 250, 280),
        lambda row: (
            row.on.strftime("%Y-%m-%d"),
            "ご融資" if row.way == 1 else "ご入金",
            f"{row.yen:,}" if row.way == 1 else "",
            f"{row.yen:,}" if row.way == -1 else "",
            f"{row.balance_yen:,}",
        ),
        ruled=False,
    ),
    "signed": Layout(
        ("日付", "取引金額", "残高"),
        (300, 330, 330),
        lambda row: (
            era(row.on),
            f"{row.yen:,}" if row.way == 1 else f"▲{row.yen:,}",
            f"{row.balance_yen:,}",
        ),
    ),
    "words": Layout(
        ("取引年月日", "取引区分", "金額", "残元金", "備考"),
        (280, 240, 240, 260, 240),
        lambda row: (
            row.on.strftime("%Y年%m月%d日"),
            "ATM出金" if row.way == 1 else "店頭入金",
            f"{row.yen:,}",
            f"{row.balance_yen:,}",
            "",
        ),
    ),
}


def printed(rows: list[Printed], layout: Layout, font_file: str) -> Image.Image:
    """One page."""
    page = Image.new("RGB", (WIDE, HIGH), "white")
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(FONTS / font_file), 27)
    title = ImageFont.truetype(str(FONTS / font_file), 40)
    draw.text((WIDE // 2, 120), "取引履歴明細書", font=title, fill=(20, 20, 20), anchor="mm")
    left, top, high = (WIDE - sum(layout.widths)) // 2, 220, 48
    lines = [layout.heads, *map(layout.cells, rows)]
    for at, cells in enumerate(lines):
        x, y = left, top + at * high
        for wide, text, head in zip(layout.widths, cells, layout.heads, strict=True):
            if layout.ruled:
                draw.rectangle((x, y, x + wide, y + high), outline=(40, 40, 40), width=2)
            middle = y + high // 2
            numeric = at and head not in {
                "取引日",
                "年月日",
                "摘要",
                "日付",
                "取引年月日",
                "取引区分",
            }
            if numeric:
                draw.text((x + wide - 16, middle), text, font=font, fill=(25, 25, 25), anchor="rm")
            else:
                draw.text((x + wide // 2, middle), text, font=font, fill=(25, 25, 25), anchor="mm")
            x += wide
    draw.text((WIDE // 2, HIGH - 60), "- 1 -", font=font, fill=(20, 20, 20), anchor="mm")
    return page


# ------------------------------------------------------------------------------------------ damages
def _turned(pixels: Pixels, chance: random.Random) -> Pixels:
    angle = chance.choice((-1, 1)) * chance.uniform(0.4, 3.0)
    spin = cv2.getRotationMatrix2D((WIDE / 2, HIGH / 2), angle, 1.0)
    turned = cv2.warpAffine(
        pixels, spin, (WIDE, HIGH), borderValue=(255, 255, 255), flags=cv2.INTER_CUBIC
    )
    return turned.astype(np.uint8)


def _noisy(pixels: Pixels, chance: random.Random) -> Pixels:
    noise = np.random.default_rng(chance.randrange(1 << 30))
    grain = noise.normal(0, chance.uniform(8, 22), pixels.shape)
    spots = noise.random(pixels.shape[:2]) < 0.0008
    made = np.clip(pixels + grain, 0, 255).astype(np.uint8)
    made[spots] = 40
    return made


def _blurred(pixels: Pixels, chance: random.Random) -> Pixels:
    return cv2.GaussianBlur(pixels, (0, 0), chance.uniform(0.9, 1.7)).astype(np.uint8)


def _pressed(pixels: Pixels, chance: random.Random) -> Pixels:
    quality = [cv2.IMWRITE_JPEG_QUALITY, chance.randint(12, 30)]
    data = cv2.imencode(".jpg", pixels, quality)[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)


def _faxed(pixels: Pixels, chance: random.Random) -> Pixels:
    """Fine mode of a fax: about 200 by 196 dots an inch, black or white, lines lost."""
    grey = Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY))
    dithered = np.array(grey.convert("1")).astype(np.uint8) * 255
    for _ in range(chance.randint(1, 4)):
        row = chance.randrange(300, HIGH - 2)
        dithered[row] = 255
    return cv2.cvtColor(dithered, cv2.COLOR_GRAY2BGR).astype(np.uint8)


def _stamped(pixels: Pixels, chance: random.Random) -> Pixels:
    """Red seals over the figures; colour tells them from ink."""
    made = pixels.copy()
    for _ in range(chance.randint(2, 4)):
        middle = chance.randint(350, WIDE - 350), chance.randint(350, HIGH - 500)
        layer = np.full_like(made, 255)
        cv2.circle(layer, middle, 70, (60, 50, 215), 6, cv2.LINE_AA)
        place = (middle[0] - 38, middle[1] + 14)
        cv2.putText(layer, "OK", place, cv2.FONT_HERSHEY_DUPLEX, 1.6, (60, 50, 215), 4, cv2.LINE_AA)
        made = np.minimum(made, layer)
    return made


def _folded(pixels: Pixels, chance: random.Random) -> Pixels:
    """A corner folded over the paper, and a crease with its shadow."""
    side = chance.randint(150, 330)
    corner = np.array([[WIDE, 0], [WIDE - side, 0], [WIDE, side]], dtype=np.int32)
    crease = chance.randint(HIGH // 3, 2 * HIGH // 3)
    rows = np.abs(np.arange(HIGH) - crease)
    shade = 1 - 0.35 * np.exp(-((rows / 14.0) ** 2))
    made: Pixels = (pixels * shade[:, None, None]).astype(np.uint8)
    cv2.fillPoly(made, [corner], (205, 205, 205))
    return made


def _angled(pixels: Pixels, chance: random.Random) -> Pixels:
    """A photo on a desk, taken from one side under one lamp."""
    return _photo(pixels, chance, 0.10, 0.06)


def _close(pixels: Pixels, chance: random.Random) -> Pixels:
    """A photo so near that the desk is not on it: the table's lines alone tell the angle."""
    return _photo(pixels, chance, 0.035, -0.03)


def _photo(pixels: Pixels, chance: random.Random, slant: float, margin: float) -> Pixels:
    """The page seen by a camera: its corners moved in by up to `slant`, the desk around it."""
    edge = (margin * WIDE, margin * HIGH)
    corners = []
    for x, y in ((0, 0), (1, 0), (1, 1), (0, 1)):
        inward = (chance.uniform(0, slant) * WIDE, chance.uniform(0, slant) * HIGH)
        corners.append(
            (
                x * WIDE + (1 - 2 * x) * (edge[0] + inward[0]),
                y * HIGH + (1 - 2 * y) * (edge[1] + inward[1]),
            )
        )
    flat = np.array([(0, 0), (WIDE, 0), (WIDE, HIGH), (0, HIGH)], dtype=np.float32)
    seen = cv2.getPerspectiveTransform(flat, np.array(corners, dtype=np.float32))
    desk = chance.choice(((60, 75, 95), (40, 40, 45), (110, 120, 130)))
    photo = cv2.warpPerspective(pixels, seen, (WIDE, HIGH), flags=cv2.INTER_CUBIC, borderValue=desk)
    light = np.linspace(chance.uniform(0.72, 0.9), 1.0, WIDE)[None, :, None]
    grain = np.random.default_rng(chance.randrange(1 << 30)).normal(0, 4, photo.shape)
    lit: NDArray[np.float64] = photo * light + grain
    return np.clip(lit, 0, 255).astype(np.uint8)


def _small(pixels: Pixels, _: random.Random) -> Pixels:
    """120 dots an inch, as a copier that saves space gives them."""
    small = cv2.resize(pixels, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8)


def _faint(pixels: Pixels, chance: random.Random) -> Pixels:
    """Toner that is nearly out."""
    rest = chance.uniform(0.3, 0.45)
    made: Pixels = (255 - (255 - pixels.astype(np.float32)) * rest).astype(np.uint8)
    return made


def _coarse(pixels: Pixels, chance: random.Random) -> Pixels:
    """Standard mode of a fax: half the lines, black or white."""
    half = cv2.resize(pixels, (WIDE, HIGH // 2), interpolation=cv2.INTER_AREA).astype(np.uint8)
    grey = cv2.cvtColor(half, cv2.COLOR_BGR2GRAY)
    sharp = np.where(grey > chance.randint(120, 170), 255, 0).astype(np.uint8)
    whole = cv2.resize(sharp, (WIDE, HIGH), interpolation=cv2.INTER_NEAREST)
    return cv2.cvtColor(whole, cv2.COLOR_GRAY2BGR).astype(np.uint8)


def _copied(pixels: Pixels, chance: random.Random) -> Pixels:
    """A fax of a copy of a fax."""
    return _faxed(_noisy(_blurred(_faxed(pixels, chance), chance), chance), chance)


HARD: dict[str, Callable[[Pixels, random.Random], Pixels]] = {
    "angled": _angled,
    "close": _close,
    "small": _small,
    "faint": _faint,
    "coarse": _coarse,
    "copied": _copied,
}
"""What is not among the measured damages: each is measured by itself, for what it does."""


DAMAGES: dict[str, Callable[[Pixels, random.Random], Pixels]] = {
    "turned": _turned,
    "noisy": _noisy,
    "blurred": _blurred,
    "pressed": _pressed,
    "faxed": _faxed,
    "stamped": _stamped,
    "folded": _folded,
}


@dataclass(frozen=True, slots=True)
class Scan:
    """A damaged page and what is printed on it."""

    layout: str
    damage: str
    seed: int
    rows: tuple[Printed, ...]
    data: bytes


def scan(seed: int, rows: int = ROWS, layout: str = "", damage: str = "") -> Scan:
    """One page by its seed; layout and damage go round unless they are named."""
    chance = random.Random(seed)
    layout = layout or list(LAYOUTS)[seed % len(LAYOUTS)]
    damage = damage or [*DAMAGES, "clean", "several"][seed // len(LAYOUTS) % (len(DAMAGES) + 2)]
    printed_rows = dealing(seed, rows)
    page = printed(printed_rows, LAYOUTS[layout], FONT_FILES[seed % len(FONT_FILES)])
    pixels = cv2.cvtColor(np.array(page), cv2.COLOR_RGB2BGR).astype(np.uint8)
    several = ("stamped", "folded", "turned", "noisy", "pressed")
    known = DAMAGES | HARD
    names = several if damage == "several" else (damage,) if damage in known else ()
    for name in names:
        pixels = known[name](pixels, chance)
    out = io.BytesIO()
    Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)).save(out, "JPEG", quality=85)
    return Scan(layout, damage, seed, tuple(printed_rows), out.getvalue())
