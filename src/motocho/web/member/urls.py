"""Addresses of the member's face [会員サイトのURL]."""

from __future__ import annotations

from django.urls import path

from motocho.web.member import (
    dealings,
    delivery,
    home,
    papers,
    procedures,
    recalculated,
    safety,
    signing,
)

app_name = "member"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", signing.sign_in, name="sign_in"),
    path("sign-in/code/", signing.code, name="code"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("signed-out/", signing.signed_out, name="signed_out"),
    path("extend/", signing.extend, name="extend"),
    path("left/", signing.left, name="left"),
    path("dealings/", dealings.dealings, name="dealings"),
    path("dealings/<int:agreement_id>/", dealings.agreement, name="agreement"),
    path("dealings/<int:agreement_id>/<int:event_no>/", dealings.reason, name="reason"),
    path("dealings/<int:agreement_id>/payoff/", dealings.payoff, name="payoff"),
    path("dealings/<int:agreement_id>/papers/", papers.papers, name="papers"),
    path("dealings/<int:agreement_id>/papers/<slug:name>/", papers.paper, name="paper"),
    path("dealings/<int:agreement_id>/papers/<slug:name>/pdf/", papers.pdf, name="paper_pdf"),
    path("dealings/<int:agreement_id>/whole/", papers.whole, name="whole"),
    path(
        "dealings/<int:agreement_id>/recalculated/",
        recalculated.recalculated,
        name="recalculated",
    ),
    path(
        "dealings/<int:agreement_id>/recalculated/<slug:form>/",
        recalculated.file,
        name="recalculated_file",
    ),
    path("dealings/<int:agreement_id>/studio/", recalculated.in_studio, name="in_studio"),
    path("dealings/<int:agreement_id>/whole/<slug:form>/", papers.whole_file, name="whole_file"),
    path("procedures/", procedures.procedures, name="procedures"),
    path("delivery/", delivery.delivery, name="delivery"),
    path("papers/<int:paper_no>/pdf/", delivery.kept_pdf, name="kept_pdf"),
    path("papers/<int:paper_no>/post/", delivery.ask_on_paper, name="ask_on_paper"),
    path("settings/", safety.settings, name="settings"),
    path("settings/freeze/", safety.freeze, name="freeze"),
    path("settings/devices/<int:device_id>/end/", safety.end_device, name="end_device"),
    path("settings/logins/<int:session_id>/not-me/", safety.not_me, name="not_me"),
    path("settings/pin/", safety.change_pin, name="pin"),
]
