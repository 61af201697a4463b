r"""The lender-balance checksum: does what was read add up to what the lender printed [残高検算].

A history that was typed, scanned or pasted has slips. The lender's own balances find them: its
convention and rates are found by what reproduces most rows, then every row is rerun from the last
printed balance. A row that differs gets the slips that would explain it, each with the value that
would make it agree. What no balance shows cannot be found: an amount that leaves the printed
balances consistent, or a row after the last of them.

>>> from motocho.claims import reading
>>> paper = "日付,借入,返済,残高\n2001-01-10,200000,,200000\n2001-02-10,,11000,194650\n"
>>> rows = "2001-03-12,,10000,189016\n2001-04-10,,10000,183127\n2001-05-10,,10000,177247\n"
>>> check_balances(reading.read((paper + rows).encode())).slips[0].proposed
'10000'
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from motocho.claims import assumptions as assumed
from motocho.claims.assumptions import DatedRate
from motocho.claims.checksum.changes import SlipKind
from motocho.claims.checksum.dealing import Dealing, check
from motocho.claims.checksum.habits import Source
from motocho.claims.checksum.results import BalanceCheck, Field, Slip, Stretch
from motocho.claims.history import Event, History, by_contract
from motocho.kernel.conventions import EventKind, Series
from motocho.units.errors import Fault
from motocho.units.money import yen_text

__all__ = ["BalanceCheck", "Field", "Slip", "SlipKind", "Source", "Stretch", "check_balances"]

_LONG_GAP_DAYS = 45
_MOST_NOTES = 10


def check_balances(history: History, *, contract_rates: Sequence[DatedRate] = ()) -> BalanceCheck:
    """Rerun a lender's account over its history and explain what differs [残高検算].

    Takes     agreed rates by day, where the user knows them; else the column of rates, what the
              file states, or what reproduces most rows.
    Gives     how many rows agree, the convention found, and slips with their proposals.
    Exact     integers, or fractions where the lender does not cut; through `kernel.accrual`.
    """
    stated = (*_stated_rates(history), *contract_rates)
    dealings = _dealings(history, stated)
    checked = sum(dealing.rows_checked for dealing in dealings)
    notes = [note for dealing in dealings for note in dealing.notes]
    if not checked:
        notes.append(Fault("CHK-024"))
    notes += [*_doubles(history), *_gaps(history)]
    differing = [row for dealing in dealings for row in dealing.differing_rows]
    slips = [slip.within(history.file) for dealing in dealings for slip in dealing.slips]
    told = {slip.row for slip in slips}
    return BalanceCheck(
        rows_checked=checked,
        rows_agreeing=sum(dealing.rows_agreeing for dealing in dealings),
        first_differing_row=differing[0] if differing else None,
        stretches=tuple(stretch for dealing in dealings for stretch in dealing.stretches),
        slips=tuple(slips),
        notes=tuple(
            note.within(history.file)
            for note in notes
            if note.code not in _TOLD_BY_SLIPS or note.line not in told
        ),
    )


_TOLD_BY_SLIPS = frozenset({"CHK-020", "CHK-021", "CHK-022"})


def _stated_rates(history: History) -> tuple[DatedRate, ...]:
    """What the file itself says of agreed rates; faults in it are told by those who need them."""
    stated = history.stated_assumptions.get("contract_rates")
    if stated is None:
        return ()
    return assumed.read({"contract_rates": stated}).assumptions.contract_rates


def _dealings(history: History, stated: Sequence[DatedRate]) -> list[Dealing]:
    """The dealings as the lender kept them: contracts apart or as one, whichever agrees more."""
    joined = [_best_order(list(history.events), stated)] if history.events else []
    if len(history.contracts()) < 2:
        return joined
    apart = [_best_order(events, stated) for events in by_contract(history, Series.SEPARATE)]
    return min((apart, joined), key=_differing)


def _differing(dealings: Sequence[Dealing]) -> int:
    return sum(dealing.rows_checked - dealing.rows_agreeing for dealing in dealings)


def _best_order(events: list[Event], stated: Sequence[DatedRate]) -> Dealing:
    """The rows as they stand; or by date, where that agrees more."""
    as_given = check(events, stated)
    if all(earlier.on <= later.on for earlier, later in pairwise(events)):
        return as_given
    by_date = check(sorted(events, key=lambda event: event.on), stated)
    return min(as_given, by_date, key=lambda one: one.rows_checked - one.rows_agreeing)


# ------------------------------------------------------------------------------------- other checks
def _doubles(history: History) -> Iterator[Fault]:
    """Neighbouring rows that say the same, where the reader has not told so already."""
    told = {warning.line for warning in history.warnings if warning.code == "TAB-072"}
    found = 0
    for earlier, later in pairwise(history.events):
        same = earlier._replace(source_row=None, note="") == later._replace(
            source_row=None, note=""
        )
        if same and later.source_row not in told and found < _MOST_NOTES:
            found += 1
            details = {"row": str(earlier.source_row), "amount": yen_text(later.amount_yen)}
            yield Fault("CHK-021", line=later.source_row, excerpt=str(later.on), details=details)


def _gaps(history: History) -> Iterator[Fault]:
    """Times without a row that are much longer than a contract's usual ones, under a debt."""
    for dealing in by_contract(history, Series.SEPARATE):
        yield from _gaps_of(sorted(dealing, key=lambda event: event.on))


def _gaps_of(events: Sequence[Event]) -> Iterator[Fault]:
    lengths = sorted(
        (later.on - earlier.on).days for earlier, later in pairwise(events) if later.on > earlier.on
    )
    if not lengths:
        return
    usual = lengths[len(lengths) // 2]
    found = 0
    for earlier, later in pairwise(events):
        days = (later.on - earlier.on).days
        owes = earlier.lender_balance_yen != 0 and later.kind is not EventKind.CLOSING
        long = 2 * days > 5 * usual and days > usual + _LONG_GAP_DAYS
        if long and owes and found < _MOST_NOTES:
            found += 1
            details = {
                "from_on": str(earlier.on),
                "to_on": str(later.on),
                "days": f"{days:,}",
                "usual": f"{usual:,}",
            }
            yield Fault("CHK-020", line=later.source_row, excerpt=str(later.on), details=details)
