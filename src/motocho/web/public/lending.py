"""Who lends, on which terms, from which numbers and banks [会社・貸付条件・連絡先の画面]."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from motocho.contact.directory import Desk, Directory, Number
from motocho.kernel.schedule import Scheme, minimum_yen
from motocho.loans import products
from motocho.loans.outlook import Outlook, new_loan, outlook
from motocho.loans.products import Product
from motocho.outside.bank import is_business_day
from motocho.outside.net_banks import net_banks
from motocho.web import pages
from motocho.web._directory import directory
from motocho.web.fields import Form, WordsField, shown


class DeskShown(NamedTuple):
    """A desk with the numbers it is called on, and whether it answers now [窓口の表示]."""

    desk: Desk
    numbers: tuple[Number, ...]
    back: Number
    open: bool


@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """Every desk with its purposes, hours and numbers; the numbers we call from [連絡先].

    Law       ADV-001: only numbers that are registered on the day; DESK-001: hours as they hold.
    """
    known, at = directory(), pages.moment(request)
    desks = [
        DeskShown(
            desk,
            known.incoming(desk, at.date()),
            known.call_back(desk, at.date()),
            known.refuse_call_back(desk, at, is_business_day) is None,
        )
        for desk in known.desks
    ]
    context = {
        "desks": [one for one in desks if one.numbers],
        "outgoing": known.outgoing(at.date()),
        "lender": known.lender,
    }
    return pages.show(request, "public/contacts.html", context)


EXAMPLE_YEN = 100_000
"""The loan of the example on the page of terms."""


class TermsShown(NamedTuple):
    """A product's terms as the law wants them shown [貸付条件の表示]."""

    product: Product
    least_ppm: int
    most_ppm: int
    minimum_yen: int
    """The minimum payment of the example."""
    example: Outlook | None
    by_cycle: bool
    by_month: bool


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """The terms of every product on sale today, from the book itself [貸付条件と標識].

    Law       貸金業法14条, 15条1項 (ADV-004, ADV-006): the page cannot differ from the contracts of
              the day, since both read the same version.
    """
    today = pages.moment(request).date()
    with connection.cursor() as cursor:
        sold = products.on_sale(cursor, today)
    known: Directory = directory()
    context: dict[str, Any] = {
        "lender": known.lender,
        "desk": known.call_back(known.desk("first_time"), today),
        "sold": [_terms_of(product, today) for product in sold],
        "example_yen": EXAMPLE_YEN,
        "today": today,
    }
    return pages.show(request, "public/terms.html", context)


def _terms_of(product: Product, today: Any) -> TermsShown:
    rates = [one.rate_ppm for one in product.rates]
    rate_ppm = product.rate_ppm(EXAMPLE_YEN)
    minimum = minimum_yen(product.minimum, EXAMPLE_YEN, EXAMPLE_YEN)
    return TermsShown(
        product=product,
        least_ppm=min(rates),
        most_ppm=max(rates),
        minimum_yen=minimum,
        example=outlook(new_loan(EXAMPLE_YEN, rate_ppm, today), minimum),
        by_cycle=Scheme.EVERY_35_DAYS in product.schemes,
        by_month=Scheme.MONTHLY in product.schemes,
    )


class BankForm(Form):
    """A bank to look for [金融機関の検索]."""

    name = WordsField("banks.field", "banks.field_hint", optional="optional")


@require_safe
def banks(request: HttpRequest) -> HttpResponse:
    """Banks from which a payment can be made on the net, smartphone or not [対応金融機関]."""
    form = BankForm(request.GET if "name" in request.GET else None)
    wanted = form.cleaned_data["name"] if form.is_bound and form.is_valid() else None
    found = [bank for bank in net_banks() if not wanted or bank.matches(wanted)]
    context = {
        "form": shown(form, pages.tongue_of(request)),
        "found": found,
        "wanted": wanted,
        "in_all": len(net_banks()),
    }
    return pages.show(request, "public/banks.html", context)
