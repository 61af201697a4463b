"""Agreements as they stand, many at once, to be looked at [契約の現況].

What the night and reports read: states without a lock, stages of arrears, the whole book as
columns. Nothing here changes anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from motocho.kernel import revolving
from motocho.kernel.revolving import Rules, State, Terms
from motocho.kernel.schedule import DuePlan, HolidayRule, last_day_to_pay
from motocho.ledger.chart import Account
from motocho.loans import _rows, products
from motocho.loans._book import Key
from motocho.loans._calendar import CLOSED
from motocho.loans.policy import Status, Stop
from motocho.loans.products import Product
from motocho.people.consents import listed


class Lateness(Enum):
    """How far a loan is in arrears, by days after the last day to pay [延滞段階]."""

    CURRENT = "current"
    LATE_1_TO_30 = "late_1_to_30"
    LATE_31_TO_60 = "late_31_to_60"
    LATE_61_TO_90 = "late_61_to_90"
    LATE_FROM_91 = "late_from_91"
    ACCELERATED = "accelerated"
    UNCOUNTED = "uncounted"
    """Set aside by the night: only its principal is known."""


BEGINS = {
    Lateness.LATE_1_TO_30: 1,
    Lateness.LATE_31_TO_60: 31,
    Lateness.LATE_61_TO_90: 61,
    Lateness.LATE_FROM_91: 91,
}
"""The first day late of each stage."""


def lateness_after(days: int) -> Lateness:
    """The stage of so many days late [延滞段階].

    >>> [lateness_after(days).value for days in (0, 1, 30, 31, 400)]
    ['current', 'late_1_to_30', 'late_1_to_30', 'late_31_to_60', 'late_from_91']
    """
    reached = [stage for stage, first in BEGINS.items() if days >= first]
    return reached[-1] if reached else Lateness.CURRENT


def days_late(state: State, rules: Rules) -> int:
    """Days since the last day to pay of the oldest missed due date; 0 for none [延滞日数].

    The first day that bears damages is day 1 · LEDG-010, LEDG-012.

    >>> from motocho.kernel.schedule import MinimumRule
    >>> due = date(2026, 2, 9).toordinal()
    >>> terms = Terms(180_000, 200_000, 500_000, MinimumRule(()))
    >>> days_late(State(due + 3, terms, late_since=due), Rules())
    3
    """
    if state.late_since is None:
        return 0
    last = state.late_since
    if state.accelerated_on != last:
        last = last_day_to_pay(state.terms.plan, last, rules.closed)
    return max(0, state.on - last)


def lateness_of(state: State, rules: Rules) -> Lateness:
    """The stage of arrears at the end of the state's day [延滞段階]."""
    if state.accelerated_on is not None and state.late_since is not None:
        return Lateness.ACCELERATED
    return lateness_after(days_late(state, rules))


def next_lateness_on(state: State, rules: Rules) -> int | None:
    """The day on which the stage after the state's own is reached, if nothing is paid [次段階]."""
    if state.late_since is None or state.accelerated_on is not None:
        return None
    days = days_late(state, rules)
    ahead = [first for first in BEGINS.values() if first > days]
    return state.on + ahead[0] - days if ahead else None


# ------------------------------------------------------------------------------------ some of them
@dataclass(frozen=True, slots=True)
class Seen:
    """An agreement as its row holds it [契約の現況]; the state may lie before today."""

    key: Key
    product: Product
    opened_on: date
    status: Status
    stops: frozenset[Stop]
    ceiling_ppm: int
    limit_yen: int
    """The limit that counts: the lower shown one where there is one."""
    event_no: int
    state: State
    rules: Rules

    def on(self, day: int) -> State:
        """The state at the end of a day [ある日の状態]."""
        return revolving.advance(self.state, day, self.rules)


_SEE = """
SELECT a.member_id, a.agreement_id, a.product_id, a.product_version, p.from_on, p.content::text,
    a.opened_on, a.status, a.stops, a.ceiling_ppm, least(a.limit_yen, a.shown_limit_yen),
    a.event_no, t.content::text, a.state::text
FROM unnest(%s::bigint[], %s::bigint[]) AS k (member_id, agreement_id)
JOIN loan_agreement a USING (member_id, agreement_id)
JOIN loan_product p ON p.product_id = a.product_id AND p.version = a.product_version
JOIN loan_terms t USING (member_id, agreement_id, terms_no)
ORDER BY 1, 2
"""


def see(cursor: Any, keys: Sequence[Key]) -> list[Seen]:
    """Agreements by their keys, in the order of members and agreements [契約の参照]."""
    if not keys:
        return []
    cursor.execute(_SEE, [list(column) for column in zip(*keys, strict=True)])
    return [_seen(row) for row in cursor.fetchall()]


def _seen(row: tuple[Any, ...]) -> Seen:
    product = products.from_text(*row[2:6])
    return Seen(
        key=Key(row[0], row[1]),
        product=product,
        opened_on=row[6],
        status=Status(row[7]),
        stops=frozenset(Stop(one) for one in row[8]),
        ceiling_ppm=row[9],
        limit_yen=row[10],
        event_no=row[11],
        state=_rows.state_from(row[13], _rows.terms_from(row[12])),
        rules=product.rules(CLOSED),
    )


def of_members(cursor: Any, members: Collection[int]) -> dict[int, list[Seen]]:
    """All agreements of some members, by member [会員の契約]."""
    cursor.execute(
        "SELECT member_id, agreement_id FROM loan_agreement WHERE member_id = ANY(%s)",
        (sorted(members),),
    )
    found: dict[int, list[Seen]] = {member_id: [] for member_id in members}
    for seen in see(cursor, [Key(*row) for row in cursor.fetchall()]):
        found[seen.key.member_id].append(seen)
    return found


def is_late(seen: Seen, on: date) -> bool:
    """Whether a loan is in arrears at the end of a day, or was accelerated [延滞の有無]."""
    state = seen.on(on.toordinal())
    return state.late_since is not None or state.accelerated_on is not None


def asked_yen(seen: Seen, last_on: date, on: date) -> int:
    """What is asked for until a last day to pay, as it stands at the end of a day [請求額].

    0 if it was paid, or if that day is the last one of nothing that is due.
    """
    state, last = seen.on(on.toordinal()), last_on.toordinal()
    if revolving.deadline(state, seen.rules) != last:
        return 0
    then = revolving.advance(state, last, seen.rules)
    return max(0, revolving.required_yen(then) - then.paid_yen)


def booked_on(cursor: Any, business_on: date) -> list[Key]:
    """Agreements on which something was booked on a business day [当日に動いた契約]."""
    cursor.execute(
        "SELECT DISTINCT member_id, agreement_id FROM loan_event WHERE business_on = %s"
        " ORDER BY 1, 2",
        (business_on,),
    )
    return [Key(*row) for row in cursor.fetchall()]


def to_pay_until(cursor: Any, day: date) -> list[Key]:
    """Agreements whose next due date can be paid until this day [支払期限が来る契約]."""
    cursor.execute(
        "SELECT member_id, agreement_id FROM loan_agreement WHERE wake_on = %s::date + 1"
        " ORDER BY 1, 2",
        (day,),
    )
    return [Key(*row) for row in cursor.fetchall()]


def opened_on_day(cursor: Any, on: date) -> list[Key]:
    """Open agreements whose contract day comes round on a day [契約応当日]."""
    days = [on.day, *(day for day in range(on.day + 1, 32) if _ends_month(on))]
    cursor.execute(
        "SELECT member_id, agreement_id FROM loan_agreement WHERE status = 'open'"
        " AND extract(day FROM opened_on)::smallint = ANY(%s)"
        " AND extract(month FROM opened_on) = %s AND opened_on < %s ORDER BY 1, 2",
        (days, on.month, on),
    )
    return [Key(*row) for row in cursor.fetchall()]


def _ends_month(on: date) -> bool:
    return date.fromordinal(on.toordinal() + 1).month != on.month


def terms_around(cursor: Any, key: Key, event_no: int) -> tuple[Terms, Terms]:
    """The terms before and after an event that brought new ones [変更前後の条件]."""
    cursor.execute(
        "SELECT content::text FROM loan_terms WHERE member_id = %s AND agreement_id = %s"
        " AND terms_no <= %s ORDER BY terms_no DESC LIMIT 2",
        (*key, event_no),
    )
    after, before = (_rows.terms_from(row[0]) for row in cursor.fetchall())
    return before, after


# --------------------------------------------------------------------------------------- the whole
class Columns(NamedTuple):
    """Some agreements of the book as columns, for one pass over all [契約の列].

    `wakes` is the ordinal of the day after the last day to pay, 0 for none; `late_since` and
    `accelerated_on` are 0 for none.
    """

    keys: list[Key]
    product: list[tuple[str, int]]
    """Product and version."""
    wakes: list[int]
    rate_ppm: list[int]
    damages_ppm: list[int]
    free_from: list[int]
    free_to: list[int]
    as_written: list[int]
    """1 where a due date stays on a day on which banks are closed."""
    on: list[int]
    principal_yen: list[int]
    interest_yen: list[int]
    damages_yen: list[int]
    interest_ticks: list[int]
    damages_ticks: list[int]
    late_since: list[int]
    overdue_principal_yen: list[int]
    accelerated_on: list[int]


_NONE = date.min.toordinal()
_COPY = f"""
COPY (
    SELECT '[' || a.member_id || ',' || a.agreement_id || ',' || to_json(a.product_id)::text
        || ',' || a.product_version || ',' || coalesce(a.wake_on - DATE '0001-01-01' + {_NONE}, 0)
        || ',' || (t.content->>'rate_ppm') || ',' || (t.content->>'damages_ppm')
        || ',' || (t.content->>'free_from') || ',' || (t.content->>'free_to')
        || ',' || (t.content->>'holiday_rule' = 'as_written')::int
        || ',' || a.state::text || ']'
    FROM loan_agreement a JOIN loan_terms t USING (member_id, agreement_id, terms_no)
    WHERE a.status IN ('open', 'written_off')
) TO STDOUT
"""  # noqa: S608  # our own names
_STATE = 10
_FIELDS = ("on", *State._fields[2:])
_PLACES = [_FIELDS.index(name) for name in Columns._fields[8:]]
PART = 50_000
"""Agreements in one part of the book."""


def columns_of_book(cursor: Any) -> Iterator[Columns]:
    """Every agreement that may bear interest, part by part, in one reading by COPY [全契約の列].

    Takes     a cursor of Django's, which can ask nothing else before the last part.
    """
    lines: list[bytes] = []
    with cursor.cursor.copy(_COPY) as copy:
        for line in copy:
            lines.append(bytes(line))
            if len(lines) == PART:
                yield _columns(lines)
                lines = []
    if lines:
        yield _columns(lines)


def _columns(lines: list[bytes]) -> Columns:
    # COPY doubles a backslash, which only a product's name could hold.
    text = b",".join(lines).replace(b"\\\\", b"\\")
    rows = orjson.loads(b"[" + text + b"]")
    states = [row[_STATE] for row in rows]
    return Columns(
        [Key(row[0], row[1]) for row in rows],
        [(row[2], row[3]) for row in rows],
        *([row[place] for row in rows] for place in range(4, _STATE)),
        *(_whole([state[place] for state in states]) for place in _PLACES),
    )


def _whole(values: list[Any]) -> list[int]:
    """Long numbers stand as text, what is not there as nothing (`_rows.state_text`)."""
    return [one if type(one) is int else int(one or 0) for one in values]


def rules_of_products(cursor: Any) -> dict[tuple[str, int], Rules]:
    """How every version of every product counts [商品の計算方法]."""
    cursor.execute("SELECT product_id, version, from_on, content::text FROM loan_product")
    return {(row[0], row[1]): products.from_text(*row).rules(CLOSED) for row in cursor.fetchall()}


PLACES = {name: place for place, name in enumerate(_FIELDS)}
"""Where the JSON of a state keeps what, for SQL (`_rows.state_text`)."""
_OWED = (
    "principal_yen",
    "interest_yen",
    "damages_yen",
    "costs_yen",
    "excess_yen",
    "written_off_yen",
)
_OF = {
    name: f"ARRAY[{', '.join(f'{name}.state->>{PLACES[field]}' for field in _OWED)}]"
    for name in ("a", "last")
}
_UNLIKE = f"""
SELECT k.member_id, k.agreement_id
FROM (SELECT DISTINCT member_id, agreement_id FROM loan_event WHERE business_on = %s) k
JOIN loan_agreement a USING (member_id, agreement_id)
JOIN LATERAL (
    SELECT s.state FROM loan_step s
    WHERE s.member_id = k.member_id AND s.agreement_id = k.agreement_id
      AND NOT EXISTS (
        SELECT FROM loan_event c WHERE c.member_id = s.member_id
          AND c.agreement_id = s.agreement_id AND c.cancels_no = s.event_no)
    ORDER BY s.value_on DESC, s.rank DESC, s.event_no DESC, s.step_no DESC LIMIT 1
) last ON true
WHERE {_OF["a"]} <> {_OF["last"]}
ORDER BY 1, 2 LIMIT 100
"""  # noqa: S608  # our own names


def unlike_their_steps(cursor: Any, business_on: date) -> list[Key]:
    """Agreements of a day whose row does not owe what their last step left [行と履歴の不一致]."""
    cursor.execute(_UNLIKE, (business_on,))
    return [Key(*row) for row in cursor.fetchall()]


_COUNTED = f"coalesce((a.state->>{PLACES['principal_yen']})::bigint, 0)"
PRINCIPAL_APART = f"""
SELECT coalesce(a.member_id, b.member_id), coalesce(a.agreement_id, b.book_id),
    coalesce(b.yen, 0), coalesce(a.principal_yen, 0), {_COUNTED}
FROM loan_agreement a
FULL JOIN (
    SELECT member_id, book_id, debit_yen - credit_yen AS yen
    FROM ledger_balance WHERE account = {Account.PRINCIPAL.value}
) b ON b.member_id = a.member_id AND b.book_id = a.agreement_id
WHERE coalesce(b.yen, 0) <> coalesce(a.principal_yen, 0)
   OR {_COUNTED} <> coalesce(a.principal_yen, 0)
LIMIT 100
"""  # noqa: S608  # our own names
"""Agreements whose principal is one thing in the ledger and another in their state; finds nothing.

Member, agreement, yen in the ledger, yen kept with the agreement, yen in its state.
"""


# ------------------------------------------------------------------------------------- who is late
class Late(NamedTuple):
    """A loan that is in arrears on a day, as a list shows it [延滞中の契約]."""

    key: Key
    status: Status
    days: int
    stage: Lateness
    arrears_yen: int
    """What of missed due dates is still to be paid; 0 where all is due."""


_LATE = f"""
SELECT a.member_id, a.agreement_id, a.status, a.late_since,
    (a.state->>{PLACES["accelerated_on"]})::integer, t.content->>'holiday_rule',
    coalesce((a.state->>{PLACES["arrears_yen"]})::bigint, 0)
FROM loan_agreement a JOIN loan_terms t USING (member_id, agreement_id, terms_no)
WHERE a.late_since IS NOT NULL AND a.status IN ('open', 'written_off')
ORDER BY 1, 2
"""  # noqa: S608  # our own names
_DUE_BY = """
SELECT member_id, agreement_id FROM loan_agreement
WHERE wake_on <= %s AND status IN ('open', 'written_off')
"""


def late(cursor: Any, on: date) -> list[Late]:
    """Every loan that is in arrears on a day, in the order of its key [延滞中の契約の一覧].

    As it stands at this moment, whatever the last night saw: a payment of today is in it, and a due
    date that no night has passed yet is passed here.
    """
    day = on.toordinal()
    cursor.execute(_DUE_BY, (on,))
    passing = see(cursor, [Key(*row) for row in cursor.fetchall()])
    cursor.execute(_LATE)
    found = {
        (row[0], row[1]): Late(
            Key(row[0], row[1]), _STATUS[row[2]], *_since(day, *row[3:6]), arrears_yen=row[6]
        )
        for row in cursor.fetchall()
    }
    for seen in passing:
        state = seen.on(day)
        if state.late_since is not None:
            stage, days = lateness_of(state, seen.rules), days_late(state, seen.rules)
            found[seen.key] = Late(seen.key, seen.status, days, stage, state.arrears_yen)
    return sorted(found.values(), key=lambda one: one.key) if passing else list(found.values())


_STATUS = {one.value: one for one in Status}


@lru_cache(maxsize=16_384)
def _since(
    day: int, since: int, accelerated_on: int | None, holiday_rule: str
) -> tuple[int, Lateness]:
    """Days and stage, as `days_late` and `lateness_of` have them, from what a row says."""
    last = since
    if accelerated_on != since:
        rule = HolidayRule[holiday_rule.upper()]
        last = last_day_to_pay(DuePlan(holiday_rule=rule), since, CLOSED)
    days = max(0, day - last)
    return days, lateness_after(days) if accelerated_on is None else Lateness.ACCELERATED


class Binding(NamedTuple):
    """What of many members' loans binds whoever would reach them [連絡を左右する契約の状態]."""

    overdue: set[int]
    """Members in arrears, or with a loan that fell due as a whole."""
    with_counsel: set[int]
    dead: set[int]
    promised: dict[int, date]
    """The last day promised, of those with a promise that is open."""


_BOUND = f"""
SELECT a.member_id, bool_or(a.late_since IS NOT NULL
        OR a.state->>{PLACES["accelerated_on"]} IS NOT NULL),
    bool_or(a.stops @> '{{counsel}}'), bool_or(a.stops @> '{{deceased}}')
FROM unnest(%s::bigint[]) AS k (member_id) JOIN loan_agreement a USING (member_id) GROUP BY 1
"""  # noqa: S608  # our own names
_PASSING = """
SELECT a.member_id, a.agreement_id
FROM unnest(%s::bigint[]) AS k (member_id) JOIN loan_agreement a USING (member_id)
WHERE a.wake_on <= %s
"""
_PROMISED = """
SELECT p.member_id, max(p.pay_on)
FROM unnest(%s::bigint[]) AS k (member_id) JOIN loan_promise p USING (member_id)
WHERE p.outcome IS NULL GROUP BY 1
"""


def binding(cursor: Any, members: Collection[int], on: date) -> Binding:
    """Who is in arrears on a day, has counsel, has died, or promised [連絡を左右する契約の状態]."""
    asked = listed(members)
    cursor.execute(_BOUND, (asked,))
    found = cursor.fetchall()
    overdue = {member_id for member_id, is_late, *_ in found if is_late}
    with_counsel = {member_id for member_id, _, is_there, _ in found if is_there}
    dead = {member_id for member_id, *_, is_dead in found if is_dead}
    cursor.execute(_PASSING, (asked, on))
    for seen in see(cursor, [Key(*row) for row in cursor.fetchall()]):
        if is_late(seen, on):
            overdue.add(seen.key.member_id)
    cursor.execute(_PROMISED, (asked,))
    return Binding(overdue, with_counsel, dead, dict(cursor.fetchall()))
