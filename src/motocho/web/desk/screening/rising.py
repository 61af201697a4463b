"""A wish for a higher limit, as it was taken in, and its way into the queue [増額申込みの受付]."""

from __future__ import annotations

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from motocho.contact.holds import Source
from motocho.people import access as gate
from motocho.people import consents, members
from motocho.people.access import Action
from motocho.screening import applications, increases
from motocho.screening.applications import Application, Use, forms
from motocho.units.errors import Fault
from motocho.web import access, pages
from motocho.web.access import Colleague
from motocho.web.desk._choosing import ChoiceField
from motocho.web.desk._covering import once_known
from motocho.web.desk.screening._held import USES, form_of, to
from motocho.web.fields import Form, refusing, shown
from motocho.web.words import wording_ref

DATA_WORDS = (
    "apply.consent.data_words",
    "apply.consent.data_shared",
    "apply.consent.version",
)
"""What the site asks an applicant to agree to: here it is shown or read to them."""
AGREED = "agree"
SAYS = {AGREED: "screening.agreed_yes", "refuse": "screening.agreed_no"}


class UseForm(Form):
    """What the money is wanted for, as the member said [資金使途]."""

    use = ChoiceField("screening.use_label", known=USES)


class AgreeForm(UseForm):
    """The same, and what the member said to the words that were read to them [同意の聞取り]."""

    agreed = ChoiceField("screening.agreed_label", known=SAYS)

    def clean_agreed(self) -> str:
        """Without it nothing is taken in [同意の点検]."""
        said = str(self.cleaned_data["agreed"])
        if said != AGREED:
            raise refusing(Fault("SCR-281"))
        return said


@require_http_methods(["GET", "HEAD", "POST"])
@access.staff(Action.LOOK)
@once_known
def increase(
    request: HttpRequest, colleague: Colleague, member_id: int, increase_id: int
) -> HttpResponse:
    """A wish for a higher limit; a reviewer takes it up once, and it is screened [増額申込み].

    Raises    NotFoundError where none of this number waits.
    """
    staff = colleague.looking_for(f"increase {increase_id}")
    typed = request.POST if request.method == "POST" else None
    with transaction.atomic(), connection.cursor() as cursor:
        access.allow(gate.ask(cursor, staff, Action.LOOK, member_id, colleague.at))
        found = increases.waiting_of(cursor, member_id)
        if found is None or found.increase_id != increase_id:
            raise members.no_such_member()
        before = _taken_up(cursor, member_id, increase_id)
        lacks = before is None and forms.lacks_agreement(
            cursor, member_id, staff.actor, colleague.at
        )
        form = AgreeForm(typed) if lacks else UseForm(typed)
        if form.is_bound:
            access.allow(gate.ask(cursor, staff, Action.REVIEW_DOCUMENT, member_id, colleague.at))
        if form.is_bound and form.is_valid():
            if before is None:
                ref, at = form_of(request, colleague, "increase")
                use, source = Use(form.cleaned_data["use"]), Source(staff.actor, ref)
                if lacks:
                    words = wording_ref(DATA_WORDS, pages.tongue_read(request))
                    forms.agree(cursor, member_id, words, source, at)
                before = applications.take_up(cursor, member_id, use, source, at)
            return to("application", before.key)
        context = {
            "desk": colleague,
            "one": found,
            "member": members.one(cursor, member_id),
            "application": before,
            "may_review": "yes" if colleague.may(Action.REVIEW_DOCUMENT) else "",
            "uses": USES,
            "words": DATA_WORDS if lacks else (),
            "says": SAYS,
            "agreed": consents.standing(cursor, member_id, forms.PERSONAL, colleague.at),
            "form": shown(form, pages.tongue_of(request)),
        }
    status = 422 if form.is_bound else 200
    return pages.show(request, "desk/screening/increase.html", context, status=status)


def _taken_up(cursor: object, member_id: int, increase_id: int) -> Application | None:
    for one in forms.of_member(cursor, member_id):
        if one.increase_id == increase_id:
            return one
    return None
