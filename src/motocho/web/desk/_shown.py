"""What pages of the desk share: facts beside a document, one sending of a form [共通の部品]."""

from __future__ import annotations

import hashlib
import secrets

from django.http import HttpRequest

from motocho.people.facts import values

SHOWN = {
    values.Kind.ADDRESS: "facts.address",
    values.Kind.MOBILE_PHONE: "facts.mobile_phone",
    values.Kind.EMAIL: "facts.email",
    values.Kind.EMPLOYER: "facts.employer",
    values.Kind.INCOME: "facts.income",
}
"""Which facts stand beside what a member handed in, masked [照合する登録情報]."""


def form_ref(request: HttpRequest) -> str:
    """One sending of one form [フォームの識別子]: sent twice it counts once."""
    token = request.POST.get("csrfmiddlewaretoken", "") or secrets.token_hex()
    return f"desk {hashlib.sha256(token.encode()).hexdigest()}"
