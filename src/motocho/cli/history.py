"""`motocho history …`: checking a history before it is relied on [取引履歴の点検]."""

from __future__ import annotations

from typing import Any

import typer

from motocho.claims import assumptions as assumed
from motocho.claims import checksum, reading
from motocho.claims.checksum import BalanceCheck
from motocho.claims.history import History
from motocho.cli._files import read_bytes
from motocho.cli._options import (
    AssumeOption,
    FileArgument,
    JsonOption,
    LangOption,
    chosen_assumptions,
)
from motocho.cli._output import Output, language_of
from motocho.units.errors import Fault, FaultyInput
from motocho.units.money import rate_text

SCHEMA_VERSION = 1

app = typer.Typer(help="取引履歴 / Histories.", rich_markup_mode=None)


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
    faults = likeliest(balances)
    if json_wanted:
        output.document(document(history, balances))
    else:
        output.warnings((*history.warnings, *balances.notes))
        output.faults(faults)
        output.data("\n".join(_summary(history, balances, output)))
    raise typer.Exit(3 if faults else 0)


def likeliest(balances: BalanceCheck) -> tuple[Fault, ...]:
    """The likeliest slip of each difference [いちばん疑わしい所]."""
    return tuple(slip.fault for slip in balances.slips if slip.order == 1)


def document(history: History, balances: BalanceCheck) -> dict[str, Any]:
    """The check in its public form: faults and warnings as everywhere, the checksum beside them."""
    return {
        "schema_version": SCHEMA_VERSION,
        "input_sha256": history.input_sha256,
        "events": len(history.events),
        "faults": [fault.document() for fault in likeliest(balances)],
        "warnings": [warning.document() for warning in (*history.warnings, *balances.notes)],
        "checksum": balances.document(),
    }


def _summary(history: History, balances: BalanceCheck, output: Output) -> list[str]:
    lines = [
        output.text(
            f"{len(history.events)}件の取引を読みました",
            f"{len(history.events)} events were read",
        )
    ]
    if balances.rows_checked:
        agreeing = f"{balances.rows_agreeing}/{balances.rows_checked}"
        lines.append(
            output.text(
                f"業者の残高と合う行 {agreeing}", f"Rows that agree with the lender: {agreeing}"
            )
        )
    for stretch in balances.stretches:
        rate = rate_text(stretch.rate_ppm)
        span = f"{stretch.from_on} – {stretch.to_on}"
        rule = f"{stretch.year_basis.public_name}, {stretch.first_day.public_name}"
        lines.append(output.text(f"  {span} 年{rate} ({rule})", f"  {span} {rate} a year ({rule})"))
    return lines
