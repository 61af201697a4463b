"""Pictures of every page, to be looked at: `python -m tests.web.look FOLDER [ja|easy|en]`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django
from tests.web.browsing import DESKTOP, PAGES, PHONE, Device, served, started


def take(folder: Path, tongue: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with served() as site, started() as browser:
        for scheme, size, suffix in (
            ("light", PHONE, "phone"),
            ("dark", PHONE, "phone-dark"),
            ("light", DESKTOP, "desktop"),
        ):
            device = Device(browser, site, tongue=tongue, color_scheme=scheme, viewport=size)
            for name, address in PAGES.items():
                page = device.open(address)
                page.screenshot(path=folder / f"{name}-{suffix}.png", full_page=True)
            device.context.close()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motocho.config.settings")
    django.setup()
    take(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "ja")
