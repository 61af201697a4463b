"""Which papers there are, and to which consent each belongs [書面の種類]; `archive` shows them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Kind(Enum):
    """A paper that the law asks for [法定書面の種類]."""

    PRE_CONTRACT = "pre_contract"
    """契約締結前の書面 · 貸金業法16条の2第2項."""
    CONTRACT = "contract"
    """契約時の書面 · 17条2項前段."""
    CHANGE = "change"
    """重要な事項の変更時の書面 · 17条2項後段."""
    DRAW = "draw"
    """貸付けごとの書面 · 17条1項."""
    DRAW_NOTICE = "draw_notice"
    """簡素な書面, with a monthly statement · 17条6項."""
    RECEIPT = "receipt"
    """受取証書 · 18条1項."""
    MONTHLY = "monthly_statement"
    """一定期間における取引の書面 · 17条6項, 18条3項."""
    CORRECTION = "correction"
    """A paper that says of an earlier one that it holds no more [訂正の書面]."""
    RETURN = "contract_return"
    """The letter with which a contract paper that we hold goes back · 22条."""
    REMINDER = "reminder"
    """A short letter about a payment that is missed, without a demand [ご連絡のお願い]."""
    DEMAND = "demand"
    """催告書 · 21条2項."""
    ACCELERATION_NOTICE = "acceleration_notice"
    """期限の利益喪失の予告, a demand too · 21条2項."""
    IDENTIFICATION = "identification"
    """Who collects, by what authority, and which claim, where it is asked for · 21条3項."""
    HISTORY = "history"
    """取引履歴の開示 · 19条の2."""
    SETTLEMENT = "settlement"
    """和解書: what two persons of the house agreed to, to be signed and kept by the member."""


COLLECTING = frozenset({Kind.REMINDER, Kind.DEMAND, Kind.ACCELERATION_NOTICE})
"""Letters about arrears: the gate is asked as for a demand, on the day each goes out."""
SCOPES: Mapping[Kind, str] = {
    Kind.PRE_CONTRACT: "pre_contract",
    Kind.CONTRACT: "contract",
    Kind.CHANGE: "contract",
    Kind.DRAW: "draw",
    Kind.DRAW_NOTICE: "draw",
    Kind.RECEIPT: "receipt",
    Kind.MONTHLY: "monthly_statement",
    Kind.CORRECTION: "receipt",
}
"""To which consent each kind belongs: `people.consents`, ELECTRONIC_DELIVERY.

A RETURN belongs to none: what it encloses is a thing, and goes by post whatever was agreed. Nor do
letters about arrears: they go sealed (施行規則19条2項), or as a mail of their own; nor a HISTORY:
whoever asked for it says by which way; nor a SETTLEMENT, which both sign on paper.
"""
CONSENTS = tuple(dict.fromkeys(SCOPES.values()))
