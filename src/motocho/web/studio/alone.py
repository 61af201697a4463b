"""The addresses of a studio that is served alone: its pages and our static files [URL一覧]."""

from __future__ import annotations

from django.urls import include, path

from motocho.web import assets

handler400 = "motocho.web.doors.bad_request"
handler403 = "motocho.web.studio.door.not_found"
handler404 = "motocho.web.studio.door.not_found"
handler500 = "motocho.web.studio.door.bug"

urlpatterns = [
    path("static/<slug:version>/<str:name>", assets.asset, name="asset"),
    path("", include("motocho.web.studio.urls")),
]
