"""What the dialogue asks the house for, and what the house may answer [照会と回答]. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TypeAlias


class Want(Enum):
    """What the dialogue cannot know by itself [照会の種類]."""

    CHECK = "check"
    """Whether number and PIN are right."""
    SEND_CODE = "send_code"
    CHECK_CODE = "check_code"
    BALANCE = "balance"
    DUE = "due"
    PAYOFF = "payoff"
    OFFER = "offer"
    """Whether something may be promised, how much and when."""
    COST = "cost"
    """What waiting until the chosen day costs."""
    PROMISE = "promise"
    LOST_CARD = "lost_card"
    """Through to the desk for lost cards."""
    DESK = "desk"


OF_AN_ACCOUNT = frozenset(
    {Want.BALANCE, Want.DUE, Want.PAYOFF, Want.OFFER, Want.COST, Want.PROMISE}
)
"""What only a caller learns or does who is known (DESK-002)."""


# ---------------------------------------------------------------------------------- who is calling
@dataclass(frozen=True, slots=True)
class Known:
    """Number and PIN were right [照合成功]; `by_own_phone`: so was the number of the phone."""

    member_id: int
    agreement_ids: tuple[int, ...]
    by_own_phone: str
    """`own` if the call comes from a registered phone; empty if a code is needed."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Number or PIN was not right [照合失敗]."""

    left: int


@dataclass(frozen=True, slots=True)
class LockedOut:
    """No more tries [ロック]."""


@dataclass(frozen=True, slots=True)
class Later:
    """Somebody guesses at many numbers: this try waits for its turn [待ち時間]."""

    seconds: int


@dataclass(frozen=True, slots=True)
class PinFirst:
    """Another PIN must be set before anything is told [暗証番号の変更が先]."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A code is on its way [確認番号の送信]."""

    code_id: int


@dataclass(frozen=True, slots=True)
class NotSent:
    """No code can be sent: no address, or too many of them [送信不可]."""


@dataclass(frozen=True, slots=True)
class CodeRight:
    """The code was right [確認番号の一致]."""


@dataclass(frozen=True, slots=True)
class CodeWrong:
    """It was not [確認番号の不一致]."""

    left: int


@dataclass(frozen=True, slots=True)
class CodeOver:
    """It may be tried no more [確認番号の期限切れ]."""


# ------------------------------------------------------------------------------------- the account
@dataclass(frozen=True, slots=True)
class Balance:
    """What is owed of the principal [残高]."""

    on: date
    principal_yen: int
    stopped: tuple[str, ...] = ()
    """The causes for which nothing may be drawn, each told by its own line."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be paid now or next, and by when [支払額と期日]."""

    due_yen: int
    arrears_yen: int
    by_on: date | None


@dataclass(frozen=True, slots=True)
class Payoff:
    """What settles all of it today and tomorrow [完済額]."""

    today_yen: int
    tomorrow_yen: int


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be promised [約束の条件]."""

    due_yen: int
    most_yen: int
    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class Standing:
    """A promise that is open already [未了の約束]."""

    on: date
    amount_yen: int


@dataclass(frozen=True, slots=True)
class NothingDue:
    """Nothing to promise [約束の必要なし]."""


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Nothing can be changed at this hour [メンテナンス中]."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What waiting costs [待つあいだの費用]."""

    interest_yen: int
    damages_yen: int


@dataclass(frozen=True, slots=True)
class Promised:
    """The promise stands [約束の成立]."""

    on: date
    amount_yen: int


@dataclass(frozen=True, slots=True)
class NotPromised:
    """The house refused it [約束の不成立]."""


# ------------------------------------------------------------------------------------------- desks
@dataclass(frozen=True, slots=True)
class DeskOpen:
    """A desk that answers now, by its own number [受付中の窓口]."""

    name: str
    digits: str


@dataclass(frozen=True, slots=True)
class DeskShut:
    """A desk that does not, and when it does again [受付時間外]."""

    name: str
    opens_at: datetime


Answer: TypeAlias = (
    Known | Missed | LockedOut | Later | PinFirst | Sent | NotSent | CodeRight | CodeWrong
    | CodeOver | Balance | Due | Payoff | Offer | Standing | NothingDue | Maintenance | Cost
    | Promised | NotPromised | DeskOpen | DeskShut
)  # fmt: skip
