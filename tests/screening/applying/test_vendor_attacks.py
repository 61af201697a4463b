"""Results that are copied, late, repeated or made to stop us: they count for nothing, and are seen once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from tests.database import Database
from tests.people.house import House, kinds_of, rows
from tests.screening.applying.filling import AT, HANAKO, Desk, do
from tests.screening.applying.vendored import (
    HOME,
    SECRET,
    Post,
    asked_for,
    recorded,
    somebody,
    standing,
    submitted,
    whole,
)

from motocho import screening
from motocho.contact.holds import Source
from motocho.outside.identity import Request, Result, Tray, Way
from motocho.outside.postgres import Role
from motocho.people import access
from motocho.screening import applications
from motocho.screening.applications import ApplicationKey
from motocho.screening.applying.identifying import Carrier, carry
from motocho.screening.identity import Became, Checked, Declared, Evidence, Method, Paper, Shown

pytestmark = pytest.mark.usefixtures("database", "pepper")
UNREAD = "identity_result_unread"
OLD = replace(HANAKO, born_on=AT.date().replace(year=AT.year - 80))
"""Somebody whom the rules refuse, whatever else becomes known."""
APPLICANT = Source("member", "form 9")


@pytest.fixture(autouse=True)
def _lender(database: object) -> None:
    assert database is not None
    Desk()


class Answering:
    """A vendor that has a whole result of everything it was asked."""

    def __init__(self, before: Callable[[], object] = lambda: None) -> None:
        self.before = before
        self.asked: dict[str, Request] = {}
        self.read: list[str] = []

    def ask(self, request: Request) -> None:
        self.asked[request.request_ref] = request

    def result(self, request_ref: str) -> Result | None:
        self.before()
        self.read.append(request_ref)
        ((request_id, _),) = rows(
            "SELECT request_id, way FROM screening_identity_request WHERE request_ref = %s",
            request_ref,
        )
        (asked,) = [one for one in every() if one.request_id == request_id]
        return whole(asked, AT.date())


def every() -> list[screening.identity.Asked]:
    found = rows("SELECT DISTINCT member_id, application_id FROM screening_identity_request")
    return [one for key in found for one in standing(ApplicationKey(*key))]


# ------------------------------------------------------------------------------ an application over
def refused(key: ApplicationKey) -> None:
    reviewer = House().colleague("ito", access.Role.REVIEWER)
    made = do(applications.make, key, reviewer, AT)
    why = applications.Why(applications.Reason.RULES)
    do(applications.refuse_decided, made, why, reviewer, ("form 7", AT))


def known_at_the_desk(key: ApplicationKey) -> None:
    shown = Shown(Paper.DRIVING_LICENCE, "佐藤 花子", HANAKO.born_on, HOME, "308512345670",
                  expires_on=AT.date() + timedelta(days=400))  # fmt: skip
    declared = Declared("佐藤 花子", HOME, HANAKO.born_on, "生計費", "会社員")
    checked = Checked(Method.IN_PERSON, AT.date(), (shown,))
    kept = do(screening.identity.keep, key.member_id, Evidence(declared, checked),
              Source("staff 1", "desk"), AT)  # fmt: skip
    assert not isinstance(kept, tuple)


ENDS: dict[str, Callable[[ApplicationKey], object]] = {
    "withdrawn": lambda key: do(applications.withdraw, key, APPLICANT, AT),
    "lapsed": lambda key: do(applications.lapse, key, Source("worker", "lapse"), AT),
    "refused": refused,
    "known otherwise": known_at_the_desk,
}


@pytest.mark.rule("KYC-001")
@pytest.mark.parametrize("ending", ENDS)
def test_result_of_what_is_over_is_never_read(ending: str) -> None:
    key, vendor = submitted(OLD if ending == "refused" else HANAKO), Answering()
    asked_for(key, Way.CHIP)
    assert carry(Carrier(vendor, lambda: AT)).sent == 1
    ENDS[ending](key)
    before = recorded(key)
    assert carry(Carrier(vendor, lambda: AT)).ended == 1
    assert (vendor.read, recorded(key), standing(key)[0].became) == ([], before, Became.VOID)
    assert carry(Carrier(vendor, lambda: AT)) == carry(Carrier(vendor, lambda: AT))
    assert vendor.read == []


@pytest.mark.rule("KYC-001")
@pytest.mark.parametrize("ending", ENDS)
def test_result_that_was_read_while_it_ended_makes_no_record(ending: str) -> None:
    key = submitted(OLD if ending == "refused" else HANAKO)
    asked_for(key, Way.CHIP)
    once = [ENDS[ending]]
    vendor = Answering(lambda: once and once.pop()(key))
    carry(Carrier(vendor, lambda: AT))
    done = carry(Carrier(vendor, lambda: AT))
    assert (len(vendor.read), done.identified, standing(key)[0].became) == (1, 0, None)
    assert [ref for _, _, ref in recorded(key)] == (["desk"] if ending == "known otherwise" else [])
    assert carry(Carrier(vendor, lambda: AT)).ended == 1


@pytest.mark.rule("KYC-001")
@pytest.mark.parametrize("step", ["lacking", "unfinished", "identified"])
def test_database_takes_no_result_of_an_application_that_is_over(step: str) -> None:
    key, vendor = submitted(), Answering()
    asked = asked_for(key, Way.CHIP)
    carry(Carrier(vendor, lambda: AT))
    statement = (
        "INSERT INTO screening_identity_step (member_id, request_id, step, answered_on, reasons,"
        f" noted_at) VALUES ({key.member_id}, {asked.request_id}, '{step}', '{AT.date()}',"
        f" '{[] if step == 'identified' else [1]}', now())"
    )
    if step == "lacking":  # while it goes on the same row is taken
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
    do(applications.withdraw, key, APPLICANT, AT)
    with (
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert "over" in str(caught.value) or "no record" in str(caught.value)


# ------------------------------------------------------------------------- copied, repeated, hostile
@pytest.mark.rule("KYC-001")
def test_sealed_result_of_another_s_request_is_none_and_is_told_once(tmp_path: Path) -> None:
    """It bears the vendor's seal, and is whole: only it was made for somebody else."""
    mine, theirs = submitted(), submitted(somebody(3), "b@example.jp")
    mine_asked, their_asked = asked_for(mine, Way.CHIP), asked_for(theirs, Way.CHIP)
    post = Post(tmp_path, HANAKO, Way.CHIP)
    post.fake.people = {**post.fake.people, "黒木 花子": post.fake.people["佐藤 花子"]}
    post.carried()
    post.fake.work(AT.date())
    results = tmp_path / "results"
    true = (results / f"{their_asked.request_ref}.json").read_bytes()
    copied = (results / f"{mine_asked.request_ref}.json").read_bytes()
    (results / f"{their_asked.request_ref}.json").write_bytes(copied)
    assert (post.carried().identified, len(recorded(mine))) == (1, 1)
    for _ in range(3):
        assert post.carried().unread == 1
    assert recorded(theirs) == []
    (now,) = standing(theirs)
    assert (now.became, [one.code for one in now.unread]) == (None, ["IDV-033"])
    assert kinds_of(theirs.member_id).count(UNREAD) == 1
    assert UNREAD not in kinds_of(mine.member_id)
    found = rows("SELECT actor, subject ->> 'fault', subject ->> 'application' FROM journal_row"
                 " WHERE kind = %s", UNREAD)  # fmt: skip
    assert found == [("worker", "IDV-033", str(theirs.application_id))]
    (results / f"{their_asked.request_ref}.json").write_bytes(true)
    assert post.carried().refused == 1  # the true one says that the paper is another's
    assert "IDV-010" in [one.code for one in standing(theirs)[0].reasons]


@pytest.mark.rule("KYC-001")
def test_second_result_changes_nothing(tmp_path: Path) -> None:
    key = submitted()
    asked = asked_for(key, Way.CHIP)
    post = Post(tmp_path, HANAKO, Way.CHIP)
    assert post.round().identified == 1
    before = (recorded(key), standing(key), kinds_of(key.member_id))
    (tmp_path / "results" / f"{asked.request_ref}.json").unlink()
    post.fake.people = {"佐藤 花子": {**post.fake.people["佐藤 花子"], "name": "別人 太郎"}}
    post.fake.work(AT.date())
    post.carried()
    assert (recorded(key), standing(key), kinds_of(key.member_id)) == before


def test_file_that_is_made_to_stop_us_stops_nobody_else(tmp_path: Path) -> None:
    """A result that cannot be read is one of that request alone: the next one is taken in."""
    key, other = submitted(), submitted(somebody(4), "c@example.jp")
    asked, theirs = asked_for(key, Way.CHIP), asked_for(other, Way.CHIP)
    tray = Tray(tmp_path, SECRET)
    post = Post(tmp_path, somebody(4), Way.CHIP)
    post.carried()
    assert asked.request_id < theirs.request_id, "the one that stops comes first"
    place = tmp_path / "results" / f"{asked.request_ref}.json"
    post.fake.people = {**post.fake.people, "佐藤 花子": post.fake.people["緑木 花子"]}
    post.fake.work(AT.date())
    place.write_bytes(b"[" * 60_000)
    done = carry(Carrier(tray, lambda: post.at))
    assert (done.unread, done.identified) == (1, 1)
    assert len(recorded(other)) == 1
    assert [one.code for one in standing(key)[0].unread] == ["IDV-023"]


def test_a_book_that_is_busy_for_a_moment_sets_no_result_aside(
    database: Database, tmp_path: Path
) -> None:
    key = submitted()
    asked_for(key, Way.CHIP)
    post = Post(tmp_path, HANAKO, Way.CHIP)
    post.carried()
    post.fake.work(AT.date())
    with database.connect(Role.OWNER) as owner, connection.cursor() as cursor:
        owner.execute("SELECT FROM people_member WHERE member_id = %s FOR UPDATE", (key.member_id,))
        cursor.execute("SET lock_timeout = '50ms'")
        with pytest.raises(OperationalError):
            post.carried()
        cursor.execute("RESET lock_timeout")
        owner.rollback()
    assert [list(one.unread) for one in standing(key)] == [[]]
    assert UNREAD not in kinds_of(key.member_id)
    assert post.carried().identified == 1


# -------------------------------------------------------------------------------- killed on the way
def test_killed_after_it_was_handed_over_the_same_request_goes_again(tmp_path: Path) -> None:
    key = submitted()
    asked = asked_for(key, Way.CHIP)
    tray = Tray(tmp_path, SECRET)

    class Dying(Answering):
        def ask(self, request: Request) -> None:
            tray.ask(request)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry(Carrier(Dying(), lambda: AT))
    assert not standing(key)[0].is_sent
    post = Post(tmp_path, HANAKO, Way.CHIP)
    assert post.round().identified == 1
    laid = sorted(one.name for one in (tmp_path / "requests").iterdir())
    assert laid == [f"{asked.request_ref}.json"]


@pytest.mark.rule("KYC-001")
def test_what_was_said_on_the_form_is_what_the_paper_must_show() -> None:
    """Name, birthday, address: each by itself is enough for nobody to be identified."""
    for number, (change, code) in enumerate((
        ({"name": "佐藤 花代"}, "IDV-010"),
        ({"born_on": HANAKO.born_on + timedelta(days=1)}, "IDV-010"),
        ({"address": "東京都千代田区千代田1-2"}, "IDV-006"),
    )):  # fmt: skip
        person = replace(HANAKO, family_kana=f"サト{'アイウ'[number]}")
        key = submitted(person, f"d{number}@example.jp")
        asked = asked_for(key, Way.CHIP)
        result = whole(asked, AT.date(), person)
        assert result.read is not None
        wrong = replace(result, read=replace(result.read, **change))  # type: ignore[arg-type]
        vendor = Answering()
        vendor.result = lambda _, wrong=wrong: wrong  # type: ignore[misc,method-assign]
        carry(Carrier(vendor, lambda: AT))
        assert carry(Carrier(vendor, lambda: AT)).refused == 1
        assert recorded(key) == []
        assert [one.code for one in standing(key)[0].reasons] == [code], change
