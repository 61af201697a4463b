"""What files of orders share: one sender, one day, lines of whole yen [依頼ファイルの共通部].

Transfers and debits are checked alike before they are written, and alike when they are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from motocho.outside.bank.accounts import Originator, account_of
from motocho.outside.bank.days import is_business_day, month_and_day
from motocho.outside.bank.layouts import Record
from motocho.outside.bank.records import Faults, Group, number_or_zero
from motocho.units.money import yen_text

MOST_LINES = 999_999
"""Lines of one file, by the six digits of the trailer."""
MOST_YEN = 9_999_999_999
"""Largest transfer or debit, by the ten digits of the data record."""
MOST_SUM_YEN = 999_999_999_999
"""Largest sum of one file, by the twelve digits of the trailer."""


def check_file(faults: Faults, header: Record, on: date, amounts: Sequence[int]) -> None:
    """Faults of a file as a whole: its day, its size [ファイル全体の検査].

    Law       BANK-003: the day is a bank business day.
    """
    if not is_business_day(on):
        faults.add("BNK-045", 1, header.field("on").place, on.isoformat())
    if not amounts:
        faults.add("BNK-049", 1)
    if len(amounts) > MOST_LINES or sum(amounts) > MOST_SUM_YEN:
        count, sum_yen = yen_text(len(amounts)), yen_text(sum(amounts))
        faults.add("BNK-046", 1, count=count, sum=sum_yen)


def check_line(faults: Faults, line: int, record: Record, name: str, amount_yen: int) -> None:
    """Faults of one line that its widths do not show: no name, zero yen [明細の検査]."""
    if not name.strip():
        faults.add("BNK-044", line, record.field("name").place)
    if amount_yen == 0:
        asked, limit = record.field("amount_yen"), yen_text(MOST_YEN)
        shown = str(amount_yen)
        faults.add("BNK-041", line, asked.place, shown, title=asked.title_ja, limit=limit)


def only_group(groups: Sequence[Group], faults: Faults) -> Group:
    """The one header of a file with its data; more are a fault [一組だけのファイル].

    Raises    FaultyInput if there are more.
    """
    if len(groups) > 1:
        faults.add("BNK-013", groups[1].line, count=str(len(groups)))
    faults.refuse()
    return groups[0]


def file_day(group: Group, header: Record, near_on: date, faults: Faults) -> date:
    """The day of the header [振込指定日・引落日]; with a fault if there is no such day."""
    text = group.header[header.index["on"]]
    on = month_and_day(text, near_on=near_on)
    if on is None:
        asked = header.field("on")
        near = near_on.isoformat()
        faults.add("BNK-023", group.line, asked.place, text, title=asked.title_ja, near=near)
        return near_on
    return on


def check_totals(group: Group, trailer: Record, amounts: Sequence[int], faults: Faults) -> None:
    """Count and sum of the trailer against the data [トレーラの件数・金額の検査].

    Law       BANK-002.
    """
    for name, counted in (("count", len(amounts)), ("sum_yen", sum(amounts))):
        check_total(faults, group, trailer, name, counted)


def check_total(faults: Faults, group: Group, trailer: Record, name: str, counted: int) -> None:
    """One number of the trailer against what the data add up to [トレーラの検査]."""
    asked = trailer.field(name)
    seen = number_or_zero(group.trailer[trailer.index[name]])
    if seen != counted:
        faults.add("BNK-030", group.trailer_line, asked.place, title=asked.title_ja,
                   seen=yen_text(seen), counted=yen_text(counted))  # fmt: skip


def originator_of(group: Group, header: Record) -> Originator:
    """Who sent the file [委託者]."""
    at = header.index
    name = group.header[at["originator_name"]].rstrip(" ")
    return Originator(group.header[at["originator_code"]], name, account_of(group.header, header))
