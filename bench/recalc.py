"""The recalculation: interpreted, compiled, end to end, in a batch, and as a spreadsheet."""

from __future__ import annotations

import calendar
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench._timing import best
from motocho.claims import assumptions as assumed
from motocho.claims import layouts, reading
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import Event, History
from motocho.claims.statement import fold, prepare, recalculate
from motocho.documents import spreadsheet
from motocho.kernel import batch
from motocho.kernel.conventions import EventKind
from motocho.kernel.recalculation import AgreedRates, Brackets, DamagesCaps, Delays, Events

HISTORIES, ROWS = 100_000, 120
DISTINCT = 500
CSV_ROWS = 20_000
ROOT = Path(__file__).parents[1]


def history(rows: int, seed: int) -> History:
    """Monthly repayments with a draw now and then, for as many rows as wanted."""
    chance = random.Random(seed)
    on = date(1996, 1, 10) + timedelta(days=seed % 400)
    events = [Event(on, EventKind.BORROW, 300_000)]
    while len(events) < rows:
        on += timedelta(days=chance.randint(25, 35) if rows <= 600 else chance.randint(1, 3))
        if chance.random() < 0.1:
            events.append(Event(on, EventKind.BORROW, chance.randint(1, 30) * 10_000))
        else:
            events.append(Event(on, EventKind.REPAY, chance.randint(5, 20) * 1_000))
    return History(tuple(events))


def share_of_years(after: date, until: date) -> Fraction:
    """The days after one day up to another, each by its own calendar year."""
    share = Fraction(0)
    for year in range(after.year, until.year + 1):
        first = max(after, date(year - 1, 12, 31))
        last = min(until, date(year, 12, 31))
        share += Fraction((last - first).days, 366 if calendar.isleap(year) else 365)
    return share


def by_fractions(events: tuple[Event, ...]) -> Fraction:
    """The baseline: the practice of the courts as a plain loop of Fractions, row by row."""
    principal = unpaid = overpaid = earned = Fraction(0)
    ceiling = Fraction(20, 100)
    previous = events[0].on
    for event in events:
        share = share_of_years(previous, event.on)
        unpaid += principal * ceiling * share // 1
        earned += overpaid * Fraction(5, 100) * share // 1
        amount = Fraction(event.amount_yen)
        if event.kind is EventKind.BORROW:
            from_earned = min(amount, earned)
            from_overpaid = min(amount - from_earned, overpaid)
            earned, overpaid = earned - from_earned, overpaid - from_overpaid
            lent = amount - from_earned - from_overpaid
            principal += lent
            if lent and principal >= 1_000_000:
                ceiling = min(ceiling, Fraction(15, 100))
            elif lent and principal >= 100_000:
                ceiling = min(ceiling, Fraction(18, 100))
        else:
            to_interest = min(amount, unpaid)
            to_principal = min(amount - to_interest, principal)
            unpaid, principal = unpaid - to_interest, principal - to_principal
            overpaid += amount - to_interest - to_principal
        previous = event.on
    return principal + unpaid - overpaid - earned


def portfolio(dealings: list[Any]) -> batch.Dealings:
    """The same few histories again and again: HISTORIES of them as columns."""
    repeats = HISTORIES // len(dealings)

    def column(at: int) -> Any:
        one = np.concatenate([batch.column(dealing.columns[at]) for dealing in dealings])
        return np.tile(one, repeats)

    numbers = np.arange(HISTORIES + 1, dtype=np.int64)
    none = np.zeros(HISTORIES + 1, dtype=np.int64)
    agreed: list[Any] = [np.tile(batch.column(values), HISTORIES) for values in ([0], [0], [-1])]
    empty = batch.column([])
    return batch.Dealings(
        batch.Layout(numbers * ROWS, numbers, none, none[:-1]),
        Events(*(column(at) for at in range(5))),
        AgreedRates(*agreed),
        Delays(empty, empty, empty),  # type: ignore[arg-type]
        batch.regimes_table([assumed.regime(Assumptions())]),
        Brackets(*(batch.column(values) for values in assumed.brackets())),  # type: ignore[arg-type]
        DamagesCaps(*(batch.column(values) for values in assumed.damages_caps())),  # type: ignore[arg-type]
    )


def line(what: str, value: str, ratio: float | None = None) -> None:
    beside = "" if ratio is None else f"{ratio:10.1f} x the Fractions loop"
    print(f"{what:<58}{value:>16}{beside}")


def kernels() -> None:
    histories = [history(ROWS, seed) for seed in range(DISTINCT)]
    rows = DISTINCT * ROWS
    baseline = rows / best(lambda: [by_fractions(one.events) for one in histories], 1)
    line("plain loop of Fractions, rows/s", f"{baseline:,.0f}")
    for one in histories[:50]:
        result = recalculate(one, Assumptions()).result
        if by_fractions(one.events) != result.owed_yen - result.claim_yen:
            raise SystemExit("the baseline gives other numbers: nothing can be compared")
    prepared = [prepare(one, Assumptions()) for one in histories]
    dealings = [one.dealings[0] for one in prepared]
    regime = prepared[0].regime
    speed = rows / best(lambda: [fold(dealing, regime) for dealing in dealings])
    line("interpreted, rows/s", f"{speed:,.0f}", speed / baseline)
    many = portfolio(dealings)
    start = time.perf_counter()
    batch.recalculate_many(many, threads=1)
    line("compiled, first call (compiling or loading), s", f"{time.perf_counter() - start:.1f}")
    for threads in (1, 2):
        speed = HISTORIES * ROWS / best(partial(batch.recalculate_many, many, threads=threads))
        line(
            f"compiled, {threads} thread(s), {HISTORIES:,} x {ROWS} rows, rows/s",
            f"{speed:,.0f}",
            speed / baseline,
        )
    long = history(5_000, 1)
    plain = 5_000 / best(lambda: by_fractions(long.events), 1)
    ready = prepare(long, Assumptions())
    speed = 5_000 / best(lambda: fold(ready.dealings[0], ready.regime))
    line("one history of 5,000 rows, Fractions loop, rows/s", f"{plain:,.0f}")
    line("one history of 5,000 rows, interpreted, rows/s", f"{speed:,.0f}", speed / plain)
    whole = best(lambda: recalculate(long, Assumptions()).document())
    line("one history of 5,000 rows, statement and document, s", f"{whole:.3f}")
    rows_of_csv = [
        f"2001/{n % 12 + 1}/{n % 28 + 1},{'' if n % 4 else 10_000},{5_000 if n % 4 else ''},{n}\n"
        for n in range(CSV_ROWS)
    ]
    data = ("日付,借入,返済,残高\n" + "".join(rows_of_csv)).encode("cp932")
    line("reading plain CSV, rows/s", f"{CSV_ROWS / best(lambda: reading.read(data)):,.0f}")


def document_of(one: History) -> dict[str, Any]:
    return {
        "events": [
            {
                "date": event.on.isoformat(),
                "kind": event.kind.public_name,
                "amount": event.amount_yen,
            }
            for event in one.events
        ]
    }


def commands(folder: Path) -> None:
    case = folder / "500.json"
    case.write_text(json.dumps(document_of(history(500, 3))), encoding="utf-8")
    run = [str(ROOT / "run"), "recalc", "run", str(case)]
    for out in ("json", "table", "pdf", "xlsx"):
        command = [*run, "--out", out]
        seconds = best(partial(subprocess.run, command, capture_output=True, check=True))
        line(f"./run recalc run, 500 rows, --out {out}, whole process, s", f"{seconds:.3f}")
    bare = best(lambda: subprocess.run([sys.executable, "-c", ""], check=True))
    line("  beside it: python -c '', s", f"{bare:.3f}")
    count = 20_000
    cases = folder / "cases.jsonl"
    lines = [json.dumps(document_of(history(40, seed))) for seed in range(500)]
    cases.write_text("\n".join(lines * (count // 500)) + "\n", encoding="utf-8")
    batch_run = [str(ROOT / "run"), "recalc", "batch", str(cases)]
    with (folder / "out.jsonl").open("wb") as results:
        seconds = best(partial(subprocess.run, batch_run, stdout=results, check=True), 2)
    line(f"./run recalc batch, {count:,} cases of 40 rows, cases/s", f"{count / seconds:,.0f}")
    start = time.perf_counter()
    for text in lines:
        json.dumps(json.loads(text))
    alone = time.perf_counter() - start
    line("  beside it: json.loads and dumps of the input alone, cases/s", f"{500 / alone:,.0f}")


def libreoffice(folder: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        print("LibreOffice is not installed: the spreadsheet was not recalculated")
        return
    statement = recalculate(history(500, 3), Assumptions())
    sheet = folder / "sheet.xlsx"
    sheet.write_bytes(spreadsheet.render(layouts.content(statement, layouts.Layout.COURT)))
    utf8 = "csv:Text - txt - csv (StarCalc):44,34,76"
    convert = [office, "--headless", "--convert-to", utf8, "--outdir", str(folder), str(sheet)]
    seconds = best(lambda: subprocess.run(convert, capture_output=True, check=True), 1)
    text = (folder / "sheet.csv").read_text(encoding="utf-8")
    line("LibreOffice recalculates the XLSX of 500 rows, whole process, s", f"{seconds:.1f}")
    agree = "✕" not in text and "✓" in text
    line("  and its numbers are ours", "yes" if agree else "NO")


def main() -> None:
    kernels()
    with tempfile.TemporaryDirectory() as name:
        commands(Path(name))
        libreoffice(Path(name))
