"""`motocho demo`: a shipped ten-year history, checked, recalculated, and laid out [実演]."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from motocho.cli._options import LangOption
from motocho.cli._output import Output, language_of


def demo(
    into: Annotated[
        Path,
        typer.Option("--into", metavar="FOLDER", help="書き出すフォルダ / Folder to write to."),
    ] = Path("demo"),
    lang: LangOption = None,
) -> None:
    """見本の取引履歴を点検し、引き直し計算して、計算書を書き出す / Check and recalculate a sample.

    例 / Examples:  motocho demo · motocho demo --into sheets --lang en
    """
    from motocho.cli import _demonstration

    _demonstration.show(into, Output(language_of(lang.value if lang else None)))
