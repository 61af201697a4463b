"""Calls for a reason: begun with a permit, told nothing before the member is known [用件の通話].

    match talks.begin(cursor, member_id, Wanted(Reason.REPAYMENT, caller, directory), at):
        case Begun() as begun: begun.phone, begun.parts     # what anybody may hear
        case Closed() as closed: ...                         # the gate's reasons
        case refusals: ...                                   # the reason is none for this member
    talks.identify(cursor, begun.key, items, by, at)         # what only the member hears
    talks.take(cursor, member_id, Incoming(caller), at)      # the member called us

How one ends, and what follows, stands in `endings`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from motocho.care.reasons import catalogue, scripts, targets
from motocho.care.reasons.catalogue import Card, Part, Reason
from motocho.care.reasons.scripts import Persons, Proposed, Said
from motocho.care.reasons.targets import Aim, Asked
from motocho.contact import counterparts, gate, guard, holds
from motocho.contact.directory import Directory
from motocho.contact.gate import Closed, Permit
from motocho.contact.guard import Channel, Facts, Hand, Hindrance, Purpose, Way, Whom
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.citation import parse_citations
from motocho.law.rules import Refusal
from motocho.loans import products
from motocho.loans.commands import Key
from motocho.outside.clock import JAPAN
from motocho.people import members
from motocho.people.facts import values
from motocho.units.errors import (
    Fault,
    InputError,
    NotFoundError,
    RefusedError,
    StateConflict,
    broken,
)


class Item(Enum):
    """What somebody on the line said of themselves, and was right about [本人確認の項目]."""

    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    PHONE_DIGITS = "phone_digits"
    NAME_READING = "name_reading"
    EMPLOYER = "employer"


LEAST_ITEMS = 3
"""Of the five; `reception.checks` compares what is said, and nothing else opens a script."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls [架電者]: the personal name that is said, and who it is in our records."""

    name: str
    actor: str
    hand: Hand = Hand.STAFF
    """A supervisor may call where a complaint about calls is open · DESK-004."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to call for [架電の申出]; fixed before dialling · COLL-018."""

    reason: Reason
    caller: Caller
    directory: Directory
    key: Key | None = None
    """Which agreement, where there are several."""
    proposed: Proposed | None = None
    """The terms that are told, where some are."""
    source: str = ""
    """One sending of one form; sent twice it begins one call. Empty where nothing is sent twice."""
    counterpart_id: int | None = None
    """Who is called in the member's place (`contact.counterparts`): counsel, guardian, heir."""
    override: str = ""
    """Why a supervisor calls where a rule of the house keeps others from it."""


class TalkKey(NamedTuple):
    """One call of a member [通話]; the attempt's number."""

    member_id: int
    attempt_id: int


@dataclass(frozen=True, slots=True)
class Begun:
    """A call that may be made now [架電]: the number, until when, and what anybody may hear."""

    key: TalkKey
    card: Card
    phone: str
    our_number: str
    valid_until: datetime
    parts: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """A call as it is kept [通話の記録]; the ending is empty while it goes on."""

    key: TalkKey
    reason: Reason
    agreement_id: int | None
    offered_yen: int | None
    offered_rate_ppm: int | None
    """What was offered below the product's rate."""
    product: tuple[str, int] | None
    workplace_no: int | None
    caller: Caller
    began_at: datetime
    called: str
    """Which of the member's numbers; `inbound` where the member called."""
    counterpart_id: int | None
    """Who was called in the member's place."""
    is_identified: bool
    is_asked: bool
    """Somebody asked for names and claim in writing · COLL-016."""
    ending: str
    note: str
    card: Card
    """The reason with everything that belongs to it, as it was on the day of the call."""

    @property
    def is_inbound(self) -> bool:
        """Whether the member called us [受電か]."""
        return self.reason is Reason.INBOUND


Answer: TypeAlias = Begun | Closed | TalkKey | tuple[Refusal, ...]
"""What `begin` gives; a bare key is the call that the same sending began before."""


# ------------------------------------------------------------------------------------- beginning
def begin(cursor: Any, member_id: int, wanted: Wanted, at: datetime) -> Answer:
    """Ask to call a member for a reason; the number comes with the permit [架電の開始].

    What is refused is written down, whoever refused it. Nothing is asked of the gate where the
    reason is none for the member.

    Lock      the caller's seat, then the member's contacts.
    Raises    NotFoundError without a number to call; InputError as `targets.aim` does;
              StateConflict while another call of the caller has no ending.
    """
    card = catalogue.in_force(cursor, at.astimezone(JAPAN).date()).of(wanted.reason)
    if wanted.reason is Reason.INBOUND:
        raise InputError(Fault("RSN-001", column="REASON", excerpt=wanted.reason.value))
    earlier = _take_seat(cursor, member_id, wanted.caller.actor, wanted.source)
    if earlier is not None:
        return earlier
    asked = Asked(card, member_id, wanted.key, wanted.proposed, wanted.caller.name)
    found = targets.aim(cursor, asked, at)
    if not isinstance(found, Aim):
        refused: dict[str, int | str] = {
            "reason": card.reason.value,
            "rules": " ".join(one.rule_id for one in found),
        }
        _tell(cursor, member_id, "call_refused", wanted.caller.actor, (at, refused))
        return found
    called = COUNTERPART
    if wanted.counterpart_id is None:
        called = targets.phone_kind(cursor, card, member_id, at).value
    asked_now = _asked_of_the_gate(card, wanted, at, _whom(cursor, card, member_id, wanted))
    answer = gate.ask(cursor, member_id, asked_now, at)
    if isinstance(answer, Closed):
        return answer
    key = TalkKey(member_id, answer.permit_id)
    _keep(cursor, key, wanted, (found, called), at)
    subject: dict[str, int | str] = {"talk": key.attempt_id, "reason": card.reason.value}
    _tell(cursor, member_id, "call_begun", wanted.caller.actor, (at, subject))
    persons = _persons(cursor, member_id, wanted.caller)
    parts = _first(card, persons, wanted.counterpart_id)
    ours = targets.our_number(wanted.directory, card, at.astimezone(JAPAN).date()).text
    if wanted.counterpart_id is not None:
        phone = gate.other(cursor, answer, wanted.counterpart_id, at)
    else:
        phone = _number(cursor, answer, values.Kind(called), at)
    return Begun(key, card, phone, ours, answer.valid_until, parts)


COUNTERPART = "counterpart"


def _asked_of_the_gate(card: Card, wanted: Wanted, at: datetime, whom: Whom) -> gate.Wanted:
    ours = targets.our_number(wanted.directory, card, at.astimezone(JAPAN).date())
    cause, actor = f"reason {card.reason.value}", wanted.caller.actor
    return gate.Wanted(
        card.purpose,
        cause,
        actor,
        ours.digits,
        wanted.directory,
        whom=whom,
        counterpart=(
            "" if wanted.counterpart_id is None else gate.counterpart(wanted.counterpart_id)
        ),
        hand=wanted.caller.hand,
        override=wanted.override,
    )


def _take_seat(cursor: Any, member_id: int, actor: str, source: str) -> TalkKey | None:
    """Nobody is on two calls at once; gives the call that the same sending began before.

    Lock      the caller's seat, then the member's contacts.
    Raises    StateConflict where another call of the caller has no ending.
    """
    cursor.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('motocho seat', hashtext(%s)))", (actor,)
    )
    holds.lock(cursor, member_id)
    cursor.execute(
        "SELECT attempt_id FROM care_talk WHERE member_id = %s AND source = %s",
        (member_id, source),
    )
    row = cursor.fetchone()
    if row is not None:
        return TalkKey(member_id, int(row[0]))
    going = unfinished(cursor, actor)
    if going is not None:
        number = members.one(cursor, going.member_id).member_number
        details = {"member": number, "call": str(going.attempt_id)}
        raise StateConflict(Fault("CPN-001", details=details))
    return None


def unfinished(cursor: Any, actor: str) -> TalkKey | None:
    """The call of a colleague that has no ending yet [未了の通話]; None if there is none."""
    cursor.execute("SELECT member_id, attempt_id FROM care_talk_open WHERE actor = %s", (actor,))
    row = cursor.fetchone()
    return None if row is None else TalkKey(int(row[0]), int(row[1]))


@dataclass(frozen=True, slots=True)
class Incoming:
    """A call that a member made, and who took it [受電]."""

    caller: Caller
    source: str = ""


def take(cursor: Any, member_id: int, incoming: Incoming, at: datetime) -> TalkKey:
    """A member called: kept with the same script, identity check and endings [受電の開始].

    It is no attempt of ours: nothing of the day's three is taken by it, at whatever hour.

    Lock      the caller's seat, then the member's contacts.
    Raises    StateConflict while another call of the caller has no ending.
    """
    caller = incoming.caller
    earlier = _take_seat(cursor, member_id, caller.actor, incoming.source)
    if earlier is not None:
        return earlier
    cursor.execute(
        "INSERT INTO care_talk (member_id, attempt_id, reason, direction, called, caller_name,"
        " actor, source, began_at)"
        " VALUES (%s, nextval('contact_attempt_attempt_id_seq'), 'inbound', 'in', 'inbound',"
        " %s, %s, nullif(%s, ''), %s) RETURNING attempt_id",
        (member_id, caller.name, caller.actor, incoming.source, at),
    )
    key = TalkKey(member_id, int(cursor.fetchone()[0]))
    subject: dict[str, int | str] = {"talk": key.attempt_id, "reason": Reason.INBOUND.value}
    _tell(cursor, member_id, "call_taken", caller.actor, (at, subject))
    return key


def number(cursor: Any, key: TalkKey, actor: str, at: datetime) -> tuple[str, datetime] | None:
    """The number to dial and until when, while the permit lives [発信する電話番号].

    Only for who began the call, and not after its ending; None where it is over. Each reading is
    written down as the first was. A call that the member made has none.
    """
    talk = one(cursor, key)
    permit = gate.in_force(cursor, key.member_id, key.attempt_id, actor, at)
    if permit is None or talk.ending:
        return None
    if talk.counterpart_id is not None:
        return gate.other_again(cursor, permit, talk.counterpart_id, at), permit.valid_until
    told = gate.shown_again(cursor, permit, values.Kind(talk.called), at)
    if told is None or not isinstance(told.value, values.Phone):
        return None
    return told.value.digits, permit.valid_until


def _whom(cursor: Any, card: Card, member_id: int, wanted: Wanted) -> Whom:
    """Whom the call rings: nobody is called in the member's place but about a payment.

    Raises    InputError where the reason is none for somebody else.
    """
    if wanted.counterpart_id is None:
        return own_whom(card)
    if card.reason is not Reason.REPAYMENT:
        raise InputError(Fault("CPN-011", column="reason"))
    known, _ = counterparts.one(cursor, member_id, wanted.counterpart_id)
    return known.whom


def own_whom(card: Card) -> Whom:
    """Where a reason rings for the member [本人の連絡先]: at work for one alone."""
    return Whom.WORKPLACE if card.purpose is Purpose.EMPLOYMENT else Whom.OWN


def _number(cursor: Any, permit: Permit, kind: values.Kind, at: datetime) -> str:
    told = gate.phone(cursor, permit, kind, at)
    if told is None or not isinstance(told.value, values.Phone):
        broken("a number that is registered can be read", kind=kind)
    return told.value.digits


def _keep(cursor: Any, key: TalkKey, wanted: Wanted, about: tuple[Aim, str], at: datetime) -> None:
    found, called = about
    proposed, workplace = found.proposed, found.workplace
    cursor.execute(
        "INSERT INTO care_talk (member_id, attempt_id, reason, agreement_id, offered_yen,"
        " product_id, product_version, offered_rate_ppm, workplace_no, called, counterpart_id,"
        " caller_name, actor, source, began_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, nullif(%s, ''), %s)",
        (
            *key,
            wanted.reason.value,
            None if found.key is None else found.key.agreement_id,
            None if proposed is None else proposed.limit_yen,
            None if proposed is None else proposed.product.product_id,
            None if proposed is None else proposed.product.version,
            None if proposed is None else proposed.rate_ppm,
            None if workplace is None else workplace.workplace_no,
            called,
            wanted.counterpart_id,
            wanted.caller.name,
            wanted.caller.actor,
            wanted.source,
            at,
        ),
    )


def _first(card: Card, persons: Persons, counterpart_id: int | None) -> tuple[Said, ...]:
    """What is said before it is known who is there: to an office or a house other words."""
    if counterpart_id is None:
        return scripts.before_identity(card, persons)
    return scripts.before_standing_in(card, persons)


def _persons(cursor: Any, member_id: int, caller: Caller) -> Persons:
    return Persons(caller.name, members.one(cursor, member_id).person.family_name)


def _tell(
    cursor: Any, member_id: int, kind: str, actor: str, what: tuple[datetime, dict[str, int | str]]
) -> None:
    at, subject = what
    journal.write(cursor, [Happening(member_id, kind, actor, at, subject)])


# ------------------------------------------------------------------------------ who is on the line
def identify(
    cursor: Any, key: TalkKey, items: frozenset[Item], actor: str, at: datetime
) -> Refusal | None:
    """The member said three things of five that only the member knows [本人確認].

    From then on the script tells what the call is for (`heard`). At a place of work nobody is ever
    told, whoever is on the line · COLL-006, DESK-003.

    Raises    NotFoundError for no such call; StateConflict for one that ended.
    """
    talk = going_on(cursor, key)
    refusal = check_identity(talk.card, items)
    if refusal is not None:
        return refusal
    cursor.execute(
        "INSERT INTO care_talk_identity (member_id, attempt_id, items, actor, identified_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (*key, sorted(one.value for one in items), actor, at),
    )
    return None


def check_identity(card: Card, items: frozenset[Item]) -> Refusal | None:
    """COLL-006: whether what was said is enough to speak of the contract; pure [本人確認の判定].

    Law       貸金業法21条1項5号.
    """
    law = tuple(parse_citations("貸金業法21条1項5号"))
    if Part.IDENTIFY not in card.parts:
        return Refusal("COLL-006", "RSN-025", law)
    if len(items) < LEAST_ITEMS:
        return Refusal("COLL-006", "RSN-026", law, {"least": str(LEAST_ITEMS)})
    return None


def heard(cursor: Any, key: TalkKey, known: Directory, at: datetime) -> tuple[Said, ...]:
    """What may be said on the line now [いま話せる台本]: all of it only to the member.

    Raises    NotFoundError for no such call.
    """
    talk = one(cursor, key)
    persons = _persons(cursor, key.member_id, talk.caller)
    first = _first(talk.card, persons, talk.counterpart_id)
    if not talk.is_identified:
        return first
    today = at.astimezone(JAPAN).date()
    values = scripts.persons_said(persons) | scripts.house_said(talk.card, known, today)
    if talk.product is not None and talk.offered_yen is not None:
        product = products.version(cursor, *talk.product) or broken("a product stays", talk=key)
        values |= scripts.terms_said(
            Proposed(product, talk.offered_yen, talk.offered_rate_ppm), today
        )
    if talk.reason in targets.ABOUT_ARREARS and talk.agreement_id is not None:
        about = Key(key.member_id, talk.agreement_id)
        values |= scripts.late_said(targets.late_of(cursor, talk.reason, about, today))
    return tuple(scripts.said(talk.card, part, values) for part in (Part.MAIN, Part.CLOSING))


# ----------------------------------------------------------------------------------------- looking
_SELECT = (
    "SELECT member_id, attempt_id, t.reason, t.agreement_id, t.offered_yen, t.offered_rate_ppm,"
    " t.product_id, t.product_version, t.workplace_no, t.caller_name, t.actor, t.began_at,"
    " t.called, t.counterpart_id, i.attempt_id IS NOT NULL, p.attempt_id IS NOT NULL,"
    " coalesce(e.ending, ''), coalesce(e.note, '') FROM care_talk t"
    " LEFT JOIN care_talk_identity i USING (member_id, attempt_id)"
    " LEFT JOIN care_talk_particulars p USING (member_id, attempt_id)"
    " LEFT JOIN care_talk_end e USING (member_id, attempt_id) WHERE member_id = %s"
)


def one(cursor: Any, key: TalkKey) -> Talk:
    """One call [通話の照会].

    Raises    NotFoundError if the member has none of that number.
    """
    cursor.execute(f"{_SELECT} AND attempt_id = %s", key)
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("RSN-044"))
    return _talk(cursor, row)


def going_on(cursor: Any, key: TalkKey) -> Talk:
    """A call that did not end yet, under the member's lock [通話中].

    Raises    NotFoundError for no such call; StateConflict for one that ended.
    """
    holds.lock(cursor, key.member_id)
    talk = one(cursor, key)
    refuse_ended(talk)
    return talk


def refuse_ended(talk: Talk) -> None:
    """Raise StateConflict for a call that ended [終了した通話]."""
    if talk.ending:
        raise StateConflict(Fault("RSN-045"))


def of_member(cursor: Any, member_id: int, most: int = 50) -> list[Talk]:
    """A member's calls for reasons, the newest first [会員の通話]."""
    cursor.execute(
        f"{_SELECT} ORDER BY t.began_at DESC, attempt_id DESC LIMIT %s", (member_id, most)
    )
    return [_talk(cursor, row) for row in cursor.fetchall()]


def _talk(cursor: Any, row: tuple[Any, ...]) -> Talk:
    member_id, attempt_id, reason, agreement_id, offered_yen, rate_ppm, *rest = row
    product_id, version, *rest = rest
    workplace_no, name, actor, began_at, called, counterpart_id, *ends = rest
    is_identified, is_asked, ending, note = ends
    return Talk(
        TalkKey(int(member_id), int(attempt_id)),
        Reason(reason),
        agreement_id,
        offered_yen,
        rate_ppm,
        None if product_id is None else (product_id, version),
        workplace_no,
        Caller(name, actor),
        began_at,
        called,
        counterpart_id,
        bool(is_identified),
        bool(is_asked),
        ending,
        note,
        catalogue.in_force(cursor, began_at.astimezone(JAPAN).date()).of(Reason(reason)),
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """A reason for a member as the list shows it [選べる用件], with everything against it."""

    member_id: int
    card: Card
    refusals: tuple[Refusal, ...]
    hindrances: tuple[Hindrance, ...]
    opens_at: datetime | None
    """The first moment at which the gate opens; None where it needs somebody's deed."""
    calls_today: int
    """About arrears, of three a day."""
    overruled: tuple[Hindrance, ...] = ()
    """Rules of the house that stand before everybody but the supervisor who looks."""

    @property
    def may_call(self) -> bool:
        """Whether nothing stands against it now [架電できるか]."""
        return not self.refusals and not self.hindrances


class Considered(NamedTuple):
    """All reasons of a member [用件の検討]: those of the list, and offers that are kept from it."""

    shown: tuple[Choice, ...]
    withheld: tuple[Choice, ...]
    """Offers that the gate refuses now; what may be said is until when, and no more."""


def choices(
    cursor: Any, member_id: int, at: datetime, hand: Hand = Hand.STAFF
) -> tuple[Choice, ...]:
    """Every reason that fits a member, with what stands against it now; no try [用件の一覧].

    An offer that is refused is not listed at all: nobody should be tempted (SOLI-001). Which limit
    may be offered is asked when one is named.
    """
    return considered(cursor, member_id, at, hand).shown


def considered(cursor: Any, member_id: int, at: datetime, hand: Hand = Hand.STAFF) -> Considered:
    """The same, with the offers that are kept from the list beside it [用件の検討]."""
    facts = gate.facts_of(cursor, member_id, at)
    shown: list[Choice] = []
    withheld: list[Choice] = []
    for card in catalogue.in_force(cursor, at.astimezone(JAPAN).date()).cards.values():
        if card.reason is Reason.INBOUND:
            continue
        refusals = _without_terms(cursor, Asked(card, member_id), at)
        by = Way(Channel.PHONE, own_whom(card), hand)
        hindered = guard.hindrances(facts, card.purpose, at, by)
        if any(refusal.code == "RSN-021" for refusal in refusals):
            continue
        opens = guard.opens_at(facts, card.purpose, at, by)
        over = guard.overruled(facts, card.purpose, at, by)
        one = Choice(member_id, card, refusals, hindered, opens, facts.demands_today, over)
        (withheld if card.is_offer and hindered else shown).append(one)
    return Considered(tuple(shown), tuple(withheld))


def in_place(
    cursor: Any, member_id: int, at: datetime, hand: Hand = Hand.STAFF
) -> tuple[tuple[counterparts.Known, Choice], ...]:
    """Who may be called in the member's place about a payment [本人に代わる相手の一覧].

    Empty where nobody is registered, or nothing is owed.
    """
    known = counterparts.standing(cursor, member_id)
    card = catalogue.in_force(cursor, at.astimezone(JAPAN).date()).of(Reason.REPAYMENT)
    refusals = _without_terms(cursor, Asked(card, member_id), at) if known else ()
    if any(refusal.code == "RSN-021" for refusal in refusals):
        return ()
    facts = gate.facts_of(cursor, member_id, at) if known else Facts()
    found = []
    for one in known:
        by = Way(Channel.PHONE, one.whom, hand, gate.counterpart(one.counterpart_id))
        hindered = guard.hindrances(facts, card.purpose, at, by)
        opens = guard.opens_at(facts, card.purpose, at, by)
        over = guard.overruled(facts, card.purpose, at, by)
        choice = Choice(member_id, card, refusals, hindered, opens, facts.demands_today, over)
        found.append((one, choice))
    return tuple(found)


def _without_terms(cursor: Any, asked: Asked, at: datetime) -> tuple[Refusal, ...]:
    try:
        found = targets.aim(cursor, asked, at)
    except InputError:  # terms or an agreement are still to be named: nothing speaks against it
        return ()
    if isinstance(found, Aim):
        return ()
    # Whose name is said at work is chosen when the call is made.
    return tuple(one for one in found if one.code != "RSN-024")


def refuse(refusals: tuple[Refusal, ...]) -> RefusedError:
    """Refusals as an error, for faces that show errors [拒否の表示]."""
    return RefusedError(*(one.fault() for one in refusals))
