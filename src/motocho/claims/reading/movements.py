"""From lines to movements of money: who paid whom, and what was taken back [入出金の判定].

A table with one amount says by its sign, its words or only by its balances what was lent and what
was paid; the words 出金 and 入金 can be meant from two sides. The printed balances are the witness:
what makes them move the right way is believed, and said in a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from motocho.claims.reading.columns import Form, Layout
from motocho.claims.reading.lines import Line
from motocho.claims.reading.noted import Noted
from motocho.claims.reading.words import Kind, Role, no_money_label
from motocho.units.errors import Fault, clipped
from motocho.units.money import yen_text

_FEWEST_WITNESSES = 3
_MOST_OF_TEN = 9

_MINUS_IS_PAID = re.compile(
    "(?:返済|入金|弁済|支払)[^借貸融出]{0,4}[-△▲−]|[-△▲−][^借貸融出]{0,3}(?:返済|入金|弁済|支払)"
)
_MINUS_IS_LENT = re.compile(
    "(?:借入|貸付|融資|出金)[^返入弁支]{0,4}[-△▲−]|[-△▲−][^返入弁支]{0,3}(?:借入|貸付|融資|出金)"
)
_TILL_WORDS = re.compile("出金|引出|払出|借方|withdraw|debit", re.IGNORECASE)


def settle(lines: Sequence[Line], layout: Layout, noted: Noted) -> list[Line]:
    """The lines that move money, each with what was lent and what was paid [入出金の判定].

    Negative amounts of tables that have no signs stay negative here; `_cancelled` takes them on.
    """
    if layout.form is Form.TWO_COLUMNS:
        _settle_two_columns(lines, layout, noted)
        return list(lines)
    if layout.form is Form.KIND or _are_told_by_words(lines):
        return _settle_by_words(lines, layout, noted)
    if any(line.amount_yen < 0 for line in lines):
        _settle_by_sign(lines, layout, noted)
    else:
        _settle_by_balance(lines, layout, noted)
    return list(lines)


# ---------------------------------------------------------------------------------------- witnesses
def _witnesses(lines: Sequence[Line]) -> Iterator[tuple[Line, int]]:
    """Lines with how far the printed balance moved, where it moved."""
    if lines and lines[0].balance_yen and _moves(lines[0]):
        first = lines[0].balance_yen
        if first == abs(lines[0].amount_yen or lines[0].lent_yen or lines[0].paid_yen):
            yield lines[0], first
    for before, line in pairwise(lines):
        if before.balance_yen is None or line.balance_yen is None or not _moves(line):
            continue
        if before.contract == line.contract and line.balance_yen != before.balance_yen:
            yield line, line.balance_yen - before.balance_yen


def _moves(line: Line) -> bool:
    return bool(line.amount_yen or line.lent_yen or line.paid_yen)


def _agreed(for_it: int, against: int) -> bool:
    """Whether witnesses agree: nine of ten at least."""
    return for_it > 0 and for_it * 10 >= (for_it + against) * _MOST_OF_TEN


# -------------------------------------------------------------------------------------- two columns
def _settle_two_columns(lines: Sequence[Line], layout: Layout, noted: Noted) -> None:
    straight = crossed = 0
    for line, moved in _witnesses(lines):
        if bool(line.lent_yen) != bool(line.paid_yen):
            rises = moved > 0
            straight += rises == (line.lent_yen > 0 or line.paid_yen < 0)
            crossed += rises != (line.lent_yen > 0 or line.paid_yen < 0)
    lent, paid = layout.name(Role.BORROW), layout.name(Role.REPAY)
    details = {"lent": clipped(lent), "paid": clipped(paid), "count": f"{crossed:,}"}
    first = lines[0].number if lines else None
    till = _TILL_WORDS.search(lent) is not None or not layout.headings
    if crossed >= _FEWEST_WITNESSES and _agreed(crossed, straight):
        if not till:
            noted.fault(Fault("TAB-046", line=first, column=lent, details=details))
            return
        for line in lines:
            line.lent_yen, line.paid_yen = line.paid_yen, line.lent_yen
        noted.warn(Fault("TAB-051", line=first, column=lent, details=details))
    elif till and not straight:
        noted.warn(Fault("TAB-050", line=first, column=lent, details=details))


# -------------------------------------------------------------------------------- one column: words
def _are_told_by_words(lines: Sequence[Line]) -> bool:
    """Whether most lines with an amount carry 貸付 or 返済 in a remark."""
    moving = [line for line in lines if line.amount_yen]
    told = sum(line.kind in {Kind.LENT, Kind.PAID} for line in moving)
    return told * 10 >= len(moving) * _MOST_OF_TEN > 0


def _settle_by_words(lines: Sequence[Line], layout: Layout, noted: Noted) -> list[Line]:
    learned = _learned_kinds(lines)
    settled = []
    for line in lines:
        kind = line.kind
        if line.amount_yen and kind not in _MONEY_KINDS | _BALANCE_KINDS:
            known = learned.get(line.words)
            if known is None and _stands_still(line):
                noted.still(clipped(no_money_label(line.words)), line.number)
                continue
            if known is None and kind is Kind.CHARGE:
                noted.once_with_sum(
                    Fault("TAB-068", line=line.number, excerpt=clipped(line.words)),
                    line.amount_yen,
                )
                continue
            if known is None:
                column = layout.name(Role.KIND)
                shown = clipped(line.words)
                code = "TAB-045" if shown else "TAB-044"
                noted.fault(Fault(code, line=line.number, column=column, excerpt=shown))
                continue
            kind = known
            word = {Kind.LENT: ("借入", "lent"), Kind.PAID: ("返済", "paid")}[known]
            details = {"as_ja": word[0], "as_en": word[1]}
            shown = clipped(line.words)
            noted.once(Fault("TAB-052", None, line.number, f"「{shown}」", shown, details))
        if kind is Kind.LENT:
            line.lent_yen = line.amount_yen
        elif kind is Kind.PAID:
            line.paid_yen = line.amount_yen
        settled.append(line)
    return settled


_MONEY_KINDS = frozenset({Kind.LENT, Kind.PAID})
_BALANCE_KINDS = frozenset({Kind.OPENING, Kind.CARRIED, Kind.CARRIED_ON, Kind.CLOSING})
_LIMIT_WORDS = re.compile("限度|極度|増額|減額|増枠|減枠|利率|金利|予定|約束|督促|催告|請求")


def _stands_still(line: Line) -> bool:
    """Whether the amount of a row is no movement: a limit, a rate, a sum that is asked for."""
    return line.kind is Kind.RATE_CHANGE or _LIMIT_WORDS.search(line.words) is not None


def _learned_kinds(lines: Sequence[Line]) -> dict[str, Kind]:
    """Unknown words whose rows all move the balance one way."""
    rises: dict[str, int] = {}
    falls: dict[str, int] = {}
    for line, moved in _witnesses(lines):
        if line.amount_yen and line.kind not in _MONEY_KINDS and line.words:
            counted = rises if moved > 0 else falls
            counted[line.words] = counted.get(line.words, 0) + 1
    learned = {words: Kind.LENT for words in rises if words not in falls}
    learned |= {words: Kind.PAID for words in falls if words not in rises}
    return learned


# --------------------------------------------------------------------------------- one column: sign
def _settle_by_sign(lines: Sequence[Line], layout: Layout, noted: Noted) -> None:
    """Amounts with a sign: balances decide what minus means, else the words of the head."""
    plus_lent = minus_lent = 0
    for line, moved in _witnesses(lines):
        rises = moved > 0
        plus_lent += rises == (line.amount_yen > 0)
        minus_lent += rises != (line.amount_yen > 0)
    heading = layout.name(Role.AMOUNT)
    first = next(line.number for line in lines if line.amount_yen)
    if _agreed(plus_lent, minus_lent) or _agreed(minus_lent, plus_lent):
        sign = 1 if plus_lent > minus_lent else -1
        code = "TAB-053" if sign == 1 else "TAB-054"
        details = {"count": f"{max(plus_lent, minus_lent):,}"}
        noted.warn(Fault(code, line=first, column=heading, details=details))
    elif _MINUS_IS_PAID.search(heading) and not _MINUS_IS_LENT.search(heading):
        sign = 1
    elif _MINUS_IS_LENT.search(heading) and not _MINUS_IS_PAID.search(heading):
        sign = -1
    else:
        noted.fault(Fault("TAB-043", line=first, column=heading))
        return
    for line in lines:
        lent = sign * line.amount_yen
        line.lent_yen, line.paid_yen = max(lent, 0), max(-lent, 0)


# ----------------------------------------------------------------------------- one column: balances
def _settle_by_balance(lines: Sequence[Line], layout: Layout, noted: Noted) -> None:
    """Amounts without a sign: the balance rises by an advance, and stays or falls by a payment."""
    heading = layout.name(Role.AMOUNT)
    moving = [line for line in lines if line.amount_yen]
    if not any(line.balance_yen is not None for line in moving):
        if moving:
            noted.fault(Fault("TAB-044", line=moving[0].number, column=heading))
        return
    balance: int | None = 0
    for line in lines:
        if line.kind in _BALANCE_KINDS and line.balance_yen is not None:
            balance = line.balance_yen
        if not line.amount_yen:
            continue
        unclear = (
            line is moving[0] and balance == 0 and line.balance_yen not in {0, line.amount_yen}
        )
        if line.balance_yen is None or balance is None or unclear:
            noted.fault(Fault("TAB-047", line=line.number, column=layout.name(Role.BALANCE)))
        elif line.balance_yen > balance:
            line.lent_yen = line.amount_yen
        else:
            line.paid_yen = line.amount_yen
        balance = line.balance_yen
    noted.warn(
        Fault(
            "TAB-055",
            line=moving[0].number,
            column=heading,
            details={"count": f"{len(moving):,}", "amount": yen_text(moving[0].amount_yen)},
        )
    )
