"""Addresses of the studio [URL一覧]. Each builder's pages have their own lines."""

from __future__ import annotations

from django.urls import path

from motocho.web.studio import door, frame, handling, importing, listing, talks, tracker

app_name = "studio"

urlpatterns = [
    path("enter/", door.enter, name="enter"),
    path("choices/", frame.choose, name="choices"),
    path("", listing.cases_page, name="cases"),
    path("cases/new/", listing.new_case, name="new_case"),
    path("cases/sample/", listing.sample_case, name="sample_case"),
    path("cases/<int:case_id>/", listing.case_detail, name="case"),
    path("cases/<int:case_id>/import/", importing.import_page, name="import"),
    path("days/", tracker.days, name="days"),
    path("days.ics", tracker.days_calendar, name="calendar"),
    path("cases/<int:case_id>/way/", tracker.way, name="way"),
    path("cases/<int:case_id>/way.ics", tracker.calendar, name="case_calendar"),
    path("cases/<int:case_id>/case.zip", tracker.export, name="export"),
    path("cases/<int:case_id>/talks/", talks.talks, name="talks"),
    path("cases/<int:case_id>/talks/sheet/", talks.call_sheet, name="call_sheet"),
    path("cases/<int:case_id>/money/", handling.purse, name="money"),
    path("cases/<int:case_id>/shelf/", handling.papers, name="shelf"),
    path("cases/<int:case_id>/shelf/<int:paper_no>/", handling.paper, name="paper"),
    path("cases/<int:case_id>/conflicts/", handling.conflict_check, name="conflicts"),
]
