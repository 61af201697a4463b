"""What passes between a lender and a designated credit bureau [信用情報の受け渡し].

Types and nothing else: no file, no clock, no database. What is asked for serves the survey of
repayment capacity alone (貸金業法41条の38), so there is no other purpose to name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any


class Purpose(Enum):
    """What a bureau is asked for [照会の目的] · SOLI-006: a survey of repayment capacity, each."""

    NEW_CONTRACT = "new_contract"
    """貸金業法13条2項."""
    INCREASE = "increase"
    """13条5項."""
    MONITORING = "monitoring"
    """13条の3第1項, 2項."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is meant, as far as it is known [本人を識別する事項] · 施行規則30条の13第1項.

    `kana` is the reading in half-width kana (`names.half_kana`), phones are digits alone.
    """

    kana: str
    name: str
    born_on: date
    phones: tuple[str, ...] = ()
    address: str = ""
    employer: str = ""
    licence_number: str = ""
    """Of a driving licence or a certificate of driving history."""
    document_number: str = ""
    """What tells the person apart on another paper that was shown."""

    def document(self) -> dict[str, Any]:
        """The person as JSON [保存形式]."""
        return {
            "kana": self.kana,
            "name": self.name,
            "born_on": self.born_on.isoformat(),
            "phones": list(self.phones),
            "address": self.address,
            "employer": self.employer,
            "licence_number": self.licence_number,
            "document_number": self.document_number,
        }

    @classmethod
    def of_document(cls, kept: dict[str, Any]) -> Person:
        """The person that was kept [保存形式から]."""
        born_on = date.fromisoformat(kept["born_on"])
        return cls(**{**kept, "born_on": born_on, "phones": tuple(kept["phones"])})


# -------------------------------------------------------------------------------------- asking
@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked about one person [照会]: its reference is its own for ever.

    `is_repeat` says that the answer is missing: the bureau hands out the same one and counts no
    second inquiry.
    """

    inquiry_ref: str
    purpose: Purpose
    person: Person
    is_repeat: bool = False


class LenderKind(Enum):
    """Of what kind a claim is [登録元の業態]."""

    MONEY_LENDER = "money_lender"
    """貸金業者: alone in the sum that the law looks at (13条の2第2項)."""
    BANK = "bank"
    SHOPPING = "shopping"
    """割賦販売."""
    GUARANTOR = "guarantor"
    """Who would pay for the person, or has [保証会社]."""
    OTHER = "other"


class Excepted(Enum):
    """Whether a contract stands outside the sum, or is an exception to it [除外・例外の別].

    Law       施行規則30条の13第2項3号.
    """

    NEITHER = "neither"
    EXCLUDED = "excluded"
    """10条の21第1項1号–7号: not in the sum."""
    EXCEPTION = "exception"
    """10条の23第1項: in the sum, and may go beyond a third."""


@dataclass(frozen=True, slots=True)
class Loan:
    """A claim that a bureau holds [登録されている契約]."""

    lender_code: str
    kind: LenderKind
    contracted_on: date
    amount_yen: int
    limit_yen: int
    balance_yen: int
    is_late: bool
    long_delay_on: date | None
    """When 異動 was recorded."""
    excepted: Excepted
    as_of_on: date
    is_disputed: bool = False
    """The person says that it is wrong, and it is being looked into."""

    def document(self) -> dict[str, Any]:
        """The claim as JSON [保存形式]."""
        return {
            "lender_code": self.lender_code,
            "kind": self.kind.value,
            "contracted_on": self.contracted_on.isoformat(),
            "amount_yen": self.amount_yen,
            "limit_yen": self.limit_yen,
            "balance_yen": self.balance_yen,
            "is_late": self.is_late,
            "long_delay_on": _text(self.long_delay_on),
            "excepted": self.excepted.value,
            "as_of_on": self.as_of_on.isoformat(),
            "is_disputed": self.is_disputed,
        }

    @classmethod
    def of_document(cls, kept: dict[str, Any]) -> Loan:
        """The claim that was kept [保存形式から]."""
        changed = {
            "kind": LenderKind(kept["kind"]),
            "contracted_on": date.fromisoformat(kept["contracted_on"]),
            "long_delay_on": _day(kept["long_delay_on"]),
            "excepted": Excepted(kept["excepted"]),
            "as_of_on": date.fromisoformat(kept["as_of_on"]),
        }
        return cls(**{**kept, **changed})


class Declarer(Enum):
    """Who asked that nothing be lent [貸付自粛の申告者]."""

    SELF = "self"
    FAMILY = "family"


@dataclass(frozen=True, slots=True)
class SelfExclusion:
    """A wish that nothing be lent [貸付自粛]: both days count · LEND-021."""

    first_on: date
    last_on: date
    declarer: Declarer

    def holds_on(self, on: date) -> bool:
        """Whether it holds on a day [自粛の有無].

        >>> wish = SelfExclusion(date(2026, 1, 5), date(2031, 1, 4), Declarer.SELF)
        >>> [wish.holds_on(date(*day)) for day in ((2026, 1, 4), (2026, 1, 5), (2031, 1, 5))]
        [False, True, False]
        """
        return self.first_on <= on <= self.last_on

    def document(self) -> dict[str, Any]:
        """The wish as JSON [保存形式]."""
        days = {"first_on": self.first_on.isoformat(), "last_on": self.last_on.isoformat()}
        return {**days, "declarer": self.declarer.value}

    @classmethod
    def of_document(cls, kept: dict[str, Any]) -> SelfExclusion:
        """The wish that was kept [保存形式から]."""
        days = date.fromisoformat(kept["first_on"]), date.fromisoformat(kept["last_on"])
        return cls(*days, Declarer(kept["declarer"]))


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody whom the bureau holds for the one who was asked about [該当者]."""

    person: Person
    loans: tuple[Loan, ...] = ()
    exclusions: tuple[SelfExclusion, ...] = ()
    asked_lately: int = 0
    """By how many lenders the person was asked about for a new contract in six months."""

    def document(self) -> dict[str, Any]:
        """What is held, as JSON [保存形式]."""
        return {
            "person": self.person.document(),
            "loans": [one.document() for one in self.loans],
            "exclusions": [one.document() for one in self.exclusions],
            "asked_lately": self.asked_lately,
        }

    @classmethod
    def of_document(cls, kept: dict[str, Any]) -> Found:
        """What was kept [保存形式から]."""
        return cls(
            Person.of_document(kept["person"]),
            tuple(Loan.of_document(one) for one in kept["loans"]),
            tuple(SelfExclusion.of_document(one) for one in kept["exclusions"]),
            kept["asked_lately"],
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bureau answers to one inquiry [回答]; `found` is empty where it holds nobody.

    `version` is 1, and higher where the bureau corrects what it answered before.
    """

    inquiry_ref: str
    bureau_ref: str
    answered_on: date
    found: tuple[Found, ...] = ()
    version: int = 1

    def document(self) -> dict[str, Any]:
        """The answer as JSON, the form of which a digest is taken [保存形式]."""
        return {
            "inquiry_ref": self.inquiry_ref,
            "bureau_ref": self.bureau_ref,
            "answered_on": self.answered_on.isoformat(),
            "found": [one.document() for one in self.found],
            "version": self.version,
        }

    @classmethod
    def of_document(cls, kept: dict[str, Any]) -> Answer:
        """The answer that was kept [保存形式から]."""
        found = tuple(Found.of_document(one) for one in kept["found"])
        on = date.fromisoformat(kept["answered_on"])
        return cls(kept["inquiry_ref"], kept["bureau_ref"], on, found, kept["version"])


# ----------------------------------------------------------------------------------- reporting
class ReportKind(Enum):
    """What a report tells [登録の種類] · CRED-003, 004."""

    LOAN = "loan"
    """A draw: a contract of its own by law (極度方式貸付け), with the sum of what is owed."""
    BALANCE = "balance"
    """What is owed, or whether it is late, changed."""
    PERSON = "person"
    """What tells the person apart changed."""
    END = "end"
    """Nothing is owed and the contract is over, or the claim is somebody else's."""
    CORRECTION = "correction"
    """What was reported before was wrong."""


class Trouble(Enum):
    """What a report says went wrong [異動]; by the bureau's terms, beside arrears yes or no."""

    NONE = "none"
    LONG_DELAY = "long_delay"
    ADJUSTED = "adjusted"
    """The debt was settled for less, or in instalments without interest [債務整理]."""
    WRITTEN_OFF = "written_off"
    ASSIGNED = "assigned"


class Ending(Enum):
    """How a contract ended [終了の別]."""

    OPEN = "open"
    PAID = "paid"
    ASSIGNED = "assigned"


@dataclass(frozen=True, slots=True)
class Standing:
    """A contract as it is reported [契約の状態] · 貸金業法41条の35第1項, 施行規則30条の13第2項.

    `amount_yen` is that of the last draw; `balance_yen` the sum of all under the contract.
    """

    contracted_on: date
    amount_yen: int
    balance_yen: int
    is_late: bool
    late_since: date | None = None
    trouble: Trouble = Trouble.NONE
    trouble_on: date | None = None
    ending: Ending = Ending.OPEN
    ended_on: date | None = None
    excepted: Excepted = Excepted.NEITHER

    def document(self) -> dict[str, Any]:
        """The state as JSON [保存形式]."""
        return {
            "contracted_on": self.contracted_on.isoformat(),
            "amount_yen": self.amount_yen,
            "balance_yen": self.balance_yen,
            "is_late": self.is_late,
            "late_since": _text(self.late_since),
            "trouble": self.trouble.value,
            "trouble_on": _text(self.trouble_on),
            "ending": self.ending.value,
            "ended_on": _text(self.ended_on),
            "excepted": self.excepted.value,
        }

    @classmethod
    def of_document(cls, kept: dict[str, Any]) -> Standing:
        """The state that was kept [保存形式から]."""
        changed = {
            "contracted_on": date.fromisoformat(kept["contracted_on"]),
            "late_since": _day(kept["late_since"]),
            "trouble": Trouble(kept["trouble"]),
            "trouble_on": _day(kept["trouble_on"]),
            "ending": Ending(kept["ending"]),
            "ended_on": _day(kept["ended_on"]),
            "excepted": Excepted(kept["excepted"]),
        }
        return cls(**{**kept, **changed})


@dataclass(frozen=True, slots=True)
class Report:
    """One report of one contract [登録]: whole, so that the last one alone says how it stands.

    `seq_no` counts the reports of a contract from 1: a bureau that has a later one leaves an
    earlier one aside.
    """

    report_ref: str
    account_ref: str
    seq_no: int
    kind: ReportKind
    as_of_on: date
    person: Person
    standing: Standing


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the bureau did with a report [受付結果]: an empty reason says that it was taken."""

    report_ref: str
    reason: str = ""


def _text(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
