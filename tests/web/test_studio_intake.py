"""S3 by plain requests, as a browser without scripts sends them: every kind of file reaches it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.database import Database
from tests.ocr.test_pdf_pictures import made
from tests.office.test_intake import HEAD, ROWS, TABLE, text_pdf
from tests.web.studio import as_studio, let_in

from motocho.office import cases, intake

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _studio(database: Database) -> Iterator[None]:
    with as_studio():
        yield


@pytest.fixture
def client() -> Client:
    return let_in()


@pytest.fixture
def case_id() -> int:
    return cases.open_case({"client": "甲野花子"}, actor="test", at=AT)


def workbook() -> bytes:
    """Excel days counted from 1900, a day in the old calendar, a head over two rows with a merged cell."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["取引日", "取引額", None, "残高"])
    sheet.append([None, "借入", "返済", None])
    sheet.merge_cells("B1:C1")
    sheet.append([36901, 200000, None, 200000])
    sheet.append(["平成13年2月10日", None, 10000, 194650])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


FILES: dict[str, Callable[[], bytes]] = {
    "excel.xlsx": workbook,
    "utf8.csv": TABLE.encode,
    "bom.csv": lambda: TABLE.encode("utf-8-sig"),
    "sjis.csv": lambda: TABLE.encode("cp932"),
    "text.pdf": lambda: text_pdf([HEAD, *ROWS]),
}


def sent(client: Client, case_id: int, name: str, data: bytes) -> str:
    response = client.post(f"/cases/{case_id}/intake/", {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def test_a_checked_file_that_is_sent_twice_goes_in_once(client: Client, case_id: int) -> None:
    address = sent(client, case_id, "a.csv", TABLE.encode())
    found = re.search(r'name="seq" value="(\d+)"', client.get(address).content.decode())
    assert found is not None
    form = {"take": "yes", "seq": found[1]}
    assert client.post(f"{address}cells/", form).status_code == 302
    rows = cases.load(case_id).rows
    assert rows
    assert client.post(f"{address}cells/", form).status_code == 409
    assert cases.load(case_id).rows == rows


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_reaches_the_check_and_the_case(
    client: Client, case_id: int, name: str
) -> None:
    address = sent(client, case_id, name, FILES[name]())
    job_id = int(address.rstrip("/").split("/")[-1])
    intake.wait(job_id, 60)
    page = client.get(address).content.decode()
    assert "読み取りの確認" in page
    assert "2001-01-10" in page
    said = {"cell/1/repay": "10000", "was/1/repay": "10000", "right/1/repay": "1", "take": "1"}
    response = client.post(f"{address}cells/", said)
    assert response.status_code == 302
    rows = cases.load(case_id).rows
    assert [rows[0].date, rows[0].borrow, rows[1].date, rows[1].repay] == [
        "2001-01-10", "200000", "2001-02-10", "10000",
    ]  # fmt: skip


def test_columns_are_changed_by_hand_and_kept_as_a_template(client: Client, case_id: int) -> None:
    address = sent(client, case_id, "a.csv", TABLE.encode())
    chosen = {
        "content-0": "date",
        "content-1": "repay",
        "content-2": "borrow",
        "content-3": "nothing",
    }
    client.post(f"{address}columns/", {**chosen, "signs": "minus_repays", "template": "架空 逆"})
    page = client.get(address).content.decode()
    assert '<option value="repay" selected>' in page
    file = client.get("/intake/templates/架空 逆.toml").content.decode()
    assert 'contents = ["date", "repay", "borrow", "nothing"]' in file
    again = client.get(sent(client, case_id, "b.csv", TABLE.encode())).content.decode()
    assert "架空 逆" in again
    response = client.post(
        f"/cases/{case_id}/intake/template/",
        {"template": SimpleUploadedFile("t.toml", file.replace("架空 逆", "別名").encode())},
    )
    assert response.status_code == 302
    assert {one.name for one in intake.kept_templates()} == {"架空 逆", "別名"}


def test_missing_columns_are_said_and_nothing_goes_into_the_case(
    client: Client, case_id: int
) -> None:
    address = sent(client, case_id, "a.csv", TABLE.encode())
    nothing = {f"content-{at}": "nothing" for at in range(4)}
    client.post(f"{address}columns/", nothing)
    response = client.post(f"{address}cells/", {"take": "1"})
    assert response.status_code == 422
    assert "日付・金額の列が決まっていません" in response.content.decode()
    assert not [row for row in cases.load(case_id).rows if not row.is_blank]


def test_no_file_and_another_case_s_file_are_refused(client: Client, case_id: int) -> None:
    assert client.post(f"/cases/{case_id}/intake/").status_code == 422
    address = sent(client, case_id, "a.csv", TABLE.encode())
    other = cases.open_case({"client": "乙野"}, actor="test", at=AT)
    assert client.get(address.replace(f"/{case_id}/", f"/{other}/", 1)).status_code == 404


def test_pictures_of_pages_and_cells_are_made_anew(client: Client, case_id: int) -> None:
    address = sent(client, case_id, "a.pdf", text_pdf([HEAD, *ROWS]))
    intake.wait(int(address.rstrip("/").split("/")[-1]), 60)
    for picture in ("pages/1.jpg", "cells/1-balance.jpg"):
        response = client.get(address + picture)
        assert response.status_code == 200
        assert response.content[:3] == b"\xff\xd8\xff"
    assert client.get(f"{address}pages/2.jpg").status_code == 404


ESTIMATE = {
    "first_on": "H8.4.10", "first": "30万", "payment": "15,000", "payment_day": "27",
    "rate": "29.2%", "limit": "", "until_on": "2001-01-10", "balance": "200000",
}  # fmt: skip


def test_estimated_rows_are_shown_taken_and_marked(client: Client, case_id: int) -> None:
    shown = client.post(f"/cases/{case_id}/estimate/", ESTIMATE)
    assert shown.status_code == 200
    assert "◇" in shown.content.decode()
    assert client.post(f"/cases/{case_id}/estimate/", {**ESTIMATE, "take": "1"}).status_code == 302
    rows = [row for row in cases.load(case_id).rows if not row.is_blank]
    assert len(rows) > 10
    assert {(row.source, row.mark, row.note) for row in rows} == {("estimated", "◇", "推定")}


def test_opening_may_count_as_nothing_instead(client: Client, case_id: int) -> None:
    assert client.post(f"/cases/{case_id}/estimate/", {"zero": "1"}).status_code == 302
    case = cases.load(case_id)
    assert case.scenarios[case.claimed]["opening_balance"] == "zero"


def test_estimate_that_cannot_be_meant_says_what_is_missing(client: Client, case_id: int) -> None:
    response = client.post(f"/cases/{case_id}/estimate/", {**ESTIMATE, "rate": "abc"})
    assert response.status_code == 422
    assert "summary" in response.content.decode()


def test_import_page_hands_a_pdf_over(client: Client, case_id: int) -> None:
    data = text_pdf([HEAD, *ROWS])
    response = client.post(f"/cases/{case_id}/import/", {"file": SimpleUploadedFile("a.pdf", data)})
    assert response.status_code == 302
    address = str(response["Location"])
    assert address.startswith(f"/cases/{case_id}/intake/")
    intake.wait(int(address.rstrip("/").split("/")[-1]), 60)
    assert "読み取りの確認" in client.get(address).content.decode()


# ---------------------------------------------------------------------------- many cells to look at
MANY = 130


def many_doubts() -> bytes:
    """A history without balances, of whose amounts only the first can be read."""
    rows = [f"{2001 + at // 12}-{at % 12 + 1:02}-10,,1万?{at}" for at in range(MANY)]
    return "\n".join(["日付,借入,返済", "2000-12-10,500000,", *rows]).encode()


def doubts_on(page: str) -> int:
    return page.count('class="is-doubtful"')


def test_doubtful_cells_beyond_one_page_are_paged_and_none_goes_in_untold(
    client: Client, case_id: int
) -> None:
    address = sent(client, case_id, "a.csv", many_doubts())
    first, second, last = (client.get(f"{address}?look={at}").content.decode() for at in (1, 2, 3))
    assert [doubts_on(page) for page in (first, second, last)] == [60, 60, MANY - 120]
    assert f"{MANY}件" in first
    told = client.post(f"{address}cells/", {"take": "1", "look": "1"})
    assert told.status_code == 409
    assert f"{MANY - 60}件" in told.content.decode()
    assert not [row for row in cases.load(case_id).rows if not row.is_blank]
    assert client.post(f"{address}cells/", {"take": "unseen", "look": "1"}).status_code == 302
    assert {row.mark for row in cases.load(case_id).rows} >= {intake.DOUBT_MARK}


def test_what_was_checked_on_a_page_is_kept_when_going_on_to_the_next(
    client: Client, case_id: int
) -> None:
    address = sent(client, case_id, "a.csv", many_doubts())
    names = re.findall(
        r'name="cell/(\d+)/(\w+)" value="([^"]*)"', client.get(address).content.decode()
    )
    said = {f"right/{line}/{column}": "1" for line, column, _ in names}
    said |= {f"cell/{line}/{column}": value for line, column, value in names}
    said |= {f"was/{line}/{column}": value for line, column, value in names}
    gone = client.post(f"{address}cells/", {**said, "look": "1", "next": "2"})
    assert gone["Location"].endswith("?look=2#look")
    page = client.get(address).content.decode()
    assert doubts_on(page) == 0
    assert page.count('class="is-done"') == 60


def test_table_that_is_a_picture_nobody_read_is_told_on_the_page(
    client: Client, case_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("motocho.office.intake._process._SECONDS_A_PAGE", {"text": 60, "scan": 0})
    picture = Image.new("RGB", (600, 300), (200, 210, 220))
    cells = ",".join(f"[{cell}]" for row in (HEAD, *ROWS) for cell in row)
    body = f'#table(columns: 4, {cells})\n#image("picture.png", width: 100%)'
    address = sent(client, case_id, "a.pdf", made(tmp_path, body, picture))
    intake.wait(int(address.rstrip("/").split("/")[-1]), 60)
    assert "1ページにある画像は読めていません" in client.get(address).content.decode()
