"""The questions of an application, a form each [申込みの質問].

What was typed is kept as it was typed and read anew whenever it is used: an answer that can be read
no more, because the product or the law changed since, is asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from motocho.kernel.schedule import Scheme
from motocho.loans.products import Product
from motocho.people.members import Person
from motocho.screening.applications import Use
from motocho.screening.applying import Answers, check_amount, handing
from motocho.screening.capacity import law_of
from motocho.screening.decision import offering_of, policy_on
from motocho.units.errors import Fault, Unread
from motocho.units.money import yen_text
from motocho.units.text import folded
from motocho.web.facts import _forms as facts
from motocho.web.fields import DateField, Form, LineField, Manner, YenField

MOST_YEN = 1_000_000_000
LEAST_INCOME_YEN = 10_000
"""A smaller income is asked about: most likely it was meant in 万 (house rule)."""
LAST_DAY = 31


@dataclass(frozen=True, slots=True)
class Ground:
    """What answers are read against [質問の前提]: today, what is sold, the answers so far."""

    today: date
    sold: tuple[Product, ...]
    answers: Answers

    def said(self, question: str, name: str) -> str:
        """What was typed before [前の回答]."""
        return self.answers.get(question, {}).get(name, "")

    @property
    def product(self) -> Product | None:
        """The product that was chosen, or the only one [商品]."""
        wanted = self.said("product", "product")
        named = {one.product_id: one for one in self.sold}
        return named.get(wanted) or (self.sold[0] if len(self.sold) == 1 else None)


class Questioned(Form):
    """A form of one question [質問のフォーム]."""

    def check(self, ground: Ground) -> None:
        """What one field cannot see [質問の点検]; faults go on the form."""

    def choices(self, ground: Ground) -> Mapping[str, Mapping[str, str]]:  # noqa: ARG002
        """The options of its fields, by the field's name [選択肢]."""
        return {
            name: one.options
            for name, one in self.fields.items()
            if isinstance(one, facts.ChoiceField)
        }


# ------------------------------------------------------------------------------- who, and where
class BirthdayForm(Questioned):
    """When somebody was born [生年月日]."""

    born_on = DateField("recover.born", "recover.born_hint")

    def check(self, ground: Ground) -> None:
        """Whether that age may apply at all: nobody fills in pages for nothing [年齢の点検]."""
        age = _age(self.cleaned_data["born_on"], ground.today)
        product = ground.product or (ground.sold[0] if ground.sold else None)
        if self.cleaned_data["born_on"] > ground.today:
            self.refuse("born_on", Fault("APY-012"))
            return
        if product is None:
            return
        of_age = law_of(ground.today).row("person.age_of_majority").number()
        house = policy_on(ground.today, offering_of(product)).house
        if age < of_age:
            self.refuse("born_on", Fault("SCR-131", details={"age": str(of_age)}))
        elif not house.least_age <= age <= house.most_age:
            details = {"least": str(house.least_age), "most": str(house.most_age)}
            self.refuse("born_on", Fault("SCR-134", details=details))


def _age(born_on: date, today: date) -> int:
    had = (today.month, today.day) >= (born_on.month, born_on.day)
    return today.year - born_on.year - (0 if had else 1)


class EmailForm(Questioned):
    """The address that links and codes go to [メールアドレス]."""

    email = facts.EmailField("apply.email.field", "apply.email.hint")


class NameForm(Questioned):
    """A name with its reading [氏名]."""

    family_name = facts.GivenNameField("changing.family_name", "family-name")
    given_name = facts.GivenNameField("changing.given_name", "given-name")
    family_kana = facts.KanaField("changing.family_kana", "changing.kana_hint")
    given_kana = facts.KanaField("changing.given_kana", "changing.kana_hint")


class AddressForm(Questioned):
    """Where somebody lives [住所]."""

    postcode = facts.PostcodeField("changing.postcode", "changing.postcode_hint")
    address = facts.AddressField("changing.address", "changing.address_hint")


class PhoneForm(Questioned):
    """A telephone number of one's own [電話番号]."""

    phone = facts.OwnPhoneField("changing.phone", "changing.phone_hint")


# -------------------------------------------------------------------------------- work and income
WORKS: Mapping[str, str] = {
    "employee": "apply.work.employee",
    "part_time": "apply.work.part_time",
    "self_employed": "apply.work.self_employed",
    "pension": "apply.work.pension",
    "homemaker": "apply.work.homemaker",
    "student": "apply.work.student",
    "none": "apply.work.none",
}
EMPLOYED = frozenset({"employee", "part_time", "self_employed"})
"""Who has a workplace to be named."""


class WorkForm(Questioned):
    """What somebody does [職業]."""

    work = facts.ChoiceField("apply.work.field", WORKS)


class EmployerForm(Questioned):
    """Where somebody works, since when [勤務先]."""

    employer = facts.EmployerField("changing.employer", "changing.employer_hint")
    since = DateField("apply.employer.since", "apply.employer.since_hint")
    work_address = facts.AddressField("apply.employer.address", "changing.address_hint")
    work_phone = facts.OwnPhoneField("apply.employer.phone", "changing.phone_hint")

    def check(self, ground: Ground) -> None:
        """Nobody works from tomorrow on [日付の点検]."""
        if self.cleaned_data["since"] > ground.today:
            self.refuse("since", Fault("APY-012"))


class IncomeForm(Questioned):
    """What somebody earns in a year [年収]; no amount stands there before."""

    yearly = YenField("changing.yearly", "changing.yearly_hint", least_yen=0, most_yen=MOST_YEN)

    def check(self, ground: Ground) -> None:  # noqa: ARG002
        """Nobody earns 300 yen in a year: 万 was left out [年収の点検]."""
        yearly_yen = self.cleaned_data["yearly"]
        if 0 < yearly_yen < LEAST_INCOME_YEN:
            self.refuse("yearly", Fault("APY-013", details={"yen": yen_text(yearly_yen)}))


class DebtsForm(Questioned):
    """What is borrowed of other money lenders [他社の借入残高]."""

    others = YenField("apply.debts.field", "apply.debts.hint", least_yen=0, most_yen=MOST_YEN)


# ------------------------------------------------------------------------------- what is wanted
class ListedField(facts.ChoiceField):
    """One of those of the day: the form looks which there are [その日の選択肢]."""

    def __init__(self, label: str) -> None:
        super().__init__(label, {})

    def read(self, text: str) -> str | Unread:
        """What was chosen [読取り]."""
        return text or facts.empty(self.label, "FCT-010")


class ProductForm(Questioned):
    """Which product [商品]; asked where there are several, by their titles."""

    product = ListedField("apply.product.field")

    def choices(self, ground: Ground) -> Mapping[str, Mapping[str, str]]:
        """What is sold today [選択肢]."""
        return {"product": {one.product_id: "" for one in ground.sold}}

    def check(self, ground: Ground) -> None:
        """Whether it is sold today [商品の点検]."""
        if self.cleaned_data["product"] not in self.choices(ground)["product"]:
            self.refuse("product", Fault("SCR-216"))


class AmountForm(Questioned):
    """How high a limit is wanted [希望の限度額]; no amount stands there before, and no slider."""

    amount = YenField("apply.amount.field", "apply.amount.hint", least_yen=0, most_yen=MOST_YEN)

    def check(self, ground: Ground) -> None:
        """Whether the product has such a limit [金額の点検]."""
        product = ground.product
        if product is None:
            return
        policy = policy_on(ground.today, offering_of(product))
        fault = check_amount(self.cleaned_data["amount"], policy)
        if fault is not None:
            self.refuse("amount", fault)


SCHEMES: Mapping[str, str] = {
    Scheme.EVERY_35_DAYS.name.lower(): "apply.due.by_cycle",
    Scheme.MONTHLY.name.lower(): "apply.due.by_month",
}


class CountField(LineField):
    """A small whole number, as a day of the month or an age [小さい数]."""

    manner = Manner(width="short", keyboard="numeric")

    def __init__(self, label: str, hint: str, code: str, most: int, *, optional: str = "") -> None:
        super().__init__(label, hint, optional=optional)
        self.code, self.most = code, most

    def read(self, text: str) -> int | Unread:
        """The number, with or without its unit [読取り]."""
        plain = folded(text).removesuffix("日").removesuffix("歳").strip()
        if not plain:
            return facts.empty(self.label)
        is_good = plain.isascii() and plain.isdigit() and 1 <= int(plain) <= self.most
        return int(plain) if is_good else Unread(self.code, text)


class DueForm(Questioned):
    """When one pays [返済期日]."""

    scheme = facts.ChoiceField("apply.due.field", SCHEMES)
    day = CountField(
        "apply.due.day", "apply.due.day_hint", "APY-007", LAST_DAY, optional="optional"
    )

    def choices(self, ground: Ground) -> Mapping[str, Mapping[str, str]]:
        """Those of the product [選択肢]."""
        product = ground.product
        offered = {one.name.lower() for one in product.schemes} if product else set(SCHEMES)
        return {"scheme": {name: key for name, key in SCHEMES.items() if name in offered}}

    def check(self, ground: Ground) -> None:
        """A day belongs to a month, and to nothing else [期日の点検]."""
        scheme = self.cleaned_data["scheme"]
        if scheme not in self.choices(ground)["scheme"]:
            self.refuse("scheme", Fault("SCR-216"))
        elif scheme == Scheme.MONTHLY.name.lower() and self.cleaned_data["day"] is None:
            self.refuse("day", Fault("APY-007"))


USES: Mapping[str, str] = {one.value: f"apply.use.{one.value}" for one in Use}


class UseForm(Questioned):
    """What the money is for [資金使途]."""

    use = facts.ChoiceField("apply.use.field", USES)


class AccountForm(Questioned):
    """The account that draws are paid to: one's own [振込先口座]."""

    bank = facts.TextField("changing.bank", "changing.bank_hint")
    branch = facts.TextField("changing.branch", "changing.branch_hint")
    account_kind = facts.ChoiceField("changing.account_kind", facts.ACCOUNT_KINDS)
    number = facts.AccountNumberField("changing.number", "changing.number_hint")

    def check(self, ground: Ground) -> None:
        """Whether bank and branch are found [口座の点検]."""
        self.account(holder_of(ground))

    def account(self, person: Person) -> Any:
        """The account, its bank and branch looked up; None with its faults [口座の値]."""
        found = facts.AccountForm(self.data)
        if not found.is_valid():
            return None
        value = found.value(person)
        for name in self.fields:
            for fault in found.faults_of(name):
                self.refuse(name, fault)
        return value


def holder_of(ground: Ground) -> Person:
    """Whose an account is, by what was said [口座の名義人]."""
    names = ("family_name", "given_name", "family_kana", "given_kana")
    form = NameForm({name: ground.said("name", name) for name in names})
    said = form.cleaned_data if form.is_valid() else dict.fromkeys(names, "")
    family, given, family_kana, given_kana = (str(said.get(name, "")) for name in names)
    return Person(family, given, family_kana, given_kana, ground.today)


# ------------------------------------------------------------------------- papers, calls, consents
class PapersForm(Questioned):
    """Which paper shows who somebody is [本人確認書類]; those that count today."""

    paper = ListedField("apply.papers.field")

    def choices(self, ground: Ground) -> Mapping[str, Mapping[str, str]]:
        """Those of the day [選択肢]."""
        counted = handing.papers_on(ground.today)
        return {"paper": {one.value: f"apply.paper.{one.value}" for one in counted}}

    def check(self, ground: Ground) -> None:
        """Whether the paper still counts [書類の点検]."""
        if self.cleaned_data["paper"] not in self.choices(ground)["paper"]:
            self.refuse("paper", facts.empty("apply.papers.field", "FCT-010").at())


CALLS: Mapping[str, str] = {
    "papers": "apply.call.papers",
    "call": "apply.call.call",
}


class CallForm(Questioned):
    """How the employment may be confirmed [在籍確認]: by papers; by a call if it is wanted so."""

    way = facts.ChoiceField("apply.call.field", CALLS)
    hours = facts.TextField("apply.call.hours", "apply.call.hours_hint", optional="optional")
    caller = facts.TextField("apply.call.caller", "apply.call.caller_hint", optional="optional")

    def check(self, ground: Ground) -> None:  # noqa: ARG002
        """A call has its hours [時間帯の点検] · DESK-003."""
        if self.cleaned_data["way"] == "call" and not self.cleaned_data["hours"]:
            self.refuse("hours", facts.empty("apply.call.hours").at())


AGREED, REFUSED = "agree", "refuse"
SAYS: Mapping[str, str] = {AGREED: "apply.consent.agree", REFUSED: "apply.consent.refuse"}


class NeededConsentForm(Questioned):
    """A consent without which nobody can look at an application [審査に要る同意]."""

    say = facts.ChoiceField("apply.consent.field", SAYS)

    def check(self, ground: Ground) -> None:  # noqa: ARG002
        """Without it nothing goes on: who does not want that leaves [同意の点検]."""
        if self.cleaned_data["say"] != AGREED:
            self.refuse("say", Fault("APY-006"))


class ConsentForm(Questioned):
    """A consent that may be refused, with the same result [選べる同意]."""

    say = facts.ChoiceField("apply.consent.field", SAYS)


# ------------------------------------------------------------------------------------ the questions
def _always(ground: Ground) -> bool:  # noqa: ARG001
    return True


def _works(ground: Ground) -> bool:
    return ground.said("work", "work") in EMPLOYED


def _several(ground: Ground) -> bool:
    return len(ground.sold) > 1


@dataclass(frozen=True, slots=True)
class Question:
    """One page of the application [質問]; `words` are those that are agreed to on it."""

    slug: str
    form: type[Questioned]
    is_asked: Callable[[Ground], bool] = _always
    words: tuple[str, ...] = ()

    def read(self, typed: Mapping[str, str] | None, ground: Ground) -> Questioned:
        """Its form with what was typed, checked [質問の読取り]."""
        form = self.form(typed)
        if form.is_bound and form.is_valid():
            form.check(ground)
        return form


BUREAU_WORDS = tuple(
    f"apply.consent.bureau_{name}" for name in ("inquiry", "report", "members", "other_bureaus")
)
DELIVERY_WORDS = (
    "apply.consent.delivery_words",
    "apply.consent.delivery_back",
    "apply.consent.version",
)
DATA_WORDS = (
    "apply.consent.data_words",
    "apply.consent.data_shared",
    "apply.consent.version",
)
QUESTIONS: Sequence[Question] = (
    Question("birthday", BirthdayForm),
    Question("email", EmailForm),
    Question("name", NameForm),
    Question("address", AddressForm),
    Question("phone", PhoneForm),
    Question("work", WorkForm),
    Question("employer", EmployerForm, _works),
    Question("income", IncomeForm),
    Question("debts", DebtsForm),
    Question("product", ProductForm, _several),
    Question("amount", AmountForm),
    Question("due", DueForm),
    Question("use", UseForm),
    Question("account", AccountForm),
    Question("papers", PapersForm),
    Question("call", CallForm, _works),
    Question("bureau", NeededConsentForm, words=(*BUREAU_WORDS, "apply.consent.version")),
    Question("delivery", ConsentForm, words=DELIVERY_WORDS),
    Question("data", NeededConsentForm, words=DATA_WORDS),
)


def asked(ground: Ground) -> tuple[Question, ...]:
    """The questions that these answers lead to [答える質問]."""
    return tuple(one for one in QUESTIONS if one.is_asked(ground))


def open_of(ground: Ground) -> Question | None:
    """The first that is not answered, or can be read no more [未回答の質問]."""
    for one in asked(ground):
        typed = ground.answers.get(one.slug)
        if typed is None or one.read(typed, ground).errors:
            return one
    return None
