"""The lender's side: a claim against us from its paper to the money [当社への過払金請求].

claim = receive(cursor, member_id, Told(…), made)           counsel's notice stops every contact
check(cursor, key, proof, reference, made)                  who claims, by what
disclose(cursor, key, address, made)                        a case of disclosure
reckon(cursor, key, Basis(…), made)                         recalculated by us, its source kept
compare(cursor, key, (name, content), made)                 which conventions make their sheet
ask_offer, ask_settlement, ask_payment                      what another person decides
counter, accept, end                                        what they said
make_file, note_paid, note_returned, note_corrected         the money, and the bureaus
"""

from motocho.office.lender._deciding import (
    KINDS,
    OFFER,
    PAYMENT,
    SETTLEMENT,
    Asking,
    Offer,
    Payee,
    account_in,
    ask_offer,
    ask_payment,
    ask_settlement,
)
from motocho.office.lender._keeping import (
    Claim,
    Claimant,
    ClaimKey,
    Due,
    Noted,
    Told,
    deadlines,
    is_noted,
    of_member,
    one,
    open_claims,
    receive,
)
from motocho.office.lender._limits import Limits, limits, read
from motocho.office.lender._papers import settlement_paper
from motocho.office.lender._paying import (
    PaymentFile,
    files_of,
    make_file,
    note_corrected,
    note_paid,
    note_returned,
    one_file,
    pay_on,
    released,
)
from motocho.office.lender._reckoning import (
    CONVENTIONS,
    Basis,
    again,
    compare,
    kept_input,
    own_file,
    own_history,
    reckon,
    statement_of,
)
from motocho.office.lender._rules import BY_TWO, OVER, Step, may_follow
from motocho.office.lender._talking import accept, check, counter, disclose, end, proofs_of

__all__ = [
    "BY_TWO",
    "CONVENTIONS",
    "KINDS",
    "OFFER",
    "OVER",
    "PAYMENT",
    "SETTLEMENT",
    "Asking",
    "Basis",
    "Claim",
    "ClaimKey",
    "Claimant",
    "Due",
    "Limits",
    "Noted",
    "Offer",
    "Payee",
    "PaymentFile",
    "Step",
    "Told",
    "accept",
    "account_in",
    "again",
    "ask_offer",
    "ask_payment",
    "ask_settlement",
    "check",
    "compare",
    "counter",
    "deadlines",
    "disclose",
    "end",
    "files_of",
    "is_noted",
    "kept_input",
    "limits",
    "make_file",
    "may_follow",
    "note_corrected",
    "note_paid",
    "note_returned",
    "of_member",
    "one",
    "one_file",
    "open_claims",
    "own_file",
    "own_history",
    "pay_on",
    "proofs_of",
    "read",
    "receive",
    "reckon",
    "released",
    "settlement_paper",
    "statement_of",
]
