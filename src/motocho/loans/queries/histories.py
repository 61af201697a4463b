"""An agreement's whole history as a case file for `motocho recalc`, and as a table [取引履歴].

Recalculating a lawful agreement of ours finds no overpayment, and the same principal and unpaid
interest to the yen. To that end the case says exactly what the book did:

- what a receipt brought for costs, or beyond the debt (`Amounts.MET`), is not in its amount: it met
  no principal and no interest; the row's note names it;
- agreed rates are stated from the first day that bore them: 0 for interest-free days, for a rest
  below what machines take, and where no principal is left in the book;
- days that bore damages are delay periods with the rate that they bore;
- the book cuts a row's interest and its damages apart, a recalculation cuts a row once: a row in
  which interest turns into damages has a closing row on the last day before;
- the case begins with a closing row on the day of the contract: it decides the cap on damages.

What is disclosed, claimed and set aside for has amounts as they were paid (`Amounts.PAID`): what
came beyond the debt is in the receipt's amount, what was given back is a row that lends it again,
and what held money met later is no receipt anew. There a recalculation finds what was overpaid.
What was paid back of a claim against us is such a row, too, on the day on which it was paid. Days
before a takeover bear no damages that only our own count of due dates finds; the title says so.

Where the product counts otherwise, equality cannot hold, and the title says so. Fractions that run
on over draws (`Fractions.EACH_RECEIPT`) are cut at draws by a recalculation, which finds up to a
yen less a draw. Damages on the overdue part alone (`DamagesBase.INSTALMENT`) are stated as one rate
on the whole, raised to the next ppm: a recalculation finds a few yen more. A waiver is a row that
pays what was given up: the sum of the debt is equal, its parts are not where principal was given up
and interest left.
"""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from motocho.kernel import revolving
from motocho.kernel.accrual import TICKS_PER_YEN, span_between, weight_of
from motocho.kernel.conventions import YearBasis
from motocho.kernel.revolving import Fractions, Piece, PieceKind, Rules, State, Step
from motocho.loans import _book
from motocho.loans._book import Key
from motocho.loans.queries import _returned, _steps, _taken
from motocho.loans.queries._moment import at_one_moment
from motocho.loans.queries._returned import NOTHING, Returned
from motocho.loans.queries._taken import Taken
from motocho.units.money import rate_fraction_text, yen_text

SCHEMA_VERSION = 1


GIVEN_UP, PAID_BACK, TAKEN_BACK = "免除", "過払金の返還", "過払金の組戻し"
"""Rows that are no dealings: a recalculation takes of them no more than there is to take."""
_KINDS = {"borrow": "借入", "repay": "返済", "closing": "計算日"}


class Amounts(Enum):
    """What the amounts of receipts are [返済欄の額]."""

    MET = "met"
    """What met principal, interest and damages: a lawful agreement recalculates to itself."""
    PAID = "paid"
    """What was paid, less costs of the law: what came beyond the debt is overpaid."""


class _Row(NamedTuple):
    """A row of the case to be."""

    on: date
    kind: str
    amount_yen: int
    balance_yen: int
    note: str = ""
    step: Step | None = None

    @property
    def kind_name(self) -> str:
        """What a table calls it."""
        return _KINDS[self.kind]


@dataclass
class _Case:
    """A case while it is written."""

    rows: list[_Row] = field(default_factory=list)
    rates: dict[int, int] = field(default_factory=dict)
    """Agreed rates by the first day that they govern."""
    rate_ppm: int | None = None
    delays: list[Piece] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class HistoryCase:
    """A whole history in the shape of a case file, and what the book says at its end [取引履歴]."""

    title: str
    rows: tuple[_Row, ...]
    contract_rates: tuple[tuple[date, int], ...]
    delay_periods: tuple[tuple[date, date, int], ...]
    principal_yen: int
    """What the book has owed at the last row: principal, written-off principal included."""
    unpaid_yen: int
    """Interest and damages at the last row, cut."""

    def document(self) -> dict[str, Any]:
        """The case file · the contract of recalculation, sections 1 and 2 [事件ファイル]."""
        return {
            "schema_version": SCHEMA_VERSION,
            "title": self.title,
            "events": [_event(row) for row in self.rows],
            "assumptions": {
                "contract_rates": [
                    [str(on), rate_fraction_text(ppm)] for on, ppm in self.contract_rates
                ],
                "delay_periods": [
                    {
                        "from_on": str(first),
                        "to_on": str(last),
                        "contract_rate": rate_fraction_text(ppm),
                    }
                    for first, last, ppm in self.delay_periods
                ],
            },
        }

    def table(self) -> str:
        """The history as a table in CSV, for people and for `claims.reading` [取引履歴の表].

        What days bore stands in the case file alone: a table has no delay periods.
        """
        return csv_text(self)


def _event(row: _Row) -> dict[str, Any]:
    event: dict[str, Any] = {"date": str(row.on), "kind": row.kind}
    if row.kind != "closing":
        event["amount"] = row.amount_yen
    event["lender_balance"] = row.balance_yen
    if row.note:
        event["note"] = row.note
    return event


# ------------------------------------------------------------------------------------- the way in
@at_one_moment
def history_case(
    cursor: Any, key: Key, until_on: date, amounts: Amounts = Amounts.MET
) -> HistoryCase:
    """The whole history of an agreement up to a day as a case file [取引履歴].

    Takes     the day on which the last row closes; events after it are left out.
    Raises    NotFoundError if the member has no such agreement, or if it was opened after the day.
    Law       貸金業法19条, 19条の2.
    """
    loan = _book.look(cursor, key)
    _steps.refuse_before_opening(loan, until_on)
    start = _steps.beginning(cursor, loan)
    steps = [one.step for one in _steps.told(cursor, loan, start, until_on)]
    cursor.execute("SELECT member_number FROM people_member WHERE member_id = %s", (key.member_id,))
    title = f"会員 {cursor.fetchone()[0]} 契約 {key.agreement_id}"
    returned = _returned.of_books(cursor, key, key, until_on).get(key, NOTHING)
    span = Span(loan.opened_on, until_on, title, amounts, returned, _taken.look(cursor, key))
    return case_of(start.state, steps, loan.rules, span)


class Span(NamedTuple):
    """From the contract to the day on which a history closes, and how it counts [期間]."""

    opened_on: date
    until_on: date
    title: str = ""
    amounts: Amounts = Amounts.MET
    returned: Returned = NOTHING
    """What was paid back of claims; it counts where amounts are as they were paid."""
    taken: Taken | None = None
    """Of an agreement that was taken over: which days were another lender's."""

    @property
    def no_damages_until(self) -> int:
        """Until when days late by our count bear no damages; 0: never [損害金の開始前]."""
        if self.amounts is Amounts.MET or self.taken is None or self.taken.says_damages:
            return 0
        return self.taken.until_on.toordinal()


def case_of(first: State, steps: Sequence[Step], rules: Rules, span: Span) -> HistoryCase:
    """A case from the state of the first day and what each event did: pure [取引履歴の組立て].

    Takes     steps in their order, none after the day on which the history closes.
    """
    case = _Case()
    case.rows.append(_Row(span.opened_on, "closing", 0, 0, "契約"))
    state, passed = first, list[Piece]()
    end = _End(span.until_on.toordinal())
    turned = list(span.returned.turned)
    for step in steps:
        if isinstance(step.event, revolving.Departure):
            # The claim is somebody else's: the history ends with what was owed then.
            end = _End(step.event.on, "債権譲渡")
            break
        passed += _days(state, step.state.on, rules, span)
        if not isinstance(step.event, revolving.NewTerms | revolving.NewArrangement):
            _write_row(case, passed, _balance(state))
            row = _row(step) if span.amounts is Amounts.MET else _paid_row(step, turned)
            case.rows.append(row)
            passed = []
        if step.state.principal_yen == 0:
            # What a recalculation may still find, or what was written off, bears nothing here.
            _state_rate(case, step.state.on + 1, 0)
        state = step.state
    passed += _days(state, end.on, rules, span)
    _write_row(case, passed, _balance(state))
    state = revolving.advance(state, end.on, rules)
    case.rows.append(_Row(date.fromordinal(end.on), "closing", 0, _balance(state), end.note))
    if span.amounts is Amounts.PAID:
        _put_payments(case.rows, span.returned.payments)
    return _made(case, state, span.title + _caveat(rules, span))


def _days(state: State, until: int, rules: Rules, span: Span) -> Iterator[Piece]:
    """What the days up to one bore; before a takeover no damages that only our count finds."""
    last = span.no_damages_until
    for piece in revolving.pieces(state, until, rules):
        if piece.kind is not PieceKind.DAMAGES or piece.first > last:
            yield piece
            continue
        agreed = piece._replace(rate_ppm=state.terms.rate_ppm, kind=PieceKind.AGREED)
        yield agreed._replace(last=min(piece.last, last))
        if piece.last > last:
            yield piece._replace(first=last + 1)


class _End(NamedTuple):
    """The day on which a history closes, and why before its time."""

    on: int
    note: str = ""


def _made(case: _Case, state: State, title: str) -> HistoryCase:
    rates = sorted(case.rates.items())
    accrued = state.interest_ticks // TICKS_PER_YEN + state.damages_ticks // TICKS_PER_YEN
    return HistoryCase(
        title=title,
        rows=tuple(case.rows),
        contract_rates=tuple((date.fromordinal(on), ppm) for on, ppm in rates),
        delay_periods=tuple(
            (date.fromordinal(one.first), date.fromordinal(one.last), one.rate_ppm)
            for one in case.delays
        ),
        principal_yen=_balance(state),
        unpaid_yen=state.interest_yen + state.damages_yen + accrued,
    )


def _caveat(rules: Rules, span: Span) -> str:
    caveats = []
    if span.taken is not None and span.amounts is Amounts.PAID:
        by = "前の貸主の記録による" if span.taken.says_damages else "数えない"
        caveats.append(f"引継ぎ({span.taken.until_on})前の遅延損害金は{by}")
    if rules.fractions is Fractions.EACH_RECEIPT:
        caveats.append("端数は入金時に処理")
    if rules.damages_base is revolving.DamagesBase.INSTALMENT:
        caveats.append("損害金は遅れた元金に対して")
    return f"({'、'.join(caveats)})" if caveats else ""


def _balance(state: State) -> int:
    return state.principal_yen + state.written_off_yen


# ------------------------------------------------------------------------------------------- rows
_CLOSING_NOTES = {
    "Refund": "過入金の返金",
    "Cost": "費用",
    "Acceleration": "期限の利益の喪失",
    "WriteOff": "貸倒償却",
}


def _row(step: Step) -> _Row:
    """The row of an event that ends one: what it moved of principal and interest."""
    event, on = step.event, date.fromordinal(step.event.on)
    balance = _balance(step.state)
    if isinstance(event, revolving.Draw):
        return _Row(on, "borrow", event.amount_yen, balance, "", step)
    if isinstance(event, revolving.Receipt | revolving.ExcessUsed):
        met = step.to_damages_yen + step.to_interest_yen
        met += step.to_principal_yen + step.to_written_off_yen
        return _Row(on, "repay", met, balance, _receipt_note(step, event.amount_yen), step)
    if isinstance(event, revolving.Waiver):
        met = event.damages_yen + event.interest_yen + event.principal_yen
        met += getattr(event, "written_off_yen", 0)
        return _Row(on, "repay", met, balance, GIVEN_UP, step)
    return _Row(on, "closing", 0, balance, _CLOSING_NOTES.get(type(event).__name__, ""), step)


def _paid_row(step: Step, turned: list[tuple[int, int]]) -> _Row:
    """The same row with what was paid, or given back, in place of what it met.

    Takes     day and yen of held money that became a claim; what is found is taken out of it.
    """
    row, event = _row(step), step.event
    if isinstance(event, revolving.Receipt):
        return row._replace(amount_yen=row.amount_yen + step.to_excess_yen)
    if isinstance(event, revolving.ExcessUsed):
        return row._replace(kind="closing", amount_yen=0)
    if isinstance(event, revolving.Refund):
        if (event.on, event.amount_yen) in turned:  # nothing left the house yet
            turned.remove((event.on, event.amount_yen))
            return row._replace(note="過払金の一部になる")
        return row._replace(kind="borrow", amount_yen=event.amount_yen)
    return row


def _put_payments(rows: list[_Row], payments: Sequence[_returned.Payment]) -> None:
    """What was paid back of claims, each after all else of its day but the row that closes."""
    for one in payments:
        place = bisect_right(rows, one.on, key=lambda row: row.on)
        if place == len(rows) and rows[-1].on == one.on:
            place -= 1
        kind, note = ("borrow", PAID_BACK) if one.amount_yen > 0 else ("repay", TAKEN_BACK)
        amount_yen, balance_yen = abs(one.amount_yen), rows[place - 1].balance_yen
        rows.insert(place, _Row(one.on, kind, amount_yen, balance_yen, note))


def _receipt_note(step: Step, amount_yen: int) -> str:
    parts = []
    if isinstance(step.event, revolving.ExcessUsed):
        parts.append(f"仮受金{yen_text(amount_yen)}円の充当")
    elif step.to_costs_yen or step.to_excess_yen:
        parts.append(f"入金{yen_text(amount_yen)}円")
    if step.to_costs_yen:
        parts.append(f"うち費用{yen_text(step.to_costs_yen)}円")
    if step.to_excess_yen > 0:
        parts.append(f"うち仮受金{yen_text(step.to_excess_yen)}円")
    return "、".join(parts)


# ------------------------------------------------------------------------------------------- days
class _Slice(NamedTuple):
    """Days that bore the same: one piece, or two on parts of the principal."""

    first: int
    last: int
    pieces: tuple[Piece, ...]

    @property
    def is_late(self) -> bool:
        return any(piece.kind is PieceKind.DAMAGES for piece in self.pieces)

    @property
    def principal_yen(self) -> int:
        return sum(piece.amount_yen for piece in self.pieces)

    @property
    def rate_ppm(self) -> int:
        """On the whole principal; raised to the next ppm where parts of it bore two rates."""
        yearly_micro_yen = sum(piece.amount_yen * piece.rate_ppm for piece in self.pieces)
        return -(-yearly_micro_yen // self.principal_yen)

    @property
    def ticks(self) -> int:
        weight = weight_of(span_between(self.first, self.last, YearBasis.CALENDAR))
        return sum(piece.amount_yen * piece.rate_ppm for piece in self.pieces) * weight


def _slices(pieces: Iterable[Piece]) -> Iterator[_Slice]:
    for (first, last), same in groupby(pieces, key=lambda piece: (piece.first, piece.last)):
        yield _Slice(first, last, tuple(same))


def _write_row(case: _Case, pieces: Sequence[Piece], balance_yen: int) -> None:
    """What the days of a row bore, and the closings that part interest from damages."""
    slices = list(_slices(pieces))
    for one in slices:
        if one.is_late:
            _add_delay(case, Piece(one.first, one.last, one.rate_ppm, 0, PieceKind.DAMAGES))
        else:
            _state_rate(case, one.first, one.rate_ppm)
    for on in _parts(slices):
        case.rows.append(_Row(date.fromordinal(on), "closing", 0, balance_yen, "利息と損害金の境"))


def _state_rate(case: _Case, on: int, rate_ppm: int) -> None:
    if case.rate_ppm != rate_ppm:
        case.rates[on] = case.rate_ppm = rate_ppm


def _add_delay(case: _Case, delay: Piece) -> None:
    last = case.delays[-1] if case.delays else None
    if last is not None and last.last == delay.first - 1 and last.rate_ppm == delay.rate_ppm:
        case.delays[-1] = last._replace(last=delay.last)
    else:
        case.delays.append(delay)


def _parts(slices: Sequence[_Slice]) -> list[int]:
    """The days on which interest turns into damages, or back; none where a cut would lose more.

    The book cuts all interest of a row as one, and all its damages. A closing row gives the same
    where each is one run of days; where they alternate, or run side by side, the row is left whole,
    and a recalculation finds up to a yen more.
    """
    bearing = [one for one in slices if one.ticks]
    if any(len({piece.kind for piece in one.pieces}) > 1 for one in bearing):
        return []
    turns = [
        earlier.last for earlier, later in pairwise(bearing) if earlier.is_late != later.is_late
    ]
    return turns if len(turns) == 1 else []


# ------------------------------------------------------------------------------------------ table
_HEADINGS = (
    "日付", "種別", "借入", "返済", "利息充当", "損害金充当", "元金充当", "残元金", "備考",
)  # fmt: skip
BYTE_ORDER_MARK = "\ufeff"


def csv_text(case: HistoryCase) -> str:
    """The rows of a case as CSV with Japanese headings, one row an event [取引履歴の表]."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_HEADINGS)
    for row in case.rows:
        writer.writerow(_cells(row))
    return out.getvalue()


def _cells(row: _Row) -> list[str]:
    parts = ["", "", ""]
    if row.kind == "repay" and row.step is not None:
        names = ("to_interest_yen", "to_damages_yen", "to_principal_yen")
        parts = [str(getattr(row.step, name)) for name in names]
    amount = str(row.amount_yen)
    lent = amount if row.kind == "borrow" else ""
    paid = amount if row.kind == "repay" else ""
    return [str(row.on), row.kind_name, lent, paid, *parts, str(row.balance_yen), row.note]
