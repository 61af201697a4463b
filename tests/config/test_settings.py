"""Django is turned on for one role of the database, and turned to another."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection
from tests.database import Database

from motocho.outside.postgres import Role


def who() -> object:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        return cursor.fetchone()


def test_application_is_the_role_unless_another_is_asked_for(database: Database) -> None:
    name = database.address.database
    assert who() == ("motocho_app", name)
    with database.as_role(Role.OWNER):
        assert who() == ("motocho_owner", name)
    assert who() == ("motocho_app", name)


@pytest.mark.parametrize("_time", [1, 2])
def test_each_test_has_a_database_of_its_own(database: Database, _time: int) -> None:
    with database.as_role(Role.OWNER), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (id bigint)")
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="denied"):
        cursor.execute("SELECT * FROM kept")
