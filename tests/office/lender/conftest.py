"""The house of the people's tests, for those of claims against us."""

from tests.people.conftest import house, pepper

__all__ = ["house", "pepper"]
