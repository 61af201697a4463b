"""From cells to rows: columns guessed, slips of reading found, nothing corrected in silence."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from motocho.claims.transcripts import (
    LENT,
    Cell,
    Content,
    Dropped,
    Memory,
    Page,
    Repaired,
    Signs,
    Standing,
    columns_from,
    estimate,
    guess_columns,
    meaning_of,
    page_from,
    page_of_texts,
    repair,
    transcribe,
)
from motocho.units.errors import InputError

HEAD = ["取引日", "貸付金額", "入金額", "残高"]


def dealing(seed: int, rows: int) -> list[tuple[date, int, int, int]]:
    """(day, lent, paid, balance), by a lender of this test's own arithmetic."""
    chance = random.Random(seed)
    rate = chance.choice((292_000, 278_000, 180_000, 255_500))
    on, balance, unpaid = date(1999, 1, 10), 0, 0
    made: list[tuple[date, int, int, int]] = []
    for _ in range(rows):
        later = on + timedelta(days=chance.randint(20, 40)) if made else on
        unpaid += balance * rate * (later - on).days // 365_000_000
        on = later
        if balance < 40_000 or chance.random() < 0.2:
            lent = chance.choice((10_000, 30_000, 50_000, 200_000))
            balance += lent
            made.append((on, lent, 0, balance))
        else:
            paid = max(chance.choice((10_000, 12_000, 15_000)), unpaid + 1_000)
            balance, unpaid = balance - (paid - unpaid), 0
            made.append((on, 0, paid, balance))
    return made


def scanned(rows: list[list[str]], sure: int = 990) -> Page:
    texts = [[*HEAD], *rows]
    cells = tuple(tuple(Cell(text, sure) for text in row) for row in texts)
    return Page(1, cells, 1000, 1000, "scan")


def texts_of(made: list[tuple[date, int, int, int]]) -> list[list[str]]:
    return [
        [on.isoformat(), f"{lent:,}" if lent else "", f"{paid:,}" if paid else "", f"{balance:,}"]
        for on, lent, paid, balance in made
    ]


def repaired(rows: list[list[str]], sure: int = 990) -> Repaired:
    pages = [scanned(rows, sure)]
    return repair(transcribe(pages, guess_columns(pages)))


def wrong_and_silent(
    found: Repaired, made: list[tuple[date, int, int, int]]
) -> tuple[list[str], list[str]]:
    """Amounts that are wrong, and those of them that nothing marks."""
    wrong, silent = [], []
    for line, (_, lent, paid, balance) in zip(found.lines, made, strict=True):
        wanted = {Content.BORROW: lent, Content.REPAY: paid, Content.BALANCE: balance}
        for content, yen in wanted.items():
            cell = line.cells.get(content)
            text = "0" if cell is None else cell.text
            if text != str(yen):
                wrong.append(f"{content} {yen} {text}")
                marked = line.doubtful() if cell is None else cell.standing is Standing.DOUBTFUL
                silent += [] if marked else [wrong[-1]]
    return wrong, silent


def test_a_page_read_well_is_confirmed() -> None:
    made = dealing(1, 30)
    found = repaired(texts_of(made))
    assert wrong_and_silent(found, made) == ([], [])
    assert found.is_known
    assert found.count(Standing.CONFIRMED) > 80
    assert found.count(Standing.DOUBTFUL) == 0


SLIPS = {
    "0": "6",
    "1": "7",
    "2": "3",
    "3": "8",
    "4": "1",
    "5": "6",
    "6": "8",
    "7": "1",
    "8": "3",
    "9": "0",
}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_misread_digits_are_mended_or_marked(seed: int, slips: int) -> None:
    """A digit of any cell of money becomes another: it comes back, or a person is called."""
    chance = random.Random(seed)
    made = dealing(seed, 30)
    rows = texts_of(made)
    for at in chance.sample(range(30), slips):
        column = chance.choice([one for one in (1, 2, 3) if rows[at][one]])
        text = rows[at][column]
        place = chance.choice([one for one, sign in enumerate(text) if sign.isdigit()])
        rows[at][column] = text[:place] + SLIPS[text[place]] + text[place + 1 :]
    found = repaired(rows)
    _, silent = wrong_and_silent(found, made)
    assert not silent


@pytest.mark.parametrize("seed", [7, 8, 9, 16, 28, 38, 41, 53])
def test_many_misread_cells_beside_each_other_are_never_called_right(seed: int) -> None:
    """Eight rows with up to fourteen misread cells: whatever would agree is not thereby true."""
    chance = random.Random(seed)
    made = dealing(seed, 30)
    rows = texts_of(made)
    start = chance.randrange(22)
    slips = chance.randint(3, 14)
    filled = [(at, one) for at in range(start, start + 8) for one in range(4) if rows[at][one]]
    for at, column in chance.sample(filled, min(slips, len(filled))):
        text = rows[at][column]
        for _ in range(chance.choice((1, 1, 2))):
            places = [
                one for one, sign in enumerate(text) if sign.isdigit() and (column or one > 4)
            ]
            place = chance.choice(places)
            text = text[:place] + SLIPS[text[place]] + text[place + 1 :]
        rows[at][column] = text
    _, silent = wrong_and_silent(repaired(rows), made)
    assert not silent


def test_lost_signs_of_payments_are_told_by_the_numbers_around_them() -> None:
    """A fax loses ▲: all numbers agree as they were read, so that only the way is mended."""
    made = dealing(3, 20)
    head = ["日付", "取引金額", "残高"]
    rows = [
        [on.isoformat(), f"{lent:,}" if lent else f"▲{paid:,}", f"{balance:,}"]
        for on, lent, paid, balance in made
    ]
    for at in (9, 10, 11):
        rows[at][1] = rows[at][1].removeprefix("▲")
    cells = tuple(tuple(Cell(text, 990) for text in row) for row in [head, *rows])
    pages = [Page(1, cells, 1000, 1000, "scan")]
    found = repair(transcribe(pages, guess_columns(pages)))
    assert wrong_and_silent(found, made) == ([], [])
    assert found.count(Standing.DOUBTFUL) == 0


def test_row_whose_amount_stands_in_a_column_of_nothing_is_not_left_out() -> None:
    made = texts_of(dealing(6, 12))
    rows = [[on, lent, paid, balance, ""] for on, lent, paid, balance in made]
    rows[5] = [rows[5][0], "", "", "", "10,000"]
    cells = tuple(tuple(Cell(text, 990) for text in row) for row in [[*HEAD, "昔"], *rows])
    pages = [Page(1, cells, 1000, 1000, "scan")]
    script = transcribe(pages, guess_columns(pages))
    assert len(script.lines) == 12
    assert repair(script).lines[5].doubtful()
    note = [[*row[:4], "利率変更 18.0%" if at == 5 else ""] for at, row in enumerate(rows)]
    cells = tuple(tuple(Cell(text, 990) for text in row) for row in [[*HEAD, "備考"], *note])
    pages = [Page(1, cells, 1000, 1000, "scan")]
    assert len(transcribe(pages, guess_columns(pages)).lines) == 11


def test_day_with_more_behind_it_is_no_other_day() -> None:
    made = texts_of(dealing(6, 12))
    made[5][0] = made[5][0][:8].replace("-", "/") + "2/11"
    line = repaired(made).lines[5]
    assert line.line.on is None
    assert line.cells[Content.DATE].standing is not Standing.UNCHECKED


def test_one_misread_digit_comes_back_nearly_always() -> None:
    """Over 16 slips, one a history, nearly all are corrected to the yen; none is silent."""
    right = 0
    for seed in range(16):
        chance = random.Random(seed)
        made = dealing(seed, 24)
        rows = texts_of(made)
        at = chance.randrange(24)
        column = chance.choice([one for one in (1, 2, 3) if rows[at][one]])
        place = chance.choice([one for one, sign in enumerate(rows[at][column]) if sign.isdigit()])
        text = rows[at][column]
        rows[at][column] = text[:place] + SLIPS[text[place]] + text[place + 1 :]
        wrong, silent = wrong_and_silent(repaired(rows), made)
        assert not silent
        right += not wrong
    assert right >= 14


@settings(max_examples=15, deadline=None)
@example(49)  # a day that is none, before a payment whose interest counts from it
@example(74)  # another day, and an amount that one digit would bring to agree as well
@given(st.integers(0, 10_000))
def test_misread_days_never_turn_a_right_amount_wrong_in_silence(seed: int) -> None:
    chance = random.Random(seed)
    made = dealing(seed, 24)
    rows = texts_of(made)
    at = chance.randrange(24)
    place = chance.choice((6, 8, 9))
    text = rows[at][0]
    rows[at][0] = text[:place] + chance.choice("0123456789") + text[place + 1 :]
    _, silent = wrong_and_silent(repaired(rows), made)
    assert not silent


def test_unread_cells_are_filled_by_the_arithmetic_and_said() -> None:
    made = dealing(3, 24)
    rows = texts_of(made)
    rows[9][3] = ""
    rows[15][0] = "2OO0?"
    found = repaired(rows)
    assert wrong_and_silent(found, made)[1] == []
    assert found.lines[9].cells[Content.BALANCE].text == str(made[9][3])
    assert found.lines[9].cells[Content.BALANCE].standing is not Standing.CONFIRMED
    assert found.lines[15].cells[Content.DATE].standing is Standing.DOUBTFUL


def test_without_balances_nothing_is_called_confirmed() -> None:
    rows = [
        [on.isoformat(), str(lent or ""), str(paid or "")] for on, lent, paid, _ in dealing(4, 12)
    ]
    pages = [page_of_texts([HEAD[:3], *rows])]
    found = repair(transcribe(pages, guess_columns(pages)))
    assert found.count(Standing.CONFIRMED) == 0
    assert found.count(Standing.UNCHECKED) == 24


def test_an_amount_that_nothing_explains_is_doubted() -> None:
    made = dealing(5, 20)
    rows = texts_of(made)
    rows[7] = ["2000-01-01", "", "999", "12"]
    found = repaired(rows)
    assert found.lines[7].doubtful()


# ------------------------------------------------------------------------------------------ columns
def test_columns_are_guessed_by_head_and_by_what_they_hold() -> None:
    rows = texts_of(dealing(6, 8))
    headed = guess_columns([page_of_texts([["取引履歴"], HEAD, *rows])])
    assert [one.value for one in headed.contents] == ["date", "borrow", "repay", "balance"]
    assert headed.data_from == 2
    bare = guess_columns([page_of_texts(rows)])
    assert [one.value for one in bare.contents] == ["date", "borrow", "repay", "balance"]


def test_a_misread_head_of_days_is_known_by_its_days() -> None:
    rows = [[on, lent, paid, "5", balance] for on, lent, paid, balance in texts_of(dealing(6, 8))]
    head = ["取引旧", "貸付金額", "入金額", "利息", "残高"]
    columns = guess_columns([page_of_texts([["明細書"], head, *rows])])
    assert [one.value for one in columns.contents] == [
        "date", "borrow", "repay", "interest", "balance",
    ]  # fmt: skip


def test_a_misread_head_of_amounts_is_known_by_the_other_look_or_by_its_column() -> None:
    rows = [["2001-01-10", "ご融資", "100,000", "100,000"]]
    rows += [[f"2001-0{month}-10", "ご入金", "5,000", "98,000"] for month in range(2, 8)]
    for head in (Cell("全顔", 812, None, ("金額",)), Cell("全顔", 812)):
        heads = (Cell("取引日", 990), Cell("区分", 990), head, Cell("残元金", 990))
        page = Page(1, (heads, *(tuple(map(Cell, row)) for row in rows)), 9, 9, "scan")
        contents = [one.value for one in guess_columns([page]).contents]
        assert contents == ["date", "kind", "amount", "balance"]


def test_a_misread_head_beside_loans_is_payments_where_loans_are_blank() -> None:
    made = texts_of(dealing(6, 20))
    for head, wanted in (
        (["日付", "借入", "Ａ全", "残高"], "repay"),
        (["日付", "昔入", "返済", "残高"], "borrow"),
    ):
        columns = guess_columns([page_of_texts([head, *made])])
        assert wanted in [one.value for one in columns.contents]
    fees = [[*row[:2], "500", row[3]] for row in made]
    columns = guess_columns([page_of_texts([["日付", "借入", "Ａ全", "残高"], *fees])])
    assert "repay" not in [one.value for one in columns.contents]


@pytest.mark.parametrize(
    ("head", "signs"),
    [
        ("取引金額(▲返済)", Signs.MINUS_REPAYS),
        ("取引金額(▲貸付)", Signs.MINUS_BORROWS),
        ("取引金額", Signs.MINUS_REPAYS),
    ],
)
def test_a_signed_column_is_split(head: str, signs: Signs) -> None:
    rows = [["H13.1.10", "100,000", "100,000"], ["H13.2.10", "▲10,000", "92,000"]]
    pages = [page_of_texts([["日付", head, "残高"], *rows])]
    columns = guess_columns(pages)
    assert columns.signs is signs
    ways = [line.way for line in transcribe(pages, columns).lines]
    assert ways == ([LENT, -LENT] if signs is Signs.MINUS_REPAYS else [-LENT, LENT])


def test_a_column_without_signs_is_split_by_the_balance() -> None:
    rows = [["2001-01-10", "100000", "100000"], ["2001-02-10", "10000", "92000"]]
    pages = [page_of_texts([["日付", "金額", "残高"], *rows])]
    assert [line.way for line in transcribe(pages, guess_columns(pages)).lines] == [1, -1]


def test_words_split_a_column_of_amounts() -> None:
    rows = [["2001-01-10", "貸", "100000"], ["2001-02-10", "入", "10000"]]
    pages = [page_of_texts([["日付", "区分", "金額"], *rows])]
    assert [line.way for line in transcribe(pages, guess_columns(pages)).lines] == [1, -1]


def test_every_column_may_be_said_to_hold_something_else() -> None:
    pages = [page_of_texts([HEAD, *texts_of(dealing(7, 5))])]
    columns = guess_columns(pages)
    turned = replace(
        columns, contents=(Content.DATE, Content.REPAY, Content.BORROW, Content.NOTHING)
    )
    first = transcribe(pages, turned).lines[0]
    assert first.way == -LENT
    assert first.balance_yen is None
    assert columns_from(turned.document(), 4) == turned


def test_heads_of_further_pages_sums_and_page_numbers_are_left_out() -> None:
    rows = texts_of(dealing(8, 6))
    first = page_of_texts([HEAD, *rows[:3], ["小計", "", "", ""]])
    second = page_of_texts([HEAD, *rows[3:], ["合計", "1", "2", ""], ["", "- 2 -", "", ""]], 2)
    script = transcribe([first, second], guess_columns([first, second]))
    assert len(script.lines) == 6
    why = [left.why for left in script.left_out]
    assert why == [Dropped.HEAD, Dropped.TOTAL, Dropped.HEAD, Dropped.TOTAL, Dropped.PAGE]


def test_remarks_mean_what_the_vocabulary_or_the_lender_says() -> None:
    said = {word: meaning_of(word) for word in ("CD出金", "口座振替", "ご解約", "利率変更", "○○")}
    assert [None if one is None else one.value for one in said.values()] == [
        "lent", "paid", "closed", "rate", None,
    ]  # fmt: skip


def test_a_page_survives_its_json() -> None:
    page = scanned(texts_of(dealing(9, 4)))
    assert page_from(page.document()) == page


# ----------------------------------------------------------------------------------------- estimates
MEMORIES = st.builds(
    Memory,
    first_on=st.dates(date(1985, 1, 1), date(1995, 1, 1)),
    first_yen=st.integers(1, 100).map(lambda count: count * 10_000),
    payment_yen=st.integers(5_000, 60_000),
    payment_day=st.integers(1, 31),
    rate_ppm=st.sampled_from((180_000, 278_000, 292_000, 400_040)),
    until_on=st.dates(date(1996, 1, 1), date(2003, 1, 1)),
    balance_yen=st.integers(0, 1_000_000),
    limit_yen=st.sampled_from((0, 300_000, 500_000)),
)


@settings(max_examples=120, deadline=None)
@given(MEMORIES)
def test_estimated_rows_end_at_the_known_balance(memory: Memory) -> None:
    """A second route: an account of this test's own is moved by the rows and meets each balance."""
    balance, unpaid, on = 0, 0, memory.first_on
    rows = estimate(memory)
    for row in rows:
        assert on <= row.on < memory.until_on
        gone = (row.on - on).days
        unpaid += balance * memory.rate_ppm * gone // 365_000_000
        balance += row.borrow_yen
        to_interest = min(unpaid, row.repay_yen)
        unpaid -= to_interest
        balance -= row.repay_yen - to_interest
        on = row.on
        assert balance == row.balance_yen >= 0
    assert rows[0].on == memory.first_on
    assert balance == memory.balance_yen
    assert sum(row.is_adjusted for row in rows) <= 1


@pytest.mark.parametrize(
    "change",
    [{"until_on": date(1980, 1, 1)}, {"payment_yen": 0}, {"payment_day": 32}, {"balance_yen": -1}],
)
def test_a_memory_that_cannot_be_meant_is_refused(change: dict[str, object]) -> None:
    memory = Memory(date(1990, 1, 5), 300_000, 15_000, 27, 292_000, date(1995, 4, 1), 200_000)
    with pytest.raises(InputError):
        estimate(replace(memory, **change))  # type: ignore[arg-type]
