"""A case of the office as the content of its papers [事件から書類へ].

A case keeps facts as named texts; what papers know by name is taken, the rest is other pages'
matter. Client and lender come from the head of the case, days and the settlement from its way,
where no fact says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from motocho.claims import pleading
from motocho.law import lenders
from motocho.office.cases import Case, Operation, office_settings
from motocho.office.tracker import board
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
    for key, text in board.paper_facts(case.case_id).items():
        stated.setdefault(key, text)
    if stated.get("agent_kind", AGENT_NONE) != AGENT_NONE:
        for key, text in _letterhead().items():
            stated.setdefault(key, text)
    return stated


AGENT_NONE = pleading.Agent.NONE.value
_OF_OFFICE = {
    "office_name": "agent_office",
    "office_postal_code": "agent_postcode",
    "office_address": "agent_address",
    "office_phone": "agent_phone",
    "office_fax": "agent_fax",
}
_TITLES = ("認定司法書士", "司法書士", "弁護士")


def _letterhead() -> dict[str, str]:
    """The office's letterhead as facts of an agent; of its people the first one signs."""
    settings = office_settings()
    found = {key: " ".join(str(settings.get(name, "")).split()) for name, key in _OF_OFFICE.items()}
    people = str(settings.get("office_people", "")).strip().splitlines()
    first = people[0].strip() if people else ""
    for title in _TITLES:
        first = first.removeprefix(title).strip()
    return {key: text for key, text in (found | {"agent_name": first}).items() if text}


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
