"""A case's way in the database: written once, read by all, never changed; money never below zero."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

import psycopg
import pytest
from django.db import connection as of_thread
from tests.database import Database

from motocho.office import cases
from motocho.office.tracker import board, keeping, money, shelf
from motocho.office.tracker.conflicts import Why
from motocho.office.tracker.keeping import Made, Told
from motocho.office.tracker.money import Entry, Flow
from motocho.office.tracker.shelf import Paper, Way
from motocho.office.tracker.tracks import Kind
from motocho.outside.clock import JAPAN
from motocho.units.errors import (
    InputError,
    Language,
    MotochoError,
    NotFoundError,
    RefusedError,
    StateConflict,
)

AT = datetime(2026, 11, 22, 10, tzinfo=JAPAN)
ON = AT.date()
MADE = Made("佐藤", AT)


@pytest.fixture
def case_id(database: Database) -> int:
    heads = {"client": "甲野 花子", "lender": "架空ファイナンス"}
    return cases.open_case(heads, actor="佐藤", at=AT)


def step(case_id: int, name: str, on: date = ON) -> int:
    return keeping.note(case_id, Told(Kind.STEP, on, {"step": name}, f"s-{name}-{on}"), MADE)


def rows(case_id: int, *cells: tuple[str, str, str]) -> None:
    put = [{"date": on, "borrow": borrow, "repay": repay} for on, borrow, repay in cells]
    seq = cases.load(case_id).seq
    cases.apply(
        case_id,
        [{"op": "put_rows", "rows": put, "before": None}],
        actor="佐藤",
        at=AT,
        expected_seq=seq,
    )


class TestEvents:
    def test_what_was_noted_is_read(self, case_id: int) -> None:
        assert step(case_id, "disclosure_asked") == 1
        track = keeping.read(case_id)
        assert track.done[0].step.id == "disclosure_asked"
        assert (track.done[0].event.actor, track.done[0].event.at) == ("佐藤", AT)

    def test_the_same_form_is_written_once(self, case_id: int) -> None:
        assert step(case_id, "disclosure_asked") == step(case_id, "disclosure_asked") == 1
        assert len(keeping.events_of(case_id)) == 1

    def test_what_does_not_follow_leaves_nothing(self, case_id: int) -> None:
        with pytest.raises(InputError):
            step(case_id, "paid")
        assert keeping.events_of(case_id) == []

    def test_a_mistake_is_taken_back_and_stays_to_be_read(self, case_id: int) -> None:
        step(case_id, "disclosure_asked")
        keeping.take_back(case_id, 1, ON, MADE)
        assert keeping.read(case_id).done == ()
        assert [one.kind for one in keeping.events_of(case_id)] == [Kind.STEP, Kind.VOID]
        keeping.take_back(case_id, 1, ON, MADE)  # the same again is the same

    def test_a_case_that_is_not_there_takes_nothing(self, database: Database) -> None:
        with pytest.raises(NotFoundError):
            step(4711, "disclosure_asked")

    def test_events_are_never_changed(self, case_id: int, database: Database) -> None:
        step(case_id, "disclosure_asked")
        for statement in (
            "UPDATE office_event SET happened_on = '2020-01-01'",
            "DELETE FROM office_event",
            "UPDATE office_client_account SET balance_yen = 5",
        ):
            with (
                database.connect() as connection,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                connection.execute(statement)

    def test_a_gap_in_the_count_is_refused(self, case_id: int, database: Database) -> None:
        with database.connect() as connection, pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(
                "INSERT INTO office_event (case_id, event_no, kind, happened_on, body, source, at)"
                " VALUES (%s, 3, 'note', '2026-11-22', 'xx', 's', now())",
                (case_id,),
            )

    def test_of_two_who_write_at_once_all_is_counted(self, case_id: int) -> None:
        def one(n: int) -> None:
            keeping.note(case_id, Told(Kind.NOTE, ON, {"text": str(n)}, f"n-{n}"), MADE)

        refused = at_once(one, 6)
        events = keeping.events_of(case_id)
        assert [each.event_no for each in events] == list(range(1, len(events) + 1))
        assert len(events) + len(refused) == 6
        assert all(isinstance(each, StateConflict) for each in refused)


def at_once(act: Callable[[int], object], count: int) -> list[BaseException]:
    """The same from many threads, each with its own connection; gives what was refused."""
    ready, refused = threading.Barrier(count), list[BaseException]()

    def run(n: int) -> None:
        try:
            ready.wait()
            act(n)
        except MotochoError as error:
            refused.append(error)
        finally:
            of_thread.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return refused


class TestMoney:
    def put(self, case_id: int, flow: Flow, amount_yen: int, source: str) -> money.Kept:
        return money.put(case_id, Entry(flow, amount_yen, ON, "", source), MADE)

    def test_a_case_ends_at_nothing(self, case_id: int) -> None:
        self.put(case_id, Flow.FROM_LENDER, 500_000, "a")
        self.put(case_id, Flow.FEE, 110_000, "b")
        self.put(case_id, Flow.COST, 13_500, "c")
        assert self.put(case_id, Flow.TO_CLIENT, 376_500, "d").balance_yen == 0
        account = money.statement(case_id)
        assert [one.balance_yen for one in account.entries] == [500_000, 390_000, 376_500, 0]
        assert account.total_yen(Flow.FEE, Flow.COST) == 123_500

    def test_one_yen_too_much_is_refused_and_nothing_moves(self, case_id: int) -> None:
        self.put(case_id, Flow.FROM_LENDER, 1_000, "a")
        with pytest.raises(RefusedError) as found:
            self.put(case_id, Flow.TO_CLIENT, 1_001, "b")
        assert found.value.faults[0].code == "TRK-010"
        assert money.statement(case_id).balance_yen == 1_000
        assert self.put(case_id, Flow.TO_CLIENT, 1_000, "c").balance_yen == 0

    def test_the_same_form_moves_money_once(self, case_id: int) -> None:
        self.put(case_id, Flow.FROM_LENDER, 1_000, "a")
        assert self.put(case_id, Flow.FROM_LENDER, 1_000, "a").entry_no == 1
        assert money.statement(case_id).balance_yen == 1_000
        with pytest.raises(InputError):
            self.put(case_id, Flow.FROM_LENDER, 2_000, "a")

    def test_of_ten_who_pay_out_at_once_only_what_is_there_goes(self, case_id: int) -> None:
        self.put(case_id, Flow.FROM_LENDER, 350, "a")
        refused = at_once(lambda n: self.put(case_id, Flow.TO_CLIENT, 100, f"out-{n}"), 10)
        account = money.statement(case_id)
        assert account.balance_yen == 50
        assert len(refused) == 7
        assert [one.entry_no for one in account.entries] == [1, 2, 3, 4]

    def receive(self, case_id: int, amount_yen: int, held: money.Held) -> None:
        entry = Entry(Flow.FROM_LENDER, amount_yen, ON, "", f"paid-{amount_yen}")
        money.receive(case_id, entry, MADE, held=held)

    def test_a_payment_to_us_is_noted_and_held_at_once(self, case_id: int) -> None:
        for _ in range(2):
            self.receive(case_id, 1_000, money.Held.OFFICE)
        self.receive(case_id, 2_000, money.Held.CLIENT)
        assert [one.number("amount_yen") for one in keeping.read(case_id).paid] == [1_000, 2_000]
        assert money.statement(case_id).balance_yen == 1_000

    def test_taken_back_it_leaves_the_clients_money_too(self, case_id: int) -> None:
        self.receive(case_id, 1_000, money.Held.OFFICE)
        for _ in range(2):
            money.take_back(case_id, 1, ON, MADE)
        assert keeping.read(case_id).paid == ()
        assert money.statement(case_id).balance_yen == 0
        assert len(money.statement(case_id).entries) == 2

    def test_what_was_paid_out_meanwhile_cannot_be_taken_back(self, case_id: int) -> None:
        self.receive(case_id, 1_000, money.Held.OFFICE)
        self.put(case_id, Flow.TO_CLIENT, 1, "out")
        with pytest.raises(RefusedError):
            money.take_back(case_id, 1, ON, MADE)
        assert len(keeping.read(case_id).paid) == 1, "neither of both was written"
        assert money.statement(case_id).balance_yen == 999

    def test_money_of_one_case_pays_no_other(self, case_id: int) -> None:
        other = cases.open_case({"client": "乙"}, actor="佐藤", at=AT)
        self.put(case_id, Flow.FROM_LENDER, 1_000, "a")
        with pytest.raises(RefusedError):
            self.put(other, Flow.TO_CLIENT, 1, "b")

    def test_the_database_itself_refuses_less_than_nothing(
        self, case_id: int, database: Database
    ) -> None:
        """Whoever goes round the program finds the same rule."""
        with database.connect() as connection, pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(
                "INSERT INTO office_client_money (case_id, kind, amount_yen, value_on, body, source, at)"
                " VALUES (%s, 'to_client', 1, '2026-11-22', 'xx', 's', now())",
                (case_id,),
            )

    @pytest.mark.parametrize("amount_yen", [0, -5, 1_000_000_000_001])
    def test_amounts_that_are_none(self, case_id: int, amount_yen: int) -> None:
        with pytest.raises(InputError):
            self.put(case_id, Flow.FROM_LENDER, amount_yen, "a")

    def test_a_writer_that_is_cut_off_leaves_nothing(
        self, case_id: int, database: Database
    ) -> None:
        """Killed between the entry and its commit: the balance is what it was."""
        self.put(case_id, Flow.FROM_LENDER, 1_000, "a")
        connection = database.connect()
        connection.execute(
            "INSERT INTO office_client_money (case_id, kind, amount_yen, value_on, body, source, at)"
            " VALUES (%s, 'to_client', 900, '2026-11-22', %s, 'cut', now())",
            (case_id, b"\x00{}"),
        )
        pid = connection.info.backend_pid
        with database.connect() as other:
            other.execute("SELECT pg_terminate_backend(%s)", (pid,))
        connection.close()
        assert money.statement(case_id).balance_yen == 1_000
        assert self.put(case_id, Flow.TO_CLIENT, 1_000, "b").balance_yen == 0


class TestShelf:
    def test_papers_come_back_byte_for_byte(self, case_id: int) -> None:
        content = b"%PDF-1.7 \x00\xff" * 100
        kept = shelf.keep(
            case_id, Paper(Way.IN, ON, "C:\\tmp\\履歴.pdf", "取引履歴", content), MADE
        )
        assert (kept.paper_no, kept.name, kept.length) == (1, "履歴.pdf", len(content))
        assert shelf.content_of(case_id, 1) == content
        again = shelf.keep(case_id, Paper(Way.IN, ON, "二度目.pdf", "", content), MADE)
        assert again.paper_no == 1
        out = shelf.keep(case_id, Paper(Way.OUT, ON, "控え.pdf", "", content), MADE)
        assert out.paper_no == 2

    def test_empty_and_huge_ones_are_refused(self, case_id: int) -> None:
        for content in (b"", b"x" * (shelf.MOST_BYTES + 1)):
            with pytest.raises(InputError):
                shelf.keep(case_id, Paper(Way.IN, ON, "a", "", content), MADE)

    def test_papers_of_another_case_are_not_found(self, case_id: int) -> None:
        other = cases.open_case({"client": "乙"}, actor="佐藤", at=AT)
        shelf.keep(case_id, Paper(Way.IN, ON, "a", "", b"x"), MADE)
        with pytest.raises(NotFoundError):
            shelf.content_of(other, 1)


class TestBoard:
    def test_the_nearest_day_stands_first(self, case_id: int) -> None:
        later = cases.open_case({"client": "乙"}, actor="佐藤", at=AT)
        none = cases.open_case({"client": "丙"}, actor="佐藤", at=AT)
        step(case_id, "disclosure_asked")
        step(later, "disclosure_asked", ON + timedelta(days=5))
        order = [one.case.case_id for one in board.board(ON)]
        assert order == [case_id, later, none]
        assert [one.standing.case.case_id for one in board.due(ON, 60)] == [case_id, later]
        assert board.due(ON, 5) == []

    def test_the_time_bar_is_among_the_days(self, case_id: int) -> None:
        rows(case_id, ("2005-01-10", "100000", ""), ("2017-03-01", "", "10000"))
        found = board.standing(case_id, ON)
        assert [one.key for one in found.days] == ["time-bar"]
        assert found.days[0].last_on == date(2027, 3, 1)
        seq = cases.load(case_id).seq
        still = {"op": "set_fact", "name": board.STILL_DEALING, "value": "yes"}
        cases.apply(case_id, [still], actor="佐藤", at=AT, expected_seq=seq)
        assert board.standing(case_id, ON).days == ()

    def test_a_day_that_passed_is_told(self, case_id: int) -> None:
        step(case_id, "disclosure_asked", date(2026, 9, 1))
        assert [one.period_id for one in board.standing(case_id, ON).overdue] == [
            "disclosure_answer"
        ]

    def test_conflicts_over_all_cases(self, case_id: int) -> None:
        cases.open_case(
            {"client": "架空ファイナンス株式会社", "lender": "丁商事"}, actor="佐藤", at=AT
        )
        same = cases.open_case({"client": "甲野花子", "lender": "レイク"}, actor="佐藤", at=AT)
        found = board.conflicts_of(case_id)
        assert {one.why for one in found} == {Why.OPPONENT_IS_CLIENT, Why.SAME_CLIENT}
        assert found[0].why is Why.OPPONENT_IS_CLIENT
        assert [one.case_id for one in board.conflicts_of(same)] == [case_id]

    def test_entries_of_a_calendar_keep_their_ids(self, case_id: int) -> None:
        step(case_id, "disclosure_asked")
        first = board.entries(board.board(ON), Language.JA)
        assert first == board.entries(board.board(ON + timedelta(days=1)), Language.JA)
        assert first[0].uid == f"{cases.load(case_id).key}-1-disclosure_answer"
