"""`motocho care stages|strategy|demand`: steps about arrears, the strategy, a letter [督促]."""

from __future__ import annotations

import getpass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._files import read_bytes
from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption
from motocho.cli._output import Output
from motocho.cli.lending._book_of_loans import (
    ActorOption,
    AgreementArgument,
    OnOption,
    meant,
    member_of,
    opened,
    output_in,
    reading,
    reference_of,
    today,
)
from motocho.documents.sheet import Align
from motocho.outside import clock
from motocho.units.errors import Fault, InputError

if TYPE_CHECKING:
    from motocho.care.collections import stages as kept
    from motocho.care.collections import strategy as held_by
    from motocho.documents.addressees import InPlace

SCHEMA_VERSION = 1
WAYS = {
    "mail": ("メール", "mail"),
    "sms": ("SMS", "text"),
    "call": ("電話", "call"),
    "letter": ("手紙", "letter"),
    "demand_mail": ("催告メール", "demand by mail"),
    "demand": ("催告書", "demand"),
    "notice": ("期限の利益喪失の予告", "notice"),
    "acceleration": ("期限の利益の喪失（人が判断）", "acceleration, by a person"),
    "handover": ("法的手続へ引継ぎ", "handover"),
}


class To(Enum):
    """Who is written to in the member's place [宛先]."""

    COUNSEL = "counsel"
    GUARDIAN = "guardian"
    HEIR = "heir"


def stages(
    number: Annotated[str, typer.Argument(metavar="MEMBER", help="会員番号 / Member number.")],
    on: OnOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """会員の督促の段階 / A member's steps: what was done, what comes next, why it waits.

    例 / Examples:  motocho care stages 00000001 · motocho care stages 00000001 --json
    """
    from motocho.care.collections import stages as engine

    output, day = output_in(lang), today(on)
    with reading() as cursor:
        member = member_of(cursor, number)
        found = engine.outlook(cursor, member.member_id, day)
    if json_wanted:
        loans = [_document(one) for one in found]
        output.document({"schema_version": SCHEMA_VERSION, "on": day.isoformat(), "loans": loans})
        return
    if not found:
        output.data(output.text("延滞している契約はありません", "Nothing is late"))
    for one in found:
        _table(output, one)


def _next(one: kept.Outlook) -> dict[str, Any]:
    from motocho.care.collections import strategy as engine

    decision = one.decision
    if isinstance(decision, engine.Due):
        return {"step": decision.step.step_id, "way": decision.step.way.value, "waits_for": []}
    return {
        "step": None if decision.step is None else decision.step.step_id,
        "way": None if decision.step is None else decision.step.way.value,
        "first_on": None if decision.first_on is None else decision.first_on.isoformat(),
        "waits_for": [ground.value for ground in decision.grounds],
    }


def _document(one: kept.Outlook) -> dict[str, Any]:
    return {
        "agreement_id": one.loan.agreement_id,
        "late_since": one.late_since.isoformat(),
        "days_late": one.days_late,
        "strategy_from": one.strategy_on.isoformat(),
        "next": _next(one),
        "stages": [
            {
                "stage_no": stage.key.stage_no,
                "step": stage.step_id,
                "way": stage.way.value,
                "decided_on": stage.decided_on.isoformat(),
                "days_late": stage.days_late,
                "state": stage.state,
                "reason": stage.reason,
                "try_at": None if stage.try_at is None else stage.try_at.isoformat(),
                "paper_no": stage.paper_no,
                "posted_on": None if stage.posted_on is None else stage.posted_on.isoformat(),
                "pay_until": None if stage.pay_until is None else stage.pay_until.isoformat(),
            }
            for stage in one.stages
        ],
    }


def _table(output: Output, one: kept.Outlook) -> None:
    ahead = _next(one)
    name = output.text(*WAYS[ahead["way"]]) if ahead["way"] else "–"
    waits = " ".join(ahead["waits_for"]) or output.text("今日", "today")
    agreement, days, since = one.loan.agreement_id, one.days_late, one.late_since
    output.data(
        output.text(
            f"契約{agreement}: {since}から{days}日延滞。次は{name}（{waits}）",
            f"Agreement {agreement}: {days} days late since {since}; next {name} ({waits})",
        )
    )
    if not one.stages:
        return
    heads = [
        output.text(*said)
        for said in (("日", "Day"), ("延滞日数", "Days late"), ("手段", "By"), ("状態", "State"),
                     ("理由", "Why"))
    ]  # fmt: skip
    rows = [
        [
            str(stage.decided_on), str(stage.days_late), output.text(*WAYS[stage.way.value]),
            stage.state, stage.reason,
        ]
        for stage in one.stages
    ]  # fmt: skip
    output.data(grid(heads, [Align.LEFT, Align.RIGHT, Align.LEFT, Align.LEFT, Align.LEFT], rows))


def strategy(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="点検するファイル / A file to check (default: the shipped one).",
            show_default=False,
        ),
    ] = None,
    on: OnOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """督促の方針 / The strategy of a day; a file is checked first, every fault with its place.

    例 / Examples:  motocho care strategy · motocho care strategy --on 2026-03-31 --json
    """
    from motocho.care.collections import strategy as engine

    output, day = output_in(lang), today(on)
    known = engine.strategies()
    if file is not None:
        data, shown = read_bytes(str(file))
        known = engine.read(data.decode("utf-8", "replace"), shown)
    held = engine.strategy_of(day, known)
    if json_wanted:
        output.document(_of_strategy(held))
        return
    until = held.until or output.text("現在", "now")
    output.data(
        output.text(
            f"{held.from_on}〜{until}。間隔{held.gap_days}日、催告の期間{held.pay_within_days}日",
            f"{held.from_on} – {until}; {held.gap_days} days apart, {held.pay_within_days} to pay",
        )
    )
    heads = [
        output.text(*said)
        for said in (("段階", "Step"), ("手段", "By"), ("日数", "Day"), ("配慮", "Softened"),
                     ("前提", "After"))
    ]  # fmt: skip
    rows = [
        [
            one.step_id, output.text(*WAYS[one.way.value]), str(one.day),
            "–" if one.softened_day is None else str(one.softened_day), one.after,
        ]
        for one in held.steps
    ]  # fmt: skip
    output.data(grid(heads, [Align.LEFT, Align.LEFT, Align.RIGHT, Align.RIGHT, Align.LEFT], rows))


def _of_strategy(held: held_by.Strategy) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "from": held.from_on.isoformat(),
        "until": None if held.until is None else held.until.isoformat(),
        "gap_days": held.gap_days,
        "arrival_days": held.arrival_days,
        "pay_within_days": held.pay_within_days,
        "sender": held.sender,
        "steps": [
            {
                "id": one.step_id,
                "way": one.way.value,
                "day": one.day,
                "softened_day": one.softened_day,
                "after": one.after,
                "unless": sorted(ground.value for ground in one.unless),
            }
            for one in held.steps
        ],
    }


NameOption = Annotated[str | None, typer.Option("--name", metavar="TEXT", help="氏名 / Name.")]
PostcodeOption = Annotated[
    str | None, typer.Option("--postcode", metavar="TEXT", help="〒 / Postcode.")
]
AddressOption = Annotated[
    str | None, typer.Option("--address", metavar="TEXT", help="住所 / Address.")
]
WhichOption = Annotated[
    int | None, typer.Option("--which", metavar="NUMBER", help="登録簿の番号 / Number registered.")
]


def demand(
    agreement: AgreementArgument,
    to: Annotated[
        To, typer.Option("--to", help="代理人・後見人・相続人 / Counsel, a guardian, an heir.")
    ],
    which: WhichOption = None,
    name: NameOption = None,
    postcode: PostcodeOption = None,
    address: AddressOption = None,
    ref: Annotated[
        str | None,
        typer.Option("--ref", metavar="TEXT", help="受付番号 / Reference.", show_default=False),
    ] = None,
    actor: ActorOption = None,
    lang: LangOption = None,
) -> None:
    """代理人・後見人・相続人あての催告書を郵送待ちに入れる / A demand to one in the member's place.

    宛先は登録簿から、発送の許可 (貸金業法21条) が出たときに開く。登録がないときだけ手入力する /
    The address is opened from the register as it goes out; by hand only where there is none.

    例 / Examples:  motocho care demand 00000001 --to counsel ·
    motocho care demand 00000001 --to heir --name 山田 --postcode 1020082 --address 東京都千代田区
    """
    from motocho.care.collections import letters
    from motocho.care.settings import directory_on
    from motocho.config.settings import DIRECTORY_FILE
    from motocho.documents.archive import Kind

    output = output_in(lang)
    cause = f"letter {reference_of(ref)} {actor or getpass.getuser()}"
    by_hand = None if name is None and postcode is None and address is None else (
        name or "", postcode or "", address or ""
    )  # fmt: skip
    with opened() as cursor:
        known = directory_on(cursor, clock.business_date(), DIRECTORY_FILE)
        found = meant(cursor, agreement)
        addressee = _addressee(cursor, found.key.member_id, to, which, by_hand)
        draft = letters.Draft(found.key, Kind.DEMAND, cause, addressee)
        written = letters.write(cursor, draft, known, clock.now())
    number = written.delivered.paper_no
    output.data(
        output.text(
            f"書面{number}を郵送待ちに入れました（期限 {written.pay_until}）",
            f"Paper {number} waits for the post (pay until {written.pay_until})",
        )
    )
    if by_hand is None:
        output.data(output.text("宛先: 登録簿", "Addressee: from the register"))
    else:
        output.data(
            output.text(
                "宛先: 手入力（登録簿に住所がありません）",
                "Addressee: by hand; the register has no address",
            )
        )


def _addressee(
    cursor: Any, member_id: int, to: To, which: int | None, by_hand: tuple[str, str, str] | None
) -> InPlace:
    """Who is written to: the one who is registered, or of that number; else the one named.

    Raises    InputError where the register has none, or several and none was chosen.
    """
    from motocho.contact.guard import Whom
    from motocho.documents import addressees

    whom = Whom(to.value)
    if by_hand is not None:
        return addressees.Addressee(whom, addressees.Address(*by_hand))
    known = addressees.registered(cursor, member_id, whom)
    found = [one for one in known if which in {None, one.counterpart_id}]
    if len(found) != 1:
        numbers = ", ".join(str(one.counterpart_id) for one in known) or "–"
        raise InputError(Fault("COL-018", column="--which", details={"numbers": numbers}))
    return found[0]
