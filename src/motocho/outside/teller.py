"""Single transfers: an order is handed to the bank, and its answer comes later [振込の依頼と結果].

Files of many transfers (`outside.bank.transfers`) go by the bank's day; what is to arrive at once
is ordered by itself. Banks take such orders through programs of their own, so what stands here is a
tray: one file an order, one file an answer, which the bank's program reads and writes. Without such
a program nothing arrives, and the order says so.

An order has a reference of its own for ever: handed over again it is the same order, and lies in
the tray once. A tray that cannot be written, or holds a file named `shut`, takes nothing.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

from motocho.outside._laying import lay
from motocho.outside.bank.accounts import AccountType, BankAccount
from motocho.outside.postgres import home
from motocho.units.errors import Fault, OutsideFailure

VARIABLE = "MOTOCHO_BANK_TRAY"
SHUT = "shut"


@dataclass(frozen=True, slots=True)
class Order:
    """One transfer to be carried out at once [振込依頼]; `name` in the signs of banks."""

    order_ref: str
    payee: BankAccount
    name: str
    amount_yen: int
    ordered_at: datetime

    def document(self) -> dict[str, str | int]:
        """The order as JSON [依頼ファイル]."""
        return {
            "order_ref": self.order_ref,
            "bank_code": self.payee.bank_code,
            "branch_code": self.payee.branch_code,
            "account_type": self.payee.account_type.value,
            "account_number": self.payee.number,
            "name": self.name,
            "amount_yen": self.amount_yen,
            "ordered_at": self.ordered_at.isoformat(),
        }


class Fate(Enum):
    """What became of an order [振込の結果]."""

    ARRIVED = "arrived"
    RETURNED = "returned"
    """Not carried out, or come back: no money was lent [振込不能・組戻し]."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The bank's last word on an order [結果通知]; `on` is the day the payee had the money."""

    fate: Fate
    on: date
    reason: str = ""


class Teller(Protocol):
    """Whoever takes orders [振込の窓口]."""

    def ask_open(self) -> None:
        """Whether orders are taken now [受付の照会].

        Raises    OutsideFailure where they are not.
        """

    def take(self, order: Order) -> None:
        """Take an order; one that was taken already stays as it is [依頼の受付].

        Raises    OutsideFailure where no answer came: it may be handed over again.
        """

    def answer(self, order_ref: str) -> Answer | None:
        """What became of an order; None until it is known [結果の照会].

        Raises    OutsideFailure where the answer cannot be read.
        """


@dataclass(frozen=True, slots=True)
class Tray:
    """A folder between us and the bank's program [受け渡しフォルダー]."""

    folder: Path

    @property
    def _orders(self) -> Path:
        return self.folder / "orders"

    @property
    def _answers(self) -> Path:
        return self.folder / "answers"

    def ask_open(self) -> None:
        """Whether the tray is there and not shut [受付の照会].

        Raises    OutsideFailure where it is not.
        """
        try:
            for place in (self._orders, self._answers):
                place.mkdir(parents=True, exist_ok=True, mode=0o700)
            is_open = os.access(self._orders, os.W_OK) and not (self.folder / SHUT).exists()
        except OSError:
            is_open = False
        if not is_open:
            raise OutsideFailure(Fault("MNY-002"))

    def take(self, order: Order) -> None:
        """Lay an order down, whole or not at all [依頼の受付].

        Raises    OutsideFailure where it cannot be laid down.
        """
        self.ask_open()
        _lay(self._orders, order.order_ref, order.document())

    def answer(self, order_ref: str) -> Answer | None:
        """The answer that lies there [結果の照会]; a file that is not there is none yet.

        Raises    OutsideFailure with the file where it cannot be read, is not whole or odd.
        """
        path = self._answers / f"{order_ref}.json"
        try:
            kept = json.loads(path.read_text("utf-8"))
            on = date.fromisoformat(kept["on"])
            return Answer(Fate(kept["answer"]), on, str(kept.get("reason", "")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise OutsideFailure(Fault("MNY-007", file=path.name)) from None

    # ------------------------------------------------------------------------ the bank's side of it
    def unanswered(self) -> list[Order]:
        """Orders that lie there without an answer [未回答の依頼]."""
        known = {path.name for path in self._answers.glob("*.json")}
        waiting = [path for path in sorted(self._orders.glob("*.json")) if path.name not in known]
        return [_order(json.loads(path.read_text("utf-8"))) for path in waiting]

    def put_answer(self, order_ref: str, answer: Answer) -> None:
        """Lay an answer down [結果の受付]; the first one stays."""
        content = {"answer": answer.fate.value, "on": str(answer.on), "reason": answer.reason}
        _lay(self._answers, order_ref, content)


def _order(kept: dict[str, str]) -> Order:
    payee = BankAccount(
        kept["bank_code"],
        kept["branch_code"],
        AccountType(kept["account_type"]),
        kept["account_number"],
    )
    at = datetime.fromisoformat(kept["ordered_at"])
    return Order(kept["order_ref"], payee, kept["name"], int(kept["amount_yen"]), at)


def _lay(folder: Path, name: str, content: object) -> None:
    try:
        lay(folder, f"{name}.json", json.dumps(content, ensure_ascii=False).encode())
    except OSError:
        raise OutsideFailure(Fault("MNY-002")) from None


def from_environment() -> Tray:
    """The tray that the environment names; else `bank` below MOTOCHO_HOME [受け渡しの設定]."""
    named = os.environ.get(VARIABLE)
    return Tray(Path(named) if named else home() / "bank")
