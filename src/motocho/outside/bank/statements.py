"""What came and went on our accounts, as the bank tells it [入出金取引明細と振込入金通知].

Two formats, one shape: account movements (03) hold everything and both balances, notices of
incoming transfers (01) the transfers alone. Use one of the two for an account: each numbers its
lines by itself, so the same money told in both would be two receipts.

Every line has a key, `receipt_ref`: account, day and the bank's inquiry number; where the bank
gives none, the digest of the line and which of its equals in the file it is. The same file twice
gives the same keys, two equal payments in one file give two.

>>> from motocho.outside.bank.accounts import AccountType
>>> ours = BankAccount("9999", "101", AccountType.ORDINARY, "0000001")
>>> day = date(2026, 11, 20)
>>> came = BankLine(day, day, 10_000, number="7", payer_name="ﾔﾏﾀﾞ ﾊﾅｺ")
>>> statement = BankStatement(StatementKind.MOVEMENTS, ours, day, day, day, (came,))
>>> (back,) = read_statements(write_statements([statement]), near_on=date(2026, 11, 21))
>>> back == statement, receipts(back)[0].receipt_ref
(True, '03/9999-101-1-0000001/20261120/7')
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import NamedTuple

from motocho.outside.bank import records
from motocho.outside.bank.accounts import AccountType, BankAccount
from motocho.outside.bank.days import Years, era_digits, year_month_and_day
from motocho.outside.bank.layouts import MOVEMENTS, NOTICE, NOTICE_WIDE, Layout, Record
from motocho.outside.bank.orders import check_total
from motocho.outside.bank.records import (
    Composer,
    Faults,
    Group,
    Parsed,
    Separator,
    Values,
    number_or_zero,
)  # fmt: skip
from motocho.units.errors import ensure
from motocho.units.money import yen_text

NATURES: Mapping[str, tuple[str, str]] = {
    "10": ("現金", "cash"),
    "11": ("振込", "transfer"),
    "12": ("他店券入金", "cheque of another bank"),
    "13": ("交換", "clearing"),
    "14": ("振替", "book entry"),
    "15": ("継続", "renewal"),
    "18": ("その他", "other"),
    "19": ("訂正", "correction"),
}
"""What the bank calls a movement [取引区分], in Japanese and English; a bank may leave it empty."""
CORRECTION = "19"


class Direction(Enum):
    """Whether money came or went [入払区分]."""

    IN = "1"
    OUT = "2"


class Effect(Enum):
    """Whether a notice tells of money, or takes an earlier notice back [取消区分]."""

    TOLD = "0"
    CANCELLED = "1"


class StatementKind(Enum):
    """Which format a statement is of [明細の種類]."""

    MOVEMENTS = "03"
    NOTICE = "01"
    NOTICE_WIDE = "01B"


_LAYOUTS = {
    StatementKind.MOVEMENTS: MOVEMENTS,
    StatementKind.NOTICE: NOTICE,
    StatementKind.NOTICE_WIDE: NOTICE_WIDE,
}
_KINDS = {id(layout): kind for kind, layout in _LAYOUTS.items()}


class Numbers(Enum):
    """What a bank's inquiry numbers are worth [照会番号の扱い]."""

    UNIQUE = "unique"
    """One of a kind for an account and a day; a second line of the same number is a fault."""
    IGNORED = "ignored"
    """Not to be relied on: the key is the digest of the line and its ordinal."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """In what a bank differs from the format [銀行ごとの違い]; found once, when a bank is added."""

    years: Years = Years.ERA
    numbers: Numbers = Numbers.UNIQUE


STANDARD = Dialect()


class BankLine(NamedTuple):
    """One movement of an account [明細の1行].

    `booked_on` is the bank's book day [勘定日], `value_on` the day the money counts [起算日];
    `payer_code` is ten digits or empty: a virtual account, or a code of the payer's bank;
    `cheques_yen` is the part of the amount that is not cleared yet [他店券].
    """

    booked_on: date
    value_on: date
    amount_yen: int
    direction: Direction = Direction.IN
    effect: Effect = Effect.TOLD
    nature: str = ""
    number: str = ""
    payer_code: str = ""
    payer_name: str = ""
    bank_name: str = ""
    branch_name: str = ""
    note: str = ""
    edi: str = ""
    cheques_yen: int = 0


@dataclass(frozen=True, slots=True)
class BankStatement:
    """Movements of one account over some days [口座の明細].

    Balances are None where the bank gives none; `refs` are the keys of the lines, made when read.
    """

    kind: StatementKind
    account: BankAccount
    made_on: date
    from_on: date
    to_on: date
    lines: tuple[BankLine, ...]
    account_name: str = ""
    opening_yen: int | None = None
    closing_yen: int | None = None
    refs: tuple[str, ...] = field(default=(), compare=False)


class ReceiptLine(NamedTuple):
    """Money that came, as a command takes it [入金]."""

    receipt_ref: str
    amount_yen: int
    value_on: date
    line: BankLine


def receipts(statement: BankStatement) -> list[ReceiptLine]:
    """The lines on which money came, cancelled and corrected ones among them [入金明細].

    Takes     a statement as read: only such a one has keys.
    """
    pairs = zip(statement.refs, statement.lines, strict=True)
    return [
        ReceiptLine(ref, line.amount_yen, line.value_on, line)
        for ref, line in pairs
        if line.direction is Direction.IN
    ]


# ---------------------------------------------------------------------------------------- reading
def read_statements(
    data: bytes, *, near_on: date, dialect: Dialect = STANDARD, file: str | None = None
) -> tuple[BankStatement, ...]:
    """The statements of a file, one for each account in it [入出金明細の読み取り].

    Days      near_on: a day within a year of the file's days, which have two digits for the year.
    Raises    FaultyInput with every fault: line, bytes, what was seen, what mends it.
    Law       BANK-002: counts and sums of the trailer, and the balances, agree with the lines.
    """
    parsed = records.parse(data, (MOVEMENTS, NOTICE_WIDE, NOTICE), file=file)
    reading = _Reading(parsed.layout, near_on, dialect, Faults(file))
    _check_years(parsed, reading)
    found = tuple(_statement(group, reading) for group in parsed.groups)
    _check_end(parsed, found, reading.faults)
    reading.faults.refuse()
    return found


def _check_years(parsed: Parsed, reading: _Reading) -> None:
    """A file whose years are all of the other kind gets one fault, not one for each day.

    Raises    FaultyInput if the day it was made is one only by the other years.
    """
    asked = parsed.layout.header.field("made_on")
    group = parsed.groups[0]
    text = group.header[parsed.layout.header.index["made_on"]]
    other = Years.ERA if reading.dialect.years is Years.WESTERN else Years.WESTERN
    on = year_month_and_day(text, reading.near_on, other)
    if on is None or reading.day(text) is not None:
        return
    names = {Years.ERA: ("和暦", "eras"), Years.WESTERN: ("西暦", "western years")}
    meant, meant_en = names[other]
    reading.faults.add("BNK-025", group.line, asked.place, text,
                       meant=meant, meant_en=meant_en, on=on.isoformat())  # fmt: skip
    reading.faults.refuse()


@dataclass(slots=True)
class _Reading:
    """What every step of one reading needs."""

    layout: Layout
    near_on: date
    dialect: Dialect
    faults: Faults
    days: dict[str, date | None] = field(default_factory=dict)

    def day(self, text: str) -> date | None:
        if text not in self.days:
            self.days[text] = year_month_and_day(text, self.near_on, self.dialect.years)
        return self.days[text]

    def named_day(self, line: int, values: Values, record: Record, name: str) -> date:
        """The day of a field; where it is none, a fault and the known day in its place."""
        text = values[record.index[name]]
        on = self.day(text)
        if on is None:
            asked, near = record.field(name), self.near_on.isoformat()
            self.faults.add("BNK-024", line, asked.place, text, title=asked.title_ja, near=near)
        return self.near_on if on is None else on


def _statement(group: Group, reading: _Reading) -> BankStatement:
    layout, header, at = reading.layout, group.header, reading.layout.header.index
    number = header[at["account_number"]].lstrip("0").zfill(_ACCOUNT_DIGITS)
    account = BankAccount(
        bank_code=header[at["bank_code"]],
        branch_code=header[at["branch_code"]],
        account_type=AccountType(header[at["account_type"]]),
        number=number,
        bank_name=header[at["bank_name"]].rstrip(" "),
        branch_name=header[at["branch_name"]].rstrip(" "),
    )
    days = {
        name: reading.named_day(group.line, header, layout.header, name)
        for name in ("made_on", "from_on", "to_on")
    }
    lines = _lines_of(group, reading)
    statement = BankStatement(
        kind=_KINDS[id(layout)],
        account=account,
        lines=tuple(lines),
        account_name=header[at["account_name"]].rstrip(" "),
        opening_yen=_balance(header, layout.header),
        closing_yen=_balance(group.trailer, layout.trailer),
        refs=tuple(_refs(str(account), lines, group, reading)),
        **days,
    )
    _check(statement, group, reading)
    return statement


_ACCOUNT_DIGITS = 7


def _lines_of(group: Group, reading: _Reading) -> list[BankLine]:
    """The data records as lines; those with an impossible day are faults."""
    make = _notice_line if reading.layout.code == NOTICE.code else _movement_line
    if reading.layout is NOTICE_WIDE:
        make = _wide_line
    lines = []
    record, days = reading.layout.data, reading.days
    booked_at, value_at = record.index["booked_on"], record.index["value_on"]
    for text in {row[at] for row in group.rows for at in (booked_at, value_at)}:
        reading.day(text)
    for place, row in enumerate(group.rows):
        booked_on, value_on = days[row[booked_at]], days[row[value_at]]
        if booked_on is None or value_on is None:
            number = group.first_row_line + place
            booked_on = reading.named_day(number, row, record, "booked_on")
            value_on = reading.named_day(number, row, record, "value_on")
        lines.append(make(row, booked_on, value_on))
    if reading.layout is NOTICE_WIDE:
        _check_amounts(group, reading.faults)
    return lines


def _check_amounts(group: Group, faults: Faults) -> None:
    """Format B has two fields for an amount, and one of them is zero."""
    record = NOTICE_WIDE.data
    narrow_at, wide_at = record.index["amount_yen"], record.index["wide_yen"]
    for place, row in enumerate(group.rows):
        if row[narrow_at].strip("0") and row[wide_at].strip("0"):
            seen = f"{row[narrow_at]}, {row[wide_at]}"
            place_of = record.field("wide_yen").place
            faults.add("BNK-034", group.first_row_line + place, place_of, seen)


_DIRECTIONS = {each.value: each for each in Direction}


_UNUSED = frozenset(sign * width for sign in " 0" for width in range(1, 15))
"""What a bank writes in a field of digits that it does not use."""


def _movement_line(row: Values, booked_on: date, value_on: date) -> BankLine:
    number, _, _, direction, nature, amount, cheques, code, name, bank, branch, note, edi = row
    return BankLine(
        booked_on,
        value_on,
        int(amount),
        _DIRECTIONS[direction],
        Effect.TOLD,
        "" if nature in _UNUSED else nature,
        number.lstrip(" 0"),
        "" if code in _UNUSED else code,
        name.rstrip(),
        bank.rstrip(),
        branch.rstrip(),
        note.rstrip(),
        edi.rstrip(),
        0 if cheques in _UNUSED else int(cheques),
    )


def _notice_line(row: Values, booked_on: date, value_on: date) -> BankLine:
    number, _, _, amount, cheques, code, name, bank, branch, cancelled, edi = row
    return BankLine(
        booked_on,
        value_on,
        int(amount),
        Direction.IN,
        Effect.CANCELLED if cancelled == Effect.CANCELLED.value else Effect.TOLD,
        "",
        number.lstrip(" 0"),
        "" if code in _UNUSED else code,
        name.rstrip(),
        bank.rstrip(),
        branch.rstrip(),
        "",
        edi.rstrip(),
        0 if cheques in _UNUSED else int(cheques),
    )


def _wide_line(row: Values, booked_on: date, value_on: date) -> BankLine:
    (*shared, wide_amount, wide_cheques, edi) = row
    line = _notice_line((*shared, edi), booked_on, value_on)
    if line.amount_yen:
        return line
    return line._replace(amount_yen=int(wide_amount), cheques_yen=int(wide_cheques))


def _balance(values: Values, record: Record) -> int | None:
    """The balance of a header or trailer; None where the bank gives none."""
    if "balance_yen" not in record.by_name:
        return None
    sign = values[record.index["sign"]]
    amount = number_or_zero(values[record.index["balance_yen"]])
    if not amount and sign not in {_PLUS, _MINUS}:
        return None
    return -amount if sign == _MINUS else amount


_PLUS, _MINUS = "1", "2"


# ------------------------------------------------------------------------------------------- keys
def _refs(account: str, lines: Sequence[BankLine], group: Group, reading: _Reading) -> list[str]:
    """The key of each line [冪等キー]; a number that comes twice is a fault."""
    trusts = reading.dialect.numbers is Numbers.UNIQUE
    head, seen, equals = f"{reading.layout.code}/{account}/", set(), Counter[str]()
    days = {on: f"{head}{on:%Y%m%d}/" for on in {line.booked_on for line in lines}}
    refs = []
    for place, line in enumerate(lines):
        if trusts and line.number:
            ref = f"{days[line.booked_on]}{line.number}"
            if line.effect is Effect.CANCELLED:
                ref += "/cancelled"
            if ref in seen:
                _number_fault(place, line, group, reading)
            seen.add(ref)
        else:
            digest = _digest(group.raw(place))
            equals[digest] += 1
            ref = f"{days[line.booked_on]}#{digest}-{equals[digest]}"
        refs.append(ref)
    return refs


_DIGEST_BYTES = 12


def _digest(raw: str) -> str:
    return hashlib.blake2b(raw.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def _number_fault(place: int, line: BankLine, group: Group, reading: _Reading) -> None:
    asked = reading.layout.data.field("number")
    number = group.first_row_line + place
    on = line.booked_on.isoformat()
    reading.faults.add("BNK-033", number, asked.place, line.number, on=on)


# ------------------------------------------------------------------------------------------ checks
def _check(statement: BankStatement, group: Group, reading: _Reading) -> None:
    """The trailer, and the chain from the opening balance to the closing one."""
    if statement.kind is StatementKind.MOVEMENTS:
        _check_movements(statement, group, reading.faults)
    else:
        _check_notice(statement, group, reading)


def _check_movements(statement: BankStatement, group: Group, faults: Faults) -> None:
    came = [each.amount_yen for each in statement.lines if each.direction is Direction.IN]
    went = [each.amount_yen for each in statement.lines if each.direction is Direction.OUT]
    totals = {
        "in_count": len(came),
        "in_yen": sum(came),
        "out_count": len(went),
        "out_yen": sum(went),
        "count": len(statement.lines),
    }
    for name, counted in totals.items():
        check_total(faults, group, MOVEMENTS.trailer, name, counted)
    if statement.opening_yen is None or statement.closing_yen is None:
        return
    counted = sum((statement.opening_yen, *came, *(-amount for amount in went)))
    if counted != statement.closing_yen:
        asked = MOVEMENTS.trailer.field("balance_yen")
        seen = yen_text(statement.closing_yen)
        shown = yen_text(counted)
        faults.add("BNK-032", group.trailer_line, asked.place, seen=seen, counted=shown)


def _check_notice(statement: BankStatement, group: Group, reading: _Reading) -> None:
    """Sources do not say whether the total holds cancelled notices: either is taken."""
    trailer, at = reading.layout.trailer, reading.layout.trailer.index
    every = [line.amount_yen for line in statement.lines]
    lines = statement.lines
    cancelled = [line.amount_yen for line in lines if line.effect is Effect.CANCELLED]
    told = [line.amount_yen for line in lines if line.effect is Effect.TOLD]
    given = (int(group.trailer[at["count"]]), int(group.trailer[at["sum_yen"]]))
    if given != (len(told), sum(told)):
        for name, counted in (("count", len(every)), ("sum_yen", sum(every))):
            check_total(reading.faults, group, trailer, name, counted)
    for name, counted in (("cancelled_count", len(cancelled)), ("cancelled_yen", sum(cancelled))):
        if number_or_zero(group.trailer[at[name]]):
            check_total(reading.faults, group, trailer, name, counted)


def _check_end(parsed: Parsed, found: Sequence[BankStatement], faults: Faults) -> None:
    """Sources do not say which records the end record counts: each way of counting is taken."""
    if parsed.layout is not MOVEMENTS:
        return
    end, at = parsed.end, MOVEMENTS.end.index
    groups, data = len(found), sum(len(statement.lines) for statement in found)
    framed = data + 2 * groups
    for name, counted in (("total_count", (data, framed, framed + 1)), ("accounts", (groups,))):
        seen = number_or_zero(end[at[name]])
        if seen and seen not in counted:
            asked, shown = MOVEMENTS.end.field(name), yen_text(counted[-1])
            faults.add("BNK-030", parsed.end_line, asked.place,
                       title=asked.title_ja, seen=yen_text(seen), counted=shown)  # fmt: skip


# ---------------------------------------------------------------------------------------- writing
def write_statements(
    statements: Sequence[BankStatement], *, separator: Separator = Separator.CRLF
) -> bytes:
    """The bytes of statements of one kind, as a bank would send them [入出金明細の作成].

    Raises    FaultyInput with every fault of the values; BrokenInvariant if the format has no field
              for one.
    Why       for tests, simulation and books that are moved; banks send the real ones.
    """
    layout = _LAYOUTS[statements[0].kind]
    faults = Faults(None)
    composer = Composer(layout, faults)
    for statement in statements:
        composer.add("1", _header_values(statement))
        for line in statement.lines:
            composer.add("2", _VALUES_OF[statement.kind](line))
        composer.add("8", _trailer_values(statement))
    composer.add("9", _end_values(statements))
    return composer.finished(separator)


def _header_values(statement: BankStatement) -> dict[str, str | int]:
    digits: dict[str, str | int] = {"account_number": int(statement.account.number)}
    return {
        **statement.account.values(),
        **digits,
        "made_on": era_digits(statement.made_on),
        "from_on": era_digits(statement.from_on),
        "to_on": era_digits(statement.to_on),
        "account_name": statement.account_name,
        **_balance_values(statement, statement.opening_yen),
    }


def _balance_values(statement: BankStatement, balance_yen: int | None) -> dict[str, str | int]:
    if statement.kind is not StatementKind.MOVEMENTS or balance_yen is None:
        return {}
    return {"sign": _MINUS if balance_yen < 0 else _PLUS, "balance_yen": abs(balance_yen)}


def _common_values(line: BankLine) -> dict[str, str | int]:
    return {
        "number": int(line.number or 0),
        "booked_on": era_digits(line.booked_on),
        "value_on": era_digits(line.value_on),
        "amount_yen": line.amount_yen,
        "cheques_yen": line.cheques_yen,
        "payer_code": int(line.payer_code or 0),
        "payer_name": line.payer_name,
        "bank_name": line.bank_name,
        "branch_name": line.branch_name,
        "edi": line.edi,
    }


def _movement_values(line: BankLine) -> dict[str, str | int]:
    ensure(line.effect is Effect.TOLD, "movements have no field for a cancellation", line=line)
    nature = int(line.nature or 0)
    own = {"direction": line.direction.value, "nature": nature, "note": line.note}
    return {**_common_values(line), **own}


def _notice_values(line: BankLine) -> dict[str, str | int]:
    bare = (line.direction, line.nature, line.note) == (Direction.IN, "", "")
    ensure(bare, "notices have no field for it", line=line)
    return {**_common_values(line), "cancelled": line.effect.value}


def _wide_values(line: BankLine) -> dict[str, str | int]:
    values = _notice_values(line)
    if line.amount_yen <= _WIDEST_YEN:
        return values
    wide = {"wide_yen": line.amount_yen, "wide_cheques_yen": line.cheques_yen}
    return {**values, **wide, "amount_yen": 0, "cheques_yen": 0}


_WIDEST_YEN = 9_999_999_999
"""Largest amount of the first field of a notice, by its ten digits."""
_VALUES_OF: Mapping[StatementKind, Callable[[BankLine], dict[str, str | int]]] = {
    StatementKind.MOVEMENTS: _movement_values,
    StatementKind.NOTICE: _notice_values,
    StatementKind.NOTICE_WIDE: _wide_values,
}


def _trailer_values(statement: BankStatement) -> dict[str, str | int]:
    lines = statement.lines
    if statement.kind is StatementKind.MOVEMENTS:
        came = [each.amount_yen for each in lines if each.direction is Direction.IN]
        went = [each.amount_yen for each in lines if each.direction is Direction.OUT]
        return {
            "in_count": len(came),
            "in_yen": sum(came),
            "out_count": len(went),
            "out_yen": sum(went),
            "count": len(lines),
            **_balance_values(statement, statement.closing_yen),
        }
    cancelled = [each.amount_yen for each in lines if each.effect is Effect.CANCELLED]
    return {
        "count": len(lines),
        "sum_yen": sum(each.amount_yen for each in lines),
        "cancelled_count": len(cancelled),
        "cancelled_yen": sum(cancelled),
    }


def _end_values(statements: Iterable[BankStatement]) -> dict[str, str | int]:
    every = tuple(statements)
    if every[0].kind is not StatementKind.MOVEMENTS:
        return {}
    data = sum(len(statement.lines) for statement in every)
    return {"total_count": data + 2 * len(every) + 1, "accounts": len(every)}
