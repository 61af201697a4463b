"""The files that pay claims on the desk's pages, whose they are; a payment that moves, stops, comes back."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from tests.database import Database
from tests.people.house import rows
from tests.web.claimed import SAMPLE, Scene, day, page
from tests.web.membership import Site, do

from motocho.outside import clock, mail
from motocho.outside.bank import next_business_day, read_transfers
from motocho.people import access as gate
from motocho.people.access import Role, Staff

OTHER = SAMPLE.replace(b"\n", b"\r\n")
LOOKS = (
    "SELECT member_id FROM journal_row WHERE kind = 'staff_access' AND purpose = %s"
    " ORDER BY member_id"
)


@pytest.fixture
def scene(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Scene(Site.at(tmp_path))


@pytest.mark.rule("PRIV-003")
def test_a_file_is_a_look_at_each_member_in_it_and_nobodys_who_may_not(scene: Scene) -> None:
    """One answer for a file with a member kept apart and for none; nothing is written of a refused look."""
    pay_on = next_business_day(clock.now().date())
    other, _ = scene.site.member()
    own_at = scene.take()
    their_at = scene.take(f"/desk/members/{other.member_id}/claims/", claimant="self", office="")
    scene.settled(own_at, 50_000)
    scene.done(their_at, "check", proof="licence", proof_ref="免-1")
    scene.reckon(their_at, OTHER)
    scene.done(their_at, "offer", offer="40000", answer_until=day(14), pay_by=day(40),
               offer_reason="早期に")  # fmt: skip
    scene.agree()
    scene.done(their_at, "accept", accepted_on=day(0))
    scene.done(their_at, "settle", settle_ref="和-2", settle_reason="合意")
    scene.agree()
    scene.released(own_at, pay_on)
    scene.released(their_at, pay_on)
    at = scene.filed(pay_on)
    number = at.split("/")[-2]
    both = [(scene.key.member_id,), (other.member_id,)]
    answer = scene.operator.client.get(at)
    assert read_transfers(answer.content, near_on=pay_on).sum_yen == 90_000
    assert rows(LOOKS, f"claim file {number}") == both
    mori = Staff(scene.mori.staff_id, frozenset({Role.SUPERVISOR}), "claims")
    assert do(gate.bar, other.member_id, scene.operator.staff_id, mori, clock.now()) is None
    refused, none = (
        scene.operator.client.get(at),
        scene.operator.client.get("/desk/claims/files/77/"),
    )
    assert (refused.status_code, none.status_code) == (404, 404)
    varying = re.compile(r'files/\d+/|name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"')
    assert varying.sub("", page(refused)) == varying.sub("", page(none))
    assert b"1234567" not in refused.content
    assert rows(LOOKS, f"claim file {number}") == both, "what was refused is no look"
    assert at not in page(scene.operator.client.get("/desk/claims/files/"))
    shown = page(scene.operator.client.get("/desk/claims/"))
    assert own_at in shown
    assert their_at not in shown
    assert "全部で1件" in shown
    assert scene.mori.client.get(at).status_code == 200
    assert at in page(scene.mori.client.get("/desk/claims/files/"))


@pytest.mark.rule("PRIV-003")
def test_a_payment_of_a_member_kept_apart_waits_for_a_colleague(scene: Scene) -> None:
    pay_on = next_business_day(clock.now().date())
    at = scene.take()
    scene.settled(at, 50_000)
    scene.released(at, pay_on)
    mori = Staff(scene.mori.staff_id, frozenset({Role.SUPERVISOR}), "claims")
    do(gate.bar, scene.key.member_id, scene.operator.staff_id, mori, clock.now())
    shown = page(scene.operator.client.get("/desk/claims/files/"))
    assert "このほか1件は" in shown
    assert at not in shown
    form = {"pay_on": f"{pay_on:%Y/%m/%d}", "originator": "0000099999", "ref": next(scene.refs)}
    assert scene.operator.client.post("/desk/claims/files/", form).status_code == 422
    assert rows("SELECT count(*) FROM office_claim_file") == [(0,)]
    assert scene.filed(pay_on, scene.mori.client)


def test_a_payment_moves_stops_and_comes_back_on_the_pages(scene: Scene) -> None:
    first_on = next_business_day(clock.now().date())
    then_on = next_business_day(first_on)
    at = scene.take()
    scene.settled(at, 50_000)
    scene.released(at, first_on)
    scene.done(at, "stop", cause="attached", stop_ref="令-1", stop_words="差押命令が届いた")
    shown = page(scene.operator.client.get(at))
    assert "支払を止めています" in shown
    assert "支払の承認を求める" not in shown
    assert "依頼を待つ支払はありません" in page(scene.operator.client.get("/desk/claims/files/"))
    scene.done(at, "resume", entitled="差押債権者 甲", resume_ref="令-1", resume_reason="取立届")
    asked = page(scene.mori.client.get("/desk/approvals/"))
    assert "差止めの解除の承認を求める" in asked
    scene.agree()
    scene.released(at, first_on)
    scene.released(at, then_on)
    waiting = page(scene.operator.client.get("/desk/claims/files/"))
    assert f"{then_on:%Y/%m/%d}" in waiting
    file = scene.filed(then_on)
    sent = read_transfers(scene.operator.client.get(file).content, near_on=then_on)
    assert [one.amount_yen for one in sent.transfers] == [50_000]
    scene.done(at, "return", returned_on=day(0), returned_ref="銀-1", returned_words="口座なし",
               returned_reason="銀行の通知")  # fmt: skip
    assert scene.claim(at).taken[-1].value == "sent", "one person takes nothing back"
    scene.agree()
    assert scene.claim(at).taken[-1].value == "returned"
    assert "口座なし" in page(scene.operator.client.get(at))


def test_a_second_claim_of_the_same_says_which_case_it_is(scene: Scene) -> None:
    number = str(scene.key.agreement_id)
    own = {"claimant": "self", "agreement": number, "received_on": day(0), "office": "",
           "document_ref": "受-9"}  # fmt: skip
    first = scene.take(**own)
    answer = scene.operator.client.post(scene.home, own | {"ref": next(scene.refs)})
    assert answer.status_code == 422
    assert f"同じ取引の請求{first.split('/')[-2]}に対応中です" in page(answer)
    assert "受-9" in page(answer), "what was typed is kept"
    stale = own | {"second": "whatever", "ref": next(scene.refs)}
    assert scene.operator.client.post(scene.home, stale).status_code == 422
    scene.done(first, "end", how="withdrawn", end_words="取下書を受領")
    second = scene.take(**own, second="after_withdrawn")
    assert "先の請求は取り下げられた" in page(scene.operator.client.get(second))
    assert rows("SELECT count(*) FROM office_claim") == [(2,)]


def test_a_late_file_and_a_payment_whose_day_is_over_say_so(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay_on = next_business_day(clock.now().date())
    at = scene.take()
    scene.settled(at, 50_000)
    scene.released(at, pay_on)
    later = clock.now() + timedelta(days=(pay_on - clock.now().date()).days + 1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert scene.operator.sign_in().status_code == 302
    assert "振込日が過ぎています" in page(scene.operator.client.get("/desk/claims/files/"))
    scene.filed(pay_on)
    assert "振込日の1日後に作成" in page(scene.operator.client.get("/desk/claims/files/"))
    assert "振込日の1日後に作成" in page(scene.operator.client.get(at))


def test_the_list_of_claims_has_pages_and_a_total(scene: Scene) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "WITH made AS (INSERT INTO office_claim (member_id, claimant, office, received_on,"
            " document_ref, second, source, actor, taken_at) SELECT %s, 'self', '', %s, '',"
            " CASE WHEN n > 1 THEN 'other_dealings' END, 's' || n, 'y',"
            " %s FROM generate_series(1, 120) n RETURNING member_id, claim_id, received_on)"
            " INSERT INTO office_claim_step (member_id, claim_id, step_no, step, on_day, content,"
            " source, actor, noted_at) SELECT member_id, claim_id, 1, 'received', received_on, '{}',"
            " 'r' || claim_id, 'y', %s FROM made",
            (scene.key.member_id, clock.now().date(), clock.now(), clock.now()),
        )
    client = scene.operator.client
    found: set[str] = set()
    for number in (1, 2, 3):
        shown = page(client.get(f"/desk/claims/?page={number}"))
        assert "全部で120件" in shown
        found |= set(re.findall(r'class="row-link" href="([^"]+)"', shown))
    assert len(found) == 120
    assert 'href="?page=2"' in page(client.get("/desk/claims/"))
    assert "3ページ中3ページ" in page(client.get("/desk/claims/?page=99"))
    assert "3ページ中1ページ" in page(client.get("/desk/claims/?page=x"))
