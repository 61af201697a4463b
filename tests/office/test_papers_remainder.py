"""Papers read back as a clerk reads them: part payments, settlements, pages, what they cite."""

from __future__ import annotations

import io
import re
import subprocess
from datetime import date

import pytest

from motocho.claims import pleading
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import Event, History
from motocho.claims.pleading import Look, PaperKind, markup
from motocho.claims.statement import recalculate
from motocho.kernel.conventions import (
    EventKind,
    OverpaymentAppropriation,
    OverpaymentRateRule,
    Series,
)
from motocho.office import papers
from motocho.office.papers import Form, _pages

DAY = date(2026, 11, 21)
ON = "2024-04-01"
TOLD = (
    PaperKind.COMPLAINT,
    PaperKind.REPAYMENT_DEMAND,
    PaperKind.CERTIFIED_DEMAND,
    PaperKind.EXHIBIT_LIST,
)


def content_of(assumptions: Assumptions | None = None, **stated: str) -> pleading.Content:
    events = (
        Event(date(2001, 1, 10), EventKind.BORROW, 500_000, 292_000),
        Event(date(2010, 1, 10), EventKind.REPAY, 2_000_000),
    )
    history = History(events, lender="架空ファイナンス株式会社", input_sha256="ab" * 32)
    facts = pleading.read({**papers.SAMPLE_FACTS, **stated})
    found = recalculate(history, assumptions or Assumptions(), as_of=DAY)
    return pleading.content(found, facts, DAY)


def text_of(kind: PaperKind, content: pleading.Content, form: Form = Form.WORD) -> str:
    data = papers.make(kind, content, form).data
    return papers.word_text(data) if form is Form.WORD else papers.pdf_text(data)


def principal_yen() -> str:
    """What is overpaid on the day of the part payment."""
    return str(content_of().overpayment_yen)


def test_a_claim_of_interest_alone_asks_for_no_interest_on_it() -> None:
    content = content_of(refunds=f"{ON}/{principal_yen()}", refund_order="principal")
    pleaded = text_of(PaperKind.COMPLAINT, content)
    total = pleading.fields(content)["claim"]["total"]
    assert f"被告は、原告に対し、{total}を支払え。" in pleaded
    assert f"訴訟物の価額{total}" in pleaded.replace("\n", "").replace("\t", "").replace("　", "")
    assert "合意した(民法490条)" in pleaded
    assert "民法704条前段所定の利息の残額" in pleaded
    assert "支払済みまで" not in pleaded
    assert content.fees is not None
    assert content.in_dispute_yen in papers.amounts_in(pleaded)
    assert content.fees.total_yen in papers.amounts_in(pleaded)
    letter = text_of(PaperKind.CERTIFIED_DEMAND, content)
    assert f"過払金の利息{total}が残ります" in letter
    assert "過払金0円" not in letter


def test_a_part_payment_is_pleaded_with_where_each_yen_went() -> None:
    content = content_of(refunds=f"{ON}/300000;2025-06-30/40万円", refund_costs_yen="12345")
    pleaded = text_of(PaperKind.COMPLAINT, content)
    assert "費用、利息、過払金の元本の順に充当される(民法489条1項)" in pleaded
    found = papers.amounts_in(pleaded)
    for one in content.due.applied:
        assert set(one[1:]) - {0} <= found
    assert "令和7年7月1日から支払済みまで年5パーセント" in pleaded
    assert content.due.before_overpayment_yen in found
    demand = text_of(PaperKind.REPAYMENT_DEMAND, content)
    assert {300_000, 400_000, content.total_yen} <= papers.amounts_in(demand)


@pytest.mark.parametrize("form", [Form.PDF, Form.WORD])
@pytest.mark.parametrize("order", ["", "principal"])
@pytest.mark.parametrize(
    "assumptions",
    [
        Assumptions(),
        Assumptions(overpayment_appropriation=OverpaymentAppropriation.NO_INTEREST),
        Assumptions(overpayment_rate_rule=OverpaymentRateRule.SPLIT_2020),
        Assumptions(contracts=Series.SEPARATE_SET_OFF),
    ],
    ids=range(4),
)
def test_every_paper_of_what_is_left_can_be_made(
    assumptions: Assumptions, order: str, form: Form
) -> None:
    """Each amount of the files is the content's: `make` reads them back and refuses others."""
    content = content_of(assumptions, refunds=f"{ON}/300000", refund_order=order)
    for kind in TOLD:
        assert papers.make(kind, content, form).data
    annex = papers.make(PaperKind.ANNEX, content)
    sheet = papers.pdf_text(annex.data).replace(" ", "")
    assert content.due.before_overpayment_yen in papers.amounts_in(sheet)


def test_only_the_convention_that_was_used_is_pleaded() -> None:
    """How advances were met is pleaded where one was, and where it was met that way."""
    events = (
        Event(date(2001, 1, 10), EventKind.BORROW, 500_000, 292_000),
        Event(date(2010, 1, 10), EventKind.REPAY, 2_000_000),
        Event(date(2011, 1, 10), EventKind.BORROW, 100_000, 180_000),
    )
    history = History(events, lender="架空ファイナンス株式会社", input_sha256="ab" * 32)
    said = "まず過払金の利息を、次いで過払金を充当した"
    for order in (
        OverpaymentAppropriation.INTEREST_FIRST,
        OverpaymentAppropriation.PRINCIPAL_FIRST,
    ):
        found = recalculate(history, Assumptions(overpayment_appropriation=order), as_of=DAY)
        content = pleading.content(found, pleading.read(papers.SAMPLE_FACTS), DAY)
        met = order is OverpaymentAppropriation.INTEREST_FIRST
        assert (said in text_of(PaperKind.COMPLAINT, content)) is met
    assert said not in text_of(PaperKind.COMPLAINT, content_of())


def test_two_rates_are_asked_for_each_in_its_own_days() -> None:
    assumptions = Assumptions(overpayment_rate_rule=OverpaymentRateRule.SPLIT_2020)
    content = content_of(assumptions, refunds="2012-03-01/1000")
    pleaded = text_of(PaperKind.COMPLAINT, content)
    expected = (
        "平成24年3月2日から令和2年3月31日まで年5パーセント、"
        "令和2年4月1日から支払済みまで年3パーセントの割合による"
    )
    assert expected in pleaded


# -------------------------------------------------------------------------------------- settlements
def test_a_settlement_has_one_rate_of_damages_where_interest_has_two() -> None:
    assumptions = Assumptions(overpayment_rate_rule=OverpaymentRateRule.SPLIT_2020)
    text = text_of(PaperKind.SETTLEMENT, content_of(assumptions, refunds="2012-03-01/1000"))
    assert "支払期限の翌日から支払済みまで年3パーセントの割合による遅延損害金" in text
    assert "年5パーセント" not in text


def test_a_settlement_in_instalments_falls_due_as_a_whole_on_default() -> None:
    content = content_of(settlement_yen="1000000", settlement_months="3")
    text = text_of(PaperKind.SETTLEMENT, content)
    assert {333_334, 333_333, 666_666, 1_000_000} <= papers.amounts_in(text)
    assert "一回でも怠ったときは" in text
    assert "当然に期限の利益を失う" in text
    at_once = text_of(PaperKind.SETTLEMENT, content_of(settlement_yen="1000000"))
    assert "期限の利益" not in at_once


@pytest.mark.parametrize(("case_number", "said"), [("", False), ("令和8年(ハ)第1号", True)])
def test_a_settlement_says_who_pays_costs_and_what_it_closes(
    case_number: str, *, said: bool
) -> None:
    text = text_of(PaperKind.SETTLEMENT, content_of(case_number=case_number))
    assert ("及び訴訟費用は、各自の負担とする" in text) is said
    assert "本和解に要した費用" in text
    assert "振込手数料は乙の負担とする" in text
    assert "何らの債権債務がないことを相互に確認する" in text
    assert ("訴えを取り下げ" in text) is said


def test_a_settlement_of_nothing_is_called_what_it_is() -> None:
    content = content_of(settlement_yen="0")
    text = text_of(PaperKind.SETTLEMENT, content)
    assert "いわゆるゼロ和解" in text
    assert content.total_yen in papers.amounts_in(text)
    assert "支払義務があることを認める" not in text
    (told,) = pleading.cautions(content)
    assert told.code == "PLD-013"
    assert pleading.cautions(content_of()) == ()
    assert "ゼロ和解" not in text_of(PaperKind.SETTLEMENT, content_of())


def test_a_debt_that_is_left_is_not_closed_by_the_way() -> None:
    events = (
        Event(date(2001, 1, 10), EventKind.BORROW, 500_000, 292_000, contract="1"),
        Event(date(2004, 1, 10), EventKind.REPAY, 900_000, contract="1"),
        Event(date(2020, 1, 10), EventKind.BORROW, 90_000, contract="2"),
    )
    history = History(events, lender="架空ファイナンス株式会社", input_sha256="ab" * 32)
    found = recalculate(history, Assumptions(contracts=Series.SEPARATE), as_of=DAY)
    content = pleading.content(found, pleading.read(papers.SAMPLE_FACTS), DAY)
    text = text_of(PaperKind.SETTLEMENT, content)
    assert content.owed_yen in papers.amounts_in(text)
    assert "本和解の対象とせず" in text
    assert "本和解の対象とせず" not in text_of(PaperKind.SETTLEMENT, content_of())
    plan = text_of(PaperKind.REPAYMENT_PLAN, content)
    assert "その額が2回分に達したときは、当然に期限の利益を失い" in plan
    assert "年3パーセントの割合による遅延損害金" in plan


# ------------------------------------------------------------------------------- as a clerk reads it
HEADING = re.compile(r"^(第[0-9]+|[0-9]+|\([0-9]+\))　")


def pages_of(data: bytes) -> list[list[str]]:
    made = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True
    )
    pages = made.stdout.decode().split("\f")
    lines = ([line.strip() for line in page.splitlines() if line.strip()] for page in pages)
    return [page[:-2] for page in lines if page]  # the page's number and its foot are apart


def above(count: int) -> str:
    """A paper whose heading with its text begins after so many lines."""
    return "! 前\n" * count + "## 見出し\n### まとめ\n本文である。\n"


@pytest.mark.parametrize("count", range(20, 27))
def test_a_heading_goes_over_with_what_it_stands_over(count: int) -> None:
    """Wherever the page ends: its last line is never one that only announces."""
    data = _pages.page_file(markup.parsed(above(count)), Look.COURT, _pages.Foot("t", "foot", DAY))
    first, *_ = pages_of(data)
    assert not first[-1].endswith(("見出し", "まとめ"))
    shell = papers.make(PaperKind.COMPLAINT, content_of(), Form.WORD).data
    from docx import Document  # noqa: PLC0415

    kept = [
        one.text
        for one in Document(io.BytesIO(shell)).paragraphs
        if one.paragraph_format.keep_with_next
    ]
    assert any(one.endswith("まとめ") for one in kept)
    assert not any(one.startswith("前") for one in kept)


def test_items_of_a_list_need_not_stay_together() -> None:
    blocks = markup.parsed("## 次\n### い\n### ろ\n#### は\n\n> 以上\n")
    assert [markup.announces(blocks, at) for at in range(4)] == [True, False, True, False]


def test_a_contract_ends_with_its_last_dealing_and_not_with_the_day_of_calculation() -> None:
    (only,) = pleading.fields(content_of())["dealing"]["contracts"]
    assert (only["first_on"], only["last_on"]) == ("平成13年1月10日", "平成22年1月10日")


@pytest.mark.parametrize(
    ("rule", "repaid_on", "said"),
    [
        (OverpaymentRateRule.CONSTANT, date(2010, 1, 10), True),
        (OverpaymentRateRule.ORIGIN, date(2020, 3, 31), True),
        (OverpaymentRateRule.ORIGIN, date(2020, 4, 1), False),
        (OverpaymentRateRule.SPLIT_2020, date(2010, 1, 10), False),
        (OverpaymentRateRule.CONSTANT, date(2020, 4, 1), False),
    ],
)
def test_the_old_rate_is_pleaded_with_the_article_that_keeps_it(
    rule: OverpaymentRateRule, repaid_on: date, *, said: bool
) -> None:
    events = (
        Event(date(2001, 1, 10), EventKind.BORROW, 500_000, 292_000),
        Event(repaid_on, EventKind.REPAY, 9_000_000),
    )
    history = History(events, lender="架空ファイナンス株式会社", input_sha256="ab" * 32)
    found = recalculate(history, Assumptions(overpayment_rate_rule=rule), as_of=DAY)
    content = pleading.content(found, pleading.read(papers.SAMPLE_FACTS), DAY)
    for kind in (PaperKind.COMPLAINT, PaperKind.BRIEF_BAD_FAITH):
        assert ("附則15条1項" in text_of(kind, content)) is said


def test_briefs_name_the_law_of_the_day_of_the_contract() -> None:
    """貸金業法 of 2006, 附則15条・25条: payments under older contracts stay under the old article."""
    deemed = text_of(PaperKind.BRIEF_DEEMED_PAYMENT, content_of())
    assert "平成22年6月18日以後に締結された貸付けの契約" in deemed
    assert "附則15条、25条" in deemed
    assert "施行の日以後の支払" not in deemed
    settled = text_of(PaperKind.BRIEF_SETTLEMENT, content_of())
    assert "令和2年3月31日までの合意は錯誤により無効" in settled
    assert "附則6条1項" in settled


def test_a_list_of_parties_has_no_empty_lines_and_one_place_of_service() -> None:
    alone = text_of(PaperKind.PARTY_LIST, content_of(client_phone=""))
    assert "電話" not in alone
    assert alone.count("送達場所") == 1
    acting = content_of(agent_kind="lawyer", agent_name="見本次郎", agent_address="東京都新宿区1-1")
    by_agent = text_of(PaperKind.PARTY_LIST, acting)
    assert by_agent.count("送達場所") == 1
    assert "FAX" not in by_agent


def test_a_letter_pays_for_no_sheet_of_empty_lines() -> None:
    """Without its empty lines it fits: they go; where they cost nothing they stay."""
    content = content_of()
    for grid in pleading.Grid:
        text = papers.certified_text(content, papers.Desk(grid=grid))
        sheets = pleading.certified.count(text, grid).sheets
        bare = "\n".join(line for line in text.split("\n") if line)
        assert sheets == pleading.certified.count(bare, grid).sheets
    assert "\n\n" in papers.certified_text(content)
    pages = papers.make(
        PaperKind.CERTIFIED_DEMAND, content, desk=papers.Desk(grid=pleading.Grid.ACROSS_26)
    )
    assert len(pages_of(pages.data)) == 1


@pytest.mark.parametrize(
    ("theirs_yen", "said"),
    [(None, ""), (40_000, "届出額を、"), (900_000, "引き直し計算による額を、")],
)
def test_a_plan_offers_no_more_than_the_smaller_amount(theirs_yen: int | None, said: str) -> None:
    event = Event(date(2026, 1, 10), EventKind.BORROW, 90_000)
    history = History((event,), lender="架空ファイナンス株式会社", input_sha256="ab" * 32)
    theirs = {} if theirs_yen is None else {"their_claim_yen": str(theirs_yen)}
    facts = pleading.read({**papers.SAMPLE_FACTS, **theirs})
    content = pleading.content(recalculate(history, Assumptions(), as_of=DAY), facts, DAY)
    assert content.plan is not None
    assert content.plan.total_yen == min(content.owed_yen, theirs_yen or content.owed_yen)
    assert content.plan.instalments[0].due_on == date(2026, 12, 28)
    assert {one.due_on.day for one in content.plan.instalments} == {28}
    text = text_of(PaperKind.REPAYMENT_PLAN, content)
    assert said in text
    assert "金融機関の休業日" in text
