"""Until when the records of a survey are kept [返済能力の調査記録の保存] · LEND-017."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from motocho.screening.capacity.day import LawOfDay, years_after
from motocho.screening.capacity.exposure import ContractKind


@dataclass(frozen=True, slots=True)
class Ending:
    """How a contract ends [契約の終わり]; None where it has not, or no day is fixed.

    `last_due_on` is the last due date of the contract, of a revolving one the last of all its
    loans; `extinguished_on` the day on which the last claim went out, by payment or otherwise.
    """

    kind: ContractKind
    terminated_on: date | None = None
    last_due_on: date | None = None
    extinguished_on: date | None = None


def survey_kept_until(ending: Ending) -> date | None:
    """The last day on which the survey of a contract must be there [調査記録の保存期限].

    Gives     None while that day is not fixed: an open line, or one with nothing due.
    Law       貸金業法13条4項, 5項; 施行規則10条の18第2項1号, 10条の20第2項.
    """
    claims_on = ending.extinguished_on or ending.last_due_on
    if ending.kind is ContractKind.TERM:
        return claims_on
    if ending.terminated_on is None:
        return None
    return ending.terminated_on if claims_on is None else max(ending.terminated_on, claims_on)


def monitoring_kept_until(made_on: date, law: LawOfDay) -> date:
    """The last day of a record of monitoring [途上与信の記録の保存期限].

    Law       貸金業法13条の3第4項; 施行規則10条の27第2項.
    """
    years = law.row("lending.survey_records").number("monitoring_years")
    return years_after(made_on, years)


def old_evidence_kept_until(issued_on: date, law: LawOfDay) -> date:
    """The last day of evidence that was used beyond three years from its issue [書面の保存期限].

    Why       it runs from the issue, not from the record: 施行規則10条の27第3項.
    """
    years = law.row("lending.survey_records").number("old_evidence_years")
    return years_after(issued_on, years)
