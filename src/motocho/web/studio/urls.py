"""Addresses of the studio [URL一覧]. Each builder's pages have their own lines."""

from __future__ import annotations

from django.urls import path

from motocho.web.studio import (
    comparing,
    contracts,
    conventions,
    door,
    frame,
    glossary,
    handling,
    importing,
    listing,
    logged,
    moving,
    office,
    papers,
    talks,
    tracker,
    wordings,
)

app_name = "studio"

urlpatterns = [
    path("enter/", door.enter, name="enter"),
    path("choices/", frame.choose, name="choices"),
    path("", listing.cases_page, name="cases"),
    path("cases/new/", listing.new_case, name="new_case"),
    path("cases/sample/", listing.sample_case, name="sample_case"),
    path("cases/<int:case_id>/", listing.case_detail, name="case"),
    path("cases/<int:case_id>/import/", importing.import_page, name="import"),
    path("cases/<int:case_id>/papers/", papers.papers_page, name="papers"),
    path("cases/<int:case_id>/papers/exhibit/", papers.exhibit, name="exhibit"),
    path("cases/<int:case_id>/papers/certified/", papers.certified_page, name="certified"),
    path("cases/<int:case_id>/papers/certified/count/", papers.count, name="certified_count"),
    path("cases/<int:case_id>/papers/pack.<slug:form>", papers.pack_file, name="pack"),
    path("cases/<int:case_id>/papers/<slug:kind>/", papers.preview, name="preview"),
    path(
        "cases/<int:case_id>/papers/<slug:kind>/page-<int:page_no>.png",
        papers.page_picture,
        name="page_picture",
    ),
    path(
        "cases/<int:case_id>/papers/<slug:kind>.<slug:form>", papers.paper_file, name="paper_file"
    ),
    path("cases/<int:case_id>/proof/", papers.proof_page, name="proof"),
    path("templates/", wordings.templates_page, name="templates"),
    path("templates/word.docx", wordings.shell_file, name="shell"),
    path("templates/<slug:name>/", wordings.template_page, name="template"),
    path("templates/<slug:name>.pdf", wordings.sample_file, name="template_sample"),
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
    path("cases/<int:case_id>/heads/", listing.change_heads, name="heads"),
    path("cases/<int:case_id>/conventions/", conventions.conventions_page, name="conventions"),
    path("cases/<int:case_id>/conventions/preset/", conventions.take_preset, name="preset"),
    path("cases/<int:case_id>/compare/", comparing.compare_page, name="compare"),
    path("cases/<int:case_id>/compare/copy/", comparing.copy_scenario, name="copy_scenario"),
    path("cases/<int:case_id>/compare/change/", comparing.change_scenario, name="change_scenario"),
    path("cases/<int:case_id>/contracts/", contracts.contracts_page, name="contracts"),
    path("cases/<int:case_id>/contracts/factors/", contracts.record_factors, name="factors"),
    path("cases/<int:case_id>/log/", logged.log_page, name="log"),
    path("cases/<int:case_id>/log/back/", logged.go_back, name="go_back"),
    path("cases/<int:case_id>/export/", moving.export_page, name="export"),
    path("cases/<int:case_id>/table.csv", moving.table, name="table"),
    path("arrive/", moving.arrive_page, name="arrive"),
    path("office/", office.office_page, name="office"),
    path("office/passphrase/", office.passphrase, name="passphrase"),
    path("unlock/", office.unlock, name="unlock"),
    path("lock/", office.lock, name="lock"),
    path("glossary/", glossary.glossary_page, name="glossary"),
]
