"""A whole book recalculated in one run [帳簿全体の引き直し計算].

`recalculate_block` is the calculation, columns in and columns out; `run` carries a book through it
into a folder; `estimate` adds a run up by product and year; `export` writes our own book.
"""

from motocho.office.portfolio.block import Recalculated, recalculate_block
from motocho.office.portfolio.book import export
from motocho.office.portfolio.conventions import Conventions
from motocho.office.portfolio.distribution import Way
from motocho.office.portfolio.reserve import By, Group, Reserve, estimate
from motocho.office.portfolio.runs import Form, Means, Summary, run, summary_of

__all__ = [
    "By",
    "Conventions",
    "Form",
    "Group",
    "Means",
    "Recalculated",
    "Reserve",
    "Summary",
    "Way",
    "estimate",
    "export",
    "recalculate_block",
    "run",
    "summary_of",
]
