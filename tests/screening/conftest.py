"""The house of the people's tests, for those of screening."""

from tests.people.conftest import house, pepper

__all__ = ["house", "pepper"]
