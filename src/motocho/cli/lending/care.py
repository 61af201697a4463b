"""`motocho care …`: how promises were kept [約束の履行率]; complaints and disclosures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption, day_of
from motocho.cli._output import Output
from motocho.cli.lending import cases
from motocho.cli.lending._book_of_loans import OnOption, output_in, reading, today
from motocho.documents.sheet import Align
from motocho.units.money import rate_text, yen_text

if TYPE_CHECKING:
    from motocho.care.reliefs import promises as engine

SCHEMA_VERSION = 1
USUAL_DAYS = 31
VERDICTS = {
    "kept": ("履行", "Kept"),
    "partly": ("一部", "Partly"),
    "broken": ("不履行", "Broken"),
    "open": ("期限前", "Open"),
    "withdrawn": ("取下げ", "Withdrawn"),
}
WAYS = {
    "interest_only": ("利息だけ", "interest only"),
    "reduced": ("減額", "smaller payments"),
    "promise": ("日と額", "day and amount"),
    "two_months": ("2回分", "two payments"),
    "minimum": ("最低額", "minimum"),
    "longer": ("期間延長", "longer term"),
    "instalments": ("分割", "in parts"),
    "none": ("提案なし", "no offer"),
    "all": ("すべて", "All"),
}

app = typer.Typer(help="返済相談 / Consultations.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(cases.complaints_app, name="complaints")
app.add_typer(cases.disclose_app, name="disclose")


@app.callback()
def group() -> None:
    """返済相談 / Consultations."""


@app.command("promises")
def promises(
    first: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DATE",
            help="約束日の最初の日 / First promised day (default: 31 days before the last).",
            show_default=False,
        ),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="DATE",
            help="約束日の最後の日 / Last promised day (default: the day of the report).",
            show_default=False,
        ),
    ] = None,
    on: OnOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """お支払約束の履行率 / How promises were kept, from the receipts of the ledger.

    例 / Examples:  motocho care promises · motocho care promises --from 2026-11-01 --json
    """
    from motocho.care.reliefs import promises as engine

    output, day = output_in(lang), today(on)
    last_on = day_of(last, "--until") or day
    first_on = day_of(first, "--from") or last_on - timedelta(days=USUAL_DAYS)
    with reading() as cursor:
        found = engine.report(cursor, first_on, last_on, day)
    groups = {"all": (found.all,), "by_desk": found.by_desk, "by_way": found.by_way}
    if json_wanted:
        days = {"from": first_on.isoformat(), "until": last_on.isoformat(), "on": day.isoformat()}
        rates = {name: [_document(one) for one in rates] for name, rates in groups.items()}
        output.document({"schema_version": SCHEMA_VERSION, **days, **rates})
        return
    _table(output, (first_on, last_on), groups)


def _table(
    output: Output, days: tuple[date, date], groups: dict[str, tuple[engine.Rate, ...]]
) -> None:
    heads = [
        output.text("区分", "Group"),
        *(output.text(*said) for said in VERDICTS.values()),
        output.text("履行率", "Kept rate"),
        output.text("約束額", "Promised"),
        output.text("入金額", "Paid"),
    ]
    rows = [
        [output.text(*WAYS.get(one.name, (one.name, one.name))), *_figures(one)]
        for rates in groups.values()
        for one in rates
    ]
    output.data(output.text(f"約束日 {days[0]}〜{days[1]}", f"Promised for {days[0]} – {days[1]}"))
    output.data(grid(heads, [Align.LEFT, *[Align.RIGHT] * (len(heads) - 1)], rows))


def _figures(one: engine.Rate) -> list[str]:
    counts = [str(count) for _, count in one.counts]
    kept = "–" if one.kept_ppm is None else rate_text(one.kept_ppm)
    return [*counts, kept, yen_text(one.promised_yen), yen_text(one.paid_yen)]


def _document(one: engine.Rate) -> dict[str, Any]:
    counts = {verdict.value: count for verdict, count in one.counts}
    return {
        "name": one.name,
        **counts,
        "kept_ppm": one.kept_ppm,
        "promised_yen": one.promised_yen,
        "paid_yen": one.paid_yen,
    }
