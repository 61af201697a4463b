"""Circumstances of a case, read from its texts and findings [事情の読取り].

A case keeps short texts by name (`FACTS`) and, for what comes more than once, findings: an offer
under `offer-…`, a guaranteed bank loan under `loan-…`.

>>> of = read_circumstances({"lender": "アコム", "stopped_on": "H20.4.1"}, {})
>>> of.lender.lender_id, of.steps.stopped_on
('acom', datetime.date(2008, 4, 1))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from motocho.claims._due import read_refunds
from motocho.claims.prospects.bureau import GuaranteedLoan
from motocho.claims.prospects.clock import Steps
from motocho.claims.prospects.outlook import Circumstances
from motocho.claims.prospects.settling import Offer
from motocho.law.lenders import Lender, directory, find_lenders
from motocho.law.prescription import Talks
from motocho.law.published import Way
from motocho.units.days import read_date
from motocho.units.errors import Fault, FaultyInput, Unread, clipped
from motocho.units.money import SignRule, read_yen

DAYS = (
    "known_on",
    "stopped_on",
    "filed_on",
    "talks_agreed_on",
    "talks_until_on",
    "talks_refused_on",
)
AMOUNTS = ("lender_balance_yen", "shopping_yen", "other_income_yen")
FACTS = (*DAYS, "demanded_on", *AMOUNTS)
"""The names of the texts that are read, beside `lender` [事実の名]."""
GOING_ON = "still_dealing"
"""The text that is `yes` while the borrower still borrows or pays [取引の継続]."""
OFFER, LOAN = "offer-", "loan-"
"""How the names of findings begin [認定の名]."""
SEPARATORS = re.compile(r"[、,;\n]+")
MOST_SHEETS = 20
Read = TypeVar("Read")


def read_circumstances(
    facts: Mapping[str, str], findings: Mapping[str, Mapping[str, Any]]
) -> Circumstances:
    """Circumstances from a case's texts and findings [事情].

    Raises    FaultyInput with every text that cannot be read, its name as the column.
    """
    faults: list[Fault] = []
    days = {name: _one(facts, name, _day, faults) for name in DAYS}
    amounts = {name: _one(facts, name, _yen, faults) for name in AMOUNTS}
    demanded = _days(facts.get("demanded_on", ""), faults)
    offers = [_offer(findings[name], faults) for name in sorted(findings) if name.startswith(OFFER)]
    loans = [_loan(findings[name], faults) for name in sorted(findings) if name.startswith(LOAN)]
    refunds = read_refunds(facts, faults)
    if faults:
        raise FaultyInput(*faults)
    agreed_on = days["talks_agreed_on"]
    talks = (
        (Talks(agreed_on, days["talks_until_on"], days["talks_refused_on"]),) if agreed_on else ()
    )
    return Circumstances(
        lender=the_lender(facts.get("lender", "")),
        steps=Steps(
            days["known_on"],
            days["stopped_on"],
            demanded,
            talks,
            days["filed_on"],
            part_paid_on=tuple(each.on for each in refunds.paid),
            is_going_on=facts.get(GOING_ON, "") == "yes",
        ),
        offers=tuple(sorted((each for each in offers if each), key=lambda one: one.offered_on)),
        lender_balance_yen=amounts["lender_balance_yen"],
        shopping_yen=amounts["shopping_yen"] or 0,
        loans=tuple(each for each in loans if each),
        other_income_yen=amounts["other_income_yen"] or 0,
        refunds=refunds,
    )


def the_lender(named: str) -> Lender | None:
    """The lender of an id or a name; None if none or several bear it [貸金業者の特定].

    >>> the_lender("promise").name
    'SMBCコンシューマーファイナンス株式会社'
    """
    known = {lender.lender_id: lender for lender in directory()}
    if named.strip() in known:
        return known[named.strip()]
    found = find_lenders(named)
    return found[0] if len(found) == 1 else None


def read_offer(finding: Mapping[str, Any]) -> Offer:
    """One round of talks as a finding keeps it [和解の提示].

    Raises    FaultyInput with every text that cannot be read.
    """
    faults: list[Fault] = []
    found = _offer(finding, faults)
    if faults or found is None:
        raise FaultyInput(*faults)
    return found


def read_loan(finding: Mapping[str, Any]) -> GuaranteedLoan:
    """One guaranteed bank loan as a finding keeps it [保証付きの借入].

    Raises    FaultyInput with every text that cannot be read.
    """
    faults: list[Fault] = []
    found = _loan(finding, faults)
    if faults or found is None:
        raise FaultyInput(*faults)
    return found


def _offer(finding: Mapping[str, Any], faults: list[Fault]) -> Offer | None:
    texts = {name: str(value) for name, value in finding.items()}
    offered_on = _one(texts, "offered_on", _day, faults)
    pays_on = _one(texts, "pays_on", _day, faults)
    yen = _one(texts, "yen", _yen, faults)
    for name, read in (("offered_on", offered_on), ("yen", yen)):
        if read is None and not texts.get(name, "").strip():
            faults.append(Fault("PRS-004", column=name))
    if offered_on is None or yen is None:
        return None
    way = Way.SUIT if texts.get("way") == Way.SUIT.value else Way.TALKS
    return Offer(offered_on, texts.get("by", ""), yen, pays_on, way, texts.get("note", ""))


def _loan(finding: Mapping[str, Any], faults: list[Fault]) -> GuaranteedLoan | None:
    texts = {name: str(value) for name, value in finding.items()}
    balance_yen = _one(texts, "balance_yen", _yen, faults)
    if balance_yen is None:
        if not texts.get("balance_yen", "").strip():
            faults.append(Fault("PRS-004", column="balance_yen"))
        return None
    return GuaranteedLoan(texts.get("bank", ""), texts.get("product", ""), balance_yen)


def _one(
    texts: Mapping[str, str],
    name: str,
    reader: Callable[[str], Read | Unread],
    faults: list[Fault],
) -> Read | None:
    text = texts.get(name, "").strip()
    if not text:
        return None
    read = reader(text)
    if isinstance(read, Unread):
        faults.append(read.at(column=name))
        return None
    return read


def _day(text: str) -> date | Unread:
    read = read_date(text)
    return read if isinstance(read, Unread) else read.on


def _yen(text: str) -> int | Unread:
    return read_yen(clipped(text), sign=SignRule.NONE)


def _days(text: str, faults: list[Fault]) -> tuple[date, ...]:
    found = []
    for part in SEPARATORS.split(text):
        read = _one({"demanded_on": part}, "demanded_on", _day, faults)
        if read is not None:
            found.append(read)
    return tuple(found)
