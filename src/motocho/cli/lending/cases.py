"""`motocho care complaints|disclose`: complaints, requests for the history [苦情・開示請求]."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from motocho.cli._files import write_bytes
from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption
from motocho.cli._output import Output
from motocho.cli.lending._book_of_loans import (
    RefOption,
    business_date,
    member_of,
    opened,
    output_in,
    reading,
    reference_of,
)
from motocho.cli.lending.staff import colleague
from motocho.documents.sheet import Align
from motocho.outside import clock
from motocho.units.errors import Fault, InputError, RefusedError

if TYPE_CHECKING:
    from motocho.care.cases import disclosures as requested
    from motocho.people.access import Staff

SCHEMA_VERSION = 1
STATISTICS_DAYS = 366
JSON = "json"

complaints_app = typer.Typer(
    help="苦情簿 / Complaints.", no_args_is_help=True, rich_markup_mode=None
)
disclose_app = typer.Typer(
    help="開示請求 / Requests for the history.", no_args_is_help=True, rich_markup_mode=None
)
NumberArgument = Annotated[str, typer.Argument(metavar="MEMBER", help="会員番号 / Member number.")]
RequestArgument = Annotated[int, typer.Argument(metavar="REQUEST", help="請求の番号 / Request.")]
ByOption = Annotated[
    str, typer.Option("--by", metavar="LOGIN", help="担当者のログイン名 / Who does it.")
]
One = TypeVar("One", bound=Enum)


def one_of(kind: type[One], text: str, column: str, but: Container[Any] = ()) -> One:
    """One word of a list, but those that nobody types [選択肢の読取り].

    Raises    InputError with all of them.
    """
    known = {one.value: one for one in kind if one not in but}
    if text not in known:
        details = {"known": ", ".join(known)}
        raise InputError(Fault("DSC-015", column=column, excerpt=text, details=details))
    return known[text]


def acting(cursor: Any, login: str, action: str, member_id: int, purpose: str) -> Staff:
    """Who does it, allowed and written down with what for [担当者の確認] · PRIV-003.

    Raises    NotFoundError for no colleague of today; RefusedError for who may not.
    """
    from motocho.law.rules import Refusal
    from motocho.people import access

    who = replace(colleague(cursor, login), purpose=purpose)
    answer = access.ask(cursor, who, access.Action(action), member_id, clock.now())
    if isinstance(answer, Refusal):
        raise RefusedError(answer.fault())
    return who


# ----------------------------------------------------------------------------------- complaints
@complaints_app.command("list")
def complaints_list(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """未了の苦情。期限を過ぎたものから / Open complaints, the overdue ones first.

    例 / Examples:  motocho care complaints list · motocho care complaints list --json
    """
    from motocho.care.cases import register

    output, today = output_in(lang), clock.business_date()
    with reading() as cursor:
        lines = register.open_lines(cursor, today)
    rows: list[dict[str, Any]] = [
        {
            "case": one.case.key.case_id,
            "due_on": None if one.case.due_on is None else one.case.due_on.isoformat(),
            "days_left": one.days_left,
            "category": None if one.case.sorting is None else one.case.sorting.category.value,
            "state": one.case.state.value,
            "is_held": one.case.is_about_contact,
        }
        for one in lines
    ]
    print_rows(output, "complaints", rows, JSON if json_wanted else "")


@complaints_app.command("tell")
def complaints_tell(
    number: NumberArgument,
    words: Annotated[str, typer.Argument(metavar="WORDS", help="会員の言葉 / In their words.")],
    by: ByOption,
    about: Annotated[
        str | None, typer.Option("--about", metavar="CATEGORY", help="区分 / sorting.Category.")
    ] = None,
    ref: RefOption = None,
    lang: LangOption = None,
) -> None:
    """苦情を受け付ける。電話・訪問の苦情は、すぐに電話を責任者だけにする / Take a complaint down.

    例 / Examples:  motocho care complaints tell 00000001 "昼の電話が多い" --about contact --by ito
    """
    from motocho.care.cases import complaints, sorting
    from motocho.contact.holds import Source

    output = output_in(lang)
    found = None if about is None else sorting.Sorting(one_of(sorting.Category, about, "--about"))
    with opened() as cursor:
        member_id = member_of(cursor, number).member_id
        staff = acting(cursor, by, "ask_for_help", member_id, "complaint new")
        told = complaints.Told(complaints.Kind.COMPLAINT, words, about=found)
        source = Source(staff.actor, f"cli {reference_of(ref)}")
        case = complaints.tell(cursor, member_id, told, source, clock.now())
    due = case.answered_by_on
    output.data(
        output.text(
            f"苦情{case.key.case_id} 回答期限 {due}", f"Complaint {case.key.case_id}, due {due}"
        )
    )
    if case.is_about_contact:
        output.data(output.text("電話は責任者だけです", "Supervisors alone call now"))


@complaints_app.command("statistics")
def complaints_statistics(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """区分と月ごとの苦情の件数、1年分 / Complaints of a year by month and category.

    例 / Examples:  motocho care complaints statistics --json
    """
    from motocho.care.cases import register

    output, today = output_in(lang), clock.business_date()
    with reading() as cursor:
        found = register.statistics(cursor, today - timedelta(days=STATISTICS_DAYS), today)
    rows: list[dict[str, Any]] = [
        {
            "month": f"{one.month:%Y-%m}",
            "category": None if one.category is None else one.category.value,
            "told": one.told,
            "in_time": one.in_time,
            "reopened": one.reopened,
            "outside": one.outside,
            "closed": one.closed,
        }
        for one in found
    ]
    print_rows(output, "months", rows, JSON if json_wanted else "")


def print_rows(output: Output, name: str, rows: list[dict[str, Any]], form: str) -> None:
    """Rows as a table with their names, or as one document under a name [一覧の出力]."""
    if form == JSON:
        output.document({"schema_version": SCHEMA_VERSION, name: rows})
    elif not rows:
        output.data(output.text("0件です", "None"))
    else:
        table = [["–" if one is None else str(one) for one in row.values()] for row in rows]
        heads = list(rows[0])
        output.data(grid(heads, [Align.LEFT] * len(heads), table))


# ---------------------------------------------------------------------------------- disclosures
@disclose_app.command("list")
def disclose_list(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """受付中の開示請求。期限の近いものから / Requests under way, by their last day.

    例 / Examples:  motocho care disclose list · motocho care disclose list --json
    """
    from motocho.care.cases import disclosures

    output, today = output_in(lang), clock.business_date()
    with reading() as cursor:
        found = disclosures.open_ones(cursor)
    rows: list[dict[str, Any]] = [
        {
            "request": one.key.disclosure_id,
            "kind": one.asked.kind.value,
            "who": one.asked.who.value,
            "delivery": one.asked.delivery.value,
            "state": one.state.value,
            "due_on": one.due_on.isoformat(),
            "days_left": one.days_left(today),
        }
        for one in found
    ]
    print_rows(output, "requests", rows, JSON if json_wanted else "")


@disclose_app.command("take")
def disclose_take(
    number: NumberArgument,
    by: ByOption,
    kind: Annotated[str, typer.Option("--kind", help="種類 / disclosures.Kind.")] = "history",
    who: Annotated[str, typer.Option("--who", help="請求者 / disclosures.Who.")] = "member",
    channel: Annotated[str, typer.Option("--channel", help="受付 / Channel.")] = "phone",
    delivery: Annotated[
        str, typer.Option("--delivery", help="渡し方 / disclosures.Delivery.")
    ] = "registered_address",
    to: Annotated[tuple[str, str], typer.Option("--to", metavar="NAME ADDRESS")] = ("", ""),
    ref: RefOption = None,
    lang: LangOption = None,
) -> None:
    """開示請求を受け付ける。理由は聞かない / Take a request in; no reason is asked.

    例 / Examples:  motocho care disclose take 00000001 --channel post --by ito
    """
    from motocho.care.cases import disclosures as room
    from motocho.contact.holds import Source

    output = output_in(lang)
    asked = room.Asked(
        one_of(room.Kind, kind, "--kind"),
        one_of(room.Who, who, "--who"),
        one_of(room.Channel, channel, "--channel"),
        one_of(room.Delivery, delivery, "--delivery"),
        *to,
    )
    with opened() as cursor:
        member_id = member_of(cursor, number).member_id
        staff = acting(cursor, by, "export_history", member_id, "disclosure new")
        source = Source(staff.actor, f"cli {reference_of(ref)}")
        found = room.take(cursor, member_id, asked, source, clock.now())
    _said(output, found)


def _said(output: Output, one: requested.Disclosure) -> None:
    number, state, due = one.key.disclosure_id, one.state.value, one.due_on
    output.data(
        output.text(f"請求{number} {state} 期限 {due}", f"Request {number}: {state}, due {due}")
    )


def _begun(
    cursor: Any, number: str, request: int, by: str
) -> tuple[requested.DisclosureKey, Staff]:
    from motocho.care.cases import disclosures

    member_id = member_of(cursor, number).member_id
    staff = acting(cursor, by, "export_history", member_id, f"disclosure {request}")
    return disclosures.DisclosureKey(member_id, request), staff


@disclose_app.command("check")
def disclose_check(
    number: NumberArgument,
    request: RequestArgument,
    proof: Annotated[str, typer.Argument(metavar="PROOF", help="確認 / disclosures.Proof.")],
    by: ByOption,
    lang: LangOption = None,
) -> None:
    """誰が請求したかを確かめた / Say by what whoever asks was known.

    例 / Examples:  motocho care disclose check 00000001 3 licence --by ito
    """
    from motocho.care.cases import disclosures
    from motocho.contact.holds import Source

    with opened() as cursor:
        key, staff = _begun(cursor, number, request, by)
        source = Source(staff.actor, f"cli {request} check")
        known = one_of(disclosures.Proof, proof, "PROOF")
        found = disclosures.check(cursor, key, known, source, clock.now())
    _said(output_in(lang), found)


@disclose_app.command("make")
def disclose_make(
    number: NumberArgument,
    request: RequestArgument,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="書き出し先 / Where to.")],
    by: ByOption,
    lang: LangOption = None,
) -> None:
    """全契約の全期間の取引履歴を作り、フォルダーに書き出す / Make the files of every contract.

    例 / Examples:  motocho care disclose make 00000001 3 out --by ito
    """
    from motocho.care.cases import disclosures
    from motocho.contact.holds import Source
    from motocho.documents.statutory import histories

    with opened() as cursor:
        key, staff = _begun(cursor, number, request, by)
        source = Source(staff.actor, f"cli {request} make")
        on = business_date(cursor, None)
        found = disclosures.make(cursor, key, on, source, clock.now())
        files = [
            (one, disclosures.content(cursor, key, *one)) for one in disclosures.files(cursor, key)
        ]
    folder.mkdir(parents=True, exist_ok=True)
    for one, content in files:
        ending = histories.ending_of(one.form)
        write_bytes(content, folder / f"history-{one.agreement_id}.{ending}")
    _said(output_in(lang), found)


@disclose_app.command("send")
def disclose_send(
    number: NumberArgument,
    request: RequestArgument,
    proof: Annotated[str, typer.Argument(metavar="PROOF", help="証拠 / disclosures.Proof.")],
    by: ByOption,
    letter: Annotated[
        str, typer.Option("--number", help="書留・受領書の番号 / Of the letter or receipt.")
    ] = "",
    lang: LangOption = None,
) -> None:
    """渡した証拠を記録して完了にする / Say how it was handed out, and close it.

    例 / Examples:  motocho care disclose send 00000001 3 registered_mail --number 123-45 --by ito
    """
    from motocho.care.cases import disclosures
    from motocho.contact.holds import Source

    with opened() as cursor:
        key, staff = _begun(cursor, number, request, by)
        source = Source(staff.actor, f"cli {request} send")
        sent = disclosures.Sent(one_of(disclosures.Proof, proof, "PROOF"), letter)
        found = disclosures.send(cursor, key, sent, source, clock.now())
    _said(output_in(lang), found)


@disclose_app.command("refuse")
def disclose_refuse(
    number: NumberArgument,
    request: RequestArgument,
    ground: Annotated[str, typer.Argument(metavar="GROUND", help="not_entitled / not_for_rights")],
    by: ByOption,
    lang: LangOption = None,
) -> None:
    """法令の定める理由で、責任者が断る / Refuse for what the law names, as a supervisor.

    例 / Examples:  motocho care disclose refuse 00000001 3 not_entitled --by mori
    """
    from motocho.care.cases import disclosures
    from motocho.contact.holds import Source

    with opened() as cursor:
        key, staff = _begun(cursor, number, request, by)
        source = Source(staff.actor, f"cli {request} refuse")
        found = disclosures.refuse(cursor, key, (ground, staff), source, clock.now())
    _said(output_in(lang), found)
