"""`motocho settings …`: what the house set for which day, and what waits [設定].

Agreeing is a second person's: at the desk, with the changes in view, or `motocho care approvals`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import typer

from motocho.cli._files import read_bytes
from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption, day_of
from motocho.cli.lending._book_of_loans import OnOption, opened, output_in, reading, today
from motocho.cli.lending.staff import colleague
from motocho.documents.sheet import Align
from motocho.outside import clock
from motocho.units.errors import Fault, FaultyInput

SCHEMA_VERSION = 1

app = typer.Typer(help="会社の設定 / Settings.", no_args_is_help=True, rich_markup_mode=None)
NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="reasons, reliefs, ivr, directory")
]
FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="新しい内容。- は標準入力 / The text; - reads stdin.")
]


@app.callback()
def group() -> None:
    """会社の設定 / Settings."""


@app.command("list")
def listed(on: OnOption = None, json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """設定と、その日の版。承認待ちと誤りも / Settings with their version; what waits; faults.

    例 / Examples:  motocho settings list · motocho settings list --on 2026-12-01 --json
    """
    from motocho.care import settings

    output, day = output_in(lang), today(on)
    rows: list[dict[str, Any]] = []
    with reading() as cursor:
        for one in settings.Setting:
            found = settings.standing(cursor, one, day)
            waiting = [each for each in settings.requests(cursor, one)
                       if each.is_open(clock.now())]  # fmt: skip
            text = settings.text(cursor, one, day)
            rows.append({
                "name": one.value,
                "version": None if found is None else found.version_no,
                "from": None if found is None else found.effective_on.isoformat(),
                "sha256": None if found is None else found.sha256,
                "waits": [each.ref.request_id for each in waiting],
                "faults": len(settings.check(one, text, day)),
            })  # fmt: skip
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, "on": str(day), "settings": rows})
        return
    say = output.text
    headers = ["NAME", say("版", "Version"), say("適用", "From"), say("承認待ち", "Waits"),
               say("誤り", "Faults")]  # fmt: skip
    cells = [
        [
            row["name"],
            say("出荷時", "shipped") if row["version"] is None else str(row["version"]),
            row["from"] or "",
            str(len(row["waits"])),
            str(row["faults"]),
        ]
        for row in rows
    ]
    output.data(grid(headers, [Align.LEFT] * len(headers), cells))


@app.command("show")
def show(name: NameArgument, on: OnOption = None, lang: LangOption = None) -> None:
    """その日の内容を出す / The text of a day, as it stands.

    例 / Examples:  motocho settings show ivr · motocho settings show reliefs --on 2026-12-01
    """
    from motocho.care import settings

    output, day = output_in(lang), today(on)
    with reading() as cursor:
        output.data(settings.text(cursor, settings.named(name), day).rstrip("\n"))


@app.command("check")
def check(
    name: NameArgument, file: FileArgument, on: OnOption = None, lang: LangOption = None
) -> None:
    """内容を点検し、今の内容との差分を出す。何も変えない / Check a text, and show what it changes.

    例 / Examples:  motocho settings check ivr new.yaml · motocho settings check ivr - < new.yaml
    """
    from motocho.care import settings

    output, day = output_in(lang), today(on)
    setting, text = settings.named(name), _text(file)
    faults = settings.check(setting, text, day)
    if faults:
        raise FaultyInput(*faults)
    with reading() as cursor:
        before = settings.text(cursor, setting, day)
    output.data("\n".join(f"{one.mark} {one.text}" for one in settings.difference(before, text)))


@app.command("propose")
def propose(
    name: NameArgument,
    file: FileArgument,
    by: Annotated[str, typer.Option("--by", metavar="LOGIN", help="申請する上長 / Who asks.")],
    reason: Annotated[str, typer.Option("--reason", help="理由 / Why.")],
    effective: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="変わる日（明日から）/ From (tomorrow on)."),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """承認を求める。承認はほかの上長が / Ask; another supervisor agrees.

    例 / Examples:  motocho settings propose ivr new.yaml --by mori --reason 表現の見直し
    --from 2026-12-01
    """
    from motocho.care import settings

    output, now = output_in(lang), clock.now()
    setting, text = settings.named(name), _text(file)
    effective_on = day_of(effective, "--from") or clock.business_date() + timedelta(days=1)
    with opened() as cursor:
        staff = colleague(cursor, by)
        source = f"command {now.isoformat()}"
        draft = settings.Draft(setting, text, effective_on, reason, source)
        request = settings.propose(cursor, draft, staff, now)
    document = {
        "schema_version": SCHEMA_VERSION,
        "request": request.ref.request_id,
        "from": effective_on.isoformat(),
        "expires_at": request.expires_at.isoformat(),
    }
    if json_wanted:
        output.document(document)
        return
    output.data(
        output.text(
            f"依頼 {request.ref.request_id}: {effective_on}から。ほかの上長の承認を待ちます",
            f"Request {request.ref.request_id}: from {effective_on}, once another supervisor"
            " agrees",
        )
    )


def _text(file: str) -> str:
    data, shown = read_bytes(file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FaultyInput(Fault("SET-009", file=shown)) from None
