"""What must always hold in the database: queries that find nothing [不変条件].

>>> [one.name for one in INVARIANTS][-1]
'principal is the same in the ledger and the loans'
"""

from __future__ import annotations

from motocho.documents import archive
from motocho.ledger import checks
from motocho.loans import payouts, standing
from motocho.office import lender
from motocho.outside.postgres import Invariant
from motocho.people import members
from motocho.screening.bureau import memberships as bureau

INVARIANTS: tuple[Invariant, ...] = (
    Invariant(
        "triggers are on",
        "SELECT tgrelid::regclass, tgname FROM pg_trigger "
        "WHERE NOT tgisinternal AND tgenabled <> 'O'",
    ),
    Invariant(
        "constraints are validated",
        "SELECT conrelid::regclass, conname FROM pg_constraint WHERE NOT convalidated",
    ),
    Invariant(
        "indexes are valid",
        "SELECT indexrelid::regclass FROM pg_index WHERE NOT (indisvalid AND indisready)",
    ),
    Invariant("kept balances are the sums of their legs", checks.SUMS, "ledger_balance"),
    Invariant("entries have all their legs", checks.HALVES, "ledger_entry"),
    Invariant(
        "names are the same in the members and what they told",
        members.NAMES_APART,
        "people_member",
    ),
    Invariant("payouts end with their entries", payouts.ENDS_APART, "loan_payout"),
    Invariant("inquiries have their consents", bureau.UNCONSENTED, "screening_inquiry"),
    Invariant("reports to a bureau have no gap", bureau.OVERTAKEN, "screening_report"),
    Invariant("contract papers go back in time", archive.OVERDUE, "documents_held"),
    Invariant("claims against us are owed as they stand", lender.OWED_APART, "office_claim"),
    Invariant(
        "principal is the same in the ledger and the loans",
        standing.PRINCIPAL_APART,
        "loan_agreement",
    ),
)
"""Asked by `motocho db verify`; each room adds its own here."""
