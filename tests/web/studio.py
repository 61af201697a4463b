"""The studio as tests see it: its settings, a client that is let in, its address for a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.test import Client, override_settings

from motocho.config.studio import settings as studio_settings
from motocho.web.studio.door import cookie_name, pass_of

TOKEN = "a-token-of-this-test-and-no-other"
PORT = "8020"
SETTINGS: dict[str, Any] = {
    name: getattr(studio_settings, name)
    for name in (
        "ALLOWED_HOSTS",
        "ROOT_URLCONF",
        "MIDDLEWARE",
        "TEMPLATES",
        "CSRF_COOKIE_SAMESITE",
        "CSRF_FAILURE_VIEW",
        "DATA_UPLOAD_MAX_MEMORY_SIZE",
        "DATA_UPLOAD_MAX_NUMBER_FIELDS",
    )
} | {
    "STUDIO_TOKEN": TOKEN,
    "STUDIO_PORT": PORT,
    "STUDIO_FOLDER": "/nowhere",
    "CSRF_COOKIE_NAME": f"studio-csrf-{PORT}",
}


@contextmanager
def as_studio() -> Iterator[None]:
    """Django with the settings of a studio."""
    with override_settings(**SETTINGS):
        yield


def let_in(**options: Any) -> Client:
    """A client with the cookie of this start; use it within `as_studio`."""
    client = Client(SERVER_NAME="127.0.0.1", **options)
    client.cookies[cookie_name()] = pass_of(TOKEN)
    return client


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def served_studio() -> Iterator[str]:
    """A studio for a browser, in threads of this process; gives its address."""
    with as_studio():
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


def entrance(site: str) -> str:
    """The address that lets a browser in."""
    return f"{site}/enter/?token={TOKEN}"
