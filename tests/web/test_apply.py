"""The application of the site, without scripts: check, questions, sending, coming back, its state."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.database import Database
from tests.documents import files
from tests.loans.crowd import do
from tests.loans.desk import Desk
from tests.people.house import rows
from tests.web.applying import ANSWERS, BORN, MAIL, Applicant, main, newest_link

from motocho.outside import clock, mail
from motocho.people import requests
from motocho.people.requests import Turns
from motocho.screening import applications
from motocho.screening.applications import ApplicationKey
from motocho.screening.applying import Slot, drafts, handing
from motocho.screening.identity import Method

pytestmark = pytest.mark.usefixtures("database")
CHECK = {"age": "35", "income": "210万", "others": "40万", "wanted": "30万", "late": "no"}


@pytest.fixture
def applicant(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Applicant:
    assert database is not None
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    Desk()
    return Applicant(tmp_path)


def counted(table: str) -> int:
    ((count,),) = rows(f"SELECT count(*) FROM {table}")
    return int(count)


def key_of() -> ApplicationKey:
    ((member_id, application_id),) = rows(
        "SELECT member_id, application_id FROM screening_application"
    )
    return ApplicationKey(member_id, application_id)


# ------------------------------------------------------------------------------------- the check
@pytest.mark.rule("ORG-002")
def test_check_answers_promises_nothing_and_keeps_nothing(applicant: Applicant) -> None:
    page = applicant.client.get("/apply/check/")
    assert "checked" not in page.content.decode().split("<main")[1]
    text = main(applicant.client.post("/apply/check/", CHECK))
    assert "この条件で申し込めます" in text
    assert "700,000円" in text
    assert "審査では、ほかのことも確かめます" in text
    lower = main(applicant.client.post("/apply/check/", {**CHECK, "income": "2,099,999"}))
    assert "限度額290,000円までなら申し込めます" in lower
    young = main(applicant.client.post("/apply/check/", {**CHECK, "age": "17"}))
    assert "18歳の誕生日から申し込めます" in young
    assert "申込みへ進む" not in young
    late = main(applicant.client.post("/apply/check/", {**CHECK, "late": "yes"}))
    assert "担当者が個別に判断します" in late
    assert counted("screening_draft") == counted("django_session") == 0
    assert applicant.client.post("/apply/check/", {}).status_code == 422


# --------------------------------------------------------------------------------- the questions
def test_from_the_first_question_to_the_state_of_the_application(applicant: Applicant) -> None:
    """One question a page, each saved; nothing is ticked or filled in before."""
    applicant.fill()
    for text in applicant.seen:
        inside = text.split("<main", 1)[1]
        assert text.count("<h1") == 1
        assert "checked" not in inside
        assert 'type="range"' not in inside
        assert not re.search(r'<input id="[^"]*"[^>]* value="', inside)
    page = applicant.client.get("/apply/form/review/")
    text = main(page)
    for said in (
        "佐藤",
        "3,000,000円",
        "1985年4月1日",
        "会社員",
        "35日ごと",
        "運転免許証",
        "同意しない",
        "見本商事",
    ):
        assert said in text
    assert page.content.decode().count("pairs-change") == len(ANSWERS)
    done = applicant.send()
    assert (done.status_code, done["Location"]) == (302, "/apply/status/")
    key = key_of()
    application = do(applications.forms.one, key)
    assert application.wanted.limit_yen == 300_000
    assert application.wanted.said.employed_since == date(2015, 4, 1)
    consents = dict(rows("SELECT kind || ' ' || scope, wording_ref FROM people_consent"))
    assert len(consents) == 5
    assert consents["bureau "].startswith("apply.consent.bureau_inquiry ja ")
    assert not [one for one in consents if one.startswith("electronic")]
    text = main(applicant.client.get("/apply/status/"))
    assert "ご本人の確認がまだです" in text
    assert "あなたの番です" in text
    assert applicant.send()["Location"] == "/apply/status/"
    assert (counted("screening_application"), counted("people_member")) == (1, 2)
    assert counted("notices_choice") == 0


def test_every_page_says_what_is_missing_and_goes_on_where_it_was(applicant: Applicant) -> None:
    applicant.fill(until="bureau")
    for question in ANSWERS:
        refused = applicant.answer(question, {})
        assert refused.status_code == 422, question
        assert 'id="summary"' in refused.content.decode(), question
    assert applicant.client.get("/apply/form/")["Location"] == "/apply/form/bureau/"
    refusing = main(applicant.answer("bureau", {"say": "refuse"}))
    assert "同意がないと審査ができません" in refusing
    for question, typed, said in (
        ("birthday", {"born_on": "2015/4/1"}, "18歳の誕生日から"),
        ("amount", {"amount": "305,000"}, "10,000円単位"),
        ("due", {"scheme": "monthly", "day": ""}, "1から31"),
        ("account", {**ANSWERS["account"], "bank": "どこにもない銀行"}, "見つかりません"),
        ("papers", {"paper": "health_insurance_card"}, "選ばれていません"),
        ("call", {"way": "call", "hours": "", "caller": ""}, "電話してよい時間帯"),
        ("employer", {**ANSWERS["employer"], "since": "2099/4/1"}, "今日までの日"),
    ):
        page = applicant.answer(question, typed)
        assert page.status_code == 422, question
        assert said in main(page), question
    assert applicant.client.get("/apply/form/review/")["Location"] == "/apply/form/bureau/"
    assert applicant.send()["Location"] == "/apply/form/bureau/"
    assert counted("screening_application") == 0


def test_who_has_no_workplace_is_not_asked_for_one(applicant: Applicant) -> None:
    applicant.fill(until="work")
    applicant.answer("work", {"work": "pension"})
    assert applicant.client.get("/apply/form/")["Location"] == "/apply/form/income/"
    assert applicant.client.get("/apply/form/employer/").status_code == 404
    assert applicant.client.get("/apply/form/call/").status_code == 404


# ----------------------------------------------------------------------------------- coming back
def test_link_from_the_mail_leads_back_once_on_another_device(applicant: Applicant) -> None:
    applicant.fill(until="income")
    left = applicant.client.post("/apply/form/leave/")
    assert "続きのリンクをメールで送ります" in main(left)
    assert applicant.client.get("/apply/form/income/")["Location"] == "/apply/return/"
    address = newest_link(applicant.mails)
    other = Applicant(applicant.mails)
    for _ in range(2):  # a mail program that looks at links uses nothing up
        assert "生年月日" in main(other.client.get(address))
    assert other.client.post(address, {"born_on": "1985/4/2"}).status_code == 422
    done = other.client.post(address, {"born_on": BORN})
    assert done["Location"] == "/apply/form/"
    assert other.client.get("/apply/form/")["Location"] == "/apply/form/income/"
    again = Applicant(applicant.mails).client.post(address, {"born_on": BORN})
    assert again.status_code == 422


def test_nobody_learns_by_a_page_whether_an_address_or_a_link_is_known(
    applicant: Applicant,
) -> None:
    applicant.fill(until="name")
    applicant.client.post("/apply/form/leave/")
    stranger = Client(SERVER_NAME="127.0.0.1")
    asked = [stranger.post("/apply/return/", {"email": one}) for one in (MAIL, "no@example.jp")]

    def shape(text: bytes, of: str) -> str:
        bare = text.decode().replace(of, "")
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", bare)

    assert shape(asked[0].content, MAIL) == shape(asked[1].content, "no@example.jp")
    address = newest_link(applicant.mails)

    for typed in (None, {"born_on": "1985/4/2"}):
        answers = []
        for one in (address, "/apply/link/a-token-of-nobody/"):
            response = stranger.get(one) if typed is None else stranger.post(one, typed)
            answers.append((response.status_code, shape(response.content, one)))
        assert answers[0] == answers[1]


def test_network_of_many_people_is_let_apply_and_one_that_floods_waits(
    applicant: Applicant,
) -> None:
    for _ in range(Turns.APPLYING.most - 1):
        assert do(requests.turn, "127.0.0.1", clock.now(), Turns.APPLYING) is None
    assert applicant.client.post("/apply/").status_code == 302
    for address in ("/apply/", "/apply/return/", "/apply/link/none/"):
        refused = applicant.client.post(address, {"email": MAIL, "born_on": BORN})
        assert refused.status_code == 429, address
        assert refused["Retry-After"]
    assert do(requests.turn, "127.0.0.1", clock.now()) is None
    assert counted("screening_draft") == 1


def test_draft_that_was_erased_begins_anew(applicant: Applicant) -> None:
    applicant.fill(until="name")
    do(drafts.forget, clock.now() + timedelta(days=31))
    assert applicant.client.get("/apply/form/name/")["Location"] == "/apply/return/"
    assert counted("screening_draft") == 0


def test_who_is_nobody_sees_no_application(applicant: Applicant) -> None:
    applicant.fill()
    applicant.send()
    stranger = Client(SERVER_NAME="127.0.0.1")
    for address in ("status/", "status/withdraw/", "status/papers/income/", "status/calls/1/"):
        for send in (stranger.get, stranger.post):
            response = send(f"/apply/{address}")
            assert response.status_code in {302, 405}, address
            assert response.headers.get("Location", "/apply/return/") == "/apply/return/"
    assert applicant.client.get("/apply/status/calls/1/").status_code == 404


# ------------------------------------------------------------------------------- what becomes of it
def test_papers_are_handed_in_as_what_they_are_and_it_is_withdrawn_in_two_taps(
    applicant: Applicant,
) -> None:
    applicant.fill()
    applicant.send()
    page = applicant.client.get("/apply/status/papers/identity_front/")
    assert "表" in main(page)
    empty = applicant.client.post("/apply/status/papers/identity_front/", {})
    assert empty.status_code == 422
    with (applicant.mails / "front.jpg").open("wb") as file:
        file.write(files.photo())
    with (applicant.mails / "front.jpg").open("rb") as file:
        done = applicant.client.post("/apply/status/papers/identity_front/", {"page": file})
    assert done.status_code == 302, main(done)
    assert [one.slot for one in do(handing.of, key_of())] == [Slot.IDENTITY_FRONT]
    assert "受付済み" in main(applicant.client.get("/apply/status/"))
    assert applicant.client.get("/apply/status/papers/anything/").status_code == 404
    assert "理由は聞きません" in main(applicant.client.get("/apply/status/withdraw/"))
    for _ in range(2):
        assert applicant.client.post("/apply/status/withdraw/")["Location"] == "/apply/status/"
    assert "取り下げられました" in main(applicant.client.get("/apply/status/"))
    assert rows("SELECT outcome FROM screening_application") == [("withdrawn",)]


@pytest.mark.rule("KYC-003")
@pytest.mark.parametrize(("on", "counts"), [(date(2027, 3, 31), True), (date(2027, 4, 1), False)])
def test_pictures_are_asked_for_only_while_they_count(on: date, *, counts: bool) -> None:
    assert (Slot.FACE in handing.wanted(on)) == counts
    assert (Method.PHOTO in handing.methods_on(on)) == counts
    assert Method.CHIP in handing.methods_on(on)
    assert Slot.INCOME in handing.wanted(on)


@pytest.mark.parametrize(("question", "typed", "told"), [
    ("birthday", {"born_on": "2099/1/1"}, "今日までの日付を入力してください"),
    ("employer", {"since": "2099/1/1"}, "今日までの日付を入力してください"),
    ("income", {"yearly": "300"}, "300万円なら、「300万」と入力してください"),
    ("income", {"yearly": "9,999"}, "年収が9,999円になっています"),
    ("debts", {"others": "-5"}, "5円でよければ、符号をとって入力してください"),
    ("amount", {"amount": "0"}, "10,000円単位で選んでください"),
    ("bureau", {"say": ""}, "同意するかどうかが選ばれていません"),
])  # fmt: skip
def test_slips_are_told_in_words_that_mend_them(
    applicant: Applicant, question: str, typed: dict[str, str], told: str
) -> None:
    applicant.fill(until=question)
    refused = applicant.answer(question, {**ANSWERS[question], **typed})
    assert refused.status_code == 422
    assert told in main(refused)
    for value in filter(None, typed.values()):  # nothing that was typed is lost
        assert f'value="{value}"' in refused.content.decode()
    assert applicant.answer(question).status_code == 302


@pytest.mark.parametrize("yearly", ["0", "1万"])
def test_income_of_nothing_is_an_answer(applicant: Applicant, yearly: str) -> None:
    applicant.fill(until="income")
    assert applicant.answer("income", {"yearly": yearly}).status_code == 302


def test_codes_and_wide_digits_are_checked_as_they_were_read(applicant: Applicant) -> None:
    wide = {"postcode": "１０００００１", "address": "東京都千代田区千代田１ー１"}
    applicant.answers = {**ANSWERS, "address": wide}
    applicant.fill()
    text = main(applicant.client.get("/apply/form/review/"))
    assert "100-0001" in text
    assert "みずほ銀行 (0001)" in text
