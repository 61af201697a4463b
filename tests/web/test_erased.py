"""A member with one of everything, erased: nothing that anybody told of them is left anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.database import Database
from tests.office.test_registers_holding import clear_others, dump
from tests.people.house import MOBILE
from tests.web.full_desk import FullDesk
from tests.web.membership import Site, do
from tests.web.office import seated

from motocho.config.invariants import INVARIANTS
from motocho.ledger import checks
from motocho.office import registers
from motocho.outside import clock, mail
from motocho.outside.postgres import ADMIN, violations
from motocho.people.access import Role

TOLD = (
    "佐藤", "花子", "サトウ", "ハナコ", MOBILE.digits, "山川商店", "電話の声が小さかった", "収入が減った",
    "返済がない", "電話がつながらない", "東京簡易裁判所", "身に覚えのない借入",
)  # fmt: skip
"""What is known of the member, and what they and others said."""
OVER = (
    "UPDATE loan_agreement SET status = 'closed'",
    "UPDATE loan_event SET value_on = value_on - 5000, business_on = business_on - 5000",
    "UPDATE journal_row SET happened_at = happened_at - interval '5000 days'",
    "UPDATE people_member SET registered_at = registered_at - interval '5000 days'",
    "UPDATE people_request SET state = 'refused'",
    "UPDATE loan_payout SET ended_at = asked_at, state = 'stopped' WHERE ended_at IS NULL",
    "UPDATE notices_mail SET settled_at = now(), state = 'moot', look_at = NULL WHERE settled_at IS NULL",
    "UPDATE documents_post SET posted_at = queued_at, posted_by = 'staff 1' WHERE posted_at IS NULL",
    (
        "INSERT INTO care_case_step (member_id, case_id, step_no, state, words, source, actor, at) SELECT member_id,"
        " case_id, 90, 'closed', '', 'x', 'staff 1', now() FROM care_case WHERE kind = 'complaint'"
    ),
    (
        "INSERT INTO care_fraud_step (member_id, fraud_id, step_no, state, words, source, actor, at) SELECT member_id,"
        " fraud_id, 90, 'closed', '', 'x', 'staff 1', now() FROM care_fraud"
    ),
    (
        "INSERT INTO office_claim_step (member_id, claim_id, step_no, step, on_day, content, source, actor, noted_at)"
        " SELECT member_id, claim_id, 90, 'withdrawn', now(), '{}', 'x', 'staff 1', now() FROM office_claim"
    ),
)
"""Time goes by, and everything comes to its end: not by commands, which know no such haste."""


@pytest.fixture
def full(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FullDesk:
    noon = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(clock, "now", lambda: noon)
    made = FullDesk(
        Site.at(tmp_path), tmp_path, seated("abe", *Role), seated("mori", Role.SUPERVISOR)
    )
    made.defrauded()
    made.defended()
    return made


@pytest.mark.rule("PRIV-006")
def test_of_a_member_with_everything_nothing_is_left(full: FullDesk, database: Database) -> None:
    member_id, at = full.member_id, clock.now()
    with database.connect(ADMIN) as admin:
        admin.execute("SET session_replication_role = replica")
        for statement in OVER:
            admin.execute(statement.encode())
        admin.commit()
        places = cleared(admin, member_id)
    assert len(places) >= 15, sorted(places)
    clear_others(database, member_id)
    before = {name: dump(database).count(name) for name in TOLD}
    assert [name for name, count in before.items() if not count] == []
    apart = violations(database.address, INVARIANTS)
    do(registers.ask_erasure, member_id, "staff 1", at)
    assert do(registers.still_open, member_id) == ()
    assert do(registers.erase, member_id, "staff 2", at)
    after = dump(database)
    assert [name for name in TOLD if name in after] == []
    with database.connect(ADMIN) as admin:
        assert [name for name, count in cleared(admin, member_id).items() if count] == []
    for name, address in full.addresses.items():
        if f"/{member_id}/" in address:
            assert full.looker.client.get(address).status_code in {302, 404}, name
    assert full.looker.client.get("/desk/").status_code == 200
    assert violations(database.address, INVARIANTS) == apart
    assert do(checks.verify).faults == ()


def cleared(admin: psycopg.Connection[Any], member_id: int) -> dict[str, int]:
    """Tables that an erasure deletes from or clears, with how many rows it would still change."""
    found = {}
    listed = admin.execute(
        "SELECT place, deed, cleared, of_whom FROM office_erasure_place WHERE deed <> 'keep'"
    ).fetchall()
    for place, deed, how, of_whom in listed:
        whose = of_whom.replace("$1", str(member_id))
        is_other = " OR ".join(_differs(*one.split(" = ", 1)) for one in _assignments(how))
        wanted = "true" if deed == "delete" else is_other
        if place == "documents_page":
            wanted = "sealed IS NOT NULL"
        asked = f'SELECT count(*) FROM "{place}" t WHERE ({whose}) AND ({wanted})'
        (count,) = admin.execute(asked.encode()).fetchone() or (0,)
        if count:
            found[place] = count
    return found


def _assignments(how: str) -> list[str]:
    """`a = 1, b = f(2, 3)` in its parts: at commas outside of brackets and quotes."""
    parts, depth, is_quoted = [""], 0, False
    for sign in how:
        is_quoted ^= sign == "'"
        depth += 0 if is_quoted else (sign == "(") - (sign == ")")
        if sign == "," and depth == 0 and not is_quoted:
            parts.append("")
        else:
            parts[-1] += sign
    return [one.strip() for one in parts if one.strip()]


def _differs(name: str, value: str) -> str:
    if name in {"wanted", "figures"}:  # plain JSON compares as text alone
        return f"{name}::text <> {value}"
    return f"{name} IS DISTINCT FROM ({value})"
