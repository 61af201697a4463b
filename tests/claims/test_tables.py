"""Tables as lenders give them: every form reads as the same history, or says why it does not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.claims import workbooks

from motocho.claims import reading
from motocho.claims.checksum import check_balances
from motocho.claims.history import History
from motocho.kernel.conventions import EventKind
from motocho.units.errors import FaultyInput

HISTORIES = Path(__file__).parent / "histories"
B, R = "borrow", "repay"

# What the papers say: day, kind, amount, balance after it.
SAKURA = [
    (date(2001, 1, 10), B, 200_000, 200_000),
    (date(2001, 2, 9), R, 10_000, 194_500),
    (date(2001, 3, 12), R, 10_000, 189_022),
    (date(2001, 3, 12), B, 50_000, 239_022),
    (date(2001, 4, 10), R, 12_000, 232_220),
    (date(2001, 5, 11), R, 12_000, 225_619),
    (date(2001, 6, 29), B, 30_000, 255_619),
    (date(2001, 7, 10), R, 12_000, 254_018),
    (date(2001, 8, 10), R, 12_000, 247_923),
    (date(2001, 9, 10), R, 15_000, 238_687),
    (date(2001, 10, 10), R, 15_000, 229_057),
    (date(2001, 11, 12), R, 15_000, 219_726),
]
TURN_OF_ERA = [
    (date(1988, 10, 5), B, 300_000, 300_000),
    (date(1988, 11, 7), R, 15_000, 294_900),
    (date(1988, 12, 5), R, 15_000, 288_157),
    (date(1989, 1, 6), R, 15_000, 282_378),
    (date(1989, 1, 9), B, 50_000, 332_378),
    (date(1989, 2, 6), R, 15_000, 327_531),
    (date(1989, 3, 6), R, 15_000, 321_701),
    (date(1989, 4, 5), R, 15_000, 316_352),
]
CARD = [
    (date(2005, 4, 8), B, 100_000, 100_000),
    (date(2005, 5, 9), R, 8_000, 93_528),
    (date(2005, 6, 8), R, 8_000, 86_911),
    (date(2005, 7, 8), B, 40_000, 126_911),
    (date(2005, 8, 8), R, 8_000, 122_136),
    (date(2005, 9, 8), R, 8_000, 116_003),
    (date(2005, 10, 7), R, 120_000, 0),
    (date(2005, 12, 2), B, 80_000, 80_000),
    (date(2006, 1, 10), R, 8_000, 73_538),
]
RATE_CHANGE = [
    (date(2001, 1, 10), B, 200_000, 200_000),
    (date(2001, 2, 9), R, 10_000, 194_800),
    (date(2001, 3, 12), R, 10_000, 189_631),
    (date(2001, 4, 10), R, 10_000, 183_840),
    (date(2001, 5, 11), R, 10_000, 177_829),
    (date(2001, 6, 11), R, 10_000, 171_687),
    (date(2001, 7, 10), R, 10_000, 165_172),
]

# Each file, the paper that it shows, and the codes of its warnings.
FORMS = {
    "plain.csv": (SAKURA, ()),
    "english.csv": (SAKURA, ()),
    "till_words.csv": (SAKURA, ()),
    "channel_and_marks.tsv": (SAKURA, ("TAB-036", "TAB-061")),
    "kind_and_amount.csv": (SAKURA, ("TAB-036", "TAB-061")),
    "fax_one_column.txt": (SAKURA, ("TAB-034", "TAB-055")),
    "printed_pages.txt": (SAKURA, ("TAB-063",)),
    "signed.csv": (SAKURA, ("TAB-053",)),
    "signed_reversed.csv": (SAKURA, ("TAB-054",)),
    "sign_in_heading.csv": (SAKURA, ()),
    "full_width.csv": (SAKURA, ()),
    "unicode_text.txt": (SAKURA, ()),
    "old_unix.csv": (TURN_OF_ERA, ()),
    "with_mark.csv": (TURN_OF_ERA, ()),
    "era_once.csv": (TURN_OF_ERA, ()),
    "year_once.tsv": (SAKURA, ()),
    "page_totals.csv": (SAKURA, ()),
    "two_row_head.csv": (SAKURA, ()),
    "cancelled.csv": (SAKURA, ("TAB-056",)),
    "shopping_mixed.csv": (CARD, ("TAB-036", "TAB-060")),
    "newest_first.csv": (SAKURA, ("TAB-058",)),
    "parts_of_payment.csv": (CARD, ()),
    "two_contracts.csv": (TURN_OF_ERA + SAKURA, ()),
    "rate_change.csv": (RATE_CHANGE, ("TAB-062",)),
    "passbook.csv": (SAKURA, ()),
    "split_date.csv": (SAKURA, ()),
    "side_by_side.csv": (CARD, ()),
    "no_heading.csv": (SAKURA, ("TAB-034",)),
    "ruled.txt": (SAKURA, ()),
    "ditto.tsv": (SAKURA, ()),
    "days_as_numbers.xlsx": (SAKURA, ("TAB-067",)),
    "era_days.xlsx": (SAKURA, ()),
    "epoch_1904.xlsx": (SAKURA, ()),
    "epoch_1904_numbers.xlsx": (SAKURA, ("TAB-067",)),
    "pages_as_sheets.xlsx": (SAKURA, ("TAB-035",)),
    "merged_head.xlsx": (SAKURA, ("TAB-031", "TAB-064")),
    "merged_head.xls": (SAKURA, ("TAB-031", "TAB-064")),
    "merged_head.ods": (SAKURA, ("TAB-031", "TAB-064")),
    "formulas.xlsx": (SAKURA, ("TAB-030",)),
    "formulas.xls": (SAKURA, ("TAB-030",)),
    "formulas.ods": (SAKURA, ("TAB-030",)),
}
WITHOUT_BALANCES = {"sign_in_heading.csv", "side_by_side.csv"}


def read(text: str, encoding: str = "utf-8") -> History:
    return reading.read(text.encode(encoding), file="a.csv")


def refused(text: str) -> FaultyInput:
    with pytest.raises(FaultyInput) as caught:
        read(text)
    return caught.value


def shown(history: History) -> list[tuple[date, str, int, int | None]]:
    return [
        (event.on, event.kind.public_name, event.amount_yen, event.lender_balance_yen)
        for event in history.events
    ]


def codes(history: History) -> tuple[str, ...]:
    return tuple(warning.code for warning in history.warnings)


# ------------------------------------------------------------------------------------- the forms
@pytest.mark.parametrize("name", FORMS)
def test_form_reads_as_its_paper(name: str) -> None:
    paper, warnings = FORMS[name]
    history = reading.read((HISTORIES / name).read_bytes(), file=name)
    expected = [row[:3] if name in WITHOUT_BALANCES else row for row in paper]
    found = [row[: len(expected[0])] for row in shown(history)]
    assert found == expected
    assert codes(history) == warnings
    assert len(history.input_sha256) == 64
    assert all(warning.file == name for warning in history.warnings)


@pytest.mark.parametrize("name", sorted(FORMS.keys() - WITHOUT_BALANCES))
def test_balances_of_form_add_up(name: str) -> None:
    """What was read is what the lender reckoned with: the checksum agrees in every row."""
    check = check_balances(reading.read((HISTORIES / name).read_bytes()))
    assert check.rows_agreeing == check.rows_checked == len(FORMS[name][0])
    assert check.slips == ()


def test_every_history_file_is_tried() -> None:
    assert {path.name for path in HISTORIES.iterdir()} == set(FORMS)


def test_source_rows_are_the_lines_of_the_file() -> None:
    history = reading.read((HISTORIES / "page_totals.csv").read_bytes())
    assert [event.source_row for event in history.events] == [
        2, 3, 4, 5, 11, 12, 13, 14, 20, 21, 22, 23,
    ]  # fmt: skip


def test_rates_and_interest_are_taken_along() -> None:
    history = read(
        "日付,貸付,返済,利息,残高,約定利率\n2001/1/10,200000,,,200000,27.375%\n2001/2/9,,10000,4500,194500,\n"
    )
    assert [event.rate_ppm for event in history.events] == [273_750, None]
    assert [event.lender_interest_yen for event in history.events] == [None, 4_500]


def test_contracts_are_taken_along_and_carried_down() -> None:
    history = read(
        "契約番号,日付,借入,返済\nA-1,2001/1/10,200000,\n,2001/2/9,,10000\nB-2,2001/3/1,50000,\n"
    )
    assert [event.contract for event in history.events] == ["A-1", "A-1", "B-2"]


def test_marks_in_a_column_called_contract_are_no_contracts() -> None:
    history = read(
        "日付,契約,借入,返済\n2001/1/10,契約,200000,\n2001/2/9,,,10000\n2001/3/1,解約,,\n"
    )
    assert {event.contract for event in history.events} == {"1"}
    assert codes(history) == ("TAB-061",)


# ------------------------------------------------------------------------------------- till words
def test_till_words_are_from_the_lenders_side() -> None:
    history = read("取引日,出金,入金\n2001/1/10,200000,\n2001/2/9,,10000\n")
    assert [event.kind for event in history.events] == [EventKind.BORROW, EventKind.REPAY]
    assert codes(history) == ("TAB-050",)


def test_till_words_meant_from_the_other_side_are_turned_by_the_balances() -> None:
    rows = "".join(f"2001/{month}/9,10000,,{200_000 - 5_500 * month}\n" for month in range(2, 6))
    history = read("取引日,出金,入金,残高\n2001/1/10,,200000,200000\n" + rows)
    assert [event.kind for event in history.events][:2] == [EventKind.BORROW, EventKind.REPAY]
    assert codes(history) == ("TAB-051",)


def test_passbook_words_are_from_the_banks_side() -> None:
    history = read("年月日,お支払金額,お預り金額\n2001/1/10,200000,\n2001/2/9,,10000\n")
    assert [event.kind for event in history.events] == [EventKind.BORROW, EventKind.REPAY]


# -------------------------------------------------------------------------------------- one column
def test_unknown_kinds_are_learned_from_the_balances() -> None:
    history = read(
        "日付,種別,金額,残高\n2001/1/10,振込,200000,200000\n2001/2/9,振替,10000,194500\n"
    )
    assert [event.kind for event in history.events] == [EventKind.BORROW, EventKind.REPAY]
    assert codes(history) == ("TAB-052", "TAB-052")


def test_kind_that_moves_both_ways_is_not_learned() -> None:
    error = refused(
        "日付,種別,金額,残高\n2001/1/10,振込,200000,200000\n2001/2/9,振込,10000,194500\n"
    )
    assert {fault.code for fault in error.faults} == {"TAB-045"}


def test_amount_of_a_limit_is_no_money() -> None:
    history = read(
        "日付,種別,金額\n2001/1/10,借入,200000\n2001/2/1,限度額変更,500000\n2001/2/9,返済,10000\n"
    )
    assert [event.amount_yen for event in history.events] == [200_000, 10_000]


def test_remarks_tell_the_direction_of_one_column() -> None:
    history = read("日付,金額,摘要\n2001/1/10,200000,ATM貸付\n2001/2/9,10000,ATM返済\n")
    assert [event.kind for event in history.events] == [EventKind.BORROW, EventKind.REPAY]


def test_first_row_on_top_of_an_unknown_balance_is_asked() -> None:
    error = refused("日付,金額,残高\n2001/1/10,50000,250000\n2001/2/9,10000,245000\n")
    assert [fault.code for fault in error.faults] == ["TAB-047"]


# ------------------------------------------------------------------------------------ rows apart
def test_carried_balance_at_the_head_opens_the_history() -> None:
    history = read(
        "日付,摘要,借入,返済,残高\n2001/1/1,前頁繰越,,,150000\n2001/2/9,,,10000,144000\n"
    )
    assert [(event.kind, event.amount_yen) for event in history.events] == [
        (EventKind.OPENING, 150_000),
        (EventKind.REPAY, 10_000),
    ]


def test_opening_without_a_day_takes_the_next_one_and_says_so() -> None:
    history = read("日付,借入,返済,残高\n繰越残高,,,150000\n2001/2/9,,10000,144000\n")
    assert history.events[0].on == date(2001, 2, 9)
    assert codes(history) == ("TAB-069",)


def test_carried_balance_between_pages_is_compared() -> None:
    history = read(
        "日付,借入,返済,残高\n2001/1/10,200000,,200000\n前頁繰越,,,190000\n2001/2/9,,10000,194500\n"
    )
    (warning,) = history.warnings
    assert (warning.code, warning.line) == ("TAB-059", 3)


def test_sums_are_compared() -> None:
    history = read(
        "日付,借入,返済\n2001/1/10,200000,\n2001/2/9,,10000\n小計,200000,10000\n2001/3/9,,10000\n小計,,10000\n総合計,200000,20000\n"
    )
    assert codes(history) == ()


def test_both_amounts_in_one_row_are_two_events() -> None:
    history = read(
        "日付,借入,返済,残高\n2001/1/10,200000,,200000\n2001/2/9,300000,204500,300000\n2001/3/9,50000,10000,345000\n"
    )
    assert [event.kind for event in history.events][1:] == [
        EventKind.REPAY,
        EventKind.BORROW,
        EventKind.BORROW,
        EventKind.REPAY,
    ]
    assert codes(history) == ("TAB-070", "TAB-071")
    assert [event.lender_balance_yen for event in history.events] == [
        200_000,
        None,
        300_000,
        None,
        345_000,
    ]


def test_reversal_in_the_other_column_takes_the_row_away() -> None:
    history = read(
        "日付,借入,返済,備考\n2001/1/10,200000,,\n2001/2/9,,10000,\n2001/2/9,10000,,返済取消\n2001/2/10,,12000,\n"
    )
    assert [event.amount_yen for event in history.events] == [200_000, 12_000]
    assert codes(history) == ("TAB-056",)


def test_row_that_was_itself_cancelled_is_left_out() -> None:
    history = read(
        "日付,借入,返済,残高,状態\n2001/1/10,200000,,200000,\n2001/2/9,,10000,200000,取消\n2001/2/10,,12000,192650,\n"
    )
    assert [event.amount_yen for event in history.events] == [200_000, 12_000]
    assert "TAB-057" in codes(history)


def test_change_of_rate_runs_from_its_day() -> None:
    history = reading.read((HISTORIES / "rate_change.csv").read_bytes())
    assert history.stated_assumptions == {"contract_rates": [["2001-04-01", "0.2555"]]}


def test_change_of_rate_on_a_day_of_money_stands_with_it() -> None:
    history = read(
        "日付,種別,金額,利率\n2001/1/10,借入,200000,\n2001/2/9,利率変更,,25.55%\n2001/2/9,返済,10000,\n"
    )
    assert [event.rate_ppm for event in history.events] == [None, 255_500]
    assert history.stated_assumptions == {}


def test_dates_that_run_backwards_are_kept_and_warned_of() -> None:
    history = read("日付,借入,返済\n2001/1/10,200000,\n2001/3/9,,10000\n2001/2/9,,10000\n")
    assert [event.on.month for event in history.events] == [1, 3, 2]
    assert codes(history) == ("HIS-005",)


def test_era_in_the_heading_settles_short_years() -> None:
    history = read("日付(平成),借入,返済\n13/01/10,200000,\n13/02/09,,10000\n")
    assert [event.on.year for event in history.events] == [2001, 2001]


def test_public_names_of_events_are_kinds() -> None:
    history = read(
        "date,kind,amount,note\n2001-01-01,opening,150000,\n2001-02-09,repay,10000,first\n2001-03-01,closing,,\n"
    )
    assert [event.kind.public_name for event in history.events] == ["opening", "repay", "closing"]
    assert history.events[1].note == "first"


def test_all_faults_are_listed_at_once_in_the_order_of_lines() -> None:
    error = refused(
        "日付,借入,返済,残高\nS64.1.8,20O000,,2\n2001-02-30,,x,y\n2001-03-01,,-5,#REF!\n"
    )
    assert [(fault.line, fault.code) for fault in error.faults] == [
        (2, "DAT-003"),
        (2, "AMT-002"),
        (3, "DAT-007"),
        (3, "AMT-002"),
        (3, "AMT-002"),
        (4, "AMT-003"),
        (4, "AMT-004"),
    ]


def test_proposals_can_be_typed_in() -> None:
    """What a fault proposes is read without that fault."""
    text = "日付,借入,返済\nS64.1.8,200000,\n2001-02-09,,-5000\n"
    faults = refused(text).faults
    for fault in faults:
        assert fault.proposed is not None
        text = text.replace(fault.excerpt.replace(",", ""), fault.proposed)
    assert len(read(text).events) == 2


def test_negative_amount_proposes_the_pair_it_may_make() -> None:
    (fault,) = refused(
        "日付,借入,返済\n2001-01-10,200000,\n2001-02-09,,10000\n2001-02-09,,-10000\n"
    ).faults
    assert (fault.code, fault.line, fault.column, fault.proposed) == ("TAB-049", 4, "返済", "取消")
    history = read(
        "日付,借入,返済,備考\n2001-01-10,200000,,\n2001-02-09,,10000,\n2001-02-09,,-10000,取消\n"
    )
    assert len(history.events) == 1


def test_faults_of_several_sheets_name_their_sheet() -> None:
    head = ["日付", "借入", "返済"]
    data = workbooks.xlsx(
        {
            "1頁": workbooks.sheet_data([head, ["H13.1.10", 200_000, None]]),
            "2頁": workbooks.sheet_data([head, ["H13.2.30", None, 10_000]]),
        }
    )
    with pytest.raises(FaultyInput) as caught:
        reading.read(data)
    (fault,) = caught.value.faults
    assert (fault.line, fault.column) == (2, "2頁!日付")


def test_many_faults_are_counted_beyond_those_listed() -> None:
    faults = refused("日付,借入,返済\n" + "".join("2001-01-10,x,\n" for _ in range(250))).faults
    assert len(faults) == 201
    assert (faults[-1].code, faults[-1].details) == ("TAB-009", {"count": "50"})
