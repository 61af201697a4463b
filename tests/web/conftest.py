"""What tests of pages may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import Browser
from tests.database import Database
from tests.web.browsing import Device, served, started
from tests.web.studio import entrance, served_studio

from motocho.office import cases

OFFICE = {"width": 1366, "height": 768}


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of the site, for tests that are marked `allow_hosts`."""
    with served() as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with started() as made:
        yield made


@pytest.fixture
def device(site: str, browser: Browser) -> Iterator[Callable[..., Device]]:
    """Makes devices: `device(color_scheme="dark", java_script_enabled=False)`."""
    made: list[Device] = []

    def make(**options: object) -> Device:
        made.append(Device(browser, site, **options))
        return made[-1]

    yield make
    for one in made:
        one.context.close()


@pytest.fixture
def studio(database: Database) -> Iterator[str]:
    """The address of a studio of its own, for tests that are marked `allow_hosts`."""
    cases.lock()
    with served_studio() as address:
        yield address
    cases.lock()


@pytest.fixture
def in_studio(studio: str, browser: Browser) -> Iterator[Callable[..., Device]]:
    """Makes devices that were let into the studio; none of them complained or asked elsewhere."""
    made: list[Device] = []

    def make(**options: object) -> Device:
        options.setdefault("viewport", OFFICE)
        made.append(Device(browser, studio, **options))
        made[-1].open(entrance(studio))
        return made[-1]

    yield make
    for one in made:
        assert one.complaints == []
        assert {urlsplit(each).netloc for each in one.requests} <= {urlsplit(studio).netloc}
        one.context.close()


@pytest.fixture
def client() -> Client:
    """A client without a browser, checking forms' tokens as the site does."""
    return Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")
