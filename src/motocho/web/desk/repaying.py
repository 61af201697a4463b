"""The files of transfers that pay claims: made once, kept [過払金の振込データ]."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.office import lender
from motocho.office.lender import Cause, Claim, Step
from motocho.outside.bank import AccountType, BankAccount, Originator
from motocho.outside.clock import JAPAN
from motocho.outside.house_bank import house_bank
from motocho.people import access as gate
from motocho.people.access import Action
from motocho.units.errors import Fault, FaultyInput, InputError, NotFoundError, RefusedError
from motocho.web import _commands, access, pages
from motocho.web.access import Colleague
from motocho.web.desk._claims import CAUSES
from motocho.web.desk._shown import number_of
from motocho.web.desk.responding import DigitsField
from motocho.web.desk.settling import form_page, source_of
from motocho.web.fields import DateField, Form


class FileForm(Form):
    """For which day, and under which number our bank knows us [振込データの作成]."""

    pay_on = DateField("claiming.pay_on")
    originator = DigitsField("claiming.originator", 10)


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.COLLECT)
def files(request: HttpRequest, colleague: Colleague) -> HttpResponse:
    """What was released and waits, and a file of it for a day, once [振込データの作成]."""
    form = FileForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        address = _made(request, form, colleague)
        if address:
            return HttpResponseRedirect(address)
    today = colleague.at.astimezone(JAPAN).date()
    with connection.cursor() as cursor:
        hidden = gate.kept_from(cursor, colleague.staff)
        waiting = [
            _row(one, today, lender.unanswered(cursor, one, today))
            for one in lender.released(cursor, hidden)
        ]
        found = lender.files_of(cursor, number_of(request.GET.get("page", "")), hidden)
        kept_apart = lender.kept_apart(cursor, hidden)
    context = {
        "desk": colleague,
        "waiting": waiting,
        "kept_apart": kept_apart,
        "found": found,
        "form": form_page(form, request),
        "ref": _commands.reference_of(request) or _commands.new_reference(),
    }
    status = 422 if form.is_bound else 200
    return pages.show(request, "desk/claim_files.html", context, status=status)


def _row(one: Claim, today: date, causes: tuple[Cause, ...]) -> dict[str, Any]:
    """A payment that waits: its day, whether that is over, and what it waits for."""
    released = one.last(Step.RELEASED)
    return {
        "one": one,
        "pay_on": lender.pay_on(one),
        "amount_yen": None if released is None else released.amount_yen,
        "is_over": lender.pay_on(one) < today,
        "causes": [CAUSES[cause.value] for cause in causes],
    }


def _made(request: HttpRequest, form: FileForm, colleague: Colleague) -> str:
    ours = house_bank(settings.BANK_FILE).account
    account = BankAccount(ours.bank_code, ours.branch_code, AccountType.ORDINARY, ours.number)
    originator = Originator(form.cleaned_data["originator"], ours.holder, account)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            made = _commands.made(
                cursor, source_of(request), colleague.at, colleague.staff.actor, _commands.DESK
            )
            hidden = gate.kept_from(cursor, colleague.staff)
            lender.make_file(cursor, form.cleaned_data["pay_on"], originator, made, hidden)
    except (InputError, FaultyInput, RefusedError) as error:
        form.refuse("pay_on", error.faults[0])
        return ""
    return reverse("desk:claim_files")


@require_safe
@access.staff(Action.COLLECT)
def file(
    request: HttpRequest,  # noqa: ARG001
    colleague: Colleague,
    file_id: int,
) -> HttpResponse:
    """A file as it was made: a look at each member in it [振込データ] · PRIV-003.

    Raises    NotFoundError for one that pays a member of whom the colleague may see nothing, as for
              none: nothing is written down then.
    """
    by = colleague.looking_for(f"claim file {file_id}")
    with transaction.atomic(), connection.cursor() as cursor:
        found = lender.one_file(cursor, file_id)
        for member_id in lender.payees_of(cursor, file_id):
            answer = gate.ask(cursor, by, Action.COLLECT, member_id, colleague.at)
            if answer == gate.not_there():
                raise NotFoundError(Fault("CLU-007"))
            access.allow(answer)
    response = HttpResponse(found.content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="claims-{found.pay_on:%Y%m%d}.txt"'
    return response
