"""`motocho demo`: a shipped ten-year history, checked, recalculated, and laid out [実演]."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from motocho.claims import checksum, reading
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import History
from motocho.claims.statement import Statement, recalculate
from motocho.cli._files import write_bytes
from motocho.cli._options import LangOption
from motocho.cli._output import Output, language_of
from motocho.cli.recalc import Form, LayoutName, render
from motocho.units.money import yen_text

SAMPLE = "ten_years.csv"
AS_OF = date(2026, 11, 21)
"""Fixed, so that the demonstration gives the same sheet every day."""
SHEETS = {
    Form.PDF: "recalculation.pdf",
    Form.XLSX: "recalculation.xlsx",
    Form.CSV: "recalculation.csv",
}


def sample_bytes() -> bytes:
    """The shipped history of a fictional lender [見本の取引履歴]."""
    return (files("motocho.cli") / "samples" / SAMPLE).read_bytes()


def demo(
    into: Annotated[
        Path,
        typer.Option("--into", metavar="FOLDER", help="書き出すフォルダ / Folder to write to."),
    ] = Path("demo"),
    lang: LangOption = None,
) -> None:
    """見本の取引履歴を点検し、引き直し計算して、計算書を書き出す / Check and recalculate a sample.

    例 / Examples:  motocho demo · motocho demo --into /tmp/sheets --lang en
    """
    output = Output(language_of(lang.value if lang else None))
    history = reading.read(sample_bytes(), file=SAMPLE)
