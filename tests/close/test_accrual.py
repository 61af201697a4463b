"""The accrual report: one pass over columns, the kernel's yen."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.close.book import Lender, query
from tests.database import Database
from tests.loans.desk import CONSENT, Desk, days, with_settings

from motocho.close import _pass, accrual
from motocho.close.accrual import Accrued, Report
from motocho.kernel import revolving
from motocho.kernel.accrual import TICKS_PER_YEN
from motocho.kernel.revolving import DamagesBase, Rules, State, Terms
from motocho.kernel.schedule import HolidayRule, MinimumRule, Scheme
from motocho.loans import commands
from motocho.loans.commands import Key
from motocho.loans.policy import Demand
from motocho.loans.standing import Lateness, lateness_of, see

FIRST = date(2026, 1, 1).toordinal()
DAYS = st.integers(FIRST, FIRST + 1_000)
YEN = st.one_of(st.integers(0, 3_000), st.integers(0, 50_000_000))


@st.composite
def states(draw: st.DrawFn) -> State:
    """States as commands leave them, with all that bears or spares interest."""
    on, principal = draw(DAYS), draw(YEN)
    free_from = draw(st.one_of(st.just(0), DAYS))
    terms = Terms(
        rate_ppm=draw(st.sampled_from([0, 30_000, 150_000, 180_000])),
        damages_ppm=draw(st.sampled_from([0, 200_000])),
        limit_yen=500_000,
        minimum=MinimumRule(()),
        free_from=free_from,
        free_to=free_from + draw(st.integers(0, 60)) if free_from else 0,
    )
    is_late = draw(st.booleans())
    return State(
        on,
        terms,
        principal_yen=principal,
        interest_yen=draw(st.integers(0, 100_000)),
        damages_yen=draw(st.integers(0, 100_000)),
        interest_ticks=draw(st.integers(0, 100_000 * TICKS_PER_YEN)),
        damages_ticks=draw(st.integers(0, 100_000 * TICKS_PER_YEN)),
        late_since=draw(st.integers(FIRST - 500, on)) if is_late else None,
        overdue_principal_yen=draw(st.integers(0, principal)) if is_late else 0,
        accelerated_on=draw(st.one_of(st.none(), st.just(on))) if is_late else None,
    )


RULES = st.builds(
    Rules, damages_base=st.sampled_from(DamagesBase), rest_below_yen=st.sampled_from([0, 1_000])
)


def columns(state: State, rules: Rules) -> _pass.Loans:
    known = {**state.terms._asdict(), **state._asdict(), "wakes": 0, **rules._asdict()}
    known["by_instalment"] = rules.damages_base is DamagesBase.INSTALMENT
    return _pass.Loans(*(_pass.column([known[name] or 0]) for name in _pass.Loans._fields))


@given(states(), RULES, st.integers(0, 1_200))
@settings(deadline=None)
def test_the_pass_counts_as_the_kernel_does(state: State, rules: Rules, later: int) -> None:
    until = state.on + later
    owed = _pass.accrue(columns(state, rules), until)
    then = revolving.advance(state, until, rules)
    if owed.odd:
        largest = state.principal_yen * 200_000 * 366 * later
        assert largest > 2**61, "only what may not fit in 64 bits is left to the kernel"
        return
    assert (int(owed.interest_yen[0]), int(owed.damages_yen[0])) == (
        then.interest_yen + then.interest_ticks // TICKS_PER_YEN,
        then.damages_yen + then.damages_ticks // TICKS_PER_YEN,
    )


def test_what_is_not_one_stretch_is_left_to_the_kernel() -> None:
    state = State(FIRST, Terms(180_000, 200_000, 500_000, MinimumRule(())), principal_yen=100_000)
    loans = columns(state, Rules())
    assert _pass.accrue(loans._replace(wakes=_pass.column([FIRST + 10])), FIRST + 9).odd == []
    assert _pass.accrue(loans._replace(wakes=_pass.column([FIRST + 10])), FIRST + 10).odd == [0]
    assert _pass.accrue(loans, FIRST - 1).odd == [0]


# ------------------------------------------------------------------------------------ a whole book
JAN_5 = date(2026, 1, 5)


def by_kernel(keys: list[Key], on: date) -> Report:
    """The report by the slow road: each agreement by itself."""
    found: Report = {}
    with connection.cursor() as cursor:
        for seen in see(cursor, keys):
            state = seen.on(on.toordinal())
            interest = state.interest_yen + state.interest_ticks // TICKS_PER_YEN
            damages = state.damages_yen + state.damages_ticks // TICKS_PER_YEN
            if state.principal_yen + interest + damages:
                group = ("card", lateness_of(state, seen.rules))
                own = Accrued(1, state.principal_yen, interest, damages)
                found[group] = found.get(group, Accrued()).plus(own)
    return found


def of_every_kind(desk: Desk) -> list[Key]:
    """Agreements current, paid, late, of a rest, accelerated, written off, free, monthly."""
    keys = [desk.open(JAN_5, member_id=desk.member()) for _ in range(8)]
    keys += [
        desk.open(JAN_5, 500_000, Scheme.MONTHLY, 25, member_id=desk.member()) for _ in range(3)
    ]
    for place, key in enumerate(keys[:-1]):
        desk.draw(key, 100_000 + 7_000 * place, JAN_5 + days(place))
    desk.receive(keys[1], 50_000, JAN_5 + days(20))
    desk.receive(keys[2], 120_000, JAN_5 + days(9))
    desk.receive(keys[3], 121_000, JAN_5 + days(3))
    later = JAN_5 + days(100)
    demand = Demand(later - days(40), later - days(20), "D-1")
    desk.do(commands.accelerate, keys[4], demand, desk.made(later))
    desk.do(commands.write_off, keys[5], desk.made(later))
    desk.receive(keys[6], 1_000, later)
    desk.do(commands.change_rate, keys[7], 150_000, desk.made(later), CONSENT)
    return keys


@pytest.mark.parametrize("base", DamagesBase)
@pytest.mark.parametrize("way", ["columns", "row by row"])
def test_the_report_is_the_sum_of_the_kernel(
    database: Database, base: DamagesBase, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accrual, "HAS_COLUMNS", way == "columns")
    product = with_settings(damages_base=base, free_days=30, holiday_rule=HolidayRule.AS_WRITTEN)
    keys = of_every_kind(Desk(product))
    for on in (JAN_5 + days(100), JAN_5 + days(170), JAN_5 + days(1_000)):
        with transaction.atomic(), connection.cursor() as cursor:
            found = accrual.of_book(cursor, on)
        assert found == by_kernel(keys, on)
        assert {Lateness.ACCELERATED, Lateness.LATE_61_TO_90} & {stage for _, stage in found}


def test_the_night_keeps_the_report_and_posts_nothing(database: Database, tmp_path: Path) -> None:
    lender = Lender(tmp_path, JAN_5)
    lender.draw(lender.open(JAN_5), 100_000, JAN_5)
    lender.close(JAN_5 + days(30))
    with connection.cursor() as cursor:
        last = accrual.kept(cursor, JAN_5 + days(30))
    assert last == {("card", Lateness.CURRENT): Accrued(1, 100_000, 1_479, 0)}
    assert query("SELECT count(*) FROM ledger_entry") == [(1,)]
