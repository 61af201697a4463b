"""Applications as they are submitted, and how they end [申込み].

    application = forms.submit(cursor, member_id, Wanted(...), Source("member", "form 7"), at)

What was asked for stays as it was; one application of a member is open at a time. Who applied for a
higher limit (`screening.increases`) is taken up here once, under the same wish.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple

from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.kernel.schedule import Scheme
from motocho.law.rules import Refusal
from motocho.loans import commands, products, queries
from motocho.outside.bureau import Purpose
from motocho.outside.clock import JAPAN
from motocho.people import consents
from motocho.people.consents import Consent, Kind, Told
from motocho.screening import increases
from motocho.screening.applications import calling
from motocho.screening.bureau import inquiries, memberships
from motocho.screening.bureau.inquiries import Need, State
from motocho.screening.decision import AskedKind, offering_of, policy_on
from motocho.units.errors import Fault, InputError, NotFoundError, RefusedError, StateConflict

PERSONAL = Consent(Kind.PERSONAL_DATA)


class Use(Enum):
    """What the money is wanted for [資金使途]; business is none of it."""

    LIVING = "living"
    LEISURE = "leisure"
    EDUCATION = "education"
    MEDICAL = "medical"
    CEREMONY = "ceremony"
    REPAYMENT = "repayment"
    OTHER = "other"


class Outcome(Enum):
    """What became of an application [申込みの結果]."""

    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    CONTRACTED = "contracted"
    LAPSED = "lapsed"
    """Nothing was handed in for so long that it counts no more."""


class ApplicationKey(NamedTuple):
    """An application [申込みの番号]."""

    member_id: int
    application_id: int


@dataclass(frozen=True, slots=True)
class Plan:
    """In which product, with which due dates [商品と返済期日]."""

    product_id: str
    scheme: Scheme
    day_of_month: int = 0
    """For MONTHLY."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an applicant says of themselves [申告]; None where nobody said."""

    income_yen: int | None = None
    others_yen: int | None = None
    employed_since: date | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for [申込みの内容]."""

    plan: Plan
    limit_yen: int
    use: Use
    said: Said = Said()


@dataclass(frozen=True, slots=True)
class Application:
    """An application as it was submitted, and how it ended [申込み]."""

    key: ApplicationKey
    kind: AskedKind
    wanted: Wanted
    submitted_at: datetime
    increase_id: int | None = None
    agreement_id: int | None = None
    outcome: Outcome | None = None
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is not over [審査中か]."""
        return self.outcome is None


# ------------------------------------------------------------------------------------- submitting
def submit(
    cursor: Any, member_id: int, wanted: Wanted, source: Source, at: datetime
) -> Application:
    """Take an application in, once for its form; the bureau is asked where it may be [申込み].

    Raises    InputError for an amount or plan that the product does not offer; StateConflict while
              another application is open; RefusedError as `lacks_agreement`.
    Lock      the member's row.
    Law       貸金業法13条1項, 2項.
    """
    lock(cursor, member_id)
    known = _of_source(cursor, member_id, source.ref)
    if known is not None:
        return known
    _refuse_unoffered(cursor, wanted, at)
    key = _insert(cursor, member_id, (AskedKind.NEW, None, None), wanted, (source, at))
    inquire(cursor, one(cursor, key), source.actor, at)
    return one(cursor, key)


def take_up(cursor: Any, member_id: int, use: Use, source: Source, at: datetime) -> Application:
    """Take up the wish for a higher limit that waits, once [増額の申込みの受付].

    Raises    NotFoundError if none waits; StateConflict while another application is open;
              RefusedError as `lacks_agreement`.
    Lock      the member's row.
    """
    lock(cursor, member_id)
    waiting = increases.waiting_of(cursor, member_id)
    if waiting is None:
        raise NotFoundError(Fault("SCR-016"))
    cursor.execute(
        f"{_SELECT} WHERE member_id = %s AND increase_id = %s", (member_id, waiting.increase_id)
    )
    row = cursor.fetchone()
    if row is not None:
        return _application(row)
    contract = queries.contract(cursor, waiting.key)
    plan = Plan(
        contract.product.product_id, contract.terms.plan.scheme, contract.terms.plan.day_of_month
    )
    said = Said(waiting.asked.income_yen or None, waiting.asked.others_yen)
    wanted = Wanted(plan, waiting.asked.limit_yen, use, said)
    of = (AskedKind.INCREASE, waiting.increase_id, waiting.key.agreement_id)
    key = _insert(cursor, member_id, of, wanted, (source, at))
    inquire(cursor, one(cursor, key), source.actor, at)
    return one(cursor, key)


def _refuse_unoffered(cursor: Any, wanted: Wanted, at: datetime) -> None:
    plan = wanted.plan
    product = products.on_day(cursor, plan.product_id, at.astimezone(JAPAN).date())
    is_monthly = plan.scheme is Scheme.MONTHLY
    is_day = 1 <= plan.day_of_month <= _LAST_DAY if is_monthly else plan.day_of_month == 0
    is_amount = 0 < wanted.limit_yen <= product.largest_limit_yen
    said = wanted.said
    is_said = min(said.income_yen or 0, said.others_yen or 0) >= 0
    if plan.scheme not in product.schemes or not (is_day and is_amount and is_said):
        raise InputError(Fault("SCR-216"))


_LAST_DAY = 31


def _insert(
    cursor: Any,
    member_id: int,
    of: tuple[AskedKind, int | None, int | None],
    wanted: Wanted,
    form: tuple[Source, datetime],
) -> ApplicationKey:
    if open_of(cursor, member_id) is not None:
        raise StateConflict(Fault("SCR-202"))
    (kind, increase_id, agreement_id), (source, at) = of, form
    if lacks_agreement(cursor, member_id, source.actor, at):
        raise RefusedError(Fault("SCR-281"))
    plan, said = wanted.plan, wanted.said
    cursor.execute(
        "INSERT INTO screening_application (member_id, kind, increase_id, agreement_id, product_id,"
        " scheme, day_of_month, limit_wanted_yen, stated_income_yen, stated_others_yen,"
        " employed_since, purpose, source, actor, submitted_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " RETURNING application_id",
        (
            member_id, kind.value, increase_id, agreement_id, plan.product_id,
            plan.scheme.name.lower(), plan.day_of_month, wanted.limit_yen, said.income_yen,
            said.others_yen, said.employed_since, wanted.use.value, source.ref, source.actor, at,
        ),
    )  # fmt: skip
    key = ApplicationKey(member_id, int(cursor.fetchone()[0]))
    tell(cursor, key, "application_submitted", Source(source.actor, source.ref), at)
    return key


def lacks_agreement(cursor: Any, member_id: int, actor: str, at: datetime) -> bool:
    """Whether the applicant's consent is missing for what the staff take in [同意の不足].

    Takes     who takes it in: who applies on the site agrees to it there.
    Why       before the day in `agreed.sql` nobody was asked at the desk: what was taken in stays.
    Law       個人情報保護法18条.
    """
    cursor.execute("SELECT screening_lacks_agreement(%s, %s, %s)", (member_id, actor, at))
    return bool(cursor.fetchone()[0])


def agree(
    cursor: Any, member_id: int, words: str, source: Source, at: datetime
) -> consents.Standing | None:
    """Write down that the applicant agreed to the handling of their personal data [同意の記録].

    Takes     the reference of the words that were shown or read to them.
    Gives     the consent as it stands, with its moment.
    """
    consents.give(cursor, member_id, PERSONAL, Told(source.actor, source.ref, words), at)
    return consents.standing(cursor, member_id, PERSONAL, at)


def inquire(
    cursor: Any, application: Application, actor: str, at: datetime
) -> inquiries.Asked | Refusal | None:
    """Ask the bureau for an application, once [申込みの照会] · LEND-002, CRED-001.

    Gives     the inquiry; why it may not be made; None where we have joined no bureau.
    """
    if memberships.asked(cursor, at.astimezone(JAPAN).date()) is None:
        return None
    need = _need(cursor, application, at.astimezone(JAPAN).date())
    return inquiries.ask(cursor, application.key.member_id, need, actor, at)


def _need(cursor: Any, application: Application, on: date) -> Need:
    """What is asked for: the same as before, or anew where that answer is too old to decide by."""
    key = application.key
    first = Need(Purpose.NEW_CONTRACT, f"application {key.application_id}")
    if application.increase_id is not None:
        first = Need(Purpose.INCREASE, f"increase {application.increase_id}")
    for asked in inquiries.of_member(cursor, key.member_id):
        if asked.need != first.ref and not asked.need.startswith(f"{first.ref} "):
            continue
        age = (on - asked.asked_at.astimezone(JAPAN).date()).days
        is_old = asked.state is State.ANSWERED and age > _days_of_answers(cursor, application, on)
        is_over = is_old or asked.state is State.VOID
        ref = f"{first.ref} {on.isoformat()}" if is_over else asked.need
        return Need(first.purpose, ref)
    return first


def _days_of_answers(cursor: Any, application: Application, on: date) -> int:
    product = products.on_day(cursor, application.wanted.plan.product_id, on)
    return policy_on(on, offering_of(product)).house.bureau_days


def require(cursor: Any, from_on: date, actor: str, at: datetime) -> None:
    """From a day on no contract and no higher limit without its application [義務の開始].

    Why       a book that was kept elsewhere, or by `motocho loan open`, has none; a day that was
              set once stays.
    """
    cursor.execute(
        "INSERT INTO screening_application_duty (from_on, recorded_at, actor) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (from_on, at, actor),
    )


# ----------------------------------------------------------------------------------------- ending
def withdraw(cursor: Any, key: ApplicationKey, source: Source, at: datetime) -> None:
    """The applicant takes it back; at any time before the contract [申込みの取下げ].

    Raises    StateConflict if it is over; NotFoundError.
    """
    end(cursor, opened(cursor, key), Outcome.WITHDRAWN, source, at)


def lapse(cursor: Any, key: ApplicationKey, source: Source, at: datetime) -> None:
    """An application on which nothing goes on any more [申込みの失効].

    Raises    StateConflict if it is over; NotFoundError.
    """
    end(cursor, opened(cursor, key), Outcome.LAPSED, source, at)


_INCREASE_ENDS = {
    Outcome.WITHDRAWN: "withdrawn",
    Outcome.LAPSED: "withdrawn",
    Outcome.REFUSED: "refused",
    Outcome.CONTRACTED: "granted",
}


def end(
    cursor: Any,
    application: Application,
    outcome: Outcome,
    source: Source,
    at: datetime,
    **more: int | str,
) -> None:
    """Write how an application ended, and with it the wish that it is of [申込みの終了].

    Takes     what its row of the journal says beside.
    Lock      caller holds the member's row (`opened`).
    """
    key = application.key
    cursor.execute(
        "UPDATE screening_application SET ended_at = %s, ended_by = %s, outcome = %s"
        " WHERE member_id = %s AND application_id = %s",
        (at, source.actor, outcome.value, *key),
    )
    if application.increase_id is not None:
        cursor.execute(
            "UPDATE screening_increase SET ended_at = %s, ended_by = %s, outcome = %s"
            " WHERE member_id = %s AND increase_id = %s AND ended_at IS NULL",
            (at, source.actor, _INCREASE_ENDS[outcome], key.member_id, application.increase_id),
        )
    calling.end(cursor, key, source.actor, at)
    tell(cursor, key, f"application_{outcome.value}", source, at, **more)


def tell(
    cursor: Any, key: ApplicationKey, kind: str, source: Source, at: datetime, **more: int | str
) -> None:
    """A row of the journal about an application: references alone [日誌]."""
    subject: dict[str, int | str] = {"application": key.application_id, **more}
    journal.write(cursor, [Happening(key.member_id, kind, source.actor, at, subject)])


# ---------------------------------------------------------------------------------------- reading
def lock(cursor: Any, member_id: int) -> None:
    """The member's row, so that one thing happens to an application at a time [申込みの排他]."""
    cursor.execute("SELECT FROM people_member WHERE member_id = %s FOR NO KEY UPDATE", (member_id,))


def opened(cursor: Any, key: ApplicationKey) -> Application:
    """An application that is open, held until the transaction ends [審査中の申込み].

    Raises    StateConflict if it is over; NotFoundError if there is none.
    Lock      the member's row.
    """
    lock(cursor, key.member_id)
    found = one(cursor, key)
    if not found.is_open:
        raise StateConflict(Fault("SCR-203"))
    return found


_SELECT = (
    "SELECT member_id, application_id, kind, product_id, scheme, day_of_month, limit_wanted_yen,"
    " purpose, stated_income_yen, stated_others_yen, employed_since, submitted_at, increase_id,"
    " agreement_id, outcome, ended_at FROM screening_application"
)


def one(cursor: Any, key: ApplicationKey) -> Application:
    """One application [申込みの参照].

    Raises    NotFoundError if there is none.
    """
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND application_id = %s", key)
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("SCR-201", excerpt=str(key.application_id)))
    return _application(row)


def open_of(cursor: Any, member_id: int) -> Application | None:
    """The member's application that is open, if one is [会員の審査中の申込み]."""
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND ended_at IS NULL", (member_id,))
    row = cursor.fetchone()
    return None if row is None else _application(row)


def of_member(cursor: Any, member_id: int) -> list[Application]:
    """All applications of a member, the newest first [会員の申込み]."""
    cursor.execute(f"{_SELECT} WHERE member_id = %s ORDER BY application_id DESC", (member_id,))
    return [_application(row) for row in cursor.fetchall()]


def waiting(cursor: Any, most: int = 100) -> list[Application]:
    """All applications that are open, the oldest first [審査中の一覧]."""
    cursor.execute(
        f"{_SELECT} WHERE ended_at IS NULL ORDER BY submitted_at, member_id LIMIT %s", (most,)
    )
    return [_application(row) for row in cursor.fetchall()]


def _of_source(cursor: Any, member_id: int, ref: str) -> Application | None:
    cursor.execute(f"{_SELECT} WHERE member_id = %s AND source = %s", (member_id, ref))
    row = cursor.fetchone()
    return None if row is None else _application(row)


def _application(row: tuple[Any, ...]) -> Application:
    (member_id, number, kind, product_id, scheme, day, limit_yen, use, income, others, since,
     submitted_at, increase_id, agreement_id, outcome, ended_at) = row  # fmt: skip
    plan = Plan(product_id, Scheme[scheme.upper()], day)
    wanted = Wanted(plan, limit_yen, Use(use), Said(income, others, since))
    return Application(
        ApplicationKey(int(member_id), int(number)), AskedKind(kind), wanted, submitted_at,
        increase_id, agreement_id, None if outcome is None else Outcome(outcome), ended_at,
    )  # fmt: skip


def agreement_of(application: Application) -> commands.Key | None:
    """The agreement whose limit is to rise; None for a new contract [増額する契約]."""
    if application.agreement_id is None:
        return None
    return commands.Key(application.key.member_id, application.agreement_id)
