"""Checked lines as rows of a case [事件の行]: what the lines say, their marks, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from motocho.claims.transcripts import (
    LENT,
    Checked,
    CheckedLine,
    Content,
    EstimatedRow,
    Meaning,
    Repaired,
    Standing,
)

DOUBT_MARK = "△"
ESTIMATE_MARK = "◇"
_LONGEST = 400


def rows_of(
    repaired: Repaired, said: Mapping[tuple[int, str], str] | None = None
) -> list[dict[str, Any]]:
    """Rows to be put into a case [取込行].

    Takes     what a person said of cells: (line from 0, column of the case) to text; it counts more
              than what was read or corrected.
    Why       a doubtful cell keeps its mark in the case until somebody has said what it is.
    """
    known = said or {}
    rows = []
    for at, line in enumerate(repaired.lines):
        texts = texts_of(line)
        for column in ("date", "borrow", "repay", "balance", "rate", "note"):
            if (at, column) in known:
                texts[column] = known[at, column]
        if not texts.get("borrow") and not texts.get("repay") and not _doubts(line):
            continue
        row: dict[str, Any] = {key: text[:_LONGEST] for key, text in texts.items() if text}
        row["source"] = "imported"
        if any((at, column) not in known for column in _doubts(line)):
            row["mark"] = DOUBT_MARK
        rows.append(row)
    return rows


def texts_of(line: CheckedLine) -> dict[str, str]:
    """The columns of a case as a line fills them [行の文字]."""
    cells = line.cells
    texts = {
        "date": cells[Content.DATE].text,
        "rate": line.line.text(Content.RATE),
        "note": _note(line),
        "contract": line.line.text(Content.CONTRACT),
    }
    for content, column in (
        (Content.BORROW, "borrow"),
        (Content.REPAY, "repay"),
        (Content.AMOUNT, "repay"),
    ):
        if content in cells and cells[content].text not in {"", "0"}:
            texts[column] = cells[content].text
    if Content.BALANCE in cells:
        texts["balance"] = cells[Content.BALANCE].text
    if line.line.meaning is Meaning.OPENING:
        texts["kind"] = "冒頭残高"
    return texts


def _note(line: CheckedLine) -> str:
    said = [line.line.text(Content.KIND), line.line.text(Content.NOTE)]
    return " ".join(dict.fromkeys(text for text in said if text))


_COLUMNS = {
    Content.DATE: "date",
    Content.BORROW: "borrow",
    Content.REPAY: "repay",
    Content.AMOUNT: "repay",
    Content.BALANCE: "balance",
}


def column_of(content: Content) -> str:
    """The column of a case in which a checked cell goes [列]."""
    return _COLUMNS[content]


def _doubts(line: CheckedLine) -> list[str]:
    return [
        _COLUMNS[content]
        for content, cell in line.cells.items()
        if cell.standing is Standing.DOUBTFUL
    ]


def to_look_at(repaired: Repaired) -> Iterator[tuple[int, Content, Checked]]:
    """Doubtful cells, the least sure first; then those that were corrected [確認の順]."""
    order = {Standing.DOUBTFUL: 0, Standing.CORRECTED: 1}
    found = [
        (order[cell.standing], cell.sure_permille, at, content, cell)
        for at, line in enumerate(repaired.lines)
        for content, cell in line.cells.items()
        if cell.standing in order
    ]
    for _, _, at, content, cell in sorted(found, key=lambda one: (*one[:3], one[3].value)):
        yield at, content, cell


def rows_of_estimate(rows: Sequence[EstimatedRow], note: str) -> list[dict[str, Any]]:
    """Estimated rows to be put into a case, each marked as one [推定行].

    Takes     the note that every such row carries, in the office's words.
    """
    found = []
    for row in rows:
        way = "borrow" if row.borrow_yen else "repay"
        yen = row.borrow_yen or row.repay_yen
        found.append(
            {
                "date": row.on.isoformat(),
                way: str(yen),
                "note": note,
                "source": "estimated",
                "mark": ESTIMATE_MARK,
            }
        )
    return found


__all__ = [
    "DOUBT_MARK",
    "ESTIMATE_MARK",
    "LENT",
    "column_of",
    "rows_of",
    "rows_of_estimate",
    "texts_of",
    "to_look_at",
]
