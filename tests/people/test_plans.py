"""What a page asks of the people's tables is answered by indexes, in a house of some size."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, connections, transaction
from tests.database import Database
from tests.people.house import AT, GOOD, HERE, SATO, House, after

from motocho.outside.postgres import ADMIN
from motocho.people import access, cards, consents, login, requests
from motocho.people.access import Action, Self
from motocho.people.cards import Replacement, Validity
from motocho.people.consents import Consent
from motocho.people.facts import history
from motocho.people.facts.history import Reading
from motocho.people.facts.values import Kind
from motocho.people.login import Origin, Typed
from motocho.people.requests import Claim
from motocho.people.safety import codes, devices, freezes, holds, sessions
from motocho.people.safety.codes import Purpose
from motocho.people.safety.sessions import SessionKey

MANY = 20_000
VALID = Validity(date(2026, 1, 1), date(2031, 1, 1))
LARGE = {
    "people_member", "people_number", "people_fact", "people_consent", "people_device",
    "people_session", "people_login_count", "people_login_try", "people_freeze", "people_hold",
    "people_pin", "people_code", "people_card", "people_request", "people_freeze_link",
}  # fmt: skip
FILL = """
INSERT INTO people_member (member_number, family_name, given_name, family_kana, given_kana, born_on, registered_at)
SELECT (20000000 + n)::text, '山', '川', 'ヤ', 'カ', '1990-01-01', '2026-01-01' FROM generate_series(1, {many}) n;
INSERT INTO people_number SELECT member_number, member_id FROM people_member WHERE family_name = '山';
INSERT INTO people_fact (member_id, kind, value, masked, effective_on, recorded_at, actor, road, form_ref)
SELECT member_id, 'employer', '{{"name": "x"}}', 'x', '2026-01-01', '2026-01-01', 'x', 'import', 'x' FROM people_member;
INSERT INTO people_consent (member_id, kind, scope, is_given, effective_at, recorded_at, wording_ref, actor, form_ref)
SELECT member_id, 'bureau', '', true, '2026-01-01', '2026-01-01', 'v1', 'x', 'x' FROM people_member;
INSERT INTO people_device (member_id, token_hash, name, known_at, last_used_at)
SELECT member_id, sha256(member_id::text::bytea), 'x', '2026-01-01', '2026-01-01' FROM people_member;
INSERT INTO people_session (member_id, device_id, place, began_at, last_used_at)
SELECT member_id, device_id, 'x', '2026-01-01', '2026-01-01' FROM people_device;
INSERT INTO people_login_count (member_number, lane) SELECT member_number, 0 FROM people_number;
INSERT INTO people_login_try (attempt_mark, member_number, lane, network_mark, pin_mark, outcome, misses_left, tried_at)
SELECT sha256(n::text::bytea), '20000001', 0, sha256((n % 5000)::text::bytea), sha256((n % 9000)::text::bytea), 'missed', 2,
    '2026-11-18 11:00+09'::timestamptz + n * interval '100 ms' FROM generate_series(1, {many}) n;
INSERT INTO people_freeze (member_id, road, frozen_at, lifted_at, lifted_by)
SELECT member_id, 'site', '2026-01-01', '2026-01-02', 'x' FROM people_member;
INSERT INTO people_hold (member_id, kind, cause, from_at, until_at)
SELECT member_id, 'new_account', 'email', '2026-01-01', '2026-01-02' FROM people_member;
INSERT INTO people_pin SELECT member_id, '$argon2id$', 'x', '2026-01-01', 'registered' FROM people_member
ON CONFLICT DO NOTHING;
INSERT INTO people_code (member_id, purpose, bound_to, code_mark, made_at, expires_at, tries_left)
SELECT member_id, 'limit', 'x', sha256('x'), '2026-01-01', '2026-01-02', 5 FROM people_member;
INSERT INTO people_request (member_id, kind, document_ref, email_fact_no, asked_at, state)
SELECT member_id, 'member_number', '', 0, '2026-01-01', 'done' FROM people_member;
INSERT INTO people_card (member_id, issued_on, expires_on, recorded_at, actor)
SELECT member_id, '2026-01-01', '2031-01-01', '2026-01-01', 'x' FROM people_member;
INSERT INTO people_freeze_link SELECT sha256(n::text::bytea), n, '2027-01-01' FROM generate_series(1, {many}) n;
VACUUM ANALYZE
"""


def scanned(work: Callable[..., object], *arguments: Any) -> set[str]:
    """The large tables that were read from end to end in a transaction that does the work."""
    with transaction.atomic(), connection.cursor() as cursor:
        work(cursor, *arguments)
        cursor.execute("SELECT relname FROM pg_stat_xact_user_tables WHERE seq_scan > 0")
        return LARGE & {name for (name,) in cursor.fetchall()}


def test_no_page_reads_a_large_table_from_end_to_end(house: House, database: Database) -> None:
    member = house.member()
    key = house.session(member.member_id)
    member_id, number = member.member_id, member.member_number
    with database.address.connect(ADMIN, autocommit=True) as admin:
        for statement in FILL.format(many=MANY).split(";"):
            admin.execute(statement.encode())
    connections.close_all()  # a session that has made no plan yet
    claim = Claim(SATO.born_on, "hanako@example.jp", number, "サトウハナコ", "d")
    asked: list[tuple[Any, ...]] = [
        (login.enter, Typed(number, GOOD, "f"), Origin(HERE), AT),
        (login.locked_lanes, member_id),
        (login.reopen, member_id, "x", AT),
        (cards.reissue, member_id, Replacement("30000000", VALID), "x", AT),
        (cards.issue, member_id, VALID._replace(expires_on=date(2032, 1, 1)), "x", AT),
        (cards.current, member_id),
        (cards.to_renew, AT.date()),
        (cards.look_at_ending, AT.date(), 500),
        (sessions.use, key, after(minutes=1)),
        (sessions.history, member_id),
        (sessions.use, SessionKey(member_id, 1), AT),
        (devices.known, member_id, "x"),
        (devices.learn, member_id, "x", AT),
        (codes.ask, member_id, Purpose.LIMIT, "x", AT),
        (codes.spend, member_id, Purpose.LIMIT, "x", AT),
        (holds.check_draw, member_id, AT, AT),
        (freezes.freeze, member_id, freezes.Road.SITE, "x", AT),
        (freezes.freeze_by_link, "x", AT),
        (history.as_of, member_id, AT.date()),
        (history.history, member_id, Kind.EMAIL),
        (history.values, member_id, {Kind.INCOME}, AT.date(), Reading("a", "b", AT)),
        (consents.in_force, member_id, Consent(consents.Kind.BUREAU), AT),
        (consents.on_day, member_id, AT.date()),
        (access.ask, Self(member_id), Action.LOOK, member_id, AT),
        (requests.ask, requests.Kind.PIN_RESET, claim, AT),
        (requests.look, 1),
        (requests.ask, requests.Kind.MEMBER_NUMBER, claim, AT),
        (requests.look, 2),
        (requests.waiting,),
        (requests.reset_of, "x", AT),
    ]
    found = [(work.__qualname__, scanned(work, *arguments)) for work, *arguments in asked]
    assert [(name, tables) for name, tables in found if tables] == []


@pytest.mark.parametrize("attack", ["DELETE FROM people_member", "DELETE FROM people_number"])
def test_members_are_never_removed(house: House, database: Database, attack: str) -> None:
    house.member()
    with database.connect("motocho_owner") as owner, pytest.raises(Exception, match="never"):
        owner.execute(attack)
