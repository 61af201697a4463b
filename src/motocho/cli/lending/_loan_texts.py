"""Positions, quotes, statements as text for a terminal [契約の表示]."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from motocho.cli._grid import grid, pairs
from motocho.cli._output import Output
from motocho.cli._words import word
from motocho.documents.sheet import Align
from motocho.kernel.revolving import PieceKind
from motocho.loans.queries import Position, Quote, StatementRow, kind_name
from motocho.units.money import rate_text, yen_text

DAYS_SHOWN = 7
"""Later days of a quote on a terminal; the document has them all."""


def _yen(amount: int, output: Output) -> str:
    return output.text(f"{yen_text(amount)}円", f"¥{yen_text(amount)}")


def _day(on: date | None) -> str:
    return "—" if on is None else str(on)


def position_text(found: Position, name: str, output: Output) -> str:
    """A position, one thing a line [残高の表示]."""
    say = output.text

    def yen(amount: int) -> str:
        return _yen(amount, output)

    interest = say(
        f"未払 {yen(found.unpaid_interest_yen)}、経過 {yen(found.accrued_interest_yen)}",
        f"unpaid {yen(found.unpaid_interest_yen)}, accrued {yen(found.accrued_interest_yen)}",
    )
    damages = say(
        f"未払 {yen(found.unpaid_damages_yen)}、経過 {yen(found.accrued_damages_yen)}",
        f"unpaid {yen(found.unpaid_damages_yen)}, accrued {yen(found.accrued_damages_yen)}",
    )
    rows = [
        (say("契約", "Agreement"), name),
        (say("基準日", "On"), str(found.on)),
        (say("状態", "Stage"), word(found.stage, output)),
        (say("残元金", "Principal"), yen(found.principal_yen)),
        (say("利息", "Interest"), interest),
        (say("遅延損害金", "Damages"), damages),
        (say("完済額", "Payoff"), yen(found.payoff_yen)),
        (say("お支払額", "To pay now"), yen(found.due_yen)),
        (say("返済期日", "Due on"), _due_text(found, output)),
        (say("利用可能額", "Available"), _available_text(found, output)),
        (say("利率", "Rate"), _rate_text(found, output)),
    ]
    for amount, ja, en in (
        (found.costs_yen, "費用", "Costs"),
        (found.written_off_yen, "償却済みの元金", "Written off"),
        (found.excess_yen, "お預り金", "Held for the member"),
        (found.held_yen, "振込中", "On its way"),
    ):
        if amount:
            rows.append((say(ja, en), yen(amount)))
    if found.late_since is not None:
        late = say(f"{found.days_late}日({_day(found.late_since)}の期日から)",
                   f"{found.days_late} days (due date {_day(found.late_since)})")  # fmt: skip
        rows.append((say("延滞", "Late"), late))
    return pairs(rows)


def _due_text(found: Position, output: Output) -> str:
    if found.due_on is None:
        return "—"
    if found.pay_by_on == found.due_on:
        return _day(found.due_on)
    return output.text(
        f"{found.due_on}(休業日のため{_day(found.pay_by_on)}まで)",
        f"{found.due_on} (banks closed: until {_day(found.pay_by_on)})",
    )


def _available_text(found: Position, output: Output) -> str:
    said = output.text(
        f"{_yen(found.available_yen, output)}(限度額 {_yen(found.limit_yen, output)})",
        f"{_yen(found.available_yen, output)} of {_yen(found.limit_yen, output)}",
    )
    stops = [word(stop, output) for stop in sorted(found.stops, key=lambda one: one.value)]
    if not stops:
        return said
    return output.text(f"{said} 停止: {'、'.join(stops)}", f"{said}; stopped: {', '.join(stops)}")


def _rate_text(found: Position, output: Output) -> str:
    said = output.text(f"年{rate_text(found.rate_ppm)}", f"{rate_text(found.rate_ppm)} a year")
    if found.interest_free_until is not None:
        return output.text(
            f"{said}({found.interest_free_until}まで無利息)",
            f"{said} (free of interest until {found.interest_free_until})",
        )
    if found.bears_as is PieceKind.DAMAGES:
        rate = rate_text(found.bears_ppm)
        return output.text(f"{said}(いまは損害金 年{rate})", f"{said} (now damages of {rate})")
    return said


def quote_text(found: Quote, name: str, output: Output) -> str:
    """A quote: its parts, the days behind them, the next days [完済額の表示]."""
    say = output.text
    parts = [
        (say("契約", "Agreement"), name),
        (say("基準日", "On"), str(found.on)),
    ]
    for amount, ja, en in (
        (found.costs_yen, "費用", "Costs"),
        (found.damages_yen, "遅延損害金", "Damages"),
        (found.interest_yen, "利息", "Interest"),
        (found.principal_yen, "元金", "Principal"),
        (found.written_off_yen, "償却済みの元金", "Written off"),
    ):
        if amount:
            parts.append((say(ja, en), _yen(amount, output)))
    parts.append((say("完済額", "Settles"), _yen(found.total_yen, output)))
    if found.excess_yen:
        parts.append((say("お預り金", "Held"), _yen(found.excess_yen, output)))
    blocks = [pairs(parts)]
    if found.charges:
        blocks.append(_charges(found, output))
    ahead = [
        (str(day.on), f"{_yen(day.total_yen, output)} (+{yen_text(day.extra_yen)})")
        for day in found.ahead[:DAYS_SHOWN]
    ]
    blocks.append(pairs(ahead))
    return "\n\n".join(blocks)


def _charges(found: Quote, output: Output) -> str:
    say = output.text
    headers = [say("から", "From"), say("まで", "To"), say("日数", "Days"), say("元金", "Amount"),
               say("利率", "Rate"), say("種類", "As"), say("計算", "Bore")]  # fmt: skip
    sides = [Align.LEFT, Align.LEFT, Align.RIGHT, Align.RIGHT, Align.RIGHT, Align.LEFT, Align.RIGHT]
    rows = []
    for one in found.charges:
        bore = one.document()["uncut_yen"]
        kind = word(one.kind, output)
        rows.append(
            [str(one.from_on), str(one.to_on), str(one.days), yen_text(one.amount_yen),
             rate_text(one.rate_ppm), kind, bore]
        )  # fmt: skip
    return grid(headers, sides, rows)


def statement_text(rows: Sequence[StatementRow], output: Output) -> str:
    """Statement rows as a table [明細の表示]."""
    say = output.text
    headers = [
        say("番号", "No."), say("日付", "Date"), say("種別", "Kind"), say("金額", "Amount"),
        say("利息", "Interest"), say("損害金", "Damages"), say("費用", "Costs"),
        say("元金", "Principal"), say("残元金", "Balance"), say("日数", "Days"),
        say("利率", "Rate"), say("備考", "Note"),
    ]  # fmt: skip
    right, left = Align.RIGHT, Align.LEFT
    sides = [right, left, left, *([right] * 8), left]
    return grid(headers, sides, [_cells(row, output) for row in rows])


def _cells(row: StatementRow, output: Output) -> list[str]:
    def yen(amount: int | None) -> str:
        return "" if not amount else yen_text(amount)

    balance = "" if row.principal_yen is None else yen_text(row.principal_yen)
    rate = "" if row.rate_ppm is None else rate_text(row.rate_ppm)
    return [
        str(row.event_no), str(row.on), kind_name(row.kind, output.language), yen(row.amount_yen),
        yen(row.to_interest_yen), yen(row.to_damages_yen), yen(row.to_costs_yen),
        yen(row.to_principal_yen), balance, str(row.days), rate, _note(row, output),
    ]  # fmt: skip


def _note(row: StatementRow, output: Output) -> str:
    say = output.text
    if row.undoing is not None:
        by = row.undoing
        return say(
            f"取消(取引{by.event_no}、{by.business_on}) {by.reason}",
            f"cancelled by {by.event_no} on {by.business_on} {by.reason}",
        ).strip()
    notes = []
    if row.to_excess_yen > 0:
        held = _yen(row.to_excess_yen, output)
        notes.append(say(f"お預り {held}", f"held {held}"))
    if row.late_days:
        notes.append(say(f"延滞{row.late_days}日", f"late {row.late_days} days"))
    if row.late_since is not None:
        notes.append(say("延滞中", "overdue"))
    if row.on != row.business_on:
        notes.append(say(f"{row.business_on}記帳", f"booked {row.business_on}"))
    return say("、", ", ").join(notes)
