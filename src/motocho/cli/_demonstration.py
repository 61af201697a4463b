"""What `motocho demo` does [実演]."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

from motocho.claims import checksum, reading
from motocho.claims.assumptions import Assumptions
from motocho.claims.checksum import Slip
from motocho.claims.history import History
from motocho.claims.statement import Statement, recalculate
from motocho.cli._files import write_bytes
from motocho.cli._output import Output
from motocho.cli.claims.recalc import Form, LayoutName, render
from motocho.units.errors import Fault, InputError
from motocho.units.money import minus_text, yen_text

SAMPLE = "ten_years.csv"
AS_OF = date(2026, 11, 21)
"""Fixed, so that the demonstration gives the same sheet every day."""
SHEETS = {
    Form.PDF: "recalculation.pdf",
    Form.XLSX: "recalculation.xlsx",
    Form.CSV: "recalculation.csv",
    Form.JSON: "recalculation.json",
}


def sample_bytes() -> bytes:
    """The shipped history of a fictional lender [見本の取引履歴]."""
    return (files("motocho.claims") / "samples" / SAMPLE).read_bytes()


def show(into: Path, output: Output) -> None:
    """Check the sample, recalculate it, and write its sheet into a folder [実演]."""
    say = output.text
    history = reading.read(sample_bytes(), file=SAMPLE)
    balances = checksum.check_balances(history)
    agreeing = f"{balances.rows_agreeing}/{balances.rows_checked}"
    output.data(
        say(
            f"1. 見本の取引履歴を点検: {len(history.events)}件、業者の残高と合う行 {agreeing}",
            f"1. A sample history was checked: {len(history.events)} events, {agreeing} rows agree",
        )
    )
    for slip in balances.slips:
        if slip.order == 1:
            output.data(f"   {slip.fault.what(output.language)}")
            output.data(f"   → {slip.fault.fix(output.language)}")
    mended = mend(history, balances.slips)
    as_typed, as_mended = (
        recalculate(one, Assumptions(), as_of=AS_OF) for one in (history, mended)
    )
    output.data(_result(as_typed, as_mended, output))
    _write(as_mended, into, output)


def mend(history: History, slips: tuple[Slip, ...]) -> History:
    """A history with the likeliest slips in amounts set right [訂正した取引履歴]."""
    amounts = {
        slip.row: int(slip.proposed)
        for slip in slips
        if slip.order == 1
        and slip.proposed
        and slip.field in {checksum.Field.BORROW, checksum.Field.REPAY}
    }
    events = tuple(
        event._replace(amount_yen=amounts.get(event.source_row, event.amount_yen))
        for event in history.events
    )
    return replace(history, events=events)


def _result(as_typed: Statement, as_mended: Statement, output: Output) -> str:
    result = as_mended.result
    overpaid, earned = (
        yen_text(int(result.overpayment_yen)),
        yen_text(int(result.overpayment_interest_yen)),
    )
    claim, typed = yen_text(int(result.claim_yen)), yen_text(int(as_typed.result.claim_yen))
    moved = minus_text(as_mended.claim_beyond(as_typed))
    return output.text(
        f"2. 引き直し計算({AS_OF}現在、裁判実務の標準)\n"
        f"   過払金 {overpaid}円、過払利息 {earned}円、請求額 {claim}円\n"
        f"   誤りのまま計算すると {typed}円でした(訂正で {moved}円)",
        f"2. Recalculated as of {AS_OF} by the practice of the courts\n"
        f"   {overpaid} yen overpaid, {earned} yen of interest on it, {claim} yen in all\n"
        f"   with the typing error it would be {typed} yen (mending it moves {moved})",
    )


def _write(statement: Statement, into: Path, output: Output) -> None:
    try:
        into.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        details = {"reason": error.strerror or str(error)}
        raise InputError(Fault("USE-005", file=str(into), details=details)) from None
    written = []
    for form, name in SHEETS.items():
        write_bytes(render(statement, form, LayoutName.COURT, output.language), into / name)
        written.append(str(into / name))
    said = output.text("3. 計算書を書きました", "3. The sheet was written")
    output.data("\n   ".join([said, *written]))
