"""Audit: who of the staff saw, changed and called what [監査]; each search is a row itself.

Member numbers are masked; whoever wants one member's rows names the whole number and is a look at
that member. Supervisors see tries, refusals and overrides; auditors all of it, and may export it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from motocho.contact import calls
from motocho.contact.audit import trail
from motocho.documents import spreadsheet
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.ledger.chart import HOUSE
from motocho.outside.clock import JAPAN
from motocho.people import access as gate
from motocho.people import members
from motocho.people import staff as people_staff
from motocho.people.access import Action, Role
from motocho.units.errors import Fault, InputError, NotFoundError, RefusedError
from motocho.web import access, pages, words
from motocho.web.access import Colleague
from motocho.web.desk import _records
from motocho.web.fields import DateField, Form, MemberNumberField, WordsField, shown

SHOWN = 50
AT_ONCE = 5_000
MOST_EXPORTED = 100_000
USUAL_DAYS = 7
PURPOSE = "audit"
SORTS = {
    trail.What.ALL: "audit.all",
    trail.What.LOOKS: "audit.looks",
    trail.What.CHANGES: "audit.changes",
    trail.What.CALLS: "audit.calls",
    trail.What.REFUSALS: "audit.refusals",
    trail.What.OVERRIDES: "audit.overrides",
    trail.What.SIGN_INS: "audit.sign_ins",
}
IN_PART = (trail.What.CALLS, trail.What.REFUSALS, trail.What.OVERRIDES)
"""What supervisors see: what stands between their people and members, not who looked at whom."""
_SEEN_DIGITS = 4
HEADERS = ("at", "staff", "kind", "member", "purpose", "details")
FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Conditions(Form):
    """What is searched for [監査の条件]."""

    first = DateField("audit.from", optional="optional")
    last = DateField("audit.until", optional="optional")
    staff = WordsField("audit.staff", optional="optional")
    member = MemberNumberField("audit.member", optional="optional")
    kind = WordsField("audit.kind", optional="optional")
    purpose = WordsField("audit.purpose", optional="optional")


@require_safe
@access.staff(Action.READ_AUDIT)
def searched(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """Rows that fit the conditions, the newest first; each search is a row itself [監査の検索]."""
    form = Conditions(request.GET)
    wanted = _wanted(form, request.GET, colleague)
    tongue = pages.tongue_of(request)
    found: list[trail.Deed] = []
    before = _place(request.GET.get("before", ""))
    if wanted is not None:
        found = _read(wanted, before)
        _tell(colleague, "audit_searched", wanted, {"rows": len(found[:SHOWN])})
    shown_rows, after = found[:SHOWN], found[SHOWN - 1].place if len(found) > SHOWN else None
    context = {
        "desk": colleague,
        "form": shown(form, tongue),
        "sorts": [(one.value, SORTS[one]) for one in _sorts(colleague)],
        "what": _sort(request.GET, colleague).value,
        "rows": _in_words(shown_rows, colleague, tongue),
        "more": _address(request.GET, after) if after else "",
        "is_first": before is None,
        "here": _address(request.GET, None),
        "may_export": Role.AUDITOR in colleague.staff.roles,
        "rules": _rules(wanted) if wanted and wanted.what is trail.What.REFUSALS else (),
        "exports": _exports(colleague),
    }
    return pages.show(request, "desk/audit.html", context, status=200 if wanted else 422)


@require_POST
@access.staff(Action.READ_AUDIT)
def exported(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """The rows of a search as a file, with its hash and count kept [監査記録の書き出し].

    Raises    RefusedError for who is no auditor; InputError for too many rows, or conditions that
              cannot be; NotFoundError for another form.
    """
    if Role.AUDITOR not in colleague.staff.roles:
        raise RefusedError(Fault("PPL-081", details={"action": Action.READ_AUDIT.value}))
    sort = request.POST.get("form", "")
    if sort not in FORMS:
        raise NotFoundError(Fault("AUD-003", excerpt=sort[:SHOWN]))
    form = Conditions(request.POST)
    wanted = _wanted(form, request.POST, colleague)
    if wanted is None:
        raise InputError(*(fault for name in form.fields for fault in form.faults_of(name)))
    with transaction.atomic(), connection.cursor() as cursor:
        trail.only_read(cursor)
        found: list[trail.Deed] = []
        for one in trail.all_of(cursor, wanted, AT_ONCE):
            found.append(one)
            if len(found) > MOST_EXPORTED:
                raise InputError(Fault("AUD-001", details={"most": str(MOST_EXPORTED)}))
    data = _file(sort, found, colleague.at.astimezone(JAPAN).date())
    digest = hashlib.sha256(data).hexdigest()
    told: dict[str, int | str] = {"rows": len(found), "form": sort, "sha256": digest}
    _tell(colleague, "audit_exported", wanted, told)
    response = HttpResponse(data, content_type=FORMS[sort])
    response["Content-Disposition"] = f'attachment; filename="audit-{digest[:8]}.{sort}"'
    return response


# ------------------------------------------------------------------------------------- conditions
def _sorts(colleague: Colleague) -> tuple[trail.What, ...]:
    return tuple(trail.What) if Role.AUDITOR in colleague.staff.roles else IN_PART


def _sort(typed: Mapping[str, str], colleague: Colleague) -> trail.What:
    may = _sorts(colleague)
    asked = [one for one in may if one.value == typed.get("what")]
    return (
        asked[0]
        if asked
        else may[0]
        if Role.AUDITOR in colleague.staff.roles
        else trail.What.REFUSALS
    )


def _wanted(
    form: Conditions, typed: Mapping[str, str], colleague: Colleague
) -> trail.Wanted | None:
    """What is wanted; None where a condition cannot be read, which the form says then.

    A member's rows are a look at the member, asked for as any other.
    """
    if not form.is_valid():
        return None
    told, today = form.cleaned_data, colleague.at.astimezone(JAPAN).date()
    last_on: date = told["last"] or today
    first_on: date = told["first"] or last_on - timedelta(days=USUAL_DAYS)
    if first_on > last_on:
        form.refuse("first", Fault("AUD-002"))
        return None
    wanted = trail.Wanted(
        colleague.staff,
        datetime.combine(first_on, time(), JAPAN),
        datetime.combine(last_on + timedelta(days=1), time(), JAPAN),
        _sort(typed, colleague),
        kind=_kind(told["kind"] or ""),
        purpose=_records.code(told["purpose"] or ""),
    )
    with transaction.atomic(), connection.cursor() as cursor:
        if told["staff"]:
            names = {one.login_name: one.staff_id for one in people_staff.accounts(cursor)}
            if told["staff"] not in names:
                form.refuse("staff", Fault("AUD-003", excerpt=told["staff"]))
                return None
            wanted = replace(wanted, staff_id=names[told["staff"]])
        if told["member"]:
            member_id = members.by_number(cursor, told["member"]).member_id
            staff = colleague.looking_for(PURPOSE)
            access.allow(gate.ask(cursor, staff, Action.LOOK, member_id, colleague.at))
            wanted = replace(wanted, member_id=member_id)
    return wanted


def _read(wanted: trail.Wanted, before: trail.Place | None) -> list[trail.Deed]:
    """One more than is shown, so that it is known whether there is more; nothing is written."""
    with transaction.atomic(), connection.cursor() as cursor:
        trail.only_read(cursor)
        return trail.page(cursor, wanted, before, SHOWN + 1)


def _place(text: str) -> trail.Place | None:
    """A place as an address carries it; None where it is none of ours."""
    parts = text.split(".")
    if len(parts) != len(trail.Place._fields) or not all(
        one.isascii() and one.isdigit() for one in parts
    ):
        return None
    micros, rank, number = map(int, (one[:18] for one in parts))
    seconds, rest = divmod(micros, 1_000_000)
    if seconds > _LAST_SECOND:
        return None
    at = datetime.fromtimestamp(seconds, JAPAN).replace(microsecond=rest)
    return trail.Place(at, rank, number)


_LAST_SECOND = 32_503_680_000


def _address(typed: Mapping[str, str], after: trail.Place | None) -> str:
    names = (*Conditions.base_fields, "what")
    kept = {name: typed[name] for name in names if typed.get(name)}
    if after is not None:
        micros = int(after.at.timestamp()) * 1_000_000 + after.at.microsecond
        kept["before"] = f"{micros}.{after.rank}.{after.number}"
    return urlencode(kept)


def _tell(
    colleague: Colleague, kind: str, wanted: trail.Wanted, told: Mapping[str, int | str]
) -> None:
    """A search or an export is a deed of the auditor, and stands among the others."""
    subject: dict[str, int | str] = {
        "what": wanted.what.value,
        "first": wanted.first.date().isoformat(),
        "last": (wanted.last - timedelta(days=1)).date().isoformat(),
        "staff": wanted.staff_id or 0,
        "kind": wanted.kind,
        **told,
    }
    member_id = HOUSE if wanted.member_id is None else wanted.member_id
    with transaction.atomic(), connection.cursor() as cursor:
        happening = Happening(
            member_id, kind, colleague.staff.actor, colleague.at, subject, PURPOSE
        )
        journal.write(cursor, [happening])


# ------------------------------------------------------------------------------------ what is shown
def _shown(found: Sequence[trail.Deed]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        numbers = members.numbers_of(cursor, {one.member_id for one in found if one.member_id})
        logins = {f"staff {one.staff_id}": one.login_name for one in people_staff.accounts(cursor)}
    return [
        {
            "at": one.place.at.astimezone(JAPAN),
            "staff": logins.get(one.actor, one.actor),
            "kind": one.kind,
            "label": _label(one.kind),
            "member": masked(numbers.get(one.member_id, "")),
            "purpose": one.purpose,
            "details": " ".join(f"{name}={value}" for name, value in one.details.items()),
        }
        for one in found
    ]


def _in_words(
    found: Sequence[trail.Deed], colleague: Colleague, tongue: words.Tongue
) -> list[dict[str, Any]]:
    """The rows of a page: what it was, what for and what about, in words, with links."""
    rows = _shown(found)
    with connection.cursor() as cursor:
        logins = {one.staff_id: one.login_name for one in people_staff.accounts(cursor)}
    for row, one in zip(rows, found, strict=True):
        reader = _records.Reader(colleague, one.member_id)
        row["purpose"] = _records.told(one.purpose, reader)
        parts = [
            (_detail(name, value, (reader, logins, tongue)), name, value)
            for name, value in one.details.items()
        ]
        row["named"] = [part for part, _, _ in parts if part is not None]
        row["rest"] = " ".join(f"{name}={value}" for part, name, value in parts if part is None)
    return rows


def _detail(
    name: str, value: int | str, about: tuple[_records.Reader, Mapping[int, str], words.Tongue]
) -> _records.Part | None:
    """An id, a colleague or an amount in words; None for what is none of them."""
    reader, logins, tongue = about
    if name in {"staff_id", "staff"} and value in logins:
        return _records.Part("audit.staff", logins[int(value)])
    if name == "action":
        return _records.Part(f"audit.action.{value}")
    if name == "fault":
        return _records.Part("audit.fault", Fault(str(value)).what(tongue.language))
    if name.endswith("_yen") and isinstance(value, int):
        return _records.Part("audit.amount", words.yen(value, tongue))
    return _records.named(name, value, reader)


def _label(kind: str) -> str:
    """The key of a deed's words; empty for one that has none but its name."""
    keys = (f"audit.deed.{kind}", f"desk.kind.{kind}")
    return next((one for one in keys if one in words.catalogue()), "")


def _kind(typed: str) -> str:
    """The kind that some words of a page stand for, to be searched for; else what was typed."""
    said = typed.strip()
    for key, texts in words.catalogue().items():
        if key.startswith("audit.deed.") and said in texts.values():
            return key.removeprefix("audit.deed.")
    return said


def masked(member_number: str) -> str:
    """A member number of which the last digits are seen [会員番号の伏せ字].

    >>> masked("12345678"), masked("")
    ('••••5678', '')
    """
    seen = member_number[-_SEEN_DIGITS:]
    return "•" * (len(member_number) - len(seen)) + seen


def _rules(wanted: trail.Wanted) -> list[tuple[str, int]]:
    """How often each rule refused somebody in the time, the most often first."""
    with connection.cursor() as cursor:
        found = calls.refusals(cursor, wanted.first, wanted.last)
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def _exports(colleague: Colleague) -> list[trail.Deed]:
    """The last exports of anybody: their counts and hashes."""
    since = datetime(2000, 1, 1, tzinfo=JAPAN)
    until = colleague.at + timedelta(days=1)
    wanted = trail.Wanted(colleague.staff, since, until, trail.What.CHANGES, kind="audit_exported")
    if Role.AUDITOR not in colleague.staff.roles:
        return []
    with connection.cursor() as cursor:
        return trail.page(cursor, wanted, None, 5)


def _file(sort: str, found: Sequence[trail.Deed], on: date) -> bytes:
    rows = [
        (f"{one['at']:%Y-%m-%d %H:%M:%S}", *(one[name] for name in HEADERS[1:]))
        for one in _shown(found)
    ]
    headers = [words.plain(f"audit.{name}", words.Tongue.JA) for name in HEADERS]
    if sort == "csv":
        return spreadsheet.list_csv(headers, rows)
    return spreadsheet.list_workbook("audit", headers, rows, on)
