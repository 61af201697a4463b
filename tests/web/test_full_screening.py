"""The way of an application that `./run look` takes pictures of: every page of it shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.database import Database
from tests.web import full_screening


def test_every_page_that_is_looked_at_shows_and_none_leads_elsewhere(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = 0
    for client, addresses in full_screening.visits(database, tmp_path, monkeypatch):
        found = {name: client.get(address).status_code for name, address in addresses.items()}
        assert {name: code for name, code in found.items() if code != 200} == {}
        seen += len(found)
    assert seen > 30
