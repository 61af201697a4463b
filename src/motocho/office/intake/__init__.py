"""Anything a lender sends becomes rows of a case: tables, PDF, photos and scans [取り込み].

pages = read(data, name)                          text cells with their places; parsed apart
columns, template = recognised(pages, templates)  what each column holds; changeable
rows_of(repair(transcribe(pages, columns)))       rows of a case, doubts marked
"""

from motocho.office.intake._filling import (
    DOUBT_MARK,
    ESTIMATE_MARK,
    column_of,
    rows_of,
    rows_of_estimate,
    texts_of,
    to_look_at,
)
from motocho.office.intake._process import Going, NeedsScan, ReadPage, pages_of
from motocho.office.intake._reading import MOST_BYTES, FileKind, kind_of, read, read_pages
from motocho.office.intake._templates import Template, read_template, recognised, template_of

__all__ = [
    "DOUBT_MARK", "ESTIMATE_MARK", "MOST_BYTES", "FileKind", "Going", "NeedsScan", "ReadPage",
    "Template", "column_of", "kind_of", "pages_of", "read", "read_pages", "read_template",
    "recognised", "rows_of", "rows_of_estimate", "template_of", "texts_of", "to_look_at",
]  # fmt: skip
