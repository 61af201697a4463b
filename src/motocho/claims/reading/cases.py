"""Case files: a history and its assumptions as JSON [事件ファイル].

The shape is section 1 of the recalculation contract. A case is read whole: every fault is listed
with the number of its event and its key, and nothing is guessed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from motocho.claims.history import DEFAULT_CONTRACT, Event, History
from motocho.kernel.conventions import EventKind
from motocho.units.days import FIRST_ON, LAST_ON, read_date
from motocho.units.errors import Fault, FaultyInput, Unread, clipped
from motocho.units.money import MAX_AMOUNT_YEN, RateRule, SignRule, read_rate_ppm, read_yen

SCHEMA_VERSION = 1
MAX_INTEGER_DIGITS = 18
"""Longest run of digits that is read as a number; anything longer is a fault, not a long wait."""

_KINDS: Mapping[str, EventKind] = {kind.public_name: kind for kind in EventKind}
_EVENT_KEYS = frozenset(
    {
        "date",
        "kind",
        "amount",
        "rate",
        "contract",
        "lender_balance",
        "note",
        "interest",
        "arose_on",
    }
)
_CASE_KEYS = frozenset({"schema_version", "lender", "title", "events", "assumptions"})


class _Unparsed(NamedTuple):
    """A JSON number that is not a whole number of bounded length, as it stands in the text."""

    text: str


def read(data: bytes, *, file: str | None = None) -> History:
    """A case file [事件ファイルの読み取り].

    Takes     UTF-8 JSON, with or without a byte order mark.
    Raises    FaultyInput with every fault.
    """
    faults: list[Fault] = []
    document = _parse(data, faults)
    if faults:
        raise FaultyInput(*(fault.within(file) for fault in faults))
    return _history(document, hashlib.sha256(data).hexdigest(), file)


def _parse(data: bytes, faults: list[Fault]) -> object:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        faults.append(Fault("CAS-001", line=line, excerpt=clipped(repr(data[error.start :][:8]))))
        return None

    def integer(digits: str) -> object:
        return int(digits) if len(digits) <= MAX_INTEGER_DIGITS else _Unparsed(digits)

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        members = dict(pairs)
        if len(members) < len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    faults.append(Fault("CAS-002", column=clipped(key), excerpt=clipped(key)))
                seen.add(key)
        return members

    try:
        return json.loads(
            text,
            parse_int=integer,
            parse_float=_Unparsed,
            parse_constant=_Unparsed,
            object_pairs_hook=unique,
        )
    except json.JSONDecodeError as error:
        excerpt = clipped(text[max(error.pos - 10, 0) : error.pos + 20])
        details = {"column": str(error.colno)}
        faults.append(Fault("CAS-003", line=error.lineno, excerpt=excerpt, details=details))
    except RecursionError:
        faults.append(Fault("CAS-004"))
    return None


def _history(document: object, sha256: str, file: str | None) -> History:
    faults: list[Fault] = []
    if not isinstance(document, dict):
        raise FaultyInput(Fault("CAS-005", file=file, excerpt=clipped(str(document))))
    version = document.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        faults.append(Fault("CAS-006", column="schema_version", excerpt=clipped(str(version))))
    warnings = [
        Fault("CAS-007", column=clipped(key), excerpt=clipped(key))
        for key in document
        if key not in _CASE_KEYS
    ]
    events = _events(document.get("events"), faults, warnings)
    texts = {key: _text(document.get(key), key, None, faults) for key in ("lender", "title")}
    if faults:
        raise FaultyInput(
            *(fault.within(file) for fault in faults),
            warnings=tuple(warning.within(file) for warning in warnings),
        )
    return History(
        events=tuple(events),
        lender=texts["lender"],
        title=texts["title"],
        stated_assumptions=document.get("assumptions") or {},
        file=file,
        input_sha256=sha256,
        warnings=tuple(warning.within(file) for warning in (*warnings, *backward_dates(events))),
    )


def backward_dates(events: list[Event]) -> list[Fault]:
    """A warning where dates run backwards in the input: never a silent sort [日付の逆行]."""
    places = [later for earlier, later in pairwise(events) if later.on < earlier.on]
    if not places:
        return []
    first = places[0]
    return [
        Fault(
            "HIS-005",
            line=first.source_row,
            column="date",
            excerpt=first.on.isoformat(),
            details={"count": str(len(places))},
        )
    ]


def _events(stated: object, faults: list[Fault], warnings: list[Fault]) -> list[Event]:
    if not isinstance(stated, list):
        code = "CAS-008" if stated is None else "CAS-009"
        faults.append(Fault(code, column="events", excerpt=clipped(str(stated or ""))))
        return []
    if not stated:
        faults.append(Fault("HIS-001", column="events"))
    events = []
    for number, item in enumerate(stated, start=1):
        if isinstance(item, dict):
            events.append(_event(item, number, faults, warnings))
        else:
            faults.append(Fault("CAS-010", line=number, excerpt=clipped(str(item))))
    return events


def _event(
    item: Mapping[str, Any], number: int, faults: list[Fault], warnings: list[Fault]
) -> Event:
    """One event; its faults are added to `faults`, and a stand-in value is used."""
    kind = _KINDS.get(item.get("kind", ""))
    if kind is None:
        faults.append(_unknown_kind(item.get("kind"), number))
        kind = EventKind.CLOSING
    on = _day(item.get("date"), "date", number, faults)
    amount_yen = _amount(item, kind, number, faults)
    rate = item.get("rate")
    balance = item.get("lender_balance")
    contract = item.get("contract")
    carried_yen, arose_on = 0, None
    if kind is EventKind.CARRY:
        carried_yen, arose_on = _carried(item, on, number, faults)
    if not _EVENT_KEYS.issuperset(item) or ("interest" in item) != (kind is EventKind.CARRY):
        warnings.extend(_unused_keys(item, kind, number))
    return Event(
        on,
        kind,
        amount_yen,
        None if rate is None else _rate(rate, number, faults),
        DEFAULT_CONTRACT if contract is None else _contract(contract, number, faults),
        None if balance is None else _whole(balance, "lender_balance", number, faults),
        _text(item.get("note"), "note", number, faults),
        carried_yen,
        arose_on,
        number,
    )


def _unknown_kind(seen: object, number: int) -> Fault:
    details = {"known": ", ".join(_KINDS)}
    code = "CAS-011" if seen is None else "CAS-012"
    return Fault(code, line=number, column="kind", excerpt=clipped(_shown(seen)), details=details)


def _unused_keys(item: Mapping[str, Any], kind: EventKind, number: int) -> list[Fault]:
    """Keys that say nothing about an event of this kind."""
    carries = kind is EventKind.CARRY
    return [
        Fault("CAS-013", line=number, column=clipped(key), excerpt=clipped(key))
        for key in item
        if key not in _EVENT_KEYS or (key in {"interest", "arose_on"} and not carries)
    ]


def _day(seen: object, key: str, number: int, faults: list[Fault]) -> date:
    if isinstance(seen, str):
        try:
            on = date.fromisoformat(seen)
        except ValueError:
            pass  # the tolerant reader below reads it, or says why not
        else:
            if FIRST_ON <= on <= LAST_ON:
                return on
        read = read_date(seen)
        if not isinstance(read, Unread):
            return read.on
        faults.append(read.at(line=number, column=key))
    else:
        code = "CAS-014" if seen is None else "CAS-015"
        faults.append(Fault(code, line=number, column=key, excerpt=clipped(_shown(seen))))
    return date.min


def _amount(item: Mapping[str, Any], kind: EventKind, number: int, faults: list[Fault]) -> int:
    seen = item.get("amount")
    if type(seen) is int and 0 <= seen <= MAX_AMOUNT_YEN:
        if seen and kind is EventKind.CLOSING:
            faults.append(Fault("CAS-016", line=number, column="amount", excerpt=str(seen)))
        return seen
    if seen is None:
        if kind is not EventKind.CLOSING:
            faults.append(Fault("CAS-017", line=number, column="amount"))
        return 0
    return _whole(seen, "amount", number, faults, lowest=0)


def _whole(
    seen: object, key: str, number: int, faults: list[Fault], *, lowest: int = -MAX_AMOUNT_YEN
) -> int:
    """A whole number of yen as JSON gives it, with a proposal where the text of it can be read."""
    if type(seen) is int and lowest <= seen <= MAX_AMOUNT_YEN:
        return seen
    shown = _shown(seen)
    details = {"limit": str(MAX_AMOUNT_YEN)}
    if type(seen) is int or (isinstance(seen, _Unparsed) and shown.lstrip("-").isdigit()):
        code = "CAS-018" if shown.startswith("-") and lowest == 0 else "CAS-019"
        proposed = shown[1:] if code == "CAS-018" and len(shown) <= MAX_INTEGER_DIGITS else None
        fault = Fault(code, None, number, key, clipped(shown), details, proposed)
    else:
        rule = SignRule.NONE if lowest == 0 else SignRule.SIGNED
        read = read_yen(shown, sign=rule) if isinstance(seen, str | _Unparsed) else None
        proposed = str(read) if isinstance(read, int) else read.proposed if read else None
        code = "CAS-020" if isinstance(seen, str) else "CAS-021"
        fault = Fault(code, None, number, key, clipped(shown), details, proposed)
    faults.append(fault)
    return 0


def _carried(
    item: Mapping[str, Any], on: date, number: int, faults: list[Fault]
) -> tuple[int, date | None]:
    interest, arose = item.get("interest"), item.get("arose_on")
    carried_yen = 0 if interest is None else _whole(interest, "interest", number, faults, lowest=0)
    arose_on = None if arose is None else _day(arose, "arose_on", number, faults)
    if arose_on is not None and arose_on > on:
        details = {"date": on.isoformat()}
        excerpt = arose_on.isoformat()
        faults.append(
            Fault("CAS-022", line=number, column="arose_on", excerpt=excerpt, details=details)
        )
    return carried_yen, arose_on


def _rate(seen: object, number: int, faults: list[Fault]) -> int:
    if isinstance(seen, str):
        rate = read_rate_ppm(seen, rule=RateRule.FRACTION)
        if not isinstance(rate, Unread):
            return rate
        faults.append(rate.at(line=number, column="rate"))
        return 0
    shown = _shown(seen)
    proposed = shown if isinstance(seen, _Unparsed | int) else None
    faults.append(Fault("RAT-101", None, number, "rate", clipped(shown), {}, proposed))
    return 0


def _contract(seen: object, number: int, faults: list[Fault]) -> str:
    if type(seen) is int:
        return str(seen)
    return _text(seen, "contract", number, faults)


def _text(seen: object, key: str, number: int | None, faults: list[Fault]) -> str:
    if seen is None:
        return ""
    if isinstance(seen, str):
        return seen
    faults.append(Fault("CAS-023", line=number, column=key, excerpt=clipped(_shown(seen))))
    return ""


def _shown(seen: object) -> str:
    if isinstance(seen, _Unparsed):
        return seen.text
    return (
        "" if seen is None else json.dumps(seen, ensure_ascii=False, default=str)[:200].strip('"')
    )
