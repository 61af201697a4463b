"""A contract paper that the lender holds goes back, once, when all is paid (DOC-008, 貸金業法22条)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from tests.database import Database
from tests.documents.pages import close_set
from tests.documents.test_statutory import Lender, by_wire, follow_all
from tests.loans.crowd import do
from tests.people.conftest import house, pepper
from tests.people.house import House, rows

from motocho.config.invariants import INVARIANTS
from motocho.documents import archive
from motocho.documents.archive import Kept, Kind, Road
from motocho.loans import commands, queries
from motocho.loans.commands import Key
from motocho.loans.commands.ends import Settlement
from motocho.outside.clock import JAPAN
from motocho.outside.postgres import Role, violations
from motocho.units.days import both_calendars_text
from motocho.units.errors import InputError, StateConflict

__all__ = ["house", "pepper"]

DRAWN, PAID = date(2026, 11, 4), date(2026, 11, 9)
AT = datetime(2026, 11, 10, 9, tzinfo=JAPAN)
HELD = datetime(2026, 10, 6, 9, tzinfo=JAPAN)


@pytest.fixture
def lender(house: House, database: Database) -> Lender:
    return Lender(house, database)


def owing(lender: Lender, *, held: bool = True) -> Key:
    key = lender.open()
    if held:
        do(archive.hold, key, "tanaka", HELD)
    lender.desk.draw(key, 50_000, DRAWN)
    return key


def pay_all(lender: Lender, key: Key, on: date = PAID) -> int:
    paid = lender.desk.receive(key, do(queries.payoff_quote, key, on).total_yen, on)
    return int(paid.event_no)


def close(lender: Lender, key: Key, on: date = PAID) -> None:
    do(commands.close_agreement, key, lender.desk.made(on))


def returned(lender: Lender) -> list[Kept]:
    return [one for one in lender.follow(AT) if one.kind is Kind.RETURN]


def late(database: Database) -> list[str]:
    return [one.details["name"] for one in violations(database.address, INVARIANTS)]


# --------------------------------------------------------------------------------- when it goes back
@pytest.mark.rule("DOC-008")
def test_held_paper_goes_back_with_a_letter_when_the_agreement_ends(lender: Lender) -> None:
    lender.agree(by_wire("contract"), by_wire("receipt"))
    key = owing(lender)
    pay_all(lender, key)
    assert returned(lender) == []  # an open agreement at nothing still lends
    close(lender, key)
    (letter,) = returned(lender)
    assert (letter.road, letter.posted_at) == (Road.POST, None)  # a thing goes by no wire
    assert letter.post_by == date(2026, 11, 16)  # five business days after Monday the 9th
    shown = lender.text(letter)
    for text in (
        both_calendars_text(date(2026, 10, 5)), both_calendars_text(PAID),
        f"契約番号 {key.agreement_id}", "契約書の原本",
    ):  # fmt: skip
        assert close_set(text) in shown
    do(archive.posted, do(archive.waiting), "tanaka", AT)
    assert not do(archive.is_held, key)
    assert returned(lender)[0].posted_on == AT.date()


@pytest.mark.rule("DOC-008")
def test_nothing_is_said_where_no_paper_is_held(lender: Lender, database: Database) -> None:
    key = owing(lender, held=False)
    pay_all(lender, key)
    close(lender, key)
    assert returned(lender) == []
    assert do(archive.going_back, key) is None
    assert late(database) == []
    kinds = [kind for (kind,) in rows("SELECT kind FROM journal_row")]
    assert not [kind for kind in kinds if "contract_paper" in kind]


def test_paper_that_is_found_after_the_end_goes_back_at_once(lender: Lender) -> None:
    key = owing(lender, held=False)
    pay_all(lender, key)
    close(lender, key)
    assert returned(lender) == []
    assert do(archive.hold, key, "tanaka", HELD)
    assert not do(archive.hold, key, "suzuki", AT)
    assert len(returned(lender)) == 1
    assert rows("SELECT held_by FROM documents_held") == [("tanaka",)]


def test_paper_of_an_agreement_without_a_loan_goes_back(lender: Lender) -> None:
    key = lender.open()
    do(archive.hold, key, "tanaka", HELD)
    close(lender, key)
    (letter,) = returned(lender)
    assert close_set("貸付けはありませんでした") in lender.text(letter)


@pytest.mark.rule("DOC-008")
def test_settlement_that_is_paid_ends_it_too(lender: Lender) -> None:
    key = owing(lender)
    wanted = Settlement(0, 0, 30_000, 10_000, date(2027, 1, 31), "DOC-1")
    do(commands.settle, key, wanted, lender.desk.made(PAID - timedelta(days=1)))
    assert returned(lender) == []  # the rest of it is owed
    pay_all(lender, key)
    (letter,) = returned(lender)
    assert close_set(both_calendars_text(PAID)) in lender.text(letter)
    close(lender, key)
    assert len(returned(lender)) == 1


def test_claim_that_is_written_off_and_then_paid_ends_it_too(lender: Lender) -> None:
    key = owing(lender)
    do(commands.write_off, key, lender.desk.made(PAID))
    assert returned(lender) == []
    pay_all(lender, key)
    assert len(returned(lender)) == 1


@pytest.mark.rule("DOC-008")
def test_claim_that_somebody_else_has_is_not_paid_to_us(lender: Lender, database: Database) -> None:
    key = owing(lender)
    do(commands.assign, key, lender.desk.made(PAID))
    close(lender, key)
    assert returned(lender) == []
    assert do(queries.paid_off, key, AT.date()) is None
    assert late(database) == []


# ----------------------------------------------------------------------------------------- refusals
@pytest.mark.rule("DOC-008")
def test_paper_goes_back_once(lender: Lender) -> None:
    key = owing(lender)
    pay_all(lender, key)
    close(lender, key)
    (letter,) = returned(lender)
    (waiting,) = (one for one in do(archive.waiting) if one.kind is Kind.RETURN)
    assert do(archive.posted, [waiting], "tanaka", AT) == 1
    assert do(archive.posted, [waiting], "tanaka", AT) == 0
    with pytest.raises(IntegrityError, match="posted once"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE documents_post SET posted_at = now() WHERE paper_no = %s", (letter.paper_no,)
        )
    with pytest.raises(IntegrityError, match="goes back once"):
        again(key, letter.paper_no)


def again(key: Key, paper_no: int) -> None:
    """The same letter under another cause, by hand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_paper (member_id, agreement_id, kind, cause, title, stated, road,"
            " dated_on, digest, sealed, pepper_id, delivered_at) SELECT member_id, %s, kind,"
            " 'again', title, stated, road, dated_on, digest, digest, pepper_id, delivered_at"
            " FROM documents_paper WHERE paper_no = %s",
            (key.agreement_id, paper_no),
        )


def test_nothing_goes_back_that_is_not_held_or_not_paid(lender: Lender) -> None:
    key = owing(lender)
    pay_all(lender, key)
    close(lender, key)
    (letter,) = returned(lender)
    other, owed = owing(lender, held=False), owing(lender)
    for one in (other, owed):
        with pytest.raises(IntegrityError, match="held and paid"):
            again(one, letter.paper_no)


def test_paper_of_a_payment_that_was_undone_waits(lender: Lender) -> None:
    key = owing(lender)
    event_no = pay_all(lender, key)
    close(lender, key)
    assert len(returned(lender)) == 1
    assert Kind.RETURN in {one.kind for one in do(archive.waiting)}
    do(commands.reverse, key, event_no, "不渡り", lender.desk.made(PAID))
    assert Kind.RETURN not in {one.kind for one in do(archive.waiting)}
    assert do(archive.going_back, key) is None
    later = PAID + timedelta(days=1)
    pay_all(lender, key, later)
    (letter,) = returned(lender)
    assert close_set(both_calendars_text(later)) in lender.text(letter)
    assert letter.post_by == date(2026, 11, 17)
    assert [one.paper_no for one in do(archive.waiting) if one.kind is Kind.RETURN] == [
        letter.paper_no
    ]


def test_paper_of_a_written_off_claim_that_is_owed_again_waits(lender: Lender) -> None:
    key = owing(lender)
    do(commands.write_off, key, lender.desk.made(PAID))
    event_no = pay_all(lender, key)
    assert len(returned(lender)) == 1
    do(commands.reverse, key, event_no, "不渡り", lender.desk.made(PAID))
    assert Kind.RETURN not in {one.kind for one in do(archive.waiting)}
    assert do(archive.going_back, key) is None


def test_paper_that_was_released_by_mistake_is_held_anew(lender: Lender) -> None:
    key = owing(lender)
    do(archive.release, key, "tanaka", "記録の誤り", HELD + timedelta(hours=1))
    assert not do(archive.is_held, key)
    assert do(archive.hold, key, "suzuki", HELD + timedelta(hours=2))
    assert do(archive.is_held, key)
    assert not do(archive.hold, key, "suzuki", AT)
    pay_all(lender, key)
    close(lender, key)
    assert len(returned(lender)) == 1


def test_paper_that_went_another_way_is_released_once_with_a_reason(
    lender: Lender, database: Database
) -> None:
    key = owing(lender)
    pay_all(lender, key)
    close(lender, key)
    assert len(returned(lender)) == 1
    with pytest.raises(InputError):
        do(archive.release, key, "tanaka", " ", AT)
    do(archive.release, key, "tanaka", "窓口で返却", AT)
    assert not do(archive.is_held, key)
    assert returned(lender) == []
    assert Kind.RETURN not in {one.kind for one in do(archive.waiting)}
    assert late(database) == []
    with pytest.raises(StateConflict):
        do(archive.release, key, "tanaka", "x", AT)
    with pytest.raises(IntegrityError, match="released once"), connection.cursor() as cursor:
        cursor.execute("UPDATE documents_held SET released_why = 'y'")


# -------------------------------------------------------------------------------------------- late
@pytest.mark.rule("DOC-008")
def test_paper_that_stays_past_its_day_is_found(lender: Lender, database: Database) -> None:
    key = owing(lender)
    pay_all(lender, key)
    close(lender, key)
    follow_all()
    assert late(database) == ["contract papers go back in time"]  # closed, and no letter
    (letter,) = returned(lender)
    (waiting,) = (one for one in do(archive.waiting) if one.kind is Kind.RETURN)
    assert letter.post_by is not None
    assert not waiting.is_overdue(letter.post_by)
    assert waiting.is_overdue(letter.post_by + timedelta(days=1))
    with database.connect(Role.OWNER) as owner:
        owner.execute("ALTER TABLE documents_post DISABLE TRIGGER posted_once")
        # the invariant goes by the server's clock, which no test moves
        ((today,),) = owner.execute("SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date").fetchall()
        for post_by, found in (
            (today, []),
            (today - timedelta(days=1), ["contract papers go back in time"]),
        ):
            owner.execute(
                "UPDATE documents_post SET post_by = %s WHERE paper_no = %s",
                (post_by, letter.paper_no),
            )
            owner.commit()
            assert [one for one in late(database) if one != "triggers are on"] == found
