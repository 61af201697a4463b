"""A claim against us from its paper to the money: its steps, its two persons, what the ledger takes."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.loans.crowd import at_once, do
from tests.loans.desk import balances_of
from tests.office.lender.legal import ACCOUNT, LAWYER, ON, OURS, PAY_ON, SAMPLE, SOON, Legal, raw
from tests.people.house import AT, kinds_of, rows

from motocho.care import approvals
from motocho.care.approvals import Decision, Outcome, Request
from motocho.care.cases.disclosures import Proof
from motocho.contact import gate
from motocho.contact.gate import Closed
from motocho.contact.gate import Wanted as Call
from motocho.contact.guard import Channel, Purpose
from motocho.ledger import checks
from motocho.ledger.chart import Account
from motocho.loans import commands, queries
from motocho.loans.policy import Status
from motocho.office import lender
from motocho.office.lender import (
    Basis,
    Claimant,
    Due,
    Offer,
    Payee,
    Second,
    Step,
    Told,
    may_follow,
)
from motocho.outside.bank import read_transfers
from motocho.people import cards
from motocho.units.errors import (
    FaultyInput,
    InputError,
    NotAllowedError,
    RefusedError,
    StateConflict,
)


def test_a_claim_of_counsel_from_the_letter_to_the_money(legal: Legal) -> None:
    claim = legal.receive()
    wanted = Call(Purpose.ARREARS, "claim test", "staff 1", way=Channel.VISIT)
    answer = do(gate.ask, legal.member_id, wanted, AT)
    assert isinstance(answer, Closed), "counsel acts: nobody is called"
    assert legal.dues(claim) == {Due.ANSWER.value}
    do(lender.check, claim.key, Proof.ATTORNEY_LETTER, "委-1", legal.made())
    asked = do(lender.disclose, claim.key, "東京都千代田区1-1", legal.made())
    assert asked is not None
    assert rows(
        "SELECT who FROM care_disclosure WHERE disclosure_id = %s", asked.disclosure_id
    ) == [("counsel",)]
    found = do(lender.reckon, claim.key, Basis(ON, {}, "h.csv", SAMPLE), legal.made())
    own_yen = int(found.result.claim_yen)
    assert own_yen > 0
    claim = legal.settled(claim, own_yen)
    assert legal.owed(claim) == own_yen
    assert legal.dues(claim) == {Due.CORRECT.value, Due.PAY.value}
    claim = legal.released(claim)
    file = do(lender.make_file, PAY_ON, OURS, legal.made())
    sent = read_transfers(file.content, near_on=ON)
    assert [(one.payee, one.amount_yen, one.name) for one in sent.transfers] == [
        (ACCOUNT, own_yen, "ｻﾄｳ ﾊﾅｺ")
    ]
    later = datetime.combine(PAY_ON, AT.time(), AT.tzinfo)
    do(lender.note_paid, claim.key, PAY_ON, legal.made(later))
    assert legal.owed(claim) == 0
    assert not legal.see(claim).is_over, "the bureaus still have it"
    do(lender.note_corrected, claim.key, "3社に完済で報告", legal.made(later))
    claim = legal.see(claim)
    assert [one.value for one in claim.taken] == [
        "received", "checked", "disclosed", "reckoned", "offered", "accepted", "settled",
        "released", "sent", "paid", "corrected", "ended",
    ]  # fmt: skip
    assert legal.dues(claim) == set()
    assert do(checks.verify).faults == ()
    assert kinds_of(legal.member_id).count("claim_step") == len(claim.taken)


def test_a_settlement_gives_up_the_loan_and_ends_agreement_and_card(legal: Legal) -> None:
    """One's own agreement, lawful: nothing to pay back, and a zero settlement gives up what is owed."""
    claim = legal.reckoned(replace(LAWYER, claimant=Claimant.SELF), "yes")
    reckoned = claim.last(Step.RECKONED)
    assert reckoned is not None
    assert reckoned.amount_yen == 0
    position = do(queries.position, legal.key, ON)
    assert reckoned.content["debt_yen"] == position.payoff_yen, "the book and a recalculation agree"
    claim = legal.settled(claim, 0)
    settled = claim.last(Step.SETTLED)
    assert settled is not None
    assert settled.content["given_up_yen"] == position.payoff_yen
    after = do(queries.position, legal.key, ON)
    assert (after.status, after.payoff_yen) == (Status.CLOSED, 0)
    card = do(cards.current, legal.member_id)
    assert do(cards.has_ended, card)
    assert do(cards.end, legal.member_id, ON, "staff 1", AT) is None, "it ends once"
    assert card not in do(cards.to_renew, date(2040, 1, 1))
    assert legal.owed(claim) == 0
    assert claim.nexts == {Step.CORRECTED}
    do(lender.note_corrected, claim.key, "解約で報告", legal.made())
    assert legal.see(claim).is_over


def test_nothing_is_promised_or_booked_by_one_person(legal: Legal) -> None:
    claim = legal.reckoned()
    offer = Offer(1_000, ON + timedelta(days=14), ON + timedelta(days=40))
    request = do(lender.ask_offer, claim.key, offer, legal.asking(legal.supervisor))
    with pytest.raises(NotAllowedError):
        legal.say(request)
    assert Step.OFFERED not in legal.see(claim).taken
    for step in ("offered", "settled", "released"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO office_claim_step (member_id, claim_id, step_no, step, amount_yen,"
                " on_day, content, source, actor, noted_at)"
                " VALUES (%s, %s, 4, %s, 1, %s, '{}', 'x', 'y', %s)",
                (*claim.key, step, ON, AT),
            )


def _agreed_apart(legal: Legal, request: Request) -> None:
    """A supervisor's word, of which nothing was carried out."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO care_approval_decision (member_id, request_id, mark, outcome, words,"
            " decided_by, decided_at) VALUES (%s, %s, %s, 'agreed', '', %s, %s)",
            (*request.ref, request.mark, legal.supervisor.staff_id, AT),
        )


@pytest.mark.parametrize(
    ("step", "amount_yen", "change"),
    [
        ("released", 50_001, ("", "")),
        ("released", 50_000, ("1234567", "7654321")),
        ("offered", 50_000, ("", "")),
        ("settled", 50_000, ("", "")),
    ],
)
def test_a_second_persons_word_is_good_for_what_it_was_given_for_alone(
    legal: Legal, step: str, amount_yen: int, change: tuple[str, str]
) -> None:
    claim = legal.settled(legal.reckoned(), 50_000)
    payee = Payee(ACCOUNT, "サトウ ハナコ", PAY_ON)
    request = do(lender.ask_payment, claim.key, payee, legal.asking())
    _agreed_apart(legal, request)
    content = rows(
        "SELECT wanted::text FROM care_approval WHERE request_id = %s", request.ref.request_id
    )[0][0]
    number = request.ref.request_id
    with pytest.raises(DatabaseError, match="second person"):
        raw(claim, step, amount_yen, content.replace(*change), number)
    raw(claim, "released", 50_000, content, number)


def test_money_goes_the_way_of_its_steps_to_the_yen(legal: Legal) -> None:
    claim = legal.settled(legal.reckoned(), 50_000)
    for step in ("sent", "paid", "returned"):
        with pytest.raises(DatabaseError, match="after that"):
            raw(claim, step, 50_000, "{}", None)
    claim = legal.released(claim)
    with pytest.raises(DatabaseError, match="after that"):
        raw(claim, "sent", 60_000, "{}", None)
    do(lender.make_file, PAY_ON, OURS, legal.made())
    with pytest.raises(DatabaseError, match="after that"):
        raw(claim, "paid", 40_000, "{}", None)


def test_a_payment_waits_behind_any_number_of_open_claims(legal: Legal) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "WITH made AS (INSERT INTO office_claim (member_id, claimant, office, received_on,"
            " document_ref, second, source, actor, taken_at) SELECT %s, 'self', '', %s, '',"
            " CASE WHEN n > 1 THEN 'other_dealings' END, 's' || n, 'y',"
            " %s FROM generate_series(1, 500) n RETURNING member_id, claim_id, received_on)"
            " INSERT INTO office_claim_step (member_id, claim_id, step_no, step, on_day, content,"
            " source, actor, noted_at) SELECT member_id, claim_id, 1, 'received', received_on, '{}',"
            " 'r' || claim_id, 'y', %s FROM made",
            (legal.member_id, ON - timedelta(days=30), AT, AT),
        )
    told = replace(LAWYER, second=Second.OTHER_DEALINGS)
    claim = legal.released(legal.settled(legal.reckoned(told), 50_000))
    assert [one.key for one in do(lender.released)] == [claim.key]
    assert do(lender.make_file, PAY_ON, OURS, legal.made()).sum_yen == 50_000


def test_nobody_releases_a_payment_for_a_day_that_is_over(legal: Legal) -> None:
    claim = legal.settled(legal.reckoned(), 50_000)
    payee = Payee(ACCOUNT, "サトウ ハナコ", SOON)
    request = do(lender.ask_payment, claim.key, payee, legal.asking())
    with pytest.raises(RefusedError) as refused:
        legal.say(request, at=datetime.combine(SOON + timedelta(days=1), AT.time(), AT.tzinfo))
    assert refused.value.faults[0].code == "CLU-015"
    assert Step.RELEASED not in legal.see(claim).taken


@pytest.mark.parametrize(
    ("amount", "answer_days", "pay_days", "code"),
    [(10**9, 14, 40, "CLU-020"), (1_000, 60, 90, "CLU-022"), (1_000, 14, 10, "CLU-022"),
     (1_000, -1, 40, "CLU-022"), (1_000, 14, 200, "CLU-023")],
)  # fmt: skip
def test_offers_stay_within_policy(
    legal: Legal, amount: int, answer_days: int, pay_days: int, code: str
) -> None:
    claim = legal.reckoned()
    offer = Offer(amount, ON + timedelta(days=answer_days), ON + timedelta(days=pay_days))
    with pytest.raises(RefusedError) as raised:
        do(lender.ask_offer, claim.key, offer, legal.asking())
    assert raised.value.faults[0].code == code
    assert rows("SELECT count(*) FROM care_approval") == [(0,)]


def test_the_most_is_our_own_figure_to_the_yen_and_rounds_end(legal: Legal) -> None:
    claim = legal.reckoned()
    reckoned = claim.last(Step.RECKONED)
    assert reckoned is not None
    own_yen = int(reckoned.amount_yen or 0)
    over = Offer(own_yen + 1, ON, ON)
    with pytest.raises(RefusedError):
        do(lender.ask_offer, claim.key, over, legal.asking())
    most = lender.limits(ON).most_rounds
    for round_no in range(most):
        claim = legal.offered(claim, own_yen - round_no)
        do(lender.counter, claim.key, own_yen, "満額を", legal.made())
    with pytest.raises(RefusedError) as raised:
        do(lender.ask_offer, claim.key, Offer(1, ON, ON), legal.asking())
    assert raised.value.faults[0].code == "CLU-021"


def test_a_form_sent_twice_counts_once(legal: Legal) -> None:
    """Each command with the same reference again: one claim, one step, one entry, one file."""
    made = legal.made()
    first = do(lender.receive, legal.member_id, LAWYER, made)
    assert do(lender.receive, legal.member_id, LAWYER, made).key == first.key
    check = legal.made()
    for _ in range(2):
        do(lender.check, first.key, Proof.ATTORNEY_LETTER, "委-1", check)
    reckon = legal.made()
    for _ in range(2):
        do(lender.reckon, first.key, Basis(ON, {}, "h.csv", SAMPLE), reckon)
    claim = legal.released(legal.settled(legal.see(first), 10_000))
    form = legal.made()
    files_made = [do(lender.make_file, PAY_ON, OURS, form) for _ in range(2)]
    assert files_made[0] == files_made[1]
    with pytest.raises(InputError):
        do(lender.make_file, PAY_ON, OURS, legal.made())
    later = datetime.combine(PAY_ON, AT.time(), AT.tzinfo)
    paid = legal.made(later)
    for _ in range(2):
        do(lender.note_paid, claim.key, PAY_ON, paid)
    with pytest.raises(RefusedError):
        do(lender.note_paid, claim.key, PAY_ON, legal.made(later))
    taken = list(legal.see(claim).taken)
    assert len(taken) == len(set(taken))
    assert legal.owed(claim) == 0


def test_a_returned_transfer_is_owed_again_and_goes_to_another_account(legal: Legal) -> None:
    claim = legal.released(legal.settled(legal.reckoned(), 50_000))
    do(lender.make_file, PAY_ON, OURS, legal.made())
    legal.returned(claim, ON)
    assert legal.owed(claim) == 50_000
    claim = legal.released(claim, date(2026, 12, 3))
    assert [one.key for one in do(lender.released)] == [claim.key]
    assert do(lender.make_file, date(2026, 12, 3), OURS, legal.made()).sum_yen == 50_000


def test_two_who_do_the_same_at_once_do_it_once(legal: Legal) -> None:
    """The second person's double tap, the file by two colleagues, the statement read twice."""
    claim = legal.accepted(legal.reckoned(), 30_000)
    request = do(lender.ask_settlement, claim.key, "和-1", legal.asking())

    def tried(act: Any) -> str:
        try:
            act()
        except (RefusedError, InputError, Exception) as error:  # noqa: BLE001
            return type(error).__name__
        return "done"

    assert sorted(at_once([lambda: tried(lambda: legal.say(request))] * 3)).count("done") == 1
    assert legal.owed(claim) == 30_000
    claim = legal.released(legal.see(claim))
    made = [
        lambda: tried(lambda: do(lender.make_file, PAY_ON, OURS, legal.made())) for _ in range(3)
    ]
    assert at_once(made).count("done") == 1
    later = datetime.combine(PAY_ON, AT.time(), AT.tzinfo)
    paid = [
        lambda: tried(lambda: do(lender.note_paid, claim.key, PAY_ON, legal.made(later)))
        for _ in range(3)
    ]
    assert at_once(paid).count("done") == 1
    assert legal.owed(claim) == 0


def test_killed_in_the_middle_nothing_of_it_is_there(legal: Legal) -> None:
    """A settlement whose last statement fails leaves loan, card, ledger, claim as they were."""
    claim = legal.accepted(legal.reckoned(LAWYER, "yes"), 0)
    request = do(lender.ask_settlement, claim.key, "和-1", legal.asking())
    before = do(queries.position, legal.key, ON)
    entries = rows("SELECT count(*) FROM ledger_entry")

    class Killed(Exception):
        pass

    def killed() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            decision = Decision(Outcome.AGREED, "よい", request.mark, ON)
            approvals.decide(cursor, request.ref, decision, legal.supervisor, AT)
            raise Killed

    with pytest.raises(Killed):
        killed()
    assert do(queries.position, legal.key, ON) == before
    assert rows("SELECT count(*) FROM ledger_entry") == entries
    assert not do(cards.has_ended, do(cards.current, legal.member_id))
    assert legal.see(claim).taken == claim.taken
    assert legal.say(request) is Outcome.AGREED


def test_what_we_owe_is_never_below_nothing(legal: Legal) -> None:
    claim = legal.settled(legal.reckoned(), 20_000)
    with pytest.raises(DatabaseError):
        do(commands.pay_overpayment, claim.book, 20_001, ON, legal.made())
    assert legal.owed(claim) == 20_000


@pytest.fixture
def held(legal: Legal) -> Legal:
    """700 yen were paid beyond the debt, and are held."""
    position = do(queries.position, legal.key, ON)
    legal.desk.receive(legal.key, position.payoff_yen + 700, ON)
    return legal


def test_money_held_for_the_member_is_found_as_overpaid(held: Legal) -> None:
    claim = held.reckoned(LAWYER, "yes")
    reckoned = claim.last(Step.RECKONED)
    assert reckoned is not None
    assert (reckoned.amount_yen, reckoned.content["overpayment_yen"]) == (700, 700)


@pytest.mark.parametrize("amount_yen", [0, 699])
def test_less_than_is_held_settles_nothing(held: Legal, amount_yen: int) -> None:
    claim = held.accepted(held.reckoned(LAWYER, "yes"), amount_yen)
    with pytest.raises(RefusedError) as raised:
        do(lender.ask_settlement, claim.key, "和-1", held.asking())
    assert raised.value.faults[0].code == "LON-043"


@pytest.mark.parametrize("more_yen", [0, 300])
def test_money_held_is_the_first_part_of_what_is_owed_back(held: Legal, more_yen: int) -> None:
    """Nobody is paid the same money twice, and what we lose is only what was never held."""
    if more_yen:
        claim = held.reckoned(replace(LAWYER, agreement_id=held.key.agreement_id))
    else:
        claim = held.reckoned(LAWYER, "yes")
    claim = held.settled(claim, 700 + more_yen)
    balances = balances_of(held.key)
    assert Account.EXCESS not in balances
    assert balances[Account.OVERPAYMENTS] == held.owed(claim) == 700 + more_yen
    assert balances.get(Account.INTEREST_RETURNED, 0) == more_yen
    assert do(queries.position, held.key, ON).status is Status.CLOSED
    assert held.paid(held.released(claim)).is_waiting is False
    assert held.owed(claim) == 0


@pytest.mark.parametrize("first_yen", [700, 1_000])
def test_one_reference_turns_held_money_once(held: Legal, first_yen: int) -> None:
    made = held.made()
    number = do(commands.owe_overpayment, held.key, first_yen, made)
    assert do(commands.owe_overpayment, held.key, first_yen, made) == number
    with pytest.raises(StateConflict):
        do(commands.owe_overpayment, held.key, first_yen + 1, made)
    assert balances_of(held.key)[Account.OVERPAYMENTS] == first_yen


def test_their_sheet_is_explained_by_its_conventions(legal: Legal) -> None:
    """Their sheet is ours under 365 days: the finding names the switch, and keeps both files."""
    claim = legal.reckoned()
    ours = do(lender.again, claim.key)
    theirs = lender.statement_of(ours.history, {"year_basis": "fixed_365"})
    lines = ["日付,借入,返済,残高"]
    for row in theirs.rows:
        out, back = ("", "")
        kind = row.document()["kind"]
        if kind == "borrow":
            out = str(row.event.amount_yen)
        if kind == "repay":
            back = str(row.event.amount_yen)
        left = int(row.outstanding_principal_yen) - int(row.overpayment_yen)
        lines.append(f"{row.document()['date']},{out},{back},{left}")
    found = do(lender.compare, claim.key, ("theirs.csv", "\n".join(lines).encode()), legal.made())
    assert found.is_explained
    assert found.best.assumptions.document()["year_basis"] == "fixed_365"
    kept = legal.see(claim).last(Step.COMPARED)
    assert kept is not None
    assert kept.content["explained"] is True
    assert do(lender.kept_input, claim.key, 1)[1] == SAMPLE


def test_a_late_answer_is_refused_and_an_offer_of_another_figure_is_outdated(legal: Legal) -> None:
    claim = legal.reckoned()
    offer = Offer(1_000, ON + timedelta(days=14), ON + timedelta(days=40))
    request = do(lender.ask_offer, claim.key, offer, legal.asking())
    zero = {"overpayment_appropriation": "no_interest"}
    do(lender.reckon, claim.key, Basis(ON, zero, "h.csv", SAMPLE), legal.made())
    assert legal.say(request) is Outcome.OUTDATED
    legal.offered(claim, 1_000)
    late = datetime.combine(ON + timedelta(days=15), AT.time(), AT.tzinfo)
    with pytest.raises(RefusedError) as raised:
        do(lender.accept, claim.key, late.date(), "", legal.made(late))
    assert raised.value.faults[0].code == "CLU-025"
    for on, code in (
        (ON - timedelta(days=1), "CLU-039"),
        (late.date() + timedelta(days=1), "CLU-025"),
    ):
        with pytest.raises((InputError, RefusedError)) as refused:
            do(lender.accept, claim.key, on, "", legal.made(late))
        assert refused.value.faults[0].code == code
    last_on = ON + timedelta(days=14)
    accepted = do(lender.accept, claim.key, last_on, "期限の日に届いた", legal.made(late))
    assert accepted.steps[-1].on == last_on, "it came in time, and was typed the day after"
    request = do(lender.ask_settlement, claim.key, "和-1", legal.asking(at=late))
    assert request.figures["accepted_on"] == last_on.isoformat()


@pytest.mark.parametrize(
    ("told", "code"),
    [(replace(LAWYER, received_on=ON + timedelta(days=1)), "CLU-002"),
     (replace(LAWYER, agreement_id=99), "CLU-003"), (replace(LAWYER, office=" "), "CLU-006"),
     (replace(LAWYER, document_ref="x" * 101), "CLU-005"),
     (replace(LAWYER, registration="x"), "LGL-003")],
)  # fmt: skip
def test_what_a_claim_lacks_is_refused_whole(legal: Legal, told: Told, code: str) -> None:
    with pytest.raises(InputError) as raised:
        do(lender.receive, legal.member_id, told, legal.made())
    assert raised.value.faults[0].code == code
    assert rows("SELECT count(*) FROM office_claim") == [(0,)]
    assert rows("SELECT count(*) FROM care_counsel") == [(0,)]


def test_a_withdrawn_claim_leaves_nothing_to_do(legal: Legal) -> None:
    claim = legal.receive()
    with pytest.raises(InputError):
        do(lender.end, claim.key, Step.WITHDRAWN, " ", legal.made())
    do(lender.end, claim.key, Step.WITHDRAWN, "取下書を受領", legal.made())
    claim = legal.see(claim)
    assert claim.is_over
    assert legal.dues(claim) == set()
    assert do(lender.open_claims).total == 0
    with pytest.raises(RefusedError):
        do(lender.counter, claim.key, 1, "", legal.made())


def test_a_dated_policy_without_gaps() -> None:
    text = (files("motocho.office") / "data" / "claim_limits.yaml").read_text(encoding="utf-8")
    assert len(lender.read(text)) == 1
    for wrong in (text.replace("until: null", "until: 2026-01-01"), text.replace("100 ", '"x" '),
                  text.replace("most_rounds", "rounds")):  # fmt: skip
        with pytest.raises(FaultyInput):
            lender.read(wrong)


@given(choices=st.lists(st.integers(0, 30), max_size=40), is_zero=st.booleans())
def test_steps_come_to_an_end_in_whatever_order(*, choices: list[int], is_zero: bool) -> None:
    """Of every way through: money moves once and after two persons, and after the end nothing follows."""
    yen = 0 if is_zero else 1_000
    taken = [Step.RECEIVED]
    for choice in choices:
        nexts = sorted(
            may_follow(taken, yen if Step.SETTLED in taken else 0), key=lambda x: x.value
        )
        if not nexts:
            break
        taken.append(nexts[choice % len(nexts)])
    assert taken.count(Step.SETTLED) <= 1
    assert taken.count(Step.PAID) <= taken.count(Step.RETURNED) + 1
    assert taken.count(Step.SENT) <= taken.count(Step.RETURNED) + 1
    for first, then in itertools.pairwise(
        [Step.OFFERED, Step.ACCEPTED, Step.SETTLED, Step.RELEASED, Step.SENT, Step.PAID]
    ):
        if then in taken:
            assert first in taken
            assert taken.index(first) < taken.index(then)
    if Step.ENDED in taken:
        assert Step.CORRECTED in taken
        assert is_zero or Step.PAID in taken
        ended = taken[-1] is Step.ENDED
        assert not ended or may_follow(taken, yen) <= {Step.RETURNED}
    assert not (is_zero and Step.RELEASED in taken)
