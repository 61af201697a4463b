"""A designated credit bureau to try things on: it answers, keeps reports, and fails [模擬機関].

It stands in for the other side, so it shares nothing with `outside.bureau`: it cuts our bytes at
positions typed here from the document, reads the JSON form by itself, and writes its answers the
same way. What both sides agree on is therefore the format and not a mistake of ours.

Faults come by a plan, one step for each file taken and each delivery. `asked` counts inquiries as
a bureau does: one that is repeated is the same inquiry.

>>> bureau = FakeBureau("9999", [Held("ｻﾄｳ ﾊﾅｺ", "佐藤 花子", "19850401", ["09011112222"])])
>>> bureau.kept, sum(bureau.asked.values())
({}, 0)
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from pathlib import Path

from motocho.outside.fakes import plans
from motocho.units.errors import Fault, OutsideFailure


class Trouble(Enum):
    """What goes wrong at one step [障害]."""

    NONE = "none"
    CLOSED = "closed"
    """Outside its hours nothing is taken."""
    LATE = "late"
    """What is ready comes with the next delivery."""
    LOST = "lost"
    """Answers and receipts of this step never come, until they are asked for again."""
    DOUBLED = "doubled"
    """The same answers once more, in a second file."""
    PARTIAL = "partial"
    """A file that was cut on its way."""
    WRONG_SUM = "wrong_sum"
    NAMESAKE = "namesake"
    """Somebody else of the same reading and birthday."""
    REJECTED = "rejected"
    """Reports of this step are not taken."""
    CORRECTED = "corrected"
    """An answer, and a second version of it with another balance."""
    DISPUTED = "disputed"
    """The person says that what is held is wrong."""


Plan = Callable[[int], Trouble]
"""The trouble of each step, counted from 0."""


calm: Plan = plans.scripted(Trouble.NONE)
"""Nothing goes wrong."""


def scripted(*troubles: Trouble) -> Plan:
    """These troubles, step by step, then none [決められた障害]."""
    return plans.scripted(Trouble.NONE, *troubles)


def seeded(seed: int, per_mille: Mapping[Trouble, int]) -> Plan:
    """Troubles by chance, the same for the same seed; of a thousand steps each [乱数による障害]."""
    return plans.seeded(Trouble.NONE, seed, per_mille)


@dataclass(slots=True)
class Claim:
    """What another lender reported [他社の登録]; days as YYYYMMDD, empty for none."""

    lender: str
    kind: str
    contracted: str
    limit: int
    balance: int
    late: bool = False
    long_delay: str = ""
    excepted: str = "neither"


@dataclass(slots=True)
class Held:
    """Somebody whom the bureau holds [登録者]; `kana` half-width, `born` as YYYYMMDD."""

    kana: str
    name: str
    born: str
    phones: list[str] = field(default_factory=list)
    licence: str = ""
    claims: list[Claim] = field(default_factory=list)
    wishes: list[tuple[str, str, str]] = field(default_factory=list)
    """Self-exclusions: first day, last day, self or family."""


def people_of(text: str) -> list[Held]:
    """Whom a bureau holds, as JSON: the fields of `Held`, with those of `Claim` in each [登録者].

    >>> people_of('[{"kana": "ｻﾄｳ", "name": "佐藤", "born": "19850401"}]')[0].claims
    []
    """
    return [
        Held(**{**one, "claims": [Claim(**claim) for claim in one.get("claims", [])]})
        for one in json.loads(text)
    ]


_KEPT = {
    "report_ref": (1, 25), "account_ref": (25, 49), "seq_no": (49, 55), "kind": (55, 56),
    "as_of_on": (56, 64), "kana": (64, 124), "name": (124, 184), "born_on": (184, 192),
    "phone_1": (192, 203), "phone_2": (203, 214), "phone_3": (214, 225), "address": (225, 425),
    "employer": (425, 505), "licence_number": (505, 517), "document_number": (517, 537),
    "contracted_on": (537, 545), "amount_yen": (545, 556), "balance_yen": (556, 567),
    "is_late": (567, 568), "late_since": (568, 576), "trouble": (576, 577),
    "trouble_on": (577, 585), "ending": (585, 586), "ended_on": (586, 594),
    "excepted": (594, 595),
}  # fmt: skip
_ASKED = {
    "inquiry_ref": (1, 25), "purpose": (25, 26), "is_repeat": (26, 27), "kana": (27, 87),
    "name": (87, 147), "born_on": (147, 155), "phone_1": (155, 166), "phone_2": (166, 177),
    "phone_3": (177, 188), "licence_number": (468, 480),
}  # fmt: skip
"""Bytes of each field, typed from the document."""
_WORDS = {
    "kind": ("", "loan", "balance", "person", "end", "correction"),
    "trouble": ("", "none", "long_delay", "adjusted", "written_off", "assigned"),
    "ending": ("", "open", "paid", "assigned"),
    "excepted": ("", "neither", "excluded", "exception"),
    "purpose": ("", "new_contract", "increase", "monitoring"),
}
_NUMBERS = ("seq_no", "amount_yen", "balance_yen")
_KINDS = ("money_lender", "bank", "shopping", "guarantor", "other")


@dataclass(slots=True)
class FakeBureau:
    """The bureau [模擬機関]: `take` for our files, `deliver` once in a while for its own.

    `kept` holds the last report of each contract as the fields of its record; `asked` how often
    each inquiry was counted.
    """

    company: str
    people: Iterable[Held]
    plan: Plan = calm
    bureau: str = "fake"
    kept: dict[str, dict[str, str]] = field(init=False, default_factory=dict)
    asked: Counter[str] = field(init=False, default_factory=Counter)
    seen: dict[str, dict[str, str]] = field(init=False, default_factory=dict)
    """Every report by its number."""
    _held: dict[tuple[str, str], list[Held]] = field(init=False, default_factory=dict)
    _ready: list[tuple[str, list[list[tuple[str, str]]]]] = field(init=False, default_factory=list)
    _taken: set[str] = field(init=False, default_factory=set)
    _step: int = field(init=False, default=0)
    _number: int = field(init=False, default=0)
    _as_json: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        for one in self.people:
            self.hold(one)

    def hold(self, held: Held) -> None:
        """Somebody more [登録者の追加]."""
        self._held.setdefault((held.kana, held.born), []).append(held)

    def _trouble(self) -> Trouble:
        trouble = self.plan(self._step)
        self._step += 1
        return trouble

    # ------------------------------------------------------------------------------ what comes in
    def take(self, name: str, data: bytes, on: date) -> None:
        """Take a file of ours; one of the same name again is left aside [受付].

        Raises    OutsideFailure where the bureau is closed, or the file is not whole.
        """
        trouble = self._trouble()
        if trouble is Trouble.CLOSED:
            raise OutsideFailure(Fault("BUR-020"))
        if name in self._taken:
            return
        kind, rows = self._rows(data)
        self._taken.add(name)
        if kind == "reports":
            made = [[self._keep(row, trouble)] for row in rows]
            self._put("receipts", made, trouble)
            return
        for row in rows:
            if row["is_repeat"] != "1" or not self.asked[row["inquiry_ref"]]:
                self.asked[row["inquiry_ref"]] += 1
        self._put("answers", [self._answer(row, on, trouble, 1) for row in rows], trouble)
        if trouble is Trouble.CORRECTED:
            again = [self._answer(row, on, trouble, 2) for row in rows]
            self._put("answers", again, Trouble.NONE)

    def _put(self, kind: str, made: list[list[tuple[str, str]]], trouble: Trouble) -> None:
        if made and trouble is not Trouble.LOST:
            self._ready.append((kind, made))

    def _rows(self, data: bytes) -> tuple[str, list[dict[str, str]]]:
        """The kind of a file and its records, if a bureau would take it."""
        self._as_json = data[:1] == b"{"
        return _of_json(data) if self._as_json else _of_fixed(data)

    def _keep(self, row: dict[str, str], trouble: Trouble) -> tuple[str, str]:
        ref = row["report_ref"]
        if trouble is Trouble.REJECTED and ref not in self.seen:
            return ref, "E01"
        self.seen[ref] = row
        known = self.kept.get(row["account_ref"])
        if known is None or int(known["seq_no"]) < int(row["seq_no"]):
            self.kept[row["account_ref"]] = row
        return ref, ""

    def _answer(
        self, row: dict[str, str], on: date, trouble: Trouble, version: int
    ) -> list[tuple[str, str]]:
        """The records of one answer, as name and JSON or as sign and bytes."""
        ref = row["inquiry_ref"]
        found = self._held.get((row["kana"], row["born_on"]), [])
        if trouble is Trouble.NAMESAKE:
            other = Held(row["kana"], row["name"], row["born_on"], ["0399998888"], "999999999999")
            other.claims = [Claim("7777", "money_lender", "20200101", 500_000, 499_000)]
            found = [other]
        records = [("3", _answer_text(ref, on, version, len(found)))]
        for one in found:
            records.append(("4", _found_text(ref, one)))
            for claim in one.claims:
                more = 1_000 if version > 1 else 0
                disputed = "1" if trouble is Trouble.DISPUTED else "0"
                records.append(("5", _claim_text(ref, claim, on, more, disputed)))
            wishes = [f"{ref:24}{first}{last}{'1' if by == 'self' else '2'}"
                      for first, last, by in one.wishes]  # fmt: skip
            records += [("6", text) for text in wishes]
        return records

    # ----------------------------------------------------------------------------- what goes out
    def deliver(self, on: date) -> list[tuple[str, bytes]]:
        """Files that are ready, with their names, as far as nothing goes wrong [回答の送信].

        Raises    OutsideFailure where the bureau is closed; the files come the next time.
        """
        trouble = self._trouble()
        if trouble is Trouble.CLOSED:
            raise OutsideFailure(Fault("BUR-020"))
        if trouble is Trouble.LATE:
            return []
        ready, self._ready = self._ready, []
        if trouble is Trouble.LOST:
            return []
        if trouble is Trouble.DOUBLED:
            ready = [*ready, *ready]
        files = [self._file(kind, made, on) for kind, made in ready]
        spoil = _SPOILERS.get(trouble)
        return files if spoil is None else [(name, spoil(data)) for name, data in files]

    def _file(
        self, kind: str, made: Sequence[Sequence[tuple[str, str]]], on: date
    ) -> tuple[str, bytes]:
        self._number += 1
        sign = {"answers": "2", "receipts": "4"}[kind]
        head = f"{sign}{self.company:8}{self.bureau:12}{self._number:010}{on:%Y%m%d}"
        flat = [one for each in made for one in each]
        if kind == "receipts":
            flat = [("8", f"{ref:24}{reason:8}") for ref, reason in flat]
        body = _lines([("1", head), *flat])
        total = sum(int(text[63:74]) for one, text in flat if one == "5")
        tail = f"{len(flat):010}{total:016}{zlib.crc32(body):08x}"
        return f"{kind}-{self._number:010}", body + _lines([("9", tail)])

    def carry(self, folder: Path, on: date) -> int:
        """Take what lies in `out` of a tray, and lay what is ready into `in` [通信の模擬]."""
        count = 0
        for path in sorted((folder / "out").glob("[!.]*")):
            try:
                self.take(path.name, path.read_bytes(), on)
            except OutsideFailure:
                continue
            path.unlink()
            count += 1
        try:
            files = self.deliver(on)
        except OutsideFailure:
            return count
        place = folder / "in"
        place.mkdir(parents=True, exist_ok=True)
        for name, data in files:
            (place / name).write_bytes(data)
        return count + len(files)


# --------------------------------------------------------------------------------- our own parser
def _of_fixed(data: bytes) -> tuple[str, list[dict[str, str]]]:
    lines = data.split(b"\r\n")
    if lines.pop() != b"" or any(len(line) != 600 for line in lines):
        raise _refused("レコード長")
    head, *rows, tail = lines
    if head[:1] != b"1" or tail[:1] != b"9" or int(tail[1:11]) != len(rows):
        raise _refused("件数")
    if tail[27:35].decode() != f"{zlib.crc32(data[:-602]):08x}":
        raise _refused("検査符号")
    kind = {b"1": "inquiries", b"3": "reports"}[head[1:2]]
    places = _ASKED if kind == "inquiries" else _KEPT
    found = [{name: row[first:last].decode("cp932").rstrip(" ")
              for name, (first, last) in places.items()} for row in rows]  # fmt: skip
    for row in found:
        for name in _WORDS.keys() & row.keys():
            row[name] = _WORDS[name][int(row[name])]
        for name in row.keys() & set(_NUMBERS):
            row[name] = str(int(row[name]))
    return kind, found


def _of_json(data: bytes) -> tuple[str, list[dict[str, str]]]:
    lines = data.split(b"\n")
    if lines.pop() != b"":
        raise _refused("改行")
    head, *rows, tail = (json.loads(line) for line in lines)
    before = data[: len(data) - len(lines[-1]) - 1]
    if tail["count"] != len(rows) or tail["checksum"] != f"{zlib.crc32(before):08x}":
        raise _refused("検査符号")
    return head["kind"], [{name: _as_text(value) for name, value in row.items()} for row in rows]


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    text = "" if value is None else str(value)
    is_day = len(text) == 10 and text[4] == text[7] == "-"
    return text.replace("-", "") if is_day else text


def _refused(reason: str) -> OutsideFailure:
    return OutsideFailure(Fault("BUR-022", details={"reason": reason}))


# ---------------------------------------------------------------------------------- our own writer
def _answer_text(ref: str, on: date, version: int, found: int) -> str:
    return f"{ref:24}{'A' + ref:24}{on:%Y%m%d}{version:04}{found:04}"


def _found_text(ref: str, one: Held) -> str:
    phones = "".join(f"{phone:11}" for phone in [*one.phones, "", "", ""][:3])
    name = _filled(one.name, 60)
    return (
        f"{ref:24}{0:04}{one.kana:60}{name}{one.born}{phones}{'':200}{'':80}{one.licence:12}{'':20}"
    )


def _claim_text(ref: str, one: Claim, on: date, more: int, disputed: str) -> str:
    kind = _KINDS.index(one.kind) + 1
    excepted = _WORDS["excepted"].index(one.excepted)
    late = "1" if one.late else "0"
    return (
        f"{ref:24}{one.lender:8}{kind}{one.contracted}{one.limit:011}{one.limit:011}"
        f"{one.balance + more:011}{late}{one.long_delay:8}{excepted}{on:%Y%m%d}{disputed}"
    )


def _filled(text: str, width: int) -> str:
    """Blanks up to so many bytes; a sign of two bytes counts two."""
    return text + " " * (width - len(text.encode("cp932")))


def _lines(records: Sequence[tuple[str, str]]) -> bytes:
    texts = (f"{sign}{text}".encode("cp932") for sign, text in records)
    return b"".join(text.ljust(600) + b"\r\n" for text in texts)


# ------------------------------------------------------------------------------ spoiling a file
def _cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def _with_wrong_sum(data: bytes) -> bytes:
    lines = data.split(b"\r\n")
    lines[-2] = lines[-2][:26] + (b"1" if lines[-2][26:27] != b"1" else b"2") + lines[-2][27:]
    return b"\r\n".join(lines)


_SPOILERS: Mapping[Trouble, Callable[[bytes], bytes]] = {
    Trouble.PARTIAL: _cut,
    Trouble.WRONG_SUM: _with_wrong_sum,
}
