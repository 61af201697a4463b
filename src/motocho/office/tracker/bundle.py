"""Everything of a case in one file, to be kept or carried elsewhere [事件の書き出し].

A ZIP with `case.json` (all that was written down, by a schema that lies beside it), the sheet as a
table, the statement, the days as a calendar, and each paper as it came or went. The same case gives
the same bytes: times in the archive are fixed.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from typing import Any

import orjson

from motocho.office import cases
from motocho.office.cases import Case
from motocho.office.tracker import agenda, board, keeping, money, shelf
from motocho.units.errors import Language, MotochoError

SCHEMA = "motocho.case-bundle/1"
SCHEMA_FILE = "case_bundle.schema.json"
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
NOTHING_MADE: Mapping[str, bytes] = {}


def bundle(case_id: int, at: datetime, made: Mapping[str, bytes] = NOTHING_MADE) -> bytes:
    """A case as one file [事件の書き出し]; `at` stands in its calendar alone.

    Takes     the papers that were made of the case, by their names; they go into `made/`.
    Raises    NotFoundError for a case that is not there.
    """
    with cases.at_one_moment():
        parts = _parts(case_id, at)
    parts |= {f"made/{shelf.clean_name(name)}": content for name, content in made.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(parts.items()):
            entry = zipfile.ZipInfo(name, FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
    return out.getvalue()


def _parts(case_id: int, at: datetime) -> dict[str, bytes]:
    case = cases.load(case_id)
    standing = board.standing(case_id, at.date())
    calendar = agenda.calendar(board.entries([standing], Language.JA), at)
    schema = (files("motocho.office") / "data" / SCHEMA_FILE).read_bytes()
    parts = {
        "case.json": orjson.dumps(document(case), option=orjson.OPT_INDENT_2),
        "case.schema.json": schema,
        "history.csv": case.table_for_people(),
        "calendar.ics": calendar,
    }
    try:
        statement = case.statement().document()
    except MotochoError as error:
        problems = [fault.document() for fault in error.faults]
        parts["statement.faults.json"] = orjson.dumps(problems, option=orjson.OPT_INDENT_2)
    else:
        parts["statement.json"] = orjson.dumps(statement, option=orjson.OPT_INDENT_2)
    for one in shelf.listed(case_id):
        parts[f"papers/{paper_file(one)}"] = shelf.content_of(case_id, one.paper_no)
    return parts


def paper_file(one: shelf.Kept) -> str:
    """What a paper is called in the archive [書類のファイル名]."""
    return f"{one.paper_no:03}_{one.way.value}_{one.name}"


def document(case: Case) -> dict[str, Any]:
    """All that was written down about a case [事件の公開形式], by `case_bundle.schema.json`."""
    state = case.state
    return {
        "schema": SCHEMA,
        "key": case.key,
        "opened_at": case.opened_at.isoformat(),
        "heads": dict(state.heads),
        "facts": dict(state.facts),
        "findings": {name: dict(one) for name, one in state.findings.items()},
        "scenarios": {name: dict(one) for name, one in state.scenarios.items()},
        "chosen": dict(state.chosen),
        "rows": [row.document() for row in case.rows],
        "log": [
            {
                "seq": one.seq,
                "first_seq": one.first_seq,
                "operation": dict(one.operation),
                "actor": one.actor,
                "at": one.at,
            }
            for one in cases.entries_of(case.case_id)
        ],
        "events": [
            {
                "event_no": one.event_no,
                "kind": one.kind.value,
                "on": one.on.isoformat(),
                "body": dict(one.body),
                "actor": one.actor,
                "at": None if one.at is None else one.at.isoformat(),
            }
            for one in keeping.events_of(case.case_id)
        ],
        "client_money": _money(case.case_id),
        "papers": _papers(case.case_id),
    }


def _money(case_id: int) -> list[dict[str, Any]]:
    return [
        {
            "entry_no": one.entry_no,
            "kind": one.flow.value,
            "amount_yen": one.amount_yen,
            "balance_yen": one.balance_yen,
            "on": one.on.isoformat(),
            "note": one.note,
            "actor": one.actor,
            "at": one.at.isoformat(),
        }
        for one in money.statement(case_id).entries
    ]


def _papers(case_id: int) -> list[dict[str, Any]]:
    return [
        {
            "paper_no": one.paper_no,
            "way": one.way.value,
            "on": one.on.isoformat(),
            "file": f"papers/{paper_file(one)}",
            "title": one.title,
            "length": one.length,
            "sha256": hashlib.sha256(shelf.content_of(case_id, one.paper_no)).hexdigest(),
            "actor": one.actor,
            "at": one.at.isoformat(),
        }
        for one in shelf.listed(case_id)
    ]
