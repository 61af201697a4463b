"""One agreement, one history is claimed once; what an offer rests on; lists that say what they leave out."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.loans.crowd import at_once, do
from tests.office.lender.legal import LAWYER, ON, OURS, PAY_ON, SAMPLE, Legal, at_noon, by_hand, raw
from tests.people.house import AT, rows

from motocho.care.cases.disclosures import Proof
from motocho.kernel.schedule import Scheme
from motocho.loans import commands, queries
from motocho.office import lender
from motocho.office.lender import (
    Basis,
    Claim,
    Claimant,
    ClaimKey,
    Offer,
    Second,
    Step,
    Told,
)
from motocho.people import cards
from motocho.units.errors import InputError, RefusedError

OWN = replace(LAWYER, claimant=Claimant.SELF)
OFFER = Offer(1_000, ON + timedelta(days=14), ON + timedelta(days=40))


def code_of(error: pytest.ExceptionInfo[Any]) -> str:
    return str(error.value.faults[0].code)


def again(legal: Legal, second: Second | None, *, of_book: str = "yes") -> Claim:
    """Another claim of the same, as the case says."""
    return legal.receive(replace(OWN, second=second), of_book)


def reckon(legal: Legal, claim: Claim, content: bytes = SAMPLE, until: date = ON) -> Claim:
    do(lender.check, claim.key, Proof.LICENCE, "免-1", legal.made())
    do(lender.reckon, claim.key, Basis(until, {}, "h.csv", content), legal.made())
    return legal.see(claim)


def withdrawn(legal: Legal, claim: Claim, step: Step = Step.WITHDRAWN) -> None:
    do(lender.end, claim.key, step, "取下書", legal.made())


# ------------------------------------------------------------------------------ the same agreement
@pytest.mark.parametrize("of_book", ["yes", ""])
def test_two_claims_of_the_same_are_refused_while_the_first_is_open(
    legal: Legal, of_book: str
) -> None:
    first = legal.receive(OWN, of_book)
    for second in (None, Second.AFTER_WITHDRAWN, Second.AFTER_ENDED, Second.AFTER_REFUSED):
        with pytest.raises(InputError) as refused:
            again(legal, second, of_book=of_book)
        assert code_of(refused) == "CLU-026"
        assert refused.value.faults[0].details == {"number": str(first.key.claim_id)}
    assert rows("SELECT count(*) FROM office_claim") == [(1,)]


def test_after_the_first_is_over_the_second_says_how_it_ended(legal: Legal) -> None:
    with pytest.raises(InputError) as refused:
        again(legal, Second.AFTER_WITHDRAWN)
    assert code_of(refused) == "CLU-028"
    withdrawn(legal, again(legal, None))
    for wrong in (None, Second.AFTER_ENDED, Second.AFTER_REFUSED, Second.OTHER_DEALINGS):
        with pytest.raises(InputError) as refused:
            again(legal, wrong)
        assert code_of(refused) == "CLU-027"
    second = again(legal, Second.AFTER_WITHDRAWN)
    assert second.told.second is Second.AFTER_WITHDRAWN
    withdrawn(legal, second, Step.REFUSED)
    assert again(legal, Second.AFTER_REFUSED).key != second.key


def test_another_agreement_of_the_member_or_of_another_is_claimed_freely(legal: Legal) -> None:
    again(legal, None)
    other = legal.desk.open(
        ON - timedelta(days=90), scheme=Scheme.MONTHLY, day=25, member_id=legal.member_id
    )
    told = replace(OWN, agreement_id=other.agreement_id)
    assert do(lender.receive, legal.member_id, told, legal.made()).told.agreement_id
    stranger = legal.house.member().member_id
    theirs = legal.desk.open(
        ON - timedelta(days=90), scheme=Scheme.MONTHLY, day=25, member_id=stranger
    )
    told = replace(OWN, agreement_id=theirs.agreement_id)
    assert do(lender.receive, stranger, told, legal.made()).key.member_id == stranger


def test_of_two_desks_at_once_one_takes_the_claim_in(legal: Legal) -> None:
    told = replace(OWN, agreement_id=legal.key.agreement_id)
    sendings = [legal.made() for _ in range(3)]

    def taken(number: int) -> Callable[[], str]:
        def attempt() -> str:
            try:
                do(lender.receive, legal.member_id, told, sendings[number])
            except InputError as error:
                return str(error.faults[0].code)
            return "taken"

        return attempt

    assert sorted(at_once([taken(number) for number in range(3)])) == [
        "CLU-026", "CLU-026", "taken",
    ]  # fmt: skip


def insert(legal: Legal, agreement_id: int | None, second: str | None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO office_claim (member_id, agreement_id, claimant, office, received_on,"
            " document_ref, second, source, actor, taken_at)"
            " VALUES (%s, %s, 'self', '', %s, '', %s, %s, 'y', %s)",
            (legal.member_id, agreement_id, ON, second, f"raw {next(legal.forms)}", AT),
        )


SAME = "claim of the same"


def test_the_database_refuses_a_second_claim_whoever_writes(legal: Legal) -> None:
    book = legal.key.agreement_id
    for agreement_id in (book, None):
        with pytest.raises(IntegrityError, match=SAME):
            insert(legal, agreement_id, "after_withdrawn")
        insert(legal, agreement_id, None)
    for second in (None, "after_withdrawn", "after_ended", "after_refused", "other_dealings"):
        with pytest.raises(IntegrityError, match=SAME):
            insert(legal, book, second)
    with pytest.raises(IntegrityError, match=SAME):
        insert(legal, None, None)
    insert(legal, None, "other_dealings")
    insert(legal, book, "share")


def test_of_two_who_write_past_the_commands_at_once_one_stays(legal: Legal) -> None:
    def attempt() -> str:
        try:
            insert(legal, legal.key.agreement_id, None)
        except IntegrityError:
            return "refused"
        return "kept"

    assert sorted(at_once([attempt] * 3)) == ["kept", "refused", "refused"]


# ------------------------------------------------------------------------------ the same history
def test_the_same_history_is_reckoned_for_one_claim(legal: Legal) -> None:
    first = reckon(legal, legal.receive(OWN))
    second = again(legal, Second.OTHER_DEALINGS, of_book="")
    with pytest.raises(RefusedError) as refused:
        reckon(legal, second)
    assert code_of(refused) == "CLU-035"
    assert refused.value.faults[0].details == {"number": str(first.key.claim_id)}
    assert legal.see(second).last(Step.RECKONED) is None
    with pytest.raises(IntegrityError, match="counts for another claim"):
        keep_raw(second.key)
    other = SAMPLE.replace(b"\n", b"\r\n")
    do(lender.reckon, second.key, Basis(ON, {}, "other.csv", other), legal.made())
    withdrawn(legal, first)
    do(lender.reckon, second.key, Basis(ON, {}, "h.csv", SAMPLE), legal.made())


def test_their_sheet_may_be_the_same_file_as_a_history(legal: Legal) -> None:
    first = reckon(legal, legal.receive(OWN), PRINTED)
    do(lender.compare, first.key, ("sheet.csv", PRINTED), legal.made())
    kept = rows("SELECT used_as FROM office_claim_input ORDER BY input_no")
    assert kept == [("history",), ("sheet",)]


PRINTED = """日付,借入,返済,残高
2015-01-10,100000,,100000
2015-02-10,,10000,91500
""".encode()


def test_another_members_claim_does_not_rest_on_the_same_history(legal: Legal) -> None:
    """Of two desks at once, too: one of them reckons, and nobody learns whose the other is."""
    stranger = legal.house.member().member_id
    own, theirs = (
        do(lender.receive, member_id, OWN, legal.made())
        for member_id in (legal.member_id, stranger)
    )

    def attempt(claim: Claim) -> Callable[[], str]:
        made = legal.made()

        def reckoned() -> str:
            try:
                do(lender.reckon, claim.key, Basis(ON, {}, "h.csv", SAMPLE), made)
            except RefusedError as error:
                return str((error.faults[0].code, dict(error.faults[0].details)))
            return "reckoned"

        return reckoned

    assert sorted(at_once([attempt(own), attempt(theirs)])) == ["('CLU-032', {})", "reckoned"]


def keep_raw(key: ClaimKey, used_as: str = "history") -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO office_claim_input (member_id, claim_id, input_no, used_as, name, sha256,"
            " content, actor, kept_at) VALUES (%s, %s, 1, %s, 'h.csv',"
            " encode(sha256(%s), 'hex'), %s, 'y', %s)",
            (*key, used_as, SAMPLE, SAMPLE, AT),
        )


def test_what_was_reckoned_rests_on_a_history_that_is_kept(legal: Legal) -> None:
    claim = legal.receive(OWN)
    with pytest.raises(DatabaseError, match="nothing that is kept"):
        raw(claim, "reckoned", 1_000, '{"input": 1}')
    keep_raw(claim.key, "sheet")
    with pytest.raises(DatabaseError, match="nothing that is kept"):
        raw(claim, "reckoned", 1_000, '{"input": 1}')
    forged = pytest.raises(DatabaseError, match="office_claim_input_hash")
    with forged, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO office_claim_input SELECT member_id, claim_id, 2, name, 'history', repeat('0', 64),"
            " content, actor, kept_at FROM office_claim_input"
        )


def test_two_heirs_claim_their_shares_and_no_more_than_the_whole(legal: Legal) -> None:
    """Each an offer of the half; one yen beyond what is left is refused, settled or offered."""
    first = legal.reckoned(replace(LAWYER, claimant=Claimant.LAWYER))
    reckoned = first.last(Step.RECKONED)
    assert reckoned is not None
    whole_yen = int(reckoned.amount_yen or 0)
    half_yen = whole_yen // 2
    second = legal.reckoned(replace(LAWYER, document_ref="受-2", second=Second.SHARE))
    legal.settled(first, half_yen)
    rest = replace(OFFER, amount_yen=whole_yen - half_yen + 1)
    with pytest.raises(RefusedError) as refused:
        do(lender.ask_offer, second.key, rest, legal.asking())
    assert code_of(refused) == "CLU-033"
    second = legal.settled(second, whole_yen - half_yen)
    assert legal.owed(second) == whole_yen, "both stand in the same book of the member"
    for claim in (first, second):
        legal.released(claim)
    assert do(lender.make_file, PAY_ON, OURS, legal.made()).lines == 2


def test_a_settlement_that_is_disputed_counts_against_what_is_left(legal: Legal) -> None:
    first = legal.paid(legal.released(legal.settled(legal.reckoned(), 50_000)))
    do(lender.note_corrected, first.key, "報告", legal.made(at_noon(PAY_ON)))
    second = legal.reckoned(replace(LAWYER, document_ref="受-2", second=Second.AFTER_ENDED))
    reckoned = second.last(Step.RECKONED)
    assert reckoned is not None
    beyond = replace(OFFER, amount_yen=int(reckoned.amount_yen or 0) - 49_999)
    with pytest.raises(RefusedError) as refused:
        do(lender.ask_offer, second.key, beyond, legal.asking())
    assert code_of(refused) == "CLU-033"
    left = replace(beyond, amount_yen=beyond.amount_yen - 1)
    assert do(lender.ask_offer, second.key, left, legal.asking()).figures["promised_yen"] == 50_000


# ------------------------------------------------------------------------------ what an offer rests on
def test_an_offer_that_was_countered_is_accepted_no_more(legal: Legal) -> None:
    """民法528条: another figure is a refusal, and an offer of theirs."""
    claim = legal.offered(legal.reckoned(), 50_000)
    do(lender.counter, claim.key, 90_000, "満額を", legal.made())
    with pytest.raises(RefusedError):
        do(lender.accept, claim.key, ON, "", legal.made())
    with pytest.raises(DatabaseError, match="after that"):
        raw(claim, "accepted", 50_000, "{}")
    assert legal.accepted(claim, 60_000).steps[-1].amount_yen == 60_000


def test_what_was_accepted_is_withdrawn_by_them_and_not_refused_by_us(legal: Legal) -> None:
    claim = legal.accepted(legal.reckoned(), 50_000)
    with pytest.raises(RefusedError):
        withdrawn(legal, claim, Step.REFUSED)
    withdrawn(legal, claim)
    for step in ("countered", "corrected", "withdrawn"):
        with pytest.raises(DatabaseError):
            raw(claim, step, 5 if step == "countered" else None, "{}")


def test_interest_runs_until_it_can_be_paid_and_not_beyond(legal: Legal) -> None:
    claim = legal.receive()
    do(lender.check, claim.key, Proof.ATTORNEY_LETTER, "委-1", legal.made())
    held = lender.limits(ON)
    last_on = ON + timedelta(days=held.answer_open_days + held.pay_within_days)
    with pytest.raises(RefusedError) as refused:
        do(lender.reckon, claim.key, Basis(last_on + timedelta(days=1), {}, "h.csv", SAMPLE),
           legal.made())  # fmt: skip
    assert code_of(refused) == "CLU-036"
    do(lender.reckon, claim.key, Basis(OFFER.pay_by_on, {}, "h.csv", SAMPLE), legal.made())
    early = replace(OFFER, pay_by_on=OFFER.pay_by_on - timedelta(days=1))
    with pytest.raises(RefusedError) as refused:
        do(lender.ask_offer, claim.key, early, legal.asking())
    assert code_of(refused) == "CLU-029"
    asked = do(lender.ask_offer, claim.key, OFFER, legal.asking())
    assert asked.figures["until_on"] == OFFER.pay_by_on.isoformat()


def test_interest_runs_until_the_day_that_was_named_and_not_the_files_last_row(
    legal: Legal,
) -> None:
    """100,000 yen overpaid since 2015: 5 % a year, day by day, to the day of payment."""
    claim = legal.receive(OWN)
    content = "日付,借入,返済\n2015-01-10,1000,\n2015-01-10,,101000\n".encode()
    until = OFFER.pay_by_on
    claim = reckon(legal, claim, content, until)
    reckoned = claim.last(Step.RECKONED)
    assert reckoned is not None
    owed_yen = by_hand(100_000, Fraction(5, 100), date(2015, 1, 11), until)
    assert reckoned.content["overpayment_interest_yen"] == owed_yen
    assert reckoned.amount_yen == 100_000 + owed_yen
    assert do(lender.again, claim.key).result.claim_yen == 100_000 + owed_yen
    with pytest.raises(InputError):
        do(lender.reckon, claim.key, Basis(date(2015, 1, 9), {}, "h.csv", content), legal.made())


def test_the_book_is_reckoned_whole_until_today_or_the_day_of_payment(legal: Legal) -> None:
    claim = again(legal, None)
    do(lender.check, claim.key, Proof.LICENCE, "免-1", legal.made())
    with pytest.raises(RefusedError) as refused:
        do(lender.reckon, claim.key, Basis(ON - timedelta(days=1), {}), legal.made())
    assert code_of(refused) == "CLU-040"
    later = ON + timedelta(days=30)
    found = do(lender.reckon, claim.key, Basis(later, {}), legal.made())
    position = do(queries.position, legal.key, later)
    assert found.result.owed_yen == position.payoff_yen


def test_whoever_agrees_sees_prescription_and_what_courts_would_count_otherwise(
    legal: Legal,
) -> None:
    claim = legal.receive()
    do(lender.check, claim.key, Proof.ATTORNEY_LETTER, "委-1", legal.made())
    chosen = {name: values[0] for name, values in lender.CONVENTIONS.items()}
    chosen |= {"overpayment_appropriation": "no_interest"}
    do(lender.reckon, claim.key, Basis(ON, chosen, "h.csv", SAMPLE), legal.made())
    figures = do(lender.ask_offer, claim.key, OFFER, legal.asking()).figures
    assert figures["overpayment_appropriation"] == "no_interest"
    assert "year_basis" not in figures, "what courts do is not repeated"
    assert figures["barred_after_on"] == "2027-02-26", "ten years from the last dealing, H29.2.26"


def test_a_scrivener_settles_up_to_1_400_000_yen(legal: Legal) -> None:
    """司法書士法3条1項7号; 最判平28.6.27: the overpayment counts, without its interest."""
    told = replace(LAWYER, claimant=Claimant.SCRIVENER, registration="第123号")
    for amount, is_refused in ((1_400_000, False), (1_400_001, True)):
        content = f"日付,借入,返済\n2015-01-10,1000,\n2015-01-10,,{amount + 1000}\n"
        claim = legal.receive(replace(told, second=Second.OTHER_DEALINGS if is_refused else None))
        do(lender.check, claim.key, Proof.ATTORNEY_LETTER, "委-1", legal.made())
        do(lender.reckon, claim.key, Basis(ON, {}, "h.csv", content.encode()), legal.made())
        reckoned = legal.see(claim).last(Step.RECKONED)
        assert reckoned is not None
        assert reckoned.content["overpayment_yen"] == amount
        if is_refused:
            with pytest.raises(RefusedError) as refused:
                do(lender.ask_offer, claim.key, OFFER, legal.asking())
            assert code_of(refused) == "CLU-034"
        else:
            do(lender.ask_offer, claim.key, OFFER, legal.asking())


def test_a_card_ends_where_what_is_left_was_assigned(legal: Legal) -> None:
    """The agreement is somebody else's: nothing of ours is left that the card could draw on."""
    do(commands.assign, legal.key, legal.desk.made(ON))
    legal.settled(legal.reckoned(), 50_000)
    assert do(cards.has_ended, do(cards.current, legal.member_id))
    assert do(queries.position, legal.key, ON).status.value == "assigned"


# ------------------------------------------------------------------------------ lists
def test_open_claims_come_in_pages_with_their_total_and_none_is_left_out(legal: Legal) -> None:
    other = legal.house.member().member_id
    for number in range(7):
        told = replace(OWN, received_on=ON - timedelta(days=number % 3))
        told = replace(told, second=Second.OTHER_DEALINGS if number else None)
        do(lender.receive, legal.member_id, told, legal.made())
    do(lender.receive, other, OWN, legal.made())
    pages = [do(lender.open_claims, number, (), 3) for number in (1, 2, 3)]
    assert {(one.total, one.pages) for one in pages} == {(8, 3)}
    seen = list(itertools.chain.from_iterable(one.claims for one in pages))
    assert len({one.key for one in seen}) == len(seen) == 8
    assert [one.told.received_on for one in seen] == sorted(one.told.received_on for one in seen)
    assert do(lender.open_claims, 99, (), 3).page_no == 3
    assert do(lender.open_claims, 0, (), 3).page_no == 1
    hidden = do(lender.open_claims, 1, {legal.member_id}, 3)
    assert ([one.key.member_id for one in hidden.claims], hidden.total) == ([other], 1)


def test_a_file_leaves_out_whom_its_maker_may_not_see(legal: Legal) -> None:
    other = legal.house.member().member_id
    claim = legal.released(legal.settled(legal.reckoned(), 50_000))
    told = Told(Claimant.SELF, None, ON)
    theirs = do(lender.receive, other, told, legal.made())
    theirs = reckon(legal, theirs, SAMPLE.replace(b"\n", b"\r\n"))
    legal.released(legal.settled(theirs, 40_000))
    made = do(lender.make_file, PAY_ON, OURS, legal.made(), {other})
    assert (made.sum_yen, do(lender.payees_of, made.file_id)) == (50_000, (legal.member_id,))
    assert [one.key.member_id for one in do(lender.released)] == [other]
    assert do(lender.released, {other}) == []
    assert do(lender.kept_apart, {other}) == 1
    rest = do(lender.make_file, PAY_ON, OURS, legal.made())
    assert do(lender.files_of, 1, {other}).files == (made,)
    assert {one.file_id for one in do(lender.files_of).files} == {made.file_id, rest.file_id}
    assert claim.key.member_id != other
