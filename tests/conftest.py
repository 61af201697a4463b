"""What every test may ask for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from hypothesis import settings

from motocho.outside.postgres import Server
from tests import hours
from tests.database import Database, close_run, folder_for_anyone, fresh_database, open_run


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motocho.config.settings")
    django.setup()
    hours.begin()
    settings.register_profile("untimed", deadline=None)  # a machine's mood is not a fault
    settings.load_profile("untimed")
    keeper = open_run()
    if keeper is not None:
        config.add_cleanup(lambda: close_run(keeper))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in a browser come last: its loop goes on running in their process, and nothing that
    starts a loop of its own, as a worker does, can run there after them."""
    items.sort(key=lambda one: "browser" in getattr(one, "fixturenames", ()))


@pytest.fixture
def database() -> Iterator[Database]:
    """A fresh migrated database; Django is turned to it as the application."""
    with fresh_database() as made:
        yield made


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty MOTOCHO_HOME that a server without rights can enter; its servers are ended."""
    folder = folder_for_anyone()
    yield folder
    for passwords in folder.rglob("passwords"):
        Server(passwords.parent).stop()
    shutil.rmtree(folder)
