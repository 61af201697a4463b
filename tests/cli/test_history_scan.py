"""`motocho history scan`: a PDF as a table that the other commands read."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.command import motocho
from tests.office.test_intake import HEAD, ROWS, TABLE, text_pdf


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "history.pdf"
    path.write_bytes(text_pdf([HEAD, *ROWS], ruled="yes"))
    return path


def test_pdf_becomes_a_table_that_recalc_reads(pdf: Path, tmp_path: Path) -> None:
    run = motocho("history", "scan", pdf)
    assert run.code == 0, run.err
    assert run.text.splitlines()[:3] == [
        "日付,借入,返済,残高,利率,備考,状態",
        "2001-01-10,200000,,200000,,,",
        "2001-02-10,,10000,194650,,,",
    ]
    table = tmp_path / "history.csv"
    table.write_bytes(run.out)
    again = motocho("recalc", "run", table, "--json")
    assert again.code == 0
    assert len(again.document["rows"]) == 3


def test_rows_to_look_at_are_marked_and_end_with_3(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text(TABLE.replace("189029", "999"), encoding="utf-8")
    run = motocho("history", "scan", path, "--json")
    assert run.code == 3
    assert run.document["cells"]["doubtful"] > 0
    assert "△" in {row.get("mark") for row in run.document["rows"]}


def test_template_says_what_the_columns_are(tmp_path: Path) -> None:
    template = tmp_path / "lender.toml"
    template.write_text(
        'name = "逆"\nheads = ["取引日", "借入", "返済", "残高"]\n'
        'contents = ["date", "repay", "borrow", "nothing"]\n',
        encoding="utf-8",
    )
    path = tmp_path / "history.csv"
    path.write_text(TABLE, encoding="utf-8")
    run = motocho("history", "scan", path, "--template", template, "--json")
    assert run.document["template"] == "逆"
    assert run.document["rows"][0]["repay"] == "200000"


def test_broken_file_and_broken_template_say_what_is_wrong(tmp_path: Path, pdf: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing of one")
    run = motocho("history", "scan", broken, "--json")
    assert (run.code, run.document["faults"][0]["code"]) == (3, "INT-002")
    template = tmp_path / "lender.toml"
    template.write_text("name = ", encoding="utf-8")
    run = motocho("history", "scan", pdf, "--template", template, "--json")
    assert (run.code, run.document["faults"][0]["code"]) == (3, "INT-020")
