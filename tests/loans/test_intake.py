"""Another lender's book: what is equal counts, what differs or bore too much is parked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection
from tests.database import Database
from tests.loans.desk import CARD, Desk, balances_of, days, with_settings

from motocho.kernel import revolving
from motocho.kernel.schedule import Scheme
from motocho.ledger import balances
from motocho.ledger.balances import AsOf
from motocho.ledger.chart import Account
from motocho.loans import _book, commands, queries, takeover
from motocho.loans._calendar import CLOSED
from motocho.loans.commands import Parked, Taken
from motocho.loans.policy import Stop
from motocho.loans.queries import Amounts, Stage
from motocho.loans.takeover import (
    Check,
    PastAgreement,
    PastKind,
    PastRow,
    PastTerms,
    Posting,
    Stated,
)

JAN_5 = date(2024, 1, 5)
OVER_ON = date(2024, 12, 20)
OLD_CARD = with_settings(from_on=date(2000, 1, 1))
TERMS = PastTerms(JAN_5, 180_000, 200_000, 500_000, Scheme.EVERY_35_DAYS)
ROWS = (
    PastRow(JAN_5, PastKind.DRAW, 100_000, 100_000, 2),
    PastRow(date(2024, 2, 9), PastKind.RECEIPT, 5_000, 96_721, 3),
    PastRow(date(2024, 3, 20), PastKind.RECEIPT, 5_000, None, 4),
    PastRow(date(2024, 4, 1), PastKind.DRAW, 20_000, None, 5),
    PastRow(date(2024, 4, 24), PastKind.RECEIPT, 1_000, None, 6),
)
PAST = PastAgreement(
    book="old",
    number="A-1",
    product_id="card",
    opened_on=JAN_5,
    free_from=None,
    free_to=None,
    terms=(TERMS,),
    rows=ROWS,
    stated=Stated(OVER_ON, 0),
    check=Check.ROWS,
    posting=Posting.OPENING,
    digest="d1",
)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(OLD_CARD)


def printed(past: PastAgreement, product: Any = OLD_CARD) -> PastAgreement:
    """The same agreement with the balances that its lender, who counts as we do, would print."""
    found = takeover.replay(past, product, product.rules(CLOSED))
    states = {one.row: one.step.state for one in found.done if one.row is not None}
    rows = tuple(
        row._replace(principal_yen=states[row].principal_yen + states[row].written_off_yen)
        for row in past.rows
        if row in states
    )
    last = found.state
    quoted = queries.quote_of(_book.Key(0, 0), last, (), product.rules(CLOSED))
    stated = Stated(
        past.stated.on, last.principal_yen + last.written_off_yen, quoted.interest_yen,
        quoted.damages_yen, last.costs_yen, last.excess_yen,
        None if last.due_on is None else date.fromordinal(last.due_on),
    )  # fmt: skip
    return replace(past, rows=rows, stated=stated)


def take(desk: Desk, past: PastAgreement, member_id: int | None = None) -> Taken | Parked:
    found: Taken | Parked = desk.do(
        commands.take_over, member_id or desk.member_id, past, desk.made(OVER_ON)
    )
    return found


def taken(desk: Desk, past: PastAgreement) -> Taken:
    found = take(desk, past)
    assert isinstance(found, Taken), found
    return found


def parked(desk: Desk, past: PastAgreement) -> Parked:
    """Parked, and nothing of it written."""
    before = counts()
    found = take(desk, past)
    assert isinstance(found, Parked), found
    assert counts() == before
    return found


def counts() -> list[int]:
    with connection.cursor() as cursor:
        found = []
        for table in ("loan_agreement", "loan_event", "loan_step", "ledger_entry", "journal_row"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            found.append(cursor.fetchone()[0])
        return found


def codes(found: Parked) -> list[str]:
    return [reason.code for reason in found.reasons()]


def rules(found: Parked) -> list[str]:
    return [refusal.rule_id for refusal in found.refusals]


# ------------------------------------------------------------------------------- what is equal
def test_equal_agreement_counts_against_the_opening_account(desk: Desk) -> None:
    past = printed(PAST)
    found = taken(desk, past)
    state = takeover.replay(past, OLD_CARD, OLD_CARD.rules(CLOSED)).state
    assert balances_of(found.key) == {
        Account.PRINCIPAL: state.principal_yen,
        Account.OPENING: state.principal_yen,
    }
    with connection.cursor() as cursor:
        assert queries.position(cursor, found.key, OVER_ON).principal_yen == state.principal_yen
        assert _book.look(cursor, found.key).facts(OVER_ON).state == state
        rows = queries.statement(cursor, found.key, JAN_5, OVER_ON)
        then = balances.of_book_as_of(cursor, *found.key, AsOf(value_on=date(2024, 3, 1)))
    assert [row.principal_yen for row in rows[1:]] == [row.principal_yen for row in past.rows]
    assert then[Account.PRINCIPAL].on_side(Account.PRINCIPAL.title.side) == 96_721


def test_event_by_event_it_is_as_if_it_had_happened_here(desk: Desk, database: Database) -> None:
    """Taken over as events, the ledger and the book are those of the same life lived here."""
    past = printed(replace(PAST, posting=Posting.EVENTS))
    found = taken(desk, past)
    key = desk.open(JAN_5)
    for row in past.rows:
        if row.kind is PastKind.DRAW:
            desk.draw(key, row.amount_yen, row.on)
        else:
            desk.receive(key, row.amount_yen, row.on)
    assert balances_of(found.key) == balances_of(key)
    with connection.cursor() as cursor:
        ours, theirs = _book.look(cursor, key), _book.look(cursor, found.key)
    assert ours.state == theirs.state
    assert ours.ceiling_ppm == theirs.ceiling_ppm


@pytest.mark.parametrize("posting", list(Posting))
def test_the_same_agreement_again_changes_nothing(desk: Desk, posting: Posting) -> None:
    past = printed(replace(PAST, posting=posting))
    first = taken(desk, past)
    before = counts()
    again = taken(desk, past)
    assert (again.key, again.is_repeat) == (first.key, True)
    assert counts() == before
    other = parked(desk, replace(past, digest="d2"))
    assert codes(other) == ["BOK-034"]


@pytest.mark.parametrize("posting", list(Posting))
def test_life_goes_on_after_it(desk: Desk, posting: Posting) -> None:
    """Late news of a receipt from before, a cancellation of one, new draws: ledger and book agree."""
    found = taken(desk, printed(replace(PAST, posting=posting)))
    key = found.key
    on = OVER_ON + days(5)
    desk.receive(key, 2_000, date(2024, 2, 20), on=on)
    wrong = queries_rows(key)[2]
    desk.do(commands.reverse, key, wrong.event_no, "別のお客さまの入金", desk.made(on + days(1)))
    desk.receive(key, 150_000, on + days(2))
    desk.draw(key, 30_000, on + days(3))
    with connection.cursor() as cursor:
        state = _book.look(cursor, key).facts(on + days(3)).state
    held = balances_of(key)
    assert held[Account.PRINCIPAL] == state.principal_yen == 30_000
    assert held[Account.EXCESS] == state.excess_yen


def queries_rows(key: _book.Key) -> list[queries.StatementRow]:
    with connection.cursor() as cursor:
        return queries.statement(cursor, key, JAN_5, OVER_ON)


def test_an_interest_only_receipt_of_before_stays_against_the_opening_account(desk: Desk) -> None:
    """It moved no principal, so it has no entry; made anew after late news, it still meets no bank."""
    rows = (*ROWS[:1], PastRow(date(2024, 2, 9), PastKind.RECEIPT, 1_000, None, 3))
    found = taken(desk, printed(replace(PAST, rows=rows)))
    assert Account.BANK not in balances_of(found.key)
    desk.receive(found.key, 50_000, date(2024, 1, 20), on=OVER_ON)
    held = balances_of(found.key)
    assert held[Account.BANK] == 50_000
    with connection.cursor() as cursor:
        state = _book.look(cursor, found.key).state
    assert held[Account.PRINCIPAL] == state.principal_yen
    assert held[Account.OPENING] == 100_000 - (1_000 - state_interest(found.key))


def state_interest(key: _book.Key) -> int:
    """Interest that the taken-over receipt of 9 February met after late news."""
    return queries_rows(key)[-1].to_interest_yen


def test_whole_lives_are_taken_over(desk: Desk) -> None:
    """Costs, held money, new terms, acceleration, write-off, recovery, and the claim passed on."""
    rows = (
        PastRow(JAN_5, PastKind.DRAW, 90_000),
        PastRow(date(2024, 1, 20), PastKind.COST, 550),
        PastRow(date(2024, 1, 25), PastKind.RECEIPT, 120_000),
        PastRow(date(2024, 1, 26), PastKind.REFUND, 1_000),
        PastRow(date(2024, 2, 1), PastKind.DRAW, 80_000),
        PastRow(date(2024, 2, 2), PastKind.EXCESS_USED, 2_000),
        PastRow(date(2024, 6, 1), PastKind.ACCELERATION),
        PastRow(date(2024, 7, 1), PastKind.WRITE_OFF),
        PastRow(date(2024, 8, 1), PastKind.RECEIPT, 30_000),
        PastRow(date(2024, 9, 1), PastKind.DEPARTURE),
    )
    terms = (
        TERMS,
        PastTerms(date(2024, 2, 20), 150_000, 200_000, 300_000, Scheme.MONTHLY, 27),
    )
    for number in range(len(rows)):
        past = replace(PAST, number=f"A-{number}", digest=str(number), rows=rows[: number + 1])
        past = replace(past, terms=terms, stops=frozenset({Stop.CREDIT}))
        found = taken(desk, printed(past))
        assert found.events == number + 2 + 1
        balances_of(found.key)
        with connection.cursor() as cursor:
            found_on = queries.position(cursor, found.key, OVER_ON)
        assert found_on.stops == {Stop.CREDIT}
    assert found_on.stage is Stage.ASSIGNED
    with connection.cursor() as cursor:
        before = queries.position(cursor, found.key, date(2024, 8, 15))
        assert before.stage is Stage.WRITTEN_OFF
        assert queries.position(cursor, found.key, date(2024, 6, 15)).stage is Stage.ACCELERATED


def test_opening_balance_at_the_head_is_no_money_of_ours(desk: Desk) -> None:
    rows = (PastRow(date(2024, 3, 1), PastKind.OPENING, 70_000), *ROWS[3:])
    found = taken(desk, printed(replace(PAST, rows=rows, posting=Posting.EVENTS)))
    held = balances_of(found.key)
    assert held[Account.OPENING] == 70_000
    assert held[Account.BANK] == -20_000 + 1_000


def test_only_the_last_balance_counts_where_the_book_says_so(desk: Desk) -> None:
    past = printed(PAST)
    wrong = past.rows[2]._replace(principal_yen=1)
    rows = (*past.rows[:2], wrong, *past.rows[3:])
    assert codes(parked(desk, replace(past, rows=rows))) == ["BOK-030"]
    taken(desk, replace(past, rows=rows, check=Check.END))


# ----------------------------------------------------------------------------------- what differs
def test_what_differs_is_parked_with_row_and_difference(desk: Desk) -> None:
    past = printed(PAST)
    rows = (past.rows[0], past.rows[1]._replace(amount_yen=6_000), *past.rows[2:])
    found = parked(desk, replace(past, rows=rows))
    first = found.differences[0]
    assert (first.what, first.on, first.source_row) == ("principal", date(2024, 2, 9), 3)
    assert (first.theirs, first.ours) == (96_721, 95_721)
    at_the_end = {one.what for one in found.differences if one.on == OVER_ON}
    assert at_the_end >= {"principal", "unpaid_damages"}


@pytest.mark.parametrize(
    ("name", "more"),
    [("principal_yen", 1), ("unpaid_interest_yen", 1), ("unpaid_damages_yen", -1), ("costs_yen", 1),
     ("excess_yen", 1), ("due_on", days(1))],
)  # fmt: skip
def test_each_stated_balance_must_be_ours(desk: Desk, name: str, more: Any) -> None:
    past = printed(replace(PAST, rows=ROWS[:2]))
    past = replace(past, stated=replace(past.stated, on=date(2024, 3, 1)))
    past = printed(past)
    value = getattr(past.stated, name)
    assert value is not None
    found = parked(desk, replace(past, stated=replace(past.stated, **{name: value + more})))
    assert [one.what for one in found.differences] == [name.removesuffix("_yen")]
    taken(desk, past)


def test_rows_that_cannot_have_happened_are_parked(desk: Desk) -> None:
    rows = (*ROWS[:1], PastRow(date(2024, 1, 9), PastKind.REFUND, 500, None, 9))
    assert "BOK-032" in codes(parked(desk, replace(PAST, rows=rows)))
    rows = (*ROWS[:1], PastRow(date(2024, 1, 9), PastKind.RECEIPT, 0, None, 9))
    assert "BOK-031" in codes(parked(desk, replace(PAST, rows=rows)))
    tomorrow = PastRow(OVER_ON + days(1), PastKind.RECEIPT, 5_000)
    assert "BOK-035" in codes(parked(desk, replace(PAST, rows=(*ROWS, tomorrow))))


def test_unknown_product_is_parked(desk: Desk) -> None:
    assert codes(parked(desk, replace(PAST, product_id="other"))) == ["LON-004"]


# ------------------------------------------------------------------------------- what is unlawful
def at_rate(
    rate_ppm: int, opened: date, damages_ppm: int = 200_000, amount: int = 100_000
) -> PastAgreement:
    terms = PastTerms(opened, rate_ppm, damages_ppm, 900_000, Scheme.EVERY_35_DAYS)
    rows = (
        PastRow(opened, PastKind.DRAW, amount),
        PastRow(opened + days(30), PastKind.RECEIPT, 9_000),
    )
    past = replace(
        PAST, opened_on=opened, terms=(terms,), rows=rows, number=f"R-{rate_ppm}-{damages_ppm}"
    )
    return printed(replace(past, stated=replace(PAST.stated, on=opened + days(34))))


def test_rate_above_the_ceiling_is_handed_to_recalculation(desk: Desk) -> None:
    taken(desk, at_rate(180_000, JAN_5))
    found = parked(desk, at_rate(180_001, JAN_5))
    assert rules(found) == ["RATE-001"]
    assert codes(found) == ["BOK-040"]
    taken(desk, at_rate(200_000, JAN_5, amount=99_999))


def test_ceiling_of_the_past_only_steps_down(desk: Desk) -> None:
    """A million owed once: 18 % is too much from then on, for ever; before it was lawful."""
    terms = replace(TERMS, limit_yen=1_000_000)
    rows = (
        PastRow(JAN_5, PastKind.DRAW, 500_000),
        PastRow(JAN_5 + days(10), PastKind.DRAW, 500_000),
        PastRow(JAN_5 + days(20), PastKind.RECEIPT, 1_100_000),
    )
    past = replace(PAST, terms=(terms,), rows=rows, number="M-1")
    found = parked(desk, printed(past))
    assert rules(found) == ["RATE-001"]
    assert found.refusals[0].details["on"] == str(JAN_5 + days(11))
    lower = replace(TERMS, from_on=JAN_5 + days(11), limit_yen=1_000_000, rate_ppm=150_000)
    found_over = taken(desk, printed(replace(past, terms=(terms, lower), number="M-2")))
    with connection.cursor() as cursor:
        assert _book.look(cursor, found_over.key).ceiling_ppm == 150_000
    again = replace(TERMS, from_on=JAN_5 + days(60), limit_yen=1_000_000)
    assert rules(
        parked(desk, printed(replace(past, terms=(terms, lower, again), number="M-3")))
    ) == ["RATE-001"]


AT_THE_BORDER = [
    (273_750, date(2005, 1, 5), date(2012, 1, 5)),
    (292_000, date(2010, 6, 17), date(2010, 6, 18)),
    (400_040, date(2000, 5, 31), date(2000, 6, 1)),
]


@pytest.mark.rule("RATE-007")
@pytest.mark.parametrize(("rate", "below", "above"), AT_THE_BORDER)
def test_rate_above_the_criminal_cap_of_its_time(
    desk: Desk, rate: int, below: date, above: date
) -> None:
    """Above the civil ceiling on both days; above the criminal cap on the later one alone."""
    del below
    assert rules(parked(desk, at_rate(rate, above))) == ["RATE-007", "RATE-001"]


@pytest.mark.rule("RATE-007")
@pytest.mark.parametrize(("rate", "below", "above"), [*AT_THE_BORDER, (180_000, JAN_5, JAN_5)])
def test_rate_within_the_criminal_cap_of_its_time(
    desk: Desk, rate: int, below: date, above: date
) -> None:
    del above
    found = take(desk, at_rate(rate, below))
    if rate == 180_000:
        assert isinstance(found, Taken)
    else:
        assert isinstance(found, Parked)
        assert rules(found) == ["RATE-001"]


@pytest.mark.rule("RATE-008")
def test_contract_above_109_5_percent_is_void(desk: Desk) -> None:
    past = at_rate(1_200_000, date(2012, 1, 5))
    found = parked(desk, past)
    assert rules(found) == ["RATE-008", "RATE-007", "RATE-001"]
    assert codes(found)[0] == "BOK-043"
    missing = parked(desk, replace(past, product_id="other"))
    assert rules(missing) == rules(found)


@pytest.mark.rule("RATE-008")
@pytest.mark.parametrize(
    ("rate", "opened"), [(1_095_000, date(2012, 1, 5)), (1_200_000, date(2007, 1, 19))]
)
def test_contract_up_to_109_5_percent_or_before_is_not_void(
    desk: Desk, rate: int, opened: date
) -> None:
    assert "RATE-008" not in rules(parked(desk, at_rate(rate, opened)))


@pytest.mark.rule("RATE-004")
def test_damages_of_twenty_percent_count(desk: Desk) -> None:
    taken(desk, at_rate(180_000, date(2010, 6, 18), damages_ppm=200_000))


@pytest.mark.rule("RATE-004")
@pytest.mark.rule("RATE-014")
@pytest.mark.parametrize("damages", [201_000, 262_800])
def test_damages_above_twenty_percent_are_parked(desk: Desk, damages: int) -> None:
    found = parked(desk, at_rate(180_000, date(2010, 6, 18), damages_ppm=damages))
    assert rules(found) == ["RATE-004"]


@pytest.mark.rule("RATE-005")
@pytest.mark.rule("RATE-014")
@pytest.mark.parametrize("opened", [date(2005, 1, 5), date(2010, 6, 17)])
def test_older_agreements_keep_the_damages_of_their_time(desk: Desk, opened: date) -> None:
    """500,000 yen: 1.46 times 18 %, though the draw may be of 2012."""
    past = at_rate(180_000, opened, damages_ppm=262_800, amount=500_000)
    later = PastRow(date(2012, 1, 5), PastKind.DRAW, 1_000)
    past = replace(past, rows=(*past.rows, later), stated=replace(past.stated, on=OVER_ON))
    taken(desk, printed(past))


@pytest.mark.rule("RATE-005")
@pytest.mark.parametrize(
    ("opened", "damages", "lawful"),
    [(date(2005, 1, 5), 292_000, "26.28%"), (date(2000, 5, 31), 360_001, "36.0%")],
)
def test_older_agreements_have_a_cap_too(
    desk: Desk, opened: date, damages: int, lawful: str
) -> None:
    found = parked(desk, at_rate(180_000, opened, damages_ppm=damages, amount=500_000))
    assert rules(found) == ["RATE-005"]
    assert found.refusals[0].details["lawful"] == lawful


def test_acceleration_under_a_rate_above_the_ceiling_does_not_count(desk: Desk) -> None:
    late = PastRow(date(2024, 6, 1), PastKind.ACCELERATION)
    rows = (PastRow(JAN_5, PastKind.DRAW, 100_000), late)
    lawful = printed(replace(PAST, rows=rows, number="L-1"))
    with connection.cursor() as cursor:
        key = taken(desk, lawful).key
        assert queries.position(cursor, key, OVER_ON).stage is Stage.ACCELERATED
    dear = replace(PAST, rows=rows, number="L-2", terms=(replace(TERMS, rate_ppm=273_750),))
    found = parked(desk, printed(dear))
    assert "RATE-001" in rules(found)


def test_partial_history_of_an_old_contract_is_parked(desk: Desk) -> None:
    """Its opening balance may hold interest that was never owed."""
    opened = date(2003, 1, 5)
    rows = (PastRow(date(2014, 1, 5), PastKind.OPENING, 100_000, None, 1),)
    old = replace(TERMS, from_on=opened)
    past = printed(replace(PAST, opened_on=opened, terms=(old,), rows=rows))
    assert codes(parked(desk, past)) == ["BOK-033"]
    opened = date(2010, 6, 18)
    newer = replace(TERMS, from_on=opened)
    taken(desk, printed(replace(PAST, opened_on=opened, terms=(newer,), rows=rows)))


def test_replay_is_the_fold_of_its_events() -> None:
    """The night's twin check holds for what was taken over: the same events, folded, are its state."""
    past = printed(PAST)
    counting = OLD_CARD.rules(CLOSED)
    found = takeover.replay(past, OLD_CARD, counting)
    events = [one.step.event for one in found.done]
    *_, last = revolving.fold(found.first, events, counting)
    assert revolving.advance(last.state, found.state.on, counting) == found.state
    assert CARD.product_id == OLD_CARD.product_id


# ------------------------------------------------------------------------ damages of before the takeover
def delays(key: _book.Key, amounts: Amounts) -> tuple[list[dict[str, str]], str]:
    """The days that bear damages in a recalculation, and its title."""
    with connection.cursor() as cursor:
        case = queries.history_case(cursor, key, OVER_ON + days(200), amounts).document()
    return case["assumptions"]["delay_periods"], case["title"]


def test_damages_that_the_print_comes_out_with_stand(desk: Desk) -> None:
    taken = take(desk, printed(PAST))
    assert isinstance(taken, Taken)
    paid, title = delays(taken.key, Amounts.PAID)
    assert paid == delays(taken.key, Amounts.MET)[0]
    assert paid[0]["from_on"] < "2024-04-24"
    assert f"引継ぎ({OVER_ON})前の遅延損害金は前の貸主の記録による" in title


@pytest.mark.parametrize("falls_due", [False, True])
def test_days_late_that_nothing_printed_shows_bear_none_before_the_takeover(
    desk: Desk, *, falls_due: bool
) -> None:
    """Paid beyond the debt, what is printed at the end is nothing, damages or not."""
    rows = [*ROWS[:2], PastRow(date(2024, 7, 1), PastKind.RECEIPT, 200_000)]
    if falls_due:
        rows.insert(2, PastRow(date(2024, 6, 1), PastKind.ACCELERATION))
    past = replace(PAST, rows=tuple(rows), check=Check.END)
    taken = take(desk, past)
    assert isinstance(taken, Taken)
    book, _ = delays(taken.key, Amounts.MET)
    assert book, "by our own due dates the member was late"
    paid, title = delays(taken.key, Amounts.PAID)
    assert paid == (book if falls_due else [])
    assert ("前の貸主の記録による" if falls_due else "数えない") in title


def test_days_late_after_the_takeover_are_ours(desk: Desk) -> None:
    """At the agreed rate until that day, and late by our own book from then on."""
    rows = (PastRow(JAN_5, PastKind.DRAW, 100_000),)
    past = replace(PAST, rows=rows, stated=Stated(OVER_ON, 100_000), check=Check.END)
    taken = take(desk, past)
    assert isinstance(taken, Taken)
    paid, _ = delays(taken.key, Amounts.PAID)
    assert [one["from_on"] for one in paid] == [str(OVER_ON + days(1))]
    assert paid[0]["to_on"] == delays(taken.key, Amounts.MET)[0][-1]["to_on"]
