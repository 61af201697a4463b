"""Bank files: reading 100,000 lines of a statement, matching them, writing and settling debits."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeVar

from motocho.outside import bank
from motocho.outside.bank import names

T = TypeVar("T")
LINES = 100_000
MEMBERS = 50_000
DAY = date(2026, 11, 20)
KANA = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜ"
OURS = bank.BankAccount("9999", "101", bank.AccountType.ORDINARY, "0000001")
THEIRS = bank.BankAccount("9998", "001", bank.AccountType.ORDINARY, "1234567")


def name(chance: random.Random) -> str:
    family = "".join(chance.choices(KANA, k=chance.randint(2, 5)))
    return f"{family} {''.join(chance.choices(KANA, k=chance.randint(2, 4)))}"


def payers(chance: random.Random) -> list[bank.Payer]:
    return [
        bank.Payer(str(n), f"{n:08}", (name(chance),), f"200{n:07}" if n % 4 == 0 else "")
        for n in range(MEMBERS)
    ]


def lines(chance: random.Random, members: list[bank.Payer]) -> tuple[bank.BankLine, ...]:
    """A quarter each: virtual account, number and name, name alone, a stranger."""
    found = []
    for n in range(LINES):
        payer = chance.choice(members)
        shown = (payer.names[0], f"{payer.number}{payer.names[0]}", payer.names[0], name(chance))
        code = payer.virtual_account if n % 4 == 0 else ""
        on = DAY - timedelta(days=n % 5)
        line = bank.BankLine(
            on, on, chance.randint(1, 99) * 1000, number=str(n + 1), nature="11", payer_code=code,
            payer_name=shown[n % 4], bank_name="ﾃｽﾄ", branch_name="ﾎﾝﾃﾝ", note="ﾌﾘｺﾐ",
        )  # fmt: skip
        found.append(line)
    return tuple(found)


def timed(what: str, work: Callable[[], T], count: int = LINES) -> T:
    best, result = None, None
    for _ in range(3):
        names.compared.cache_clear()
        start = time.process_time()
        result = work()
        seconds = time.process_time() - start
        best = seconds if best is None or seconds < best else best
    assert best is not None
    assert result is not None
    print(f"{what:<52}{best:8.3f} s CPU{count / best:12,.0f} lines/s")
    return result


def main() -> None:
    chance = random.Random(7)
    members = payers(chance)
    made = lines(chance, members)
    statement = bank.BankStatement(
        bank.StatementKind.MOVEMENTS, OURS, DAY, DAY - timedelta(days=5), DAY, made
    )
    unnumbered = tuple(line._replace(number="") for line in made)
    plain = bank.BankStatement(
        bank.StatementKind.MOVEMENTS, OURS, DAY, DAY - timedelta(days=5), DAY, unnumbered
    )
    data = bank.write_statements([statement])
    hashed = bank.write_statements([plain])
    print(
        f"{LINES:,} lines, {len(data) / 1e6:.1f} MB; {MEMBERS:,} members; best of 3, seconds of CPU"
    )
    (read,) = timed(
        "read a statement (03), bank's numbers", lambda: bank.read_statements(data, near_on=DAY)
    )
    timed(
        "read a statement (03), keys by digest", lambda: bank.read_statements(hashed, near_on=DAY)
    )
    directory = timed("make the directory", lambda: bank.Directory(members), MEMBERS)
    came = bank.receipts(read)
    outcome = timed("match, no name seen before", lambda: bank.match_receipts(came, directory))
    print(f"{'':<4}matched {len(outcome.matched):,}, exceptions {len(outcome.exceptions):,}")
    debits = tuple(bank.Debit(THEIRS, "ﾔﾏﾀﾞ ﾊﾅｺ", 10_000, n) for n in range(LINES))
    file = bank.DebitFile(bank.Originator("1234567890", "ﾓﾄﾁﾖｳ", OURS), DAY, debits)
    timed("write a debit request", lambda: bank.write_debits(file))
    answers = bank.DebitAnswers(file, (bank.DebitResult.COLLECTED,) * LINES)
    back = bank.write_debit_answers(answers)
    answered = timed("read its answer", lambda: bank.read_debit_answers(back, near_on=DAY))
    timed("settle it", lambda: bank.settle_debits(file, answered))
