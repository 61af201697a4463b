"""Proof that the ledger is what was posted: sums, seals, and what is asked of it [検証].

A business day that is over is *sealed*: each member's entries of the day are written out as lines
and hashed, those hashes are hashed by member, and the day's is chained to the day before. The head
of the chain goes to a file outside the database, to be printed, mailed or signed; whoever holds a
head can prove that no earlier day was changed, even by the owner of the database.

The database makes the seal in one statement; `verify` makes it again in Python from the rows alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from motocho.units.errors import Fault, StateConflict

FIRST_LINK = bytes(32)
"""What the first sealed day is chained to."""


class Seal(NamedTuple):
    """A sealed day [締め済みの日]."""

    sealed_on: date
    entries: int
    total_yen: int
    day_digest: bytes
    chain_digest: bytes

    def text(self) -> str:
        """One line for a file outside the database [控え]."""
        return (
            f"{self.sealed_on.isoformat()} {self.entries} {self.total_yen}"
            f" {self.day_digest.hex()} {self.chain_digest.hex()}"
        )


def seal(cursor: Any, day: date, sealed_at: datetime) -> Seal:
    """Seal a business day: nothing can be booked on it any more [日締め].

    Takes     a cursor inside the caller's transaction, which waits for whoever is posting.
    Raises    StateConflict if the day, or a later one, is sealed already.
    """
    cursor.execute(
        "SELECT sealed_on, entries, total_yen::bigint, day_digest, chain_digest"
        " FROM ledger_seal_day(%s, %s)",
        (day, sealed_at),
    )
    row = cursor.fetchone()
    if row[0] is None:
        raise StateConflict(Fault("LDG-001", details={"day": str(day)}))
    return _seal(row)


def _seal(row: tuple[Any, ...]) -> Seal:
    return Seal(row[0], row[1], row[2], bytes(row[3]), bytes(row[4]))


def _chained(link: bytes, day: date, entries: int, total_yen: int, digest: bytes) -> Seal:
    text = f"{day.isoformat()}|{entries}|{total_yen}|".encode()
    chain = hashlib.sha256(link + text + bytes(digest)).digest()
    return Seal(day, entries, total_yen, bytes(digest), chain)


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and every fault [検証の結果]."""

    entries: int
    days: int
    head: Seal | None
    faults: tuple[Fault, ...]


def verify(cursor: Any, known: Seal | None = None) -> Verified:
    """Add everything up again and make every seal again [元帳の検証].

    Takes     the head that was kept outside, where there is one.
    """
    faults = [*_sums(cursor), *_entries(cursor)]
    seals, broken = _seals(cursor, known)
    cursor.execute("SELECT count(*) FROM ledger_entry")
    entries = cursor.fetchone()[0]
    return Verified(entries, len(seals), seals[-1] if seals else None, (*faults, *broken))


SUMS = """
SELECT member_id, book_id, account, sum(debit_yen), sum(credit_yen),
    sum(pending_debit_yen), sum(pending_credit_yen)
FROM (
    SELECT member_id, book_id, account, debit_yen, credit_yen, pending_debit_yen, pending_credit_yen
    FROM ledger_balance
    UNION ALL
    SELECT e.member_id, e.book_id, t.account,
        CASE WHEN e.phase IN ('posted', 'post') THEN -t.debit_yen ELSE 0 END,
        CASE WHEN e.phase IN ('posted', 'post') THEN -t.credit_yen ELSE 0 END,
        CASE e.phase WHEN 'pending' THEN -t.debit_yen WHEN 'posted' THEN 0 ELSE t.debit_yen END,
        CASE e.phase WHEN 'pending' THEN -t.credit_yen WHEN 'posted' THEN 0 ELSE t.credit_yen END
    FROM ledger_entry e JOIN ledger_leg l USING (member_id, entry_id)
    CROSS JOIN LATERAL (
        VALUES (l.debit, l.amount_yen, 0::bigint), (l.credit, 0::bigint, l.amount_yen)
    ) AS t (account, debit_yen, credit_yen)
) both_ways
GROUP BY member_id, book_id, account
HAVING sum(debit_yen) <> 0 OR sum(credit_yen) <> 0
    OR sum(pending_debit_yen) <> 0 OR sum(pending_credit_yen) <> 0
ORDER BY 1, 2, 3 LIMIT 100
"""
"""Kept balances that are not the sums of their legs; finds nothing."""


def _sums(cursor: Any) -> Iterator[Fault]:
    """Kept balances that are not the sum of their legs."""
    cursor.execute(SUMS)
    for member_id, book_id, account, debit, credit, *_ in cursor.fetchall():
        details = {
            "member": str(member_id),
            "book": str(book_id),
            "account": str(account),
            "debit": str(debit),
            "credit": str(credit),
        }
        yield Fault("LDG-002", details=details)


HALVES = """
SELECT e.member_id, e.entry_id
FROM ledger_entry e LEFT JOIN ledger_leg l USING (member_id, entry_id)
GROUP BY e.member_id, e.entry_id, e.leg_count, e.total_yen
HAVING count(l.leg) <> e.leg_count OR coalesce(sum(l.amount_yen), 0) <> e.total_yen
ORDER BY 1, 2 LIMIT 100
"""
"""Entries that are not all there; finds nothing."""


def _entries(cursor: Any) -> Iterator[Fault]:
    """Entries whose legs are not what they say: possible only where triggers were off."""
    cursor.execute(HALVES)
    for member_id, entry_id in cursor.fetchall():
        yield Fault("LDG-003", details={"member": str(member_id), "entry": str(entry_id)})


def _seals(cursor: Any, known: Seal | None) -> tuple[list[Seal], list[Fault]]:
    cursor.execute(
        "SELECT sealed_on, entries, total_yen::bigint, day_digest, chain_digest"
        " FROM ledger_seal ORDER BY sealed_on"
    )
    stored = [_seal(row) for row in cursor.fetchall()]
    faults, link = [], FIRST_LINK
    for one in stored:
        made = _chained(link, one.sealed_on, *_digest(cursor, one.sealed_on))
        if made != one:
            faults.append(Fault("LDG-004", details={"day": str(one.sealed_on)}))
        link = one.chain_digest
    if known is not None and known not in stored:
        faults.append(Fault("LDG-005", details={"day": str(known.sealed_on)}))
    return stored, faults


class _Line(NamedTuple):
    member_id: int
    entry_id: int
    text: str
    amount_yen: int


def _digest(cursor: Any, day: date) -> tuple[int, int, bytes]:
    """The day's digest once more, in Python, from plain rows: the second route."""
    cursor.execute(
        "SELECT e.member_id, e.entry_id, e.book_id, e.kind, e.phase, e.channel, e.external_ref,"
        " e.value_on, e.business_on, e.booked_at, e.settles_entry_id, e.reverses_entry_id,"
        " e.reason,"
        " l.leg, l.debit, l.credit, l.amount_yen"
        " FROM ledger_entry e JOIN ledger_leg l USING (member_id, entry_id)"
        " WHERE e.business_on = %s ORDER BY e.member_id, e.entry_id, l.leg",
        (day,),
    )
    lines = [_line(row) for row in cursor.fetchall()]
    whole = hashlib.sha256()
    for member_id, of_member in groupby(lines, key=lambda line: line.member_id):
        text = "\n".join(line.text for line in of_member)
        whole.update(member_id.to_bytes(8, "big", signed=True))
        whole.update(hashlib.sha256(text.encode()).digest())
    entries = len({(line.member_id, line.entry_id) for line in lines})
    return entries, sum(line.amount_yen for line in lines), whole.digest()


def _line(row: tuple[Any, ...]) -> _Line:
    member_id, entry_id, book_id, kind, phase, channel, ref, value_on, business_on = row[:9]
    booked_at, settles, reverses, reason, leg, debit, credit, yen = row[9:]
    since = booked_at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    micro = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    fields = (
        entry_id, book_id, kind, phase, len(channel), channel, len(ref), ref, value_on, business_on,
        micro, settles or 0, reverses or 0, len(reason), reason, leg, debit, credit, yen,
    )  # fmt: skip
    return _Line(member_id, entry_id, "|".join(str(field) for field in fields), yen)
