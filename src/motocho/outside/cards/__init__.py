"""Who makes and sends our cards: a port, and a folder in which orders and reports lie [カード会社].

    tray.order(Order("7-1", Cause.FIRST, ...))        orders/7-1.json, once
    tray.reports()                                    what became of orders, until it is taken in

Motocho knows no maker: a lender plugs in its own by this protocol. Until then orders lie in a
folder: `MOTOCHO_CARD_TRAY`, or `cards` below MOTOCHO_HOME. A maker's program takes them from
`orders` and lays one file for each thing that became of one into `reports`; what we took in goes to
`done`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from motocho.outside._laying import lay
from motocho.outside.postgres import home
from motocho.units.errors import Fault, OutsideFailure

VARIABLE = "MOTOCHO_CARD_TRAY"


class Cause(Enum):
    """Why a card is ordered [発注の理由]."""

    FIRST = "first"
    RENEWED = "renewed"
    LOST = "lost"
    STOLEN = "stolen"
    DAMAGED = "damaged"
    NOT_ARRIVED = "not_arrived"
    """The one before came back, or never came."""


@dataclass(frozen=True, slots=True)
class Order:
    """One card as its maker is told of it [カードの発注]; nothing of a loan is in it."""

    order_ref: str
    cause: Cause
    member_number: str = field(repr=False)
    kana: str = field(repr=False)
    """What stands on it."""
    expires_on: date
    name: str = field(repr=False)
    postcode: str = field(repr=False)
    address: str = field(repr=False)

    def document(self) -> dict[str, str]:
        """The order as JSON [発注の内容]."""
        return {
            "order_ref": self.order_ref, "cause": self.cause.value,
            "member_number": self.member_number, "kana": self.kana,
            "expires_on": self.expires_on.isoformat(), "name": self.name,
            "postcode": self.postcode, "address": self.address,
        }  # fmt: skip


class Fate(Enum):
    """What became of an ordered card [発注の結果]."""

    SENT = "sent"
    RETURNED = "returned"
    """It came back to its maker: nobody was there."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a maker says became of an order [発送の報告]."""

    order_ref: str
    fate: Fate
    on: date

    @staticmethod
    def of_document(content: dict[str, Any]) -> Report:
        """A report from its JSON [報告の読取り].

        Raises    ValueError, KeyError or TypeError for what is none.
        """
        on = date.fromisoformat(str(content["on"]))
        return Report(str(content["order_ref"]), Fate(content["fate"]), on)


class Maker(Protocol):
    """Whoever makes and sends cards for us [カード会社]."""

    def order(self, order: Order) -> None:
        """Hand an order over; one that was handed over already stays as it is [発注].

        Raises    OutsideFailure where it may not have arrived: it may be handed over again.
        """

    def reports(self) -> Sequence[str]:
        """The names of the reports that came, the earliest first [報告の一覧].

        Raises    OutsideFailure where nobody answers.
        """

    def read(self, name: str) -> Report:
        """One report [報告の読取り].

        Raises    OutsideFailure where it cannot be read.
        """

    def done(self, name: str) -> None:
        """Say that a report was taken in; saying it again changes nothing [報告の受領].

        Raises    OutsideFailure where it cannot be said.
        """


@dataclass(frozen=True, slots=True)
class Tray:
    """A folder as the way to a maker of cards [受け渡しフォルダー]."""

    folder: Path

    def _place(self, name: str) -> Path:
        place = self.folder / name
        try:
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            raise OutsideFailure(Fault("CRD-001")) from None
        return place

    def order(self, order: Order) -> None:
        """Lay an order down, whole or not at all; the first one stays [発注].

        Raises    OutsideFailure where it cannot be laid down.
        """
        data = json.dumps(order.document(), ensure_ascii=False).encode()
        try:
            lay(self._place("orders"), f"{order.order_ref}.json", data)
        except OSError:
            raise OutsideFailure(Fault("CRD-001")) from None

    def reports(self) -> Sequence[str]:
        """The files that lie in `reports`; drafts, which begin with a dot, are left [報告の一覧].

        Raises    OutsideFailure where the folder cannot be made.
        """
        place = self._place("reports")
        return sorted(path.name for path in place.iterdir() if not path.name.startswith("."))

    def read(self, name: str) -> Report:
        """A report that lies there [報告の読取り].

        Raises    OutsideFailure where it is none.
        """
        try:
            return Report.of_document(
                json.loads((self._place("reports") / name).read_text("utf-8"))
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise OutsideFailure(Fault("CRD-002", excerpt=name)) from None

    def done(self, name: str) -> None:
        """Move a report to `done` [報告の受領].

        Raises    OutsideFailure where it cannot be moved.
        """
        try:
            (self._place("reports") / name).replace(self._place("done") / name)
        except FileNotFoundError:
            pass  # it was moved before: the transaction before this one ended in between
        except OSError:
            raise OutsideFailure(Fault("CRD-002", excerpt=name)) from None


def from_environment() -> Tray:
    """The folder that the environment names, else below MOTOCHO_HOME [受け渡しの設定]."""
    named = os.environ.get(VARIABLE)
    return Tray(Path(named) if named else home() / "cards")
