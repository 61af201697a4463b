"""Book files: another lender's products, members and agreements as JSON, one a line [帳簿ファイル].

The shape is in docs/operations/book-import.md. A file is read twice: once for its faults, which are
all listed before anything is written, and once agreement by agreement. A history that cannot be
read parks its agreement and no other.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from motocho.claims import reading
from motocho.claims.history import Event, History
from motocho.cli._files import read_bytes
from motocho.kernel.conventions import EventKind
from motocho.kernel.schedule import Scheme
from motocho.loans import products
from motocho.loans.policy import Stop
from motocho.loans.products import Product
from motocho.loans.takeover import (
    Check,
    PastAgreement,
    PastKind,
    PastRow,
    PastTerms,
    Posting,
    Stated,
)
from motocho.people.members import Person
from motocho.units.days import read_date
from motocho.units.errors import Fault, FaultyInput, NotFoundError, Unread, clipped
from motocho.units.money import MAX_AMOUNT_YEN, RateRule, rate_text, read_rate_ppm
from motocho.units.text import MEMBER_NUMBER, read_digits

SCHEMA_VERSION = 1
ENDING = ".jsonl"
NAME = re.compile(r"[\w.-]{1,60}")
Choice = TypeVar("Choice", bound=Enum)


@dataclass(frozen=True, slots=True)
class Book:
    """The head of a file: whose book it is, and what its records leave out [帳簿]."""

    name: str
    lender: str
    taken_over_on: date
    posting: Posting
    check: Check
    folder: Path
    """Where its histories are looked for."""


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A member as the file has it [会員]."""

    number: str
    person: Person


@dataclass(frozen=True, slots=True)
class AgreementRecord:
    """An agreement as the file has it, its history still unread [契約]."""

    member_number: str
    past: PastAgreement
    """Without its rows."""
    acts: tuple[PastRow, ...]
    history: str | tuple[Mapping[str, Any], ...]
    """The name of a file, or the events themselves."""
    book: Book
    place: Place


class Place(NamedTuple):
    """Where a record stands [場所]."""

    file: str
    line: int


Record = Book | Product | MemberRecord | AgreementRecord


# ------------------------------------------------------------------------------------- one record
@dataclass
class _Keys:
    """The keys of one record, read one by one; what is wrong is noted with its place."""

    seen: Mapping[str, Any]
    place: Place
    faults: list[Fault]
    prefix: str = ""
    asked: set[str] = field(default_factory=set)

    def note(self, code: str, key: str, excerpt: object = "", **details: str) -> None:
        column = f"{self.prefix}{key}"
        shown = clipped(str(excerpt))
        self.faults.append(
            Fault(
                code, self.place.file, self.place.line, column, shown, {"column": column, **details}
            )
        )

    def value(self, key: str) -> Any:
        """What stands under a key; a fault where there is nothing."""
        self.asked.add(key)
        found = self.seen.get(key)
        if found is None:
            self.note("BOK-003", key)
        return found

    def maybe(self, key: str) -> Any:
        self.asked.add(key)
        return self.seen.get(key)

    def text(self, key: str) -> str:
        found = self.value(key)
        if found is None:
            return ""
        if isinstance(found, str) and found.strip():
            return found.strip()
        self.note("BOK-004", key, found, wanted_ja="文字", wanted_en="text")
        return ""

    def name(self, key: str) -> str:
        """Text that may stand in a reference."""
        found = self.text(key)
        if found and not NAME.fullmatch(found):
            wanted = {
                "wanted_ja": "60字までの文字・数字・ . _ -",
                "wanted_en": "up to 60 letters, digits, . _ -",
            }
            self.note("BOK-004", key, found, **wanted)
        return found

    def day(self, key: str) -> date:
        return self._day(key, self.value(key))

    def _day(self, key: str, found: object) -> date:
        if isinstance(found, str):
            read = read_date(found)
            if not isinstance(read, Unread):
                return read.on
            self.faults.append(
                read.at(file=self.place.file, line=self.place.line, column=f"{self.prefix}{key}")
            )
        elif found is not None:
            self.note("BOK-004", key, found, wanted_ja="日付の文字", wanted_en="a date as text")
        return date.min

    def maybe_day(self, key: str) -> date | None:
        found = self.maybe(key)
        return None if found is None else self._day(key, found)

    def yen(self, key: str) -> int:
        return self._yen(key, self.value(key))

    def _yen(self, key: str, found: object) -> int:
        if found is None:
            return 0
        if type(found) is int and 0 <= found <= MAX_AMOUNT_YEN:
            return found
        self.note("BOK-004", key, found, wanted_ja="0以上の整数の円", wanted_en="whole yen from 0")
        return 0

    def maybe_yen(self, key: str) -> int | None:
        found = self.maybe(key)
        return None if found is None else self._yen(key, found)

    def rate(self, key: str) -> int:
        found = self.value(key)
        if isinstance(found, str):
            read = read_rate_ppm(found, rule=RateRule.FRACTION)
            if not isinstance(read, Unread):
                return read
        if found is not None:
            self.note(
                "BOK-004", key, found, wanted_ja='"0.18"のような文字', wanted_en='text like "0.18"'
            )
        return 0

    def choice(self, key: str, kinds: type[Choice], default: Choice | None = None) -> Choice:
        found = self.maybe(key) if default is not None else self.value(key)
        named = {_public(one): one for one in kinds}
        if found is None:
            return default or next(iter(kinds))
        if found not in named:
            known = ", ".join(named)
            self.note("BOK-004", key, found, wanted_ja=known, wanted_en=known)
        return named.get(found, next(iter(kinds)))

    def items(self, key: str) -> list[_Keys]:
        """A list of objects under a key; none where it is left out."""
        found = self.maybe(key)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self.note(
                "BOK-004", key, found, wanted_ja="オブジェクトの列", wanted_en="a list of objects"
            )
            return []
        return [
            _Keys(one, self.place, self.faults, f"{self.prefix}{key}[{at}].")
            for at, one in enumerate(found)
        ]

    def part(self, key: str) -> _Keys:
        """An object under a key."""
        found = self.value(key)
        if found is not None and not isinstance(found, dict):
            self.note("BOK-004", key, found, wanted_ja="オブジェクト", wanted_en="an object")
        known = found if isinstance(found, dict) else {}
        part = _Keys(known, self.place, self.faults, f"{self.prefix}{key}.")
        if not isinstance(found, dict):
            part.faults = []  # told already
        return part

    def close(self) -> None:
        """Note the keys that nobody asked for."""
        for key in self.seen.keys() - self.asked - {"record"}:
            self.note("BOK-005", key, key, known=", ".join(sorted(self.asked)))


def _public(choice: Enum) -> str:
    name = getattr(choice, "public_name", choice.value)
    return str(name)


# ------------------------------------------------------------------------------------------ records
def _book(keys: _Keys, folder: Path) -> Book:
    version = keys.maybe("schema_version")
    if version != SCHEMA_VERSION:
        wanted = str(SCHEMA_VERSION)
        keys.note("BOK-004", "schema_version", version, wanted_ja=wanted, wanted_en=wanted)
    lender = keys.maybe("lender")
    return Book(
        keys.name("book"),
        lender if isinstance(lender, str) else "",
        keys.day("taken_over_on"),
        keys.choice("posting", Posting, Posting.OPENING),
        keys.choice("check", Check, Check.ROWS),
        folder,
    )


def _product(keys: _Keys) -> Product | None:
    """A product: its settings as `Product.document` writes them."""
    product_id, from_on = keys.name("product_id"), keys.day("from_on")
    version = keys.maybe_yen("version") or 1
    keys.asked |= keys.seen.keys()
    try:
        return products.read(product_id, version, from_on, keys.seen)
    except KeyError as missing:
        keys.note("BOK-003", str(missing.args[0]).lower())
    except (TypeError, ValueError, AttributeError) as error:
        wanted = {"wanted_ja": "商品の設定の形", "wanted_en": "the form of product settings"}
        keys.note("BOK-004", "product", error, **wanted)
    return None


def _member(keys: _Keys) -> MemberRecord:
    number = _member_number(keys, "number")
    person = Person(
        keys.text("family_name"),
        keys.text("given_name"),
        keys.text("family_kana"),
        keys.text("given_kana"),
        keys.day("born_on"),
    )
    return MemberRecord(number, person)


def _member_number(keys: _Keys, key: str) -> str:
    text = keys.text(key)
    number = read_digits(text, MEMBER_NUMBER) if text else ""
    if isinstance(number, Unread):
        keys.faults.append(
            number.at(file=keys.place.file, line=keys.place.line, column=f"{keys.prefix}{key}")
        )
        return ""
    return number


def _agreement(keys: _Keys, book: Book) -> AgreementRecord:
    opened_on = keys.day("opened_on")
    free_from, free_to = None, None
    if keys.maybe("interest_free") is not None:
        part = keys.part("interest_free")
        free_from, free_to = part.day("from_on"), part.day("to_on")
        part.close()
    past = PastAgreement(
        book=book.name,
        number=keys.name("number"),
        product_id=keys.text("product"),
        opened_on=opened_on,
        free_from=free_from,
        free_to=free_to,
        terms=_terms(keys, opened_on),
        rows=(),
        stated=_stated(keys, book),
        check=keys.choice("check", Check, book.check),
        posting=keys.choice("posting", Posting, book.posting),
        digest="",
        stops=_stops(keys),
    )
    acts = tuple(_act(one) for one in keys.items("acts"))
    return AgreementRecord(
        _member_number(keys, "member"), past, acts, _history(keys, book), book, keys.place
    )


def _terms(keys: _Keys, opened_on: date) -> tuple[PastTerms, ...]:
    keys.value("terms")
    found = []
    for one in keys.items("terms"):
        scheme = one.choice("scheme", Scheme, Scheme.EVERY_35_DAYS)
        found.append(
            PastTerms(
                one.day("from_on"), one.rate("rate"), one.rate("damages_rate"), one.yen("limit"),
                scheme, one.maybe_yen("day_of_month") or 0,
            )
        )  # fmt: skip
        one.close()
    days = [one.from_on for one in found]
    if found and (days[0] != opened_on or days != sorted(set(days))):
        keys.note("BOK-010", "terms", opened=str(opened_on))
    return tuple(found)


def _stated(keys: _Keys, book: Book) -> Stated:
    part = keys.part("stated")
    stated = Stated(
        part.maybe_day("on") or book.taken_over_on,
        part.yen("principal"),
        part.maybe_yen("unpaid_interest"),
        part.maybe_yen("unpaid_damages"),
        part.maybe_yen("costs"),
        part.maybe_yen("excess"),
        part.maybe_day("due_on"),
    )
    part.close()
    return stated


def _stops(keys: _Keys) -> frozenset[Stop]:
    found = keys.maybe("stops") or []
    known = {one.value: one for one in Stop}
    stops = set()
    for one in found if isinstance(found, list) else [found]:
        if one in known:
            stops.add(known[one])
        else:
            keys.note(
                "BOK-004", "stops", one, wanted_ja=", ".join(known), wanted_en=", ".join(known)
            )
    return frozenset(stops)


_ACTS = frozenset(PastKind) - {PastKind.OPENING, PastKind.DRAW, PastKind.RECEIPT, PastKind.CLOSING}


def _act(keys: _Keys) -> PastRow:
    kind = keys.choice("kind", PastKind)
    if kind not in _ACTS:
        known = ", ".join(sorted(one.value for one in _ACTS))
        keys.note("BOK-004", "kind", kind.value, wanted_ja=known, wanted_en=known)
    row = PastRow(keys.day("on"), kind, keys.maybe_yen("amount") or 0)
    keys.close()
    return row


def _history(keys: _Keys, book: Book) -> str | tuple[Mapping[str, Any], ...]:
    found = keys.value("history")
    if isinstance(found, list):
        return tuple(found)
    if not isinstance(found, str):
        if found is not None:
            wanted = {
                "wanted_ja": "ファイル名か取引の列",
                "wanted_en": "a file name or a list of events",
            }
            keys.note("BOK-004", "history", found, **wanted)
        return ()
    path = (book.folder / found).resolve()
    if not path.is_relative_to(book.folder.resolve()):
        keys.note("BOK-008", "history", found)
    elif not path.is_file():
        keys.note("BOK-007", "history", found)
    return found


# ---------------------------------------------------------------------------------------- the files
def files_of(names: Sequence[str]) -> list[Path]:
    """The book files that arguments name: files, and the files of folders, by name [ファイル一覧].

    Raises    NotFoundError for what is not there, FaultyInput for a folder without any.
    """
    found: list[Path] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            inside = sorted(path.glob(f"*{ENDING}"))
            if not inside:
                raise FaultyInput(Fault("BOK-012", file=name, excerpt=clipped(name)))
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise NotFoundError(Fault("USE-001", file=name))
    return found


def records(paths: Sequence[Path]) -> Iterator[Record]:
    """The records of files that have no faults, one after another [帳簿の記録].

    Raises    FaultyInput at the end of a file with its faults; `check` finds all before.
    """
    faults: list[Fault] = []
    for path in paths:
        yield from _records_of(path, faults)
        if faults:
            raise FaultyInput(*faults)


def check(paths: Sequence[Path]) -> None:
    """Read every record of every file, and list all faults at once [帳簿ファイルの点検].

    Raises    FaultyInput.
    """
    faults: list[Fault] = []
    places: dict[tuple[str, str], int] = {}
    count = 0
    for path in paths:
        for record in _records_of(path, faults):
            count += not isinstance(record, Book)
            if isinstance(record, AgreementRecord):
                number = record.past.number
                earlier = places.setdefault((record.past.book, number), record.place.line)
                if earlier != record.place.line:
                    details = {"earlier": str(earlier)}
                    place = record.place
                    faults.append(
                        Fault("BOK-009", place.file, place.line, "number", number, details)
                    )
    if not count and not faults:
        faults.append(Fault("BOK-011", file=str(paths[0].name) if paths else None))
    if faults:
        raise FaultyInput(*faults)


_KINDS = ("book", "product", "member", "agreement")


def _records_of(path: Path, faults: list[Fault]) -> Iterator[Record]:
    book: Book | None = None
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            keys = _parsed(line, Place(path.name, number), faults)
            if keys is None:
                continue
            kind = keys.seen.get("record")
            if kind not in _KINDS:
                keys.note("BOK-002", "record", kind, known=", ".join(_KINDS))
                continue
            before = len(faults)
            record = _record(str(kind), keys, book, path.parent)
            keys.close()
            if isinstance(record, Book):
                book = record
            if record is not None and len(faults) == before:
                yield record


def _parsed(line: str, place: Place, faults: list[Fault]) -> _Keys | None:
    try:
        seen = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        seen = None
    if isinstance(seen, dict):
        return _Keys(seen, place, faults)
    faults.append(Fault("BOK-001", place.file, place.line, excerpt=clipped(line.strip())))
    return None


def _record(kind: str, keys: _Keys, book: Book | None, folder: Path) -> Record | None:
    if kind == "book":
        return _book(keys, folder)
    if kind == "product":
        return _product(keys)
    if kind == "member":
        return _member(keys)
    if book is None:
        keys.note("BOK-006", "record")
        keys.asked |= keys.seen.keys()
        return None
    return _agreement(keys, book)


# ---------------------------------------------------------------------------------------- histories
@dataclass(frozen=True, slots=True)
class ReadAgreement:
    """An agreement with its history [履歴を読んだ契約]."""

    past: PastAgreement
    history: History
    faults: tuple[Fault, ...]
    """What of the history does not fit the agreement."""


def with_history(record: AgreementRecord) -> ReadAgreement:
    """The agreement with its rows, and a digest of all that the lender says of it [履歴の読み取り].

    Raises    FaultyInput where the history cannot be read.
    """
    if isinstance(record.history, str):
        data, name = read_bytes(str(record.book.folder / record.history))
    else:
        data = json.dumps({"events": record.history}, ensure_ascii=False).encode()
        name = f"{record.place.file}:{record.place.line}"
    history = reading.read(data, file=name)
    rows = [_row(event) for event in history.events if event.kind is not EventKind.CARRY]
    past = replace(record.past, rows=(*rows, *record.acts), digest=_digest(record, data))
    return ReadAgreement(past, history, tuple(_misfits(past, history)))


def _digest(record: AgreementRecord, data: bytes) -> str:
    said = repr((record.past, record.acts, record.member_number)).encode()
    return hashlib.sha256(said + b"\0" + data).hexdigest()


_KIND_OF: Mapping[EventKind, PastKind] = {
    EventKind.OPENING: PastKind.OPENING,
    EventKind.BORROW: PastKind.DRAW,
    EventKind.REPAY: PastKind.RECEIPT,
    EventKind.CLOSING: PastKind.CLOSING,
}


def _row(event: Event) -> PastRow:
    """A row of nothing only holds a balance."""
    kind = _KIND_OF[event.kind] if event.amount_yen else PastKind.CLOSING
    return PastRow(event.on, kind, event.amount_yen, event.lender_balance_yen, event.source_row)


def _misfits(past: PastAgreement, history: History) -> Iterator[Fault]:
    """Rates of rows that the terms do not have; overpayments brought in."""
    for event in history.events:
        if event.kind is EventKind.CARRY:
            yield Fault("BOK-044", history.file, event.source_row, excerpt=str(event.on))
        if event.rate_ppm is None:
            continue
        agreed = [one.rate_ppm for one in past.terms if one.from_on <= event.on]
        following = [one.rate_ppm for one in past.terms if (one.from_on - event.on).days == 1]
        if agreed and event.rate_ppm not in {agreed[-1], *following}:
            details = {"theirs": rate_text(event.rate_ppm), "ours": rate_text(agreed[-1])}
            yield Fault(
                "BOK-039", history.file, event.source_row, excerpt=str(event.on), details=details
            )
