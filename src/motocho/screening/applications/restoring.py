"""A limit put back after it was cut because nobody could be reached [限度額の復元].

    restoring.put_back(cursor, agreement, wanted, (reviewer, made))

No survey is made (施行規則10条の19); what is decided is kept whole all the same, and replays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from motocho.loans import commands, queries
from motocho.loans.commands import Done, Key, Made, PutBack
from motocho.loans.policy import Consent
from motocho.people.access import Staff
from motocho.screening import decision as rules
from motocho.screening.applications.evidence import refuse_unless_reviewer
from motocho.screening.capacity import Cut
from motocho.screening.decision import (
    Applicant,
    Asked,
    AskedKind,
    Decision,
    Facts,
    Verdict,
    offering_of,
    policy_on,
)
from motocho.units.errors import Fault, RefusedError


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be put back, and what was found of the member [復元の内容].

    `has_barred_ties` is what a look-up found; None where nobody looked (LEND-022).
    """

    limit_yen: int
    reached_on: date
    reached_ref: str
    has_barred_ties: bool | None


def put_back(cursor: Any, key: Key, wish: Wish, by: tuple[Staff, Made]) -> Done:
    """Put a limit back, up to what it was before the cut, once [限度額の復元] · LEND-002.

    Raises    NotAllowedError; RefusedError with every rule that stands against it.
    Lock      the member's agreements.
    Law       貸金業法13条5項; 施行規則10条の19.
    """
    staff, made = by
    refuse_unless_reviewer(staff)
    decided = _decided(cursor, key, wish, made)
    if decided.verdict is not Verdict.OFFER:
        against = decided.open_findings
        raise RefusedError(*(Fault(one.code, details=one.details) for one in against))
    consent = Consent(made.business_on, wish.reached_ref)
    agreed = PutBack(consent, wish.reached_on, wish.reached_ref)
    done = commands.change_limit(cursor, key, wish.limit_yen, made, agreed)
    if not done.is_repeat:
        document = rules.document(decided)
        cursor.execute(
            "INSERT INTO screening_put_back (member_id, agreement_id, event_no, digest, document,"
            " staff_id, decided_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (
                *key, done.event_no, document["sha256"], orjson.dumps(document).decode(),
                staff.staff_id, made.booked_at,
            ),
        )  # fmt: skip
    return done


def _decided(cursor: Any, key: Key, wish: Wish, made: Made) -> Decision:
    found = commands.newest_cut(cursor, key)
    cut = None
    if found is not None:
        source = f"event {found.event_no} {found.proof_ref}"
        cut = Cut(
            found.before_yen,
            for_unreachable=True,
            for_capacity=False,
            reached_on=wish.reached_on,
            source=source,
        )
    asked = Asked(AskedKind.RESTORE, wish.limit_yen, str(key.agreement_id))
    applicant = Applicant(wish.reached_ref, has_barred_ties=wish.has_barred_ties)
    product = queries.contract(cursor, key).product
    policy = policy_on(made.business_on, offering_of(product))
    return rules.decide(Facts(asked, applicant, cut=cut), policy, made.business_on)


__all__ = ["Wish", "put_back"]
