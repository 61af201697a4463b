"""Pictures of every page, to be looked at: `python -m tests.web.look FOLDER [ja|easy|en] [studio]`.

Public pages in their states, every page that a member and a colleague can open, from the list of
addresses itself, and the way of an application (`full_screening`): on a phone and on a desk, each on light and on dark paper. The desk's pages are
of a member with one of everything (`full_desk`), and of calls before and after the identity check.
The studio's are of cases at every stage and of what is refused (`full_studio`); the word `studio`
takes them alone.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import django
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motocho.config.settings")
django.setup()

from django.test import Client, override_settings  # noqa: E402  # once Django is on
from tests.database import close_run, fresh_database, open_run  # noqa: E402
from tests.web import full_screening, test_attacks  # noqa: E402
from tests.web.borrowing import give_account  # noqa: E402
from tests.web.browsing import PAGES, PHONE, Device, served, started  # noqa: E402
from tests.web.full_desk import RIGHT, FullDesk  # noqa: E402
from tests.web.full_studio import EMPTY, filled  # noqa: E402
from tests.web.membership import Site  # noqa: E402
from tests.web.office import seated  # noqa: E402
from tests.web.studio import entrance, served_studio  # noqa: E402
from tests.web.test_collections import Debtor  # noqa: E402

from motocho.outside import clock, mail, teller  # noqa: E402
from motocho.people.access import Role  # noqa: E402

DESK = {"width": 1366, "height": 768}
WAYS: tuple[tuple[str, Any, str], ...] = (
    ("light", PHONE, "phone"),
    ("dark", PHONE, "phone-dark"),
    ("light", DESK, "desktop"),
    ("dark", DESK, "desktop-dark"),
)


def take(folder: Path, tongue: str) -> None:
    """Every page four times, each as a file named after it."""
    folder.mkdir(parents=True, exist_ok=True)
    for world in (house, screening):
        with world() as visits, served() as site, started() as browser:
            for scheme, size, suffix in WAYS:
                options = {"tongue": tongue, "color_scheme": scheme, "viewport": size}
                for cookies, addresses in visits():
                    device = Device(browser, site, **options)
                    device.context.add_cookies(
                        [{"name": name, "value": value, "url": site}
                         for name, value in cookies.items()]
                    )  # fmt: skip
                    for name, address in addresses.items():
                        page = device.open(address)
                        _unroll(page, size)
                        page.screenshot(path=folder / f"{name}-{suffix}.png", full_page=True)
                    device.context.close()


def take_studio(folder: Path, tongue: str) -> None:
    """The studio's pages, on its first day and with work in it, each four times."""
    folder.mkdir(parents=True, exist_ok=True)
    keeper = open_run()
    with (
        tempfile.TemporaryDirectory() as own,
        fresh_database(),
        served_studio() as site,
        override_settings(STUDIO_FOLDER=own),
        started() as browser,
    ):
        _pictures(folder, _let_in(browser, site, tongue), EMPTY, {})
        full = filled()
        _pictures(folder, _let_in(browser, site, tongue), full.addresses, full.states)
    if keeper is not None:
        close_run(keeper)


def _let_in(browser: Any, site: str, tongue: str) -> list[tuple[Device, Any, str]]:
    """A device for each way of looking, with the cookie of this start."""
    devices = []
    for scheme, size, suffix in WAYS:
        device = Device(browser, site, tongue=tongue, color_scheme=scheme, viewport=size)
        device.open(entrance(site))
        devices.append((device, size, suffix))
    return devices


def _pictures(
    folder: Path, devices: list[tuple[Device, Any, str]], addresses: Any, states: Any
) -> None:
    for device, size, suffix in devices:
        doings = {name: partial(device.page.goto, at) for name, at in addresses.items()}
        doings |= {name: partial(do, device.page) for name, do in states.items()}
        for name, do in doings.items():
            device.page.set_viewport_size(size)
            do()
            if device.page.locator("[data-grid]").count():
                device.page.wait_for_load_state("networkidle")  # its figures come after it
            _unroll(device.page, size)
            device.page.screenshot(path=folder / f"studio-{name}-{suffix}.png", full_page=True)
        device.context.close()


def _unroll(page: Any, size: Any) -> None:
    """A window as tall as the page: nothing that stays at its edge lies over the words."""
    page.set_viewport_size(size)
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(height, size["height"])})


@contextmanager
def house() -> Iterator[Any]:
    """A lender with a member and a colleague; gives who visits which pages, by their cookies.

    It is noon there: at night pages of calls and requests have other faces.
    """
    keeper, noon = open_run(), clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
    with (
        tempfile.TemporaryDirectory() as own,
        fresh_database(),
        pytest.MonkeyPatch.context() as told,
    ):
        told.setattr(clock, "now", lambda: noon)
        os.environ |= {mail.FOLDER_VARIABLE: own, teller.VARIABLE: f"{own}/bank"}
        site = Site.at(Path(own))
        client = Client(SERVER_NAME="127.0.0.1")
        _, known = test_attacks.told(site, client)
        debtor = Client(SERVER_NAME="127.0.0.1")
        member, key = site.enter(debtor)
        give_account(site, member.member_id)
        seat = seated("tanaka", *Role)
        full = FullDesk(site, Path(own), seat, seated("mori", Role.SUPERVISOR), Debtor.to_the_end)
        full.defrauded()
        full.defended()
        calls = {"unknown": seated("oda", Role.OPERATOR), "known": seated("kato", Role.OPERATOR)}
        talks = {name: full.called(one) for name, one in calls.items()}
        calls["known"].client.post(f"{full.home}check/", RIGHT)
        own_ids = {"agreement_id": str(key.agreement_id), "event_no": "2"}

        def visits() -> Iterator[tuple[dict[str, str], dict[str, str]]]:
            yield {}, PAGES
            everything = test_attacks.addresses(**(known | own_ids))
            yield _cookies(client), _shown(client, test_attacks.addresses(**known), "/member/")
            yield _cookies(debtor), _shown(debtor, everything, "/member/")
            theirs = dict(everything) | full.addresses
            yield _cookies(seat.client), _shown(seat.client, list(theirs.items()), "/desk/")
            for name, one in calls.items():
                found = {"member": full.home, "talk": talks[name],
                         "collection": full.addresses["desk:collection"]}  # fmt: skip
                on_call = [(f"{name} caller:{part}", address) for part, address in found.items()]
                yield _cookies(one.client), _shown(one.client, on_call, "/desk/")

        yield visits
    if keeper is not None:
        close_run(keeper)


@contextmanager
def screening() -> Iterator[Any]:
    """A lender that screens: an applicant before a reviewer, a draft, an open line that is watched."""
    keeper = open_run()
    with (
        tempfile.TemporaryDirectory() as own,
        fresh_database() as database,
        pytest.MonkeyPatch.context() as told,
    ):
        made = list(full_screening.visits(database, Path(own), told))

        def visits() -> Iterator[tuple[dict[str, str], dict[str, str]]]:
            for client, addresses in made:
                yield _cookies(client), _shown(client, list(addresses.items()), "/")

        yield visits
    if keeper is not None:
        close_run(keeper)


def _cookies(client: Client) -> dict[str, str]:
    return {name: one.value for name, one in client.cookies.items()}


def _shown(client: Client, found: list[tuple[str, str]], below: str) -> dict[str, str]:
    """Those below an address that answer with a page, by a name for their file."""
    pages = {}
    for name, address in found:
        if not address.startswith(below):
            continue
        answer = client.get(address)
        if answer.status_code < 300 and "html" in answer.headers.get("Content-Type", ""):
            pages[name.replace(":", "-").replace(" ", "-")] = address
    return pages


if __name__ == "__main__":
    wanted = (Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "ja")
    if sys.argv[3:] != ["studio"]:
        take(*wanted)
    take_studio(*wanted)
