"""Files go to a bureau and come from it: the worker's side [授受の処理].

Decide and write down, hand over, write down what came: each a transaction of its own, none open
while the bureau is asked. Killed in between, the same file goes again under the same number, and
the bureau has it once. What stays without an answer goes again in another file under the same
reference until there is one; after so many times a person is told.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from motocho.loans.commands import Made
from motocho.outside import bureau as port
from motocho.outside.bureau import Answers, Head, Line
from motocho.outside.clock import JAPAN
from motocho.screening.bureau import answers, consents, following, inquiries, memberships, reports
from motocho.screening.bureau.inquiries import InquiryKey
from motocho.screening.bureau.memberships import Bureau
from motocho.screening.bureau.reports import ReportKey
from motocho.units.errors import FaultyInput, OutsideFailure, ensure

log = logging.getLogger("motocho.bureau")
KINDS = ("inquiries", "reports")


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who carries, by which lines, on which clock and business date [授受の設定]."""

    line_of: Callable[[str], Line]
    now: Callable[[], datetime]
    business_on: Callable[[Any], date]


@dataclass(frozen=True, slots=True)
class Carried:
    """What one round did [授受の結果]."""

    files_out: int = 0
    files_in: int = 0
    counted: int = 0
    """Answers that count now."""
    doubtful: int = 0
    receipts: int = 0
    faulty: int = 0
    """Files that could not be read: the bureau is to send them again."""

    def __add__(self, other: Carried) -> Carried:
        return Carried(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def carry(carrier: Carrier) -> Carried:
    """One round with every bureau: read the news, send, take in [信用情報の授受]."""
    with transaction.atomic(), connection.cursor() as cursor:
        found = memberships.every(cursor)
    done = Carried()
    for bureau in found:
        follow(carrier, bureau)
        line = carrier.line_of(bureau.bureau_id)
        try:
            done += send(carrier, bureau, line)
        except OutsideFailure as error:
            log.warning("nothing sent to %s: %s", bureau.bureau_id, error.faults[0].code)
        try:
            done += take_in(carrier, bureau, line)
        except OutsideFailure as error:
            log.warning("nothing taken from %s: %s", bureau.bureau_id, error.faults[0].code)
    return done


def follow(carrier: Carrier, bureau: Bureau) -> int:
    """Read the journal to its end, and look at long delays once a day; how many reports [追随]."""
    count, at = 0, carrier.now()
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            on = carrier.business_on(cursor)
            step = following.read_on(cursor, bureau, on, at)
        count += step.reports
        if step.read < following.CHUNK:
            break
    with transaction.atomic(), connection.cursor() as cursor:
        on = carrier.business_on(cursor)
        count += following.look_at_delays(cursor, bureau, on, at)
    with transaction.atomic(), connection.cursor() as cursor:
        following.tell_silent(cursor, bureau, at)
    return count


# --------------------------------------------------------------------------------------- sending
class _Item(NamedTuple):
    """One inquiry or report in a file."""

    member_id: int
    item_id: int
    times_sent: int


def send(carrier: Carrier, bureau: Bureau, line: Line) -> Carried:
    """Hand over every file that is not handed over yet, and what waits in new ones [送信].

    Raises    OutsideFailure where the bureau takes nothing: the same file goes the next time.
    """
    count = 0
    for kind in KINDS:
        while True:
            with transaction.atomic(), connection.cursor() as cursor:
                ready = _unput(cursor, bureau, kind) or _make(cursor, bureau, kind, carrier.now())
            if ready is None:
                break
            line.put(f"{kind}-{ready.file_no:010}", ready.data)
            with transaction.atomic(), connection.cursor() as cursor:
                _put(cursor, bureau, kind, ready.file_no, carrier.now())
            count += 1
    return Carried(files_out=count)


class _File(NamedTuple):
    """A file that is to be handed over."""

    file_no: int
    data: bytes


def _unput(cursor: Any, bureau: Bureau, kind: str) -> _File | None:
    """A file that was made and may not have been handed over, byte for byte as it was."""
    cursor.execute(
        "SELECT file_no, made_on, digest FROM screening_bureau_file"
        " WHERE bureau_id = %s AND kind = %s AND put_at IS NULL ORDER BY file_no LIMIT 1",
        (bureau.bureau_id, kind),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    file_no, made_on, digest = row
    cursor.execute(
        "SELECT member_id, item_id, is_repeat FROM screening_bureau_sent"
        " WHERE bureau_id = %s AND kind = %s AND file_no = %s ORDER BY place",
        (bureau.bureau_id, kind, file_no),
    )
    items = [_Item(member, item, 2 if again else 1) for member, item, again in cursor.fetchall()]
    head = Head(kind, bureau.company_code, bureau.bureau_id, int(file_no), made_on)
    data = _data(cursor, bureau, head, items)
    ensure(_digest(data) == digest, "a file is the same each time", kind=kind, file_no=file_no)
    return _File(int(file_no), data)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _data(cursor: Any, bureau: Bureau, head: Head, items: list[_Item]) -> bytes:
    if head.kind == "inquiries":
        asked = [
            inquiries.written(cursor, InquiryKey(one.member_id, one.item_id),
                              times_sent=one.times_sent)
            for one in items
        ]  # fmt: skip
        return port.write_inquiries(head, asked, bureau.form)
    made = [reports.one(cursor, ReportKey(one.member_id, one.item_id)).written() for one in items]
    return port.write_reports(head, made, bureau.form)


_WAITING = {
    "inquiries": """
        SELECT member_id, inquiry_id, times_sent FROM screening_inquiry
        WHERE bureau_id = %(bureau)s AND (state = 'waiting'
            OR state = 'sent' AND sent_at < %(before)s)
        ORDER BY inquiry_id LIMIT %(most)s FOR UPDATE
    """,
    "reports": """
        SELECT member_id, report_id, times_sent FROM screening_report
        WHERE bureau_id = %(bureau)s AND (state = 'waiting'
            OR state = 'sent' AND sent_at < %(before)s)
        ORDER BY report_id LIMIT %(most)s FOR UPDATE
    """,
}
_SENDING = {
    "inquiries": "UPDATE screening_inquiry SET state = 'sending', file_no = %s,"
    " times_sent = times_sent + 1 WHERE member_id = %s AND inquiry_id = %s",
    "reports": "UPDATE screening_report SET state = 'sending', file_no = %s,"
    " times_sent = times_sent + 1 WHERE member_id = %s AND report_id = %s",
}
_SENT = {
    "inquiries": "UPDATE screening_inquiry SET state = 'sent', sent_at = %s"
    " WHERE bureau_id = %s AND file_no = %s AND state = 'sending'",
    "reports": "UPDATE screening_report SET state = 'sent', sent_at = %s"
    " WHERE bureau_id = %s AND file_no = %s AND state = 'sending'",
}


def _make(cursor: Any, bureau: Bureau, kind: str, at: datetime) -> _File | None:
    """A new file of what waits, and of what stayed without an answer for too long."""
    following.hold(cursor, bureau)
    on = at.astimezone(JAPAN).date()
    held = memberships.policy(on)
    before = at - timedelta(hours=held.repeat_hours)
    wanted = {"bureau": bureau.bureau_id, "before": before, "most": held.most_records}
    cursor.execute(_WAITING[kind], wanted)
    found = [_Item(*row) for row in cursor.fetchall()]
    items = [one for one in found if kind == "reports" or _may_go(cursor, one, at)]
    if not items:
        return None
    cursor.execute(
        "SELECT coalesce(max(file_no), 0) + 1 FROM screening_bureau_file"
        " WHERE bureau_id = %s AND kind = %s",
        (bureau.bureau_id, kind),
    )
    file_no = int(cursor.fetchone()[0])
    head = Head(kind, bureau.company_code, bureau.bureau_id, file_no, on)
    sent = [_Item(one.member_id, one.item_id, one.times_sent + 1) for one in items]
    data = _data(cursor, bureau, head, sent)
    cursor.execute(
        "INSERT INTO screening_bureau_file (bureau_id, kind, file_no, made_on, digest, made_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (bureau.bureau_id, kind, file_no, on, _digest(data), at),
    )
    cursor.executemany(
        "INSERT INTO screening_bureau_sent (member_id, bureau_id, kind, file_no, place, item_id,"
        " is_repeat) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [
            (one.member_id, bureau.bureau_id, kind, file_no, place, one.item_id,
             one.times_sent > 1)
            for place, one in enumerate(sent)
        ],
    )  # fmt: skip
    cursor.executemany(_SENDING[kind], [(file_no, one.member_id, one.item_id) for one in sent])
    return _File(file_no, data)


def _may_go(cursor: Any, one: _Item, at: datetime) -> bool:
    """Whether the consent of an inquiry still holds; one that was taken back goes nowhere."""
    if one.times_sent:
        return True
    cursor.execute(
        "SELECT ground FROM screening_inquiry WHERE member_id = %s AND inquiry_id = %s",
        (one.member_id, one.item_id),
    )
    if cursor.fetchone()[0] != "consent":
        return True
    if consents.inquiry_consent_no(cursor, one.member_id, at) is not None:
        return True
    cursor.execute(
        "UPDATE screening_inquiry SET state = 'void', ended_at = %s"
        " WHERE member_id = %s AND inquiry_id = %s",
        (at, one.member_id, one.item_id),
    )
    return False


def _put(cursor: Any, bureau: Bureau, kind: str, file_no: int, at: datetime) -> None:
    cursor.execute(
        "UPDATE screening_bureau_file SET put_at = %s"
        " WHERE bureau_id = %s AND kind = %s AND file_no = %s AND put_at IS NULL",
        (at, bureau.bureau_id, kind, file_no),
    )
    cursor.execute(_SENT[kind], (at, bureau.bureau_id, file_no))


# ------------------------------------------------------------------------------------- taking in
def take_in(carrier: Carrier, bureau: Bureau, line: Line) -> Carried:
    """Take in every file that waits on the line, each once [受信].

    Raises    OutsideFailure where the line gives nothing.
    """
    done = Carried()
    for name in line.waiting():
        done += _take_file(carrier, bureau, name, line.get(name))
        line.done(name)
    return done


def _take_file(carrier: Carrier, bureau: Bureau, name: str, data: bytes) -> Carried:
    """Each answer and receipt in a transaction of its own; then the file is known."""
    digest, at = _digest(data), carrier.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM screening_bureau_taken WHERE bureau_id = %s AND digest = %s",
            (bureau.bureau_id, digest),
        )
        if cursor.fetchone() is not None:
            return Carried(files_in=1)
    faults: list[str] = []
    done = Carried(files_in=1)
    try:
        read = port.read_incoming(data, name, (bureau.company_code, bureau.bureau_id))
    except FaultyInput as error:
        faults = [f"{one.code} {one.line or ''}".strip() for one in error.faults[:20]]
        log.warning("file %s of %s cannot be read: %s", name, bureau.bureau_id, faults[0])
        done += Carried(faulty=1)
    else:
        if isinstance(read, Answers):
            for answer in read.answers:
                done += _take_answer(carrier, bureau, answer, faults)
        else:
            for receipt in read.receipts:
                done += _take_receipt(carrier, receipt)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO screening_bureau_taken (bureau_id, digest, name, faults, taken_at)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (bureau.bureau_id, digest, name, faults, at),
        )
    return done


def _take_answer(
    carrier: Carrier, bureau: Bureau, answer: port.Answer, faults: list[str]
) -> Carried:
    with transaction.atomic(), connection.cursor() as cursor:
        on = carrier.business_on(cursor)
        made = Made(answers.CHANNEL, answer.inquiry_ref, on, carrier.now(), "worker")
        became = answers.take(cursor, bureau.bureau_id, answer, made)
    if became is answers.Became.UNKNOWN:
        faults.append(f"BUR-034 {answer.inquiry_ref}"[:60])
        log.warning("%s answers %s, which was not asked", bureau.bureau_id, answer.inquiry_ref)
    return Carried(
        counted=became is answers.Became.COUNTED, doubtful=became is answers.Became.DOUBTFUL
    )


def _take_receipt(carrier: Carrier, receipt: port.Receipt) -> Carried:
    key = reports.key_of(receipt.report_ref)
    if key is None:
        return Carried()
    with transaction.atomic(), connection.cursor() as cursor:
        is_news = reports.taken(cursor, key, receipt.reason, "worker", carrier.now())
    return Carried(receipts=is_news)
