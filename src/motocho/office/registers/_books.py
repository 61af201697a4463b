"""The statutory book of a contract: all that the ordinance lists, in one file [帳簿].

    book = book_of(cursor, key, until_on)
    book.document(), book.csv_text(), book.digest

Where each item of 貸金業法施行規則16条1項 stands: 1 and 2, the terms and every paper that states
them (a copy stands for the entry, 16条3項); 3, guarantors: there are none; 4, receipts with
their split and what was left; 5, what ended a claim otherwise; 6, to whom it went; 7, negotiations.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import orjson

from motocho.documents.paper import Heading, Paper
from motocho.documents.sheet import Align, Pair
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.loans.queries import StatementRow, Undone
from motocho.outside.clock import JAPAN
from motocho.units.errors import Language

SCHEMA_VERSION = 1
OTHERWISE = frozenset({"waiver"})
"""What ends a claim, or a part of it, without a payment; a write-off ends none [弁済以外の消滅]."""
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class TermsEntry:
    """What was agreed, from a day on [契約内容] · 16条1項1号, 2号."""

    event_no: int
    from_on: date
    limit_yen: int
    rate_ppm: int
    damages_ppm: int
    scheme: str


@dataclass(frozen=True, slots=True)
class PaperEntry:
    """A paper that was delivered, whose copy stands for the entry [書面の写し] · 16条3項."""

    paper_no: int
    kind: str
    title: str
    dated_on: date
    road: str
    digest: str


@dataclass(frozen=True, slots=True)
class MoneyEntry:
    """One event with its split and what is left [貸付け・弁済] · 16条1項1号, 4号, 5号."""

    event_no: int
    kind: str
    on: date
    amount_yen: int
    to_costs_yen: int
    to_interest_yen: int
    to_damages_yen: int
    to_principal_yen: int
    to_written_off_yen: int
    to_excess_yen: int
    rest_yen: int | None
    """All that was owed after it; None for what was cancelled."""
    cancelled_by: int | None


@dataclass(frozen=True, slots=True)
class TransferEntry:
    """To whom the claim went [債権譲渡] · 16条1項6号."""

    on: date
    buyer_name: str
    buyer_address: str
    claim_yen: int


@dataclass(frozen=True, slots=True)
class TalkEntry:
    """One negotiation [交渉の経過] · 16条1項7号, BOOK-004: whom, when, how, who, what of it."""

    at: datetime
    whom: str
    means: str
    place: str
    actor: str
    about: str
    content: str

    @property
    def is_whole(self) -> bool:
        """Whether all five particulars are there [記載の具備]."""
        return all((self.whom, self.means, self.actor, self.about, self.content))


@dataclass(frozen=True, slots=True)
class Book:
    """The book of one contract up to a day [帳簿]."""

    key: Key
    member_number: str
    opened_on: date
    until_on: date
    status: str
    terms: tuple[TermsEntry, ...]
    papers: tuple[PaperEntry, ...]
    money: tuple[MoneyEntry, ...]
    transfers: tuple[TransferEntry, ...]
    talks: tuple[TalkEntry, ...]

    @property
    def lent(self) -> tuple[MoneyEntry, ...]:
        """Draws, cancelled ones included [貸付け]."""
        return tuple(one for one in self.money if one.kind == "draw")

    @property
    def received(self) -> tuple[MoneyEntry, ...]:
        """Receipts and uses of held money [弁済] · 4号."""
        return tuple(one for one in self.money if one.kind in {"receipt", "excess_used"})

    @property
    def ended_otherwise(self) -> tuple[MoneyEntry, ...]:
        """What ended otherwise than by payment [弁済以外の消滅] · 5号."""
        return tuple(one for one in self.money if one.kind in OTHERWISE)

    def content(self) -> dict[str, Any]:
        """Everything that the digest is of [帳簿の内容]."""
        parts = {
            name: [asdict(one) for one in getattr(self, name)]
            for name in ("terms", "papers", "money", "transfers", "talks")
        }
        return {
            "schema_version": SCHEMA_VERSION,
            "member_number": self.member_number,
            "agreement": self.key.agreement_id,
            "opened_on": self.opened_on,
            "until_on": self.until_on,
            "status": self.status,
            **parts,
        }

    @property
    def digest(self) -> str:
        """SHA-256 of the content, keys in order: the same book has the same one [帳簿の指紋]."""
        return hashlib.sha256(orjson.dumps(self.content(), option=_ORDERED)).hexdigest()

    def document(self) -> dict[str, Any]:
        """The book as JSON, with its digest [公開形式]."""
        plain: dict[str, Any] = orjson.loads(orjson.dumps(self.content(), option=_ORDERED))
        return {**plain, "digest": self.digest}

    def csv_text(self) -> str:
        """The book as one table; the first line names book and digest [帳簿の表]."""
        out = io.StringIO()
        out.write(BYTE_ORDER_MARK)
        writer = csv.writer(out, lineterminator="\r\n")
        agreement = f"{self.member_number}/{self.key.agreement_id}"
        writer.writerow(["帳簿", agreement, self.opened_on, self.until_on, self.digest])
        writer.writerow(_HEADINGS)
        writer.writerows([_inert(cell) for cell in line] for line in _lines(self))
        return out.getvalue()

    def paper(self) -> Paper:
        """The book as a paper to hand out, under its digest [帳簿の書面]."""
        headings = tuple(
            Heading(text, Align.RIGHT if text in _IN_YEN else Align.LEFT, share)
            for text, share in _ON_PAPER.items()
        )
        rows = tuple(
            tuple(_on_paper(line, _HEADINGS.index(text)) for text in _ON_PAPER)
            for line in _lines(self)
        )
        pairs = (
            Pair("会員番号/契約", f"{self.member_number}/{self.key.agreement_id}"),
            Pair("契約日", self.opened_on.isoformat()),
            Pair("指紋", self.digest),
        )
        return Paper("帳簿", self.until_on, pairs, headings, rows, (), _FOOT, Language.JA)


_ORDERED = orjson.OPT_SORT_KEYS
_FOOT = "貸金業法19条の帳簿"
_IN_YEN = frozenset({"金額", "残存債務"})
_ON_PAPER = {"号": 1, "日付": 3, "種別": 3, "金額": 2, "残存債務": 2, "相手方": 3, "内容": 6}
"""The columns of the paper with their share of its width; the file has all."""
_NAMES = {
    "draw": "貸付け",
    "receipt": "弁済",
    "excess_used": "仮受金の充当",
    "refund": "返還",
    "cost": "費用",
    "waiver": "免除",
    "write_off": "償却",
    "departure": "債権譲渡",
    "acceleration": "期限の利益の喪失",
}


def _on_paper(line: list[Any], place: int) -> str | int | date:
    cell = line[place]
    if isinstance(cell, (int, date)):
        return cell
    return _NAMES.get(cell, str(cell))


_HEADINGS = (
    "号", "日付", "種別", "金額", "費用充当", "利息充当", "損害金充当", "元金充当", "償却元金充当",
    "仮受金", "残存債務", "相手方", "手段・場所", "担当", "内容",
)  # fmt: skip


def _inert(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula stands as text; JSON has it as it is."""
    is_live = isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{cell}" if is_live else cell


def _lines(book: Book) -> Iterator[list[Any]]:
    for term in book.terms:
        words = (
            f"極度額{term.limit_yen:,}円 年率{term.rate_ppm}ppm 遅延損害金{term.damages_ppm}ppm "
            f"{term.scheme}"
        )
        yield ["2", term.from_on, "契約条件", *[""] * 8, "", "", "", words]
    for paper in book.papers:
        words = f"{paper.title} {paper.road} {paper.digest}"
        yield ["1・2", paper.dated_on, "書面の写し", *[""] * 8, "", "", "", words]
    for one in book.money:
        yield _money_line(one)
    for sold in book.transfers:
        whom = f"{sold.buyer_name} {sold.buyer_address}"
        yield ["6", sold.on, "債権譲渡", sold.claim_yen, *[""] * 7, whom, "", "", ""]
    for talk in book.talks:
        how = f"{talk.means} {talk.place}".strip()
        at = talk.at.astimezone(JAPAN).isoformat(timespec="minutes")
        words = f"{talk.about}: {talk.content}"
        yield ["7", at, "交渉", *[""] * 8, talk.whom, how, talk.actor, words]


def _money_line(one: MoneyEntry) -> list[Any]:
    item = "4" if one.kind in {"receipt", "excess_used"} else "5" if one.kind in OTHERWISE else "1"
    split = [
        one.to_costs_yen, one.to_interest_yen, one.to_damages_yen, one.to_principal_yen,
        one.to_written_off_yen, one.to_excess_yen,
    ]  # fmt: skip
    note = "" if one.cancelled_by is None else f"取消: {one.cancelled_by}"
    rest = "" if one.rest_yen is None else one.rest_yen
    return [item, one.on, one.kind, one.amount_yen, *split, rest, "", "", "", note]


# ---------------------------------------------------------------------------------------- reading
def book_of(cursor: Any, key: Key, until_on: date) -> Book:
    """The book of a contract up to a day, whole [帳簿の作成] · BOOK-001.

    Takes     a cursor in a transaction of one moment.
    Raises    NotFoundError if the member has no such agreement.
    Law       貸金業法19条; 施行規則16条1項1号〜7号, 3項.
    """
    made = queries.contract(cursor, key)
    rows = queries.statement(cursor, key, made.opened_on, until_on, Undone.SHOWN)
    cursor.execute("SELECT member_number FROM people_member WHERE member_id = %s", (key.member_id,))
    number = cursor.fetchone()[0]
    return Book(
        key,
        number,
        made.opened_on,
        until_on,
        made.status.value,
        tuple(_terms(cursor, key, rows)),
        tuple(_papers(cursor, key, until_on)),
        tuple(_money(row) for row in rows if row.kind not in _NO_MONEY),
        tuple(_transfers(cursor, key, until_on)),
        tuple(talks(cursor, key.member_id, made.opened_on, until_on)),
    )


_NO_MONEY = frozenset({"opening", "terms", "arrangement"})


def _terms(cursor: Any, key: Key, rows: list[StatementRow]) -> Iterator[TermsEntry]:
    for row in rows:
        if row.kind in _NO_MONEY and row.undoing is None:
            terms = queries.contract(cursor, key, row.event_no).terms
            scheme = terms.plan.scheme.public_name
            yield TermsEntry(
                row.event_no, row.on, terms.limit_yen, terms.rate_ppm, terms.damages_ppm, scheme
            )


def _money(row: StatementRow) -> MoneyEntry:
    owed = (
        row.principal_yen, row.unpaid_interest_yen, row.unpaid_damages_yen, row.costs_yen,
        row.written_off_yen,
    )  # fmt: skip
    rest = None if row.undoing is not None else sum(one or 0 for one in owed)
    return MoneyEntry(
        row.event_no, row.kind, row.on, row.amount_yen, row.to_costs_yen, row.to_interest_yen,
        row.to_damages_yen, row.to_principal_yen, row.to_written_off_yen, row.to_excess_yen, rest,
        None if row.undoing is None else row.undoing.event_no,
    )  # fmt: skip


def _papers(cursor: Any, key: Key, until_on: date) -> Iterator[PaperEntry]:
    cursor.execute(
        "SELECT paper_no, kind, title, dated_on, road, encode(digest, 'hex') FROM documents_paper"
        " WHERE member_id = %s AND agreement_id IN (0, %s) AND dated_on <= %s ORDER BY paper_no",
        (*key, until_on),
    )
    return (PaperEntry(*row) for row in cursor.fetchall())


def _transfers(cursor: Any, key: Key, until_on: date) -> Iterator[TransferEntry]:
    cursor.execute(
        "SELECT t.transferred_on, p.name, p.address, t.claim_yen FROM office_transfer t"
        " JOIN office_partner p ON p.partner_id = t.buyer_id"
        " WHERE t.member_id = %s AND t.agreement_id = %s AND t.transferred_on <= %s",
        (*key, until_on),
    )
    return (TransferEntry(*row) for row in cursor.fetchall())


_TALKS = """
SELECT a.asked_at, CASE a.whom WHEN 'own' THEN 'debtor' ELSE a.whom END, a.channel,
    coalesce(nullif(t.called, 'counterpart'), nullif(a.our_number, ''), ''), a.actor,
    a.purpose || coalesce(' ' || t.reason, ''),
    btrim(concat_ws(' ', CASE WHEN a.channel NOT IN ('phone', 'visit') THEN a.cause END, r.result,
        e.ending, CASE WHEN e.spoken_with IS NOT NULL THEN '(' || e.spoken_with || ')' END,
        nullif(e.said, ''), nullif(e.note, ''), v.met, v.words))
FROM contact_attempt a
LEFT JOIN contact_call_result r USING (member_id, attempt_id)
LEFT JOIN care_talk t USING (member_id, attempt_id)
LEFT JOIN care_talk_end e USING (member_id, attempt_id)
LEFT JOIN care_visit_log v USING (member_id, attempt_id)
WHERE a.member_id = %(member)s AND a.valid_until IS NOT NULL
    AND (a.asked_at AT TIME ZONE 'Asia/Tokyo')::date BETWEEN %(first)s AND %(last)s
UNION ALL
SELECT t.began_at, 'debtor', 'phone', 'inbound', t.actor, t.reason,
    btrim(concat_ws(' ', e.ending,
        CASE WHEN e.spoken_with IS NOT NULL THEN '(' || e.spoken_with || ')' END,
        nullif(e.said, ''), nullif(e.note, '')))
FROM care_talk t LEFT JOIN care_talk_end e USING (member_id, attempt_id)
WHERE t.member_id = %(member)s AND t.direction = 'in'
    AND (t.began_at AT TIME ZONE 'Asia/Tokyo')::date BETWEEN %(first)s AND %(last)s
ORDER BY 1, 3, 6
"""


def talks(cursor: Any, member_id: int, first_on: date, last_on: date) -> Iterator[TalkEntry]:
    """Every negotiation of a time with a member, or for one [交渉の経過の記録] · BOOK-004.

    By telephone both ways, by letter, e-mail, SMS, the own pages, and at the door; what was refused
    by the gate was none. Law: 施行規則16条1項7号.
    """
    cursor.execute(_TALKS, {"member": member_id, "first": first_on, "last": last_on})
    return (TalkEntry(*row) for row in cursor.fetchall())


def unfinished(cursor: Any, member_id: int, first_on: date, last_on: date) -> list[TalkEntry]:
    """Negotiations that lack one of the five particulars yet [記載の不足] · BOOK-004."""
    return [one for one in talks(cursor, member_id, first_on, last_on) if not one.is_whole]
