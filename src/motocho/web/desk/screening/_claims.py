"""The form of each kind of claim: its boxes, its papers, and what they make [除外・例外の入力欄].

What nobody looked at stays empty and is unknown: an unknown condition excludes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from motocho.screening.applications import claims
from motocho.screening.capacity import (
    ContractKind,
    Cost,
    ExclusionKind,
    Plans,
    law_of,
    reliefs,
)
from motocho.units.errors import Fault, FaultyInput, Unread
from motocho.units.money import (
    MAX_RATE_PPM,
    RateRule,
    SignRule,
    rate_text,
    read_rate_ppm,
    read_yen,
)
from motocho.units.text import folded
from motocho.web.desk._choosing import ChoiceField, labels
from motocho.web.desk.screening._papers import FOUND, MOST_YEN, MonthsField
from motocho.web.fields import DateField, Form, LineField, LinesField, RateField, YenField
from motocho.web.words import Tongue, plain, yen

Claim = claims.Claim
Content = claims.Content
Kind = claims.Kind
PAPER = "paper_"
_RELIEF = "relief_"
_ANSWERS = {"yes": True, "no": False}
_YES = {"yes": True, "no": False, "はい": True, "いいえ": False}
_DEBT_PARTS = 6
_FOUR = 4
_BETWEEN = re.compile(r"[\t、;/]|,\s+")
"""What stands between the parts of a debt; a bare comma may stand within an amount."""
EXCLUSIONS = labels(ExclusionKind, "screening.exclusion_kind")
COSTS = labels(Cost, "screening.cost")
SEEN = labels(Plans, "screening.seen")
CONTRACTS = labels(ContractKind, "screening.contract_kind")
_LENT = ("own_yen", "own_third_yen", "others_yen", "others_third_yen")
_CHOICES: Mapping[str, Mapping[str, str]] = {"cost": COSTS, "seen": SEEN}
_KINDS: Mapping[Kind, Mapping[str, str]] = {Kind.EXCLUSION: EXCLUSIONS, Kind.BRIDGE: CONTRACTS}
"""What `kind` means where a claim has one."""
_TERM = ("lent_on", "last_due_on")
_REFINANCE = (
    "debts", "rate_ppm", "monthly_yen", "total_yen", "other_costs_yen", "principal_parts_yen",
    "takes_new_collateral", "collateral_is_worse", "takes_new_guarantor", "guarantee_is_worse",
)  # fmt: skip
ASKED: Mapping[Kind, tuple[str, ...]] = {
    Kind.EXCLUSION: (
        "kind", "is_for_that_purpose", "has_title", "value_yen", "is_home_or_livelihood",
        "harms_living", "is_within_capacity",
    ),
    Kind.FAVOURABLE_REFINANCE: _REFINANCE,
    Kind.STEPWISE_REFINANCE: _REFINANCE,
    Kind.URGENT_MEDICAL: ("is_urgent_medical", "has_such_a_loan", "is_within_capacity"),
    Kind.URGENT_NEED: (
        "cost", *_TERM, "is_urgent", "is_handed_over_abroad", "is_within_capacity",
    ),
    Kind.SPOUSE: ("consents", "income_yen", *_LENT),
    Kind.BUSINESS: ("is_real", "seen", "is_within_capacity"),
    Kind.NEW_BUSINESS: ("has_no_business", "is_surely_for_it", "is_within_capacity"),
    Kind.BRIDGE: ("kind", *_TERM, "is_bank_sure"),
    Kind.SPOUSE_EMPLOYMENT: (
        "changed_on", "is_employer", "new_confirmed_on", "months_paid", "confirmed_on",
    ),
    Kind.SPOUSE_LENT: ("total_yen", "income_yen"),
    Kind.RELIEFS: (),
}  # fmt: skip
"""What is asked of each kind, in the order of its page."""
_NEEDED: Mapping[Kind, frozenset[str]] = {
    Kind.EXCLUSION: frozenset({"kind"}),
    Kind.FAVOURABLE_REFINANCE: frozenset(_REFINANCE[:6]),
    Kind.STEPWISE_REFINANCE: frozenset(_REFINANCE[:6]),
    Kind.URGENT_NEED: frozenset({"cost", *_TERM}),
    Kind.BRIDGE: frozenset({"kind", *_TERM}),
    Kind.SPOUSE_LENT: frozenset({"total_yen", "income_yen"}),
}
"""Without which there is no claim; everything else may be unknown."""


class DebtsField(LinesField):
    """Debts that are paid off, one a line [弁済される債務]."""

    def read(self, text: str) -> list[dict[str, Any]] | Unread:
        """Creditor, whether a money lender, balance, rate, a month, all that is left [読取り]."""
        found = []
        for number, line in enumerate(_lines(text), 1):
            one = _debt(line)
            if one is None:
                return Unread("SCR-276", line, {"line": str(number)})
            found.append(one)
        return found or Unread("SCR-276", text, {"line": "1"})


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def _debt(line: str) -> dict[str, Any] | None:
    parts = _BETWEEN.split(line)
    if len(parts) != _DEBT_PARTS:
        parts = line.split(",")
    if len(parts) != _DEBT_PARTS:
        return None
    parts = [one.strip() for one in parts]
    creditor, lender, *amounts = parts
    balance, monthly, total = (read_yen(amounts[one], sign=SignRule.NONE) for one in (0, 2, 3))
    rate = read_rate_ppm(amounts[1], rule=RateRule.TABLE_CELL)
    is_lender = _YES.get(folded(lender).strip().lower())
    if not creditor or is_lender is None:
        return None
    if any(isinstance(one, Unread) for one in (balance, monthly, total, rate)):
        return None
    return {
        "creditor": creditor, "is_money_lender": is_lender, "balance_yen": balance,
        "rate_ppm": rate, "monthly_yen": monthly, "total_yen": total,
    }  # fmt: skip


class PartsField(LinesField):
    """The principal of each payment, one a line, or an amount and how often [元本の内訳]."""

    def read(self, text: str) -> list[int] | Unread:
        """Whole yen, in order: 10,000 or 10,000 x 36 [読取り]."""
        found: list[int] = []
        for number, line in enumerate(_lines(text), 1):
            amount, _, times = folded(line).replace("×", "x").replace("*", "x").partition("x")
            part_yen = read_yen(amount.strip(), sign=SignRule.NONE)
            often = times.strip() or "1"
            is_count = often.isascii() and often.isdigit() and len(often) < _FOUR
            if isinstance(part_yen, Unread) or not is_count:
                return Unread("SCR-277", line, {"line": str(number)})
            found += [part_yen] * int(often)
        return found or Unread("SCR-277", text, {"line": "1"})


# -------------------------------------------------------------------------------------- the form
def form_for(kind: Kind, on: date, offered: Mapping[str, str], data: Any = None) -> Form:
    """The form of a kind of claim [除外・例外の入力欄].

    Takes     the day whose law names its papers; the documents that may be chosen for them.
    """
    form = Form(data)
    for name in ASKED[kind]:
        form.fields[name] = _box(kind, name)
    for name in _reliefs() if kind is Kind.RELIEFS else ():
        label = f"screening.relief_{name}"
        form.fields[f"{_RELIEF}{name}"] = ChoiceField(label, known=FOUND, optional="optional")
    for name in papers_of(kind, on):
        label = f"screening.proof_{name}"
        form.fields[f"{PAPER}{name}"] = ChoiceField(label, known=offered, optional="optional")
    return form


def _box(kind: Kind, name: str) -> LineField:
    label = f"screening.claim_{name}"
    optional = "" if name in _NEEDED.get(kind, ()) else "optional"
    known = _KINDS.get(kind) if name == "kind" else _CHOICES.get(name)
    if known is not None:
        return ChoiceField(label, known=known, optional=optional)
    special: Mapping[str, Callable[[], LineField]] = {
        "debts": lambda: DebtsField(label, "screening.claim_debts_hint"),
        "principal_parts_yen": lambda: PartsField(label, "screening.claim_parts_hint"),
        "rate_ppm": lambda: RateField(label, least_ppm=0, most_ppm=MAX_RATE_PPM),
        "months_paid": lambda: MonthsField(label, optional=optional),
    }
    if name in special:
        return special[name]()
    if name.endswith("_yen"):
        return YenField(label, least_yen=0, most_yen=MOST_YEN, optional=optional)
    if name.endswith("_on"):
        return DateField(label, optional=optional)
    return ChoiceField(label, known=FOUND, optional=optional)


def _reliefs() -> tuple[str, ...]:
    return tuple(name.removeprefix("lending.relief_") for name in reliefs())


def papers_of(kind: Kind, on: date) -> tuple[str, ...]:
    """The papers that the law of a day names for a kind, each once [証する書面]."""
    law = law_of(on)
    if kind is Kind.EXCLUSION:
        row = law.row("lending.exclusions")
        texts = [row.word(one.value) for one in ExclusionKind]
    elif kind in claims.PROVEN:
        row = law.row("lending.exceptions")
        names = [kind.value] + ["urgent_need_abroad"] * (kind is Kind.URGENT_NEED)
        texts = [row.word(f"{name}_papers") for name in names]
    else:
        return ()
    found = [part for text in texts for part in text.split("+") if part != "none"]
    return tuple(dict.fromkeys(found))


def checked(kind: Kind, form: Form) -> None:
    """What one box cannot know of another: sums of a spouse stand together [入力欄の対応]."""
    if kind is not Kind.SPOUSE or form.errors:
        return
    if any(form.cleaned_data.get(name) is not None for name in _LENT):
        for name in _LENT[:2]:
            if form.cleaned_data.get(name) is None:
                form.refuse(name, Fault("SCR-278"))


def claim_of(kind: Kind, form: Form) -> Claim:
    """What a form says that is claimed [申出の内容].

    Raises    FaultyInput where the boxes make no claim of their kind.
    """
    typed = form.cleaned_data
    chosen = {
        name.removeprefix(PAPER): str(value)
        for name, value in typed.items()
        if name.startswith(PAPER) and value
    }
    return Claim(kind, content_of(kind, typed), chosen)


def content_of(kind: Kind, typed: Mapping[str, Any]) -> Content:
    """The same without its papers [申出の事実]."""
    stated = dict(_stated(kind, typed))
    if kind is Kind.SPOUSE:
        lent = {name: stated.pop(name) for name in _LENT if name in stated}
        if lent:
            stated["lent"] = {"others_yen": None, "others_third_yen": None} | lent
    if kind is Kind.RELIEFS:
        names = [one for one in _reliefs() if _ANSWERS.get(typed.get(f"{_RELIEF}{one}") or "")]
        stated["names"] = names
    if "confirmed_on" in stated:
        stated["confirmed_on"] = [stated["confirmed_on"]]
    return claims.content_of(kind, stated)


def _stated(kind: Kind, typed: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in ASKED[kind]:
        value = typed.get(name)
        if value is None or value == "":
            continue
        is_answer = isinstance(value, str) and name not in {"kind", *_CHOICES}
        yield name, _ANSWERS[value] if is_answer else value


def read_claim(kind: Kind, form: Form) -> tuple[Claim | None, tuple[Fault, ...]]:
    """What a form that was sent claims; None with what stands against it [申出の読取り].

    What is wrong with one box stands at the box and is not told a second time.
    """
    is_read = form.is_valid()
    checked(kind, form)
    if not is_read or form.errors:
        return None, ()
    try:
        return claim_of(kind, form), ()
    except FaultyInput as error:
        return None, tuple(error.faults)


# -------------------------------------------------------------------------------------- showing
def value_text(name: str, value: Any, kind: Kind, tongue: Tongue) -> str:
    """A fact of a claim as its page shows it [表示]."""
    if isinstance(value, list):
        return " · ".join(_run(name, list(alike), tongue) for _, alike in groupby(value))
    if isinstance(value, bool):
        return plain(FOUND["yes" if value else "no"], tongue)
    known = _KINDS.get(kind, {}) if name == "kind" else _CHOICES.get(name, {})
    if str(value) in known:
        return plain(known[str(value)], tongue)
    if isinstance(value, int) and name.endswith("_yen"):
        return yen(value, tongue)
    if isinstance(value, int) and name.endswith("_ppm"):
        return rate_text(value)
    return str(value).replace("-", "/") if name.endswith("_on") else str(value)


def _run(name: str, alike: list[Any], tongue: Tongue) -> str:
    """One of a list, and how often it stands there in a row."""
    one = alike[0]
    if isinstance(one, Mapping):
        text = _debt_text(one, tongue)
    elif name == "names":
        text = plain(f"screening.relief_{one}", tongue)
    elif name.endswith("_on"):
        text = str(one).replace("-", "/")
    else:
        text = yen(one, tongue) if isinstance(one, int) else str(one)
    return text if len(alike) == 1 else f"{text} × {len(alike)}"


def _debt_text(one: Mapping[str, Any], tongue: Tongue) -> str:
    return plain(
        "screening.claim_debt",
        tongue,
        creditor=one["creditor"],
        lender=plain(FOUND["yes" if one["is_money_lender"] else "no"], tongue),
        balance=yen(one["balance_yen"], tongue),
        rate=rate_text(one["rate_ppm"]),
        monthly=yen(one["monthly_yen"], tongue),
        total=yen(one["total_yen"], tongue),
    )
