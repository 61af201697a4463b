"""What happened in a case, written down and read [進行の記録].

    event_no = note(case_id, Told(Kind.STEP, on, {"step": "claim_sent"}, source), made)
    track = read(case_id)                      how the case stands, by `tracks.fold`

What does not fit the case is refused; of two who write at once the second is told so, and nothing
of his is written. The same source is written once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.db import IntegrityError, connection, transaction

from motocho.office import cases
from motocho.office.tracker import tracks
from motocho.office.tracker.tracks import Event, Kind, Track
from motocho.units.errors import Fault, InputError, StateConflict

LONGEST_TEXT = 4_000
_OF = {Kind.ANSWER, Kind.VOID}


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it is told [記録の内容]; `source` is the same when it is told again."""

    kind: Kind
    on: date
    body: Mapping[str, Any]
    source: str


@dataclass(frozen=True, slots=True)
class Made:
    """Who writes, and when [記入者]."""

    actor: str
    at: datetime


def note(case_id: int, told: Told, made: Made) -> int:
    """Write down what happened [進行の記録]; gives its number.

    Raises    InputError for what does not fit the case; NotFoundError for a case that is not there;
              StateConflict if somebody wrote at the same time: then nothing was written.
    """
    cases.load(case_id)
    for value in told.body.values():
        if len(str(value)) > LONGEST_TEXT:
            raise InputError(Fault("TRK-008", details={"most": f"{LONGEST_TEXT:,}"}))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            before = _told_before(cursor, case_id, told.source)
            if before is not None:
                return before
            events = list(_events(cursor, case_id))
            event_no = len(events) + 1
            event = Event(event_no, told.kind, told.on, told.body, made.actor, made.at)
            tracks.refuse_misfit(tracks.fold(events), event)
            write(cursor, case_id, event, told.source)
    except IntegrityError as error:
        if "office_event" not in str(error):
            raise
        raise StateConflict(Fault("TRK-009")) from None
    return event_no


def take_back(case_id: int, event_no: int, on: date, made: Made) -> int:
    """Take an event back that was a mistake [記録の取消し]; both stay to be read.

    Raises    as `note`.
    """
    told = Told(Kind.VOID, on, {"of": event_no}, f"void-{event_no}")
    return note(case_id, told, made)


def read(case_id: int) -> Track:
    """How a case stands [事件の状況].

    Raises    NotFoundError for a case that is not there.
    """
    cases.load(case_id)
    return tracks.fold(events_of(case_id))


def events_of(case_id: int) -> list[Event]:
    """Every event of a case as it was written, also what was taken back [記録の一覧]."""
    with connection.cursor() as cursor:
        return list(_events(cursor, case_id))


def sourced(case_id: int) -> list[tuple[Event, str]]:
    """The same, each with its source [記録と送信番号]."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source FROM office_event WHERE case_id = %s ORDER BY event_no", (case_id,)
        )
        sources = [str(source) for (source,) in cursor.fetchall()]
    return list(zip(events_of(case_id), sources, strict=True))


def _told_before(cursor: Any, case_id: int, source: str) -> int | None:
    cursor.execute(
        "SELECT event_no FROM office_event WHERE case_id = %s AND source = %s", (case_id, source)
    )
    found = cursor.fetchone()
    return None if found is None else int(found[0])


def _place(case_id: int, event_no: int) -> str:
    return f"case {case_id} event {event_no}"


def write(cursor: Any, case_id: int, event: Event, source: str) -> None:
    """Write an event as it is, by the rules of the database alone [記録の書込み]."""
    document = orjson.dumps({"actor": event.actor, **event.body})
    cursor.execute(
        "INSERT INTO office_event (case_id, event_no, kind, happened_on, of_no, body, source, at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            case_id,
            event.event_no,
            event.kind.value,
            event.on,
            event.number("of") if event.kind in _OF else None,
            cases.seal_bytes(document, _place(case_id, event.event_no)),
            source,
            event.at,
        ),
    )


def _events(cursor: Any, case_id: int) -> Iterable[Event]:
    cursor.execute(
        "SELECT event_no, kind, happened_on, body, at FROM office_event"
        " WHERE case_id = %s ORDER BY event_no",
        (case_id,),
    )
    for event_no, kind, on, sealed, at in cursor.fetchall():
        body = orjson.loads(cases.opened_bytes(sealed, _place(case_id, event_no)))
        actor = body.pop("actor")
        yield Event(event_no, Kind(kind), on, body, actor, at)
