"""What the next step costs at the post office, the registry or the court [段階の実費].

Amounts come from the dated tables of law for the day itself; where a total is not known (before
2026-05-21 each court set its post) nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from motocho.claims import prospects
from motocho.claims.prospects import Certificate
from motocho.law.court import execution_cost
from motocho.office.tracker.board import Standing
from motocho.units.errors import MotochoError

LETTER_STEPS = {"claim_sent"}
SUIT_STEPS = {"suit_filed"}
ENFORCEMENT = {
    "clause_given": "clause",
    "service_certified": "service",
    "seizure_filed": "attachment",
}


def of_step(standing: Standing) -> tuple[tuple[str, int], ...]:
    """The costs of what may come next, each named once [次の段階の実費]."""
    coming = {one.id for one in standing.next_steps}
    return tuple(dict(_costs(standing, coming)).items())


def _costs(standing: Standing, coming: set[str]) -> Iterator[tuple[str, int]]:
    if coming & (LETTER_STEPS | SUIT_STEPS):
        yield from _of_claim(standing, coming)
    if coming & set(ENFORCEMENT):
        found = execution_cost(standing.on)
        amounts = {
            "clause": found.clause_yen,
            "service": found.certificate_yen,
            "attachment": found.attachment_yen,
        }
        for step_id, name in ENFORCEMENT.items():
            if step_id in coming:
                yield name, amounts[name]


def _of_claim(standing: Standing, coming: set[str]) -> Iterator[tuple[str, int]]:
    try:
        refunds = prospects.read_refunds(standing.case.facts, [])
        sued_yen = prospects.due_of(standing.case.statement(), refunds).in_dispute_yen
    except MotochoError:
        return
    if sued_yen <= 0:
        return
    price = prospects.costs(sued_yen, standing.on)
    if coming & LETTER_STEPS:
        yield "letter", price.letter.total_yen
    if coming & SUIT_STEPS:
        for each in price.filing.routes:
            if each.total_yen is not None:
                yield f"filing_{each.route.value}", each.total_yen
        yield "certificate", dict(price.certificates).get(Certificate.COUNTER, 0)
