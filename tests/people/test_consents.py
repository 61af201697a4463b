"""Consents: nothing by silence, in words that can be shown again, taken back at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import AT, House, after, kinds_of

from motocho.outside.clock import JAPAN
from motocho.people import consents
from motocho.people.consents import Consent, Kind, Told
from motocho.units.errors import InputError, StateConflict

RECEIPTS = Consent(Kind.ELECTRONIC_DELIVERY, "receipt")
STATEMENTS = Consent(Kind.ELECTRONIC_DELIVERY, "monthly_statement")
BUREAU = Consent(Kind.BUREAU)


def told(form: str, wording: str = "v3") -> Told:
    return Told("member", form, wording)


def test_nothing_is_agreed_to_by_silence(house: House) -> None:
    member_id = house.member().member_id
    for kind in Kind:
        scope = "receipt" if kind in consents.SCOPED else ""
        assert do(consents.in_force, member_id, Consent(kind, scope), AT) is False


def test_consent_is_in_force_until_it_is_taken_back(house: House) -> None:
    member_id = house.member().member_id
    do(consents.give, member_id, RECEIPTS, told("1"), AT)
    do(consents.withdraw, member_id, RECEIPTS, told("2", ""), after(days=2))
    do(consents.give, member_id, RECEIPTS, told("3", "v4"), after(days=4))
    moments = {-1: False, 0: True, 1: True, 2: False, 3: False, 4: True}
    for days, expected in moments.items():
        assert do(consents.in_force, member_id, RECEIPTS, after(days=days)) is expected, days
    assert do(consents.in_force, member_id, STATEMENTS, AT) is False
    assert [one.wording_ref for one in do(consents.history, member_id)] == ["v3", "", "v4"]
    assert kinds_of(member_id)[-3:] == ["consent_given", "consent_withdrawn", "consent_given"]


def test_day_is_a_day_in_japan(house: House) -> None:
    member_id = house.member().member_id
    late = datetime(2026, 11, 18, 23, 59, tzinfo=JAPAN)
    do(consents.give, member_id, BUREAU, told("1"), late)
    assert BUREAU in do(consents.on_day, member_id, date(2026, 11, 18))
    assert do(consents.on_day, member_id, date(2026, 11, 17)) == {}
    do(consents.withdraw, member_id, BUREAU, told("2"), late + timedelta(minutes=2))
    assert BUREAU in do(consents.on_day, member_id, date(2026, 11, 18))
    assert do(consents.on_day, member_id, date(2026, 11, 19)) == {}


def test_form_sent_twice_counts_once(house: House) -> None:
    member_id = house.member().member_id
    first = do(consents.give, member_id, BUREAU, told("1"), AT)
    assert do(consents.give, member_id, BUREAU, told("1"), after(minutes=1)) == first
    with pytest.raises(StateConflict):
        do(consents.withdraw, member_id, BUREAU, told("1"), after(minutes=1))


@pytest.mark.parametrize(("consent", "wording"), [
    (BUREAU, ""), (Consent(Kind.BUREAU, "receipt"), "v1"), (Consent(Kind.NOTICE), "v1"),
    (Consent(Kind.ELECTRONIC_DELIVERY), "v1"),
])  # fmt: skip
def test_consent_needs_words_and_its_scope(house: House, consent: Consent, wording: str) -> None:
    member_id = house.member().member_id
    with pytest.raises(InputError):
        do(consents.give, member_id, consent, told("1", wording), AT)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=8))
def test_what_holds_is_the_last_thing_said(house: House, said: list[tuple[int, bool]]) -> None:
    """Twin: the list read from top to bottom."""
    member_id = house.member().member_id
    for place, (days, is_given) in enumerate(said):
        say = consents.give if is_given else consents.withdraw
        do(say, member_id, BUREAU, told(str(place)), after(days=days))
    for days in range(22):
        before = [(on, place, given) for place, (on, given) in enumerate(said) if on <= days]
        expected = max(before)[2] if before else False
        assert do(consents.in_force, member_id, BUREAU, after(days=days)) is expected


def test_database_keeps_every_row(house: House, database: Database) -> None:
    do(consents.give, house.member().member_id, BUREAU, told("1"), AT)
    for attack in ("DELETE FROM people_consent", "UPDATE people_consent SET is_given = false"):
        with database.connect() as app, pytest.raises(psycopg.Error):
            app.execute(attack)
        with database.connect("motocho_owner") as owner, pytest.raises(psycopg.Error):
            owner.execute(attack)
