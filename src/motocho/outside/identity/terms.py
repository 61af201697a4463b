"""What a vendor of identification is asked and answers: types alone [本人確認の受け渡し].

One shape for four ways: pictures of a paper and a face, the data of a chip, a certificate's
signature, post that was handed over. No picture passes here and no individual number: a result
names its evidence by a reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any


class Way(Enum):
    """By which way [方法]; the words of `identity.remote_methods`."""

    PHOTO = "photo_of_document"
    CHIP = "chip_reading"
    CERTIFICATE = "public_key_certificate"
    POST = "restricted_post"


class Outcome(Enum):
    """How a request ended [結果]."""

    DONE = "done"
    FAILED = "failed"
    """It was tried, and nobody was identified; `reason` says why."""
    ABANDONED = "abandoned"
    """The person did not finish in the time of the request."""
    RETURNED = "returned"
    """Post that nobody received [あて所なし・保管期間経過]."""


class Face(Enum):
    """What the vendor says of the face [容貌の照合]."""

    SAME = "same"
    OTHER = "other"
    NOT_ALIVE = "not_alive"
    NONE = "none"
    """Not looked at: a certificate, post."""


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody is to be identified [依頼]: its reference is its own for ever."""

    request_ref: str
    way: Way
    name: str
    address: str
    until_on: date
    """The last day on which it may be finished."""

    def document(self) -> dict[str, Any]:
        """The request as JSON [依頼の形式]."""
        return {
            "request_ref": self.request_ref,
            "way": self.way.value,
            "name": self.name,
            "address": self.address,
            "until_on": self.until_on.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a paper, its chip or a certificate [読取り結果]; None for no day."""

    paper: str
    name: str
    address: str
    born_on: date
    number: str = ""
    issued_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What the vendor answers to a request [結果].

    `is_signed` says that a signature was verified and its certificate not revoked; `received_on`
    is the day on which post was handed over; `evidence_ref` names what the vendor keeps.
    """

    request_ref: str
    way: Way
    outcome: Outcome
    on: date
    read: Read | None = None
    face: Face = Face.NONE
    is_signed: bool = False
    received_on: date | None = None
    evidence_ref: str = ""
    reason: str = ""

    def document(self) -> dict[str, Any]:
        """The result as JSON, the form of which a seal is taken [結果の形式]."""
        read = self.read
        return {
            "request_ref": self.request_ref,
            "way": self.way.value,
            "outcome": self.outcome.value,
            "on": self.on.isoformat(),
            "read": None if read is None else {
                name: _plain(getattr(read, name)) for name in read.__slots__
            },
            "face": self.face.value,
            "is_signed": self.is_signed,
            "received_on": _plain(self.received_on),
            "evidence_ref": self.evidence_ref,
            "reason": self.reason,
        }  # fmt: skip

    @classmethod
    def of_document(cls, kept: dict[str, Any]) -> Result:
        """The result that was sent [結果の形式から].

        Raises    ValueError, KeyError or TypeError where it is none.
        """
        read = kept["read"]
        return cls(
            str(kept["request_ref"]),
            Way(kept["way"]),
            Outcome(kept["outcome"]),
            date.fromisoformat(kept["on"]),
            None if read is None else _read(read),
            Face(kept["face"]),
            kept["is_signed"] is True,
            _day(kept["received_on"]),
            str(kept["evidence_ref"]),
            str(kept["reason"]),
        )


def _read(kept: dict[str, Any]) -> Read:
    texts = {name: str(kept[name]) for name in ("paper", "name", "address", "number")}
    return Read(
        **texts,
        born_on=date.fromisoformat(kept["born_on"]),
        issued_on=_day(kept["issued_on"]),
        expires_on=_day(kept["expires_on"]),
    )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
