"""What pages do comes to the book on the book's day, and once for each form."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import RequestFactory
from tests.database import Database

from motocho.close import day
from motocho.outside.clock import JAPAN
from motocho.web import _commands

AT = datetime(2026, 11, 23, 0, 30, tzinfo=JAPAN)
"""Half an hour after midnight: the night of the day before still runs."""


def test_commands_book_on_the_day_of_the_book(database: Database) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        assert _commands.made(cursor, "r", AT).business_on == AT.date()  # no night closes this book
        assert _commands.today(cursor, AT) == AT.date()
        day.open_book(cursor, AT.date() - timedelta(days=1))
        made = _commands.made(cursor, "r", AT, "staff 1", _commands.DESK)
        assert (made.channel, made.actor, made.booked_at) == ("desk", "staff 1", AT)
        assert made.business_on == AT.date() - timedelta(days=1)
        assert _commands.today(cursor, AT) == AT.date() - timedelta(days=1)


def test_form_is_known_by_its_token_and_one_without_is_none_but_itself() -> None:
    forms = RequestFactory()
    first, again = (forms.post("/", {"csrfmiddlewaretoken": "t"}) for _ in range(2))
    assert _commands.form_ref(first) == _commands.form_ref(again)
    assert _commands.form_ref(first) != _commands.form_ref(first, _commands.DESK)
    bare = forms.post("/", {})
    assert _commands.form_ref(bare) != _commands.form_ref(bare)


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with blanks in it, twenty", "<script>" * 3]
)
def test_reference_that_is_none_of_ours_is_left_out(given: str) -> None:
    assert _commands.reference_of(RequestFactory().get("/", {"ref": given})) == ""
    ours = _commands.new_reference()
    assert _commands.reference_of(RequestFactory().post("/", {"ref": ours})) == ours
