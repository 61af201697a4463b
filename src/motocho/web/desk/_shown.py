"""What pages of the desk share: facts beside a document, whom a form is about [共通の部品]."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction
from django.http import HttpRequest

from motocho.documents.intake import Purpose
from motocho.people import access as gate
from motocho.people import members
from motocho.people.access import Action
from motocho.people.cards import Loss
from motocho.people.facts import values
from motocho.people.members import Member
from motocho.web import access
from motocho.web.access import Colleague

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

LOSSES: Mapping[str, str] = {
    Loss.LOST.value: "desk.loss_lost",
    Loss.STOLEN.value: "desk.loss_stolen",
}
"""How a card went, as its member told it [紛失・盗難の届け]."""


def number_of(text: str) -> int:
    """An id of a form or an address; 0, which nobody has, for anything else [番号の読取り]."""
    is_number = text.isascii() and text.isdigit() and len(text) < len("1" * 19)
    return int(text) if is_number else 0


def meant(
    request: HttpRequest, colleague: Colleague, action: Action, purpose: str
) -> Member | None:
    """The member whose page led to a form, by id and asked for; None from elsewhere [対象の会員].

    Raises    NotFoundError for whom the colleague may not see.
    """
    if "member" not in request.GET:
        return None
    member_id = number_of(request.GET["member"])
    staff = colleague.looking_for(purpose)
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, action, member_id, colleague.at))
        return members.one(cursor, member_id)
