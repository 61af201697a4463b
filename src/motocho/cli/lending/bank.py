"""`motocho bank …`: files of the bank come in, and what nobody is known for is settled [銀行]."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._files import read_bytes
from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption
from motocho.cli._output import Output
from motocho.cli.lending import debits, net_payment
from motocho.cli.lending._book_of_loans import (
    ActorOption,
    made,
    member_of,
    moving,
    opened,
    output_in,
    reading,
)
from motocho.documents.sheet import Align
from motocho.outside import clock

if TYPE_CHECKING:
    from motocho.close.inbox import Line

SCHEMA_VERSION = 1

app = typer.Typer(help="銀行 / The bank.", no_args_is_help=True, rich_markup_mode=None)
exceptions = typer.Typer(
    help="消込できない入金 / Receipts that wait for a person.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(exceptions, name="exceptions")
app.add_typer(debits.app, name="debits")
app.add_typer(net_payment.play, name="play")
app.command("notice")(net_payment.notice)

LineArgument = Annotated[
    int, typer.Argument(metavar="LINE", help="明細の番号 / Number of the line.")
]


@app.command("load")
def load(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="全銀の入出金取引明細か振込入金通知 / Movements or notices; - is stdin.",
        ),
    ],
    book_now: Annotated[
        bool,
        typer.Option("--now", help="締めを待たずワーカーが消し込む / Have the worker book it now."),
    ] = False,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """銀行の明細を受け付ける。同じ明細は一度だけ / Take in a bank's file; each line counts once.

    例 / Examples:  motocho bank load 20260331.txt · motocho bank load 20260331.txt --now --json
    """
    from motocho.close import inbox
    from motocho.config.worker import TAKE_LINE
    from motocho.outside.queue import enqueue

    output = output_in(lang)
    data, name = read_bytes(file)
    with opened() as cursor:
        loaded = inbox.load(cursor, data, name, clock.now())
        if book_now:
            for line_id in loaded.lines:
                enqueue(TAKE_LINE, line_id=line_id)
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "file": name,
                "statements": loaded.statements,
                "new": loaded.new,
                "known": loaded.known,
            }
        )
        return
    output.data(
        output.text(
            f"{name}: 新しい入金{loaded.new}件、受付済み{loaded.known}件",
            f"{name}: {loaded.new} new receipts, {loaded.known} known already",
        )
    )


# -------------------------------------------------------------------------------------- exceptions
@exceptions.command("list")
def list_(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """人の判断を待つ入金と理由 / Receipts that wait for a person, and why.

    例 / Examples:  motocho bank exceptions list · motocho bank exceptions list --json
    """
    from motocho.close import inbox
    from motocho.people import members

    output = output_in(lang)
    with reading() as cursor:
        lines = inbox.exceptions(cursor)
        wanted = {member_id for line in lines for member_id in line.candidates}
        numbers = members.numbers_of(cursor, wanted)
    if json_wanted:
        rows = [_line(line, numbers) for line in lines]
        output.document({"schema_version": SCHEMA_VERSION, "lines": rows})
        return
    if not lines:
        output.data(output.text("人の判断を待つ入金はありません", "No receipt waits for a person"))
        return
    output.data(_table(output, lines, numbers))


def _line(line: Line, numbers: dict[int, str]) -> dict[str, Any]:
    fault = line.fault(_numbers(line, numbers))
    receipt = line.receipt
    return {
        "line_id": line.line_id,
        "receipt_ref": receipt.receipt_ref,
        "value_on": receipt.value_on.isoformat(),
        "amount_yen": receipt.amount_yen,
        "payer_name": receipt.line.payer_name,
        "is_booked": line.unknown_entry_id is not None,
        "candidates": [
            {"member_id": member_id, "member_number": numbers[member_id]}
            for member_id in line.candidates
        ],
        **{key: value for key, value in fault.document().items() if value is not None},
    }


def _numbers(line: Line, numbers: dict[int, str]) -> list[str]:
    return [numbers[member_id] for member_id in line.candidates]


def _table(output: Output, lines: Sequence[Line], numbers: dict[int, str]) -> str:
    heads = ["明細", "起算日", "金額", "名義", "理由"]
    if output.text("ja", "en") == "en":
        heads = ["Line", "Value date", "Yen", "Payer", "Reason"]
    rows = [
        [
            str(line.line_id),
            str(line.receipt.value_on),
            f"{line.receipt.amount_yen:,}",
            line.receipt.line.payer_name or "-",
            line.fault(_numbers(line, numbers)).what(output.language),
        ]
        for line in lines
    ]
    sides = [Align.RIGHT, Align.LEFT, Align.RIGHT, Align.LEFT, Align.LEFT]
    return grid(heads, sides, rows)


@exceptions.command("assign")
def assign(
    line_id: LineArgument,
    number: Annotated[
        str, typer.Argument(metavar="NUMBER", help="会員番号 / The member's number, 8 digits.")
    ],
    agreement_id: Annotated[
        int, typer.Option("--agreement", metavar="ID", help="契約の番号 / Agreement.")
    ],
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """入金を契約に割り当てる。着金日から数える / Give a receipt to an agreement, as of its day.

    例 / Examples:  motocho bank exceptions assign 12 00000001 --agreement 3 ·
    motocho bank exceptions assign 12 00000001 --agreement 3 --actor suzuki --json
    """
    from motocho.close import day, inbox
    from motocho.loans.commands import Key

    output, reference = output_in(lang), f"assign {line_id}"
    with moving(reference) as cursor:
        member = member_of(cursor, number)
        key = Key(member.member_id, agreement_id)
        way = made(day.business_date(cursor), reference, actor)
        event_no = inbox.assign(cursor, line_id, key, way)
    said = output.text(
        f"明細{line_id}を会員{member.member_number}の契約{agreement_id}に割り当てました",
        f"Line {line_id} is given to agreement {agreement_id} of member {member.member_number}",
    )
    _ended(output, said, json_wanted, line_id=line_id, status="assigned", event_no=event_no)


@exceptions.command("return")
def return_(
    line_id: LineArgument,
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """入金を送り主に返した(組戻し) / The money was given back to where it came from.

    例 / Examples:  motocho bank exceptions return 12 · motocho bank exceptions return 12 --json
    """
    from motocho.close import day, inbox

    output, reference = output_in(lang), f"return {line_id}"
    with moving(reference) as cursor:
        way = made(day.business_date(cursor), reference, actor)
        entry_id = inbox.give_back(cursor, line_id, way)
    said = output.text(
        f"明細{line_id}を返金として記帳しました", f"Line {line_id} is booked as given back"
    )
    _ended(output, said, json_wanted, line_id=line_id, status="returned", entry_id=entry_id)


@exceptions.command("dismiss")
def dismiss(
    line_id: LineArgument,
    note: Annotated[str, typer.Option("--note", help="どう処理したか / What was done about it.")],
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """入金を記帳していない明細(取消の通知など)を閉じる / End a line that booked no money.

    例 / Examples:  motocho bank exceptions dismiss 12 --note "入金を取り消した" ·
    motocho bank exceptions dismiss 12 --note "draw marked as failed" --json
    """
    from motocho.close import day, inbox

    output, reference = output_in(lang), f"dismiss {line_id}"
    with moving(reference) as cursor:
        way = made(day.business_date(cursor), reference, actor)
        inbox.dismiss(cursor, line_id, note, way)
    said = output.text(f"明細{line_id}を閉じました", f"Line {line_id} is ended")
    _ended(output, said, json_wanted, line_id=line_id, status="dismissed")


def _ended(output: Output, said: str, json_wanted: bool, **found: int | str | None) -> None:
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, **found})
        return
    output.data(said)
