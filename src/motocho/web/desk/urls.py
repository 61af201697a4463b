"""Addresses of the staff's pages [従業者の画面のURL]."""

from __future__ import annotations

from django.urls import path

from motocho.web.desk import (
    answering,
    approving,
    calling,
    colleagues,
    collecting,
    frame,
    inbound,
    judging,
    looking,
    members,
    offering,
    queue,
    reviewing,
    searching,
    signing,
    stepping,
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
    path("approvals/", approving.listed, name="approvals"),
    path("approvals/<int:member_id>/<int:request_id>/", approving.decided, name="approval"),
    path("members/<int:member_id>/collection/", collecting.overview, name="collection"),
    path(
        "members/<int:member_id>/collection/settlement/<int:agreement_id>/",
        collecting.settlement,
        name="settlement",
    ),
    path(
        "members/<int:member_id>/collection/write-off/<int:agreement_id>/",
        collecting.write_off,
        name="write_off",
    ),
    path(
        "members/<int:member_id>/collection/settlements/<int:request_id>/paper/",
        collecting.paper,
        name="settlement_paper",
    ),
    path("members/<int:member_id>/collection/counsel/", collecting.notice, name="counsel"),
    path(
        "members/<int:member_id>/collection/counsel/<int:counsel_no>/end/",
        collecting.notice_ended,
        name="counsel_end",
    ),
    path("search/", searching.search, name="search"),
    path("inbound/", inbound.inbound, name="inbound"),
    path("looks/", looking.looks, name="looks"),
    path("members/<int:member_id>/", members.member, name="member"),
    path("members/<int:member_id>/check/", members.check, name="check"),
    path("members/<int:member_id>/memo/", members.memo, name="memo"),
    path(
        "members/<int:member_id>/offers/<int:agreement_id>/",
        offering.on_call,
        name="offer_on_call",
    ),
    path("members/<int:member_id>/collection/visits/", stepping.visit_planned, name="visits"),
    path(
        "members/<int:member_id>/collection/visits/<int:visit_no>/",
        stepping.visit,
        name="visit",
    ),
    path(
        "members/<int:member_id>/collection/legal/<int:agreement_id>/",
        stepping.legal_asked,
        name="legal",
    ),
    path(
        "members/<int:member_id>/collection/cases/<int:case_no>/",
        stepping.legal_case,
        name="legal_case",
    ),
    path("keys/", frame.keys, name="keys"),
    path("colleagues/", colleagues.listed, name="colleagues"),
    path("colleagues/<int:staff_id>/recovery/", colleagues.recover, name="recover"),
]
