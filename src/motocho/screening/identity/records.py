"""Records of who somebody is: made once, read for a purpose, kept for seven years [確認記録].

    found = records.keep(cursor, member_id, (declared, checked), Source("staff 3", "form 7"), at)

A record is made only of a check that lacks nothing (`methods.lacking`). It holds what was shown and
when, and the references of pictures (`documents.intake`), never a picture or an individual number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.db import IntegrityError, transaction

from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.screening.identity.methods import Checked, Declared, Method, lacking
from motocho.screening.identity.papers import Paper, Shown, refusal
from motocho.units.errors import Fault, RefusedError
from motocho.units.text import folded

_SIGNS = re.compile("[0-9A-Z-]")
_LICENCE_SIGNS, _DOCUMENT_SIGNS = 12, 20
LICENCES = frozenset({Paper.DRIVING_LICENCE, Paper.DRIVING_HISTORY})
NUMBERLESS = frozenset({Paper.MY_NUMBER_CARD})
"""Of these no number is kept · PRIV-001."""
NUMBERED = frozenset(Paper) - LICENCES - NUMBERLESS
"""Of these the number that tells the person apart · 貸金業法施行規則30条の13第1項7号."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record without what it says of the person [確認記録]."""

    member_id: int
    record_id: int
    method: Method
    checked_on: date
    evidence_refs: tuple[str, ...]
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a check rests on [確認の根拠]: references of pictures, results, letters."""

    declared: Declared
    checked: Checked
    refs: tuple[str, ...] = ()


def keep(
    cursor: Any, member_id: int, evidence: Evidence, source: Source, at: datetime
) -> Record | tuple[Refusal, ...]:
    """Write down who a member is, once for its form [確認記録の作成] · KYC-001.

    Gives     the record; or everything that is missing, and then nothing is written.
    Law       犯収法4条1項, 6条1項; 施行規則20条.
    """
    refusals = lacking(evidence.declared, evidence.checked)
    if refusals:
        return refusals
    checked = evidence.checked
    cursor.execute(
        "INSERT INTO screening_identity (member_id, method, checked_on, declared, papers,"
        " licence_number, document_number, evidence_refs, made_by, made_at, source)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (member_id, source) DO NOTHING RETURNING record_id",
        (
            member_id, checked.method.value, checked.on, _declared_text(evidence.declared),
            _papers_text(checked), _number(checked.shown, LICENCES)[:_LICENCE_SIGNS],
            _number(checked.shown, NUMBERED)[:_DOCUMENT_SIGNS], list(evidence.refs),
            source.actor, at, source.ref,
        ),
    )  # fmt: skip
    row = cursor.fetchone()
    if row is not None:
        subject = {"record": int(row[0]), "method": checked.method.value}
        journal.write(cursor, [Happening(member_id, "identified", source.actor, at, subject)])
    return _of_source(cursor, member_id, source.ref)


def _declared_text(declared: Declared) -> str:
    fields = {name: getattr(declared, name) for name in declared.__slots__}
    return orjson.dumps(fields).decode()


def _papers_text(checked: Checked) -> str:
    """Each paper as it was shown; of an individual number card without any number."""
    shown = [
        {
            "paper": one.paper.value,
            "number": "" if one.paper in NUMBERLESS else one.number,
            "issued_on": one.issued_on,
            "expires_on": one.expires_on,
            "address": one.address,
            "side": one.side.value,
        }
        for one in checked.shown
    ]
    second = checked.second
    if second is not None:
        shown.append({"supplement": second.kind.value, "on": second.on, "address": second.address})
    if checked.received_on is not None:
        shown.append({"post_received_on": checked.received_on})
    return orjson.dumps(shown).decode()


def _number(shown: Sequence[Shown], of: frozenset[Paper]) -> str:
    """The first number of some papers in the signs that a bureau takes: letters and digits."""
    found = [
        "".join(_SIGNS.findall(folded(one.number).upper())) for one in shown if one.paper in of
    ]
    return next((one for one in found if one), "")


_SELECT = (
    "SELECT member_id, record_id, method, checked_on, evidence_refs, made_by, made_at"
    " FROM screening_identity"
)


def _of_source(cursor: Any, member_id: int, ref: str) -> Record:
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND source = %s", (member_id, ref))
    return _record(cursor.fetchone())


def of_member(cursor: Any, member_id: int) -> list[Record]:
    """All records of a member, the newest first [会員の確認記録]."""
    cursor.execute(f"{_SELECT} WHERE member_id = %s ORDER BY record_id DESC", (member_id,))
    return [_record(row) for row in cursor.fetchall()]


def check_identified(cursor: Any, member_id: int, on: date) -> Refusal | None:
    """Whether a member is identified on a day [取引時確認の有無] · KYC-001."""
    if any(one.checked_on <= on for one in of_member(cursor, member_id)):
        return None
    return refusal("KYC-001", "IDV-018", "犯罪収益移転防止法4条1項")


def require(cursor: Any, from_on: date, actor: str, at: datetime) -> date:
    """From a day on no contract of this book is made without its record [義務の開始] · KYC-001.

    Gives     the day that holds.
    Why       a book of contracts that were made elsewhere begins without records of ours; a day
              that was set once stays.
    """
    cursor.execute(
        "INSERT INTO screening_identity_duty (from_on, recorded_at, actor) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (from_on, at, actor),
    )
    cursor.execute("SELECT from_on FROM screening_identity_duty")
    found: date = cursor.fetchone()[0]
    return found


def read(cursor: Any, of: Record, reading: tuple[str, str, datetime]) -> dict[str, Any]:
    """What a record says; each reading is kept [確認記録の閲覧].

    Takes     who reads, for what case, and when.
    """
    cursor.execute(
        "SELECT screening_read_identity(%s, %s, %s, %s, %s)::text",
        (of.member_id, of.record_id, *reading),
    )
    found: dict[str, Any] = orjson.loads(cursor.fetchone()[0])
    return found


def kept_until(cursor: Any, member_id: int) -> date | None:
    """Until when a member's records are kept; None while a contract goes on [保存期限] · KYC-002.

    Law       犯収法6条2項; 施行規則21条: seven years from the end of the last contract.
    """
    cursor.execute("SELECT nullif(identity_kept_until(%s), 'infinity')", (member_id,))
    found: date | None = cursor.fetchone()[0]
    return found


def erase(cursor: Any, member_id: int, actor: str, at: datetime) -> int:
    """Erase a member's records once they may go; how many went [確認記録の消去] · KYC-002.

    Raises    RefusedError while they are to be kept: the database holds it by its own clock.
    """
    try:
        with transaction.atomic():
            cursor.execute("SELECT screening_erase_identity(%s)", (member_id,))
    except IntegrityError:
        until = kept_until(cursor, member_id)
        details = {"rule": "KYC-002", "until": "-" if until is None else until.isoformat()}
        raise RefusedError(Fault("IDV-019", details=details)) from None
    gone = int(cursor.fetchone()[0])
    if gone:
        journal.write(cursor, [Happening(member_id, "identity_erased", actor, at)])
    return gone


def _record(row: tuple[Any, ...]) -> Record:
    member_id, number, method, on, refs, by, at = row
    return Record(int(member_id), int(number), Method(method), on, tuple(refs), by, at)
