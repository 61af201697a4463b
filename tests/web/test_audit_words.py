"""The audit in words: every kind and every purpose that the program writes, and links that open."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from tests.database import Database
from tests.web import written
from tests.web.full_desk import FullDesk
from tests.web.membership import Site
from tests.web.office import seated

from motocho.care.reasons.catalogue import Reason
from motocho.care.reliefs.offers import Answer
from motocho.care.worklist.policy import Why
from motocho.contact.guard import Channel, Purpose
from motocho.outside import clock, mail
from motocho.people import invitations, requests
from motocho.people.access import Action, Role
from motocho.people.card_orders import Step
from motocho.screening.applications import Outcome as Ended
from motocho.web import words
from motocho.web.desk import _records, auditing, members
from motocho.web.pages import TONGUE_COOKIE

BY_HAND = {
    "application_{outcome.value}": tuple(f"application_{one.value}" for one in Ended),
    "login_{outcome}": ("login_missed", "login_locked"),
    "offer_{answer.value}": tuple(f"offer_{one.value}" for one in Answer),
    "promise_{outcome.value}": ("promise_kept", "promise_broken", "promise_withdrawn"),
    "card_{step.value}": tuple(f"card_{one.value}" for one in Step),
    "{ASKED[purpose]}": tuple(invitations.ASKED.values()),
    "{kind.value}_asked": tuple(f"{one.value}_asked" for one in requests.Kind),
    "{kind.value}_expired": tuple(f"{one.value}_expired" for one in requests.Kind),
    "{row[1]}_settled": tuple(f"{one.value}_settled" for one in requests.OWN),
    "{said.kind}": ("consent_given", "consent_withdrawn"),
}
"""What is written of these is put together as it runs; a new one fails until somebody says what."""
NO_KINDS = {"", "{row[3]}", "{news.kind}", "{Position(row[0], row[1])}"}
"""Rows that are read, a deed's news whose kinds are read where it is made, and what never is kept."""
IN_SQL = (
    "fact_read",
    "signed_in",
    "bureau_read",
    "identity_read",
    "suspicion_noted",
    "suspicion_read",
    "suspicion_filed",
)
OF_PURPOSES = {
    "{PURPOSE}": (auditing.PURPOSE,),
    "{purpose}": ("search", *members.PURPOSES),
    "{request.GET.get('for', '')}": tuple(members.PURPOSES),
    "{asked.kind.value}": tuple(one.value for one in requests.Kind),
    "{taken.row.ground.why.value}": tuple(one.value for one in Why),
    "{chosen.value}": tuple(one.value for one in Reason),
    "{card.reason.value}": tuple(one.value for one in Reason),
    "{action.value}": ("freeze", "reopen_login", "ask_for_help", "change_facts"),
    "{permit.purpose}": ("arrears stage 3", "asked_for reason consultation"),
    "{asking.source}": ("desk abc", "cli abc"),
    "{one(cursor, letter.member_id, letter.paper_no).cause}": ("stage 3", "stage 3 again 2026-11-02"),
    "{told.cause}": ("journal 7", "journal 7 event 8", "statement 3 2026-10"),
}  # fmt: skip
NO_PURPOSES = re.compile(r"\(Fault\(|\(\(fault\.within|_doing\.form|\{cause\}")
"""Readings of files are no readings of facts; the simulated year names its own causes."""


def kinds() -> set[str]:
    found = {kind for one in written.kinds() for kind in BY_HAND.get(one, (one,))}
    channels = product(("permitted", "refused"), Channel)
    tries = {f"{word}_{channel.value}" for word, channel in channels}
    return (found - NO_KINDS) | tries | set(IN_SQL)


def filled(text: str) -> Iterator[str]:
    """A purpose with everything that may stand in its places; ids are 7."""
    place = re.search(r"\{[^{}]*\}", text)
    if place is None:
        yield text
        return
    for value in OF_PURPOSES.get(place[0], ("7",)):
        yield from filled(text.replace(place[0], value, 1))


def test_every_kind_of_a_row_has_its_words() -> None:
    found = kinds()
    assert len(found) > 130
    assert not [one for one in sorted(found) if "{" in one], "say in BY_HAND what it may be"
    assert not [one for one in sorted(found) if not auditing._label(one)]


def test_every_purpose_has_its_words_and_nothing_is_left_raw() -> None:
    looked = {one for one in written.purposes() if not NO_PURPOSES.search(one)}
    reached = {one for one in written.causes() if not NO_PURPOSES.search(one)}
    whole = {text for one in looked for text in filled(one)}
    whole |= {f"{purpose.value} {text}" for one in reached for text in filled(one)
              for purpose in Purpose}  # fmt: skip
    assert len(whole) > 150
    for text in sorted(whole):
        parts = list(_records._phrases(text))
        assert parts, text
        for phrase, reference in parts:
            assert phrase in _records.PHRASES, f"{text!r}: {phrase!r} has no words"
            is_id = re.fullmatch(r"[\d-]*|\d+ \d{4}-\d\d|abc", reference)
            assert is_id, f"{text!r}: {reference!r} is shown as it is"
    assert not [one for one in Action if f"audit.action.{one.value}" not in words.catalogue()]
    for labels in _records.PHRASES.values():
        assert set(labels) <= words.catalogue().keys()


@pytest.fixture
def full(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FullDesk:
    noon = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(clock, "now", lambda: noon)
    site = Site.at(tmp_path)
    made = FullDesk(site, tmp_path, seated("abe", *Role), seated("mori", Role.SUPERVISOR))
    made.defrauded()
    for address in made.addresses.values():
        made.looker.client.get(address)
    return made


@pytest.mark.rule("PRIV-003")
def test_rows_are_in_words_of_both_languages_and_their_links_open(full: FullDesk) -> None:
    client = full.looker.client
    found = set()
    for what, tongue in product(("all", "looks", "changes", "calls"), ("ja", "en")):
        client.cookies[TONGUE_COOKIE] = tongue
        for cell, text in cells(client.get(f"/desk/audit/?what={what}").content.decode()):
            found |= set(re.findall(r'href="(/desk/[^"]+)"', text))
            raw = re.sub(r"<code.*?</code>|<[^>]+>", "", html.unescape(text), flags=re.DOTALL)
            assert not re.search(r"[a-z]+_[a-z]+|\w+=", raw), f"{cell}: {raw}"
            assert tongue == "ja" or not re.search("[ぁ-んァ-ヶ]", raw), f"{cell}: {raw}"
    sorts = {one.split("/")[2] for one in found}
    assert {"cases", "disclosures", "approvals", "families", "documents", "members"} <= sorts
    for address in found:
        assert client.get(address, follow=True).status_code == 200, address


def cells(page: str) -> Iterator[tuple[str, str]]:
    """Each cell of deed, purpose and details, without the amounts and names of the others."""
    rows = page[page.find("<tbody>") : page.find("</tbody>")]
    for row in re.findall(r"<tr data-row>(.*?)</tr>", rows, re.DOTALL):
        for part in re.findall(r"<td data-label=[^>]*>(.*?)</td>", row, re.DOTALL)[1:2]:
            yield "deed", part
        for part in re.findall(r"<td data-label=[^>]*>(.*?)</td>", row, re.DOTALL)[3:]:
            yield "purpose", part


@pytest.mark.rule("PRIV-003")
def test_who_only_audits_reads_the_words_without_links(full: FullDesk) -> None:
    auditor = seated("ono", Role.AUDITOR)
    page = auditor.client.get("/desk/audit/?what=looks").content.decode()
    assert "開示請求" in page
    assert not re.findall(r'<td[^>]*>[^\n]*href="/desk/(?:disclosures|cases|approvals)/', page)


def test_what_a_page_says_can_be_searched_for(full: FullDesk) -> None:
    client = full.looker.client
    for typed in ("家族からの申告", "family report"):
        page = client.get("/desk/audit/", {"what": "looks", "purpose": typed}).content.decode()
        shown = [text for _, text in cells(page)]
        assert shown, typed
        assert "家族からの申告" in " ".join(shown)
        assert "開示請求" not in " ".join(shown)
    page = client.get("/desk/audit/", {"what": "all", "kind": "会員情報を開いた"}).content.decode()
    assert set(re.findall(r'<code class="hint">(\w+)</code>', page)) == {"staff_access"}
