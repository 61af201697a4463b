"""Terms, states and events as JSON, and back [行の書き方]."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from motocho.kernel import revolving
from motocho.kernel.revolving import Arrangement, Event, Relief, State, Step, Terms
from motocho.kernel.schedule import DuePlan, HolidayRule, MinimumBracket, MinimumRule, Scheme

PARTS = (
    "interest_yen",
    "damages_yen",
    "to_costs_yen",
    "to_damages_yen",
    "to_interest_yen",
    "to_principal_yen",
    "to_written_off_yen",
    "to_excess_yen",
)
"""What a step keeps of itself beside its state."""

KINDS: Mapping[str, type[Any]] = {
    "draw": revolving.Draw,
    "receipt": revolving.Receipt,
    "excess_used": revolving.ExcessUsed,
    "refund": revolving.Refund,
    "cost": revolving.Cost,
    "terms": revolving.NewTerms,
    "arrangement": revolving.NewArrangement,
    "acceleration": revolving.Acceleration,
    "waiver": revolving.Waiver,
    "write_off": revolving.WriteOff,
    "departure": revolving.Departure,
}
"""Events of the kernel by the name they are stored under."""
_NAMES = {kind: name for name, kind in KINDS.items()}


def kind_of(event: Event) -> str:
    """The name an event is stored under [種別]."""
    return _NAMES[type(event)]


def terms_text(terms: Terms) -> str:
    """Terms as JSON [契約条件]."""
    return orjson.dumps(
        {
            "rate_ppm": terms.rate_ppm,
            "damages_ppm": terms.damages_ppm,
            "limit_yen": terms.limit_yen,
            "minimum": [list(one) for one in terms.minimum.brackets],
            "minimum_unit_yen": terms.minimum.unit_yen,
            "scheme": terms.plan.scheme.public_name,
            "day_of_month": terms.plan.day_of_month,
            "cycle_days": terms.plan.cycle_days,
            "window_days": terms.plan.window_days,
            "holiday_rule": terms.plan.holiday_rule.public_name,
            "free_from": terms.free_from,
            "free_to": terms.free_to,
        }
    ).decode()


@lru_cache(maxsize=4_096)
def terms_from(text: str) -> Terms:
    """Terms from their JSON [契約条件]."""
    content = orjson.loads(text)
    plan = DuePlan(
        Scheme[content["scheme"].upper()],
        content["day_of_month"],
        content["cycle_days"],
        content["window_days"],
        HolidayRule[content["holiday_rule"].upper()],
    )
    brackets = tuple(MinimumBracket(*one) for one in content["minimum"])
    return Terms(
        content["rate_ppm"],
        content["damages_ppm"],
        content["limit_yen"],
        MinimumRule(brackets, content["minimum_unit_yen"]),
        plan,
        content["free_from"],
        content["free_to"],
    )


_STATE_FIELDS = State._fields[2:-1]


def state_text(state: State) -> str:
    """A state without its terms, as a JSON list in the order of its fields [状態].

    Ticks stand as text: they may be longer than what a JSON reader takes for a number.
    """
    arranged = None if state.arrangement is None else list(state.arrangement)
    fields: list[Any] = [state.on, *state[2:-1], arranged]
    return orjson.dumps([str(one) if _is_long(one) else one for one in fields]).decode()


def _is_long(value: object) -> bool:
    return isinstance(value, int) and value >= 1 << 53


def state_from(text: str, terms: Terms) -> State:
    """A state from its JSON and its terms [状態]."""
    on, *fields, arranged = orjson.loads(text)
    numbers = [int(one) if isinstance(one, str) else one for one in fields]
    arrangement = None
    if arranged is not None:
        arrangement = Arrangement(Relief(arranged[0]), arranged[1], arranged[2])
    values = dict(zip(_STATE_FIELDS, numbers, strict=True))
    return State(on, terms, arrangement=arrangement, **values)


def event_text(event: Event, terms_no: int | None) -> str:
    """An event without its day, as JSON; new terms are named by their number [取引]."""
    content: dict[str, Any] = dict(event._asdict())
    del content["on"]
    if terms_no is not None:
        content["terms"] = terms_no
    if isinstance(event, revolving.NewArrangement) and event.arrangement is not None:
        content["arrangement"] = list(event.arrangement)
    return orjson.dumps(content).decode()


def event_from(kind: str, on: int, text: str, terms: Mapping[int, Terms]) -> Event:
    """An event from its JSON [取引]."""
    content = orjson.loads(text)
    if "terms" in content:
        content["terms"] = terms[content["terms"]]
    arranged = content.get("arrangement")
    if arranged is not None:
        content["arrangement"] = Arrangement(Relief(arranged[0]), arranged[1], arranged[2])
    event: Event = KINDS[kind](on=on, **content)
    return event


def parts_text(step: Step) -> str:
    """What a step did, as a JSON list in the order of PARTS [内訳]."""
    return orjson.dumps([getattr(step, name) for name in PARTS]).decode()


def step_from(event: Event, state: State, parts: str) -> Step:
    """A step from what is stored of it [一行の結果]."""
    return Step(event, state, *orjson.loads(parts))
