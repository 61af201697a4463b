"""Applications that wait, the oldest first, each with its signs [審査待ちの一覧].

    for row in queue.waiting(cursor, staff): row.whose, row.open_rules, row.approved

The list tells nothing of a person: who of the staff may not see a member finds no row of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from motocho.people import access
from motocho.people.access import Staff
from motocho.screening import increases
from motocho.screening.applications import forms
from motocho.screening.applications.forms import Application, ApplicationKey
from motocho.screening.bureau.inquiries import State
from motocho.screening.capacity import Outcome
from motocho.screening.decision import Verdict
from motocho.screening.increases import Increase

MOST = 200


class For(Enum):
    """Whom an application waits for [だれを待っているか]."""

    REVIEWER = "reviewer"
    """To be looked at, or decided."""
    SECOND = "second"
    """Approved by one where two must."""
    SUPERVISOR = "supervisor"
    """Handed on by a reviewer."""
    APPLICANT = "applicant"
    BUREAU = "bureau"
    CONCLUDING = "concluding"
    """Agreed to: the contract, or the higher limit, is to be made."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What shows in the list how far an application is [一覧の印].

    `third` is the answer of the one-third rule in the newest decision, None before one;
    `open_rules` the rules that do not pass in it; `is_current` says that nothing was entered since.
    """

    handed_in: int = 0
    """Documents that came from the applicant."""
    read: int = 0
    """Of them, those of which a paper was entered."""
    verdict: Verdict | None = None
    is_current: bool = False
    third: Outcome | None = None
    open_rules: tuple[str, ...] = ()
    persons: int = 1
    approved: int = 0
    is_accepted: bool = False
    is_handed_on: bool = False
    bureau: State | None = None
    lacks_identity: bool = False
    """A vendor answered, and something is missing by the law: somebody looks."""


@dataclass(frozen=True, slots=True)
class Row:
    """An application that waits [審査待ち]."""

    application: Application
    signs: Signs

    @property
    def whose(self) -> For:
        """For whom it waits [だれを待っているか]."""
        signs = self.signs
        if signs.is_accepted:
            return For.CONCLUDING
        if not signs.is_current or signs.verdict in {None, Verdict.NEEDS}:
            return self._undecided()
        if signs.verdict is not Verdict.REFUSE and signs.approved >= signs.persons:
            return For.APPLICANT
        if signs.is_handed_on and not signs.approved:
            return For.SUPERVISOR
        return For.SECOND if signs.approved else For.REVIEWER

    def _undecided(self) -> For:
        signs = self.signs
        if signs.bureau in {State.WAITING, State.SENDING, State.SENT}:
            return For.BUREAU
        is_asked = signs.verdict is Verdict.NEEDS and signs.is_current
        if is_asked and signs.handed_in <= signs.read:
            return For.APPLICANT
        return For.SUPERVISOR if signs.is_handed_on else For.REVIEWER


_SIGNS = """
SELECT a.member_id, a.application_id,
  (SELECT count(*) FROM documents_upload u
     WHERE u.member_id = a.member_id AND u.purpose = 'income'),
  (SELECT count(DISTINCT p.document_ref) FROM screening_paper p
     WHERE (p.member_id, p.application_id) = (a.member_id, a.application_id)),
  d.verdict,
  d.evidence_count IS NOT DISTINCT FROM screening_evidence_count(a.member_id, a.application_id)
    AND NOT (d.verdict = 'needs' AND EXISTS (SELECT FROM screening_identity i
      WHERE i.member_id = a.member_id AND i.made_at > d.decided_at)),
  d.third, d.open_rules, coalesce(d.persons, 1),
  (SELECT count(*) FROM screening_approval v WHERE (v.member_id, v.application_id, v.decision_no)
     = (a.member_id, a.application_id, d.decision_no)),
  EXISTS (SELECT FROM screening_acceptance v WHERE (v.member_id, v.application_id, v.decision_no)
     = (a.member_id, a.application_id, d.decision_no)),
  EXISTS (SELECT FROM screening_review r WHERE r.member_id = a.member_id
     AND r.application_id = a.application_id AND r.kind = 'handed_on'),
  (SELECT i.state FROM screening_inquiry i WHERE i.member_id = a.member_id
     ORDER BY i.inquiry_id DESC LIMIT 1),
  NOT EXISTS (SELECT FROM screening_identity i WHERE i.member_id = a.member_id)
    AND EXISTS (SELECT FROM screening_identity_request q JOIN screening_identity_step t
      USING (member_id, request_id) WHERE q.member_id = a.member_id
        AND q.application_id = a.application_id AND t.step = 'lacking')
FROM screening_application a LEFT JOIN LATERAL (
  SELECT x.decision_no, x.verdict, x.evidence_count, x.persons, x.decided_at,
    jsonb_path_query_first(x.document,
      '$.findings[*] ? (@.rule == "LEND-009").outcome') #>> '{}' AS third,
    ARRAY(SELECT DISTINCT one FROM jsonb_array_elements_text(jsonb_path_query_array(x.document,
      '$.findings[*] ? (@.outcome <> "pass" && @.rule <> "LEND-001").rule')) one
      ORDER BY one) AS open_rules
  FROM screening_decision x WHERE (x.member_id, x.application_id) = (a.member_id, a.application_id)
  ORDER BY x.decision_no DESC LIMIT 1
) d ON true
WHERE a.ended_at IS NULL AND a.member_id = ANY(%s)
"""


def waiting(cursor: Any, staff: Staff, most: int = MOST) -> list[Row]:
    """Open applications that one of the staff may see, the oldest first [審査待ちの一覧]."""
    hidden = access.kept_from(cursor, staff)
    found = [one for one in forms.waiting(cursor, most) if one.key.member_id not in hidden]
    signs = _signs(cursor, [one.key.member_id for one in found])
    return [Row(one, signs.get(one.key, Signs())) for one in found]


def not_taken_up(cursor: Any, staff: Staff) -> list[Increase]:
    """Wishes for a higher limit that are not taken up yet, the oldest first [増額の受付待ち]."""
    hidden = access.kept_from(cursor, staff)
    cursor.execute(
        "SELECT i.member_id, i.increase_id FROM screening_increase i JOIN screening_application a"
        " USING (member_id, increase_id) WHERE i.ended_at IS NULL"
    )
    taken_up = {(int(member_id), int(number)) for member_id, number in cursor.fetchall()}
    return [
        one
        for one in increases.waiting(cursor)
        if one.key.member_id not in hidden and (one.key.member_id, one.increase_id) not in taken_up
    ]


def _signs(cursor: Any, members: list[int]) -> dict[ApplicationKey, Signs]:
    cursor.execute(_SIGNS, (members,))
    found = {}
    for (
        member_id, number, handed_in, read, verdict, is_current, third, open_rules, persons,
        approved, is_accepted, is_handed_on, bureau, lacks_identity,
    ) in cursor.fetchall():  # fmt: skip
        found[ApplicationKey(int(member_id), int(number))] = Signs(
            int(handed_in), int(read), None if verdict is None else Verdict(verdict),
            verdict is not None and bool(is_current), None if third is None else Outcome(third),
            tuple(open_rules or ()), int(persons), int(approved), bool(is_accepted),
            bool(is_handed_on), None if bureau is None else State(bureau),
            bool(lacks_identity),
        )  # fmt: skip
    return found
