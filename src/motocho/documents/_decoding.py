"""Pictures out of bytes that anybody made, in a process of its own [画像の読取り].

Run as a program by `intake`: the kind of file as its argument, the bytes on stdin. It writes a line
of JSON, then the pictures, each made anew: nothing of the file itself passes. Memory, time and
files are bounded before a decoder is loaded; whoever takes the decoder over holds a process without
files to write, about to end. It imports nothing of ours, so that it starts with nothing of ours.
It ends with DECODERS_MISSING before it reads anything if its own libraries cannot be had: that is
no fault of the file.
"""

from __future__ import annotations

import json
import sys
from io import BytesIO
from typing import Any, BinaryIO

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 20
MOST_OPEN_FILES = 32
MOST_PIXELS = 60_000_000
LEAST_SIDE = 400
"""Below this no name can be read."""
MOST_PAGES = 10
LONG_SIDE = 2_400
SMALL_SIDE = 320
DECODERS_MISSING = 3
"""The exit code of a machine that lacks what reads pictures."""
QUALITY, SMALL_QUALITY = 85, 70
WHITE = (255, 255, 255)


class Unusable(Exception):
    """The file is none to be kept; the word says why [使えないファイル]."""


def bound() -> None:
    """Bound what this process may take, where the system can [資源の制限]."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:  # Windows: the parent's time limit is all there is
        return
    for name, most in (
        ("RLIMIT_AS", MEMORY_BYTES),
        ("RLIMIT_CPU", CPU_SECONDS),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", MOST_OPEN_FILES),
    ):
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (OSError, ValueError):
            continue  # a system that does not know this limit, as macOS does not know RLIMIT_AS


def _load(kind: str) -> None:
    import PIL.Image  # noqa: PLC0415
    import PIL.ImageOps  # noqa: F401, PLC0415

    if kind == "HEIF":
        import pi_heif  # noqa: PLC0415

        pi_heif.register_heif_opener(thumbnails=False)
    if kind == "PDF":
        import pypdfium2  # noqa: F401, PLC0415


def pictures(kind: str, data: bytes) -> list[Any]:
    """One upright RGB picture a page [ページの画像].

    Raises    Unusable.
    """
    return _pages(data) if kind == "PDF" else [_photo(kind, data)]


def _photo(kind: str, data: bytes) -> Any:
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415

    Image.MAX_IMAGE_PIXELS = None  # counted here, before anything is decoded
    try:
        opened = Image.open(BytesIO(data), formats=(kind,))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as broken:
        raise Unusable("broken") from broken
    if opened.width * opened.height > MOST_PIXELS:
        raise Unusable("pixels")
    if min(opened.size) < LEAST_SIDE:
        raise Unusable("small")
    try:
        opened.draft("RGB", (LONG_SIDE, LONG_SIDE))
        upright = ImageOps.exif_transpose(opened)
        return _on_white(upright)
    except (OSError, ValueError, SyntaxError, EOFError, ZeroDivisionError) as broken:
        raise Unusable("broken") from broken


def _on_white(picture: Any) -> Any:
    from PIL import Image  # noqa: PLC0415

    picture.load()
    if picture.mode.startswith("I"):
        picture = picture.point(lambda value: value / 256).convert("L")
    if "A" in picture.getbands() or "transparency" in picture.info:
        whole = picture.convert("RGBA")
        page = Image.new("RGB", whole.size, WHITE)
        page.paste(whole, mask=whole.getchannel("A"))
        return page
    return picture.convert("RGB")


def _pages(data: bytes) -> list[Any]:
    import pypdfium2  # noqa: PLC0415

    try:
        opened = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as broken:
        raise Unusable("locked" if "assword" in str(broken) else "broken") from broken
    if len(opened) > MOST_PAGES:
        raise Unusable("pages")
    if len(opened) == 0:
        raise Unusable("broken")
    try:
        return [_rendered(opened[number]) for number in range(len(opened))]
    except (pypdfium2.PdfiumError, ValueError) as broken:
        raise Unusable("broken") from broken


def _rendered(page: Any) -> Any:
    """A page as a picture; forms and scripts are not even loaded."""
    longest = max(page.get_size())
    if longest <= 0:
        raise Unusable("broken")
    scale = LONG_SIDE / longest
    return page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")


def jpeg(picture: Any, side: int, quality: int) -> tuple[bytes, int, int]:
    """A picture within a square, as JPEG without any word about it; its sides [JPEGへの変換]."""
    from PIL import Image  # noqa: PLC0415

    made = picture.copy()
    made.info.clear()
    made.thumbnail((side, side), Image.Resampling.LANCZOS)
    out = BytesIO()
    made.save(out, "JPEG", quality=quality)
    return out.getvalue(), made.width, made.height


def main(kind: str, source: BinaryIO, out: BinaryIO) -> None:
    """Read a file, write what it shows or why nothing of it is kept [読取り]."""
    bound()
    try:
        _load(kind)
    except ImportError:
        sys.exit(DECODERS_MISSING)
    try:
        found = pictures(kind, source.read())
        large = [jpeg(one, LONG_SIDE, QUALITY) for one in found]
        small = [jpeg(one, SMALL_SIDE, SMALL_QUALITY) for one in found]
    except Unusable as unusable:
        out.write(json.dumps({"unusable": str(unusable)}).encode() + b"\n")
        return
    except MemoryError:
        out.write(json.dumps({"unusable": "pixels"}).encode() + b"\n")
        return
    both = list(zip(large, small, strict=True))
    pages = [[len(page), len(less), wide, high] for (page, wide, high), (less, _, _) in both]
    out.write(json.dumps({"pages": pages}).encode() + b"\n")
    for (page, _, _), (less, _, _) in both:
        out.write(page)
        out.write(less)


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
