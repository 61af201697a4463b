"""Sentences of an outlook, in both languages, with their articles and their source [所見].

The texts stand in `sentences.toml`; a sentence knows its key and what fills it, so that the command
line, a page and a paper say the same.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from motocho.law.citation import parse_citations
from motocho.law.tables import Standing
from motocho.units.errors import Language

ISO_DAY = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b")
PROFESSIONAL = "professional"
"""Keys that begin so say that a person should see a lawyer or a scrivener [専門家への相談]."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence that a person reads [一文]; `source` is where a fact beside the law was read."""

    key: str
    details: Mapping[str, str] = field(default_factory=dict, hash=False)
    source: str = ""
    standing: Standing = Standing.CONFIRMED

    def text(self, language: Language) -> str:
        """The sentence in one language [本文]."""
        texts = _sentences()[self.key]
        suffix = language.value
        filled = {
            name: self.details.get(f"{name}_{suffix}", value)
            for name, value in self._names().items()
        }
        if language is Language.JA:
            filled = {name: ISO_DAY.sub(_japanese_day, value) for name, value in filled.items()}
        return str(texts[suffix]).format_map(filled)

    def _names(self) -> dict[str, str]:
        plain = dict(self.details)
        for name in self.details:
            if name.endswith(("_ja", "_en")):
                plain.setdefault(name[:-3], self.details[name])
        return plain

    @property
    def citations(self) -> tuple[str, ...]:
        """The articles and judgments it rests on [根拠]."""
        law = _sentences()[self.key].get("law", "")
        return tuple(cited.text(Language.JA) for cited in parse_citations(law)) if law else ()

    @property
    def sends_to_a_professional(self) -> bool:
        """Whether it says to see one [専門家への相談を勧めるか]."""
        return self.key.startswith(PROFESSIONAL)

    def document(self) -> dict[str, Any]:
        """The sentence in its public form [公開形式]."""
        found: dict[str, Any] = {
            "key": self.key,
            "text_ja": self.text(Language.JA),
            "text_en": self.text(Language.EN),
            "citations": list(self.citations),
        }
        if self.source:
            found |= {"source": self.source, "status": self.standing.value}
        return found


def _japanese_day(found: re.Match[str]) -> str:
    year, month, day = (int(part) for part in found.groups())
    return f"{year}年{month}月{day}日"


def known_sentences() -> Mapping[str, Mapping[str, str]]:
    """Every sentence by its key, for tests and translators [文例の一覧]."""
    return _sentences()


@cache
def _sentences() -> Mapping[str, Mapping[str, str]]:
    source = files("motocho.claims.prospects") / "sentences.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))
