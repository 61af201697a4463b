"""A step on its way: the gate is asked when it is about to leave; what became of it [督促の実施].

    carrying.carry(StageKey(7, 12), office)

What is decided by night leaves by day. Before it does, everything is looked at again: whether
something is late still, what stands against it, the gate. What may not go now is kept with its
reasons and comes again at the first moment that is allowed. A text or a mail bears an id of its
step: killed between sending and noting, the same one goes out again, and who has it keeps it once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from html import escape
from typing import Any, TypeAlias

from django.db import connection, transaction

from motocho.care.collections import letters, stages, strategy
from motocho.care.collections.letters import KINDS, Draft
from motocho.care.collections.stages import Stage, StageKey, Tried
from motocho.care.collections.strategy import PAPERS, Way
from motocho.contact import gate
from motocho.contact.directory import Directory
from motocho.contact.gate import Closed, Permit, Wanted
from motocho.contact.guard import Channel, Purpose
from motocho.documents.statutory import collecting
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans import standing
from motocho.outside import queue
from motocho.outside.clock import JAPAN
from motocho.outside.mail import Letter, Outcome, Post
from motocho.outside.sms import Carrier, Text
from motocho.people.facts import values
from motocho.units.errors import Fault, RefusedError, StateConflict

STALE_DAYS = 30
"""A step that could not leave for so long is given up: what it says is not of today any more."""
ONE_DAY = timedelta(days=1)
AGAIN = time(8, tzinfo=JAPAN)
CHANNELS = {
    Way.SMS: Channel.SMS,
    Way.DEMAND_MAIL: Channel.EMAIL,
    Way.LETTER: Channel.POST,
    Way.DEMAND: Channel.POST,
    Way.NOTICE: Channel.POST,
}
Tell: TypeAlias = Callable[[Any, Stage, datetime], None]


@dataclass(frozen=True, slots=True)
class Office:
    """How steps leave the house [督促の送信の設定]."""

    post: Post
    carrier: Carrier
    known: Directory
    tell: Tell
    """Who makes the short mail of a step: the room of notices, in the same transaction."""
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class _Ready:
    permit: Permit
    wanted: Wanted
    send: Callable[[], str]
    """Sends it; gives why it could not arrive, empty where it went."""


def carry(key: StageKey, office: Office) -> None:
    """Take a step, or put it off, or note why not [段階の実施]; may come twice.

    Raises    OutsideFailure where nobody could be asked; the job is tried again.
    """
    at = office.now()
    with transaction.atomic(), connection.cursor() as cursor:
        stage = stages.lock(cursor, key)
        if stage.has_ended:
            return
        found = _prepare(cursor, stage, office, at)
        if isinstance(found, Tried):
            stages.note(cursor, key, found, at)
            return
    with transaction.atomic(), connection.cursor() as cursor:
        if not stages.lock(cursor, key).has_ended:
            stages.note(cursor, key, _leave(cursor, found, office.now()), office.now())


def _leave(cursor: Any, ready: _Ready, at: datetime) -> Tried:
    """Send it in this transaction, unless something has closed since its address was read."""
    closed = gate.still(cursor, ready.permit, ready.wanted, at)
    if closed is not None:
        return _later(closed, at)
    why = ready.send()
    return Tried("dropped", why) if why else Tried("done")


def look_again(cursor: Any, at: datetime) -> int:
    """Give steps that were put off to the worker again [督促の再開]; how many.

    The job takes the step under its lock: two jobs of one step take it once.
    """
    keys = stages.to_try(cursor, at)
    for member_id, stage_no in keys:
        queue.enqueue(stages.CARRY, member_id=member_id, stage_id=stage_no)
    return len(keys)


def again(cursor: Any, key: StageKey, known: Directory, at: datetime) -> letters.Written:
    """Make a demand anew that did not leave in its days, once a day [督促書面の再作成].

    Its yen and days are today's; what stands against it is looked at again, and the gate is asked
    when it goes out.
    Raises    StateConflict if it left, may still leave, or nothing is late; RefusedError with what
              stands against it.
    """
    stage, on = stages.lock(cursor, key), at.astimezone(JAPAN).date()
    cause = f"stage {key.stage_no} again {on}"
    if key not in {one.key for one in stages.stayed(cursor, on, key.member_id)}:
        raise StateConflict(Fault("COL-015"))
    against = stages.standing_against(cursor, standing.see(cursor, [stage.loan])[0], at)
    step = strategy.in_force(cursor, stage.decided_on).step(stage.step_id)
    found = sorted(one.value for one in against if step is None or one in step.unless)
    if found:
        raise RefusedError(Fault("COL-013"))
    return letters.write(cursor, Draft(stage.loan, KINDS[stage.way], cause), known, at)


# -------------------------------------------------------------------------------- before it leaves
def _prepare(cursor: Any, stage: Stage, office: Office, at: datetime) -> _Ready | Tried:
    put_off = _put_off(cursor, stage, at)
    if put_off is not None:
        return put_off
    if stage.way is Way.MAIL:
        office.tell(cursor, stage, at)
        return Tried("done")
    cause = f"stage {stage.key.stage_no}"
    channel = CHANNELS[stage.way]
    wanted = Wanted(Purpose.ARREARS, cause, "worker", way=channel, is_one_letter=True)
    answer = gate.ask(cursor, stage.key.member_id, wanted, at)
    if isinstance(answer, Closed):
        return _later(answer, at)
    if stage.way in PAPERS:
        draft = Draft(stage.loan, KINDS[stage.way], cause)
        written = letters.write(cursor, draft, office.known, at)
        return Tried("done", paper_no=written.delivered.paper_no, pay_until=written.pay_until)
    return _message(cursor, stage, (answer, wanted), office, at)


def _later(closed: Closed, at: datetime) -> Tried:
    rules = " ".join(one.refusal.rule_id for one in closed.hindrances)
    return Tried("later", rules, closed.allowed_at or _tomorrow(at.astimezone(JAPAN).date()))


def _put_off(cursor: Any, stage: Stage, at: datetime) -> Tried | None:
    """Why a step does not leave now, beside what the gate says; None if nothing holds it."""
    on = at.astimezone(JAPAN).date()
    seen = standing.see(cursor, [stage.loan])[0]
    state = seen.on(on.toordinal())
    if state.late_since is None or date.fromordinal(state.late_since) != stage.late_since:
        return Tried("dropped", "paid")
    if on > stage.decided_on + timedelta(days=STALE_DAYS):
        return Tried("dropped", "stale")
    step = strategy.in_force(cursor, stage.decided_on).step(stage.step_id)
    if step is None:  # another strategy was agreed to between the night and its morning
        return Tried("dropped", "stale")
    against = stages.standing_against(cursor, seen, at)
    found = {one: last_on for one, last_on in against.items() if one in step.unless}
    if not found:
        return None
    known = [one for one in found.values() if one is not None]
    first_on = max(known) + ONE_DAY if len(known) == len(found) else on + ONE_DAY
    reason = " ".join(sorted(one.value for one in found))
    return Tried("later", reason, datetime.combine(max(first_on, on + ONE_DAY), AGAIN))


def _tomorrow(on: date) -> datetime:
    return datetime.combine(on + ONE_DAY, AGAIN)


def _message(
    cursor: Any, stage: Stage, by: tuple[Permit, Wanted], office: Office, at: datetime
) -> _Ready | Tried:
    """A text or a mail, ready to go; its address is read by the permit."""
    permit, _ = by
    on, name = at.astimezone(JAPAN).date(), f"stage-{stage.key.member_id}-{stage.key.stage_no}"
    if stage.way is Way.SMS:
        told = gate.phone(cursor, permit, values.Kind.MOBILE_PHONE, at)
        number = office.known.calling(letters.desk_of(cursor, office.known, on), on)
        if told is None or number is None or not isinstance(told.value, values.Phone):
            return Tried("dropped", "no_address")
        body = letters.reminding_text(letters.voice_of(cursor, office.known, on))
        text = Text(name, told.value.digits, number.digits, body, at)
        return _Ready(*by, lambda: _texted(office.carrier, text))
    told = gate.email(cursor, permit, at)
    if told is None or not isinstance(told.value, values.Email):
        return Tried("dropped", "no_address")
    paper = letters.demand_mail(cursor, stage.loan, office.known, on)
    body = collecting.as_text(paper)
    subject: dict[str, int | str] = {
        "agreement": stage.loan.agreement_id,
        "stage": stage.key.stage_no,
        "sha256": hashlib.sha256(body.encode()).hexdigest(),
    }
    journal.write(
        cursor, [Happening(stage.key.member_id, "collection_mail", "worker", at, subject)]
    )
    page = f"<pre>{escape(body)}</pre>"
    letter = Letter(name, told.value.address, letters.MAIL_SUBJECT, body, page, at)
    return _Ready(*by, lambda: _mailed(office.post, letter))


def _texted(carrier: Carrier, text: Text) -> str:
    carrier.send(text)
    return ""


def _mailed(post: Post, letter: Letter) -> str:
    return "bounced" if post.send(letter) is Outcome.BOUNCED else ""
