"""Files of any kind become rows of a case: parsed apart, kept, gone on with, mended, taken."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import typst
from PIL import Image
from tests.database import Database
from tests.ocr.scans import FONTS

from motocho.claims.transcripts import (
    Columns,
    Content,
    Page,
    Standing,
    guess_columns,
    repair,
    transcribe,
)
from motocho.office import cases, intake
from motocho.office.intake import FileKind, Stage, Template, _keeping
from motocho.units.errors import FaultyInput

AT = datetime(2026, 11, 22, tzinfo=UTC)
TABLE = (
    "取引日,借入,返済,残高\n"
    "H13.1.10,200000,,200000\n"
    "H13.2.10,,11000,194650\n"
    "H13.3.12,,10000,189029\n"
    "H13.4.10,,10000,183140\n"
    "H13.5.10,,10000,177260\n"
)


def text_pdf(rows: list[list[str]], *, pages: int = 1, ruled: str = "") -> bytes:
    """A PDF with letters, made by hand: rows on each page, with or without lines."""
    cells = "".join(f"[{cell}]," for row in rows for cell in row)
    stroke = "0.5pt" if ruled else "none"
    width = len(rows[0])
    table = f"#table(columns: {width}, stroke: {stroke}, column-gutter: 14pt, {cells})"
    if ruled:
        table = table.replace("column-gutter: 14pt, ", "")
    source = '#set text(font: "BIZ UDGothic", size: 9pt)\n' + "\n#pagebreak()\n".join(
        [table] * pages
    )
    made: bytes = typst.compile(source.encode(), font_paths=[str(FONTS)])  # type: ignore[misc]
    return made


HEAD = ["取引日", "借入金額", "返済金額", "残高"]
ROWS = [
    ["2001/01/10", "200,000", "", "200,000"],
    ["2001/02/10", "", "10,000", "194,650"],
    ["2001/03/12", "", "10,000", "189,029"],
]


@pytest.mark.parametrize("ruled", ["yes", ""])
def test_pdf_with_letters_becomes_rows(ruled: str) -> None:
    pages = intake.read(text_pdf([HEAD, *ROWS], pages=2, ruled=ruled), "a.pdf")
    assert [page.number for page in pages] == [1, 2]
    assert {page.origin for page in pages} == {"text"}
    script = transcribe(pages, guess_columns(pages))
    assert [line.amount_yen for line in script.lines] == [200_000, 10_000, 10_000] * 2
    assert [line.balance_yen for line in script.lines[:3]] == [200_000, 194_650, 189_029]
    assert all(line.cell(Content.BALANCE).box for line in script.lines)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7\nnothing of one", "INT-002"),
        (b"\x89PNG\r\n\x1a\nnothing", "INT-002"),
        (b"PK\x03\x04nothing", "TAB-020"),
        (b"", "TAB-001"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, code: str) -> None:
    with pytest.raises(FaultyInput) as error:
        intake.read(data, "a.pdf")
    assert error.value.faults[0].code == code
    assert error.value.faults[0].file == "a.pdf"


def test_small_picture_is_refused_before_anything_is_recognised() -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 40)).save(out, "PNG")
    with pytest.raises(FaultyInput) as error:
        intake.read(out.getvalue())
    assert error.value.faults[0].code == "INT-006"


def test_child_has_no_network_no_programs_and_bounded_memory() -> None:
    """The same bounds, asked from inside: each try ends in the refusal, and memory runs out early."""
    tries = """
import json, socket, subprocess, sys
sys.path.insert(0, sys.argv[1])
from motocho.office._apart.bounds import bound, close_off
bound("table"); close_off()
found = {}
for name, act in (("socket", lambda: socket.socket()), ("lookup", lambda: socket.getaddrinfo("a", 1)),
                  ("program", lambda: subprocess.Popen(["true"])), ("memory", lambda: bytearray(3 << 30)),
                  ("file", lambda: open("/tmp/a-file-of-the-child", "wb").write(b"x" * 100_000))):
    try: act(); found[name] = "done"
    except BaseException as wrong: found[name] = type(wrong).__name__
print(json.dumps(found))
"""
    root = os.fspath(FONTS.parents[2])
    run = subprocess.run(
        [sys.executable, "-I", "-c", tries, root], capture_output=True, text=True, check=True
    )
    found = json.loads(run.stdout)
    assert found["socket"] == found["lookup"] == found["program"] == "Refused"
    assert found["memory"] == "MemoryError"
    assert found["file"] != "done"


# ---------------------------------------------------------------------------------------- templates
COLUMNS = Columns((Content.DATE, Content.BORROW, Content.REPAY), ("取引日", "出", "入"))


def test_template_goes_to_another_office_and_knows_its_file() -> None:
    template = intake.template_of("架空 型B", COLUMNS)
    again = intake.read_template(template.text())
    assert again == template
    pages = _pages([["取引日", "出", "入"], ["2001-01-10", "5,000", ""]])
    columns, known = intake.recognised(pages, [again])
    assert known == again
    assert columns.contents == COLUMNS.contents
    assert intake.recognised(_pages([["日付", "借入"], ["2001-01-10", "1"]]), [again])[1] is None


def _pages(rows: list[list[str]]) -> tuple[Page, ...]:
    return intake.read("\n".join("\t".join(row) for row in rows).encode())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("name = ", "INT-020"),
        ('name = "a"\nheads = ["x"]\ncontents = ["money"]', "INT-021"),
        ('heads = ["x"]\ncontents = ["date"]', "INT-022"),
        ('name = "a"\nheads = ["x", "y"]\ncontents = ["date"]', "INT-022"),
        ('name = "a"\nheads = ["x"]\ncontents = ["date"]\n[words]\nGZ = "gift"', "INT-021"),
    ],
)
def test_template_that_is_none_says_why(text: str, code: str) -> None:
    with pytest.raises(FaultyInput) as error:
        intake.read_template(text)
    assert error.value.faults[0].code == code


# --------------------------------------------------------------------------------------------- jobs
def new_case() -> int:
    return cases.open_case({"client": "甲野花子"}, actor="test", at=AT)


def test_table_is_read_at_once_and_taken_as_one_group(database: Database) -> None:
    case_id = new_case()
    job_id = intake.begin(case_id, TABLE.encode("cp932"), name="a.csv", at=AT)
    job = intake.job_of(job_id, case_id)
    assert (job.stage, job.kind, job.name) == (Stage.READ, FileKind.TABLE, "a.csv")
    shown = intake.look(job)
    assert [at for at, _, _ in intake.to_look_at(shown.repaired)] == [1]
    intake.say_cells(shown, {(1, "repay"): "10000"}, AT)
    before = cases.load(case_id).seq
    assert intake.take(intake.look(job), actor="test", at=AT) == 5
    case = cases.load(case_id)
    assert [row.repay for row in case.rows] == ["", "10000", "10000", "10000", "10000"]
    assert {row.source for row in case.rows} == {"imported"}
    assert intake.job_of(job_id).stage is Stage.TAKEN
    cases.undo_to(case_id, before, actor="test", at=AT, expected_seq=case.seq)
    assert not [row for row in cases.load(case_id).rows if not row.is_blank]


def test_columns_by_hand_and_a_kept_template_are_used_for_the_next_file(database: Database) -> None:
    case_id = new_case()
    data = "日,甲,乙\n2001-01-10,5000,\n2001-02-10,,1000\n".encode()
    shown = intake.look(intake.job_of(intake.begin(case_id, data, name="a.csv", at=AT)))
    chosen = Columns((Content.DATE, Content.REPAY, Content.BORROW), shown.columns.heads)
    intake.choose_columns(shown, chosen, AT)
    again = intake.look(shown.job)
    assert again.columns.contents == chosen.contents
    if any(again.columns.heads):
        intake.keep_template(Template("逆", again.columns), AT)
        second = intake.look(intake.job_of(intake.begin(case_id, data, name="b.csv", at=AT)))
        assert second.template == "逆"
        assert second.columns.contents == chosen.contents


def test_reading_goes_on_after_a_restart_and_can_be_cancelled(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A studio that stopped after one of three pages reads the other two, and no page twice."""
    case_id = new_case()
    monkeypatch.setattr("motocho.office.intake._jobs.carry_on", lambda job_id: None)
    job_id = intake.begin(case_id, text_pdf([HEAD, *ROWS], pages=3), name="a.pdf", at=AT)
    monkeypatch.undo()
    first = next(intake.pages_of(text_pdf([HEAD, *ROWS], pages=3), "text"))
    _keeping.add_page(job_id, first)
    assert intake.job_of(job_id).stage is Stage.READING
    assert (intake.job_of(job_id).pages_done, intake.job_of(job_id).pages) == (1, 3)
    intake.carry_on(job_id)
    intake.wait(job_id, 60)
    job = intake.job_of(job_id)
    assert (job.stage, job.pages_done) == (Stage.READ, 3)
    assert len(intake.look(job).script.lines) == 9
    intake.cancel(job_id)
    assert intake.job_of(job_id).stage is Stage.CANCELLED


def test_file_that_cannot_be_read_ends_with_its_fault(database: Database) -> None:
    case_id = new_case()
    job_id = intake.begin(case_id, b"%PDF-1.7\nnothing of one", name="a.pdf", at=AT)
    intake.wait(job_id, 60)
    job = intake.job_of(job_id)
    assert (job.stage, job.code) == (Stage.FAILED, "INT-002")


def test_doubtful_cells_keep_their_mark_until_somebody_says_what_they_are() -> None:
    pages = intake.read(TABLE.encode())
    found = repair(transcribe(pages, guess_columns(pages)))
    cell = found.lines[1].cells[Content.REPAY]
    assert cell.standing in {Standing.DOUBTFUL, Standing.CORRECTED}
    marks = [row.get("mark", "") for row in intake.rows_of(found)]
    doubts = cell.standing is Standing.DOUBTFUL
    assert marks == ["", intake.DOUBT_MARK if doubts else "", "", "", ""]
    said = intake.rows_of(
        found, {(1, one): row for one, row in (("repay", "10000"), ("balance", "194650"))}
    )
    assert said[1]["repay"] == "10000"
    assert "mark" not in said[1]
