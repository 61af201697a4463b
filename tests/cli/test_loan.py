"""`motocho loan …` and `motocho member …` on a real database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction
from tests.cli.at_book import Command
from tests.cli.command import motocho
from tests.database import Database
from tests.loans.desk import CARD, SATO, surveyed

from motocho.kernel.schedule import Scheme
from motocho.ledger import checks
from motocho.loans import commands, products
from motocho.loans.commands import Made, Opening
from motocho.outside.postgres import Role
from motocho.people import members

ADD_SATO = (
    "member", "add", "00000001", "--family-name", "佐藤", "--given-name", "花子",
    "--family-kana", "さとう", "--given-kana", "ﾊﾅｺ", "--born-on", "S60.4.1",
)  # fmt: skip


JAN_5 = date(2026, 1, 5)


@pytest.fixture
def command(database: Database) -> Command:
    with transaction.atomic(), connection.cursor() as cursor:
        products.publish(cursor, CARD, datetime(2020, 1, 1, tzinfo=UTC))
    return Command(database)


@pytest.fixture
def lent(command: Command) -> Command:
    """Sato's agreement of 5 January with 100,000 yen drawn by reference ATM-1."""
    at = datetime(2026, 1, 5, 3, tzinfo=UTC)
    with transaction.atomic(), connection.cursor() as cursor:
        member = members.register(cursor, SATO, "00000001", at)
        way = Made("cli", "OPEN-1", JAN_5, at, "tests")
        surveyed_by = surveyed(cursor, member.member_id, 500_000, way)
        wanted = Opening("card", 500_000, Scheme.EVERY_35_DAYS, survey_id=surveyed_by)
        key = commands.open_agreement(cursor, member.member_id, wanted, way).key
        commands.draw(cursor, key, 100_000, replace(way, external_ref="ATM-1"))
    return command


def test_member_agreement_draw_repayment(command: Command) -> None:
    """The commands alone, from nothing."""
    command.done(*ADD_SATO)
    on = ("--on", "2026-01-05")
    command.done("loan", "survey", "00000001", "--limit", "50万", "--income", "360万", "--others", "0",
                 "--bureau", "B-1", "--basis", "APP-1", *on)  # fmt: skip
    command.done(
        "loan", "open", "00000001", "--product", "card", "--limit", "50万", "--survey", "1", *on
    )
    drawn = command.done("loan", "draw", "00000001", "10万", "--on", "2026-01-05")
    assert "残元金 100,000円" in drawn.text
    paid = command.done("loan", "repay", "00000001", "5千", "--on", "2026-02-04", "--lang", "en")
    assert "interest 1,479 yen, principal 3,521 yen" in paid.text
    with connection.cursor() as cursor:
        assert checks.verify(cursor).faults == ()


@pytest.mark.rule("AUTH-011")
def test_member_who_calls_draws_no_more(lent: Command) -> None:
    roles = ("--role", "operator", "--role", "administrator")
    lent.done("staff", "add", "tanaka", "--name", "田中", *roles)
    lent.done("member", "stop", "00000001", "--by", "tanaka")
    refused = lent("loan", "draw", "00000001", "1万", "--on", "2026-02-01")
    assert (refused.code, "member_asked" in refused.err) == (6, True)
    lent.done("loan", "repay", "00000001", "5千", "--on", "2026-02-04")


def test_a_life_from_the_member_to_the_explanation(lent: Command, tmp_path: Path) -> None:
    paid = lent.done("loan", "repay", "00000001", "5,000", "--on", "2026-02-04", "--json").document
    assert (paid["to_interest_yen"], paid["to_principal_yen"]) == (1_479, 3_521)
    shown = lent.done("loan", "show", "00000001", "--on", "2026-02-14", "--json").document
    assert (shown["principal_yen"], shown["stage"]) == (96_479, "on_time")
    quoted = lent.done("loan", "quote", "00000001", "--on", "2026-02-14", "--json").document
    assert quoted["total_yen"] == shown["payoff_yen"] == 96_479 + 475
    explained = lent.done("loan", "explain", "00000001", "--event", "3")
    assert "5,000円は、利息に1,479円、元金に3,521円の順にあてます" in explained.text
    case = tmp_path / "case.json"
    lent.done("loan", "history", "00000001", "--out", "case", "--until", "2026-02-14", "-o", case)
    result = motocho("recalc", "run", case, "--json").document["result"]
    assert (result["outstanding_principal_yen"], result["unpaid_interest_yen"]) == (96_479, 475)
    assert result["overpayment_yen"] == 0
    with connection.cursor() as cursor:
        assert checks.verify(cursor).faults == ()
    alone = lent.process("loan", "show", "00000001", "--on", "2026-02-14", "--json")
    assert (alone.code, alone.document) == (0, shown)


def test_text_in_both_languages(lent: Command) -> None:
    on = ("--on", "2026-02-20")
    lent.done("loan", "repay", "00000001", "500", *on)
    for arguments, japanese, english in (
        (("loan", "show", "00000001", *on), "延滞 1–30日", "late, 1–30 days"),
        (("loan", "quote", "00000001", *on), "完済額", "Settles"),
        (("loan", "history", "00000001", "--until", "2026-02-20"), "延滞中", "overdue"),
        (("member", "show", "00000001", *on), "佐藤 花子(サトウ ハナコ)", "late, 1–30 days"),
        (("loan", "explain", "00000001", "--event", "2"), "最低返済額は", "minimum payment"),
    ):
        assert japanese in lent.done(*arguments).text
        run = lent.done(*arguments, "--lang", "en")
        assert english in run.text
        assert "円" not in run.text
        assert lent.done(*arguments, MOTOCHO_LANG="en").out == run.out


def test_same_reference_is_done_once(lent: Command) -> None:
    again = lent("loan", "draw", "00000001", "10万", "--on", "2026-01-05", "--ref", "ATM-1")
    assert again.code == 0
    assert "今回、お金は動いていません" in again.err
    document = lent.done(
        "loan", "draw", "00000001", "10万", "--on", "2026-01-05", "--ref", "ATM-1", "--json"
    ).document
    assert (document["is_repeat"], document["principal_yen"]) == (True, 100_000)


def test_money_that_was_anothers_is_undone_once(lent: Command) -> None:
    before = lent.done("loan", "show", "00000001", "--json").out
    done = json.loads(lent.done("loan", "repay", "00000001", "7000", "--json").out)
    event = str(done["event_no"])
    undo = (
        "loan",
        "reverse",
        "00000001",
        event,
        "--reason",
        "別の会員の入金",
        "--ref",
        "R-9",
        "--json",
    )
    for turn in range(2):
        said = json.loads(lent.done(*undo).out)
        assert (said["principal_yen"], said["is_repeat"]) == (100_000, turn == 1)
    assert lent.done("loan", "show", "00000001", "--json").out == before
    assert lent("loan", "reverse", "00000001", event, "--reason", "again").code != 0
    assert lent("loan", "reverse", "00000001", event, "--reason", " ").code != 0


def test_history_forms(lent: Command) -> None:
    lent.done("loan", "repay", "00000001", "5000", "--on", "2026-02-04")
    rows = lent.done("loan", "history", "00000001", "--until", "2026-03-01", "--json").document[
        "rows"
    ]
    assert [row["kind"] for row in rows] == ["opening", "draw", "receipt"]
    later = lent.done(
        "loan", "history", "00000001", "--from", "2026-01-06", "--until", "2026-03-01", "--json"
    ).document["rows"]
    assert later == rows[2:]
    table = lent.done("loan", "history", "00000001", "--until", "2026-03-01", "--out", "csv").out
    assert table.startswith(b"\xef\xbb\xbf")
    assert "返済" in table.decode()
    case = lent.done(
        "loan", "history", "00000001", "--out", "case", "--json", "--until", "2026-03-01"
    )
    assert case.document["events"][1]["kind"] == "borrow"


def test_what_was_known_then(lent: Command) -> None:
    """Money of February, booked today: yesterday nobody knew of it."""
    lent.done("loan", "repay", "00000001", "5000", "--value-on", "2026-02-04")
    on = ("loan", "show", "00000001", "--on", "2026-02-14", "--json")
    assert lent.done(*on).document["principal_yen"] == 96_479
    with connection.cursor() as cursor:
        cursor.execute("SELECT booked_at FROM loan_event WHERE kind = 'draw'")
        booked_at = cursor.fetchone()[0]
    then = lent.done(*on, "--as-known-at", booked_at.isoformat()).document
    assert then["principal_yen"] == 100_000


def test_several_agreements_are_named(lent: Command) -> None:
    lent.done("loan", "survey", "00000001", "--limit", "20万", "--income", "360万", "--others", "0", "--bureau", "B-2",
              "--basis", "APP-2", "--evidence", "DOC-1", "--issued", "2026-01-05",
              "--kind", "withholding_slip", "--shows-until", "2025-12-31", "--on", "2026-01-06")  # fmt: skip
    lent.done("loan", "open", "00000001", "--product", "card", "--limit", "200000", "--survey", "2", "--on", "2026-01-06",
              "--scheme", "monthly", "--day", "27")  # fmt: skip
    run = lent("loan", "show", "00000001", "--json")
    assert (run.code, run.document["faults"][0]["code"]) == (2, "LNC-002")
    listed = lent.done("member", "show", "00000001", "--json").document["agreements"]
    names = [f"00000001/{one['agreement_id']}" for one in listed]
    assert all(name in run.document["faults"][0]["fix_ja"] for name in names)
    assert lent.done("loan", "show", names[0], "--json").document["principal_yen"] == 100_000
    assert lent.done("loan", "show", names[1], "--json").document["principal_yen"] == 0


# ------------------------------------------------------------------------------------ exit codes
EXITS: list[tuple[list[str], int, str | None]] = [
    (["loan", "draw", "00000001", "1500", "--on", "2026-01-06"], 6, "LON-013"),
    (["loan", "draw", "00000001", "90万", "--on", "2026-01-06"], 6, "LON-014"),
    (["loan", "repay", "00000001", "0"], 6, "LON-063"),
    (["loan", "repay", "00000001", "5000", "--value-on", "2126-01-01"], 6, "LON-064"),
    (["loan", "repay", "00000001", "5000", "--value-on", "2025-01-01"], 6, "LON-054"),
    (["loan", "draw", "00000002", "10000"], 4, "PPL-001"),
    (["loan", "draw", "00000001/99", "10000"], 4, "LON-050"),
    (["loan", "draw", "00000001/", "10000"], 2, "LNC-001"),
    (["loan", "draw", "1", "10000"], 2, "NUM-002"),
    (["loan", "draw", "00000001", "x"], 2, "AMT-002"),
    (["loan", "draw", "00000001"], 2, "USE-010"),
    (["loan", "draw", "00000001", "10000", "--ref", "ATM-1"], 0, None),
    (["loan", "open", "00000001", "--product", "none", "--limit", "10000", "--survey", "1"], 4, "LON-004"),
    (["loan", "open", "00000001", "--product", "card", "--limit", "900万", "--survey", "1"], 6, "LON-023"),
    (["loan", "open", "00000001", "--product", "card", "--limit", "30万", "--survey", "1"], 6, "LON-073"),
    (["loan", "open", "00000001", "--product", "card", "--limit", "1万", "--survey", "1", "--scheme", "monthly"], 2, "LNC-007"),
    (["loan", "show", "00000001", "--on", "2020-01-01"], 4, "QRY-001"),
    (["loan", "show", "00000001", "--as-known-at", "x"], 2, "LNC-006"),
    (["loan", "explain", "00000001", "--event", "99"], 4, "QRY-003"),
    (["member", "show", "00000009"], 4, "PPL-001"),
    (list(ADD_SATO), 8, "LNC-005"),
    ([*ADD_SATO[:2], "00000002", *ADD_SATO[3:7], "--family-kana", "佐藤", *ADD_SATO[9:]], 2, "LNC-008"),
]  # fmt: skip


def test_exit_codes_and_faults(lent: Command) -> None:
    """Every error says that no money moved, where a command could have moved it."""
    for arguments, code, fault in EXITS:
        run = lent(*arguments, "--json")
        assert run.code == code, run.err
        if fault is None:
            continue
        document = run.document
        assert [one["code"] for one in document["faults"]] == [fault]
        at_the_door = fault in {"USE-010", "AMT-002", "LNC-007"}
        if arguments[1] in {"draw", "repay", "open"} and not at_the_door:
            assert [one["code"] for one in document["warnings"]] == ["LNC-010"]
            assert "お金は動いていません" in run.err
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry")
        assert cursor.fetchone() == (1,)


def test_sealed_day_is_a_conflict(lent: Command) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        checks.seal(cursor, date(2026, 1, 5), datetime(2026, 1, 6, tzinfo=UTC))
    run = lent("loan", "draw", "00000001", "1万", "--on", "2026-01-05", "--json")
    assert (run.code, run.document["faults"][0]["code"]) == (8, "LDG-006")
    assert run.document["warnings"][0]["code"] == "LNC-010"


def test_database_without_schema(database: Database) -> None:
    with database.connect(Role.OWNER) as owner:
        owner.execute("ALTER TABLE close_day RENAME TO elsewhere")
    run = Command(database)("loan", "show", "00000001", "--json")
    assert (run.code, run.document["faults"][0]["code"]) == (7, "LNC-012")


def test_database_that_does_not_answer(tmp_path: Path) -> None:
    url = f"host={tmp_path} dbname=motocho"
    for arguments in (["loan", "show", "00000001"], ["loan", "draw", "00000001", "1万"]):
        run = motocho(*arguments, "--json", DATABASE_URL=url)
        assert (run.code, run.document["faults"][0]["code"]) == (7, "DBS-011")
    assert json.loads(run.out)["schema_version"] == 1


CUT = """
CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
GRANT EXECUTE ON FUNCTION cut TO motocho_app;
CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON loan_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut();
"""


def test_connection_that_breaks_at_the_end_leaves_the_outcome_open(
    lent: Command, database: Database
) -> None:
    """The same reference then finds out: the money moves once."""
    draw = ("loan", "draw", "00000001", "1万", "--on", "2026-01-06", "--ref", "ATM-2")
    with database.connect(Role.OWNER) as owner:
        owner.execute(CUT)
    run = lent(*draw, "--json")
    assert run.code == 7
    assert [one["code"] for one in run.document["warnings"]] == ["LNC-011"]
    assert "--ref ATM-2" in run.err
    with database.connect(Role.OWNER) as owner:
        owner.execute("DROP TRIGGER cut ON loan_event")
    assert lent.done(*draw, "--json").document["principal_yen"] == 110_000
    assert lent.done(*draw, "--json").document["principal_yen"] == 110_000


def test_book_s_own_date_is_the_default(lent: Command) -> None:
    """After midnight and before the night has run, it is not yet the next business day."""
    lent.done("close", "open", "--on", "2026-01-05")
    lent.done("loan", "draw", "00000001", "1万", "--ref", "ATM-2")
    lent.done("loan", "repay", "00000001", "1万", "--ref", "ATM-3", "--value-on", "2026-01-05")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT business_on FROM ledger_entry WHERE external_ref IN ('ATM-2', 'ATM-3')"
        )
        assert cursor.fetchall() == [(date(2026, 1, 5),)]
