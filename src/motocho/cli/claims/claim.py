"""`motocho claim …`: what a claim has before it: check, clock, outlook, costs [請求の見通し]."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated

import typer

from motocho.claims import prospects, reading
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import History
from motocho.claims.prospects import Circumstances, Told
from motocho.claims.statement import recalculate
from motocho.cli._files import read_bytes
from motocho.cli._options import (
    AsOfOption,
    AssumeOption,
    FileArgument,
    JsonOption,
    LangOption,
    LanguageName,
    PresetOption,
    chosen_assumptions,
    day_of,
    yen_of,
)
from motocho.cli._output import Output, language_of
from motocho.cli.claims import _claim_text as said
from motocho.kernel.conventions import Series
from motocho.law.lenders import find_lenders, lender_by_id
from motocho.law.prescription import Talks
from motocho.outside import clock as today
from motocho.units.errors import Fault, FaultyInput, InputError

app = typer.Typer(
    help="請求の見通し / Prospects of a claim.", no_args_is_help=True, rich_markup_mode=None
)

LenderOption = Annotated[
    str | None,
    typer.Option("--lender", help="貸金業者の名前か識別子 / Lender.", show_default=False),
]
OnOption = Annotated[
    str | None,
    typer.Option("--on", metavar="DATE", help="その日として / As of this day.", show_default=False),
]
KnownOption = Annotated[
    str | None,
    typer.Option(
        "--known", metavar="DATE", help="請求できると知った日 / Known on.", show_default=False
    ),
]
StoppedOption = Annotated[
    str | None,
    typer.Option(
        "--stopped", metavar="DATE", help="貸付停止の日 / Lending stopped on.", show_default=False
    ),
]
DemandedOption = Annotated[
    list[str] | None,
    typer.Option(
        "--demanded", metavar="DATE", help="催告が届いた日 / Demand arrived.", show_default=False
    ),
]
TalksOption = Annotated[
    list[str] | None,
    typer.Option(
        "--talks",
        metavar="DATE",
        help="書面による協議の合意の日 / Written agreement to talk.",
        show_default=False,
    ),
]
FiledOption = Annotated[
    str | None,
    typer.Option("--filed", metavar="DATE", help="訴えの日 / Action filed.", show_default=False),
]

PaidBackOption = Annotated[
    list[str] | None,
    typer.Option(
        "--paid-back",
        metavar="DATE/YEN",
        help="業者から受け取った返還金 / Paid back by the lender.",
        show_default=False,
    ),
]
ToOverpaymentOption = Annotated[
    bool,
    typer.Option(
        "--to-overpayment",
        help="返還金を元本に充てる合意がある / It went to the overpayment first, as agreed.",
    ),
]


def _output(lang: LanguageName | None) -> Output:
    return Output(language_of(lang.value if lang else None))


@app.command("check")
def check(
    began: Annotated[
        str, typer.Option("--began", metavar="WHEN", help="借り始めた年か日 / First dealing.")
    ],
    lender: Annotated[str, typer.Option("--lender", help="貸金業者 / Lender.")],
    paid_off: Annotated[
        str | None,
        typer.Option(
            "--paid-off",
            metavar="WHEN",
            help="完済した年か日。返済中なら書かない / Payoff; left out while paying.",
            show_default=False,
        ),
    ] = None,
    on: OnOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """入力の前の30秒: 過払い金の見込み / Thirty seconds before any typing.

    例 / Examples:  motocho claim check --began 2003 --paid-off 2019-05 --lender アコム ·
    motocho claim check --began H15.3 --lender プロミス --json
    """
    output = _output(lang)
    answers = prospects.Answers(
        _period(began, "--began"),
        None if paid_off is None else _period(paid_off, "--paid-off"),
        lender,
    )
    found = prospects.check(answers, day_of(on, "--on") or today.business_date())
    if json_wanted:
        output.document(found.document())
        return
    output.data("\n".join(said.of_check(found, output)))


def _period(text: str, option: str) -> prospects.Period:
    try:
        return prospects.read_period(text)
    except InputError as error:
        raise InputError(*(replace(fault, column=option) for fault in error.faults)) from None


@app.command("clock")
def clock(
    file: FileArgument,
    as_of: AsOfOption = None,
    assume: AssumeOption = None,
    preset: PresetOption = None,
    known: KnownOption = None,
    stopped: StoppedOption = None,
    demanded: DemandedOption = None,
    talks: TalksOption = None,
    filed: FiledOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """時効の時計: どの円がいつ、誰の主張で失われるか / Which yen are lost when, by whose argument.

    例 / Examples:  motocho claim clock history.csv --as-of 2026-11-21 ·
    motocho claim clock history.csv --stopped 2008-04-01 --demanded 2026-11-21 --json
    """
    output = _output(lang)
    day = day_of(as_of, "--as-of") or today.business_date()
    told = _told(file, day, (preset, assume), output)
    steps = _steps(known, stopped, demanded, talks, filed)
    clocks = [prospects.clock(each.statement, steps, day, scenario=each.scenario) for each in told]
    if json_wanted:
        document = {"schema_version": 1, "clocks": [each.document() for each in clocks]}
        output.document(document)
        return
    output.data("\n".join(line for each in clocks for line in said.of_clock(each, output)))


@app.command("outlook")
def outlook(
    file: FileArgument,
    as_of: AsOfOption = None,
    assume: AssumeOption = None,
    preset: PresetOption = None,
    lender: LenderOption = None,
    offers: Annotated[
        list[str] | None,
        typer.Option(
            "--offer",
            metavar="[DATE:]YEN",
            help="提示された額 / Yen offered, with its day.",
            show_default=False,
        ),
    ] = None,
    shopping: Annotated[
        str, typer.Option("--shopping", metavar="YEN", help="ショッピング残高 / Shopping balance.")
    ] = "0",
    owed: Annotated[
        str | None,
        typer.Option(
            "--lender-balance",
            metavar="YEN",
            help="業者の帳簿の残高 / Balance by the lender's books.",
            show_default=False,
        ),
    ] = None,
    paid_back: PaidBackOption = None,
    to_overpayment: ToOverpaymentOption = False,
    known: KnownOption = None,
    stopped: StoppedOption = None,
    demanded: DemandedOption = None,
    talks: TalksOption = None,
    filed: FiledOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """見通し: 時効、裁判所、和解、信用情報、税、費用 / Clock, court, offers, records, tax, costs.

    例 / Examples:  motocho claim outlook history.csv --lender アコム --offer 50万 ·
    motocho claim outlook case.json --offer 2026-11-01:300000 --shopping 12000 --json
    """
    output = _output(lang)
    day = day_of(as_of, "--as-of") or today.business_date()
    told = _told(file, day, (preset, assume), output)
    named = lender or told[0].statement.history.lender
    of = Circumstances(
        lender=prospects.the_lender(named),
        steps=_steps(known, stopped, demanded, talks, filed),
        offers=tuple(_offer(text, day) for text in offers or []),
        lender_balance_yen=None if owed is None else yen_of(owed, "--lender-balance"),
        shopping_yen=yen_of(shopping, "--shopping"),
        refunds=_refunds(paid_back, to_overpayment=to_overpayment),
    )
    found = prospects.outlook(told, of, day)
    if json_wanted:
        output.document(found.document())
        return
    output.data("\n".join(said.of_outlook(found, output)))


@app.command("costs")
def costs(
    amount_in_dispute_yen: Annotated[
        str,
        typer.Option(
            "--amount-in-dispute",
            metavar="YEN",
            help="訴額(過払金の元本) / Overpayment without interest.",
        ),
    ],
    on: OnOption = None,
    sheets: Annotated[
        int, typer.Option("--sheets", help="内容証明の枚数 / Sheets of the certified letter.")
    ] = 2,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """実費: 内容証明、証明書、裁判所 / What others are paid: letter, certificate, court.

    例 / Examples:  motocho claim costs --amount-in-dispute 105万 ·
    motocho claim costs --amount-in-dispute 1400000 --on 2026-05-20 --json
    """
    output = _output(lang)
    amount = yen_of(amount_in_dispute_yen, "--amount-in-dispute")
    day = day_of(on, "--on") or today.business_date()
    found = prospects.costs(amount, day, letter_sheets=sheets)
    if json_wanted:
        output.document(found.document())
        return
    output.data("\n".join(said.of_costs(found, output)))


@app.command("lender")
def lender_of(
    name: Annotated[str, typer.Argument(metavar="NAME", help="名前か識別子 / Name or id.")],
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """貸金業者の名前、承継、所在地、保証 / A lender's names, successors, address, guarantees.

    例 / Examples:  motocho claim lender アコム · motocho claim lender クオークローン --json
    """
    output = _output(lang)
    found = find_lenders(name) or (lender_by_id(name),)
    if json_wanted:
        output.document(
            {"schema_version": 1, "lenders": [said.lender_document(each) for each in found]}
        )
        return
    output.data("\n".join(line for each in found for line in said.of_lender(each, output)))


# ------------------------------------------------------------------------------- what is asked
def _told(
    file: str, as_of: date, chosen: tuple[str | None, list[str] | None], output: Output
) -> Sequence[Told]:
    """The history as it is asked for; with several contracts also as one dealing and apart."""
    data, name = read_bytes(file)
    with output.stage("読み取り中", "Reading"):
        history = reading.read(data, file=name)
    assumptions = chosen_assumptions(history, *chosen)
    with output.stage("計算中", "Calculating"):
        told = [
            Told(scenario, recalculate(history, each, as_of=as_of))
            for scenario, each in _scenarios(history, assumptions)
        ]
    output.warnings(told[0].statement.warnings)
    return told


def _scenarios(history: History, stated: Assumptions) -> Iterable[tuple[str, Assumptions]]:
    names = {Series.JOINED: "一連", Series.SEPARATE: "分断", Series.SEPARATE_SET_OFF: "分断・相殺"}
    yield names[stated.contracts], stated
    if len(history.contracts()) > 1:
        other = Series.SEPARATE if stated.contracts is Series.JOINED else Series.JOINED
        yield names[other], replace(stated, contracts=other)


def _refunds(paid_back: list[str] | None, *, to_overpayment: bool) -> prospects.Refunds:
    """What was paid back; a text that cannot be read is refused."""
    faults: list[Fault] = []
    order = prospects.Order.PRINCIPAL if to_overpayment else prospects.Order.STATUTORY
    stated = {"refunds": ";".join(paid_back or ()), "refund_order": order.value}
    refunds = prospects.read_refunds(stated, faults)
    if faults:
        raise FaultyInput(*faults)
    return refunds


def _steps(
    known: str | None,
    stopped: str | None,
    demanded: list[str] | None,
    talks: list[str] | None,
    filed: str | None,
) -> prospects.Steps:
    return prospects.Steps(
        known_on=day_of(known, "--known"),
        stopped_on=day_of(stopped, "--stopped"),
        demanded_on=tuple(_every_day(demanded, "--demanded")),
        talks=tuple(Talks(on) for on in _every_day(talks, "--talks")),
        filed_on=day_of(filed, "--filed"),
    )


def _every_day(texts: list[str] | None, option: str) -> Iterable[date]:
    for text in texts or []:
        on = day_of(text, option)
        if on is not None:
            yield on


def _offer(text: str, on: date) -> prospects.Offer:
    day, colon, yen = text.rpartition(":")
    offered_on = day_of(day, "--offer") if colon else on
    amount = yen_of(yen, "--offer")
    if amount < 0 or offered_on is None:
        raise InputError(Fault("PRS-003", column="--offer", excerpt=yen))
    return prospects.Offer(offered_on, "", amount)
