"""Calls at the desk: the state on each button, the permit's number, endings, nobody on two calls."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from tests.cli.at_book import Command
from tests.database import Database
from tests.loans.crowd import at_once
from tests.people.house import BORN, MOBILE, SATO, rows
from tests.web.membership import Site, do
from tests.web.office import Seat, joined, seated

from motocho.care.reasons import talks
from motocho.care.reasons.catalogue import Reason
from motocho.contact import gate, guard, holds, tasks
from motocho.contact.directory import shipped
from motocho.contact.guard import Channel, HoldKind, Purpose
from motocho.contact.holds import Source, Wish
from motocho.loans import commands
from motocho.loans.commands import Key
from motocho.loans.policy import Stop
from motocho.outside import clock, mail
from motocho.outside.clock import JAPAN
from motocho.people import consents
from motocho.people.access import Role
from motocho.people.consents import Consent
from motocho.units.errors import Language, StateConflict
from motocho.web.desk import panel
from motocho.web.words import Tongue, plain

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=JAPAN)
"""A Tuesday."""
EXIT_REFUSED = 6
KNOWN = {
    "do": "identify", "birth_date": f"{BORN:%Y/%m/%d}", "phone_digits": MOBILE.digits[-4:],
    "name_reading": f"{SATO.family_kana}{SATO.given_kana}",
}  # fmt: skip
"""Three things that the member says rightly."""


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    return Site.at(tmp_path)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moment of every page, to be put forward."""
    now = [NOON]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return now


def late(house: Site, opened_on: date = date(2026, 8, 31)) -> Key:
    """Somebody whose payment of 5 October is missed."""
    made = house.house.member(at=datetime(2026, 8, 1, tzinfo=JAPAN))
    key = house.desk.open(opened_on, 500_000, member_id=made.member_id)
    house.desk.draw(key, 100_000, opened_on)
    return key


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def panel_of(seat: Seat, member_id: int) -> Any:
    return seat.client.get(f"/desk/members/{member_id}/call/")


def ref_of(page: Any) -> str:
    return str(re.findall(r'name="ref" value="([\w-]+)"', page.content.decode())[0])


def call(seat: Seat, member_id: int, reason: str = "repayment", **typed: str) -> Any:
    """Press a reason's button, as the page has it."""
    page = panel_of(seat, member_id)
    return seat.client.post(
        page.request["PATH_INFO"], {"ref": ref_of(page), "reason": reason} | typed
    )


def counted(member_id: int) -> int:
    return int(
        rows(
            "SELECT count(*) FROM contact_call_slot WHERE NOT is_free AND member_id = %s", member_id
        )[0][0]
    )


def button(page: Any, reason: str) -> str:
    """The form of a reason's button, as it is written."""
    forms = re.findall(r"<form class=\"reason-form\".*?</form>", page.content.decode(), re.DOTALL)
    return str(next(one for one in forms if f'name="reason" value="{reason}"' in one))


# --------------------------------------------------------------------------- the state on the button
@pytest.mark.rule("COLL-002")
def test_three_calls_a_day_then_the_button_is_shut_with_rule_and_next_time(
    house: Site, at: list[datetime]
) -> None:
    key = late(house)
    seat = seated("tanaka", Role.OPERATOR)
    for count in ("1/3", "2/3", "3/3"):
        face = button(panel_of(seat, key.member_id), "repayment")
        assert f"（本日{count}" in face
        assert ("最後" in face) is (count == "3/3")
        begun = call(seat, key.member_id)
        if count == "3/3":  # asked once more, and nothing was taken yet
            assert "本日の最後の1回です" in text(begun)
            assert counted(key.member_id) == 2
            begun = call(seat, key.member_id, confirmed="yes")
        assert begun.status_code == 302, text(begun)
        assert seat.client.post(begun["Location"], {"ending": "absent"}).status_code == 302
    page = panel_of(seat, key.member_id)
    face = button(page, "repayment")
    assert "disabled" in face
    assert "COLL-002" in face
    assert "11/25 8:00" in face
    refused = call(seat, key.member_id)
    assert refused.status_code == 409
    assert "COLL-002" in text(refused)
    assert "11/25 8:00" in text(refused)
    assert counted(key.member_id) == 3


@pytest.mark.rule("COLL-001")
def test_hours_flip_the_button_at_eight_and_at_nine(house: Site, at: list[datetime]) -> None:
    key = late(house)
    at[0] = NOON.replace(hour=7, minute=50)
    seat = seated("tanaka", Role.OPERATOR)
    for hour, minute, is_open in ((7, 59, False), (8, 0, True), (20, 59, True), (21, 0, False)):
        at[0] = NOON.replace(hour=hour, minute=minute)
        if (hour, minute) == (20, 59):  # the morning's seat has ended
            assert seat.sign_in().status_code == 302
        face = button(panel_of(seat, key.member_id), "repayment")
        assert ("disabled" not in face) is is_open, (hour, minute)
        if not is_open:
            assert "COLL-001" in face
            assert ("11/25 8:00" if hour == 21 else "11/24 8:00") in face
            assert call(seat, key.member_id).status_code == 409
    assert not rows("SELECT 1 FROM care_talk")


@pytest.mark.rule("COLL-010")
@pytest.mark.rule("SOLI-002")
def test_counsel_promise_and_opt_out_stand_on_the_buttons(house: Site, at: list[datetime]) -> None:
    seat = seated("tanaka", Role.OPERATOR)
    represented, promised = late(house), late(house)
    quiet = house.desk.open(
        date(2026, 8, 31), member_id=house.house.member(at=NOON - timedelta(days=100)).member_id
    )
    consent = consents.Told("member", "form 1", "v1")
    do(consents.give, quiet.member_id, Consent(consents.Kind.CAMPAIGN), consent, NOON)
    assert 'value="increase"' in panel_of(seat, quiet.member_id).content.decode()
    do(commands.suspend, represented, Stop.COUNSEL, made_by("counsel"))
    face = button(panel_of(seat, represented.member_id), "repayment")
    assert "disabled" in face
    assert "COLL-010" in face
    do(commands.promise, promised, 5_000, date(2026, 11, 28), made_by("promise"))
    page = panel_of(seat, promised.member_id)
    assert "COLL-003" in button(page, "repayment")
    assert "11/29 8:00" in button(page, "repayment")
    assert "disabled" not in button(page, "income_evidence")
    assert call(seat, promised.member_id).status_code == 409
    wish, source = Wish(HoldKind.NOT_NOW), Source("member", "letter 1")
    do(holds.put, quiet.member_id, wish, source, NOON)
    page = panel_of(seat, quiet.member_id)
    assert 'value="increase"' not in page.content.decode()
    assert "勧誘は2027-05-25 8:00まで不可" in text(page), "the last day of six months is the 24th"


def made_by(ref: str) -> Any:
    return commands.Made("desk", ref, NOON.date(), NOON, "staff 1")


# ------------------------------------------------------------------------- the number, the permit
def test_number_is_shown_while_the_permit_lives_to_who_began_and_to_nobody_else(
    house: Site, at: list[datetime], caplog: pytest.LogCaptureFixture
) -> None:
    key = late(house)
    seat, other = seated("tanaka", Role.OPERATOR), seated("suzuki", Role.OPERATOR)
    begun = call(seat, key.member_id)
    page = seat.client.get(begun["Location"])
    (number,) = re.findall(r'href="tel:(\d+)"', page.content.decode())
    assert number not in begun["Location"]
    assert number not in re.findall("<title>(.*?)</title>", page.content.decode())[0]
    assert "no-store" in page["Cache-Control"]
    at[0] += timedelta(minutes=9)
    assert number in seat.client.get(begun["Location"]).content.decode()
    assert number not in other.client.get(begun["Location"]).content.decode()
    at[0] += timedelta(minutes=1)
    gone = seat.client.get(begun["Location"])
    assert number not in gone.content.decode()
    assert "番号はもう表示しません" in text(gone)
    assert counted(key.member_id) == 1
    assert number not in caplog.text


def test_begun_twice_by_one_form_reloaded_or_gone_back_to_is_one_call(
    house: Site, at: list[datetime]
) -> None:
    key = late(house)
    seat = seated("tanaka", Role.OPERATOR)
    page = panel_of(seat, key.member_id)
    typed = {"ref": ref_of(page), "reason": "repayment"}
    first = seat.client.post(page.request["PATH_INFO"], typed)
    again = seat.client.post(page.request["PATH_INFO"], typed)
    assert first["Location"] == again["Location"]
    assert rows("SELECT count(*) FROM contact_attempt") == [(1,)]
    assert seat.client.post(first["Location"], {"ending": "absent"}).status_code == 302
    back = seat.client.post(first["Location"], {"ending": "promised", "amount": "5000"})
    assert back["Location"].endswith(f"/call/?done={first['Location'].split('/')[-2]}")
    assert rows("SELECT ending FROM care_talk_end") == [("absent",)]
    # The same form once more leads to the call that is over, and to no other.
    assert seat.client.post(page.request["PATH_INFO"], typed)["Location"] == first["Location"]
    assert rows("SELECT count(*) FROM contact_attempt") == [(1,)]


# -------------------------------------------------------------------------------- nobody on two calls
def test_call_without_an_ending_is_led_back_to_from_everywhere(
    house: Site, at: list[datetime]
) -> None:
    """After a crash, a sign-out, on another device: no other call begins, and it says where."""
    one, other = late(house), late(house)
    seat = seated("tanaka", Role.OPERATOR)
    begun = call(seat, one.member_id)
    refused = call(seat, other.member_id)
    assert refused.status_code == 409
    assert "結果を登録していない通話があります" in text(refused)
    assert counted(other.member_id) == 0
    taken = seat.client.post(f"/desk/members/{other.member_id}/call/in/", {"ref": "a" * 20})
    assert taken.status_code == 409
    told = taken.content.decode()  # in the desk's frame, with every way on
    for way in (
        "/desk/call/",
        "/desk/today/",
        f"/desk/members/{other.member_id}/",
        "/desk/search/",
    ):
        assert f'href="{way}"' in told or f'action="{way}"' in told, way
    seat.client.post("/desk/sign-out/")
    at[0] += timedelta(minutes=1)
    assert seat.sign_in()["Location"] == "/desk/today/"
    assert seat.client.get("/desk/call/")["Location"] == begun["Location"]
    assert 'href="/desk/call/"' in seat.client.get("/desk/").content.decode()
    assert 'href="/desk/call/"' in panel_of(seat, other.member_id).content.decode()
    assert 'href="/desk/call/"' not in seat.client.get(begun["Location"]).content.decode()
    assert seat.client.post(begun["Location"], {"ending": "absent"}).status_code == 302
    assert seat.client.get("/desk/call/")["Location"] == "/desk/"
    assert call(seat, other.member_id).status_code == 302


def test_another_colleague_finishes_what_somebody_left(house: Site, at: list[datetime]) -> None:
    key = late(house)
    seat, other = seated("tanaka", Role.OPERATOR), seated("suzuki", Role.SUPERVISOR)
    begun = call(seat, key.member_id)
    told = "Tanakaさんのこの会員との通話が、まだ終わっていません"
    assert told in text(panel_of(other, key.member_id))
    assert told in text(other.client.get(f"/desk/members/{key.member_id}/"))
    assert other.client.post(begun["Location"], {"ending": "absent"}).status_code == 302
    assert told not in text(panel_of(other, key.member_id))
    assert seat.client.get("/desk/call/")["Location"] == "/desk/"
    assert rows("SELECT actor FROM care_talk_end") == [(f"staff {other.staff_id}",)]


def test_database_refuses_a_second_call_of_one_colleague(house: Site) -> None:
    """Two devices at the same moment: one call, the other is told where to go on."""
    one, other = late(house), late(house)

    def begin(key: Key) -> Any:
        caller = talks.Caller("田中", "staff 9")
        wanted = talks.Wanted(Reason.REPAYMENT, caller, shipped())
        try:
            return do(talks.begin, key.member_id, wanted, NOON)
        except StateConflict as error:
            return error

    found = at_once([partial(begin, one), partial(begin, other)])
    assert sorted(type(each).__name__ for each in found) == ["Begun", "StateConflict"]
    assert rows("SELECT count(*) FROM contact_attempt") == [(1,)]
    assert rows("SELECT count(*) FROM care_talk_open") == [(1,)]


@pytest.mark.rule("COLL-002")
def test_last_call_of_a_day_is_taken_by_one_of_two_pages(house: Site, at: list[datetime]) -> None:
    key = late(house)
    seats = [seated("tanaka", Role.OPERATOR), seated("suzuki", Role.OPERATOR)]
    for seat in seats:
        begun = call(seat, key.member_id)
        assert seat.client.post(begun["Location"], {"ending": "absent"}).status_code == 302
    shown = [panel_of(seat, key.member_id) for seat in seats]
    assert all("最後" in button(page, "repayment") for page in shown)

    def press(at_desk: tuple[Seat, Any]) -> Any:
        seat, page = at_desk
        typed = {"ref": ref_of(page), "reason": "repayment", "confirmed": "yes"}
        return seat.client.post(page.request["PATH_INFO"], typed)

    found = at_once([partial(press, each) for each in zip(seats, shown, strict=True)])
    assert sorted(each.status_code for each in found) == [302, 409]
    (refused,) = [each for each in found if each.status_code == 409]
    assert "COLL-002" in text(refused)
    assert "1日3回" in text(refused) or "3回" in text(refused)
    assert counted(key.member_id) == 3


# ---------------------------------------------------------------------------------- notes, endings
@pytest.mark.rule("PRIV-001")
def test_note_that_may_not_be_kept_is_refused_and_stays_on_the_page(
    house: Site, at: list[datetime]
) -> None:
    key = late(house)
    seat = seated("tanaka", Role.OPERATOR)
    begun = call(seat, key.member_id)
    for words, why in (
        ("暗証番号は7305だそうです", "暗証番号"),
        ("入院しているとのこと", "入院"),
        ("番号は1234 5678 9018です", "マイナンバー"),
    ):
        for step in ("finish", "draft", "hang_up"):
            typed = {"ending": "absent", "note": words, "do": step}
            refused = seat.client.post(begun["Location"], typed)
            assert refused.status_code == 422, (words, step)
            assert words in text(refused)
            assert why in text(refused)
    assert not rows("SELECT 1 FROM care_talk_end UNION ALL SELECT 1 FROM care_talk_draft")
    typed = {"ending": "absent", "note": "::absent 夕方に"}
    assert seat.client.post(begun["Location"], typed).status_code == 302
    assert rows("SELECT note FROM care_talk_end") == [("ご不在。用件は伝えていない。 夕方に",)]


def test_what_is_written_during_a_call_stays_and_the_last_ending_wins(
    house: Site, at: list[datetime]
) -> None:
    key = late(house)
    seat = seated("tanaka", Role.OPERATOR)
    place = call(seat, key.member_id)["Location"]
    first = {"ending": "call_back", "note": "::busy", "do": "draft"}
    assert seat.client.post(place, first)["Location"] == place
    at[0] += timedelta(minutes=2)
    over = {"ending": "absent", "note": "::busy あとで", "do": "hang_up"}
    assert seat.client.post(place, over)["Location"] == place
    seat.client.post("/desk/sign-out/")
    assert seat.sign_in().status_code == 302
    page = seat.client.get(place).content.decode()
    assert "::busy あとで" in page
    assert re.search(r'value="absent"[^>]* checked', page)
    ((due_at,),) = rows("SELECT due_at FROM care_talk_draft")
    assert due_at == at[0] + timedelta(seconds=60)
    at[0] += timedelta(seconds=90)  # over: nothing is lost, and it can be made longer
    assert seat.client.post(place, over | {"do": "extend"})["Location"] == place
    assert rows("SELECT due_at FROM care_talk_draft") == [(at[0] + timedelta(seconds=60),)]
    assert seat.client.post(place, {"ending": "6", "note": "::busy"}).status_code == 302
    assert rows("SELECT ending FROM care_talk_end") == [("absent",)]
    assert not rows("SELECT 1 FROM care_talk_draft")


def test_every_box_of_a_call_stays_when_the_page_comes_again(
    house: Site, at: list[datetime]
) -> None:
    """Hanging up, a minute more, an identity check: no amount, hour or answer is typed twice."""
    key = late(house)
    seat = seated("tanaka", Role.OPERATOR)
    place = call(seat, key.member_id)["Location"]
    assert seat.client.post(place, KNOWN)["Location"] == place
    typed = {
        "ending": "promised", "note": "::forgot", "amount": "5千", "day": "11/28",
        "answer-outlook": "understood", "answer-nothing": "agreed",
    }  # fmt: skip
    for step in ("hang_up", "extend", "draft"):
        assert seat.client.post(place, typed | {"do": step})["Location"] == place
        again = seat.client.get(place).content.decode()
        assert 'name="amount"' in again
        for kept in ('value="5千"', 'value="11/28"', "::forgot"):
            assert kept in again, (step, kept)
        assert re.search(r'id="a-outlook-understood"[^>]* checked', again)
    assert "answer-nothing" not in rows("SELECT boxes::text FROM care_talk_draft")[0][0]
    assert (
        seat.client.post(place, typed | {"do": "draft", "amount": "123456789018"}).status_code
        == 422
    )
    assert "123456789018" not in rows("SELECT boxes::text FROM care_talk_draft")[0][0]


def test_page_keeps_what_is_written_by_itself_and_that_is_no_look(
    house: Site, at: list[datetime]
) -> None:
    key, other = late(house), late(house)
    seat = seated("tanaka", Role.OPERATOR)
    place = call(seat, key.member_id)["Location"]
    looks = "SELECT count(*) FROM journal_row WHERE kind = 'staff_access'"
    before = rows(looks)
    meanwhile = {"X-Requested-With": "fetch"}
    typed = {"note": "給料日の後", "hour": "14:00", "do": "finish", "ending": "absent"}
    answer = seat.client.post(place, typed, headers=meanwhile)
    assert (answer.status_code, answer.content) == (204, b"")
    refused = seat.client.post(place, {"note": "暗証番号は7305"}, headers=meanwhile)
    assert (refused.status_code, refused.content) == (422, b"")
    strange = place.replace(f"/{key.member_id}/", f"/{other.member_id}/")
    assert seat.client.post(strange, typed, headers=meanwhile).status_code == 404
    assert rows(looks) == before
    assert not rows("SELECT 1 FROM care_talk_end")
    page = seat.client.get(place).content.decode()
    assert "給料日の後" in page
    assert 'value="14:00"' in page


def test_what_is_missing_is_said_in_words_and_never_by_an_id(
    house: Site, at: list[datetime]
) -> None:
    member_id = house.house.member(at=NOON - timedelta(days=100)).member_id
    house.desk.open(date(2026, 8, 31), member_id=member_id)
    seat = seated("tanaka", Role.OPERATOR)
    place = call(seat, member_id, "registered_data")["Location"]
    none = seat.client.post(place, {"note": "x"})
    assert none.status_code == 422
    assert "通話の結果が選ばれていません" in text(none)
    assert "not_called" not in text(none)
    few = KNOWN | {"name_reading": ""}
    kept = seat.client.post(place, few).content.decode()
    assert "答えが足りません" in kept
    for name in ("birth_date", "phone_digits"):
        assert f'value="{KNOWN[name]}"' in kept
    assert seat.client.post(place, KNOWN)["Location"] == place
    unasked = text(seat.client.post(place, {"ending": "unchanged"}))
    assert "「お名前に変わりはありませんか。」の回答がまだありません" in unasked
    assert "「work」" not in unasked
    seat.client.cookies["tongue"] = "en"
    page = seat.client.post(place, {"ending": "unchanged"})
    assert "Is your workplace the same?" in text(page)
    assert '<span lang="ja">お名前に変わりはありませんか。</span>' in page.content.decode()


@pytest.mark.rule("COLL-006")
def test_reason_is_told_after_the_member_is_known_and_a_promise_follows(
    house: Site, at: list[datetime]
) -> None:
    key = late(house)
    seat = seated("tanaka", Role.OPERATOR)
    place = call(seat, key.member_id)["Location"]
    before = text(seat.client.get(place))
    assert "10月5日" not in before
    few = seat.client.post(place, {"do": "identify", "birth_date": KNOWN["birth_date"]})
    assert few.status_code == 422
    missed = KNOWN | {"phone_digits": "9999"}
    assert seat.client.post(place, missed)["Location"] == place
    assert "あと1回" in text(seat.client.get(place))
    assert rows("SELECT is_passed FROM care_identity_check") == [(False,)]
    too_early = {"ending": "promised", "amount": "5,000", "day": "11/28"}
    assert seat.client.post(place, too_early).status_code == 422
    assert seat.client.post(place, KNOWN)["Location"] == place
    assert "10月5日" in text(seat.client.get(place))
    ways = f'href="/desk/members/{key.member_id}/offers/{key.agreement_id}/"'
    assert ways in seat.client.get(place).content.decode()
    assert seat.client.post(place, {"ending": "promised"}).status_code == 422
    done = seat.client.post(place, too_early)
    assert done.status_code == 302, text(done)
    after = seat.client.get(done["Location"])
    assert "支払いを約束" in text(after)
    assert rows("SELECT pay_on, amount_yen FROM loan_promise") == [(date(2026, 11, 28), 5_000)]
    assert "COLL-003" in button(after, "repayment")


def test_next_after_an_ending_is_the_next_person_of_the_day(
    house: Site, at: list[datetime]
) -> None:
    key, other = late(house), late(house)
    seat = seated("tanaka", Role.OPERATOR)
    shown = seat.client.get(f"/desk/members/{key.member_id}/").content.decode()
    assert (
        f'name="had" value="{key.member_id}"><button class="button button-plain" data-key="n"'
        in shown
    )
    place = call(seat, key.member_id)["Location"]
    assert 'data-key="n"' not in seat.client.get(f"/desk/members/{key.member_id}/").content.decode()
    done = seat.client.get(seat.client.post(place, {"ending": "absent"})["Location"])
    form = re.findall(
        r'action="([^"]*)"[^>]*><input[^>]*csrf[^>]*><input[^>]*name="had" value="(\d+)"',
        done.content.decode(),
    )
    assert form == [(reverse("desk:next"), str(key.member_id))]
    for _ in range(2):  # sent twice it leads to one person
        went = seat.client.post(form[0][0], {"had": form[0][1]})
        assert went["Location"] == f"/desk/members/{other.member_id}/"
    assert rows("SELECT member_id FROM care_claim") == [(other.member_id,)]


@pytest.mark.rule("COLL-010")
def test_word_of_a_lawyer_leads_to_the_notice_and_the_office_stands_on_the_panel(
    house: Site, at: list[datetime]
) -> None:
    key = late(house)
    seat = seated("tanaka", Role.OPERATOR)
    place = call(seat, key.member_id)["Location"]
    seat.client.post(place, KNOWN)
    done = text(seat.client.get(seat.client.post(place, {"ending": "counsel"})["Location"]))
    assert "本人への連絡は止まっています" in done
    assert "代理人がいます。本人には連絡できません" in done
    assert "事務所は未確認" in done
    cases = f"/desk/members/{key.member_id}/collection/"
    listed = text(seat.client.get(cases))
    assert "本人の申出（電話）" in listed
    assert "手続は未確認" in listed
    form = seat.client.get(f"{cases}counsel/").content.decode()
    assert 'value="member"' not in form
    assert 'value="unknown"' not in form
    typed = {
        "ref": "r1", "sender": "lawyer", "proceeding": "out_of_court", "office": "大手町法律事務所",
        "name": "法田 守", "registration": "12345", "phone": "03-1234-5678", "case_ref": "",
        "road": "fax", "received_on": f"{at[0]:%Y/%m/%d}", "document_ref": "",
    }  # fmt: skip
    assert seat.client.post(f"{cases}counsel/", typed).status_code == 302
    listed = text(seat.client.get(cases))
    assert "事務所の通知を登録済み" in listed
    page = text(panel_of(seat, key.member_id))
    assert "大手町法律事務所 法田 守 0312345678" in page
    assert "事務所は未確認" not in page


def test_what_a_call_left_is_done_on_the_panel(house: Site, at: list[datetime]) -> None:
    """Else whoever it is of stands on the list of the day for ever."""
    key, other = late(house), late(house)
    seat = seated("tanaka", Role.OPERATOR)
    place = call(seat, key.member_id)["Location"]
    seat.client.post(place, KNOWN)
    done = seat.client.post(place, {"ending": "says_paid"})["Location"]
    page = seat.client.get(done).content.decode()
    (task_id,) = re.findall(r'name="task" value="(\d+)"', page)
    assert "支払ったと申出" in page
    there = f"/desk/members/{key.member_id}/call/"
    strange = seat.client.post(f"/desk/members/{other.member_id}/call/", {"task": task_id})
    assert strange.status_code == 409
    assert rows("SELECT count(*) FROM contact_task WHERE ended_at IS NULL") == [(1,)]
    assert seat.client.post(there, {"task": task_id})["Location"] == there
    assert rows("SELECT outcome, ended_by FROM contact_task") == [
        ("done", f"staff {seat.staff_id}")
    ]
    assert 'name="task"' not in panel_of(seat, key.member_id).content.decode()


@pytest.mark.parametrize("what", sorted(panel.SAID))
def test_what_screening_left_is_said_and_done_on_the_panel(
    house: Site, at: list[datetime], what: str
) -> None:
    """No page ends it by itself: a card that was not renewed, a bureau that does not answer."""
    key = late(house)
    plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts={"what": what, "by": "2026-12-01"})
    doubt = tasks.Plan(tasks.Kind.FOLLOW_UP, facts={"what": "bureau_doubt", "inquiry": 1})
    for one in (plan, doubt):
        source = Source("system", f"left {one.facts['what']}")
        do(tasks.put, key.member_id, one, source, at[0])
    seat = seated("tanaka", Role.OPERATOR)
    page = panel_of(seat, key.member_id).content.decode()
    assert plain(f"desk.today.sort_{what}", Tongue.JA) in page
    (task_id,) = re.findall(r'name="task" value="(\d+)"', page)
    there = f"/desk/members/{key.member_id}/call/"
    assert seat.client.post(there, {"task": task_id})["Location"] == there
    left = rows("SELECT facts->>'what' FROM contact_task WHERE ended_at IS NULL")
    assert left == [("bureau_doubt",)]
    assert 'name="task"' not in panel_of(seat, key.member_id).content.decode()


# -------------------------------------------------------------------------------- asked for in writing
@pytest.mark.rule("COLL-016")
def test_request_in_writing_is_kept_with_its_task_and_what_is_said(
    house: Site, at: list[datetime]
) -> None:
    key = late(house)
    seat = seated("tanaka", Role.OPERATOR)
    place = call(seat, key.member_id)["Location"]
    assert seat.client.post(place, {"do": "particulars", "note": ""})["Location"] == place
    heard = text(seat.client.get(place))
    assert f"担当者番号は{seat.staff_id}です" in heard
    assert "ご返済のご案内" not in heard, "nobody but the member learns of a claim"
    assert seat.client.post(place, KNOWN)["Location"] == place
    heard = text(seat.client.get(place))
    assert shipped().lender.name_ja in heard
    assert "書面でお届けします" in heard
    done = {"ending": "done", "note": "請求の内容を書面でほしいとのこと"}
    assert seat.client.post(place, done).status_code == 302
    assert rows("SELECT kind, facts->>'paper', ended_at FROM contact_task") == [
        ("follow_up", "particulars", None)
    ]
    assert rows(
        "SELECT p.actor FROM care_talk_particulars p JOIN contact_task USING (member_id, task_id)"
    ) == [(f"staff {seat.staff_id}",)]


@pytest.mark.rule("COLL-016")
def test_paper_is_made_at_once_for_a_member_who_is_known(house: Site, at: list[datetime]) -> None:
    key = late(house)
    seat = seated("tanaka", Role.OPERATOR)
    place = call(seat, key.member_id)["Location"]
    assert seat.client.post(place, KNOWN)["Location"] == place
    for _ in range(2):
        assert seat.client.post(place, {"do": "particulars", "note": ""})["Location"] == place
    assert rows("SELECT staff_id, source FROM care_identification") == [
        (seat.staff_id, f"talk {place.split('/')[-2]}")
    ]
    assert rows("SELECT outcome FROM contact_task WHERE facts->>'paper' = 'particulars'") == [
        ("done",)
    ]


@pytest.mark.rule("COLL-016")
def test_request_that_was_heard_and_not_kept_lets_no_call_end(
    house: Site, at: list[datetime]
) -> None:
    key = late(house)
    seat = seated("tanaka", Role.OPERATOR)
    place = call(seat, key.member_id)["Location"]
    typed = {"ending": "other", "said": "会社の名前を教えて、請求の明細も書面でください"}
    refused = seat.client.post(place, typed)
    assert refused.status_code == 422
    assert "書面の請求" in text(refused)
    assert typed["said"] in text(refused)
    assert not rows("SELECT 1 FROM care_talk_end")
    assert seat.client.post(place, typed | {"do": "particulars"})["Location"] == place
    assert seat.client.post(place, typed).status_code == 302


# --------------------------------------------------------------------------------- the member calls us
def test_call_that_the_member_made_counts_nothing_and_has_its_endings(
    house: Site, at: list[datetime]
) -> None:
    """At night too: nobody of ours rang."""
    key = late(house)
    at[0] = NOON.replace(hour=22)
    seat = seated("tanaka", Role.OPERATOR)
    typed = {"ref": ref_of(panel_of(seat, key.member_id))}
    taken = seat.client.post(f"/desk/members/{key.member_id}/call/in/", typed)
    again = seat.client.post(f"/desk/members/{key.member_id}/call/in/", typed)
    assert taken["Location"] == again["Location"]
    place = taken["Location"]
    page = seat.client.get(place)
    assert "tel:" not in page.content.decode()
    assert "本人でない人が出たとき" not in text(page)
    seat.client.post(place, KNOWN)
    promised = {"ending": "1", "amount": "5千", "day": "11/28"}
    assert seat.client.post(place, promised).status_code == 302
    assert rows("SELECT direction, called FROM care_talk") == [("in", "inbound")]
    assert not rows("SELECT 1 FROM contact_attempt")
    assert not rows("SELECT 1 FROM contact_call_result")
    assert counted(key.member_id) == 0
    assert rows("SELECT amount_yen FROM loan_promise") == [(5_000,)]
    assert "会員からの電話" in text(panel_of(seat, key.member_id))


# ---------------------------------------------------------------------------------- the place of work
@pytest.mark.rule("DESK-003")
def test_work_is_hidden_and_only_a_supervisor_calls_there(house: Site, at: list[datetime]) -> None:
    member_id = house.house.member(at=datetime(2026, 8, 1, tzinfo=JAPAN)).member_id
    seat, head = seated("tanaka", Role.OPERATOR), seated("suzuki", Role.SUPERVISOR)
    page = panel_of(seat, member_id)
    assert 'value="employment"' not in page.content.decode()
    assert "上長だけがかけられます" in text(page)
    typed = {"ref": ref_of(page), "reason": "employment", "name": "佐々木"}
    refused = seat.client.post(page.request["PATH_INFO"], typed)
    assert refused.status_code == 403
    assert "上長" in text(refused)
    face = button(panel_of(head, member_id), "employment")
    assert "DESK-003" in face
    assert "disabled" in face
    assert call(head, member_id, "employment", name="佐々木").status_code == 409


@pytest.mark.rule("DESK-004")
def test_complaint_about_calls_leaves_them_to_a_supervisor(house: Site, at: list[datetime]) -> None:
    key = late(house)
    seat, head = seated("tanaka", Role.OPERATOR), seated("suzuki", Role.SUPERVISOR)
    do(holds.put, key.member_id, Wish(HoldKind.COMPLAINT), Source("staff 1", "case 1"), NOON)
    refused = call(seat, key.member_id)
    assert refused.status_code == 409
    assert "DESK-004" in text(refused)
    face = text(panel_of(head, key.member_id))
    assert "上長の権限で発信する理由" in face
    assert "上長の権限で発信する理由" not in text(panel_of(seat, key.member_id))
    for wrong, said in (("", "理由がありません"), ("暗証番号は1234とのこと", "暗証番号")):
        silent = call(head, key.member_id, override=wrong)
        assert silent.status_code in {409, 422}
        assert said in text(silent)
    assert not rows("SELECT FROM contact_attempt WHERE valid_until IS NOT NULL")
    assert call(head, key.member_id, override="本人から折り返しの希望").status_code == 302
    assert rows("SELECT hand FROM contact_attempt WHERE valid_until IS NOT NULL") == [
        ("supervisor",)
    ]
    assert rows("SELECT rules, reason FROM contact_override") == [
        (["DESK-004"], "本人から折り返しの希望")
    ]


@pytest.mark.parametrize("direction", ["out", "in"])
def test_call_that_ends_with_a_complaint_leads_to_its_case(
    house: Site, at: list[datetime], direction: str
) -> None:
    key = late(house)
    seat = seated("tanaka", Role.OPERATOR)
    if direction == "out":
        place = call(seat, key.member_id)["Location"]
    else:
        typed = {"ref": ref_of(panel_of(seat, key.member_id))}
        place = seat.client.post(f"/desk/members/{key.member_id}/call/in/", typed)["Location"]
    seat.client.post(place, KNOWN)
    typed = {"ending": "complaint", "said": "説明が分かりにくい"}
    over = seat.client.post(place, typed)["Location"]
    ((number,),) = rows("SELECT case_id FROM care_case")
    address = f"/desk/cases/{key.member_id}/{number}/"
    done = seat.client.get(over)
    assert f'href="{address}"' in done.content.decode()
    assert f"受け付けた苦情（{number}）を開く" in text(done)
    assert "説明が分かりにくい" in text(seat.client.get(address))
    assert f'href="{address}"' not in panel_of(seat, key.member_id).content.decode()


def test_limit_that_no_product_has_is_answered_with_the_range(
    house: Site, at: list[datetime]
) -> None:
    key = late(house)
    seat = seated("tanaka", Role.OPERATOR)
    for limit in ("0", "80,000,001"):
        refused = call(seat, key.member_id, "increase", limit=limit)
        assert refused.status_code == 422
        assert re.search(r"\d円から[\d,]+円までの限度額にしてください", text(refused)), text(
            refused
        )
    assert not rows("SELECT 1 FROM contact_attempt WHERE valid_until IS NOT NULL")


# ------------------------------------------------------------------------------ in the member's place
@pytest.mark.rule("SOLI-008")
@pytest.mark.rule("COLL-006")
def test_guardian_is_registered_by_a_paper_and_called_in_the_members_place(
    house: Site, at: list[datetime]
) -> None:
    key = late(house)
    seat = seated("tanaka", Role.OPERATOR)
    place = f"/desk/members/{key.member_id}/call/counterparts/"
    typed = {
        "whom": "guardian", "proof": "power", "proof_on": "2026/11/1", "person": "後見太郎",
        "office": "帳面事務所", "phone": "03-5555-0123", "address": "",
    }  # fmt: skip
    assert "書類ではありません" in text(seat.client.post(place, typed))
    assert seat.client.post(place, typed | {"phone": ""}).status_code == 422
    assert seat.client.post(place, typed | {"proof": "register"})["Location"] == place
    assert "帳面事務所" in text(seat.client.get(place))
    page = panel_of(seat, key.member_id)
    forms = re.findall(r"<form class=\"reason-form\".*?</form>", page.content.decode(), re.DOTALL)
    own, theirs = (one for one in forms if 'value="repayment"' in one)
    assert "disabled" in own
    assert "SOLI-008" in own
    assert "disabled" not in theirs
    assert "成年後見人 後見太郎" in theirs
    assert call(seat, key.member_id).status_code == 409
    begun = call(seat, key.member_id, counterpart="1")
    assert begun.status_code == 302, text(begun)
    shown = seat.client.get(begun["Location"])
    assert 'href="tel:0355550123"' in shown.content.decode()
    assert "ご担当の方とお話しできますか" in text(shown)
    assert "10月5日" not in text(shown)
    assert counted(key.member_id) == 1
    assert seat.client.post(begun["Location"], {"ending": "wrong_number"}).status_code == 302
    other = call(seat, key.member_id, "income_evidence", counterpart="1")
    assert other.status_code == 409
    assert seat.client.post(place, {"end": "1"})["Location"] == place
    assert call(seat, key.member_id).status_code == 302, "the member's own number was not wrong"


# ---------------------------------------------------------------------------------- one answer everywhere
def test_page_and_command_line_refuse_by_the_same_rules_and_words(
    house: Site, database: Database
) -> None:
    """At whatever hour this runs: the two answers stand side by side."""
    key = late(house)
    query = "SELECT member_number FROM people_member WHERE member_id = %s"
    number = str(rows(query, key.member_id)[0][0])
    seat = seated("tanaka", Role.OPERATOR)
    do(commands.suspend, key, Stop.COUNSEL, made_by("counsel"))
    page = text(call(seat, key.member_id))
    said = Command(database)("call", "begin", number, "repayment", "--by", "tanaka")
    assert said.code == EXIT_REFUSED
    (by_page,), (by_command,) = rows("SELECT refused_by FROM contact_attempt ORDER BY attempt_id")
    assert by_page == by_command
    assert "COLL-010" in by_page
    assert all(rule_id in page for rule_id in by_page)
    facts = do(gate.facts_of, key.member_id, clock.now())
    for one in guard.hindrances(facts, Purpose.ARREARS, clock.now(), Channel.PHONE):
        words = one.refusal.fault().what(Language.JA)
        assert words in page
        assert words in said.err


def test_unknown_reasons_and_calls_are_refused(house: Site, at: list[datetime]) -> None:
    key, other = late(house), late(house)
    seat = seated("tanaka", Role.OPERATOR)
    for reason in ("", "inbound", "nothing"):
        assert call(seat, key.member_id, reason).status_code == 422
    begun = call(seat, key.member_id)
    attempt = begun["Location"].split("/")[-2]
    assert seat.client.get(f"/desk/members/{other.member_id}/call/{attempt}/").status_code == 404
    assert joined("sato", Role.AUDITOR).client.get(begun["Location"]).status_code == 302
