"""`motocho close …`: the night, what it set aside, what it found to do [締め]."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._grid import grid, pairs
from motocho.cli._options import JsonOption, LangOption, day_of
from motocho.cli._output import Output
from motocho.cli.lending._book_of_loans import ActorOption, connect, opened, output_in, reading
from motocho.documents.sheet import Align
from motocho.outside import clock
from motocho.units.errors import Fault, InputError, RefusedError
from motocho.units.money import yen_text

if TYPE_CHECKING:
    from motocho.close.run import Closed, StepDone
    from motocho.close.tasks import Found

SCHEMA_VERSION = 1
ONE_DAY = timedelta(days=1)

app = typer.Typer(help="締め / The night.", no_args_is_help=True, rich_markup_mode=None)


@app.command("open")
def open_(
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="DATE",
            help="最初の業務日付 / First business date (default: today).",
            show_default=False,
        ),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """最初の業務日付を決める / Set the first business date of a book; once.

    例 / Examples:  motocho close open · motocho close open --on 2026-01-01
    """
    from motocho.close import day

    output = output_in(lang)
    first = day_of(on, "--on") or clock.business_date()
    with opened() as cursor:
        day.open_book(cursor, first)
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, "business_on": first.isoformat()})
        return
    output.data(output.text(f"業務日付: {first}", f"Business date: {first}"))


# --------------------------------------------------------------------------------------------- run
@app.command("run")
def run(
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="DATE",
            help="締める最後の日 / Last day to close (default: yesterday).",
            show_default=False,
        ),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """終わった日をすべて締める。中断しても続きから / Close every day that is over.

    例 / Examples:  motocho close run · motocho close run --until 2026-03-31 --json
    """
    from motocho.close.run import run as run_nights
    from motocho.config.night import settings_of_night

    output = output_in(lang)
    last = _over(day_of(until, "--until"))
    connect()
    with output.stage("締めています", "Closing"):
        closed = run_nights(settings_of_night(getpass.getuser()), last)
    if json_wanted:
        document = {"schema_version": SCHEMA_VERSION, "closed": [_closed(one) for one in closed]}
        output.document(document)
    else:
        output.data(_nights(output, closed))
    parked = sum(step.parked for one in closed for step in one.steps)
    if parked:
        output.note(
            output.text(
                f"保留 {parked}件: `motocho close parked` で理由を確かめてください",
                f"{parked} set aside: see `motocho close parked` for the reasons",
            )
        )


def _over(until: date | None) -> date:
    """The last day to close; one that is not over is refused.

    Raises    RefusedError.
    """
    yesterday = clock.business_date() - ONE_DAY
    if until is None:
        return yesterday
    if until > yesterday:
        details = {"until": str(until), "yesterday": str(yesterday)}
        raise RefusedError(Fault("CLS-004", column="--until", details=details))
    return until


def _closed(one: Closed) -> dict[str, Any]:
    return {
        "business_on": one.business_on.isoformat(),
        "steps": [_step(step) for step in one.steps],
        "seal": {
            "entries": one.seal.entries,
            "total_yen": one.seal.total_yen,
            "chain_digest": one.seal.chain_digest.hex(),
        },
    }


def _step(step: StepDone) -> dict[str, Any]:
    return {
        "step": step.step.value,
        "looked": step.looked,
        "changed": step.changed,
        "parked": step.parked,
        "done": step.is_done,
    }


def _nights(output: Output, closed: Sequence[Closed]) -> str:
    if not closed:
        return output.text("締める日はありません", "No day to close")
    heads = [
        output.text("締めた日", "Closed"),
        output.text("確認", "Looked at"),
        output.text("変更", "Changed"),
        output.text("保留", "Set aside"),
        output.text("仕訳", "Entries"),
        output.text("金額(円)", "Yen"),
    ]
    rows = [
        [
            str(one.business_on),
            f"{sum(step.looked for step in one.steps):,}",
            f"{sum(step.changed for step in one.steps):,}",
            f"{sum(step.parked for step in one.steps):,}",
            f"{one.seal.entries:,}",
            yen_text(one.seal.total_yen),
        ]
        for one in closed
    ]
    return grid(heads, [Align.LEFT, *[Align.RIGHT] * 5], rows)


# ------------------------------------------------------------------------------------------ status
@app.command("status")
def status(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """業務日付、締めの進み、保留と業務の件数 / Business date, the night's progress, what waits.

    例 / Examples:  motocho close status · motocho close status --json
    """
    from motocho.cli._words import word
    from motocho.close import day
    from motocho.close.plan import Step, TaskKind
    from motocho.close.run import parked, steps_of
    from motocho.close.tasks import counts

    output = output_in(lang)
    with reading() as cursor:
        on = day.standing(cursor)
        steps = [_step(step) for step in steps_of(cursor, on)]
        aside, waiting = len(parked(cursor)), counts(cursor, on)
    behind = max(0, (clock.business_date() - on).days)
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "business_on": on.isoformat(),
                "days_behind": behind,
                "steps": steps,
                "parked": aside,
                "tasks": waiting,
            }
        )
        return
    done = ", ".join(word(Step(step["step"]), output) for step in steps if step["done"]) or "-"
    shown = [
        (output.text("業務日付", "Business date"), str(on)),
        (output.text("締めていない日数", "Days to close"), str(behind)),
        (output.text("済んだ工程", "Steps done"), done),
        (output.text("保留", "Set aside"), str(aside)),
        *((word(TaskKind(kind), output), f"{count:,}") for kind, count in waiting.items()),
    ]
    output.data(pairs(shown))


@app.command("parked")
def parked_(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """保留した契約と理由。次の締めでもう一度試す / What was set aside, and why.

    例 / Examples:  motocho close parked · motocho close parked --json
    """
    from motocho.cli._words import word
    from motocho.close.run import parked

    output = output_in(lang)
    with reading() as cursor:
        found = parked(cursor)
    if json_wanted:
        rows = [
            {
                "member_id": one.key.member_id,
                "agreement_id": one.key.agreement_id,
                "step": one.step.value,
                "parked_on": one.parked_on.isoformat(),
                "nights": one.nights,
                "reason": one.reason,
            }
            for one in found
        ]
        output.document({"schema_version": SCHEMA_VERSION, "parked": rows})
        return
    if not found:
        output.data(output.text("保留はありません", "Nothing is set aside"))
        return
    heads = ["会員", "契約", "工程", "保留した日", "夜", "理由"]
    if output.text("ja", "en") == "en":
        heads = ["Member", "Agreement", "Step", "Since", "Nights", "Reason"]
    table = [
        [
            str(one.key.member_id),
            str(one.key.agreement_id),
            word(one.step, output),
            str(one.parked_on),
            str(one.nights),
            one.reason,
        ]
        for one in found
    ]
    sides = [Align.RIGHT, Align.RIGHT, Align.LEFT, Align.LEFT, Align.RIGHT, Align.LEFT]
    output.data(grid(heads, sides, table))


# ------------------------------------------------------------------------------------------ report
@app.command("report")
def report(
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="DATE",
            help="締めた日 / A closed day (default: the last one).",
            show_default=False,
        ),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """未収利息を商品と延滞段階ごとに / Accrued interest by product and stage of arrears.

    例 / Examples:  motocho close report · motocho close report --on 2026-03-31 --json
    """
    from motocho.cli._words import word
    from motocho.close import accrual, day

    output = output_in(lang)
    with reading() as cursor:
        closed_on = day_of(on, "--on") or day.standing(cursor) - ONE_DAY
        found = accrual.kept(cursor, closed_on)
    rows = [
        {
            "product": product,
            "stage": stage.value,
            "agreements": one.agreements,
            "principal_yen": one.principal_yen,
            "interest_yen": one.interest_yen,
            "damages_yen": one.damages_yen,
        }
        for (product, stage), one in found.items()
    ]
    if json_wanted:
        day_text = closed_on.isoformat()
        output.document({"schema_version": SCHEMA_VERSION, "on": day_text, "rows": rows})
        return
    heads = [
        output.text("商品", "Product"),
        output.text("段階", "Stage"),
        output.text("契約数", "Agreements"),
        output.text("元金", "Principal"),
        output.text("未収利息", "Interest"),
        output.text("未収損害金", "Damages"),
    ]
    table = [
        [product, word(stage, output), *(f"{row[key]:,}" for key in list(row)[2:])]
        for (product, stage), row in zip(found, rows, strict=True)
    ]
    title = output.text(f"未収利息 {closed_on}", f"Accrued interest {closed_on}")
    output.data(f"{title}\n{grid(heads, [Align.LEFT, Align.LEFT, *[Align.RIGHT] * 4], table)}")


# ------------------------------------------------------------------------------------------- tasks
@app.command("tasks")
def tasks_(
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="KIND", help="種類 / Kind of task.", show_default=False),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="DATE",
            help="期限 / Due by (default: the business date).",
            show_default=False,
        ),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """締めが見つけた業務 / What the night found to do.

    例 / Examples:  motocho close tasks · motocho close tasks --kind due_missed --json
    """
    from motocho.cli._words import word
    from motocho.close import day, tasks
    from motocho.close.plan import TaskKind

    output = output_in(lang)
    known = {one.value: one for one in TaskKind}
    if kind is not None and kind not in known:
        details = {"known": ", ".join(known)}
        raise InputError(Fault("CLS-031", column="--kind", excerpt=kind, details=details))
    kinds = tuple(TaskKind) if kind is None else (known[kind],)
    with reading() as cursor:
        due_by = day_of(until, "--until") or day.standing(cursor)
        found = tasks.still_open(cursor, due_by, kinds)
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, "tasks": [_task(one) for one in found]})
        return
    if not found:
        output.data(output.text("業務はありません", "Nothing to do"))
        return
    heads = ["期限", "種類", "会員", "契約", "番号", "内容"]
    if output.text("ja", "en") == "en":
        heads = ["Due", "Kind", "Member", "Agreement", "No.", "Facts"]
    table = [
        [
            str(one.task.due_on),
            word(one.task.kind, output),
            str(one.task.member_id),
            str(one.task.agreement_id),
            str(one.task_id),
            " ".join(f"{name}={value}" for name, value in one.task.facts.items()),
        ]
        for one in found
    ]
    sides = [Align.LEFT, Align.LEFT, Align.RIGHT, Align.RIGHT, Align.RIGHT, Align.LEFT]
    output.data(grid(heads, sides, table))


def _task(one: Found) -> dict[str, Any]:
    task = one.task
    return {
        "task_id": one.task_id,
        "member_id": task.member_id,
        "agreement_id": task.agreement_id,
        "kind": task.kind.value,
        "found_on": one.found_on.isoformat(),
        "due_on": task.due_on.isoformat(),
        "until_on": None if task.until_on is None else task.until_on.isoformat(),
        "facts": dict(task.facts),
    }


@app.command("done")
def done(
    member_id: Annotated[int, typer.Argument(metavar="MEMBER", help="会員 / Member.")],
    task_id: Annotated[int, typer.Argument(metavar="TASK", help="業務の番号 / Task.")],
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """業務を済みにする / Say that a task is done.

    例 / Examples:  motocho close done 12 345 · motocho close done 12 345 --actor suzuki
    """
    from motocho.close import day, tasks

    output = output_in(lang)
    with opened() as cursor:
        on = day.business_date(cursor)
        tasks.done(cursor, member_id, task_id, on, actor or getpass.getuser())
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, "task_id": task_id, "outcome": "done"})
        return
    output.data(output.text(f"業務{task_id}を済みにしました", f"Task {task_id} is done"))
