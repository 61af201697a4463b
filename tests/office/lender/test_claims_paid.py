"""A released payment on its way: moved, late, given back by the bank, stopped; never paid twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.database import Database
from tests.loans.crowd import at_once, behind, do
from tests.office.lender.legal import (
    ACCOUNT,
    LAWYER,
    ON,
    OURS,
    PAY_ON,
    SAMPLE,
    Legal,
    at_noon,
    by_hand,
    raw,
)
from tests.people.house import AT, rows

from motocho.care.approvals import Outcome
from motocho.care.cases.disclosures import Proof
from motocho.care.collections import counsel
from motocho.contact import holds
from motocho.contact.guard import HoldKind
from motocho.contact.holds import Source, Wish
from motocho.ledger import checks
from motocho.loans import commands
from motocho.office import lender
from motocho.office.lender import (
    Basis,
    Cause,
    Claim,
    Claimant,
    Entitled,
    Late,
    Offer,
    Payee,
    Returning,
    Step,
    Stopping,
)
from motocho.outside.bank import AccountType, BankAccount, read_transfers
from motocho.units.errors import FaultyInput, InputError, NotAllowedError, RefusedError

OTHER_DAY = date(2026, 12, 3)
OTHER = BankAccount("0001", "002", AccountType.ORDINARY, "7654321")
DEATH = Stopping(Cause.DEATH, "戸-1", "死亡届の写しが届いた")
ATTACHED = Stopping(Cause.ATTACHED, "令-1", "差押命令が届いた")


def code_of(error: pytest.ExceptionInfo[Any]) -> str:
    return str(error.value.faults[0].code)


# ------------------------------------------------------------------------------- another day
def test_two_persons_move_a_payment_to_another_day_and_account(legal: Legal) -> None:
    claim = legal.released(legal.settled(legal.reckoned(), 50_000))
    request = do(
        lender.ask_payment, claim.key, Payee(OTHER, "サトウ ハナコ", OTHER_DAY), legal.asking()
    )
    assert lender.pay_on(legal.see(claim)) == PAY_ON, "one person moves nothing"
    assert request.figures["instead_of_on"] == PAY_ON.isoformat()
    assert ACCOUNT.number in request.figures["instead_of_account"]
    assert legal.say(request) is Outcome.AGREED
    with pytest.raises(InputError) as refused:
        do(lender.make_file, PAY_ON, OURS, legal.made())
    assert code_of(refused) == "CLU-016", "the release of the old day ended"
    file = do(lender.make_file, OTHER_DAY, OURS, legal.made())
    sent = read_transfers(file.content, near_on=ON)
    assert [(one.payee, one.amount_yen) for one in sent.transfers] == [(OTHER, 50_000)]
    assert [one.step for one in legal.see(claim).steps].count(Step.RELEASED) == 2, "both stay"
    assert do(lender.released) == []


def test_who_asked_for_another_day_does_not_decide_it(legal: Legal) -> None:
    claim = legal.released(legal.settled(legal.reckoned(), 50_000))
    payee = Payee(OTHER, "サトウ ハナコ", OTHER_DAY)
    request = do(lender.ask_payment, claim.key, payee, legal.asking(legal.supervisor))
    with pytest.raises(NotAllowedError):
        legal.say(request)
    assert lender.pay_on(legal.see(claim)) == PAY_ON


def test_a_file_that_is_made_while_the_day_is_moved_pays_once(
    legal: Legal, database: Database
) -> None:
    """Whoever comes second finds it moved, or sent."""
    claim = legal.released(legal.settled(legal.reckoned(), 50_000))
    payee = Payee(ACCOUNT, "サトウ ハナコ", OTHER_DAY)
    request = do(lender.ask_payment, claim.key, payee, legal.asking())
    made = legal.made()

    def filed() -> str:
        try:
            do(lender.make_file, PAY_ON, OURS, made)
        except InputError as error:
            return error.faults[0].code
        return "sent"

    def decided() -> str:
        try:
            legal.say(request)
        except RefusedError as error:
            return error.faults[0].code
        return "moved"

    ends = set(at_once([filed, decided]))
    assert ends in ({"sent", "CLU-010"}, {"moved", "CLU-016"})
    taken = legal.see(claim).taken
    assert taken.count(Step.SENT) == int("sent" in ends)


def test_a_file_waits_for_the_word_that_moves_its_payment(legal: Legal, database: Database) -> None:
    claim = legal.released(legal.settled(legal.reckoned(), 50_000))
    payee = Payee(ACCOUNT, "サトウ ハナコ", OTHER_DAY)
    request = do(lender.ask_payment, claim.key, payee, legal.asking())
    made = legal.made()

    def filed() -> str:
        try:
            do(lender.make_file, PAY_ON, OURS, made)
        except InputError as error:
            return error.faults[0].code
        return "sent"

    with database.connect(autocommit=True) as watch:
        assert behind(lambda: legal.say(request), filed, watch) == "CLU-016"
    assert Step.SENT not in legal.see(claim).taken


def test_a_file_made_late_says_so(legal: Legal) -> None:
    claim = legal.released(legal.settled(legal.reckoned(), 50_000))
    late = at_noon(PAY_ON + timedelta(days=2))
    file = do(lender.make_file, PAY_ON, OURS, legal.made(late))
    assert file.late_days == 2
    sent = legal.see(claim).last(Step.SENT)
    assert sent is not None
    assert (sent.on, sent.content["late_days"]) == (late.date(), 2)
    with pytest.raises(RefusedError) as refused:
        do(lender.note_paid, claim.key, PAY_ON, legal.made(late))
    assert code_of(refused) == "CLU-024"
    assert do(lender.files_of).files == (file,)


def test_a_file_holds_what_was_sent_in_it_and_nothing_else(legal: Legal) -> None:
    claim = legal.released(legal.settled(legal.reckoned(), 50_000))
    with pytest.raises(DatabaseError, match="does not hold"), transaction.atomic():
        _empty_file(PAY_ON)
    with pytest.raises(DatabaseError, match="another day"):
        _filed_raw(claim, OTHER_DAY)
    with pytest.raises(DatabaseError, match="does not hold"):
        _filed_raw(claim, PAY_ON)
    assert do(lender.make_file, PAY_ON, OURS, legal.made()).sum_yen == 50_000


@transaction.atomic
def _filed_raw(claim: Claim, on: date) -> None:
    """Into a file that says 60,000 yen."""
    _empty_file(on)
    raw(claim, "sent", 50_000, "{}")


def _empty_file(on: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO office_claim_file (pay_on, sum_yen, lines, content, source, actor, made_at)"
            " VALUES (%s, 60000, 1, 'x', %s, 'y', %s)",
            (on, f"raw {on}", AT),
        )


# ------------------------------------------------------------------------------ the bank gave it back
def test_money_that_came_back_after_it_was_booked_is_owed_and_paid_again(legal: Legal) -> None:
    """The claim had ended: it is open again, and ends once the second payment is through."""
    claim = legal.paid(legal.released(legal.settled(legal.reckoned(), 50_000)))
    do(lender.note_corrected, claim.key, "3社に報告", legal.made(at_noon(PAY_ON)))
    assert legal.see(claim).is_over
    assert do(lender.open_claims).total == 0
    back = date(2026, 12, 2)
    claim = legal.returned(claim, back, at_noon(back))
    assert not claim.is_over
    assert [one.key for one in do(lender.open_claims).claims] == [claim.key]
    assert legal.owed(claim) == 50_000
    assert legal.dues(claim) == {"claim_pay"}
    claim = legal.released(claim, OTHER_DAY, at_noon(back))
    claim = legal.paid(claim, OTHER_DAY)
    assert claim.is_over
    assert legal.owed(claim) == 0
    assert claim.taken.count(Step.PAID) == 2
    moved = rows("SELECT kind FROM ledger_entry WHERE kind LIKE 'overpayment%%' ORDER BY entry_id")
    assert [kind for (kind,) in moved] == [
        "overpayment_owed", "overpayment_paid", "overpayment_returned", "overpayment_paid",
    ]  # fmt: skip
    assert do(checks.verify).faults == ()


def test_one_person_takes_no_payment_back(legal: Legal) -> None:
    claim = legal.paid(legal.released(legal.settled(legal.reckoned(), 50_000)))
    said = Returning(PAY_ON, "銀-1", "口座なし")
    request = do(
        lender.ask_return, claim.key, said, legal.asking(legal.supervisor, at_noon(PAY_ON))
    )
    with pytest.raises(NotAllowedError):
        legal.say(request, at=at_noon(PAY_ON))
    with pytest.raises(DatabaseError):
        raw(claim, "returned", 50_000, "{}")
    with pytest.raises(DatabaseError, match="second person"):
        raw(claim, "returned", 50_000, "{}", request.ref.request_id)
    assert legal.owed(claim) == 0
    assert legal.see(claim).taken[-1] is Step.PAID


@pytest.mark.parametrize(
    ("on", "ref", "words", "code"),
    [(PAY_ON - timedelta(days=1), "銀-1", "口座なし", "CLU-037"),
     (PAY_ON + timedelta(days=1), "銀-1", "口座なし", "CLU-002"),
     (PAY_ON, " ", "口座なし", "CLU-013"), (PAY_ON, "銀-1", " ", "CLU-017")],
)  # fmt: skip
def test_what_the_bank_says_has_its_day_and_its_paper(
    legal: Legal, on: date, ref: str, words: str, code: str
) -> None:
    claim = legal.paid(legal.released(legal.settled(legal.reckoned(), 50_000)))
    with pytest.raises(InputError) as refused:
        do(
            lender.ask_return,
            claim.key,
            Returning(on, ref, words),
            legal.asking(at=at_noon(PAY_ON)),
        )
    assert code_of(refused) == code


# ------------------------------------------------------------------------------ the delay
def test_a_late_payment_adds_the_damages_that_the_settlement_promises(legal: Legal) -> None:
    """5 % a year from the day after the agreed one until it is paid: by the paper and by hand."""
    claim = legal.settled(legal.reckoned(), 300_000)
    reckoned = claim.last(Step.RECKONED)
    assert reckoned is not None
    assert reckoned.content["late_rate_ppm"] == 50_000
    late_on = date(2027, 2, 15)
    owed_yen = by_hand(300_000, Fraction(5, 100), claim.pay_by_on + timedelta(days=1), late_on)
    assert owed_yen > 1_900
    before = at_noon(date(2027, 2, 12))
    claim = legal.released(claim, late_on, before)
    file = do(lender.make_file, late_on, OURS, legal.made(before))
    assert file.sum_yen == 300_000 + owed_yen
    do(lender.note_paid, claim.key, late_on, legal.made(at_noon(late_on)))
    assert legal.owed(claim) == 0
    costs = rows(
        "SELECT sum(l.amount_yen)::bigint FROM ledger_leg l WHERE l.credit = 2130 AND l.debit = 5130"
    )
    assert costs == [(300_000 + owed_yen,)]
    back = date(2027, 2, 16)
    claim = legal.returned(claim, back, at_noon(back))
    assert legal.owed(claim) == 300_000 + owed_yen
    assert rows(lender.OWED_APART) == []
    later = date(2027, 2, 18)
    more_yen = by_hand(300_000, Fraction(5, 100), claim.pay_by_on + timedelta(days=1), later)
    claim = legal.paid(legal.released(claim, later, at_noon(back)), later)
    assert legal.owed(claim) == 0
    paid = claim.last(Step.PAID)
    assert paid is not None
    assert paid.amount_yen == 300_000 + more_yen
    assert do(checks.verify).faults == ()
    assert rows(lender.OWED_APART) == []


def test_in_time_or_where_they_could_not_take_it_nothing_is_added(legal: Legal) -> None:
    claim = legal.settled(legal.reckoned(), 300_000)
    assert lender.damages_of(claim, claim.pay_by_on) == 0
    late_on = date(2027, 2, 15)
    claim = legal.released(claim, late_on, at_noon(date(2027, 2, 12)), Late.THEIRS)
    released = claim.last(Step.RELEASED)
    assert released is not None
    assert (released.amount_yen, released.content["damages_yen"]) == (300_000, 0)


def test_another_sum_than_settlement_and_damages_is_refused_whoever_writes(legal: Legal) -> None:
    claim = legal.settled(legal.reckoned(), 50_000)
    request = do(
        lender.ask_payment, claim.key, Payee(ACCOUNT, "サトウ ハナコ", PAY_ON), legal.asking()
    )
    wanted = dict(request.content) | {"amount_yen": 60_000}
    forged = json.dumps(wanted)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO care_approval (member_id, kind, subject, wanted, figures, mark, reason,"
            " source, asked_by, asked_at, expires_at) SELECT member_id, kind, 'forged', %s, figures,"
            " encode(sha256(convert_to(%s || E'\\n' || figures::text, 'UTF8')), 'hex'), reason,"
            " 'forged', asked_by, asked_at, expires_at FROM care_approval WHERE request_id = %s"
            " RETURNING request_id, mark",
            (forged, forged, request.ref.request_id),
        )
        number, mark = cursor.fetchone()
        cursor.execute(
            "INSERT INTO care_approval_decision (member_id, request_id, mark, outcome, words,"
            " decided_by, decided_at) VALUES (%s, %s, %s, 'agreed', '', %s, %s)",
            (legal.member_id, number, mark, legal.supervisor.staff_id, AT),
        )
    with pytest.raises(DatabaseError, match="after that"):
        raw(claim, "released", 60_000, forged, number)


# ------------------------------------------------------------------------------ stopped
def test_a_stop_ends_the_release_and_two_persons_let_it_go_on(legal: Legal) -> None:
    claim = legal.released(legal.settled(legal.reckoned(), 50_000))
    do(lender.stop, claim.key, ATTACHED, legal.made())
    assert do(lender.released) == []
    with pytest.raises(InputError):
        do(lender.make_file, PAY_ON, OURS, legal.made())
    with pytest.raises(RefusedError):
        do(lender.ask_payment, claim.key, Payee(ACCOUNT, "サトウ ハナコ", PAY_ON), legal.asking())
    entitled = Entitled("差押債権者", "令-1")
    request = do(lender.ask_resume, claim.key, entitled, legal.asking(legal.supervisor))
    with pytest.raises(NotAllowedError):
        legal.say(request)
    do(lender.stop, claim.key, DEATH, legal.made())
    other = legal.house.colleague("ono", *legal.supervisor.roles)
    assert legal.say(request, by=other) is Outcome.OUTDATED, "another cause came meanwhile"
    claim = legal.resumed(legal.see(claim))
    assert lender.causes(claim) == ()
    assert do(lender.released) == [], "the release of before stays void"
    with pytest.raises(DatabaseError, match="stopped, or its release is"):
        _filed_raw(claim, PAY_ON)
    claim = legal.released(claim)
    released = claim.last(Step.RELEASED)
    assert released is not None
    assert released.request_id is not None
    figures = rows(
        "SELECT figures ->> 'entitled' FROM care_approval WHERE request_id = %s",
        released.request_id,
    )
    assert figures == [("相続人 佐藤一郎",)], "whoever agrees sees to whom it is owed"
    assert legal.paid(claim).taken[-1] is Step.PAID


def test_while_it_is_stopped_nothing_is_promised_or_booked(legal: Legal) -> None:
    claim = legal.offered(legal.reckoned(), 50_000)
    do(lender.stop, claim.key, ATTACHED, legal.made())
    assert not legal.see(claim).nexts & {Step.OFFERED, Step.ACCEPTED, Step.SETTLED, Step.RELEASED}
    with pytest.raises(RefusedError):
        do(lender.accept, claim.key, ON, "", legal.made())
    with pytest.raises(DatabaseError, match="is stopped"):
        raw(claim, "accepted", 50_000, "{}")
    with pytest.raises(RefusedError):
        do(
            lender.ask_offer,
            claim.key,
            Offer(1_000, ON + timedelta(days=9), ON + timedelta(days=40)),
            legal.asking(),
        )
    with pytest.raises(InputError):
        do(lender.stop, claim.key, replace(ATTACHED, words=" "), legal.made())
    with pytest.raises(DatabaseError):
        raw(claim, "resumed", None, "{}")


@pytest.mark.parametrize("known", ["death", "bankruptcy", "guarded"])
def test_a_death_a_bankruptcy_or_a_guardian_that_the_house_knows_of_keeps_the_money_here(
    legal: Legal, known: str
) -> None:
    claim = legal.released(legal.settled(legal.reckoned(), 50_000))
    if known == "death":
        do(commands.record_death, legal.member_id, legal.made())
    elif known == "guarded":
        do(holds.put, legal.member_id, Wish(HoldKind.GUARDED), Source("staff 1", "g"), AT)
    else:
        notice = counsel.Notice(
            counsel.Sender.LAWYER, counsel.Proceeding.BANKRUPTCY, "破産事務所", "管 財人", "54321",
            "", "", counsel.Road.LETTER, ON,
        )  # fmt: skip
        do(counsel.receive, legal.member_id, notice, legal.made())
    cause = Cause(known)
    assert do(lender.unanswered, claim, ON) == (cause,)
    with pytest.raises(InputError):
        do(lender.make_file, PAY_ON, OURS, legal.made())
    with pytest.raises(RefusedError) as refused:
        do(lender.ask_payment, claim.key, Payee(ACCOUNT, "サトウ ハナコ", PAY_ON), legal.asking())
    assert (
        code_of(refused)
        == {"death": "CLU-030", "bankruptcy": "CLU-031", "guarded": "CLU-038"}[known]
    )
    do(lender.stop, claim.key, ATTACHED, legal.made())
    claim = legal.resumed(claim)
    assert do(lender.unanswered, claim, ON) == (cause,), "another stop answers for it not"
    do(lender.stop, claim.key, replace(DEATH, cause=cause), legal.made())
    claim = legal.resumed(claim)
    assert do(lender.unanswered, claim, ON) == ()
    assert legal.paid(legal.released(claim)).taken[-1] is Step.PAID


def test_an_heir_claims_what_the_dead_were_owed(legal: Legal) -> None:
    do(commands.record_death, legal.member_id, legal.made())
    told = replace(LAWYER, claimant=Claimant.HEIR, name="佐藤 一郎", office="")
    claim: Claim = legal.receive(told)
    assert do(lender.unanswered, claim, ON) == ()
    lawyer = legal.receive(replace(LAWYER, agreement_id=legal.key.agreement_id))
    assert do(lender.unanswered, lawyer, ON) == (Cause.DEATH,)


def test_who_acts_no_more_is_seen_before_the_money_goes(legal: Legal) -> None:
    claim = legal.settled(legal.reckoned(), 50_000)
    payee = Payee(ACCOUNT, "ホウダ マモル", PAY_ON)
    request = do(lender.ask_payment, claim.key, payee, legal.asking())
    assert request.figures["office"] == "法田法律事務所 法田 守"
    assert claim.counsel_no is not None
    ending = counsel.Ending(counsel.Reason.RESIGNED, ON, "辞任通知")
    do(counsel.end, legal.member_id, claim.counsel_no, ending, legal.made())
    assert legal.say(request) is Outcome.OUTDATED
    again = do(lender.ask_payment, claim.key, payee, legal.asking())
    assert again.figures["counsel_ended_on"] == ON.isoformat()


def test_what_the_steps_owe_and_what_the_ledger_owes_is_held_together(legal: Legal) -> None:
    """`motocho db verify` finds a book in which somebody posted past the claims."""
    claim = legal.settled(legal.reckoned(), 50_000)
    assert rows(lender.OWED_APART) == []
    do(commands.owe_overpayment, claim.book, 7, legal.made())
    assert rows(lender.OWED_APART) == [(*claim.book, 50_000, 50_007)]


def test_whoever_agrees_sees_whose_name_and_whose_account_it_is(legal: Legal) -> None:
    own = legal.settled(legal.reckoned(replace(LAWYER, claimant=Claimant.SELF)), 50_000)
    payee = Payee(ACCOUNT, "ヤマダ タロウ", PAY_ON)
    request = do(lender.ask_payment, own.key, payee, legal.asking())
    assert (request.figures["own_name"], request.figures["paid_there"]) == ("ｻﾄｳ ﾊﾅｺ", "")
    assert legal.say(request) is Outcome.AGREED
    stranger = legal.house.member().member_id
    theirs = do(lender.receive, stranger, replace(LAWYER, document_ref="受-2"), legal.made())
    do(lender.check, theirs.key, Proof.ATTORNEY_LETTER, "委-1", legal.made())
    other = SAMPLE.replace(b"\n", b"\r\n")
    do(lender.reckon, theirs.key, Basis(ON, {}, "h.csv", other), legal.made())
    theirs = legal.settled(legal.see(theirs), 40_000)
    asked = do(lender.ask_payment, theirs.key, payee, legal.asking())
    assert (asked.figures["own_name"], asked.figures["paid_there"]) == ("", 1)


def test_nothing_is_put_right_or_ended_before_its_turn_whoever_writes(legal: Legal) -> None:
    claim = legal.accepted(legal.reckoned(), 50_000)
    for step in ("corrected", "ended"):
        with pytest.raises(DatabaseError, match="not settled, paid and put right"):
            raw(claim, step, None, "{}")
    request = do(lender.ask_settlement, claim.key, "和-1", legal.asking())
    assert legal.say(request) is Outcome.AGREED
    do(lender.note_corrected, claim.key, "3社に報告", legal.made())
    with pytest.raises(RefusedError):
        do(lender.note_corrected, claim.key, "もう一度", legal.made())
    with pytest.raises(DatabaseError):
        raw(claim, "corrected", None, "{}")
    with pytest.raises(DatabaseError, match="not settled, paid and put right"):
        raw(claim, "ended", None, "{}")
    assert legal.paid(legal.released(legal.see(claim))).is_over


def test_of_a_stop_and_a_file_at_once_no_money_goes_past_the_stop(legal: Legal) -> None:
    """The stop first: no file. The file first: it is stopped at the bank, and not released again."""
    claim = legal.released(legal.settled(legal.reckoned(), 50_000))
    stopping, making = legal.made(), legal.made()

    def filed() -> str:
        try:
            do(lender.make_file, PAY_ON, OURS, making)
        except InputError as error:
            return str(error.faults[0].code)
        return "sent"

    def stopped() -> str:
        return str(do(lender.stop, claim.key, ATTACHED, stopping).taken[-1].value)

    ends = at_once([filed, stopped])
    assert ends in (["sent", "stopped"], ["CLU-016", "stopped"])
    claim = legal.see(claim)
    assert claim.is_stopped
    order = [one for one in claim.taken if one in {Step.SENT, Step.STOPPED}]
    assert order in ([Step.SENT, Step.STOPPED], [Step.STOPPED])
    assert do(lender.released) == []


def test_a_long_name_of_an_office_is_cut_as_banks_want_it(legal: Legal) -> None:
    """Thirty signs, whatever is in the bank book; and every kind of account goes through."""
    claim = legal.settled(legal.reckoned(), 50_000)
    name = "ベンゴシホウジン ホウダソウゴウホウリツジムショ アズカリキンクチ"
    for kind in AccountType:
        payee = Payee(replace(OTHER, account_type=kind), name, PAY_ON)
        if kind.name.lower() not in {"ordinary", "current", "savings"}:
            continue
        assert legal.say(do(lender.ask_payment, claim.key, payee, legal.asking())) is Outcome.AGREED
    sent = read_transfers(do(lender.make_file, PAY_ON, OURS, legal.made()).content, near_on=ON)
    assert [len(one.name) for one in sent.transfers] == [30]


@pytest.mark.parametrize(
    "wrong",
    [replace(OTHER, bank_code="12345"), replace(OTHER, number="12345678"),
     replace(OTHER, branch_code="x")],
)  # fmt: skip
def test_what_no_file_can_carry_is_refused_before_anybody_agrees(
    legal: Legal, wrong: BankAccount
) -> None:
    """Else one line would keep the payments of everybody of that day from going."""
    claim = legal.settled(legal.reckoned(), 50_000)
    with pytest.raises(FaultyInput):
        do(lender.ask_payment, claim.key, Payee(wrong, "サトウ ハナコ", PAY_ON), legal.asking())
    assert Step.RELEASED in legal.see(claim).nexts
