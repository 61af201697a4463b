"""How a lender counts: the convention and rates that reproduce its balances [計算方法の推定].

Between two payments that leave no interest unpaid lies an *episode*. What was paid in it and how
far the principal fell tell the interest that the lender took, and each convention with each rate
tells what it would have taken. Those that agree most often are the lender's. Rates may change:
along the episodes the rate that agrees is followed, and a change must explain more than one row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from motocho.claims.checksum.chain import LENT, OPENED, PAID, Account, Entry, Rate, Rules, interest
from motocho.kernel.accrual import COMMON_YEAR_DAYS, PPM, Yen
from motocho.kernel.conventions import FirstDay, Rounding, YearBasis

USUAL_RATES_PPM = (
    547_500, 400_040, 397_850, 365_000, 328_500, 292_000, 290_000, 288_000, 285_000, 279_900,
    275_000, 273_750, 273_600, 270_000, 262_800, 259_500, 255_500, 250_000, 248_200, 240_000,
    229_950, 219_000, 205_000, 200_000, 182_500, 180_000, 179_500, 178_000, 174_000, 170_000,
    160_000, 150_000, 146_000, 145_000, 140_000, 129_000, 120_000, 100_000,
)  # fmt: skip
"""Agreed rates that card lenders used, ppm a year: those of the age before 2010, and after it."""

_YEARS = (YearBasis.FIXED_365, YearBasis.CALENDAR)
_FIRST_DAYS = (FirstDay.EXCLUDE, FirstDay.BOTH, FirstDay.LEND_IN_REPAY_OUT)
_ROUNDINGS = (Rounding.FLOOR, Rounding.HALF_UP, Rounding.EXACT)
RULES = tuple(
    Rules(year, first_day, rounding)
    for rounding in _ROUNDINGS
    for first_day in _FIRST_DAYS
    for year in _YEARS
)
"""The conventions that are tried, the plainest first."""
UNCUT_RULES = tuple(rules for rules in RULES if rules.rounding is Rounding.EXACT)
"""Those of lenders that do not cut interest."""

_CHANGE_COSTS_HALVES = 3
"""A change of rate must explain more than one and a half rows."""
_MISS_COSTS_HALVES = 2
_HANDICAP_HALVES = 5
"""Without cutting, rows agree within a yen, and free rates fit more than stated ones: both are
believed only where they explain at least three rows more."""
_PARTS, _UNCUT_PARTS = 10, 12
_MOST_RATES = 8
_MOST_EPISODES = 1_500


class Source(Enum):
    """Where the rates of a stretch come from [利率の出所]."""

    COLUMN = "column"
    GIVEN = "given"
    INFERRED = "inferred"
    PRINTED = "printed"
    UNKNOWN = "unknown"


class Habits(NamedTuple):
    """A convention, the rate of each entry's days, and how many episodes they explain."""

    rules: Rules
    rates: tuple[Rate, ...]
    source: Source
    explained: int
    episodes: int


@dataclass(frozen=True, slots=True)
class _Episode:
    """Days between two clean payments: what bore interest, and the interest that was paid."""

    first: int
    last: int
    """Places in the chain of the first and last entry whose days are charged."""
    accounts: tuple[Account, ...]
    """The account before each entry from `first` to `last`."""
    days: tuple[int, ...]
    paid_yen: int


def episodes(entries: Sequence[Entry]) -> list[_Episode]:
    """The episodes of a chain, those that slips have spoilt included [区間]."""
    return list(_episodes(entries))


def _episodes(entries: Sequence[Entry]) -> Iterator[_Episode]:
    balance: int | None = 0 if entries and entries[0].way == LENT else None
    accounts: list[Account] = []
    first = paid = own_yen = own_on = on = 0
    clean = balance is not None
    for place, entry in enumerate(entries):
        if balance is not None:
            accounts.append(Account(on or entry.on, balance, 0, own_yen, own_on))
        own_yen = 0 if entry.on > on else own_yen
        if entry.way == LENT:
            own_yen, own_on = own_yen + entry.amount_yen, entry.on
        paid += entry.amount_yen if entry.way == PAID else 0
        known = entry.balance_yen
        settled = (
            entry.way == PAID and known is not None and balance is not None and known < balance
        )
        if settled and clean and known is not None and balance is not None:
            days = tuple(later.on for later in entries[first : place + 1])
            yield _Episode(first, place, tuple(accounts), days, paid - (balance - known))
        clean = clean and not (entry.way == PAID and known is None)
        unknown_before = balance is None
        balance = _balance_after(balance, entry)
        if settled or balance == 0 or unknown_before:
            # The head of a partial history may owe interest that nobody printed.
            accounts, first, paid, clean = [], place + 1, 0, not unknown_before or settled
        on = entry.on


def _balance_after(balance: int | None, entry: Entry) -> int | None:
    if entry.balance_yen is not None:
        return entry.balance_yen
    if entry.way == OPENED:
        return entry.amount_yen
    return None if balance is None or entry.way == PAID else balance + entry.amount_yen * entry.way


def find(
    entries: Sequence[Entry],
    stated: Sequence[tuple[Source, Sequence[Rate]]],
    conventions: Sequence[Rules] = RULES,
) -> Habits:
    """The habits that explain most of a chain [計算方法の推定].

    Takes     readings of stated rates: where they come from, and a rate for each entry.
    Why       stated rates are believed unless inferred ones explain clearly more.
    """
    found = _sampled(episodes(entries))
    best: tuple[int, int, Habits] | None = None
    for source, rates in stated:
        for rules in conventions if source is not Source.PRINTED else conventions[:1]:
            misses = sum(not _explains(episode, rules, rates) for episode in found)
            habits = Habits(rules, tuple(rates), source, len(found) - misses, len(found))
            handicap = 1 if source is Source.PRINTED else 0
            best = _better(best, misses * _MISS_COSTS_HALVES, handicap, habits)
    if best is None or best[0] > _MISS_COSTS_HALVES * max(2, len(found) // 10):
        for habits, cost in _inferred(entries, found, conventions):
            best = _better(best, cost, 1 if stated else 0, habits)
    if best is None:
        return Habits(Rules(), (Rate(),) * len(entries), Source.UNKNOWN, 0, len(found))
    return best[2]


def _sampled(found: list[_Episode]) -> list[_Episode]:
    """All episodes, or as many from even places as can be tried in bearable time."""
    return found if len(found) <= _MOST_EPISODES else found[:: len(found) // _MOST_EPISODES + 1]


def _better(
    best: tuple[int, int, Habits] | None, cost: int, handicap: int, habits: Habits
) -> tuple[int, int, Habits]:
    """The cheaper of two; a handicap must be won by clearly."""
    if habits.rules.rounding is Rounding.EXACT:
        cost += _HANDICAP_HALVES
    cost += handicap * _HANDICAP_HALVES
    if best is None or cost < best[0]:
        return cost, handicap, habits
    return best


def _explains(episode: _Episode, rules: Rules, rates: Sequence[Rate]) -> bool:
    """Whether a convention takes the interest of an episode at given rates."""
    total = _sum(
        interest(account, on, rates[place], rules)
        for place, (account, on) in enumerate(
            zip(episode.accounts, episode.days, strict=True), start=episode.first
        )
    )
    return _is(episode.paid_yen, total, rules)


def _sum(interests: Iterable[Yen]) -> Yen:
    total: Yen = 0
    for interest_yen in interests:
        total += interest_yen
    return total


def _is(paid_yen: int, total: Yen, rules: Rules) -> bool:
    if rules.rounding is not Rounding.EXACT:
        return paid_yen == total
    # Two printed balances are cut, and interest is reckoned on one of them.
    return -_UNCUT_PARTS < (paid_yen - total) * _PARTS < _UNCUT_PARTS


# --------------------------------------------------------------------------------------- inference
def _inferred(
    entries: Sequence[Entry], found: Sequence[_Episode], conventions: Sequence[Rules]
) -> Iterator[tuple[Habits, int]]:
    """For each convention the rates that explain most, with their cost in half misses."""
    if not found:
        return
    fitting = [_fitting(episode, USUAL_RATES_PPM) for episode in found]
    if 2 * sum(map(bool, fitting)) < len(found):
        plain = _plain_rates(found)
        fitting = [_fitting(episode, (*USUAL_RATES_PPM, *plain)) for episode in found]
    for rules in conventions:
        matched = [
            [rate for rate in rates if _explains_at(episode, rules, rate)]
            for episode, rates in zip(found, fitting, strict=True)
        ]
        cost, path = _followed(matched)
        if path:
            followed, explained = _rate_of_entries(entries, found, path, rules)
            yield Habits(rules, followed, Source.INFERRED, explained, len(found)), cost


def _explains_at(episode: _Episode, rules: Rules, rate_ppm: int) -> bool:
    rate = Rate(rate_ppm)
    total = _sum(
        interest(account, on, rate, rules)
        for account, on in zip(episode.accounts, episode.days, strict=True)
    )
    return _is(episode.paid_yen, total, rules)


def _fitting(episode: _Episode, rates: Sequence[int]) -> list[int]:
    """The rates that come near the interest of an episode under any convention."""
    low_days = yen_days = 0
    for account, on in zip(episode.accounts, episode.days, strict=True):
        if on > account.on:
            yen_days += int(account.balance_yen) * (on - account.on) + account.own_day_yen
            low_days += int(account.balance_yen) * (on - account.on)
    if low_days <= 0:
        return []
    slack = len(episode.days)
    year = COMMON_YEAR_DAYS * PPM
    low = (episode.paid_yen - slack) * year // yen_days
    high = (episode.paid_yen + slack) * (year + PPM) // low_days
    return [rate for rate in rates if low <= rate <= high]


_STEPS_PPM = (10_000, 5_000, 1_000, 500, 100, 50, 10)
_LARGEST_PPM = 1_095_000


def _plain_rates(found: Sequence[_Episode]) -> list[int]:
    """The roundest rates inside what single rows leave open, where several rows name them."""
    votes: Counter[int] = Counter()
    for episode in found:
        if len(episode.days) != 1 or episode.paid_yen <= 0:
            continue
        account, on = episode.accounts[0], episode.days[0]
        yen_days = int(account.balance_yen) * (on - account.on)
        if yen_days <= 0 or account.own_day_yen:
            continue
        low = -(-episode.paid_yen * COMMON_YEAR_DAYS * PPM // yen_days)
        high = (episode.paid_yen + 1) * COMMON_YEAR_DAYS * PPM // yen_days
        for unit in _STEPS_PPM:
            rate = -(-low // unit) * unit
            if rate <= high and rate <= _LARGEST_PPM:
                votes[rate] += 1
                break
    return [rate for rate, count in votes.most_common(_MOST_RATES) if count > 1]


def _followed(matched: Sequence[Sequence[int]]) -> tuple[int, list[int]]:
    """The rates along the episodes with the least misses and changes; cost in half misses."""
    counted = Counter(rate for rates in matched for rate in rates)
    rates = [rate for rate, _ in counted.most_common(_MOST_RATES)]
    if not rates:
        return len(matched) * _MISS_COSTS_HALVES, []
    costs = dict.fromkeys(rates, 0)
    steps: list[dict[int, int]] = []
    for fitting in matched:
        cheapest = min(rates, key=lambda rate: costs[rate])
        changed = costs[cheapest] + _CHANGE_COSTS_HALVES
        came_from = {rate: rate if costs[rate] <= changed else cheapest for rate in rates}
        costs = {
            rate: min(costs[rate], changed) + (0 if rate in fitting else _MISS_COSTS_HALVES)
            for rate in rates
        }
        steps.append(came_from)
    last = min(rates, key=lambda rate: costs[rate])
    cost = costs[last]
    path = [last]
    for came_from in reversed(steps[1:]):
        path.append(came_from[path[-1]])
    return cost, path[::-1]


def _rate_of_entries(
    entries: Sequence[Entry], found: Sequence[_Episode], path: Sequence[int], rules: Rules
) -> tuple[tuple[Rate, ...], int]:
    """The rate of each entry's days, and how many episodes they explain.

    Why       a rate often changes with an advance, inside an episode: there the row is looked for
              from which on the later rate explains it.
    """
    rates: list[Rate] = []
    explained = 0
    for at, (episode, ppm) in enumerate(zip(found, path, strict=True)):
        rates += [Rate(ppm)] * (episode.last + 1 - len(rates))
        if _explains(episode, rules, rates):
            explained += 1
            continue
        earlier, later = path[max(at - 1, 0)], path[min(at + 1, len(path) - 1)]
        for turn in range(episode.first + 1, episode.last + 1) if earlier != later else ():
            split = [*rates[: episode.first], *[Rate(earlier)] * (turn - episode.first)]
            split += [Rate(later)] * (episode.last + 1 - turn)
            if _explains(episode, rules, split):
                rates = split
                explained += 1
                break
    rates += [Rate(path[-1])] * (len(entries) - len(rates))
    return tuple(rates), explained
