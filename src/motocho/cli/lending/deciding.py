"""`motocho care counsel|approvals`: notices of counsel, a second person's word [承認].

What the desk's pages do, with the same gates: who does it is a colleague who is named, whose role
of the day is asked, and who is written down with what for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption, day_of
from motocho.cli._output import EXIT_CODES, Output
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
from motocho.cli.lending.cases import (
    JSON,
    ByOption,
    NumberArgument,
    acting,
    one_of,
    print_rows,
)
from motocho.cli.lending.staff import colleague
from motocho.documents.sheet import Align
from motocho.outside import clock
from motocho.units.errors import Fault, NotAllowedError, StateConflict
from motocho.units.money import yen_text

if TYPE_CHECKING:
    from motocho.care import approvals as asked_by
    from motocho.care.collections import counsel as kept_by
    from motocho.people.access import Staff

SCHEMA_VERSION = 1
HOUSE_WORD = "house"
"""In the place of a member's number: what is asked about the house itself."""
LEAST_MARK = 12
"""So many signs of a mark name it."""
OUTCOMES = {
    "agreed": ("承認して実行しました", "Agreed to, and done"),
    "refused": ("却下しました", "Refused"),
    "withdrawn": ("取り下げました", "Taken back"),
    "outdated": (
        "数字が変わっていたため、何も実行していません",
        "The figures had changed: nothing was done",
    ),
}
KINDS = {
    "settlement": ("和解", "settlement"),
    "write_off": ("貸倒償却", "write-off"),
    "legal_step": ("法的手続", "step in court"),
    "fraud_decision": ("被害の判断", "fraud verdict"),
    "setting": ("設定", "setting"),
}

counsel_app = typer.Typer(
    help="受任通知 / Notices of counsel.", no_args_is_help=True, rich_markup_mode=None
)
approvals_app = typer.Typer(
    help="二人承認 / Approvals.", no_args_is_help=True, rich_markup_mode=None
)


# -------------------------------------------------------------------------------------- counsel
@counsel_app.command("receive")
def counsel_receive(
    number: NumberArgument,
    sender: Annotated[str, typer.Option("--from", help="lawyer · scrivener · court")],
    office: Annotated[str, typer.Option("--office", help="事務所・裁判所 / Office or court.")],
    by: ByOption,
    name: Annotated[str, typer.Option("--name", help="氏名 / Name.")] = "",
    registration: Annotated[
        str, typer.Option("--registration", help="登録番号 / Registration number.")
    ] = "",
    proceeding: Annotated[
        str, typer.Option("--proceeding", help="手続 / counsel.Proceeding.")
    ] = "out_of_court",
    case_ref: Annotated[str, typer.Option("--case", help="事件番号 / The court's case.")] = "",
    phone: Annotated[str, typer.Option("--phone", help="電話番号 / Telephone.")] = "",
    road: Annotated[str, typer.Option("--road", help="letter · fax · phone")] = "letter",
    received: Annotated[
        str | None, typer.Option("--received", metavar="DATE", help="受領日 / Day. Today.")
    ] = None,
    agreement: Annotated[
        list[int] | None,
        typer.Option("--agreement", help="対象の契約。なければすべて / Claims; else all."),
    ] = None,
    document: Annotated[str, typer.Option("--document", help="書類の番号 / Its paper.")] = "",
    ref: RefOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """代理人・裁判所の通知を受け付け、すべて止める / Take a notice in; everything stops at once.

    電話・手紙・訪問の許可を取り消し、予定をなくす (貸金業法21条1項9号) / Permits and plans end.

    例 / Examples:  motocho care counsel receive 00000001 --from lawyer --office 帳面法律事務所
    --name 法田守 --registration 12345 --road fax --by ito
    """
    from motocho.care.collections import counsel

    output = output_in(lang)
    notice = counsel.Notice(
        one_of(counsel.Sender, sender, "--from", counsel.NOT_TYPED),
        one_of(counsel.Proceeding, proceeding, "--proceeding", counsel.NOT_TYPED),
        office, name, registration, phone, case_ref, one_of(counsel.Road, road, "--road"),
        day_of(received, "--received") or clock.business_date(), tuple(agreement or ()), document,
    )  # fmt: skip
    with opened() as cursor:
        member_id = member_of(cursor, number).member_id
        staff = acting(cursor, by, "collect", member_id, "collection")
        told = made(business_date(cursor, None), reference_of(ref), staff.actor)
        done = counsel.receive(cursor, member_id, notice, told)
    _stopped(output, done, JSON if json_wanted else "")


@counsel_app.command("said")
def counsel_said(
    number: NumberArgument,
    by: ByOption,
    ref: RefOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """本人が代理人を立てたと言った。書面を待たず止める / The member says so: it stops at the word.

    例 / Examples:  motocho care counsel said 00000001 --by ito
    """
    from motocho.care.collections import counsel

    output = output_in(lang)
    with opened() as cursor:
        member_id = member_of(cursor, number).member_id
        staff = acting(cursor, by, "collect", member_id, "collection")
        told = made(business_date(cursor, None), reference_of(ref), staff.actor)
        done = counsel.said_by_member(cursor, member_id, told)
    _stopped(output, done, JSON if json_wanted else "")


def _stopped(output: Output, done: kept_by.Received | None, form: str) -> None:
    if form == JSON:
        found: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "notice": None}
        if done is not None:
            found |= {
                "notice": done.counsel_no,
                "agreements": list(done.agreements),
                "permits": done.permits,
                "tasks": done.tasks,
                "visits": done.visits,
                "is_repeat": done.is_repeat,
            }
        output.document(found)
    elif done is None:
        output.data(output.text("止める契約がありません", "No agreement is open: nothing to stop"))
    elif done.is_repeat:
        output.data(
            output.text(
                f"通知{done.counsel_no}は登録済みです", f"Notice {done.counsel_no} is known"
            )
        )
    else:
        output.data(
            output.text(
                f"通知{done.counsel_no}を登録し、すべて止めました"
                f"（許可{done.permits}・予定{done.tasks}・訪問{done.visits}）",
                f"Notice {done.counsel_no}: everything stopped"
                f" ({done.permits} permits, {done.tasks} tasks, {done.visits} visits)",
            )
        )


@counsel_app.command("list")
def counsel_list(
    number: NumberArgument, by: ByOption, json_wanted: JsonOption = False, lang: LangOption = None
) -> None:
    """会員の受任通知。新しいものから / A member's notices, the newest first.

    例 / Examples:  motocho care counsel list 00000001 --by ito --json
    """
    from motocho.care.collections import counsel

    output = output_in(lang)
    with opened() as cursor:
        member_id = member_of(cursor, number).member_id
        acting(cursor, by, "collect", member_id, "collection")
        found = counsel.of_member(cursor, member_id)
    rows: list[dict[str, Any]] = [
        {
            "notice": one.counsel_no,
            "from": one.notice.sender.value,
            "proceeding": one.notice.proceeding.value,
            "office": one.notice.office,
            "received_on": one.notice.received_on.isoformat(),
            "agreements": " ".join(map(str, one.notice.agreements)),
            "ended_on": None if one.ended is None else one.ended.on.isoformat(),
            "reason": None if one.ended is None else one.ended.reason.value,
        }
        for one in found
    ]
    print_rows(output, "notices", rows, JSON if json_wanted else "")


@counsel_app.command("end")
def counsel_end(
    number: NumberArgument,
    notice: Annotated[int, typer.Argument(metavar="NOTICE", help="通知の番号 / Its number.")],
    reason: Annotated[str, typer.Argument(metavar="REASON", help="理由 / counsel.Reason.")],
    words: Annotated[str, typer.Argument(metavar="WORDS", help="だれから何を / Who told what.")],
    by: ByOption,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="その日 / Day.")] = None,
    ref: RefOption = None,
    lang: LangOption = None,
) -> None:
    """受任が終わった。ほかの通知がなければ停止が解ける / A notice holds no more.

    例 / Examples:  motocho care counsel end 00000001 3 resigned "事務所から書面" --by ito
    """
    from motocho.care.collections import counsel

    output = output_in(lang)
    why = one_of(counsel.Reason, reason, "REASON", counsel.NOT_TYPED)
    ending = counsel.Ending(why, day_of(on, "--on") or clock.business_date(), words)
    with opened() as cursor:
        member_id = member_of(cursor, number).member_id
        staff = acting(cursor, by, "collect", member_id, "collection")
        told = made(business_date(cursor, None), reference_of(ref), staff.actor)
        counsel.end(cursor, member_id, notice, ending, told)
        left = counsel.standing(cursor, member_id)
    output.data(
        output.text(
            f"通知{notice}を終わりにしました。有効な通知は{len(left)}件です",
            f"Notice {notice} ended; {len(left)} stand",
        )
    )


# ------------------------------------------------------------------------------------- approvals
AboutArgument = Annotated[
    str, typer.Argument(metavar="MEMBER", help="会員番号か house / Member number, or house.")
]
RequestArgument = Annotated[int, typer.Argument(metavar="REQUEST", help="依頼の番号 / Request.")]


def _approver(cursor: Any, by: str, member_id: int, request: int) -> Staff:
    """A colleague whose role is for it, and who may see the member · PRIV-003."""
    from dataclasses import replace

    from motocho.ledger.chart import HOUSE
    from motocho.people import access

    purpose = f"approval {request}" if request else "approvals"
    if member_id != HOUSE:
        return acting(cursor, by, "approve", member_id, purpose)
    staff = replace(colleague(cursor, by), purpose=purpose)
    if not access.may(staff, access.Action.APPROVE):
        raise NotAllowedError(Fault("PPL-081", details={"action": access.Action.APPROVE.value}))
    return staff


def _found(cursor: Any, about: str, request: int, by: str) -> tuple[asked_by.Request, Staff]:
    """A request as it is kept, and who looks at it; every kind is known by then."""
    # Each registers how its kind is reckoned and carried out.
    import motocho.care.cases.frauds
    import motocho.care.collections.legal
    import motocho.care.settings  # noqa: F401
    from motocho.care import approvals
    from motocho.ledger.chart import HOUSE

    member_id = HOUSE if about == HOUSE_WORD else member_of(cursor, about).member_id
    staff = _approver(cursor, by, member_id, request)
    return approvals.one(cursor, approvals.Ref(member_id, request)), staff


@approvals_app.command("list")
def approvals_list(by: ByOption, json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """承認を待つ依頼。期限の近いものから / What waits for a second person, by its end.

    例 / Examples:  motocho care approvals list --by mori --json
    """
    from motocho.care import approvals
    from motocho.ledger.chart import HOUSE
    from motocho.people import members, staff

    output = output_in(lang)
    with opened() as cursor:
        who = _approver(cursor, by, HOUSE, 0)
        found = approvals.waiting(cursor, who, clock.now(), approvals.Queue())
        numbers = members.numbers_of(cursor, [one.ref.member_id for one in found])
        names = {one.staff_id: one.login_name for one in staff.accounts(cursor)}
        rows: list[dict[str, Any]] = [
            {
                "request": one.ref.request_id,
                "member": numbers.get(one.ref.member_id, HOUSE_WORD),
                "kind": one.kind,
                "asked_by": names.get(one.asked_by),
                "expires_at": _at(one.expires_at),
                "may_decide": approvals.may_decide(cursor, one, who),
            }
            for one in found
        ]
    print_rows(output, "requests", rows, JSON if json_wanted else "")


@approvals_app.command("show")
def approvals_show(
    about: AboutArgument,
    request: RequestArgument,
    by: ByOption,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """依頼の内容と、そのときの数字と照合値 / What is asked, of which figures, with its mark.

    例 / Examples:  motocho care approvals show 00000001 7 --by mori
    """
    from motocho.people import staff

    output = output_in(lang)
    with opened() as cursor:
        one, _ = _found(cursor, about, request, by)
        names = {each.staff_id: each.login_name for each in staff.accounts(cursor)}
    document: dict[str, Any] = {
        "request": request,
        "member": about,
        "kind": one.kind,
        "wanted": dict(one.content),
        "figures": dict(one.figures),
        "reason": one.reason,
        "asked_by": names.get(one.asked_by),
        "asked_at": _at(one.asked_at),
        "expires_at": _at(one.expires_at),
        "is_open": one.is_open(clock.now()),
        "outcome": None if one.decided is None else one.decided.outcome.value,
        "decided_by": None if one.decided is None else names.get(one.decided.decided_by),
        "words": None if one.decided is None else one.decided.words,
        "mark": one.mark,
    }
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, **document})
        return
    kind = output.text(*KINDS.get(one.kind, (one.kind, one.kind)))
    cells = [[output.text("種類", "kind"), kind]]
    cells += [[name, _cell(name, each)] for name, each in {**one.content, **one.figures}.items()]
    rest = ("reason", "asked_by", "expires_at", "outcome", "decided_by", "words", "mark")
    cells += [[name, _cell(name, document[name])] for name in rest]
    heads = [output.text("項目", "Item"), output.text("内容", "Content")]
    output.data(grid(heads, [Align.LEFT, Align.LEFT], cells))


def _cell(name: str, value: Any) -> str:
    if value is None or value == "":
        return "–"
    return yen_text(value) if name.endswith("_yen") else str(value)


def _at(moment: Any) -> str:
    return str(moment.astimezone(clock.JAPAN).isoformat(timespec="minutes"))


@approvals_app.command("decide")
def approvals_decide(
    about: AboutArgument,
    request: RequestArgument,
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="agreed · refused · withdrawn")],
    mark: Annotated[
        str, typer.Option("--mark", help="show の照合値、先頭12字から / The mark that was shown.")
    ],
    by: ByOption,
    words: Annotated[str, typer.Option("--words", help="理由 / Why.")] = "",
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """依頼を承認・却下・取下げする。自分の依頼は承認できない / Agree, refuse, take back.

    設定の変更はここでは決められない。窓口の画面で決める / A setting is decided at the desk only.
    承認すると、見た数字のままなら実行する / What is agreed is done, if the figures still hold.
    数字が変わっていれば何もせず、終了コードは 8 / Where they have changed nothing is done, code 8.

    例 / Examples:  motocho care approvals decide 00000001 7 agreed --mark 3f9c01d2ab47 --by mori
    """
    from motocho.care import approvals, settings

    output = output_in(lang)
    said = one_of(approvals.Outcome, outcome, "OUTCOME", {approvals.Outcome.OUTDATED})
    with moving(f"approval {request}") as cursor:
        found, staff = _found(cursor, about, request, by)
        if found.kind == settings.KIND:  # who sits there must be known, not named
            raise NotAllowedError(Fault("SET-010"))
        known = found.decided
        if known is not None and (known.decided_by, known.outcome) == (staff.staff_id, said):
            done = said  # the same said again
        else:
            done = _decide(cursor, found, (said, words, mark), staff)
    if json_wanted:
        output.document(
            {"schema_version": SCHEMA_VERSION, "request": request, "outcome": done.value}
        )
    else:
        output.data(output.text(*OUTCOMES[done.value]))
    if done is approvals.Outcome.OUTDATED:
        raise typer.Exit(EXIT_CODES[StateConflict])


def _decide(
    cursor: Any, found: asked_by.Request, told: tuple[Any, str, str], staff: Staff
) -> asked_by.Outcome:
    """The word in this transaction; a settlement's paper goes with it, as from the page."""
    from motocho.care import approvals, settings
    from motocho.care.collections import settlements
    from motocho.config.settings import DIRECTORY_FILE

    said, words, mark = told
    at = clock.now()
    is_named = len(mark) >= LEAST_MARK and found.mark.startswith(mark)
    book_on = business_date(cursor, None)
    decision = approvals.Decision(said, words, found.mark if is_named else mark, book_on)
    done = approvals.decide(cursor, found.ref, decision, staff, at).outcome
    if done is approvals.Outcome.AGREED and found.kind == settlements.SETTLEMENT:
        known = settings.directory_on(cursor, clock.business_date(), DIRECTORY_FILE)
        settlements.deliver(cursor, found, known.lender, at)
    return done
