"""Settings of the house: two persons, a day to come, every fault with its place, readers that follow."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as rounds
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.people.house import AT, House, rows

from motocho.care import approvals, settings
from motocho.care.approvals import Decision, Outcome, Request
from motocho.care.collections import letters, stages, strategy
from motocho.care.ivr import lines
from motocho.care.reasons import catalogue
from motocho.care.reasons.catalogue import Part, Reason
from motocho.care.reliefs import limits, promises
from motocho.care.reliefs.promises import Verdict
from motocho.care.settings import Draft, Setting
from motocho.care.worklist import claims, gathering
from motocho.care.worklist.policy import Why
from motocho.close import steps
from motocho.close.plan import Step
from motocho.contact.directory import shipped
from motocho.contact.guard import Hand
from motocho.loans import commands
from motocho.loans.commands import Key, Made
from motocho.outside.clock import JAPAN
from motocho.outside.postgres import Role as DatabaseRole
from motocho.people.access import Role, Staff
from motocho.units.errors import (
    FaultyInput,
    InputError,
    MotochoError,
    NotAllowedError,
    NotFoundError,
    StateConflict,
)

TODAY = AT.date()
RELIEFS = settings.shipped(Setting.RELIEFS)
WIDER = RELIEFS.replace("offer_open_days: 7 ", "offer_open_days: 9 ")
Pair = tuple[Staff, Staff]


@pytest.fixture
def pair(database: Database, house: House) -> Pair:
    """Two supervisors."""
    house.colleague("root", Role.ADMINISTRATOR)
    one = house.colleague("ueda", Role.SUPERVISOR)
    return one, house.colleague("wada", Role.SUPERVISOR)


def draft(text: str = WIDER, on: date = TODAY + timedelta(days=1), form: str = "form 1") -> Draft:
    return Draft(Setting.RELIEFS, text, on, "提案の期間をのばす", form)


def agree(request: Request, by: Staff, at: datetime = AT) -> Any:
    return do(approvals.decide, request.ref, Decision(Outcome.AGREED, "", request.mark), by, at)


# --------------------------------------------------------------------------------- from a day on
def test_two_persons_put_a_text_in_force_from_its_day(pair: Pair) -> None:
    one, other = pair
    asked = do(settings.propose, draft(), one, AT)
    assert do(settings.propose, draft(), one, AT) == asked  # the same form counts once
    assert do(limits.in_force, TODAY + timedelta(days=1)).offer_open_days == 7
    assert agree(asked, other).outcome is Outcome.AGREED
    assert do(limits.in_force, TODAY).offer_open_days == 7
    assert do(limits.in_force, TODAY + timedelta(days=1)).offer_open_days == 9
    assert do(limits.in_force, date(2099, 1, 1)).offer_open_days == 9
    (version,) = do(settings.versions, Setting.RELIEFS)
    assert (version.asked_by, version.approved_by) == (one.staff_id, other.staff_id)
    assert version.sha256 == hashlib.sha256(WIDER.encode()).hexdigest()
    assert [one.decided is not None for one in do(settings.requests, Setting.RELIEFS)] == [True]


def test_one_person_alone_changes_nothing(pair: Pair, house: House) -> None:
    one, other = pair
    asked = do(settings.propose, draft(), one, AT)
    operator = house.colleague("oda", Role.OPERATOR)
    for by in (one, operator):
        with pytest.raises(NotAllowedError):
            agree(asked, by)
    with pytest.raises(NotAllowedError):
        do(settings.propose, draft(form="form 2"), operator, AT)
    with pytest.raises(StateConflict):  # one proposal of a setting waits at a time
        do(settings.propose, draft(form="form 3"), other, AT)
    assert do(settings.versions, Setting.RELIEFS) == []
    taken_back = Decision(Outcome.WITHDRAWN, "", asked.mark)
    assert do(approvals.decide, asked.ref, taken_back, one, AT).outcome is Outcome.WITHDRAWN
    with pytest.raises(StateConflict):
        agree(asked, other)
    assert do(settings.propose, draft(form="form 4"), other, AT).asked_by == other.staff_id


def test_the_past_and_what_is_so_already_are_refused(pair: Pair) -> None:
    one, other = pair
    for on in (TODAY, TODAY - timedelta(days=400)):
        with pytest.raises(InputError) as caught:
            do(settings.propose, draft(on=on), one, AT)
        assert caught.value.faults[0].code == "SET-005"
    with pytest.raises(InputError) as caught:
        do(settings.propose, draft(RELIEFS), one, AT)
    assert caught.value.faults[0].code == "SET-006"
    asked = do(settings.propose, draft(), one, AT)
    late = datetime.combine(TODAY + timedelta(days=1), AT.timetz())
    with pytest.raises(InputError) as caught:  # its day has begun: it would change the past
        agree(asked, other, late)
    assert caught.value.faults[0].code == "SET-005"
    assert do(settings.versions, Setting.RELIEFS) == []


def test_what_was_asked_against_another_text_is_asked_again(pair: Pair) -> None:
    one, other = pair
    first = do(settings.propose, draft(), one, AT)
    agree(first, other)
    later = draft(RELIEFS.replace("grace_days: 3 ", "grace_days: 5 "), form="form 2")
    second = do(settings.propose, later, one, AT)
    assert agree(second, other).outcome is Outcome.AGREED
    on = TODAY + timedelta(days=1)
    held = do(limits.in_force, on)
    assert (held.grace_days, held.offer_open_days) == (5, 7)
    assert [one.version_no for one in do(settings.versions, Setting.RELIEFS)] == [2, 1]


# ------------------------------------------------------------------------- each reader takes it
def test_every_reader_takes_the_text_of_the_day(pair: Pair) -> None:
    one, other = pair
    on = TODAY + timedelta(days=3)
    told = {
        Setting.REASONS: settings.shipped(Setting.REASONS).replace(
            "また、あらためてお電話します。", "日をあらためて、またお電話します。"
        ),
        Setting.IVR: settings.shipped(Setting.IVR).replace("失礼いたします。", "失礼します。"),
        Setting.DIRECTORY: settings.shipped(Setting.DIRECTORY) + "\n# 番号の点検を済ませた\n",
    }
    before = do(catalogue.in_force, TODAY).of(Reason.REPAYMENT).parts[Part.THIRD]
    for setting, text in told.items():
        assert text != settings.shipped(setting)
        asked = do(settings.propose, Draft(setting, text, on, "表現", setting.value), one, AT)
        agree(asked, other)
    after = do(catalogue.in_force, on).of(Reason.REPAYMENT).parts[Part.THIRD]
    assert "日をあらためて" in after
    assert do(catalogue.in_force, TODAY).of(Reason.REPAYMENT).parts[Part.THIRD] == before
    line = lines.Line("goodbye")
    assert line.said(do(lines.in_force, on)).endswith("失礼します。")
    assert line.said(do(lines.in_force, TODAY)) == line.text
    found = do(settings.standing, Setting.DIRECTORY, on)
    assert found is not None
    assert found.text == told[Setting.DIRECTORY]
    assert do(settings.standing, Setting.DIRECTORY, TODAY) is None


def test_no_directory_lacks_a_desk_that_reasons_name(pair: Pair) -> None:
    """In force, every call for that reason and every letter would fail until another day."""
    one, other = pair
    reasons = settings.shipped(Setting.REASONS)
    named = catalogue.shipped().of(Reason.REPAYMENT).desk
    assert named == "card_loan"
    on = TODAY + timedelta(days=1)
    told = settings.shipped(Setting.DIRECTORY)
    for before, after in (("id: history", "id: books"), ("desk: history", "desk: books")):
        told = told.replace(before, after)
    agree(do(settings.propose, Draft(Setting.DIRECTORY, told, on, "名前", "d"), one, AT), other)
    wrong = reasons.replace(f"desk: {named}", "desk: history")
    assert wrong != reasons
    with pytest.raises(FaultyInput) as refused:
        do(settings.propose, Draft(Setting.REASONS, wrong, on, "窓口", "r"), one, AT)
    assert {fault.code for fault in refused.value.faults} == {"DIR-013"}


def test_lender_on_papers_is_that_of_the_day(pair: Pair, tmp_path: Path) -> None:
    """The operator's file until two persons put another one in its place; then that, not before."""
    one, other = pair
    on, shipped = TODAY + timedelta(days=1), settings.shipped(Setting.DIRECTORY)
    name = "青葉台ファイナンス株式会社"
    (tmp_path / "mine.yaml").write_text(shipped.replace(name, "わかば株式会社"), encoding="utf-8")
    named = str(tmp_path / "mine.yaml")
    told = Draft(Setting.DIRECTORY, shipped.replace(name, "みどり株式会社"), on, "社名", "d")
    agree(do(settings.propose, told, one, AT), other)
    for day, path, known in (
        (TODAY, None, name), (TODAY, named, "わかば"), (on, named, "みどり"), (on, None, "みどり"),
    ):  # fmt: skip
        assert do(settings.directory_on, day, path).lender.name_ja.startswith(known)


ONE_DAY = timedelta(days=1)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 6)), min_size=1, max_size=7))
@rounds(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_text_of_a_day_is_the_latest_agreed_version_that_began(
    pair: Pair, steps: list[tuple[int, int]]
) -> None:
    """A second route: replay what was agreed to in Python, and ask every day of it.

    And no day that had begun when something was agreed to is another one afterwards.
    """
    with transaction.atomic():
        _replayed(pair, steps)
        transaction.set_rollback(True)


def _replayed(pair: Pair, steps: list[tuple[int, int]]) -> None:
    agreed: list[tuple[date, str]] = []
    at = AT
    for number, (passed, ahead) in enumerate(steps, 1):
        at += passed * ONE_DAY
        seen = {on: _text(on) for on in _days(at)}
        text = f"{RELIEFS}# {number}\n"
        wanted = draft(text, at.date() + ahead * ONE_DAY, f"form {number}")
        with connection.cursor() as cursor:
            asked = settings.propose(cursor, wanted, pair[number % 2], at)
            yes = Decision(Outcome.AGREED, "", asked.mark)
            approvals.decide(cursor, asked.ref, yes, pair[1 - number % 2], at)
        agreed.append((wanted.effective_on, text))
        for on, before in seen.items():
            assert _text(on) == before
    for day in range(-1, 70):
        on = TODAY + day * ONE_DAY
        expected = RELIEFS
        began = TODAY - 1000 * ONE_DAY
        for effective_on, text in agreed:
            if began <= effective_on <= on:
                began, expected = effective_on, text
        assert _text(on) == expected, on


def _days(at: datetime) -> list[date]:
    """Days that have begun."""
    return [TODAY + one * ONE_DAY for one in range(-1, (at.date() - TODAY).days + 1)]


def _text(on: date) -> str:
    with connection.cursor() as cursor:
        return settings.text(cursor, Setting.RELIEFS, on)


# ---------------------------------------------------------------------------- what is a good text
@pytest.mark.parametrize("setting", list(Setting))
def test_shipped_files_have_no_fault(setting: Setting) -> None:
    assert settings.check(setting, settings.shipped(setting), TODAY) == ()


@pytest.mark.rule("ADV-005")
@pytest.mark.parametrize(
    ("setting", "line"),
    [
        (Setting.REASONS, "お忙しいところ失礼します。"),
        (Setting.REASONS, "夕方"),
        (Setting.IVR, "お電話ありがとうございます。"),
    ],
)
def test_forbidden_wording_is_never_asked_for(pair: Pair, setting: Setting, line: str) -> None:
    text = settings.shipped(setting)
    if line not in text:
        line = "ご本人" if "ご本人" in text else "本人"
    bad = text.replace(line, f"{line}審査なしですぐに増額できます。", 1)
    assert bad != text
    found = settings.check(setting, bad, TODAY)
    assert "DIR-020" in {one.code for one in found}
    assert all(one.column for one in found if one.code == "DIR-020")
    wanted = Draft(setting, bad, TODAY + ONE_DAY, "増額", "form 1")
    with pytest.raises(FaultyInput):
        do(settings.propose, wanted, pair[0], AT)
    assert rows("SELECT 1 FROM care_approval") == []


@pytest.mark.parametrize(
    ("setting", "text", "code"),
    [
        (Setting.RELIEFS, "", "SET-002"),
        (Setting.RELIEFS, "x" * 200_001, "SET-002"),
        (Setting.RELIEFS, "- from: [", "SET-003"),
        (Setting.RELIEFS, "a: &x [1]\nb: *x\n", "SET-004"),
        (Setting.RELIEFS, "nothing", "SET-004"),
        (Setting.RELIEFS, "[]", "SET-004"),
        (Setting.RELIEFS, RELIEFS.replace("grace_days: 3", "grace_days: 0"), "CAR-030"),
        (Setting.REASONS, "reasons: []\n", "SET-004"),
        (Setting.IVR, settings.shipped(Setting.IVR).replace("pin: ", "pim: "), "SET-007"),
        (Setting.IVR, settings.shipped(Setting.IVR).replace("{left}", "{debt}"), "SET-008"),
        (Setting.DIRECTORY, "desks: 3", "DIR-013"),
        (
            Setting.DIRECTORY,
            settings.shipped(Setting.DIRECTORY).replace("card_loan", "loans"),
            "DIR-013",
        ),
    ],
)
def test_a_bad_text_has_its_faults_with_their_places(
    setting: Setting, text: str, code: str
) -> None:
    found = settings.check(setting, text, TODAY)
    assert code in {one.code for one in found}, found
    assert all(one.file or one.details for one in found)


@given(st.text(max_size=200) | st.text("abc:-[]{}&*!?|>'\"\n 一", max_size=80))
def test_no_text_at_all_breaks_the_check(told: str) -> None:
    for setting in Setting:
        assert settings.check(setting, told, TODAY) != ()


def test_broken_yaml_names_its_line() -> None:
    (found,) = settings.check(Setting.RELIEFS, f"{RELIEFS}\n- from: {{\n", TODAY)
    assert found.line is not None
    assert found.line >= RELIEFS.count("\n")


def test_difference_shows_what_changed() -> None:
    found = settings.difference(RELIEFS, WIDER)
    assert [one.mark for one in found if one.mark in "+-"] == ["-", "+"]
    assert settings.difference(RELIEFS, RELIEFS) == []
    with pytest.raises(NotFoundError):
        settings.named("passwords")


# --------------------------------------------------------------------------------------- raw SQL
_PUT = (
    "INSERT INTO care_setting (name, version_no, text, sha256, effective_on, request_id, asked_by,"
    " approved_by, approved_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def test_the_database_holds_it_too(pair: Pair, database: Database) -> None:
    one, other = pair
    asked = do(settings.propose, draft(), one, AT)
    agree(asked, other)
    (row,) = rows(
        "SELECT name, version_no, text, sha256, effective_on, request_id, asked_by, approved_by,"
        " approved_at FROM care_setting"
    )
    sha256 = hashlib.sha256(b"x").hexdigest()
    for changed in (
        {1: 2},  # agreed to once, put down twice
        {1: 2, 2: "x", 3: sha256},
        {1: 3},
        {4: TODAY},
        {7: one.staff_id},
        {0: "ivr", 1: 1},
        {3: sha256},
    ):
        values: list[Any] = [changed.get(place, value) for place, value in enumerate(row)]
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_PUT, values)
    with database.connect(DatabaseRole.OWNER) as owner:
        for statement in ("UPDATE care_setting SET text = 'x'", "DELETE FROM care_setting"):
            with pytest.raises(Exception, match="never changed"):
                owner.execute(statement)
            owner.rollback()
    assert row[8].astimezone(JAPAN).date() < row[4]
    with pytest.raises(MotochoError):
        agree(asked, other)


# ------------------------------------------------------------------- arrears and the list of the day
def put_in_force(pair: Pair, setting: Setting, text: str) -> date:
    one, other = pair
    on = TODAY + timedelta(days=1)
    asked = do(
        settings.propose, Draft(setting, text, on, "方針を変える", f"form {setting.value}"), one, AT
    )
    assert agree(asked, other).outcome is Outcome.AGREED
    return on


def test_strategy_in_force_is_what_every_reader_reads(pair: Pair) -> None:
    text = settings.shipped(Setting.STRATEGY)
    changed = text.replace("sender: 青木 健", "sender: 山本 実").replace(
        "arrival_days: 4", "arrival_days: 6"
    )
    on = put_in_force(pair, Setting.STRATEGY, changed)
    assert do(strategy.in_force, TODAY).sender == "青木 健"
    assert do(strategy.in_force, on).sender == "山本 実"
    assert letters.pay_until(do(strategy.in_force, on), on) == on + timedelta(days=20)
    key = arrears()
    before, after = (do(letters.dunned, key, shipped(), day) for day in (TODAY, on))
    assert (before.voice.sender, after.voice.sender) == ("青木 健", "山本 実")


def test_night_decides_by_the_strategy_in_force_in_the_morning(pair: Pair) -> None:
    text = settings.shipped(Setting.STRATEGY)
    changed = text.replace("id: first_call", "id: greeting")
    on = put_in_force(pair, Setting.STRATEGY, changed)
    key = arrears()
    made = Made("close", "night", on - timedelta(days=1), AT, "close")
    do(stages.decide, [key], made)
    (found,) = do(stages.of_members, [key.member_id])
    assert found.step_id == "greeting"
    (shown,) = do(stages.outlook, key.member_id, on)
    assert [one.step_id for one in shown.stages] == ["greeting"]


def test_list_and_claims_follow_the_order_in_force(pair: Pair, house: House) -> None:
    text = settings.shipped(Setting.WORKLIST)
    changed = text.replace("claim_minutes: 15 ", "claim_minutes: 40 ")
    on = put_in_force(pair, Setting.WORKLIST, changed)
    key = arrears()
    noon = datetime(on.year, on.month, on.day, 12, tzinfo=JAPAN)
    for at, minutes in ((noon - timedelta(days=1), 15), (noon, 40)):
        claim = do(claims.take, pair[0].staff_id, [(key.member_id, Why.LATE)], at)
        assert claim is not None
        assert claim.until_at - claim.claimed_at == timedelta(minutes=minutes)


def test_list_calls_from_the_day_of_the_strategy_in_force(pair: Pair) -> None:
    """The day late from which one is called has one owner: the list and the night follow it."""
    text = settings.shipped(Setting.STRATEGY)
    changed = text.replace("way: call, day: 7,", "way: call, day: 19,").replace(
        "softened_day: 14,", "softened_day: 19,"
    )
    on = put_in_force(pair, Setting.STRATEGY, changed)
    arrears()
    noon = datetime(on.year, on.month, on.day, 12, tzinfo=JAPAN)
    counts = [
        sum(do(gathering.today, at, Hand.STAFF).ranked.counts.values())
        for at in (noon - timedelta(days=1), noon)
    ]
    assert counts == [1, 0]


def test_night_waits_for_a_promise_by_the_grace_in_force(pair: Pair) -> None:
    """The board, the report and the night say the same after a change of the house's."""
    on = put_in_force(pair, Setting.RELIEFS, RELIEFS.replace("grace_days: 3 ", "grace_days: 9 "))
    desk, last = Desk(), on + timedelta(days=9)
    key = arrears(desk)
    desk.do(commands.promise, key, 3_000, on, desk.made(TODAY))
    for day, outcome in ((last, 0), (last + timedelta(days=1), 1)):
        assert do(steps.WORK[Step.PROMISES].work, [key], desk.made(day)) == outcome
    assert [one.verdict for one in do(promises.judged, on, on, last + timedelta(days=1))] == [
        Verdict.BROKEN
    ]


def arrears(desk: Desk | None = None) -> Key:
    """A loan whose first payment was missed some days ago."""
    desk, opened_on = desk or Desk(), TODAY - timedelta(days=45)
    key = desk.open(opened_on, member_id=desk.member())
    desk.draw(key, 100_000, opened_on)
    return key


@pytest.mark.parametrize(
    ("setting", "old", "new"),
    [
        (Setting.STRATEGY, "gap_days: 3", "gap_days: 0"),
        (Setting.STRATEGY, "sender: 青木 健", "sender: ''"),
        (Setting.WORKLIST, "claim_minutes: 15", "claim_minutes: 0"),
        (Setting.WORKLIST, "order: [consultation, ", "order: ["),
    ],
)  # fmt: skip
def test_a_faulty_strategy_or_order_is_refused(setting: Setting, old: str, new: str) -> None:
    text = settings.shipped(setting)
    assert settings.check(setting, text, TODAY) == ()
    assert settings.check(setting, text.replace(old, new), TODAY)
