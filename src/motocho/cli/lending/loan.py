"""`motocho loan …`: agreements opened, drawn on, repaid, shown, explained [契約の操作と照会]."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from motocho.cli._files import write_bytes
from motocho.cli._options import JsonOption, LangOption, day_of, yen_of
from motocho.cli._output import Output
from motocho.cli.lending._book_of_loans import (
    ActorOption,
    AgreementArgument,
    OnOption,
    RefOption,
    business_date,
    made,
    meant,
    member_of,
    moving,
    opened,
    output_in,
    reference_of,
    today,
)
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, InputError, broken, clipped
from motocho.units.money import yen_text

if TYPE_CHECKING:
    from motocho.loans.commands import Done, Key, Made
    from motocho.loans.monitoring import Income
    from motocho.loans.queries import BureauSaid, IncomeShown, StatementRow

SCHEMA_VERSION = 1
LAST_DAY_OF_MONTH = 31

app = typer.Typer(help="契約 / Agreements.", no_args_is_help=True, rich_markup_mode=None)


class SchemeName(StrEnum):
    """Values of --scheme."""

    EVERY_35_DAYS = "every_35_days"
    MONTHLY = "monthly"


class PaperName(StrEnum):
    """Values of --kind: the papers of 施行規則10条の17第1項."""

    WITHHOLDING_SLIP = "withholding_slip"
    PAYMENT_RECORD = "payment_record"
    PAY_SLIPS = "pay_slips"
    TAX_RETURN = "tax_return"
    BLUE_STATEMENT = "blue_statement"
    INCOME_BREAKDOWN = "income_breakdown"
    TAX_NOTICE = "tax_notice"
    TAX_CERTIFICATE = "tax_certificate"
    INCOME_CERTIFICATE = "income_certificate"
    PENSION_CERTIFICATE = "pension_certificate"
    PENSION_NOTICE = "pension_notice"


class MoneyName(StrEnum):
    """Values of --via."""

    BANK = "bank"
    PARTNER_MACHINES = "partner_machines"
    COLLECTION_AGENTS = "collection_agents"


class UndoneName(StrEnum):
    """Values of --undone."""

    HIDDEN = "hidden"
    SHOWN = "shown"


class HistoryForm(StrEnum):
    """Values of --out."""

    TABLE = "table"
    JSON = "json"
    CASE = "case"
    CSV = "csv"


MemberArgument = Annotated[str, typer.Argument(metavar="MEMBER", help="会員番号 / Member number.")]
LimitOption = Annotated[
    str, typer.Option("--limit", metavar="YEN", help="契約極度額 / Contract limit.")
]
ViaOption = Annotated[
    MoneyName, typer.Option("--via", help="お金の出入り口 / Where money comes from or goes to.")
]


@app.command("survey")
def survey(
    member: MemberArgument,
    limit: LimitOption,
    income: Annotated[str, typer.Option("--income", metavar="YEN", help="年収 / Yearly income.")],
    others: Annotated[
        str, typer.Option("--others", metavar="YEN", help="他社の残高 / Owed to other lenders.")
    ],
    bureau_ref: Annotated[
        str, typer.Option("--bureau", metavar="REF", help="信用情報の照会番号 / Of the inquiry.")
    ],
    basis: Annotated[
        str, typer.Option("--basis", metavar="REF", help="審査の記録 / The decision it belongs to.")
    ],
    evidence: Annotated[
        str | None,
        typer.Option("--evidence", metavar="REF", help="収入証明書 / The paper of the income."),
    ] = None,
    issued: Annotated[
        str | None, typer.Option("--issued", metavar="DAY", help="その発行日 / Its day.")
    ] = None,
    kind: Annotated[PaperName | None, typer.Option("--kind", help="その種類 / Its kind.")] = None,
    shows_until: Annotated[
        str | None,
        typer.Option("--shows-until", metavar="DAY", help="示す期間の末日 / Last day it shows."),
    ] = None,
    agreement: Annotated[
        int, typer.Option("--agreement", metavar="N", help="増額する契約 / Whose limit rises.")
    ] = 0,
    on: OnOption = None,
    ref: RefOption = None,
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """返済能力の調査を記録する / Write down a survey of what somebody can repay.

    What the bureau answered and the paper are kept with it; a contract needs its number, once.

    例 / Examples:  motocho loan survey 00000001 --limit 50万 --income 360万 --others 0
    --bureau B-17 --basis APP-3 · … --limit 80万 --evidence DOC-5 --issued 2026-01-20
    --kind withholding_slip --shows-until 2025-12-31
    """
    from motocho.loans.commands import surveys

    output = output_in(lang)
    named, reference = day_of(on, "--on"), reference_of(ref)
    means = _Means(yen_of(income, "--income"), yen_of(others, "--others"), bureau_ref)
    limit_yen = yen_of(limit, "--limit")
    days = day_of(issued, "--issued"), day_of(shows_until, "--shows-until")
    paper = _paper(evidence, kind, days, means.annual_yen)
    with moving(reference) as cursor:
        way = made(business_date(cursor, named), reference, actor)
        member_id = member_of(cursor, member).member_id
        said, shown = _kept(cursor, member_id, means, paper, way)
        looked = surveys.Surveyed(limit_yen, said, means.annual_yen, basis, shown, agreement)
        number = surveys.make(cursor, member_id, looked, way)
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, "survey": number})
        return
    output.data(output.text(f"調査を記録しました: {number}", f"Survey written down: {number}"))


class _Means(NamedTuple):
    annual_yen: int
    others_yen: int
    bureau_ref: str


def _paper(
    evidence: str | None,
    kind: PaperName | None,
    days: tuple[date | None, date | None],
    annual_yen: int,
) -> tuple[str, Income] | None:
    """The paper of the income, said whole or not at all."""
    from motocho.law.lending import PaperKind, Shown
    from motocho.loans.monitoring import Income

    issued_on, until_on = days
    if evidence is not None and issued_on and kind and until_on:
        shown = Shown(PaperKind(kind.value), until_on)
        return evidence, Income(issued_on, annual_yen, shown)
    if any(one is not None for one in (evidence, issued_on, kind, until_on)):
        raise InputError(Fault("LNC-014", column="--issued"))
    return None


def _kept(
    cursor: Any, member_id: int, means: _Means, paper: tuple[str, Income] | None, way: Made
) -> tuple[BureauSaid, IncomeShown | None]:
    """The bureau's answer and the paper of the income, written down."""
    from motocho.loans import commands, queries

    answer = commands.BureauAnswer(way.business_on, means.others_yen, means.bureau_ref)
    commands.record_bureau_answer(cursor, member_id, answer, way)
    said, shown = queries.newest_answer(cursor, member_id), None
    if said is None:
        broken("the bureau's answer was written", member=member_id)
    if paper is not None:
        evidence = commands.Evidence(paper[1], paper[0])
        commands.record_income(cursor, member_id, evidence, way)
        shown = queries.newest_income(cursor, member_id)
    return said, shown


@app.command("open")
def open_(
    member: MemberArgument,
    product: Annotated[str, typer.Option("--product", metavar="NAME", help="商品 / Product.")],
    limit: LimitOption,
    survey_no: Annotated[
        int, typer.Option("--survey", metavar="N", help="返済能力の調査 / Of `loan survey`.")
    ],
    scheme: Annotated[
        SchemeName, typer.Option("--scheme", help="返済期日の方式 / How due dates follow.")
    ] = SchemeName.EVERY_35_DAYS,
    day: Annotated[
        int, typer.Option("--day", metavar="DAY", help="毎月の返済日 / Day of the month.")
    ] = 0,
    on: OnOption = None,
    ref: RefOption = None,
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """契約する / Open an agreement.

    例 / Examples:  motocho loan open 00000001 --product card --limit 50万 --survey 12 ·
    motocho loan open 00000001 --product card --limit 50万 --survey 12 --scheme monthly --day 27
    """
    from motocho.kernel.schedule import Scheme
    from motocho.loans import commands

    output = output_in(lang)
    if scheme is SchemeName.MONTHLY and not 1 <= day <= LAST_DAY_OF_MONTH:
        raise InputError(Fault("LNC-007", column="--day", excerpt=str(day)))
    named, reference = day_of(on, "--on"), reference_of(ref)
    chosen = Scheme[scheme.name]
    wanted = commands.Opening(
        product, yen_of(limit, "--limit"), chosen, day if chosen is Scheme.MONTHLY else 0, survey_no
    )
    with moving(reference) as cursor:
        way = made(business_date(cursor, named), reference, actor)
        member_id = member_of(cursor, member).member_id
        done = commands.open_agreement(cursor, member_id, wanted, way)
    name = f"{member}/{done.key.agreement_id}"
    if json_wanted:
        output.document(_done(done, reference))
        return
    output.data(output.text(f"契約しました: {name}", f"Opened: {name}"))
    _tell_repeat(done, reference, output)


@app.command("draw")
def draw(
    agreement: AgreementArgument,
    amount: Annotated[str, typer.Argument(metavar="YEN", help="金額 / Amount.")],
    via: ViaOption = MoneyName.BANK,
    on: OnOption = None,
    ref: RefOption = None,
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """貸し付ける / Lend on an agreement; the money leaves at once.

    例 / Examples:  motocho loan draw 00000001 5万 · motocho loan draw 00000001/3 50000 --ref ATM-17
    """
    from motocho.ledger.chart import Account
    from motocho.loans import commands

    output = output_in(lang)
    yen = yen_of(amount, "YEN")
    named, reference = day_of(on, "--on"), reference_of(ref)
    with moving(reference) as cursor:
        way = made(business_date(cursor, named), reference, actor, Account[via.name])
        key = meant(cursor, agreement).key
        done = commands.draw(cursor, key, yen, way)
    _tell(done, reference, output, json_wanted=json_wanted)


@app.command("repay")
def repay(
    agreement: AgreementArgument,
    amount: Annotated[str, typer.Argument(metavar="YEN", help="金額 / Amount.")],
    value_on: Annotated[
        str | None,
        typer.Option(
            "--value-on",
            metavar="DATE",
            help="着金日 / Day the money arrived (default: --on).",
            show_default=False,
        ),
    ] = None,
    via: ViaOption = MoneyName.BANK,
    on: OnOption = None,
    ref: RefOption = None,
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """入金を記帳する / Book money that came.

    例 / Examples:  motocho loan repay 00000001 5000 ·
    motocho loan repay 00000001 5000 --value-on 2026-11-14 --ref BANK-20261114-3
    """
    from motocho.ledger.chart import Account
    from motocho.loans import commands

    output = output_in(lang)
    yen = yen_of(amount, "YEN")
    named, reference = day_of(on, "--on"), reference_of(ref)
    arrived_on = day_of(value_on, "--value-on")
    with moving(reference) as cursor:
        way = made(business_date(cursor, named), reference, actor, Account[via.name])
        arrived_on = arrived_on or way.business_on
        key = meant(cursor, agreement).key
        done = commands.receive(cursor, key, yen, arrived_on, way)
    _tell(done, reference, output, json_wanted=json_wanted)


@app.command("reverse")
def reverse(
    agreement: AgreementArgument,
    event_no: Annotated[
        int, typer.Argument(metavar="EVENT", help="取引の番号 / The event's number.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="理由 / Why, kept for good.")],
    on: OnOption = None,
    ref: RefOption = None,
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """取引を、なかったこととして取り消す / Undo an event as if it had not been.

    あとの取引は計算し直す。ほかの会員の入金、着金のあとに戻った振込など /
    What came after is reckoned anew: for another's money, or a transfer that came back late.

    例 / Examples:  motocho loan reverse 00000001 17 --reason 別の会員の入金 ·
    motocho loan reverse 00000001/3 4 --reason 組戻し --ref BANK-20261114-9
    """
    from motocho.loans import commands

    output = output_in(lang)
    named, reference = day_of(on, "--on"), reference_of(ref)
    with moving(reference) as cursor:
        way = made(business_date(cursor, named), reference, actor)
        key = meant(cursor, agreement).key
        done = commands.reverse(cursor, key, event_no, reason, way)
    _tell(done, reference, output, json_wanted=json_wanted)


_PARTS = (
    ("to_costs_yen", "費用", "costs"),
    ("to_damages_yen", "損害金", "damages"),
    ("to_interest_yen", "利息", "interest"),
    ("to_principal_yen", "元金", "principal"),
    ("to_written_off_yen", "償却済みの元金", "written off"),
    ("to_excess_yen", "お預り", "held"),
)


def _done(done: Done, reference: str) -> dict[str, Any]:
    """What a command did, as its one document."""
    state = done.step.state
    return {
        "schema_version": SCHEMA_VERSION,
        "member_id": done.key.member_id,
        "agreement_id": done.key.agreement_id,
        "event_no": done.event_no,
        "entry_id": done.entry_id,
        "reference": reference,
        "is_repeat": done.is_repeat,
        **{name: getattr(done.step, name) for name, _, _ in _PARTS},
        "principal_yen": state.principal_yen,
        "unpaid_interest_yen": state.interest_yen,
        "unpaid_damages_yen": state.damages_yen,
        "excess_yen": state.excess_yen,
    }


def _tell(done: Done, reference: str, output: Output, *, json_wanted: bool) -> None:
    if json_wanted:
        output.document(_done(done, reference))
        return
    say = output.text
    parts = [
        say(
            f"{ja} {yen_text(getattr(done.step, name))}円", f"{en} {getattr(done.step, name):,} yen"
        )
        for name, ja, en in _PARTS
        if getattr(done.step, name)
    ]
    left = yen_text(done.step.state.principal_yen)
    lines = [
        say(f"取引{done.event_no} 受付番号 {reference}", f"Event {done.event_no}, {reference}")
    ]
    if parts:
        lines.append(say("、", ", ").join(parts))
    lines.append(say(f"残元金 {left}円", f"Principal {left} yen"))
    output.data("\n".join(lines))
    _tell_repeat(done, reference, output)


def _tell_repeat(done: Done, reference: str, output: Output) -> None:
    if done.is_repeat:
        output.note(
            output.text(
                f"受付番号 {reference} は前に済んでいます。今回、お金は動いていません",
                f"Reference {reference} was done before; no money moved this time",
            )
        )


# ------------------------------------------------------------------------------------- queries
@app.command("show")
def show(
    agreement: AgreementArgument,
    on: OnOption = None,
    as_known_at: Annotated[
        str | None,
        typer.Option(
            "--as-known-at",
            metavar="MOMENT",
            help="その日時に知られていたとおりに / As it was known at a moment.",
            show_default=False,
        ),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """ある日の残高と状態 / Where an agreement stands on a day: past, today, to come.

    例 / Examples:  motocho loan show 00000001 · motocho loan show 00000001/3 --on 2027-01-31
    """
    from motocho.cli.lending import _loan_texts as texts
    from motocho.loans import queries

    output = output_in(lang)
    moment = _moment(as_known_at)
    with opened() as cursor:
        key, name = meant(cursor, agreement)
        found = queries.position(cursor, key, today(on), as_known_at=moment)
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, **found.document()})
        return
    output.data(texts.position_text(found, name, output))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fault = Fault("LNC-006", column="--as-known-at", excerpt=clipped(text))
        raise InputError(fault) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=JAPAN)


@app.command("quote")
def quote(
    agreement: AgreementArgument,
    on: OnOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """完済額と、その内訳 / What settles an agreement on a day, and why.

    例 / Examples:  motocho loan quote 00000001 · motocho loan quote 00000001 --on 2026-12-25 --json
    """
    from motocho.cli.lending import _loan_texts as texts
    from motocho.loans import queries

    output = output_in(lang)
    with opened() as cursor:
        key, name = meant(cursor, agreement)
        found = queries.payoff_quote(cursor, key, today(on))
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, **found.document()})
        return
    output.data(texts.quote_text(found, name, output))


@app.command("history")
def history(
    agreement: AgreementArgument,
    from_on: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="DATE", help="この日から / From this day.", show_default=False
        ),
    ] = None,
    until_on: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="DATE", help="この日まで / Up to this day.", show_default=False
        ),
    ] = None,
    undone: Annotated[
        UndoneName, typer.Option("--undone", help="取消済みの取引 / Cancelled events.")
    ] = UndoneName.HIDDEN,
    out: Annotated[
        HistoryForm | None,
        typer.Option(
            "--out",
            help="出力の形。caseは引き直し計算用 / Form; case is for `motocho recalc`.",
            show_default=False,
        ),
    ] = None,
    path: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="PATH", help="書き出す先 / Write here.", show_default=False
        ),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """取引履歴 / The rows of an agreement; as a case file, `motocho recalc run` reads it.

    例 / Examples:  motocho loan history 00000001 ·
    motocho loan history 00000001 --out case -o case.json
    """
    output = output_in(lang)
    form = out or HistoryForm.TABLE
    if json_wanted and form is not HistoryForm.CASE:
        form = HistoryForm.JSON
    days = (day_of(from_on, "--from") or date.min, day_of(until_on, "--until") or today(None))
    with opened() as cursor:
        key = meant(cursor, agreement).key
        if form in {HistoryForm.CASE, HistoryForm.CSV}:
            rendered = _case(cursor, key, form, days[1])
        else:
            rendered = _rendered(_rows(cursor, key, days, undone), form, output)
    if path is not None:
        write_bytes(rendered, path)
        output.note(output.text(f"{path} に書きました", f"Wrote {path}"))
    else:
        output.raw(rendered)


def _case(cursor: Any, key: Key, form: HistoryForm, until: date) -> bytes:
    import orjson

    from motocho.loans import queries

    case = queries.history_case(cursor, key, until, queries.Amounts.PAID)
    if form is HistoryForm.CSV:
        return case.table().encode()
    return orjson.dumps(case.document(), option=orjson.OPT_INDENT_2) + b"\n"


def _rows(cursor: Any, key: Key, days: tuple[date, date], undone: UndoneName) -> list[StatementRow]:
    from motocho.loans import queries

    return queries.statement(cursor, key, days[0], days[1], queries.Undone[undone.name])


def _rendered(rows: list[StatementRow], form: HistoryForm, output: Output) -> bytes:
    import orjson

    from motocho.cli.lending import _loan_texts as texts

    if form is HistoryForm.JSON:
        document = {
            "schema_version": SCHEMA_VERSION,
            "rows": [row.document() for row in rows],
        }
        return orjson.dumps(document) + b"\n"
    return (texts.statement_text(rows, output) + "\n").encode()


@app.command("explain")
def explain(
    agreement: AgreementArgument,
    event: Annotated[
        int, typer.Option("--event", metavar="N", help="取引の番号 / Number of the event.")
    ],
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """1つの取引の計算と根拠 / Why each yen of one event is what it is.

    例 / Examples:  motocho loan explain 00000001 --event 4 ·
    motocho loan explain 00000001/3 --event 12 --lang en
    """
    from motocho.loans import queries

    output = output_in(lang)
    with opened() as cursor:
        key = meant(cursor, agreement).key
        found = queries.explain(cursor, key, event)
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, **found.document()})
        return
    output.data(found.text(output.language))
