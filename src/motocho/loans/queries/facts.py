"""What decisions of today look at, of many agreements in one reading [判断の前提]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from motocho.kernel.revolving import Rules
from motocho.loans import _book
from motocho.loans._book import Key
from motocho.loans.policy import Facts


class Standing(NamedTuple):
    """An agreement as it stands [契約の現状]: the facts of a day, and how its product counts."""

    facts: Facts
    rules: Rules


def facts(cursor: Any, keys: Iterable[Key], on: date) -> dict[Key, Standing]:
    """Agreements as they stand, days advanced to one not before their last event [現状の一括照会].

    Raises    NotFoundError if one is not there.
    """
    return {loan.key: Standing(loan.facts(on), loan.rules) for loan in _book.look_at(cursor, keys)}
