"""The lender's side: a claim against us from its paper to the money [当社への過払金請求].

claim = receive(cursor, member_id, Told(…), made)           counsel's notice stops every contact
check(cursor, key, proof, reference, made)                  who claims, by what
disclose(cursor, key, address, made)                        a case of disclosure
reckon(cursor, key, Basis(…), made)                         recalculated by us, its source kept
compare(cursor, key, (name, content), made)                 which conventions make their sheet
ask_offer, ask_settlement, ask_payment                      what another person decides
counter, accept, end                                        what they said
stop, ask_resume                                            a death, an attachment, another creditor
make_file, note_paid, ask_return, note_corrected            the money, and the bureaus
"""

from motocho.office.lender._deciding import (
    KINDS,
    OFFER,
    PAYMENT,
    RESUMING,
    RETURN,
    SETTLEMENT,
    Asking,
    Late,
    Offer,
    Payee,
    Returning,
    account_in,
    ask_offer,
    ask_payment,
    ask_resume,
    ask_return,
    ask_settlement,
)
from motocho.office.lender._delay import damages_of
from motocho.office.lender._keeping import (
    OWED_APART,
    Claim,
    Claimant,
    ClaimKey,
    Due,
    Noted,
    OpenPage,
    Second,
    Told,
    deadlines,
    is_noted,
    of_member,
    one,
    open_claims,
)
from motocho.office.lender._limits import Limits, limits, read
from motocho.office.lender._own import amounts_of, of_courts, own_file, own_history
from motocho.office.lender._papers import settlement_paper
from motocho.office.lender._paying import (
    FilePage,
    PaymentFile,
    files_of,
    kept_apart,
    make_file,
    note_corrected,
    note_paid,
    one_file,
    pay_on,
    payees_of,
    released,
)
from motocho.office.lender._receiving import receive
from motocho.office.lender._reckoning import (
    CONVENTIONS,
    Basis,
    again,
    compare,
    kept_input,
    reckon,
    statement_of,
)
from motocho.office.lender._rules import BY_TWO, OVER, Step, may_follow
from motocho.office.lender._stopping import (
    Cause,
    Entitled,
    Stopping,
    causes,
    stop,
    unanswered,
)
from motocho.office.lender._talking import accept, check, counter, disclose, end, proofs_of

__all__ = [
    "BY_TWO",
    "CONVENTIONS",
    "KINDS",
    "OFFER",
    "OVER",
    "OWED_APART",
    "PAYMENT",
    "RESUMING",
    "RETURN",
    "SETTLEMENT",
    "Asking",
    "Basis",
    "Cause",
    "Claim",
    "ClaimKey",
    "Claimant",
    "Due",
    "Entitled",
    "FilePage",
    "Late",
    "Limits",
    "Noted",
    "Offer",
    "OpenPage",
    "Payee",
    "PaymentFile",
    "Returning",
    "Second",
    "Step",
    "Stopping",
    "Told",
    "accept",
    "account_in",
    "again",
    "amounts_of",
    "ask_offer",
    "ask_payment",
    "ask_resume",
    "ask_return",
    "ask_settlement",
    "causes",
    "check",
    "compare",
    "counter",
    "damages_of",
    "deadlines",
    "disclose",
    "end",
    "files_of",
    "is_noted",
    "kept_apart",
    "kept_input",
    "limits",
    "make_file",
    "may_follow",
    "note_corrected",
    "note_paid",
    "of_courts",
    "of_member",
    "one",
    "one_file",
    "open_claims",
    "own_file",
    "own_history",
    "pay_on",
    "payees_of",
    "proofs_of",
    "read",
    "receive",
    "reckon",
    "released",
    "settlement_paper",
    "statement_of",
    "stop",
    "unanswered",
]
