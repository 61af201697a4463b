"""A designated credit bureau as files and types [指定信用情報機関].

The port: what is asked, answered, reported and received (`terms`), the files of it in two forms of
our own (`files`; a bureau's own format goes there), the line by which files come and go (`Line`; a
folder does for a start), and whose an answer is (`match`). Nothing here reads a clock or a
database.
"""

from __future__ import annotations

from motocho.outside.bureau.files import (
    Answers,
    Receipts,
    read_incoming,
    read_inquiries,
    read_reports,
    write_answers,
    write_inquiries,
    write_receipts,
    write_reports,
)
from motocho.outside.bureau.layouts import LAYOUTS, WIDTH, Layout, Sort
from motocho.outside.bureau.matching import (
    Compared,
    Likeness,
    Match,
    Point,
    Verdict,
    compare,
    match,
)
from motocho.outside.bureau.names import half_kana, name_key
from motocho.outside.bureau.records import Form, Head
from motocho.outside.bureau.terms import (
    Answer,
    Declarer,
    Ending,
    Excepted,
    Found,
    Inquiry,
    LenderKind,
    Loan,
    Person,
    Purpose,
    Receipt,
    Report,
    ReportKind,
    SelfExclusion,
    Standing,
    Trouble,
)
from motocho.outside.bureau.tray import SHUT, VARIABLE, Line, Tray, from_environment, trays

__all__ = [
    "LAYOUTS",
    "SHUT",
    "VARIABLE",
    "WIDTH",
    "Answer",
    "Answers",
    "Compared",
    "Declarer",
    "Ending",
    "Excepted",
    "Form",
    "Found",
    "Head",
    "Inquiry",
    "Layout",
    "LenderKind",
    "Likeness",
    "Line",
    "Loan",
    "Match",
    "Person",
    "Point",
    "Purpose",
    "Receipt",
    "Receipts",
    "Report",
    "ReportKind",
    "SelfExclusion",
    "Sort",
    "Standing",
    "Tray",
    "Trouble",
    "Verdict",
    "compare",
    "from_environment",
    "half_kana",
    "match",
    "name_key",
    "read_incoming",
    "read_inquiries",
    "read_reports",
    "trays",
    "write_answers",
    "write_inquiries",
    "write_receipts",
    "write_reports",
]
