"""Writes the shipped sample history: ten years with a fictional lender, and one typing error.

`python -m scripts.sample_history` rewrites src/motocho/claims/samples/ten_years.csv; a test holds
that the file is what this program gives. The lender's book is kept by its own rule (29.2 % until
2010-06-17, then 18 %; days of the calendar year; yen cut; interest first), so its printed balances
are right; one repayment was typed with two digits swapped.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

from motocho.kernel.accrual import accrue, cut, span_between
from motocho.kernel.appropriation import repay
from motocho.kernel.conventions import Rounding, YearBasis
from motocho.units.days import era_date_short
from motocho.units.money import yen_text

TARGET = Path(__file__).parents[1] / "src" / "motocho" / "claims" / "samples" / "ten_years.csv"
SEED = 7
OPENED_ON = date(2007, 1, 15)
RATE_CUT_ON = date(2010, 6, 18)
OLD_RATE_PPM, NEW_RATE_PPM = 292_000, 180_000
LAST_MONTHS = 121
MISTYPED_ROW = 47
"""The row of the table (its heading not counted) that was typed wrong."""

Row = tuple[str, ...]
HEADING = "年月日,取引,出金額,入金額,約定利率,残高,備考"


def _rate_ppm(on: date) -> int:
    return OLD_RATE_PPM if on < RATE_CUT_ON else NEW_RATE_PPM


def _interest(principal: int, before: date, on: date) -> int:
    """The lender's interest of a row, its rate changing on RATE_CUT_ON, cut once."""
    yen = ticks = 0
    first = before + timedelta(days=1)
    edges = [first, RATE_CUT_ON] if first < RATE_CUT_ON <= on else [first]
    for begin, end in zip(edges, [*edges[1:], on + timedelta(days=1)], strict=True):
        span = span_between(begin.toordinal(), end.toordinal() - 1, YearBasis.CALENDAR)
        accrued = accrue(principal, _rate_ppm(begin), span)
        yen, ticks = yen + accrued.yen, ticks + accrued.remainder_ticks
    return int(cut(yen, ticks, Rounding.FLOOR))


def book() -> list[Row]:
    """The lender's rows in order; amounts as the lender printed them."""
    chance = random.Random(SEED)
    principal, unpaid, last = 0, 0, OPENED_ON
    rows: list[Row] = [(era_date_short(OPENED_ON), "契約", "", "", "29.2%", "0", "限度額50万円")]

    def add(on: date, kind: str, lent: int, paid: int, note: str = "") -> None:
        nonlocal principal, unpaid, last
        if last < RATE_CUT_ON <= on:
            rows.append((era_date_short(RATE_CUT_ON), "利率変更", "", "", "18.0%", "", ""))
        unpaid += _interest(principal, last, on)
        if paid:
            unpaid, principal, _ = repay(paid, unpaid, principal)  # type: ignore[assignment]
        principal, last = principal + lent, on
        rate = "29.2%" if on < RATE_CUT_ON else "18.0%"
        shown = [yen_text(amount) if amount else "" for amount in (lent, paid)]
        rows.append((era_date_short(on), kind, *shown, rate, yen_text(principal), note))

    add(OPENED_ON, "貸付", 300_000, 0, "店頭")
    due = date(2007, 2, 26)
    for month in range(LAST_MONTHS):
        on = due + timedelta(days=chance.choice([-3, -1, 0, 0, 0, 1, 2]))
        if month == LAST_MONTHS - 1:
            rest = unpaid + _interest(principal, last, on) + principal
            add(on, "入金", 0, rest, "完済")
            rows.append((era_date_short(on), "解約", "", "", "", "0", "契約書返却"))
            break
        add(on, "入金", 0, chance.choice([15_000, 15_000, 16_000, 18_000, 20_000]), "ATM")
        if principal < 460_000 and chance.random() < 0.17:
            drawn = on + timedelta(days=chance.randint(1, 9))
            add(drawn, "貸付", chance.choice([20_000, 30_000, 30_000, 50_000]), 0, "ATM")
        due = date(due.year + due.month // 12, due.month % 12 + 1, 26)
    return rows


def as_typed(rows: list[Row]) -> list[Row]:
    """The book as somebody typed it from paper: one repayment has two digits swapped."""
    typed = list(rows)
    on, kind, lent, paid, *rest = typed[MISTYPED_ROW]
    digits = list(paid)
    digits[0], digits[1] = digits[1], digits[0]
    typed[MISTYPED_ROW] = (on, kind, lent, "".join(digits), *rest)
    return typed


def text() -> str:
    """The whole file."""
    lines = ["架空ファイナンス株式会社 取引履歴(見本・実在しません),,,,,,", ",,,,,,", HEADING]
    lines += [
        ",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in as_typed(book())
    ]
    return "\r\n".join(lines) + "\r\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(text().encode("utf-8-sig"))
    print(f"wrote {TARGET.name}: {len(book())} rows")
