"""Cases of an office, each an append-only log from which its state is folded [事件].

case_id = open_case({"client": …, "lender": …}, actor=…, at=…)
apply(case_id, operations, actor=…, at=…, expected_seq=case.seq)     one group, or nothing
undo_to(case_id, seq, actor=…, at=…, expected_seq=case.seq)          going back is an entry too
case = load(case_id)                                                  .rows, .facts, .scenarios …
case.history(), case.statement("主張"), case.statement(case.reserve)  through claims
readable(case), mend_operations(case, mends)                          while it is still typed
log(case_id)                                                          who changed what, how
seal_bytes(data, place), opened_bytes(body, place)                    files of other tables
digest_of(data, place), is_digest_of(digest, data, place)             by which they are known again
with at_one_moment(): …                                               several reads, one state
export_case(case_id, passphrase), import_case(data, passphrase)       to another PC; see `Part`
office_settings(), set_office_settings({…}, at=…)                     letterhead, conventions
is_locked(), unlock(passphrase), set_passphrase(passphrase, at=…)     a studio with a passphrase
"""

from motocho.office.cases._bundle import (
    Arrival,
    Arrived,
    Part,
    export_case,
    import_case,
    register_part,
)
from motocho.office.cases._case import HEADINGS, Case, table_of
from motocho.office.cases._importing import import_operations, row_of_event, sample_bytes
from motocho.office.cases._keeping import (
    Logged,
    apply,
    case_ids,
    case_of_key,
    entries_of,
    load,
    load_at,
    log,
    open_case,
    undo_to,
)
from motocho.office.cases._letterhead import (
    BEGINNING,
    LETTERHEAD,
    office_settings,
    set_office_settings,
)
from motocho.office.cases._locking import (
    has_passphrase,
    is_locked,
    lock,
    set_passphrase,
    unlock,
)
from motocho.office.cases._operations import COLUMNS, SHAPES, SOURCES, Operation
from motocho.office.cases._overview import Outline, away, outline, outlines
from motocho.office.cases._readable import (
    FIRST_LINE,
    Readable,
    assumptions_of,
    lines_of,
    mend_operations,
    readable,
    unread,
)
from motocho.office.cases._sealing import digest_of, is_digest_of, opened_bytes, seal_bytes
from motocho.office.cases._snapshot import at_one_moment
from motocho.office.cases._state import (
    FIRST_SCENARIO,
    Change,
    Entry,
    SheetRow,
    State,
    counting,
    fold,
)

__all__ = [
    "BEGINNING",
    "COLUMNS",
    "FIRST_LINE",
    "FIRST_SCENARIO",
    "HEADINGS",
    "LETTERHEAD",
    "SHAPES",
    "SOURCES",
    "Arrival",
    "Arrived",
    "Case",
    "Change",
    "Entry",
    "Logged",
    "Operation",
    "Outline",
    "Part",
    "Readable",
    "SheetRow",
    "State",
    "apply",
    "assumptions_of",
    "at_one_moment",
    "away",
    "case_ids",
    "case_of_key",
    "counting",
    "digest_of",
    "entries_of",
    "export_case",
    "fold",
    "has_passphrase",
    "import_case",
    "import_operations",
    "is_digest_of",
    "is_locked",
    "lines_of",
    "load",
    "load_at",
    "lock",
    "log",
    "mend_operations",
    "office_settings",
    "open_case",
    "opened_bytes",
    "outline",
    "outlines",
    "readable",
    "register_part",
    "row_of_event",
    "sample_bytes",
    "seal_bytes",
    "set_office_settings",
    "set_passphrase",
    "table_of",
    "undo_to",
    "unlock",
    "unread",
]
