"""One of several, as a form takes it: a list of words with a key for each [選択欄]."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum
from typing import TypeVar

from motocho.units.errors import Fault
from motocho.web.fields import Form, LineField

One = TypeVar("One", bound=Enum)


class ChoiceField(LineField):
    """One of a list; a word that is none of it, or no more, was not shown [選択]."""

    def __init__(
        self, label: str, hint: str = "", *, known: Collection[str] = (), optional: str = ""
    ) -> None:
        super().__init__(label, hint, optional=optional)
        self.known = known

    def read(self, text: str) -> str:
        """The word as it was sent [読取り]."""
        return text

    def faults(self, value: str) -> tuple[Fault, ...]:
        """One of them must be chosen [点検]."""
        return () if value in self.known else (Fault("DSK-017"),)


Chosen = TypeVar("Chosen", bound=Form)


def offering(form: Chosen, offered: Mapping[str, Collection[str]]) -> Chosen:
    """A form whose lists depend on its page: only what is offered now is taken [選択肢].

    Takes     the name of each such field with the words that it offers at this moment.
    """
    for name, known in offered.items():
        line = form.fields[name]
        if isinstance(line, ChoiceField):
            line.known = known
    return form


def labels(kind: type[One], prefix: str) -> dict[str, str]:
    """Each word of a list with the key of what it is called [選択肢の名前].

    >>> from motocho.care.cases.sorting import Severity
    >>> labels(Severity, "cases.severity")["minor"]
    'cases.severity_minor'
    """
    return {one.value: f"{prefix}_{one.value}" for one in kind}
