"""`motocho history …`: checking a history before it is relied on [取引履歴の点検]."""

from __future__ import annotations

import typer

from motocho.claims import assumptions as assumed
from motocho.claims import reading
from motocho.cli._files import read_bytes
from motocho.cli._options import (
    AssumeOption,
    FileArgument,
    JsonOption,
    LangOption,
    chosen_assumptions,
)
from motocho.cli._output import Output, language_of
from motocho.cli.claims import _scanning
from motocho.units.errors import FaultyInput

app = typer.Typer(help="取引履歴 / Histories.", rich_markup_mode=None)


app.command("scan")(_scanning.scan)


@app.callback()
def group() -> None:
    """取引履歴の点検 / Checking histories."""


@app.command("check")
def check(
    file: FileArgument,
    assume: AssumeOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """取引履歴を点検する: 読めない所と、業者の残高と合わない所 / Every fault, and the checksum.

    例 / Examples:  motocho history check history.csv ·
    motocho history check history.xlsx --assume 'contract_rates=[["1999-01-01","0.27375"]]' --json
    """
    from motocho.claims import checksum
    from motocho.cli import _balances

    output = Output(language_of(lang.value if lang else None))
    data, name = read_bytes(file)
    with output.stage("読み取り中", "Reading"):
        history = reading.read(data, file=name)
    read = assumed.read(history.stated_assumptions, file=history.file)
    if read.faults:
        raise FaultyInput(*read.faults, warnings=history.warnings)
    rates = chosen_assumptions(history, None, assume).contract_rates
    with output.stage("残高を検算中", "Checking balances"):
        balances = checksum.check_balances(history, contract_rates=rates)
    faults = _balances.likeliest(balances)
    if json_wanted:
        output.document(_balances.document(history, balances))
    else:
        output.warnings((*history.warnings, *balances.notes))
        output.faults(faults)
        output.data(_balances.summary(history, balances, output))
    raise typer.Exit(3 if faults else 0)
