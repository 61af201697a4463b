"""The demonstration's mails in a browser: letters of a folder, the newest first [メール].

It listens on this machine alone and shows plain text; nothing is loaded from anywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LOOPBACK = "127.0.0.1"
SHOWN = 100
"""So many letters, the newest."""
_LINK = re.compile(r"http://127\.0\.0\.1:[0-9]+/[!-~]*")
_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)


@dataclass(frozen=True, slots=True)
class _Letter:
    to: str
    subject: str
    text: str
    at: float


_STYLE = (
    ":root { color-scheme: light dark }"
    " body { max-width: 40rem; margin: 24px auto; padding: 0 16px;"
    " font: 1rem/1.7 system-ui, sans-serif }"
    " h1, h2 { font-size: 1.125rem } section { border-top: 1px solid }"
    " pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere }"
)
"""A letter is read on a phone too."""


def letters(folder: Path) -> list[_Letter]:
    """The newest letters of a folder, newest first [届いたメール]."""
    found = []
    for path in folder.glob("*.eml"):
        read = message_from_bytes(path.read_bytes(), policy=default)
        body = read.get_body(("plain",))
        text = body.get_content() if body is not None else ""
        found.append(
            _Letter(str(read["To"]), str(read["Subject"]), str(text), path.stat().st_mtime)
        )
    return sorted(found, key=lambda one: -one.at)[:SHOWN]


def page(folder: Path) -> str:
    """The letters as one page [メールの一覧画面]."""
    shown = [
        f"<section><h2>{escape(one.subject)}</h2><p>{escape(one.to)}</p>"
        f"<pre>{_linked(one.text)}</pre></section>"
        for one in letters(folder)
    ]
    body = "\n".join(shown) or "<p>まだ1通もありません / No letter yet</p>"
    return (
        '<!doctype html>\n<html lang="ja"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style>"
        "<title>実演のメール / Mails of the demonstration</title></head>\n"
        f"<body><h1>実演のメール / Mails of the demonstration</h1>\n{body}\n</body></html>\n"
    )


def _linked(text: str) -> str:
    """Text with the links to this machine that can be followed."""
    parts, last = [], 0
    for link in _LINK.finditer(text):
        parts.append(escape(text[last : link.start()]))
        parts.append(f'<a href="{escape(link[0])}">{escape(link[0])}</a>')
        last = link.end()
    return "".join([*parts, escape(text[last:])])


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of the page, that listens already [画面の提供]; port 0 takes a free one."""

    class _Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_ours = self.path == "/"
            content = page(folder).encode() if is_ours else b""
            self.send_response(HTTPStatus.OK if is_ours else HTTPStatus.NOT_FOUND)
            for name, value in _HEADERS:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing is logged: addresses stand in it."""

    return ThreadingHTTPServer((LOOPBACK, port), _Handler)
