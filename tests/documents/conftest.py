"""A house with members, and a pepper of its own, for papers and uploads."""

from __future__ import annotations

from tests.people.conftest import house, pepper

__all__ = ["house", "pepper"]
