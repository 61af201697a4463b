"""Links by mail for who has no PIN yet: the birth date, some days, once; anything else is one answer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.database import Database
from tests.loans.crowd import at_once, do
from tests.people.house import AT, BORN, GOOD, HERE, MAIL, OTHER, SATO, House, kinds_of, rows

from motocho.law.rules import Refusal
from motocho.people import invitations, members
from motocho.people.credentials import keeping
from motocho.people.credentials.pins import Pin
from motocho.people.facts.values import Kind
from motocho.people.invitations import LIVES, MOST_MISSES, Begun, Missed, Over, Purpose, Whose
from motocho.people.login import Entered, Origin

WRONG_DAY = BORN + timedelta(days=1)


@pytest.fixture
def whose(database: Database) -> Whose:
    """Somebody with an e-mail address and no PIN."""
    made = do(members.register, SATO, "10000001", AT - timedelta(days=1))
    House().tell(made.member_id, Kind.EMAIL, MAIL, at=AT - timedelta(days=1))
    return Whose(made.member_id, Purpose.FIRST_PIN, 3)


def token_of(whose: Whose, letter: str = "letter 1", **later: int) -> str:
    token: str = do(invitations.of_letter, whose, letter, AT + timedelta(**later))
    return token


def begin(token: str, pin: Pin = GOOD, born: date = BORN, **later: int) -> object:
    found: object = do(invitations.begin, token, (born, pin), AT + timedelta(**later))
    return found


@pytest.mark.rule("AUTH-002")
@pytest.mark.rule("AUTH-003")
def test_first_pin_is_set_once_and_a_weak_one_leaves_the_link(whose: Whose) -> None:
    token = token_of(whose)
    for weak in ("0412", "1234", "0000"):
        refused = begin(token, Pin(weak))
        assert isinstance(refused, Refusal)
        assert refused.rule_id == "AUTH-003"
    begun = begin(token)
    assert begun == Begun(whose.member_id)
    assert begin(token, OTHER) == Over(), "once"
    assert do(keeping.is_right, whose.member_id, GOOD)
    admitted = do(invitations.admit, begun, Origin(HERE, None, "Firefox"), AT)
    assert admitted.new_device is not None
    entered = House().enter("10000001", token=admitted.new_device.token)
    assert isinstance(entered, Entered)
    assert entered.device_id == admitted.new_device.device_id
    assert kinds_of(whose.member_id)[-3:] == ["pin_registered", "device_learnt", "login"]
    assert not rows("SELECT FROM people_hold"), "the first device of all holds no draw"


def test_links_that_are_over_foreign_used_or_made_up_are_one_answer(whose: Whose) -> None:
    days = LIVES[Purpose.FIRST_PIN].days
    token = token_of(whose)
    assert token_of(whose) == token, "a letter that is tried again holds the same"
    offer = token_of(whose._replace(purpose=Purpose.OFFER))
    for other in ("made-up", "", offer, "x" * 10_000, "\N{HIRAGANA LETTER A}"):
        assert begin(other) == Over()
    assert begin(token, days=days) == Over(), "to the second"
    newer = token_of(whose, "letter 2", days=1)
    assert begin(token) == Over(), "another letter's ended it"
    assert isinstance(do(invitations.enter, offer, Purpose.OFFER, BORN, AT), Whose)
    assert begin(newer, days=days) == Begun(whose.member_id)


def test_birth_date_may_be_missed_a_few_times(whose: Whose) -> None:
    token = token_of(whose)
    for _ in range(MOST_MISSES - 1):
        assert begin(token, born=WRONG_DAY) == Missed()
    assert begin(token, born=WRONG_DAY) == Over()
    assert begin(token) == Over(), "right, and too late"
    assert do(keeping.stored, whose.member_id) is None


def test_of_several_at_once_one_sets_the_pin(whose: Whose) -> None:
    token, other = token_of(whose), token_of(whose._replace(about_id=4), "letter 9")
    tried = at_once([
        lambda: begin(token, GOOD), lambda: begin(other, OTHER), lambda: begin(token, OTHER),
    ])  # fmt: skip
    assert sorted(type(one).__name__ for one in tried) == ["Begun", "Over", "Over"]
    assert rows("SELECT count(*) FROM journal_row WHERE kind = 'pin_registered'") == [(1,)]


def test_another_link_is_asked_for_by_who_was_sent_one_and_not_too_often(whose: Whose) -> None:
    token = token_of(whose)
    late = AT + timedelta(days=30)
    for known in (token, token, "made-up"):
        do(invitations.ask_again, known, Purpose.FIRST_PIN, late)
    do(invitations.ask_again, token, Purpose.OFFER, late)
    assert kinds_of(whose.member_id).count("first_pin_asked") == 1
    do(invitations.ask_again, token, Purpose.FIRST_PIN, late + invitations.BETWEEN)
    assert kinds_of(whose.member_id).count("first_pin_asked") == 2
    newer = do(invitations.of_letter, whose, "letter 2", late)
    assert isinstance(do(invitations.begin, newer, (BORN, GOOD), late), Begun)
    for one in (token, newer):
        do(invitations.ask_again, one, Purpose.FIRST_PIN, late + timedelta(days=1))
    assert kinds_of(whose.member_id).count("first_pin_asked") == 2, "there is a PIN"


def test_what_ended_stays_ended_for_raw_sql_too(whose: Whose, database: Database) -> None:
    do(invitations.end, whose, AT)
    token = token_of(whose)
    do(invitations.end, whose, AT)
    with database.connect() as app, pytest.raises(Exception, match="never changed"):
        app.execute("UPDATE people_invitation SET ended_at = NULL")
    assert begin(token) == Over()
    assert token not in str(rows("SELECT * FROM people_invitation"))
