"""What every test may ask for."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import django
import pytest

from tests.database import Database, close_run, fresh_database, open_run

KEEPER = pytest.StashKey[object]()
NUMBERS = itertools.count()


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motocho.config.settings")
    django.setup()
    keeper = open_run()
    if keeper is not None:
        config.add_cleanup(lambda: close_run(keeper))


@pytest.fixture
def database() -> Iterator[Database]:
    """A fresh migrated database; Django is turned to it as the application."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "one")
    with fresh_database(f"test_{worker}_{next(NUMBERS)}") as made:
        yield made
