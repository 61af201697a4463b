"""`motocho ivr`: the push-phone service, in a terminal [プッシュホンサービスの試験]."""

from __future__ import annotations

import os
import secrets
import sys
from typing import Annotated

import typer

from motocho.cli._options import LangOption
from motocho.cli._output import Output, language_of
from motocho.units.errors import InputError, Unread
from motocho.units.phones import read_phone

SECRET = "MOTOCHO_VOICE_SECRET"  # noqa: S105  # the name of a variable
_COUNTRY = "+81"
_PIN = "暗証番号4けた"


def ivr(
    caller: Annotated[
        str | None,
        typer.Option(
            "--caller",
            metavar="NUMBER",
            help="発信者の番号(なければ非通知) / The caller's number (default: withheld).",
            show_default=False,
        ),
    ] = None,
    lang: LangOption = None,
) -> None:
    """プッシュホンサービスに端末からかける / Call the push-phone service from a terminal.

    一行に一回分の番号を打つ。空の行は無言、入力の終わりは切断。署名された要求が、電話会社から来るのと同じ入口を通る。
    A line is what is pressed at once, an empty one silence, the end of the input hangs up.

    例 / Examples:  motocho ivr · motocho ivr --caller 090-1111-2222
    """
    os.environ.setdefault(SECRET, secrets.token_urlsafe())  # before the settings are read
    from motocho.cli._telephone import Telephone
    from motocho.cli.lending._book_of_loans import connect
    from motocho.config import settings
    from motocho.config.site import application

    output = Output(language_of(lang.value if lang else None))
    number = _number(caller)
    connect()
    line = Telephone(application(), settings.ORIGIN, settings.VOICE_SECRET, number)
    heard = line.call()
    while True:
        for text in heard.said:
            output.data(f"♪ {text}")
        if heard.pause_seconds:
            output.note(output.text(f"({heard.pause_seconds}秒)", f"({heard.pause_seconds} s)"))
        if heard.dialled:
            output.data(f"→ {heard.dialled}")
            heard = line.send(heard.next_address, {"DialCallStatus": "completed"})
            continue
        pressed = _pressed(heard.said[-1]) if heard.next_address else None
        if pressed is None:
            return
        heard = line.send(heard.next_address, {"Digits": pressed})


def _number(caller: str | None) -> str:
    if caller is None:
        return ""
    digits = read_phone(caller)
    if isinstance(digits, Unread):
        raise InputError(digits.at(column="--caller"))
    return _COUNTRY + digits.removeprefix("0")


def _pressed(question: str) -> str | None:
    """What is pressed next, the closing # left out as providers do; None hangs up."""
    if sys.stdin.isatty():
        typed = typer.prompt("", "", hide_input=_PIN in question, show_default=False)
        return str(typed).strip().removesuffix("#")
    line = sys.stdin.readline()
    return line.strip().removesuffix("#") if line else None
