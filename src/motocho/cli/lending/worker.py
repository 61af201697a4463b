"""`motocho worker …`: jobs worked off, and those that failed [ワーカー]."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption
from motocho.cli.lending._book_of_loans import connect, opened, output_in, reading
from motocho.documents.sheet import Align
from motocho.outside import clock

SCHEMA_VERSION = 1

app = typer.Typer(help="ジョブ / Jobs.", no_args_is_help=True, rich_markup_mode=None)


@app.command("run")
def run(
    once: Annotated[
        bool,
        typer.Option("--once", help="待ちのジョブがなくなれば終わる / Stop when no job is ready."),
    ] = False,
    concurrency: Annotated[
        int, typer.Option("--jobs", min=1, max=64, help="同時に動かす数 / Jobs at once.")
    ] = 1,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """ジョブを実行する / Work jobs off until it is told to stop.

    例 / Examples:  motocho worker run · motocho worker run --once --jobs 4
    """
    from motocho.config.worker import Until, work

    output = output_in(lang)
    connect()
    if not once:
        output.note(output.text("ジョブを待っています(Ctrl-Cで終了)", "Waiting for jobs (Ctrl-C)"))
    work(Until.EMPTY if once else Until.STOPPED, concurrency=concurrency)
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, "state": "stopped"})


@app.command("failed")
def failed(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """失敗したジョブ / Jobs that were tried as often as they may be.

    例 / Examples:  motocho worker failed · motocho worker failed --json
    """
    from motocho.outside import queue

    output = output_in(lang)
    with reading() as cursor:
        found = queue.failed(cursor)
    if json_wanted:
        rows = [
            {
                "job_id": one.job_id,
                "name": one.name,
                "ids": dict(one.ids),
                "attempts": one.attempts,
                "failed_at": one.failed_at and one.failed_at.isoformat(),
            }
            for one in found
        ]
        output.document({"schema_version": SCHEMA_VERSION, "jobs": rows})
        return
    if not found:
        output.data(output.text("失敗したジョブはありません", "No job has failed"))
        return
    heads = ["番号", "名前", "対象", "回数", "時刻"]
    if output.text("ja", "en") == "en":
        heads = ["Job", "Name", "Ids", "Tries", "At"]
    table = [
        [
            str(one.job_id),
            one.name,
            " ".join(f"{name}={value}" for name, value in one.ids.items()),
            str(one.attempts),
            _moment(one.failed_at),
        ]
        for one in found
    ]
    output.data(grid(heads, [Align.RIGHT, Align.LEFT, Align.LEFT, Align.RIGHT, Align.LEFT], table))


def _moment(at: datetime | None) -> str:
    return "-" if at is None else at.astimezone(clock.JAPAN).isoformat(timespec="seconds")


@app.command("retry")
def retry(
    job_id: Annotated[int, typer.Argument(metavar="JOB", help="ジョブの番号 / Number of the job.")],
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """失敗したジョブをもう一度 / Give a failed job to the workers again.

    例 / Examples:  motocho worker retry 12 · motocho worker retry 12 --json
    """
    from motocho.outside import queue

    output = output_in(lang)
    with opened() as cursor:
        queue.try_again(cursor, job_id)
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, "job_id": job_id, "state": "todo"})
        return
    output.data(
        output.text(f"ジョブ{job_id}をもう一度待ちに入れました", f"Job {job_id} waits again")
    )
