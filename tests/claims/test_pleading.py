"""What papers say: one content object, lines set by ourselves, counted letters, plans, lists."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motocho.claims import pleading
from motocho.claims.assumptions import Assumptions
from motocho.claims.history import Event, History
from motocho.claims.pleading import PaperKind, certified, filing, markup, setting
from motocho.claims.pleading.certified import Grid
from motocho.claims.statement import Statement, recalculate
from motocho.kernel.conventions import (
    EventKind,
    FirstDay,
    OverpaymentAppropriation,
    OverpaymentRateRule,
    Rounding,
    Series,
    YearBasis,
)
from motocho.law import court
from motocho.law.citation import parse_citations
from motocho.units.errors import FaultyInput, Language
from motocho.units.money import court_yen_text, yen_text

DAY = date(2026, 11, 21)
TEMPLATES = Path(__file__).parents[2] / "src/motocho/office/papers/templates"
FACTS = {
    "client_name": "甲野花子",
    "client_address": "東京都千代田区千代田1番1号",
    "lender_name": "架空ファイナンス株式会社",
    "lender_address": "東京都港区芝公園4丁目2番8号",
    "bank_name": "架空銀行",
    "branch_name": "本店",
    "account_number": "1234567",
    "account_holder": "コウノ ハナコ",
    "pay_by_on": "R8.12.20",
}


def statement_of(assumptions: Assumptions | None = None, *events: Event) -> Statement:
    plain = (
        Event(date(2001, 1, 10), EventKind.BORROW, 500_000, 292_000),
        Event(date(2003, 1, 10), EventKind.REPAY, 800_000),
    )
    history = History(events or plain, lender="架空ファイナンス株式会社", input_sha256="ab" * 32)
    return recalculate(history, assumptions or Assumptions(), as_of=DAY)


def content_of(stated: dict[str, str] | None = None, **chosen: object) -> pleading.Content:
    assumptions = replace(Assumptions(), **chosen) if chosen else None  # type: ignore[arg-type]
    facts = pleading.read({**FACTS, **(stated or {})})
    return pleading.content(statement_of(assumptions), facts, DAY)


# ------------------------------------------------------------------------------------------ lines
SIGNS = st.text("あ漢、。「」（）0123456789万億円,.ーA ", max_size=120)


@settings(max_examples=200, deadline=None)
@given(SIGNS, st.integers(2, 80))
def test_lines_are_the_text_and_none_is_too_wide(text: str, room: int) -> None:
    lines = setting.set_lines(text, room, setting.in_half_cells)
    assert "".join(lines) == text
    assert all(setting.in_half_cells(line) <= max(room, 2) for line in lines)


@settings(max_examples=200, deadline=None)
@given(st.text("あ漢、。「」", max_size=200), st.integers(8, 40))
def test_a_line_begins_with_no_comma_where_another_break_was_free(text: str, room: int) -> None:
    lines = setting.set_lines(text, room, setting.counted)
    for before, line in pairwise(lines):
        forced = all(
            now in setting.NEVER_FIRST or last in setting.NEVER_LAST
            for last, now in pairwise(before)
        )
        assert line[0] not in setting.NEVER_FIRST or forced, (before, line)


def test_figures_stay_together() -> None:
    lines = setting.set_lines("あああああ12億3456万0789円", 10, setting.counted)
    assert lines[0] == "あああああ"
    assert any("1234567" in line for line in setting.set_lines("あ" * 7 + "1234567", 10, len))


@settings(max_examples=200, deadline=None)
@given(st.text("あA1、。", max_size=90), st.sampled_from(list(Grid)))
def test_a_letter_is_counted_twice_alike(text: str, grid: Grid) -> None:
    """Second route: signs one by one; lines and sheets from the printed pages."""
    counted = certified.count(text, grid)
    assert counted.characters == sum(1 for sign in text if sign != "\n")
    assert all(len(line) <= grid.characters for line in counted.lines)
    assert [line for page in counted.pages() for line in page] == list(counted.lines)
    assert len(counted.pages()) == counted.sheets
    assert all(len(page) <= grid.lines for page in counted.pages())


@pytest.mark.parametrize("sign", ["あ", "A", "1", "ｱ", "、"])
def test_520_characters_are_one_sheet_and_521_warn(sign: str) -> None:
    """Half-width signs and punctuation count one each."""
    for grid in Grid:
        assert grid.most == 520
        whole = certified.count(sign * 520, grid)
        assert (whole.characters, whole.sheets, whole.warning()) == (520, 1, None)
        over = certified.count(sign * 521, grid)
        warning = over.warning()
        assert over.sheets == 2
        assert warning is not None
        assert "521" in warning.what(Language.JA)


def test_empty_lines_take_a_line_and_kinsoku_may_cost_a_sheet() -> None:
    assert len(certified.count("あ\n\nい", Grid.ACROSS_20).lines) == 3
    pushed = certified.count("あ" * 20 + "、" + "い" * 499, Grid.ACROSS_20)
    assert pushed.characters == 520
    assert pushed.lines[1].startswith("あ、")
    assert pushed.sheets == 2


def test_postage_follows_the_sheets_and_the_day() -> None:
    one, two = (certified.count("あ" * size, Grid.ACROSS_20) for size in (520, 521))
    assert certified.postage(one, DAY).total_yen == 1_420
    assert certified.postage(two, DAY).total_yen == 1_420 + 290
    assert certified.postage(one, date(2024, 9, 30)).total_yen == 1_394
    assert certified.electronic_postage_yen(date(2019, 10, 1)) == 1_220


# ---------------------------------------------------------------------------------------- content
def test_the_claim_is_the_statement_s() -> None:
    content = content_of()
    result = content.statement.result
    assert content.total_yen == result.claim_yen
    assert content.overpayment_yen == result.overpayment_yen
    assert content.fees is not None
    assert content.fees.total_yen == court.total_fee_yen(court.Filing(content.overpayment_yen, DAY))
    fields = pleading.fields(content)
    assert fields["claim"]["total"] == court_yen_text(content.total_yen)
    assert fields["claim"]["interest_from"] == "令和8年11月22日"


@pytest.mark.parametrize("first_day", list(FirstDay))
def test_no_day_of_interest_is_lost_or_counted_twice(first_day: FirstDay) -> None:
    """Second route: a year on, counted by days from the pleaded day, equals counting anew."""
    chosen = replace(Assumptions(), first_day=first_day, year_basis=YearBasis.FIXED_365)
    events = (
        Event(date(2001, 1, 10), EventKind.BORROW, 500_000, 292_000),
        Event(date(2003, 1, 10), EventKind.REPAY, 8_000_000),
    )
    history = History(events, input_sha256="ab" * 32)
    content = pleading.content(recalculate(history, chosen, as_of=DAY), pleading.read(FACTS), DAY)
    later_on = date(2027, 11, 25)
    later = recalculate(history, chosen, as_of=later_on)
    last = next(row for row in reversed(later.rows) if row.segments)
    days = (last.segments[-1].to_on - content.interest_from).days + 1
    run_yen = content.overpayment_yen * 5 * days // 36_500
    grown_yen = int(later.result.overpayment_interest_yen) - content.interest_yen
    assert content.overpayment_yen * 5 // 36_500 > 900
    assert abs(grown_yen - run_yen) <= 1
    ends_before = first_day is FirstDay.LEND_IN_REPAY_OUT
    assert content.interest_from == (DAY if ends_before else DAY + timedelta(days=1))
    assert content.interest_until == content.interest_from - timedelta(days=1)


def test_set_off_takes_interest_first() -> None:
    events = (
        Event(date(2001, 1, 10), EventKind.BORROW, 500_000, 292_000, contract="1"),
        Event(date(2003, 1, 10), EventKind.REPAY, 800_000, contract="1"),
        Event(date(2026, 1, 10), EventKind.BORROW, 100_000, contract="2"),
    )
    statement = statement_of(Assumptions(contracts=Series.SEPARATE_SET_OFF), *events)
    content = pleading.content(statement, pleading.read(FACTS), DAY)
    assert content.total_yen == statement.net_yen
    assert content.owed_yen == 0
    assert content.overpayment_yen == statement.result.overpayment_yen
    assert statement.result.owed_yen < statement.result.overpayment_interest_yen


def test_rates_that_run_on() -> None:
    assert content_of().rate_ppm == 50_000
    assert content_of(overpayment_rate_rule=OverpaymentRateRule.ORIGIN).rate_ppm == 50_000
    assert content_of(overpayment_rate_rule=OverpaymentRateRule.SPLIT_2020).rate_ppm == 30_000
    no_interest = OverpaymentAppropriation.NO_INTEREST
    assert content_of(overpayment_appropriation=no_interest).rate_ppm is None
    with pytest.raises(FaultyInput, match="pleaded as one rate"):
        content_of(overpayment_rate_rule=OverpaymentRateRule.TRANCHE)
    with pytest.raises(FaultyInput, match="fractions of a yen"):
        content_of(rounding=Rounding.EXACT)


def test_facts_tell_every_fault_with_its_place() -> None:
    stated = {
        "clinet_name": "甲",
        "pay_by_on": "13月1日",
        "plan_months": "0",
        "agent_kind": "friend",
    }
    with pytest.raises(FaultyInput) as caught:
        pleading.read(stated, file="facts.toml")
    faults = {fault.column: fault for fault in caught.value.faults}
    assert set(faults) == set(stated)
    assert faults["clinet_name"].proposed == "client_name"
    assert all(fault.file == "facts.toml" for fault in faults.values())


def test_missing_facts_are_told_before_a_paper_is_made() -> None:
    content = content_of()
    missing = {asked.key for asked in pleading.missing(PaperKind.COMPLAINT, content)}
    assert missing == {"lender_representative", "court_name"}
    with pytest.raises(FaultyInput) as caught:
        pleading.require(PaperKind.COMPLAINT, content)
    assert {fault.column for fault in caught.value.faults} == missing
    with pytest.raises(FaultyInput, match="does not fit"):
        pleading.require(PaperKind.REPAYMENT_PLAN, content)
    assert PaperKind.ACCEPTANCE_NOTICE not in pleading.offered(content)


# -------------------------------------------------------------------------------- days and rates
APART = (
    Event(date(2001, 1, 10), EventKind.BORROW, 500_000, 292_000, contract="1"),
    Event(date(2003, 1, 10), EventKind.REPAY, 800_000, contract="1"),
    Event(date(2012, 1, 10), EventKind.BORROW, 90_000, 180_000, contract="2"),
    Event(date(2013, 1, 10), EventKind.REPAY, 200_000, contract="2"),
)


def separate(*events: Event, **chosen: object) -> pleading.Content:
    assumptions = replace(Assumptions(), contracts=Series.SEPARATE, **chosen)  # type: ignore[arg-type]
    history = History(events, lender="架空ファイナンス株式会社", input_sha256="ab" * 32)
    return pleading.content(recalculate(history, assumptions), pleading.read(FACTS), DAY)


def test_a_contract_that_ended_earlier_keeps_its_interest_up_to_the_day_that_is_pleaded() -> None:
    content = separate(*APART)
    history = History(APART, lender="架空ファイナンス株式会社", input_sha256="ab" * 32)
    assumptions = replace(Assumptions(), contracts=Series.SEPARATE)
    whole = recalculate(history, assumptions, as_of=content.accrued_until).result
    assert content.accrued_until == date(2013, 1, 10)
    assert content.interest_yen == whole.overpayment_interest_yen > 0
    assert content.total_yen == whole.claim_yen


def test_contracts_first_overpaid_under_two_rates_are_not_pleaded_at_one() -> None:
    young = (
        Event(date(2021, 1, 10), EventKind.BORROW, 90_000, 180_000, contract="2"),
        Event(date(2022, 1, 10), EventKind.REPAY, 200_000, contract="2"),
    )
    with pytest.raises(FaultyInput) as caught:
        separate(*APART[:2], *young, overpayment_rate_rule=OverpaymentRateRule.ORIGIN)
    assert [fault.code for fault in caught.value.faults] == ["PLD-005"]


def test_a_rate_by_date_is_pleaded_for_the_time_before_its_change_too() -> None:
    content = separate(*APART, overpayment_rate_rule=OverpaymentRateRule.SPLIT_2020)
    said = pleading.fields(content)["claim"]["rate"]
    assert said == "令和2年3月31日まで年5パーセント、その翌日から年3パーセント"
    later = content_of(overpayment_rate_rule=OverpaymentRateRule.SPLIT_2020)
    assert pleading.fields(later)["claim"]["rate"] == "年3パーセント"


def test_damages_from_service_are_pleaded_at_a_rate_in_figures() -> None:
    bare = content_of(overpayment_appropriation=OverpaymentAppropriation.NO_INTEREST)
    assert pleading.fields(bare)["claim"]["default_rate"] == "年3パーセント"
    assert "まで法定利率による" not in (TEMPLATES / "complaint.txt").read_text("utf-8")


def test_a_debt_is_offered_in_instalments_as_of_the_day_it_is_counted_to() -> None:
    plan = (TEMPLATES / "repayment_plan.txt").read_text("utf-8")
    assert "残債務の額({{ claim.accrued_until }}現在)" in plan


def test_the_complaint_bears_the_day_whose_fee_it_names() -> None:
    content = content_of({"letter_on": "2026-05-01"})
    assert content.fees is not None
    assert content.fees.on == DAY
    assert pleading.fields(content)["day"]["filed"] == "令和8年11月21日"


# ------------------------------------------------------------------------------------ instalments
@settings(max_examples=100, deadline=None)
@given(st.integers(1, 5_000_000), st.integers(1, 120), st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_instalments_pay_all_and_no_more(owed_yen: int, months: int, from_on: date) -> None:
    stated = {"plan_months": str(months), "plan_from_on": from_on.isoformat()}
    event = Event(from_on - timedelta(days=30), EventKind.BORROW, owed_yen)
    assumptions = Assumptions(overpayment_appropriation=OverpaymentAppropriation.NO_INTEREST)
    history = History((event,), input_sha256="ab" * 32)
    content = pleading.content(recalculate(history, assumptions), pleading.read(stated), event.on)
    assert content.plan is not None
    rows = content.plan.instalments
    assert sum(row.amount_yen for row in rows) == content.owed_yen == owed_yen
    assert rows[-1].left_yen == 0
    assert all(row.amount_yen > 0 for row in rows)
    assert len({(row.due_on.year, row.due_on.month) for row in rows}) == len(rows)


# ------------------------------------------------------------------------------------ packing list
@pytest.mark.parametrize(
    ("filed_on", "agent", "duplicates", "said"),
    [
        ("2026-05-20", "none", "1", "収入印紙"),
        ("2026-05-21", "none", "1", "ペイジー"),
        ("2026-05-21", "lawyer", "不要", "ペイジー"),
    ],
)
def test_what_is_handed_in_follows_day_and_filer(
    filed_on: str, agent: str, duplicates: str, said: str
) -> None:
    content = content_of({"filed_on": filed_on, "agent_kind": agent})
    listed = filing.packing_list(content)
    assert listed is not None
    assert listed.rows[0].duplicates == duplicates
    assert said in listed.stamps
    assert content.fees is not None
    assert yen_text(content.fees.total_yen) in listed.stamps
    assert ("予納は不要" in listed.postage) == (filed_on >= "2026-05-21")


@pytest.mark.parametrize(
    ("stated", "codes"),
    [
        ({"court_name": "東京簡易裁判所"}, []),
        ({"court_name": "東京地方裁判所"}, ["LAW-055"]),
        ({"agent_kind": "lawyer", "filing_route": "paper"}, ["LAW-060"]),
        ({"agent_kind": "scrivener", "filing_route": "electronic"}, []),
        ({"filing_route": "electronic", "filed_on": "2026-05-20"}, ["LAW-062"]),
    ],
)
def test_what_the_court_would_send_back_is_told_first(
    stated: dict[str, str], codes: list[str]
) -> None:
    listed = filing.packing_list(content_of(stated))
    assert listed is not None
    assert [fault.code for fault in listed.warnings] == codes


def test_a_claim_beyond_the_line_is_no_scrivener_s() -> None:
    events = (
        Event(date(2001, 1, 10), EventKind.BORROW, 500_000, 292_000),
        Event(date(2003, 1, 10), EventKind.REPAY, 2_200_000),
    )
    facts = pleading.read({**FACTS, "agent_kind": "scrivener", "court_name": "東京簡易裁判所"})
    listed = filing.packing_list(pleading.content(statement_of(None, *events), facts, DAY))
    assert listed is not None
    assert {fault.code for fault in listed.warnings} == {"LAW-055", "LAW-061"}


def test_exhibits_follow_from_the_facts_and_what_is_added() -> None:
    stated = {
        "history_on": "R8.10.1",
        "demand_on": "R8.10.20",
        "more_exhibits": "契約書/被告/契約の内容; 通帳／原告；;",
    }
    found = content_of(stated).exhibits
    assert [(one.mark, one.title, one.author) for one in found] == [
        ("甲第1号証", "取引履歴", "架空ファイナンス株式会社"),
        ("甲第2号証", "過払金返還請求書(内容証明郵便)", "甲野花子"),
        ("甲第3号証", "契約書", "被告"),
        ("甲第4号証", "通帳", "原告"),
    ]


def test_exhibit_files_are_named_as_the_court_takes_them() -> None:
    exhibit = pleading.Exhibit(1, "取引履歴/" + "長" * 90, "写し", "", "", "")
    assert exhibit.file_name.startswith("甲001_取引履歴長")
    assert len(exhibit.file_name) == 50
    assert exhibit.file_name.endswith(".pdf")


# ---------------------------------------------------------------------------------------- markup
def test_headings_are_numbered_as_courts_number_them() -> None:
    text = "## あ\n### い\n#### う\n##### え\n###### お\n##### か\n### き\n## く\n### け"
    labels = [block.label for block in markup.parsed(text)]
    assert labels == ["第1", "1", "(1)", "ア", "(ア)", "イ", "2", "第2", "1"]


CASE = re.compile(r"最[大一二三小]*判昭?平?[成昭]?和?[0-9]+年[0-9]+月[0-9]+日")


def test_every_judgment_in_a_template_is_a_citation() -> None:
    found = {
        cited for path in TEMPLATES.glob("*.txt") for cited in CASE.findall(path.read_text("utf-8"))
    }
    assert len(found) >= 12
    for cited in found:
        assert parse_citations(cited)[0].decided_on is not None, cited
