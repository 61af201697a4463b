"""Who somebody is: papers that count, ways that are allowed, records that are kept [取引時確認].

    papers.check(shown, on)              what stands against a paper on a day
    methods.lacking(declared, checked)   everything missing before somebody counts as identified
    checked_of(result)                   what a vendor answered, to be put to it
    requests.ask, requests.take          a vendor is asked, and what its answer came to
    records.keep(cursor, member_id, evidence, source, at)
    suspicions.note(...)                 noted by anybody, seen by few, told to nobody else

`papers` and `methods` are pure; letters of the law's list move, so everything is named by meaning.
"""

from motocho.screening.identity import methods, papers, records, requests, results, suspicions
from motocho.screening.identity.methods import (
    Checked,
    Declared,
    Liveness,
    Method,
    check_method,
    lacking,
)
from motocho.screening.identity.papers import (
    CountsAs,
    Paper,
    Second,
    Shown,
    Side,
    Supplement,
    counts_as,
)
from motocho.screening.identity.records import Evidence, Record, check_identified, keep, require
from motocho.screening.identity.requests import Asked, Became
from motocho.screening.identity.results import checked_of

__all__ = [
    "Asked",
    "Became",
    "Checked",
    "CountsAs",
    "Declared",
    "Evidence",
    "Liveness",
    "Method",
    "Paper",
    "Record",
    "Second",
    "Shown",
    "Side",
    "Supplement",
    "check_identified",
    "check_method",
    "checked_of",
    "counts_as",
    "keep",
    "lacking",
    "methods",
    "papers",
    "records",
    "requests",
    "require",
    "results",
    "suspicions",
]
