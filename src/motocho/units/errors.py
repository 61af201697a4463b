"""Error families and the one message catalogue [エラー].

What is expected is returned (`Unread`, `Fault`), what is wrong is raised (`MotochoError` and its
families), what is impossible stops the program (`BrokenInvariant` through `ensure`). Every text a
person sees stands in `messages.toml` under a stable code, in Japanese and in English.

>>> unread = Unread("DAT-003", "S64.1.8", {"limit": "1989-01-07"}, "1989-01-08")
>>> fault = unread.at(file="a.csv", line=43)
>>> fault.line, fault.proposed
(43, '1989-01-08')
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import NoReturn

EXCERPT_LENGTH = 60
"""Longest piece of foreign text that a message repeats, in characters."""


class Language(Enum):
    """Language of interface text [表示言語]."""

    JA = "ja"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Message:
    """The texts of one code: what happened, and what mends it [文言].

    `what` and `fix` are templates over the fault's details; `proposed` is the fix where a value can
    be proposed, and falls back to `fix`.
    """

    what: Mapping[Language, str]
    fix: Mapping[Language, str]
    proposed: Mapping[Language, str]


@cache
def catalogue() -> Mapping[str, Message]:
    """All messages by code, read once from `messages.toml` [文言カタログ]."""
    source = (files("motocho.units") / "messages.toml").read_text(encoding="utf-8")
    return {code: _message(texts) for code, texts in tomllib.loads(source).items()}


def _message(texts: Mapping[str, str]) -> Message:
    def in_both(name: str, otherwise: str) -> dict[Language, str]:
        return {
            language: texts.get(f"{name}_{language.value}")
            or texts[f"{otherwise}_{language.value}"]
            for language in Language
        }

    return Message(
        what=in_both("what", "what"), fix=in_both("fix", "fix"), proposed=in_both("proposed", "fix")
    )


def clipped(text: str) -> str:
    """`text` without control characters, cut to what a message may repeat [抜粋].

    >>> clipped("a" + chr(0) + "b")
    'a b'
    """
    shown = "".join(sign if sign.isprintable() else " " for sign in text[: EXCERPT_LENGTH + 1])
    return shown if len(shown) <= EXCERPT_LENGTH else shown[: EXCERPT_LENGTH - 1] + "…"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one input: where it is, what was seen, what would mend it [誤り].

    `line` counts from 1; `column` is a header or key where one is known, else a letter or number.
    `proposed` is text that would be read without this fault.
    """

    code: str
    file: str | None = None
    line: int | None = None
    column: str | None = None
    excerpt: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    proposed: str | None = None

    def what(self, language: Language) -> str:
        """What is wrong, in one sentence [内容]."""
        return self._filled(catalogue()[self.code].what[language])

    def fix(self, language: Language) -> str:
        """What mends it, in one sentence [直し方]."""
        message = catalogue()[self.code]
        chosen = message.fix if self.proposed is None else message.proposed
        return self._filled(chosen[language])

    def document(self) -> dict[str, object]:
        """The fault as the public JSON shape of the recalculation contract, section 3."""
        return {
            "code": self.code,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "excerpt": self.excerpt,
            "what_ja": self.what(Language.JA),
            "what_en": self.what(Language.EN),
            "fix_ja": self.fix(Language.JA),
            "fix_en": self.fix(Language.EN),
            "proposed": self.proposed,
        }

    def within(self, file: str | None) -> Fault:
        """The same fault, placed in a file [ファイル名つき]."""
        return replace(self, file=file)

    def _filled(self, template: str) -> str:
        known = {
            "excerpt": self.excerpt,
            "proposed": self.proposed or "",
            "line": "" if self.line is None else str(self.line),
            "column": self.column or "",
            **self.details,
        }
        return template.format_map(known)


@dataclass(frozen=True, slots=True)
class Unread:
    """Text that could not be read: why, and what was probably meant [読めない文字].

    The readers of `units` return it in place of a value; the caller, who knows the place, makes a
    `Fault` of it with `at`.
    """

    code: str
    seen: str
    details: Mapping[str, str] = field(default_factory=dict)
    proposed: str | None = None

    def at(
        self, *, file: str | None = None, line: int | None = None, column: str | None = None
    ) -> Fault:
        """The same as a fault with its place [場所つきの誤り]."""
        return Fault(
            code=self.code,
            file=file,
            line=line,
            column=column,
            excerpt=clipped(self.seen),
            details=self.details,
            proposed=self.proposed,
        )


def _as_it_was(family: type[MotochoError], arguments: tuple[object, ...]) -> MotochoError:
    return family.__new__(family, *arguments)


class MotochoError(Exception):
    """What is wrong: carries every fault it stands for [エラー].

    The families below differ in who handles them; the command line gives each its exit code.
    """

    def __init__(self, *faults: Fault, warnings: tuple[Fault, ...] = ()) -> None:
        self.faults = faults
        self.warnings = warnings
        super().__init__("; ".join(fault.what(Language.EN) for fault in faults))

    def __reduce__(self) -> tuple[object, ...]:
        # From another process an error comes as it was, its faults and warnings with it.
        return _as_it_was, (type(self), self.args), self.__dict__


class InputError(MotochoError):
    """A request or argument that cannot be meant [使い方の誤り]: 422, exit 2."""


class FaultyInput(MotochoError):
    """A file or document with faults, all of them listed [入力の誤り]: exit 3."""


class NotFoundError(MotochoError):
    """What was asked for is not there [見つからない]: 404, exit 4."""


class NotAllowedError(MotochoError):
    """The asker may not [権限がない]: 403, exit 5."""


class RefusedError(MotochoError):
    """A rule refuses it [規則による拒否]: 409, exit 6."""


class LawGap(RefusedError):
    """No verified row of a law table for this date and basis [法令データの欠け]: exit 6."""


class OutsideFailure(MotochoError):
    """Another system, or a part that is not installed, did not answer [外部の障害]: exit 7."""


class StateConflict(MotochoError):
    """Locked, stale, or already done differently [競合]: 409, exit 8."""


class BrokenInvariant(Exception):
    """Cannot happen [ありえない状態]; never caught below the door. Carries the values seen."""


def ensure(condition: object, what: str, **values: object) -> None:
    """Stop the program when an invariant does not hold [不変条件]; stays on under `python -O`.

    Raises    BrokenInvariant with the values given.
    """
    if not condition:
        broken(what, **values)


def broken(what: str, **values: object) -> NoReturn:
    """Stop the program: this place cannot be reached [到達しないはずの場所]."""
    shown = ", ".join(f"{name}={value!r}" for name, value in values.items())
    raise BrokenInvariant(f"{what} ({shown})" if shown else what)
