"""The form of each kind of paper: its boxes, and the record that they make [書面ごとの入力欄].

What cannot be read on a paper stays empty, and is unknown: no rule takes it for yes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from motocho.screening.capacity import Bonus, IncomeKind, Paper, PaperKind, Slip, Whose
from motocho.units.days import read_date
from motocho.units.errors import Fault, Unread
from motocho.units.money import yen_text
from motocho.units.text import folded
from motocho.web.desk._choosing import ChoiceField, labels
from motocho.web.fields import DateField, Form, LineField, Manner, YenField

MOST_YEN = 1_000_000_000
MOST_MONTHS = 99
MONTHS = 3
"""So many pay slips have their boxes: two in a row are asked for, a third may say more."""
BONUSES = 2
INCOMES = labels(IncomeKind, "screening.income")
WHOSE = labels(Whose, "screening.whose")
FOUND: Mapping[str, str] = {"yes": "screening.yes", "no": "screening.no"}
ANSWERS = {"clear": "screening.check_clear", "found": "screening.check_found"}
"""What was found where somebody was looked up."""
_ANSWERS = {"yes": True, "no": False}
_FILED = frozenset({PaperKind.TAX_RETURN, PaperKind.BLUE_STATEMENT, PaperKind.INCOME_BREAKDOWN})
_STEADY = frozenset({IncomeKind.RENT, IncomeKind.BUSINESS})
_FOUR = 4


class YearField(LineField):
    """The year of an income, in either calendar [収入の年]."""

    manner = Manner(width="short", keyboard="numeric")

    def read(self, text: str) -> int | Unread:
        """The year: 2025, 令和7, R7 [読取り]."""
        plain = folded(text).strip().removesuffix("年").removesuffix("分").removesuffix("年")
        if len(plain) == _FOUR and plain.isascii() and plain.isdigit():
            return int(plain)
        for end in (".12.31", "年12月31日"):
            found = read_date(plain + end)
            if not isinstance(found, Unread):
                return found.on.year
        return Unread("SCR-271", text)


class StreamField(LineField):
    """Which income it is, in a few words: two papers of one employer have the same [収入の名前]."""

    longest = 60

    def faults(self, value: str) -> Iterator[Fault]:
        """It must be said [点検]."""
        if not value.strip():
            yield Fault("SCR-270")


class MonthsField(LineField):
    """How many months somebody was paid [支給された月数]."""

    manner = Manner(width="short", keyboard="numeric")

    def read(self, text: str) -> int | Unread:
        """A small whole number [読取り]."""
        plain_text = folded(text).strip().removesuffix("か月").removesuffix("ヶ月")
        is_number = plain_text.isascii() and plain_text.isdigit() and int(plain_text) <= MOST_MONTHS
        return int(plain_text) if is_number else Unread("SCR-273", text)


class PaperForm(Form):
    """What every paper has [書面の共通項目]; the rest is added by its kind."""

    income = ChoiceField("screening.income_kind", known=INCOMES)
    stream = StreamField("screening.stream", "screening.stream_hint")
    whose = ChoiceField("screening.whose_label", known=WHOSE)


def form_for(kind: PaperKind, data: Any = None) -> PaperForm:
    """The form of a kind of paper [書面の入力欄]."""
    form = PaperForm(data)
    for name, field in _boxes(kind):
        form.fields[name] = field
    return form


def _boxes(kind: PaperKind) -> Iterator[tuple[str, LineField]]:
    if kind is PaperKind.PAY_SLIPS:
        for number in range(1, MONTHS + 1):
            optional = "" if number == 1 else "optional"
            yield f"paid_on_{number}", DateField(f"screening.paid_on_{number}", optional=optional)
            yield f"pay_{number}", _yen(f"screening.pay_{number}", optional)
            yield f"tax_{number}", _yen(f"screening.tax_{number}", "optional")
        for number in range(1, BONUSES + 1):
            yield (
                f"bonus_on_{number}",
                DateField(f"screening.bonus_on_{number}", optional="optional"),
            )
            yield f"bonus_{number}", _yen(f"screening.bonus_{number}", "optional")
        return
    yield "year", YearField("screening.year", "screening.year_hint", optional="optional")
    yield "annual", _yen("screening.annual", "")
    if kind in _FILED:
        yield "filed_on", DateField("screening.filed_on", optional="optional")
        yield "in_time", ChoiceField("screening.in_time", known=FOUND, optional="optional")
    else:
        yield "issued_on", DateField("screening.issued_on", optional="optional")
    yield (
        "steady",
        ChoiceField("screening.steady", "screening.steady_hint", known=FOUND, optional="optional"),
    )


def _yen(label: str, optional: str) -> YenField:
    return YenField(label, least_yen=0, most_yen=MOST_YEN, optional=optional)


def checked(form: PaperForm) -> None:
    """What one box cannot know of another: a day has its amount [入力欄の対応]."""
    pairs = [(f"paid_on_{one}", f"pay_{one}") for one in range(1, MONTHS + 1)]
    pairs += [(f"bonus_on_{one}", f"bonus_{one}") for one in range(1, BONUSES + 1)]
    for day, amount in pairs:
        if day not in form.fields or day in form.errors or amount in form.errors:
            continue
        has = [form.cleaned_data.get(one) is not None for one in (day, amount)]
        if has == [True, False]:
            form.refuse(amount, Fault("SCR-272"))
        elif has == [False, True]:
            form.refuse(day, Fault("SCR-272"))


def paper_of(kind: PaperKind, form: PaperForm) -> Paper:
    """The record that a form makes [書面の記録]."""
    typed = form.cleaned_data
    income = IncomeKind(typed["income"])
    return Paper(
        "",
        kind,
        income,
        typed["stream"].strip(),
        Whose(typed["whose"]),
        typed.get("year"),
        typed.get("annual"),
        tuple(_slips(typed)),
        tuple(_bonuses(typed)),
        typed.get("issued_on"),
        typed.get("filed_on"),
        _ANSWERS.get(typed.get("in_time") or ""),
        _ANSWERS.get(typed.get("steady") or "") if income in _STEADY else None,
    )


def _slips(typed: Mapping[str, Any]) -> Iterator[Slip]:
    for one in range(1, MONTHS + 1):
        paid_on, pay_yen = typed.get(f"paid_on_{one}"), typed.get(f"pay_{one}")
        if paid_on is not None and pay_yen is not None:
            yield Slip(paid_on, pay_yen, typed.get(f"tax_{one}"))


def _bonuses(typed: Mapping[str, Any]) -> Iterator[Bonus]:
    for one in range(1, BONUSES + 1):
        paid_on, bonus_yen = typed.get(f"bonus_on_{one}"), typed.get(f"bonus_{one}")
        if paid_on is not None and bonus_yen is not None:
            yield Bonus(paid_on, bonus_yen)


def typed_of(paper: Paper) -> dict[str, str]:
    """What a form held that made a record, to correct it [訂正の初期値]."""
    held: dict[str, Any] = {
        "income": paper.income.value, "stream": paper.stream, "whose": paper.whose.value,
        "year": paper.year, "annual": paper.annual_yen, "issued_on": paper.issued_on,
        "filed_on": paper.filed_on, "in_time": _said(paper.is_filed_in_time),
        "steady": _said(paper.is_steady),
    }  # fmt: skip
    for number, slip in enumerate(paper.slips, 1):
        held |= {f"paid_on_{number}": slip.paid_on, f"pay_{number}": slip.pay_yen,
                 f"tax_{number}": slip.local_tax_yen}  # fmt: skip
    for number, bonus in enumerate(paper.bonuses, 1):
        held |= {f"bonus_on_{number}": bonus.paid_on, f"bonus_{number}": bonus.bonus_yen}
    return {name: _text(name, value) for name, value in held.items() if value is not None}


def _said(answer: object) -> str | None:
    return None if answer is None else "yes" if answer else "no"


def _text(name: str, value: object) -> str:
    if isinstance(value, date):
        return f"{value:%Y/%m/%d}"
    return yen_text(value) if isinstance(value, int) and name != "year" else str(value)
