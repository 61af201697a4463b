"""The settlement of a claim on paper, from the same content as every paper of a claim [和解書].

What we reckoned, what was accepted and by when it is paid come from the claim; names, address and
account are typed from the papers of who claims, and stand nowhere but on this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from motocho.claims import pleading
from motocho.claims.pleading import PaperKind
from motocho.contact.directory import Lender
from motocho.office import papers
from motocho.office.lender import _keeping, _reckoning
from motocho.office.lender._keeping import ClaimKey
from motocho.office.lender._rules import Step
from motocho.office.papers import File, Form
from motocho.units.errors import Fault, RefusedError

TYPED = (
    "client_name", "client_address", "bank_name", "branch_name", "account_kind", "account_number",
    "account_holder", "lender_representative",
)  # fmt: skip
"""What only the papers of who claims tell."""


def settlement_paper(
    cursor: Any, key: ClaimKey, typed: Mapping[str, str], of: tuple[Lender, date], form: Form
) -> File:
    """The settlement as PDF, or as Word to be changed [和解書の作成].

    Takes     the facts of `TYPED`; the lender as it names itself, and the day of the paper.
    Raises    RefusedError before an offer was accepted; FaultyInput for every fact that it lacks,
              and where nothing is overpaid: a zero settlement has no such paper.
    """
    claim = _keeping.one(cursor, key)
    accepted = claim.last(Step.ACCEPTED)
    if accepted is None:
        raise RefusedError(Fault("CLU-010"))
    lender, on = of
    stated = {
        **{name: typed.get(name, "") for name in TYPED},
        "lender_name": lender.name_ja,
        "lender_address": lender.address_ja,
        "settlement_yen": f"{accepted.amount_yen}",
        "settlement_pay_by_on": accepted.content["pay_by_on"],
        "letter_on": on.isoformat(),
    }
    statement = _reckoning.again(cursor, key)
    content = pleading.content(statement, pleading.read(stated), on)
    return papers.make(PaperKind.SETTLEMENT, content, form)
