"""The ways to be identified on a small phone, in three tongues, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from tests.database import Database
from tests.screening.applying.filling import AT, HANAKO, Desk
from tests.screening.applying.vendored import SECRET, Post, asked_for, standing, submitted
from tests.web.browsing import PHONE, Device
from tests.web.test_apply_status import seated
from tests.web.test_browser import SIDEWAYS

from motocho.outside import clock, identity
from motocho.outside.fakes.identity import Trouble
from motocho.outside.identity import Way

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def test_asked_for_on_a_phone_and_read_in_three_tongues(
    device: Callable[..., Device],
    site: str,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert database is not None
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(hours=1))
    monkeypatch.setenv(identity.VARIABLE, str(tmp_path))
    monkeypatch.setenv(identity.SECRET, SECRET.decode())
    Desk()
    key = submitted()
    asked_for(key, Way.CERTIFICATE)
    at = AT + timedelta(hours=1)
    Post(tmp_path, HANAKO, Way.CERTIFICATE, (Trouble.REVOKED,), at=at).round()
    for tongue, button in (
        ("ja", "この方法で頼む ICチップの読み取りと顔の写真"),
        ("easy", "これに する あなただけが もらう"),
        ("en", "Ask for this The My Number card"),
    ):
        one = device(viewport=PHONE, tongue=tongue, java_script_enabled=tongue == "en")
        value = seated(key).cookies[settings.SESSION_COOKIE_NAME].value
        one.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": site}]
        )
        page = one.open("/apply/status/")
        before = page.locator("#identify ~ .card").count()
        page.get_by_role("button", name=button).click()
        assert page.url.endswith("/apply/status/#identify")
        assert page.locator("#identify ~ .card").count() == before
        if tongue == "en":
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.locator("#identify ~ .card .number").count() == 2 * len(AT_SITE[tongue])
        assert one.complaints == []
    assert {one.way for one in standing(key) if one.became is None} == set(AT_SITE["all"])


AT_SITE = {
    "ja": (Way.CHIP,),
    "easy": (Way.CHIP,),
    "en": (Way.CHIP, Way.CERTIFICATE),
    "all": (Way.CHIP, Way.POST, Way.CERTIFICATE),
}
"""Which requests show their reference once each tongue's button was pressed."""
