"""A vendor is asked who an applicant is, and its answers are taken in [事業者による本人確認].

    identifying.ask(cursor, key, Way.CHIP, source, at)   the applicant's button
    identifying.carry(Carrier(vendor, clock.now))        the worker: requests out, results in

Each request is a transaction of its own. Killed anywhere, the same request goes again under the
same reference, and a result is taken once. One that is forged, cut or of another request counts for
nothing, whoever laid it down: the true one may still come.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction

from motocho.contact.holds import Source
from motocho.outside.clock import JAPAN
from motocho.outside.identity import Request, Result, Vendor, Way
from motocho.screening.applications import ApplicationKey, forms
from motocho.screening.applying import _persons, submitting
from motocho.screening.applying.policy import applying_on
from motocho.screening.identity import Declared, check_method, records, requests
from motocho.screening.identity.requests import WORKER, Answer, Asked, Became, Wish
from motocho.screening.identity.results import METHODS
from motocho.units.errors import Fault, OutsideFailure, RefusedError

log = logging.getLogger("motocho.identity")
FILE = "identity.toml"


@dataclass(frozen=True, slots=True)
class Carrier:
    """How requests leave the house [依頼の設定]: to whom, and what time it is."""

    vendor: Vendor
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Carried:
    """What one round did [授受の結果]."""

    sent: int = 0
    identified: int = 0
    refused: int = 0
    """Results by which nobody is identified."""
    ended: int = 0
    """Requests of no use any more, or without a result in their time."""
    unread: int = 0
    """Results that count for nothing: a person looks how they came."""

    def __add__(self, other: Carried) -> Carried:
        return Carried(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


# ----------------------------------------------------------------------------------------- asking
def ways_on(on: date) -> tuple[Way, ...]:
    """The ways of a vendor that count on a day [その日の方法] · KYC-003.

    >>> [len(ways_on(date(2027, *day))) for day in ((3, 31), (4, 1))]
    [4, 3]
    """
    return tuple(one for one in Way if check_method(METHODS[one], on) is None)


def ways(cursor: Any, key: ApplicationKey, at: datetime) -> tuple[Way, ...]:
    """The ways that somebody may ask for now [いま頼める方法]; none once they are identified.

    None either where nothing but the desk knows the occupation: it is on no form of the site; and
    none by which a vendor was asked as often as it may be.
    """
    application = forms.one(cursor, key)
    is_wanted = application.is_open and not records.of_member(cursor, key.member_id)
    if not is_wanted or not _is_told(cursor, key):
        return ()
    on = at.astimezone(JAPAN).date()
    taken = {one.way for one in requests.of_application(cursor, key) if one.became is None}
    taken |= requests.spent(cursor, key, on)
    return tuple(one for one in ways_on(on) if one not in taken)


def ask(cursor: Any, key: ApplicationKey, way: Way, source: Source, at: datetime) -> Asked:
    """Ask for an identification by a way of the day, once for its form [本人確認の依頼] · KYC-001.

    Raises    RefusedError for a way that the day does not allow, one that is spent, or an
              application that was not made on the site; StateConflict while one by that way is
              open, once the applicant is identified, or once the application is over.
    Lock      the member's row.
    """
    forms.opened(cursor, key)
    if not _is_told(cursor, key):
        raise RefusedError(Fault("IDV-032", details={"rule": "KYC-001"}))
    wish = Wish(way, last_on(way, at.astimezone(JAPAN).date()))
    return requests.ask(cursor, key, wish, source, at)


def last_on(way: Way, on: date) -> date:
    """The last day for a request: that of the policy, or of the law before it [依頼の期限].

    >>> last_on(Way.PHOTO, date(2027, 3, 25)).isoformat()
    '2027-03-31'
    """
    last = on
    for _ in range(applying_on(on).identity_days):
        following = last + timedelta(days=1)
        if check_method(METHODS[way], following) is not None:
            break
        last = following
    return last


def _is_told(cursor: Any, key: ApplicationKey) -> bool:
    cursor.execute(
        "SELECT FROM screening_particulars WHERE member_id = %s AND application_id = %s", key
    )
    return cursor.fetchone() is not None


# --------------------------------------------------------------------------------------- carrying
def carry(carrier: Carrier) -> Carried:
    """One round: requests go out, results are taken in, what is of no use ends [授受の処理].

    Where the vendor takes nothing, or may be sent nothing (PRIV-007), what waits goes the next
    time; results are read all the same.
    """
    with connection.cursor() as cursor:
        waiting = requests.still_open(cursor)
    done, is_shut = Carried(), False
    for asked in waiting:
        if _end(carrier, asked):
            done += Carried(ended=1)
        elif asked.is_sent:
            done += _take(carrier, asked)
        elif not is_shut:
            try:
                done += Carried(sent=_send(carrier, asked))
            except OutsideFailure as error:
                log.warning("no request goes out: %s", error.faults[0].code)
                is_shut = True
    return done


def _held(cursor: Any, asked: Asked) -> Asked:
    """The request as it stands, under the member's row."""
    forms.lock(cursor, asked.key[0])
    return requests.one(cursor, asked)


def _end(carrier: Carrier, asked: Asked) -> bool:
    """Whether it is over: of no use, or too late."""
    at = carrier.now()
    today = at.astimezone(JAPAN).date()
    if asked.is_needed and not _is_late(asked, today):
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        now = _held(cursor, asked)
        if now.became is None:
            requests.end(cursor, now, Became.EXPIRED if now.is_needed else Became.VOID, at)
    return True


def _is_late(asked: Asked, today: date) -> bool:
    grace = applying_on(asked.asked_on).identity_grace_days if asked.is_sent else 0
    return today > asked.until_on + timedelta(days=grace)


def _send(carrier: Carrier, asked: Asked) -> bool:
    """Hand one over and write it down; one that went out meanwhile stays as it is.

    Raises    OutsideFailure where the vendor takes nothing: nothing is written down.
    """
    at = carrier.now()
    with transaction.atomic(), connection.cursor() as cursor:
        now = _held(cursor, asked)
        if now.is_sent or now.became is not None or not now.is_needed:
            return False
        known = _persons.known(cursor, now.key, at)
        carrier.vendor.ask(
            Request(now.request_ref, now.way, known.name, known.address, now.until_on)
        )
        requests.sent(cursor, now, at)
    return True


def _take(carrier: Carrier, asked: Asked) -> Carried:
    """The result of one, if it is there: read without a transaction, kept in one."""
    try:
        result = carrier.vendor.result(asked.request_ref)
    except OutsideFailure as error:
        return _set_aside(carrier, asked, error.faults[0])
    if result is None:
        return Carried()
    if result.way is not asked.way or result.request_ref != asked.request_ref:
        return _set_aside(carrier, asked, Fault("IDV-033"))
    try:
        became = _keep(asked, result, carrier.now())
    except (DataError, IntegrityError, ValueError) as error:  # signs that no text of the book holds
        log.warning("a result cannot be kept: %s", type(error).__name__)
        return _set_aside(carrier, asked, Fault("IDV-023"))
    if became is None:
        return Carried()
    is_identified = became is Became.IDENTIFIED
    return Carried(identified=is_identified, refused=not is_identified)


def _set_aside(carrier: Carrier, asked: Asked, fault: Fault) -> Carried:
    """One that counts for nothing: told once to who audits, and at the desk."""
    with transaction.atomic(), connection.cursor() as cursor:
        if requests.set_aside(cursor, asked, fault, carrier.now()):
            log.warning("a result counts for nothing: %s", fault.code)
    return Carried(unread=1)


def _keep(asked: Asked, result: Result, at: datetime) -> Became | None:
    with transaction.atomic(), connection.cursor() as cursor:
        now = _held(cursor, asked)
        if now.became is not None or not now.is_needed:
            return None  # of no use: the next round ends it
        declared = declared_of(cursor, now, at)
        return requests.take(cursor, now, Answer(result, declared), at)


# --------------------------------------------------------------------------------- what is declared
def declared_of(cursor: Any, asked: Asked, at: datetime) -> Declared:
    """What the applicant says of themselves, by form and register [申告事項] · 犯収法4条1項.

    Each reading of an address and of the form is kept.
    """
    key = ApplicationKey(*asked.key)
    application = forms.one(cursor, key)
    told = submitting.particulars(cursor, key, WORKER, at) or {}
    known = _persons.known(cursor, asked.key, at)
    return Declared(
        known.name,
        known.address,
        known.born_on,
        words()["purpose"][application.wanted.use.value],
        words()["occupation"].get(told.get("occupation", ""), ""),
    )


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """What was chosen on the form, as a record says it [記録の用語]."""
    text = (files("motocho.screening") / "data" / FILE).read_text(encoding="utf-8")
    return tomllib.loads(text)
