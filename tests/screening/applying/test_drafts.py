"""Drafts and the links that lead back: sealed, confirmed, counted, opened once, erased in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.database import Database
from tests.people.house import rows
from tests.screening.applying.filling import AT, MAIL, after, confirmed, do

from motocho.screening.applying import Answered, applying_on, drafts, links
from motocho.units.errors import Language, NotFoundError

pytestmark = pytest.mark.usefixtures("database", "pepper")
POLICY = applying_on(AT.date())
BORN = date(1986, 4, 1)
NAMES = st.text(min_size=1, max_size=12)
ANSWERS = st.dictionaries(
    NAMES, st.dictionaries(NAMES, st.text(max_size=60), max_size=4), max_size=5
)


# ------------------------------------------------------------------------------------------ drafts
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ANSWERS)
def test_what_was_typed_comes_back_as_it_was_typed(
    answers: Mapping[str, Mapping[str, str]],
) -> None:
    draft_id = do(drafts.begin, "", AT)
    for typed in answers.items():
        do(drafts.save, draft_id, typed, AT)
    assert do(drafts.load, draft_id, AT).answers == answers


def test_nothing_that_was_typed_stands_in_the_database() -> None:
    draft_id = confirmed()
    do(drafts.save, draft_id, ("address", {"address": "東京都千代田区千代田1-1"}), AT)
    do(links.ask, MAIL, Language.JA, AT)
    for table in ("screening_draft", "screening_draft_code", "screening_link_claim"):
        text = str(rows(f"SELECT t::text FROM {table} t"))
        assert text != "[]", table
        for word in (MAIL, MAIL.lower(), "千代田"):
            assert word not in text, table
            assert word.encode().hex() not in text, table


def test_draft_is_erased_after_the_days_of_the_policy_counted_from_its_last_page() -> None:
    draft_id = confirmed()
    do(drafts.save, draft_id, ("name", {"family_name": "佐藤"}), after(days=10))
    last = after(days=10 + POLICY.draft_days)
    assert do(drafts.load, draft_id, last - timedelta(seconds=1)).answers["name"]
    with pytest.raises(NotFoundError):
        do(drafts.load, draft_id, last)
    assert do(drafts.forget, last - timedelta(seconds=1)) == 0
    assert do(drafts.forget, last) == 1
    assert rows("SELECT FROM screening_draft") == rows("SELECT FROM screening_draft_code") == []


# ------------------------------------------------------------------------------------------- codes
def test_code_confirms_the_address_that_it_went_to_and_no_other() -> None:
    draft_id = confirmed()
    assert do(drafts.load, draft_id, AT).is_confirmed
    do(drafts.save, draft_id, ("email", {"email": "other@example.jp"}), AT)
    assert not do(drafts.load, draft_id, AT).is_confirmed
    asked = do(drafts.ask_code, draft_id, MAIL, AT)
    assert asked is not None
    assert do(drafts.confirm, draft_id, asked.code, AT) is Answered.OVER
    do(drafts.save, draft_id, ("email", {"email": MAIL.upper()}), AT)
    assert do(drafts.load, draft_id, AT).is_confirmed


def test_code_ends_with_its_tries_and_its_time() -> None:
    draft_id = confirmed()
    do(drafts.save, draft_id, ("email", {"email": "other@example.jp"}), AT)
    asked = do(drafts.ask_code, draft_id, "other@example.jp", AT)
    assert asked is not None
    wrong = f"{(int(asked.code) + 1) % 1_000_000:06d}"
    late = after(minutes=POLICY.code_minutes)
    assert do(drafts.confirm, draft_id, asked.code, late) is Answered.OVER
    for _ in range(POLICY.most_tries):
        assert do(drafts.confirm, draft_id, wrong, AT) is Answered.WRONG
    assert do(drafts.confirm, draft_id, asked.code, AT) is Answered.OVER
    assert not do(drafts.load, draft_id, AT).is_confirmed


def test_codes_to_one_address_are_counted_over_all_drafts() -> None:
    first, second = do(drafts.begin, "", AT), do(drafts.begin, "", AT)
    for number in range(POLICY.most_codes_an_hour):
        assert do(drafts.ask_code, (first, second)[number % 2], MAIL, AT) is not None
    assert do(drafts.ask_code, second, MAIL.upper(), after(minutes=59)) is None
    assert do(drafts.ask_code, second, "other@example.jp", AT) is not None
    assert do(drafts.ask_code, second, MAIL, after(minutes=61)) is not None


def test_one_draft_sends_to_few_addresses() -> None:
    draft_id = do(drafts.begin, "", AT)
    for number in range(POLICY.most_codes_an_hour):
        assert do(drafts.ask_code, draft_id, f"a{number}@example.jp", AT) is not None
    assert do(drafts.ask_code, draft_id, "another@example.jp", AT) is None
    assert do(drafts.ask_code, draft_id, "another@example.jp", after(minutes=61)) is not None


# ------------------------------------------------------------------------------------------- links
def asked_link(mail: str = MAIL, **later: int) -> links.Mail | None:
    do(links.ask, mail, Language.EN, after(**later))
    ((claim_id,),) = rows("SELECT claim_id FROM screening_link_claim")
    found, again = (do(links.look, claim_id, after(**later)) for _ in range(2))
    assert found == again  # killed after the letter went: the same letter once more
    do(links.done, claim_id)
    return found


def test_link_opens_once_with_the_birthday() -> None:
    draft_id = confirmed()
    mail = asked_link(MAIL.upper())
    assert mail is not None
    assert mail.token not in str(rows("SELECT * FROM screening_link"))
    seat = do(links.enter, mail.token, BORN, AT)
    assert seat == links.Seat(draft_id=draft_id)
    assert do(links.enter, mail.token, BORN, AT) is None


def test_whatever_is_wrong_has_the_same_answer() -> None:
    confirmed()
    mail = asked_link()
    assert mail is not None
    over = after(hours=POLICY.link_hours)
    assert do(links.enter, mail.token, BORN, over) is None
    assert do(links.enter, "a-token-of-nobody", BORN, AT) is None
    for _ in range(POLICY.most_tries):
        assert do(links.enter, mail.token, date(1986, 4, 2), AT) is None
    assert do(links.enter, mail.token, BORN, AT) is None


def test_address_of_nobody_is_asked_for_like_any_other_and_no_letter_goes() -> None:
    do(drafts.begin, "", AT)
    assert asked_link("nobody@example.jp") is None
    assert rows("SELECT FROM screening_link") == rows("SELECT FROM screening_link_claim") == []


def test_inbox_is_not_flooded_with_links() -> None:
    confirmed()
    for _ in range(POLICY.most_codes_an_hour):
        assert asked_link() is not None
    assert asked_link(minutes=59) is None
    assert asked_link(minutes=61) is not None


def test_link_of_an_erased_draft_opens_nothing(database: Database) -> None:
    assert database is not None
    confirmed(at=after(days=-POLICY.draft_days, hours=1))
    mail = asked_link()
    assert mail is not None
    assert do(drafts.forget, after(hours=2)) == 1
    assert do(links.enter, mail.token, BORN, after(hours=2)) is None
