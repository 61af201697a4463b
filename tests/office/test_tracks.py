"""How a case stands after what happened in it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.claims import prospects
from motocho.law.prescription import RestitutionClaim
from motocho.office.tracker import conflicts, receipts, tracks
from motocho.office.tracker.conflicts import Party, Why
from motocho.office.tracker.receipts import Payment, Promised
from motocho.office.tracker.tracks import Event, Kind, Track
from motocho.units.errors import Fault, InputError

START = date(2026, 10, 1)


def told(*steps: str, first: date = START, days: int = 10) -> list[Event]:
    return [
        Event(n, Kind.STEP, first + timedelta(days=days * (n - 1)), {"step": one})
        for n, one in enumerate(steps, 1)
    ]


def also(events: list[Event], kind: Kind, on: date, **body: Any) -> list[Event]:
    return [*events, Event(len(events) + 1, kind, on, body)]


def open_keys(track: Track) -> list[str]:
    return [one.period_id or one.key for one in track.open_deadlines]


class TestSteps:
    def test_the_last_step_says_what_follows(self) -> None:
        track = tracks.fold(told("disclosure_asked", "history_received", "calculated"))
        assert track.next_steps[0].id == "claim_sent"
        assert track.phase == "calculation"

    def test_a_step_that_does_not_follow_is_refused(self) -> None:
        track = tracks.fold(told("disclosure_asked"))
        with pytest.raises(InputError) as found:
            tracks.refuse_misfit(track, Event(2, Kind.STEP, START, {"step": "paid"}))
        assert found.value.faults[0].code == "TRK-002"

    def test_a_step_before_the_last_is_refused(self) -> None:
        track = tracks.fold(told("disclosure_asked"))
        early = Event(2, Kind.STEP, START - timedelta(days=1), {"step": "history_received"})
        fault = tracks.fault_of(track, early)
        assert fault is not None
        assert fault.code == "TRK-003"

    def test_what_was_taken_back_does_not_count(self) -> None:
        events = also(told("disclosure_asked", "history_received"), Kind.VOID, START, of=2)
        track = tracks.fold(events)
        assert [one.step.id for one in track.done] == ["disclosure_asked"]
        again = tracks.fault_of(track, Event(9, Kind.VOID, START, {"of": 2}))
        assert again is not None
        assert again.code == "TRK-005"

    def test_a_closed_case_waits_for_nothing(self) -> None:
        events = told("disclosure_asked", "closed")
        events = also(events, Kind.DEADLINE, START, last_on="2027-01-01", what="電話する")
        track = tracks.fold(events)
        assert track.is_closed
        assert track.open_deadlines == ()
        assert track.next_steps == ()


class TestAnyWay:
    @given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 400)), max_size=25), st.data())
    def test_whatever_way_a_case_takes_it_can_be_told(
        self, choices: list[tuple[int, int]], data: st.DataObject
    ) -> None:
        """Any walk along the plan: nothing is refused that was offered, every day holds together."""
        events: list[Event] = []
        on = START
        for choice, days in choices:
            track = tracks.fold(events)
            offered = track.next_steps
            if not offered:
                break
            on += timedelta(days=days)
            wanted = offered[choice % len(offered)]
            event = Event(len(events) + 1, Kind.STEP, on, {"step": wanted.id})
            assert tracks.fault_of(track, event) is None
            events.append(event)
        track = tracks.fold(events)
        assert len(track.done) == len(events)
        for day in track.deadlines:
            assert day.safe_on <= day.last_on
        keys = [one.key for one in track.deadlines]
        assert len(keys) == len(set(keys))
        if track.is_closed:
            assert track.open_deadlines == ()
        shuffled = data.draw(st.permutations(events))
        assert tracks.fold(shuffled) == track
        if events:
            undone = tracks.fold(
                [*events, Event(len(events) + 1, Kind.VOID, on, {"of": len(events)})]
            )
            assert undone.done == tracks.fold(events[:-1]).done


class TestDeadlines:
    def test_history_is_waited_for_until_it_came(self) -> None:
        assert open_keys(tracks.fold(told("disclosure_asked"))) == ["disclosure_answer"]
        assert open_keys(tracks.fold(told("disclosure_asked", "history_received"))) == []

    def test_a_letter_begins_two_periods_and_a_suit_ends_them(self) -> None:
        events = told("history_received", "calculated", "claim_sent", "claim_served")
        assert open_keys(tracks.fold(events)) == ["pay_by", "demand_holds"]
        events.append(Event(5, Kind.STEP, date(2026, 12, 1), {"step": "suit_filed"}))
        assert open_keys(tracks.fold(events)) == []

    def test_a_day_in_court_waits_until_it_was_held(self) -> None:
        events = told("history_received", "calculated", "suit_filed", "day_set")
        events = also(
            events, Kind.HEARING, date(2026, 11, 1), starts_at="2026-12-08T10:30", court="東京簡裁"
        )
        track = tracks.fold(events)
        (hearing,) = track.open_deadlines
        assert hearing.starts_at is not None
        assert hearing.starts_at.hour == 10
        assert hearing.place == "東京簡裁"
        events.append(Event(6, Kind.STEP, date(2026, 12, 8), {"step": "heard"}))
        assert tracks.fold(events).open_deadlines == ()

    def test_what_is_done_by_hand_is_done(self) -> None:
        events = also(told("disclosure_asked"), Kind.DONE, START, key="1-disclosure_answer")
        assert tracks.fold(events).open_deadlines == ()

    def test_an_offer_waits_for_its_answer(self) -> None:
        events = told("history_received", "calculated", "claim_sent", "claim_served")
        events = also(
            events,
            Kind.OFFER,
            date(2026, 11, 10),
            by="lender",
            amount_yen=300_000,
            answer_by="2026-11-20",
        )
        track = tracks.fold(events)
        assert "5-answer" in open_keys(track)
        events = also(events, Kind.ANSWER, date(2026, 11, 12), of=5, answer="declined")
        track = tracks.fold(events)
        assert "5-answer" not in open_keys(track)
        assert track.offers[0].answer == "declined"
        twice = tracks.fault_of(
            track, Event(9, Kind.ANSWER, START, {"of": 5, "answer": "accepted"})
        )
        assert twice is not None
        assert twice.code == "TRK-004"


class TestTimeBar:
    CLAIM = RestitutionClaim(date(2017, 3, 1))

    def test_ten_years_from_the_end_of_the_dealing(self) -> None:
        found = tracks.time_bar(tracks.fold([]), self.CLAIM, START)
        assert found is not None
        assert found.last_on == found.safe_on == date(2027, 3, 1)

    def test_a_demand_holds_it_from_the_day_it_arrives_and_a_suit_from_its_own(self) -> None:
        events = told(
            "history_received",
            "calculated",
            "claim_sent",
            "claim_served",
            first=date(2026, 11, 1),
            days=14,
        )
        before = tracks.time_bar(tracks.fold(events), self.CLAIM, date(2026, 12, 12))
        assert before is not None
        assert before.last_on == date(2027, 3, 1)
        found = tracks.time_bar(tracks.fold(events), self.CLAIM, date(2026, 12, 13))
        assert found is not None
        assert found.last_on == date(2027, 6, 13)
        assert found.safe_on == date(2027, 6, 11)  # the 13th is a Sunday
        events.append(Event(5, Kind.STEP, date(2027, 1, 5), {"step": "suit_filed"}))
        assert tracks.time_bar(tracks.fold(events), self.CLAIM, date(2027, 1, 4)) == found
        assert tracks.time_bar(tracks.fold(events), self.CLAIM, date(2027, 1, 5)) is None

    def test_without_a_history_nothing_is_said(self) -> None:
        assert tracks.time_bar(tracks.fold([]), None, START) is None


class TestReceipts:
    OWED = Promised(1_234_567, date(2026, 11, 30), 50_000)

    def test_all_on_the_day_is_all(self) -> None:
        found = receipts.check(
            self.OWED, [Payment(1_234_567, date(2026, 11, 30))], date(2027, 5, 1)
        )
        assert found.is_whole
        assert found.over_yen == 0
        assert found.days_late == 0

    @pytest.mark.parametrize("missing_yen", [1, 2, 1_000])
    def test_what_is_missing_is_seen_to_the_yen(self, missing_yen: int) -> None:
        paid = [Payment(1_234_567 - missing_yen, date(2026, 11, 30))]
        assert receipts.check(self.OWED, paid, date(2026, 11, 30)).short_yen == missing_yen

    def test_a_year_of_delay_costs_the_rate(self) -> None:
        owed = Promised(1_000_000, date(2026, 11, 30), 30_000)
        assert receipts.check(owed, [], date(2027, 11, 30)).damages_yen == 30_000
        assert receipts.check(owed, [], date(2026, 12, 1)).damages_yen == 82

    def test_what_is_too_much_is_told(self) -> None:
        found = receipts.check(
            self.OWED, [Payment(1_300_000, date(2026, 11, 30))], date(2026, 12, 1)
        )
        assert found.over_yen == 65_433

    @given(
        st.integers(1, 5_000_000),
        st.sampled_from([0, 30_000, 50_000, 60_000, 146_000]),
        st.lists(st.tuples(st.integers(1, 3_000_000), st.integers(-30, 900)), max_size=6),
        st.integers(-10, 1_000),
    )
    def test_a_second_way_day_by_day(
        self, amount_yen: int, rate_ppm: int, came: list[tuple[int, int]], after: int
    ) -> None:
        """Each day by itself, in fractions; payments of a day meet damages first."""
        pay_on = date(2026, 11, 30)
        as_of = pay_on + timedelta(days=after)
        owed = Promised(amount_yen, pay_on, rate_ppm)
        payments = [Payment(yen, pay_on + timedelta(days=n)) for yen, n in came]
        left, damages, over = amount_yen, Fraction(0), 0
        day = min([one.on for one in payments] + [pay_on])
        while day <= as_of:
            if day > pay_on:
                damages += Fraction(left * rate_ppm, 365 * 1_000_000)
            for one in payments:
                if one.on == day:
                    to_damages = min(one.amount_yen, int(damages))
                    damages -= to_damages
                    to_promise = min(one.amount_yen - to_damages, left)
                    left -= to_promise
                    over += one.amount_yen - to_damages - to_promise
            day += timedelta(days=1)
        found = receipts.check(owed, payments, as_of)
        assert (found.short_yen, found.damages_yen, found.over_yen) == (left, int(damages), over)
        paid = sum(one.amount_yen for one in payments if one.on <= as_of)
        assert found.paid_yen == paid

    def test_of_a_case_only_what_came_after_the_promise(self) -> None:
        events = told("history_received", "calculated", "claim_sent", "claim_served")
        events = also(events, Kind.PAID, date(2026, 11, 1), amount_yen=1_000)
        events = also(
            events,
            Kind.PROMISE,
            date(2026, 11, 10),
            amount_yen=500_000,
            pay_on="2026-12-10",
            damages_ppm=30_000,
        )
        events = also(events, Kind.PAID, date(2026, 12, 10), amount_yen=499_999)
        found = receipts.of_track(tracks.fold(events), date(2026, 12, 10))
        assert found is not None
        assert (found.short_yen, found.paid_yen) == (1, 499_999)
        assert receipts.of_track(tracks.fold(events[:5]), date(2026, 12, 10)) is None


class TestConflicts:
    OTHERS = (
        Party(
            1, ("髙橋 花子", "タカハシ ハナコ"), ("アコム株式会社",), "東京都千代田区丸の内2-1-1"
        ),
        Party(2, ("斎藤 一郎",), ("プロミス",)),
        Party(3, ("アイフル株式会社",), ("山田 太郎",)),
    )

    @pytest.mark.parametrize(
        ("name", "opponent", "expected"),
        [
            ("高橋花子", "アイフル", {(1, Why.SAME_CLIENT), (3, Why.OPPONENT_IS_CLIENT)}),
            ("高橋　花子", "ｱｺﾑ（株）", {(1, Why.SAME_CLAIM)}),
            ("たかはし はなこ", "レイク", {(1, Why.SAME_CLIENT)}),
            ("齋藤一郎", "ＳＭＢＣコンシューマーファイナンス", {(2, Why.SAME_CLAIM)}),
            ("山田太郎", "レイク", {(3, Why.CLIENT_IS_OPPONENT)}),
            ("佐藤 次郎", "レイク", set()),
        ],
    )
    def test_hits(self, name: str, opponent: str, expected: set[tuple[int, Why]]) -> None:
        found = conflicts.hits(Party(9, (name,), (opponent,)), self.OTHERS)
        assert {(one.case_id, one.why) for one in found} == expected

    def test_what_stops_an_office_stands_first(self) -> None:
        found = conflicts.hits(Party(9, ("高橋花子",), ("アイフル",)), self.OTHERS)
        assert found[0].why in conflicts.HARD

    def test_one_address_under_two_names_is_asked_about(self) -> None:
        new = Party(9, ("高橋 次郎",), ("レイク",), "東京都千代田区丸の内２－１－１")
        assert [one.why for one in conflicts.hits(new, self.OTHERS)] == [Why.SAME_ADDRESS]

    def test_a_case_is_not_compared_with_itself(self) -> None:
        assert conflicts.hits(self.OTHERS[0], self.OTHERS[:1]) == ()

    def test_a_name_of_one_sign_matches_nobody(self) -> None:
        assert conflicts.hits(Party(9, ("",), ("",)), (Party(1, ("",), ("",)),)) == ()


PAYMENTS = st.lists(
    st.tuples(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 9_000_000)), max_size=6
)


@given(PAYMENTS, PAYMENTS)
def test_each_noted_payment_is_in_the_text_once(
    noted: list[tuple[date, int]], stated: list[tuple[date, int]]
) -> None:
    """Payments of a day and an amount count as often as they were noted, or stated where that is more."""
    events = tuple(
        Event(n, Kind.PAID, on, {"amount_yen": yen, "to": "client"})
        for n, (on, yen) in enumerate(noted, 1)
    )
    track = Track(events, paid=events)
    text = " ；".join(f"{on:%Y/%m/%d}/{yen:,}円" for on, yen in stated)
    whole = receipts.with_noted(track, text)
    faults: list[Fault] = []
    found = prospects.read_refunds({"refunds": whole}, faults).paid
    assert not faults
    assert Counter(found) == Counter(noted) | Counter(stated)
    assert receipts.with_noted(track, whole) == whole, "asked again, nothing is missing"
