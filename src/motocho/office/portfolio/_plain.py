"""Texts in CSV that no spreadsheet takes for a formula, and back again [数式にならない表].

A mark goes before a text that begins as a formula does, and before one that begins with that mark:
so whoever takes one mark off has every text as it was, whatever it was.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

MARK = "'"
_BEGINS = "^['=+\\-@\t\r\n＝＋－＠]"  # the full-width signs are read as the others are


def marked(rows: pa.Table) -> pa.Table:
    """The same rows, each text without danger [書出し用]."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_string(field.type):
            rows = rows.set_column(place, field, _marked(rows.column(place)))
    return rows


def _marked(texts: Any) -> Any:
    is_odd = pc.match_substring_regex(texts, _BEGINS)
    return pc.if_else(is_odd, pc.binary_join_element_wise(MARK, texts, ""), texts)


def unmarked(texts: Any) -> Any:
    """Texts as they were before `marked` [読戻し]."""
    return pc.if_else(pc.starts_with(texts, MARK), pc.utf8_slice_codeunits(texts, 1), texts)
