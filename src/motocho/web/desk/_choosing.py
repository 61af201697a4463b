"""Boxes of the desk of which one is chosen [選択欄]."""

from __future__ import annotations

from collections.abc import Collection

from motocho.units.errors import Fault
from motocho.web.fields import LineField


class PickField(LineField):
    """One of some words; a word that is none of them was not shown [選択]."""

    def __init__(self, label: str, options: Collection[str]) -> None:
        super().__init__(label)
        self.options = options

    def read(self, text: str) -> str:
        """The word as it was sent [読取り]."""
        return text

    def faults(self, value: str) -> tuple[Fault, ...]:
        """One of them must be chosen [点検]."""
        return () if value in self.options else (Fault("DSK-003"),)
