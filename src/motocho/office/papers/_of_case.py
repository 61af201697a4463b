"""A case of the office as the content of its papers [事件から書類へ].

A case keeps facts as named texts; what papers know by name is taken, the rest is other pages'
matter. Client and lender come from the head of the case where no fact says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from motocho.claims import pleading
from motocho.law import lenders
from motocho.office.cases import Case, Operation
from motocho.units.errors import Fault, FaultyInput, NotFoundError

KNOWN = {asked.key: asked for asked in pleading.ASKED}


def stated_of(case: Case, on: date) -> dict[str, str]:
    """The facts of a case under the names that papers know [事件の記載事項]."""
    stated = {key: text for key, text in case.facts.items() if key in KNOWN and text.strip()}
    if case.client.strip():
        stated.setdefault("client_name", case.client)
    lender = lender_name(case.lender, on)
    if lender:
        stated.setdefault("lender_name", lender)
    return stated


def lender_name(said: str, on: date) -> str:
    """A lender as papers name it: the directory's name of an id, else what was typed [商号]."""
    try:
        return lenders.lender_by_id(said.strip()).name_on(on) if said.strip() else ""
    except NotFoundError:
        return said.strip()


def facts_of(case: Case, on: date) -> tuple[pleading.Facts, list[Fault]]:
    """The facts of a case as far as they can be read, and every fault [記載事項の読み取り]."""
    return pleading.look(stated_of(case, on))


def content_of(case: Case, on: date, scenario: str = "") -> pleading.Content:
    """The content of a case's papers, under the scenario that is claimed or another [書類の内容].

    Raises    FaultyInput for faulty facts, rows or assumptions.
    """
    facts, faults = facts_of(case, on)
    if faults:
        raise FaultyInput(*faults)
    return pleading.content(case.statement(scenario), facts, on)


def fact_operations(case: Case, stated: Mapping[str, str], on: date) -> list[Operation]:
    """What is to be written down so that a case has these facts; empty texts take back [記録].

    Raises    FaultyInput with every text that cannot be read; then nothing is written.
    """
    known = {key: " ".join(text.split()) for key, text in stated.items() if key in KNOWN}
    _, faults = pleading.look(known)
    if faults:
        raise FaultyInput(*faults)
    before = stated_of(case, on)
    return [
        {"op": "set_fact", "name": key, "value": text or None}
        for key, text in known.items()
        if text != before.get(key, "")
    ]
