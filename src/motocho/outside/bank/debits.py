"""Direct debits: what we ask members' banks to pay us, and what became of it [口座振替].

One layout serves the request and the answer: the answer repeats every line with a result code and
adds up what was collected. Only code 0 is money; every other code is a reason to speak with the
member or the bank. An answer is set beside its request, so that a line that is missing, doubled,
changed or unknown is a fault, never a payment.

>>> from motocho.outside.bank.accounts import AccountType
>>> ours = BankAccount("9999", "101", AccountType.CURRENT, "0000001")
>>> theirs = BankAccount("9998", "001", AccountType.ORDINARY, "1234567")
>>> first = Debit(theirs, "ﾔﾏﾀﾞ ﾊﾅｺ", 10_000, reference=7)
>>> second = Debit(theirs, "ﾔﾏﾀﾞ ﾊﾅｺ", 5_000, reference=8)
>>> sender = Originator("1234567890", "ﾓﾄﾁﾖｳ", ours)
>>> file = DebitFile(sender, date(2026, 11, 27), (first, second))
>>> read_debits(write_debits(file), near_on=date(2026, 11, 20)) == file
True
>>> answer = DebitAnswers(file, (DebitResult.COLLECTED, DebitResult.NO_FUNDS))
>>> data = write_debit_answers(answer)
>>> outcome = settle_debits(file, read_debit_answers(data, near_on=date(2026, 11, 30)))
>>> [collected.amount_yen for collected in outcome.collected], outcome.failed[0].result.name_ja
([10000], '資金不足')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from motocho.outside.bank import orders, records
from motocho.outside.bank.accounts import NOVELTIES, BankAccount, Novelty, Originator, account_of
from motocho.outside.bank.layouts import DEBIT
from motocho.outside.bank.records import Composer, Faults, Group, Separator
from motocho.units.errors import Fault, ensure
from motocho.units.money import yen_text


class DebitResult(Enum):
    """What became of one debit [振替結果コード].

    Law       全銀協制定フォーマット 預金口座振替(処理結果明細) (BANK-004).
    """

    COLLECTED = "0"
    NO_FUNDS = "1"
    NO_ACCOUNT = "2"
    STOPPED_BY_DEPOSITOR = "3"
    NO_MANDATE = "4"
    STOPPED_BY_ORIGINATOR = "8"
    OTHER = "9"

    @property
    def name_ja(self) -> str:
        """Meaning in Japanese [振替結果]."""
        return _MEANINGS[self][0]

    @property
    def name_en(self) -> str:
        """Meaning in English [振替結果の英語名]."""
        return _MEANINGS[self][1]


_MEANINGS = {
    DebitResult.COLLECTED: ("振替済", "collected"),
    DebitResult.NO_FUNDS: ("資金不足", "not enough funds"),
    DebitResult.NO_ACCOUNT: ("取引なし", "no such account"),
    DebitResult.STOPPED_BY_DEPOSITOR: ("預金者の都合による振替停止", "stopped by payer"),
    DebitResult.NO_MANDATE: ("預金口座振替依頼書なし", "no mandate"),
    DebitResult.STOPPED_BY_ORIGINATOR: ("委託者の都合による振替停止", "stopped by the originator"),
    DebitResult.OTHER: ("その他", "other"),
}


@dataclass(frozen=True, slots=True)
class Debit:
    """One debit asked for [引落請求]: from whom, how much, and our number for it.

    `reference` [顧客番号] is a number of ours, up to twenty digits, and one of a kind in its file;
    the bank gives it back in the answer.
    """

    payer: BankAccount
    name: str
    amount_yen: int
    reference: int
    novelty: Novelty = Novelty.KNOWN


@dataclass(frozen=True, slots=True)
class DebitFile:
    """All debits of one day into one account [口座振替依頼ファイル]."""

    originator: Originator
    debit_on: date
    debits: tuple[Debit, ...]

    @property
    def sum_yen(self) -> int:
        """What was asked for in all [合計金額]."""
        return sum(debit.amount_yen for debit in self.debits)


@dataclass(frozen=True, slots=True)
class DebitAnswers:
    """A request as it came back, with one result a line [口座振替結果ファイル]."""

    file: DebitFile
    results: tuple[DebitResult, ...]


@dataclass(frozen=True, slots=True)
class Collected:
    """A debit that is money, and the key under which it is booked once [振替済]."""

    receipt_ref: str
    reference: int
    amount_yen: int
    value_on: date


@dataclass(frozen=True, slots=True)
class Failed:
    """A debit that is no money, and why [振替不能]."""

    reference: int
    amount_yen: int
    result: DebitResult


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer beside its request [結果の照合]: every line of the request is in one of both."""

    collected: tuple[Collected, ...]
    failed: tuple[Failed, ...]


# ---------------------------------------------------------------------------------------- writing
def write_debits(file: DebitFile, *, separator: Separator = Separator.CRLF) -> bytes:
    """The bytes of a request [口座振替依頼ファイルの作成].

    Raises    FaultyInput with every fault, by the line it would have had; nothing is written then.
    Law       全銀協制定フォーマット 預金口座振替 (BANK-001, 002, 003).
    """
    return _write(file, None, separator)


def write_debit_answers(answers: DebitAnswers, *, separator: Separator = Separator.CRLF) -> bytes:
    """The bytes of an answer, as a bank would send them [口座振替結果ファイルの作成].

    Raises    FaultyInput with every fault of the request.
    """
    return _write(answers.file, answers.results, separator)


def _write(file: DebitFile, results: tuple[DebitResult, ...] | None, separator: Separator) -> bytes:
    faults = Faults(None)
    amounts = [debit.amount_yen for debit in file.debits]
    orders.check_file(faults, DEBIT.header, file.debit_on, amounts)
    _check_references(file, faults)
    given = (DebitResult.COLLECTED,) * len(amounts) if results is None else results
    ensure(len(given) == len(amounts), "a debit without a result")
    composer = Composer(DEBIT, faults)
    composer.add("1", {"on": f"{file.debit_on:%m%d}", **file.originator.values()})
    for debit, result in zip(file.debits, given, strict=True):
        orders.check_line(faults, composer.next_line, DEBIT.data, debit.name, debit.amount_yen)
        composer.add("2", {
            **debit.payer.values(),
            "name": debit.name,
            "amount_yen": debit.amount_yen,
            "novelty": debit.novelty.value,
            "reference": debit.reference,
            "result": result.value,
        })  # fmt: skip
    faults.refuse()
    split = {} if results is None else _split_totals(amounts, results)
    composer.add("8", {"count": len(amounts), "sum_yen": sum(amounts), **split})
    composer.add("9", {})
    return composer.finished(separator)


def check_payer(payer: BankAccount, name: str) -> None:
    """Refuse an account or a holder's name that no request could carry [振替口座の点検].

    Raises    FaultyInput with every fault; the line is that of a file with this debit alone.
    """
    faults = Faults(None)
    orders.check_line(faults, _FIRST_LINE, DEBIT.data, name, 1)
    composer = Composer(DEBIT, faults)
    composer.add("2", {**payer.values(), "name": name, "amount_yen": 1})
    faults.refuse()


_FIRST_LINE = 1


def _check_references(file: DebitFile, faults: Faults) -> None:
    """Our numbers are one of a kind: the answer is set beside the request by them."""
    seen: dict[int, int] = {}
    for line, debit in enumerate(file.debits, start=2):
        if debit.reference in seen:
            place = DEBIT.data.field("reference").place
            earlier = str(seen[debit.reference])
            faults.add("BNK-047", line, place, str(debit.reference), earlier=earlier)
        seen.setdefault(debit.reference, line)


def _split_totals(amounts: list[int], results: tuple[DebitResult, ...]) -> dict[str, int]:
    """Counts and sums of what was collected, and of what was not."""
    pairs = list(zip(amounts, results, strict=True))
    done = [amount for amount, result in pairs if result is DebitResult.COLLECTED]
    failed = [amount for amount, result in pairs if result is not DebitResult.COLLECTED]
    return {
        "done_count": len(done),
        "done_yen": sum(done),
        "failed_count": len(failed),
        "failed_yen": sum(failed),
    }


# ---------------------------------------------------------------------------------------- reading
def read_debits(data: bytes, *, near_on: date, file: str | None = None) -> DebitFile:
    """A request as it was written [口座振替依頼ファイルの読み取り].

    Days      near_on: a day within a year of the one the file is for, which has no year.
    Raises    FaultyInput with every fault; an answer is not a request, its trailer tells.
    """
    answers, group, faults = _read(data, near_on, file)
    for name in _SPLIT_TOTALS:
        orders.check_total(faults, group, DEBIT.trailer, name, 0)
    faults.refuse()
    return answers.file


def read_debit_answers(data: bytes, *, near_on: date, file: str | None = None) -> DebitAnswers:
    """An answer of the bank, with every total checked [口座振替結果ファイルの読み取り].

    Days      near_on: a day within a year of the one the file is for, which has no year.
    Raises    FaultyInput with every fault: line, bytes, what was seen, what mends it.
    Law       BANK-002: count and sum, of all, of the collected and of the failed.
    """
    answers, group, faults = _read(data, near_on, file)
    amounts = [debit.amount_yen for debit in answers.file.debits]
    for name, counted in _split_totals(amounts, answers.results).items():
        orders.check_total(faults, group, DEBIT.trailer, name, counted)
    faults.refuse()
    return answers


_RESULTS = {each.value: each for each in DebitResult}
_SPLIT_TOTALS = ("done_count", "done_yen", "failed_count", "failed_yen")


def _read(data: bytes, near_on: date, file: str | None) -> tuple[DebitAnswers, Group, Faults]:
    parsed = records.parse(data, (DEBIT,), file=file)
    faults = Faults(file)
    group = orders.only_group(parsed.groups, faults)
    debit_on = orders.file_day(group, DEBIT.header, near_on, faults)
    debits, results = [], []
    for row in group.rows:
        *_, name, amount, novelty, reference, result = row
        account = account_of(row, DEBIT.data)
        novel = NOVELTIES.get(novelty, Novelty.KNOWN)
        debits.append(Debit(account, name.rstrip(" "), int(amount), int(reference), novel))
        results.append(_RESULTS[result])
    orders.check_totals(group, DEBIT.trailer, [debit.amount_yen for debit in debits], faults)
    originator = orders.originator_of(group, DEBIT.header)
    answered = DebitAnswers(DebitFile(originator, debit_on, tuple(debits)), tuple(results))
    return answered, group, faults


# -------------------------------------------------------------------------------------- settlement
def settle_debits(request: DebitFile, answers: DebitAnswers, *, file: str | None = None) -> Outcome:
    """What an answer means for the request it answers [振替結果の照合].

    Gives     every line of the request once: collected, with its key, or failed, with the reason.
    Raises    FaultyInput if the answer is of another day or originator, or a line is missing,
              doubled, changed or unknown; then nothing of it is money.
    Law       BANK-004: only code 0 is a payment.
    """
    faults = Faults(file)
    _check_heads(request, answers.file, faults)
    asked = {debit.reference: debit for debit in request.debits}
    answered = _answered(asked, answers, faults)
    for debit in request.debits:
        if debit.reference not in answered:
            faults.add("BNK-061", excerpt=str(debit.reference), amount=yen_text(debit.amount_yen))
    faults.refuse()
    collected, failed = [], []
    for debit in request.debits:
        result = answered[debit.reference]
        if result is DebitResult.COLLECTED:
            collected.append(_collected(request, debit))
        else:
            failed.append(Failed(debit.reference, debit.amount_yen, result))
    return Outcome(tuple(collected), tuple(failed))


def _check_heads(request: DebitFile, answered: DebitFile, faults: Faults) -> None:
    pairs = (
        ("引落日", request.debit_on.isoformat(), answered.debit_on.isoformat()),
        ("委託者コード", request.originator.code, answered.originator.code),
    )
    for title, wanted, seen in pairs:
        if seen != wanted:
            faults.add("BNK-063", 1, title, seen, title=title, wanted=wanted)


def _answered(
    asked: Mapping[int, Debit], answers: DebitAnswers, faults: Faults
) -> Mapping[int, DebitResult]:
    """The result of each number that was asked for."""
    found: dict[int, DebitResult] = {}
    place = DEBIT.data.field("reference").place
    lines = zip(answers.file.debits, answers.results, strict=True)
    for line, (debit, result) in enumerate(lines, start=2):
        request = asked.get(debit.reference)
        shown = str(debit.reference)
        if request is None:
            faults.add("BNK-060", line, place, shown)
        elif debit.reference in found:
            faults.add("BNK-064", line, place, shown)
        elif _differs(request, debit):
            faults.add("BNK-062", line, place, shown, asked=_shown(request), seen=_shown(debit))
        found.setdefault(debit.reference, result)
    return found


def _differs(asked: Debit, answered: Debit) -> bool:
    same_account = str(asked.payer) == str(answered.payer)
    return asked.amount_yen != answered.amount_yen or not same_account


def _shown(debit: Debit) -> str:
    return f"{debit.payer} {yen_text(debit.amount_yen)}"


def _collected(request: DebitFile, debit: Debit) -> Collected:
    key = f"debit/{request.originator.code}/{request.debit_on.isoformat()}/{debit.reference}"
    return Collected(key, debit.reference, debit.amount_yen, request.debit_on)


def failure_message(failed: Failed) -> Fault:
    """Why a debit is no payment, as a message [振替不能の理由]."""
    result = failed.result
    details = {"reason": result.name_ja, "reason_en": result.name_en, "code": result.value}
    return Fault("BNK-065", excerpt=str(failed.reference), details=details)
