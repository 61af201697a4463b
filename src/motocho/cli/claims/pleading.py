"""`motocho claim papers | letter | facts | templates`: the papers of a claim [請求の書類]."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from motocho.claims import pleading, reading
from motocho.claims.pleading import Content, Exhibit, Grid, PaperKind
from motocho.claims.statement import recalculate
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
)
from motocho.cli._output import Output, language_of
from motocho.outside import clock
from motocho.units.errors import Fault, FaultyInput, InputError, clipped
from motocho.units.money import yen_text

SCHEMA_VERSION = 1

FactsOption = Annotated[
    str | None,
    typer.Option(
        "--facts",
        metavar="FACTS.toml",
        help="書類に書くこと。雛形は motocho claim facts / What the papers say.",
        show_default=False,
    ),
]
TemplatesOption = Annotated[
    Path | None,
    typer.Option(
        "--templates",
        metavar="DIR",
        help="事務所の書式のフォルダー / Folder of the office's own templates.",
        show_default=False,
    ),
]
OnOption = Annotated[
    str | None,
    typer.Option("--on", metavar="DATE", help="書面の日 / Day of the papers.", show_default=False),
]


class GridName(StrEnum):
    """Values of --grid."""

    ACROSS_20 = "across_20"
    ACROSS_13 = "across_13"
    ACROSS_26 = "across_26"
    DOWN_20 = "down_20"


def hang(app: typer.Typer) -> None:
    """Hang these commands into `motocho claim` [コマンドの登録]."""
    app.command("papers")(papers)
    app.command("letter")(letter)
    app.command("facts")(facts)
    app.command("templates")(templates)


def _output(lang: LanguageName | None) -> Output:
    return Output(language_of(lang.value if lang else None))


# ----------------------------------------------------------------------------------------- commands
def papers(
    file: FileArgument,
    facts_file: FactsOption = None,
    folder: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="書き出すフォルダー / Folder."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind", help="書類の種類。書かなければ一式 / Papers; all without.", show_default=False
        ),
    ] = None,
    templates_folder: TemplatesOption = None,
    as_of: AsOfOption = None,
    assume: AssumeOption = None,
    preset: PresetOption = None,
    on: OnOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """請求の書類を一式作る / Make the papers of a claim, their amounts read back.

    例 / Examples:  motocho claim papers case.json --facts facts.toml -o papers ·
    motocho claim papers history.csv --facts facts.toml -o papers --kind complaint --kind annex
    """
    from motocho.office import papers as office

    output = _output(lang)
    if folder is None:
        raise InputError(Fault("USE-009", column="-o", excerpt="PDF"))
    kinds = [_kind(name) for name in kind or []] or None
    calculated = (day_of(as_of, "--as-of"), preset, assume)
    content, originals = _content(file, facts_file, calculated, on, output)
    listed = pleading.filing.packing_list(content)
    output.warnings((*pleading.cautions(content), *(listed.warnings if listed else ())))
    with output.stage("書類を作っています", "Making the papers"):
        pack = office.pack(content, kinds, office.Desk(templates_folder), originals)
    folder.mkdir(parents=True, exist_ok=True)
    if set(office.ANNEXED) <= {made.kind for made in pack.files}:
        filed = office.filing_file(content, office.Desk(templates_folder))
        pack = replace(pack, files=(*pack.files, filed))
    for made in pack.files:
        write_bytes(made.data, folder / made.name)
    for lacking, asked in pack.lacking.items():
        title = lacking.title(output.language)
        names = "・".join(one.label(output.language) for one in asked)
        output.note(
            output.text(f"作っていません: {title}（{names}）", f"Not made: {title} ({names})")
        )
    if json_wanted:
        output.document(_document(content, pack))
        return
    output.data("\n".join(made.name for made in pack.files))


def letter(
    file: FileArgument,
    facts_file: FactsOption = None,
    grid: Annotated[
        GridName, typer.Option("--grid", help="字数と行数 / Characters a line and lines a sheet.")
    ] = GridName.ACROSS_20,
    templates_folder: TemplatesOption = None,
    as_of: AsOfOption = None,
    assume: AssumeOption = None,
    preset: PresetOption = None,
    on: OnOption = None,
    path: OutPathOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """過払金返還請求書を内容証明の形にする / The claim letter as certified mail, counted.

    例 / Examples:  motocho claim letter case.json --facts facts.toml ·
    motocho claim letter case.json --facts facts.toml --grid down_20 -o letter.pdf
    """
    from motocho.office import papers as office

    output = _output(lang)
    calculated = (day_of(as_of, "--as-of"), preset, assume)
    content, _ = _content(file, facts_file, calculated, on, output)
    chosen = Grid(grid.value)
    desk = office.Desk(templates_folder, grid=chosen)
    made = office.make(PaperKind.CERTIFIED_DEMAND, content, desk=desk)
    counted = pleading.certified.count(office.certified_text(content, desk), chosen)
    postage = pleading.certified.postage(counted, content.written_on)
    warning = counted.warning()
    if warning is not None:
        output.warnings([warning])
    if path is not None:
        write_bytes(made.data, path)
        output.note(output.text(f"{path} に書きました", f"Wrote {path}"))
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "grid": chosen.value,
                "characters": counted.characters,
                "lines": list(counted.lines),
                "sheets": counted.sheets,
                "postage_yen": postage.total_yen,
                "unverified": [one.text(output.language) for one in postage.unverified],
            }
        )
        return
    if path is None:
        output.data("\n".join(counted.lines))
    sheets, yen = counted.sheets, yen_text(postage.total_yen)
    output.note(
        output.text(
            f"{counted.characters}字 {len(counted.lines)}行 {sheets}枚 料金{yen}円(配達証明つき)",
            f"{counted.characters} characters, {len(counted.lines)} lines, {sheets} sheet(s), "
            f"{yen} yen with proof of delivery",
        )
    )


def facts(lang: LangOption = None) -> None:
    """書類に書くことの雛形(TOML)を出す / A blank list of what the papers say, as TOML.

    例 / Examples:  motocho claim facts > facts.toml · motocho claim facts --lang en
    """
    output = _output(lang)
    lines = []
    for asked in pleading.ASKED:
        lines += [f"# {asked.label(output.language)}", f'{asked.key} = ""']
    output.data("\n".join(lines))


def templates(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="事務所の書式のフォルダー / Folder of templates."),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """書式をすべて検査する / Check every template in use.

    例 / Examples:  motocho claim templates · motocho claim templates my-templates --json
    """
    from motocho.office import papers as office

    output = _output(lang)
    found = office.lint_all(folder)
    if found:
        raise FaultyInput(*found)
    used = [office.load(name, folder) for name in office.names()]
    if json_wanted:
        rows = [{"name": one.name, "file": one.file, "own": one.is_changed} for one in used]
        output.document({"schema_version": SCHEMA_VERSION, "templates": rows})
        return
    own = output.text("(変更あり)", " (own)")
    output.data("\n".join(f"{one.name}{own if one.is_changed else ''}" for one in used))


# ------------------------------------------------------------------------------------------ reading
def _kind(name: str) -> PaperKind:
    try:
        return PaperKind(name)
    except ValueError:
        details = {"known": ", ".join(one.value for one in PaperKind)}
        fault = Fault("PLD-052", column="--kind", excerpt=clipped(name), details=details)
        raise InputError(fault) from None


Calculated = tuple[date | None, str | None, list[str] | None]


def _content(
    file: str, facts_file: str | None, calculated: Calculated, on: str | None, output: Output
) -> tuple[Content, dict[int, bytes]]:
    as_of, preset, assume = calculated
    data, name = read_bytes(file)
    history = reading.read(data, file=name)
    statement = recalculate(history, chosen_assumptions(history, preset, assume), as_of=as_of)
    output.warnings(statement.warnings)
    stated, exhibits, originals = _stated(facts_file)
    day = day_of(on, "--on") or clock.business_date()
    content = pleading.content(
        statement, pleading.read(stated, file=facts_file), day, exhibits=exhibits
    )
    return content, originals


def _stated(
    facts_file: str | None,
) -> tuple[dict[str, object], list[Exhibit], dict[int, bytes]]:
    """Facts, exhibits and the files of exhibits, from TOML."""
    if facts_file is None:
        return {}, [], {}
    data, name = read_bytes(facts_file)
    try:
        document = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FaultyInput(Fault("PLD-055", file=name, excerpt=clipped(str(error)))) from None
    listed = document.pop("exhibits", [])
    exhibits = [_exhibit(number, one) for number, one in enumerate(listed, 1)]
    beside = Path(facts_file).parent
    originals = {one.number: read_bytes(str(beside / one.file))[0] for one in exhibits if one.file}
    return document, exhibits, originals


def _exhibit(number: int, stated: dict[str, Any]) -> Exhibit:
    texts = {key: " ".join(str(stated.get(key, "")).split()) for key in _EXHIBIT_KEYS}
    made_on = day_of(texts["made_on"] or None, "exhibits.made_on")
    return Exhibit(
        number=number,
        title=texts["title"],
        form=texts["form"] or "写し",
        made_on="" if made_on is None else made_on.isoformat(),
        author=texts["author"],
        purpose=texts["purpose"],
        file=texts["file"],
    )


_EXHIBIT_KEYS = ("title", "form", "made_on", "author", "purpose", "file")


def _document(content: Content, pack: Any) -> dict[str, Any]:
    """What was made, with every amount and the hash of each file."""
    return {
        "schema_version": SCHEMA_VERSION,
        "engine_version": content.engine,
        "input_sha256": content.input_sha256,
        "amounts_yen": dict(content.amounts()),
        "files": [
            {
                "name": made.name,
                "kind": None if made.kind is None else made.kind.value,
                "sha256": hashlib.sha256(made.data).hexdigest(),
            }
            for made in pack.files
        ],
        "lacking": {
            kind.value: [asked.key for asked in lacking] for kind, lacking in pack.lacking.items()
        },
    }
