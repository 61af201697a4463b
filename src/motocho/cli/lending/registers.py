"""`motocho register …`: books, retention, leaks, partners, staff, figures, adverts [備付け]."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption, day_of
from motocho.cli._output import Output
from motocho.cli.lending._book_of_loans import (
    AgreementArgument,
    business_date,
    meant,
    opened,
    output_in,
)
from motocho.cli.lending.cases import ByOption
from motocho.cli.lending.staff import colleague
from motocho.documents.sheet import Align
from motocho.outside import clock
from motocho.units.errors import Fault, NotAllowedError, NotFoundError
from motocho.units.money import rate_text, yen_text

SCHEMA_VERSION = 1
OnOption = Annotated[
    str | None,
    typer.Option("--on", metavar="DATE", help="基準日(今日) / The day.", show_default=False),
]

app = typer.Typer(
    help="備付けの帳簿・名簿 / Registers.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def group() -> None:
    """備付けの帳簿・名簿 / Registers."""


@app.command("books")
def books(
    agreement: AgreementArgument,
    on: OnOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.csv", help="書き出すファイル / A file to write."),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """契約の法定帳簿を、指紋つきの1つのファイルにする / The statutory book of a contract, whole.

    例 / Examples:  motocho register books 00000001 --out book.csv ·
    motocho register books 00000001/2 --json
    """
    from motocho.office import registers

    output, day = output_in(lang), _day(on)
    with opened() as cursor:
        book = registers.book_of(cursor, meant(cursor, agreement).key, day)
    if json_wanted:
        output.document(book.document())
    elif out is None:
        output.data(book.csv_text())
    else:
        out.write_text(book.csv_text(), encoding="utf-8", newline="")
        output.data(output.text(f"{out} {book.digest}", f"{out} {book.digest}"))


@app.command("retention")
def retention(
    agreement: Annotated[
        str | None,
        typer.Argument(metavar="NUMBER", help="会員番号 / Member number.", show_default=False),
    ] = None,
    on: OnOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """いつまで保存するか。番号がなければ期限が来た人 / Until when it is kept; or who is due.

    例 / Examples:  motocho register retention 00000001 · motocho register retention --json
    """
    from motocho.cli.lending._book_of_loans import member_of
    from motocho.office import registers

    output, day = output_in(lang), _day(on)
    with opened() as cursor:
        if agreement is None:
            found = registers.due(cursor, day)
        else:
            member_id = member_of(cursor, agreement).member_id
            found = [registers.kept_until(cursor, member_id)]
    rows = [
        {
            "member_id": one.member_id,
            "until_on": _text(one.until_on),
            "books_until_on": _text(one.books_until_on),
            "identity_until_on": _text(one.identity_until_on),
            "holds": " ".join(f"{hold.reason.value}:{hold.case_ref}" for hold in one.holds),
            "erased_at": "" if one.erased_at is None else one.erased_at.isoformat(),
        }
        for one in found
    ]
    _show(output, "retention", rows, json_wanted)


@app.command("incidents")
def incidents(
    on: OnOption = None, json_wanted: JsonOption = False, lang: LangOption = None
) -> None:
    """漏えい等と、報告の期限 / Leaks, and until when they are reported.

    例 / Examples:  motocho register incidents · motocho register incidents --json
    """
    from motocho.office import registers

    output, day = output_in(lang), _day(on)
    with opened() as cursor:
        found = registers.incidents(cursor)
    rows = [
        {
            "incident_id": one.incident_id,
            "known_on": _text(one.known_on),
            "persons": one.persons,
            "prompt_by": _text(one.clock.prompt_by if one.clock else None),
            "final_by": _text(one.clock.final_by if one.clock else None),
            "steps": " ".join(f"{step.value}:{done}" for step, done in one.steps),
            "late": " · ".join(late.what(output.language) for late in one.late(day)),
        }
        for one in found
    ]
    _show(output, "incidents", rows, json_wanted)


@app.command("reports")
def reports(on: OnOption = None, json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """監督官庁への届出と期限 / Reports to the authority, and until when.

    例 / Examples:  motocho register reports · motocho register reports --on 2026-12-01
    """
    from motocho.office import registers

    output, day = output_in(lang), _day(on)
    with opened() as cursor:
        found = registers.reports(cursor)
    rows: list[dict[str, Any]] = []
    for one in found:
        late = one.late(day)
        rows.append(
            {
                "report_id": one.report_id,
                "kind": one.matter.kind.value,
                "about": one.matter.about,
                "happened_on": _text(one.matter.happened_on),
                "due_on": _text(one.due_on),
                "filed_on": _text(one.filed_on),
                "late": "" if late is None else late.what(output.language),
            }
        )
    _show(output, "reports", rows, json_wanted)


@app.command("partners")
def partners(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """委託先・提供先 / Who gets data of members, and by which contract.

    例 / Examples:  motocho register partners · motocho register partners --json
    """
    from motocho.office import registers

    output = output_in(lang)
    with opened() as cursor:
        found = registers.partners(cursor)
    rows = [
        {
            "partner_id": one.partner_id,
            "name": one.name,
            "road": one.road.value,
            "purpose": one.purpose,
            "contract_ref": one.contract_ref,
            "from_on": _text(one.from_on),
            "until_on": _text(one.until_on),
        }
        for one in found
    ]
    _show(output, "partners", rows, json_wanted)


@app.command("staff")
def staff(
    branch_id: Annotated[str, typer.Argument(metavar="OFFICE", help="営業所 / The office.")],
    on: OnOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """営業所の従業者名簿と、主任者の数 / The staff list of an office, and its chiefs.

    例 / Examples:  motocho register staff tokyo · motocho register staff tokyo --json
    """
    from motocho.office import registers

    output, day = output_in(lang), _day(on)
    with opened() as cursor:
        found = registers.staff_list(cursor, branch_id, day)
        chiefs = registers.chiefs_of(cursor, branch_id, day)
    rows: list[dict[str, Any]] = [
        {
            "certificate_no": one.certificate_no,
            "name": one.name,
            "duty": one.duty,
            "chief_no": one.chief_no,
            "joined_on": _text(one.joined_on),
        }
        for one in found
    ]
    lacking = chiefs.lacking()
    if lacking is not None and not json_wanted:
        until = output.text(f"（是正期限 {chiefs.cure_by}）", f" (until {chiefs.cure_by})")
        output.data(lacking.what(output.language) + until)
    counts: dict[str, int | str] = {
        "chiefs": chiefs.chiefs,
        "needed": chiefs.needed,
        "cure_by": _text(chiefs.cure_by),
    }
    _show(output, "staff", rows, json_wanted, **counts)


# ----------------------------------------------------------------- the month, set aside, adverts
def _refuse_others(cursor: Any, by: str) -> None:
    """A colleague of today whose role reads the registers.

    Raises    NotFoundError for nobody; NotAllowedError for who may not.
    """
    from motocho.people import access

    action = access.Action.READ_REGISTERS
    if not access.may(colleague(cursor, by), action):
        raise NotAllowedError(Fault("PPL-081", details={"action": action.value}))


@app.command("figures")
def figures(
    by: ByOption,
    month: Annotated[
        str | None,
        typer.Option("--month", metavar="DATE", help="その月のいずれかの日(先月) / A day in it."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.csv", help="書き出すファイル / A file to write."),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """終わった月の計数。元帳と合わなければ出さない / A month that is over, reckoned twice.

    例 / Examples:  motocho register figures --by mori ·
    motocho register figures --month 2026-10-01 --by mori --out figures.csv
    """
    from motocho.office import registers

    output = output_in(lang)
    with opened() as cursor:
        _refuse_others(cursor, by)
        today = business_date(cursor, None)
        wanted = day_of(month, "--month") or today.replace(day=1) - timedelta(days=1)
        found = registers.figures(cursor, wanted, today)
    if json_wanted:
        output.document(found.document())
    elif out is not None:
        _write(output, out, found.csv_text())
    else:
        rows = [_cells(one) for one in found.document()["rows"]]
        output.data(output.text(f"{found.last_on:%Y-%m} 残高 ", f"{found.last_on:%Y-%m} balance ")
                    + yen_text(found.balance_yen))  # fmt: skip
        _show(output, "figures", rows, json_wanted=False)
        _show(output, "applied", [_cells(one) for one in found.document()["applied"]],
              json_wanted=False)  # fmt: skip


@app.command("provisions")
def provisions(
    by: ByOption,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.csv", help="書き出すファイル / A file to write."),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """いまの区分別の残高と引当額 / The book by stage, and what is set aside for each.

    例 / Examples:  motocho register provisions --by mori --out provisions.csv
    """
    from motocho.office import registers

    output = output_in(lang)
    with opened() as cursor:
        _refuse_others(cursor, by)
        found = registers.provisioning(cursor, business_date(cursor, None))
    if json_wanted:
        whole: dict[str, int | str] = {
            "on": found.on.isoformat(),
            "principal_yen": found.principal_yen,
            "provision_yen": found.provision_yen,
        }
        _show(output, "provisions", found.table(), json_wanted, **whole)
    elif out is not None:
        _write(output, out, found.csv_text())
    else:
        _show(output, "provisions", [_cells(one) for one in found.table()], json_wanted)
        total = yen_text(found.provision_yen)
        output.data(output.text(f"引当額 {total}", f"Set aside {total}"))


@app.command("adverts")
def adverts(
    by: ByOption, on: OnOption = None, json_wanted: JsonOption = False, lang: LangOption = None
) -> None:
    """広告。判断を待つものから / Advertisements, those to be decided first.

    例 / Examples:  motocho register adverts --by mori · motocho register adverts --by mori --json
    """
    from motocho.office import registers

    output = output_in(lang)
    with opened() as cursor:
        _refuse_others(cursor, by)
        day = day_of(on, "--on") or business_date(cursor, None)
        found = registers.adverts(cursor)
    rows: list[dict[str, Any]] = [
        {
            "advert_id": one.advert_id,
            "medium": one.medium.value,
            "title": one.title,
            "from_on": _text(one.from_on),
            "until_on": _text(one.stopped_on or one.until_on),
            "asked_by": one.asked_by,
            "decided_by": one.decided_by or "",
            "agreed": "" if one.is_agreed is None else "yes" if one.is_agreed else "no",
            "runs": "yes" if one.runs_on(day) else "no",
        }
        for one in found
    ]
    _show(output, "adverts", rows, json_wanted)


@app.command("files")
def files(by: ByOption, json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """データベースの外のファイルと、消えるまでの日数 / Files outside, and for how long.

    例 / Examples:  motocho register files --by mori · motocho register files --by mori --json
    """
    from motocho.office import registers
    from motocho.outside import folders

    output = output_in(lang)
    with opened() as cursor:
        _refuse_others(cursor, by)
        terms = registers.folder_terms(business_date(cursor, None))
        found = registers.folders(cursor)
    rows: list[dict[str, Any]] = [
        {
            "folder": one.name,
            "of_whom": one.of_whom.value,
            "goes": one.goes.value,
            "days": terms.days(one.name) if one.goes is not registers.Goes.STAYS else None,
            "lying": sum(1 for _ in folders.lying(one.name))
            if one.name in folders.FOLDERS
            else None,
            "why": one.why,
        }
        for one in found
    ]
    shown = rows if json_wanted else [_cells(one) for one in rows]
    _show(output, "files", shown, json_wanted)


@app.command("erased")
def erased(
    by: ByOption,
    member: Annotated[
        int | None,
        typer.Argument(
            metavar="ID", help="消去された人の内部番号 / Whose, by id.", show_default=False
        ),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """消去した人と、データベースの外に残るもの / Who was erased, and what is left outside.

    例 / Examples:  motocho register erased --by mori · motocho register erased 7 --by mori
    """
    from motocho.office import registers

    output = output_in(lang)
    with opened() as cursor:
        _refuse_others(cursor, by)
        found = registers.erasures(cursor)
        rows: list[dict[str, Any]] = [
            {
                "member_id": one.member_id,
                "erased_on": one.erased_at.astimezone(clock.JAPAN).date().isoformat(),
                "agreed_by": one.agreed_by,
                "files": "gone" if one.is_cleared else "waiting",
                "many_until_on": one.many_until_on.isoformat(),
            }
            for one in found
        ]
        if member is not None:
            whose = next((one for one in found if one.member_id == member), None)
            if whose is None:
                raise NotFoundError(Fault("REG-001"))
            rows = [_left(one) for one in registers.left_of(cursor, whose)]
    _show(output, "erased", rows, json_wanted)


def _left(one: Any) -> dict[str, Any]:
    return {
        "folder": one.folder.name,
        "left": one.left.value,
        "files": one.files,
        "until_on": _text(one.until_on),
        "why": one.folder.why,
    }


# -------------------------------------------------------------------------------------- showing
def _write(output: Output, out: Path, text: str) -> None:
    out.write_text(text, encoding="utf-8", newline="")
    output.data(str(out))


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    """A row as a table shows it."""
    return {name: _cell(name, value) for name, value in row.items()}


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, int) and name.endswith("_yen"):
        return yen_text(value)
    if isinstance(value, int) and name.endswith("_ppm"):
        return rate_text(value)
    return str(value)


def _day(text: str | None) -> date:
    return day_of(text, "--on") or clock.business_date()


def _text(on: date | None) -> str:
    return "" if on is None else on.isoformat()


def _show(
    output: Output, name: str, rows: list[dict[str, Any]], json_wanted: bool, **more: int | str
) -> None:
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, **more, name: rows})
    elif not rows:
        output.data(output.text("ありません", "None"))
    else:
        head = list(rows[0])
        cells = [[str(one[column]) for column in head] for one in rows]
        output.data(grid(head, [Align.LEFT] * len(head), cells))
