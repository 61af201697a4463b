"""Templates of lenders' histories: what each column is, known by the heads [業者の雛形].

A template is a small TOML file that an office makes from what it set by hand, gives to others, and
reads again. It recognises a file by its heads; where heads are the same, by nothing else.

>>> made = template_of("架空 型B", Columns((Content.DATE, Content.BORROW), ("取引日", "出金")))
>>> read_template(made.text()).columns.contents == made.columns.contents
True
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from motocho.claims.transcripts import Columns, Content, Meaning, Page, Signs, guess_columns
from motocho.units.days import Era
from motocho.units.errors import Fault, FaultyInput, clipped
from motocho.units.text import without_blanks

LONGEST_NAME = 60
MOST_COLUMNS, MOST_WORDS = 60, 400
_HEAD_ROWS = 60
_KEYS = ("name", "heads", "contents")


@dataclass(frozen=True, slots=True)
class Template:
    """A lender's layout under a name [雛形]."""

    name: str
    columns: Columns

    def text(self) -> str:
        """The template as a file [雛形の書き出し]."""
        columns = self.columns
        lines = [
            "# motocho template of a lender's history / 取引履歴の雛形",
            f"name = {_quoted(self.name)}",
            f"heads = {_quoted(list(columns.heads))}",
            f"contents = {_quoted([content.value for content in columns.contents])}",
            f"signs = {_quoted(columns.signs.value)}",
            f"era = {_quoted('' if columns.era is None else columns.era.name)}",
            "[words]",
            *(f"{_quoted(word)} = {_quoted(meant.value)}" for word, meant in columns.words.items()),
        ]
        return "\n".join(lines) + "\n"

    def head_of(self, pages: Sequence[Page]) -> int | None:
        """The row of the first page that has this template's heads, from 0; None without [照合]."""
        mine = [_key(head) for head in self.columns.heads]
        for at, row in enumerate(pages[0].rows[:_HEAD_ROWS] if pages and any(mine) else ()):
            if [_key(cell.text) for cell in row] == mine:
                return at
        return None


def _quoted(value: object) -> str:
    """JSON of texts and lists of them is TOML as well."""
    return json.dumps(value, ensure_ascii=False)


def _key(head: str) -> str:
    return without_blanks(head).casefold()


def template_of(name: str, columns: Columns) -> Template:
    """A template out of an assignment [雛形の作成]."""
    return Template(name.strip()[:LONGEST_NAME], columns)


def read_template(text: str) -> Template:
    """A template from its file [雛形の読取り].

    Raises    FaultyInput with everything that is not as a template must be.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise FaultyInput(Fault("INT-020", excerpt=clipped(str(wrong)))) from None
    faults = [_lacks(key) for key in _KEYS if not document.get(key)]
    contents, heads = document.get("contents"), document.get("heads")
    names = contents if isinstance(contents, list) else []
    faults += _unknown("contents", names[:MOST_COLUMNS], [content.value for content in Content])
    faults += _unknown(
        "signs", [document.get("signs", "minus_repays")], [one.value for one in Signs]
    )
    faults += _unknown("era", [document.get("era") or ""], ["", *Era.__members__])
    words = document.get("words", {})
    said = dict(list(words.items())[:MOST_WORDS]) if isinstance(words, dict) else {}
    faults += _unknown("words", list(said.values()), [meant.value for meant in Meaning])
    if not isinstance(heads, list) or len(heads) != len(names):
        faults.append(_lacks("heads"))
    if faults:
        raise FaultyInput(*faults)
    return Template(str(document["name"])[:LONGEST_NAME], _columns(document, names, said))


def _columns(document: Mapping[str, Any], names: Sequence[str], said: Mapping[str, str]) -> Columns:
    era = document.get("era") or ""
    return Columns(
        tuple(Content(name) for name in names),
        tuple(map(str, document["heads"])),
        0,
        Signs(document.get("signs", Signs.MINUS_REPAYS.value)),
        Era[era] if era else None,
        {str(word): Meaning(meant) for word, meant in said.items()},
    )


def _lacks(key: str) -> Fault:
    return Fault("INT-022", column=key, details={"key": key})


def _unknown(key: str, values: Sequence[object], known: Sequence[str]) -> list[Fault]:
    details = {"key": key, "known": clipped(", ".join(one for one in known if one))}
    return [
        Fault("INT-021", column=key, excerpt=clipped(str(value)), details=details)
        for value in values
        if value not in known
    ]


def recognised(pages: Sequence[Page], known: Sequence[Template]) -> tuple[Columns, Template | None]:
    """The columns of pages: by a template that knows their heads, else as guessed [雛形の照合]."""
    for template in known:
        at = template.head_of(pages)
        if at is not None:
            return replace(template.columns, data_from=at + 1), template
    return guess_columns(pages), None
