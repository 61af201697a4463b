"""Cases of agreements of our own book: whose they are, and what the book puts in [当社契約の事件].

case_id = open_case(cursor, key, Opening(…), at)          the same one again, however often
owner = owner_of(cursor, case_id)                         None for a case of an office of its own
news = news_of_book(case, entries, history)               what the book has since; pure
take_over(cursor, owner, wanted)                          one group of entries
check_room(cursor, case_id, at)                           bounds of what a member may write
"""

from motocho.office.owned._bounds import (
    MOST_BYTES,
    MOST_ENTRIES,
    MOST_GROUPS_A_MINUTE,
    MOST_ROWS,
    check_room,
)
from motocho.office.owned._keeping import (
    Opener,
    Opening,
    Owner,
    Taking,
    of_house,
    of_member,
    open_case,
    owner_of,
    since_taken,
    take_over,
)
from motocho.office.owned._rows import BOOK, UNTIL, BookNews, news_of_book, rows_of

__all__ = [
    "BOOK",
    "MOST_BYTES",
    "MOST_ENTRIES",
    "MOST_GROUPS_A_MINUTE",
    "MOST_ROWS",
    "UNTIL",
    "BookNews",
    "Opener",
    "Opening",
    "Owner",
    "Taking",
    "check_room",
    "news_of_book",
    "of_house",
    "of_member",
    "open_case",
    "owner_of",
    "rows_of",
    "since_taken",
    "take_over",
]
