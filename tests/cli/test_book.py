"""`motocho book import` on a real database: the example, and everything that is parked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.cli.at_book import Command
from tests.cli.command import EXAMPLES, motocho
from tests.database import Database

from motocho.ledger import checks

BOOK = EXAMPLES / "book"
ON = ("--on", "2026-11-20")


@pytest.fixture
def command(database: Database) -> Command:
    return Command(database)


def records() -> list[dict[str, Any]]:
    lines = (BOOK / "book.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def written(folder: Path, made: list[dict[str, Any]], name: str = "book.jsonl") -> Path:
    """A book file with the example's histories beside it."""
    histories = folder / "histories"
    histories.mkdir(exist_ok=True)
    for path in (BOOK / "histories").iterdir():
        (histories / path.name).write_bytes(path.read_bytes())
    path = folder / name
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in made]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def counts() -> list[int]:
    with connection.cursor() as cursor:
        found = []
        for table in (
            "people_member",
            "loan_product",
            "loan_agreement",
            "loan_event",
            "ledger_entry",
        ):
            cursor.execute(f"SELECT count(*) FROM {table}")
            found.append(cursor.fetchone()[0])
        assert checks.verify(cursor).faults == ()
        return found


def agreement(number: str, **changes: Any) -> dict[str, Any]:
    """The example's second agreement under another number, changed."""
    return {**records()[-1], "number": number, **changes}


def parked_reasons(document: dict[str, Any], name: str) -> list[str]:
    (found,) = [one for one in document["parked"] if one["name"] == name]
    return [reason["code"] for reason in found["reasons"]]


# ------------------------------------------------------------------------------------ the example
def test_example_is_taken_over_and_again_changes_nothing(command: Command) -> None:
    stated = sum(one["stated"]["principal"] for one in records() if one["record"] == "agreement")
    first = command.process("book", "import", BOOK, *ON, "--json")
    assert first.code == 0, first.err
    assert first.document == {
        "schema_version": 1,
        "mode": "written",
        "taken_over": 2,
        "already_there": 0,
        "principal_yen": stated,
        "members_added": 2,
        "products_published": 1,
        "parked": [],
    }
    before = counts()
    again = command.done("book", "import", BOOK / "book.jsonl", *ON, "--json").document
    assert (again["taken_over"], again["already_there"]) == (0, 2)
    assert counts() == before
    shown = command.done("loan", "show", "00000001", "--on", "2026-10-31", "--json").document
    assert shown["principal_yen"] == records()[4]["stated"]["principal"]


def test_taken_over_history_recalculates_to_itself(command: Command, tmp_path: Path) -> None:
    command.done("book", "import", BOOK, *ON)
    case = tmp_path / "case.json"
    command.done(
        "loan", "history", "00000001", "--out", "case", "--until", "2026-10-31", "-o", case
    )
    result = motocho("recalc", "run", case, "--json").document["result"]
    stated = records()[4]["stated"]
    assert (result["outstanding_principal_yen"], result["overpayment_yen"]) == (
        stated["principal"],
        0,
    )
    assert result["unpaid_interest_yen"] == stated["unpaid_interest"] + stated["unpaid_damages"]


def test_dry_run_writes_nothing(command: Command) -> None:
    before = counts()
    run = command("book", "import", BOOK, *ON, "--dry-run", "--json")
    assert (run.code, run.document["mode"], run.document["taken_over"]) == (0, "dry_run", 2)
    assert counts() == before
    assert "何も書いていません" in command("book", "import", BOOK, *ON, "--dry-run").err


def test_import_that_was_cut_short_goes_on(command: Command, tmp_path: Path) -> None:
    made = records()
    command.done("book", "import", written(tmp_path, made[:-1]), *ON)
    document = command.done("book", "import", written(tmp_path, made), *ON, "--json").document
    assert (document["taken_over"], document["already_there"]) == (1, 1)


# ---------------------------------------------------------------------------------------- parked
def test_what_differs_is_parked_and_the_rest_counts(command: Command, tmp_path: Path) -> None:
    """A slip of the pen: the row, the difference, and what the checksum proposes."""
    history = [dict(one) for one in records()[-1]["history"]]
    history[2]["amount"] = 6_000
    made = [*records(), agreement("A-1003", history=history)]
    path = written(tmp_path, made)
    run = command("book", "import", path, *ON, "--parked", tmp_path / "parked", "--json")
    assert (run.code, run.document["taken_over"]) == (3, 2)
    (found,) = run.document["parked"]
    first = found["differences"][0]
    assert (first["what"], first["on"], first["source_row"]) == ("principal", "2024-03-15", 3)
    assert first["theirs"] - first["ours"] == 1_000
    assert found["checksum"]["slips"][0]["proposed"] == "5000"
    slip = found["checksum"]["slips"][0]["fault"]["code"]
    assert slip in parked_reasons(run.document, "A-1003")
    assert json.loads((tmp_path / "parked" / "parked.json").read_text()) == run.document
    case = motocho("recalc", "run", found["handed_over"], "--json")
    assert case.code == 0
    before = counts()
    mended = [dict(one) for one in records()[-1]["history"]]
    again = command(
        "book",
        "import",
        written(tmp_path, [*made[:-1], agreement("A-1003", history=mended)]),
        *ON,
        "--json",
    )
    assert (again.code, again.document["taken_over"], again.document["already_there"]) == (0, 1, 2)
    assert counts()[2] == before[2] + 1


def test_other_way_of_counting_is_named(command: Command, tmp_path: Path) -> None:
    """A lender that divides every year by 365: the checksum says so."""
    rows = [("2024-01-05", 300_000, 0)] + [
        (f"2024-{month:02}-05", 0, 9_000) for month in range(2, 13)
    ]
    balance, history, since = 0, [], 0
    for day, lent, paid in rows:
        number = int(day[5:7])
        days = sum((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30)[: number - 1]) - since
        since += days
        balance += lent + balance * 18 * days // 36_500 - paid
        kind = "borrow" if lent else "repay"
        history.append(
            {"date": day, "kind": kind, "amount": lent or paid, "lender_balance": balance}
        )
    changed = agreement("A-365", history=history, stated={"on": "2024-12-05", "principal": balance})
    run = command("book", "import", written(tmp_path, [*records(), changed]), *ON, "--json")
    assert run.code == 3
    assert "BOK-045" in parked_reasons(run.document, "A-365")
    (found,) = run.document["parked"]
    assert found["checksum"]["stretches"][0]["year_basis"] == "fixed_365"


def test_rate_above_the_ceiling_is_handed_to_recalculation(
    command: Command, tmp_path: Path
) -> None:
    terms = [{**records()[-1]["terms"][0], "rate": "0.27375"}]
    path = written(tmp_path, [*records(), agreement("A-27", terms=terms)])
    run = command("book", "import", path, *ON, "--parked", tmp_path / "parked", "--json")
    assert run.code == 3
    (found,) = run.document["parked"]
    assert found["rules"] == ["RATE-007", "RATE-001"]
    assert parked_reasons(run.document, "A-27")[:2] == ["BOK-042", "BOK-040"]
    case = json.loads(Path(found["handed_over"]).read_text())
    assert case["assumptions"]["contract_rates"] == [["2024-01-05", "0.27375"]]
    assert motocho("recalc", "run", found["handed_over"], "--json").code == 0
    text = command("book", "import", path, *ON)
    assert "引き直し計算" in text.err
    assert "保留 1件" in text.text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"member": "00000009"}, "BOK-036"),
        ({"product": "unknown"}, "LON-004"),
        ({"stated": {"principal": 1}}, "BOK-030"),
        ({"history": [{"date": "x", "kind": "borrow", "amount": 1}]}, "BOK-046"),
        ({"history": [{"date": "2024-01-05", "kind": "carry", "amount": 1}]}, "BOK-044"),
        ({"history": [{"date": "2024-01-05", "kind": "borrow", "amount": 1_000, "rate": "0.15"}]}, "BOK-039"),
        ({"acts": [{"on": "2024-02-01", "kind": "refund", "amount": 100}]}, "BOK-032"),
        ({"acts": [{"on": "2026-11-21", "kind": "cost", "amount": 100}]}, "BOK-035"),
        ({"number": "A-1002", "stated": {"principal": 86_000}}, "BOK-034"),
    ],
)  # fmt: skip
def test_each_reason_parks_its_agreement_alone(
    command: Command, tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    command.done("book", "import", BOOK, *ON)
    before = counts()
    changed = {**agreement("A-9"), **changes}
    made = [*records()[:-1], changed] if changed["number"] == "A-1002" else [*records(), changed]
    run = command("book", "import", written(tmp_path, made), *ON, "--json")
    assert run.code == 3, run.err
    assert code in parked_reasons(run.document, changed["number"])
    assert counts() == before


def test_member_or_product_of_another_content_is_parked(command: Command, tmp_path: Path) -> None:
    command.done("book", "import", BOOK, *ON)
    made = records()
    made[1] = {**made[1], "free_days": 30}
    made[2] = {**made[2], "given_name": "太郎"}
    run = command("book", "import", written(tmp_path, made), *ON, "--json")
    assert run.code == 3
    assert parked_reasons(run.document, "old-card 1") == ["BOK-038"]
    assert parked_reasons(run.document, "00000001") == ["BOK-037"]
    dear = {**records()[1], "version": 2, "rates": [[1_000, 273_750]]}
    run = command("book", "import", written(tmp_path, [made[0], dear]), *ON, "--json")
    assert "LON-001" in parked_reasons(run.document, "old-card 2")


# ------------------------------------------------------------------------------- faults of the file
def test_all_faults_of_a_file_are_listed_and_nothing_is_written(
    command: Command, tmp_path: Path
) -> None:
    before = counts()
    head, product, member, _, first, second = records()
    del member["born_on"]
    late_terms = [{**second["terms"][0], "from_on": "2024-02-01"}]
    broken = [
        {**head, "posting": "both", "taken_over_on": "2026-13-01"},
        {"record": "loan"},
        {key: value for key, value in product.items() if key != "minimum"},
        {**member, "number": "12"},
        {**first, "history": "histories/none.csv", "colour": "red"},
        {**first, "number": "a b", "history": "../../outside.csv", "terms": late_terms},
        {**second, "number": "B", "stops": ["weather"], "stated": {"principal": -1}},
        {**second, "number": "C", "acts": [{"on": "2024-02-01", "kind": "draw"}], "terms": [{**late_terms[0], "rate": 0.18}]},
    ]  # fmt: skip
    path = written(tmp_path, broken)
    path.write_text(path.read_text() + "not json\n")
    run = command("book", "import", path, *ON, "--json")
    assert run.code == 3
    found = {(one["line"], one["code"], one["column"]) for one in run.document["faults"]}
    assert found >= {
        (1, "BOK-004", "posting"), (1, "DAT-006", "taken_over_on"), (2, "BOK-002", "record"),
        (3, "BOK-003", "minimum"), (4, "BOK-003", "born_on"), (4, "NUM-002", "number"),
        (5, "BOK-007", "history"), (5, "BOK-005", "colour"), (6, "BOK-004", "number"),
        (6, "BOK-008", "history"), (6, "BOK-010", "terms"), (7, "BOK-004", "stops"),
        (7, "BOK-004", "stated.principal"), (8, "BOK-004", "acts[0].kind"),
        (8, "BOK-004", "terms[0].rate"), (9, "BOK-001", None),
    }, sorted(map(str, found))  # fmt: skip
    assert {one["file"] for one in run.document["faults"]} == {"book.jsonl"}
    assert counts() == before


def test_records_before_the_head_and_doubles(command: Command, tmp_path: Path) -> None:
    made = records()
    run = command("book", "import", written(tmp_path, [*made[1:], made[0]]), *ON, "--json")
    assert {one["code"] for one in run.document["faults"]} == {"BOK-006"}
    run = command("book", "import", written(tmp_path, [*made, made[-1]]), *ON, "--json")
    assert [(one["code"], one["line"]) for one in run.document["faults"]] == [("BOK-009", 7)]
    run = command("book", "import", written(tmp_path, made[:1]), *ON, "--json")
    assert [one["code"] for one in run.document["faults"]] == ["BOK-011"]


@pytest.mark.parametrize(
    ("name", "code", "fault"), [("none.jsonl", 4, "USE-001"), ("empty", 3, "BOK-012")]
)
def test_files_that_are_not_there(
    command: Command, tmp_path: Path, name: str, code: int, fault: str
) -> None:
    (tmp_path / "empty").mkdir()
    run = command("book", "import", tmp_path / name, "--json")
    assert (run.code, run.document["faults"][0]["code"]) == (code, fault)


def test_english(command: Command) -> None:
    run = command.done("book", "import", BOOK, *ON, "--lang", "en")
    assert "Taken over: 2 agreements" in run.text
    assert "parked: 0" in run.text
