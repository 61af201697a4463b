"""What `motocho history check` says [点検の結果]."""

from __future__ import annotations

from typing import Any

from motocho.claims.checksum import BalanceCheck
from motocho.claims.history import History
from motocho.cli._output import Output
from motocho.units.errors import Fault
from motocho.units.money import rate_text

SCHEMA_VERSION = 1


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


def summary(history: History, balances: BalanceCheck, output: Output) -> str:
    """What was read, and how much of it agrees, in a few lines [要約]."""
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
    return "\n".join(lines)
