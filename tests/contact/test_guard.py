"""Whether an e-mail may go out: every reason, to the minute."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.contact.guard import (
    ALWAYS,
    JAPAN,
    Channel,
    Facts,
    Hold,
    HoldKind,
    Hours,
    Purpose,
    hindrances,
    last_day,
    opens_at,
)
from motocho.units.errors import Language

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=JAPAN)
CLEAN = Facts(has_consent=True)
MOMENTS = st.integers(0, 50 * 366 * 24 * 60).map(
    lambda minutes: datetime(2008, 1, 1, tzinfo=JAPAN) + timedelta(minutes=minutes)
)


def reasons(facts: Facts, purpose: Purpose, at: datetime = NOON) -> list[str]:
    return [one.refusal.rule_id for one in hindrances(facts, purpose, at)]


def opted_out(kind: HoldKind, told_on: date) -> Facts:
    return Facts(has_consent=True, holds=(Hold(kind, told_on, last_day(kind, told_on)),))


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=JAPAN)  # type: ignore[misc,arg-type]


# ------------------------------------------------------------------------------------- quiet hours
@pytest.mark.parametrize("purpose", [Purpose.REMINDER, Purpose.ARREARS, Purpose.CAMPAIGN])
@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (at(2026, 11, 22, 20, 59, 59, 999999), None),
        (at(2026, 11, 22, 21, 0), at(2026, 11, 23, 8)),
        (at(2026, 11, 22, 23, 59, 59), at(2026, 11, 23, 8)),
        (at(2026, 11, 23, 0, 0), at(2026, 11, 23, 8)),
        (at(2026, 11, 23, 7, 59, 59, 999999), at(2026, 11, 23, 8)),
        (at(2026, 11, 23, 8, 0), None),
        (at(2028, 2, 28, 22, 0), at(2028, 2, 29, 8)),
        (at(2027, 2, 28, 22, 0), at(2027, 3, 1, 8)),
        (at(2026, 12, 31, 21, 0), at(2027, 1, 1, 8)),
    ],
)
def test_reminders_keep_quiet_at_night(
    purpose: Purpose, moment: datetime, opens: datetime | None
) -> None:
    found = hindrances(CLEAN, purpose, moment)
    hours = [one.allowed_at for one in found if one.refusal.rule_id == "COLL-001"]
    assert hours == ([] if opens is None else [opens])


@pytest.mark.parametrize("offset", [-8, 0, 5, 14])
def test_the_offset_of_a_moment_does_not_matter(offset: int) -> None:
    elsewhere = timezone(timedelta(hours=offset))
    for minute in range(0, 24 * 60, 30):
        moment = at(2026, 11, 22) + timedelta(minutes=minute)
        assert reasons(CLEAN, Purpose.REMINDER, moment) == reasons(
            CLEAN, Purpose.REMINDER, moment.astimezone(elsewhere)
        )


def test_a_machine_in_another_zone_keeps_the_hours_of_japan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert os.environ["TZ"] == "America/New_York"
        assert reasons(CLEAN, Purpose.REMINDER, datetime(2026, 11, 22, 12, 0, tzinfo=UTC)) == [
            "COLL-001"
        ]
        assert reasons(CLEAN, Purpose.REMINDER, datetime(2026, 11, 21, 23, 0, tzinfo=UTC)) == []
    finally:
        monkeypatch.undo()
        time.tzset()


@given(MOMENTS, st.sampled_from(sorted(ALWAYS, key=lambda one: one.value)))
def test_safety_transactions_and_documents_always_pass(moment: datetime, purpose: Purpose) -> None:
    worst = Facts(
        tuple(Hold(kind, moment.date(), None) for kind in HoldKind),
        is_overdue=True, has_counsel=True, promised_on=moment.date(), demanded_on=moment.date(),
    )  # fmt: skip
    assert hindrances(worst, purpose, moment) == ()


@st.composite
def cases(draw: st.DrawFn) -> tuple[datetime, Facts]:
    """A moment, and facts of the days around it."""
    moment = draw(MOMENTS)
    days = st.integers(-5, 5).map(lambda ahead: moment.date() + timedelta(days=ahead))
    hours = st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda one: one[0] < one[1])
    ended = st.builds(
        Hold, st.sampled_from(sorted(set(HoldKind) - {HoldKind.NEVER, HoldKind.PREFERRED_HOURS},
                                     key=lambda one: one.value)),
        st.just(moment.date()), days,
    )  # fmt: skip
    wished = hours.map(lambda one: Hold(HoldKind.PREFERRED_HOURS, moment.date(), None, Hours(*one)))
    facts = st.builds(
        Facts, holds=st.lists(ended | wished, max_size=4).map(tuple), has_consent=st.just(value=True),
        promised_on=st.none() | days, demanded_on=st.none() | days,
        named_at=st.none() | st.integers(-72, 72).map(lambda ahead: moment + timedelta(hours=ahead)),
        demands_today=st.integers(0, 5),
    )  # fmt: skip
    return moment, draw(facts)


@given(
    cases(),
    st.sampled_from([Purpose.REMINDER, Purpose.ARREARS, Purpose.CAMPAIGN]),
    st.sampled_from(sorted(Channel, key=lambda one: one.value)),
)
def test_what_is_named_as_the_first_moment_is_the_first(
    case: tuple[datetime, Facts], purpose: Purpose, channel: Channel
) -> None:
    """As things stand: at each hour before it something hinders, at it nothing does."""
    moment, facts = case
    opens = opens_at(facts, purpose, moment, channel)
    seen = moment
    for _ in range(12 * 24):
        as_then = facts if seen.date() == moment.date() else replace(facts, demands_today=0)
        if not hindrances(as_then, purpose, seen, channel):
            break
        seen = seen.replace(minute=0) + timedelta(hours=1)
    else:
        assert opens is None
        return
    assert opens is not None
    assert opens <= seen
    as_then = facts if opens.date() == moment.date() else replace(facts, demands_today=0)
    assert hindrances(as_then, purpose, opens, channel) == ()
    if opens > moment:
        before = opens - timedelta(microseconds=1)
        as_then = facts if before.date() == moment.date() else replace(facts, demands_today=0)
        assert hindrances(as_then, purpose, before, channel) != ()


def test_preferred_hours_hold_beside_the_quiet_ones() -> None:
    evening = Hold(HoldKind.PREFERRED_HOURS, NOON.date(), None, Hours(18, 21))
    found = hindrances(Facts((evening,)), Purpose.REMINDER, NOON)
    assert [one.allowed_at for one in found] == [at(2026, 11, 22, 18)]
    assert reasons(Facts((evening,)), Purpose.REMINDER, at(2026, 11, 22, 18)) == []
    assert reasons(Facts((evening,)), Purpose.REMINDER, at(2026, 11, 22, 21)) == [
        "COLL-001", "COLL-003",
    ]  # fmt: skip


# ----------------------------------------------------------------------------------- solicitation
@pytest.mark.rule("SOLI-001")
@pytest.mark.rule("SOLI-007")
def test_a_campaign_passes_with_consent_and_nothing_against_it() -> None:
    assert reasons(CLEAN, Purpose.CAMPAIGN) == []


@pytest.mark.rule("SOLI-007")
def test_no_campaign_without_consent() -> None:
    assert reasons(Facts(), Purpose.CAMPAIGN) == ["SOLI-007"]


@pytest.mark.rule("SOLI-002")
@pytest.mark.parametrize(
    ("told_on", "last_on"),
    [
        (date(2026, 5, 20), date(2026, 11, 20)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2027, 8, 31), date(2028, 2, 29)),
        (date(2026, 8, 29), date(2027, 2, 28)),
        (date(2026, 2, 28), date(2026, 8, 31)),
        (date(2028, 2, 29), date(2028, 8, 31)),
        (date(2026, 12, 31), date(2027, 6, 30)),
    ],
)
def test_not_now_lasts_six_months_its_first_day_not_counted(told_on: date, last_on: date) -> None:
    """民法140条・143条2項: the period begins on the day after, and ends with its last day."""
    facts = opted_out(HoldKind.NOT_NOW, told_on)
    last = datetime.combine(last_on, datetime.min.time(), JAPAN)
    before_the_end = last.replace(hour=20, minute=59)
    assert reasons(facts, Purpose.CAMPAIGN, before_the_end) == ["SOLI-002"]
    assert [one.allowed_at for one in hindrances(facts, Purpose.CAMPAIGN, before_the_end)] == [
        last + timedelta(days=1)
    ]
    assert reasons(facts, Purpose.CAMPAIGN, last + timedelta(days=1, hours=8)) == []


@pytest.mark.rule("SOLI-001")
@pytest.mark.rule("SOLI-002")
def test_two_days_after_a_refusal_nobody_is_asked_again() -> None:
    facts = opted_out(HoldKind.NOT_NOW, date(2026, 11, 20))
    assert reasons(facts, Purpose.CAMPAIGN) == ["SOLI-002"]
    assert reasons(facts, Purpose.REMINDER) == []


@pytest.mark.rule("SOLI-003")
def test_a_strong_refusal_ends_a_year_later_and_not_for_mail() -> None:
    assert last_day(HoldKind.NEVER, date(2025, 11, 20)) == date(2026, 11, 20)
    assert last_day(HoldKind.NEVER, date(2028, 2, 29)) == date(2029, 2, 28)
    facts = opted_out(HoldKind.NEVER, date(2025, 11, 20))
    for moment in (at(2026, 11, 20, 12), at(2026, 11, 21, 12), at(2056, 1, 5, 12)):
        (found,) = hindrances(facts, Purpose.CAMPAIGN, moment)
        assert (found.refusal.rule_id, found.allowed_at) == ("SOLI-003", None)


@pytest.mark.rule("SOLI-003")
def test_a_strong_refusal_lets_the_members_own_matters_pass() -> None:
    assert reasons(opted_out(HoldKind.NEVER, NOON.date()), Purpose.TRANSACTION) == []


@pytest.mark.rule("SOLI-009")
@pytest.mark.parametrize(("moment", "rules"), [
    (at(2027, 2, 1, 20), ["SOLI-009"]),
    (at(2027, 2, 2, 8), []),
])  # fmt: skip
def test_a_declined_contract_rests_as_long_as_a_clear_refusal(
    moment: datetime, rules: list[str]
) -> None:
    facts = opted_out(HoldKind.UNCLEAR, date(2026, 8, 1))
    assert reasons(facts, Purpose.CAMPAIGN, moment) == rules


@pytest.mark.rule("SOLI-004")
@pytest.mark.rule("SOLI-009")
@given(st.permutations([HoldKind.NEVER, HoldKind.NOT_NOW, HoldKind.UNCLEAR]))
def test_a_later_refusal_never_shortens_an_earlier_one(kinds: list[HoldKind]) -> None:
    holds = tuple(
        Hold(kind, on, last_day(kind, on))
        for kind, on in zip(
            kinds, [date(2026, 1, 5), date(2026, 3, 5), date(2026, 5, 5)], strict=True
        )
    )
    for count in (1, 2, 3):
        found = set(
            reasons(Facts(holds[:count], has_consent=True), Purpose.CAMPAIGN, at(2026, 5, 6, 12))
        )
        assert {"NEVER": "SOLI-003", "NOT_NOW": "SOLI-002", "UNCLEAR": "SOLI-009"}[
            kinds[0].name
        ] in found


@pytest.mark.rule("SOLI-005")
@pytest.mark.parametrize("facts", [
    Facts(has_consent=True, is_overdue=True),
    Facts(has_consent=True, promised_on=NOON.date()),
    Facts((Hold(HoldKind.CONSULTATION, date(2026, 11, 1), date(2026, 12, 1)),), has_consent=True),
    Facts((Hold(HoldKind.PAUSE, date(2026, 11, 1), NOON.date()),), has_consent=True),
    Facts((Hold(HoldKind.SELF_EXCLUDED, date(2026, 11, 1), None),), has_consent=True),
])  # fmt: skip
def test_nobody_in_trouble_is_solicited(facts: Facts) -> None:
    assert reasons(facts, Purpose.CAMPAIGN) == ["SOLI-005"]
    assert reasons(facts, Purpose.REMINDER) == []


@pytest.mark.rule("SOLI-005")
def test_thirty_days_after_a_consultation_are_over_on_the_next() -> None:
    hold = Hold(HoldKind.CONSULTATION, date(2026, 10, 22), date(2026, 11, 21))
    assert reasons(Facts((hold,), has_consent=True), Purpose.CAMPAIGN, at(2026, 11, 21, 20)) == [
        "SOLI-005"
    ]
    assert reasons(Facts((hold,), has_consent=True), Purpose.CAMPAIGN, at(2026, 11, 22, 8)) == []


# ----------------------------------------------------------------------------------------- arrears
@pytest.mark.rule("COLL-014")
@pytest.mark.parametrize(("moment", "rules"), [
    (at(2026, 11, 3, 12), ["COLL-014"]),
    (at(2026, 11, 4, 20, 59), ["COLL-014"]),
    (at(2026, 11, 5, 8), []),
])  # fmt: skip
def test_mails_about_arrears_are_more_than_three_days_apart(
    moment: datetime, rules: list[str]
) -> None:
    assert reasons(Facts(demanded_on=date(2026, 11, 1)), Purpose.ARREARS, moment) == rules


def test_who_promised_is_not_asked_before_the_day_is_over() -> None:
    facts = Facts(is_overdue=True, promised_on=date(2026, 11, 28))
    (found,) = hindrances(facts, Purpose.ARREARS, at(2026, 11, 28, 20))
    assert (found.refusal.rule_id, found.allowed_at) == ("COLL-003", at(2026, 11, 29))
    assert reasons(facts, Purpose.ARREARS, at(2026, 11, 29, 8)) == []


@pytest.mark.parametrize("purpose", [Purpose.REMINDER, Purpose.ARREARS, Purpose.CAMPAIGN])
def test_who_is_represented_is_not_asked(purpose: Purpose) -> None:
    found = hindrances(Facts(has_consent=True, has_counsel=True), purpose, NOON)
    assert [(one.refusal.rule_id, one.allowed_at) for one in found] == [("COLL-010", None)]


def test_all_reasons_are_given_in_both_languages() -> None:
    facts = Facts(
        (Hold(HoldKind.NEVER, NOON.date(), NOON.date()),), is_overdue=True, has_counsel=True
    )
    found = hindrances(facts, Purpose.CAMPAIGN, at(2026, 11, 22, 22))
    assert {one.refusal.rule_id for one in found} == {
        "COLL-001", "SOLI-007", "SOLI-005", "SOLI-003", "COLL-010",
    }  # fmt: skip
    for one in found:
        assert one.refusal.citations
        for language in Language:
            assert one.refusal.what(language)
            assert one.refusal.fix(language)
