"""`motocho recalc …`: run, batch, explain, compare, differ, deduction [引き直し計算]."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from motocho.claims import assumptions as assumed
from motocho.claims import reading
from motocho.claims.history import History
from motocho.claims.statement import Statement, recalculate
from motocho.cli._files import read_bytes, write_bytes
from motocho.cli._options import (
    AsOfOption,
    AssumeOption,
    FileArgument,
    JsonOption,
    LangOption,
    LanguageName,
    OutPathOption,
    PresetOption,
    chosen_assumptions,
    day_of,
    named_preset,
    yen_of,
)
from motocho.cli._output import Output, language_of
from motocho.cli.claims import _batch as batches
from motocho.kernel.deduction import Deduction, deduct
from motocho.units.errors import Fault, InputError, Language
from motocho.units.money import rate_text, yen_text

SCHEMA_VERSION = 1
MIN_SCENARIOS, MAX_SCENARIOS = 2, 4

app = typer.Typer(help="引き直し計算 / Recalculation.", no_args_is_help=True, rich_markup_mode=None)


class Form(StrEnum):
    """Values of --out."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


class LayoutName(StrEnum):
    """Values of --layout."""

    COURT = "court"
    NAGOYA = "nagoya"
    TOYAMA = "toyama"


BINARY_FORMS = frozenset({Form.XLSX, Form.PDF})


def _output(lang: LanguageName | None) -> Output:
    return Output(language_of(lang.value if lang else None))


def _read_history(file: str, output: Output) -> History:
    data, name = read_bytes(file)
    with output.stage("読み取り中", "Reading"):
        return reading.read(data, file=name)


@app.command("run")
def run(
    file: FileArgument,
    as_of: AsOfOption = None,
    assume: AssumeOption = None,
    preset: PresetOption = None,
    layout: Annotated[
        LayoutName,
        typer.Option("--layout", help="表の体裁(計算は変わりません) / Layout of the sheet."),
    ] = LayoutName.COURT,
    out: Annotated[
        Form | None,
        typer.Option(
            "--out", help="出力の形 / Form (default: by -o, else table).", show_default=False
        ),
    ] = None,
    path: OutPathOption = None,
    lender: Annotated[
        str | None, typer.Option("--lender", help="計算書に書く貸主 / Lender.", show_default=False)
    ] = None,
    title: Annotated[
        str | None, typer.Option("--title", help="計算書に書く件名 / Case.", show_default=False)
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """取引履歴を引き直し計算する / Recalculate a history.

    例 / Examples:  motocho recalc run history.csv --as-of 2026-11-21 ·
    motocho recalc run case.json --preset court -o sheet.pdf
    """
    output = _output(lang)
    form = _form(out, path, json_wanted)
    if form in BINARY_FORMS and path is None and sys.stdout.isatty():
        raise InputError(Fault("USE-009", column="-o", excerpt=form.value.upper()))
    day = day_of(as_of, "--as-of")
    history = _read_history(file, output)
    history = replace(history, lender=lender or history.lender, title=title or history.title)
    assumptions = chosen_assumptions(history, preset, assume)
    _tell_preset(preset, output)
    with output.stage("計算中", "Calculating"):
        statement = recalculate(history, assumptions, as_of=day)
    output.warnings(statement.warnings)
    with output.stage("書き出し中", "Writing"):
        rendered = render(statement, form, layout, output.language)
    if path is not None:
        write_bytes(rendered, path)
        output.note(output.text(f"{path} に書きました", f"Wrote {path}"))
        if json_wanted:
            output.document(statement.document())
    else:
        output.raw(rendered)


def _form(out: Form | None, path: Path | None, json_wanted: bool) -> Form:
    """The form asked for: --out, else the ending of -o, else JSON or a table."""
    if out is not None and not (json_wanted and path is None):
        return out
    if path is not None:
        ending = path.suffix.lower().removeprefix(".")
        return next((form for form in Form if form.value == ending), Form.TABLE)
    return Form.JSON if json_wanted else Form.TABLE


def _tell_preset(preset: str | None, output: Output) -> None:
    if preset is None:
        return
    switches = " ".join(f"{key}={value}" for key, value in named_preset(preset).items())
    output.note(f"{preset}: {switches}")


def render(statement: Statement, form: Form, layout: LayoutName, language: Language) -> bytes:
    """A statement in one of the forms of `recalc run` [出力の形].

    Why       each form's libraries are imported only where it is asked for.
    """
    if form is Form.JSON:
        import orjson

        return orjson.dumps(statement.document()) + b"\n"
    from motocho.claims import layouts

    chosen = layouts.Layout[layout.name]
    if form is Form.CSV:
        return layouts.csv_text(statement, chosen).encode()
    if form is Form.XLSX:
        from motocho.documents import spreadsheet

        return spreadsheet.render(layouts.content(statement, chosen))
    if form is Form.PDF:
        from motocho.documents import typeset

        return typeset.render(layouts.content(statement, chosen))
    from motocho.cli import _tables as tables

    return tables.text(statement, chosen, language).encode()


@app.command("batch")
def batch(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE.jsonl", help="1行に1事件 / One case a line; - reads stdin."),
    ],
    lang: LangOption = None,
    json_wanted: JsonOption = False,  # noqa: ARG001  # the output is JSON either way
) -> None:
    """1行に1事件のJSONを、1行に1つの結果にする / One case a line in, one result a line out.

    例 / Examples:  motocho recalc batch cases.jsonl > results.jsonl ·
    zcat cases.jsonl.gz | motocho recalc batch -
    """
    raise typer.Exit(batches.run(file, _output(lang)))


@app.command("explain")
def explain(
    file: FileArgument,
    row: Annotated[int, typer.Option("--row", metavar="N", help="計算書の行 / Row of the sheet.")],
    as_of: AsOfOption = None,
    assume: AssumeOption = None,
    preset: PresetOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """1行の計算と根拠を説明する / The arithmetic and the law behind one row.

    例 / Examples:  motocho recalc explain history.csv --row 42 ·
    motocho recalc explain case.json --row 3 --lang en
    """
    from motocho.claims import reasoning

    output = _output(lang)
    statement = _statement(file, day_of(as_of, "--as-of"), (preset, assume), output)
    explanation = reasoning.explain(statement, row)
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "input_sha256": statement.history.input_sha256,
                "row": statement.rows[row - 1].document(),
                "text_ja": explanation.text_ja,
                "text_en": explanation.text_en,
                "citations": list(explanation.citations),
            }
        )
        return
    output.warnings(statement.warnings)
    output.data(explanation.text(output.language))


def _statement(
    file: str, as_of: date | None, chosen: tuple[str | None, list[str] | None], output: Output
) -> Statement:
    history = _read_history(file, output)
    assumptions = chosen_assumptions(history, *chosen)
    return recalculate(history, assumptions, as_of=as_of)


@app.command("compare")
def compare(
    file: FileArgument,
    scenario: Annotated[
        list[str],
        typer.Option(
            "--scenario", metavar="A.toml", help="前提を書いたTOML / Assumptions as TOML."
        ),
    ],
    as_of: AsOfOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """前提の組を比べる / Compare sets of assumptions: deltas, and the row where they part.

    例 / Examples:  motocho recalc compare history.csv --scenario joined.toml --scenario apart.toml
    · motocho recalc compare case.json --scenario a.toml --scenario b.toml --json
    """
    from motocho.claims import scenarios as compared

    output = _output(lang)
    if not MIN_SCENARIOS <= len(scenario) <= MAX_SCENARIOS:
        raise InputError(Fault("USE-013", column="--scenario", excerpt=str(len(scenario))))
    history = _read_history(file, output)
    onto = chosen_assumptions(history, None, None)
    chosen = []
    for name in scenario:
        data, shown = read_bytes(name)
        chosen.append(compared.read_scenario(data, onto=onto, file=shown))
    comparison = compared.compare(history, chosen, as_of=day_of(as_of, "--as-of"))
    if json_wanted:
        output.document(comparison.document())
        return
    from motocho.cli import _tables as tables

    output.data(tables.comparison_text(comparison, output.language))


@app.command("differ")
def differ(
    file: FileArgument,
    their: Annotated[
        str,
        typer.Option("--their", metavar="SHEET", help="相手方の計算書 / The other side's sheet."),
    ],
    assume: AssumeOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """相手方の計算書がどの約束ごとで作られたかを探す / Find the conventions behind their sheet.

    例 / Examples:  motocho recalc differ history.csv --their lender.xlsx ·
    motocho recalc differ case.json --their theirs.csv --json
    """
    from motocho.claims import scenarios as compared

    output = _output(lang)
    history = _read_history(file, output)
    onto = chosen_assumptions(history, None, assume)
    theirs = _read_history(their, output)
    with output.stage("約束ごとを探しています", "Searching for conventions"):
        difference = compared.differ(history, theirs, onto)
    if json_wanted:
        output.document(difference.document())
        return
    from motocho.cli import _tables as tables

    output.data(tables.difference_text(difference, output.language))


@app.command("deduction")
def deduction(
    face: Annotated[
        str, typer.Option("--face", metavar="YEN", help="契約書の金額 / Face of the loan.")
    ],
    deducted: Annotated[
        str, typer.Option("--deducted", metavar="YEN", help="天引きされた利息 / Interest deducted.")
    ],
    years: Annotated[str, typer.Option("--years", metavar="N", help="年数 / Term in years.")],
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """天引きの充当(利息制限法2条) / Interest deducted in advance.

    例 / Examples:  motocho recalc deduction --face 100000 --deducted 18000 --years 1 ·
    motocho recalc deduction --face 50万 --deducted 5万 --years 73/365 --json
    """
    output = _output(lang)
    found = _deduct(
        yen_of(face, "--face"), yen_of(deducted, "--deducted"), _years_of(years, "--years")
    )
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, **found._asdict()})
        return
    allowed, rate = yen_text(found.allowed_yen), rate_text(found.rate_ppm)
    output.data(
        output.text(
            f"受け取った額 {yen_text(found.received_yen)}円、上限利率 年{rate}\n"
            f"許される利息 {allowed}円、超過額 {yen_text(found.excess_yen)}円\n"
            f"元本 {yen_text(found.principal_yen)}円\n根拠 利息制限法2条",
            f"Received {yen_text(found.received_yen)} yen; ceiling {rate} a year\n"
            f"Interest allowed {allowed} yen; excess {yen_text(found.excess_yen)} yen\n"
            f"Principal {yen_text(found.principal_yen)} yen\nLaw: 利息制限法2条",
        )
    )


def _deduct(face_yen: int, deducted_yen: int, years: Fraction) -> Deduction:
    for option, amount, least in (("--face", face_yen, 1), ("--deducted", deducted_yen, 0)):
        if amount < least:
            details = {"least": str(least), "column": option}
            raise InputError(Fault("USE-006", column=option, excerpt=str(amount), details=details))
    if deducted_yen >= face_yen:
        details = {"face": yen_text(face_yen)}
        excerpt = yen_text(deducted_yen)
        raise InputError(Fault("USE-011", column="--deducted", excerpt=excerpt, details=details))
    return deduct(face_yen, deducted_yen, years=years, brackets=assumed.brackets())


def _years_of(text: str, option: str) -> Fraction:
    try:
        years = Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        raise InputError(Fault("USE-012", column=option, excerpt=text)) from None
    if years < 0:
        raise InputError(Fault("USE-012", column=option, excerpt=text))
    return years
