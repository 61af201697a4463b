"""What people do: wishes of members and acts of the lender, before anybody carries them out [行動].

A deed names amounts and days; references, moments and refusals are the clerk's. What somebody sees
of an agreement on a day stands in a `Sight`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias

from motocho.kernel import revolving
from motocho.kernel.revolving import Arrangement, Rules, State
from motocho.kernel.schedule import DuePlan
from motocho.loans.commands import Key, Settlement
from motocho.loans.policy import Demand, Status, Stop
from motocho.loans.products import Product
from motocho.simulation.world import Road


@dataclass(frozen=True, slots=True)
class Sight:
    """An agreement as it is seen on a day [その日の契約]: its state, days advanced."""

    key: Key
    on: int
    product: Product
    status: Status
    stops: frozenset[Stop]
    state: State
    rules: Rules
    available_yen: int

    @property
    def required_yen(self) -> int:
        """What the next due date asks for [請求額]."""
        return revolving.required_yen(self.state)

    @property
    def payoff_yen(self) -> int:
        """What settles it today [完済額]."""
        return revolving.payoff_yen(self.state)

    @property
    def days_late(self) -> int:
        """Days since the oldest missed due date; 0 where nothing is late [延滞日数]."""
        since = self.state.late_since
        return 0 if since is None else self.on - since


class Outcome(Enum):
    """What becomes of a transfer to a member [振込の結果]."""

    ARRIVES = "arrives"
    FAILS = "fails"


class Borrow(NamedTuple):
    """Money out of a machine [ATM借入]."""

    amount_yen: int
    road: Road


class BorrowByTransfer(NamedTuple):
    """Money sent to the member's account; the bank tells the outcome later [振込融資]."""

    amount_yen: int
    outcome: Outcome
    told_after_days: int


class Payer(Enum):
    """Whose name stands on a receipt [振込人]."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    MISTAKEN = "mistaken"
    """That of another member."""


class Repay(NamedTuple):
    """Money that comes in [返済]."""

    amount_yen: int
    road: Road
    booked_after_days: int = 0
    """How late its news comes; it counts from the day it came."""
    payer: Payer = Payer.KNOWN


class ChangePlan(NamedTuple):
    """Another way of due dates, as the member asked [返済期日の変更]."""

    plan: DuePlan


class Arrange(NamedTuple):
    """A relief agreed, or ended with None [返済の取決め]."""

    arrangement: Arrangement | None


class Promised(NamedTuple):
    """A day on which the member says to pay [お支払約束]."""

    amount_yen: int
    after_days: int


class GiveBack(NamedTuple):
    """Held money given back [返金]."""

    amount_yen: int


class UseHeld(NamedTuple):
    """Held money put to the loan [仮受金の充当]."""

    amount_yen: int


class Suspend(NamedTuple):
    """Draws stopped [利用停止]."""

    stop: Stop


class Lift(NamedTuple):
    """A stop taken away [停止の解除]."""

    stop: Stop


class Consented(Enum):
    """Whether the member agreed on paper [同意の有無]."""

    YES = "yes"
    NO = "no"


class ChangeLimit(NamedTuple):
    """Another limit [限度額の変更]."""

    limit_yen: int
    consented: Consented
    survey_id: int | None = None


class ChangeRate(NamedTuple):
    """Another rate [利率の変更]."""

    rate_ppm: int
    consented: Consented


class Charge(NamedTuple):
    """A cost asked for [費用]."""

    kind: str
    amount_yen: int


class Accelerate(NamedTuple):
    """All falls due [期限の利益の喪失]."""

    demand: Demand | None


class Settle(NamedTuple):
    """A settlement out of court [和解]."""

    settlement: Settlement


class WriteOff(NamedTuple):
    """The principal leaves the books [貸倒償却]."""


class Assign(NamedTuple):
    """The claim goes to somebody else [債権譲渡]."""


class Close(NamedTuple):
    """The agreement ends [解約]."""


class RecordDeath(NamedTuple):
    """News that the member has died [死亡]."""


class Undo(NamedTuple):
    """The last draw or receipt was none: a machine that jammed, somebody else's money [取消]."""

    reason: str


Deed: TypeAlias = (
    Borrow
    | BorrowByTransfer
    | Repay
    | ChangePlan
    | Arrange
    | Promised
    | GiveBack
    | UseHeld
    | Suspend
    | Lift
    | ChangeLimit
    | ChangeRate
    | Charge
    | Accelerate
    | Settle
    | WriteOff
    | Assign
    | Close
    | RecordDeath
    | Undo
)
