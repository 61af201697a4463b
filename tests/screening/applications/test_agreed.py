"""What one of the staff takes in needs the applicant's consent to the handling of personal data, from a day on."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from tests.database import Database
from tests.loans.crowd import do
from tests.people.house import kinds_of, rows
from tests.screening.applications.office import LINE, SINCE, Office, noon

from motocho.contact.holds import Source
from motocho.people import consents
from motocho.people.consents import Told
from motocho.screening import applications
from motocho.screening.applications import Application, Said, Use, Wanted, forms
from motocho.units.errors import RefusedError

FIRST = date(2026, 12, 1)
WANTED = Wanted(LINE, 300_000, Use.LIVING, Said(6_000_000, 400_000, SINCE))
INSERT = (
    "INSERT INTO screening_application (member_id, kind, product_id, scheme, day_of_month,"
    " limit_wanted_yen, purpose, source, actor, submitted_at)"
    " VALUES (%s, 'new', 'card', 'every_35_days', 0, 300000, 'living', 'by hand', %s, %s)"
)


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    made = Office(tmp_path, database)
    made.counter.at = noon(FIRST)
    return made


def taken_in(office: Office, form: str = "form a") -> Application:
    source = Source(office.first.actor, form)
    found: Application = do(applications.submit, office.member_id, WANTED, source, office.at)
    return found


def by_hand(office: Office, actor: str) -> None:
    """As raw SQL would, and as though it never was."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, (office.member_id, actor, office.at))
        transaction.set_rollback(True)


def agree(office: Office, form: str) -> Any:
    source = Source(office.first.actor, form)
    return do(forms.agree, office.member_id, "words 1", source, office.at)


def test_nobody_is_taken_in_by_the_staff_before_they_agreed(office: Office) -> None:
    with pytest.raises(RefusedError) as refused:
        taken_in(office)
    assert [one.code for one in refused.value.faults] == ["SCR-281"]
    with pytest.raises(IntegrityError, match="handling of personal data"):
        by_hand(office, office.first.actor)
    standing = agree(office, "form b")
    assert (standing.is_given, standing.effective_at) == (True, office.at)
    assert kinds_of(office.member_id)[-1] == "consent_given"
    by_hand(office, office.first.actor)
    assert taken_in(office).is_open
    told = rows("SELECT wording_ref, actor FROM people_consent WHERE kind = 'personal_data'")
    assert told == [("words 1", office.first.actor)]


def test_a_consent_that_was_taken_back_or_comes_later_is_none(office: Office) -> None:
    agree(office, "form b")
    office.counter.later(minutes=5)
    do(consents.withdraw, office.member_id, forms.PERSONAL, Told("member", "form c"), office.at)
    with pytest.raises(RefusedError):
        taken_in(office)
    office.counter.at -= timedelta(minutes=1)  # the moment before it was taken back
    by_hand(office, office.first.actor)
    office.counter.at -= timedelta(minutes=5)  # and before it was given
    with pytest.raises(IntegrityError, match="handling of personal data"):
        by_hand(office, office.first.actor)


def test_what_came_in_before_the_day_stays_and_who_applies_themselves_agrees_on_the_site(
    office: Office,
) -> None:
    by_hand(office, "member")
    office.counter.at = noon(FIRST - timedelta(days=1))
    assert taken_in(office).is_open
    assert taken_in(office) == taken_in(office)
    office.counter.at = noon(FIRST)
    assert taken_in(office).is_open  # the same form again is the same application
    assert rows("SELECT screening_agreement_from()") == [(FIRST,)]
