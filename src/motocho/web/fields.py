"""Form fields of all faces: they read what people type, and say what would mend it [入力欄].

A field keeps what was typed, in whatever width; its value comes from the readers of `units`. Labels
and hints are keys of the catalogue. A field's fault stands beside it and in the summary, in the
same words (`templates/web/parts/field.html`, `summary.html`).

>>> from django.conf import settings
>>> form = SignIn({"member_number": "１２３４ ５６７８", "pin": "００１２"})
>>> form.is_valid(), form.cleaned_data["member_number"]
(True, '12345678')
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString

from motocho.units.days import read_date
from motocho.units.errors import Fault, Unread
from motocho.units.money import RateRule, SignRule, rate_text, read_rate_ppm, read_yen, yen_text
from motocho.units.phones import read_phone
from motocho.units.text import MEMBER_NUMBER, folded, read_digits
from motocho.web.words import Said, Tongue, said

PIN_DIGITS = 4
LONGEST_TYPED = 200
"""Signs of one line; nothing that was typed is ever cut: more is refused and shown whole."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a field looks and behaves in a browser [入力欄の属性]."""

    width: str = "wide"
    """wide, amount, number, short: how long the box is; tall: a box of several lines."""
    keyboard: str = "text"
    autocomplete: str = "off"
    conceal: str = ""
    """`conceal` for what is not shown while it is typed."""
    unit: str = ""
    """A key: what stands behind the box (円, %)."""
    echo: str = ""
    """The name of the reader whose reading is shown below while typing: yen, date."""


class LineField(forms.Field):
    """One line that a reader of `units` turns into a value [1行の入力欄]."""

    manner = Manner()
    longest = LONGEST_TYPED

    def __init__(self, label: str, hint: str = "", *, optional: str = "") -> None:
        super().__init__(required=False, label=label)
        self.hint = hint
        self.optional = optional
        """`optional` for a field that may stay empty; each field says which it is."""

    def read(self, text: str) -> Any | Unread:
        """The value that a text means, or why it means none [読取り]."""
        return text

    def faults(self, value: Any) -> Iterable[Fault]:  # noqa: ARG002
        """What is wrong with a value that could be read [範囲の点検]."""
        return ()

    def clean(self, value: Any) -> Any:
        """Django's door to both [検査]."""
        text = str(value or "")
        if self.optional and not text.strip():
            return None
        if len(text) > max(self.longest, LONGEST_TYPED):
            raise refusing(Fault("FCT-011", details={"length": str(self.longest)}))
        found = self.read(text)
        if isinstance(found, Unread):
            raise refusing(found.at())
        for fault in self.faults(found):
            raise refusing(fault)
        return found


def refusing(fault: Fault) -> ValidationError:
    """A fault as Django carries it [検査の誤り]."""
    return ValidationError(fault.code, code=fault.code, params={"fault": fault})


class YenField(LineField):
    """An amount, in any spelling [金額]."""

    manner = Manner(width="amount", unit="frame.yen_unit", echo="yen")

    def __init__(
        self,
        label: str,
        hint: str = "",
        *,
        least_yen: int = 1,
        most_yen: int,
        optional: str = "",
    ) -> None:
        super().__init__(label, hint, optional=optional)
        self.least_yen, self.most_yen = least_yen, most_yen

    def read(self, text: str) -> int | Unread:
        """Whole yen [読取り]; here is no table whose columns could be mixed up."""
        found = read_yen(text, sign=SignRule.NONE)
        if isinstance(found, Unread) and found.code == "AMT-004":
            return replace(found, code="WEB-009")
        return found

    def faults(self, value: int) -> Iterator[Fault]:
        """Whether it lies in the range [範囲の点検]."""
        if not self.least_yen <= value <= self.most_yen:
            details = {"least": yen_text(self.least_yen), "most": yen_text(self.most_yen)}
            yield Fault("WEB-003", details=details)


class RateField(LineField):
    """A yearly rate, in percent or as a fraction [年率]."""

    manner = Manner(width="short", unit="frame.percent_unit")

    def __init__(self, label: str, hint: str = "", *, least_ppm: int, most_ppm: int) -> None:
        super().__init__(label, hint)
        self.least_ppm, self.most_ppm = least_ppm, most_ppm

    def read(self, text: str) -> int | Unread:
        """Parts in a million a year; a bare number from 1 up is percent, below it a part [読取り].

        Why       0.18 and 0.08 are eighteen and eight percent, whatever the least of a field is.
        """
        if not folded(text).rstrip("%"):
            return Unread("WEB-007", text)
        return read_rate_ppm(text, rule=RateRule.TABLE_CELL)

    def faults(self, value: int) -> Iterator[Fault]:
        """Whether it lies in the range [範囲の点検]."""
        if not self.least_ppm <= value <= self.most_ppm:
            details = {"least": rate_text(self.least_ppm), "most": rate_text(self.most_ppm)}
            yield Fault("WEB-004", details=details)


class DateField(LineField):
    """A day, in either calendar [日付]."""

    manner = Manner(width="number", echo="date")

    def read(self, text: str) -> Any | Unread:
        """The day [読取り]."""
        found = read_date(text)
        return found if isinstance(found, Unread) else found.on


class PhoneField(LineField):
    """A telephone number [電話番号]."""

    manner = Manner(width="number", keyboard="tel")

    def read(self, text: str) -> str | Unread:
        """Its digits [読取り]."""
        return read_phone(text)


class MemberNumberField(LineField):
    """The 8 digits of a member [会員番号]."""

    manner = Manner(width="number", keyboard="numeric", autocomplete="username")

    def read(self, text: str) -> str | Unread:
        """Its digits [読取り]."""
        return read_digits(text, MEMBER_NUMBER)


class PinField(LineField):
    """The 4 digits of a PIN: never repeated, not even in a fault [暗証番号]."""

    manner = Manner(
        width="short", keyboard="numeric", autocomplete="current-password", conceal="conceal"
    )

    def read(self, text: str) -> str | Unread:
        """Its digits; the fault knows only how many signs there were [読取り]."""
        plain = "".join(folded(text).split())
        if not plain:
            return Unread("WEB-001", "")
        if len(plain) != PIN_DIGITS or not (plain.isascii() and plain.isdigit()):
            return Unread("WEB-002", "", {"count": str(len(plain))})
        return plain


class WordsField(LineField):
    """Free words, such as a search [自由な語]."""

    def read(self, text: str) -> str:
        """The words in one width [読取り]."""
        return folded(text)


class LinesField(LineField):
    """What somebody writes in their own words, in several lines [自由記述]."""

    manner = Manner(width="tall")
    longest = 1_000_000
    """More than any room takes: the one that keeps the words says how many, and counts them."""


# ------------------------------------------------------------------------------- what a page shows
@dataclass(frozen=True, slots=True)
class Asked:
    """One field as a page shows it [表示する入力欄]."""

    name: str
    label: str
    hint: str
    optional: str
    manner: Manner
    typed: str
    wrong: tuple[Said, ...]

    @property
    def described_by(self) -> str:
        """The ids of what describes the box, for screen readers [説明の参照]."""
        parts = [f"{self.name}-hint"] if self.hint else []
        parts += [f"{self.name}-wrong"] if self.wrong else []
        parts += [f"{self.name}-echo"] if self.manner.echo else []
        return " ".join(parts)


class Form(forms.Form):
    """A form of one page [フォーム]; `use_required_attribute` is off: we say what is missing."""

    use_required_attribute = False

    def asked(self, tongue: Tongue) -> dict[str, Asked]:
        """Its fields by name, with what was typed and what is wrong [入力欄の一覧]."""
        return {name: self._asked(name, tongue) for name in self.fields}

    def _asked(self, name: str, tongue: Tongue) -> Asked:
        line = self.fields[name]
        if not isinstance(line, LineField):
            raise TypeError(name)
        typed = "" if line.manner.conceal else str(self.data.get(name, "") or "")
        return Asked(
            name=name,
            label=str(line.label),
            hint=line.hint,
            optional=line.optional,
            manner=line.manner,
            typed=typed,
            wrong=tuple(said(fault, tongue) for fault in self.faults_of(name)),
        )

    def faults_of(self, name: str) -> list[Fault]:
        """What is wrong with one field [誤り]."""
        if not self.is_bound or name not in self.errors:
            return []
        carried = (error.params or {} for error in self.errors[name].as_data())
        return [params["fault"] for params in carried]

    def refuse(self, name: str, fault: Fault) -> None:
        """Put a fault on a field after the form was read [後からの誤り]."""
        self.add_error(name, refusing(fault))


@dataclass(frozen=True, slots=True)
class FormPage:
    """A form for a template [表示するフォーム]; `fields` by name, `wrong` for the summary."""

    fields: Mapping[str, Asked]
    wrong: tuple[tuple[str, SafeString, SafeString], ...] = field(default=())


def shown(form: Form, tongue: Tongue) -> FormPage:
    """A form as its template takes it [フォームの表示]."""
    asked = form.asked(tongue)
    wrong = tuple((name, one.what, one.fix) for name, it in asked.items() for one in it.wrong)
    return FormPage(asked, wrong)


class SignIn(Form):
    """Number and PIN, on the top page and on the page of signing in [ログイン]."""

    member_number = MemberNumberField("sign_in.number", "sign_in.number_hint")
    pin = PinField("sign_in.pin", "sign_in.pin_hint")
    remember = forms.BooleanField(required=False)

    def asked(self, tongue: Tongue) -> dict[str, Asked]:
        """The two lines; the tick is a plain box [入力欄]."""
        return {name: self._asked(name, tongue) for name in ("member_number", "pin")}
