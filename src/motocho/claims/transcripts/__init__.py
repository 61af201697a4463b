"""From pages of cells to rows of a history: columns, slips, gaps [書き起こし].

columns = guess_columns(pages)      what each column seems to hold; every one may be changed
script = transcribe(pages, columns)     lines, and the rows that are none
checked = repair(script)            each cell confirmed, corrected or doubted, and why
estimate(memory)                    rows that the client's memory suggests [推定計算]
"""

from motocho.claims.transcripts.columns import (
    Columns,
    Content,
    Signs,
    columns_from,
    guess_columns,
    samples_of,
    width_of,
)
from motocho.claims.transcripts.estimates import EstimatedRow, Memory, estimate
from motocho.claims.transcripts.pages import (
    PICTURE_READ,
    PICTURE_UNREAD,
    Box,
    Cell,
    Page,
    page_from,
    page_of_texts,
    pages_of_table,
    rows_with_numbers,
)
from motocho.claims.transcripts.repair import (
    Checked,
    CheckedLine,
    Reason,
    Repaired,
    Standing,
    repair,
)
from motocho.claims.transcripts.rows import (
    LENT,
    PAID,
    UNKNOWN,
    Dropped,
    LeftOut,
    Line,
    Transcript,
    transcribe,
)
from motocho.claims.transcripts.words import Meaning, meaning_of, vocabulary

__all__ = [
    "LENT",
    "PAID",
    "PICTURE_READ",
    "PICTURE_UNREAD",
    "UNKNOWN",
    "Box",
    "Cell",
    "Checked",
    "CheckedLine",
    "Columns",
    "Content",
    "Dropped",
    "EstimatedRow",
    "LeftOut",
    "Line",
    "Meaning",
    "Memory",
    "Page",
    "Reason",
    "Repaired",
    "Signs",
    "Standing",
    "Transcript",
    "columns_from",
    "estimate",
    "guess_columns",
    "meaning_of",
    "page_from",
    "page_of_texts",
    "pages_of_table",
    "repair",
    "rows_with_numbers",
    "samples_of",
    "transcribe",
    "vocabulary",
    "width_of",
]
