"""Addresses of the staff's pages [従業者の画面のURL]."""

from __future__ import annotations

from django.urls import path

from motocho.web.desk import (
    answering,
    calling,
    colleagues,
    complaining,
    counter,
    disclosing,
    frame,
    judging,
    numbers,
    offering,
    queue,
    reviewing,
    signing,
)

app_name = "desk"
urlpatterns = [
    path("", queue.waiting, name="queue"),
    path("sign-in/", signing.sign_in, name="sign_in"),
    path("sign-in/passkey/", signing.by_passkey, name="by_passkey"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("join/<str:token>/", signing.join, name="join"),
    path("passkey/", signing.own_passkey, name="passkey"),
    path("resets/<int:member_id>/<int:request_id>/", reviewing.reset, name="reset"),
    path(
        "resets/<int:member_id>/<int:request_id>/pages/<int:page_no>/",
        reviewing.reset_page,
        name="reset_page",
    ),
    path("requests/<int:member_id>/<int:request_id>/", reviewing.own, name="own"),
    path("documents/<str:document_ref>/", judging.document, name="document"),
    path("documents/<str:document_ref>/<int:page_no>/", judging.page, name="document_page"),
    path("cases/<int:member_id>/<int:case_id>/", answering.case, name="case"),
    path("cases/<int:member_id>/<int:case_id>/note/", complaining.note, name="case_note"),
    path("complaints/", complaining.listed, name="complaints"),
    path("complaints/new/", complaining.new, name="complaint_new"),
    path("complaints/statistics/", complaining.statistics, name="complaint_statistics"),
    path("disclosures/", disclosing.listed, name="disclosures"),
    path("disclosures/new/", disclosing.new, name="disclosure_new"),
    path(
        "disclosures/<int:member_id>/<int:disclosure_id>/", disclosing.disclosure, name="disclosure"
    ),
    path(
        "disclosures/<int:member_id>/<int:disclosure_id>/step/",
        disclosing.take_step,
        name="disclosure_step",
    ),
    path(
        "disclosures/<int:member_id>/<int:disclosure_id>/label/",
        disclosing.label,
        name="disclosure_label",
    ),
    path(
        "disclosures/<int:member_id>/<int:disclosure_id>/<str:disclosure_file>/",
        disclosing.file,
        name="disclosure_file",
    ),
    path("members/<int:member_id>/counter/", counter.counter, name="counter"),
    path("members/<int:member_id>/counter/act/", counter.act, name="counter_act"),
    path("numbers/", numbers.numbers, name="numbers"),
    path(
        "consultations/<int:member_id>/<int:consultation_id>/",
        calling.consultation,
        name="consultation",
    ),
    path(
        "consultations/<int:member_id>/<int:consultation_id>/offers/<int:agreement_id>/",
        offering.offering,
        name="offering",
    ),
    path("increases/<int:member_id>/<int:increase_id>/", answering.increase, name="increase"),
    path("keys/", frame.keys, name="keys"),
    path("colleagues/", colleagues.listed, name="colleagues"),
    path("colleagues/<int:staff_id>/recovery/", colleagues.recover, name="recover"),
]
