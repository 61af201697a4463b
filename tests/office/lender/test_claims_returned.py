"""What was paid of a claim, or given up, counts in the agreement's recalculation, case, and reserve."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.loans.crowd import do
from tests.office.lender.legal import LAWYER, ON, PAY_ON, Legal, at_noon, by_hand

from motocho.care.cases.disclosures import Proof
from motocho.claims import reading
from motocho.claims.statement import Result, Statement
from motocho.loans import commands, queries
from motocho.loans.queries import GIVEN_UP, PAID_BACK, TAKEN_BACK
from motocho.office import cases, lender, owned
from motocho.office.lender import Second, Step
from motocho.office.owned import Opener, Opening
from motocho.office.portfolio import Conventions, Means, Way, export, run

LATER = PAY_ON + timedelta(days=200)
HELD = 90_000
RATE = Fraction(5, 100)


def found(legal: Legal, on: date) -> Result:
    """The agreement recalculated, as its page shows it."""
    return lender.statement_of(do(lender.own_history, legal.key, on), {}).result


def by_run(folder: Path) -> list[int]:
    """The same by a run over the whole book, as the reserve is made of it."""
    book, out = folder / "book.parquet", folder / "out"
    with transaction.atomic(), connection.cursor() as cursor:
        export(cursor, book, LATER)
    run([book], out, Conventions(), Means(way=Way.HERE))
    (row,) = pq.read_table(out / "agreements.parquet").to_pylist()
    names = ("overpayment_yen", "overpayment_interest_yen", "outstanding_principal_yen")
    return [row[name] for name in names]


def by_case(legal: Legal) -> Result:
    """The same by a case of the studio that the house opens."""
    opening = Opening(Opener.HOUSE, "staff 7", LATER)
    case_id = do(owned.open_case, legal.key, opening, at_noon(LATER))
    return cases.load(case_id).statement().result


@pytest.fixture
def held(legal: Legal) -> Legal:
    """90,000 yen came beyond the debt, and are held."""
    position = do(queries.position, legal.key, ON)
    legal.desk.receive(legal.key, position.payoff_yen + HELD, ON)
    return legal


def test_a_paid_claim_leaves_what_remains_and_no_more(held: Legal, tmp_path: Path) -> None:
    """90,000 settled and paid: it met the interest of these days first, and so much is left."""
    claim = held.settled(held.reckoned(LAWYER, "yes"), HELD)
    grown_yen = by_hand(HELD, RATE, ON + timedelta(days=1), PAY_ON)
    settled = found(held, PAY_ON)
    assert (settled.overpayment_yen, settled.overpayment_interest_yen) == (HELD, grown_yen)
    claim = held.paid(held.released(claim))
    left = found(held, PAY_ON)
    assert (left.claim_yen, left.overpayment_yen, left.owed_yen) == (grown_yen, grown_yen, 0)
    end = found(held, LATER)
    more_yen = by_hand(grown_yen, RATE, PAY_ON + timedelta(days=1), LATER)
    assert (end.overpayment_yen, end.overpayment_interest_yen) == (grown_yen, more_yen)
    assert by_run(tmp_path) == [grown_yen, more_yen, 0]
    assert by_case(held) == end
    with connection.cursor() as cursor:
        many = [one.case for one in queries.every_history(cursor, LATER)]
        alone = queries.history_case(cursor, held.key, LATER, queries.Amounts.PAID)
    assert [one.rows for one in many] == [alone.rows]
    # The bank gives it back: it is owed again, and what was met is not.
    held.returned(claim, PAY_ON + timedelta(days=2), at_noon(PAY_ON + timedelta(days=2)))
    again = found(held, PAY_ON + timedelta(days=2))
    assert (again.overpayment_yen, again.owed_yen) == (HELD + grown_yen, 0)


def test_more_than_was_overpaid_makes_no_debt(held: Legal, tmp_path: Path) -> None:
    """A settlement of 100,000 for 90,000: nothing is left, and the rest is not lent."""
    claim = held.reckoned(replace(LAWYER, agreement_id=held.key.agreement_id))
    held.paid(held.released(held.settled(claim, HELD + 10_000)))
    assert (found(held, LATER).claim_yen, found(held, LATER).owed_yen) == (0, 0)
    assert by_run(tmp_path) == [0, 0, 0]
    assert (by_case(held).claim_yen, by_case(held).owed_yen) == (0, 0)


def test_what_was_paid_of_an_earlier_claim_is_not_counted_twice(held: Legal) -> None:
    """The book that is reckoned has the payment: only what remains may be offered, and all of it."""
    first = held.paid(held.released(held.settled(held.reckoned(LAWYER, "yes"), HELD)))
    do(lender.note_corrected, first.key, "報告", held.made(at_noon(PAY_ON)))
    told = replace(LAWYER, agreement_id=held.key.agreement_id, document_ref="受-2")
    second = held.receive(replace(told, second=Second.AFTER_ENDED))
    proof = Proof.ATTORNEY_LETTER
    do(lender.check, second.key, proof, "委-2", held.made(at_noon(LATER)))
    basis = lender.Basis(LATER, {})
    do(lender.reckon, second.key, basis, held.made(at_noon(LATER)))
    reckoned = held.see(second).last(Step.RECKONED)
    assert reckoned is not None
    assert reckoned.amount_yen == found(held, LATER).claim_yen > 0
    offer = lender.Offer(reckoned.amount_yen or 0, LATER, LATER + timedelta(days=10))
    request = do(lender.ask_offer, second.key, offer, held.asking(at=at_noon(LATER)))
    assert request.figures["promised_yen"] == ""


def test_a_debt_that_was_given_up_is_no_overpayment(legal: Legal) -> None:
    claim = legal.settled(legal.reckoned(LAWYER, "yes"), 0)
    given_up = claim.last(Step.SETTLED)
    assert given_up is not None
    assert int(given_up.content["given_up_yen"]) > 200_000
    assert (found(legal, LATER).claim_yen, found(legal, LATER).owed_yen) == (0, 0)


# ---------------------------------------------------------------------------------- rows by themselves
MOVES = st.sampled_from(["borrow", "repay", GIVEN_UP, PAID_BACK, TAKEN_BACK])
KINDS = {GIVEN_UP: "repay", PAID_BACK: "borrow", TAKEN_BACK: "repay"}


def of_moves(moves: list[tuple[str, int, int]]) -> Statement:
    """A history of our book with such rows, recalculated."""
    on, events = date(2024, 1, 5), []
    events.append({"date": str(on), "kind": "borrow", "amount": 300_000, "rate": "0.18"})
    for kind, yen, days in moves:
        on += timedelta(days=days)
        events.append({"date": str(on), "kind": KINDS.get(kind, kind), "amount": yen})
        events[-1] |= {"note": kind} if kind in KINDS else {}
    content = json.dumps({"schema_version": 1, "events": events}).encode()
    return lender.statement_of(reading.read(content, file="book.json"), {})


@given(st.lists(st.tuples(MOVES, st.integers(0, 400_000), st.integers(0, 90)), max_size=8))
def test_such_rows_take_no_more_than_there_is(moves: list[tuple[str, int, int]]) -> None:
    """Of what was given up no overpayment comes, of what was paid back no debt; as much as can be."""
    statement, back_yen = of_moves(moves), 0
    for row, before in zip(statement.rows[1:], statement.rows, strict=False):
        asked_yen, taken_yen = moves[row.row - 2][1], row.event.amount_yen
        kind = next((one for one in KINDS if row.event.note.startswith(one)), "")
        if kind == GIVEN_UP:
            assert row.overpayment_yen == before.overpayment_yen
            owed = row.outstanding_principal_yen + row.unpaid_interest_yen
            assert taken_yen == asked_yen or owed == 0
        elif kind == PAID_BACK:
            assert row.outstanding_principal_yen == before.outstanding_principal_yen
            left = row.overpayment_yen + row.overpayment_interest_yen
            assert taken_yen == asked_yen or left == 0
            back_yen += taken_yen
        elif kind == TAKEN_BACK:
            assert taken_yen == min(asked_yen, back_yen)
            back_yen -= taken_yen
        else:
            assert taken_yen == asked_yen


def test_a_file_of_others_is_taken_as_it_is() -> None:
    """A note of somebody else's history is a note."""
    moves = [(GIVEN_UP, 500_000, 30)]
    assert of_moves(moves).result.claim_yen == 0
    document = {"date": "2024-01-05", "kind": "repay", "amount": 5_000, "note": GIVEN_UP}
    content = json.dumps({"schema_version": 1, "events": [document]}).encode()
    history = reading.read(content, file="theirs.json")
    assert lender.statement_of(history, {}).result.overpayment_yen == 5_000


def test_held_money_goes_to_the_claim_again_when_a_receipt_comes_late(held: Legal) -> None:
    """A receipt of before makes the book anew: the claim keeps what it took over."""
    claim = held.settled(held.reckoned(LAWYER, "yes"), HELD)
    held.desk.receive(held.key, 5_000, ON - timedelta(days=3))
    assert held.owed(claim) == HELD
    assert found(held, PAY_ON).overpayment_yen > HELD
    assert do(commands.check_giving_up, held.key, ON) == 0
