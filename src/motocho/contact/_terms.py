"""What the gate speaks of: purposes, ways, holds, agreements, facts [連絡の用語]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from typing import NamedTuple

from motocho.law.rules import Refusal

JAPAN = timezone(timedelta(hours=9), "JST")
REST_DAYS = 30
"""A house rule: so long after a consultation nobody is solicited (16条3項 in spirit)."""
HOURS_A_DAY = 24


class Purpose(Enum):
    """What somebody is reached for [連絡の目的]; it is fixed beforehand."""

    SECURITY = "security"
    TRANSACTION = "transaction"
    STATUTORY_DOCUMENT = "statutory_document"
    REMINDER = "reminder"
    """Before a due date and on it [期日のご案内]."""
    ARREARS = "arrears"
    """After a due date [期日経過のご案内]."""
    CAMPAIGN = "campaign"
    """Anything that invites to borrow [勧誘]."""
    ASKED_FOR = "asked_for"
    """The member asked for it: a consultation, an answer [本人の依頼]."""
    SERVICE = "service"
    """Word about what one has with us, without a word that invites [契約のご案内]."""
    DUTY = "duty"
    """What the law has us ask: evidence of income, registered data [法令による確認のお願い]."""
    IDENTITY = "identity"
    """Who applies, and what is agreed, before a contract [本人確認・契約内容の確認]."""
    EMPLOYMENT = "employment"
    """Whether somebody works there [在籍確認]."""
    WHEREABOUTS = "whereabouts"
    """Where a debtor is, asked of somebody else [所在の照会]."""


class Channel(Enum):
    """By what somebody is reached [連絡手段]."""

    EMAIL = "email"
    POST = "post"
    """A sealed letter; no way sends an open card · COLL-013."""
    PHONE = "phone"
    SMS = "sms"
    VISIT = "visit"
    SITE = "site"
    """On the member's own pages [会員ページ]."""


class Whom(Enum):
    """Who is reached, and where [連絡の相手]."""

    OWN = "own"
    """The member, at a number, an address or a home of the member's own."""
    WORKPLACE = "workplace"
    THIRD = "third"
    """Family, colleagues, neighbours: anybody else [第三者]."""
    COUNSEL = "counsel"
    """Who gave notice for the member [代理人弁護士等]."""
    HEIR = "heir"
    """Of a member who died [相続人]."""
    GUARDIAN = "guardian"
    """Who stands in the place of a member who was put under guardianship [成年後見人]."""


class Hand(Enum):
    """Who reaches [連絡の担い手]; the same rules bind all of them · COLL-017."""

    STAFF = "staff"
    SUPERVISOR = "supervisor"
    CONTRACTOR = "contractor"
    """Somebody whom we charged with it, or to whom the claim went [委託先・譲受人]."""


class Basis(Enum):
    """From what somebody was chosen to be invited [勧誘先を選んだ資料]."""

    OWN_RECORDS = "own_records"
    BUREAU = "bureau"
    """What a credit bureau told, wholly or in part [信用情報]."""


class Way(NamedTuple):
    """By what, whom, and by whose hand [連絡の方法].

    Takes     the sign of anybody else but the member: a name or a number, as one writes it down.
    """

    channel: Channel = Channel.EMAIL
    whom: Whom = Whom.OWN
    hand: Hand = Hand.STAFF
    counterpart: str = ""
    basis: Basis = Basis.OWN_RECORDS


ALWAYS = frozenset(
    {Purpose.SECURITY, Purpose.TRANSACTION, Purpose.STATUTORY_DOCUMENT, Purpose.ASKED_FOR}
)
FREE: Mapping[Channel, frozenset[Purpose]] = {
    Channel.EMAIL: ALWAYS,
    Channel.POST: ALWAYS,
    Channel.SMS: ALWAYS,
    Channel.PHONE: frozenset({Purpose.SECURITY}),
    Channel.VISIT: frozenset(),
    Channel.SITE: frozenset(Purpose) - {Purpose.CAMPAIGN},
}
"""What passes to the member at every hour; on the member's own pages all but an invitation."""
RINGING = frozenset({Channel.PHONE, Channel.VISIT})
"""What takes somebody's time at once: counted by the day."""
COLLECTING = frozenset({Purpose.ARREARS, Purpose.WHEREABOUTS})
INFORMING = frozenset({Purpose.REMINDER, Purpose.SERVICE, Purpose.DUTY})
CHECKING = frozenset({Purpose.IDENTITY, Purpose.EMPLOYMENT})
FOR_OTHERS = (INFORMING | ALWAYS | {Purpose.ARREARS}) - {Purpose.SECURITY, Purpose.ASKED_FOR}
"""What one may say to counsel, an heir or a guardian, in the member's place."""
IN_PLACE = frozenset({Whom.COUNSEL, Whom.HEIR, Whom.GUARDIAN})
"""Who stands in the member's place [本人に代わる相手]."""


class HoldKind(Enum):
    """Why somebody is left alone [連絡の制限]."""

    NOT_NOW = "not_now"
    """「当面は不要」: a clear refusal for a time · SOLI-002."""
    NEVER = "never"
    """「今後一切の連絡をしないで」: no e-mail that solicits, ever again · SOLI-003."""
    UNCLEAR = "unclear"
    """A contract was declined, without a word about later · SOLI-009."""
    PAUSE = "pause"
    """The member rests from borrowing until a day [借入れの休止]."""
    SELF_EXCLUDED = "self_excluded"
    """The member asked never to be lent to [貸付自粛]."""
    CONSULTATION = "consultation"
    """The member asked for help with payments [返済相談]."""
    PREFERRED_HOURS = "preferred_hours"
    """Hours in which the member wants to hear of us [連絡希望時間帯]."""
    BEREAVEMENT = "bereavement"
    """A wedding or a funeral of the family [冠婚葬祭] · COLL-015."""
    HOSPITAL = "hospital"
    """[入院] · COLL-015."""
    DISASTER = "disaster"
    """[被災] · COLL-015."""
    DECEASED = "deceased"
    """The member died: heirs only [死亡]."""
    COMPLAINT = "complaint"
    """A complaint about how we call is open: a supervisor only [連絡への苦情] · DESK-004."""
    NO_JUDGEMENT = "no_judgement"
    """Cannot understand the contract, for age or a disability [判断能力への配慮] · SOLI-008."""
    DISPUTED = "disputed"
    """Somebody else may have borrowed in the member's name: nobody is asked to pay it meanwhile
    [不正利用の調査中] · COLL-008."""
    CARE = "care"
    """Needs more care than others, until a day: a supervisor asks for money, nobody invites
    [配慮が必要] · VULN-002."""
    SHARED_MAILBOX = "shared_mailbox"
    """Others read the member's e-mail [共用メール] · COLL-013."""
    GUARDED = "guarded"
    """Under guardianship: what is declared to the member is declared to nobody [成年後見]."""
    THIRD_REFUSED = "third_refused"
    """Somebody else refused to help, once and for all [協力の拒否] · COLL-009."""


DISTRESS = frozenset({HoldKind.BEREAVEMENT, HoldKind.HOSPITAL, HoldKind.DISASTER})
"""Times at which nobody is asked for money; each with its last day [不適当な時期]."""
CARE = frozenset({HoldKind.NO_JUDGEMENT, HoldKind.CONSULTATION})
"""Who may not understand, and who asked for help in the last weeks [配慮] · VULN-002."""


REFUSALS = {
    HoldKind.NOT_NOW: "not_now_months",
    HoldKind.NEVER: "never_months",
    HoldKind.UNCLEAR: "unclear_months",
}
"""Opt-outs, with the column that says how long each lasts at least."""


class Hours(NamedTuple):
    """Hours of a day in Japan, the last one not counted [時間帯]."""

    from_hour: int
    until_hour: int


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold as it was put down [連絡の制限]; `last_on` is its last day, None where it has none."""

    kind: HoldKind
    told_on: date
    last_on: date | None
    hours: Hours | None = None
    about: str = ""
    """Who refused to help; of the other kinds nobody but the member."""


class AgreementKind(Enum):
    """What the member agreed to, that would be refused without it [本人の同意]."""

    WORK_CALLS = "work_calls"
    """Asked in writing to be called at work [勤務先への電話] · COLL-004."""
    EMPLOYMENT_CHECK = "employment_check"
    """A call at work before a contract, under a personal name [在籍確認] · DESK-003."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One such agreement, with the days and hours for which it was given [同意の内容]."""

    kind: AgreementKind
    from_on: date
    last_on: date
    hours: Hours


@dataclass(frozen=True, slots=True)
class Facts:
    """What the gate looks at [判断の前提], as of the moment."""

    holds: tuple[Hold, ...] = ()
    is_overdue: bool = False
    has_counsel: bool = False
    has_consent: bool = False
    """To campaigns."""
    promised_on: date | None = None
    """The last day of the promise of payment that is open."""
    demanded_on: date | None = None
    """The day of the last e-mail or letter about arrears."""
    named_at: datetime | None = None
    """The moment at which the member asked to be spoken to, as for a consultation."""
    demands_today: int = 0
    """Calls about arrears on the same day, answered or not, whatever the number or contract."""
    is_consulting: bool = False
    """A consultation is open: asked for, and not yet held."""
    agreed_on: date | None = None
    """The day of the last moment that the member named and that has come."""
    agreements: tuple[Agreement, ...] = ()
    is_asked_for: bool = True
    """The member waits for an answer, or for a call that was asked for."""


class Hindrance(NamedTuple):
    """One reason why not, and the first moment at which it is gone, if it ever is [拒否の理由]."""

    refusal: Refusal
    allowed_at: datetime | None
