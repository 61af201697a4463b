"""`motocho notices bounces`: delivery reports, which come as mails, are read in [不達の取込み]."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motocho.cli._options import JsonOption, LangOption
from motocho.cli._output import Output
from motocho.cli.lending._book_of_loans import connect, opened, output_in
from motocho.outside import clock
from motocho.units.errors import Fault, InputError, NotFoundError, OutsideFailure, Unread

if TYPE_CHECKING:
    from motocho.notices.bounces import Noted

SCHEMA_VERSION = 1
WORDS = {
    "marked": ("宛先なしの印を付けた", "addresses marked"),
    "came_back": ("メールだけが戻った", "letters came back"),
    "under_way": ("配達の途中か済み", "under way or delivered"),
    "known": ("前に読んだ", "known before"),
}

app = typer.Typer(
    help="通知のメール / Mails of notices.", no_args_is_help=True, rich_markup_mode=None
)


@dataclass(frozen=True, slots=True)
class _Read:
    """A file with what its report changed, or why it was left where it is."""

    path: Path
    found: Noted | Fault


@app.command("bounces")
def bounces(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="*.emlのフォルダー / A folder of *.eml files.")
    ],
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """戻ってきたメールを読み、届かないアドレスに印を付ける / Read mails that came back.

    読んだものは下のtakenに移り、読めないものは理由とともに残る / What was read moves into taken
    below it; what was not stays, with its reason.

    例 / Examples:  motocho notices bounces /var/mail/bounces ·
    motocho notices bounces bounces --json
    """
    output = output_in(lang)
    if not folder.exists():
        raise NotFoundError(Fault("USE-001", file=str(folder)))
    if not folder.is_dir():
        raise InputError(Fault("MAI-015", file=str(folder)))
    connect()
    read = [_taken(path) for path in sorted(folder.glob("*.eml"))]
    if json_wanted:
        output.document(_document(read))
        return
    _show(output, read)


def _taken(path: Path) -> _Read:
    """One file: noted in a transaction, then moved; killed between them, it is known next time."""
    from motocho.notices import bounces as reports
    from motocho.outside.mail import LARGEST_REPORT_BYTES, read_report

    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST_REPORT_BYTES + 1)
    except OSError as error:
        return _Read(path, Fault("USE-003", details={"reason": error.strerror or ""}))
    report = read_report(data)
    if isinstance(report, Unread):
        return _Read(path, report.at())
    with opened() as cursor:
        noted = reports.note(cursor, report, clock.now())
    if isinstance(noted, Unread):
        return _Read(path, noted.at())
    _move(path)
    return _Read(path, noted)


def _move(path: Path) -> None:
    """Into the folder below, beside another of the same name.

    Raises    InputError where it cannot be written.
    """
    from motocho.outside.mail import Returned

    try:
        Returned(path.parent).put_away(path.name, None)
    except OutsideFailure as error:
        fault = Fault("USE-005", file=str(path.parent), details=error.faults[0].details)
        raise InputError(fault) from None


def _document(read: list[_Read]) -> dict[str, object]:
    return {
        "schema_version": SCHEMA_VERSION,
        "taken": [
            {"file": one.path.name, "result": one.found.value}
            for one in read
            if not isinstance(one.found, Fault)
        ],
        "left": [
            one.found.within(one.path.name).document()
            for one in read
            if isinstance(one.found, Fault)
        ],
    }


def _show(output: Output, read: list[_Read]) -> None:
    left = [one.found.within(one.path.name) for one in read if isinstance(one.found, Fault)]
    counts = Counter(one.found.value for one in read if not isinstance(one.found, Fault))
    lines = [f"{output.text(*words)}: {counts[name]}" for name, words in WORDS.items()]
    lines.append(f"{output.text('残した', 'left where they are')}: {len(left)}")
    output.warnings(left)
    output.data("\n".join(lines))
