"""Fictional files of each format, twice: as our objects, and as bytes typed field by field.

The bytes are put together here from the widths that banks publish, without the layout table: they
are the second opinion on it. Bank numbers 9998 and 9999 are given to no bank.
"""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, settings

from motocho.outside.bank import (
    AccountType,
    BankAccount,
    BankLine,
    BankStatement,
    Debit,
    DebitAnswers,
    DebitFile,
    DebitResult,
    Direction,
    Effect,
    Novelty,
    Originator,
    StatementKind,
    Transfer,
    TransferFile,
)

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For property tests: a busy machine is no fault."""
NEAR_ON = date(2026, 11, 21)
PAY_ON = date(2026, 11, 24)
DEBIT_ON = date(2026, 11, 27)
DAY = date(2026, 11, 20)
DAY_BEFORE = date(2026, 11, 19)

OURS = BankAccount("9999", "101", AccountType.CURRENT, "0000001", "ﾓｷﾞ", "ﾎﾝﾃﾝ")
ORIGINATOR = Originator("1234567890", "ﾓﾄﾁﾖｳﾌｱｲﾅﾝｽ(ｶ", OURS)
HANAKO = BankAccount("9998", "001", AccountType.ORDINARY, "1234567", "ﾃｽﾄ", "ﾁﾕｳｵｳ")
TARO = BankAccount("9998", "012", AccountType.SAVINGS, "0000042")
JIRO = BankAccount("9997", "777", AccountType.CURRENT, "7654321", "77ｷﾞﾝ", "ｴｷﾏｴ")

TRANSFERS = TransferFile(
    ORIGINATOR,
    PAY_ON,
    (
        Transfer(HANAKO, "ﾔﾏﾀﾞ ﾊﾅｺ", 50_000, Novelty.FIRST, (12_345_678, 1)),
        Transfer(TARO, "ﾀﾅｶ ﾀﾛｳ", 9_999_999_999),
        Transfer(JIRO, "ｶ)ﾏﾙｲﾁ", 1, edi="INV-2026/11"),
    ),
)
DEBITS = DebitFile(
    ORIGINATOR,
    DEBIT_ON,
    (
        Debit(HANAKO, "ﾔﾏﾀﾞ ﾊﾅｺ", 10_000, 12_345_678),
        Debit(BankAccount("9998", "012", AccountType.ORDINARY, "0000042"), "ﾀﾅｶ ﾀﾛｳ", 25_000, 2),
        Debit(JIRO, "ｻﾄｳ ｼﾞﾛｳ", 3_000, 10**20 - 1, Novelty.CHANGED),
    ),
)
ANSWERS = DebitAnswers(
    DEBITS, (DebitResult.COLLECTED, DebitResult.NO_FUNDS, DebitResult.STOPPED_BY_DEPOSITOR)
)
ACCOUNT = BankAccount("9999", "101", AccountType.ORDINARY, "0000001", "ﾓｷﾞ", "ﾎﾝﾃﾝ")
MOVED = BankStatement(
    StatementKind.MOVEMENTS,
    ACCOUNT,
    DAY,
    DAY_BEFORE,
    DAY,
    (
        BankLine(
            DAY_BEFORE, DAY_BEFORE, 8_000, nature="11", number="1", payer_name="12345678ﾔﾏﾀﾞ ﾊﾅｺ",
            bank_name="ﾃｽﾄ", branch_name="ﾁﾕｳｵｳ", note="ﾌﾘｺﾐ",
        ),
        BankLine(
            DAY, DAY, 10_000, nature="11", number="2", payer_code="2000000042",
            payer_name="ﾀﾅｶ ﾀﾛｳ", bank_name="ﾃｽﾄ", branch_name="ﾁﾕｳｵｳ", edi="12345678",
        ),
        BankLine(DAY, DAY, 220, Direction.OUT, nature="18", number="3", note="ﾃｽｳﾘﾖｳ"),
    ),
    "ﾓﾄﾁﾖｳﾌｱｲﾅﾝｽ(ｶ",
    opening_yen=1_000_000,
    closing_yen=1_017_780,
)  # fmt: skip
NOTICES = BankStatement(
    StatementKind.NOTICE,
    ACCOUNT,
    DAY,
    DAY,
    DAY,
    (
        BankLine(DAY, DAY, 8_000, number="11", payer_name="ﾔﾏﾀﾞ ﾊﾅｺ", bank_name="ﾃｽﾄ"),
        BankLine(DAY, DAY, 8_000, effect=Effect.CANCELLED, number="11", payer_name="ﾔﾏﾀﾞ ﾊﾅｺ"),
        BankLine(DAY, DAY_BEFORE, 5_000, number="12", payer_name="ﾀﾅｶ ﾀﾛｳ", cheques_yen=5_000),
    ),
    "ﾓﾄﾁﾖｳﾌｱｲﾅﾝｽ(ｶ",
)
WIDE = BankStatement(
    StatementKind.NOTICE_WIDE,
    ACCOUNT,
    DAY,
    DAY,
    DAY,
    (
        BankLine(DAY, DAY, 12_345_678_901, number="1", payer_name="ｶ)ﾏﾙｲﾁ", edi="A-1"),
        BankLine(DAY, DAY, 3_000, number="2", payer_name="ﾔﾏﾀﾞ ﾊﾅｺ"),
    ),
    "ﾓﾄﾁﾖｳﾌｱｲﾅﾝｽ(ｶ",
)


def record(*parts: tuple[str, int]) -> str:
    """A record from texts and widths: digits are set right with zeros, the rest left with blanks."""
    return "".join(text.ljust(width) if width > 0 else text.zfill(-width) for text, width in parts)


def file_of(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("shift_jis")


def _head_120(kind: str, on: str) -> str:
    return record(
        ("1", 1), (kind, 2), ("0", 1), ("1234567890", 10), ("ﾓﾄﾁﾖｳﾌｱｲﾅﾝｽ(ｶ", 40), (on, 4),
        ("9999", 4), ("ﾓｷﾞ", 15), ("101", 3), ("ﾎﾝﾃﾝ", 15), ("2", 1), ("0000001", 7), ("", 17),
    )  # fmt: skip


def _transfer(
    bank: tuple[str, str, str, str], account: str, name: str, rest: tuple[str, ...]
) -> str:
    code, bank_name, branch, branch_name = bank
    amount, novelty, reference, mark = rest
    return record(
        ("2", 1), (code, 4), (bank_name, 15), (branch, 3), (branch_name, 15), ("0000", 4),
        (account, 8), (name, 30), (amount, -10), (novelty, 1), (reference, 20), ("0", 1),
        (mark, 1), ("", 7),
    )  # fmt: skip


TRANSFER_BYTES = file_of(
    _head_120("21", "1124"),
    _transfer(
        ("9998", "ﾃｽﾄ", "001", "ﾁﾕｳｵｳ"), "11234567", "ﾔﾏﾀﾞ ﾊﾅｺ",
        ("50000", "1", "00123456780000000001", ""),
    ),
    _transfer(
        ("9998", "", "012", ""), "40000042", "ﾀﾅｶ ﾀﾛｳ", ("9999999999", "0", "0" * 20, "")
    ),
    _transfer(
        ("9997", "77ｷﾞﾝ", "777", "ｴｷﾏｴ"), "27654321", "ｶ)ﾏﾙｲﾁ", ("1", "0", "INV-2026/11", "Y")
    ),
    record(("8", 1), ("3", -6), ("10000050000", -12), ("", 101)),
    record(("9", 1), ("", 119)),
)  # fmt: skip


def _debit(bank: tuple[str, str, str, str], account: str, name: str, rest: tuple[str, ...]) -> str:
    code, bank_name, branch, branch_name = bank
    amount, novelty, reference, result = rest
    return record(
        ("2", 1), (code, 4), (bank_name, 15), (branch, 3), (branch_name, 15), ("", 4),
        (account, 8), (name, 30), (amount, -10), (novelty, 1), (reference, -20), (result, 1),
        ("", 8),
    )  # fmt: skip


def _debit_bytes(results: str, split: tuple[str, str, str, str]) -> bytes:
    rows = (
        (("9998", "ﾃｽﾄ", "001", "ﾁﾕｳｵｳ"), "11234567", "ﾔﾏﾀﾞ ﾊﾅｺ", ("10000", "0", "12345678")),
        (("9998", "", "012", ""), "10000042", "ﾀﾅｶ ﾀﾛｳ", ("25000", "0", "2")),
        (("9997", "77ｷﾞﾝ", "777", "ｴｷﾏｴ"), "27654321", "ｻﾄｳ ｼﾞﾛｳ", ("3000", "2", "9" * 20)),
    )
    return file_of(
        _head_120("91", "1127"),
        *(
            _debit(bank, account, name, (*rest, result))
            for (bank, account, name, rest), result in zip(rows, results, strict=True)
        ),
        record(
            ("8", 1), ("3", -6), ("38000", -12), (split[0], -6), (split[1], -12), (split[2], -6),
            (split[3], -12), ("", 65),
        ),
        record(("9", 1), ("", 119)),
    )  # fmt: skip


DEBIT_BYTES = _debit_bytes("000", ("0", "0", "0", "0"))
ANSWER_BYTES = _debit_bytes("013", ("1", "10000", "2", "28000"))


def _moved(number: str, day: str, sign: str, rest: tuple[str, ...]) -> str:
    nature, amount, code, name, bank, branch, note, edi = rest
    return record(
        ("2", 1), (number, -8), (day, 6), (day, 6), (sign, 1), (nature, 2), (amount, -12),
        ("0", -12), ("0", -6), ("0", -6), ("0", 1), ("0", -7), ("0", -3), (code, -10), (name, 48),
        (bank, 15), (branch, 15), (note, 20), (edi, 20), ("", 1),
    )  # fmt: skip


MOVED_BYTES = file_of(
    record(
        ("1", 1), ("03", 2), ("0", 1), ("081120", 6), ("081119", 6), ("081120", 6), ("9999", 4),
        ("ﾓｷﾞ", 15), ("101", 3), ("ﾎﾝﾃﾝ", 15), ("000", 3), ("1", 1), ("1", -10),
        ("ﾓﾄﾁﾖｳﾌｱｲﾅﾝｽ(ｶ", 40), ("1", 1), ("0", 1), ("1000000", -14), ("", 71),
    ),
    _moved("1", "081119", "1",
           ("11", "8000", "0", "12345678ﾔﾏﾀﾞ ﾊﾅｺ", "ﾃｽﾄ", "ﾁﾕｳｵｳ", "ﾌﾘｺﾐ", "")),
    _moved("2", "081120", "1",
           ("11", "10000", "2000000042", "ﾀﾅｶ ﾀﾛｳ", "ﾃｽﾄ", "ﾁﾕｳｵｳ", "", "12345678")),
    _moved("3", "081120", "2", ("18", "220", "0", "", "", "", "ﾃｽｳﾘﾖｳ", "")),
    record(
        ("8", 1), ("2", -6), ("18000", -13), ("1", -6), ("220", -13), ("1", 1), ("1017780", -14),
        ("3", -7), ("", 139),
    ),
    record(("9", 1), ("6", -10), ("1", -5), ("", 184)),
)  # fmt: skip

_NOTICE_HEAD = record(
    ("1", 1), ("01", 2), ("0", 1), ("081120", 6), ("081120", 6), ("081120", 6), ("9999", 4),
    ("ﾓｷﾞ", 15), ("101", 3), ("ﾎﾝﾃﾝ", 15), ("1", 1), ("0000001", 7), ("ﾓﾄﾁﾖｳﾌｱｲﾅﾝｽ(ｶ", 40),
    ("", 93),
)  # fmt: skip
_NOTICE_END = record(("9", 1), ("", 199))


def _notice(number: str, value_on: str, rest: tuple[str, ...]) -> str:
    amount, cheques, name, bank, cancelled = rest
    return record(
        ("2", 1), (number, -6), ("081120", 6), (value_on, 6), (amount, -10), (cheques, -10),
        ("0", -10), (name, 48), (bank, 15), ("", 15), (cancelled, 1),
    )  # fmt: skip


NOTICE_BYTES = file_of(
    _NOTICE_HEAD,
    _notice("11", "081120", ("8000", "0", "ﾔﾏﾀﾞ ﾊﾅｺ", "ﾃｽﾄ", "0")).ljust(200),
    _notice("11", "081120", ("8000", "0", "ﾔﾏﾀﾞ ﾊﾅｺ", "", "1")).ljust(200),
    _notice("12", "081119", ("5000", "5000", "ﾀﾅｶ ﾀﾛｳ", "", "0")).ljust(200),
    record(("8", 1), ("3", -6), ("21000", -12), ("1", -6), ("8000", -12), ("", 163)),
    _NOTICE_END,
)
WIDE_BYTES = file_of(
    _NOTICE_HEAD,
    _notice("1", "081120", ("0", "0", "ｶ)ﾏﾙｲﾁ", "", "0"))
    + record(("12345678901", -12), ("0", -12), ("A-1", 20), ("", 28)),
    _notice("2", "081120", ("3000", "0", "ﾔﾏﾀﾞ ﾊﾅｺ", "", "0"))
    + record(("0", -12), ("0", -12), ("", 20), ("", 28)),
    record(("8", 1), ("2", -6), ("12345681901", -12), ("0", -6), ("0", -12), ("", 163)),
    _NOTICE_END,
)
