"""A bank to try things on: it takes our files, moves its own money, answers in files [模擬銀行].

It stands in for the other side, so it shares nothing with `outside.bank`: it cuts our bytes at
positions typed here from the banks' own sheets, and writes its answers the same way. What both
sides agree on is therefore the format and not a mistake of ours.

Faults come by a plan, one step for each file taken and each delivery: an answer that comes late,
twice, cut, with a wrong sum, in another order, under a wrong name, or not at all. `again` hands out
the true files of a day, as a bank does when it is asked.

>>> bank = FakeBank("9999-101-2-0000001", [Holder("9998-001-1-1234567", "ﾔﾏﾀﾞ ﾊﾅｺ", 5_000)])
>>> bank.pay("9998-001-1-1234567", 3_000, date(2026, 11, 20))
>>> (statement,) = bank.deliver(date(2026, 11, 20))
>>> statement.kind.value, statement.data[:4], len(statement.data)
('statement', b'1030', 808)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from motocho.outside.fakes import plans
from motocho.units.errors import Fault, OutsideFailure, StateConflict


class Trouble(Enum):
    """What goes wrong at one step [障害]."""

    NONE = "none"
    REJECTED = "rejected"
    TIMED_OUT = "timed_out"
    DELAYED = "delayed"
    DUPLICATED = "duplicated"
    TRUNCATED = "truncated"
    WRONG_SUM = "wrong_sum"
    REORDERED = "reordered"
    WRONG_NAME = "wrong_name"


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


class DeliveryKind(Enum):
    """What a file is [受取ファイルの種類]."""

    STATEMENT = "statement"
    DEBIT_ANSWERS = "debit_answers"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file the bank hands out [受取ファイル]."""

    kind: DeliveryKind
    made_on: date
    data: bytes


@dataclass(slots=True)
class Holder:
    """Somebody with an account: `account` as bank-branch-type-number [預金者]."""

    account: str
    name: str
    balance_yen: int = 0
    has_mandate: bool = True


@dataclass(slots=True)
class _Entry:
    """One line of our account."""

    sign: str
    amount_yen: int
    nature: str
    name: str = ""
    code: str = "0" * 10
    note: str = ""


@dataclass(slots=True)
class FakeBank:
    """The bank: `ours` is our account there, `holders` everyone else's anywhere [模擬銀行].

    Takes     `take` for our files, `pay` for members who pay.
    Gives     `deliver` once a day: answers to debits, and the statement of the day.
    """

    ours: str
    holders: Iterable[Holder]
    plan: Plan = calm
    balance_yen: int = 1_000_000_000
    _by_account: dict[str, Holder] = field(init=False, default_factory=dict)
    _taken: dict[bytes, str] = field(init=False, default_factory=dict)
    _entries: dict[date, list[_Entry]] = field(init=False, default_factory=dict)
    _debits: list[tuple[date, str]] = field(init=False, default_factory=list)
    _archive: dict[date, list[Delivery]] = field(init=False, default_factory=dict)
    _held: list[Delivery] = field(init=False, default_factory=list)
    _step: int = field(init=False, default=0)
    _number: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._by_account = {holder.account: holder for holder in self.holders}

    def holder(self, account: str) -> Holder:
        """The holder of an account [預金者の検索]."""
        return self._by_account[account]

    def _trouble(self) -> Trouble:
        trouble = self.plan(self._step)
        self._step += 1
        return trouble

    # ------------------------------------------------------------------------------ what comes in
    def take(self, data: bytes, on: date) -> str:
        """Take a transfer or debit file; its receipt number [受付].

        Raises    OutsideFailure if it is refused, or if no answer comes: then it may be taken or
                  not, and only `was_taken` tells; StateConflict if it is taken already.
        """
        trouble = self._trouble()
        if data in self._taken:
            raise StateConflict(Fault("BNK-072"))
        if trouble is Trouble.REJECTED:
            raise _refused("システム障害")
        text = _checked(data)
        if trouble is Trouble.TIMED_OUT and self._step % 2:  # every other one is lost on the way
            raise OutsideFailure(Fault("BNK-070"))
        self._taken[data] = f"{on:%Y%m%d}-{len(self._taken) + 1:06}"
        if text[0][1:3] == "21":
            self._transfer(text, on)
        else:
            self._debits.append((_due(text[0][54:58], on), "".join(text)))
        if trouble is Trouble.TIMED_OUT:
            raise OutsideFailure(Fault("BNK-070"))
        return self._taken[data]

    def was_taken(self, data: bytes) -> bool:
        """Whether this very file is taken [受付の照会]."""
        return data in self._taken

    def pay(self, account: str, amount_yen: int, on: date, *, as_name: str = "",
            virtual_account: str = "") -> None:  # fmt: skip
        """A holder pays us, under their name or as they type it [会員からの振込]."""
        holder = self._by_account[account]
        holder.balance_yen -= amount_yen
        name = as_name or holder.name
        self._book(on, _Entry("1", amount_yen, "11", name, virtual_account or "0" * 10))

    def _book(self, on: date, entry: _Entry) -> None:
        self._entries.setdefault(on, []).append(entry)

    def _transfer(self, lines: Sequence[str], on: date) -> None:
        """Pay what can be paid; what cannot comes back on the same day."""
        total_yen = sum(int(line[80:90]) for line in lines[1:-2])
        self._book(on, _Entry("2", total_yen, "11", note="ｿｳｺﾞｳﾌﾘｺﾐ"))
        for line in lines[1:-2]:
            account = f"{line[1:5]}-{line[20:23]}-{line[42]}-{line[43:50]}"
            name, amount_yen = line[50:80].rstrip(), int(line[80:90])
            holder = self._by_account.get(account)
            if holder is not None and holder.name[:30].rstrip() == name:
                holder.balance_yen += amount_yen
                continue
            reason = "ｺｳｻﾞﾅｼ" if holder is None else "ﾒｲｷﾞｿｳｲ"
            self._book(on, _Entry("1", amount_yen, "11", name, note=f"ｸﾐﾓﾄﾞｼ {reason}"))

    # ----------------------------------------------------------------------------- what goes out
    def deliver(self, on: date) -> list[Delivery]:
        """The files of a day, as far as nothing goes wrong [結果と明細の受取り].

        Raises    OutsideFailure if no answer comes; the files are then in the next delivery.
        """
        made = [*self._answers(on), self._statement(on)]
        self._archive.setdefault(on, []).extend(made)
        self._held += made
        trouble = self._trouble()
        if trouble is Trouble.TIMED_OUT:
            raise OutsideFailure(Fault("BNK-070"))
        if trouble is Trouble.DELAYED:
            return []
        files, self._held = self._held, []
        spoil = _SPOILERS.get(trouble)
        if spoil is not None:
            files = [Delivery(file.kind, file.made_on, spoil(file.data)) for file in files]
        return files * 2 if trouble is Trouble.DUPLICATED else files

    def again(self, on: date) -> list[Delivery]:
        """The true files of a day, as often as they are asked for [再受取り]."""
        return list(self._archive.get(on, ()))

    def _answers(self, on: date) -> list[Delivery]:
        """Answers to the requests whose day has come."""
        due = [text for due_on, text in self._debits if due_on <= on]
        self._debits = [each for each in self._debits if each[0] > on]
        return [Delivery(DeliveryKind.DEBIT_ANSWERS, on, self._answer(text, on)) for text in due]

    def _answer(self, text: str, on: date) -> bytes:
        lines = [text[start : start + 120] for start in range(0, len(text), 120)]
        done: list[int] = []
        failed: list[int] = []
        answered: list[str] = []
        for line in lines[1:-2]:
            code, amount_yen = self._collect(line), int(line[80:90])
            (done if code == "0" else failed).append(amount_yen)
            answered.append(f"{line[:111]}{code}{line[112:]}")
        if done:
            self._book(on, _Entry("1", sum(done), "14", note="ｺｳｻﾞﾌﾘｶｴ"))
        trailer = f"8{len(done + failed):06}{sum(done + failed):012}"
        trailer += f"{len(done):06}{sum(done):012}{len(failed):06}{sum(failed):012}"
        return _encoded([lines[0], *answered, trailer.ljust(120), lines[-1]])

    def _collect(self, line: str) -> str:
        """The result code of one debit."""
        holder = self._by_account.get(f"{line[1:5]}-{line[20:23]}-{line[42]}-{line[43:50]}")
        amount_yen = int(line[80:90])
        if holder is None:
            return "2"
        if not holder.has_mandate:
            return "4"
        if holder.balance_yen < amount_yen:
            return "1"
        holder.balance_yen -= amount_yen
        return "0"

    def _statement(self, on: date) -> Delivery:
        """The movements of our account on a day, with both balances."""
        bank, branch, kind, number = self.ours.split("-")
        entries = self._entries.pop(on, [])
        day = f"{on.year - 2018:02}{on:%m%d}"
        head = f"1030{day * 3}{bank}{'ﾓｷﾞ':15}{branch}{'ﾎﾝﾃﾝ':15}000{kind}{number:0>10}"
        head += f"{'ﾓﾄﾁﾖｳ':40}1 {self.balance_yen:014}"
        came = [entry.amount_yen for entry in entries if entry.sign == "1"]
        went = [entry.amount_yen for entry in entries if entry.sign == "2"]
        lines = [self._line(entry, day) for entry in entries]
        self.balance_yen = sum((self.balance_yen, *came, *(-amount for amount in went)))
        tail = f"8{len(came):06}{sum(came):013}{len(went):06}{sum(went):013}"
        tail += f"1{self.balance_yen:014}{len(lines):07}"
        end = f"9{len(lines) + 3:010}00001"
        texts = [head.ljust(200), *lines, tail.ljust(200), end.ljust(200)]
        return Delivery(DeliveryKind.STATEMENT, on, _encoded(texts))

    def _line(self, entry: _Entry, day: str) -> str:
        self._number += 1
        line = f"2{self._number:08}{day * 2}{entry.sign}{entry.nature}{entry.amount_yen:012}"
        line += f"{0:012}{'':12} {'':7}{'':3}{entry.code}{entry.name:48}{'ﾃｽﾄ':15}{'ﾎﾝﾃﾝ':15}"
        return f"{line}{entry.note:20}".ljust(200)


def _due(month_day: str, taken_on: date) -> date:
    """The first such day from the day the file was taken."""
    on = date(taken_on.year, int(month_day[:2]), int(month_day[2:]))
    return on if on >= taken_on else on.replace(year=on.year + 1)


def _refused(reason: str) -> OutsideFailure:
    return OutsideFailure(Fault("BNK-071", details={"reason": reason}))


def _checked(data: bytes) -> list[str]:
    """The records of a file, if a bank would take it: lengths, kinds, count and sum."""
    try:
        text = data.decode("shift_jis")
    except UnicodeDecodeError:
        raise _refused("文字コード") from None
    lines = text.removesuffix("\r\n").split("\r\n")
    if len(lines) == 1:
        lines = [text[start : start + 120] for start in range(0, len(text), 120)]
    if any(len(line.encode("shift_jis")) != 120 or len(line) != 120 for line in lines):
        raise _refused("レコード長")
    marks = "".join(line[0] for line in lines)
    if marks != "1" + "2" * (len(lines) - 3) + "89" or lines[0][1:4] not in {"210", "910"}:
        raise _refused("レコードの順序または種別")
    amounts = [int(line[80:90]) for line in lines[1:-2]]
    if lines[-2][1:19] != f"{len(amounts):06}{sum(amounts):012}":
        raise _refused("件数または金額の合計")
    return lines


def _encoded(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("shift_jis")


# ------------------------------------------------------------------------------ spoiling a file
def _cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def _with_wrong_sum(data: bytes) -> bytes:
    lines = data.split(b"\r\n")
    lines[-3] = lines[-3][:18] + (b"1" if lines[-3][18:19] != b"1" else b"2") + lines[-3][19:]
    return b"\r\n".join(lines)


def _reordered(data: bytes) -> bytes:
    lines = data.split(b"\r\n")
    rows = [line for line in lines if line.startswith(b"2")]
    return b"\r\n".join([lines[0], *reversed(rows), *lines[1 + len(rows) :]])


_NAME_STARTS = {b"1": 50, b"3": 81}
"""Where the name stands in a data record, by the second digit of the kind: 91 or 03."""


def _with_wrong_name(data: bytes) -> bytes:
    lines = data.split(b"\r\n")
    start = _NAME_STARTS[data[2:3]]
    if lines[1].startswith(b"2"):
        name = "ﾍﾞﾂ ﾒｲｷﾞ".encode("shift_jis").ljust(30)
        lines[1] = lines[1][:start] + name + lines[1][start + 30 :]
    return b"\r\n".join(lines)


_SPOILERS: Mapping[Trouble, Callable[[bytes], bytes]] = {
    Trouble.TRUNCATED: _cut,
    Trouble.WRONG_SUM: _with_wrong_sum,
    Trouble.REORDERED: _reordered,
    Trouble.WRONG_NAME: _with_wrong_name,
}
