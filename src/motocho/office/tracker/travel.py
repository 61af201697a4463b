"""What a case's way takes along to another PC: events, the client's money, papers [付属データ].

It travels as a part of the sealed file of the case (`office.cases.export_case`) and is written down
there as it was, by the same rules of the database: a file that was put together otherwise is
refused with everything in it.
"""

from __future__ import annotations

import base64
from datetime import date, datetime
from typing import Any

from django.db import DatabaseError, connection, transaction

from motocho.office import cases
from motocho.office.tracker import keeping, money, shelf
from motocho.office.tracker.keeping import Made
from motocho.office.tracker.money import Entry, Flow
from motocho.office.tracker.shelf import Paper, Way
from motocho.office.tracker.tracks import Event, Kind
from motocho.units.errors import Fault, FaultyInput, MotochoError

NAME = "tracker"


def taken(case_id: int) -> dict[str, Any] | None:
    """What goes with a case; None where nothing was noted [持ち出す付属データ]."""
    events = keeping.sourced(case_id)
    account, papers = money.statement(case_id), shelf.listed(case_id)
    if not (events or account.entries or papers):
        return None
    return {
        "events": [_event(event, source) for event, source in events],
        "money": [_entry(one) for one in account.entries],
        "papers": [_paper(case_id, one) for one in papers],
    }


def _event(event: Event, source: str) -> dict[str, Any]:
    return {
        "event_no": event.event_no,
        "kind": event.kind.value,
        "on": event.on.isoformat(),
        "body": dict(event.body),
        "actor": event.actor,
        "source": source,
        "at": event.at,
    }


def _entry(one: money.Kept) -> dict[str, Any]:
    return {
        "flow": one.flow.value,
        "amount_yen": one.amount_yen,
        "balance_yen": one.balance_yen,
        "on": one.on.isoformat(),
        "note": one.note,
        "actor": one.actor,
        "source": one.source,
        "at": one.at,
    }


def _paper(case_id: int, one: shelf.Kept) -> dict[str, Any]:
    return {
        "way": one.way.value,
        "on": one.on.isoformat(),
        "name": one.name,
        "title": one.title,
        "actor": one.actor,
        "at": one.at,
        "content": base64.b64encode(shelf.content_of(case_id, one.paper_no)).decode(),
    }


def brought(case_id: int, document: Any) -> None:
    """Write down what came with a case, in the import's own transaction [受け入れる付属データ].

    Raises    FaultyInput for what the rules refuse, or what has another shape.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for one in document["events"]:
                event = Event(
                    one["event_no"],
                    Kind(one["kind"]),
                    date.fromisoformat(one["on"]),
                    one["body"],
                    one["actor"],
                    datetime.fromisoformat(one["at"]),
                )
                keeping.write(cursor, case_id, event, one["source"])
            for one in document["money"]:
                _put(case_id, one)
            for one in document["papers"]:
                _keep(case_id, one)
    except (DatabaseError, MotochoError, KeyError, TypeError, ValueError):
        raise FaultyInput(Fault("TRK-022")) from None


def _made(one: dict[str, Any]) -> Made:
    return Made(one["actor"], datetime.fromisoformat(one["at"]))


def _put(case_id: int, one: dict[str, Any]) -> None:
    on = date.fromisoformat(one["on"])
    entry = Entry(Flow(one["flow"]), one["amount_yen"], on, one["note"], one["source"])
    kept = money.put(case_id, entry, _made(one))
    if kept.balance_yen != one["balance_yen"]:
        raise FaultyInput(Fault("TRK-022"))


def _keep(case_id: int, one: dict[str, Any]) -> None:
    content = base64.b64decode(one["content"], validate=True)
    on = date.fromisoformat(one["on"])
    paper = Paper(Way(one["way"]), on, one["name"], one["title"], content)
    shelf.keep(case_id, paper, _made(one))


cases.register_part(cases.Part(NAME, taken, brought))
