"""During a call and after it: drafts, after-call work, a request in writing [後処理].

A colleague is on one call at a time: until it has an ending no other begins, whatever the device.
What was written meanwhile is kept with the call, so that neither a crash nor a sign-out loses it;
the last word wins. The time for it can be seen and made longer; when it is over nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from motocho.care.reasons import notes
from motocho.care.reasons.talks import TalkKey, going_on, one
from motocho.contact import tasks
from motocho.contact.holds import Source
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.units.errors import InputError

AFTER_CALL = timedelta(seconds=60)
"""How long one may write after a call, unless it is made longer: a house rule, and no limit."""
PAPER = "particulars"


# ------------------------------------------------------------------------------- what is written
@dataclass(frozen=True, slots=True)
class Draft:
    """What was written of a call so far [下書き]: a key or a name of an ending, and words."""

    ending: str = ""
    note: str = ""
    said: str = ""
    due_at: datetime | None = None
    """Until when the after-call work is planned; None while the call goes on."""
    boxes: Mapping[str, str] = field(default_factory=dict)
    """What else stands in the form, by the name of its box, as it was typed."""


def draft(cursor: Any, key: TalkKey) -> Draft:
    """What was written of a call so far; empty where nothing was [下書きの照会]."""
    cursor.execute(
        "SELECT ending, note, said, due_at, boxes::text FROM care_talk_draft"
        " WHERE member_id = %s AND attempt_id = %s",
        key,
    )
    row = cursor.fetchone()
    if row is None:
        return Draft()
    ending, note, said, due_at, boxes = row
    return Draft(ending, note, said, due_at, orjson.loads(boxes))


def keep(cursor: Any, key: TalkKey, written: Draft) -> None:
    """Keep what is written of a call; the last word wins [下書きの保存].

    Takes     words only: the time of after-call work is `hang_up`'s and `extend`'s.
    Raises    InputError for words that may not be kept, with all of them; StateConflict for a
              call that ended.
    """
    talk = going_on(cursor, key)
    for text in (written.note, written.said, *written.boxes.values()):
        faults = notes.scanned(text)
        if faults:
            raise InputError(*faults)
    chosen = talk.card.ending_of(written.ending)
    cursor.execute(
        "INSERT INTO care_talk_draft (member_id, attempt_id, ending, note, said, boxes)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (member_id, attempt_id) DO UPDATE SET"
        " ending = excluded.ending, note = excluded.note, said = excluded.said,"
        " boxes = excluded.boxes",
        (
            *key, "" if chosen is None else chosen.ending_id, written.note, written.said,
            orjson.dumps(dict(written.boxes)).decode(),
        ),
    )  # fmt: skip


def hang_up(cursor: Any, key: TalkKey, at: datetime) -> None:
    """The line is closed: the after-call work begins, once [通話の切断].

    Raises    StateConflict for a call that ended.
    """
    going_on(cursor, key)
    cursor.execute(
        "INSERT INTO care_talk_draft (member_id, attempt_id, hung_up_at, due_at)"
        " VALUES (%(member)s, %(talk)s, %(at)s, %(due)s)"
        " ON CONFLICT (member_id, attempt_id) DO UPDATE"
        " SET hung_up_at = excluded.hung_up_at, due_at = excluded.due_at"
        " WHERE care_talk_draft.hung_up_at IS NULL",
        {"member": key.member_id, "talk": key.attempt_id, "at": at, "due": at + AFTER_CALL},
    )


def extend(cursor: Any, key: TalkKey, at: datetime) -> None:
    """A minute more from now on, as often as it is wanted [後処理の延長] (WCAG 2.2.1).

    Raises    StateConflict for a call that ended.
    """
    going_on(cursor, key)
    cursor.execute(
        "UPDATE care_talk_draft SET due_at = greatest(due_at, %s) + %s"
        " WHERE member_id = %s AND attempt_id = %s AND hung_up_at IS NOT NULL",
        (at, AFTER_CALL, *key),
    )


# -------------------------------------------------------------------------- a request in writing
def ask_for_particulars(cursor: Any, key: TalkKey, actor: str, at: datetime) -> int:
    """Somebody asks who calls, for whom, and for the claim in writing [明示の請求] · COLL-016.

    The request is of this call and written down once; the paper is a task from then on, which only
    who sends it ends. Gives the task's number.

    Lock      the member's contacts.
    Raises    StateConflict for a call that ended.
    Law       貸金業法21条3項; 施行規則19条5項・6項.
    """
    talk = going_on(cursor, key)
    facts: dict[str, int | str] = {"talk": key.attempt_id, "paper": PAPER}
    if talk.agreement_id is not None:
        facts["agreement"] = talk.agreement_id
    source = Source(actor, f"talk {key.attempt_id} {PAPER}")
    plan = tasks.Plan(tasks.Kind.FOLLOW_UP, facts=facts)
    task_id = tasks.put(cursor, key.member_id, plan, source, at)
    cursor.execute(
        "INSERT INTO care_talk_particulars (member_id, attempt_id, task_id, actor, asked_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (*key, task_id, actor, at),
    )
    if cursor.rowcount:
        subject = {"talk": key.attempt_id, "task": task_id}
        happening = Happening(key.member_id, "particulars_asked", actor, at, subject)
        journal.write(cursor, [happening])
    return task_id


_OWED = (
    "{lender}の{caller}です。担当者番号は{staff}です。"
    "{desk}で、ご返済のご案内を担当しています。ご請求の内容は、書面でお届けします。"
)
_NAME = "{caller}と申します。担当者番号は{staff}です。"


def who_calls(cursor: Any, key: TalkKey, house: dict[str, str]) -> str:
    """What is said to who asks who calls [氏名等の明示] · COLL-016.

    The lender, the authority and the claim only to the member; anybody else hears a personal name
    and a staff number (COLL-006).

    Takes     `scripts.house_said` of the day.
    """
    talk = one(cursor, key)
    values = house | {
        "caller": talk.caller.name,
        "staff": talk.caller.actor.rpartition(" ")[2],
    }
    text = _OWED if talk.is_identified else _NAME
    return text.format_map(values)


class Running(NamedTuple):
    """A call that has no ending yet [終わっていない通話]; `hung_up_at` where only that lacks."""

    key: TalkKey
    actor: str
    reason: str
    began_at: datetime
    hung_up_at: datetime | None


def running(cursor: Any) -> list[Running]:
    """Calls that go on, and those that wait for their ending, the oldest first [通話中の一覧]."""
    cursor.execute(
        "SELECT t.member_id, t.attempt_id, t.actor, t.reason, t.began_at, d.hung_up_at"
        " FROM care_talk_open JOIN care_talk t USING (member_id, attempt_id)"
        " LEFT JOIN care_talk_draft d USING (member_id, attempt_id) ORDER BY t.began_at"
    )
    return [
        Running(TalkKey(int(member), int(number)), actor, reason, began_at, hung_up_at)
        for member, number, actor, reason, began_at, hung_up_at in cursor.fetchall()
    ]
