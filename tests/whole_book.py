"""Every row of a book, without times and without numbers that the database gives: two books that
came about by different roads can be compared by it."""

from __future__ import annotations

from typing import Any

_ENTRIES = """
WITH named AS (
    SELECT e.*, o.channel AS of_channel, o.external_ref AS of_ref,
        CASE WHEN e.channel = 'repost' AND e.reverses_entry_id IS NOT NULL
            THEN concat('undo ', o.channel, ' ', o.external_ref) ELSE e.external_ref END AS name
    FROM ledger_entry e LEFT JOIN ledger_entry o
        ON o.member_id = e.member_id AND o.entry_id = coalesce(e.reverses_entry_id, e.settles_entry_id)
)
"""
TABLES = {
    "ledger_entry": _ENTRIES
    + "SELECT member_id, book_id, kind, phase, channel, name, value_on, business_on, leg_count, total_yen,"
    " of_channel, of_ref, settles_entry_id IS NULL, reverses_entry_id IS NULL, reason FROM named",
    "ledger_leg": _ENTRIES
    + "SELECT n.member_id, n.channel, n.name, l.leg, l.debit, l.credit, l.amount_yen"
    " FROM named n JOIN ledger_leg l USING (member_id, entry_id)",
    "ledger_balance": "SELECT * FROM ledger_balance",
    "loan_agreement": "SELECT member_id, agreement_id, product_id, product_version, opened_on, status, stops::text,"
    " ceiling_ppm, limit_yen, shown_limit_yen, held_yen, principal_yen, event_no, terms_no, state::text, wake_on"
    " FROM loan_agreement",
    "loan_event": "SELECT member_id, agreement_id, event_no, kind, value_on, rank, content::text, channel,"
    " external_ref, business_on, actor, cancels_no FROM loan_event",
    "loan_terms": "SELECT member_id, agreement_id, terms_no, content::text FROM loan_terms",
    "loan_step": _ENTRIES
    + "SELECT s.member_id, s.agreement_id, s.event_no, row_number() OVER (PARTITION BY s.member_id,"
    " s.agreement_id, s.event_no ORDER BY s.step_no), s.value_on, s.rank, n.channel, n.name, s.parts::text,"
    " s.terms_no, s.state::text FROM loan_step s LEFT JOIN named n USING (member_id, entry_id)",
    "journal_row": "SELECT member_id, kind, actor, purpose, (subject - 'entry')::text FROM journal_row",
}


def whole_book(cursor: Any) -> dict[str, list[str]]:
    """Each table's rows as texts, in an order of their own."""
    found = {}
    for table, select in TABLES.items():
        cursor.execute(select)
        found[table] = sorted(map(repr, cursor.fetchall()))
    return found
