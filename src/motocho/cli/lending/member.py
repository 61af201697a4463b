"""`motocho member …`: members registered and looked up [会員]."""

from __future__ import annotations

import getpass
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._options import JsonOption, LangOption, day_of
from motocho.cli.lending._book_of_loans import (
    ActorOption,
    OnOption,
    business_date,
    made,
    member_of,
    opened,
    output_in,
    reference_of,
    today,
)
from motocho.cli.lending.staff import colleague
from motocho.law.rules import Refusal
from motocho.outside import clock
from motocho.units.errors import (
    Fault,
    InputError,
    NotFoundError,
    RefusedError,
    StateConflict,
    Unread,
)
from motocho.units.text import MEMBER_NUMBER, folded, read_digits

if TYPE_CHECKING:
    from motocho.people.access import Action, Staff

SCHEMA_VERSION = 1
TO_KATAKANA = ord("ァ") - ord("ぁ")

app = typer.Typer(help="会員 / Members.", no_args_is_help=True, rich_markup_mode=None)

NumberArgument = Annotated[
    str, typer.Argument(metavar="NUMBER", help="会員番号(8けた) / Member number, 8 digits.")
]

TakenByOption = Annotated[
    str, typer.Option("--by", metavar="LOGIN", help="受けた従業者 / Who of the staff takes it.")
]


@app.command("add")
def add(
    number: NumberArgument,
    family_name: Annotated[str, typer.Option("--family-name", help="姓 / Family name.")],
    given_name: Annotated[str, typer.Option("--given-name", help="名 / Given name.")],
    family_kana: Annotated[str, typer.Option("--family-kana", help="セイ / In kana.")],
    given_kana: Annotated[str, typer.Option("--given-kana", help="メイ / In kana.")],
    born_on: Annotated[
        str, typer.Option("--born-on", metavar="DATE", help="生年月日 / Birth date.")
    ],
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """会員を登録する / Register a member.

    例 / Examples:  motocho member add 00000001 --family-name 佐藤 --given-name 花子
    --family-kana サトウ --given-kana ハナコ --born-on S60.4.1 ·
    motocho member add 00000002 --family-name 鈴木 --given-name 一郎
    --family-kana すずき --given-kana いちろう --born-on 1990-01-31
    """
    from motocho.people import members
    from motocho.people.members import Person

    output = output_in(lang)
    digits = _number(number)
    born = day_of(born_on, "--born-on")
    person = Person(
        family_name.strip(),
        given_name.strip(),
        _kana(family_kana, "--family-kana"),
        _kana(given_kana, "--given-kana"),
        born or clock.business_date(),
    )
    with opened() as cursor:
        try:
            members.by_number(cursor, digits)
        except NotFoundError:
            member = members.register(cursor, person, digits, clock.now())
        else:
            raise StateConflict(Fault("LNC-005", column="NUMBER", excerpt=digits))
    if json_wanted:
        output.document(
            {"schema_version": SCHEMA_VERSION, "member_id": member.member_id, "number": digits}
        )
        return
    output.data(output.text(f"会員 {digits} を登録しました", f"Member {digits} registered"))


def _number(text: str) -> str:
    digits = read_digits(text, MEMBER_NUMBER)
    if isinstance(digits, Unread):
        raise InputError(digits.at(column="NUMBER"))
    return digits


def _kana(text: str, option: str) -> str:
    """A name in full-width katakana, from any kana that people type."""
    kana = "".join(
        chr(ord(sign) + TO_KATAKANA) if "ぁ" <= sign <= "ゖ" else sign
        for sign in folded(text.strip())
    )
    if not kana or any(not ("ァ" <= sign <= "ヶ" or sign in "ー・ ") for sign in kana):
        raise InputError(Fault("LNC-008", column=option, excerpt=text))
    return kana


@app.command("card")
def card(
    number: NumberArgument,
    expires: Annotated[
        str,
        typer.Option("--expires", metavar="DATE", help="有効期限の日 / The card's last day."),
    ],
    issued: Annotated[
        str | None,
        typer.Option(
            "--issued",
            metavar="DATE",
            help="発行日 / Day of issue (default: today in Japan).",
            show_default=False,
        ),
    ] = None,
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """カードの発行・更新を記録する。30日前に会員に案内する / Record a card; its end is told ahead.

    同じ有効期限は同じカード。紛失のときは審査画面で / The same last day is the same card; a lost
    card is replaced at the desk.

    例 / Examples:  motocho member card 00000001 --expires 2031-11-30 ·
    motocho member card 00000001 --issued R3.4.1 --expires R8.4.30 --json
    """
    from motocho.people import cards
    from motocho.people.cards import Validity

    output = output_in(lang)
    today = clock.business_date()
    validity = Validity(day_of(issued, "--issued") or today, day_of(expires, "--expires") or today)
    fault = cards.fault_of(validity)
    if fault is not None:
        raise InputError(replace(fault, column="--expires"))
    with opened() as cursor:
        member = member_of(cursor, number)
        who = actor or getpass.getuser()
        made = cards.issue(cursor, member.member_id, validity, who, clock.now())
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "member_id": member.member_id,
                "issued_on": str(made.validity.issued_on),
                "expires_on": str(made.validity.expires_on),
            }
        )
        return
    ends = made.validity.expires_on
    said = (f"会員 {member.member_number} のカードは{ends}まで使えます",
            f"The card of member {member.member_number} works until {ends}")  # fmt: skip
    output.data(output.text(*said))


@app.command("cards")
def to_renew(
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="DATE",
            help="この日までに切れるカード / Cards that end until then (default: in 30 days).",
            show_default=False,
        ),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """更新して送るカード。終了した会員などは除く / Cards to renew and send.

    例 / Examples:  motocho member cards · motocho member cards --until 2031-11-30 --json
    """
    from motocho.cli._grid import grid
    from motocho.documents.sheet import Align
    from motocho.loans import queries
    from motocho.people import cards, members

    output = output_in(lang)
    last = day_of(until, "--until") or clock.business_date() + cards.REMINDED_AHEAD
    with opened() as cursor:
        ending = cards.to_renew(cursor, last)
        found = [one for one in ending if queries.needs_card(cursor, one.member_id)]
        numbers = members.numbers_of(cursor, [one.member_id for one in found])
    rows = [
        [numbers[one.member_id], str(one.validity.issued_on), str(one.validity.expires_on)]
        for one in found
    ]
    if json_wanted:
        names = ("number", "issued_on", "expires_on")
        listed = [dict(zip(names, row, strict=True)) for row in rows]
        output.document({"schema_version": SCHEMA_VERSION, "cards": listed})
        return
    headers = [output.text("会員番号", "Number"), output.text("発行日", "Issued")]
    headers.append(output.text("有効期限", "Ends"))
    output.data(grid(headers, [Align.LEFT] * len(headers), rows))


class CauseName(Enum):
    """Why a card is ordered, as one types it [発注の理由]."""

    FIRST = "first"
    RENEWED = "renewed"
    LOST = "lost"
    STOLEN = "stolen"
    DAMAGED = "damaged"
    NOT_ARRIVED = "not_arrived"


@app.command("order-card")
def order_card(
    number: NumberArgument,
    cause: Annotated[
        CauseName,
        typer.Option(
            "--cause",
            metavar="CAUSE",
            help="first | renewed | lost | stolen | damaged | not_arrived",
        ),
    ],
    ref: Annotated[
        str | None,
        typer.Option("--ref", help="二度の発注を防ぐ番号 / Sent twice it is one order."),
    ] = None,
    actor: ActorOption = None,
    lang: LangOption = None,
) -> None:
    """カードを発注する。渡す前の発注は取り消す / Order a card; one that waits is cancelled.

    番号が変わるときは、先に変える(再発行) / After a loss the number is changed before.

    例 / Examples:  motocho member order-card 00000001 --cause damaged ·
    motocho member order-card 00000001 --cause not_arrived --ref letter-7
    """
    from motocho.people import card_orders

    output = output_in(lang)
    with opened() as cursor:
        member = member_of(cursor, number)
        wanted = card_orders.Wanted(card_orders.Cause(cause.value))
        source = (actor or getpass.getuser(), f"cli {reference_of(ref)}")
        key = card_orders.order(cursor, member.member_id, wanted, source, clock.now())
    said = (f"会員 {member.member_number} のカードを発注しました（{key.ref}）",
            f"A card for member {member.member_number} is ordered ({key.ref})")  # fmt: skip
    output.data(output.text(*said))


@app.command("card-orders")
def card_orders_listed(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """カードの発注と、その状態。新しい順に100件 / Orders of cards as they stand, the latest 100.

    例 / Examples:  motocho member card-orders · motocho member card-orders --json
    """
    from motocho.cli._grid import grid
    from motocho.documents.sheet import Align
    from motocho.people import card_orders, members

    output = output_in(lang)
    with opened() as cursor:
        found = card_orders.listed(cursor)
        numbers = members.numbers_of(cursor, [one.key.member_id for one in found])
    rows = [
        [
            one.key.ref,
            numbers[one.key.member_id],
            one.cause.value,
            "ordered" if one.step is None else one.step.value,
            str(one.done_on or one.ordered_at.astimezone(clock.JAPAN).date()),
            str(one.expires_on),
        ]
        for one in found
    ]
    if json_wanted:
        names = ("ref", "number", "cause", "state", "on", "expires_on")
        listed = [dict(zip(names, row, strict=True)) for row in rows]
        output.document({"schema_version": SCHEMA_VERSION, "card_orders": listed})
        return
    titles = (("整理番号", "Ref"), ("会員番号", "Number"), ("理由", "Cause"), ("状態", "State"),
              ("日", "On"), ("有効期限", "Ends"))  # fmt: skip
    headers = [output.text(*one) for one in titles]
    output.data(grid(headers, [Align.LEFT] * len(headers), rows))


@app.command("show")
def show(
    number: NumberArgument,
    on: OnOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """会員と、その契約 / A member and the member's agreements.

    例 / Examples:  motocho member show 00000001 · motocho member show 00000001 --json
    """
    from motocho.cli._grid import grid, pairs
    from motocho.cli._words import word
    from motocho.documents.sheet import Align
    from motocho.loans import queries
    from motocho.units.money import yen_text

    output = output_in(lang)
    say = output.text
    with opened() as cursor:
        member = member_of(cursor, number)
        listed = queries.agreements(cursor, member.member_id)
        day = today(on)
        found = [
            (one, queries.position(cursor, one.key, max(day, one.opened_on))) for one in listed
        ]
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "member_id": member.member_id,
                "number": member.member_number,
                "agreements": [
                    {**one.document(), "stage": position.stage.value} for one, position in found
                ],
            }
        )
        return
    person = member.person
    name = f"{person.family_name} {person.given_name}"
    kana = f"{person.family_kana} {person.given_kana}"
    head = [
        (say("会員番号", "Number"), member.member_number),
        (say("氏名", "Name"), f"{name}({kana})"),
        (say("生年月日", "Born on"), str(person.born_on)),
    ]
    headers = [
        say("契約", "Agreement"), say("商品", "Product"), say("契約日", "Opened"),
        say("限度額", "Limit"), say("残元金", "Principal"), say("状態", "Stage"),
    ]  # fmt: skip
    sides = [Align.RIGHT, Align.LEFT, Align.LEFT, Align.RIGHT, Align.RIGHT, Align.LEFT]
    rows = [
        [str(one.key.agreement_id), one.product_id, str(one.opened_on), yen_text(one.limit_yen),
         yen_text(position.principal_yen), word(position.stage, output)]
        for one, position in found
    ]  # fmt: skip
    blocks = [pairs(head)]
    if rows:
        blocks.append(grid(headers, sides, rows))
    output.data("\n\n".join(blocks))


@app.command("stop")
def stop(
    number: NumberArgument,
    by: TakenByOption,
    card_lost: Annotated[
        bool,
        typer.Option("--card-lost", help="紛失。再発行も申し込む / Lost; asks for another."),
    ] = False,
    card_stolen: Annotated[
        bool,
        typer.Option("--card-stolen", help="盗難。再発行も申し込む / Stolen; asks for another."),
    ] = False,
    police_ref: Annotated[
        str, typer.Option("--police", metavar="REF", help="被害届の受理番号 / Of the police.")
    ] = "",
    lang: LangOption = None,
) -> None:
    """電話で頼まれて、会員の利用を止める / Stop a member's account, as asked by phone.

    例 / Examples:  motocho member stop 00000001 --card-lost --by suzuki ·
    motocho member stop 00000001 --card-stolen --police 1234 --by suzuki
    """
    from motocho.loans import commands, queries
    from motocho.loans.policy import Status, Stop
    from motocho.people import cards, requests
    from motocho.people.access import Action
    from motocho.people.safety import freezes

    output = output_in(lang)
    is_gone = card_lost or card_stolen
    reason = Stop.CARD_LOST if is_gone else Stop.MEMBER_ASKED
    with opened() as cursor:
        member_id, staff = _asked_by(cursor, number, by, Action.FREEZE)
        how = made(business_date(cursor, None), reference_of(None), staff.actor)
        for listed in queries.agreements(cursor, member_id):
            if listed.status is not Status.CLOSED:
                commands.suspend(cursor, listed.key, reason, how)
        freezes.freeze(cursor, member_id, freezes.Road.PHONE, staff.actor, clock.now())
        if is_gone:
            loss = cards.LossTold(cards.Loss.STOLEN if card_stolen else cards.Loss.LOST, police_ref)
            cards.tell_loss(
                cursor, member_id, loss, (staff.actor, f"cli {how.external_ref}"), clock.now()
            )
            requests.ask_own(cursor, member_id, requests.Kind.NEW_CARD, clock.now())
    output.data(output.text(f"会員 {number} の利用を止めました", f"Member {number} is stopped"))
    output.note(
        output.text(
            "借入と変更を止め、全部の端末からログアウトしました。銀行へ送ったあとの借入は止まりません",
            "Draws and changes stop, all devices are signed out; what the bank has goes on",
        )
    )


@app.command("unlock")
def unlock(number: NumberArgument, by: TakenByOption, lang: LangOption = None) -> None:
    """ログインのロックを、本人と確かめてから解く / Open a locked login, once it is known who it is.

    例 / Examples:  motocho member unlock 00000001 --by suzuki
    """
    from motocho.people import login
    from motocho.people.access import Action

    output = output_in(lang)
    with opened() as cursor:
        member_id, staff = _asked_by(cursor, number, by, Action.REOPEN_LOGIN)
        count = login.reopen(cursor, member_id, staff.actor, clock.now())
    output.data(output.text(f"ロックを{count}つ解きました", f"{count} locks were taken away"))


class WantedName(Enum):
    """What a member may ask for by phone, of `people.requests.Kind` [電話での申請]."""

    NEW_CARD = "new_card"
    REOPENING = "reopening"


@app.command("ask")
def ask(
    number: NumberArgument,
    wanted: Annotated[WantedName, typer.Argument(metavar="WHAT", help="new_card | reopening")],
    by: TakenByOption,
    lang: LangOption = None,
) -> None:
    """電話で受けた申請を審査待ちに入れる / What a member asks for by phone waits at the desk.

    例 / Examples:  motocho member ask 00000001 reopening --by suzuki ·
    motocho member ask 00000001 new_card --by suzuki
    """
    from motocho.people import requests
    from motocho.people.access import Action

    output = output_in(lang)
    with opened() as cursor:
        member_id, _ = _asked_by(cursor, number, by, Action.ASK_FOR_HELP)
        kind = requests.Kind(wanted.value)
        key = requests.ask_own(cursor, member_id, kind, clock.now())
    output.data(
        output.text(f"申請 {key.request_id} が審査を待ちます", f"Request {key.request_id} waits")
    )


_OPTIONS = {"NUM-001": "--postcode"}
"""Which option a fault is about, where its kind of fact does not say so."""


@app.command("change")
def change(
    number: NumberArgument,
    by: TakenByOption,
    mobile: Annotated[str | None, typer.Option("--mobile", help="携帯電話 / Mobile.")] = None,
    born_on: Annotated[
        str | None, typer.Option("--born-on", metavar="DATE", help="生年月日 / Birth date.")
    ] = None,
    email: Annotated[str | None, typer.Option("--email", help="メール / E-mail.")] = None,
    postcode: Annotated[
        str | None, typer.Option("--postcode", help="郵便番号 / Postcode, 7 digits.")
    ] = None,
    address: Annotated[
        str | None, typer.Option("--address", help="住所 / Address below the postcode.")
    ] = None,
    lang: LangOption = None,
) -> None:
    """本人確認のあと、登録を窓口で直す / Mend what is registered, once it is known who it is.

    メールアドレスは、確認番号が届かない会員のため。24時間借入を止め、元のアドレスにも知らせる /
    The e-mail address of members whom codes do not reach: draws wait for 24 hours, and the old
    address is told too.

    例 / Examples:  motocho member change 00000001 --mobile 090-1234-5678 --by suzuki ·
    motocho member change 00000001 --email hanako@example.jp --by suzuki ·
    motocho member change 00000001 --postcode 1000001 --address 東京都千代田区1-1 --by suzuki
    """
    from motocho.people.access import Action
    from motocho.people.facts import history, values

    output = output_in(lang)
    born = day_of(born_on, "--born-on")
    told: dict[values.Kind, values.Value | Unread] = {}
    if mobile is not None:
        told[values.Kind.MOBILE_PHONE] = values.read_phone(mobile)
    if born is not None:
        told[values.Kind.BIRTH_DATE] = values.BirthDate(born)
    if email is not None:
        told[values.Kind.EMAIL] = values.read_email(email)
    if postcode is not None or address is not None:
        told[values.Kind.ADDRESS] = values.read_address(postcode or "", address or "")
    if not told:
        raise typer.BadParameter("--mobile, --born-on, --email, --postcode + --address")
    faults = [
        one.at(column=_OPTIONS.get(one.code, f"--{kind.value.removesuffix('_phone')}"))
        for kind, one in told.items()
        if isinstance(one, Unread)
    ]
    if faults:
        raise InputError(*faults)
    with opened() as cursor:
        member_id, staff = _asked_by(cursor, number, by, Action.CHANGE_FACTS)
        teller = history.Teller(staff.actor, history.Road.DESK)
        form_ref = f"desk {reference_of(None)}"
        for kind, value in told.items():
            if not isinstance(value, Unread):
                one = history.Change(member_id, kind, value, clock.business_date(), form_ref)
                history.record(cursor, one, teller, clock.now())
    output.data(output.text(f"登録を{len(told)}つ直しました", f"{len(told)} facts were changed"))


def _asked_by(cursor: Any, number: str, by: str, action: Action) -> tuple[int, Staff]:
    """The member, and who of the staff acts; the look is written down with its purpose.

    Raises    RefusedError without a role for it; NotFoundError for who may not be seen.
    """
    from motocho.people import access

    staff = replace(colleague(cursor, by), purpose=f"member {action.value}")
    member_id = member_of(cursor, number).member_id
    refusal = access.ask(cursor, staff, action, member_id, clock.now())
    if isinstance(refusal, Refusal):
        family = NotFoundError if refusal == access.not_there() else RefusedError
        raise family(refusal.fault())
    return member_id, staff
