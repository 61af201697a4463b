"""The demonstration's mails in a browser, with the staff's codes above them [メールと確認コード].

It listens on this machine alone and shows plain text; nothing is loaded from anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from motocho.outside import clock
from motocho.simulation.demonstration import colleagues

LOOPBACK = "127.0.0.1"
SHOWN = 100
"""So many letters, the newest."""
_LINK = re.compile(r"http://127\.0\.0\.1:[0-9]+/[!-~]*")


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
    " table { border-collapse: collapse } td, th { padding: 4px 16px 4px 0; text-align: left }"
    " td:nth-child(3) { font: 1.25rem monospace }"
    " pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere }"
)
"""A letter is read on a phone too."""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    (
        "Content-Security-Policy",
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)


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


def page(folder: Path, seats: Sequence[colleagues.Seat] = ()) -> str:
    """The codes of now, and the letters, as one page [メールの一覧画面]."""
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
        f"<body>{_codes(seats)}<h1>実演のメール / Mails of the demonstration</h1>\n{body}\n"
        "</body></html>\n"
    )


def _codes(seats: Sequence[colleagues.Seat]) -> str:
    if not seats:
        return ""
    now = clock.now()
    password = f"<code>{escape(colleagues.PASSWORD)}</code>"
    rows = "\n".join(
        f"<tr><td>{escape(one.colleague.login_name)}</td><td>{escape(one.colleague.name)}</td>"
        f"<td>{one.code(now)}</td></tr>"
        for one in seats
    )
    return (
        "<h1>実演の従業者 / Staff of the demonstration</h1>"
        f"<p>パスワードはみな {password}。確認コードは30秒ごとに変わり、"
        "1回だけ使えます。このページを読みなおしてください。<br>"
        f'<span lang="en">The password of all is {password}. A code lives'
        " for 30 seconds and opens once: load this page again for the next.</span></p>"
        f"<table><thead><tr><th>ログイン名 / Login name</th><th>氏名 / Name</th>"
        f"<th>確認コード / Code</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _linked(text: str) -> str:
    """Text with the links to this machine that can be followed."""
    parts, last = [], 0
    for link in _LINK.finditer(text):
        parts.append(escape(text[last : link.start()]))
        parts.append(f'<a href="{escape(link[0])}">{escape(link[0])}</a>')
        last = link.end()
    return "".join([*parts, escape(text[last:])])


def server(folder: Path, port: int, seats: Sequence[colleagues.Seat] = ()) -> ThreadingHTTPServer:
    """A server of the page, that listens already [画面の提供]; port 0 takes a free one."""

    class _Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_ours = self.path == "/"
            content = page(folder, seats).encode() if is_ours else b""
            self.send_response(HTTPStatus.OK if is_ours else HTTPStatus.NOT_FOUND)
            for name, value in _HEADERS:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing is logged: addresses stand in it."""

    return ThreadingHTTPServer((LOOPBACK, port), _Handler)
