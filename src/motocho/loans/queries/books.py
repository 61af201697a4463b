"""The histories of the whole book, one agreement after another [全契約の取引履歴].

What `histories.history_case` reads for one agreement in several statements is read here for a page
of agreements in four, the long ones streamed by COPY, so that memory does not grow with the book.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from motocho.kernel import revolving
from motocho.kernel.revolving import Step, Terms
from motocho.loans import _rows, products
from motocho.loans._agreements import Key
from motocho.loans._calendar import CLOSED
from motocho.loans.products import Product
from motocho.loans.queries._returned import NOTHING, of_books
from motocho.loans.queries._taken import Taken, taken_of
from motocho.loans.queries.histories import Amounts, HistoryCase, Span, case_of
from motocho.units.errors import ensure

PAGE = 500
"""Agreements read at once."""

_KEYS = """
SELECT member_id, agreement_id, product_id, product_version, opened_on,
    e.channel, e.content::text, e.business_on
FROM loan_agreement JOIN loan_event e USING (member_id, agreement_id)
WHERE (member_id, agreement_id) > (%s, %s) AND opened_on <= %s AND e.event_no = 1
ORDER BY member_id, agreement_id LIMIT %s
"""
_TERMS = """
COPY (SELECT member_id, agreement_id, terms_no, content::text FROM loan_terms
WHERE (member_id, agreement_id) BETWEEN (%s, %s) AND (%s, %s)) TO STDOUT
"""
_STEPS = """
COPY (SELECT DISTINCT ON (s.member_id, s.agreement_id, s.value_on, s.rank, s.event_no)
    s.member_id, s.agreement_id, s.value_on, e.kind, e.content::text, s.state::text, s.parts::text,
    s.terms_no
FROM loan_step s JOIN loan_event e USING (member_id, agreement_id, event_no)
WHERE (s.member_id, s.agreement_id) BETWEEN (%s, %s) AND (%s, %s) AND s.value_on <= %s
  AND NOT EXISTS (SELECT FROM loan_event c WHERE c.member_id = s.member_id
    AND c.agreement_id = s.agreement_id AND c.cancels_no = s.event_no)
ORDER BY s.member_id, s.agreement_id, s.value_on, s.rank, s.event_no, s.step_no DESC) TO STDOUT
"""


class BookHistory(NamedTuple):
    """One agreement of the book with its whole history [契約の取引履歴]."""

    key: Key
    product_id: str
    case: HistoryCase


class _Agreement(NamedTuple):
    key: Key
    product: Product
    opened_on: date
    taken: Taken | None


def every_history(cursor: Any, until_on: date, page: int = PAGE) -> Iterator[BookHistory]:
    """The history of every agreement up to a day, in the order of their keys [全契約の取引履歴].

    Amounts are as they were paid: what was overpaid is found again.

    Takes     a cursor in a transaction of one moment, else commands between two pages are seen.
    Days      events after `until_on`, and agreements opened after it, are left out.
    """
    known: dict[tuple[str, int], Product] = {}
    last = Key(0, 0)
    while agreements := _page(cursor, last, until_on, page, known):
        first, last = agreements[0].key, agreements[-1].key
        terms = _terms(cursor, first, last)
        steps = _steps(cursor, first, last, until_on, terms)
        returned = of_books(cursor, first, last, until_on)
        for one in agreements:
            begins = revolving.open_loan(one.opened_on.toordinal(), terms[one.key][0])
            paid_back = returned.get(one.key, NOTHING)
            span = Span(one.opened_on, until_on, "", Amounts.PAID, paid_back, one.taken)
            case = case_of(begins, steps.get(one.key, ()), one.product.rules(CLOSED), span)
            yield BookHistory(one.key, one.product.product_id, case)


def _page(
    cursor: Any, after: Key, until_on: date, page: int, known: dict[tuple[str, int], Product]
) -> list[_Agreement]:
    cursor.execute(_KEYS, (*after, until_on, page))
    agreements = []
    for member_id, agreement_id, product_id, number, opened_on, *first in cursor.fetchall():
        product = known.get((product_id, number)) or products.version(cursor, product_id, number)
        if product is not None:
            known[product_id, number] = product
        ensure((product_id, number) in known, "an agreement has its product", product=product_id)
        of = known[product_id, number]
        key = Key(member_id, agreement_id)
        agreements.append(_Agreement(key, of, opened_on, taken_of(*first)))
    return agreements


def _terms(cursor: Any, first: Key, last: Key) -> dict[Key, dict[int, Terms]]:
    found: dict[Key, dict[int, Terms]] = {}
    with cursor.cursor.copy(_TERMS, (*first, *last)) as copy:
        copy.set_types(["int8", "int8", "int4", "text"])
        for member_id, agreement_id, number, content in copy.rows():
            own = found.setdefault(Key(member_id, agreement_id), {})
            own[number] = _rows.terms_from(content)
    return found


def _steps(
    cursor: Any, first: Key, last: Key, until_on: date, terms: dict[Key, dict[int, Terms]]
) -> dict[Key, Sequence[Step]]:
    with cursor.cursor.copy(_STEPS, (*first, *last, until_on)) as copy:
        copy.set_types(["int8", "int8", "date", "text", "text", "text", "text", "int4"])
        rows = [(Key(*row[:2]), *row[2:]) for row in copy.rows()]
    return {
        key: [_step(row, terms[key]) for row in own]
        for key, own in groupby(rows, key=lambda row: row[0])
    }


def _step(row: Any, terms: dict[int, Terms]) -> Step:
    _, value_on, kind, content, state, parts, terms_no = row
    event = _rows.event_from(kind, value_on.toordinal(), content, terms)
    return _rows.step_from(event, _rows.state_from(state, terms[terms_no]), parts)
