"""A vendor is asked who an applicant is: whatever it does, a record is made only of what lacks nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.database import Database
from tests.loans.crowd import at_once
from tests.people.house import House, kinds_of
from tests.screening.applying.filling import AT, HANAKO, Desk, do
from tests.screening.applying.vendored import (
    SECRET,
    Post,
    asked_for,
    recorded,
    somebody,
    standing,
    submitted,
    whole,
)

from motocho.contact.holds import Source
from motocho.outside.clock import JAPAN
from motocho.outside.fakes.identity import Trouble
from motocho.outside.identity import Face, Outcome, Request, Result, Tray, Way
from motocho.outside.postgres import Role
from motocho.people import access
from motocho.screening import applications
from motocho.screening.applications import ApplicationKey, queue
from motocho.screening.applying import identifying
from motocho.screening.applying.identifying import Carrier, carry
from motocho.screening.identity import records
from motocho.screening.identity.requests import Answer, Became, judge
from motocho.units.errors import Fault, Language, OutsideFailure, RefusedError, StateConflict

pytestmark = pytest.mark.usefixtures("database", "pepper")
ON = AT.date()


@pytest.fixture(autouse=True)
def _lender(database: object) -> None:
    assert database is not None
    Desk()


# ------------------------------------------------------------------------------- the eleven troubles
LACKS = {
    Trouble.OTHER_FACE: (Way.CHIP, "IDV-011"),
    Trouble.NOT_ALIVE: (Way.PHOTO, "IDV-011"),
    Trouble.OTHER_PERSON: (Way.POST, "IDV-010"),
    Trouble.EXPIRED: (Way.CHIP, "IDV-003"),
    Trouble.REVOKED: (Way.CERTIFICATE, "IDV-014"),
}
UNFINISHED = {Trouble.ABANDONED: Way.CHIP, Trouble.RETURNED: Way.POST}
NOTHING = {
    Trouble.FORGED: "IDV-024",
    Trouble.CUT: "IDV-023",
    Trouble.INDIVIDUAL_NUMBER: "IDV-025",
}


@pytest.mark.rule("KYC-001")
def test_what_a_vendor_does_wrong_identifies_nobody(tmp_path: Path) -> None:
    for number, (trouble, (way, code)) in enumerate(LACKS.items()):
        post, key = given_to(tmp_path, number, way, trouble)
        assert (post.round().refused, recorded(key)) == (1, []), trouble
        (asked,) = standing(key)
        assert asked.became is Became.LACKING
        assert code in [one.code for one in asked.reasons], trouble
        assert all(one.what(spoken) for one in asked.reasons for spoken in Language)
    signs = {one.application.key: one.signs for one in waiting()}
    assert all(one.lacks_identity for one in signs.values())
    for number, (trouble, way) in enumerate(UNFINISHED.items(), start=5):
        post, key = given_to(tmp_path, number, way, trouble)
        assert (post.round().refused, recorded(key)) == (1, []), trouble
        (asked,) = standing(key)
        assert [one.code for one in asked.reasons] == ["IDV-028"]
        assert asked.became is Became.UNFINISHED
        assert way in do(identifying.ways, key, post.at)  # asked for once more, or another way
    for number, trouble in enumerate(NOTHING, start=7):
        post, key = given_to(tmp_path, number, Way.CHIP, trouble)
        assert (post.round().unread, recorded(key)) == (1, []), trouble
        assert standing(key)[0].became is None
        assert post.carried().unread == 1
        assert [one.code for one in standing(key)[0].unread] == [NOTHING[trouble]]
        assert kinds_of(key.member_id).count("identity_result_unread") == 1
        (laid,) = (post.folder / "results").iterdir()
        laid.unlink()
        assert post.round().identified == 1, "the true one still counts"
        assert len(recorded(key)) == 1
    post, key = given_to(tmp_path, 10, Way.CERTIFICATE, Trouble.LATE)
    assert post.round().identified == 0
    assert post.round().identified == 1
    assert len(recorded(key)) == 1
    assert kinds_of(key.member_id).count("application_identity_answered") == 1


def given_to(folder: Path, number: int, way: Way, trouble: Trouble) -> tuple[Post, ApplicationKey]:
    person = somebody(number)
    key = submitted(person, f"a{number}@example.jp")
    asked_for(key, way)
    return Post(folder / str(number), person, way, (trouble,)), key


def waiting() -> list[queue.Row]:
    found: list[queue.Row] = do(queue.waiting, House().colleague("ito", access.Role.REVIEWER))
    return found


# ------------------------------------------------------------------------------------ any result
Spoil = tuple[Callable[[Result], Result], frozenset[Way]]
EVERY = frozenset(Way)
FACED = frozenset({Way.PHOTO, Way.CHIP})


def reading(**change: Any) -> Callable[[Result], Result]:
    def spoilt(result: Result) -> Result:
        return (
            result if result.read is None else replace(result, read=replace(result.read, **change))
        )

    return spoilt


def saying(**change: Any) -> Callable[[Result], Result]:
    return lambda result: replace(result, **change)


SPOILT: dict[str, Spoil] = {
    "other name": (reading(name="別人 太郎"), EVERY),
    "other birthday": (reading(born_on=date(1986, 4, 2)), EVERY),
    "old address": (reading(address="大阪府大阪市北区1-1"), EVERY),
    "over": (reading(expires_on=ON - timedelta(days=1)), EVERY),
    "no last day": (reading(expires_on=None, issued_on=None), EVERY),
    "no paper of the law": (reading(paper="library_card"), EVERY),
    "no chip, no photo": (
        reading(paper="family_register", issued_on=ON), FACED | {Way.POST},
    ),
    "health insurance card": (reading(paper="health_insurance_card"), EVERY),
    "passport of before all law": (
        reading(paper="passport", issued_on=date(1800, 1, 1)), EVERY,
    ),
    "other face": (saying(face=Face.OTHER), FACED),
    "picture of a picture": (saying(face=Face.NOT_ALIVE), FACED),
    "no face": (saying(face=Face.NONE), FACED),
    "no signature": (saying(is_signed=False), frozenset({Way.CERTIFICATE})),
    "not received": (saying(received_on=None), frozenset({Way.POST})),
    "received tomorrow": (saying(received_on=ON + timedelta(days=1)), frozenset({Way.POST})),
    "failed": (saying(outcome=Outcome.FAILED), EVERY),
    "returned": (saying(outcome=Outcome.RETURNED), EVERY),
    "nothing read": (saying(read=None), EVERY),
    "before it was asked": (saying(on=ON - timedelta(days=1)), EVERY),
    "before all law": (saying(on=date(1990, 1, 1)), EVERY),
    "tomorrow": (saying(on=ON + timedelta(days=1)), EVERY),
    "of another request": (saying(request_ref="0" * 32), EVERY),
    "blanks and width": (reading(name="佐藤　花子", address="東京都千代田区千代田１−１"), frozenset()),
    "was received before": (saying(received_on=ON - timedelta(days=1)), EVERY),
    "zero sign": (saying(evidence_ref="a\0b"), EVERY),
    "long reference": (saying(evidence_ref="x" * 5_000), frozenset()),
    "words": (saying(reason="<script>"), frozenset()),
}  # fmt: skip
"""What may be said of a result that was whole, and by which ways nobody is identified then.

What is said later may take the place of what was said before: only what is left of it counts."""


class Said:
    """A vendor that answers what it is told to, and fails when it is told to."""

    def __init__(self, answer: Callable[[str], Result | None]) -> None:
        self.answer = answer
        self.asked: list[Request] = []

    def ask(self, request: Request) -> None:
        self.asked.append(request)

    def result(self, request_ref: str) -> Result | None:
        assert request_ref in {one.request_ref for one in self.asked}
        return self.answer(request_ref)


@pytest.mark.rule("KYC-001")
def test_there_is_a_record_only_of_what_lacks_nothing(database: Database) -> None:
    """The second route says by itself which faults of a result matter by which way."""
    assert database is not None
    key, count = submitted(), {True: 0, False: 0}

    @settings(max_examples=90, deadline=None)
    @given(st.sampled_from(Way), st.lists(st.sampled_from(sorted(SPOILT)), max_size=3, unique=True))
    def tried(way: Way, names: list[str]) -> None:
        with transaction.atomic():
            result_of(key, way, names, count)
            transaction.set_rollback(True)

    tried()
    assert min(count.values()) >= 5, "else nothing was tried"


def result_of(key: ApplicationKey, way: Way, names: list[str], count: dict[bool, int]) -> None:
    asked = asked_for(key, way)
    result = whole(asked, ON)
    for name in sorted(names, key=lambda name: name == "nothing read"):
        result = SPOILT[name][0](result)
    left = [name for name in names if SPOILT[name][0](result) == result]
    is_good = not any(way in SPOILT[name][1] for name in left)
    vendor = Said(lambda _: result)
    assert carry(Carrier(vendor, lambda: AT)).sent == 1
    for _ in range(2):
        carry(Carrier(vendor, lambda: AT))
    (now,) = standing(key)
    assert (len(recorded(key)) == 1) is is_good, names
    assert (now.became is Became.IDENTIFIED) is is_good, names
    assert bool(now.reasons) is (now.became in {Became.LACKING, Became.UNFINISHED})
    assert vendor.asked == [
        Request(now.request_ref, way, "佐藤 花子", "東京都千代田区千代田1-1", now.until_on)
    ]
    count[is_good] += 1


# ------------------------------------------------------------------------------- days of the law
@pytest.mark.rule("KYC-003")
def test_pictures_by_a_vendor_end_with_march_2027(tmp_path: Path) -> None:
    eve = datetime(2027, 3, 30, 12, tzinfo=JAPAN)
    last, first = eve + timedelta(days=1), eve + timedelta(days=2)
    in_time, too_late = somebody(0), somebody(1)
    keys = [submitted(one, f"p{at}@example.jp", eve) for at, one in enumerate((in_time, too_late))]
    asked = [asked_for(key, Way.PHOTO, eve) for key in keys]
    assert [one.until_on for one in asked] == [last.date()] * 2
    results = {
        asked[0].request_ref: whole(asked[0], last.date(), in_time),
        asked[1].request_ref: whole(asked[1], first.date(), too_late),
    }
    vendor = Said(results.get)
    assert carry(Carrier(vendor, lambda: eve)).sent == 2
    done = carry(Carrier(vendor, lambda: first))  # both are read on the first of April
    assert (done.identified, done.refused) == (1, 1)
    assert recorded(keys[0])[0][:2] == ("photo_of_document", last.date().isoformat())
    assert recorded(keys[1]) == []
    assert [one.code for one in standing(keys[1])[0].reasons] == ["IDV-029"]
    longer = replace(
        asked[1], until_on=first.date()
    )  # were the request longer, the law would say it
    declared = do(identifying.declared_of, asked[1], eve)
    answer = Answer(results[asked[1].request_ref], declared)
    judged = judge(longer, answer, first.date())
    assert isinstance(judged, tuple)
    assert [one.rule_id for one in judged] == ["KYC-003"]
    assert Way.PHOTO in do(identifying.ways, keys[1], last)
    assert Way.PHOTO not in do(identifying.ways, keys[1], first)
    with pytest.raises(RefusedError) as refused:
        asked_for(keys[1], Way.PHOTO, first, "form 2")
    assert refused.value.faults[0].code == "IDV-007"
    assert asked_for(keys[1], Way.CHIP, first).became is None


# ------------------------------------------------------------------------------------ once, in order
def test_asked_for_once_a_way_and_never_once_it_is_known(tmp_path: Path) -> None:
    key = submitted()
    asked = asked_for(key, Way.CHIP)
    assert asked_for(key, Way.CHIP) == asked
    with pytest.raises(StateConflict):
        asked_for(key, Way.CHIP, form="form 2")
    other = asked_for(key, Way.POST)
    assert set(do(identifying.ways, key, AT)) == set(Way) - {Way.CHIP, Way.POST}
    post = Post(tmp_path, HANAKO, Way.CHIP)
    assert post.carried().sent == 2
    assert post.carried().sent == 0
    assert post.fake.work(ON) == 2
    done = post.carried()
    assert (done.identified, len(recorded(key))) == (1, 1)
    assert post.carried().ended == 1
    became = {one.request_id: one.became for one in standing(key)}
    assert became == {asked.request_id: Became.IDENTIFIED, other.request_id: Became.VOID}
    assert recorded(key)[0][2] == f"identity {asked.request_ref}"
    assert do(identifying.ways, key, AT) == ()
    with pytest.raises(StateConflict) as refused:
        asked_for(key, Way.CERTIFICATE)
    assert refused.value.faults[0].code == "IDV-031"
    found = do(records.of_member, key.member_id)
    assert found[0].evidence_refs == (
        f"identity {asked.request_ref}",
        f"vendor-{asked.request_ref}",
    )
    declared = do(records.read, found[0], ("staff 1", "a test", AT))["declared"]
    assert [declared[told] for told in ("purpose", "occupation", "address")] == [
        "生計費のための借入れ",
        "会社員・公務員・契約社員",
        "東京都千代田区千代田1-1",
    ]


def test_a_vendor_is_asked_so_often_by_one_way_and_then_another_is_named() -> None:
    """From the policy's first day on, and for raw SQL too; what never went out counts for nothing."""
    first = datetime(2026, 12, 1, 12, tzinfo=JAPAN)
    eve = first - timedelta(days=1)
    key = submitted(at=eve)
    fails = Said(lambda ref: failed[ref])
    failed: dict[str, Result] = {}

    def tried(form: str, at: datetime) -> None:
        asked = asked_for(key, Way.CHIP, at, form)
        failed[asked.request_ref] = replace(whole(asked, at.date()), outcome=Outcome.FAILED)
        for _ in range(2):
            carry(Carrier(fails, lambda: at))
        assert standing(key)[0].became is Became.UNFINISHED

    for count in range(4):
        tried(f"eve {count}", eve)  # nothing is said of that day
    with pytest.raises(RefusedError) as refused:
        asked_for(key, Way.CHIP, first, "spent")
    (fault,) = refused.value.faults
    assert fault.code == "IDV-034"
    for name in ("書類と顔の写真", "マイナンバーカード", "本人限定受取郵便", "店頭での提示"):
        assert name in fault.fix(Language.JA)
    assert "ICチップ" not in fault.fix(Language.JA)
    assert "3" in fault.what(Language.EN)
    assert set(do(identifying.ways, key, first)) == set(Way) - {Way.CHIP}
    insert = (
        "INSERT INTO screening_identity_request (member_id, application_id, request_ref, way,"
        " until_on, actor, asked_at, source) VALUES (%s, %s, %s, %s, %s, 'x', %s, %s)"
    )

    def by_hand(cursor: Any, way: Way, at: datetime) -> None:
        cursor.execute(insert, (*key, f"{way.name:0<32}".lower().translate(HEX), way.value,
                                at.date(), at, f"hand {way} {at}"))  # fmt: skip

    with pytest.raises(DatabaseError, match="so often"):
        do(by_hand, Way.CHIP, first)
    do(by_hand, Way.POST, first)


HEX = dict.fromkeys(range(ord("g"), ord("z") + 1), "a")


def test_two_tries_leave_a_third_and_another_application_begins_anew() -> None:
    at = datetime(2026, 12, 1, 12, tzinfo=JAPAN)
    key = submitted(at=at)
    shut = Said(lambda _: None)
    for count in range(3):
        assert Way.POST in do(identifying.ways, key, at)
        asked = asked_for(key, Way.POST, at, f"form {count}")
        failed = replace(whole(asked, at.date()), outcome=Outcome.RETURNED)
        vendor = Said(lambda _, failed=failed: failed)  # type: ignore[misc]
        carry(Carrier(vendor, lambda: at))
        carry(Carrier(vendor, lambda: at))
    assert Way.POST not in do(identifying.ways, key, at)
    asked_for(key, Way.CERTIFICATE, at)
    do(applications.withdraw, key, Source("member", "over"), at)
    assert carry(Carrier(shut, lambda: at)).ended == 1
    again = submitted(at=at + timedelta(hours=1))
    assert again != key
    assert Way.POST in do(identifying.ways, again, at + timedelta(hours=1))


def test_what_is_of_no_use_or_late_ends_and_what_may_not_go_waits() -> None:
    key = submitted()
    asked = asked_for(key, Way.CHIP)

    class Shut(Said):
        def ask(self, request: Request) -> None:
            del request
            raise OutsideFailure(Fault("IDV-026"))

    shut, silent = Shut(lambda _: None), Said(lambda _: None)
    assert carry(Carrier(shut, lambda: AT)).sent == 0
    assert not standing(key)[0].is_sent
    assert carry(Carrier(silent, lambda: AT)).sent == 1
    for days, ended in ((17, 0), (18, 1)):
        at = AT + timedelta(days=days)
        assert carry(Carrier(silent, lambda at=at: at)).ended == ended, days  # type: ignore[misc]
    assert standing(key)[0].became is Became.EXPIRED
    again = asked_for(key, Way.CHIP, form="form 2")
    assert again.request_ref != asked.request_ref
    do(applications.withdraw, key, Source("member", "form 3"), AT)
    assert carry(Carrier(silent, lambda: AT)).ended == 1
    assert standing(key)[0].became is Became.VOID
    assert len(silent.asked) == 1
    with pytest.raises(StateConflict):
        asked_for(key, Way.POST)
    assert do(identifying.ways, key, AT) == ()


@pytest.mark.rule("KYC-001")
def test_the_database_holds_it_for_raw_sql() -> None:
    key = submitted()
    asked = asked_for(key, Way.CHIP)
    of = f"({key.member_id}, {asked.request_id}"
    step = (
        "INSERT INTO screening_identity_step (member_id, request_id, step, answered_on, noted_at)"
    )
    request = (
        "INSERT INTO screening_identity_request (member_id, application_id, request_ref, way,"
        f" until_on, actor, asked_at, source) VALUES ({key.member_id}, {key.application_id},"
        f" '{'a' * 32}', '%s', '2027-01-01', 'me', '{AT.isoformat()}', 'x')"
    )
    refused(f"{step} VALUES {of}, 'identified', '{ON}', now())", "was not sent")
    raw(f"{step} VALUES {of}, 'sent', NULL, now())")
    refused(f"{step} VALUES {of}, 'sent', NULL, now())", "duplicate")
    refused(f"{step} VALUES {of}, 'identified', '{ON}', now())", "no record")
    refused(request % "chip_reading", "is open")
    refused(request % "in_person", "check")
    raw(f"{step} VALUES {of}, 'expired', NULL, now())")
    refused(f"{step} VALUES {of}, 'void', NULL, now())", "duplicate")
    for table in ("screening_identity_request", "screening_identity_step"):
        for verb in (f"UPDATE {table} SET member_id = member_id", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError):
                raw(verb)
    raw(request % "chip_reading")


def raw(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def refused(statement: str, why: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        raw(statement)
    assert why in str(caught.value)


# ------------------------------------------------------------------------------- killed, two at once
SLOW = """
CREATE FUNCTION slow_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF NEW.step = 'identified' THEN PERFORM pg_sleep(1); END IF; RETURN NEW; END $$;
CREATE TRIGGER z_slow BEFORE INSERT ON screening_identity_step FOR EACH ROW EXECUTE FUNCTION slow_step();
"""
SLEEPING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"


def test_killed_between_record_and_result_there_is_one_of_each(
    database: Database, tmp_path: Path
) -> None:
    key = submitted()
    asked_for(key, Way.CHIP)
    post = Post(tmp_path, HANAKO, Way.CHIP)
    post.carried()
    post.fake.work(ON)
    with database.connect(Role.OWNER) as owner:
        owner.execute(SLOW)
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.screening.applying.identity_child",
         json.dumps(dict(database.address.parameters)), str(tmp_path), post.at.isoformat()],
    )  # fmt: skip
    with database.connect(autocommit=True) as other:  # a role sees what its own sessions wait for
        until = time.monotonic() + 30
        while other.execute(SLEEPING).fetchone() != (1,):
            assert time.monotonic() < until, "it never came so far"
            time.sleep(0.02)
        os.kill(program.pid, signal.SIGKILL)
        assert program.wait() == -signal.SIGKILL
        while other.execute(SLEEPING).fetchone() != (0,):
            assert time.monotonic() < until
            time.sleep(0.02)
    with database.connect(Role.OWNER) as owner:
        owner.execute("DROP TRIGGER z_slow ON screening_identity_step; DROP FUNCTION slow_step()")
    assert (recorded(key), standing(key)[0].became) == ([], None)
    at_once([lambda: carry(Carrier(Tray(tmp_path, SECRET), lambda: post.at))] * 3)
    assert len(recorded(key)) == 1
    assert standing(key)[0].became is Became.IDENTIFIED
    assert kinds_of(key.member_id).count("identified") == 1
