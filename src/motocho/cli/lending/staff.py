"""`motocho staff …`: colleagues who join and leave [従業者]."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._options import JsonOption, LangOption, day_of
from motocho.cli.lending._book_of_loans import member_of, opened, output_in
from motocho.outside import clock
from motocho.units.errors import Fault, NotFoundError, RefusedError, StateConflict

if TYPE_CHECKING:
    from motocho.people.access import Staff

SCHEMA_VERSION = 1


class RoleName(Enum):
    """The roles of `people.access.Role`, which is slow to import for a word [従業者の役割]."""

    OPERATOR = "operator"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


app = typer.Typer(help="従業者 / Staff.", no_args_is_help=True, rich_markup_mode=None)

LoginArgument = Annotated[str, typer.Argument(metavar="LOGIN", help="ログイン名 / Login name.")]
ByOption = Annotated[
    str | None,
    typer.Option("--by", metavar="LOGIN", help="登録する人のログイン名 / Who does it."),
]


@app.command("add")
def add(
    login_name: LoginArgument,
    name: Annotated[str, typer.Option("--name", help="氏名 / Name.")],
    roles: Annotated[
        list[RoleName], typer.Option("--role", help="役割 / Role, several if need be.")
    ],
    own_number: Annotated[
        str | None,
        typer.Option("--member", metavar="NUMBER", help="本人の会員番号 / Own member number."),
    ] = None,
    by: ByOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """従業者を登録し、最初のサインインのリンクを出す / Register a colleague; gives the first link.

    最初の1人には --by はいりません。会員でもある人は --member を付けると、自分の記録を扱えません。/
    The very first one needs no --by. With --member a colleague's own records are shut to them.

    例 / Examples:  motocho staff add tanaka --name 田中 --role administrator --role supervisor ·
    motocho staff add suzuki --name 鈴木 --role reviewer --by tanaka
    """
    from motocho.config.settings import ORIGIN
    from motocho.people import access, staff
    from motocho.people.access import Action, Role, Staff
    from motocho.people.staff import Joiner

    output = output_in(lang)
    wanted = frozenset(Role(one.value) for one in roles)
    with opened() as cursor:
        giver = None if by is None else colleague(cursor, by)
        if giver is None and not access.may(Staff(0, wanted), Action.MANAGE_STAFF):
            raise StateConflict(Fault("PPL-104", column="--role"))
        own_id = None if own_number is None else member_of(cursor, own_number).member_id
        joiner = Joiner(login_name, name.strip(), clock.business_date(), wanted, own_id)
        account, token = staff.join(cursor, joiner, giver, clock.now())
    address = f"{ORIGIN}/desk/join/{token}/"
    if json_wanted:
        document = {"staff_id": account.staff_id, "login_name": login_name, "link": address}
        output.document({"schema_version": SCHEMA_VERSION, **document})
        return
    output.data(address)
    output.note(
        output.text(
            "24時間以内に、本人がこのリンクからパスワードを決めます",
            "Within 24 hours the colleague sets a password by this link",
        )
    )


def colleague(cursor: Any, login_name: str) -> Staff:
    """Somebody of the staff of today, by login name [在籍の従業者].

    Raises    NotFoundError for none.
    """
    from motocho.people import staff

    today = clock.business_date()
    found = [one for one in staff.accounts(cursor) if one.login_name == login_name]
    active = staff.active(cursor, found[0].staff_id, today) if found else None
    if active is None:
        raise NotFoundError(Fault("PPL-096", column="LOGIN", excerpt=login_name))
    return active


@app.command("leave")
def leave(
    login_name: LoginArgument,
    by: Annotated[str, typer.Option("--by", metavar="LOGIN", help="登録する人 / Who does it.")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="最後の日 / Last day. Today.")
    ] = None,
    lang: LangOption = None,
) -> None:
    """従業者の退社を登録する。最後の日の後は何も開けない / A colleague leaves.

    例 / Examples:  motocho staff leave suzuki --by tanaka ·
    motocho staff leave suzuki --by tanaka --on 2026-12-31
    """
    from motocho.people import staff

    output = output_in(lang)
    last_on = day_of(on, "--on") or clock.business_date()
    with opened() as cursor:
        giver = colleague(cursor, by)
        leaver = colleague(cursor, login_name)
        staff.leave(cursor, leaver.staff_id, last_on, giver, clock.now())
    output.data(
        output.text(
            f"{login_name} は {last_on} が最後の日です", f"{login_name} leaves on {last_on}"
        )
    )


@app.command("role")
def role(
    login_name: LoginArgument,
    named: Annotated[RoleName, typer.Argument(metavar="ROLE", help="役割 / Role.")],
    by: Annotated[str, typer.Option("--by", metavar="LOGIN", help="登録する人 / Who does it.")],
    end: Annotated[
        bool, typer.Option("--end", help="今日を最後の日にする / Today is its last day.")
    ] = False,
    lang: LangOption = None,
) -> None:
    """役割を今日から付ける、または今日で終える / Give a role from today, or end it.

    例 / Examples:  motocho staff role suzuki supervisor --by tanaka ·
    motocho staff role suzuki reviewer --end --by tanaka
    """
    from motocho.people import access
    from motocho.people.access import Role

    output = output_in(lang)
    wanted, today = Role(named.value), clock.business_date()
    with opened() as cursor:
        giver = colleague(cursor, by)
        duty = access.Duty(colleague(cursor, login_name).staff_id, wanted)
        if not end:
            access.give_role(cursor, duty, today, giver, clock.now())
        else:
            access.end_role(cursor, duty, today, giver, clock.now())
    said = ("まで", "until") if end else ("から", "from")
    output.data(
        output.text(
            f"{login_name} は {today} {said[0]} {named.value} です",
            f"{login_name} is {named.value} {said[1]} {today}",
        )
    )


@app.command("bar")
def bar(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="会員番号 / Member number.")],
    by: Annotated[str, typer.Option("--by", metavar="LOGIN", help="登録する人 / Who does it.")],
    kept_from: Annotated[
        str | None,
        typer.Option("--from", metavar="LOGIN", help="見せない人 / Whom. All but supervisors."),
    ] = None,
    end: Annotated[bool, typer.Option("--end", help="制限を終える / End it.")] = False,
    lang: LangOption = None,
) -> None:
    """家族や知人の会員を、その従業者に見せない、または見せる / Keep a member apart, or no more.

    例 / Examples:  motocho staff bar 00000001 --from suzuki --by tanaka ·
    motocho staff bar 00000001 --by tanaka · motocho staff bar 00000001 --end --by tanaka
    """
    from dataclasses import replace

    from motocho.people import access

    output = output_in(lang)
    with opened() as cursor:
        supervisor = replace(colleague(cursor, by), purpose="staff bar")
        member = member_of(cursor, number)
        barred = None if kept_from is None else colleague(cursor, kept_from).staff_id
        change = access.end_bar if end else access.bar
        refusal = change(cursor, member.member_id, barred, supervisor, clock.now())
        if refusal is not None:
            raise RefusedError(refusal.fault())
    whom = kept_from or output.text("管理者でない人", "all but supervisors")
    number = member.member_number
    if end:
        said = (f"会員 {number} を {whom} に見せます", f"Member {number} is shown to {whom} again")
    else:
        said = (f"会員 {number} を {whom} に見せません",
                f"Member {number} is kept apart from {whom}")  # fmt: skip
    output.data(output.text(*said))


@app.command("list")
def listed(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """従業者の一覧 / Everybody who ever joined.

    例 / Examples:  motocho staff list · motocho staff list --json
    """
    from motocho.cli._grid import grid
    from motocho.documents.sheet import Align
    from motocho.people import staff

    output = output_in(lang)
    say = output.text
    with opened() as cursor:
        accounts = staff.accounts(cursor)
    if json_wanted:
        rows = [
            {
                "staff_id": one.staff_id,
                "login_name": one.login_name,
                "joined_on": one.joined_on.isoformat(),
                "left_on": one.left_on.isoformat() if one.left_on else None,
            }
            for one in accounts
        ]
        output.document({"schema_version": SCHEMA_VERSION, "staff": rows})
        return
    headers = [say("番号", "No."), say("ログイン名", "Login"), say("氏名", "Name"),
               say("入社", "Joined"), say("退社", "Left")]  # fmt: skip
    sides = [Align.RIGHT, Align.LEFT, Align.LEFT, Align.LEFT, Align.LEFT]
    cells = [
        [str(one.staff_id), one.login_name, one.name, str(one.joined_on), str(one.left_on or "")]
        for one in accounts
    ]
    output.data(grid(headers, sides, cells) if cells else say("0人です", "Nobody"))
