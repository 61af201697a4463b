"""Photos and scans: made upright, their lines found, their text recognised [スキャンの読取り].

One look at the whole page finds the texts; where a cell holds ink and no text, two texts, a seal's
red, or a text that is not sure, the cell alone is looked at again, without the red.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from motocho.office._apart.flattening import flattened
from motocho.office._apart.glyphs import japanese
from motocho.office._apart.grouping import Text, edges_of, parting, rows_of, table_of
from motocho.office._apart.lines import grid_of, ink_of, red_of, upright

LONG_SIDE = 2_400
PHOTO_SIDE = 3_600
"""A photo is made flat before it is reduced: the paper is only a part of it."""
MOST_PIXELS = 80_000_000
LEAST_SIDE = 300
_QUALITY = 72
_SURE_ENOUGH = 975
_LEAST_INK = 24
_CROSSES = 0.2
"""Of a text's width: so much of it may lie over the line of a cell."""
_FORMATS = ("JPEG", "PNG", "TIFF", "HEIF", "WEBP", "BMP", "GIF")
_engine: Any = None


def load() -> None:
    """The models and everything they open; ImportError where they are not installed."""
    global _engine  # noqa: PLW0603  # one engine a process, loaded before the doors are shut
    import cv2  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415
    import pi_heif  # noqa: PLC0415
    from rapidocr import RapidOCR  # noqa: PLC0415

    pi_heif.register_heif_opener(thumbnails=False)
    cv2.setNumThreads(1)
    params = {"Global.log_level": "critical", "Global.use_cls": False}
    params["EngineConfig.onnxruntime.intra_op_num_threads"] = 2
    _engine = RapidOCR(params=params)
    warm = np.full((200, 600, 3), 255, dtype=np.uint8)
    cv2.putText(warm, "12,345", (40, 120), cv2.FONT_HERSHEY_SIMPLEX, 3, (0, 0, 0), 6)
    _engine(warm)


# ------------------------------------------------------------------------------- pictures
def pictures(data: bytes, first: int) -> Iterator[Any]:
    """How many pages there are, then the pixels of each from a page on [ページの画像]."""
    if data[:5] == b"%PDF-":
        yield from _of_pdf(data, first)
        return
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415

    Image.MAX_IMAGE_PIXELS = None  # counted here, before anything is decoded
    try:
        opened = Image.open(
            io.BytesIO(data), formats=("JPEG", "PNG", "TIFF", "HEIF", "WEBP", "BMP", "GIF")
        )
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError("pixels")
        if min(opened.size) < LEAST_SIDE:
            raise ValueError("small")
        yield getattr(opened, "n_frames", 1)
        for frame in list(range(getattr(opened, "n_frames", 1)))[first - 1 :]:
            opened.seek(frame)
            yield _pixels(ImageOps.exif_transpose(opened.convert("RGB") if frame else opened))
    except (UnidentifiedImageError, OSError, SyntaxError, EOFError, ZeroDivisionError) as broken:
        raise ValueError("broken") from broken


def _of_pdf(data: bytes, first: int) -> Iterator[Any]:
    import pypdfium2  # noqa: PLC0415

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as broken:
        raise ValueError("locked" if "assword" in str(broken) else "broken") from broken
    yield len(pdf)
    for number in range(first - 1, len(pdf)):
        page = pdf[number]
        scale = LONG_SIDE / max(*page.get_size(), 1)
        yield _pixels(page.render(scale=scale, may_draw_forms=False).to_pil())


def _pixels(picture: Any) -> Any:
    """Blue, green, red, no larger than is of use."""
    import numpy as np  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    if "A" in picture.getbands():
        page = Image.new("RGB", picture.size, (255, 255, 255))
        page.paste(picture.convert("RGB"), mask=picture.getchannel("A"))
        picture = page
    made = picture.convert("RGB")
    made.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
    return np.ascontiguousarray(np.asarray(made)[:, :, ::-1])


# ------------------------------------------------------------------------------- a page
def page_of(pixels: Any, number: int) -> tuple[dict[str, Any], bytes]:
    """A page as JSON, and its upright picture [ページ]."""
    import cv2  # noqa: PLC0415

    straight, texts = _read(_shrunk(flattened(pixels)))
    rows = _rows(straight, texts)
    width = max((len(row) for row in rows), default=0)
    document = {
        "number": number,
        "rows": [[*row, *[["", 1000, None, []]] * (width - len(row))] for row in rows],
        "wide": straight.shape[1],
        "high": straight.shape[0],
        "origin": "scan",
    }
    encoded = cv2.imencode(".jpg", straight, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    return document, encoded.tobytes()


def _shrunk(pixels: Any) -> Any:
    import cv2  # noqa: PLC0415

    scale = LONG_SIDE / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    return cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


_FEW_TEXTS = 4
_GOOD = 700
_LEAST_LINES = 3


def _read(pixels: Any) -> tuple[Any, list[Text]]:
    """The upright page with its texts; lying or standing on its head it is turned."""
    import cv2  # noqa: PLC0415

    best: tuple[int, Any, list[Text]] | None = None
    turns = (None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)
    for turn in turns:
        turned = pixels if turn is None else cv2.rotate(pixels, turn)
        straight = upright(turned)
        texts = _texts(straight)
        good = [text for text in texts if text.sure >= _GOOD and _lies(text)]
        if best is None or len(good) > best[0]:
            best = len(good), straight, texts
        if len(good) >= _FEW_TEXTS and 2 * len(good) > len(texts):
            break
    _, straight, texts = best or (0, pixels, [])
    return straight, texts


def _permille(score: float) -> int:
    """How sure the engine is; never as sure as of what is written."""
    return min(int(score * 1000), 999)


def _lies(text: Text) -> bool:
    return text.right - text.left > (text.bottom - text.top)


def _texts(pixels: Any) -> list[Text]:
    """All texts of a page at one look."""
    found = _engine(pixels)
    if found is None or found.boxes is None:
        return []
    texts: list[Text] = []
    for box, words, score in zip(found.boxes, found.txts, found.scores, strict=True):
        xs, ys = [float(point[0]) for point in box], [float(point[1]) for point in box]
        texts.append(Text(min(xs), min(ys), max(xs), max(ys), japanese(words), _permille(score)))
    return texts


# ------------------------------------------------------------------------------- into a table
def _rows(pixels: Any, texts: Sequence[Text]) -> list[list[Any]]:
    grid = grid_of(pixels)
    if grid is None:
        return _loose(pixels, texts)
    across, down = _completed(grid, texts)
    outside = [text for text in texts if not (down[0] <= _middle(text) <= down[-1])]
    rows = [[_as_cell(text)] for text in outside if _middle(text) < down[0]]
    for top, bottom in pairwise(down):
        inside = [text for text in texts if top <= _middle(text) < bottom]
        boxes = [(left, top, right, bottom) for left, right in pairwise(across)]
        rows.append(_cells(pixels, boxes, inside))
    return rows + [[_as_cell(text)] for text in outside if _middle(text) >= down[0]]


_APART = 24
_MOST_CROSSED = 2
_LEAST_SHARED = 2


def _completed(
    grid: tuple[list[int], list[int]], texts: Sequence[Text]
) -> tuple[list[int], list[int]]:
    """The ruled lines put right by the texts: a crease is none, and one that was lost is found.

    Why       a line never runs through the middle of several texts, and between the columns of
              texts there always is one.
    """
    across, down = grid
    level = [y for y in down if _crossed(y, texts) <= _MOST_CROSSED]
    if len(level) < _LEAST_LINES:
        return grid
    inside = [text for text in texts if level[0] <= _middle(text) <= level[-1]]
    rows = rows_of(inside)
    gaps = [int(edge) for edge in parting(edges_of(rows), rows, across)]
    lost = [
        gap for gap in gaps if across[0] < gap < across[-1] and not _is_parted(gap, across, inside)
    ]
    plumb = sorted([*across, *lost])
    return plumb, sorted([*level, *_hidden(level, plumb, rows)])


def _hidden(
    level: Sequence[float], across: Sequence[float], rows: Sequence[Sequence[Text]]
) -> list[int]:
    """Level lines that a crease or a seal hid: between rows of texts that stand in one band.

    Why       a remark of two lines stands in one column; two rows share at least two.
    """
    found = []
    for upper, lower in pairwise(rows):
        gap = (max(_middle(text) for text in upper) + min(_middle(text) for text in lower)) / 2
        first, last = min(map(_middle, upper)), max(map(_middle, lower))
        is_one_band = not any(first < y < last for y in level)
        if is_one_band and len(_columns(upper, across) & _columns(lower, across)) >= _LEAST_SHARED:
            found.append(int(gap))
    return found


def _columns(row: Sequence[Text], across: Sequence[float]) -> set[int]:
    return {sum(x < (text.left + text.right) / 2 for x in across) for text in row}


def _crossed(y: float, texts: Sequence[Text]) -> int:
    """How many texts a level line runs through."""
    quarter = 4
    return sum(
        text.top + (text.bottom - text.top) / quarter
        < y
        < text.bottom - (text.bottom - text.top) / quarter
        for text in texts
    )


def _is_parted(gap: float, across: Sequence[int], texts: Sequence[Text]) -> bool:
    """Whether a plumb line stands already between the texts left and right of a gap."""
    left = max((text.right for text in texts if text.right <= gap), default=gap)
    right = min((text.left for text in texts if text.left >= gap), default=gap)
    return any(left - _APART / 2 <= x <= right + _APART / 2 for x in across)


def _middle(text: Text) -> float:
    return (text.top + text.bottom) / 2


def _loose(pixels: Any, texts: Sequence[Text]) -> list[list[Any]]:
    """Without lines: rows and columns by where the texts stand."""
    table, edges = table_of(texts)
    sides = [0, *[int(edge) for edge in edges], pixels.shape[1]]
    rows = []
    for row in table:
        inside = [text for cell in row for text in cell]
        if len(inside) <= 1:
            rows.append([_as_cell(text) for text in inside])
            continue
        top = int(min(text.top for text in inside))
        bottom = int(max(text.bottom for text in inside))
        boxes = [(left, top, right, bottom) for left, right in pairwise(sides)]
        rows.append(_cells(pixels, boxes, inside))
    return rows


def _as_cell(text: Text) -> list[Any]:
    return [text.words, text.sure, [int(side) for side in text[:4]], []]


def _cells(
    pixels: Any, boxes: Sequence[tuple[int, int, int, int]], inside: Sequence[Text]
) -> list[Any]:
    """The cells of one row: the texts of the first look, and a second look where it is needed."""
    cells: list[Any] = []
    again: list[tuple[int, Any]] = []
    for left, top, right, bottom in boxes:
        mine = [text for text in inside if left <= (text.left + text.right) / 2 < right]
        crossing = [
            text
            for text in inside
            if min(text.right, right) - max(text.left, left) > 0 and _crosses(text, left, right)
        ]
        crop = pixels[max(top, 0) + 1 : bottom - 1, max(left, 0) + 2 : right - 2]
        reds = red_of(crop)
        unsure = any(text.sure < _SURE_ENOUGH for text in mine)
        blank = not mine and ink_of(crop) >= _LEAST_INK
        if crossing or len(mine) > 1 or unsure or blank or (reds and (mine or ink_of(crop))):
            again.append((len(cells), crop))
        words = " ".join(text.words for text in sorted(mine))
        sure = min((text.sure for text in mine), default=1000)
        cells.append([words, sure, [int(left), int(top), int(right), int(bottom)], []])
    for (at, _), (words, sure) in zip(again, _look_again([crop for _, crop in again]), strict=True):
        cells[at] = _settled(cells[at], words, sure)
    return cells


def _crosses(text: Text, left: float, right: float) -> bool:
    over = max(left - text.left, 0) + max(text.right - right, 0)
    return over > _CROSSES * (text.right - text.left)


def _settled(cell: list[Any], words: str, sure: int) -> list[Any]:
    """Two looks at one cell: the surer text, the other kept beside it."""
    first, first_sure, box, _ = cell
    if not words.strip():
        return [first, min(first_sure, _GOOD), box, []]
    if first.replace(" ", "") == words.replace(" ", ""):
        return [words, max(first_sure, sure), box, []]
    if not first.strip():
        return [words, sure, box, []]
    chosen, other = (words, first) if sure + 20 >= first_sure else (first, words)
    return [chosen, min(sure, first_sure), box, [other]]


def _look_again(crops: Sequence[Any]) -> list[tuple[str, int]]:
    """Single cells, without the red of seals, each trimmed to its ink."""
    from rapidocr.ch_ppocr_rec import TextRecInput  # noqa: PLC0415

    from motocho.office._apart.lines import trimmed  # noqa: PLC0415

    ready = [(at, made) for at, crop in enumerate(crops) if (made := trimmed(crop)) is not None]
    read = [("", 0)] * len(crops)
    if ready:
        model = _engine._load_rec_model()  # noqa: SLF001  # the door of the engine reads whole pages
        found = model(TextRecInput(img=[made for _, made in ready], return_word_box=False))
        for (at, _), words, score in zip(ready, found.txts, found.scores, strict=True):
            read[at] = (japanese(words), _permille(score))
    return read
