"""Addresses of care: trouble, changes, calls, complaints, the end [相談・変更のURL]."""

from __future__ import annotations

from django.urls import path

from motocho.web.care import (
    calls,
    consulting,
    due_dates,
    ending,
    limits,
    offers,
    promises,
    raising,
    resting,
    trouble,
    voices,
    watching,
)

app_name = "care"
urlpatterns = [
    path("trouble/", trouble.hub, name="trouble"),
    path("trouble/<int:agreement_id>/done/<slug:what>/", trouble.done, name="done"),
    path("trouble/<int:agreement_id>/promise/", promises.promise, name="promise"),
    path("trouble/<int:agreement_id>/promise/day.ics", promises.calendar_file, name="calendar"),
    path("trouble/<int:agreement_id>/promise/withdraw/", promises.withdraw, name="withdraw"),
    path("trouble/<int:agreement_id>/promise/pay-day/", promises.pay_day, name="pay_day"),
    path("trouble/<int:agreement_id>/due-date/", due_dates.due_date, name="due_date"),
    path("trouble/<int:agreement_id>/lighter/", due_dates.lighter, name="lighter"),
    path("trouble/consultation/", consulting.consultation, name="consultation"),
    path("trouble/consultation/cancel/", consulting.cancel, name="consultation_cancel"),
    path("trouble/offers/<int:offer_id>/", offers.offer, name="offer"),
    path("limit/", limits.limits, name="limits"),
    path("limit/<int:agreement_id>/", limits.limit, name="limit"),
    path("limit/<int:agreement_id>/lower/", limits.lower, name="lower"),
    path("limit/<int:agreement_id>/raise/", raising.raise_limit, name="raise"),
    path("limit/<int:agreement_id>/raise/agree/", raising.agree, name="raise_agree"),
    path("limit/raise/withdraw/", raising.withdraw, name="raise_withdraw"),
    path("rest/", resting.rest, name="rest"),
    path("watch/", watching.watching, name="watch"),
    path("calls/", calls.calls, name="calls"),
    path("calls/hours/", calls.preferred_hours, name="hours"),
    path("calls/<int:attempt_id>/reply/", calls.reply, name="reply"),
    path("voices/", voices.voices, name="voices"),
    path("voices/<int:case_id>/", voices.voice, name="voice"),
    path("close/<int:agreement_id>/", ending.close, name="close"),
]
