"""Addresses of registered facts, choices and recovery [登録情報・設定のURL]."""

from __future__ import annotations

from django.urls import path

from motocho.web.facts import agreeing, keys, recovering, registered, stopping, telling

app_name = "facts"
urlpatterns = [
    path("settings/facts/", registered.overview, name="overview"),
    path("settings/facts/<slug:name>/", registered.change, name="change"),
    path("settings/notices/", telling.notify, name="notify"),
    path("settings/notices/test/", telling.test_mail, name="test_mail"),
    path("settings/solicitation/", telling.solicit, name="solicit"),
    path("settings/consents/", agreeing.agree, name="consents"),
    path("settings/passkeys/", keys.keys, name="keys"),
    path("settings/passkeys/add/", keys.add, name="key_add"),
    path("settings/passkeys/end/", keys.end, name="key_end"),
    path("settings/card/", stopping.lost_card, name="lost_card"),
    path("settings/reopen/", stopping.reopen, name="reopen"),
    path("inbox/", telling.inbox, name="inbox"),
    path("inbox/all-read/", telling.all_read, name="all_read"),
    path("inbox/<int:message_id>/", telling.message, name="message"),
    path("forgotten/pin/", recovering.ask_pin, name="ask_pin"),
    path("forgotten/number/", recovering.ask_number, name="ask_number"),
]
