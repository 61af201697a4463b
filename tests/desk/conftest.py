"""A pepper of each test's own, for members who can sign in."""

from __future__ import annotations

from tests.people.conftest import pepper

__all__ = ["pepper"]
