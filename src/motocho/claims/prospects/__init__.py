"""What a claim has before it: whether, until when, where, how much, what it costs [請求の見通し].

Everything here is pure reasoning over a recalculated history, dated tables of law and what others
publish. It warns and names the articles; it promises nothing, ranks nobody, and says where a person
should see a professional.
"""

from motocho.claims.prospects.affected import Answers, Check, Period, Verdict, check, read_period
from motocho.claims.prospects.bureau import (
    BureauEffect,
    GuaranteedLoan,
    Record,
    Standings,
    bureau_effect,
    guarantees_of,
)
from motocho.claims.prospects.circumstances import (
    AMOUNTS,
    DAYS,
    FACTS,
    LOAN,
    OFFER,
    read_circumstances,
    read_loan,
    read_offer,
    the_lender,
)
from motocho.claims.prospects.clock import (
    Clock,
    Count,
    Dealing,
    Loss,
    Side,
    Start,
    State,
    Steps,
    Tranche,
    clock,
    counts_of,
    dealings_of,
)
from motocho.claims.prospects.costs import Certificate, Costs, costs
from motocho.claims.prospects.fees import Fee, FeePart, Handling, caps, most_fee
from motocho.claims.prospects.line import Line, SingleClaim, line
from motocho.claims.prospects.outlook import (
    Circumstances,
    Outlook,
    TaxNote,
    Told,
    outlook,
    tax_note,
)
from motocho.claims.prospects.sentences import Sentence, known_sentences
from motocho.claims.prospects.settling import (
    Expenses,
    Offer,
    Payout,
    Round,
    SettlementTable,
    Totals,
    settlement_table,
    totals,
    totals_of,
)

__all__ = [
    "AMOUNTS",
    "DAYS",
    "FACTS",
    "LOAN",
    "OFFER",
    "Answers",
    "BureauEffect",
    "Certificate",
    "Check",
    "Circumstances",
    "Clock",
    "Costs",
    "Count",
    "Dealing",
    "Expenses",
    "Fee",
    "FeePart",
    "GuaranteedLoan",
    "Handling",
    "Line",
    "Loss",
    "Offer",
    "Outlook",
    "Payout",
    "Period",
    "Record",
    "Round",
    "Sentence",
    "SettlementTable",
    "Side",
    "SingleClaim",
    "Standings",
    "Start",
    "State",
    "Steps",
    "TaxNote",
    "Told",
    "Totals",
    "Tranche",
    "Verdict",
    "bureau_effect",
    "caps",
    "check",
    "clock",
    "costs",
    "counts_of",
    "dealings_of",
    "guarantees_of",
    "known_sentences",
    "line",
    "most_fee",
    "outlook",
    "read_circumstances",
    "read_loan",
    "read_offer",
    "read_period",
    "settlement_table",
    "tax_note",
    "the_lender",
    "totals",
    "totals_of",
]
