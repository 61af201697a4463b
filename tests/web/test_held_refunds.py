"""Money held for a member goes back: by their own PIN, by the desk, above the policy by two; once."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from tests.database import Database
from tests.loans.crowd import at_once
from tests.loans.desk import balances_of
from tests.people.house import rows
from tests.web.borrowing import REF, borrower, carry, enter, main
from tests.web.membership import PIN, Site, do
from tests.web.office import seated

from motocho.ledger import checks
from motocho.ledger.chart import Account
from motocho.loans import commands, payouts, queries
from motocho.loans.commands import Key, Made
from motocho.loans.payouts import Purpose, State
from motocho.outside import clock, mail, teller
from motocho.outside.teller import Fate
from motocho.people.access import Role
from motocho.units.errors import RefusedError

HELD = 70_000


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv(mail.FOLDER_VARIABLE, str(tmp_path / "codes"))
    monkeypatch.setenv(teller.VARIABLE, str(tmp_path / "bank"))
    return Site.at(tmp_path / "codes")


def hold(site: Site, key: Key, amount_yen: int = HELD) -> None:
    """So much comes beyond the debt."""
    today = clock.business_date()
    owed_yen = do(queries.position, key, today).payoff_yen
    site.desk.receive(key, owed_yen + amount_yen, today)


def held_yen(key: Key) -> int:
    return balances_of(key).get(Account.EXCESS, 0)


def states(key: Key) -> list[State]:
    found = do(payouts.latest, key.member_id, 9, Purpose.REFUND)
    return [one.state for one in found]


def code_of(error: pytest.ExceptionInfo[RefusedError]) -> str:
    return error.value.faults[0].code


@pytest.mark.rule("LEDG-018")
def test_a_member_has_it_paid_back_and_the_book_gives_it_once(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    hold(site, key)
    address = f"/member/held/{key.agreement_id}/"
    assert f'href="{address}"' in client.get("/member/").content.decode()
    page = main(client.get(address))
    assert "70,000円" in page
    assert "4567" in page
    assert "1234567" not in page
    form = {"ref": REF, "amount": f"{HELD}"}
    missed = client.post(address, form | {"pin": "9999"})
    assert (missed.status_code, states(key)) == (422, [])
    assert "まだ返金は受け付けていません" in main(missed)
    for _ in range(2):  # a double tap
        assert client.post(address, form | {"pin": PIN})["Location"] == address
    assert states(key) == [State.WAITING]
    assert "受付済み" in main(client.get(address))
    assert main(client.get("/member/borrow/")).count("70,000円") == 0, "it is no draw"
    (order,) = do(payouts.latest, key.member_id, 9, Purpose.REFUND)
    at = f"/member/borrow/{order.key.payout_id}/"
    assert {client.get(at).status_code, client.post(f"{at}recall/").status_code} == {404}
    assert (held_yen(key), do(commands.under_way_yen, key)) == (HELD, HELD)
    today = clock.business_date()
    made = site.desk.made(today)
    with pytest.raises(RefusedError) as refused:
        do(commands.refund, key, 1, made)
    assert code_of(refused) == "LON-059"
    ((receipt_no,),) = rows("SELECT max(event_no) FROM loan_event WHERE kind = 'receipt'")
    with pytest.raises(RefusedError) as refused:
        do(commands.reverse, key, receipt_no, "誤り", made)
    assert code_of(refused) == "LON-074"
    carry()
    assert (states(key), held_yen(key)) == ([State.SENT], HELD)
    carry(Fate.ARRIVED)
    carry(Fate.ARRIVED)
    assert (states(key), held_yen(key), do(commands.under_way_yen, key)) == ([State.ARRIVED], 0, 0)
    assert rows("SELECT count(*) FROM loan_event WHERE kind = 'refund'") == [(1,)]
    assert "返金済み" in main(client.get(address))
    # The next one comes back: nothing is given, and it is held as before.
    hold(site, key, 5_000)
    again = {"ref": REF[::-1], "amount": "5000", "pin": PIN}
    assert client.post(address, again).status_code == 302
    carry(Fate.RETURNED, "口座なし")
    assert (states(key)[0], held_yen(key)) == (State.RETURNED, 5_000)
    assert do(commands.under_way_yen, key) == 0
    assert do(checks.verify).faults == ()


def test_two_orders_at_once_are_one(client: Client, site: Site) -> None:
    _, key = enter(site, client)
    hold(site, key)
    address = f"/member/held/{key.agreement_id}/"
    other = Client(SERVER_NAME="127.0.0.1")
    other.cookies = client.cookies
    forms = [{"ref": one * 20, "amount": f"{HELD}", "pin": PIN} for one in "ab"]
    posts = [
        partial(one.post, address, form) for one, form in zip((client, other), forms, strict=True)
    ]
    assert sorted(one.status_code for one in at_once(posts)) == [302, 422]
    assert states(key) == [State.WAITING]
    assert do(commands.under_way_yen, key) == HELD


def test_the_desk_pays_it_back_above_the_policy_by_two(site: Site) -> None:
    member, key = borrower(site)
    hold(site, key)
    operator, mori = seated("ueda", Role.OPERATOR), seated("mori", Role.SUPERVISOR)
    home = f"/desk/members/{member.member_id}/collection/"
    address = f"{home}held/{key.agreement_id}/"
    assert f'href="{address}"' in operator.client.get(home).content.decode()
    assert operator.client.get(address).status_code == 200
    form = {"amount": "50001", "reason": "会員の申出", "ref": "a" * 20}
    assert operator.client.post(address, form)["Location"] == address
    assert states(key) == [], "above the policy it waits"
    ((request_id,),) = rows("SELECT max(request_id) FROM care_approval")
    at = f"/desk/approvals/{member.member_id}/{request_id}/"
    seen = mori.client.get(at).content.decode()
    assert "50,001円" in main(mori.client.get(at))
    (mark,) = re.findall(r'name="mark" value="([0-9a-f]{64})"', seen)
    agreed = mori.client.post(at, {"say": "agreed", "words": "", "mark": mark})
    assert agreed["Location"] == "/desk/approvals/?done=agreed"
    assert states(key) == [State.WAITING]
    carry(Fate.ARRIVED)
    assert held_yen(key) == HELD - 50_001
    too_much = operator.client.post(address, form | {"amount": "50000", "ref": "b" * 20})
    assert too_much.status_code == 422
    alone = form | {"amount": "19999", "ref": "c" * 20}
    assert operator.client.post(address, alone)["Location"] == address
    assert states(key) == [State.WAITING, State.ARRIVED]
    carry(Fate.ARRIVED)
    assert held_yen(key) == 0
    assert do(checks.verify).faults == ()
    # What one colleague ordered alone within thirty days counts together, whoever writes.
    hold(site, key)
    split = form | {"amount": "30002", "ref": "d" * 20}
    assert operator.client.post(address, split)["Location"] == address
    assert states(key)[0] is State.ARRIVED, "it waits for a second person"
    rest = form | {"amount": "30001", "ref": "e" * 20}
    assert operator.client.post(address, rest)["Location"] == address
    assert states(key)[0] is State.WAITING


@pytest.mark.parametrize(
    ("channel", "amount_yen", "says"),
    [("desk", 50_001, "second person"), ("site", 1, "no such pending entry")],
)
def test_what_somebody_writes_past_the_commands_is_refused(
    site: Site, channel: str, amount_yen: int, says: str
) -> None:
    _, key = borrower(site)
    hold(site, key)
    today = clock.business_date()
    made = Made(channel, "raw", today, clock.now() + timedelta(0), "y")
    refused = pytest.raises(DatabaseError, match=says)
    with refused, transaction.atomic(), connection.cursor() as cursor:
        entry = commands.send_refund(cursor, key, 50_001, made)
        cursor.execute(
            "INSERT INTO loan_payout (member_id, agreement_id, entry_id, amount_yen, bank_code,"
            " branch_code, account_type, account_number, holder, arrives_on, asked_at, send_from,"
            " purpose) VALUES (%s, %s, %s, %s, '0001', '001', '1', '1234567', 'X', %s, now(), now(),"
            " 'refund')",
            (*key, entry, amount_yen, today),
        )
