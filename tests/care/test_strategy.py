"""What a day asks for about a loan in arrears: pure, dated, judged by a second hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.care.collections import strategy
from motocho.care.collections.strategy import (
    ALWAYS,
    Case,
    Due,
    Ground,
    Strategy,
    Taken,
    Waits,
    Way,
    decide,
    read,
    strategies,
    strategy_of,
)
from motocho.units.errors import FaultyInput

TODAY = date(2026, 11, 23)
NOW = strategy_of(TODAY)
SHIPPED = (files("motocho.care") / "data" / strategy.FILE).read_text(encoding="utf-8")


def due(case: Case, held: Strategy = NOW) -> str:
    found = decide(case, held)
    return found.step.step_id if isinstance(found, Due) else ""


def taken(*names: str, held: Strategy = NOW) -> tuple[Taken, ...]:
    steps = {one.step_id: one for one in held.steps}
    return tuple(Taken(name, steps[name].way, is_finished=True) for name in names)


def test_days_of_the_shipped_strategy() -> None:
    """Day 1 a mail, 4 a text, 7 a call, 20 a letter, 31 and 45 demands, 61 the notice."""
    done: list[str] = []
    found = {}
    for day in range(1, 120):
        name = due(Case(TODAY, day, taken(*done)))
        if name:
            found[day] = name
            done.append(name)
    assert found == {
        1: "first_mail", 4: "first_sms", 7: "first_call", 20: "reminder_letter",
        31: "demand_mail", 45: "demand", 61: "notice", 75: "acceleration", 100: "handover",
    }  # fmt: skip


def test_strategy_of_march_is_not_that_of_april() -> None:
    march, april = date(2026, 3, 31), date(2026, 4, 1)
    assert due(Case(march, 5), strategy_of(march)) == "first_call"
    assert due(Case(april, 5), strategy_of(april)) == "first_sms"
    assert strategy_of(date(2019, 1, 1)) == strategies()[0]


def test_a_late_beginning_takes_one_step_and_none_back() -> None:
    """Who is found late after 50 days gets the demand, not seven messages; and never the call then."""
    assert due(Case(TODAY, 50)) == "demand"
    after = decide(Case(TODAY, 51, taken("demand")), NOW)
    assert isinstance(after, Waits)
    assert after.grounds == (Ground.NOT_YET,)
    assert after.step is not None
    assert (after.step.step_id, after.first_on) == ("notice", TODAY + timedelta(days=10))


def test_acceleration_waits_for_its_notice_to_run_out() -> None:
    notice = replace(taken("notice")[0], is_finished=False)
    before = decide(Case(TODAY, 90, (*taken("demand"), notice)), NOW)
    assert isinstance(before, Waits)
    assert before.grounds == (Ground.AFTER,)
    assert due(Case(TODAY, 90, taken("demand", "notice"))) == "acceleration"


@pytest.mark.parametrize("ground", [one for one in Ground if one in ALWAYS])
@pytest.mark.parametrize("day", [1, 4, 7, 20, 31, 45])
def test_what_always_keeps_a_step_away(ground: Ground, day: int) -> None:
    last_on = TODAY + timedelta(days=4)
    found = decide(Case(TODAY, day, grounds={ground: last_on}), NOW)
    assert isinstance(found, Waits)
    assert (found.grounds, found.first_on) == ((ground,), last_on + timedelta(days=1))
    nobody_knows = decide(Case(TODAY, day, grounds={ground: None}), NOW)
    assert isinstance(nobody_knows, Waits)
    assert nobody_knows.first_on is None


@pytest.mark.rule("VULN-002")
def test_who_needs_care_is_asked_later_and_never_by_itself_at_the_end() -> None:
    """A consultation in the last weeks: the call a week later, the notice by a person alone."""
    assert due(Case(TODAY, 7, taken("first_mail", "first_sms"))) == "first_call"
    softened = Case(TODAY, 7, taken("first_mail", "first_sms"), is_softened=True)
    assert due(softened) == ""
    assert due(replace(softened, days_late=14)) == "first_call"
    late = decide(Case(TODAY, 99, taken("demand"), is_softened=True), NOW)
    assert isinstance(late, Waits)
    assert late.grounds == (Ground.CARE,)


# ------------------------------------------------------------------------------- a second opinion
TABLE: Mapping[str, tuple[str, int, int | None, str, set[str]]] = {
    "first_mail": ("mail", 1, 1, "", {"offer", "arrangement"}),
    "first_sms": ("sms", 4, 7, "", {"offer", "arrangement"}),
    "first_call": ("call", 7, 14, "", {"offer", "arrangement"}),
    "reminder_letter": ("letter", 20, 25, "", {"offer", "arrangement"}),
    "demand_mail": ("demand_mail", 31, None, "", {"offer", "arrangement"}),
    "demand": ("demand", 45, 60, "", {"offer", "arrangement"}),
    "notice": ("notice", 61, None, "demand", {"offer", "arrangement", "rate"}),
    "acceleration": ("acceleration", 75, None, "notice", {"offer", "arrangement", "rate"}),
    "handover": ("handover", 100, None, "acceleration", {"offer", "arrangement"}),
}
ORDER = list(TABLE)
FLOOR = {"promise", "named", "consultation", "counsel", "deceased", "distress", "complaint"}


def by_table(case: Case) -> tuple[str, set[str]]:
    """The step of a day, or why not, read off the table by hand: from the back, the first that fits."""
    done = {one.step_id: one.is_finished for one in case.taken}
    furthest = max((ORDER.index(name) for name in done), default=-1)
    is_reached = False
    for name in reversed(ORDER[furthest + 1 :]):
        _, plain, soft, after, adds = TABLE[name]
        day = soft if case.is_softened else plain
        if day is None or case.days_late < day:
            continue
        is_reached = True
        if after and not done.get(after, False):
            continue
        against = {one.value for one in case.grounds} & (FLOOR | adds)
        if case.last_on is not None and (case.on - case.last_on).days <= 3:
            against.add("gap")
        return ("", against) if against else (name, set())
    if furthest == len(ORDER) - 1:
        return "", {"ended"}
    if is_reached:
        return "", {"after"}
    rest = ORDER[furthest + 1 :]
    days = [TABLE[name][2 if case.is_softened else 1] for name in rest]
    return "", {"care"} if all(day is None for day in days) else {"not_yet"}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    names = draw(st.lists(st.sampled_from(ORDER), unique=True, max_size=5))
    done = tuple(
        Taken(name, Way(TABLE[name][0]), draw(st.booleans()))
        for name in sorted(names, key=ORDER.index)
    )
    grounds = draw(
        st.dictionaries(
            st.sampled_from([*ALWAYS, Ground.OFFER, Ground.ARRANGEMENT, Ground.RATE]),
            st.none() | st.dates(TODAY, TODAY + timedelta(days=90)),
            max_size=3,
        )
    )
    last_on = draw(st.none() | st.dates(TODAY - timedelta(days=8), TODAY))
    days = draw(st.integers(1, 130))
    return Case(TODAY, days, done, grounds, last_on, draw(st.booleans()))


@given(cases())
def test_a_second_hand_agrees(case: Case) -> None:
    step, why = by_table(case)
    found = decide(case, NOW)
    if isinstance(found, Due):
        assert (found.step.step_id, set()) == (step, why)
    else:
        assert step == ""
        assert {one.value for one in found.grounds} == why


@given(cases())
def test_what_holds_of_every_decision(case: Case) -> None:
    """No step twice or back, none before its day, none against a ground of the floor."""
    found = decide(case, NOW)
    if isinstance(found, Waits):
        assert found.grounds
        assert found.first_on is None or found.first_on > case.on
        return
    step = found.step
    assert all(ORDER.index(one.step_id) < ORDER.index(step.step_id) for one in case.taken)
    assert step.day <= case.days_late
    assert not set(case.grounds) & ALWAYS
    assert case.last_on is None or (case.on - case.last_on).days > NOW.gap_days


@given(cases())
def test_care_never_brings_a_step_forward(case: Case) -> None:
    """Who is softened gets a step only on a day on which somebody else would get one."""
    plain = decide(replace(case, is_softened=False), NOW)
    soft = decide(replace(case, is_softened=True), NOW)
    if isinstance(soft, Due):
        assert isinstance(plain, Due)
        assert ORDER.index(soft.step.step_id) <= ORDER.index(plain.step.step_id)


# ---------------------------------------------------------------------------------------- the file
def test_the_shipped_file_says_what_the_table_says() -> None:
    for step in NOW.steps:
        way, day, soft, after, adds = TABLE[step.step_id]
        assert (step.way.value, step.day, step.softened_day, step.after) == (way, day, soft, after)
        assert {one.value for one in step.unless} == FLOOR | adds
    assert [one.step_id for one in NOW.steps] == ORDER


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("gap_days: 3", "gap_days: 0", "gap_days"),
        ("call_hour: 10", "call_hour: 21", "call_hour"),
        ("pay_within_days: 14", "pay_within_days: 3", "pay_within_days"),
        ("sender: 青木 健", "sender: ''", "sender"),
        ("from: 2026-04-01", "from: 2026-04-02", "from"),
        ("way: sms", "way: visit", "steps 2 way"),
        ("id: first_sms", "id: first_mail", "steps 2 id"),
        ("day: 4, softened_day: 7", "day: 4, softened_day: 3", "steps 2 softened_day"),
        ("day: 31", "day: 3", "steps 5 day"),
        ("after: demand, unless: [offer, arrangement, rate]}", "after: other, unless: [rate]}", "steps 5 after"),
        ("after: notice", "after: demand", "steps 6 after"),
        ("unless: [offer, arrangement, rate]}", "unless: [offer]}", "steps 5 unless"),
        ("unless: [offer, arrangement]}", "unless: [promise]}", "steps 1 unless"),
        ("until: null", "until: 2026-12-31", "until"),
        ("arrival_days: 4", "arrival: 4", "arrival"),
    ],
)  # fmt: skip
def test_a_fault_of_the_file_names_its_place(old: str, new: str, place: str) -> None:
    text = SHIPPED.replace(old, new)
    assert text != SHIPPED
    with pytest.raises(FaultyInput) as refused:
        read(text, "strategy.yaml")
    assert place in {one.details["key"] for one in refused.value.faults}
    assert all(one.file == "strategy.yaml" for one in refused.value.faults)


def test_every_fault_is_listed() -> None:
    text = SHIPPED.replace("gap_days: 3", "gap_days: 0").replace("way: sms", "way: visit")
    with pytest.raises(FaultyInput) as refused:
        read(text, "mine.yaml")
    assert [(one.details["row"], one.details["key"]) for one in refused.value.faults] == [
        ("1", "gap_days"), ("2", "gap_days"), ("2", "steps 2 way"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "a: [", "7", "[]"])
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(FaultyInput) as refused:
        read(text, "mine.yaml")
    assert refused.value.faults[0].code == "COL-001"
