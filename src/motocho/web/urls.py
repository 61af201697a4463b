"""Addresses: each face lists its own, here stands where the faces are hung [URL一覧]."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

from motocho.web import assets

handler400 = "motocho.web.doors.bad_request"
handler403 = "motocho.web.doors.not_allowed"
handler404 = "motocho.web.doors.not_found"
handler500 = "motocho.web.doors.bug"

urlpatterns = [
    path("static/<slug:version>/<str:name>", assets.asset, name="asset"),
    path("", include("motocho.web.public.urls")),
    path("apply/", include("motocho.web.apply.urls")),
    path("member/", include("motocho.web.member.urls")),
    path("member/", include("motocho.web.money.urls")),
    path("member/", include("motocho.web.care.urls")),
    path("member/", include("motocho.web.facts.urls")),
    path("", include("motocho.web.facts.links")),
    path("joining/", include("motocho.web.joining.urls")),
    path("desk/", include("motocho.web.desk.urls")),
    path("member/", include("motocho.web.uploads.urls")),
    path("studio/", include("motocho.web.studio.on_server")),
]
if settings.VOICE_SECRET:  # without it, the address does not exist
    urlpatterns.append(path("voice/", include("motocho.web.voice.urls")))
