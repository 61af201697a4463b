"""What pages of the desk share: facts beside a document [共通の部品]."""

from __future__ import annotations

from collections.abc import Mapping

from motocho.documents.intake import Purpose
from motocho.people.facts import values

SHOWN = {
    values.Kind.ADDRESS: "facts.address",
    values.Kind.MOBILE_PHONE: "facts.mobile_phone",
    values.Kind.EMAIL: "facts.email",
    values.Kind.EMPLOYER: "facts.employer",
    values.Kind.INCOME: "facts.income",
}
"""Which facts stand beside what a member handed in, masked [照合する登録情報]."""

PURPOSES: Mapping[Purpose, str] = {
    Purpose.IDENTITY: "desk.purpose_identity",
    Purpose.INCOME: "desk.purpose_income",
    Purpose.ADDRESS: "desk.purpose_address",
    Purpose.OTHER: "desk.purpose_other",
}
"""What a document is for, as the pages say it."""
