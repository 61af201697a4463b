"""Sheets of statements: equal numbers in every form, every condition in words, three layouts."""

from __future__ import annotations

import csv
import io
import os
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from tests.documents.pages import Pdf, close_set
from tests.documents.samples import (
    PLAIN,
    SAMPLES,
    SEPARATE,
    TRANCHES,
    case,
    event,
    sheet_of,
    statement_of,
)
from tests.documents.workbook import Page

from motocho import __version__
from motocho.claims import layouts
from motocho.claims.assumptions import KEYS, PRESETS, Assumptions, read, values_of
from motocho.claims.layouts import Layout, describe
from motocho.claims.statement import Statement
from motocho.documents import spreadsheet, typeset
from motocho.documents.sheet import LineKind, Pair, Part, Sheet, text_of
from motocho.units.errors import BrokenInvariant, Language

GOLDEN = Path(__file__).parents[1] / "golden" / "recalculation_sheet.txt"
KEY_OF = {
    "interest": "interest_yen",
    "unpaid": "unpaid_interest_yen",
    "principal": "outstanding_principal_yen",
    "overpaid": "overpayment_yen",
    "earned": "overpayment_interest_row_yen",
    "overpaid_interest": "overpayment_interest_yen",
    "days": "days",
}
HEADINGS = {
    Layout.COURT: "行 年月日 借入額 返済額 日数 利率 利息 未払利息 残元金 過払金 過払利息 過払利息残額 備考",
    Layout.NAGOYA: "行 年月日 借入金額 弁済額 利率 日数 利息 未払利息 残元金 過払利息 過払利息残額 備考",
    Layout.TOYAMA: "行 取引日 借入額 返済額 日数 利率 利息 未払利息 残元金 過払金 過払利息 過払利息残額 備考",
}


def amount_in(document: dict[str, Any], key: str) -> int | str:
    """What the public document of a row says for a column."""
    if key == "balance":
        owed, overpaid = document["outstanding_principal_yen"], document["overpayment_yen"]
        return (
            f"-{overpaid}"
            if owed == 0 and isinstance(overpaid, str)
            else (owed if overpaid == 0 else -overpaid)
        )
    said: int | str = document[KEY_OF[key]]
    return said


# ----------------------------------------------------------------------- the same numbers everywhere
@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("name", SAMPLES)
def test_rows_have_the_numbers_of_the_document(name: str, layout: Layout) -> None:
    statement = statement_of(SAMPLES[name])
    sheet = layouts.content(statement, layout)
    rows = [line for line in sheet.lines if line.kind is LineKind.ROW]
    for line, document in zip(rows, statement.document()["rows"], strict=True):
        for place, column in enumerate(sheet.columns):
            if column.key in {*KEY_OF, "balance"}:
                assert line.cells[place].value == amount_in(document, column.key), column.key
            if column.key == "date":
                assert str(line.cells[place].value) == document["date"]
            if column.key == "rate":
                assert line.cells[place].value == document["applied_rate_ppm"]


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("name", SAMPLES)
def test_csv_and_workbook_have_the_numbers_of_the_content(name: str, layout: Layout) -> None:
    statement = statement_of(SAMPLES[name])
    sheet = layouts.content(statement, layout)
    text = layouts.csv_text(statement, layout).removeprefix("\ufeff")
    records = list(csv.reader(io.StringIO(text, newline="")))[1:]
    page = Page(spreadsheet.render(sheet))
    shown = [row for row in page.rows() if isinstance(row[0], float)]
    rows = [line for line in sheet.lines if line.kind is LineKind.ROW]
    for line, record, cells in zip(rows, records, shown, strict=False):
        for at, (place, column) in enumerate(sheet.printed()):
            value = line.cells[place].value
            if column.key in {*KEY_OF, "balance", "borrow", "repay"}:
                assert record[at] == ("" if value is None else str(value))
                assert cells[place] == (float(value) if isinstance(value, int) else value)
    assert len(shown) == len(rows)


@pytest.mark.parametrize("name", SAMPLES)
def test_result_has_the_numbers_of_the_document(name: str) -> None:
    statement = statement_of(SAMPLES[name])
    result = statement.document()["result"]
    sheet = layouts.content(statement, Layout.COURT)
    total = dict(zip((column.key for column in sheet.columns), sheet.lines[-1].cells, strict=True))
    for key in ("unpaid", "principal", "overpaid", "overpaid_interest"):
        assert total[key].value == result[KEY_OF[key]]
    figures = {figure.label: figure.value for figure in sheet.figures}
    if statement.result.claim_yen and name != "exact":
        assert figures["請求額(過払金と過払利息)"] == result["claim_yen"]
        assert figures["訴額(過払金のみ)"] == result["amount_in_dispute_yen"]
    if name == "separate":
        assert figures["対当額での相殺"] == result["set_off_yen"]
        assert figures["差引(▲は借主の残債務)"] == result["net_yen"]


def test_sums_are_the_sums_of_the_rows() -> None:
    sheet = sheet_of(PLAIN)
    for key in ("borrow", "repay", "interest", "earned"):
        place = [column.key for column in sheet.columns].index(key)
        by_kind: dict[LineKind, int] = dict.fromkeys(LineKind, 0)
        for line in sheet.lines:
            by_kind[line.kind] += int(line.cells[place].value or 0)  # type: ignore[arg-type]
        assert len(set(by_kind.values())) == 1
        assert by_kind[LineKind.ROW] > 0


# -------------------------------------------------------------------------------------- layouts
@pytest.mark.parametrize("layout", Layout)
def test_layout_has_its_columns(layout: Layout) -> None:
    shown = [column.header_ja for _, column in sheet_of(PLAIN, layout).printed()]
    assert " ".join(shown) == HEADINGS[layout]


def test_layouts_differ_in_columns_only() -> None:
    court, *others = (sheet_of(SEPARATE, layout) for layout in Layout)
    for other in others:
        changed = {slot.name for slot in fields(Sheet)} - {"columns", "lines", "notes"}
        assert all(getattr(court, name) == getattr(other, name) for name in changed)


def test_one_balance_is_below_zero_when_overpaid() -> None:
    shown = layouts.table(statement_of(PLAIN), Layout.NAGOYA)
    at = shown.headers.index("残元金")
    assert any(texts[at].startswith("▲") for _, texts in shown.rows)
    assert Pair("▲", "残元金の▲は過払金") in shown.notes
    text = layouts.csv_text(statement_of(PLAIN), Layout.NAGOYA)
    owed = statement_of(PLAIN).result.overpayment_yen
    assert f",-{owed}," in text


@pytest.mark.parametrize(
    ("layout", "day"),
    [
        (Layout.COURT, "1999-01-10 / H11.1.10"),
        (Layout.NAGOYA, "H11.1.10"),
        (Layout.TOYAMA, "1999-01-10"),
    ],
)
def test_days_stand_in_the_calendar_of_the_layout(layout: Layout, day: str) -> None:
    assert layouts.table(statement_of(PLAIN), layout).rows[0][1][1] == day


def test_contract_stands_only_where_there_are_several() -> None:
    assert "契約" in layouts.table(statement_of(SEPARATE), Layout.TOYAMA).headers
    assert "契約" not in layouts.table(statement_of(PLAIN), Layout.TOYAMA).headers


def remarks(document: dict[str, Any], language: Language = Language.JA) -> list[str]:
    shown = layouts.table(statement_of(document), Layout.COURT, language)
    return [texts[-1] for kind, texts in shown.rows if kind is LineKind.ROW]


def test_remarks_say_how_interest_is_made_up() -> None:
    assert remarks(SEPARATE) == [
        "冒頭残高",
        "借りた日1日分を加算(18.0%)、推定: 通帳の記載から",
        "",
        "",
        (
            "借りた日1日分を加算(15.0%)、当初15.0%、2003年1月1日から21.9%(損害金)、"
            "2003年2月11日から15.0%、=1+1"
        ),
        (
            "借りた日1日分を加算(18.0%)、当初18.0%、2003年1月1日から26.28%(損害金)、"
            "2003年2月11日から18.0%"
        ),
        "",
        "",
        (
            "計算日、借りた日1日分を加算(15.0%)、当初15.0%、2009年1月1日から12.0%、"
            "2009年6月1日から11.0%、2010年1月1日から20.0%(損害金)"
        ),
        "計算日、当初5.0%、2020年4月1日から3.0%",
    ]
    assert remarks(TRANCHES)[0] == "引き継いだ過払金120,000円、過払利息6,200円"
    assert remarks(TRANCHES)[3] == "計算日、5.0%と3.0%"
    assert remarks(SAMPLES["zero_opening"])[0] == "冒頭残高480,000円を0円とする"
    assert remarks(SEPARATE, Language.EN)[9] == "Closing day; 5.0% at first; 3.0% from 2020-04-01"


def test_estimated_rows_are_marked() -> None:
    sheet = sheet_of(SEPARATE)
    assert [line.name for line in sheet.lines if line.mark == "◇"] == ["2"]
    assert Pair("◇", "推定による行") in sheet.notes
    assert not [line for line in sheet_of(PLAIN).lines if line.mark]


def test_parties_and_remarks_of_the_caller_are_shown() -> None:
    statement = statement_of(PLAIN)
    subject = [Pair("事件名", "不当利得返還請求事件"), Pair("原告", "甲野花子"), Pair("被告", " ")]
    sheet = layouts.content(
        statement, Layout.COURT, subject=subject, notes=[Pair("法令", "未確認の値があります")]
    )
    assert [pair.label for pair in sheet.subject] == ["事件名", "原告", "件名", "貸主"]
    assert sheet.notes[-1] == Pair("法令", "未確認の値があります")


def test_warnings_about_the_calculation_are_notes() -> None:
    document = case(event("2001-02-10", "repay", 5), event("2001-01-10", "borrow", 1_000))
    statement = statement_of(document)
    assert [warning.code for warning in statement.warnings] == ["HIS-005"]
    notes = layouts.content(statement, Layout.COURT).notes
    assert notes == (Pair("注意", statement.warnings[0].what(Language.JA)),)


def test_unconfirmed_values_of_law_are_marked() -> None:
    notes = [text for _, text in sheet_of(SEPARATE).notes]
    codes = [warning.code for warning in statement_of(SEPARATE).warnings]
    unverified = "HIS-008" in codes
    assert any("確認できていない" in text for text in notes) == unverified


def test_advice_about_the_claim_is_not_for_the_court() -> None:
    statement = statement_of(SEPARATE)
    advice = [one for one in statement.warnings if one.code in {"LAW-054", "HIS-007"}]
    assert len(advice) == 2
    shown = [text for _, text in layouts.content(statement, Layout.COURT).notes]
    assert not {one.what(Language.JA) for one in advice} & set(shown)


@pytest.mark.parametrize("language", Language)
def test_every_heading_and_text_is_in_the_language(language: Language) -> None:
    shown = layouts.table(statement_of(PLAIN), Layout.COURT, language)
    own = [shown.title, shown.conditions_title, *shown.headers]
    own += [label for label, _ in (*shown.conditions, *(pair for _, pair in shown.figures))]
    kana_or_kanji = re.compile("[ぁ-ヿ一-鿿]")
    assert all(bool(kana_or_kanji.search(text)) == (language is Language.JA) for text in own)


# ----------------------------------------------------------------------------- conditions in words
def stated(**switches: Any) -> Assumptions:
    reading = read(switches)
    assert not reading.faults
    return reading.assumptions


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", KEYS)
def test_every_value_of_every_assumption_has_words(key: str, language: Language) -> None:
    at = KEYS.index(key)
    texts = [describe(stated(**{key: value}), language)[at] for value in values_of(key)]
    assert len({one.text for one in texts}) == len(texts)
    assert [one.is_default for one in texts] == [True, *[False] * (len(texts) - 1)][: len(texts)]
    for one in describe(Assumptions(), language):
        assert one.is_default
        assert one.label
        assert one.text
        assert "{" not in one.text


def test_conditions_name_the_convention_and_say_it_in_plain_words() -> None:
    texts = dict(zip(KEYS, describe(Assumptions(), Language.JA), strict=True))
    assert texts["year_basis"].text == (
        "各年計算(うるう年に当たる日は366分の1年、ほかの日は365分の1年とする)"
    )
    assert texts["first_day"].text.startswith("初日不算入(")
    assert texts["rounding"].text == "切捨て"
    rule = stated(overpayment_rate_rule="split_2020")
    assert describe(rule, Language.JA)[KEYS.index("overpayment_rate_rule")].text == (
        "2020年4月1日の前日までの日は年5.0%、その日からは年3.0%"
    )


def test_lists_of_rates_and_delays_are_written_out() -> None:
    assumptions = stated(
        contract_rates=[["2007-06-18", "0.18"], ["2010-01-01", "0.15"]],
        delay_periods=[
            {"from_on": "2003-01-01", "to_on": "2003-02-10"},
            {"from_on": "2011-01-01", "to_on": None, "contract_rate": "0.2"},
        ],
    )
    texts = dict(zip(KEYS, describe(assumptions, Language.JA), strict=True))
    assert texts["contract_rates"].text == (
        "2007年6月18日から年18.0%、2010年1月1日から年15.0%(制限利率より低い間だけ使う)"
    )
    assert texts["delay_periods"].text == (
        "2003年1月1日から2003年2月10日まで(上限の利率)、2011年1月1日から最後の日まで(年20.0%と上限の低い方)"
    )
    assert not texts["delay_periods"].is_default
    english = dict(zip(KEYS, describe(assumptions, Language.EN), strict=True))
    assert english["delay_periods"].text.startswith("2003-01-01 to 2003-02-10 (the cap); ")


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_are_named(preset: str) -> None:
    document = case(event("2001-01-10", "borrow", 5, rate="0.1"), **PRESETS[preset])
    assert sheet_of(document).presets.startswith(f"{preset}(")


def test_settings_of_no_preset_are_told_as_such() -> None:
    document = case(event("2001-01-10", "borrow", 5), rounding="ceil")
    assert sheet_of(document).presets == "どの組とも異なる個別の設定"


def test_what_differs_from_the_courts_is_starred() -> None:
    pairs = sheet_of(case(event("2001-01-10", "borrow", 5), rounding="ceil")).stated()
    assert [pair for pair in pairs if pair.text.startswith("＊")] == [
        Pair("1円未満の端数", "＊切上げ")
    ]


# -------------------------------------------------------------- OVER-008: conditions in every form
def forms(statement: Statement) -> dict[str, str]:
    """Every printed form of a statement, as close-set text."""
    sheet = layouts.content(statement, Layout.COURT)
    page = Page(spreadsheet.render(sheet), 1)
    shown = layouts.table(statement, Layout.COURT)
    return {
        "pdf": Pdf(typeset.render(sheet)).close_set(),
        "xlsx": close_set("".join(str(value) for row in page.rows() for value in row)),
        "csv": close_set(layouts.csv_text(statement, Layout.COURT)),
        "terminal": close_set("".join(text for pair in shown.conditions for text in pair)),
    }


@pytest.mark.rule("OVER-008")
@pytest.mark.parametrize("name", ["plain", "separate", "tranches", "lender_side"])
def test_every_form_states_every_condition(name: str) -> None:
    statement = statement_of(SAMPLES[name])
    assert tuple(statement.document()["assumptions"]) == KEYS
    for form, text in forms(statement).items():
        for label, said, is_default in describe(statement.assumptions, Language.JA):
            assert close_set(label) in text, form
            assert close_set(said if is_default else f"＊{said}") in text, form


@pytest.mark.rule("OVER-008")
@pytest.mark.parametrize("key", ["year_basis", "first_day", "rounding"])
def test_no_form_is_made_of_a_content_without_conditions(key: str) -> None:
    sheet = sheet_of(PLAIN)
    kept = tuple(one for one in sheet.conditions if one.key != key)
    with pytest.raises(BrokenInvariant, match="OVER-008"):
        replace(sheet, conditions=kept)


# -------------------------------------------------------------------------------------- formulas
def test_workbook_columns_stand_outside_the_print() -> None:
    sheet = sheet_of(SEPARATE)
    parts = [column.part for column in sheet.columns]
    assert parts == sorted(parts, key=list(Part).index)
    keys = [column.key for column in sheet.columns if column.part is Part.WORKING]
    assert keys[:3] == ["own_day", "denominator", "numerator_1"]


def test_interest_formula_is_principal_rate_days() -> None:
    sheet = sheet_of(PLAIN)
    place = [column.key for column in sheet.columns].index("interest")
    assert sheet.lines[1].cells[place].formula == (
        "INT(([principal@1]*[numerator_1]*([common_1]*366+[leap_1]*365)+0.5)"
        "/([denominator]*133590))"
    )


# ---------------------------------------------------------------------------------------- golden
def test_printed_text_is_as_reviewed() -> None:
    """Rewritten with MOTOCHO_GOLDEN=write; the difference is to be read."""
    statement = statement_of(SEPARATE)
    pages = Pdf(typeset.render(layouts.content(statement, Layout.COURT))).texts()
    said = "\n\n".join(page.replace("\r\n", "\n").rstrip() for page in pages) + "\n"
    said = said.replace(__version__, "VERSION").replace(statement.history.input_sha256, "SHA256")
    if os.environ.get("MOTOCHO_GOLDEN") == "write":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(said, encoding="utf-8")
    assert said == GOLDEN.read_text(encoding="utf-8")


def test_text_of_a_row_is_what_a_clerk_reads() -> None:
    sheet = sheet_of(PLAIN, Layout.NAGOYA)
    row = sheet.lines[1]
    texts = [text_of(row.cells[place], column.style) for place, column in sheet.printed()]
    assert texts[:9] == ["2", "H11.2.20", "", "10,000", "18.0%", "41", "6,065", "0", "296,065"]
