"""Every decision made again from its record, and under another day's law [決定の再現]."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from motocho.outside.clock import JAPAN
from motocho.people.access import Action
from motocho.screening import decision as rules
from motocho.screening.applications import decisions, refusals
from motocho.screening.capacity import Outcome
from motocho.screening.decision import outcome_word, rule_title, verdict_word
from motocho.units.errors import FaultyInput, MotochoError
from motocho.web import access, pages
from motocho.web.access import Colleague
from motocho.web.desk._covering import once_known
from motocho.web.desk.screening._held import faults, held
from motocho.web.desk.screening._lines import rule_sign
from motocho.web.fields import DateField, Form, shown
from motocho.web.words import Tongue


class DayForm(Form):
    """The day whose law is asked; today where none is [法令の基準日]."""

    law_on = DateField("screening.law_on", "screening.law_on_hint", optional="optional")


@require_safe
@access.staff(Action.REVIEW_DOCUMENT)
@once_known
def replayed(
    request: HttpRequest, colleague: Colleague, member_id: int, application_id: int
) -> HttpResponse:
    """Whether each decision comes out the same, then and by another day's law [再現]."""
    form = DayForm(request.GET if "law_on" in request.GET else None)
    is_wrong = form.is_bound and not form.is_valid()
    asked_on = form.cleaned_data["law_on"] if form.is_bound and not is_wrong else None
    on = asked_on or colleague.at.astimezone(JAPAN).date()
    tongue = pages.tongue_of(request)
    with transaction.atomic(), connection.cursor() as cursor:
        of = held(cursor, colleague, member_id, application_id)
        rows = [_row(cursor, one, on, tongue) for one in decisions.every(cursor, of.key)]
    context = {
        "desk": colleague,
        "one": of.application,
        "rows": rows,
        "on": on,
        "form": shown(form, tongue),
    }
    page = "desk/screening/replay.html"
    return pages.show(request, page, context, status=422 if is_wrong else 200)


def _row(cursor: Any, of: decisions.Kept, on: date, tongue: Tongue) -> dict[str, Any]:
    kept = decisions.document(cursor, of)
    row: dict[str, Any] = {"of": of, "verdict": verdict_word(of.verdict, tongue.language),
                           "refused": _refused(cursor, of, tongue)}  # fmt: skip
    try:
        again, other = rules.replay(kept), rules.compare(kept, on)
    except (FaultyInput, MotochoError) as error:  # a record of another shape, a day without the law
        return row | {"wrong": faults(tuple(error.faults), tongue)}
    return row | {
        "same": "yes" if again.same else "",
        "tables": again.changed_tables,
        "after": verdict_word(other.after.verdict, tongue.language),
        "changes": [_change(one, tongue) for one in other.changes],
        "law_tables": other.changed_tables,
    }


def _refused(cursor: Any, of: decisions.Kept, tongue: Tongue) -> dict[str, Any] | None:
    """A person's refusal: its reason, what was told, whether its day's list tells the same."""
    found = refusals.again(cursor, of.key, of.decision_no)
    if found is None:
        return None
    return {"reason": refusals.reason_word(found.reason, tongue.language),
            "told": refusals.words_of(found.told_code, tongue.language),
            "same": "yes" if found.is_same else ""}  # fmt: skip


def _change(one: rules.Change, tongue: Tongue) -> tuple[str, str, str, str]:
    before, after = (
        outcome_word(Outcome(each), tongue.language) if each else "–"
        for each in (one.before, one.after)
    )
    return rule_sign(one.rule_id), rule_title(one.rule_id, tongue.language), before, after
