"""What members are told of, for which purpose, and which happenings say so [お知らせの種類]."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from motocho.contact.guard import Purpose


class Kind(Enum):
    """What a message is about [お知らせの種類]."""

    LOGIN = "login"
    VOICE = "voice"
    """Somebody with number and PIN asked by telephone."""
    LOCKED = "locked"
    NEW_DEVICE = "new_device"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_ENDED = "passkey_ended"
    PIN_CHANGED = "pin_changed"
    PIN_RESET = "pin_reset"
    PIN_LINK = "pin_link"
    """The link to choose a new PIN, after the review of two."""
    PIN_REFUSED = "pin_refused"
    """The review found that a new PIN cannot be given."""
    REQUEST_REFUSED = "request_refused"
    """A new card, or going on after a stop, was asked for and refused."""
    MEMBER_NUMBER = "member_number"
    FACT_CHANGED = "fact_changed"
    FROZEN = "frozen"
    UNFROZEN = "unfrozen"
    DRAWS_HELD = "draws_held"
    """After a change that a thief would make, draws wait a day · AUTH-008."""
    DRAW = "draw"
    DRAW_SENT = "draw_sent"
    """A draw by transfer was taken: told while it can still be taken back."""
    DRAW_RECALLED = "draw_recalled"
    DRAW_FAILED = "draw_failed"
    RECEIPT = "receipt"
    REVERSED = "reversed"
    LIMIT_CHANGED = "limit_changed"
    RATE_CHANGED = "rate_changed"
    PLAN_CHANGED = "plan_changed"
    DRAWS_STOPPED = "draws_stopped"
    DOCUMENT_READY = "document_ready"
    CONSENT_CHANGED = "consent_changed"
    """How papers are delivered was agreed or taken back · 施行規則1条の2の2第2項1号."""
    DOCUMENT_ACCEPTED = "document_accepted"
    DOCUMENT_REFUSED = "document_refused"
    CASE_ANSWERED = "case_answered"
    FRAUD_DECIDED = "fraud_decided"
    """What two persons decided on a fraud report; whose name was used gets a letter instead."""
    """A complaint, an opinion or a reply was answered; the words stand on the site alone."""
    TALK_CANCELLED = "talk_cancelled"
    """A booked consultation was cancelled by the house: nobody is to wait for a call in vain."""
    OFFER_MADE = "offer_made"
    """A consultation offered another way of paying; its yen stand on the site alone."""
    OFFER_AGREED = "offer_agreed"
    DUE_SOON = "due_soon"
    DUE_TODAY = "due_today"
    DUE_MISSED = "due_missed"
    CARD_RENEWAL = "card_renewal"
    OFFER_READY = "offer_ready"
    """An application was approved: the link leads to the offer, which waits for an answer."""
    CONTRACT_MADE = "contract_made"
    """The contract stands: the link leads to the first PIN, where there is none."""
    FIRST_PIN = "first_pin"
    """Another link to the first PIN, asked for after one that was over."""
    CARD_SENT = "card_sent"
    CARD_RETURNED = "card_returned"
    """The card came back to its maker: the address is to be looked at."""
    WATCH_ASKED = "watch_asked"
    """Something is asked for on an open line, by a day; what it is stands on the site alone."""
    APPLICATION_LAPSING = "application_lapsing"
    """An application on which nothing goes on ends soon."""
    APPLICATION_REFUSED = "application_refused"
    """How an application ended; with the reason, where its member wants mails that say more."""
    TEST = "test"
    """What a member asks for, to see how our mails look."""


_SECURITY = frozenset({
    Kind.LOGIN, Kind.VOICE, Kind.LOCKED, Kind.NEW_DEVICE, Kind.PASSKEY_ADDED, Kind.PASSKEY_ENDED,
    Kind.PIN_CHANGED, Kind.PIN_RESET, Kind.PIN_LINK, Kind.PIN_REFUSED, Kind.REQUEST_REFUSED,
    Kind.MEMBER_NUMBER, Kind.FACT_CHANGED, Kind.FROZEN, Kind.UNFROZEN, Kind.DRAWS_HELD,
})  # fmt: skip
_REMINDERS: Mapping[Kind, Purpose] = {
    Kind.DUE_SOON: Purpose.REMINDER,
    Kind.DUE_TODAY: Purpose.REMINDER,
    Kind.CARD_RENEWAL: Purpose.REMINDER,
    Kind.DUE_MISSED: Purpose.ARREARS,
    Kind.DOCUMENT_READY: Purpose.STATUTORY_DOCUMENT,
}

JOINING = frozenset({Kind.OFFER_READY, Kind.CONTRACT_MADE, Kind.FIRST_PIN})
"""What leads on who cannot see the site yet: a mail whenever it can go, with no word of a loan."""
ALWAYS_MAILED = _SECURITY | JOINING | {Kind.DOCUMENT_READY}
"""Mails of these cannot be switched off: they are how a member learns of a thief, or of rights."""
SAID_OPENLY = _SECURITY | JOINING
"""Even a discreet mail says what happened: nothing in it tells of a loan."""
WITH_LINK = frozenset(Kind) - {
    Kind.FROZEN, Kind.REQUEST_REFUSED, Kind.PIN_LINK, Kind.MEMBER_NUMBER, Kind.TEST, *_REMINDERS,
    Kind.APPLICATION_REFUSED, *JOINING,
}  # fmt: skip
"""Mails that carry the one link, which freezes and does nothing else."""


def purpose_of(kind: Kind) -> Purpose:
    """For what a message of a kind reaches somebody [目的]; it decides the hours.

    >>> purpose_of(Kind.DRAW).value, purpose_of(Kind.DUE_SOON).value
    ('transaction', 'reminder')
    """
    if kind in _SECURITY:
        return Purpose.SECURITY
    return _REMINDERS.get(kind, Purpose.TRANSACTION)


OF_NEWS: Mapping[str, Kind] = {
    "login": Kind.LOGIN,
    "voice_opened": Kind.VOICE,
    "login_locked": Kind.LOCKED,
    "device_learnt": Kind.NEW_DEVICE,
    "passkey_added": Kind.PASSKEY_ADDED,
    "passkey_ended": Kind.PASSKEY_ENDED,
    "pin_changed": Kind.PIN_CHANGED,
    "pin_reset": Kind.PIN_RESET,
    "pin_reset_reviewed": Kind.PIN_LINK,
    "pin_reset_refused": Kind.PIN_REFUSED,
    "own_request_refused": Kind.REQUEST_REFUSED,
    "member_number_asked": Kind.MEMBER_NUMBER,
    "fact_changed": Kind.FACT_CHANGED,
    "frozen": Kind.FROZEN,
    "unfrozen": Kind.UNFROZEN,
    "draws_held": Kind.DRAWS_HELD,
    "drawn": Kind.DRAW,
    "draw_sent": Kind.DRAW_SENT,
    "draw_recalled": Kind.DRAW_RECALLED,
    "draw_failed": Kind.DRAW_FAILED,
    "received": Kind.RECEIPT,
    "reversed": Kind.REVERSED,
    "limit_changed": Kind.LIMIT_CHANGED,
    "rate_changed": Kind.RATE_CHANGED,
    "plan_changed": Kind.PLAN_CHANGED,
    "document_ready": Kind.DOCUMENT_READY,
    "consent_given": Kind.CONSENT_CHANGED,
    "consent_withdrawn": Kind.CONSENT_CHANGED,
    "document_accepted": Kind.DOCUMENT_ACCEPTED,
    "document_refused": Kind.DOCUMENT_REFUSED,
    "case_step": Kind.CASE_ANSWERED,
    "fraud_decided": Kind.FRAUD_DECIDED,
    "consultation_ended": Kind.TALK_CANCELLED,
    "offer_made": Kind.OFFER_MADE,
    "offer_agreed": Kind.OFFER_AGREED,
    "offer_ready": Kind.OFFER_READY,
    "offer_link_asked": Kind.OFFER_READY,
    "contract_made": Kind.CONTRACT_MADE,
    "first_pin_asked": Kind.FIRST_PIN,
    "card_sent": Kind.CARD_SENT,
    "card_returned": Kind.CARD_RETURNED,
    "watch_asked": Kind.WATCH_ASKED,
    "application_lapsing": Kind.APPLICATION_LAPSING,
    "application_refused": Kind.APPLICATION_REFUSED,
}
"""Rows of the journal that are told; what is not listed is nobody's message."""
