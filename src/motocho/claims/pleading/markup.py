r"""The marks of a template's text, and the paragraphs they make [書式の記号].

A template is plain text. A line's first signs say what it is; headings are numbered as courts
number them (第1, 1, (1), ア, (ア)), so nobody numbers by hand:

    # title   = centred   > right   ## 第1   ### 1   #### (1)   ##### ア   ###### (ア)
    - label :: text   || a | b (a row of a table)   ||: 1 2 (its widths)   ! flush   --- new page

>>> [one.label for one in parsed("# 訴状\n## 請求の趣旨\n### 支払え\n### 負担とする")]
['', '第1', '1', '2']
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum


class BlockKind(Enum):
    """What a paragraph is [段落の種類]."""

    TITLE = "title"
    CENTRED = "centred"
    RIGHT = "right"
    HEADING = "heading"
    BODY = "body"
    FLUSH = "flush"
    PAIR = "pair"
    ROW = "row"
    WIDTHS = "widths"
    EMPTY = "empty"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph [段落]; `level` is the heading it is or stands under, 0 outside of any."""

    kind: BlockKind
    text: str = ""
    level: int = 0
    label: str = ""
    cells: tuple[str, ...] = ()


_HEADING = re.compile(r"(#{2,6})\s+(.*)")
_PAIR = re.compile(r"-\s+(.*?)\s*::\s*(.*)")
_PAGE = re.compile(r"-{3,}")
_SINGLE = (
    (re.compile(r"#\s+(.*)"), BlockKind.TITLE),
    (re.compile(r"=\s+(.*)"), BlockKind.CENTRED),
    (re.compile(r">\s?(.*)"), BlockKind.RIGHT),
    (re.compile(r"!\s?(.*)"), BlockKind.FLUSH),
)
_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"
DEEPEST = 5
"""Levels of headings."""
MOST_COLUMNS = 12
"""Of a table; what stands beyond is not printed."""


def parsed(text: str) -> tuple[Block, ...]:
    """The paragraphs of a text [段落の読み取り]; several empty lines are one."""
    blocks = list(_blocks(text))
    while blocks and blocks[-1].kind is BlockKind.EMPTY:
        blocks.pop()
    return tuple(blocks)


def _blocks(text: str) -> Iterator[Block]:
    numbers = [0] * DEEPEST
    level = 0
    empty = True
    for raw in text.replace("\r\n", "\n").split("\n"):
        line = raw.strip(" \t")
        if line.startswith("//"):
            continue
        if not line:
            if not empty:
                yield Block(BlockKind.EMPTY)
            empty = True
            continue
        empty = False
        heading = _HEADING.fullmatch(line)
        if heading is not None:
            level = len(heading[1]) - 1
            numbers[level - 1] += 1
            numbers[level:] = [0] * (DEEPEST - level)
            label = numbered(level, numbers[level - 1])
            yield Block(BlockKind.HEADING, heading[2].strip(), level, label)
            continue
        block = _single(line, level)
        if block.kind in {BlockKind.TITLE, BlockKind.PAGE}:
            numbers, level = [0] * DEEPEST, 0
        yield block


def _single(line: str, level: int) -> Block:
    if _PAGE.fullmatch(line):
        return Block(BlockKind.PAGE)
    pair = _PAIR.fullmatch(line)
    if pair is not None:
        return Block(BlockKind.PAIR, pair[2], level, pair[1])
    if line.startswith("||:"):
        return Block(BlockKind.WIDTHS, cells=tuple(line[3:].split()[:MOST_COLUMNS]))
    if line.startswith("||"):
        cells = line[2:].split("|")[:MOST_COLUMNS]
        return Block(BlockKind.ROW, cells=tuple(cell.strip() for cell in cells))
    for form, kind in _SINGLE:
        found = form.fullmatch(line)
        if found is not None:
            return Block(kind, found[1].strip(), level)
    return Block(BlockKind.BODY, line, level)


def announces(blocks: Sequence[Block], at: int) -> bool:
    """Whether a heading stands over something: a deeper one, a text, a table [見出しと本文].

    Why       such a heading must not be the last line of a page; one item of a list may be.
    """
    here = blocks[at]
    following = (one for one in blocks[at + 1 :] if one.kind is not BlockKind.EMPTY)
    below = next(following, None)
    if here.kind is not BlockKind.HEADING or below is None or below.kind in _NOTHING_BELOW:
        return False
    return below.kind is not BlockKind.HEADING or below.level > here.level


_NOTHING_BELOW = frozenset({BlockKind.PAGE, BlockKind.TITLE, BlockKind.RIGHT})


def numbered(level: int, number: int) -> str:
    """The label of a heading, as courts number them [見出し番号].

    >>> [numbered(level, 2) for level in range(1, 6)]
    ['第2', '2', '(2)', 'イ', '(イ)']
    """
    kana = _KANA[(number - 1) % len(_KANA)]
    return [f"第{number}", str(number), f"({number})", kana, f"({kana})"][level - 1]
