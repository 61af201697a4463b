"""What a disclosure hands out: sealed files of every contract, letters by the queue [開示書面].

The files are made once and stay as they were sent; a member's own go through the queue for the post
or to the member's pages, others' are kept here alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from motocho.contact import gate
from motocho.documents import archive
from motocho.documents import paper as sheets
from motocho.documents.archive import About, Due
from motocho.documents.archive import Kind as PaperKind
from motocho.documents.paper import Heading, Paper
from motocho.documents.sheet import Align, Pair
from motocho.documents.statutory import histories as whole
from motocho.journal import rows as journal
from motocho.journal.rows import Happening
from motocho.loans import queries
from motocho.loans.commands import Key
from motocho.people import members
from motocho.people.credentials import hashing
from motocho.people.facts import values
from motocho.units.errors import Fault, Language, NotFoundError, ensure

POST = "post"


class Wanted(NamedTuple):
    """For which request files are made, by whom, and whether they go by post [作成の依頼]."""

    cause: str
    actor: str
    road: str


@dataclass(frozen=True, slots=True)
class Made:
    """The files of one contract, or of personal data under contract 0 [作成したファイル]."""

    agreement_id: int
    paper: Paper
    files: dict[str, bytes]


class FileKey(NamedTuple):
    """One file of a request [ファイル]."""

    agreement_id: int
    form: str


def histories(cursor: Any, member_id: int, on: date) -> list[Made]:
    """The whole history of every contract a member ever had with us [全契約の取引履歴].

    Raises    NotFoundError where there is none.
    """
    found = queries.agreements(cursor, member_id)
    if not found:
        raise NotFoundError(Fault("DSC-014"))
    made = []
    for listed in found:
        case = queries.history_case(cursor, listed.key, on, queries.Amounts.PAID)
        files = {form: whole.file_of(case, form, on) for form in whole.FORMS}
        made.append(Made(listed.key.agreement_id, whole.paper_of(case, on), files))
    return made


_FACTS = (
    Heading("項目", Align.LEFT, 6),
    Heading("内容", Align.LEFT, 16),
    Heading("いつから", Align.LEFT, 6),
)
_NAMES = {
    values.Kind.NAME: "氏名",
    values.Kind.BIRTH_DATE: "生年月日",
    values.Kind.ADDRESS: "住所",
    values.Kind.MOBILE_PHONE: "携帯電話",
    values.Kind.HOME_PHONE: "自宅の電話",
    values.Kind.WORK_PHONE: "勤務先の電話",
    values.Kind.EMAIL: "メールアドレス",
    values.Kind.EMPLOYER: "勤務先",
    values.Kind.INCOME: "年収",
    values.Kind.BANK_ACCOUNT: "振込先口座",
}


def personal_data(
    cursor: Any, member_id: int, wanted: Wanted, on: date, at: datetime
) -> list[Made]:
    """What is registered of a member, whole, with since when [保有個人データ].

    Law       個人情報保護法33条.
    """
    member = members.one(cursor, member_id)
    facts = gate.disclosed(cursor, member_id, wanted.cause, wanted.actor, at)
    rows: list[tuple[str | int | date, ...]] = [
        ("氏名", f"{member.person.family_name} {member.person.given_name}", ""),
        ("生年月日", member.person.born_on.isoformat(), ""),
    ]
    told = {values.Kind.NAME, values.Kind.BIRTH_DATE}
    for kind, fact in sorted(facts.items(), key=lambda one: one[0].value):
        if kind not in told:
            parts = [str(part) for part in values.document(fact.value).values() if part != ""]
            rows.append((_NAMES[kind], " ".join(parts), fact.effective_on.isoformat()))
    rows += [
        (f"契約 {one.key.agreement_id}", one.status.value, one.opened_on.isoformat())
        for one in queries.agreements(cursor, member_id)
    ]
    title = f"会員 {member.member_number}"
    made = Paper(
        "保有個人データ", on, (Pair("会員番号", member.member_number),), _FACTS, tuple(rows), (),
        title, Language.JA,
    )  # fmt: skip
    files = {"pdf": sheets.pdf(made), "csv": sheets.csv_text(made).encode()}
    return [Made(0, made, files)]


def keep(
    cursor: Any, key: tuple[int, int], made: Sequence[Made], wanted: Wanted | None, at: datetime
) -> None:
    """Keep the files sealed; a member's own are papers too [ファイルの保存].

    Takes     for whom the papers are; None where they go to somebody else than the member.
    """
    member_id, disclosure_id = key
    for one in made:
        paper_no = None
        if wanted is not None:
            due = Due.ALWAYS if wanted.road == POST else Due.WHEN_ASKED
            loan = Key(member_id, one.agreement_id)
            cause = f"{wanted.cause} {one.agreement_id}"
            about = About(loan, PaperKind.HISTORY, cause, due=due)
            paper_no = archive.deliver(cursor, one.paper, about, at).paper_no
        for form, content in one.files.items():
            digest = hashlib.sha256(content).digest()
            sealed = hashing.seal_bytes("disclosure", _owner(member_id, digest), content)
            cursor.execute(
                "INSERT INTO care_disclosure_file (member_id, disclosure_id, agreement_id, form,"
                " paper_no, digest, sealed, pepper_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    member_id, disclosure_id, one.agreement_id, form,
                    paper_no if form == "pdf" else None, digest, sealed.data, sealed.pepper_id,
                ),
            )  # fmt: skip


def _owner(member_id: int, digest: bytes) -> str:
    return f"{member_id} {digest.hex()}"


def files(cursor: Any, key: tuple[int, int]) -> list[FileKey]:
    """Which files a request has, by contract [ファイルの一覧]."""
    cursor.execute(
        "SELECT agreement_id, form FROM care_disclosure_file"
        " WHERE member_id = %s AND disclosure_id = %s ORDER BY agreement_id, form DESC",
        (*key,),
    )
    return [FileKey(int(agreement_id), form) for agreement_id, form in cursor.fetchall()]


def content(cursor: Any, key: tuple[int, int], file: FileKey) -> bytes:
    """One file to the byte as it was made [ファイルの内容].

    Raises    NotFoundError if there is none; BrokenInvariant if it is not what was made.
    """
    cursor.execute(
        "SELECT sealed, pepper_id, digest FROM care_disclosure_file"
        " WHERE (member_id, disclosure_id, agreement_id, form) = (%s, %s, %s, %s)",
        (*key, *file),
    )
    row = cursor.fetchone()
    if row is None:
        raise NotFoundError(Fault("DSC-001"))
    digest, sealed = bytes(row[2]), hashing.Sealed(bytes(row[0]), row[1])
    found = hashing.unseal_bytes("disclosure", _owner(key[0], digest), sealed)
    ensure(hashlib.sha256(found).digest() == digest, "the file that was made", form=file.form)
    return found


# --------------------------------------------------------------------------------------- sending
class Label(NamedTuple):
    """To whom and where it goes [宛名]."""

    name: str
    address: str


def own_label(cursor: Any, key: tuple[int, int], actor: str, at: datetime) -> Label | None:
    """The registered address, read by a permit of the gate [登録住所の宛名]; None without one."""
    letters = _letters(cursor, key)
    if not letters:
        return None
    found = archive.addressed(cursor, letters[0], actor, at)
    return None if found is None else Label(found[0], f"〒{found[1]} {found[2]}")


def posted(cursor: Any, key: tuple[int, int], actor: str, at: datetime) -> None:
    """Say of the letters of a request that they went to the post [発送]; some may have before."""
    archive.posted(cursor, _letters(cursor, key), actor, at)


def _letters(cursor: Any, key: tuple[int, int]) -> list[archive.Letter]:
    cursor.execute(
        "SELECT paper_no FROM care_disclosure_file WHERE member_id = %s AND disclosure_id = %s"
        " AND paper_no IS NOT NULL",
        (*key,),
    )
    mine = {int(paper_no) for (paper_no,) in cursor.fetchall()}
    return [
        one for one in archive.waiting(cursor) if one.member_id == key[0] and one.paper_no in mine
    ]


def tell(cursor: Any, key: tuple[int, int], actor: str, at: datetime) -> None:
    """The member learns that the history stands on the own pages [会員への通知]."""
    cursor.execute(
        "SELECT agreement_id, paper_no FROM care_disclosure_file WHERE member_id = %s"
        " AND disclosure_id = %s AND paper_no IS NOT NULL ORDER BY agreement_id LIMIT 1",
        (*key,),
    )
    agreement_id, paper_no = cursor.fetchone()
    subject: dict[str, int | str] = {
        "agreement": int(agreement_id),
        "document": PaperKind.HISTORY.value,
        "paper": int(paper_no),
        "road": archive.Road.ON_REQUEST.value,
    }
    journal.write(cursor, [Happening(key[0], "document_ready", actor, at, subject)])
