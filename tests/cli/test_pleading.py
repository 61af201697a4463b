"""`motocho claim papers`: the same yen on the command line, in PDF, Word and the workbook's formulas."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from django.test import override_settings
from tests.cli.command import motocho
from tests.database import Database
from tests.web.studio import as_studio, let_in

from motocho.office import cases, papers

EXAMPLES = Path(__file__).parents[2] / "examples"
CASE, FACTS = EXAMPLES / "case.json", EXAMPLES / "facts.toml"
AS_OF = "2026-11-21"


def made(folder: Path, *more: str) -> dict[str, bytes]:
    done = motocho("claim", "papers", CASE, "--facts", FACTS, "-o", folder, "--as-of", AS_OF, *more)
    assert done.code == 0, done.err
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_pack_is_written_and_said(tmp_path: Path) -> None:
    done = motocho(
        "claim", "papers", CASE, "--facts", FACTS, "-o", tmp_path, "--as-of", AS_OF, "--json"
    )
    document = done.document
    names = [one["name"] for one in document["files"]]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert document["amounts_yen"]["total"] == 85_519
    assert "settlement" in document["lacking"]
    assert "作っていません: 和解書" in done.err


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    chosen = ("--kind", "complaint", "--kind", "annex", "--on", "2026-11-22")
    assert made(tmp_path / "a", *chosen) == made(tmp_path / "b", *chosen)


@pytest.fixture
def studio(database: Database, tmp_path: Path) -> Iterator[None]:
    with as_studio(), override_settings(STUDIO_FOLDER=str(tmp_path)):
        yield


@pytest.mark.usefixtures("studio")
def test_one_case_gives_the_same_yen_everywhere(tmp_path: Path) -> None:
    """E8: command, studio, PDF text, Word text, and the workbook as LibreOffice recalculates it."""
    result = motocho("recalc", "run", CASE, "--as-of", AS_OF, "--json").document["result"]
    claim_yen = result["claim_yen"]
    client = let_in()
    client.post("/cases/new/", {"client": "甲野花子", "lender": "架空ファイナンス株式会社"})
    case_id = cases.case_ids()[0]
    with CASE.open("rb") as file:
        client.post(f"/cases/{case_id}/import/", {"file": file})
    case = cases.load(case_id)
    operation = {"op": "set_head", "name": "as_of", "value": AS_OF}
    at = case.last_at
    cases.apply(case_id, [operation], actor="test", at=at, expected_seq=case.seq)
    assert cases.load(case_id).statement().result.claim_yen == claim_yen
    client.post(f"/cases/{case_id}/papers/", {"sample": "1"})
    for form, read in (("pdf", papers.pdf_text), ("docx", papers.word_text)):
        for kind in ("complaint", "repayment_demand"):
            answer = client.get(f"/cases/{case_id}/papers/{kind}.{form}")
            assert answer.status_code == 200, (kind, form)
            assert claim_yen in papers.amounts_in(read(answer.content)), (kind, form)
    files = made(tmp_path / "out")
    for name, data in files.items():
        if "訴状" in name:
            read = papers.pdf_text if name.endswith(".pdf") else papers.word_text
            assert claim_yen in papers.amounts_in(read(data)), name
    book = next(data for name, data in files.items() if name.endswith(".xlsx"))
    assert claim_yen in recalculated(book, tmp_path)


def recalculated(book: bytes, folder: Path) -> set[int]:
    """Every whole number of the first sheet after LibreOffice has worked its formulas out anew."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    source = folder / "book.xlsx"
    source.write_bytes(book)
    subprocess.run(
        [office, "--headless", f"-env:UserInstallation=file://{folder}/profile",
         "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "new"), str(source)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    values = openpyxl.load_workbook(folder / "new" / "book.xlsx", data_only=True).worksheets[0]
    return {
        int(cell.value)
        for row in values.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float) and cell.value == int(cell.value)
    }


def test_the_letter_is_counted(tmp_path: Path) -> None:
    done = motocho(
        "claim", "letter", CASE, "--facts", FACTS, "--as-of", AS_OF, "--on", "2026-11-22", "--json"
    )
    document = done.document
    assert document["sheets"] == 1
    assert document["postage_yen"] == 1_420
    assert all(len(line) <= 20 for line in document["lines"])
    assert sum(map(len, document["lines"])) == document["characters"]
    path = tmp_path / "letter.pdf"
    plain = motocho("claim", "letter", CASE, "--facts", FACTS, "--grid", "down_20", "-o", path)
    assert plain.code == 0
    assert path.read_bytes().startswith(b"%PDF")


def test_facts_are_listed_and_checked(tmp_path: Path) -> None:
    listed = motocho("claim", "facts")
    assert 'client_name = ""' in listed.text
    wrong = tmp_path / "facts.toml"
    wrong.write_text('clinet_name = "甲"\npay_by_on = "13月1日"\n')
    done = motocho("claim", "papers", CASE, "--facts", wrong, "-o", tmp_path / "out", "--json")
    assert done.code == 3
    assert {one["column"] for one in done.document["faults"]} == {"clinet_name", "pay_by_on"}
    broken = tmp_path / "broken.toml"
    broken.write_text("=")
    told = motocho("claim", "papers", CASE, "--facts", broken, "-o", tmp_path / "o", "--json")
    assert told.code == 3
    assert [one["code"] for one in told.document["faults"]] == ["PLD-055"]
    assert motocho("claim", "papers", CASE).code == 2
    assert motocho("claim", "papers", CASE, "-o", tmp_path / "o", "--kind", "novel").code == 2


def test_exhibits_of_the_facts_are_stamped(tmp_path: Path) -> None:
    sheet = motocho("recalc", "run", CASE, "-o", tmp_path / "history.pdf")
    assert sheet.code == 0
    facts = tmp_path / "facts.toml"
    own = '\n[[exhibits]]\ntitle = "取引履歴"\nauthor = "架空"\nmade_on = "R8.10.1"\nfile = "history.pdf"\n'
    facts.write_text(FACTS.read_text() + own)
    done = motocho(
        "claim", "papers", CASE, "--facts", facts, "-o", tmp_path / "out", "--kind", "exhibit_list"
    )
    assert done.code == 0, done.err
    stamped = (tmp_path / "out" / "甲001_取引履歴.pdf").read_bytes()
    assert "甲第1号証" in papers.pdf_text(stamped).replace(" ", "")


def test_templates_are_checked_all_at_once(tmp_path: Path) -> None:
    assert "complaint" in motocho("claim", "templates").text
    (tmp_path / "complaint.txt").write_text("{{ claim.totl }}")
    (tmp_path / "settlement.txt").write_text("{% include 'x' %}")
    done = motocho("claim", "templates", tmp_path, "--json")
    assert done.code == 3
    assert [one["file"] for one in done.document["faults"]] == ["complaint.txt", "settlement.txt"]
