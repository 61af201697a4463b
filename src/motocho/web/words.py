"""The words of the pages: every text in Japanese, easy Japanese and English [文言].

Texts stand in `wording/*.toml` under a dotted key. Easy Japanese [やさしい日本語] is
written by people, with the reading after each run of kanji: `返《かえ》す` becomes ruby. Faults
have their texts in `units/messages.toml`; easy Japanese may say them in its own words here, under
`fault.<code>`.

>>> str(say("frame.home", Tongue.EN))
'Home'
>>> str(ruby("返《かえ》す日"))
'<ruby>返<rp>（</rp><rt>かえ</rt><rp>）</rp></ruby>す日'
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from motocho.units.errors import Fault, Language
from motocho.units.money import yen_text

_HASH_DIGITS = 16


class Tongue(Enum):
    """How a page speaks [表示言語]."""

    JA = "ja"
    EASY = "easy"
    EN = "en"

    @property
    def language(self) -> Language:
        """The language of faults and of data with two names [言語]."""
        return Language.EN if self is Tongue.EN else Language.JA

    @property
    def tag(self) -> str:
        """What `html[lang]` says [言語タグ]."""
        return "en" if self is Tongue.EN else "ja"


_ONE = re.compile(r"(?<![\w,.¥])1 (day|month|payment|time)s\b")
_RUBY = re.compile("([一-龯々〆ヶ]+)《([ぁ-ゖー]+)》")


def ruby(html: str) -> SafeString:
    """Readings of kanji as ruby, in text that is HTML already [ふりがな]."""
    made = _RUBY.sub(r"<ruby>\1<rp>（</rp><rt>\2</rt><rp>）</rp></ruby>", html)
    return mark_safe(made)  # noqa: S308  # the caller escaped it


def without_ruby(text: str) -> str:
    """A text with its readings taken out, for titles and attributes [ふりがななし].

    >>> without_ruby("返《かえ》す")
    '返す'
    """
    return _RUBY.sub(r"\1", text)


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every text by key and tongue, read once [文言カタログ]."""
    found: dict[str, Mapping[str, str]] = {}
    folder = files("motocho.web") / "wording"
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            _gather(tomllib.loads(file.read_text(encoding="utf-8")), "", found)
    return found


def _gather(content: Mapping[str, Any], prefix: str, into: dict[str, Mapping[str, str]]) -> None:
    for name, value in content.items():
        if "ja" in value or "easy" in value:
            into[prefix + name] = value
        else:
            _gather(value, f"{prefix}{name}.", into)


def say(key: str, tongue: Tongue, **values: Any) -> SafeString:
    """The text of a key, safe to put on a page [文言].

    Takes     values for its places in braces; they are escaped unless they are safe already.
    """
    text = str(conditional_escape(_written(key, tongue)))
    shown = {name: conditional_escape(value) for name, value in values.items()}
    html = ruby(_counted(text.format_map(shown), tongue))
    # One box: in a row of boxes each run of ruby would else become a box of its own.
    return SafeString(f"<span>{html}</span>") if "<ruby>" in html else html


def _written(key: str, tongue: Tongue) -> str:
    """As it stands in the catalogue; pages for offices have no easy Japanese of their own."""
    texts = catalogue()[key]
    return texts["ja"] if tongue is Tongue.EASY and "easy" not in texts else texts[tongue.value]


def plain(key: str, tongue: Tongue, **values: object) -> str:
    """The same without markup, for titles and attributes [文言（マークなし）]."""
    text = without_ruby(_written(key, tongue)).format_map(values)
    return _counted(text, tongue)


def _counted(text: str, tongue: Tongue) -> str:
    """English counts one thing without an s: `1 days` becomes `1 day`."""
    return _ONE.sub(r"1 \1", text) if tongue is Tongue.EN else text


def wording_ref(keys: Sequence[str], tongue: Tongue) -> str:
    """Which words exactly somebody agreed to [文面の特定]: the first key, the tongue, their hash.

    >>> wording_ref(["consent.bureau_words"], Tongue.EN)[:24]
    'consent.bureau_words en '
    """
    read = "\n".join(plain(key, tongue) for key in keys)
    return f"{keys[0]} {tongue.value} {hashlib.sha256(read.encode()).hexdigest()[:_HASH_DIGITS]}"


@dataclass(frozen=True, slots=True)
class Said:
    """A fault as a page says it [誤りの表示]."""

    what: SafeString
    fix: SafeString


def said(fault: Fault, tongue: Tongue) -> Said:
    """A fault in a tongue; easy Japanese where it has its own words for it [誤りの文言]."""
    key = f"fault.{fault.code}"
    if tongue is Tongue.EASY and f"{key}.what" in catalogue():
        values = {"excerpt": fault.excerpt, **fault.details}
        return Said(say(f"{key}.what", tongue, **values), say(f"{key}.fix", tongue, **values))
    language = tongue.language
    return Said(
        SafeString(conditional_escape(fault.what(language))),
        SafeString(conditional_escape(fault.fix(language))),
    )


def yen(amount_yen: int, tongue: Tongue) -> str:
    """An amount as each tongue writes it [金額].

    >>> yen(50_000, Tongue.JA), yen(50_000, Tongue.EN)
    ('50,000円', '¥50,000')
    """
    shown = yen_text(amount_yen)
    return f"¥{shown}" if tongue is Tongue.EN else f"{shown}円"
