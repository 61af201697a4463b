"""Who may do what to whom: the one place that every face asks [権限].

    gate = access.ask(cursor, actor, Action.CHANGE_FACTS, member_id, at)
    if isinstance(gate, Refusal): ...

Whoever is not the asker's and whoever is not there give the same answer. Staff say what for, and
each look at a member is a row of the journal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.law.rules import Refusal
from motocho.ledger.chart import HOUSE
from motocho.outside.clock import JAPAN
from motocho.people.safety import freezes
from motocho.units.errors import Fault, NotAllowedError, StateConflict


class Role(Enum):
    """What a member of staff is there for [従業者の役割]; not a role of the database."""

    OPERATOR = "operator"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


# ------------------------------------------------------------------------------------------- actors
@dataclass(frozen=True, slots=True)
class Self:
    """A member who logged in [会員本人]."""

    member_id: int

    @property
    def actor(self) -> str:
        """The word of the journal [日誌での呼称]."""
        return "member"


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody of the staff who signed in, with the roles of the day [従業者].

    `purpose` is why a member is looked at: a case or a task, never free words about a person.
    """

    staff_id: int
    roles: frozenset[Role]
    purpose: str = ""

    @property
    def actor(self) -> str:
        """The word of the journal [日誌での呼称]."""
        return f"staff {self.staff_id}"


Actor: TypeAlias = Self | Staff


class Action(Enum):
    """What somebody may want to do to a member's things [操作]."""

    LOOK = "look"
    SEARCH = "search"
    """Find members by what somebody says of them [会員の検索]."""
    SEE_WHOLE = "see_whole"
    """A member's page without the identity check of a call, for a purpose [目的を示した閲覧]."""
    WATCH_LOOKS = "watch_looks"
    """How often colleagues look at members [閲覧の監視]."""
    EXPORT_HISTORY = "export_history"
    BORROW = "borrow"
    REPAY = "repay"
    CHANGE_FACTS = "change_facts"
    CHANGE_CONSENTS = "change_consents"
    CHANGE_PIN = "change_pin"
    CHANGE_LIMIT = "change_limit"
    HAND_IN = "hand_in"
    """Documents that were asked for, or that are wanted with something [書類の提出]."""
    ASK_FOR_HELP = "ask_for_help"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    REOPEN_LOGIN = "reopen_login"
    REVIEW_PIN_RESET = "review_pin_reset"
    REVIEW_DOCUMENT = "review_document"
    CALL_AT_WORK = "call_at_work"
    """A call to somebody's place of work, at the agreed hours · DESK-003."""
    ACCELERATE = "accelerate"
    """To decide that all falls due, once a notice ran out [期限の利益の喪失の判断]."""
    BAR = "bar"
    COLLECT = "collect"
    """Steps about a debt in arrears, and notices of who acts for the member [債権管理]."""
    APPROVE = "approve"
    """To be the second person for what another asked [承認]."""
    MANAGE_STAFF = "manage_staff"
    READ_AUDIT = "read_audit"
    """Who of the staff did what; nothing of a member beyond a masked number [監査の閲覧]."""
    LOOK_AT_SETTINGS = "look_at_settings"
    CHANGE_SETTINGS = "change_settings"
    READ_REGISTERS = "read_registers"
    """Registers of the lender: leaks, partners, staff, figures [備付け]."""
    KEEP_REGISTERS = "keep_registers"
    SUPERVISE = "supervise"
    """The board of those who answer for the calls of others [上長の画面]."""
    SIT = "sit"
    """A colleague's own seat and means to sign in: nothing of a member [本人の席]."""


_DESK = frozenset({Role.OPERATOR, Role.REVIEWER, Role.SUPERVISOR})
_REVIEW = frozenset({Role.REVIEWER, Role.SUPERVISOR})
_BY_STAFF: Mapping[Action, frozenset[Role]] = {
    Action.LOOK: _DESK | {Role.AUDITOR},
    Action.SEARCH: _DESK | {Role.AUDITOR},
    Action.SEE_WHOLE: frozenset({Role.SUPERVISOR, Role.AUDITOR}),
    Action.WATCH_LOOKS: frozenset({Role.SUPERVISOR, Role.AUDITOR}),
    Action.EXPORT_HISTORY: _DESK,
    Action.CHANGE_FACTS: _DESK,
    Action.CHANGE_CONSENTS: _DESK,
    Action.ASK_FOR_HELP: _DESK,
    Action.FREEZE: _DESK,
    Action.UNFREEZE: _REVIEW,
    Action.REOPEN_LOGIN: _REVIEW,
    Action.REVIEW_PIN_RESET: _REVIEW,
    Action.REVIEW_DOCUMENT: _REVIEW,
    Action.CHANGE_LIMIT: frozenset({Role.SUPERVISOR}),
    Action.CALL_AT_WORK: frozenset({Role.SUPERVISOR}),
    Action.ACCELERATE: frozenset({Role.SUPERVISOR}),
    Action.BAR: frozenset({Role.SUPERVISOR}),
    Action.COLLECT: _DESK,
    Action.APPROVE: _REVIEW | {Role.ADMINISTRATOR},
    Action.MANAGE_STAFF: frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR}),
    Action.READ_AUDIT: frozenset({Role.AUDITOR, Role.SUPERVISOR}),
    Action.LOOK_AT_SETTINGS: frozenset({Role.AUDITOR, Role.SUPERVISOR}),
    Action.CHANGE_SETTINGS: frozenset({Role.SUPERVISOR}),
    Action.READ_REGISTERS: frozenset({Role.AUDITOR, Role.SUPERVISOR}),
    Action.KEEP_REGISTERS: frozenset({Role.SUPERVISOR}),
    Action.SUPERVISE: frozenset({Role.SUPERVISOR}),
    Action.SIT: frozenset(Role),
}
"""Nobody of the staff borrows, repays or sets a PIN for a member: those are not here."""
_BY_MEMBER = frozenset(
    {
        Action.LOOK, Action.EXPORT_HISTORY, Action.BORROW, Action.REPAY, Action.CHANGE_FACTS,
        Action.CHANGE_CONSENTS, Action.CHANGE_PIN, Action.CHANGE_LIMIT, Action.ASK_FOR_HELP,
        Action.FREEZE, Action.HAND_IN,
    }
)  # fmt: skip
_FROZEN_MAY = frozenset(
    {
        Action.LOOK, Action.EXPORT_HISTORY, Action.REPAY, Action.ASK_FOR_HELP, Action.FREEZE,
        Action.HAND_IN,
    }
)  # fmt: skip
"""What a member may do who stopped everything: looking, and paying what is owed.

The history is not refused to whom it is of (貸金業法19条の2); a code by e-mail stands before it.
"""
_MOVES_MONEY = frozenset({Action.BORROW, Action.REPAY})


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may be done, by whom, to whom [許可]."""

    actor: Actor
    action: Action
    member_id: int


# ---------------------------------------------------------------------------------------- the gate
def ask(
    cursor: Any, actor: Actor, action: Action, member_id: int, at: datetime
) -> Allowed | Refusal:
    """Whether somebody may do something to a member's things [権限の確認] · PRIV-003, AUTH-010.

    Staff who may are written down with their purpose, in this transaction.
    """
    match actor:
        case Self():
            refusal = _check_member(cursor, actor, action, member_id)
        case Staff():
            refusal = check_staff(cursor, actor, action, member_id)
    if refusal is None and action in _MOVES_MONEY:
        refusal = check_open(at)
    if refusal is not None:
        return refusal
    if isinstance(actor, Staff):
        happening = Happening(
            member_id, "staff_access", actor.actor, at, {"action": action.value}, actor.purpose
        )
        journal.write(cursor, [happening])
    return Allowed(actor, action, member_id)


def may(staff: Staff, action: Action) -> bool:
    """Whether a role of the day is for this [役割の有無]; whom it is about is asked later."""
    return bool(staff.roles & _BY_STAFF.get(action, frozenset()))


def not_there() -> Refusal:
    """The one answer for what is not there and what is not the asker's [該当なし]."""
    return Refusal("PRIV-003", "PPL-002", ())


def _check_member(cursor: Any, actor: Self, action: Action, member_id: int) -> Refusal | None:
    if actor.member_id != member_id or action not in _BY_MEMBER:
        return not_there()
    if not _is_there(cursor, member_id):
        return not_there()
    if action not in _FROZEN_MAY and freezes.frozen_at(cursor, member_id) is not None:
        return Refusal("AUTH-011", "PPL-080", ())
    return None


def check_staff(cursor: Any, staff: Staff, action: Action, member_id: int) -> Refusal | None:
    """PRIV-003: role first, then the purpose, then the member [従業者の権限].

    Own records, family, and members kept apart give the answer of those who are not there.
    """
    if not may(staff, action):
        return Refusal("PRIV-003", "PPL-081", (), {"action": action.value})
    if not staff.purpose.strip():
        return Refusal("PRIV-003", "PPL-082", ())
    return None if visible(cursor, staff, [member_id]) else not_there()


def visible(cursor: Any, staff: Staff, members: Collection[int]) -> frozenset[int]:
    """Those of some members whom one of the staff may see at all [閲覧できる会員].

    Own records, family, members kept apart and who was erased are left out.
    """
    cursor.execute(
        "SELECT m.member_id FROM people_member m WHERE member_id = ANY(%(members)s)"
        " AND m.erased_at IS NULL"
        " AND NOT EXISTS (SELECT FROM people_staff WHERE staff_id = %(staff)s"
        " AND own_member_id = m.member_id)"
        " AND NOT EXISTS (SELECT FROM people_barred b WHERE b.member_id = m.member_id"
        " AND b.ended_at IS NULL AND (b.staff_id = %(staff)s OR b.staff_id IS NULL"
        " AND NOT %(may_all)s))",
        {
            "members": list(members),
            "staff": staff.staff_id,
            "may_all": Role.SUPERVISOR in staff.roles,
        },
    )
    return frozenset(int(row[0]) for row in cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Looks:
    """How often somebody looked at members since a moment [閲覧の頻度]."""

    staff_id: int
    name: str
    looks: int
    members: int
    """How many different ones."""
    searches: int
    empty_searches: int

    @property
    def actor(self) -> str:
        """The word of the journal [日誌での呼称]."""
        return f"staff {self.staff_id}"


def looks_since(cursor: Any, since: datetime) -> list[Looks]:
    """Looks and searches of each colleague since a moment, the most members first [閲覧の頻度]."""
    cursor.execute(
        "SELECT s.staff_id, s.name, count(*) FILTER (WHERE kind = 'staff_access'),"
        " count(DISTINCT member_id) FILTER (WHERE kind = 'staff_access'),"
        " count(*) FILTER (WHERE kind = 'member_search'),"
        " count(*) FILTER (WHERE kind = 'member_search' AND subject ->> 'found' = '0')"
        " FROM journal_row j JOIN people_staff s ON j.actor = 'staff ' || s.staff_id"
        " WHERE kind IN ('staff_access', 'member_search') AND happened_at >= %s"
        " GROUP BY s.staff_id, s.name ORDER BY 4 DESC, 3 DESC, 1",
        (since,),
    )
    return [Looks(*row) for row in cursor.fetchall()]


def kept_from(cursor: Any, staff: Staff) -> set[int]:
    """Members of whom somebody of the staff may see nothing [閲覧できない会員] · PRIV-003.

    For lists: as `check_staff` has it of one.
    """
    cursor.execute(
        "SELECT own_member_id FROM people_staff WHERE staff_id = %(staff)s"
        " AND own_member_id IS NOT NULL UNION SELECT member_id FROM people_barred"
        " WHERE ended_at IS NULL AND (staff_id = %(staff)s"
        " OR staff_id IS NULL AND NOT %(may_all)s)",
        {"staff": staff.staff_id, "may_all": Role.SUPERVISOR in staff.roles},
    )
    return {member_id for (member_id,) in cursor.fetchall()}


def _is_there(cursor: Any, member_id: int) -> bool:
    cursor.execute(
        "SELECT FROM people_member WHERE member_id = %s AND erased_at IS NULL", (member_id,)
    )
    return cursor.fetchone() is not None


# ----------------------------------------------------------------------------------- roles and bars
FIRST_GIVER = "installation"
"""Who lets the very first colleague in [最初の登録者]."""


class Duty(NamedTuple):
    """A role of one of the staff [担当]."""

    staff_id: int
    role: Role


def check_manager(by: Staff | None) -> None:
    """Whether somebody may manage the staff; None is the installation itself [従業者管理の権限].

    Raises    NotAllowedError for who may not.
    """
    if by is not None and not may(by, Action.MANAGE_STAFF):
        raise NotAllowedError(Fault("PPL-081", details={"action": Action.MANAGE_STAFF.value}))


def check_managed(cursor: Any, staff_id: int) -> None:
    """Whether somebody still manages the staff once one of them ended [管理者の残り].

    Takes     whose role or time was just ended, in the same transaction.
    Raises    StateConflict where nobody would: nobody could ever be let in again.
    """
    names = [role.value for role in _BY_STAFF[Action.MANAGE_STAFF]]
    cursor.execute(
        "SELECT bool_or(r.staff_id = %(staff)s),"
        " bool_or(r.until_on IS NULL AND s.left_on IS NULL)"
        " FROM people_staff_role r JOIN people_staff s USING (staff_id)"
        " WHERE r.role = ANY(%(names)s)",
        {"staff": staff_id, "names": names},
    )
    was_manager, is_managed = cursor.fetchone()
    if was_manager and not is_managed:
        raise StateConflict(Fault("PPL-104"))


def give_role(cursor: Any, duty: Duty, from_on: date, by: Staff | None, at: datetime) -> None:
    """A role from a day on [役割の付与]; nothing changes for one that is held already.

    Raises    NotAllowedError for who may not manage the staff.
    """
    check_manager(by)
    giver = by.actor if by else FIRST_GIVER
    cursor.execute(
        "INSERT INTO people_staff_role (staff_id, role, from_on, given_by)"
        " SELECT %(staff)s, %(role)s, %(on)s, %(by)s WHERE NOT EXISTS"
        " (SELECT FROM people_staff_role WHERE staff_id = %(staff)s AND role = %(role)s"
        " AND from_on <= %(on)s AND (until_on IS NULL OR until_on >= %(on)s))"
        " ON CONFLICT DO NOTHING",
        {"staff": duty.staff_id, "role": duty.role.value, "on": from_on, "by": giver},
    )
    if cursor.rowcount:
        _tell_duty(cursor, "staff_role_given", duty, (giver, from_on), at)


def end_role(cursor: Any, duty: Duty, until_on: date, by: Staff, at: datetime) -> None:
    """The last day of a role [役割の終了].

    Raises    NotAllowedError for who may not manage the staff; StateConflict for a role that is not
              held, or whose last day is set, and where nobody would manage the staff any more.
    """
    check_manager(by)
    cursor.execute(
        "UPDATE people_staff_role SET until_on = greatest(from_on, %s)"
        " WHERE staff_id = %s AND role = %s AND until_on IS NULL",
        (until_on, duty.staff_id, duty.role.value),
    )
    if cursor.rowcount == 0:
        raise StateConflict(Fault("PPL-101", details={"role": duty.role.value}))
    check_managed(cursor, duty.staff_id)
    _tell_duty(cursor, "staff_role_ended", duty, (by.actor, until_on), at)


def _tell_duty(cursor: Any, kind: str, duty: Duty, told: tuple[str, date], at: datetime) -> None:
    actor, on = told
    subject = {"staff_id": duty.staff_id, "role": duty.role.value, "on": on.isoformat()}
    journal.write(cursor, [Happening(HOUSE, kind, actor, at, subject)])


def bar(
    cursor: Any, member_id: int, staff_id: int | None, supervisor: Staff, at: datetime
) -> Refusal | None:
    """Keep a member apart from one of the staff, or all but supervisors [閲覧制限] · PRIV-003."""
    refusal = check_staff(cursor, supervisor, Action.BAR, member_id)
    if refusal is not None:
        return refusal
    cursor.execute(
        "INSERT INTO people_barred (member_id, staff_id, put_by, put_at) VALUES (%s, %s, %s, %s)",
        (member_id, staff_id, supervisor.actor, at),
    )
    subject = {"staff_id": staff_id or 0}
    journal.write(cursor, [Happening(member_id, "barred", supervisor.actor, at, subject)])
    return None


def end_bar(
    cursor: Any, member_id: int, staff_id: int | None, supervisor: Staff, at: datetime
) -> Refusal | None:
    """End what `bar` put there, of one of the staff or of all [閲覧制限の解除] · PRIV-003.

    Raises    StateConflict where there is none.
    """
    refusal = check_staff(cursor, supervisor, Action.BAR, member_id)
    if refusal is not None:
        return refusal
    cursor.execute(
        "UPDATE people_barred SET ended_at = %s WHERE member_id = %s AND ended_at IS NULL"
        " AND staff_id IS NOT DISTINCT FROM %s",
        (at, member_id, staff_id),
    )
    if cursor.rowcount == 0:
        raise StateConflict(Fault("PPL-103"))
    subject = {"staff_id": staff_id or 0}
    journal.write(cursor, [Happening(member_id, "bar_ended", supervisor.actor, at, subject)])
    return None


# -------------------------------------------------------------------------------------- maintenance
MAINTENANCE = (0, time(1), time(5))
"""Mondays from one to five in Japan: view only."""


def check_open(at: datetime) -> Refusal | None:
    """AUTH-010: whether money may be moved at a moment; looking always may be [メンテナンス時間].

    >>> check_open(datetime(2026, 11, 23, 4, 59, tzinfo=JAPAN)).code
    'PPL-083'
    >>> check_open(datetime(2026, 11, 23, 5, 0, tzinfo=JAPAN))
    """
    weekday, first, last = MAINTENANCE
    here = at.astimezone(JAPAN)
    if here.weekday() == weekday and first <= here.time() < last:
        return Refusal("AUTH-010", "PPL-083", ())
    return None
