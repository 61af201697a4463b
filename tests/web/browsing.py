"""A real browser on the site, served in this process: what the tests of pages share.

The browser is Debian's Chromium, or the one that MOTOCHO_BROWSER names. The site runs in threads of
this process on a free port of 127.0.0.1; nothing else is reached.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

NAMED = "MOTOCHO_BROWSER"
INSTALL = (
    "Chromium is not installed. Debian: apt-get install chromium; or name one in MOTOCHO_BROWSER"
)
PHONE: ViewportSize = {"width": 360, "height": 640}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
LOOKS = ("light", "dark")

PAGES = {
    "top": "/",
    "sign-in": "/member/sign-in/",
    "number": "/number/",
    "number-yes": "/number/?number=03-0000-0108",
    "number-no": "/number/?number=090-0000-0000",
    "number-was": "/number/?number=0300000110",
    "number-unknown": "/number/?number=0312345678",
    "number-wrong": "/number/?number=12345",
    "calculator": "/calculator/",
    "calculator-answer": "/calculator/?principal=30万&rate=18&monthly=9000",
    "calculator-above": "/calculator/?principal=30万&rate=29.2&monthly=1万5千",
    "calculator-wrong": "/calculator/?principal=100.000&rate=&monthly=900",
    "contacts": "/contacts/",
    "banks": "/banks/",
    "banks-none": "/banks/?name=どこか",
    "help": "/help/",
    "help-found": "/help/?q=利息",
    "help-none": "/help/?q=xyz",
    "topic": "/help/locked/",
    "trouble": "/trouble/",
    "hidden": "/hidden/",
    "not-found": "/nowhere/",
    "gallery": "/gallery/",
}
"""Every public page in its states; `terms` needs a book and has tests of its own."""


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def served() -> Iterator[str]:
    """The site with the gallery of its parts; gives its address."""
    with override_settings(ROOT_URLCONF="tests.web.gallery"):
        server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
        server.set_app(get_wsgi_application())
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def executable() -> str | None:
    named = os.environ.get(NAMED)
    return named or next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)


@contextmanager
def started() -> Iterator[Browser]:
    """The browser; playwright's loop in this thread is no reason for Django to refuse it."""
    found = executable()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(INSTALL)
        pytest.skip(INSTALL)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        yield browser
        browser.close()


class Device:
    """One person's browser: its choices, what it asked for, what it complained of."""

    def __init__(self, browser: Browser, site: str, **options: Any) -> None:
        tongue = options.pop("tongue", "ja")
        options.setdefault("viewport", PHONE)
        self.context: BrowserContext = browser.new_context(base_url=site, **options)
        self.context.add_cookies([{"name": "tongue", "value": tongue, "url": site}])
        self.page: Page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._console)

    def _console(self, message: Any) -> None:
        is_status = "Failed to load resource" in message.text  # a 404 page is no complaint
        if message.type in {"error", "warning"} and not is_status:
            self.complaints.append(message.text)

    def open(self, address: str) -> Page:
        self.page.goto(address)
        return self.page
