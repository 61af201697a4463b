"""`motocho fraud …`: lists of frozen accounts, reports, draws on hold [不正利用]."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from motocho.cli._files import read_bytes
from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption
from motocho.cli.lending._book_of_loans import (
    ActorOption,
    OnOption,
    RefOption,
    business_date,
    made,
    meant,
    member_of,
    opened,
    output_in,
    reading,
    reference_of,
    today,
)
from motocho.documents.sheet import Align
from motocho.units.errors import Fault, InputError
from motocho.units.money import yen_text

SCHEMA_VERSION = 1
NumberArgument = Annotated[
    str, typer.Argument(metavar="NUMBER", help="会員番号(8けた) / Member number, 8 digits.")
]

app = typer.Typer(help="不正利用 / Fraud.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """不正利用 / Fraud."""


@app.command("accounts")
def accounts(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="凍結口座名義人リスト / A CSV of accounts.",
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str, typer.Option("--source", help="名簿の出所 / Whose list it is.")
    ] = "police",
    actor: ActorOption = None,
    lang: LangOption = None,
) -> None:
    """凍結口座の名簿の取込みと一覧 / Bring a list of frozen accounts in, or show the lists.

    例 / Examples:  motocho fraud accounts list.csv --source police · motocho fraud accounts
    """
    from motocho.people.safety import listed

    output = output_in(lang)
    if file is None:
        with reading() as cursor:
            found = listed.in_force(cursor)
        heads = [output.text("出所", "Source"), output.text("口座", "Accounts"),
                 output.text("取込み", "Brought in")]  # fmt: skip
        rows = [[one.source, str(one.accounts), f"{one.imported_at:%Y-%m-%d}"] for one in found]
        output.data(grid(heads, [Align.LEFT, Align.RIGHT, Align.LEFT], rows))
        return
    data, name = read_bytes(str(file))
    incoming = listed.Incoming(source, data, listed.read(data, name))
    with opened() as cursor:
        told = made(today(None), reference_of(None), actor)
        kept = listed.bring_in(cursor, incoming, told.actor, told.booked_at)
    output.data(
        output.text(
            f"{kept.source}：{kept.accounts}口座（名簿{kept.list_id}）",
            f"{kept.source}: {kept.accounts} accounts (list {kept.list_id})",
        )
    )


@app.command("report")
def report(
    agreement: Annotated[
        str,
        typer.Argument(
            metavar="AGREEMENT",
            help="会員番号、または 会員番号/契約番号 / Member number, or member number/agreement.",
        ),
    ],
    words: Annotated[str, typer.Argument(help="申出の内容 / What was told.")],
    kind: Annotated[
        str, typer.Option("--kind", help="name_used · taken_over · deceived · card")
    ] = "name_used",
    reporter: Annotated[str, typer.Option("--from", help="member · named · police")] = "member",
    draw: Annotated[
        list[int] | None,
        typer.Option("--draw", help="取引の番号。なければすべて / Events; else all of it."),
    ] = None,
    ref: RefOption = None,
    on: OnOption = None,
    actor: ActorOption = None,
    lang: LangOption = None,
) -> None:
    """不正利用の申出を受け付け、すべて止める / Take a fraud report in; everything stops at once.

    例 / Examples:  motocho fraud report 00000001 身に覚えがない --from police ·
    motocho fraud report 00000001/2 だまされた --kind deceived --draw 3
    """
    from motocho.care.cases import frauds

    output = output_in(lang)
    try:
        what = frauds.Kind(kind), frauds.Reporter(reporter)
    except ValueError:
        raise InputError(Fault("FRD-019")) from None
    with opened() as cursor:
        key = meant(cursor, agreement).key
        events = draw or [frauds.WHOLE]
        disputed = tuple(frauds.Disputed(key.agreement_id, event) for event in events)
        told = made(business_date(cursor, today(on)), reference_of(ref), actor)
        found = frauds.tell(cursor, key.member_id, frauds.Told(*what, words, disputed), told)
    number = found.key.fraud_id
    output.data(
        output.text(
            f"申出{number}：借入・会員ページ・請求を止めました",
            f"Report {number}: draws, pages and demands are stopped",
        )
    )


@app.command("waiting")
def waiting(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """対応中の申出と、折返し待ちの借入 / Reports that are open, draws that wait for a call.

    例 / Examples:  motocho fraud waiting · motocho fraud waiting --json
    """
    from motocho.care.cases import draw_checks, frauds

    output = output_in(lang)
    with reading() as cursor:
        reports, checks = frauds.waiting(cursor), draw_checks.waiting(cursor)
    if json_wanted:
        output.document({
            "schema_version": SCHEMA_VERSION,
            "reports": [_report(one) for one in reports],
            "checks": [_check(one) for one in checks],
        })  # fmt: skip
        return
    rows = [
        [output.text("申出", "Report"), str(one.key.fraud_id), one.kind.value, one.state.value,
         str(one.correct_by_on or "–")]
        for one in reports
    ]  # fmt: skip
    rows += [
        [output.text("借入", "Draw"), str(one.key.check_id), ",".join(_signs(one)), "held",
         yen_text(one.held.amount_yen)]
        for one in checks
    ]  # fmt: skip
    heads = ["", output.text("番号", "Number"), output.text("内容", "What"),
             output.text("状態", "State"), output.text("期限・額", "Due, amount")]  # fmt: skip
    output.data(grid(heads, [Align.LEFT, Align.RIGHT, Align.LEFT, Align.LEFT, Align.RIGHT], rows))


def _signs(one: Any) -> list[str]:
    return sorted(signal.value for signal in one.held.signals)


def _report(one: Any) -> dict[str, Any]:
    due = one.correct_by_on
    return {
        "report": one.key.fraud_id,
        "kind": one.kind.value,
        "state": one.state.value,
        "told_at": one.told_at.isoformat(),
        "correct_by": None if due is None else due.isoformat(),
    }


def _check(one: Any) -> dict[str, Any]:
    return {
        "check": one.key.check_id,
        "signals": _signs(one),
        "amount_yen": one.held.amount_yen,
        "held_at": one.held_at.isoformat(),
    }


@app.command("care")
def care(number: NumberArgument, lang: LangOption = None) -> None:
    """会員への配慮 / Care that a member needs, until which day.

    例 / Examples:  motocho fraud care 00000001 · motocho fraud care 00000001 --lang en
    """
    from motocho.care.support import flags

    output, on = output_in(lang), today(None)
    with reading() as cursor:
        standing = flags.standing(cursor, member_of(cursor, number).member_id, on)
    heads = [output.text("配慮", "Care"), output.text("最終日", "Last day"),
             output.text("もと", "Rests on")]  # fmt: skip
    rows = [
        [one.need.category.value, str(one.need.last_on), one.need.reference] for one in standing
    ]
    output.data(grid(heads, [Align.LEFT, Align.LEFT, Align.LEFT], rows))
