"""Files to and from a bureau: inquiries and reports out, answers and receipts in [授受ファイル].

data = write_inquiries(head, inquiries, Form.FIXED)      the bytes, the same for the same
answers = read_answers(data, "in/answers-00000012")      or every fault of the file
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from motocho.outside.bureau import layouts, records
from motocho.outside.bureau.records import Form, Head, Parsed, Record, Row
from motocho.outside.bureau.terms import (
    Answer,
    Declarer,
    Ending,
    Excepted,
    Found,
    Inquiry,
    LenderKind,
    Loan,
    Person,
    Purpose,
    Receipt,
    Report,
    ReportKind,
    SelfExclusion,
    Standing,
    Trouble,
)
from motocho.units.errors import Fault, FaultyInput

PHONES = 3
"""How many phones of a person go along."""


# ------------------------------------------------------------------------------------- writing
def write_inquiries(head: Head, many: Sequence[Inquiry], form: Form) -> bytes:
    """A file of inquiries [照会ファイルの作成]."""
    rows = [
        Record(layouts.INQUIRY, {
            "inquiry_ref": one.inquiry_ref, "purpose": one.purpose.value,
            "is_repeat": one.is_repeat, **_person_row(one.person),
        })
        for one in many
    ]  # fmt: skip
    return records.written(head, rows, form)


def write_reports(head: Head, many: Sequence[Report], form: Form) -> bytes:
    """A file of reports, in their order [登録ファイルの作成]."""
    rows = [Record(layouts.REPORT, _report_row(one)) for one in many]
    return records.written(head, rows, form)


def write_answers(head: Head, many: Sequence[Answer], form: Form) -> bytes:
    """A file of answers, as a bureau would write it [回答ファイルの作成]."""
    rows = [record for one in many for record in _answer_records(one)]
    return records.written(head, rows, form)


def write_receipts(head: Head, many: Sequence[Receipt], form: Form) -> bytes:
    """A file of receipts, as a bureau would write it [受付結果ファイルの作成]."""
    rows = [
        Record(layouts.RECEIPT, {"report_ref": one.report_ref, "reason": one.reason})
        for one in many
    ]
    return records.written(head, rows, form)


def _person_row(person: Person) -> Row:
    phones = [*person.phones[:PHONES], *[""] * PHONES]
    return {
        "kana": person.kana,
        "name": person.name,
        "born_on": person.born_on,
        **{f"phone_{place + 1}": phones[place] for place in range(PHONES)},
        "address": person.address,
        "employer": person.employer,
        "licence_number": person.licence_number,
        "document_number": person.document_number,
    }


def _report_row(report: Report) -> Row:
    standing = report.standing
    return {
        "report_ref": report.report_ref,
        "account_ref": report.account_ref,
        "seq_no": report.seq_no,
        "kind": report.kind.value,
        "as_of_on": report.as_of_on,
        **_person_row(report.person),
        "contracted_on": standing.contracted_on,
        "amount_yen": standing.amount_yen,
        "balance_yen": standing.balance_yen,
        "is_late": standing.is_late,
        "late_since": standing.late_since,
        "trouble": standing.trouble.value,
        "trouble_on": standing.trouble_on,
        "ending": standing.ending.value,
        "ended_on": standing.ended_on,
        "excepted": standing.excepted.value,
    }


def _answer_records(answer: Answer) -> Iterator[Record]:
    ref: dict[str, Any] = {"inquiry_ref": answer.inquiry_ref}
    head: dict[str, Any] = {
        "bureau_ref": answer.bureau_ref, "answered_on": answer.answered_on,
        "version": answer.version, "found": len(answer.found),
    }  # fmt: skip
    yield Record(layouts.ANSWER, {**ref, **head})
    for found in answer.found:
        row = {**ref, "asked_lately": found.asked_lately, **_person_row(found.person)}
        yield Record(layouts.FOUND, row)
        for loan in found.loans:
            enums = {"kind": loan.kind.value, "excepted": loan.excepted.value}
            yield Record(layouts.LOAN, {**ref, **_slots(loan), **enums})
        for wish in found.exclusions:
            row = {**ref, **_slots(wish), "declarer": wish.declarer.value}
            yield Record(layouts.EXCLUSION, row)


def _slots(of: Loan | SelfExclusion) -> dict[str, Any]:
    return {name: getattr(of, name) for name in of.__slots__}


# ------------------------------------------------------------------------------------- reading
@dataclass(frozen=True, slots=True)
class Answers:
    """A file of answers [回答ファイル]."""

    head: Head
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Receipts:
    """A file of receipts [受付結果ファイル]."""

    head: Head
    receipts: tuple[Receipt, ...]


Incoming = Answers | Receipts


def read_incoming(data: bytes, file: str, ours: tuple[str, str] | None = None) -> Incoming:
    """A file that a bureau sent [受取ファイルの読取り].

    Takes     our company code and the bureau's, where a file to somebody else is to be refused.
    Raises    FaultyInput with every fault of it: then nothing of it counts.
    """
    parsed = records.read(data, file)
    seen = (parsed.head.company_code, parsed.head.bureau_id)
    if ours not in {None, seen}:
        raise FaultyInput(Fault("BUR-015", file, 1, excerpt=" ".join(seen)))
    if parsed.head.kind == "answers":
        return Answers(parsed.head, tuple(_answers(parsed, file)))
    if parsed.head.kind == "receipts":
        found = (Receipt(str(one.row["report_ref"]), str(one.row["reason"]))
                 for one in parsed.records)  # fmt: skip
        return Receipts(parsed.head, tuple(found))
    raise FaultyInput(Fault("BUR-013", file, 1, excerpt=parsed.head.kind))


def read_inquiries(data: bytes, file: str) -> tuple[Head, tuple[Inquiry, ...]]:
    """The inquiries of a file of ours [照会ファイルの読取り].

    Raises    FaultyInput.
    """
    parsed = records.read(data, file)
    found = tuple(
        Inquiry(
            str(one.row["inquiry_ref"]), Purpose(one.row["purpose"]), _person(one.row),
            bool(one.row["is_repeat"]),
        )
        for one in parsed.records
    )  # fmt: skip
    return parsed.head, found


def read_reports(data: bytes, file: str) -> tuple[Head, tuple[Report, ...]]:
    """The reports of a file of ours [登録ファイルの読取り].

    Raises    FaultyInput.
    """
    parsed = records.read(data, file)
    return parsed.head, tuple(_report(one.row) for one in parsed.records)


def _person(row: Row) -> Person:
    phones = (str(row[f"phone_{place + 1}"]) for place in range(PHONES))
    texts = ("address", "employer", "licence_number", "document_number")
    return Person(
        str(row["kana"]), str(row["name"]), _on(row["born_on"]),
        tuple(one for one in phones if one), *(str(row[name]) for name in texts),
    )  # fmt: skip


def _on(value: object) -> date:
    return value if isinstance(value, date) else date.min


def _maybe(value: object) -> date | None:
    return value if isinstance(value, date) else None


def _yen(value: object) -> int:
    return value if isinstance(value, int) else 0


def _report(row: Row) -> Report:
    standing = Standing(
        contracted_on=_on(row["contracted_on"]),
        amount_yen=_yen(row["amount_yen"]),
        balance_yen=_yen(row["balance_yen"]),
        is_late=bool(row["is_late"]),
        late_since=_maybe(row["late_since"]),
        trouble=Trouble(row["trouble"]),
        trouble_on=_maybe(row["trouble_on"]),
        ending=Ending(row["ending"]),
        ended_on=_maybe(row["ended_on"]),
        excepted=Excepted(row["excepted"]),
    )
    return Report(
        str(row["report_ref"]), str(row["account_ref"]), _yen(row["seq_no"]),
        ReportKind(row["kind"]), _on(row["as_of_on"]), _person(row), standing,
    )  # fmt: skip


def _answers(parsed: Parsed, file: str) -> Iterable[Answer]:
    """Answers with what stands below each; a record that follows none of its own is a fault."""
    made: list[_Half] = []
    for one in parsed.records:
        if one.layout is layouts.ANSWER:
            made.append(_Half(one, []))
            continue
        if not made or made[-1].record.row["inquiry_ref"] != one.row["inquiry_ref"]:
            raise FaultyInput(Fault("BUR-017", file, one.line, excerpt=str(one.row["inquiry_ref"])))
        if one.layout is layouts.FOUND:
            made[-1].found.append(_Held(one, [], []))
            continue
        if not made[-1].found:
            raise FaultyInput(Fault("BUR-017", file, one.line, excerpt=str(one.row["inquiry_ref"])))
        held = made[-1].found[-1]
        (held.loans if one.layout is layouts.LOAN else held.wishes).append(one.row)
    for half in made:
        if half.record.row["found"] != len(half.found):
            excerpt = str(half.record.row["inquiry_ref"])
            raise FaultyInput(Fault("BUR-017", file, half.record.line, excerpt=excerpt))
    return (half.answer for half in made)


@dataclass(frozen=True, slots=True)
class _Held:
    """Somebody found, while what is held is gathered."""

    record: Record
    loans: list[Row]
    wishes: list[Row]

    @property
    def found(self) -> Found:
        row = self.record.row
        loans = tuple(_loan(one) for one in self.loans)
        wishes = tuple(
            SelfExclusion(_on(one["first_on"]), _on(one["last_on"]), Declarer(one["declarer"]))
            for one in self.wishes
        )
        return Found(_person(row), loans, wishes, _yen(row["asked_lately"]))


def _loan(row: Row) -> Loan:
    return Loan(
        str(row["lender_code"]), LenderKind(row["kind"]), _on(row["contracted_on"]),
        _yen(row["amount_yen"]), _yen(row["limit_yen"]), _yen(row["balance_yen"]),
        bool(row["is_late"]), _maybe(row["long_delay_on"]), Excepted(row["excepted"]),
        _on(row["as_of_on"]), bool(row["is_disputed"]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Half:
    """An answer while its records are gathered."""

    record: Record
    found: list[_Held]

    @property
    def answer(self) -> Answer:
        row = self.record.row
        found = tuple(one.found for one in self.found)
        return Answer(
            str(row["inquiry_ref"]), str(row["bureau_ref"]), _on(row["answered_on"]), found,
            _yen(row["version"]),
        )  # fmt: skip
