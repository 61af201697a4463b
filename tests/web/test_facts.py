"""What members registered, chose and agreed to, without a browser; the ways back in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern
from hypothesis import given
from hypothesis import strategies as st
from tests.database import Database
from tests.documents.files import photo
from tests.notices.posting import mails, plain, work
from tests.people.authenticator import Authenticator
from tests.people.house import BORN, MAIL, SATO, rows
from tests.web.membership import PIN, Site, do

from motocho.config.worker import CLEAR_DOCUMENTS, TASKS
from motocho.contact import holds
from motocho.contact.guard import HoldKind
from motocho.documents import archive
from motocho.law.prescription import last_day_of
from motocho.notices import bounces
from motocho.notices.bounces import Noted
from motocho.outside import banks, clock, mail
from motocho.outside.mail import Delivery, Report
from motocho.people import cards, consents, members, requests
from motocho.people.access import Role
from motocho.people.consents import Consent
from motocho.people.facts import history
from motocho.people.facts.values import Email, Kind
from motocho.people.members import Member
from motocho.people.safety import codes, freezes
from motocho.people.safety import holds as held
from motocho.units.errors import Language, Unread
from motocho.web import access, pages
from motocho.web.facts import _forms, agreeing, telling, urls
from motocho.web.fields import Form, LineField, LinesField, WordsField
from motocho.web.words import Tongue, say, wording_ref

pytestmark = pytest.mark.usefixtures("database")
FACTS = "/member/settings/facts/"
LEFT = re.compile(r'data-(?:warn|end)="\d+"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Moves the clock on."""
    started = clock.now()

    def move(passed: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: started + passed)

    return move


def page(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def bare(response: Any) -> str:
    """A page without what is different on each: the tokens of its forms, the seconds left."""
    return LEFT.sub("", TOKEN.sub("", page(response)))


def stepped(client: Client, site: Site, member: Member, address: str, typed: Any) -> Any:
    """A form that asks for a code, with the code."""
    asked = client.post(address, typed)
    assert asked.status_code == 200, page(asked)
    return client.post(address, typed | {"code": site.code(member)})


def told(member: Member, kind: Kind) -> list[str]:
    found = do(history.history, member.member_id, kind)
    return [one.masked for one in found]


def by_the_worker(folder: Path) -> list[Any]:
    """Every mail that went out once the worker had been round."""
    work(folder / "sent", clock.now())
    return mails(folder / "sent")


# ------------------------------------------------------------------------------- registered facts
@pytest.mark.rule("AUTH-007")
@pytest.mark.rule("AUTH-008")
def test_email_changes_after_a_code_and_the_old_address_is_told(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    address = f"{FACTS}email/"
    asked = client.post(address, {"email": "ｎｅｗ@example.jp"})
    assert 'name="email" value="ｎｅｗ@example.jp"' in page(asked)
    assert "h***@example.jp" in page(asked)  # the code goes to the address there was
    assert told(member, Kind.EMAIL) == ["h***@example.jp"]
    typed = {"email": "ｎｅｗ@example.jp", "code": site.code(member)}
    wrong = "000000" if typed["code"] != "000000" else "111111"
    assert client.post(address, typed | {"code": wrong}).status_code == 422
    done = client.post(address, typed)
    assert done["Location"] == f"{FACTS}?changed=email"
    assert "メールアドレスを変えました" in page(client.get(done["Location"]))
    assert told(member, Kind.EMAIL) == ["h***@example.jp", "n***@example.jp"]
    sent = [one for one in by_the_worker(site.codes) if "登録内容" in plain(one)]
    assert sorted(str(one["To"]) for one in sent) == [MAIL.address, "new@example.jp"]
    client.post("/member/settings/pin/", {"present": PIN, "new": "6183", "again": "6183"})
    sent = [one for one in by_the_worker(site.codes) if "暗証番号が変わりました" in plain(one)]
    assert sorted(str(one["To"]) for one in sent) == [MAIL.address, "new@example.jp"]


@pytest.mark.rule("AUTH-007")
def test_code_is_good_for_the_change_it_was_asked_for(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    client.post(f"{FACTS}email/", {"email": "mine@example.jp"})
    code = site.code(member)
    for address, typed in (
        (f"{FACTS}email/", {"email": "thief@example.jp"}),
        (f"{FACTS}mobile_phone/", {"phone": "090-2345-6789"}),
    ):
        assert client.post(address, typed | {"code": code}).status_code == 200  # asks anew
    assert told(member, Kind.EMAIL) == ["h***@example.jp"]
    assert len(told(member, Kind.MOBILE_PHONE)) == 1


def test_form_that_is_sent_twice_counts_once(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    address = f"{FACTS}home_phone/"
    asked = page(client.post(address, {"phone": "03-2345-6789"}))
    found = TOKEN.search(asked.split("<main")[1])
    assert found is not None
    typed = {"phone": "03-2345-6789", "code": site.code(member), "csrfmiddlewaretoken": found[1]}
    assert [client.post(address, typed).status_code for _ in range(3)] == [302, 302, 302]
    assert told(member, Kind.HOME_PHONE) == ["******6789"]


def test_same_thing_again_is_asked_with_a_code_that_was_sent(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    address = f"{FACTS}home_phone/"

    def sent() -> int:
        return len(list(site.codes.glob(f"code-{member.member_id}-*.eml")))

    typed = {"phone": "03-2345-6789"}
    for _ in range(2):  # a double tap: the code that was sent is still good
        assert client.post(address, typed).status_code == 200
    assert sent() == 1
    assert client.post(address, typed | {"code": site.code(member)}).status_code == 302
    assert client.post(address, {"remove": "yes"}).status_code == 200
    client.post(address, {"remove": "yes", "code": site.code(member)})
    again = client.post(address, typed)
    assert again.status_code == 200
    assert sent() == 3
    assert client.post(address, typed | {"code": site.code(member)}).status_code == 302
    assert told(member, Kind.HOME_PHONE) == ["******6789", "", "******6789"]


def test_no_page_says_that_a_code_was_sent_where_none_was(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    address, typed = f"{FACTS}home_phone/", {"phone": "03-2345-6789"}
    for _ in range(codes.MOST_CODES):
        assert "確認番号を送りました" in page(client.post(address, typed | {"again": "mail"}))
    other = typed | {"phone": "03-2345-6780"}
    for more in ({}, {"code": "000000"}, {"again": "mail"}):
        asked = page(client.post(address, other | more))
        assert "新しい番号を送れません" in asked
        assert "確認番号を送りました" not in asked
    client.cookies.clear()
    for _ in range(codes.MOST_CODES):
        site.sign_in(client, member)
        assert "確認番号を送りました" in page(client.get("/member/sign-in/code/"))
    for code in (site.sign_in(client, member), client.get("/member/sign-in/code/"),
                  client.post("/member/sign-in/code/", {"code": "000000"})):  # fmt: skip
        assert "新しい番号を送れません" in page(code)
        assert "確認番号を送りました" not in page(code)


def test_what_no_code_is_needed_for_changes_at_once_and_goes_again(
    client: Client, site: Site
) -> None:
    member, _ = site.enter(client)
    address = f"{FACTS}employer/"
    assert client.post(address, {"employer": "<b>あおば商事</b>"})["Location"]
    assert client.post(address, {"remove": "yes"}).status_code == 302
    assert told(member, Kind.EMPLOYER) == ["<b…", ""]
    text = page(client.get(FACTS))
    assert "&lt;b…" in text
    assert "<b…" not in text
    income = {"yearly": "350万", "of_year": f"{clock.now().year - 1}"}
    assert client.post(f"{FACTS}income/", income).status_code == 302
    assert client.post(f"{FACTS}income/", income | {"of_year": "1990"}).status_code == 422
    assert told(member, Kind.INCOME) == [f"{clock.now().year - 1}年 ****円"]


def test_html_in_a_name_is_text(client: Client, site: Site) -> None:
    site.enter(client)
    names = {"family_name": "<i>山﨑", "given_name": "花子&", "family_kana": "やまざき",
             "given_kana": "ハナコ"}  # fmt: skip
    assert client.post(f"{FACTS}name/", names).status_code == 302
    text = page(client.get(FACTS))
    assert "&lt;i&gt;山﨑 花子&amp;" in text
    kana = rows("SELECT family_kana, given_kana FROM people_member ORDER BY member_id DESC")[0]
    assert kana == ("ヤマザキ", "ハナコ")


@pytest.mark.parametrize(("name", "typed", "said"), [
    ("address", {"postcode": "123456", "address": "東京都"}, "郵便番号は7けたです。いま6けたです"),
    ("name", {"family_kana": "山"}, "ふりがなは、ひらがなかカタカナです"),
    ("email", {"email": "a@example.jp\r\nBcc: all@example.jp"}, "メールアドレスとして読めません"),
    ("email", {"email": "a@example.jp\nSubject: x"}, "メールアドレスとして読めません"),
    ("mobile_phone", {"phone": "110"}, "電話番号"),
    ("address", {"postcode": "1000001", "address": "東京都\x00千代田区"}, "こえています"),
    ("address", {"postcode": "1000001", "address": "東京都", "from_on": "2001/1/1"}, "始まる日は"),
    ("income", {"yearly": "100.000", "of_year": "2025"}, "100.000"),
    ("bank_account", {"bank": "どこか", "branch": "1", "account_kind": "ordinary", "number": "1234567"}, "銀行が見つかりません"),
    ("bank_account", {"bank": "中央", "branch": "1", "account_kind": "ordinary", "number": "1234567"}, "いくつかあります"),
    ("bank_account", {"bank": "みずほ", "branch": "999999", "account_kind": "ordinary", "number": "1234567"}, "支店が見つかりません"),
    ("bank_account", {"bank": "みずほ", "branch": "001", "account_kind": "", "number": "123"}, "口座番号は7けたの数字です。いま3けたです"),
])  # fmt: skip
def test_what_cannot_be_read_says_what_mends_it(
    client: Client, site: Site, name: str, typed: dict[str, str], said: str
) -> None:
    member, _ = site.enter(client)
    before = rows("SELECT count(*) FROM people_fact WHERE member_id = %s", member.member_id)
    response = client.post(f"{FACTS}{name}/", typed)
    assert response.status_code == 422
    assert said in page(response)
    assert rows("SELECT count(*) FROM people_fact WHERE member_id = %s", member.member_id) == before


@pytest.mark.rule("AUTH-008")
def test_first_account_is_told_by_mail_too(client: Client, site: Site) -> None:
    """It may be a thief's: what is registered on the site is told, as its page says."""
    member, _ = site.enter(client)
    typed = {"bank": "みずほ", "branch": "001", "account_kind": "ordinary", "number": "1234567"}
    address = f"{FACTS}bank_account/"
    assert "前から登録のメールアドレスに知らせます" in page(client.get(address))
    assert stepped(client, site, member, address, typed).status_code == 302
    assert len(told(member, Kind.BANK_ACCOUNT)) == 1
    sent = [plain(one) for one in by_the_worker(site.codes) if "登録内容" in plain(one)]
    assert ["振込先の口座" in one for one in sent] == [True]


@pytest.mark.rule("AUTH-008")
def test_all_draws_that_wait_are_said_to(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO people_hold (member_id, kind, cause, from_at, until_at)"
                       " VALUES (%s, 'all_draws', 'pin_reset', %s, %s)",
                       (member.member_id, clock.now(), clock.now() + held.LASTS))  # fmt: skip
    shown = page(client.get(FACTS))
    assert "大切な変更があったので、借入を" in shown
    assert "新しい口座への借入を" not in shown


@pytest.mark.rule("AUTH-008")
def test_new_account_is_the_member_s_own_and_waits_a_day(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    typed = {"bank": "みずほ銀行", "branch": "丸の内中央", "account_kind": "ordinary",
             "number": "１２３−４５６７"}  # fmt: skip
    asked = page(client.post(f"{FACTS}bank_account/", typed))
    for said in ("みずほ銀行 (0001)", "丸の内中央 (004)", "1234567", "ｻﾄｳ ﾊﾅｺ"):
        assert said in asked, said
    done = client.post(f"{FACTS}bank_account/", typed | {"code": site.code(member)})
    assert "新しい口座への借入を" in page(client.get(done["Location"]))
    assert told(member, Kind.BANK_ACCOUNT) == ["0001-004 ****567"]
    (hold,) = do(held.holds, member.member_id, clock.now())
    assert hold.kind is held.Kind.NEW_ACCOUNT


def test_reading_that_no_bank_can_write_is_said(client: Client, site: Site) -> None:
    """The holder is the member's own reading: where it will not do, the form says why."""
    member = site.house.member(replace(SATO, family_kana="・", given_kana="・"), clock.now())
    site.known(client, member)
    site.sign_in(client, member)
    typed = {"bank": "みずほ銀行", "branch": "丸の内中央", "account_kind": "ordinary",
             "number": "1234567"}  # fmt: skip
    refused = client.post(f"{FACTS}bank_account/", typed)
    assert refused.status_code == 422
    assert "名義が空です" in page(refused)


@pytest.mark.rule("AUTH-003")
def test_phone_that_gives_the_pin_away_asks_for_a_new_one(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    done = stepped(client, site, member, f"{FACTS}mobile_phone/", {"phone": "090-1234-7305"})
    assert done.status_code == 302
    assert client.get(done["Location"])["Location"] == "/member/settings/pin/"


def test_change_of_a_later_day_is_shown_and_does_not_hold_yet(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    later = clock.now().date() + timedelta(days=30)
    typed = {"postcode": "１００−０００１", "address": "東京都千代田区千代田1-1",
             "from_on": later.isoformat()}  # fmt: skip
    done = stepped(client, site, member, f"{FACTS}address/", typed)
    assert "曜日</time>から: 東京都…" in page(client.get(done["Location"]))
    assert Kind.ADDRESS not in do(history.as_of, member.member_id, clock.now().date())
    assert do(history.as_of, member.member_id, later)[Kind.ADDRESS].masked == "東京都…"


def test_name_holds_from_the_day_it_is_told(client: Client, site: Site) -> None:
    """It is what banks are told at once: no form asks from when on."""
    member, _ = site.enter(client)
    assert "from_on" not in page(client.get(f"{FACTS}name/"))
    later = clock.now().date() + timedelta(days=30)
    typed = {"family_name": "鈴木", "given_name": "花子", "family_kana": "スズキ",
             "given_kana": "ハナコ", "from_on": later.isoformat()}  # fmt: skip
    assert client.post(f"{FACTS}name/", typed).status_code == 302
    today = clock.now().date()
    assert do(history.as_of, member.member_id, today)[Kind.NAME].masked == "鈴木 花子"
    assert do(members.one, member.member_id).person.family_name == "鈴木"


def test_birth_date_and_made_up_items_are_not_changed_here(client: Client, site: Site) -> None:
    site.enter(client)
    assert client.get(f"{FACTS}birth_date/").status_code == 404
    assert client.post(f"{FACTS}nothing/").status_code == 404


def test_bank_search_knows_names_readings_codes() -> None:
    assert [one.code for one in banks.search("みずほ")] == ["0001"]
    assert [one.code for one in banks.search("ラクテン")] == ["0036"]
    assert [one.code for one in banks.search("京都中央信用金庫")] == ["1611"]
    assert banks.search("") == []
    assert banks.branches("9999", "1") == []
    assert banks.branch_name("0001", "999") is None


# -------------------------------------------------------------------------------- notices, inbox
def test_choices_of_mails_stand_and_safety_cannot_be_switched_off(
    client: Client, site: Site
) -> None:
    member, _ = site.enter(client)
    typed = {"due_soon": "on", "style": "plain", "language": "en", "watchword": "あおい りんご",
             "login": "", "pin_link": ""}  # fmt: skip
    done = client.post("/member/settings/notices/", typed)
    assert "設定を変えました" in page(client.get(done["Location"]))
    ((style, language, word, off),) = rows(
        "SELECT style, language, watchword, switched_off FROM notices_choice WHERE member_id = %s",
        member.member_id,
    )
    assert (style, language, word) == ("plain", "en", "あおい りんご")
    assert "due_soon" not in off
    assert {"due_today", "draw", "card_renewal"} <= set(off)
    assert not {"login", "fact_changed", "frozen", "document_ready"} & set(off)
    wrong = client.post("/member/settings/notices/", typed | {"watchword": "x" * 21, "style": "?"})
    assert wrong.status_code == 422
    assert "この合言葉は使えません" in page(wrong)


def test_every_mail_that_may_be_off_is_in_a_group() -> None:
    from motocho.notices.kinds import ALWAYS_MAILED  # noqa: PLC0415
    from motocho.notices.kinds import Kind as Notice  # noqa: PLC0415

    grouped = frozenset().union(*(kinds for _, kinds in telling.GROUPS.values()))
    assert not grouped & ALWAYS_MAILED
    assert grouped >= {Notice.DUE_SOON, Notice.DUE_TODAY, Notice.DUE_MISSED, Notice.DRAW}


def test_no_mail_is_said_to_come_without_an_address(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    address = "/member/settings/notices/"
    assert "メールの登録がなく" not in page(client.get(address))
    teller = history.Teller("staff 1", history.Road.DESK)
    gone = history.Change(member.member_id, Kind.EMAIL, None, clock.now().date(), "gone")
    do(history.record, gone, teller, clock.now())
    done = page(client.get(client.post(f"{address}test/")["Location"]))
    assert "メールの登録がなく、送れません" in done
    assert "1分ほどで届きます" not in done


def test_mail_to_check_with_goes_once_in_ten_minutes(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = clock.now().replace(minute=8, second=30, microsecond=0)  # a tenth minute is near
    monkeypatch.setattr(clock, "now", lambda: began)
    site.enter(client)
    typed = {"style": "discreet", "language": "ja", "watchword": "あおい りんご"}
    client.post("/member/settings/notices/", typed)
    for _ in range(3):
        client.post("/member/settings/notices/test/")
    sent = [one for one in by_the_worker(site.codes) if "お知らせが1件あります" in one["Subject"]]
    assert [one for one in sent if "あおい りんご" in plain(one)]
    count = "SELECT count(*) FROM notices_message WHERE kind = 'test'"
    for passed, made in ((0, 1), (2, 1), (9, 1), (10, 2), (11, 2)):
        moment = began + timedelta(minutes=passed)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        told = client.post("/member/settings/notices/test/")["Location"]
        assert rows(count) == [(made,)], passed
        assert ("tested=sent" in told) == (passed == 10), passed


@pytest.mark.rule("SOLI-002")
@pytest.mark.rule("SOLI-004")
def test_no_solicitation_says_until_when_and_never_gets_shorter(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    today = clock.now().date()
    address = "/member/settings/solicitation/"
    client.post(address)  # the button alone: six months
    six = last_day_of(today, 6)
    assert f"{six.year}年{six.month}月{six.day}日" in page(client.get(address))
    assert 'value="6"' not in client.get(address).content.decode()  # what stands is as long
    assert 'value="12" checked' in client.get(address).content.decode()
    client.post(address, {"span": "36"})
    assert 'value="12"' not in client.get(address).content.decode()
    assert 'value="never" checked' in client.get(address).content.decode()
    three = last_day_of(today, 36)
    client.post(address, {"span": "6"})
    assert f"{three.year}年{three.month}月{three.day}日" in page(client.get(address))
    client.post(address, {"span": "never"})
    assert "これから先、電話・メールの勧誘をしません" in page(client.get(address))
    kinds = {one.hold.kind for one in do(holds.standing, member.member_id, today)}
    assert kinds == {HoldKind.NOT_NOW, HoldKind.NEVER}
    client.post(address, {"resume": "yes"})
    assert do(holds.standing, member.member_id, today) == []
    assert rows("SELECT count(*) FROM contact_hold WHERE ended_by = 'member'") == [(4,)]


def test_every_fate_of_a_mail_has_its_words() -> None:
    ((states,),) = rows(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conname = 'notices_mail_state_check'"
    )
    assert set(re.findall(r"'(\w+)'::text", states)) == set(telling.FATES)


def test_inbox_shows_and_marks_what_was_told(client: Client, site: Site) -> None:
    site.enter(client)
    assert "お知らせは0件です" in page(client.get("/member/inbox/"))
    by_the_worker(site.codes)
    listed = page(client.get("/member/inbox/"))
    assert "ログインがありました" in listed
    assert "未読" in page(client.get("/member/"))
    first = re.search(r"/member/inbox/(\d+)/", listed)
    assert first is not None
    opened = page(client.get(first[0]))
    assert "送信済み" in opened
    client.post("/member/inbox/all-read/")
    assert "未読" not in page(client.get("/member/inbox/"))
    assert client.get("/member/inbox/?before=abc").status_code == 200
    assert client.get("/member/inbox/?before=1").status_code == 200


def test_member_whose_mails_come_back_sees_where_to_mend_it(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    (letter,) = {one["Message-ID"] for one in by_the_worker(site.codes)[:1]}
    seen = "登録のアドレスにメールが届きません"
    assert all(seen not in page(client.get(one)) for one in ("/member/", "/member/inbox/"))
    report = Report(letter.strip("<>").partition("@")[0], Delivery.NOBODY)
    assert do(bounces.note, report, clock.now()) is Noted.MARKED
    for address in ("/member/", "/member/inbox/"):
        shown = page(client.get(address))
        assert seen in shown
        assert f'href="{FACTS}email/"' in shown
        assert MAIL.address not in shown
    site.house.tell(member.member_id, Kind.EMAIL, Email("new@example.jp"), at=clock.now())
    assert all(seen not in page(client.get(one)) for one in ("/member/", "/member/inbox/"))


# -------------------------------------------------------------------------------------- consents
def test_consents_are_dated_and_taken_back(client: Client, site: Site) -> None:
    member, key = site.enter(client)
    address = "/member/settings/consents/"
    assert page(client.get(address)).count("同意していません") == 2
    client.post(address, {"name": "campaign", "say": "give"})
    campaign = Consent(consents.Kind.CAMPAIGN)
    assert do(consents.in_force, member.member_id, campaign, clock.now())
    ((wording,),) = rows("SELECT wording_ref FROM people_consent")
    assert wording == wording_ref(["consent.campaign_words"], Tongue.JA)
    client.post(address, {"name": "campaign", "say": "withdraw"})
    assert not do(consents.in_force, member.member_id, campaign, clock.now())
    assert client.post(address, {"name": "nothing", "say": "give"}).status_code == 404
    assert rows("SELECT stops FROM loan_agreement WHERE member_id = %s", key.member_id)[0][0] == []
    receipt = Consent(consents.Kind.ELECTRONIC_DELIVERY, "receipt")
    told = consents.Told("member", "form 1", "words 1")
    assert page(client.get(address)).count("郵送</dd>") == 5
    do(consents.give, member.member_id, receipt, told, clock.now())
    assert page(client.get(address)).count("郵送</dd>") == 4


def test_consent_keeps_the_words_of_the_tongue_they_were_read_in(
    client: Client, site: Site
) -> None:
    site.enter(client)
    client.cookies[pages.TONGUE_COOKIE] = "en"
    address = "/member/settings/consents/"
    assert 'name="tongue" value="en"' in page(client.get(address))
    client.post(address, {"name": "bureau", "say": "give"})
    ((wording,),) = rows("SELECT wording_ref FROM people_consent")
    assert wording == wording_ref(["consent.bureau_words"], Tongue.EN)
    assert wording != wording_ref(["consent.bureau_words"], Tongue.JA)


def test_papers_of_the_page_are_those_that_may_come_by_wire() -> None:
    assert set(agreeing.PAPERS) == set(archive.CONSENTS)


def test_without_the_bureau_nothing_new_is_lent(client: Client, site: Site) -> None:
    _, key = site.enter(client)
    address = "/member/settings/consents/"
    client.post(address, {"name": "bureau", "say": "give"})
    taken_back = {"name": "bureau", "say": "withdraw", "csrfmiddlewaretoken": "1"}
    client.post(address, taken_back)
    stops = "SELECT stops FROM loan_agreement WHERE member_id = %s"
    assert rows(stops, key.member_id) == [(["no_bureau_consent"],)]
    assert "信用情報の照会への同意がないため" in page(client.get("/member/"))
    closed = page(client.get("/member/borrow/"))
    assert "同意すると、すぐに再開します" in closed
    assert f'href="{address}"' in closed
    client.post(address, {"name": "bureau", "say": "give"})
    assert rows(stops, key.member_id) == [([],)]
    client.post(address, taken_back)  # the old form, sent again
    assert rows(stops, key.member_id) == [([],)]


# -------------------------------------------------------------------------------------- passkeys
def authenticator() -> Authenticator:
    return Authenticator("127.0.0.1", settings.ORIGIN)


def options_of(response: Any) -> str:
    import html  # noqa: PLC0415

    found = re.search(r'data-options="([^"]*)"', response.content.decode())
    assert found is not None, page(response)
    return html.unescape(found[1])


def with_key(client: Client, site: Site, member: Member) -> Authenticator:
    """A member who added a passkey."""
    address = "/member/settings/passkeys/add/"
    key = authenticator()
    client.post(address, {"name": "<b>スマホ"})
    asked = client.post(address, {"name": "<b>スマホ", "code": site.code(member)})
    code_id = re.search(r'name="code_id" value="(\d+)"', asked.content.decode())
    assert code_id is not None
    made = {"name": "<b>スマホ", "code_id": code_id[1], "made": key.register(options_of(asked))}
    assert client.post(address, made)["Location"] == "/member/settings/passkeys/"
    return key


@pytest.mark.rule("AUTH-007")
def test_code_that_was_sent_is_good_after_no_more_are_sent(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    address, typed = f"{FACTS}email/", {"email": "new@example.jp"}
    client.post(address, typed)
    for _ in range(codes.MOST_CODES - 1):
        client.post(address, typed | {"again": "mail"})
    code = site.code(member)
    refused = client.post(address, typed | {"again": "mail"})
    assert 'role="status"' in page(refused)
    assert site.code(member) == code
    done = client.post(address, typed | {"code": code})
    assert done["Location"] == f"{FACTS}?changed=email"


@pytest.mark.rule("AUTH-007")
def test_passkey_takes_the_place_of_a_code(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    key = with_key(client, site, member)
    assert "&lt;b&gt;スマホ" in page(client.get("/member/settings/passkeys/"))
    address, typed = f"{FACTS}email/", {"email": "new@example.jp"}
    asked = client.post(address, typed)
    assert "パスキーで確かめる" in page(asked)
    other = authenticator()
    other.credential_id = key.credential_id
    forged = client.post(address, typed | {"answer": other.sign(options_of(asked))})
    assert forged.status_code == 422
    assert client.post(address, typed | {"answer": "none"}).status_code == 422
    again = client.post(address, typed)
    done = client.post(address, typed | {"answer": key.sign(options_of(again))})
    assert done["Location"] == f"{FACTS}?changed=email"
    mailed = client.post(address, {"email": "third@example.jp", "again": "mail"})
    assert 'id="code"' in page(mailed)


@pytest.mark.rule("AUTH-007")
def test_passkey_lets_a_new_device_in(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    key = with_key(client, site, member)
    new = Client(SERVER_NAME="127.0.0.1")
    address = "/member/sign-in/code/"
    assert 'value="passkey"' in page(site.sign_in(new, member))
    asked = new.post(address, {"again": "passkey"})
    other = authenticator()
    other.credential_id = key.credential_id
    assert new.post(address, {"answer": other.sign(options_of(asked))}).status_code == 422
    assert new.get("/member/").status_code == 302
    again = options_of(new.post(address, {"again": "passkey"}))
    assert new.post(address, {"answer": key.sign(again)})["Location"] == "/member/"
    assert new.get("/member/").status_code == 200
    third = Client(SERVER_NAME="127.0.0.1")
    site.sign_in(third, member)
    assert third.post(address, {"answer": key.sign(again)}).status_code == 422


def test_passkey_is_taken_away_after_one_more_check(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    with_key(client, site, member)
    listed = page(client.get("/member/settings/passkeys/"))
    named = re.search(r'name="key" value="([^"]+)"', listed)
    assert named is not None
    address = "/member/settings/passkeys/end/"
    assert client.post(address, {"key": "AAAA"}).status_code == 404
    client.post(address, {"key": named[1], "again": "mail"})
    done = client.post(address, {"key": named[1], "code": site.code(member)})
    assert done.status_code == 302
    assert "パスキーは0件です" in page(client.get("/member/settings/passkeys/"))


# ------------------------------------------------------------------------ stopping and going on
ON_ITS_WAY = "その前に銀行へ送った借入は、ログイン後の画面か窓口で確かめられます"
"""A stop calls nothing back that the bank has: none of its pages says that no money moved."""


@pytest.mark.rule("AUTH-011")
def test_lost_card_stops_all_and_asks_for_another(client: Client, site: Site) -> None:
    member, key = site.enter(client)
    stopped = page(client.post("/member/settings/card/"))
    assert "新しいカードの申込みを受け付けました" in stopped
    assert ON_ITS_WAY in stopped
    assert client.get("/member/").status_code == 302
    assert do(freezes.frozen_at, member.member_id) is not None
    stops = rows("SELECT stops FROM loan_agreement WHERE member_id = %s", key.member_id)[0][0]
    assert "card_lost" in stops
    (asked,) = do(requests.waiting, [requests.Kind.NEW_CARD])
    assert asked.key.member_id == member.member_id


@pytest.mark.rule("AUTH-011")
@pytest.mark.parametrize("tongue", ["ja", "easy", "en"])
def test_a_stolen_card_is_told_apart_and_its_number_of_the_police_later(
    client: Client, site: Site, tongue: str
) -> None:
    member, _ = site.enter(client)
    client.cookies[pages.TONGUE_COOKIE] = tongue
    police = {"ja": "警察に被害届を", "easy": "けいさつ", "en": "report it to the police"}[tongue]
    assert 'name="police_ref"' not in client.get("/member/settings/card/").content.decode()
    stopped = client.post("/member/settings/card/", {"how": "stolen"}).content.decode()
    assert police in stopped
    told = do(cards.loss_of, member.member_id)
    assert told is not None
    assert (told.how, told.police_ref) == (cards.Loss.STOLEN, "")
    site.sign_in(client, member)
    client.post("/member/sign-in/code/", {"code": site.code(member)})
    client.cookies[pages.TONGUE_COOKIE] = tongue
    assert 'name="police_ref"' in client.get("/member/settings/card/").content.decode()
    for wrong in ("", "1" * 41):
        form = {"do": "police", "police_ref": wrong}
        answer = client.post("/member/settings/card/", form)
        assert answer.status_code == 422
        assert 'href="#police_ref"' in answer.content.decode()
    client.post("/member/settings/card/", {"do": "police", "police_ref": "令8-123"})
    told = do(cards.loss_of, member.member_id)
    assert told is not None
    assert (told.how, told.police_ref) == (cards.Loss.STOLEN, "令8-123")
    assert 'name="police_ref"' not in client.get("/member/settings/card/").content.decode()
    told_rows = rows("SELECT subject::text FROM journal_row WHERE kind = 'card_loss_told'")
    assert len(told_rows) == 2
    assert "123" not in str(told_rows)  # the number is no news


def test_frozen_member_asks_to_go_on_after_a_code(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    assert "利用は止まっていません" in page(client.get("/member/settings/reopen/"))
    client.post("/member/settings/freeze/")
    site.sign_in(client, member)
    client.post("/member/sign-in/code/", {"code": site.code(member)})
    assert "/member/settings/reopen/" in page(client.get("/member/"))
    assert client.get(f"{FACTS}email/").status_code == 409
    client.post("/member/settings/reopen/")
    assert do(requests.waiting, [requests.Kind.REOPENING]) == []
    done = client.post("/member/settings/reopen/", {"code": site.code(member)})
    assert "再開の申込みを受け付けました" in page(done)
    assert "再開の申込みを受け付けました" in page(client.post("/member/settings/reopen/"))
    assert len(do(requests.waiting, [requests.Kind.REOPENING])) == 1


@pytest.mark.rule("AUTH-003")
@pytest.mark.rule("AUTH-011")
def test_pin_that_must_be_set_bars_nobody_from_the_stop(client: Client, site: Site) -> None:
    member, _ = site.enter(client)
    stepped(client, site, member, f"{FACTS}mobile_phone/", {"phone": "090-1234-7305"})
    assert client.get("/member/")["Location"] == "/member/settings/pin/"
    for address in ("settings/freeze/", "settings/card/", "settings/reopen/", "voices/"):
        assert client.get(f"/member/{address}").status_code == 200, address
    assert ON_ITS_WAY in page(client.post("/member/settings/freeze/"))
    assert do(freezes.frozen_at, member.member_id) is not None
    site.sign_in(client, member)
    client.post("/member/sign-in/code/", {"code": site.code(member)})
    for address in ("", "repay/", "settings/reopen/", "settings/freeze/", "inbox/"):
        assert client.get(f"/member/{address}").status_code == 200, address
    assert client.get(f"{FACTS}email/").status_code == 409  # a stop, not another page
    do(freezes.lift, member.member_id, "staff 1", clock.now())
    assert client.get("/member/")["Location"] == "/member/settings/pin/"


def test_freeze_link_freezes_once_and_does_nothing_else(client: Client, site: Site) -> None:
    member, key = site.member()
    token = do(freezes.link, member.member_id, clock.now())
    client.handler.enforce_csrf_checks = False
    for _ in range(2):  # a program that looks at links changes nothing
        assert "利用を止めますか" in page(client.get(f"/freeze/{token}"))
    assert do(freezes.frozen_at, member.member_id) is None
    done = client.post(f"/freeze/{token}")
    assert do(freezes.frozen_at, member.member_id) is not None
    stops = rows("SELECT stops FROM loan_agreement WHERE member_id = %s", key.member_id)[0][0]
    assert "member_asked" in stops
    do(freezes.lift, member.member_id, "staff 1", clock.now())
    again = client.post(f"/freeze/{token}")
    made_up = client.post("/freeze/made-up")
    assert ON_ITS_WAY in page(made_up)
    assert "使えるリンクなら" in page(made_up)
    assert "つかえる リンクなら" in say("freeze_link.done_text", Tongue.EASY)
    assert do(freezes.frozen_at, member.member_id) is None
    texts = {bare(one).replace(token, "made-up") for one in (done, again, made_up)}
    assert len(texts) == 1
    assert client.get("/member/").status_code == 302  # nobody is signed in by it


# ------------------------------------------------------------------------------- the ways back in
def document() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", photo(), "image/jpeg")


def asking(member: Member, **other: Any) -> dict[str, Any]:
    return {
        "member_number": member.member_number,
        "born_on": BORN.isoformat(),
        "email": MAIL.address,
        "document": document(),
    } | other


def looked_at() -> int:
    """The worker looks whose the claims are."""
    for (claim_id,) in rows("SELECT claim_id FROM people_claim"):
        TASKS[requests.LOOK](claim_id=claim_id)
    return len(do(requests.waiting))


@pytest.mark.rule("AUTH-006")
def test_answer_and_work_are_the_same_whoever_asks_for_a_pin(client: Client, site: Site) -> None:
    member, _ = site.member()
    client.handler.enforce_csrf_checks = False
    client.post("/member/forgotten/pin/", asking(member))  # what is done once is done
    seen, work_done = set(), set()
    for other in ({}, {"member_number": "98765432"}, {"email": "thief@example.com"},
                  {"born_on": "1990-01-01"}):  # fmt: skip
        with CaptureQueriesContext(
            connection,
        ) as asked:
            response = client.post("/member/forgotten/pin/", asking(member, **other))
        assert response.status_code == 200
        seen.add(bare(response))
        work_done.add(len(asked.captured_queries))
    assert len(seen) == 1
    assert len(work_done) == 1
    assert looked_at() == 1


def test_claim_that_cannot_be_read_says_so_before_anything_is_kept(
    client: Client, site: Site
) -> None:
    member, _ = site.member()
    client.handler.enforce_csrf_checks = False
    wrong = asking(member, document=SimpleUploadedFile("x.jpg", b"no picture"))
    response = client.post("/member/forgotten/pin/", wrong)
    assert response.status_code == 422
    assert "UPL" not in page(response)
    empty = client.post("/member/forgotten/pin/", {})
    assert empty.status_code == 422
    assert rows("SELECT count(*) FROM people_claim") == [(0,)]


def test_papers_of_strangers_are_erased_and_those_of_requests_stay(
    client: Client, site: Site
) -> None:
    member, _ = site.member()
    client.handler.enforce_csrf_checks = False
    client.post("/member/forgotten/pin/", asking(member))
    client.post("/member/forgotten/pin/", asking(member, member_number="98765432"))
    assert looked_at() == 1
    soon, later = clock.now() + timedelta(minutes=50), clock.now() + timedelta(minutes=70)
    count = "SELECT count(*) FROM documents_page WHERE erased_at IS NULL"
    for moment, left in ((soon, 2), (later, 1), (later + timedelta(days=90), 1)):
        TASKS[CLEAR_DOCUMENTS](timestamp=int(moment.timestamp()))
        assert rows(count) == [(left,)]
    (found,) = do(requests.waiting)
    reviewer = site.house.colleague("tanaka", Role.REVIEWER)
    do(requests.review, found.key, reviewer, requests.Verdict.UNREADABLE, clock.now())
    for days, left in ((29, 1), (31, 0)):
        moment = clock.now() + timedelta(days=days)
        TASKS[CLEAR_DOCUMENTS](timestamp=int(moment.timestamp()))
        assert rows(count) == [(left,)]


@pytest.mark.parametrize(("line", "longest"), [
    (_forms.TextField("facts.name"), 40), (_forms.KanaField("facts.name"), 40),
    (_forms.AddressField("facts.address"), 200), (_forms.EmployerField("facts.employer"), 200),
    (WordsField("facts.name"), 200), (LinesField("facts.name"), 1_000_000),
])  # fmt: skip
def test_what_is_too_long_is_refused_whole_and_never_cut(line: LineField, longest: int) -> None:
    made: Any = type("Typed", (Form,), {"line": line})
    assert made({"line": "ア" * longest}).is_valid()
    form = made({"line": "ア" * (longest + 1)})
    assert not form.is_valid()
    assert [fault.code for fault in form.faults_of("line")] == ["FCT-011"]
    assert form.asked(Tongue.JA)["line"].typed == "ア" * (longest + 1)


def test_browser_cuts_nothing_either(client: Client, site: Site) -> None:
    site.enter(client)
    assert "maxlength" not in page(client.get(f"{FACTS}address/"))


# What people type is anything at all.
ANYTHING = st.text(max_size=60) | st.text(alphabet="a@.\r\n\t\0 -０１2ぁァー:", max_size=30)


@given(ANYTHING)
def test_no_text_makes_a_field_fail_or_a_header_end(text: str) -> None:
    for field in (_forms.EmailField("facts.email"), _forms.KanaField("facts.name"),
                  _forms.OwnPhoneField("changing.phone"), _forms.PostcodeField("facts.name"),
                  _forms.AccountNumberField("facts.name"), _forms.YearField("facts.name"),
                  _forms.AddressField("facts.name"), _forms.TextField("facts.name"),
                  telling.WatchwordField("notify.watchword")):  # fmt: skip
        found = field.read(text)
        if isinstance(found, Unread):
            assert found.at().what(Language.JA)
        elif isinstance(found, Email):
            assert found.address.isprintable()
            assert " " not in found.address
        elif isinstance(found, str):
            assert found.isprintable()


@given(ANYTHING)
def test_any_text_may_be_looked_for_among_banks(text: str) -> None:
    for bank in banks.search(text):
        assert banks.by_code(bank.code) == bank
    assert len(banks.branches("0001", text)) <= banks.MOST_FOUND


@pytest.mark.rule("AUTH-006")
def test_forgotten_number_goes_to_the_registered_address_alone(client: Client, site: Site) -> None:
    member, _ = site.member()
    client.handler.enforce_csrf_checks = False
    typed = {"family_kana": "さとう", "given_kana": "ﾊﾅｺ", "born_on": "S63.4.12",
             "email": MAIL.address}  # fmt: skip
    pages_seen = {
        bare(client.post("/member/forgotten/number/", typed | other))
        for other in ({}, {"email": "thief@example.com"}, {"born_on": "1990/1/1"})
    }
    assert len(pages_seen) == 1
    looked_at()
    numbers = [one for one in by_the_worker(site.codes) if member.member_number in plain(one)]
    assert [str(one["To"]) for one in numbers] == [MAIL.address]


@pytest.mark.rule("AUTH-005")
def test_network_that_asks_too_often_waits(client: Client, site: Site, at: Any) -> None:
    client.handler.enforce_csrf_checks = False
    typed = {"family_kana": "サトウ", "given_kana": "ハナコ", "born_on": "S63.4.12",
             "email": MAIL.address}  # fmt: skip
    address = "/member/forgotten/number/"
    for sent in range(requests.MOST_ASKED):
        assert client.get(address).status_code == 200
        wrong = client.post(address if sent % 2 else "/member/forgotten/pin/", {"born_on": "x"})
        assert wrong.status_code == 422  # it is counted before it is read
    assert client.post("/member/forgotten/pin/", {"born_on": "x"}).status_code == 429
    slowed = client.post(address, typed)
    assert slowed.status_code == 429
    assert int(slowed["Retry-After"]) > 3000
    elsewhere = client.post(address, typed, REMOTE_ADDR="198.51.100.9")
    assert elsewhere.status_code == 200
    at(requests.ASKED_WITHIN + timedelta(seconds=5))
    assert client.post(address, typed).status_code == 200


def test_behind_a_proxy_the_last_address_it_passes_on_counts(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent before the proxy's own entry is anybody's word."""
    member, _ = site.member()
    site.known(client, member)

    def seen(origin: str, headers: dict[str, str]) -> str:
        monkeypatch.setattr(settings, "ORIGIN", origin)
        request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", headers=headers)
        return access.address_of(request)

    passed_on = {"X-Forwarded-For": "192.0.2.1, 203.0.113.77"}
    assert seen("https://member.example.jp", passed_on) == "203.0.113.77"
    assert seen("https://member.example.jp", {}) == "127.0.0.1"
    assert seen("http://127.0.0.1:8000", passed_on) == "127.0.0.1"
    monkeypatch.setattr(settings, "ORIGIN", "https://member.example.jp")
    client.handler.enforce_csrf_checks = False
    typed = {"member_number": member.member_number, "pin": PIN}
    assert client.post("/member/sign-in/", typed, headers=passed_on).status_code == 302
    places = rows("SELECT place FROM people_session WHERE member_id = %s", member.member_id)
    assert places == [("203.0.113.x",)]
    typed = {"family_kana": "サトウ", "given_kana": "ハナコ", "born_on": "S63.4.12",
             "email": MAIL.address}  # fmt: skip
    for forged in range(requests.MOST_ASKED):
        asked = {"X-Forwarded-For": f"198.51.{forged}.1, 203.0.113.9"}
        assert client.post("/member/forgotten/number/", typed, headers=asked).status_code == 200
    assert client.post("/member/forgotten/number/", typed, headers=passed_on).status_code == 429
    others = {"X-Forwarded-For": "203.0.113.9, 198.51.100.9"}
    assert client.post("/member/forgotten/number/", typed, headers=others).status_code == 200


@pytest.mark.rule("AUTH-002")
@pytest.mark.rule("AUTH-003")
def test_reset_link_that_is_over_changes_nothing(client: Client, site: Site) -> None:
    site.member()
    client.handler.enforce_csrf_checks = False
    assert client.get("/reset/made-up").status_code == 200
    over = client.post("/reset/made-up", {"new": "6183", "again": "6183"})
    assert over.status_code == 410
    assert "このリンクは使えません" in page(over)
    assert client.post("/reset/made-up", {"new": "6183", "again": "6184"}).status_code == 422


# --------------------------------------------------------------------------- somebody else's login
def test_login_elsewhere_is_told_shown_and_stopped(client: Client, site: Site) -> None:
    """B12: a second browser signs in: a mail, a row, and 「私ではない」 stops it."""
    member, _ = site.enter(client)
    client.post(
        "/member/settings/notices/", {"style": "discreet", "language": "ja", "watchword": "あおい"}
    )
    thief = Client(SERVER_NAME="127.0.0.1", headers={"user-agent": "Mozilla/5.0 (iPhone) Safari/1"})
    site.sign_in(thief, member)
    thief.post("/member/sign-in/code/", {"code": site.code(member)})
    assert thief.get("/member/").status_code == 200
    settings_page = page(client.get("/member/settings/"))
    assert "Safari · iPhone" in settings_page
    alerts = [one for one in by_the_worker(site.codes) if "新しい端末" in plain(one)]
    assert alerts
    found = re.search(r"/member/settings/logins/\d+/not-me/", settings_page)
    assert found is not None
    client.post(found[0])
    assert do(freezes.frozen_at, member.member_id) is not None
    assert thief.get("/member/").status_code == 302
    assert client.get("/member/").status_code == 302


def test_rules_of_mails_hold(client: Client, site: Site) -> None:
    """B13: no lender's name in a discreet subject, no link to sign in, the watchword is there."""
    member, _ = site.enter(client)
    typed = {"style": "discreet", "language": "ja", "watchword": "あおい りんご"}
    client.post("/member/settings/notices/", typed)
    client.post(f"{FACTS}employer/", {"employer": "あおば商事"})
    client.post(f"{FACTS}employer/", {"employer": "みなと商事"})
    sent = by_the_worker(site.codes)
    assert sent
    for one in sent:
        assert one["Subject"] == "お知らせが1件あります"
        text = plain(one)
        assert "合言葉: あおい りんご" in text
        links = re.findall(r"https?://\S+", text)
        assert all("/freeze/" in link for link in links), links
        assert len(links) <= 1
    assert member.member_id


# --------------------------------------------------------------------------------- who sees what
OPEN = {"ask_pin", "ask_number"}


def addresses(message_id: int = 1) -> list[tuple[str, str]]:
    """Every address of this part, from the list of addresses itself."""
    values = {"<slug:name>": "email", "<int:message_id>": str(message_id)}
    found = []
    for one in urls.urlpatterns:
        assert isinstance(one, URLPattern)
        address = str(one.pattern)
        for place, value in values.items():
            address = address.replace(place, value)
        assert "<" not in address, f"{address}: say whose id it is"
        found.append((str(one.name), f"/member/{address}"))
    return found


@pytest.mark.rule("PRIV-003")
def test_who_is_not_signed_in_sees_nothing(client: Client, site: Site) -> None:
    site.member()
    client.handler.enforce_csrf_checks = False
    for name, address in addresses():
        if name in OPEN:
            continue
        for response in (client.get(address), client.post(address)):
            assert response.status_code in {302, 405}, name
            assert response.status_code == 405 or "sign-in" in response["Location"], name


@pytest.mark.rule("PRIV-003")
def test_another_members_message_and_key_are_as_none(client: Client, site: Site) -> None:
    other = Client(SERVER_NAME="127.0.0.1")
    member, _ = site.enter(other)
    with_key(other, site, member)
    by_the_worker(site.codes)
    ((message_id,),) = rows("SELECT max(message_id) FROM notices_message")
    named = re.search(r'name="key" value="([^"]+)"', page(other.get("/member/settings/passkeys/")))
    assert named is not None
    site.enter(client)
    there = client.get(f"/member/inbox/{message_id}/")
    nowhere = client.get("/member/inbox/987654/")
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert bare(there).replace(f"/{message_id}/", "") == bare(nowhere).replace("/987654/", "")
    ended = client.post("/member/settings/passkeys/end/", {"key": named[1]})
    assert ended.status_code == 404
    assert named[1] in page(other.get("/member/settings/passkeys/"))


def test_every_form_needs_its_token(client: Client, site: Site) -> None:
    site.enter(client)
    client.handler.enforce_csrf_checks = True
    for _, address in addresses():
        assert client.post(address).status_code == 403, address
    for address in ("/freeze/x", "/reset/x"):
        assert client.post(address).status_code == 403, address
    assert client.get("/member/").status_code == 200


def test_nothing_is_changed_in_the_maintenance(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    monday = now.replace(hour=1, minute=30) + timedelta(days=(7 - now.weekday()) % 7 or 7)
    monkeypatch.setattr(clock, "now", lambda: monday)
    site.enter(client)
    assert client.get(FACTS).status_code == 200
    for address in (f"{FACTS}employer/", "/member/settings/notices/", "/member/settings/consents/",
                    "/member/settings/reopen/", "/member/forgotten/number/"):  # fmt: skip
        response = client.post(address, {"employer": "x"})
        assert response.status_code == 503, address
        assert "この操作は行われていません" in page(response)
    assert client.post("/member/settings/solicitation/").status_code == 302  # only takes away
