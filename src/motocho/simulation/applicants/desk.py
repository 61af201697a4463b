"""The desk: each deed once for its form, by whoever may do it or may not [審査の窓口].

Everything is found again in the database by the applicant's number, so that a desk that was killed
is followed by another one that knows nothing: it does the same deed under the same form.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import IntegrityError, connection, transaction

from motocho.contact import directory
from motocho.contact.holds import Source
from motocho.documents.archive import Signed
from motocho.kernel.schedule import Scheme
from motocho.loans import commands, products, queries
from motocho.loans.commands import Made, Opening, Surveyed
from motocho.outside.bureau import Form
from motocho.people import consents, members, staff
from motocho.people.access import Role, Staff
from motocho.people.consents import Consent, Told
from motocho.people.facts import history, values
from motocho.screening import applications, bureau, identity
from motocho.screening.applications import (
    ApplicationKey,
    Check,
    Confirmation,
    Entry,
    Kept,
    Reason,
    Said,
    Use,
    Wanted,
    Why,
)
from motocho.screening.applying import signals
from motocho.screening.bureau import answers, inquiries
from motocho.screening.capacity import Paper, PaperKind, Slip, law_of
from motocho.screening.decision import Verdict
from motocho.screening.identity import Checked, Declared, Evidence, Liveness, Method, Shown
from motocho.screening.identity import Paper as IdentityPaper
from motocho.simulation import world
from motocho.simulation.applicants.people import BEGINS_ON, Applicant, Deed, Sort
from motocho.units.errors import Fault, Language, MotochoError, NotFoundError, StateConflict

HandIn = Callable[[Any, int, str, datetime], None]
"""Puts a document of a member there under a reference, once [書類の提出]."""
PRODUCT_ID, COMPANY, BUREAU = "crowd", "9999", "fake"
SINCE, LONG_AGO = date(2015, 4, 1), date(2020, 1, 1)
_HOME = "東京都千代田区千代田1-1"
_VALID_UNTIL = date(2030, 4, 30)
_REF_SIGNS = 22
_COLLEAGUES = (
    ("akita", Role.REVIEWER), ("ito", Role.REVIEWER), ("mori", Role.SUPERVISOR),
    ("ueda", Role.OPERATOR),
)  # fmt: skip


# ---------------------------------------------------------------------------------- who is there
@dataclass(frozen=True, slots=True)
class Hall:
    """Who works here [窓口の担当者]."""

    enterer: Staff
    first: Staff
    second: Staff
    unfit: Staff
    """No reviewer."""
    hand_in: HandIn


def open_hall(cursor: Any, at: datetime) -> None:
    """A product, colleagues, a bureau; from today on no contract but by an application [開設]."""
    card = replace(
        world.products(LONG_AGO)[0], product_id=PRODUCT_ID, from_on=LONG_AGO, free_days=0
    )
    products.publish(cursor, card, at)
    on, first = at.date(), Staff(1, frozenset({Role.ADMINISTRATOR}))
    for place, (name, role) in enumerate(_COLLEAGUES):
        joiner = staff.Joiner(name, name.title(), on - timedelta(days=30), frozenset({role}))
        staff.join(cursor, joiner, first if place else None, at)
    joined = bureau.Bureau(BUREAU, COMPANY, LONG_AGO, Form.FIXED, bureau.Terms.CIC, is_asked=True)
    bureau.join(cursor, joined, "cli", at)
    applications.require(cursor, on, "cli", at)
    identity.require(cursor, on, "cli", at)


def hall_of(cursor: Any, on: date, hand_in: HandIn) -> Hall:
    """Whoever works on a day [その日の担当者]."""
    found = [staff.active(cursor, number, on) for number in range(1, len(_COLLEAGUES) + 1)]
    enterer, first, second, unfit = (one for one in found if one is not None)
    return Hall(enterer, first, second, unfit, hand_in)


# -------------------------------------------------------------------------------------- one deed
def warm() -> None:
    """Read what every deed reads, so that a process that is forked has it already [準備]."""
    directory.shipped()
    law_of(BEGINS_ON)
    Fault("SCR-140").what(Language.JA)


# -------------------------------------------------------------------------------------- one deed
@dataclass(frozen=True, slots=True)
class Turn:
    """One deed of one applicant [一つの行為]; `place` tells it from the same one later."""

    applicant: Applicant
    deed: Deed
    place: int
    at: datetime

    @property
    def ref(self) -> str:
        """The form of it: the same when it is done again [様式の番号]."""
        return f"{self.applicant.number} {self.deed.value} {self.place}"


def play(hall: Hall, turn: Turn) -> str:
    """Do a deed, in its own transaction [行為の実行]; gives `done`, or the code that refused it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            _DEEDS[turn.deed](_Doing(cursor, hall, turn))
    except MotochoError as error:
        return error.faults[0].code
    except IntegrityError as error:
        named = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        return f"rule {named}"
    return "done"


class _Doing:
    """What every deed needs: the cursor, who does it, about whom."""

    def __init__(self, cursor: Any, hall: Hall, turn: Turn) -> None:
        self.cursor, self.hall, self.turn = cursor, hall, turn
        self.one, self.at = turn.applicant, turn.at

    @cached_property
    def member_id(self) -> int:
        return members.by_number(self.cursor, self.one.member_number).member_id

    @cached_property
    def key(self) -> ApplicationKey:
        """The newest application of theirs."""
        found = applications.forms.of_member(self.cursor, self.member_id)
        if not found:
            raise NotFoundError(Fault("SCR-201", excerpt=self.one.member_number))
        return found[0].key

    @property
    def made(self) -> Made:
        return Made("desk", self.turn.ref, self.at.date(), self.at, self.hall.first.actor)

    @property
    def form(self) -> tuple[str, datetime]:
        return self.turn.ref, self.at

    def source(self, actor: str = "member") -> Source:
        return Source(actor, self.turn.ref)

    def newest(self) -> Kept:
        found = applications.decisions.newest(self.cursor, self.key)
        if found is None:
            raise StateConflict(Fault("SCR-209"))
        return found

    def document(self, of_member: int) -> str:
        ref = hashlib.sha256(f"{self.turn.ref} {of_member}".encode()).hexdigest()[:_REF_SIGNS]
        self.hall.hand_in(self.cursor, of_member, ref, self.at)
        return ref


# ----------------------------------------------------------------------------- what the person does
def _join(do: _Doing) -> None:
    one, cursor = do.one, do.cursor
    try:
        members.by_number(cursor, one.member_number)
    except NotFoundError:
        member_id = members.register(cursor, one.person, one.member_number, do.at).member_id
        account = values.BankAccount(
            "0001", "001", "ordinary", f"{one.hand:07d}",
            f"{one.person.family_kana} {one.person.given_kana}",
        )  # fmt: skip
        facts: dict[values.Kind, values.Value] = {
            values.Kind.MOBILE_PHONE: values.Phone(one.digits),
            values.Kind.BANK_ACCOUNT: account,
        }
        for kind, value in facts.items():
            change = history.Change(member_id, kind, value, do.at.date(), do.turn.ref)
            history.record(cursor, change, history.Teller("member", history.Road.IMPORT), do.at)


def _consent(do: _Doing) -> None:
    told = Told("member", do.turn.ref, "words 1")
    bureau.give_all(do.cursor, do.member_id, told, do.at)
    by_wire = Consent(consents.Kind.ELECTRONIC_DELIVERY, "pre_contract")
    consents.give(do.cursor, do.member_id, by_wire, told, do.at)


def _take_back(do: _Doing) -> None:
    wanted = Consent(consents.Kind.BUREAU, consents.REPORTING[0])
    consents.withdraw(do.cursor, do.member_id, wanted, Told("member", do.turn.ref), do.at)


def _submit(do: _Doing) -> None:
    line = applications.Plan(PRODUCT_ID, Scheme.EVERY_35_DAYS)
    said = Said(do.one.stated_yen, sum(do.one.claims), SINCE)
    wanted = Wanted(line, do.one.limit_yen, Use.LIVING, said)
    before = applications.forms.of_member(do.cursor, do.member_id)
    found = applications.submit(do.cursor, do.member_id, wanted, do.source(), do.at)
    if found.key not in {one.key for one in before}:
        browser = hashlib.sha256(f"browser {do.one.hand}".encode()).digest()
        origin = signals.Origin(f"{do.one.member_number}@example.jp", browser)
        signals.note(do.cursor, found.key, origin, do.at)


def _withdraw(do: _Doing) -> None:
    applications.withdraw(do.cursor, do.key, do.source(), do.at)


def _agree(do: _Doing) -> None:
    applications.accept(do.cursor, do.newest(), do.source(), do.at)


def _identify(do: _Doing) -> None:
    """By the chip of a licence, or by a certificate whose card has no number that is kept."""
    one = do.one
    name = f"{one.person.family_name} {one.person.given_name}"
    declared = Declared(name, _HOME, one.person.born_on, "生計費のため", "会社員")
    shown_name = "他人 太郎" if one.sort is Sort.STOLEN else name
    by_chip = int(one.licence) % 2 == 0
    kind = IdentityPaper.DRIVING_LICENCE if by_chip else IdentityPaper.MY_NUMBER_CARD
    number = one.licence if by_chip else ""
    shown = Shown(kind, shown_name, one.person.born_on, _HOME, number, None, _VALID_UNTIL)
    face = Liveness.OTHER if one.sort is Sort.STOLEN else Liveness.SAME
    method = Method.CHIP if by_chip else Method.CERTIFICATE
    checked = Checked(method, do.at.date(), (shown,), face=face, is_signed=True)
    source = do.source(do.hall.enterer.actor)
    found = identity.keep(do.cursor, do.member_id, Evidence(declared, checked), source, do.at)
    if isinstance(found, tuple):
        raise StateConflict(found[0].fault())


# ------------------------------------------------------------------------------- what the desk does
def papers_of(one: Applicant, on: date) -> tuple[Paper, ...]:
    """The papers that somebody hands in, as they are read [収入証明書]."""
    monthly_yen = one.income_yen // 12
    latest = on.replace(day=1) - timedelta(days=1)
    days = (latest.replace(day=1) - timedelta(days=1), latest)
    slips = tuple(Slip(day.replace(day=25), monthly_yen) for day in days)
    by_slips = Paper("", PaperKind.PAY_SLIPS, stream="employer", slips=slips)
    of_year = Paper(
        "", PaperKind.WITHHOLDING_SLIP, stream="employer", year=one.paper_year,
        annual_yen=one.income_yen,
    )  # fmt: skip
    if one.sort is Sort.FORGER:
        # A year three times what its months earn.
        low = tuple(replace(slip, pay_yen=slip.pay_yen // 3) for slip in slips)
        return of_year, replace(by_slips, slips=low)
    return (by_slips if one.by_slips and one.sort is Sort.HONEST else of_year,)


def adds_up(papers: tuple[Paper, ...]) -> bool:
    """Whether months and years of some papers agree within a half [合計の照合]."""
    years = [one.annual_yen for one in papers if one.annual_yen is not None]
    months = [12 * slip.pay_yen for one in papers for slip in one.slips]
    return all(abs(year - month) * 2 <= year for year in years for month in months)


def _enter(do: _Doing) -> None:
    for place, paper in enumerate(papers_of(do.one, do.at.date())):
        entry = Entry(do.document(do.member_id), paper)
        form = (f"{do.turn.ref} {place}", do.at)
        applications.enter_paper(do.cursor, do.key, entry, do.hall.enterer, form)


def _enter_another_s(do: _Doing) -> None:
    other = members.by_number(do.cursor, str(_lent_by(do.one))).member_id
    entry = Entry(do.document(other), papers_of(do.one, do.at.date())[0])
    applications.enter_paper(do.cursor, do.key, entry, do.hall.enterer, do.form)


def _lent_by(one: Applicant) -> int:
    """The number of whoever's paper is borrowed: of the victim, else of one before."""
    victim = one.victim if one.victim is not None else max(0, one.number - 1)
    return int(one.member_number) - one.number + victim


def _confirm_work(do: _Doing) -> None:
    found = Confirmation(SINCE, do.at.date(), do.document(do.member_id))
    applications.confirm_employment(do.cursor, do.key, found, do.hall.enterer, do.form)


_TELLING = frozenset({signals.Alike.ACCOUNT, signals.Alike.DEVICE})


def _look_up(do: _Doing) -> None:
    papers = tuple(one.paper for one in applications.evidence.papers(do.cursor, do.key))
    alike = {one.kind for one in signals.of(do.cursor, do.key)}
    found = {
        Check.BARRED_TIES: do.one.sort is Sort.BARRED,
        Check.SUSPICION: not adds_up(papers) or bool(alike & _TELLING),
    }
    for check, is_found in found.items():
        applications.record_check(do.cursor, do.key, (check, is_found), do.hall.enterer, do.form)


def _judge(do: _Doing) -> None:
    """A doubtful answer is of whoever has the phone that we know, or of nobody found."""
    for asked in inquiries.of_member(do.cursor, do.member_id):
        if asked.state is not inquiries.State.DOUBTFUL:
            continue
        of = answers.kept(do.cursor, asked.key)[-1]
        reading = (do.hall.enterer.actor, "survey match", do.at)
        found = answers.read(do.cursor, of, reading).found
        places = [n for n, one in enumerate(found) if do.one.digits in one.person.phones]
        judged = answers.Judged(of.answer_no, places[0] if places else None)
        answers.judge(do.cursor, asked.key, judged, (do.hall.enterer, do.made))


def _decide(do: _Doing) -> None:
    applications.make(do.cursor, do.key, do.hall.first, do.at)


def _decide_unfit(do: _Doing) -> None:
    applications.make(do.cursor, do.key, do.hall.unfit, do.at)


def _approve_own(do: _Doing) -> None:
    applications.approve(do.cursor, do.newest(), do.hall.enterer, do.at)


_HARMLESS = "house.disputed"


def _approve(do: _Doing, staff_of: Staff) -> None:
    """What was sent to a person is refused, but where the bureau alone is in dispute."""
    made = do.newest()
    if made.verdict is Verdict.REFER:
        findings = applications.decisions.document(do.cursor, made)["findings"]
        waiting = {one["rule"] for one in findings if one["outcome"] != "pass"}
        if not waiting <= {_HARMLESS}:
            _refuse(do, made, Reason.CAPACITY, staff_of)
            return
    if made.verdict is Verdict.REFUSE:
        _refuse(do, made, Reason.RULES, staff_of)
        return
    applications.approve(do.cursor, made, staff_of, do.at)


def _refuse(do: _Doing, made: Kept, reason: Reason, staff_of: Staff) -> None:
    applications.refuse_decided(do.cursor, made, Why(reason), staff_of, do.form)


def _show(do: _Doing) -> None:
    lender = directory.shipped().lender
    applications.show_terms(do.cursor, do.newest(), lender, do.at)


def _conclude(do: _Doing) -> None:
    made = do.newest()
    cause = f"application {made.key.application_id} decision {made.decision_no}"
    do.cursor.execute(
        "SELECT paper_no FROM documents_paper WHERE member_id = %s AND cause = %s",
        (made.key.member_id, cause),
    )
    row = do.cursor.fetchone()
    signed = (0 if row is None else int(row[0]), Signed.BY_WIRE)
    applications.conclude(do.cursor, made.key, signed, do.made)


def _go_round(do: _Doing) -> None:
    """A survey by hand, and a contract on it, as if there were no applications."""
    said = queries.newest_answer(do.cursor, do.member_id)
    if said is None:
        raise NotFoundError(Fault("SCR-113"))
    looked = Surveyed(100_000, said, 90_000_000, "by hand")
    made = replace(do.made, external_ref=f"{do.turn.ref} survey")
    survey_id = commands.surveys.make(do.cursor, do.member_id, looked, made)
    opening = Opening(PRODUCT_ID, 100_000, Scheme.EVERY_35_DAYS, 0, survey_id)
    commands.open_agreement(do.cursor, do.member_id, opening, do.made)


_DEEDS: Mapping[Deed, Callable[[_Doing], None]] = {
    Deed.JOIN: _join,
    Deed.CONSENT: _consent,
    Deed.TAKE_BACK: _take_back,
    Deed.SUBMIT: _submit,
    Deed.IDENTIFY: _identify,
    Deed.ENTER: _enter,
    Deed.ENTER_ANOTHER_S: _enter_another_s,
    Deed.CONFIRM_WORK: _confirm_work,
    Deed.LOOK_UP: _look_up,
    Deed.JUDGE: _judge,
    Deed.DECIDE: _decide,
    Deed.DECIDE_UNFIT: _decide_unfit,
    Deed.APPROVE_OWN: _approve_own,
    Deed.APPROVE_FIRST: lambda do: _approve(do, do.hall.first),
    Deed.APPROVE_SECOND: lambda do: _approve(do, do.hall.second),
    Deed.SHOW: _show,
    Deed.AGREE: _agree,
    Deed.CONCLUDE: _conclude,
    Deed.GO_ROUND: _go_round,
    Deed.WITHDRAW: _withdraw,
}
