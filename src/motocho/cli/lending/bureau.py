"""`motocho bureau …`: what passes with the credit bureau, what waits for a person [信用情報]."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption, day_of
from motocho.cli.lending import staff
from motocho.cli.lending._book_of_loans import (
    ActorOption,
    business_date,
    connect,
    made,
    meant,
    member_of,
    opened,
    output_in,
    reference_of,
    today,
    within,
)
from motocho.documents.sheet import Align
from motocho.outside import clock
from motocho.units.errors import Fault, InputError

if TYPE_CHECKING:
    from motocho.screening.bureau import Bureau, Cause

SCHEMA_VERSION = 1
NumberArgument = Annotated[
    str, typer.Argument(metavar="NUMBER", help="会員番号(8けた) / Member number, 8 digits.")
]
BureauOption = Annotated[
    str | None, typer.Option("--bureau", metavar="ID", help="機関(照会先) / The bureau.")
]

app = typer.Typer(help="信用情報機関 / Credit bureau.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """信用情報機関 / Credit bureau."""


@app.command("join")
def join(
    bureau_id: Annotated[str, typer.Argument(metavar="ID", help="機関コード / Its code.")],
    company_code: Annotated[str, typer.Argument(metavar="CODE", help="会員コード / Our code.")],
    since: Annotated[str, typer.Argument(metavar="DATE", help="加入日 / From which day.")],
    terms: Annotated[str, typer.Option("--terms", help="cic · jicc")] = "jicc",
    form: Annotated[str, typer.Option("--form", help="fixed · json")] = "fixed",
    only_reports: Annotated[
        bool, typer.Option("--only-reports", help="照会はしない / Ask another one.")
    ] = False,
    actor: ActorOption = None,
    lang: LangOption = None,
) -> None:
    """加入した機関を登録し、残高のある契約を登録待ちにする / Join; what is owed is reported first.

    例 / Examples:  motocho bureau join jicc 1234 2026-04-01 ·
    motocho bureau join cic 5678 2026-04-01 --terms cic --form json --only-reports
    """
    from motocho.loans.commands import Key
    from motocho.outside.bureau import Form
    from motocho.screening import bureau

    output, at = output_in(lang), clock.now()
    joined_on = day_of(since, "DATE") or clock.business_date()
    try:
        how = Form(form), bureau.Terms(terms)
    except ValueError:
        raise InputError(Fault("BUR-043")) from None
    one = bureau.Bureau(bureau_id, company_code, joined_on, *how, is_asked=not only_reports)
    with opened() as cursor:
        bureau.join(cursor, one, made(today(None), reference_of(None), actor).actor, at)
    count, after = 0, Key(0, 0)
    while True:
        with within("bureau join") as cursor:
            more, last = bureau.following.report_all(cursor, one, after, at)
        count += more
        if last is None:
            break
        after = last
    output.data(
        output.text(
            f"{bureau_id}に加入しました。残高のある契約{count}件を登録します",
            f"Joined {bureau_id}; {count} agreements that owe are reported",
        )
    )


@app.command("carry")
def carry(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """照会・登録を送り、回答・受付結果を取り込む / Send what waits, take in what came.

    例 / Examples:  motocho bureau carry · motocho bureau carry --json
    """
    from motocho.config import worker

    output = output_in(lang)
    connect()
    done = worker.carry_bureau()
    if json_wanted:
        names = {name: getattr(done, name) for name in done.__slots__}
        output.document({"schema_version": SCHEMA_VERSION, **names})
        return
    output.data(
        output.text(
            f"送信{done.files_out}、受信{done.files_in}（回答{done.counted}、本人の確認待ち"
            f"{done.doubtful}、受付結果{done.receipts}、読めないファイル{done.faulty}）",
            f"{done.files_out} files out, {done.files_in} in: {done.counted} answers,"
            f" {done.doubtful} in doubt, {done.receipts} receipts, {done.faulty} unreadable",
        )
    )


@app.command("ask")
def ask(
    number: NumberArgument,
    purpose: Annotated[
        str, typer.Option("--purpose", help="new_contract · increase · monitoring")
    ] = "monitoring",
    need: Annotated[
        str | None, typer.Option("--need", help="同じ必要は一度だけ / Asked once for a need.")
    ] = None,
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """返済能力の調査のために照会する / Ask about a member, for a survey of repayment capacity.

    例 / Examples:  motocho bureau ask 00000001 ·
    motocho bureau ask 00000001 --purpose increase --need "increase 7"
    """
    from motocho.law.rules import Refusal
    from motocho.outside.bureau import Purpose
    from motocho.screening import bureau
    from motocho.units.errors import RefusedError

    output = output_in(lang)
    try:
        wanted = Purpose(purpose)
    except ValueError:
        raise InputError(Fault("BUR-044")) from None
    told = made(today(None), reference_of(None), actor)
    with opened() as cursor:
        member = member_of(cursor, number)
        ref = need or f"{wanted.value} {told.booked_at.date()}"
        found = bureau.ask(
            cursor, member.member_id, bureau.Need(wanted, ref), told.actor, told.booked_at
        )
        if isinstance(found, Refusal):
            raise RefusedError(found.fault())
    if json_wanted:
        output.document(
            {"schema_version": SCHEMA_VERSION, "inquiry": found.key.ref, "state": found.state.value}
        )
        return
    output.data(
        output.text(
            f"照会{found.key.ref}（{found.state.value}）",
            f"Inquiry {found.key.ref}: {found.state.value}",
        )
    )


@app.command("show")
def show(
    number: Annotated[
        str | None,
        typer.Argument(metavar="[NUMBER]", help="会員番号 / A member.", show_default=False),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """人を待つもの、または会員の照会と登録 / What waits for a person; or of one member.

    例 / Examples:  motocho bureau show · motocho bureau show 00000001 --json
    """
    output = output_in(lang)
    with opened() as cursor:
        rows = _waiting(cursor) if number is None else _of_member(cursor, number)
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, "rows": rows})
        return
    if not rows:
        output.data(output.text("何もありません", "There is nothing"))
        return
    heads = [output.text("種類", "What"), output.text("番号", "Number"),
             output.text("状態", "State"), output.text("内容", "About")]  # fmt: skip
    table = [[row["what"], row["ref"], row["state"], row["about"]] for row in rows]
    output.data(grid(heads, [Align.LEFT] * 4, table))


def _waiting(cursor: Any) -> list[dict[str, str]]:
    from motocho.screening import bureau

    faulty = bureau.memberships.unreadable(cursor)
    return [
        *(
            _row("membership", one.bureau_id, "asked" if one.is_asked else "reported",
                 f"{one.company_code} {one.joined_on} {one.form.value}")
            for one in bureau.memberships.every(cursor)
        ),
        *(_inquiry(one) for one in bureau.inquiries.doubtful(cursor)),
        *(_inquiry(one) for one in bureau.inquiries.unanswered(cursor, clock.now())),
        *(
            _row("report", one.key.ref, one.state.value, one.reason)
            for one in bureau.reports.rejected(cursor)
        ),
        *(_row("file", name, "unreadable", ", ".join(faults)) for name, faults in faulty),
    ]  # fmt: skip


def _of_member(cursor: Any, number: str) -> list[dict[str, str]]:
    from motocho.screening import bureau

    member = member_of(cursor, number)
    return [
        *(_inquiry(one) for one in bureau.inquiries.of_member(cursor, member.member_id)),
        *(
            _row("report", one.key.ref, one.state.value,
                 f"{one.agreement.agreement_id} {one.seq_no} {one.kind.value} {one.as_of_on}")
            for one in bureau.reports.of_member(cursor, member.member_id)
        ),
    ]  # fmt: skip


def _inquiry(one: Any) -> dict[str, str]:
    return _row("inquiry", one.key.ref, one.state.value, one.need)


def _row(what: str, ref: str, state: str, about: str) -> dict[str, str]:
    return {"what": what, "ref": ref, "state": state, "about": about}


@app.command("judge")
def judge(
    inquiry: Annotated[str, typer.Argument(metavar="INQUIRY", help="照会番号 / I1-2.")],
    by: Annotated[str, typer.Option("--by", help="審査担当の名前 / Login of a reviewer.")],
    found: Annotated[
        int | None,
        typer.Option("--found", help="該当者の順(1から)。なければ別人 / Which; none: nobody."),
    ] = None,
    lang: LangOption = None,
) -> None:
    """本人かどうかを決める / Say whose a doubtful answer is.

    例 / Examples:  motocho bureau judge I1-2 --by suzuki --found 1 ·
    motocho bureau judge I1-2 --by suzuki
    """
    from motocho.screening import bureau

    output, reference = output_in(lang), reference_of(None)
    member, _, number = inquiry.removeprefix("I").partition("-")
    if not (member.isdecimal() and number.isdecimal()) or (found is not None and found < 1):
        raise InputError(Fault("BUR-034", excerpt=inquiry))
    key = bureau.InquiryKey(int(member), int(number))
    connect()
    with within(reference) as cursor:
        told = made(business_date(cursor, None), reference, by)
        last = bureau.answers.kept(cursor, key)[-1:]
        answer_no = last[0].answer_no if last else 0
        judged = bureau.Judged(answer_no, None if found is None else found - 1)
        bureau.judge(cursor, key, judged, (staff.colleague(cursor, by), told))
    output.data(output.text(f"照会{inquiry}を決めました", f"Inquiry {inquiry} is decided"))


@app.command("again")
def again(
    report: Annotated[str, typer.Argument(metavar="REPORT", help="登録番号 / R1-2.")],
    actor: ActorOption = None,
    lang: LangOption = None,
) -> None:
    """受け付けられなかった登録を、いまの事実でやり直す / Report anew what was not taken.

    例 / Examples:  motocho bureau again R1-2 · motocho bureau again R1-2 --actor suzuki
    """
    from motocho.screening import bureau

    output = output_in(lang)
    key = bureau.reports.key_of(report)
    if key is None:
        raise InputError(Fault("BUR-040", excerpt=report))
    with opened() as cursor:
        one, cause, who = _held(cursor, bureau.reports.one(cursor, key).bureau_id, actor)
        anew = bureau.reports.again(cursor, one, key, who, cause)
    output.data(output.text(f"登録{anew.key.ref}", f"Report {anew.key.ref}"))


@app.command("clear")
def clear(
    agreement: Annotated[
        str,
        typer.Argument(
            metavar="AGREEMENT",
            help="会員番号、または 会員番号/契約番号 / Member number, or member number/agreement.",
        ),
    ],
    bureau_id: BureauOption = None,
    actor: ActorOption = None,
    lang: LangOption = None,
) -> None:
    """初めから誤りだった異動を取り消す / Take an entry of trouble back that never was right.

    例 / Examples:  motocho bureau clear 00000001 · motocho bureau clear 00000001/2 --bureau cic
    """
    from motocho.screening import bureau

    output = output_in(lang)
    with opened() as cursor:
        key = meant(cursor, agreement).key
        one, cause, who = _held(cursor, bureau_id, actor)
        done = bureau.reports.clear(cursor, one, key, who, cause)
    output.data(output.text(f"登録{done.key.ref}", f"Report {done.key.ref}"))


def _held(cursor: Any, bureau_id: str | None, actor: str | None) -> tuple[Bureau, Cause, str]:
    """The bureau with its reader held, why a report is made, and by whom."""
    from motocho.screening import bureau

    on, reference = business_date(cursor, None), reference_of(None)
    told = made(on, reference, actor)
    name = bureau_id
    if name is None:
        asked = bureau.memberships.asked(cursor, on)
        name = "" if asked is None else asked.bureau_id
    one = bureau.memberships.one(cursor, name)
    bureau.following.hold(cursor, one)
    return one, bureau.Cause(f"cli {reference}", told.booked_at, on), told.actor


@app.command("play")
def play(
    bureau_id: Annotated[str, typer.Argument(metavar="ID", help="機関コード / Its code.")],
    company_code: Annotated[str, typer.Argument(metavar="CODE", help="会員コード / Our code.")],
    people: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="登録者(JSON) / Whom it holds.", show_default=False),
    ] = None,
    lang: LangOption = None,
) -> None:
    """模擬の機関として、送ったファイルに答える / Answer what was sent, as a bureau would.

    例 / Examples:  motocho bureau play jicc 1234 · motocho bureau play jicc 1234 people.json
    """
    from motocho.outside.bureau import from_environment
    from motocho.outside.fakes import FakeBureau, people_of

    output = output_in(lang)
    held = [] if people is None else people_of(people.read_text(encoding="utf-8"))
    it = FakeBureau(company_code, held, bureau=bureau_id)
    count = it.carry(from_environment(bureau_id).folder, clock.business_date())
    output.data(output.text(f"ファイル{count}", f"{count} files"))
