"""What ways of paying are called, on the desk as on the member's page [返済の案の名前]."""

from __future__ import annotations

from collections.abc import Mapping

from motocho.care.reliefs import scenarios

Way = scenarios.Way
WAYS: Mapping[Way, str] = {
    Way.AS_IS: "offer.way.as_is",
    Way.INTEREST_ONLY: "offer.way.interest_only",
    Way.REDUCED: "offer.way.reduced",
    Way.DUE_DAY: "offer.way.due_day",
    Way.PROMISE: "offer.way.promise",
    Way.TWO_MONTHS: "offer.way.two_months",
    Way.MINIMUM: "offer.way.minimum",
    Way.LONGER: "offer.way.longer",
    Way.INSTALMENTS: "offer.way.instalments",
}
"""The key of each name in the wording."""
