"""Screening at the desk: the queue, an application whole, what is entered, decided, replayed, concluded."""

from __future__ import annotations

import html
import re
import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.db import IntegrityError, connection, transaction
from tests.database import Database
from tests.documents.files import photo
from tests.loans.crowd import do
from tests.people.house import kinds_of, rows
from tests.screening.applications.office import SLIP, noon, wished
from tests.screening.applying import filling
from tests.web.office import Seat, seated
from tests.web.screened import Screened, page_of

from motocho.documents import intake
from motocho.documents.intake import Kept, Purpose, Upload
from motocho.outside import clock
from motocho.people import members, staff
from motocho.people.access import Role
from motocho.screening import applications, applying, identity
from motocho.screening.applications import ApplicationKey, Check, decisions, reviews, steps
from motocho.screening.applications.refusals import Reason, Why
from motocho.screening.applying import Alike, Signal
from motocho.screening.capacity import PaperKind
from motocho.screening.decision import Verdict
from motocho.units.errors import InputError, Language, StateConflict
from motocho.web.apply import _forms
from motocho.web.desk.screening import rising
from motocho.web.pages import TONGUE_COOKIE
from motocho.web.words import Tongue, plain, wording_ref

PARTS = ("", "paper/", "employment/", "checks/", "claims/", "identity/", "replay/", "conclude/")
"""Every page of an application, below its own."""


@pytest.fixture
def desk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Screened:
    return Screened.on_its_clock(tmp_path, database, monkeypatch)


Found = TypeVar("Found")


def there(found: Found | None) -> Found:
    assert found is not None
    return found


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


def main(response: Any) -> str:
    return text(response).partition("<main")[2]


def mark_in(page: str) -> str:
    found: list[str] = re.findall(r'name="mark" value="(\w+)"', page)
    return found[0]


def said_in(page: str) -> list[str]:
    """What the page says that the applicant reads."""
    found = re.findall(r'<div class="said said-ours">(.*?)</div>', page, re.DOTALL)
    return [re.sub(r"<[^>]+>", "\n", one).strip() for one in found]


APPROVE = "INSERT INTO screening_approval VALUES (%s, %s, %s, %s, %s)"


def raw(statement: str, *values: Any) -> None:
    """As whoever writes SQL by hand."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


# ------------------------------------------------------------------------------------- the queue
@pytest.mark.rule("LEND-001")
def test_a_prepared_application_is_read_and_approved_and_the_next_one_opens(desk: Screened) -> None:
    first, second = desk.prepared(0), desk.prepared(1, 1_000_000)
    queue = main(desk.rie.client.get("/desk/screening/"))
    places = [queue.find(page_of(one)) for one in (first, second)]
    assert -1 < places[0] < places[1]
    assert "鈴木" not in queue
    page = main(desk.rie.client.get(page_of(first)))
    for shown in ("鈴木 一郎", "46歳", "300,000円", "6,000,000円", "源泉徴収票", "貸金業法13条"):
        assert shown in page
    told = re.sub(r"<[^>]+>", " ", page)
    assert not re.findall("[0-9]{4}-[0-9]{2}-[0-9]{2}", told)  # as the house writes days
    form = {"do": "approve", "mark": mark_in(page)}
    sent = desk.rie.client.post(page_of(first), form)
    assert sent["Location"] == f"{page_of(second)}?done=approved"
    standing = there(do(decisions.standing, first))
    assert standing.approved_by == (desk.rie.staff_id,)
    assert standing.is_approved
    assert standing.decision.digest == form["mark"]
    # the second one needs two
    page = main(desk.rie.client.get(sent["Location"]))
    form = {"do": "approve", "mark": mark_in(page)}
    assert desk.rie.client.post(page_of(second), form)["Location"].endswith("/?done=approved")
    again = main(desk.rie.client.get(page_of(second)))
    assert "もう一人の承認を待っています" in again
    assert 'value="approve"' not in again
    waits = main(desk.rie.client.get("/desk/screening/?whose=second"))
    assert page_of(second) in waits
    assert page_of(first) not in waits
    desk.kai.client.post(page_of(second), {"do": "approve", "mark": form["mark"]})
    assert there(do(decisions.standing, second)).is_approved


def test_the_queue_shows_zeros_states_and_wishes_not_taken_up(desk: Screened) -> None:
    empty = main(desk.rie.client.get("/desk/screening/"))
    assert "ありません" in empty
    key = desk.office.submit().key
    waiting = do(applications.queue.waiting, desk.office.first)
    assert [one.application.key for one in waiting] == [key]
    assert waiting[0].signs.verdict is None
    desk.office.decide(key)
    assert page_of(key) in main(desk.rie.client.get("/desk/screening/?whose=applicant&kind=new"))
    assert page_of(key) not in main(desk.rie.client.get("/desk/screening/?kind=increase"))
    assert "LEND-002" in main(desk.rie.client.get("/desk/screening/"))


# ------------------------------------------------------------------------------- text shown is sent
@pytest.mark.rule("KYC-007")
def test_what_stands_on_the_page_is_what_the_applicant_reads(desk: Screened) -> None:
    key = desk.prepared(0, 500_000)
    desk.office.enter(key, replace(SLIP, annual_yen=3_000))  # another income, and a newer paper
    do(applications.enter_paper, key, applications.Entry(desk.office.document(key.member_id), None, 1),
       desk.office.enterer, desk.office.form())  # fmt: skip
    page = main(desk.rie.client.get(page_of(key)))
    assert "申告 6,000,000円 · 申告と書類が違います" in page
    shown = said_in(page)
    refuse = {"do": "refuse", "mark": mark_in(page)}
    without = desk.rie.client.post(page_of(key), refuse)
    assert without.status_code == 422
    assert "理由が選ばれていません" in text(without)
    other = desk.rie.client.post(page_of(key), refuse | {"reason": "papers"})
    assert other.status_code == 422  # the rules refuse: that alone is the reason
    assert desk.rie.client.post(page_of(key), refuse | {"reason": "rules"}).status_code == 302
    kept = there(do(decisions.newest, key))
    told = do(decisions.told, kept, Language.JA)
    assert kept.verdict is Verdict.REFUSE
    assert ["\n".join(one) for one in told] == [re.sub(r"\n+", "\n", one) for one in shown]
    over = main(desk.rie.client.get(page_of(key)))
    assert "否決" in over
    assert 'name="mark"' not in over


@pytest.mark.rule("KYC-007")
def test_each_reason_shows_what_it_tells_and_what_is_withheld_tells_nothing(
    desk: Screened,
) -> None:
    key = desk.prepared(0)
    form = desk.office.form()
    do(applications.record_check, key, (Check.SUSPICION, True), desk.office.enterer, form)
    page = main(desk.rie.client.get(page_of(key)))
    assert "担当者が判断します" in page
    told = "総合的な判断により、お取引をお受けできません"
    shown = said_in(page)
    assert sum(told in one for one in shown) == 2  # withheld and other read the same
    assert any("返済のご負担が大きい" in one for one in shown)
    mark = mark_in(page)
    bare = {"do": "refuse", "mark": mark, "reason": "other", "words": " "}
    assert "「その他」の内容" in text(desk.rie.client.post(page_of(key), bare))
    good = bare | {"words": "勤務先の話が変わった"}
    assert desk.rie.client.post(page_of(key), good).status_code == 302
    kept = there(do(decisions.newest, key))
    assert do(decisions.told, kept, Language.JA)[0][0] == told
    (said,) = do(reviews.every, key)
    assert (said.why, said.staff_id) == (
        Why(Reason.OTHER, "勤務先の話が変わった"),
        desk.rie.staff_id,
    )
    assert "話が変わった" not in str(do(decisions.document, kept))
    again = main(desk.rie.client.get(f"{page_of(key)}replay/"))
    assert "その日の一覧でも同じ文を伝えます" in again
    assert told in again


# ------------------------------------------------------------------------------ who may not decide
@pytest.mark.rule("LEND-001")
def test_own_evidence_own_application_and_a_stale_page_say_why(desk: Screened) -> None:
    key = desk.prepared(0)
    rie = do(_staff, desk.rie)
    page = main(desk.kai.client.get(page_of(key)))
    entry = applications.Entry(desk.office.document(key.member_id), SLIP)
    do(applications.enter_paper, key, entry, rie, desk.office.form())
    own = main(desk.rie.client.get(page_of(key)))
    assert "資料を入力した人は承認できません" in own
    assert 'value="approve"' not in own
    mark = re.findall(r"<code>(\w{12})</code>", own)[0]
    application = do(applications.forms.one, key)
    seen = there(do(reviews.seen, application, rie.actor, desk.office.at))
    assert seen.mark.startswith(mark)
    sent = desk.rie.client.post(page_of(key), {"do": "approve", "mark": seen.mark})
    assert sent.status_code == 422
    assert "資料を入力した人は承認できません" in text(sent)
    stale = desk.kai.client.post(page_of(key), {"do": "approve", "mark": mark_in(page)})
    assert stale.status_code == 422
    assert "資料か決定が変わりました" in text(stale)
    assert rows("SELECT * FROM screening_approval") == []
    mine = seated("sei", Role.REVIEWER, own_member_id=key.member_id)
    assert mine.client.get(page_of(key)).status_code == 404
    sei = do(_staff, mine)
    with pytest.raises(StateConflict) as own_one:
        do(reviews.approve, key, "x", sei, desk.office.at)
    assert own_one.value.faults[0].what(Language.JA) == "自分や近い人の申込みは審査できません"


def _staff(_cursor: Any, seat: Seat) -> Any:
    return staff.active(_cursor, seat.staff_id, clock.now().date(), "case 7")


@pytest.mark.rule("LEND-001")
def test_handed_on_it_is_a_supervisor_s_who_did_not_hand_it_on(desk: Screened) -> None:
    key = desk.prepared(0)
    other = seated("sei", Role.REVIEWER)
    form = {"do": "hand_on", "reason": "conflict"}
    assert desk.rie.client.post(page_of(key), form).status_code == 302
    assert "application_handed_on" in kinds_of(key.member_id)
    assert page_of(key) in main(desk.rie.client.get("/desk/screening/?whose=supervisor"))
    mark = mark_in(main(desk.kai.client.get(page_of(key))))
    for seat in (desk.rie, other):
        page = main(seat.client.get(page_of(key)))
        assert "二人目に引き継がれた申込みです" in page
        sent = seat.client.post(page_of(key), {"do": "approve", "mark": mark})
        assert sent.status_code == 422
    desk.office.decide(key)
    with pytest.raises(IntegrityError):
        raw(APPROVE, *key, 1, other.staff_id, desk.office.at)
    assert desk.kai.client.post(page_of(key), {"do": "approve", "mark": mark}).status_code == 302
    sei, why = do(_staff, other), Why(Reason.STRAIN)
    with pytest.raises(InputError):
        do(reviews.hand_on, key, why, sei, desk.office.form())


@pytest.mark.rule("LEND-001")
def test_two_reviewers_who_press_at_once_make_one_decision_and_one_end(desk: Screened) -> None:
    key = desk.prepared(0)
    marks = [mark_in(main(seat.client.get(page_of(key)))) for seat in (desk.rie, desk.kai)]
    assert marks[0] == marks[1]
    codes: list[int] = []

    def press(seat: Seat) -> None:
        try:
            codes.append(
                seat.client.post(page_of(key), {"do": "approve", "mark": marks[0]}).status_code
            )
        finally:
            connection.close()

    both = [threading.Thread(target=press, args=(seat,)) for seat in (desk.rie, desk.kai)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert codes == [302, 302]
    assert rows("SELECT count(*) FROM screening_decision") == [(1,)]
    assert rows("SELECT count(*) FROM screening_approval") == [(2,)]


# ---------------------------------------------------------------------------------- what is entered
def _document(desk: Screened, member_id: int, purpose: Purpose = Purpose.INCOME) -> str:
    kept = do(intake.keep, member_id, purpose, Upload("a.jpg", photo()), desk.office.at)
    assert isinstance(kept, Kept)
    return kept.document_ref


@pytest.mark.rule("LEND-005")
def test_a_paper_is_entered_beside_its_picture_corrected_and_taken_out(desk: Screened) -> None:
    key, client = desk.office.submit().key, desk.rie.client
    ref = _document(desk, key.member_id)
    assert f"paper/?document={ref}" in main(client.get(page_of(key)))
    place = f"{page_of(key, 'paper/')}?document={ref}&kind=pay_slips"
    page = main(client.get(place))
    assert f"/desk/documents/{ref}/1/" in page
    form = {"do": "enter", "income": "salary", "stream": "山川商店", "whose": "applicant",
            "paid_on_1": "令和8年11月15日", "pay_1": "25万", "tax_1": "", "paid_on_2": "2026/10/15",
            "pay_2": ""}  # fmt: skip
    wrong = client.post(place, form)
    assert wrong.status_code == 422
    assert 'href="#pay_2"' in text(wrong)
    assert 'value="25万"' in text(wrong)
    assert client.post(place, form | {"pay_2": "240,000"}).status_code == 302
    (entered,) = do(applications.evidence.papers, key)
    assert [one.pay_yen for one in entered.paper.slips] == [250_000, 240_000]
    fix = f"{page_of(key, 'paper/')}?replaces={entered.paper_no}"
    assert "250,000" in main(client.get(fix))
    right = form | {"pay_1": "260,000", "pay_2": "240,000"}
    assert client.post(fix, right).status_code == 302
    (corrected,) = do(applications.evidence.papers, key)
    assert corrected.paper.slips[0].pay_yen == 260_000
    assert client.post(fix, right).status_code == 422  # replaced already
    out = f"{page_of(key, 'paper/')}?replaces={corrected.paper_no}"
    assert client.post(out, {"do": "remove"}).status_code == 302
    assert do(applications.evidence.papers, key) == ()
    assert len(rows("SELECT * FROM screening_paper")) == 3
    assert main(client.get(page_of(key))).count("<del>") == 3


@pytest.mark.rule("LEND-005")
def test_every_kind_of_paper_has_its_form_and_makes_its_record(desk: Screened) -> None:
    key, client = desk.office.submit().key, desk.rie.client
    real = _document(desk, key.member_id)
    kinds = [one.value for one in PaperKind]
    for kind in kinds:
        place = f"{page_of(key, 'paper/')}?document={real}&kind={kind}"
        form = {"do": "enter", "income": "rent", "stream": "家賃", "whose": "applicant",
                "year": "R7", "annual": "100万", "steady": "yes", "in_time": "no",
                "issued_on": "2026/3/1", "filed_on": "2026/3/1",
                "paid_on_1": "2026/11/1", "pay_1": "20万"}  # fmt: skip
        assert client.post(place, form).status_code == 302, kind
    entered = [one.paper for one in do(applications.evidence.papers, key)]
    assert [one.kind.value for one in entered] == kinds
    for one in entered:
        assert (one.year == 2025) is (one.kind.value != "pay_slips")
        assert (one.filed_on is not None) is (one.kind.value in FILED)
    bad = client.post(f"{page_of(key, 'paper/')}?document={real}&kind=tax_return",
                      {"do": "enter", "year": "むかし", "annual": "x", "in_time": "maybe"})  # fmt: skip
    for name in ("year", "annual", "in_time", "stream", "income", "whose"):
        assert f'href="#{name}"' in text(bad), name


FILED = {"tax_return", "blue_statement", "income_breakdown"}


@pytest.mark.rule("DESK-003")
def test_employment_is_confirmed_by_a_paper_and_by_no_call_that_was_not_agreed(
    desk: Screened,
) -> None:
    key, client = desk.office.submit().key, desk.rie.client
    ref = _document(desk, key.member_id)
    place = page_of(key, "employment/")
    page = main(client.get(place))
    assert "はじめに書類で" in page
    assert f"/desk/members/{key.member_id}/call/" in page
    form = {"by": "call 7", "employed_since": "2015/4/1", "confirmed_on": "2026/11/24"}
    assert client.post(place, form).status_code == 422  # nobody called
    late = form | {"by": ref, "employed_since": "2026/11/25"}
    assert "日付の順が合いません" in text(client.post(place, late))
    assert client.post(place, form | {"by": ref, "months_paid": "12"}).status_code == 302
    assert there(do(applications.evidence.employment, key)).months_paid == 12


@pytest.mark.rule("LEND-022")
@pytest.mark.rule("KYC-007")
def test_what_is_looked_up_is_on_this_page_and_in_no_journal(desk: Screened) -> None:
    key, client = desk.office.submit().key, desk.rie.client
    place = page_of(key, "checks/")
    assert client.post(place, {"barred_ties": "found"}).status_code == 422
    form = {"barred_ties": "found", "suspicion": "clear"}
    assert client.post(place, form).status_code == 302
    assert do(applications.evidence.checks, key) == {
        Check.BARRED_TIES: True,
        Check.SUSPICION: False,
    }
    assert "該当あり" in main(client.get(place))
    told = str(rows("SELECT subject, purpose FROM journal_row WHERE member_id = %s", key.member_id))
    assert "found" not in told
    assert "barred" not in told


@pytest.mark.rule("KYC-001")
@pytest.mark.rule("PRIV-001")
def test_identity_is_recorded_only_where_nothing_is_missing(desk: Screened) -> None:
    key, client = desk.office.submit().key, desk.rie.client
    ref = _document(desk, key.member_id, Purpose.IDENTITY)
    place = page_of(key, "identity/")
    page = main(client.get(place))
    assert f"/desk/documents/{ref}/1/" in page
    assert "health_insurance_card" not in page  # not since 2025-12-02
    home = "東京都千代田区千代田1-1"
    form = {"method": "photo_of_document", "checked_on": "2026/11/24", "purpose": "生計費のため",
            "occupation": "会社員", "address": home, "paper_1": "my_number_card",
            "name_1": "佐藤 花子", "born_on_1": "1985/4/1", "address_1": home,
            "expires_on_1": "2030/4/1", "number_1": "123456789018", "refs": ref}  # fmt: skip
    wrong = client.post(place, form)
    assert wrong.status_code == 422
    assert do(identity.records.of_member, key.member_id) == []
    good = form | {"number_1": "", "face": "same"}
    assert client.post(place, good).status_code == 302
    (record,) = do(identity.records.of_member, key.member_id)
    assert record.evidence_refs == (ref,)
    said = do(identity.records.read, record, ("staff 1", "case 1", desk.office.at))
    assert said["declared"]["occupation"] == "会社員"
    assert "123456789018" not in str(said)


# ------------------------------------------------------------------------------ replay, conclusion
@pytest.mark.rule("LEND-001")
@pytest.mark.rule("DOC-001")
def test_replay_then_everything_lacking_at_once_then_the_paper_then_the_contract(
    desk: Screened,
) -> None:
    key, client = desk.prepared(0), desk.rie.client
    page = main(client.get(page_of(key)))
    client.post(page_of(key), {"do": "approve", "mark": mark_in(page)})
    again = main(client.get(page_of(key, "replay/")))
    assert "同じ結果になります" in again
    assert "規則の結果に違いはありません" in again
    assert client.get(page_of(key, "replay/?law_on=x")).status_code == 422
    assert (
        "2005/01/01"
        not in main(client.get(page_of(key, "replay/?law_on=2005-01-01"))).split("同じ")[0]
    )
    place = page_of(key, "conclude/")
    lacking = main(client.get(place))
    assert "申込者がこの条件に承諾していません" in lacking
    assert "この条件の契約締結前書面が、契約より前に届いていません" in lacking
    assert client.post(place, {"do": "conclude", "way": "by_wire"}).status_code == 422
    assert client.post(place, {"do": "show"}).status_code == 302
    assert "書面" in main(client.get(place))
    kept = there(do(decisions.newest, key))
    do(applications.accept, kept, desk.office.source(), desk.office.at)
    desk.office.counter.later(minutes=20)
    desk.rie.sign_in()
    ready = main(client.get(place))
    assert "足りないもの" not in ready
    assert client.post(place, {"do": "conclude", "way": "by_wire"}).status_code == 302
    done = there(do(applications.became, key))
    assert f"契約{done.agreement.agreement_id}になりました" in main(client.get(place))
    again_same = client.post(place, {"do": "conclude", "way": "by_wire"})
    assert again_same.status_code == 302
    assert rows("SELECT count(*) FROM loan_agreement WHERE member_id = %s", key.member_id) == [(1,)]


# ------------------------------------------------------------------------------- not for everybody
@pytest.mark.rule("PRIV-003")
def test_unknown_and_foreign_ids_give_the_same_answer_and_each_look_is_kept(desk: Screened) -> None:
    key, client = desk.office.submit().key, desk.rie.client
    other = ApplicationKey(desk.applicant(0), key.application_id)
    nobody = ApplicationKey(987_654, key.application_id)
    missing = ApplicationKey(key.member_id, 987_654)
    for part in PARTS:
        answers = {client.get(page_of(one, part)).status_code for one in (other, nobody, missing)}
        assert answers == {404}, part
    before = len(rows("SELECT * FROM journal_row WHERE kind = 'staff_access'"))
    client.get(page_of(key))
    looks = rows("SELECT purpose FROM journal_row WHERE kind = 'staff_access' ORDER BY row_id")
    assert len(looks) > before
    assert looks[-1] == (f"application {key.application_id}",)
    foreign = _document(desk, other.member_id)
    assert client.get(f"{page_of(key, 'paper/')}?document={foreign}").status_code == 404


@pytest.mark.rule("COLL-006")
def test_on_a_call_with_somebody_unknown_nothing_of_an_application_shows(desk: Screened) -> None:
    key = desk.prepared(0)
    seat = seated("sei", Role.REVIEWER, Role.OPERATOR)
    seat.client.post("/desk/inbound/", {"member": f"{key.member_id}"})
    for part in PARTS:
        page = main(seat.client.get(page_of(key, part)))
        assert "まだ本人確認がすんでいません" in page, part
        assert "鈴木 一郎" not in page
        assert "円" not in page


def test_our_calls_stand_in_the_steps_with_what_answers_them_on_the_web(desk: Screened) -> None:
    key = desk.office.submit().key
    application = do(applications.forms.one, key)
    assert do(steps.calls, application) == ()
    before = desk.office.at - timedelta(minutes=1)
    for at in (before, desk.office.at + timedelta(minutes=5)):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO contact_attempt (member_id, channel, purpose, cause, actor, asked_at,"
                " valid_until, our_number) VALUES (%s, 'phone', 'identity', 'case 1', 'staff 1',"
                " %s, %s, '0300000110')",
                (key.member_id, at, at + timedelta(minutes=5)),
            )
    (called,) = do(steps.calls, application)
    assert (
        called.what(Language.JA)
        == "2026/11/24 12:05 申込みの確認でお電話しました。つながりませんでした"
    )
    assert "このページ" not in called.fix(Language.JA)
    assert "折り返しは要りません" in main(desk.rie.client.get(page_of(key)))


@pytest.mark.parametrize("tongue", ["ja", "en"])
def test_every_page_is_in_the_reader_s_tongue(desk: Screened, tongue: str) -> None:
    key = desk.prepared(0)
    desk.office.decide(key)
    desk.rie.client.cookies[TONGUE_COOKIE] = tongue
    for part in ("", "employment/", "checks/", "claims/", "identity/", "replay/", "conclude/"):
        response = desk.rie.client.get(page_of(key, part))
        assert response.status_code == 200
        shown = re.sub(r'<(\w+)[^>]*lang="ja"[^>]*>.*?</\1>', "", main(response), flags=re.DOTALL)
        shown = re.sub(r"<[^>]+>", " ", shown).replace("鈴木 一郎", "").replace("employer", "")
        assert tongue == "ja" or not re.search("[ぁ-んァ-ヶ]", shown), part
        shown = re.sub(r"<code>.*?</code>", "", shown)
        assert not re.search(r"screening\.|house\.|[a-z]+_[a-z]+", shown), part


# --------------------------------------------------------------------------------- from other ways
def test_what_came_by_the_site_and_whom_it_is_like_is_shown_to_who_screens(desk: Screened) -> None:
    at = desk.office.at
    wanted = filling.applied(facts={})
    key = do(applying.submit, filling.confirmed(at=at), wanted, at)
    other = desk.applicant(0)
    do(applying.signals.add, key, Signal(Alike.PHONE, other), at)
    page = main(desk.rie.client.get(page_of(key)))
    for shown in ("会社員", "運転免許証", "同じ電話番号", "****0000", f"/desk/members/{other}/"):
        assert shown in page, shown
    assert "particulars_read" in kinds_of(key.member_id)
    double = do(members.register, filling.HANAKO, "30000001", at - timedelta(days=1)).member_id
    desk.office.submit(300_000, double)
    again = main(desk.rie.client.get(page_of(key)))
    assert "同じ氏名の読みと生年月日" in again
    assert f"/desk/members/{double}/" in again
    mine = seated("sei", Role.REVIEWER, own_member_id=other)  # who may not see the other one
    assert f"/desk/members/{other}/" not in main(mine.client.get(page_of(key)))


@pytest.mark.rule("LEND-023")
def test_a_wish_for_a_higher_limit_is_taken_up_once_and_stands_in_the_same_queue(
    desk: Screened,
) -> None:
    desk.office.consent()
    line = desk.office.counter.opened()
    wished(line, desk.office.at)
    queue = main(desk.rie.client.get("/desk/screening/"))
    place = re.findall(r"/desk/increases/\d+/\d+/", queue)[0]
    asker = seated("ueno", Role.OPERATOR)
    assert "審査担当者か責任者が進めます" in main(asker.client.get(place))
    assert asker.client.post(place, {"use": "living"}).status_code == 409
    assert desk.rie.client.post(place, {"use": "business"}).status_code == 422
    led = {desk.rie.client.post(place, {"use": "living"})["Location"] for _ in range(2)}
    assert len(led) == 1
    queue = main(desk.rie.client.get("/desk/screening/?kind=increase"))
    assert led.pop() in queue
    assert place not in queue


@pytest.mark.rule("LEND-023")
def test_a_wish_is_taken_up_once_the_applicant_agreed_to_the_words_that_were_read_to_them(
    desk: Screened,
) -> None:
    desk.office.counter.at = noon(date(2026, 12, 1))
    desk.office.consent()
    line = desk.office.counter.opened()
    wished(line, desk.office.at)
    place = re.findall(r"/desk/increases/\d+/\d+/", main(desk.rie.client.get("/desk/screening/")))[
        0
    ]
    page = main(desk.rie.client.get(place))
    words = [plain(key, Tongue.JA) for key in rising.DATA_WORDS]
    assert all(one in page for one in words)
    assert "まだありません" in page
    for said in ({}, {"agreed": "refuse"}, {"agreed": "x"}):
        refused = desk.rie.client.post(place, {"use": "living", **said})
        assert refused.status_code == 422
    refused = desk.rie.client.post(place, {"use": "living", "agreed": "refuse"})
    assert "個人情報の取扱いへの、申込者の同意がありません" in main(refused)
    assert not rows("SELECT FROM screening_application")
    assert not rows("SELECT FROM people_consent WHERE kind = 'personal_data'")
    answer = {"use": "living", "agreed": "agree", "tongue": "ja"}
    led = {desk.rie.client.post(place, answer)["Location"] for _ in range(2)}
    assert len(led) == 1
    kept = rows("SELECT wording_ref, effective_at FROM people_consent WHERE kind = 'personal_data'")
    assert kept == [(wording_ref(rising.DATA_WORDS, Tongue.JA), desk.office.at)]
    assert "consent_given" in kinds_of(desk.office.member_id)
    page = main(desk.rie.client.get(place))
    assert f"{desk.office.at:%Y/%m/%d %H:%M}" in page
    assert words[0] not in page


def test_the_desk_reads_the_words_that_the_site_shows() -> None:
    (of_site,) = [one.words for one in _forms.QUESTIONS if one.slug == "data"]
    assert tuple(of_site) == rising.DATA_WORDS
