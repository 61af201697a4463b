"""The reasons to call as data: script, questions, endings with what each of them does [用件の一覧].

One file holds them (`care/data/reasons.yaml`). It is linted as a whole when it is read, so that
nobody can be given words that the law forbids, or words about a debt where anybody may hear them.

>>> known = shipped()
>>> [one.value for one in Reason if known.of(one).is_offer]
['increase', 'win_back']
>>> known.of(Reason.REPAYMENT).ending_of("1").ending_id
'promised'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache, lru_cache
from string import Formatter
from typing import Any

import yaml

from motocho.care import _in_force
from motocho.care._in_force import Setting
from motocho.contact.calls import Result
from motocho.contact.guard import Purpose
from motocho.contact.wording import faults_of_wording
from motocho.units.errors import Fault, FaultyInput, clipped

FILE = "reasons.yaml"


class Reason(Enum):
    """Why somebody is called [用件]."""

    IDENTITY = "identity"
    EMPLOYMENT_CONSENT = "employment_consent"
    EMPLOYMENT = "employment"
    CONTRACT = "contract"
    INCREASE = "increase"
    INCOME_EVIDENCE = "income_evidence"
    REGISTERED_DATA = "registered_data"
    DRAW_CHECK = "draw_check"
    """A draw is on hold until the member was called back [借入の確認] · FRAUD-001."""
    REPAYMENT = "repayment"
    PROMISE = "promise"
    """A promised day is over, whatever else is late or fell due as a whole [お約束の確認]."""
    ANSWER = "answer"
    """The member asked to be called, or wrote [ご依頼への折返し]."""
    CONSULTATION = "consultation"
    """The hour that the member booked has come [返済相談]."""
    WIN_BACK = "win_back"
    INBOUND = "inbound"
    """The member called us: nothing that we begin [受電]."""


class Stage(Enum):
    """Whom a reason is for [対象]: before a contract, with one, after the last one ended."""

    BEFORE = "before"
    AFTER = "after"
    PAST = "past"
    ANY = "any"


class Part(Enum):
    """A piece of a script [台本の部分]."""

    OPENING = "opening"
    THIRD = "third"
    """Somebody else answers."""
    IN_PLACE = "in_place"
    """To counsel, a guardian or an heir, before they said who they are."""
    VOICEMAIL = "voicemail"
    IDENTIFY = "identify"
    MAIN = "main"
    CLOSING = "closing"


HEARD_BY_ANYBODY = frozenset(
    {Part.OPENING, Part.THIRD, Part.VOICEMAIL, Part.IN_PLACE, Part.IDENTIFY}
)
"""What is said before anybody is identified · COLL-006."""


class With(Enum):
    """Who was on the line [通話の相手]."""

    MEMBER = "member"
    """Identified by three things of five."""
    SOMEONE = "someone"
    NOBODY = "nobody"


class Answer(Enum):
    """What was said to a question or an explanation [回答]."""

    AGREED = "agreed"
    UNDERSTOOD = "understood"
    UNCLEAR = "unclear"


class Need(Enum):
    """What an ending cannot be without [入力項目]."""

    DAY = "day"
    AMOUNT = "amount"
    HOUR = "hour"
    HOURS = "hours"
    WORDS = "words"


class Effect(Enum):
    """What an ending does, in the transaction that writes it down [結果の効果]."""

    HOLD_NOT_NOW = "hold_not_now"
    HOLD_NEVER = "hold_never"
    HOLD_UNCLEAR = "hold_unclear"
    PROMISE = "promise"
    CONSULTATION = "consultation"
    HELD = "held"
    """The consultation that was booked took place."""
    MISSED = "missed"
    """It did not, and is over."""
    CALL_BACK = "call_back"
    CALL_AGAIN = "call_again"
    COMPLAINT = "complaint"
    COUNSEL = "counsel"
    NUMBER_WRONG = "number_wrong"
    WORKPLACE_AGREED = "workplace_agreed"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call may end [結果]; `answered` says how each question must be answered, if it must."""

    ending_id: str
    ja: str
    en: str
    spoken_with: With
    result: Result
    needs: frozenset[Need]
    effects: tuple[Effect, ...]
    answered: tuple[Answer, ...] | None
    """None: questions may stay open. Empty: each has an answer, whichever it is."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, or explained and then asked about [質問・説明]."""

    question_id: str
    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Card:
    """One reason, whole [用件の内容]."""

    reason: Reason
    ja: str
    en: str
    stage: Stage
    purpose: Purpose
    desk: str
    """Which desk is called back."""
    has_terms: bool
    """Whether terms of a loan are told: a product and a limit are needed."""
    parts: Mapping[Part, str]
    questions: tuple[Question, ...]
    endings: tuple[Ending, ...]
    """In the order of the keys 1 to 9."""

    @property
    def is_offer(self) -> bool:
        """Whether it invites to borrow [勧誘か]."""
        return self.purpose is Purpose.CAMPAIGN

    @property
    def keys(self) -> Mapping[str, Ending]:
        """Endings by the key that chooses them; 0 is anything else, - that nobody spoke [キー]."""
        first = {str(key): one for key, one in enumerate(self.endings[:-2], 1)}
        return first | {"0": self.endings[-2], "-": self.endings[-1]}

    def ending_of(self, chosen: str) -> Ending | None:
        """The ending of a key or a name; None if the reason has none such [結果の選択]."""
        named = (one for one in self.endings if one.ending_id == chosen)
        return self.keys.get(chosen) or next(named, None)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All reasons, and the pieces of notes [用件の一覧]."""

    cards: Mapping[Reason, Card]
    modules: Mapping[str, str]

    def of(self, reason: Reason) -> Card:
        """A reason with everything that belongs to it [用件]."""
        return self.cards[reason]


# ------------------------------------------------------------------------------------- reading it
ALWAYS = ("other", "not_called")
MOST_KEYS = 9
PLAIN = frozenset({"caller", "member"})
"""What anybody may hear: two names of persons."""
TERMS = frozenset({"limit", "rate", "damages", "method", "minimum", "payments"})
LATE = frozenset({"due_on", "arrears"})
HOUSE = frozenset({"lender", "registration", "desk", "number"})
REQUIRED_OF_OFFERS = frozenset({"lender", "registration", "rate", "damages", "method", "payments"})
"""What an invitation to borrow says of its terms (ADV-004), beside 担保, which is plain text."""
_HUSHED = re.compile(
    "借|貸|返済|支払|払い|ローン|カード|融資|審査|延滞|遅れ|期日|利息|残高|督促|お金|請求|契約|申込"
)
"""Nothing of this where anybody may hear it · COLL-006, DESK-003."""
_SPOKEN = re.compile(
    "(?:ます|です|ません|ました|でした|ですか|ますか|しょうか|ませんか|ください|ましたか)$"
)


@cache
def shipped() -> Catalogue:
    """The reasons that come with the package [用件の一覧]."""
    return read(_in_force.shipped(Setting.REASONS), FILE)


def in_force(cursor: Any, on: date) -> Catalogue:
    """The reasons of a day: the house's settings, else the shipped file [その日の用件の一覧]."""
    return _read(_in_force.text(cursor, Setting.REASONS, on), FILE)


def read(text: str, file: str) -> Catalogue:
    """The reasons that a text holds [用件の点検].

    Raises    FaultyInput with every fault and its place: wording, placeholders, endings, keys.
    """
    content: Any = yaml.load(text, Loader=yaml.CSafeLoader)
    endings = {one["id"]: _ending(one) for one in content["endings"]}
    faults = [one for told in content["reasons"] for one in _strange(told, endings)]
    cards: dict[Reason, Card] = {}
    if not faults:
        cards = {
            Reason(one["id"]): _card(one, content["parts"], endings) for one in content["reasons"]
        }
        faults = [one for card in cards.values() for one in _faults_of(card)]
        faults += [
            Fault("RSN-001", column="reasons", excerpt=one.value)
            for one in Reason
            if one not in cards
        ]
    if faults:
        raise FaultyInput(*(one.within(file) for one in faults))
    modules = {name: str(words) for name, words in content["modules"].items()}
    return Catalogue(cards, modules)


_read = lru_cache(maxsize=8)(read)
"""By the text itself: a version that comes into force is another text."""


def _strange(told: Mapping[str, Any], endings: Mapping[str, Ending]) -> Iterator[Fault]:
    """Names that are none of ours, and more endings than keys."""
    place = str(told["id"])
    known = {
        "id": {one.value for one in Reason},
        "stage": {one.value for one in Stage},
        "purpose": {one.value for one in Purpose},
    }
    for key, names in known.items():
        if told[key] not in names:
            yield Fault("RSN-001", column=place, excerpt=clipped(str(told[key])))
    for one in told["endings"]:
        if one not in endings:
            yield Fault("RSN-001", column=place, excerpt=clipped(str(one)))
    if len(told["endings"]) > MOST_KEYS:
        yield Fault("RSN-002", column=place, details={"most": str(MOST_KEYS)})


def _ending(told: Mapping[str, Any]) -> Ending:
    answered = told.get("answered")
    return Ending(
        told["id"],
        told["ja"],
        told["en"],
        With(told["with"]),
        Result(told["result"]),
        frozenset(Need(one) for one in told.get("needs", ())),
        tuple(Effect(one) for one in told.get("effects", ())),
        None if answered is None else tuple(Answer(one) for one in answered),
    )


def _card(
    told: Mapping[str, Any], shared: Mapping[str, str], endings: Mapping[str, Ending]
) -> Card:
    own = {**shared, **told}
    if told["id"] != Reason.REPAYMENT.value:
        own.pop(Part.IN_PLACE.value, None)
    for part in _WITHOUT.get(told["id"], ()):
        own.pop(part.value, None)
    return Card(
        Reason(told["id"]),
        told["ja"],
        told["en"],
        Stage(told["stage"]),
        Purpose(told["purpose"]),
        told["desk"],
        bool(told.get("terms")),
        {one: own[one.value].strip() for one in Part if one.value in own},
        tuple(Question(one["id"], one["ja"], one["en"]) for one in told["questions"]),
        tuple(endings[one] for one in (*told["endings"], *told.get("always", ALWAYS))),
    )


_WITHOUT = {
    Reason.EMPLOYMENT.value: (Part.IDENTIFY,),
    Reason.INBOUND.value: (Part.THIRD, Part.VOICEMAIL),
}
"""Shared parts that have no place in a call."""


# ---------------------------------------------------------------------------------------- linting
def placeholders(text: str) -> frozenset[str]:
    """The names in braces of a text [差込み項目]."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def _faults_of(card: Card) -> Iterator[Fault]:
    place = card.reason.value
    texts = {part.value: text for part, text in card.parts.items()}
    texts |= {f"questions {one.question_id}": one.ja for one in card.questions}
    known = PLAIN | HOUSE | (TERMS if card.has_terms else frozenset())
    known |= LATE if card.purpose is Purpose.ARREARS else frozenset()
    for name, text in texts.items():
        column = f"{place} {name}"
        for one in faults_of_wording(text):
            yield Fault(one.code, column=column, excerpt=one.excerpt, details=one.details)
        for strange in sorted(placeholders(text) - known):
            yield Fault("RSN-003", column=column, excerpt=strange)
        for sentence in sentences(text):
            if not _SPOKEN.search(sentence):
                yield Fault("RSN-004", column=column, excerpt=clipped(sentence))
    yield from _heard(card)
    if card.is_offer:
        main = card.parts[Part.MAIN]
        missing = REQUIRED_OF_OFFERS - placeholders(main)
        absent = [one for one in ("審査", "担保") if one not in main]
        for lacking in (*sorted(missing), *absent):
            yield Fault("RSN-006", column=f"{place} main", excerpt=lacking)


def _heard(card: Card) -> Iterator[Fault]:
    """What anybody may hear names persons alone; at work, all of it does."""
    for part in HEARD_BY_ANYBODY & card.parts.keys():
        text = card.parts[part]
        column = f"{card.reason.value} {part.value}"
        for strange in sorted(placeholders(text) - PLAIN):
            yield Fault("RSN-005", column=column, excerpt=strange)
        for found in _HUSHED.finditer(text):
            yield Fault("RSN-005", column=column, excerpt=found[0])


def sentences(text: str) -> list[str]:
    """The sentences of a text, without their ends [文].

    >>> sentences("はい、佐藤です。少々お待ちください。")
    ['はい、佐藤です', '少々お待ちください']
    """
    return [one.strip() for one in re.split("[。\\n]", text) if one.strip()]
