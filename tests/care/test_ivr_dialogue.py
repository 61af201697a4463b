"""The dialogue by itself: every way through it, and what no way may lead to."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motocho.care.ivr import answers, dialogue, lines
from motocho.care.ivr.answers import OF_AN_ACCOUNT, Answer, Want
from motocho.care.ivr.dialogue import Dial, Gather, HangUp, Heard, Need, Next, Stage, State, Turn
from motocho.contact.wording import refuse_wording
from motocho.outside.clock import JAPAN
from motocho.units.errors import BrokenInvariant

ON = date(2026, 12, 1)
NUMBER, PIN, CODE = "12345678", "7305", "482913"
OFFER = answers.Offer(8_000, 120_000, ON, ON + timedelta(days=14))
MEMBER = answers.Known(7, (1,), "own")
ANSWERS: dict[Want, tuple[Answer, ...]] = {
    Want.CHECK: (
        MEMBER,
        answers.Known(7, (1,), ""),
        answers.Known(7, (1, 2, 3), ""),
        answers.Known(7, (), "own"),
        answers.Missed(2),
        answers.LockedOut(),
        answers.Later(30),
        answers.Later(200),
        answers.PinFirst(),
    ),
    Want.SEND_CODE: (answers.Sent(5), answers.NotSent()),
    Want.CHECK_CODE: (answers.CodeRight(), answers.CodeWrong(4), answers.CodeOver()),
    Want.BALANCE: (
        answers.Balance(ON, 23_000),
        answers.Balance(ON, 0),
        answers.Balance(ON, 23_000, ("often", "third")),
        answers.Balance(ON, 0, ("late", "elsewhere", "evidence", "facts", "other")),
    ),
    Want.DUE: (
        answers.Due(8_000, 0, date(2026, 12, 5)),
        answers.Due(16_000, 8_000, date(2026, 12, 5)),
        answers.Due(300_000, 0, None),
        answers.Due(0, 0, None),
    ),
    Want.PAYOFF: (answers.Payoff(23_500, 23_511),),
    Want.OFFER: (
        OFFER,
        answers.Standing(ON, 8_000),
        answers.NothingDue(),
        answers.Maintenance(),
    ),
    Want.COST: (answers.Cost(110, 0),),
    Want.PROMISE: (
        answers.Promised(ON, 8_000),
        answers.NotPromised(),
        answers.Maintenance(),
    ),
    Want.LOST_CARD: (answers.DeskOpen("カード紛失デスク", "0300000103"),),
    Want.DESK: (
        answers.DeskOpen("総合カードローンデスク", "0300000102"),
        answers.DeskShut("総合カードローンデスク", datetime(2026, 12, 2, 9, tzinfo=JAPAN)),
    ),
}


def through(*steps: Any, state: State | None = None) -> Next:
    """A call: texts are tones, answers what the house said to the need before."""
    now: Next = dialogue.begin() if state is None else Turn(state, (), HangUp())
    for step in steps:
        if isinstance(step, str):
            assert isinstance(now, Turn), now
            now = dialogue.hear(now.state, Heard(step))
        else:
            assert isinstance(now, Need), now
            now = dialogue.told(now, step)
    return now


def turn(*steps: Any, state: State | None = None) -> Turn:
    found = through(*steps, state=state)
    assert isinstance(found, Turn)
    return found


def need(*steps: Any) -> Need:
    found = through(*steps)
    assert isinstance(found, Need)
    return found


def keys(found: Turn) -> list[str]:
    return [line.key for line in found.said]


ENTERED = ("1", NUMBER, PIN, MEMBER)


# ---------------------------------------------------------------------------------- who is calling
@pytest.mark.rule("DESK-002")
def test_number_and_pin_from_a_registered_phone_open_the_menu() -> None:
    asked = need("1", NUMBER, PIN)
    assert (asked.want, asked.state.number, asked.digits) == (Want.CHECK, NUMBER, PIN)
    entered = turn(*ENTERED)
    assert entered.state.stage is Stage.MENU
    assert entered.state.known_by == "phone"
    assert entered.state.number == ""


@pytest.mark.rule("DESK-002")
def test_another_phone_needs_a_code() -> None:
    other = answers.Known(7, (1,), "")
    assert need("1", NUMBER, PIN, other).want is Want.SEND_CODE
    waiting = turn("1", NUMBER, PIN, other, answers.Sent(5))
    assert (waiting.state.stage, waiting.state.known_by) == (Stage.CODE, "")
    asked = need("1", NUMBER, PIN, other, answers.Sent(5), CODE)
    assert (asked.want, asked.digits, asked.state.code_id) == (Want.CHECK_CODE, CODE, 5)
    opened = turn("1", NUMBER, PIN, other, answers.Sent(5), CODE, answers.CodeRight())
    assert (opened.state.stage, opened.state.known_by) == (Stage.MENU, "code")


@pytest.mark.parametrize(
    ("answer", "key", "stage"),
    [
        (answers.Missed(2), "missed", Stage.NUMBER),
        (answers.LockedOut(), "locked", Stage.WELCOME),
        (answers.PinFirst(), "pin_first", Stage.WELCOME),
        (answers.Known(7, (), "own"), "no_agreement", Stage.WELCOME),
        (answers.Later(30), "later", Stage.NUMBER),
    ],
)
def test_who_is_not_let_in_hears_why(answer: Answer, key: str, stage: Stage) -> None:
    found = turn("1", NUMBER, PIN, answer)
    assert key in keys(found)
    assert found.state.stage is stage
    assert (found.state.number, found.state.member_id, found.state.known_by) == ("", 0, "")


def test_short_waits_are_spent_on_the_line_and_long_ones_not() -> None:
    assert turn("1", NUMBER, PIN, answers.Later(30)).pause_seconds == 30
    later = turn("1", NUMBER, PIN, answers.Later(200))
    assert isinstance(later.then, HangUp)
    assert "四分" in later.said[0].text


def test_several_agreements_are_chosen_from() -> None:
    three = answers.Known(7, (4, 5, 6), "own")
    asked = turn("1", NUMBER, PIN, three)
    assert asked.state.stage is Stage.CHOOSE
    assert "三件" in asked.said[-1].text
    assert turn("1", NUMBER, PIN, three, "2").state.agreement_id == 5
    assert keys(turn("1", NUMBER, PIN, three, "4"))[0] == "misheard"


# ------------------------------------------------------------------------------------- the account
@pytest.mark.parametrize(
    ("tone", "answer", "said"),
    [
        ("1", answers.Balance(ON, 23_000), "十二月一日現在、お借入れの残高は、二万三千円です。"),
        (
            "2",
            answers.Due(8_000, 0, date(2026, 12, 5)),
            "次のお支払いは、十二月五日までに、八千円です。",
        ),
        ("3", answers.Payoff(23_500, 23_511), "今日なら二万三千五百円、明日なら二万三千五百十一円"),
    ],
)
def test_what_is_asked_is_told_and_the_menu_follows(tone: str, answer: Answer, said: str) -> None:
    found = turn(*ENTERED, tone, answer)
    assert said in found.said[0].text
    assert keys(found)[-1] == "menu"


def test_who_is_late_hears_of_help() -> None:
    found = turn(*ENTERED, "2", answers.Due(16_000, 8_000, ON))
    assert keys(found) == ["due_late", "due_help", "menu"]


def test_a_promise_is_told_its_cost_before_it_is_made() -> None:
    assert keys(turn(*ENTERED, "4", OFFER)) == ["promise_day"]
    asked = need(*ENTERED, "4", OFFER, "1205", "2", "5000")
    assert asked.want is Want.COST
    assert (asked.state.pay_on, asked.state.pay_yen) == (date(2026, 12, 5), 5_000)
    sure = turn(*ENTERED, "4", OFFER, "1205", "2", "5000", answers.Cost(110, 0))
    assert [line.text for line in sure.said] == [
        "十二月五日まで待つと、今日からの利息は百十円、遅延損害金はゼロ円です。",
        "十二月五日に、五千円。よろしければ、1。やり直すときは、2。やめるときは、0を押してください。",
    ]
    assert need(*ENTERED, "4", OFFER, "1205", "1", answers.Cost(110, 0), "1").want is Want.PROMISE
    again = turn(*ENTERED, "4", OFFER, "1205", "1", answers.Cost(110, 0), "2")
    assert (again.state.stage, again.state.pay_on) == (Stage.PROMISE_DAY, None)


@pytest.mark.parametrize("tones", ["1130", "1216", "0230", "1340", "0000"])
def test_a_day_that_cannot_be_promised_is_asked_for_again(tones: str) -> None:
    found = turn(*ENTERED, "4", OFFER, tones)
    assert keys(found) == ["promise_day_wrong", "promise_day"]
    assert keys(turn(tones, tones, state=found.state)) == ["silence"]


@pytest.mark.parametrize("tones", ["00", "120001"])
def test_an_amount_that_cannot_be_promised_is_asked_for_again(tones: str) -> None:
    found = turn(*ENTERED, "4", OFFER, "1205", "2", tones)
    assert keys(found) == ["promise_amount_wrong", "promise_amount"]
    assert isinstance(turn(tones, tones, state=found.state).then, HangUp)


@pytest.mark.parametrize("ways", [
    (), ("1205",), ("1205", "2"), ("1205", "1", answers.Cost(110, 0)),
])  # fmt: skip
def test_who_does_not_want_to_promise_goes_back(ways: tuple[Any, ...]) -> None:
    found = turn(*ENTERED, "4", OFFER, *ways, "0")
    assert keys(found) == ["menu"]
    assert (found.state.offer, found.state.pay_on, found.state.pay_yen) == (None, None, 0)
    asked = turn(*ENTERED, "4", OFFER, *ways)
    assert "やめるときは、0" in asked.said[-1].text


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(0, 14), st.integers(0, 14))
def test_every_day_that_may_be_promised_is_understood(first: date, days: int, more: int) -> None:
    on = first + timedelta(days=days)
    last = on + timedelta(days=more)
    assert dialogue.meant_day(on.month, on.day, first, last) == on


# ------------------------------------------------------------------------------------------- desks
def test_a_desk_is_dialled_in_its_hours() -> None:
    found = turn("9", ANSWERS[Want.DESK][0])
    assert found.then == Dial("0300000102")
    assert found.state.stage is Stage.DIALLED
    done = dialogue.hear(found.state, Heard(dial_outcome="completed"))
    assert isinstance(done, Turn)
    assert isinstance(done.then, HangUp)
    busy = dialogue.hear(found.state, Heard(dial_outcome="no-answer"))
    assert isinstance(busy, Turn)
    assert keys(busy) == ["not_connected", "welcome"]


@pytest.mark.rule("DESK-001")
def test_outside_its_hours_the_next_opening_is_told() -> None:
    found = turn("9", ANSWERS[Want.DESK][1])
    assert "十二月二日、午前九時から" in found.said[0].text
    assert keys(found)[-1] == "welcome"
    assert keys(turn(*ENTERED, "9", ANSWERS[Want.DESK][1]))[-1] == "menu"


def test_each_cause_of_a_stop_is_told_by_its_own_line() -> None:
    said = {lines.texts()[key] for key in lines.LATER}
    assert len(said) == len(lines.LATER)
    found = turn(*ENTERED, "1", ANSWERS[Want.BALANCE][2])
    assert keys(found)[:3] == ["balance", "stopped_often", "stopped_third"]
    older = "\n".join(
        f'{key}: "{text}"' for key, text in lines.texts().items() if key not in lines.LATER
    )
    assert lines.read(older, "older.yaml") == lines.texts()


def test_silence_is_asked_thrice() -> None:
    found = turn("", "12")
    assert found.state.misheard == 2
    last = turn("x", state=found.state)
    assert keys(last) == ["silence"]
    assert isinstance(last.then, HangUp)
    assert turn("1", state=found.state).state.misheard == 0


# ------------------------------------------------------------------------------------ whatever comes
TELLING = {
    "balance", "balance_none", "due", "due_late", "due_all", "due_none", "payoff", "promise_day",
    "promise_what", "promise_sure", "promise_open", "promise_none", "promise_cost", "promised",
    "not_promised", "maintenance", "menu", "choose", *lines.LATER,
}  # fmt: skip
"""Lines that only a caller hears who is known."""
TONES = st.one_of(
    st.sampled_from(["", "0", "1", "2", "3", "4", "5", "9", "1205", "*", NUMBER, PIN, CODE]),
    st.text("0123456789", max_size=9),
)


@pytest.mark.rule("DESK-002")
@given(st.data())
def test_whatever_is_pressed_nothing_is_told_to_who_is_not_known(data: st.DataObject) -> None:
    """Number, PIN and phone or code come first on every way; PIN and code are in no state."""
    now: Next = dialogue.begin()
    proofs: set[str] = set()
    secret = ""
    for _ in range(data.draw(st.integers(1, 40))):
        if isinstance(now, Turn):
            if not now.state.known_by and now.state.stage is not Stage.DIALLED:
                assert not TELLING & set(keys(now))
            if isinstance(now.then, HangUp):
                assert now.state == State()
                return
            if now.state.stage in {Stage.WELCOME, Stage.NUMBER}:
                proofs.clear()
            pressed = Heard(data.draw(TONES), data.draw(st.sampled_from(["", "busy", "completed"])))
            now = dialogue.hear(now.state, pressed)
            continue
        secret = now.digits
        assert not secret or secret not in repr(now)
        if now.want in OF_AN_ACCOUNT:
            assert now.state.known_by
            assert {"own", "right"} & proofs
        answer = data.draw(st.sampled_from(ANSWERS[now.want]))
        if isinstance(answer, answers.Known) and answer.by_own_phone:
            proofs.add("own")
        if isinstance(answer, answers.CodeRight):
            proofs.add("right")
        now = dialogue.told(now, answer)
        if isinstance(now, Turn) and now.state.known_by:
            assert now.state.number == ""


def test_what_an_account_holds_is_not_asked_for_a_caller_who_is_not_known() -> None:
    forged = State(stage=Stage.MENU, member_id=7, agreement_id=1)
    with pytest.raises(BrokenInvariant):
        dialogue.hear(forged, Heard("1"))


def test_neither_number_nor_amounts_stand_in_what_is_logged() -> None:
    state = State(number=NUMBER, pay_yen=54_321, offer=OFFER)
    shown = repr(Turn(state, (lines.Line("due", {"due": "八千円"}),), Gather(1, "menu")))
    assert not re.search(f"{NUMBER}|54_?321|8_?000|八千円", shown)
    assert PIN not in repr(Heard(PIN)) + repr(Need(Want.CHECK, state, PIN))


# ------------------------------------------------------------------------------------------- lines
def test_every_line_is_lawful_and_short_and_none_tells_the_pin_is_asked_by_people() -> None:
    for key, text in lines.texts().items():
        assert refuse_wording(text) == (), key
        assert len(text) <= 110, key
        assert "\n" not in text, key


def test_every_line_is_used_with_what_stands_in_it() -> None:
    """Walked over every stage and every answer: no line is missing a detail, none is idle."""
    heard: set[str] = set()

    def say(found: Next) -> None:
        if isinstance(found, Turn):
            for line in found.said:
                named = {
                    name for _, name, _, _ in Formatter().parse(lines.texts()[line.key]) if name
                }
                assert named <= set(line.details), line.key
                assert "{" not in line.text
                heard.add(line.key)

    known = State(Stage.MENU, member_id=7, known_by="phone", agreement_ids=(1, 2), agreement_id=1)
    planned = State(
        Stage.PROMISE_SURE, known_by="phone", offer=OFFER, pay_on=ON, pay_yen=8_000, misheard=2
    )
    say(dialogue.begin())
    say(dialogue.too_long())
    for want, said in ANSWERS.items():
        for answer in said:
            say(dialogue.told(Need(want, planned if want is Want.COST else known), answer))
    for tones in ("", "1", "2", "0", "9999", "0000", "120001", NUMBER, "1205"):
        for stage in Stage:
            for misheard in (0, 2):
                state = State(stage, misheard, known_by="phone", offer=OFFER, pay_on=ON,
                              agreement_ids=(1, 2), agreement_id=1)  # fmt: skip
                say(dialogue.hear(state, Heard(tones)))
    assert heard == set(lines.texts())
