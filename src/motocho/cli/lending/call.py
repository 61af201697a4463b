"""`motocho call …`: calls for a reason: what is said, to whom, how it ended [架電]."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption, day_of, yen_of
from motocho.cli._output import Output
from motocho.cli.lending._book_of_loans import (
    business_date,
    member_of,
    moving,
    opened,
    output_in,
    reading,
    reference_of,
)
from motocho.cli.lending.staff import colleague
from motocho.outside import clock
from motocho.units.errors import Fault, InputError, NotAllowedError, RefusedError, broken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motocho.care.reasons import catalogue, endings, scripts, talks
    from motocho.contact.directory import Directory
    from motocho.contact.gate import Closed
    from motocho.people.access import Staff

SCHEMA_VERSION = 1

app = typer.Typer(
    help="用件の電話 / Calls for a reason.", no_args_is_help=True, rich_markup_mode=None
)
NumberArgument = Annotated[str, typer.Argument(metavar="MEMBER", help="会員番号 / Member number.")]
ReasonArgument = Annotated[str, typer.Argument(metavar="REASON", help="用件 / catalogue.Reason.")]
CallArgument = Annotated[int, typer.Argument(metavar="CALL", help="通話の番号 / Call.")]
NoteOption = Annotated[str, typer.Option("--note", help="メモ / Note.")]
SaidOption = Annotated[str, typer.Option("--said", help="本人の言葉 / The member's words.")]
YenOption = Annotated[
    str | None, typer.Option("--yen", metavar="YEN", help="約束した額 / Promised amount.")
]
DayOption = Annotated[
    str | None, typer.Option("--day", metavar="DATE", help="日 / Day that was named.")
]
HourOption = Annotated[
    str | None, typer.Option("--at", metavar="HH:MM", help="時刻 / Hour that was named.")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="HH:MM", help="時間帯の終わり / End of hours.")
]
NameOption = Annotated[
    str | None, typer.Option("--name", help="名乗る個人名 / The personal name that is said.")
]
ByOption = Annotated[
    str, typer.Option("--by", metavar="LOGIN", help="担当者のログイン名 / Who calls.")
]


@app.command("reasons")
def reasons(
    number: Annotated[
        str | None, typer.Argument(metavar="MEMBER", help="会員番号 / Member number.")
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """用件の一覧。会員番号があれば、いま電話できるか / Reasons to call; for a member, which may be.

    例 / Examples:  motocho call reasons · motocho call reasons 00000001
    """
    from motocho.care.reasons import catalogue, talks

    output = output_in(lang)
    if number is None:
        with reading() as cursor:
            known = catalogue.in_force(cursor, clock.business_date())
        _list(output, list(known.cards.values()), json_wanted)
        return
    with reading() as cursor:
        found = talks.choices(cursor, member_of(cursor, number).member_id, clock.now())
    rows: list[dict[str, Any]] = []
    for one in found:
        against = [*one.refusals, *(each.refusal for each in one.hindrances)]
        opens = None if one.may_call or one.opens_at is None else one.opens_at.isoformat()
        rows.append(
            {
                "reason": one.card.reason.value,
                "name": output.text(one.card.ja, one.card.en),
                "may_call": one.may_call,
                "against": [each.what(output.language) for each in against],
                "rules": [each.rule_id for each in against],
                "opens_at": None if one.refusals else opens,
                "calls_today": one.calls_today,
            }
        )
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, "reasons": rows})
        return
    yes, no = output.text("電話できます", "may be called"), output.text("できません", "not now")
    lines = []
    for row in rows:
        lines.append(f"{row['reason']}  {row['name']}  {yes if row['may_call'] else no}")
        lines += [f"    {why}" for why in row["against"]]
    output.data("\n".join(lines) or output.text("ありません", "None"))


def _list(output: Output, cards: Sequence[catalogue.Card], json_wanted: bool) -> None:
    from motocho.documents.sheet import Align

    say = output.text
    if json_wanted:
        rows = [
            {
                "reason": card.reason.value,
                "name": say(card.ja, card.en),
                "purpose": card.purpose.value,
                "endings": {key: one.ending_id for key, one in card.keys.items()},
            }
            for card in cards
        ]
        output.document({"schema_version": SCHEMA_VERSION, "reasons": rows})
        return
    headers = [
        "REASON",
        say("用件", "Reason"),
        say("目的", "Purpose"),
        say("結果のキー", "Endings"),
    ]
    cells = [
        [
            card.reason.value,
            say(card.ja, card.en),
            card.purpose.value,
            " ".join(f"{key}:{one.ending_id}" for key, one in card.keys.items()),
        ]
        for card in cards
    ]
    output.data(grid(headers, [Align.LEFT] * len(headers), cells))


@app.command("note")
def note(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="メモ / The note.")],
    lang: LangOption = None,
) -> None:
    """メモを点検し、定型文（::名前）を開く。保存しない / Scan a note, open its pieces.

    例 / Examples:  motocho call note '::absent 夕方にもう一度'
    """
    from motocho.care.reasons import catalogue, notes

    output = output_in(lang)
    with reading() as cursor:
        known = catalogue.in_force(cursor, clock.business_date())
    found = notes.expanded(text, known.modules)
    if isinstance(found, Fault):
        raise InputError(found)
    faults = notes.scanned(found)
    if faults:
        raise InputError(*faults)
    output.data(found)


@app.command("begin")
def begin(
    number: NumberArgument,
    reason: ReasonArgument,
    by: ByOption,
    name: Annotated[
        str | None, typer.Option("--name", help="名乗る個人名 / The personal name that is said.")
    ] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", metavar="YEN", help="案内する限度額 / Limit told.")
    ] = None,
    product: Annotated[str, typer.Option("--product", help="商品 / Product.")] = "card",
    agreement: Annotated[
        int | None, typer.Option("--agreement", help="契約番号 / Which agreement.")
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """番号と台本の前半を出す。できなければ理由 / Ask to call: the number, what is said first.

    本人と確かめるまで、用件は出ません。 / The reason is not told before the member is known.

    例 / Examples:  motocho call begin 00000001 repayment --by tanaka ·
    motocho call begin 00000001 increase --limit 80万 --by tanaka
    """
    from motocho.care.reasons import catalogue, talks
    from motocho.contact.gate import Closed
    from motocho.contact.guard import Hand
    from motocho.loans.commands import Key
    from motocho.people.access import Action, may

    output = output_in(lang)
    chosen = _reason(reason)
    with opened() as cursor:
        member_id = member_of(cursor, number).member_id
        staff = _seen(cursor, by, member_id, f"reason {chosen.value}")
        heads = may(staff, Action.CALL_AT_WORK)
        if chosen is catalogue.Reason.EMPLOYMENT and not heads:
            raise NotAllowedError(Fault("CPN-004"))
        hand = Hand.SUPERVISOR if heads else Hand.STAFF
        caller = talks.Caller(name or _name(cursor, staff), staff.actor, hand)
        key = None if agreement is None else Key(member_id, agreement)
        proposed = None if limit is None else _proposed(cursor, product, limit)
        wanted = talks.Wanted(chosen, caller, _directory(cursor), key, proposed)
        answer = talks.begin(cursor, member_id, wanted, clock.now())
    if isinstance(answer, Closed):
        raise _closed(answer, output)
    if isinstance(answer, talks.TalkKey):
        broken("nothing here is sent twice", call=answer.attempt_id)
    if not isinstance(answer, talks.Begun):
        raise talks.refuse(answer)
    _show_begun(output, answer, json_wanted)


def _directory(cursor: Any) -> Directory:
    """The directory that two persons put in force, the operator's, or the fictional one."""
    from motocho.care.settings import directory_on
    from motocho.config.settings import DIRECTORY_FILE

    return directory_on(cursor, clock.business_date(), DIRECTORY_FILE)


def _closed(closed: Closed, output: Output) -> RefusedError:
    if closed.allowed_at is not None:
        opens = f"{closed.allowed_at.astimezone(clock.JAPAN):%Y-%m-%d %H:%M}"
        output.note(output.text(f"{opens}から電話できます", f"May be called from {opens}"))
    return RefusedError(*(one.refusal.fault() for one in closed.hindrances))


def _reason(text: str) -> catalogue.Reason:
    from motocho.care.reasons import catalogue

    try:
        return catalogue.Reason(text)
    except ValueError:
        raise InputError(Fault("RSN-001", column="REASON", excerpt=text)) from None


def _seen(cursor: Any, login_name: str, member_id: int, purpose: str) -> Staff:
    """Who looks at a member, what for; written down · PRIV-003.

    Raises    RefusedError for who may not.
    """
    from motocho.law.rules import Refusal
    from motocho.people import access
    from motocho.people.access import Action

    staff = replace(colleague(cursor, login_name), purpose=purpose)
    answer = access.ask(cursor, staff, Action.ASK_FOR_HELP, member_id, clock.now())
    if isinstance(answer, Refusal):
        raise RefusedError(answer.fault())
    return staff


def _name(cursor: Any, staff: Staff) -> str:
    from motocho.people import staff as colleagues

    return colleagues.account(cursor, staff.staff_id).name


def _proposed(cursor: Any, product_id: str, limit: str) -> scripts.Proposed:
    from motocho.care.reasons import scripts
    from motocho.loans import products

    limit_yen = yen_of(limit, "--limit")
    product = products.on_day(cursor, product_id, clock.business_date())
    return scripts.proposed(product, limit_yen, "--limit")


def _show_begun(output: Output, begun: talks.Begun, json_wanted: bool) -> None:
    until = begun.valid_until.astimezone(clock.JAPAN)
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "call": begun.key.attempt_id,
                "phone": begun.phone,
                "our_number": begun.our_number,
                "valid_until": until.isoformat(),
                "script": _script(begun.parts),
            }
        )
        return
    say = output.text
    head = [
        f"{say('通話', 'Call')} {begun.key.attempt_id}  {say(begun.card.ja, begun.card.en)}",
        f"{say('電話番号', 'Number')} {begun.phone}",
        f"{say('発信番号', 'From')} {begun.our_number}  {say('有効', 'until')} {until:%H:%M}",
    ]
    output.data("\n".join([*head, "", *_lines(begun.parts)]))


def _script(parts: Sequence[scripts.Said]) -> list[dict[str, object]]:
    return [
        {
            "part": one.part.value,
            "text": one.text,
            "questions": {each.question_id: each.ja for each in one.questions},
        }
        for one in parts
    ]


def _lines(parts: Sequence[scripts.Said]) -> list[str]:
    lines: list[str] = []
    for one in parts:
        lines += [f"[{one.part.value}]", one.text]
        lines += [f"  {each.question_id}: {each.ja}" for each in one.questions]
        lines.append("")
    return lines


@app.command("identify")
def identify(
    number: NumberArgument,
    call: CallArgument,
    items: Annotated[
        list[str],
        typer.Argument(
            metavar="ITEM...",
            help="birth_date, address, phone_digits, name_reading, employer",
        ),
    ],
    by: ByOption,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """答えを照合する。合えば用件の台本と質問を出す / Compare the answers; then the script.

    答えは項目の順に1行ずつ標準入力から読む。 / An answer a line, in the items' order.

    例 / Examples:  motocho call identify 00000001 12 birth_date address employer --by tanaka
    """
    from motocho.care.reasons import talks
    from motocho.care.reception import checks
    from motocho.contact.holds import Source
    from motocho.people.facts import matching

    output = output_in(lang)
    known = {one.value: one for one in matching.Item}
    strange = [one for one in items if one not in known]
    if strange:
        raise InputError(Fault("RSN-001", column="ITEM", excerpt=strange[0]))
    told = {known[one]: _answered(one) for one in items}
    with opened() as cursor:
        member_id = member_of(cursor, number).member_id
        staff = _seen(cursor, by, member_id, f"call {call}")
        key = talks.TalkKey(member_id, call)
        source = Source(staff.actor, reference_of(None))
        seat = checks.check(cursor, key, told, source, clock.now())
        parts = talks.heard(cursor, key, _directory(cursor), clock.now())
    if not seat.is_known:  # the miss is kept
        raise RefusedError(Fault("RSN-026", details={"least": str(checks.LEAST_RIGHT)}))
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, "script": _script(parts)})
        return
    output.data("\n".join(_lines(parts)))


def _answered(item: str) -> str:
    """What the caller says, never an argument: those are read by whoever looks at the machine."""
    if sys.stdin.isatty():
        return str(typer.prompt(item, "", show_default=False))
    return sys.stdin.readline().strip()


@app.command("end")
def end(
    number: NumberArgument,
    call: CallArgument,
    ending: Annotated[
        str, typer.Argument(metavar="ENDING", help="結果の名前かキー(0-9, -) / Name or key.")
    ],
    by: ByOption,
    note_text: NoteOption = "",
    said: SaidOption = "",
    yen: YenOption = None,
    day: DayOption = None,
    hour: HourOption = None,
    until: UntilOption = None,
    name: NameOption = None,
    answers: Annotated[
        list[str] | None,
        typer.Option(
            "--answer",
            metavar="QUESTION=agreed|understood|unclear[:WORDS]",
            help="質問への回答と、本人の質問 / An answer, and what was asked.",
        ),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """結果を登録する。停止・約束・業務も同時に行う / How it ended, and all that follows.

    例 / Examples:  motocho call end 00000001 12 6 --by tanaka --note ::absent ·
    motocho call end 00000001 12 not_now --by tanaka --said '今のところ必要ありません' ·
    motocho call end 00000001 12 promised --yen 5000 --day 2026-12-01 --by tanaka
    """
    from motocho.care.reasons import endings, talks
    from motocho.loans.commands import Made

    output = output_in(lang)
    on, moment = day_of(day, "--day"), _moment(day, hour, "--at")
    told = endings.Told(
        ending,
        note_text,
        said,
        amount_yen=None if yen is None else yen_of(yen, "--yen"),
        on=on,
        hour=moment,
        at_work=_at_work(moment, _moment(day, until, "--until"), name),
        answers=dict(_answer(one) for one in answers or ()),
    )
    reference = reference_of(None)
    with moving(reference) as cursor:
        member_id = member_of(cursor, number).member_id
        staff = _seen(cursor, by, member_id, f"call {call}")
        made = Made("desk", reference, business_date(cursor, None), clock.now(), staff.actor)
        done = endings.finish(
            cursor, talks.TalkKey(member_id, call), told, made, _directory(cursor)
        )
    _show_done(output, done, json_wanted)


def _moment(day: str | None, hour: str | None, option: str) -> datetime | None:
    """A moment in Japan: the hour of the day that is named, else of today."""
    if hour is None:
        return None
    try:
        at = time.fromisoformat(hour.zfill(len("00:00")))
    except ValueError:
        raise InputError(Fault("RSN-047", column=option, excerpt=hour)) from None
    on = day_of(day, "--day") or clock.business_date()
    return datetime.combine(on, at.replace(tzinfo=None), clock.JAPAN)


def _at_work(
    begins: datetime | None, ends: datetime | None, name: str | None
) -> endings.AtWork | None:
    from motocho.care.reasons import endings

    if begins is None or ends is None or name is None:
        return None
    return endings.AtWork(begins, ends, name)


def _answer(text: str) -> tuple[str, endings.Answered]:
    from motocho.care.reasons import catalogue, endings

    question, _, rest = text.partition("=")
    answer, _, asked = rest.partition(":")
    try:
        return question, endings.Answered(catalogue.Answer(answer), asked)
    except ValueError:
        raise InputError(Fault("RSN-048", column="--answer", excerpt=text)) from None


def _show_done(output: Output, done: endings.Followed, json_wanted: bool) -> None:
    held = [
        {
            "kind": one.hold.kind.value,
            "last_on": None if one.hold.last_on is None else one.hold.last_on.isoformat(),
        }
        for one in done.holds
    ]
    promised = [
        {"amount_yen": one.amount_yen, "pay_on": one.pay_on.isoformat()} for one in done.promises
    ]
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "ending": done.ending.ending_id,
                "holds": held,
                "promises": promised,
                "tasks": list(done.tasks),
                "cases": list(done.cases),
                "consultations": list(done.consultations),
            }
        )
        return
    say = output.text
    lines = [say(done.ending.ja, done.ending.en)]
    lines += [
        say(f"勧誘の停止 {one['last_on'] or '期限なし'}まで", f"No offers until {one['last_on']}")
        for one in held
    ]
    lines += [
        say(
            f"約束 {one['pay_on']} {one['amount_yen']:,}円",
            f"Promised {one['amount_yen']:,} yen by {one['pay_on']}",
        )
        for one in promised
    ]
    counted = {
        ("業務", "Tasks"): done.tasks,
        ("苦情", "Complaints"): done.cases,
        ("相談", "Consultations"): done.consultations,
    }
    for label, numbers in counted.items():
        if numbers:
            lines.append(f"{say(*label)} {', '.join(map(str, numbers))}")
    output.data("\n".join(lines))


@app.command("list")
def listed(
    number: NumberArgument, by: ByOption, json_wanted: JsonOption = False, lang: LangOption = None
) -> None:
    """会員への用件の電話と結果 / A member's calls for reasons, the newest first.

    例 / Examples:  motocho call list 00000001 --by tanaka
    """
    from motocho.care.reasons import talks
    from motocho.documents.sheet import Align

    output = output_in(lang)
    say = output.text
    with opened() as cursor:
        member_id = member_of(cursor, number).member_id
        _seen(cursor, by, member_id, "calls")
        found = talks.of_member(cursor, member_id)
    rows = [
        {
            "call": one.key.attempt_id,
            "reason": one.reason.value,
            "began_at": one.began_at.astimezone(clock.JAPAN).isoformat(timespec="minutes"),
            "identified": one.is_identified,
            "ending": one.ending or None,
            "note": one.note,
        }
        for one in found
    ]
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, "calls": rows})
        return
    headers = [say("通話", "Call"), say("用件", "Reason"), say("日時", "At"), say("結果", "Ending"),
               say("メモ", "Note")]  # fmt: skip
    names = ("call", "reason", "began_at", "ending", "note")
    cells = [[str(row[name] or "") for name in names] for row in rows]
    aligns = [Align.RIGHT, *[Align.LEFT] * (len(headers) - 1)]
    output.data(grid(headers, aligns, cells) if cells else say("ありません", "None"))
