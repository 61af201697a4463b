"""`motocho sim`: a seeded life of a lender, checked day by day [模擬運用]."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from motocho.cli._options import JsonOption, LangOption, day_of
from motocho.cli._output import Output, language_of

BEGINS_ON = date(2023, 4, 1)
"""Fixed, so that a seed gives the same book on every day; its years hold a 29 February."""


def sim(  # its options
    seed: Annotated[int, typer.Option("--seed", help="乱数の種 / Seed.")] = 1,
    years: Annotated[int, typer.Option("--years", min=1, max=50, help="年数 / Years.")] = 1,
    members: Annotated[
        int, typer.Option("--members", min=1, max=1_000_000, help="会員数 / Members.")
    ] = 50,
    begins_on: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DATE",
            help=f"始まりの日 / First day ({BEGINS_ON}).",
            show_default=False,
        ),
    ] = None,
    check_every: Annotated[
        int,
        typer.Option(
            "--check-every",
            metavar="DAYS",
            min=1,
            help="全契約を照合する間隔 / Days between checks of every agreement.",
        ),
    ] = 30,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep",
            help="この環境の空のデータベースに残す / Fill this installation's empty database.",
        ),
    ] = False,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """架空の会員で貸金業の日々を動かし、毎日点検する / Live a lender's days with fictional members.

    同じ種からは同じ帳簿ができる。食い違いが1つでもあれば止まる。使い捨てのPostgreSQLで動く。
    The same seed gives the same book; any disagreement stops the run.

    例 / Examples:  motocho sim --seed 7 --years 1 --members 50 · motocho sim --seed 7 --json
    """
    from motocho.cli import _simulation
    from motocho.simulation.run import Watch
    from motocho.simulation.world import Plan

    output = Output(language_of(lang.value if lang else None))
    first = day_of(begins_on, "--from") or BEGINS_ON
    plan = Plan(seed, members, first, years)
    watch = Watch(everything=check_every)
    found = _simulation.lived(plan, watch, _place(keep), output)
    if json_wanted:
        output.document(_simulation.document(found))
    else:
        output.data(_simulation.text(found, output))


def _place(keep: bool) -> AbstractContextManager[Path]:
    """A throw-away database, or this installation's; gives the folder of the seals."""
    from motocho.config import trial

    return nullcontext(trial.own_book()) if keep else trial.throw_away()
