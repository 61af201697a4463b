"""Which column of pages holds what: guessed, shown, changed by hand [列の割り当て].

The guess asks the reader of tables (`claims.reading`): its words for heads, and what cells look
like where there is no head. A person may then say something else for every column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain

from motocho.claims.reading.cells import Row, Sheet
from motocho.claims.reading.columns import guessed_layout, headed_layout
from motocho.claims.reading.looks import looks_like_amount, looks_like_day
from motocho.claims.reading.words import Role, role_of
from motocho.claims.transcripts.pages import Cell, Page
from motocho.claims.transcripts.words import Meaning, key_of, meaning_of
from motocho.units.days import Era


class Content(Enum):
    """What a column may be said to hold [列の中身]."""

    DATE = "date"
    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    BORROW = "borrow"
    REPAY = "repay"
    AMOUNT = "amount"
    BALANCE = "balance"
    RATE = "rate"
    INTEREST = "interest"
    KIND = "kind"
    NOTE = "note"
    CONTRACT = "contract"
    NOTHING = "nothing"
    """Not read."""


class Signs(Enum):
    """What a sign before a single amount means [符号の意味]."""

    MINUS_REPAYS = "minus_repays"
    MINUS_BORROWS = "minus_borrows"
    BY_BALANCE = "by_balance"
    """No sign tells: a balance that rises is a loan."""


_OF_ROLE = {role: Content[role.name] for role in Role if role.name in Content.__members__}
_SAMPLE_ROWS = 6
_PART, _WHOLE = 2, 3


@dataclass(frozen=True, slots=True)
class Columns:
    """What each column of the pages holds, and how its texts are meant [列の割り当て]."""

    contents: tuple[Content, ...]
    heads: tuple[str, ...] = ()
    """The heads as printed; empty where there is none."""
    data_from: int = 0
    """Rows of the first page above the data."""
    signs: Signs = Signs.MINUS_REPAYS
    era: Era | None = None
    """The era of years in two digits without one."""
    words: Mapping[str, Meaning] = field(default_factory=dict)
    """Remarks of this lender and what they mean."""

    def at(self, content: Content) -> int | None:
        """The column that holds something; None without one [列の位置]."""
        return self.contents.index(content) if content in self.contents else None

    def missing(self) -> tuple[Content, ...]:
        """What rows cannot be made without [足りない列]."""
        has = set(self.contents)
        split = {Content.YEAR, Content.MONTH, Content.DAY} <= has
        lacking = [] if Content.DATE in has or split else [Content.DATE]
        if not has & {Content.BORROW, Content.REPAY, Content.AMOUNT}:
            lacking.append(Content.AMOUNT)
        return tuple(lacking)

    def document(self) -> dict[str, object]:
        """The assignment as JSON [公開形式]."""
        return {
            "contents": [content.value for content in self.contents],
            "heads": list(self.heads),
            "data_from": self.data_from,
            "signs": self.signs.value,
            "era": None if self.era is None else self.era.name,
            "words": {word: meant.value for word, meant in self.words.items()},
        }


def width_of(pages: Sequence[Page]) -> int:
    """How many columns the widest row has [列数]."""
    return max((len(row) for page in pages for row in page.rows), default=0)


def guess_columns(pages: Sequence[Page]) -> Columns:
    """What the columns seem to hold [列の推定].

    Why       heads are believed first; without them the cells tell, as for a table file. An amount
              whose head was misread is known by what stands below it.
    """
    width = width_of(pages)
    texts = [[_word_of(cell) for cell in row] for row in chain.from_iterable(p.rows for p in pages)]
    sheet = Sheet("", [Row(number, [*row]) for number, row in enumerate(texts, start=1)])
    layout = headed_layout(sheet) or headed_layout(_with_days_named(sheet)) or guessed_layout(sheet)
    if layout is None:
        return Columns((Content.NOTHING,) * width, (), 0)
    contents = [Content.NOTHING] * width
    for role, column in layout.columns.items():
        if role in _OF_ROLE and column < width:
            contents[column] = _OF_ROLE[role]
    body = texts[layout.data_from :]
    _name_amounts(contents, body)
    for column in layout.words:
        free = column < width and contents[column] is Content.NOTHING
        if free and any(column < len(row) and row[column].strip() for row in body):
            contents[column] = _of_words(
                contents, [row[column] for row in body if column < len(row)]
            )
    heads = tuple(layout.headings.get(column, "") for column in range(width))
    era = _era_of(heads)
    found = Columns(
        tuple(contents), heads if any(heads) else (), layout.data_from, Signs.MINUS_REPAYS, era
    )
    return Columns(found.contents, found.heads, found.data_from, _signs_of(found, body), era)


def _word_of(cell: Cell) -> str:
    """A text; what a second look read instead where that alone is a head."""
    if role_of(cell.text) is None:
        return next((other for other in cell.others if role_of(other) is not None), cell.text)
    return cell.text


_NEARLY_ALL, _OF_ALL = 9, 10


def _name_amounts(contents: list[Content], body: Sequence[Sequence[str]]) -> None:
    """The one column of yen that no head names, where amounts are missing without it.

    Why       beside loans alone it holds the payments if it is filled where they are blank; alone
              it is the single column of amounts if nearly every row has one.
    """
    unknown = [
        at
        for at, content in enumerate(contents)
        if content is Content.NOTHING and _holds_yen(_cells_of(body, at))
    ]
    known = {Content.BORROW, Content.REPAY, Content.AMOUNT} & set(contents)
    if len(unknown) != 1 or Content.DATE not in contents:
        return
    filled = [bool(text) for text in _cells_of(body, unknown[0])]
    if not known and Content.BALANCE in contents:
        if sum(filled) * _OF_ALL >= len(filled) * _NEARLY_ALL:
            contents[unknown[0]] = Content.AMOUNT
    elif len(known) == 1 and Content.AMOUNT not in known:
        mine = known.pop()
        others = [bool(text) for text in _cells_of(body, contents.index(mine))]
        apart = sum(one != other for one, other in zip(filled, others, strict=True))
        if apart * _OF_ALL >= len(filled) * _NEARLY_ALL:
            contents[unknown[0]] = Content.REPAY if mine is Content.BORROW else Content.BORROW


def _cells_of(body: Sequence[Sequence[str]], at: int) -> list[str]:
    return [row[at].strip() if at < len(row) else "" for row in body if any(map(str.strip, row))]


def _holds_yen(texts: Sequence[str]) -> bool:
    said = [text for text in texts if text]
    yen = sum(looks_like_amount(text) and not looks_like_day(text) for text in said)
    return bool(said) and yen * _OF_ALL >= len(said) * _NEARLY_ALL


_FEWEST_HEADS = 2
_HEAD_ROWS = 60


def _with_days_named(sheet: Sheet) -> Sheet:
    """A sheet whose head names no column of days, because it was misread: the days name it."""
    for place, head in enumerate(sheet.rows[:_HEAD_ROWS]):
        texts = [str(value) for value in head.cells]
        known = [role_of(text) for text in texts if text.strip()]
        if sum(one is not None for one in known) < _FEWEST_HEADS or any(map(looks_like_day, texts)):
            continue
        for column, text in enumerate(texts):
            below = [
                later.cells[column]
                for later in sheet.rows[place + 1 :]
                if column < len(later.cells)
            ]
            said = [value for value in below if str(value).strip()]
            days = sum(map(looks_like_day, said))
            if role_of(text) is None and said and days * _WHOLE >= len(said) * _PART:
                cells = [*head.cells[:column], Content.DATE.value, *head.cells[column + 1 :]]
                rows = [*sheet.rows[:place], head._replace(cells=cells), *sheet.rows[place + 1 :]]
                return Sheet(sheet.name, rows)
    return sheet


def _of_words(contents: Sequence[Content], cells: Sequence[str]) -> Content:
    """A column of remarks: the kind of the row where one amount needs it, else a note."""
    said = [cell for cell in cells if cell.strip()]
    known = sum(meaning_of(cell) is not None for cell in said)
    if (
        Content.AMOUNT in contents
        and Content.KIND not in contents
        and known * _WHOLE >= len(said) * _PART
    ):
        return Content.KIND
    return Content.NOTHING if Content.NOTE in contents else Content.NOTE


def _era_of(heads: Sequence[str]) -> Era | None:
    named = {era for era in Era for head in heads if era.value in head}
    return named.pop() if len(named) == 1 else None


# 返済は▲, ▲返済: the word that stands nearest to the sign names it.
_NAMED_MINUS = re.compile(r"([貸借融出返入弁])[^▲△()]{0,3}[▲△]|[▲△][^()]{0,2}?([貸借融出返入弁])")
_MINUS = ("▲", "△", "-", "−", "－", "(", "（")


def _signs_of(columns: Columns, body: Sequence[Sequence[str]]) -> Signs:
    """A single column's signs: the head says which, else a minus repays; none at all: balances."""
    at = columns.at(Content.AMOUNT)
    if at is None:
        return Signs.MINUS_REPAYS
    cells = [row[at].strip() for row in body if at < len(row)]
    signed = any(cell.startswith(_MINUS) for cell in cells)
    if not signed and columns.at(Content.KIND) is None:
        return Signs.BY_BALANCE
    head = key_of(columns.heads[at]) if columns.heads else ""
    named = _NAMED_MINUS.search(head)
    is_lent = named is not None and (named[1] or named[2]) in "貸借融出"
    return Signs.MINUS_BORROWS if is_lent else Signs.MINUS_REPAYS


def samples_of(pages: Sequence[Page], columns: Columns, column: int) -> tuple[str, ...]:
    """The first texts of a column below its head, to show beside the guess [見本]."""
    rows = list(chain.from_iterable(page.rows for page in pages))[columns.data_from :]
    texts = (row[column].text.strip() for row in rows if column < len(row))
    return tuple([text for text in texts if text][:_SAMPLE_ROWS])


def columns_from(document: Mapping[str, object], width: int) -> Columns:
    """An assignment from its JSON; what does not fit is not read [列の割り当ての復元]."""
    known = {content.value: content for content in Content}
    stated = document.get("contents")
    named = (
        [known.get(str(name), Content.NOTHING) for name in stated]
        if isinstance(stated, list)
        else []
    )
    heads, words = document.get("heads"), document.get("words")
    era = str(document.get("era") or "")
    return Columns(
        tuple([*named, *[Content.NOTHING] * width][:width]),
        tuple(map(str, heads)) if isinstance(heads, list) else (),
        int(str(document.get("data_from") or 0)),
        Signs(str(document.get("signs") or Signs.MINUS_REPAYS.value)),
        Era[era] if era in Era.__members__ else None,
        {str(word): Meaning(meant) for word, meant in words.items()}
        if isinstance(words, dict)
        else {},
    )
