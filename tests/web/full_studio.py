"""A studio with one of everything: an empty list, cases at every stage, the guide, and what is refused.

`addresses` are its pages by the names of their pictures; `states` are pages that somebody has to do
something for: a table that cannot be read, a fault in the guide, a cell that is being typed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Page
from tests.office.test_intake import HEAD, ROWS, text_pdf
from tests.web.studio import let_in
from tests.web.test_studio_guide import ANSWERS
from tests.web.test_studio_intake import ESTIMATE
from tests.web.test_studio_tracker import TODAY

from motocho.office import cases

MANY = 800
TWO_DEALINGS = """日付,借入,返済,残高
2001-01-10,200000,,200000
2001-02-10,,10000,194650
2003-02-10,,350000,0
2005-06-01,100000,,100000
2007-08-01,,160000,0
"""
EMPTY = {
    "cases-empty": "/", "days-empty": "/days/", "arrive": "/arrive/", "office": "/office/",
    "glossary": "/glossary/", "templates": "/templates/", "affected": "/affected/",
    "guide": "/guide/", "unlock": "/unlock/", "not-found": "/nowhere/",
}  # fmt: skip
"""Pages of a studio on its first day."""
OF_CASE = (
    "", "rows/", "import/", "intake/", "estimate/", "conventions/", "contracts/", "chart/", "compare/", "outlook/",
    "papers/", "papers/certified/", "papers/repayment_demand/", "proof/", "way/", "talks/", "talks/sheet/",
    "money/", "shelf/", "conflicts/", "log/", "export/",
)  # fmt: skip
BARE = ("", "chart/", "compare/", "outlook/", "papers/", "way/", "log/")
"""Pages of a case in which nothing was typed yet."""


@dataclass
class FullStudio:
    """What `filled` made, and where it is to be seen."""

    addresses: dict[str, str] = field(default_factory=dict)
    states: dict[str, Callable[[Page], None]] = field(default_factory=dict)


def filled() -> FullStudio:
    """Cases at every stage, made through the pages themselves; use it within `as_studio`."""
    client, full = let_in(), FullStudio()
    client.post("/office/", LETTERHEAD)
    ours = _at_work(client)
    _add(full, "case", ours, OF_CASE)
    full.addresses |= {"cases": "/", "days": "/days/", "template": "/templates/complaint/"}
    full.addresses["affected-answer"] = "/affected/?began=平成15年&paid_off=&lender=アコム"
    full.addresses["affected-wrong"] = "/affected/?began=むかし&lender=アコム"
    full.addresses["why"] = f"/cases/{ours}/why/{cases.load(ours).rows[3].row_id}/"
    _add(full, "bare", _opened(client, "乙山次郎", ""), BARE)
    split = _opened(client, "丙川三郎", TWO_DEALINGS)
    client.post(f"/cases/{split}/contracts/", {"starts": "4"})
    copied = {"copy_of": "主張", "change": "contracts", "value": "separate", "name": "分断"}
    client.post(f"/cases/{split}/compare/copy/", copied)
    _add(full, "split", split, ("contracts/", "compare/", "chart/", "conventions/"))
    full.addresses["reading"] = _read(client, split)
    _add(full, "long", _opened(client, "丁野四郎", many_rows(MANY)), ("", "rows/"))
    _guided(client, full)
    full.states |= {
        "import-wrong": lambda page: _import_wrong(page, split),
        "way-wrong": lambda page: _way_wrong(page, ours),
        "estimate-shown": lambda page: _estimated(page, split),
        "guide-wrong": _guide_wrong,
        "bench-typing": lambda page: _typing(page, ours),
    }
    return full


LETTERHEAD = {
    "office_name": "乙山司法書士事務所", "office_address": "東京都千代田区1-1\n千代田ビル3階", "actor": "乙山 花",
    "beginning": "as_it_is",
}  # fmt: skip


def many_rows(count: int) -> str:
    """A history of so many months, as a spreadsheet puts it on the clipboard."""
    day, lines = date(1956, 1, 10), ["日付\t借入\t返済\t備考"]
    for number in range(count):
        amount = '"100,000"\t' if number % 20 == 0 else '\t"12,000"'
        lines.append(f"{day:%Y/%m/%d}\t{amount}\tATM")
        day += timedelta(days=30)
    return "\r\n".join(lines) + "\r\n"


def _add(full: FullStudio, name: str, case_id: int, places: tuple[str, ...]) -> None:
    for place in places:
        page = place.strip("/").replace("/", "-")
        full.addresses[f"{name}-{page or 'bench'}"] = f"/cases/{case_id}/{place}"


def _sent(client: Client, address: str, form: dict[str, Any]) -> None:
    """A form that has to be taken, or the pictures would show less than they say."""
    answer = client.post(address, form)
    assert answer.status_code == 302, (
        address,
        re.findall(r'class="wrong".*', answer.content.decode()),
    )


def _opened(client: Client, person: str, pasted: str) -> int:
    client.post("/cases/new/", {"client": person, "lender": "架空ファイナンス株式会社"})
    case_id = max(cases.case_ids())
    if pasted:
        client.post(f"/cases/{case_id}/import/", {"pasted": pasted})
    return case_id


def _at_work(client: Client) -> int:
    """The sample with steps, talks, money, papers and facts."""
    client.post("/cases/sample/")
    case_id = max(cases.case_ids())
    home = f"/cases/{case_id}"
    _sent(client, f"{home}/papers/", {"sample": "1"})
    for form in (
        {"form": "step", "step": "disclosure_asked", "step_on": "2026/9/1"},
        {"form": "hearing", "hearing_on": "2027/1/15", "hearing_time": "10:30",
         "hearing_court": "東京簡易裁判所 5号法廷"},
    ):  # fmt: skip
        _sent(client, f"{home}/way/", form)
    _sent(
        client,
        f"{home}/talks/",
        {"form": "offer", "by": "lender", "offer_yen": "10万", "offer_on": TODAY},
    )
    promise = {
        "promise_yen": "50万",
        "promise_on": TODAY,
        "promise_pay_on": TODAY,
        "promise_damages": "3",
    }
    _sent(client, f"{home}/talks/", {"form": "promise", **promise})
    _sent(
        client,
        f"{home}/money/",
        {"form": "paid", "paid_yen": "499,999", "paid_on": TODAY, "to": "office"},
    )
    paper = SimpleUploadedFile("履歴.pdf", b"%PDF-1.7", content_type="application/pdf")
    shelved = {"form": "paper", "way": "in", "paper_title": "取引履歴", "paper_on": TODAY}
    _sent(client, f"{home}/shelf/", {**shelved, "file": paper})
    return case_id


def _read(client: Client, case_id: int) -> str:
    """A PDF that was read and waits to be checked."""
    sent = SimpleUploadedFile("history.pdf", text_pdf([HEAD, *ROWS]))
    return str(client.post(f"/cases/{case_id}/intake/", {"file": sent})["Location"])


def _guided(client: Client, full: FullStudio) -> None:
    """Each question as it stands before it is answered, and the result."""
    address: str = client.post("/guide/")["Location"]
    while True:
        name = address.rstrip("/").rsplit("/", 1)[-1]
        full.addresses[f"guide-{name}"] = address
        if name == "result":
            return
        address = client.post(address, ANSWERS[name])["Location"]


def _import_wrong(page: Page, case_id: int) -> None:
    page.goto(f"/cases/{case_id}/import/")
    page.fill("#pasted", "日付,借入,返済\nS64.1.8,5000,\nいつか,,1\n")
    page.locator("form[enctype] button").click()


def _way_wrong(page: Page, case_id: int) -> None:
    page.goto(f"/cases/{case_id}/way/")
    page.fill("#step_on", "S64.1.8")
    page.locator("form:has(#step_on) button").last.click()


def _estimated(page: Page, case_id: int) -> None:
    page.goto(f"/cases/{case_id}/estimate/")
    for name, value in ESTIMATE.items():
        page.locator(f"[name={name}]").first.fill(value)
    page.locator("form:has([name=rate]) button").first.click()


def _guide_wrong(page: Page) -> None:
    page.goto("/guide/")
    page.locator("main form button").first.click()
    page.locator("main form button").first.click()


def _typing(page: Page, case_id: int) -> None:
    page.goto(f"/cases/{case_id}/")
    if page.evaluate("innerWidth >= 600"):  # a phone has a list in its place
        page.wait_for_selector("[data-grid][data-ready]")
        page.locator(".grid-cell").focus()
        page.keyboard.type("20")
