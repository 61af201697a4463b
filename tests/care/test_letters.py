"""Letters about arrears: every item of the law, to the yen and the day, to the right person."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.care.collecting import DUE, HOME, Late, at, on_day
from tests.database import Database
from tests.documents.test_statutory import said_on
from tests.loans.crowd import do
from tests.people.house import AT, House, kinds_of, rows

from motocho.care import approvals
from motocho.care import settings as care_settings
from motocho.care.collections import letters
from motocho.care.collections.letters import Asking, Draft, check_text
from motocho.care.reasons import catalogue
from motocho.care.settings import Setting
from motocho.contact import counterparts, gate, holds
from motocho.contact.directory import shipped
from motocho.contact.guard import Channel, HoldKind, Purpose, Whom
from motocho.contact.holds import Source, Wish
from motocho.documents import archive
from motocho.documents.addressees import Address, Addressee, InPlace, Registered
from motocho.documents.archive import Kind
from motocho.documents.paper import Paper
from motocho.documents.statutory import collecting
from motocho.documents.statutory.collecting import Dunned, Voice
from motocho.documents.statutory.items import DEMAND, IDENTIFICATION, ITEMS, faults_of
from motocho.loans import commands, queries
from motocho.loans.policy import Stop
from motocho.outside.postgres import Role
from motocho.people.access import Role as StaffRole
from motocho.units.days import both_calendars_text
from motocho.units.errors import InputError, NotAllowedError, NotFoundError, RefusedError
from motocho.units.money import yen_text

KNOWN = shipped()
COUNSEL = Addressee(Whom.COUNSEL, Address("弁護士 山田 太郎", "1020082", "東京都千代田区一番町1"))
HEIR = Addressee(Whom.HEIR, Address("佐藤 一郎", "1500001", "東京都渋谷区神宮前1"))


@pytest.fixture
def late(house: House, database: Database, tmp_path: Path) -> Late:
    return Late(house, tmp_path)


def dunned(late: Late, days: int) -> Dunned:
    found: Dunned = do(letters.dunned, late.key, KNOWN, on_day(days))
    return found


def demand(late: Late, days: int, kind: Kind = Kind.DEMAND) -> Paper:
    return collecting.demand(kind, dunned(late, days), on_day(days + 18))


def test_letters_name_the_desk_that_calls_about_payments_on_their_day(
    late: Late, house: House
) -> None:
    """Two persons give calls about payments to another desk: letters follow on the same day."""
    told = care_settings.shipped(Setting.REASONS)
    begins = told.index("  - id: repayment")
    other = told[:begins] + told[begins:].replace("desk: card_loan", "desk: complaints", 1)
    house.colleague("root", StaffRole.ADMINISTRATOR)
    one, two = (house.colleague(name, StaffRole.SUPERVISOR) for name in ("ueda", "wada"))
    today, tomorrow = AT.date(), AT.date() + timedelta(days=1)
    draft = care_settings.Draft(Setting.REASONS, other, tomorrow, "窓口の変更", "form 1")
    asked = do(care_settings.propose, draft, one, AT)
    agreed = approvals.Decision(approvals.Outcome.AGREED, "", asked.mark)
    do(approvals.decide, asked.ref, agreed, two, AT)
    phones = []
    for on in (today, tomorrow):
        desk = do(catalogue.in_force, on).of(catalogue.Reason.REPAYMENT).desk
        assert do(letters.desk_of, KNOWN, on).desk_id == desk
        said = do(letters.dunned, late.key, KNOWN, on)
        assert said.voice.phone == KNOWN.call_back(KNOWN.desk(desk), on).text
        phones.append(said.voice.phone)
    assert phones == ["03-0000-0102", "03-0000-0104"]


def missing(kind: Kind, paper: Paper) -> tuple[str, ...]:
    """Items of the law that do not stand on a paper."""
    there = said_on(paper)
    return tuple(one.name for one in ITEMS[kind] if not there.get(one.label, "").strip())


# ------------------------------------------------------------------------------ items of the law
@pytest.mark.rule("COLL-012")
@pytest.mark.parametrize("kind", [Kind.DEMAND, Kind.ACCELERATION_NOTICE])
def test_every_item_stands_on_a_demand(late: Late, kind: Kind) -> None:
    """貸金業法21条2項1号 to 7号, 施行規則19条3項1号 to 3号: ten items, none empty."""
    paper = demand(late, 45, kind)
    said = said_on(paper)
    assert [one.law for one in DEMAND] == [
        *(f"貸金業法21条2項{number}号" for number in range(1, 8)),
        *(f"貸金業法施行規則19条3項{number}号" for number in range(1, 4)),
    ]
    assert missing(kind, paper) == ()
    assert all(said[one.label].strip() for one in DEMAND)
    lender = said["貸金業者の商号・住所・電話番号"]
    assert KNOWN.lender.name_ja in lender
    assert KNOWN.lender.address_ja in lender
    assert "電話 0" in lender
    assert said["この書面を送付する者"] == "青木 健"
    assert said["支払の催告に係る債権の弁済期"].startswith(both_calendars_text(DUE))
    text = collecting.as_text(paper)
    assert all(f"■{one.label}\n{said[one.label]}" in text for one in DEMAND)


@pytest.mark.rule("COLL-012")
@pytest.mark.parametrize("item", [one.name for one in DEMAND])
def test_a_demand_without_an_item_is_none(late: Late, item: str) -> None:
    said = {one.name: "あり" for one in DEMAND if one.name != item}
    refusal = faults_of(Kind.DEMAND, said)
    assert refusal is not None
    assert refusal.rule_id == "COLL-012"


@pytest.mark.rule("COLL-012")
def test_no_sender_or_no_phone_no_demand(late: Late) -> None:
    about = dunned(late, 45)
    for voice in (Voice("", "03-0000-0000"), Voice("青木 健", " ")):
        with pytest.raises(RefusedError) as refused:
            collecting.demand(Kind.DEMAND, replace(about, voice=voice), on_day(60))
        assert refused.value.faults[0].code == "DCM-001"


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(days=st.integers(1, 200), paid=st.integers(0, 30_000))
def test_figures_are_those_of_the_ledger(late: Late, days: int, paid: int) -> None:
    """What a demand splits is what a payment of that day meets, booked for real and rolled back."""
    with transaction.atomic(), connection.cursor() as cursor:
        if paid:
            commands.receive(cursor, late.key, paid, on_day(0), late.made(on_day(1), "part"))
        asked = queries.asked(cursor, late.key, on_day(days))
        stood = queries.position(cursor, late.key, on_day(days))
        if asked is not None:
            parts = asked.costs_yen + asked.damages_yen + asked.interest_yen + asked.principal_yen
            assert parts == asked.asked_yen == stood.arrears_yen
            made = late.made(on_day(days) + timedelta(days=1), "all of it")
            commands.receive(cursor, late.key, asked.asked_yen, on_day(days), made)
            row = queries.statement(cursor, late.key, on_day(days), on_day(days))[-1]
            booked = (row.to_damages_yen, row.to_interest_yen, row.to_principal_yen)
            assert booked == (asked.damages_yen, asked.interest_yen, asked.principal_yen)
            assert stood.payoff_yen - asked.asked_yen == (
                (row.principal_yen or 0)
                + (row.unpaid_interest_yen or 0)
                + (row.unpaid_damages_yen or 0)
            )
        else:
            assert stood.arrears_yen == 0
        transaction.set_rollback(True)


def test_the_paper_says_the_ledgers_yen(late: Late) -> None:
    about = dunned(late, 45)
    said = said_on(demand(late, 45))
    stood = do(queries.position, late.key, on_day(45))
    assert said["支払を催告する金額"] == f"{yen_text(stood.arrears_yen)}円"
    assert said["催告時の残存債務の額"].startswith(f"{yen_text(stood.payoff_yen)}円（元本 ")
    assert said["催告する金額の内訳"] == (
        f"元本 {yen_text(about.asked.principal_yen)}円、利息 {yen_text(about.asked.interest_yen)}円、"
        f"遅延損害金 {yen_text(about.asked.damages_yen)}円"
    )
    assert f"最後の貸付け {yen_text(200_000)}円" in said["貸付けの金額"]
    assert "ありません" in said["保証人が負担する債務の範囲"]


def test_after_acceleration_all_is_asked(late: Late) -> None:
    made = late.made(on_day(80), "accelerate")
    due = commands.accelerate
    from motocho.loans.policy import Demand  # noqa: PLC0415  # only here

    do(due, late.key, Demand(on_day(50), on_day(60), "paper 1"), made)
    asked = do(queries.asked, late.key, on_day(90))
    assert asked is not None
    assert asked.is_accelerated
    assert asked.asked_yen == do(queries.position, late.key, on_day(90)).payoff_yen


def test_a_reminder_is_short_and_demands_nothing(late: Late) -> None:
    subject = do(letters.subject_of, late.key, KNOWN, on_day(20))
    voice = do(letters.voice_of, KNOWN, on_day(20))
    paper = collecting.reminder(subject, voice)
    text = "".join(pair.text for pair in paper.pairs)
    assert not any(word in text for word in ("円", "支払", "返済", "遅", "催告", "残高"))
    assert len(paper.pairs) <= 8


@pytest.mark.rule("COLL-012")
@pytest.mark.parametrize(
    "text",
    [
        "至急お支払いください",
        "ご返済が遅れています",
        "10,000円の件",
        "ローンのご案内",
        "期日をすぎました",
    ],
)
def test_a_text_that_demands_or_tells_is_refused(text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        check_text(text)
    assert refused.value.faults[0].code == "COL-020"


@pytest.mark.rule("COLL-012")
def test_a_text_that_asks_for_a_word_passes(database: Database) -> None:
    voice = do(letters.voice_of, KNOWN, on_day(4))
    assert letters.reminding_text(voice).startswith("青木 健です。")
    with pytest.raises(InputError):
        check_text("電話をください。" * 20)
    with pytest.raises(RefusedError) as announced:
        check_text("明日会社に伺います")
    assert announced.value.faults[0].code == "DIR-022"


# ------------------------------------------------------------------------------ kept, queued, sent
def _written(
    late: Late, days: int, to: InPlace | None = None, cause: str = "stage 1"
) -> archive.Letter:
    draft = Draft(late.key, Kind.DEMAND, cause, to)
    written = do(letters.write, draft, KNOWN, at(on_day(days)))
    found = [one for one in do(archive.waiting) if one.paper_no == written.delivered.paper_no]
    assert len(found) == 1
    letter: archive.Letter = found[0]
    return letter


@pytest.mark.rule("COLL-012")
def test_a_demand_is_kept_with_its_hash_once_for_its_cause(late: Late) -> None:
    letter = _written(late, 45)
    kept = do(archive.one, late.member_id, letter.paper_no)
    pages = do(archive.pages, late.member_id, letter.paper_no)
    assert hashlib.sha256(pages).digest() == kept.digest
    assert kept.road is archive.Road.POST
    again = do(letters.write, Draft(late.key, Kind.DEMAND, "stage 1"), KNOWN, at(on_day(46)))
    assert (again.delivered.paper_no, again.delivered.is_repeat) == (letter.paper_no, True)
    assert kinds_of(late.member_id).count("collection_paper") == 1
    assert "document_ready" not in kinds_of(late.member_id), "no mail tells of it past the gate"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_paper (member_id, agreement_id, kind, cause, title, stated, road,"
            " dated_on, digest, sealed, pepper_id, delivered_at) SELECT member_id, agreement_id,"
            " kind, 'other', title, stated, 'on_request', dated_on, digest, sealed, pepper_id,"
            " delivered_at FROM documents_paper WHERE kind = 'demand'"
        )


def test_a_demand_goes_to_the_members_home_by_the_gate(late: Late) -> None:
    letter = _written(late, 45)
    to = do(archive.addressed, letter, "staff 1", at(on_day(45)))
    assert to is not None
    assert (to.name, to.text) == ("佐藤 花子", HOME.text)
    asked = rows("SELECT purpose, channel, whom FROM contact_attempt ORDER BY attempt_id")
    assert asked[-1] == ("arrears", "post", "own")


def test_printed_twice_it_is_one_demand_and_another_waits(late: Late) -> None:
    """The same letter may be printed again; another one within three days stays back (COLL-014)."""
    first, second = _written(late, 45), _written(late, 46, cause="stage 2")
    assert do(archive.addressed, first, "staff 1", at(on_day(45))) is not None
    assert do(archive.addressed, first, "staff 1", at(on_day(46))) is not None
    assert do(archive.addressed, second, "staff 1", at(on_day(47))) is None
    assert do(archive.addressed, second, "staff 1", at(on_day(50))) is not None


@pytest.mark.rule("COLL-008")
def test_who_is_registered_is_opened_by_a_permit_as_the_letter_goes(late: Late) -> None:
    """The register's address, not one of another letter: sealed, read once by its own permit."""
    told_at = at(on_day(44))
    reach = counterparts.Reach(
        "相続 一郎", "", "0312340000", "東京都港区芝1-1", "1050014"
    )  # fmt: skip
    family = counterparts.Proof.FAMILY_REGISTER
    told = counterparts.Told(Whom.HEIR, family, told_at.date(), reach)
    source = Source("staff 1", "form 1")
    number = do(counterparts.register, late.member_id, told, source, told_at)
    with pytest.raises(InputError) as typed:
        _written(late, 45, HEIR, "letter 1")
    assert typed.value.faults[0].code == "COL-016"
    for nobody in (Registered(Whom.HEIR, number + 1), Registered(Whom.COUNSEL, number)):
        with pytest.raises(InputError) as unknown:
            _written(late, 45, nobody, "letter 1")
        assert unknown.value.faults[0].code == "COL-017"
    letter = _written(late, 45, Registered(Whom.HEIR, number), "letter 1")
    kept = rows("SELECT counterpart_id, sealed FROM documents_addressee")
    assert kept == [(number, None)], "the address stands in the register alone"
    assert do(archive.addressed, letter, "staff 1", at(on_day(45))) is None, "nobody died"
    assert "counterpart_read" not in kinds_of(late.member_id)
    do(commands.suspend, late.key, Stop.DECEASED, late.made(on_day(46), "heir"))
    do(holds.put, late.member_id, Wish(HoldKind.DECEASED), Source("staff 1", "x"), at(on_day(46)))
    to = do(archive.addressed, letter, "staff 1", at(on_day(46)))
    assert to == Address("相続 一郎", "1050014", "東京都港区芝1-1")
    asked = rows("SELECT purpose, channel, whom, counterpart FROM contact_attempt"
                 " WHERE valid_until IS NOT NULL")  # fmt: skip
    assert asked[-1] == ("arrears", "post", "heir", f"counterpart {number}")
    assert kinds_of(late.member_id).count("counterpart_read") == 1
    assert rows("SELECT count(*) FROM contact_use") == [(1,)]
    do(counterparts.end, late.member_id, number, "staff 1", at(on_day(47)))
    before = rows("SELECT count(*) FROM contact_attempt")
    assert do(archive.addressed, letter, "staff 1", at(on_day(49))) is None
    assert rows("SELECT count(*) FROM contact_attempt") == before, "nothing is even asked"
    told_of = rows("SELECT subject ->> 'to' FROM journal_row WHERE kind = 'collection_paper'")
    assert told_of == [(f"counterpart {number}",)]


def test_a_permit_to_write_opens_no_number_and_one_to_call_no_address(
    late: Late, house: House
) -> None:
    told_at = at(on_day(44))
    reach = counterparts.Reach("後見 太郎", "", "0312340000", "東京都港区芝1-1", "1050014")
    told = counterparts.Told(Whom.GUARDIAN, counterparts.Proof.REGISTER, told_at.date(), reach)
    number = do(counterparts.register, late.member_id, told, Source("staff 1", "f"), told_at)
    sign = gate.counterpart(number)
    ours = KNOWN.outgoing(told_at.date())[0].digits
    write = gate.Wanted(Purpose.ARREARS, "letter 1", "staff 1", way=Channel.POST,
                        whom=Whom.GUARDIAN, counterpart=sign)  # fmt: skip
    call = gate.Wanted(Purpose.ARREARS, "call 1", "staff 1", ours, KNOWN, whom=Whom.GUARDIAN,
                       counterpart=sign)  # fmt: skip
    moment = at(on_day(45))
    to_write, to_call = (do(gate.ask, late.member_id, one, moment) for one in (write, call))
    with pytest.raises(NotAllowedError):
        do(gate.other, to_write, number, moment)
    with pytest.raises(NotAllowedError):
        do(gate.other_address, to_call, number, moment)
    assert do(gate.other_address, to_write, number, moment) == reach
    with pytest.raises(NotAllowedError):
        do(gate.other_address, to_write, number, moment)
    worse = replace(told, reach=reach._replace(postcode=""))
    with pytest.raises(InputError) as half:
        do(counterparts.register, late.member_id, worse, Source("staff 1", "g"), told_at)
    assert half.value.faults[0].code == "CPN-012"


@pytest.mark.rule("COLL-010")
def test_after_counsels_notice_a_demand_goes_to_counsel_alone(late: Late) -> None:
    own, to_counsel = _written(late, 45), _written(late, 45, COUNSEL, "letter 7")
    do(commands.suspend, late.key, Stop.COUNSEL, late.made(on_day(46), "counsel"))
    assert do(archive.addressed, own, "staff 1", at(on_day(46))) is None
    assert do(archive.addressed, to_counsel, "staff 1", at(on_day(46))) == COUNSEL.to
    stored = rows("SELECT whom, sealed FROM documents_addressee")
    assert stored[0][0] == "counsel"
    assert "山田".encode() not in bytes(stored[0][1])


@pytest.mark.rule("COLL-006")
def test_who_died_is_not_written_to_but_an_heir_is(late: Late) -> None:
    own, to_heir = _written(late, 45), _written(late, 45, HEIR, "letter 8")
    assert do(archive.addressed, to_heir, "staff 1", at(on_day(45))) is None, "nobody died"
    do(
        holds.put,
        late.member_id,
        Wish(HoldKind.DECEASED),
        Source("staff 1", "form"),
        at(on_day(46)),
    )
    assert do(archive.addressed, own, "staff 1", at(on_day(46))) is None
    assert do(archive.addressed, to_heir, "staff 1", at(on_day(46))) == HEIR.to


@pytest.mark.rule("COLL-008")
@pytest.mark.parametrize("whom", [Whom.OWN, Whom.THIRD, Whom.WORKPLACE])
def test_nobody_else_is_written_to(late: Late, whom: Whom) -> None:
    to = Addressee(whom, COUNSEL.to)
    with pytest.raises(InputError) as refused:
        do(letters.write, Draft(late.key, Kind.DEMAND, "letter 9", to), KNOWN, at(on_day(45)))
    assert refused.value.faults[0].code == "COL-010"
    assert do(archive.waiting) == []


def test_nothing_is_written_where_nothing_is_late(late: Late) -> None:
    with pytest.raises(NotFoundError) as refused:
        do(letters.write, Draft(late.key, Kind.DEMAND, "letter 1"), KNOWN, at(DUE))
    assert refused.value.faults[0].code == "COL-012"


# -------------------------------------------------------------------------------- who collects
@pytest.mark.rule("COLL-016")
def test_who_collects_is_told_in_writing(late: Late) -> None:
    asking = Asking(late.key, "中村 葵", 3, "talk 12")
    given = do(letters.identify, asking, KNOWN, at(on_day(10)))
    about = dunned(late, 10)
    home = replace(about.subject.borrower, address=HOME.text)
    about = replace(about, subject=replace(about.subject, borrower=home))
    draws = do(letters._draws, about)
    paper = collecting.identification(about, "中村 葵", letters.AUTHORITY, draws)
    said = said_on(paper)
    assert missing(Kind.IDENTIFICATION, paper) == ()
    assert said["取立てを行う者の氏名"] == "中村 葵"
    assert "受領" in said["弁済を受領する権限"]
    assert said["極度額"] == "500,000円"
    assert said["貸付けの金額"] == "200,000円"
    assert {one.law.split("5項")[-1][:2] for one in IDENTIFICATION} >= {"1号", "2号", "3号", "4号"}
    assert kinds_of(late.member_id)[-1] == "collector_named"
    kept = rows("SELECT staff_id, paper_no FROM care_identification")
    assert kept == [(3, given.paper_no)]
    again = do(letters.identify, asking, KNOWN, at(on_day(11)))
    assert (again.paper_no, again.is_repeat) == (given.paper_no, True)
    (letter,) = do(archive.waiting)
    to = do(archive.addressed, letter, "staff 3", at(on_day(10), 23))
    assert to is not None
    assert to.text == HOME.text, "what the law gives goes at any hour"


@pytest.mark.rule("COLL-016")
@pytest.mark.parametrize("name", ["", "  "])
def test_without_a_name_nobody_collects(late: Late, name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        do(letters.identify, Asking(late.key, name, 3, "talk 12"), KNOWN, at(on_day(10)))
    assert refused.value.faults[0].code == "DCM-001"
    assert do(archive.waiting) == []
    assert rows("SELECT FROM care_identification") == []


def test_the_auditor_reads_no_address(late: Late, database: Database) -> None:
    _written(late, 45, COUNSEL)
    with database.connect(Role.AUDIT) as audit:
        assert audit.execute("SELECT whom FROM documents_addressee").fetchone() == ("counsel",)
        with pytest.raises(Exception, match="permission denied"):
            audit.execute("SELECT sealed FROM documents_addressee")
