"""`motocho contact …`: whether somebody may be reached, what stands against it [連絡]."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._options import JsonOption, LangOption, day_of
from motocho.cli._output import EXIT_CODES, Output
from motocho.cli.lending._book_of_loans import (
    ActorOption,
    AtOption,
    OnOption,
    made,
    member_of,
    moment_of,
    opened,
    output_in,
    reading,
    reference_of,
    today,
)
from motocho.contact import guard
from motocho.contact.guard import AgreementKind, Channel, HoldKind, Hours, Purpose, Whom
from motocho.outside import clock
from motocho.units.errors import Fault, InputError, RefusedError

if TYPE_CHECKING:
    from motocho.contact.guard import Hindrance

SCHEMA_VERSION = 1

app = typer.Typer(help="連絡の可否 / Contact.", no_args_is_help=True, rich_markup_mode=None)
NumberArgument = Annotated[
    str, typer.Argument(metavar="NUMBER", help="会員番号(8けた) / Member number, 8 digits.")
]
RefOption = Annotated[
    str | None,
    typer.Option("--ref", help="受付番号。同じ番号は一度だけ / Its reference; one counts once."),
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help="最終日 / The last day.")
]


@app.command("why")
def why(
    number: NumberArgument,
    purpose: Annotated[Purpose, typer.Option("--for", help="用件 / What for.")] = Purpose.ARREARS,
    channel: Annotated[Channel, typer.Option("--by", help="手段 / By what.")] = Channel.PHONE,
    whom: Annotated[Whom, typer.Option("--to", help="相手 / Whom.")] = Whom.OWN,
    at: AtOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """連絡できるか、できない理由と最初の日時 / May one be reached? Else why not, and when.

    見るだけで、許可は出ません。許可できないときの終了コードは 6 / It only looks; 6 where refused.

    例 / Examples:  motocho contact why 00000001 ·
    motocho contact why 00000001 --for campaign --by email --at 2026-11-24T21:00 --json
    """
    from motocho.contact import gate

    output, moment = output_in(lang), moment_of(at)
    way = guard.Way(channel, whom)
    with reading() as cursor:
        facts = gate.facts_of(cursor, member_of(cursor, number).member_id, moment)
    found = guard.hindrances(facts, purpose, moment, way)
    opens = guard.opens_at(facts, purpose, moment, way)
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "is_allowed": not found,
                "allowed_at": _text(opens) or None,
                "refusals": [_document(one) for one in found],
            }
        )
    elif not found:
        output.data(output.text("連絡できます", "Allowed"))
    else:
        for one in found:
            output.data(_line(one, output))
        never = output.text("未定（手続きが要ります）", "none; it needs somebody's deed")
        output.data(f"{output.text('最初の日時', 'First moment')}: {_text(opens) or never}")
    if found:
        raise typer.Exit(EXIT_CODES[RefusedError])


def _document(one: Hindrance) -> dict[str, Any]:
    from motocho.units.errors import Language

    return {
        "rule_id": one.refusal.rule_id,
        "law": [each.text(Language.JA) for each in one.refusal.citations],
        "what_ja": one.refusal.what(Language.JA),
        "what_en": one.refusal.what(Language.EN),
        "allowed_at": _text(one.allowed_at) or None,
    }


def _line(one: Hindrance, output: Output) -> str:
    law = " ".join(each.text(output.language) for each in one.refusal.citations)
    what, fix = one.refusal.what(output.language), one.refusal.fix(output.language)
    return f"{one.refusal.rule_id}  {what} / {fix} [{law}]"


def _text(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(clock.JAPAN).isoformat(timespec="minutes")


@app.command("hold")
def hold(
    number: NumberArgument,
    kind: Annotated[HoldKind, typer.Argument(metavar="KIND", help="種類 / What kind.")],
    until: UntilOption = None,
    about: Annotated[
        str, typer.Option("--about", help="協力を断った相手 / Who refused to help.")
    ] = "",
    ref: RefOption = None,
    actor: ActorOption = None,
    lang: LangOption = None,
) -> None:
    """連絡の制限を登録する / Write down why a member is left alone.

    例 / Examples:  motocho contact hold 00000001 bereavement --until 2026-12-01 ·
    motocho contact hold 00000001 third_refused --about 兄
    """
    from motocho.contact import holds

    output, on = output_in(lang), today(None)
    wish = holds.Wish(kind, day_of(until, "--until"), about=about)
    with opened() as cursor:
        told = made(on, reference_of(ref), actor)
        source = holds.Source(told.actor, told.external_ref)
        member_id = member_of(cursor, number).member_id
        standing = holds.put(cursor, member_id, wish, source, told.booked_at)
    last = standing.hold.last_on
    ja, en = (
        f"{last}まで" if last else "解除まで",
        f"until {last}" if last else "until it is lifted",
    )
    output.data(f"{standing.hold_id}  {kind.value}  {output.text(ja, en)}")


@app.command("lift")
def lift(
    number: NumberArgument,
    hold_id: Annotated[int, typer.Argument(metavar="HOLD", help="制限の番号 / Its number.")],
    actor: ActorOption = None,
    lang: LangOption = None,
) -> None:
    """連絡の制限を解除する / End what kept somebody from being reached; it stays written down.

    例 / Examples:  motocho contact lift 00000001 3 · motocho contact lift 00000001 3 --lang en
    """
    from motocho.contact import holds

    output = output_in(lang)
    with opened() as cursor:
        told = made(today(None), reference_of(None), actor)
        member_id = member_of(cursor, number).member_id
        holds.end(cursor, member_id, hold_id, told.actor, told.booked_at)
    output.data(output.text("解除しました", "Lifted"))


@app.command("agree")
def agree(
    number: NumberArgument,
    kind: Annotated[AgreementKind, typer.Argument(metavar="KIND", help="種類 / What to.")],
    hours: Annotated[
        str, typer.Option("--hours", metavar="FROM-UNTIL", help="時間帯 / Hours, as 12-13.")
    ],
    on: OnOption = None,
    until: UntilOption = None,
    ref: RefOption = None,
    actor: ActorOption = None,
    lang: LangOption = None,
) -> None:
    """勤務先への電話の同意を登録する / Write down that a member agreed to a call at work.

    例 / Examples:  motocho contact agree 00000001 employment_check --hours 14-15 ·
    motocho contact agree 00000001 work_calls --hours 12-13 --on 2026-12-01 --until 2026-12-31
    """
    from motocho.contact import holds

    output, first = output_in(lang), today(on)
    agreed = guard.Agreement(kind, first, day_of(until, "--until") or first, _hours(hours))
    with opened() as cursor:
        told = made(first, reference_of(ref), actor)
        source = holds.Source(told.actor, told.external_ref)
        member_id = member_of(cursor, number).member_id
        found = holds.agree(cursor, member_id, agreed, source, told.booked_at)
    output.data(f"{found}  {kind.value}  {agreed.from_on} - {agreed.last_on} {hours}")


def _hours(text: str) -> Hours:
    begins, _, ends = text.partition("-")
    if not (begins.isascii() and begins.isdigit() and ends.isascii() and ends.isdigit()):
        raise InputError(Fault("CON-052", column="--hours", excerpt=text))
    return Hours(int(begins), int(ends))


@app.command("refused")
def refused(on: OnOption = None, json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """拒否された連絡を規則ごとに数える / How often each rule refused somebody on a day.

    例 / Examples:  motocho contact refused · motocho contact refused --on 2026-11-24 --json
    """
    from motocho.contact import calls
    from motocho.law.rules import rule

    output, day = output_in(lang), today(on)
    begins = datetime(day.year, day.month, day.day, tzinfo=clock.JAPAN)
    with reading() as cursor:
        counted = calls.refusals(cursor, begins, begins + timedelta(days=1))
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, "on": f"{day}", "refusals": counted})
        return
    if not counted:
        output.data(output.text("拒否された連絡は0件です", "Nothing was refused"))
    for rule_id, count in counted.items():
        said = output.text(rule(rule_id).error_ja, rule(rule_id).error_en)
        output.data(f"{count:>6}  {rule_id}  {said}")
