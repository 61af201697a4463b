"""Which agreement a command is about, and how the command came [受付]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from motocho.ledger.chart import Account
from motocho.ledger.posting import Booking


class Key(NamedTuple):
    """An agreement [契約の番号]."""

    member_id: int
    agreement_id: int


@dataclass(frozen=True, slots=True)
class Made:
    """How a command came: by which channel and reference, when, by whom [受付].

    `channel` and `external_ref` together are done once: coming again, they give the first result.
    """

    channel: str
    external_ref: str
    business_on: date
    booked_at: datetime
    actor: str
    money: Account = Account.BANK
    """Where money comes from or goes to."""
    settles: int | None = None
    """The pending entry that comes to pass with this."""

    def booking(self) -> Booking:
        """The same, as the ledger takes it [記帳の名]."""
        return Booking(self.channel, self.external_ref, self.business_on, self.booked_at)
