"""The settlement of a claim on paper: typed once, made, not kept [和解書の作成]."""

from __future__ import annotations

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from motocho.office import lender, papers
from motocho.office.lender import ClaimKey
from motocho.outside.clock import JAPAN
from motocho.people.access import Action
from motocho.units.errors import Fault, FaultyInput, RefusedError
from motocho.web import access, pages
from motocho.web._directory import directory
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField
from motocho.web.desk._covering import once_known, unknown
from motocho.web.desk.claiming import about_claim
from motocho.web.desk.settling import form_page, fresh
from motocho.web.fields import Form, WordsField
from motocho.web.words import said

FORMS = {
    papers.Form.PDF.value: "claiming.form_pdf",
    papers.Form.WORD.value: "claiming.form_docx",
}


class PaperForm(Form):
    """What only the papers of who claims tell [和解書の記載事項]."""

    client_name = WordsField("claiming.client_name")
    client_address = WordsField("claiming.client_address")
    bank_name = WordsField("claiming.bank_name")
    branch_name = WordsField("claiming.branch_name")
    account_kind = WordsField("claiming.account_kind", optional="optional")
    account_number = WordsField("claiming.account_number")
    account_holder = WordsField("claiming.holder")
    lender_representative = WordsField("claiming.representative", optional="optional")
    form = ChoiceField("claiming.form", known=FORMS)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.COLLECT)
@once_known
def paper(
    request: HttpRequest, colleague: Colleague, member_id: int, claim_id: int
) -> HttpResponse:
    """The settlement as it was accepted, as PDF or Word [和解書]."""
    key = ClaimKey(member_id, claim_id)
    wrong: tuple[Fault, ...] = ()
    with transaction.atomic(), connection.cursor() as cursor:
        about = about_claim(cursor, colleague, key)
        claim = lender.one(cursor, key)
        person = about.member.person
        usual = {"client_name": f"{person.family_name}　{person.given_name}", "form": "pdf"}
        form = PaperForm(request.POST) if request.method == "POST" else fresh(PaperForm(), usual)
        hidden = unknown(cursor, colleague, member_id)
        if request.method == "POST" and form.is_valid():
            typed = {name: text or "" for name, text in form.cleaned_data.items()}
            of = (directory().lender, colleague.at.astimezone(JAPAN).date())
            try:
                made = lender.settlement_paper(cursor, key, typed, of, papers.Form(typed["form"]))
            except (FaultyInput, RefusedError) as error:
                wrong = error.faults
            else:
                return _file(made, claim_id)
    tongue = pages.tongue_of(request)
    context = {
        "desk": colleague,
        "member": about.member,
        "unknown": hidden,
        "claim": claim,
        "form": form_page(form, request),
        "forms": FORMS,
        "wrong": [said(one, tongue) for one in wrong],
    }
    status = 422 if request.method == "POST" else 200
    return pages.show(request, "desk/claim_paper.html", context, status=status)


def _file(made: papers.File, claim_id: int) -> HttpResponse:
    response = HttpResponse(made.data, content_type=made.form.media_type)
    name = f"settlement-{claim_id}.{made.form.value}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
