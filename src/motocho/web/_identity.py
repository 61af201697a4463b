"""What is missing before somebody counts as identified, as pages say it [本人確認の不足の表示]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from motocho.units.errors import Fault
from motocho.web.words import Said, Tongue, catalogue, plain, said

PREFIXES: Mapping[str, str] = {"paper": "screening.idpaper_", "method": "screening.method_"}
FIELDS: Mapping[str, str] = {
    "purpose": "screening.dealing_purpose",
    "occupation": "screening.occupation",
    "name": "screening.shown_name",
    "address": "screening.declared_address",
}


def told(fault: Fault, tongue: Tongue) -> Said:
    """A fault with its paper, way and field in words of the reader [不足の文言].

    Why       a record keeps codes; nobody reads `driving_licence` on a page.
    """
    return said(replace(fault, details=_worded(fault, tongue)), tongue)


def _worded(fault: Fault, tongue: Tongue) -> dict[str, str]:
    found = {}
    for name, value in fault.details.items():
        key = FIELDS.get(value, "") if name == "field" else f"{PREFIXES.get(name, '')}{value}"
        found[name] = plain(key, tongue) if key in catalogue() else value
    return found
