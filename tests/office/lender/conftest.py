"""The house of the people's tests, for those of claims against us, and our legal desk."""

from __future__ import annotations

import pytest
from tests.office.lender.legal import Legal
from tests.people.conftest import house, pepper
from tests.people.house import House

__all__ = ["house", "legal", "pepper"]


@pytest.fixture
def legal(house: House) -> Legal:
    return Legal(house)
