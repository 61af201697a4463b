"""Pay-easy: what a member types at a bank, and the notice that the money came [ペイジー].

A lender gives each bill an institution number, a payer number and a confirmation number; the
member's bank shows the bill and pays it, and the network tells the lender at once. The same notice
may come again, so its receipt number is what a payment is booked under.

The message format of the network is not public. Lengths of the three numbers are as payment pages
show them; what is not confirmed says so in `FIELDS`, and is to be compared with the agent's own
sheet before the first real notice.

>>> bill = Bill("58191", "00001234000000000017", "123456", 5_000)
>>> notice = read_notice({"institution_number": "58191", "payer_number": bill.payer_number,
...     "confirmation_number": "123456", "amount_yen": "5000", "receipt_number": "A-1",
...     "paid_on": "20261120"})
>>> mismatches(bill, notice)
()
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from motocho.units.errors import Fault, FaultyInput, clipped

MOST_YEN = 9_999_999_999
"""Largest amount, by ten digits; not confirmed."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a notice [項目]; `unconfirmed` says what no public source shows."""

    name: str
    title_ja: str
    pattern: re.Pattern[str]
    shape_ja: str
    shape_en: str
    unconfirmed: str = ""


FIELDS = (
    Field("institution_number", "収納機関番号", re.compile("[0-9]{5}"), "数字5けた", "5 digits"),
    Field("payer_number", "お客様番号", re.compile("[0-9]{1,20}"),
          "数字20けたまで", "up to 20 digits"),
    Field("confirmation_number", "確認番号", re.compile("[0-9]{1,6}"),
          "数字6けたまで", "up to 6 digits", "six is the longest on pages that were seen"),
    Field("amount_yen", "金額", re.compile("[0-9]{1,10}"),
          "数字10けたまで", "up to 10 digits", "the width"),
    Field("receipt_number", "受付番号", re.compile("[0-9A-Za-z-]{1,32}"),
          "英数字32けたまで", "up to 32 letters and digits", "name, width and signs"),
    Field("paid_on", "払込日", re.compile("[0-9]{8}"),
          "数字8けた(YYYYMMDD)", "8 digits, YYYYMMDD", "name and form"),
)  # fmt: skip
"""The fields of a notice.

Law       日本マルチペイメントネットワーク; numbers as shown to payers, e.g.
          https://my.jees-jlpt.jp/common/howtopay/internet.html (BANK-009).
"""
_NUMBERS = 3
"""The numbers stand first, then the amount."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a member is asked to pay [請求]: an amount of None is free, the member chooses it."""

    institution_number: str
    payer_number: str
    confirmation_number: str
    amount_yen: int | None

    def faults(self) -> tuple[Fault, ...]:
        """What no bank's screen would take [請求の点検]."""
        amount = 1 if self.amount_yen is None else self.amount_yen
        return _faults_of(_numbers(self) | {"amount_yen": str(amount)}, None)


@dataclass(frozen=True, slots=True)
class Notice:
    """Money that came for a bill [収納通知]; `receipt_number` is one of a kind."""

    institution_number: str
    payer_number: str
    confirmation_number: str
    amount_yen: int
    receipt_number: str
    paid_on: date

    def fields(self) -> dict[str, str]:
        """The same as texts, as `read_notice` takes them [項目]."""
        return _numbers(self) | {
            "amount_yen": str(self.amount_yen),
            "receipt_number": self.receipt_number,
            "paid_on": f"{self.paid_on:%Y%m%d}",
        }


def _numbers(one: Bill | Notice) -> dict[str, str]:
    return {
        "institution_number": one.institution_number,
        "payer_number": one.payer_number,
        "confirmation_number": one.confirmation_number,
    }


def read_notice(fields: Mapping[str, str], *, file: str | None = None) -> Notice:
    """A notice from its fields; others are not looked at [収納通知の読み取り].

    Raises    FaultyInput with every fault: a field that is missing or of another shape, an amount
              of nothing, a day that no calendar has.
    """
    faults = [
        Fault("PEZ-002", file, column=each.name, details={"title": each.title_ja})
        for each in FIELDS
        if each.name not in fields
    ]
    faults += _faults_of(fields, file)
    paid_on = _day(fields.get("paid_on", ""))
    if paid_on is None and not any(fault.column == "paid_on" for fault in faults):
        faults.append(Fault("PEZ-003", file, column="paid_on", excerpt=fields["paid_on"]))
    if faults or paid_on is None:
        raise FaultyInput(*faults)
    return Notice(
        fields["institution_number"],
        fields["payer_number"],
        fields["confirmation_number"],
        int(fields["amount_yen"]),
        fields["receipt_number"],
        paid_on,
    )


def _faults_of(fields: Mapping[str, str], file: str | None) -> tuple[Fault, ...]:
    """Fields that are there, and are of another shape than they must be."""
    found = []
    for each in FIELDS:
        text = fields.get(each.name)
        if text is None:
            continue
        is_nothing = each.name == "amount_yen" and not text.strip("0")
        if is_nothing or not each.pattern.fullmatch(text):
            details = {"title": each.title_ja, "name": each.name}
            details |= {"shape": each.shape_ja, "shape_en": each.shape_en}
            found.append(Fault("PEZ-001", file, None, each.name, clipped(text), details))
    return tuple(found)


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007  # a day of Japan
    except ValueError:
        return None


def mismatches(bill: Bill, notice: Notice) -> tuple[Fault, ...]:
    """Everything in which a notice is not of a bill [収納情報の照合]; nothing if it is.

    Law       BANK-009.
    """
    pairs = [
        (each, _numbers(bill)[each.name], _numbers(notice)[each.name]) for each in FIELDS[:_NUMBERS]
    ]
    if bill.amount_yen is not None:
        pairs.append((FIELDS[_NUMBERS], f"{bill.amount_yen:,}", f"{notice.amount_yen:,}"))
    return tuple(
        Fault("PEZ-004", None, None, each.name, seen, {"title": each.title_ja, "wanted": wanted})
        for each, wanted, seen in pairs
        if wanted != seen
    )
