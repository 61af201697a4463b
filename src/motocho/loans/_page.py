"""What commands write, collected row by row and written by one statement [書き込み].

One command fills a page with its few rows, an import with those of thousands of agreements; either
way the database takes it in one call (`schema.sql`). Entries are numbered by the ledger as they are
posted, so a step names its entry by the entry's place on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.ledger import posting
from motocho.ledger.posting import Entry
from motocho.units.rows import Field, rows_text

_WRITE = "SELECT loan_write(%s, %s, %s, %s, ledger_post(%s, %s)), journal_write(%s)"


@dataclass(slots=True)
class Page:
    """Rows of commands on locked agreements, to be written together [書き込むもの].

    Shapes    rows as the tables of `schema.sql` have them; an agreement is saved as it was last.
    """

    terms: list[tuple[Field, ...]] = field(default_factory=list)
    events: list[tuple[Field, ...]] = field(default_factory=list)
    steps: list[tuple[Field, ...]] = field(default_factory=list)
    saved: dict[tuple[int, int], tuple[Field, ...]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    news: list[Happening] = field(default_factory=list)

    def post(self, entry: Entry) -> int:
        """Put an entry on the page; gives its place, from one on [記帳するもの]."""
        self.entries.append(entry)
        return len(self.entries)

    def write(self, cursor: Any) -> list[int]:
        """Write it all; gives the numbers of the entries, in their order [書き込み].

        Raises    StateConflict if the business day is sealed; the database's IntegrityError for
                  what its constraints refuse.
        """
        rows = (
            rows_text(self.terms),
            rows_text(self.events),
            rows_text(self.steps),
            rows_text(self.saved.values()),
            *posting.texts(self.entries),
            journal.text(self.news),
        )
        with posting.refusing_sealed_days():
            ((numbers, _),) = call(cursor, _WRITE, rows)
        return list(numbers)


def call(cursor: Any, statement: str, rows: Sequence[str]) -> list[tuple[Any, ...]]:
    """Run a statement that every command runs, kept prepared by the connection [定型文の実行].

    Takes     a cursor of Django's connection; texts of `units.rows`, whose types the statement's
              function names.
    Why       parsing and planning it anew would take a fifth of the database's time.
    """
    with cursor.db.wrap_database_errors, psycopg.Cursor(cursor.connection) as prepared:
        return prepared.execute(statement, rows).fetchall()
