"""What tests of pages may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser
from tests.web.browsing import Device, served, started


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
def client() -> Client:
    """A client without a browser, checking forms' tokens as the site does."""
    return Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")
