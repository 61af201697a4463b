"""Citations: the words by which a statute or a judgment is named [引用].

A citation is read once, into its parts, and can then be written in Japanese and in English. A law
or court that `data/laws.yaml` does not list is an error: an unknown name would be an uncited number
with a decoration. In a list, a later entry takes over what it leaves out from the entry before.

>>> [cited.text(Language.EN) for cited in parse_citations("貸金業法13条の2第1項・2項")][-1]
'Money Lending Business Act, Article 13-2, paragraph (2)'
"""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import cache, lru_cache
from typing import NoReturn

from motocho.law._reading import Item, data_text, read_items
from motocho.units.days import Era, era_date_text
from motocho.units.errors import Fault, InputError, Language, clipped
from motocho.units.text import kanji_number

ERAS = {name: era for era in Era for name in (era.value, era.value[0])}
"""Eras by their full and their short name."""

KANJI = str.maketrans("0123456789", "〇一二三四五六七八九")
PART_LETTERS = dict(
    zip("イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノ", string.ascii_lowercase, strict=True)
)
CLAUSES = {
    "本文": "main clause",
    "ただし書": "proviso",
    "前段": "first sentence",
    "後段": "second sentence",
}
KINDS_WITHOUT_ARTICLE = {"tariff", "terms"}

NUMBER = "[0-9〇一二三四五六七八九十百千]+"
SEPARATORS = " 　・、,;"
ARTICLE = re.compile(rf"第?({NUMBER})条((?:の{NUMBER})*)")
PARAGRAPH = re.compile(rf"第?({NUMBER})項")
ITEM = re.compile(rf"第?({NUMBER})号((?:の{NUMBER})*)")
PART = re.compile(f"[{''.join(PART_LETTERS)}]")
APPENDIX = re.compile(rf"別表第?({NUMBER})?")
DECIDED = re.compile(rf"({'|'.join(ERAS)})?([0-9]+|元)(?:年|\.)([0-9]+)(?:月|\.)([0-9]+)日?")
BY_NUMBER = re.compile(rf"({'|'.join(ERAS)})([0-9]+|元)年?法律?第?([0-9]+)号?")


class Edition(Enum):
    """Whether the text in force or the one before its amendment is meant [現行・改正前]."""

    CURRENT = ""
    FORMER = "旧"


@dataclass(frozen=True, slots=True)
class Law:
    """A law, order, tariff or set of terms that may be cited [法令]."""

    ja: str
    en: str
    kind: str
    egov_id: str | None


@dataclass(frozen=True, slots=True)
class Court:
    """A court and the kind of its decision [裁判所]."""

    ja: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One place in a law, or one decision of a court [引用].

    Numbers are kept as text because an inserted article has more than one: `article="13-2"` is
    13条の2. A decision has `court` and `decided_on`; every other citation has `law`.
    """

    law: Law | None = None
    edition: Edition = Edition.CURRENT
    supplement: str | None = None
    appendix: str | None = None
    article: str | None = None
    paragraph: str | None = None
    item: str | None = None
    part: str | None = None
    clause: str | None = None
    court: Court | None = None
    decided_on: date | None = None

    @property
    def law_ja(self) -> str | None:
        """Name of the law [法令名]."""
        return self.law.ja if self.law else None

    @property
    def law_en(self) -> str | None:
        """English name of the law, the official one where it is usable [英語名]."""
        return self.law.en if self.law else None

    @property
    def egov_id(self) -> str | None:
        """Identifier of the law in the e-Gov collection, where it has one [法令ID]."""
        return self.law.egov_id if self.law else None

    @property
    def url(self) -> str | None:
        """Where the law can be read today [掲載先]."""
        return f"https://laws.e-gov.go.jp/law/{self.egov_id}" if self.egov_id else None

    @property
    def has_place(self) -> bool:
        """Whether it points at a place, not at a whole law [条文の特定]."""
        if self.law is None or self.law.kind in KINDS_WITHOUT_ARTICLE:
            return True
        return any((self.article, self.appendix, self.supplement))

    def text(self, language: Language) -> str:
        """The citation in words [引用文].

        >>> parse_citation("最判平22.4.20").text(Language.JA)
        '最判平成22年4月20日'
        """
        return self._japanese() if language is Language.JA else self._english()

    def _japanese(self) -> str:
        if self.court and self.decided_on:
            return f"{self.court.ja}{era_date_text(self.decided_on)}"
        if self.appendix is not None:
            return self._japanese_of_appendix()
        words = [self.edition.value, self.law_ja or "", self.supplement or ""]
        words.append(_numbered(self.article, "条"))
        second = "第" if self.article and "-" in self.article else ""
        words.append(_numbered(self.paragraph, "項", before=second))
        words.append(_numbered(self.item, "号", before="" if self.paragraph else second))
        return "".join([*words, self.part or "", self.clause or ""])

    def _japanese_of_appendix(self) -> str:
        """Tables and their rows are numbered in Chinese numerals, as the statutes print them."""
        words = [self.edition.value, self.law_ja or "", "別表"]
        words += [f"第{(self.appendix or '').translate(KANJI)}"] if self.appendix else []
        words += [f" {self.paragraph.translate(KANJI)}項"] if self.paragraph else []
        return "".join([*words, self.part or ""])

    def _english(self) -> str:
        if self.court and self.decided_on:
            day = self.decided_on
            return f"{self.court.en} of {day:%B} {day.day}, {day.year}"
        words = [f"former {self.law_en}" if self.edition is Edition.FORMER else self.law_en or ""]
        words += ["Supplementary Provisions"] if self.supplement else []
        words += [f"Appended Table {self.appendix}".strip()] if self.appendix is not None else []
        words += [f"Article {self.article}"] if self.article else []
        row_or_paragraph = "paragraph" if self.appendix is None else "row"
        words += [f"{row_or_paragraph} ({self.paragraph})"] if self.paragraph else []
        words += [f"item ({self.item})"] if self.item else []
        words += [f"({PART_LETTERS[self.part]})"] if self.part else []
        words += [CLAUSES[self.clause]] if self.clause else []
        return ", ".join(words)


def parse_citation(text: str) -> Citation:
    """The one citation that `text` is [引用の読取り].

    Raises    InputError if it is not exactly one citation, or names an unknown law.

    >>> cited = parse_citation("民事訴訟費用等に関する法律別表第二 一項イ")
    >>> cited.appendix, cited.paragraph, cited.part, cited.egov_id
    ('2', '1', 'イ', '346AC0000000040')
    """
    found = parse_citations(text)
    if len(found) != 1:
        _refuse("LAW-040", text)
    return found[0]


@lru_cache(maxsize=1 << 12)
def parse_citations(text: str) -> tuple[Citation, ...]:
    """All citations of a list joined by `、` `・` or `;` [引用の列の読取り].

    Raises    InputError if a part cannot be read, or names an unknown law or court.

    >>> [cited.text(Language.JA) for cited in parse_citations("最判平成19年6月7日・20年1月18日")]
    ['最判平成19年6月7日', '最判平成20年1月18日']
    """
    scanner = _Scanner(unicodedata.normalize("NFKC", text).strip(), text)
    found: list[Citation] = []
    while scanner.rest:
        found.append(scanner.next_after(found[-1] if found else None))
    if not found:
        _refuse("LAW-040", text)
    return tuple(found)


class _Scanner:
    """Reads one citation after another from a text; `rest` is what is still to be read."""

    def __init__(self, text: str, original: str) -> None:
        self.rest = text
        self.original = original
        self.era: str | None = None

    def next_after(self, before: Citation | None) -> Citation:
        court = self._court()
        if court is None and before and before.court and DECIDED.match(self.rest):
            court = before.court
        cited = self._decision(court) if court else self._place(before)
        self.rest = self.rest.lstrip(SEPARATORS)
        return cited

    def _court(self) -> Court | None:
        for court in _courts():
            if self.rest.startswith(court.ja):
                self.rest = self.rest[len(court.ja) :]
                return court
        return None

    def _decision(self, court: Court) -> Citation:
        found = self._take(DECIDED)
        era = found.group(1) if found and found.group(1) else self.era
        if found is None or era is None:
            _refuse("LAW-040", self.original)
        self.era = era
        try:
            year = ERAS[era].first_on.year - 1 + _number(found.group(2))
            decided_on = date(year, int(found.group(3)), int(found.group(4)))
        except ValueError:
            _refuse("LAW-040", self.original)
        return Citation(court=court, decided_on=decided_on)

    def _place(self, before: Citation | None) -> Citation:
        edition = Edition.CURRENT
        if self.rest.startswith(Edition.FORMER.value):
            edition, self.rest = Edition.FORMER, self.rest[1:]
        law = self._law()
        start = Citation(law=law, edition=edition) if law else self._continuation(before)
        return self._parts(start)

    def _continuation(self, before: Citation | None) -> Citation:
        """What a later entry of a list takes over from the entry before it."""
        if before is None or before.law is None:
            _refuse("LAW-041", self.original)
        if APPENDIX.match(self.rest) or self.rest.startswith("附則"):
            return Citation(law=before.law, edition=before.edition)
        bare = replace(before, clause=None, part=None)
        if ARTICLE.match(self.rest):
            return replace(bare, article=None, paragraph=None, item=None, appendix=None)
        if PARAGRAPH.match(self.rest):
            return replace(bare, paragraph=None, item=None)
        if ITEM.match(self.rest):
            return replace(bare, item=None)
        if not PART.match(self.rest):
            _refuse("LAW-041", self.original)
        return bare

    def _law(self) -> Law | None:
        for name, law in _laws_by_name():
            if self.rest.startswith(name):
                self.rest = self.rest[len(name) :].lstrip(" ")
                return law
        found = self._take(BY_NUMBER)
        if found is None:
            return None
        era = ERAS[found.group(1)].value
        name = f"{era}{found.group(2)}年法律{found.group(3)}号"
        known = dict(_laws_by_name())
        if name not in known:
            _refuse("LAW-041", self.original)
        self.rest = self.rest.lstrip(" ")
        return known[name]

    def _parts(self, cited: Citation) -> Citation:
        if self.rest.startswith("附則"):
            cited, self.rest = replace(cited, supplement="附則"), self.rest[2:].lstrip(" ")
        if found := self._take(APPENDIX):
            numeral = str(_number(found.group(1))) if found.group(1) else ""
            cited, self.rest = replace(cited, appendix=numeral), self.rest.lstrip(" ")
        if found := self._take(ARTICLE):
            cited = replace(cited, article=_inserted(found))
        if found := self._take(PARAGRAPH):
            cited = replace(cited, paragraph=str(_number(found.group(1))))
        if found := self._take(ITEM):
            cited = replace(cited, item=_inserted(found))
        if found := self._take(PART):
            cited = replace(cited, part=found.group(0))
        for clause in CLAUSES:
            if self.rest.startswith(clause):
                cited, self.rest = replace(cited, clause=clause), self.rest[len(clause) :]
        if self.rest and self.rest[0] not in SEPARATORS:
            _refuse("LAW-040", self.original)
        return cited

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.rest)
        if found:
            self.rest = self.rest[found.end() :]
        return found


def _number(text: str) -> int:
    """An Arabic or Chinese numeral; 元 is the first year."""
    number = 1 if text == "元" else int(text) if text.isascii() else kanji_number(text)
    if number is None:
        _refuse("LAW-040", text)
    return number


def _inserted(found: re.Match[str]) -> str:
    numbers = [found.group(1), *found.group(2).split("の")[1:]]
    return "-".join(str(_number(number)) for number in numbers)


def _numbered(number: str | None, unit: str, *, before: str = "") -> str:
    if number is None:
        return ""
    first, *inserted = number.split("-")
    return f"{before}{first}{unit}" + "".join(f"の{more}" for more in inserted)


def _refuse(code: str, text: str) -> NoReturn:
    raise InputError(Fault(code=code, excerpt=clipped(text), details={"text": clipped(text)}))


@cache
def _list_of_laws() -> Item:
    return read_items(data_text("laws.yaml"), "laws.yaml")


@cache
def _laws_by_name() -> tuple[tuple[str, Law], ...]:
    """Names and short names with their laws, the longest first."""
    root = _list_of_laws().mapping(required={"laws", "courts"}, optional=set())
    names: list[tuple[str, Law]] = []
    for entry in root["laws"].sequence():
        keys = entry.mapping(required={"ja", "short", "en", "kind", "egov"}, optional=set())
        egov = None if keys["egov"].is_null else keys["egov"].text()
        law = Law(keys["ja"].text(), keys["en"].text(), keys["kind"].text(), egov)
        short = () if not keys["short"].node.value else keys["short"].sequence()
        names += [(law.ja, law), *((name.text(), law) for name in short)]
    return tuple(sorted(names, key=lambda pair: -len(pair[0])))


@cache
def _courts() -> tuple[Court, ...]:
    root = _list_of_laws().mapping(required={"laws", "courts"}, optional=set())
    entries = (
        entry.mapping(required={"ja", "en"}, optional=set()) for entry in root["courts"].sequence()
    )
    courts = [Court(keys["ja"].text(), keys["en"].text()) for keys in entries]
    return tuple(sorted(courts, key=lambda court: -len(court.ja)))
