"""Addresses of the application of the site [申込みのURL]."""

from __future__ import annotations

from django.urls import path

from motocho.web.apply import asking, checking, following, identifying, returning, sending

app_name = "apply"
urlpatterns = [
    path("", asking.start, name="start"),
    path("check/", checking.check, name="check"),
    path("form/", asking.go_on, name="go_on"),
    path("form/code/", asking.code, name="code"),
    path("form/review/", sending.review, name="review"),
    path("form/leave/", asking.leave, name="leave"),
    path("form/<slug:question>/", asking.question, name="question"),
    path("return/", returning.back, name="return"),
    path("link/<str:token>/", returning.link, name="link"),
    path("status/", following.status, name="status"),
    path("status/withdraw/", following.take_back, name="withdraw"),
    path("status/papers/<slug:slot>/", following.hand_in, name="hand_in"),
    path("status/identity/<slug:way>/", identifying.ask, name="identify"),
    path("status/calls/<int:attempt_id>/", following.reply, name="reply"),
    path("status/offer/", following.offer, name="offer"),
    path("status/leave/", following.leave, name="stand_up"),
]
