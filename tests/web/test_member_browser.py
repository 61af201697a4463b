"""The member's pages in a real browser: phone, no scripts, both papers, back after the logout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.database import Database
from tests.web.axe import complaints
from tests.web.browsing import LOOKS, Device
from tests.web.membership import PIN, Site

from motocho.people.members import Member
from motocho.web.member import stepping

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MakeDevice = Callable[..., Device]
