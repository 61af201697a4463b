"""`motocho bank notice`, `motocho bank play …`: notices; a bank to try things on [ネット返済]."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._files import read_bytes
from motocho.cli._options import JsonOption, LangOption
from motocho.cli.lending._book_of_loans import business_date, made, moving, opened, output_in
from motocho.outside import clock
from motocho.units.errors import Fault, InputError
from motocho.units.money import yen_text

if TYPE_CHECKING:
    from motocho.loans.commands import Done

SCHEMA_VERSION = 1
BANK_VARIABLE = "MOTOCHO_BANK"

play = typer.Typer(
    help="模擬の銀行。実演とテスト用 / A bank that is played, to try things on.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def notice(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="収納通知のJSON / A notice as JSON; - is stdin.")
    ],
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """ペイジーの収納通知を受け付け、請求の契約に入金する / Book a notice of Pay-easy, once.

    例 / Examples:  motocho bank notice notice.json · motocho bank notice - --json
    """
    data, name = read_bytes(file)
    done = _booked(data, name)
    _told(done, json_wanted, lang)


@play.command("orders")
def orders(
    reason: Annotated[
        str,
        typer.Option("--return", metavar="REASON", help="この理由で戻す / Return them for this."),
    ] = "",
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """届いた振込依頼を実行する。結果はワーカーが記帳する / Carry waiting transfers out.

    例 / Examples:  motocho bank play orders · motocho bank play orders --return 口座なし --json
    """
    from motocho.outside import fakes, teller

    output = output_in(lang)
    tray = teller.from_environment()
    tray.ask_open()
    found = fakes.carry_out(tray, clock.business_date(), reason)
    if json_wanted:
        refs = [one.order_ref for one in found]
        output.document({"schema_version": SCHEMA_VERSION, "orders": refs, "reason": reason})
        return
    ended = ("戻しました", "returned") if reason else ("実行しました", "carried out")
    output.data(
        output.text(f"振込依頼{len(found)}件を{ended[0]}", f"{len(found)} orders {ended[1]}")
    )


@play.command("pay")
def pay(
    number: Annotated[
        str,
        typer.Argument(metavar="NUMBER", help="お客様番号20けた / The payer number, 20 digits."),
    ],
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """お客様番号の請求をネット銀行で払う / Pay a bill, as a member does at a bank's page.

    例 / Examples:  motocho bank play pay 00000002000000000001 ·
    motocho bank play pay 00000002000000000001 --json
    """
    from motocho.loans import payeasy
    from motocho.outside import fakes

    with opened() as cursor:
        bill = payeasy.find_bill(cursor, number)
    if bill.event_no is None and clock.now() >= bill.payable_until:
        raise InputError(Fault("MNY-005", excerpt=number))
    data = fakes.paid(
        _institution(), bill.payer_number, bill.confirmation_number, bill.amount_yen,
        clock.business_date(),
    )  # fmt: skip
    _told(_booked(data, "play"), json_wanted, lang)


def _institution() -> str:
    from motocho.outside.house_bank import house_bank

    return house_bank(os.environ.get(BANK_VARIABLE)).institution_number


def _booked(data: bytes, name: str) -> Done:
    """A notice, booked in one transaction.

    Raises    FaultyInput for a file that is no notice; else as `payeasy.pay_bill`.
    """
    from motocho.loans import payeasy
    from motocho.outside.payeasy import read_notice

    try:
        fields: Any = json.loads(data)
    except ValueError:
        raise InputError(Fault("MNY-006", file=name)) from None
    if not isinstance(fields, dict):
        raise InputError(Fault("MNY-006", file=name))
    found = read_notice({key: str(value) for key, value in fields.items()}, file=name)
    with moving(found.receipt_number) as cursor:
        way = made(business_date(cursor, None), found.receipt_number, "payeasy")
        return payeasy.pay_bill(cursor, found, _institution(), way)


def _told(done: Done, json_wanted: bool, lang: LangOption) -> None:
    output = output_in(lang)
    amount_yen = getattr(done.step.event, "amount_yen", 0)
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "member_id": done.key.member_id,
                "agreement_id": done.key.agreement_id,
                "event_no": done.event_no,
                "amount_yen": amount_yen,
                "is_repeat": done.is_repeat,
            }
        )
        return
    shown = yen_text(amount_yen)
    output.data(
        output.text(
            f"契約{done.key.agreement_id}に{shown}円を入金しました",
            f"¥{shown} received for agreement {done.key.agreement_id}",
        )
    )
