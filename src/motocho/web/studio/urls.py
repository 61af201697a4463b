"""Addresses of the studio [URL一覧]. Each builder's pages have their own lines."""

from __future__ import annotations

from django.urls import path

from motocho.web.studio import door, frame, importing, listing

app_name = "studio"

urlpatterns = [
    path("enter/", door.enter, name="enter"),
    path("choices/", frame.choose, name="choices"),
    path("", listing.cases_page, name="cases"),
    path("cases/new/", listing.new_case, name="new_case"),
    path("cases/sample/", listing.sample_case, name="sample_case"),
    path("cases/<int:case_id>/", listing.case_detail, name="case"),
    path("cases/<int:case_id>/import/", importing.import_page, name="import"),
]
