"""What a member types to change a registered fact, read into its value [変更の入力].

Each form gives the value of its fact, or none with its faults; the account is always the member's
own, so that its holder is never asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TypeAlias

from motocho.outside import banks
from motocho.outside.bank import account_name
from motocho.people.facts import values
from motocho.people.members import Person
from motocho.units.days import read_date
from motocho.units.errors import Fault, Unread
from motocho.units.text import POSTCODE, folded, read_digits, without_blanks
from motocho.web.fields import DateField, Form, LineField, Manner, YenField
from motocho.web.words import Tongue, plain

LONGEST_NAME = 40
MOST_INCOME_YEN = 1_000_000_000
AHEAD_DAYS = 90
"""So far ahead a change may be told."""
YEARS_BACK = 5
_TO_KATAKANA = {code: code + ord("ァ") - ord("ぁ") for code in range(ord("ぁ"), ord("ゖ") + 1)}


# ------------------------------------------------------------------------------------------ fields
def empty(label: object, code: str = "FCT-003") -> Unread:
    """Nothing was typed, or chosen, in a field of a name [未入力]."""
    key = str(label)
    return Unread(code, "", {"name": plain(key, Tongue.JA), "name_en": plain(key, Tongue.EN)})


class TextField(LineField):
    """A line of text of a length [1行の文字]."""

    longest = LONGEST_NAME

    def read(self, text: str) -> str | Unread:
        """The text as it was typed, without blanks around it [読取り]."""
        line = " ".join(text.split())
        if not line:
            return empty(self.label)
        if len(line) > self.longest or not line.isprintable():
            return Unread("FCT-011", "", {"length": str(self.longest)})
        return line


class GivenNameField(TextField):
    """A name: variant forms of kanji stay as they are typed [氏名]."""

    def __init__(self, label: str, autocomplete: str) -> None:
        super().__init__(label)
        self.manner = Manner(autocomplete=autocomplete)


class KanaField(TextField):
    """A reading, typed in any kana, kept in katakana [ふりがな]."""

    def read(self, text: str) -> str | Unread:
        """Full-width katakana [読取り]."""
        line = super().read(folded(text))
        if isinstance(line, Unread):
            return line
        kana = line.translate(_TO_KATAKANA)
        is_kana = all("ァ" <= sign <= "ヶ" or sign in "ー・ " for sign in kana)
        return kana if is_kana else Unread("FCT-002", text)


class PostcodeField(LineField):
    """Seven digits [郵便番号]."""

    manner = Manner(width="short", keyboard="numeric", autocomplete="postal-code")

    def read(self, text: str) -> str | Unread:
        """Its digits [読取り]."""
        digits = read_digits(text, POSTCODE)
        if isinstance(digits, Unread):
            count = sum(sign.isdigit() for sign in folded(text))
            return Unread("FCT-001", text, {"count": str(count)})
        return digits


class AddressField(TextField):
    """An address below its postcode [住所]."""

    manner = Manner(autocomplete="street-address")
    longest = values.LONGEST_TEXT

    def read(self, text: str) -> str | Unread:
        """The address in one width [読取り]."""
        return super().read(folded(text))


class OwnPhoneField(LineField):
    """A telephone number of a person [電話番号]."""

    manner = Manner(width="number", keyboard="tel", autocomplete="tel")

    def read(self, text: str) -> values.Phone | Unread:
        """The number [読取り]."""
        return values.read_phone(text) if text.strip() else empty(self.label)


class EmailField(LineField):
    """An e-mail address: nothing of it can end a header's line [メールアドレス]."""

    manner = Manner(keyboard="email", autocomplete="email")
    longest = values.LONGEST_EMAIL

    def read(self, text: str) -> values.Email | Unread:
        """The address [読取り]."""
        return values.read_email(text) if text.strip() else empty(self.label)


class EmployerField(LineField):
    """The name of a workplace [勤務先]."""

    manner = Manner(autocomplete="organization")

    def read(self, text: str) -> values.Employer | Unread:
        """The workplace [読取り]."""
        return values.read_employer(text) if text.strip() else empty(self.label)


class YearField(LineField):
    """A year, in either calendar [年]."""

    manner = Manner(width="short")

    def read(self, text: str) -> int | Unread:
        """The year [読取り]."""
        year = without_blanks(text).removesuffix("年")
        if not year:
            return empty(self.label)
        if year.isascii() and year.isdigit():
            return int(year) if len(year) == len("2026") else Unread("DAT-002", text)
        found = read_date(f"{year}年12月31日")
        return found if isinstance(found, Unread) else found.on.year


class ChoiceField(LineField):
    """One of a few [選択]."""

    def __init__(self, label: str, options: Mapping[str, str], hint: str = "") -> None:
        super().__init__(label, hint)
        self.options = options

    def read(self, text: str) -> str | Unread:
        """What was chosen [読取り]."""
        return text if text in self.options else empty(self.label, "FCT-010")


class AccountNumberField(LineField):
    """Seven digits [口座番号]."""

    manner = Manner(width="number", keyboard="numeric")

    def read(self, text: str) -> str | Unread:
        """Its digits [読取り]."""
        digits = without_blanks(text).replace("-", "")
        is_good = len(digits) == len("1234567") and digits.isascii() and digits.isdigit()
        return digits if is_good else Unread("FCT-009", "", {"count": str(len(digits))})


# ------------------------------------------------------------------------------------------- forms
FROM = "from_on"
"""The name of the field that says from when on a change holds."""


class _Dated(Form):
    """A form of a change that holds from a day on [変更の入力]."""

    def effective_on(self, today: date) -> date | None:
        """From which day it holds; None if the day cannot be [適用開始日]."""
        wanted: date | None = self.cleaned_data.get(FROM)
        if wanted is None:
            return today
        if not today <= wanted <= today + timedelta(days=AHEAD_DAYS):
            self.refuse(FROM, Fault("FCT-004", details={"days": str(AHEAD_DAYS)}))
            return None
        return wanted


class FromField(DateField):
    """From which day on a change holds [適用開始日]."""

    def __init__(self) -> None:
        super().__init__("changing.from", "changing.from_hint", optional="optional")


class NameForm(_Dated):
    """A name with its reading [氏名]: it holds from the day it is told.

    Why       banks and people are matched by one name, and that is the one that was told last.
    """

    family_name = GivenNameField("changing.family_name", "family-name")
    given_name = GivenNameField("changing.given_name", "given-name")
    family_kana = KanaField("changing.family_kana", "changing.kana_hint")
    given_kana = KanaField("changing.given_kana", "changing.kana_hint")

    def value(self, person: Person) -> values.Name:  # noqa: ARG002
        """The name [値]."""
        names = ("family_name", "given_name", "family_kana", "given_kana")
        return values.Name(*(self.cleaned_data[name] for name in names))


class AddressForm(_Dated):
    """Where somebody lives [住所]."""

    postcode = PostcodeField("changing.postcode", "changing.postcode_hint")
    address = AddressField("changing.address", "changing.address_hint")
    from_on = FromField()

    def value(self, person: Person) -> values.Address:  # noqa: ARG002
        """The address [値]."""
        return values.Address(self.cleaned_data["postcode"], self.cleaned_data["address"])


class PhoneForm(_Dated):
    """A telephone number [電話番号]."""

    phone = OwnPhoneField("changing.phone", "changing.phone_hint")
    from_on = FromField()

    def value(self, person: Person) -> values.Phone:  # noqa: ARG002
        """The number [値]."""
        phone: values.Phone = self.cleaned_data["phone"]
        return phone


class EmailForm(_Dated):
    """An e-mail address [メールアドレス]."""

    email = EmailField("changing.email", "changing.email_hint")

    def value(self, person: Person) -> values.Email:  # noqa: ARG002
        """The address [値]."""
        email: values.Email = self.cleaned_data["email"]
        return email


class EmployerForm(_Dated):
    """Where somebody works [勤務先]."""

    employer = EmployerField("changing.employer", "changing.employer_hint")
    from_on = FromField()

    def value(self, person: Person) -> values.Employer:  # noqa: ARG002
        """The workplace [値]."""
        employer: values.Employer = self.cleaned_data["employer"]
        return employer


class IncomeForm(_Dated):
    """What somebody earned in a year [年収]."""

    yearly = YenField(
        "changing.yearly", "changing.yearly_hint", least_yen=0, most_yen=MOST_INCOME_YEN
    )
    of_year = YearField("changing.of_year", "changing.of_year_hint")

    def value(self, person: Person) -> values.Income:  # noqa: ARG002
        """The income [値]."""
        return values.Income(self.cleaned_data["yearly"], self.cleaned_data["of_year"])

    def effective_on(self, today: date) -> date | None:
        """Today, if the year is a late one [適用開始日]."""
        year = self.cleaned_data["of_year"]
        if today.year - YEARS_BACK <= year <= today.year:
            return today
        details = {"least": str(today.year - YEARS_BACK), "most": str(today.year)}
        self.refuse("of_year", Fault("FCT-013", details=details))
        return None


ACCOUNT_KINDS: Mapping[str, str] = {
    values.AccountKind.ORDINARY.value: "changing.ordinary",
    values.AccountKind.CURRENT.value: "changing.current",
    values.AccountKind.SAVINGS.value: "changing.savings",
}


class AccountForm(_Dated):
    """The account that draws are paid to: the member's own [振込先口座]."""

    bank = TextField("changing.bank", "changing.bank_hint")
    branch = TextField("changing.branch", "changing.branch_hint")
    account_kind = ChoiceField("changing.account_kind", ACCOUNT_KINDS)
    number = AccountNumberField("changing.number", "changing.number_hint")

    def value(self, person: Person) -> values.BankAccount | None:
        """The account, its bank and branch looked up; none if they are not found [値]."""
        bank_code = self._one(
            "bank", [(one.code, one.name) for one in banks.search(self._of("bank"))]
        )
        if bank_code is None:
            return None
        branch_code = self._one("branch", banks.branches(bank_code, self._of("branch")))
        holder = account_name(f"{person.family_kana} {person.given_kana}")
        if isinstance(holder, Unread):  # a reading that no bank's signs can write
            self.refuse("number", holder.at())
            return None
        if branch_code is None:
            return None
        typed = self.cleaned_data
        return values.BankAccount(
            bank_code, branch_code, typed["account_kind"], typed["number"], holder
        )

    def _of(self, name: str) -> str:
        return folded(str(self.cleaned_data[name]))

    def _one(self, name: str, found: list[tuple[str, str]]) -> str | None:
        """The code of the one that was meant; a fault says which others it may be."""
        if len(found) == 1:
            return found[0][0]
        none, several = _LOOKED_UP[name]
        excerpt = self._of(name)
        if not found:
            self.refuse(name, Fault(none, excerpt=excerpt))
            return None
        names = ", ".join(f"{code} {shown}" for code, shown in found[:MOST_NAMED])
        self.refuse(name, Fault(several, excerpt=excerpt, details={"names": names}))
        return None


_LOOKED_UP = {"bank": ("FCT-005", "FCT-006"), "branch": ("FCT-007", "FCT-008")}
MOST_NAMED = 3

Changed: TypeAlias = (
    values.Name
    | values.Address
    | values.Phone
    | values.Email
    | values.Employer
    | values.Income
    | values.BankAccount
)
FactForm: TypeAlias = (
    NameForm | AddressForm | PhoneForm | EmailForm | EmployerForm | IncomeForm | AccountForm
)
"""Each gives the value of its fact; the account's may find none, and says so."""
FORMS: Mapping[values.Kind, type[FactForm]] = {
    values.Kind.NAME: NameForm,
    values.Kind.ADDRESS: AddressForm,
    values.Kind.MOBILE_PHONE: PhoneForm,
    values.Kind.HOME_PHONE: PhoneForm,
    values.Kind.WORK_PHONE: PhoneForm,
    values.Kind.EMAIL: EmailForm,
    values.Kind.EMPLOYER: EmployerForm,
    values.Kind.INCOME: IncomeForm,
    values.Kind.BANK_ACCOUNT: AccountForm,
}
"""What a member may change here; a birth date is mended at the desk, with a document."""
REMOVABLE = frozenset({values.Kind.HOME_PHONE, values.Kind.WORK_PHONE, values.Kind.EMPLOYER})
