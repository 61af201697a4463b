"""Files outside the database: what the night removes, what an erasure does, what is left of whom."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from psycopg import errors
from tests.contact.conftest import house, pepper
from tests.database import Database
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.office.test_registers_holding import (
    AT,
    FIRST,
    SECOND,
    desk,
    ten_years_ago,
    told,
)
from tests.people.house import House, rows
from tests.screening.bureau.counter import Counter

from motocho.config import worker
from motocho.office import registers
from motocho.office.registers import Erasure, Left, Swept
from motocho.outside import bureau, cards, clock, folders, identity, mail, score, sms, teller
from motocho.outside.bank import AccountType, BankAccount
from motocho.outside.cards import Cause
from motocho.outside.identity import Request, Way
from motocho.outside.mail import FolderPost, Letter
from motocho.outside.postgres import ADMIN, Role
from motocho.outside.sms import FolderCarrier, Text
from motocho.people import card_orders
from motocho.screening import bureau as bureau_side
from motocho.units.errors import OutsideFailure

__all__ = ["desk", "house", "pepper"]
REF = "0123456789abcdef0123456789abcdef"
LETTER = "3f2c8f5e-7c3b-4d7e-9b1a-0a1b2c3d4e5f"
LONG_AGO = "2016-01-01 12:00+09"


@pytest.fixture
def trays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable, name in (
        (teller.VARIABLE, "bank"), (cards.VARIABLE, "cards"), (mail.FOLDER_VARIABLE, "mail"),
        (sms.FOLDER_VARIABLE, "sms"), (identity.VARIABLE, "identity"), (score.VARIABLE, "score"),
        (bureau.VARIABLE, "bureau"), ("MOTOCHO_HOME", "."),
    ):  # fmt: skip
        monkeypatch.setenv(variable, str(tmp_path / name))
    return tmp_path


def lay_all(member_id: int, place: Path) -> set[str]:
    """A file in every folder by the ports themselves, as the worker lays it; gives their paths."""
    name, address = "佐藤花子", "東京都千代田区千代田1-1"
    account = BankAccount("0001", "001", AccountType.ORDINARY, "1234567")
    bank = teller.from_environment()
    bank.take(teller.Order(f"{member_id}-1", account, "ｻﾄｳ ﾊﾅｺ", 50_000, AT))
    bank.put_answer(f"{member_id}-1", teller.Answer(teller.Fate.ARRIVED, AT.date()))
    cards.from_environment().order(
        cards.Order(
            f"{member_id}-1", Cause.FIRST, "00000001", "ｻﾄｳ", AT.date(), name, "1000001", address
        )
    )
    vendor = identity.Tray(identity.folder(), b"x" * 16)
    vendor.ask(Request(REF, Way.CHIP, name, address, AT.date()))
    identity.lay_document(place / "identity" / "results", REF, {"content": name})
    post = FolderPost(mail.folder())
    for letter_id in (LETTER, f"stage-{member_id}-1"):
        post.send(Letter(letter_id, "a@example.jp", "x", name, name, AT))
    FolderCarrier(sms.folder()).send(
        Text(f"stage-{member_id}-1", "09011112222", "0300000000", name, AT)
    )
    return lying(place)


def lying(place: Path) -> set[str]:
    found = (one for one in place.rglob("*") if one.is_file() and "backups" not in one.parts)
    return {str(one.relative_to(place)) for one in found}


def letters(place: Path) -> int:
    return sum(1 for _ in (place / "mail").iterdir())


def known(database: Database, member_id: int, ended_at: str | None) -> None:
    """The rows that stand behind those files, over since a moment or not yet."""
    end = "NULL" if ended_at is None else f"'{ended_at}'"
    state = "sent" if ended_at is None else "arrived"
    statements = [
        (
            "INSERT INTO loan_payout (member_id, agreement_id, payout_id, entry_id, amount_yen, bank_code, branch_code,"
            " account_type, account_number, holder, arrives_on, asked_at, send_from, state, sending_at, ended_at)"
            f" VALUES ({member_id}, 1, 1, 1, 50000, '0001', '001', '1', '1234567', 'x', '2016-01-01', '{LONG_AGO}',"
            f" '{LONG_AGO}', '{state}', '{LONG_AGO}', {end})"
        ),
        (
            "INSERT INTO people_card_order (member_id, order_id, cause, expires_on, source, actor, ordered_at)"
            f" VALUES ({member_id}, 1, 'first', '2021-01-31', 'x', 'x', '{LONG_AGO}')"
        ),
        (
            "INSERT INTO screening_identity_request (member_id, application_id, request_id, request_ref, way, until_on,"
            f" actor, asked_at, source) VALUES ({member_id}, 1, 1, '{REF}', 'chip_reading', '2016-01-31', 'x',"
            f" '{LONG_AGO}', 'x')"
        ),
        "INSERT INTO notices_mail (member_id, mail_id, message_id, letter_id, sent_to, state, look_at, settled_at)"
        f" VALUES ({member_id}, 1, 1, '{LETTER}', 1, "
        + ("'later', now(), NULL)" if ended_at is None else f"'sent', NULL, {end})"),
        (
            "INSERT INTO care_stage (member_id, stage_no, agreement_id, late_since, step, way, strategy_on, days_late,"
            f" decided_on, decided_at) VALUES ({member_id}, 1, 1, '2015-12-01', 'x', 'mail', '2015-01-01', 1,"
            f" '2016-01-01', '{LONG_AGO}')"
        ),
    ]
    if ended_at is not None:
        statements += [
            ("INSERT INTO people_card_order_step (member_id, order_id, step, done_on, actor, recorded_at)"
            f" VALUES ({member_id}, 1, 'handed', '2016-01-01', 'x', '{LONG_AGO}'),"
            f" ({member_id}, 1, 'sent', '2016-01-01', 'x', {end})"),
            ("INSERT INTO screening_identity_step (member_id, request_id, step, noted_at)"
            f" VALUES ({member_id}, 1, 'expired', {end})"),
            ("INSERT INTO care_stage_try (member_id, stage_no, try_no, state, tried_at)"
            f" VALUES ({member_id}, 1, 1, 'done', {end})"),
        ]  # fmt: skip
    with database.connect(ADMIN) as admin:
        admin.execute("SET session_replication_role = replica")
        for statement in statements:
            admin.execute(statement.encode())
        admin.commit()


def erased(member_id: int) -> Erasure:
    do(registers.ask_erasure, member_id, FIRST, AT)
    assert do(registers.erase, member_id, SECOND, AT)
    return do(registers.erasures)[0]


def of(member_id: int) -> set[str]:
    return {
        f"bank/orders/{member_id}-1.json", f"bank/answers/{member_id}-1.json",
        f"cards/orders/{member_id}-1.json", f"identity/requests/{REF}.json",
        f"identity/results/{REF}.json", f"mail/{LETTER}.eml", f"mail/stage-{member_id}-1.eml",
        f"sms/stage-{member_id}-1.json",
    }  # fmt: skip


# ----------------------------------------------------------------------------------------- erasure
@pytest.mark.rule("PRIV-006")
def test_files_of_the_erased_go_at_once_and_nobody_elses(
    desk: Desk, house: House, database: Database, trays: Path
) -> None:
    member_id = told(desk, house, ten_years_ago(1)).member_id
    known(database, member_id, LONG_AGO)
    other = {"bank/orders/90000-1.json", "mail/stage-90000-1.eml", "sms/x.json"}
    for name in other:
        (trays / name).parent.mkdir(parents=True, exist_ok=True)
        (trays / name).write_text("another")
    assert lay_all(member_id, trays) == of(member_id) | other
    assert registers.forget_files(member_id, AT) == 0  # not erased: nothing goes
    assert lying(trays) == of(member_id) | other
    erasure = erased(member_id)
    waiting = {
        one.folder.name for one in do(registers.left_of, erasure) if one.left is Left.WAITING
    }
    assert waiting == {name.rpartition("/")[0] for name in of(member_id)}
    worker.work(worker.Until.EMPTY)
    assert lying(trays) == other
    assert [one.is_cleared for one in do(registers.erasures)] == [True]
    left = {one.folder.name: one for one in do(registers.left_of, erasure)}
    assert {left[name].left for name in waiting} == {Left.GONE}
    assert left["mail"].files == 2
    assert registers.forget_files(member_id, AT) == 0  # again is no fault


@pytest.mark.rule("PRIV-006")
def test_who_is_killed_while_removing_leaves_nothing_for_good(
    desk: Desk, house: House, database: Database, trays: Path
) -> None:
    member_id = told(desk, house, ten_years_ago(1)).member_id
    known(database, member_id, LONG_AGO)
    many = [f"{number:08x}-0000-0000-0000-000000000000" for number in range(4_000)]
    with database.connect(ADMIN) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(
            "INSERT INTO notices_mail (member_id, mail_id, message_id, letter_id, sent_to, state, settled_at)"
            " SELECT %s, 10 + place, 10 + place, letter::uuid, 1, 'sent', %s"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS each (letter, place)",
            (member_id, LONG_AGO, many),
        )
        admin.commit()
    lay_all(member_id, trays)
    for letter in many:
        (trays / "mail" / f"{letter}.eml").write_text("x")
    erased(member_id)
    seen = [letters(trays)]
    assert seen == [len(many) + 2]
    for _ in range(2):
        with start(database, member_id) as child:
            while child.poll() is None and letters(trays) > seen[-1] - 10:
                time.sleep(0.001)
            child.kill()
        seen.append(letters(trays))
    assert len(many) > seen[1] > seen[2] > 0  # killed in the middle, twice
    assert rows("SELECT count(*) FROM office_folder_cleared WHERE folder = 'mail'") == [(0,)]
    registers.sweep(AT)  # the job may be gone: the night goes on
    assert lying(trays) == set()
    assert rows("SELECT count(*) FROM office_folder_cleared") == [(7,)]


def start(database: Database, member_id: int) -> subprocess.Popen[bytes]:
    parameters = json.dumps(dict(database.address.parameters))
    child = Path(__file__).parent / "folders_child.py"
    found = subprocess.Popen(
        [sys.executable, str(child), parameters, str(member_id), AT.isoformat()],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert found.stdout is not None
    assert found.stdin is not None
    assert found.stdout.readline().strip() == b"ready"
    found.stdin.write(b"\n")
    found.stdin.flush()
    return found


def test_what_cannot_be_removed_is_said_and_goes_later(
    desk: Desk, house: House, database: Database, trays: Path
) -> None:
    member_id = told(desk, house, ten_years_ago(1)).member_id
    known(database, member_id, LONG_AGO)
    (trays / "sms" / f"stage-{member_id}-1.json" / "in the way").mkdir(parents=True)
    erased(member_id)
    with pytest.raises(OutsideFailure) as caught:
        registers.forget_files(member_id, AT)
    assert (caught.value.faults[0].code, caught.value.faults[0].file) == ("REG-036", "sms")
    assert rows("SELECT count(*) FROM office_folder_cleared WHERE folder = 'sms'") == [(0,)]
    (trays / "sms" / f"stage-{member_id}-1.json" / "in the way").rmdir()
    (trays / "sms" / f"stage-{member_id}-1.json").rmdir()
    assert registers.forget_files(member_id, AT) == 0
    assert rows("SELECT count(*) FROM office_folder_cleared") == [(7,)]


def test_nobody_says_that_files_went_of_who_was_not_erased(database: Database) -> None:
    with database.connect(Role.APP) as app, pytest.raises(errors.ForeignKeyViolation):
        app.execute("INSERT INTO office_folder_cleared VALUES (1, 'sms', 0, now())")


@pytest.mark.rule("PRIV-006")
def test_report_says_until_when_files_of_many_and_backups_may_hold_the_person(
    desk: Desk, house: House, trays: Path
) -> None:
    member_id = told(desk, house, ten_years_ago(1)).member_id
    erasure = erased(member_id)
    left = {one.folder.name: one for one in do(registers.left_of, erasure)}
    assert set(left) == {one.name for one in do(registers.folders)}
    assert left["bureau/out"].left is Left.UNTIL
    assert left["bureau/out"].until_on == AT.date() + timedelta(days=90)
    assert left["reports"].until_on == AT.date() + timedelta(days=30)
    assert left["backups"].left is Left.GONE  # there is none
    assert left["by_hand"].left is Left.BY_HAND
    assert left["seals"].left is Left.NOBODY
    assert erasure.many_until_on == max(
        one.until_on or AT.date() for one in left.values() if one.left is Left.UNTIL
    )
    (trays / "score" / "in").mkdir(parents=True)
    (trays / "score" / "in" / "odd").write_text("x")
    for name, hours in (("before", -1), ("after", 1)):
        ended_at = (erasure.erased_at + timedelta(hours=hours)).isoformat()
        facts = {
            "started_at": ended_at,
            "ended_at": ended_at,
            "postgresql": "18",
            "first_segment": "0",
        }
        data = trays / "backups" / name / "data"
        data.mkdir(parents=True)
        (data / "PG_VERSION").write_text("18")
        (data.parent / "backup.json").write_text(json.dumps(facts))
    held = {one.folder.name: one for one in do(registers.left_of, erasure)}["backups"]
    assert (held.left, held.files, held.until_on) == (
        Left.BY_HAND,
        1,
        AT.date() + timedelta(days=35),
    )
    later = Erasure(member_id, SECOND, clock.now() + timedelta(days=1))
    assert {one.folder.name: one.files for one in do(registers.left_of, later)}["score/in"] == 1


# --------------------------------------------------------------------------------------- the night
@pytest.mark.rule("PRIV-006")
def test_night_removes_what_was_acknowledged_and_never_what_was_not(
    database: Database, trays: Path
) -> None:
    at = datetime(2026, 11, 21, 4, 41, tzinfo=clock.JAPAN)
    known(database, 7, None)
    everything = lay_all(7, trays)
    for years in (0, 50):  # however late it is
        assert registers.sweep(at + timedelta(days=365 * years)).removed == 0
        assert lying(trays) == everything
    with database.connect(ADMIN) as admin:
        admin.execute("SET session_replication_role = replica")
        for place in (
            "loan_payout",
            "people_card_order",
            "screening_identity_request",
            "notices_mail",
            "care_stage",
        ):
            admin.execute(f"DELETE FROM {place}".encode())
        admin.commit()
    known(database, 7, "2026-10-22 04:40+09")  # thirty days and a minute before
    assert registers.sweep(at) == Swept(3, 5, 0)
    short = {name for name in of(7) if name.startswith(("mail", "sms"))}
    assert lying(trays) == of(7) - short
    almost = datetime(2027, 1, 20, 4, 40, tzinfo=clock.JAPAN)  # ninety days
    assert registers.sweep(almost).removed == 0
    assert registers.sweep(almost + timedelta(minutes=1)).removed == 5
    assert lying(trays) == set()
    assert registers.sweep(almost + timedelta(minutes=1)) == Swept()


def test_night_leaves_what_it_does_not_know_unless_the_folder_goes_by_age(
    database: Database, trays: Path
) -> None:
    del database
    strange = {"bank/orders/x.json", "bank/orders/1-1.json.bak", "cards/orders/999999999999999999-1.json",
               "identity/requests/zz.json", "bureau/jicc/out/inquiries-1", "bureau/jicc/in/y"}  # fmt: skip
    by_age = {
        "mail/apply-link-3.eml",
        "sms/x.json",
        "reports/AB.txt",
        "cards/done/r.json",
        "score/done/s",
    }
    drafts = {"bank/orders/.1-1.json.99", "mail/.x.eml.7"}
    for name in strange | by_age | drafts:
        (trays / name).parent.mkdir(parents=True, exist_ok=True)
        (trays / name).write_text("x")
    (trays / "bank" / "orders" / "folder.json").mkdir()
    now = clock.now()
    assert registers.sweep(now) == Swept(0, 12, 5)
    assert registers.sweep(now + timedelta(days=2)).removed == 2
    assert lying(trays) == strange | by_age
    assert registers.sweep(now + timedelta(days=31)).removed == 3
    assert registers.sweep(now + timedelta(days=91)) == Swept(2, 5, 5)
    assert lying(trays) == strange


def test_file_of_a_bureau_goes_once_every_item_in_it_was_answered(
    database: Database, trays: Path
) -> None:
    for name in ("out/inquiries-0000000001", "out/inquiries-0000000002", "out/reports-0000000001",
                 "done/answers-1", "done/answers-2"):  # fmt: skip
        (trays / "bureau" / "jicc" / name).parent.mkdir(parents=True, exist_ok=True)
        (trays / "bureau" / "jicc" / name).write_text("x")
    with database.connect(ADMIN) as admin:
        admin.execute("SET session_replication_role = replica")
        for kind, number in (("inquiries", 1), ("inquiries", 2), ("reports", 1)):
            admin.execute(
                "INSERT INTO screening_bureau_file VALUES ('jicc', %s, %s, '2026-01-05', %s, now(),"
                " '2026-01-05 12:00+09')",
                (kind, number, "0" * 64),
            )
            admin.execute(
                "INSERT INTO screening_bureau_sent VALUES (7, 'jicc', %s, %s, 0, %s, false)",
                (kind, number, number),
            )
        for number, state in ((1, "answered"), (2, "sent")):
            admin.execute(
                "INSERT INTO screening_inquiry (member_id, inquiry_id, bureau_id, purpose, need, ground, consent_no,"
                " person, asked_at, actor, state, file_no, times_sent, sent_at, ended_at) VALUES (7, %s,"
                " 'jicc', 'increase', %s, 'consent', 1, '{}', now(), 'x', %s, %s, 1, now(), CASE WHEN %s = 1 THEN now() END)",
                (number, f"need {number}", state, number, number),
            )
        admin.execute(
            "INSERT INTO screening_bureau_taken VALUES ('jicc', %s, 'answers-1', '{}', '2026-01-05 12:00+09')",
            ("1" * 64,),
        )
        admin.commit()
    at = datetime(2026, 4, 5, 12, 1, tzinfo=clock.JAPAN)
    assert registers.sweep(at - timedelta(minutes=1)).removed == 0
    assert registers.sweep(at) == Swept(3, 2, 1)
    # An inquiry waits for its answer; and a file of which it is not known that it was taken in.
    kept = {"bureau/jicc/out/inquiries-0000000002", "bureau/jicc/done/answers-2"}
    assert lying(trays) == kept
    with database.connect(ADMIN) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE screening_inquiry SET state = 'answered', ended_at = now()")
        admin.commit()
    assert registers.sweep(at).removed == 1
    assert lying(trays) == {"bureau/jicc/done/answers-2"}


def test_what_really_passes_with_a_bureau_is_known_by_its_names(
    database: Database, trays: Path
) -> None:
    del database
    counter = Counter(trays / "bureau")
    counter.join()
    counter.consent()
    counter.ask()
    bureau_side.carry(counter.carrier)
    late = clock.now() + timedelta(days=3650)  # no answer: it is never too old
    assert lying(trays) == {"bureau/fake/out/inquiries-0000000001"}
    assert registers.sweep(late) == Swept(0, 1, 0)
    assert counter.carry().counted == 1
    passed = lying(trays)
    assert any(name.startswith("bureau/fake/done/") for name in passed)
    due = counter.at + timedelta(days=90)
    assert registers.sweep(due) == Swept(0, len(passed), 0)
    assert registers.sweep(due + timedelta(seconds=1)).removed == len(passed)
    assert lying(trays) == set()


def test_references_are_those_by_which_files_are_named(database: Database) -> None:
    del database
    assert card_orders.OrderKey(7, 12).ref == "7-12"
    names = ["7-12.json", "07-12.json.x", "x-1.json", "1-99999999999999999999.json"]
    found = rows("SELECT office_part(name, '', '\\.json', 2) FROM unnest(%s::text[]) AS n (name)",
                 "{" + ",".join(names) + "}")  # fmt: skip
    assert found == [(12,), (None,), (None,), (None,)]


def test_terms_are_dated_and_every_folder_that_goes_has_its_days(database: Database) -> None:
    del database
    terms = registers.folder_terms(date(2026, 11, 23))
    listed = do(registers.folders)
    assert [
        one.name
        for one in listed
        if one.goes is not registers.Goes.STAYS and terms.days(one.name) is None
    ] == []
    assert {one.name for one in listed if one.goes is not registers.Goes.STAYS} <= set(
        folders.FOLDERS
    )
    assert registers.folder_terms(date(2000, 1, 1)) == terms
