"""`motocho demo`: a shipped history recalculated, and a lender's book to look at [実演]."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from motocho.cli._options import LangOption
from motocho.cli._output import Output, language_of

_NO_BOOK_JA = "DATABASE_URLがあるので、帳簿の実演はしません(ご自分のデータベースには書きません)"
_NO_BOOK_EN = "DATABASE_URL is set: no book is filled, nothing is written to a database of yours"


def demo(
    into: Annotated[
        Path,
        typer.Option("--into", metavar="FOLDER", help="書き出すフォルダ / Folder to write to."),
    ] = Path("demo"),
    book: Annotated[
        bool,
        typer.Option("--book/--no-book", help="帳簿も作る / With a lender's book."),
    ] = True,
    members: Annotated[
        int, typer.Option("--members", min=1, max=100_000, help="帳簿の会員数 / Members.")
    ] = 300,
    years: Annotated[
        int, typer.Option("--years", min=1, max=20, help="帳簿の年数 / Years of the book.")
    ] = 3,
    site: Annotated[
        bool,
        typer.Option(
            "--site/--no-site",
            help="会員サイトと従業者の画面も動かす / With the site and the desk.",
        ),
    ] = True,
    lang: LangOption = None,
) -> None:
    """見本の引き直し計算、架空の帳簿、会員サイトを見せる / Show a sheet, a book, and the site.

    帳簿は組み込みのPostgreSQLに一度だけ作り、次からはそれを使う。サイトはこの機器だけに見え、
    Ctrl-Cで終わる。
    The book is filled once, on the embedded PostgreSQL, and found again afterwards. The site is for
    this machine alone; Ctrl-C ends it.

    例 / Examples:  motocho demo · motocho demo --no-site · motocho demo --no-book --into sheets
    """
    from motocho.cli import _demonstration

    output = Output(language_of(lang.value if lang else None))
    _demonstration.show(into, output)
    if not book:
        return
    from motocho.config import database

    if database.url() is not None:
        output.note(output.text(_NO_BOOK_JA, _NO_BOOK_EN))
        return
    from motocho.cli import _showcase

    seats = _showcase.show(_showcase.Wanted(members, years), output)
    if site:
        from motocho.cli import _serving

        _serving.serve(output, seats)
