"""`motocho claim case …`: the cases of the studio on the command line [事件の進行]."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._files import write_bytes
from motocho.cli._options import JsonOption, LangOption, day_of
from motocho.cli._output import Output, language_of
from motocho.outside import clock
from motocho.units.errors import Fault, Language, NotAllowedError
from motocho.units.money import yen_text

if TYPE_CHECKING:
    from motocho.office.tracker import Deadline, Standing

app = typer.Typer(help="事件の進行 / Cases.", no_args_is_help=True, rich_markup_mode=None)
PASSPHRASE_VARIABLE = "MOTOCHO_STUDIO_PASSPHRASE"  # noqa: S105  # a name, no passphrase
SCHEMA_VERSION = 1
DUE_DAYS = 60

HomeOption = Annotated[
    str | None,
    typer.Option(
        "--home", metavar="FOLDER", help="事件のフォルダ / Where cases are.", show_default=False
    ),
]
OnOption = Annotated[
    str | None,
    typer.Option("--on", metavar="DATE", help="その日として / As of this day.", show_default=False),
]
CaseArgument = Annotated[int, typer.Argument(metavar="CASE", help="事件の番号 / Number of a case.")]
FileOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="書き出し先 / File.", show_default=False),
]


@contextmanager
def _opened(home: str | None) -> Iterator[None]:
    """The studio's cases, unlocked by the passphrase where there is one.

    Raises    NotAllowedError where it is wanted and neither given nor typed.
    """
    from motocho.config.studio import STUDIO_HOME_VARIABLE, attending

    if home is not None:
        os.environ[STUDIO_HOME_VARIABLE] = home
    with attending():
        from motocho.office import cases

        if cases.is_locked():
            given = os.environ.get(PASSPHRASE_VARIABLE, "")
            if not given and not sys.stdin.isatty():
                raise NotAllowedError(Fault("STU-021"))
            cases.unlock(given or typer.prompt("", prompt_suffix="> ", hide_input=True, err=True))
        yield


def _document(one: Standing) -> dict[str, Any]:
    """How a case stands, in its public form."""
    from motocho.office.tracker import board

    step, receipt = one.next_step, one.receipt
    return {
        "case_id": one.case.case_id,
        "key": one.case.key,
        "name": board.called(one.case),
        "phase": one.track.phase,
        "closed": one.track.is_closed,
        "done": [{"step": each.step.id, "on": each.on.isoformat()} for each in one.track.done],
        "next_steps": [each.id for each in one.next_steps],
        "next_step": None if step is None else step.id,
        "days": [_day(each) for each in one.days],
        "held_yen": one.held_yen,
        "due_yen": None if receipt is None else receipt.due_yen,
    }


def _day(day: Deadline) -> dict[str, Any]:
    starts_at = None if day.starts_at is None else day.starts_at.isoformat()
    return {
        "key": day.key,
        "what_ja": day.names[Language.JA],
        "what_en": day.names[Language.EN],
        "act_by": day.safe_on.isoformat(),
        "last_on": day.last_on.isoformat(),
        "starts_at": starts_at,
        "verified": day.is_verified,
    }


def _line(one: Standing, output: Output) -> str:
    from motocho.office.tracker import board

    step, day = one.next_step, one.next_day
    parts = [f"{one.case.case_id}", board.called(one.case)]
    parts.append(step.names[output.language] if step else output.text("終了", "closed"))
    parts.append(f"{day.safe_on} {day.names[output.language]}" if day else "-")
    return "\t".join(parts)


@app.command("list")
def list_cases(
    on: OnOption = None, home: HomeOption = None, json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """すべての事件: 次の段階と次の期限 / Every case with its next step and its next day.

    例 / Examples:  motocho claim case list · motocho claim case list --json
    """
    output = Output(language_of(lang.value if lang else None))
    with _opened(home):
        from motocho.office.tracker import board

        found = board.board(day_of(on, "--on") or clock.business_date())
        if json_wanted:
            cases_of = [_document(one) for one in found]
            output.document({"schema_version": SCHEMA_VERSION, "cases": cases_of})
            return
        output.data("\n".join(_line(one, output) for one in found))


@app.command("show")
def show(
    case_id: CaseArgument, on: OnOption = None, home: HomeOption = None,
    json_wanted: JsonOption = False, lang: LangOption = None,
) -> None:  # fmt: skip
    """一つの事件: 済んだ段階、期限、お金 / One case: steps done, days, money.

    例 / Examples:  motocho claim case show 1 · motocho claim case show 1 --json
    """
    output = Output(language_of(lang.value if lang else None))
    with _opened(home):
        from motocho.office.tracker import board

        one = board.standing(case_id, day_of(on, "--on") or clock.business_date())
        if json_wanted:
            output.document({"schema_version": SCHEMA_VERSION, **_document(one)})
            return
        lines = [board.called(one.case)]
        lines += [f"{each.on}\t{each.step.names[output.language]}" for each in one.track.done]
        lines += [f"→ {each.safe_on}\t{each.names[output.language]}" for each in one.days]
        held = output.text("預り金", "held for the client")
        lines.append(f"{held}\t{yen_text(one.held_yen)}")
        output.data("\n".join(lines))


@app.command("next")
def next_step(
    case_id: CaseArgument, on: OnOption = None, home: HomeOption = None, lang: LangOption = None,
) -> None:  # fmt: skip
    """次にすること: だれが、どの書類を、いつまでに / What comes next, by whom, with which papers.

    例 / Examples:  motocho claim case next 1 · motocho claim case next 1 --lang en
    """
    output = Output(language_of(lang.value if lang else None))
    with _opened(home):
        from motocho.office.tracker import board

        one = board.standing(case_id, day_of(on, "--on") or clock.business_date())
        step = one.next_step
        if step is None:
            output.data(output.text("この事件は終わっています", "This case is closed"))
            return
        lines = [step.names[output.language], step.to_do[output.language]]
        lines += [f"+ {each}" for each in step.papers_out]
        lines.append(" ".join(each.text(output.language) for each in step.citations))
        lines += [f"→ {each.safe_on} {each.names[output.language]}" for each in one.days]
        output.data("\n".join(lines))


@app.command("due")
def due(
    days: Annotated[int, typer.Option("--days", min=0, help="何日先まで / Days ahead.")] = DUE_DAYS,
    on: OnOption = None, home: HomeOption = None, json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """すべての事件の期限 / What is due over all cases.

    例 / Examples:  motocho claim case due · motocho claim case due --days 7 --json
    """
    output = Output(language_of(lang.value if lang else None))
    with _opened(home):
        from motocho.office.tracker import board

        found = board.due(day_of(on, "--on") or clock.business_date(), days)
        if json_wanted:
            listed = [{"case_id": one.standing.case.case_id, **_day(one.deadline)} for one in found]
            output.document({"schema_version": SCHEMA_VERSION, "due": listed})
            return
        output.data(
            "\n".join(
                f"{one.deadline.safe_on}\t{one.standing.case.case_id}\t"
                f"{one.deadline.names[output.language]}\t{board.called(one.standing.case)}"
                for one in found
            )
        )


@app.command("calendar")
def calendar(
    case_id: Annotated[
        int | None, typer.Argument(metavar="[CASE]", help="なければすべて / All without one.")
    ] = None,
    on: OnOption = None, home: HomeOption = None, to: FileOption = None, lang: LangOption = None,
) -> None:  # fmt: skip
    """期限をカレンダーファイル(ics)で / The days as a calendar file.

    例 / Examples:  motocho claim case calendar -o days.ics · motocho claim case calendar 1
    """
    output = Output(language_of(lang.value if lang else None))
    with _opened(home):
        from motocho.office.tracker import agenda, board

        day = day_of(on, "--on") or clock.business_date()
        found = board.board(day) if case_id is None else [board.standing(case_id, day)]
        standings = [one for one in found if not one.track.is_closed]
        made = agenda.calendar(board.entries(standings, output.language), clock.now())
        _written(output, made, to)


@app.command("export")
def export(
    case_id: CaseArgument, home: HomeOption = None, to: FileOption = None, lang: LangOption = None,
) -> None:  # fmt: skip
    """事件のすべてを一つのファイル(zip)に / Everything of a case in one file.

    例 / Examples:  motocho claim case export 1 -o case-1.zip
    """
    output = Output(language_of(lang.value if lang else None))
    with _opened(home):
        from motocho.office.tracker import bundle

        _written(output, bundle.bundle(case_id, clock.now()), to)


def _written(output: Output, data: bytes, to: Path | None) -> None:
    if to is None:
        output.raw(data)
        return
    write_bytes(data, to)
    output.note(str(to))
