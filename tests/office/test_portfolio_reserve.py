"""The reserve of a book: sums by product and year, and our own book that comes to itself."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.cli.at_book import Command
from tests.database import Database
from tests.loans.desk import Desk, days, with_settings
from tests.loans.living import Days, live
from tests.office.books import alone, lines_of, random_book, random_history, write

from motocho.kernel.schedule import Scheme
from motocho.law.prescription import RestitutionClaim, prescription_completes_on
from motocho.loans import commands, queries
from motocho.loans.queries import Amounts
from motocho.office import lender
from motocho.office.portfolio import (
    By,
    Conventions,
    Form,
    Means,
    Way,
    _plain,
    estimate,
    export,
    run,
)
from motocho.office.portfolio.sums import exact_sum
from motocho.units.errors import FaultyInput, InputError

HERE = Means(way=Way.HERE)
ON = date(2026, 11, 21)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reserve")
    run([write(folder / "book.parquet", random_book(500, 11))], folder / "out", Conventions(), HERE)
    return folder / "out"


@pytest.mark.parametrize("by", By)
def test_groups_are_the_sums_of_their_agreements(results: Path, by: By) -> None:
    """By another route: row by row in plain Python, prescription asked of the law each time."""
    expected: dict[tuple[str, int | None], list[int]] = defaultdict(lambda: [0] * 6)
    for row in pq.read_table(results / "agreements.parquet").to_pylist():
        day = row[f"{by.value}_on"]
        cell = expected[row["product"], day and day.year]
        cell[0] += 1
        cell[1] += row["overpayment_yen"]
        cell[2] += row["overpayment_interest_yen"]
        if row["overpayment_yen"] > 0:
            cell[3] += 1
            claim = RestitutionClaim(row["last_dealt_on"], row["first_overpaid_on"])
            if prescription_completes_on(claim).completes_on < ON:
                cell[4] += 1
                cell[5] += row["overpayment_yen"] + row["overpayment_interest_yen"]
    found = estimate(results, ON, by)
    assert {
        (group.product, group.year): [
            group.agreements,
            group.overpayment_yen,
            group.overpayment_interest_yen,
            group.overpaid,
            group.barred,
            group.barred_yen,
        ]
        for group in found.groups
    } == expected
    assert found.total.claim_yen == sum(cell[1] + cell[2] for cell in expected.values())
    assert found.total.open_yen + found.total.barred_yen == found.total.claim_yen
    assert 0 < found.total.barred < found.total.overpaid
    assert found.faulty > 0


def test_the_reserve_is_the_sum_of_single_recalculations(tmp_path: Path) -> None:
    """Another route from the history itself: one agreement at a time, by the studio's statement."""
    as_of = date(2026, 3, 31)
    conventions = Conventions(as_of=as_of)
    book, expected, faulty = [], defaultdict[tuple[str, int | None], list[int]](lambda: [0] * 5), 0
    for number in range(200):
        history = random_history(70_000 + number)
        product = ("card", "cashing", "free")[number % 3]
        book.append([line | {"product": product} for line in lines_of(number, history)])
        found = alone(history, conventions)
        if isinstance(found, list):
            faulty += 1
            continue
        arose_on = found["first_overpaid_on"]
        cell = expected[product, arose_on and arose_on.year]
        names = ("claim_yen", "overpayment_yen", "outstanding_principal_yen", "unpaid_interest_yen")
        for at, value in enumerate([1, *(found[name] for name in names)]):
            cell[at] += value
    run([write(tmp_path / "book.parquet", book)], tmp_path / "out", conventions, HERE)
    reserve = estimate(tmp_path / "out", ON)
    assert {
        (one.product, one.year): [
            one.agreements, one.claim_yen, one.overpayment_yen, one.outstanding_principal_yen,
            one.unpaid_interest_yen,
        ]
        for one in reserve.groups
    } == expected  # fmt: skip
    assert (reserve.as_of, reserve.faulty) == (as_of, faulty)
    assert reserve.total.claim_yen == sum(cell[1] for cell in expected.values()) > 0


def test_results_that_were_changed_are_refused(results: Path, tmp_path: Path) -> None:
    for name in ("result.json", "plan.json"):
        (tmp_path / name).write_bytes((results / name).read_bytes())
    table = pq.read_table(results / "agreements.parquet")
    pq.write_table(table.slice(0, table.num_rows - 1), tmp_path / "agreements.parquet")
    with pytest.raises(FaultyInput) as raised:
        estimate(tmp_path, ON)
    assert raised.value.faults[0].code == "PFO-021"


def test_csv_results_add_up_to_the_same(results: Path, tmp_path: Path) -> None:
    run([results.parent / "book.parquet"], tmp_path, Conventions(), Means(Way.HERE, form=Form.CSV))
    assert estimate(tmp_path, ON) == estimate(results, ON)


FORMULAS = (
    "=1+1",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "'",
    "'=1",
    "''",
)


@given(st.lists(st.text() | st.sampled_from(FORMULAS)))
def test_texts_in_csv_are_no_formulas_and_read_back_unchanged(texts: list[str]) -> None:
    rows = pa.table({"product": pa.array(texts, pa.string()), "n": range(len(texts))})
    out = _plain.marked(rows)
    kept = out.column("product").to_pylist()
    assert not [one for one in kept if one[:1] in {*"=+-@\t\r\n＝＋－＠"}]
    assert _plain.unmarked(out.column("product")).to_pylist() == texts
    assert out.column("n") == rows.column("n")


def test_products_named_as_formulas_are_in_the_reserve_as_they_are(tmp_path: Path) -> None:
    names = [*FORMULAS, "カード", "a\nb", 'q"q,', "", " =1", "NULL"]
    book = [
        [line | {"product": name} for line in lines_of(number, random_history(70_000 + number))]
        for number, name in enumerate(names)
    ]
    path = write(tmp_path / "book.parquet", book)
    for form in Form:
        run([path], tmp_path / form.value, Conventions(), Means(Way.HERE, form=form))
    text = (tmp_path / "csv" / "agreements.csv").read_bytes().decode()
    cells = list(csv.reader(io.StringIO(text, newline="")))
    assert [one for one in cells if one[1][:1] in set("=+-@\t\r")] == []
    found = estimate(tmp_path / "csv", ON)
    assert found == estimate(tmp_path / "parquet", ON)
    assert {one.product for one in found.groups} >= {"=1+1", "\r=1", "'=1", "a\nb"}


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_sums_are_exact_beyond_64_bits(values: list[int]) -> None:
    assert exact_sum(values) == sum(values)


def test_a_sum_beyond_a_column_is_refused_for_parquet_only(results: Path) -> None:
    found = estimate(results, ON)
    beyond = replace(found, groups=(replace(found.groups[0], claim_yen=2**63),))
    assert beyond.document()["groups"][0]["claim_yen"] == 2**63
    with pytest.raises(InputError) as raised:
        beyond.table()
    assert raised.value.faults[0].code == "PFO-020"
    assert found.table().num_rows == len(found.groups)


# ------------------------------------------------------------------------------------ our own book
def lively_book(count: int) -> dict[str, tuple[int, int, int]]:
    """Agreements that were lived through by commands; what each comes to by itself, by its name.

    Where nothing came beyond the debt, that is what the book says.
    """
    desk = Desk(with_settings(free_days=30))
    comes_to = {}
    until = date(2027, 1, 1)
    for number in range(count):
        random = Random(number)
        scheme = random.choice([(Scheme.EVERY_35_DAYS, 0), (Scheme.MONTHLY, 27)])
        key = desk.open(date(2024, 1, 5), 300_000, *scheme, desk.member())
        live(Days(desk, key, random), 20)
        if number == 0:
            desk.do(commands.assign, key, desk.made(until - days(30)))
        with connection.cursor() as cursor:
            met = queries.history_case(cursor, key, until)
            paid = queries.history_case(cursor, key, until, Amounts.PAID)
            last = lender.statement_of(lender.own_history(cursor, key, until), {}).rows[-1]
        owed = (int(last.outstanding_principal_yen), int(last.unpaid_interest_yen))
        assert met.rows != paid.rows or owed == (met.principal_yen, met.unpaid_yen)
        name = f"{key.member_id:012d}/{key.agreement_id:06d}"
        comes_to[name] = (*owed, int(last.overpayment_yen))
    return comes_to


def test_our_own_book_comes_to_its_agreements(database: Database, tmp_path: Path) -> None:
    comes_to = lively_book(12)
    path = tmp_path / "book.parquet"
    with transaction.atomic(), connection.cursor() as cursor:
        assert export(cursor, path, date(2027, 1, 1)) == len(comes_to)
        many = list(queries.every_history(cursor, date(2027, 1, 1), page=5))
        assert [one.case.document() for one in many] == [
            {
                **queries.history_case(cursor, one.key, date(2027, 1, 1), Amounts.PAID).document(),
                "title": one.case.title,
            }
            for one in many
        ]
    summary = run([path], tmp_path / "out", Conventions(), HERE)
    rows = pq.read_table(tmp_path / "out" / "agreements.parquet").to_pylist()
    columns = ("outstanding_principal_yen", "unpaid_interest_yen", "overpayment_yen")
    assert {row["agreement_id"]: tuple(row[name] for name in columns) for row in rows} == comes_to
    overpaid = [one[2] for one in comes_to.values() if one[2]]
    assert 0 < len(overpaid) < len(comes_to)
    assert (summary.overpaid, summary.overpayment_yen) == (len(overpaid), sum(overpaid))
    assert summary.by_hand == 0
    assert summary.ignored_columns == ("lender_balance_yen",)


def test_the_three_commands_from_the_book_to_the_reserve(
    database: Database, tmp_path: Path
) -> None:
    lively_book(2)
    motocho = Command(database)
    book, folder = tmp_path / "book.parquet", tmp_path / "out"
    said = json.loads(
        motocho.done("portfolio", "export", book, "--until", "2027-01-01", "--json").out
    )
    assert said["agreements"] == 2
    found = motocho.done("portfolio", "run", book, "-o", folder, "--way", "here", "--lang", "en")
    assert "Agreements: 2\n" in found.out.decode()
    table = motocho.done("portfolio", "reserve", folder, "--on", "2027-01-01", "--lang", "ja")
    assert "合計" in table.out.decode()
    document = json.loads(motocho.done("portfolio", "reserve", folder, "--json").out)
    assert document["total"]["agreements"] == 2
    rows = csv.DictReader(
        io.StringIO(motocho.done("portfolio", "reserve", folder, "--out", "csv").out.decode())
    )
    assert sum(int(row["agreements"]) for row in rows) == 2 + 2  # the groups, and the total
    saved = tmp_path / "reserve.parquet"
    motocho.done("portfolio", "reserve", folder, "--out", "parquet", "-o", saved)
    assert sum(pq.read_table(saved).column("agreements").to_pylist()) == 2


def test_exit_codes_of_the_commands(database: Database, tmp_path: Path) -> None:
    motocho = Command(database)
    book, folder = write(tmp_path / "book.parquet", random_book(80, 2)), tmp_path / "out"
    assert motocho("portfolio", "reserve", folder).code == 4
    assert motocho("portfolio", "run", tmp_path / "none.parquet", "-o", folder).code == 4
    exact = ("--assume", "rounding=exact")
    assert motocho("portfolio", "run", book, "-o", folder, *exact).code == 2
    arguments = ("portfolio", "run", book, "-o", folder, "--way", "here")
    found = motocho(*arguments, "--json")
    assert found.code == 3  # some agreements have faults, the others their results
    assert json.loads(found.out)["faulty"] > 0
    assert motocho(*arguments, "--preset", "lender").code == 8
    assert motocho("portfolio", "reserve", folder, "--out", "parquet").code == 2
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 not at all PAR1")
    assert motocho("portfolio", "run", tmp_path / "broken.parquet", "-o", tmp_path / "b").code == 3


def test_without_its_parts_the_command_says_what_to_install(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    found = Command(database)("portfolio", "reserve", tmp_path, "--json")
    assert found.code == 7
    assert json.loads(found.out)["faults"][0]["code"] == "PFO-008"
