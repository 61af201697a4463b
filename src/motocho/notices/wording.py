"""The words of messages and mails, from one catalogue in two languages [お知らせの文面].

>>> text = text_of(Kind.DRAW, {"amount_yen": 50000}, datetime(2026, 11, 22, 12, 0, tzinfo=JAPAN),
...                Language.EN)
>>> text.title, text.body[:19]
('A transaction was made', '¥50,000 was lent to')
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from html import escape
from importlib.resources import files

from motocho.contact.guard import JAPAN
from motocho.notices.choices import Choices, Style
from motocho.notices.kinds import SAID_OPENLY, Kind
from motocho.units.errors import Fault, Language

FILE = "templates.toml"
Facts = Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class Text:
    """A title and its words [件名と本文]."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Written:
    """A mail's words [メールの文面]: a subject, plain paragraphs, and the same as HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Extra:
    """What stands in the mail alone, made when it is sent [メールだけの内容]."""

    secret: str = ""
    """A link to choose a PIN, or a member number."""
    freeze_link: str = ""


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """All texts by their table [文面の一覧]."""
    text = (files("motocho.notices") / FILE).read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, str]] = tomllib.loads(text)
    return found


def text_of(kind: Kind, facts: Facts, happened_at: datetime, language: Language) -> Text:
    """A message as the site shows it [お知らせの文面]."""
    values = _values(facts, happened_at, language)
    return Text(
        _said(kind.value, "title", language), _said(kind.value, "body", language).format_map(values)
    )


def title_of(kind: Kind, language: Language) -> str:
    """What a message is called, with nothing of its facts [お知らせの題名].

    >>> title_of(Kind.LOGIN, Language.EN)
    'Somebody signed in'
    """
    return _said(kind.value, "title", language)


def mail_of(kind: Kind, text: Text, chosen: Choices, extra: Extra) -> Written:
    """A message as a mail, as its member wants it [メールの文面].

    Discreet mails of money and contracts say that there is a notice, and nothing else.
    """
    language = chosen.language
    is_plain = chosen.style is Style.PLAIN
    parts = [text.body if is_plain or kind in SAID_OPENLY else _hidden(kind, language)]
    if extra.secret:
        parts += [_said(kind.value, "mail", language), extra.secret]
    if extra.freeze_link:
        parts += [_said("frame", "freeze", language), extra.freeze_link]
    subject = text.title if is_plain else _said("frame", "subject", language)
    return _framed(subject, parts, chosen)


def _hidden(kind: Kind, language: Language) -> str:
    """That there is a notice: in words of its own for who cannot open the member site."""
    own = catalogue()[kind.value].get(f"hidden_{language.value}")
    return own or _said("frame", "hidden", language)


def code_mail(code: str, chosen: Choices) -> Written:
    """A one-time code as a mail [確認番号のメール]; its subject does not hold it."""
    language = chosen.language
    body = _said("code", "body", language).format_map({"code": code})
    return _framed(_said("frame", "subject", language), [body], chosen)


class Part(Enum):
    """What a letter to somebody who applies says [申込者へのメールの種類]."""

    CODE = "code"
    LINK = "link"


def applicant_mail(part: Part, said: str, times: Mapping[str, int], language: Language) -> Written:
    """A letter to somebody who applies: of no loan, no amount [申込者へのメール].

    Takes     the code or the link; for how many `minutes` and `hours` it works.
    """
    body = _said("applicant", part.value, language).format(said=said, **times)
    parts = [body, *([said] if part is Part.LINK else []), _said("applicant", "footer", language)]
    return _as_mail(_said("applicant", "title", language), parts, language)


def _framed(subject: str, parts: Sequence[str], chosen: Choices) -> Written:
    language = chosen.language
    word = _said("frame", "watchword" if chosen.watchword else "no_watchword", language)
    paragraphs = [
        word.format_map({"watchword": chosen.watchword}),
        *parts,
        _said("frame", "footer", language),
    ]
    return _as_mail(subject, paragraphs, language)


def _as_mail(subject: str, paragraphs: Sequence[str], language: Language) -> Written:
    body = "\n".join(f"<p>{escape(one)}</p>" for one in paragraphs)
    html = (
        f'<!doctype html>\n<html lang="{language.value}"><head><meta charset="utf-8">'
        f"<title>{escape(subject)}</title></head><body>\n{body}\n</body></html>\n"
    )
    return Written(subject, "\n\n".join(paragraphs) + "\n", html)


def _said(table: str, name: str, language: Language) -> str:
    return catalogue()[table][f"{name}_{language.value}"]


def _values(facts: Facts, happened_at: datetime, language: Language) -> dict[str, str]:
    here = happened_at.astimezone(JAPAN)
    told = (facts.get(name) for name in ("last_day_to_pay", "due_on", "expires_on"))
    on = str(next(filter(None, told), here.date().isoformat()))
    fact = str(facts.get("kind") or facts.get("request", ""))
    known = catalogue()["facts"].get(f"{fact}_{language.value}", fact)
    return {
        "at": f"{_day(here.date(), language)} {here.hour}:{here.minute:02d}",
        "on": _day(date.fromisoformat(on), language),
        "amount": f"{int(facts.get('amount_yen', facts.get('asked_yen', 0))):,}",
        "limit": f"{int(facts.get('limit_yen', 0)):,}",
        "fact": known,
        **_why(facts, language),
    }


def _why(facts: Facts, language: Language) -> dict[str, str]:
    """What a row of the journal says is told, by the code of its message."""
    if "told" not in facts:
        return {"why": "", "next": ""}
    fault = Fault(str(facts["told"]))
    return {"why": fault.what(language), "next": fault.fix(language)}


def _day(on: date, language: Language) -> str:
    if language is Language.JA:
        return f"{on.year}年{on.month}月{on.day}日"
    return on.isoformat()
