"""Style, scripts and icons: a few files of our own, kept by browsers under their content's hash.

They are read once when the process starts; the address changes with their content, so that a
browser may keep them for ever, and nothing has to be collected before a start [静的ファイル].
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
KEPT_SECONDS = 31_536_000
_SHOWN_DIGITS = 12


class Asset(NamedTuple):
    """One file [静的ファイル]."""

    content: bytes
    content_type: str


@cache
def assets() -> Mapping[str, Asset]:
    """Every file of the folder `static` that pages may ask for [一覧]."""
    found = {}
    for file in (files("motocho.web") / "static").iterdir():
        ending = "." + file.name.rsplit(".", 1)[-1]
        if ending in TYPES:
            found[file.name] = Asset(file.read_bytes(), f"{TYPES[ending]}; charset=utf-8")
    return found


@cache
def fingerprint() -> str:
    """What all of them hash to [内容のハッシュ]."""
    total = hashlib.sha256()
    for name, asset in sorted(assets().items()):
        total.update(name.encode() + b"\0" + asset.content)
    return total.hexdigest()[:_SHOWN_DIGITS]


def asset(request: HttpRequest, version: str, name: str) -> HttpResponse:  # noqa: ARG001
    """One file; an old hash gets today's content, but may not be kept [配信]."""
    found = assets().get(name)
    if found is None:
        raise Http404
    response = HttpResponse(found.content, content_type=found.content_type)
    kept = f"public, max-age={KEPT_SECONDS}, immutable"
    response["Cache-Control"] = kept if version == fingerprint() else "no-cache"
    return response
