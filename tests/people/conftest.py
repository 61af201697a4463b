"""A pepper of each test's own, and a house with some members in it."""

from __future__ import annotations

import base64

import pytest
from tests.database import Database
from tests.people.house import House

from motocho.people.credentials import hashing

PEPPER = f"first:{base64.b64encode(b'p' * hashing.PEPPER_BYTES).decode()}"


@pytest.fixture(autouse=True)
def pepper(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(hashing.VARIABLE, PEPPER)
    return PEPPER


@pytest.fixture
def house(database: Database) -> House:
    return House()
