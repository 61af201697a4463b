"""`motocho portfolio …`: a whole book exported, recalculated, added up [帳簿全体の引き直し計算]."""

from __future__ import annotations

import csv
import io
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.claims.history import History
from motocho.cli._files import write_bytes
from motocho.cli._options import (
    AsOfOption,
    AssumeOption,
    JsonOption,
    LangOption,
    OutPathOption,
    PresetOption,
    chosen_assumptions,
    day_of,
)
from motocho.cli._output import Output
from motocho.cli.lending._book_of_loans import output_in, reading, today
from motocho.office.workers import make_ready
from motocho.units.errors import Fault, InputError, OutsideFailure
from motocho.units.money import yen_text

if TYPE_CHECKING:
    from motocho.office.portfolio import Reserve, Summary

SCHEMA_VERSION = 1
PARTS = ("numpy", "numba", "pyarrow")
FAULTY = 3

app = typer.Typer(
    help="帳簿全体の引き直し計算 / A whole book recalculated.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class WayName(StrEnum):
    """Values of --way."""

    PROCESSES = "processes"
    HERE = "here"
    RAY = "ray"


class FormName(StrEnum):
    """Values of --out of a run."""

    PARQUET = "parquet"
    CSV = "csv"


class ReserveForm(StrEnum):
    """Values of --out of a reserve."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


class ByName(StrEnum):
    """Values of --by."""

    FIRST_OVERPAID = "first_overpaid"
    LAST_DEALT = "last_dealt"


FolderArgument = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="計算のフォルダ / The folder of a run.")
]


def _need_parts() -> None:
    """Refuse where the libraries of this command are not installed."""
    missing = [name for name in PARTS if find_spec(name) is None]
    if missing:
        raise OutsideFailure(Fault("PFO-008", excerpt=", ".join(missing)))


@app.command("export")
def export(
    path: Annotated[Path, typer.Argument(metavar="BOOK.parquet", help="書き出す先 / Write here.")],
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="DATE", help="この日まで(今日) / Up to this day.", show_default=False
        ),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """自社の帳簿の全契約をParquetに書き出す / Write every agreement of our book as Parquet.

    例 / Examples:  motocho portfolio export book.parquet ·
    motocho portfolio export book.parquet --until 2026-03-31
    """
    _need_parts()
    from motocho.office.portfolio import export as write_book

    output = output_in(lang)
    until_on = day_of(until, "--until") or today(None)
    with reading() as cursor, output.progress("書き出し中", "Writing") as told:
        count = write_book(cursor, path, until_on, told)
    if json_wanted:
        output.document(
            {"schema_version": SCHEMA_VERSION, "agreements": count, "until": str(until_on)}
        )
        return
    output.data(output.text(f"{count:,}契約を書きました", f"Wrote {count:,} agreements"))


@app.command("run")
def run(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="取引のParquetかそのフォルダ / Parquet files, or folders of them."
        ),
    ],
    folder: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="結果のフォルダ / Results.")
    ],
    as_of: AsOfOption = None,
    assume: AssumeOption = None,
    preset: PresetOption = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers", min=1, help="同時に使う数 / How many at once.", show_default=False
        ),
    ] = None,
    way: Annotated[
        WayName, typer.Option("--way", help="分担の方法(結果は同じ) / Who does it.")
    ] = WayName.PROCESSES,
    out: Annotated[FormName, typer.Option("--out", help="出力の形 / Form.")] = FormName.PARQUET,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """帳簿の全契約を引き直し計算する / Recalculate every agreement of a book.

    途中で止まっても、同じ指定で続きから計算します / Stopped, it goes on where it was.

    例 / Examples:  motocho portfolio run book.parquet -o result --as-of 2026-11-21 ·
    motocho portfolio run parts/ -o result --preset court --workers 2
    """
    _need_parts()
    if way is WayName.PROCESSES:
        make_ready()
    from motocho.office import portfolio

    output = output_in(lang)
    assumptions = chosen_assumptions(History(()), preset, assume)
    conventions = portfolio.Conventions(assumptions, day_of(as_of, "--as-of"))
    means = portfolio.Means(portfolio.Way[way.name], workers, portfolio.Form[out.name])
    with output.progress("計算中", "Calculating") as told:
        summary = portfolio.run(inputs, folder, conventions, means, told)
    if json_wanted:
        output.document(summary.document())
    else:
        output.data(_summary_text(summary, folder, output))
    if summary.faulty:
        raise typer.Exit(FAULTY)


def _summary_text(summary: Summary, folder: Path, output: Output) -> str:
    lines = [
        ("契約", "Agreements", f"{summary.agreements:,}"),
        ("取引の行", "Lines", f"{summary.rows:,}"),
        ("誤りのある契約", "Agreements with faults", f"{summary.faulty:,}"),
        ("過払いのある契約", "Overpaid", f"{summary.overpaid:,}"),
        ("過払金", "Overpayment", yen_text(summary.overpayment_yen)),
        ("過払利息", "Interest on it", yen_text(summary.overpayment_interest_yen)),
        ("残元金", "Principal owed", yen_text(summary.outstanding_principal_yen)),
        ("未払利息", "Unpaid interest", yen_text(summary.unpaid_interest_yen)),
        ("読まない列", "Columns not read", ", ".join(summary.ignored_columns) or "-"),
        ("結果", "Results", ", ".join(str(folder / name) for name in summary.files)),
    ]
    return "\n".join(f"{output.text(ja, en)}: {value}" for ja, en, value in lines)


@app.command("reserve")
def reserve(
    folder: FolderArgument,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="DATE",
            help="時効を見る日(今日) / The day of prescription.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[ByName, typer.Option("--by", help="年の基準 / Which year.")] = (
        ByName.FIRST_OVERPAID
    ),
    out: Annotated[ReserveForm, typer.Option("--out", help="出力の形 / Form.")] = ReserveForm.TABLE,
    path: OutPathOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """終わった計算を商品と年で合計する / Add a run up by product and year.

    例 / Examples:  motocho portfolio reserve result --on 2026-03-31 ·
    motocho portfolio reserve result --by last_dealt --out csv -o reserve.csv
    """
    _need_parts()
    from motocho.office import portfolio

    output = output_in(lang)
    form = ReserveForm.JSON if json_wanted else out
    if form is ReserveForm.PARQUET and path is None:
        raise InputError(Fault("USE-009", column="-o", excerpt="Parquet"))
    found = portfolio.estimate(folder, today(on), portfolio.By[by.name])
    data = _rendered(found, form, output)
    if path is None:
        output.raw(data)
    else:
        write_bytes(data, path)


def _rendered(found: Reserve, form: ReserveForm, output: Output) -> bytes:
    if form is ReserveForm.JSON:
        import json

        return (json.dumps(found.document(), ensure_ascii=False) + "\n").encode()
    if form is ReserveForm.PARQUET:
        import pyarrow.parquet as pq

        buffer = io.BytesIO()
        pq.write_table(found.table(), buffer)
        return buffer.getvalue()
    if form is ReserveForm.CSV:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(found.rows())
        return text.getvalue().encode()
    return (_table_text(found, output) + "\n").encode()


_HEADINGS = (
    ("商品", "product"),
    ("年", "year"),
    ("契約", "agreements"),
    ("過払い", "overpaid"),
    ("過払金", "overpayment"),
    ("過払利息", "interest"),
    ("請求額", "claim"),
    ("時効", "barred"),
    ("うち時効", "barred yen"),
    ("時効前", "open yen"),
    ("残元金", "principal"),
    ("未払利息", "unpaid"),
)


def _table_text(found: Reserve, output: Output) -> str:
    """Columns parted by tabs, numbers with commas; the total last."""
    rows = [[output.text(*names) for names in _HEADINGS]]
    rows += [[_cell(value, at) for at, value in enumerate(row)] for row in found.rows()[1:]]
    rows[-1][0] = output.text("合計", "total")
    until = _until(found, output)
    note = output.text(
        f"{found.on} 現在({until})。全員が請求した場合の額で、時効は援用があった場合です。"
        f"会計上の引当額は公認会計士に相談してください。誤りのある{found.faulty:,}契約は含みません。",
        f"As of {found.on} ({until}): what is due if everybody claims; prescription only if "
        "invoked. Ask an accountant what to reserve. "
        f"{found.faulty:,} agreements with faults are left out.",
    )
    return "\n".join(["\t".join(row) for row in rows] + [note])


def _until(found: Reserve, output: Output) -> str:
    """Until when the run reckoned: the day of prescription is another one."""
    if found.as_of is None:
        return output.text("計算は各契約の最後の行まで", "each reckoned until its last line")
    return output.text(f"計算は{found.as_of}まで", f"reckoned until {found.as_of}")


def _cell(value: Any, at: int) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) and at > 1 else str(value)
