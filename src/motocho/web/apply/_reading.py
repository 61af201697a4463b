"""A draft that is answered whole, read into what the room takes [申込みの読取り]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from motocho.kernel.schedule import Scheme
from motocho.people.consents import Consent
from motocho.people.consents import Kind as Agreed
from motocho.people.facts import values
from motocho.people.members import Person
from motocho.screening.applications import Plan, Said, Use, Wanted
from motocho.screening.applying import Applied
from motocho.screening.bureau import consents as bureau
from motocho.units.errors import ensure
from motocho.web.apply import _forms
from motocho.web.apply._forms import AGREED, Ground

DELIVERED = ("pre_contract", "contract", "draw", "receipt", "monthly_statement")
"""Papers that come by wire where that was agreed to."""


def applied(ground: Ground, member_token: str) -> Applied:
    """What the answers say, all of which can be read [申込みの内容]."""
    said = {one.slug: _cleaned(one, ground) for one in _forms.asked(ground)}
    name, born_on = said["name"], said["birthday"]["born_on"]
    person = Person(
        name["family_name"], name["given_name"], name["family_kana"], name["given_kana"], born_on
    )
    return Applied(
        person=person,
        facts=_facts(said, person, ground),
        wanted=_wanted(said, ground),
        consents=_consents(ground),
        particulars=_particulars(said, ground),
        member_token=member_token,
    )


def _cleaned(question: _forms.Question, ground: Ground) -> dict[str, Any]:
    form = question.read(ground.answers[question.slug], ground)
    ensure(not form.errors, "an answer was read before", question=question.slug)
    return dict(form.cleaned_data)


def _facts(
    said: Mapping[str, Mapping[str, Any]], person: Person, ground: Ground
) -> dict[values.Kind, values.Value]:
    address, work = said["address"], said.get("employer")
    found: dict[values.Kind, values.Value] = {
        values.Kind.ADDRESS: values.Address(address["postcode"], address["address"]),
        values.Kind.MOBILE_PHONE: said["phone"]["phone"],
        values.Kind.EMAIL: said["email"]["email"],
        values.Kind.INCOME: values.Income(said["income"]["yearly"], ground.today.year - 1),
    }
    if work is not None:
        found[values.Kind.EMPLOYER] = work["employer"]
        found[values.Kind.WORK_PHONE] = work["work_phone"]
    account = _forms.AccountForm(ground.answers["account"])
    ensure(account.is_valid(), "the account was read before")
    value = account.account(person)
    if value is not None:
        found[values.Kind.BANK_ACCOUNT] = value
    return found


def _wanted(said: Mapping[str, Mapping[str, Any]], ground: Ground) -> Wanted:
    product = ground.product
    ensure(product is not None, "a product was chosen")
    scheme = Scheme[str(said["due"]["scheme"]).upper()]
    day = said["due"]["day"] if scheme is Scheme.MONTHLY else 0
    since = said["employer"]["since"] if "employer" in said else None
    told = Said(said["income"]["yearly"], said["debts"]["others"], since)
    plan = Plan("" if product is None else product.product_id, scheme, day or 0)
    return Wanted(plan, said["amount"]["amount"], Use(said["use"]["use"]), told)


def _consents(ground: Ground) -> dict[Consent, str]:
    """Each consent that was given, with the reference of the words that were read."""
    found: dict[Consent, str] = {}
    for question, consents in (
        ("bureau", (bureau.INQUIRY, *bureau.CONTRACT)),
        ("delivery", tuple(Consent(Agreed.ELECTRONIC_DELIVERY, one) for one in DELIVERED)),
        ("data", (Consent(Agreed.PERSONAL_DATA),)),
    ):
        if ground.said(question, "say") == AGREED:
            found |= dict.fromkeys(consents, ground.said(question, "words"))
    return found


def _particulars(said: Mapping[str, Mapping[str, Any]], ground: Ground) -> dict[str, str]:
    """What no register has; said in full, for who screens."""
    found = {"occupation": ground.said("work", "work"), "paper": ground.said("papers", "paper")}
    if "employer" in said:
        found["work_address"] = str(said["employer"]["work_address"])
    if "call" in said:
        call = said["call"]
        found |= {name: str(call[name] or "") for name in ("way", "hours", "caller")}
    return found
