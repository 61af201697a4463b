"""What lies on the desk beside calls: cases, what waits for two, calls of the day before [案件].

By the rooms' own commands, each with a source of the day: told again that day, nothing more comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from motocho.care import approvals, settings
from motocho.care.cases import disclosures, draw_checks, frauds
from motocho.care.collections import settlements
from motocho.care.reasons import catalogue, endings, talks
from motocho.care.settings import Draft, Setting
from motocho.care.support import families
from motocho.contact import counterparts
from motocho.contact.counterparts import Proof, Reach
from motocho.contact.directory import shipped
from motocho.contact.guard import Whom
from motocho.contact.holds import Source
from motocho.loans import queries
from motocho.loans.commands import Key, Made
from motocho.loans.payouts import Signal
from motocho.outside.bank import next_business_day, previous_business_day
from motocho.outside.clock import JAPAN
from motocho.people import members, staff
from motocho.people.access import Staff
from motocho.screening import increases
from motocho.screening.eligibility import Asked
from motocho.simulation.demonstration.colleagues import COLLEAGUES
from motocho.units.errors import NotFoundError, RefusedError

_ACTOR = "demo"
_PAID_PERCENT = 90
_MORE_YEN, _INCOME_YEN = 100_000, 4_800_000
_KNOWN = frozenset({talks.Item.BIRTH_DATE, talks.Item.ADDRESS, talks.Item.NAME_READING})
_INSTALMENT_YEN = 10_000
_HOURS = (time(10, 20), time(18, 40))
_CALL_LASTS = timedelta(minutes=3)
_OFFER_DAYS = ("offer_open_days: 7 ", "offer_open_days: 10")


@dataclass(frozen=True, slots=True)
class Day:
    """The day that is made ready, and who sits at the desk [準備する日]."""

    at: datetime
    business_on: date
    persons: Mapping[str, Staff]

    def ref(self, what: str) -> str:
        """What was told counts once a day [出所]."""
        return f"demo {self.business_on} {what}"

    def source(self, what: str) -> Source:
        """The same, with who told it."""
        return Source(_ACTOR, self.ref(what))

    def made(self, what: str) -> Made:
        """The same, for commands that move money or stop it."""
        return Made(_ACTOR, self.ref(what), self.business_on, self.at, _ACTOR)


def day(cursor: Any, at: datetime, business_on: date) -> Day:
    """A day with the colleagues who are there [準備する日]."""
    known = {one.login_name: one.staff_id for one in staff.accounts(cursor)}
    persons = {
        one.login_name: Staff(known[one.login_name], one.roles)
        for one in COLLEAGUES
        if one.login_name in known
    }
    return Day(at, business_on, persons)


# -------------------------------------------------------------------------------- what was told us
def tell(cursor: Any, keys: Sequence[Key], day: Day) -> Iterator[int]:
    """One case each, for members who pay as agreed [案件の受付].

    Gives     whose they are, as they come.
    """
    for told, key in zip(_CASES, keys, strict=False):
        told(cursor, key, day)
        yield key.member_id


def _ask_history(cursor: Any, key: Key, day: Day) -> None:
    asked = disclosures.Asked(
        disclosures.Kind.HISTORY, disclosures.Who.MEMBER,
        disclosures.Channel.PHONE, disclosures.Delivery.REGISTERED_ADDRESS,
    )  # fmt: skip
    disclosures.take(cursor, key.member_id, asked, day.source("disclosure"), day.at)


def _hold_draw(cursor: Any, key: Key, day: Day) -> None:
    held = draw_checks.Held(30_000, frozenset({Signal.TOLD_BY, Signal.ON_CALL}))
    draw_checks.hold(cursor, key, held, day.made("draw check"))


def _report_fraud(cursor: Any, key: Key, day: Day) -> None:
    drawn = frauds.draws(cursor, key, day.business_on)
    disputed = frauds.Disputed(key.agreement_id, max(drawn, default=frauds.WHOLE))
    words = "身に覚えのない借入が明細にあります。カードは手元にあります。"
    told = frauds.Told(frauds.Kind.CARD, frauds.Reporter.MEMBER, words, (disputed,))
    frauds.tell(cursor, key.member_id, told, day.made("fraud"))


def _worry(cursor: Any, key: Key, day: Day) -> None:
    person = members.one(cursor, key.member_id).person
    kana = f"{person.family_kana} {person.given_kana}"
    worry = families.Worry(
        families.Relation.SPOUSE, families.Concern.SPENDING, kana, person.born_on,
        "最近、買い物が増えていて心配です。",
    )  # fmt: skip
    families.record(cursor, worry, day.source("family"), day.at)


def _stand_in(cursor: Any, key: Key, day: Day) -> None:
    """A guardian: the member is not called any more, who stands in their place is."""
    reach = Reach(
        "後見 あゆみ", "みほん後見事務所", "0300000290", "東京都千代田区見本町8-1", "1000001"
    )
    proof_on = day.business_on - timedelta(days=20)
    told = counterparts.Told(Whom.GUARDIAN, Proof.REGISTER, proof_on, reach)
    counterparts.register(cursor, key.member_id, told, day.source("guardian"), day.at)


_Told = Callable[[Any, Key, Day], None]
_CASES: tuple[_Told, ...] = (_ask_history, _hold_draw, _report_fraud, _worry, _stand_in)
TOLD = len(_CASES)
"""So many members have a case."""


def apply(cursor: Any, keys: Sequence[Key], day: Day) -> Iterator[int]:
    """The first who may ask for a higher limit does [増額の申込み]; nobody where none may."""
    for key in keys:
        position = queries.position(cursor, key, day.business_on)
        asked = Asked(position.limit_yen + _MORE_YEN, _INCOME_YEN)
        found = increases.apply(cursor, key, asked, day.source("increase"), day.at)
        if isinstance(found, increases.Increase):
            yield key.member_id
            return


# ------------------------------------------------------------------------- what waits for another
def ask_two(cursor: Any, late: Sequence[Key], day: Day) -> None:
    """What needs two persons [承認の依頼]: a setting, and a settlement of who is late enough."""
    supervisor, operator = (day.persons.get(name) for name in ("supervisor2", "operator"))
    if supervisor is not None:
        _propose(cursor, supervisor, day)
    if operator is not None:
        _ask_settlement(cursor, late, operator, day)


def _propose(cursor: Any, by: Staff, day: Day) -> None:
    """Offers that stay open for longer; once, until somebody decided."""
    if settings.requests(cursor, Setting.RELIEFS):
        return
    told = settings.shipped(Setting.RELIEFS).replace(*_OFFER_DAYS)
    effective_on = next_business_day(day.business_on)
    reason = "連休をはさむと、考える時間が足りないため"
    draft = Draft(Setting.RELIEFS, told, effective_on, reason, day.ref("setting"))
    settings.propose(cursor, draft, by, day.at)


def _ask_settlement(cursor: Any, late: Sequence[Key], by: Staff, day: Day) -> None:
    """One that waits is enough; nobody is asked for who is not late enough."""
    queue = approvals.Queue((settlements.SETTLEMENT,))
    if approvals.waiting(cursor, by, day.at, queue):
        return
    asking = settlements.Asking(
        by, "収入が減り、全額は払えないとのこと", day.ref("settlement"), day.at
    )
    for key in late:
        owed_yen = queries.position(cursor, key, day.business_on).principal_yen
        paid_yen = owed_yen * _PAID_PERCENT // 100
        road = settlements.Road.VOICE
        offer = settlements.Offer(key, paid_yen, _INSTALMENT_YEN, road, day.business_on)
        with suppress(RefusedError):
            settlements.ask(cursor, offer, asking)
            return


# -------------------------------------------------------------------------------- the day before
def call_before(cursor: Any, late: Sequence[Key], others: Sequence[Key], day: Day) -> None:
    """A few calls of the last business day, ended [前営業日の通話]: for reviews and for best hours.

    Who may not be called is not called; the gate keeps why.
    """
    operator = day.persons.get("operator")
    if operator is None or talks.unfinished(cursor, operator.actor) is not None:
        return
    caller = talks.Caller(staff.account(cursor, operator.staff_id).name, operator.actor)
    on = previous_business_day(day.business_on)
    for place, (hour, key) in enumerate(zip(_HOURS, reversed(late), strict=False)):
        at, source = datetime.combine(on, hour, JAPAN), day.ref(f"call {place}")
        reason = catalogue.Reason.REPAYMENT
        wanted = talks.Wanted(reason, caller, shipped(), key, source=source)
        with suppress(NotFoundError):  # nobody had a number of theirs on that day
            begun = talks.begin(cursor, key.member_id, wanted, at)
            if isinstance(begun, talks.Begun):
                _end(cursor, begun.key, endings.Told("absent", "応答なし。"), caller, at)
    for place, (hour, key) in enumerate(zip(_HOURS, reversed(others), strict=False)):
        at = datetime.combine(on, hour, JAPAN) + timedelta(minutes=20)
        incoming = talks.Incoming(caller, day.ref(f"incoming {place}"))
        taken = talks.take(cursor, key.member_id, incoming, at)
        if not talks.one(cursor, taken).ending:
            talks.identify(cursor, taken, _KNOWN, caller.actor, at)
            told = endings.Told("done", "引落しの日の確認。次回の返済日を案内した。")
            _end(cursor, taken, told, caller, at)


def _end(
    cursor: Any, key: talks.TalkKey, told: endings.Told, caller: talks.Caller, began_at: datetime
) -> None:
    at = began_at + _CALL_LASTS
    made = Made("desk", f"talk {key.attempt_id}", at.date(), at, caller.actor)
    endings.finish(cursor, key, told, made, shipped())
