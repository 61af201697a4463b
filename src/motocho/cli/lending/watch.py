"""`motocho watch …`: what open lines wait for, and what a colleague does about it [途上管理].

What the desk's pages do, with the same gates: who does it is a colleague who is named, whose role
of the day is asked, and who is written down. No reason is lifted otherwise than by what ends it.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._options import JsonOption, LangOption, day_of
from motocho.cli._output import Output
from motocho.cli.lending._book_of_loans import (
    RefOption,
    business_date,
    made,
    member_of,
    moving,
    opened,
    output_in,
    reference_of,
)
from motocho.cli.lending.cases import JSON, ByOption, NumberArgument, acting, one_of, print_rows
from motocho.cli.lending.staff import colleague
from motocho.units.errors import Fault, NotAllowedError

if TYPE_CHECKING:
    from motocho.loans.queries import Watch

LOOK, HELP, REVIEW = "look", "ask_for_help", "review_document"
AHEAD_DAYS = 60
MOST = 1_000

app = typer.Typer(
    help="途上管理 / Open lines under watch.", no_args_is_help=True, rich_markup_mode=None
)
StopOption = Annotated[
    str | None,
    typer.Option("--reason", metavar="REASON", help="理由。なければすべて / One reason; else all."),
]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DATE", help="業務日 / Business date.")
]


class EmployerName(StrEnum):
    """Values of --employer."""

    SAME = "same"
    NEW = "new"


class RoadName(StrEnum):
    """By which road nobody was reached."""

    LETTER = "letter"
    PHONE = "phone"
    MAIL = "mail"


@app.callback()
def group() -> None:
    """途上管理 / Open lines under watch."""


# ---------------------------------------------------------------------------------------- looking
@app.command("list")
def list_(
    by: ByOption,
    reason: StopOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """求めたことと期限。期限の早いものから、60日先まで / What is waited for, the first day first.

    例 / Examples:  motocho watch list --by suzuki ·
    motocho watch list --reason unreachable --by suzuki --json
    """
    from motocho.loans import queries
    from motocho.loans.policy import Stop
    from motocho.people import access, members

    output = output_in(lang)
    stop = None if reason is None else one_of(Stop, reason, "--reason")
    with opened() as cursor:
        who = colleague(cursor, by)
        if not access.may(who, access.Action(LOOK)):
            raise NotAllowedError(Fault("PPL-081", details={"action": LOOK}))
        hidden = frozenset(access.kept_from(cursor, who))
        until_on = business_date(cursor, None) + timedelta(days=AHEAD_DAYS)
        found = queries.watched(cursor, queries.Wanted(until_on, stop, hidden, MOST))
        numbers = members.numbers_of(cursor, {one.member_id for one in found})
    rows = [{"member": numbers[one.member_id], **_row(one, output)} for one in found]
    print_rows(output, "watches", rows, JSON if json_wanted else "")


def _row(one: Watch, output: Output) -> dict[str, Any]:
    from motocho.cli._words import word

    return {
        "reason": one.stop.value,
        "text": word(one.stop, output),
        "found_on": one.found_on.isoformat(),
        "due_on": one.due_on.isoformat(),
        "until_on": None if one.until_on is None else one.until_on.isoformat(),
        "stopped_on": None if one.stopped_on is None else one.stopped_on.isoformat(),
    }


@app.command("show")
def show(
    number: NumberArgument, by: ByOption, json_wanted: JsonOption = False, lang: LangOption = None
) -> None:
    """会員に求めたことと、何で終わるか / What is waited for of a member, and what ends it.

    例 / Examples:  motocho watch show 00000001 --by suzuki
    """
    from motocho.loans import queries
    from motocho.screening import watch

    output = output_in(lang)
    with opened() as cursor:
        member_id = member_of(cursor, number).member_id
        acting(cursor, by, HELP, member_id, "watch")
        found = queries.watches_of(cursor, member_id)
    rows = [
        {**_row(one, output), "act": watch.ACTS[one.stop].value,
         "by_a_person": one.stop in watch.BY_A_PERSON}
        for one in found
    ]  # fmt: skip
    print_rows(output, "watches", rows, JSON if json_wanted else "")


# ----------------------------------------------------------------------------------------- acting
@app.command("confirm")
def confirm(
    number: NumberArgument,
    employer: Annotated[
        EmployerName, typer.Option("--employer", help="勤務先は同じか新しいか / Same or new.")
    ],
    document: Annotated[
        str, typer.Option("--document", metavar="REF", help="書類か通話の番号 / Paper or call.")
    ],
    by: ByOption,
    on: OnOption = None,
    ref: RefOption = None,
    lang: LangOption = None,
) -> None:
    """勤務先を書類か通話で確かめた / The employer was confirmed, by a paper or a call.

    例 / Examples:  motocho watch confirm 00000001 --employer new --document D1 --by suzuki
    """
    from motocho.loans.commands import EmployerCheck, EmployerFound
    from motocho.screening import watch

    output, reference = output_in(lang), reference_of(ref)
    with moving(reference) as cursor:
        member_id = member_of(cursor, number).member_id
        staff = acting(cursor, by, REVIEW, member_id, "watch")
        how = made(business_date(cursor, day_of(on, "--on")), reference, staff.actor)
        found = EmployerFound(employer.value)
        check = EmployerCheck(how.business_on, found, document.strip())
        is_new = watch.confirm_employer(cursor, member_id, check, (staff, how))
    output.data(_said(output, done=is_new))


@app.command("end")
def end(
    number: NumberArgument,
    reason: Annotated[str, typer.Argument(metavar="REASON", help="理由 / Which reason.")],
    by: ByOption,
    on: OnOption = None,
    ref: RefOption = None,
    lang: LangOption = None,
) -> None:
    """話合いのあと、担当者の判断で終わりにする / A reviewer ends a reason after a talk.

    書類・日付・本人が終わらせる理由は、ここでは終わらない / What a paper or a day ends, stays.

    例 / Examples:  motocho watch end 00000001 debts_elsewhere --by suzuki
    """
    from motocho.loans.policy import Stop
    from motocho.screening import watch

    output, reference = output_in(lang), reference_of(ref)
    stop = one_of(Stop, reason, "REASON")
    with moving(reference) as cursor:
        member_id = member_of(cursor, number).member_id
        staff = acting(cursor, by, REVIEW, member_id, "watch")
        how = made(business_date(cursor, day_of(on, "--on")), reference, staff.actor)
        was_open = watch.judge(cursor, member_id, stop, (staff, how))
    output.data(_said(output, done=was_open))


@app.command("unreached")
def unreached(
    number: NumberArgument,
    road: Annotated[RoadName, typer.Argument(metavar="ROAD", help="letter · phone · mail")],
    by: ByOption,
    on: OnOption = None,
    ref: RefOption = None,
    lang: LangOption = None,
) -> None:
    """手紙が戻った、電話が使われていない、メールが届かない / Nobody was reached by a road.

    例 / Examples:  motocho watch unreached 00000001 letter --by suzuki
    """
    from motocho.screening import watch

    output, reference = output_in(lang), reference_of(ref)
    with moving(reference) as cursor:
        member_id = member_of(cursor, number).member_id
        staff = acting(cursor, by, HELP, member_id, "watch")
        how = made(business_date(cursor, day_of(on, "--on")), reference, staff.actor)
        is_new = watch.note_unreached(cursor, member_id, watch.Road(road.value), how)
    output.data(_said(output, done=is_new))


def _said(output: Output, *, done: bool) -> str:
    if done:
        return output.text("記録しました", "Written down")
    return output.text("変わりありません", "Nothing changed")
