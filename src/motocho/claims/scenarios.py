"""Conventions side by side: compare ours, and find theirs [比較].

`compare` runs one history under several scenarios and says by how many yen they differ and in
which row they part. `differ` goes the other way: given the other side's sheet it searches for the
assumptions that reproduce it row by row, and names the first row that none explains.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations, product
from typing import Any, ClassVar, NamedTuple

from motocho import __version__
from motocho.claims import assumptions as assumed
from motocho.claims.assumptions import Assumptions, DatedRate
from motocho.claims.history import Event, History, in_order
from motocho.claims.statement import (
    Row,
    Statement,
    fold,
    prepare,
    public_yen,
    recalculate,
)
from motocho.kernel.conventions import (
    BracketBase,
    CeilingRule,
    EventKind,
    FirstDay,
    OpeningBalance,
    OverpaymentAppropriation,
    OverpaymentRateRule,
    Rounding,
    RoundingStage,
    SameDayOrder,
    UnpaidInterest,
    YearBasis,
)
from motocho.kernel.recalculation import NEVER, Sheet
from motocho.units.errors import Fault, FaultyInput, clipped
from motocho.units.money import minus_text

SCHEMA_VERSION = 1


class Scenario(NamedTuple):
    """A named set of assumptions [シナリオ]."""

    name: str
    assumptions: Assumptions


def read_scenario(data: bytes, *, onto: Assumptions, file: str) -> Scenario:
    """A scenario from TOML: assumptions by their public keys, and optionally `name` and `preset`.

    The keys may stand at the top or under `[assumptions]`; they are laid over `onto`.

    Raises    FaultyInput with every fault.
    """
    try:
        document = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FaultyInput(Fault("SCN-001", file=file, excerpt=clipped(str(error)))) from None
    name = str(document.pop("name", "") or file.removesuffix(".toml"))
    stated = {**document.pop("assumptions", {}), **document}
    preset = stated.pop("preset", None)
    if preset is not None and preset not in assumed.PRESETS:
        details = {"known": ", ".join(assumed.PRESETS)}
        raise FaultyInput(
            Fault("ASM-013", file=file, excerpt=clipped(str(preset)), details=details)
        )
    stated = {**assumed.PRESETS.get(preset or "", {}), **_texts(stated)}
    reading = assumed.read(stated, onto=onto, file=file)
    if reading.faults:
        raise FaultyInput(*reading.faults)
    return Scenario(name, reading.assumptions)


def _texts(stated: Mapping[str, Any]) -> dict[str, Any]:
    """TOML has dates of its own; our public form writes them as text."""

    def text(value: Any) -> Any:
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, list):
            return [text(item) for item in value]
        if isinstance(value, dict):
            return {key: text(item) for key, item in value.items()}
        return value

    return {key: text(value) for key, value in stated.items()}


# ----------------------------------------------------------------------------------- compare
_COMPARED = (
    "interest_yen",
    "unpaid_interest_yen",
    "outstanding_principal_yen",
    "overpayment_yen",
    "overpayment_interest_row_yen",
    "overpayment_interest_yen",
)


@dataclass(frozen=True, slots=True)
class Parting:
    """The first row in which two scenarios differ, and in what [分かれ目]."""

    row: Row
    field: str
    first_yen: object
    second_yen: object

    def document(self) -> dict[str, Any]:
        """The parting in its public form, with a sentence [公開形式]."""
        on = self.row.event.on.isoformat()
        return {
            "row": self.row.row,
            "source_row": self.row.event.source_row,
            "date": on,
            "field": self.field,
            "first": self.first_yen,
            "second": self.second_yen,
            "sentence_ja": f"{self.row.row}行目({on})の{_FIELD_JA[self.field]}から分かれます: "
            f"{self.first_yen}円と{self.second_yen}円",
            "sentence_en": f"They part in row {self.row.row} ({on}), {self.field}: "
            f"{self.first_yen} and {self.second_yen}",
        }


_FIELD_JA = {
    "interest_yen": "利息",
    "unpaid_interest_yen": "未払利息",
    "outstanding_principal_yen": "残元金",
    "overpayment_yen": "過払金",
    "overpayment_interest_row_yen": "行の過払利息",
    "overpayment_interest_yen": "過払利息残額",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One history under several scenarios; differences are against the first [比較]."""

    scenarios: tuple[Scenario, ...]
    statements: tuple[Statement, ...]

    def partings(self) -> list[Parting | None]:
        """Where each scenario after the first parts from it; None: nowhere [分かれ目]."""
        return [_parting(self.statements[0], other) for other in self.statements[1:]]

    def document(self) -> dict[str, Any]:
        """The comparison in its public form [公開形式]."""
        first = self.statements[0]
        return {
            "schema_version": SCHEMA_VERSION,
            "engine_version": __version__,
            "input_sha256": first.history.input_sha256,
            "scenarios": [
                {
                    "name": scenario.name,
                    "assumptions": scenario.assumptions.document(),
                    "result": statement.document()["result"],
                    "warnings": [warning.document() for warning in statement.warnings],
                }
                for scenario, statement in zip(self.scenarios, self.statements, strict=True)
            ],
            "deltas": [
                {
                    "first": self.scenarios[0].name,
                    "second": scenario.name,
                    **_deltas(first, statement),
                    "parts_at": None if parting is None else parting.document(),
                }
                for scenario, statement, parting in zip(
                    self.scenarios[1:], self.statements[1:], self.partings(), strict=True
                )
            ],
        }


def compare(
    history: History, scenarios: Sequence[Scenario], *, as_of: date | None = None
) -> Comparison:
    """One history under several scenarios [比較].

    Raises    FaultyInput, InputError as `statement.recalculate`.
    """
    statements = [recalculate(history, scenario.assumptions, as_of=as_of) for scenario in scenarios]
    return Comparison(tuple(scenarios), tuple(statements))


_DELTAS = (
    "outstanding_principal_yen",
    "unpaid_interest_yen",
    "overpayment_yen",
    "overpayment_interest_yen",
    "claim_yen",
    "owed_yen",
)


def _deltas(first: Statement, second: Statement) -> dict[str, Any]:
    """Second minus first."""
    return {
        name: public_yen(getattr(second.result, name) - getattr(first.result, name))
        for name in _DELTAS
    }


def _parting(first: Statement, second: Statement) -> Parting | None:
    """Rows are matched by the event they stand for, since orders may differ."""

    def key(row: Row) -> tuple[object, ...]:
        return row.event.source_row, row.event.contract, row.event.on, row.event.kind

    others = {key(row): row for row in second.rows}
    for row in first.rows:
        other = others.get(key(row))
        if other is None:
            continue
        for field in _COMPARED:
            if getattr(row, field) != getattr(other, field):
                ours, theirs = getattr(row, field), getattr(other, field)
                return Parting(row, field, public_yen(ours), public_yen(theirs))
    return None


# ------------------------------------------------------------------------------------- differ
class View(NamedTuple):
    """What a sheet prints as its balance [残高欄の意味]."""

    name: str
    signs: tuple[int, int, int]
    """How principal, unpaid interest and overpayment enter it."""


_VIEWS = (
    View("principal_less_overpayment", (1, 0, -1)),
    View("principal_and_unpaid_interest_less_overpayment", (1, 1, -1)),
    View("principal", (1, 0, 0)),
    View("principal_and_unpaid_interest", (1, 1, 0)),
)

_OVERPAYMENT_RATES_PPM = (50_000, 30_000, 60_000)
_TYPED_RATES_PPM = (180_000, 150_000, 200_000)
"""Rates that are typed by hand into sheets that know no brackets."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Assumptions, how a balance is to be read, and how far they reproduce a sheet [候補]."""

    assumptions: Assumptions
    view: View
    agreeing_rows: int
    """Leading rows whose printed balance they reproduce."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Which assumptions reproduce the other side's sheet [相手方計算書の約束ごと]."""

    best: Candidate
    printed_rows: int
    """Rows of their sheet with a printed balance."""
    undetermined: Mapping[str, tuple[str, ...]]
    """Switches on which their sheet does not depend, with the values that fit as well."""
    unexplained: Mapping[str, Any] | None
    """The first row that no convention explains, with both values."""
    other_events: tuple[Mapping[str, Any], ...]
    """Rows of one side that the other does not have."""

    @property
    def is_explained(self) -> bool:
        """Whether every printed balance is reproduced [全行の再現]."""
        return self.unexplained is None

    def document(self) -> dict[str, Any]:
        """The finding in its public form [公開形式]."""
        plain = Assumptions().document()
        found = self.best.assumptions.document()
        return {
            "schema_version": SCHEMA_VERSION,
            "engine_version": __version__,
            "explained": self.is_explained,
            "agreeing_rows": self.best.agreeing_rows,
            "printed_rows": self.printed_rows,
            "balance_means": self.best.view.name,
            "assumptions": found,
            "differs_from_court": {
                key: value for key, value in found.items() if value != plain[key]
            },
            "undetermined": {key: list(values) for key, values in self.undetermined.items()},
            "first_unexplained": None if self.unexplained is None else dict(self.unexplained),
            "other_events": [dict(event) for event in self.other_events],
        }


def differ(ours: History, theirs: History, onto: Assumptions) -> Difference:
    """The assumptions that reproduce the other side's sheet [相手方計算書の約束ごと].

    Takes     our history (for agreed rates and for rows they lack) and theirs, with the balances
              they printed; `onto` holds the facts of the case (agreed rates, delays).
    Raises    FaultyInput if their sheet prints no balance.
    Why       a convention shows itself in one row first. From the best candidates so far one, two,
              then three switches are changed together, and what reproduces more rows goes on.
    """
    printed = [event for event in theirs.events if event.lender_balance_yen is not None]
    if not printed:
        raise FaultyInput(Fault("SCN-002", file=theirs.file))
    search = _Search(theirs, onto, _known_rates(ours, theirs, onto))
    best = search.best()
    return Difference(
        best=best,
        printed_rows=len(printed),
        undetermined=search.undetermined(best),
        unexplained=search.unexplained(best) if best.agreeing_rows < len(printed) else None,
        other_events=tuple(_other_events(ours, theirs)),
    )


def _known_rates(ours: History, theirs: History, onto: Assumptions) -> tuple[DatedRate, ...]:
    """Agreed rates: of the case, else of our rows if theirs have none."""
    if onto.contract_rates or any(event.rate_ppm is not None for event in theirs.events):
        return onto.contract_rates
    return tuple(
        DatedRate(event.on, event.rate_ppm) for event in ours.events if event.rate_ppm is not None
    )


Change = Mapping[str, Any]
"""Attributes of `Assumptions` to be replaced together."""


class _Search:
    """The search of `differ` over one sheet."""

    WIDTHS: ClassVar[Mapping[int, int]] = {1: 8, 2: 2, 3: 1}
    """By how many switches change together: how many of the best candidates are varied."""
    EARLY_ROWS = 12
    """Three conventions can only show themselves at once at the head of a sheet."""
    AHEAD = 24
    """Rows beyond the best so far that a trial looks at."""

    def __init__(
        self, theirs: History, onto: Assumptions, known_rates: tuple[DatedRate, ...]
    ) -> None:
        self.theirs = theirs
        self.onto = onto
        self.dimensions = tuple(self._dimensions(known_rates))

    def _dimensions(self, known_rates: tuple[DatedRate, ...]) -> Iterator[list[Change]]:
        """What can vary, each with its values."""
        for attribute, values in (
            ("year_basis", YearBasis),
            ("first_day", FirstDay),
            ("rounding", [Rounding.FLOOR, Rounding.HALF_UP, Rounding.CEIL]),
            ("rounding_stage", RoundingStage),
            ("bracket_base", BracketBase),
            ("unpaid_interest", UnpaidInterest),
            ("overpayment_appropriation", OverpaymentAppropriation),
            ("same_day_order", SameDayOrder),
        ):
            yield [{attribute: value} for value in values]
        ceilings: list[Change] = [
            {"ceiling_rule": rule, "contract_rates": self.onto.contract_rates}
            for rule in (CeilingRule.RATCHET, CeilingRule.FIRST, CeilingRule.FLOATING)
        ]
        agreed = [known_rates] if known_rates else []
        if any(event.rate_ppm is not None for event in self.theirs.events):
            agreed.append(())
        agreed += [(DatedRate(date(1900, 1, 1), ppm),) for ppm in _TYPED_RATES_PPM]
        ceilings += [
            {"ceiling_rule": CeilingRule.NONE, "contract_rates": rates} for rates in agreed
        ]
        yield ceilings
        rates: list[Change] = [
            {"overpayment_rate_rule": OverpaymentRateRule.CONSTANT, "overpayment_rate_ppm": ppm}
            for ppm in dict.fromkeys((self.onto.overpayment_rate_ppm, *_OVERPAYMENT_RATES_PPM))
        ]
        rates += [
            {"overpayment_rate_rule": rule}
            for rule in OverpaymentRateRule
            if rule is not OverpaymentRateRule.CONSTANT
        ]
        yield rates
        if any(event.kind is EventKind.OPENING for event in self.theirs.events):
            yield [{"opening_balance": value} for value in OpeningBalance]

    def best(self) -> Candidate:
        """The candidate that reproduces most leading rows; of several the plainest."""
        beam = self._ranked([self._tried(self.onto, self.AHEAD)])
        target = self._printed_count()
        together = 1
        while together in self.WIDTHS and beam[0].agreeing_rows < target:
            found = beam[0].agreeing_rows
            if together == max(self.WIDTHS) and found > self.EARLY_ROWS:
                break
            trials = self._ranked([*beam, *self._varied(beam, together)])
            beam = trials[: self.WIDTHS[1]]
            together = 1 if beam[0].agreeing_rows > found else together + 1
        return beam[0]

    def _varied(self, beam: Sequence[Candidate], together: int) -> Iterator[Candidate]:
        for candidate in beam[: self.WIDTHS[together]]:
            reach = candidate.agreeing_rows + self.AHEAD
            for dimensions in combinations(self.dimensions, together):
                for changes in product(*dimensions):
                    merged = {key: value for change in changes for key, value in change.items()}
                    yield self._tried(replace(candidate.assumptions, **merged), reach)

    def _ranked(self, trials: Iterable[Candidate]) -> list[Candidate]:
        """Most rows first, then fewest differences from the practice of the courts."""
        unique = {(trial.assumptions, trial.view): trial for trial in trials}
        return sorted(
            unique.values(), key=lambda trial: (-trial.agreeing_rows, _strangeness(trial))
        )

    def _printed_count(self) -> int:
        return sum(event.lender_balance_yen is not None for event in self.theirs.events)

    def _tried(self, assumptions: Assumptions, reach: int | None) -> Candidate:
        """A candidate measured on the leading rows up to `reach`; on all if those agree."""
        events = in_order(self.theirs.events, assumptions.same_day_order)
        head = events if reach is None else events[:reach]
        view, agreeing = self._agreement(head, assumptions)
        whole = sum(event.lender_balance_yen is not None for event in head)
        if agreeing == whole and len(head) < len(events):
            return self._tried(assumptions, None)
        return Candidate(assumptions, view, agreeing)

    def _agreement(self, events: list[Event], assumptions: Assumptions) -> tuple[View, int]:
        sheet = self._sheet(events, assumptions)
        if sheet is None:
            return _VIEWS[0], 0
        return max(
            ((view, _leading(events, sheet, view)) for view in _VIEWS), key=lambda pair: pair[1]
        )

    def _sheet(self, events: list[Event], assumptions: Assumptions) -> Sheet | None:
        try:
            prepared = prepare(replace(self.theirs, events=tuple(events)), assumptions)
        except FaultyInput:
            return None
        if len(prepared.dealings) != 1:
            return None
        folded = fold(prepared.dealings[0], prepared.regime)
        return None if folded.outcome.unagreed_on != NEVER else folded.sheet

    def undetermined(self, best: Candidate) -> dict[str, tuple[str, ...]]:
        """Values of a switch that reproduce just as many rows: their sheet does not show it."""
        fits: dict[str, tuple[str, ...]] = {}
        public = best.assumptions.document()
        for dimension in self.dimensions:
            also: dict[str, list[str]] = {}
            for change in dimension:
                trial = self._tried(replace(best.assumptions, **change), None)
                if trial.agreeing_rows < best.agreeing_rows:
                    continue
                for key, value in trial.assumptions.document().items():
                    if value != public[key] and isinstance(value, str):
                        also.setdefault(key, []).append(value)
            fits.update({key: tuple(dict.fromkeys(values)) for key, values in also.items()})
        return fits

    def unexplained(self, best: Candidate) -> dict[str, Any]:
        """The first row that the best candidate does not reproduce, with both values."""
        events = in_order(self.theirs.events, best.assumptions.same_day_order)
        sheet = self._sheet(events, best.assumptions)
        printed = [at for at, event in enumerate(events) if event.lender_balance_yen is not None]
        at = printed[best.agreeing_rows]
        event = events[at]
        ours = None if sheet is None else _balance(sheet, at, best.view)
        theirs = event.lender_balance_yen or 0
        shown = "?" if ours is None else minus_text(int(ours))
        return {
            "source_row": event.source_row,
            "date": event.on.isoformat(),
            "theirs_yen": theirs,
            "ours_yen": None if ours is None else public_yen(ours),
            "sentence_ja": f"{event.source_row}行目({event.on})の残高{minus_text(theirs)}円は、"
            f"どの約束ごとでも説明できません(いちばん近い計算では{shown}円)",
            "sentence_en": f"No convention explains the balance of {minus_text(theirs)} yen in "
            f"row {event.source_row} ({event.on}); the nearest gives {shown}",
        }


def _balance(sheet: Sheet, at: int, view: View) -> Any:
    principal, unpaid, overpaid = view.signs
    return (
        principal * sheet.principal_yen[at]
        + unpaid * sheet.unpaid_interest_yen[at]
        + overpaid * sheet.overpayment_yen[at]
    )


def _leading(events: Sequence[Event], sheet: Sheet, view: View) -> int:
    """How many printed balances agree before the first that does not."""
    agreeing = 0
    for at, event in enumerate(events):
        if event.lender_balance_yen is None:
            continue
        if _balance(sheet, at, view) != event.lender_balance_yen:
            return agreeing
        agreeing += 1
    return agreeing


def _strangeness(candidate: Candidate) -> tuple[int, int]:
    """How far a candidate is from the practice of the courts: switches that differ."""
    plain = Assumptions().document()
    found = candidate.assumptions.document()
    return (
        sum(found[key] != plain[key] for key in plain),
        _VIEWS.index(candidate.view),
    )


def _other_events(ours: History, theirs: History) -> Iterator[dict[str, Any]]:
    """Rows with money that only one side has, matched by date, kind and amount."""

    def keys(history: History) -> list[tuple[date, EventKind, int]]:
        return [
            (event.on, event.kind, event.amount_yen)
            for event in history.events
            if event.amount_yen and event.kind is not EventKind.CLOSING
        ]

    for side, mine, other in (("ours", ours, theirs), ("theirs", theirs, ours)):
        left = keys(other)
        for event in mine.events:
            key = (event.on, event.kind, event.amount_yen)
            if not event.amount_yen or event.kind is EventKind.CLOSING:
                continue
            if key in left:
                left.remove(key)
                continue
            yield {
                "only_in": side,
                "source_row": event.source_row,
                "date": event.on.isoformat(),
                "kind": event.kind.public_name,
                "amount_yen": event.amount_yen,
            }
