"""A studio with a passphrase: what a case's way says lies sealed in the database."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime

import orjson
import pytest
from psycopg.errors import CheckViolation
from tests.database import Database

from motocho.office import cases, intake
from motocho.office.tracker import board, bundle, keeping, money, shelf
from motocho.office.tracker.keeping import Made, Told
from motocho.office.tracker.money import Entry, Flow
from motocho.office.tracker.shelf import Paper, Way
from motocho.office.tracker.tracks import Kind
from motocho.outside.clock import JAPAN
from motocho.units.errors import NotAllowedError

AT = datetime(2026, 11, 22, 10, tzinfo=JAPAN)
ON = date(2026, 11, 22)
MADE = Made("佐藤花子", AT)
PASSPHRASE = "長い合言葉 2026 あおい"
SECRETS = ("佐藤花子", "内緒の電話", "秘密の書類", "secret-bytes-of-a-paper", "預り金のメモ")


@pytest.fixture
def sealed(database: Database) -> Iterator[Database]:
    cases.set_passphrase(PASSPHRASE, at=AT)
    yield database
    cases.lock()


def filled() -> int:
    case_id = cases.open_case({"client": "甲野"}, actor="佐藤花子", at=AT)
    keeping.note(case_id, Told(Kind.NOTE, ON, {"text": "内緒の電話"}, "a"), MADE)
    money.put(case_id, Entry(Flow.FROM_LENDER, 500_000, ON, "預り金のメモ", "b"), MADE)
    paper = Paper(Way.IN, ON, "秘密の書類.pdf", "秘密の書類", b"secret-bytes-of-a-paper")
    shelf.keep(case_id, paper, MADE)
    return case_id


def test_nothing_of_it_stands_plain_in_the_database(sealed: Database) -> None:
    filled()
    with sealed.connect() as connection:
        for table in ("office_event", "office_client_money", "office_kept_paper"):
            rows = connection.execute(f"SELECT to_jsonb(t)::text FROM {table} t").fetchall()
            columns = connection.execute(f"SELECT * FROM {table}").fetchall()
            whole = b"".join(
                bytes(cell)
                for row in columns
                for cell in row
                if isinstance(cell, bytes | memoryview)
            )
            for secret in SECRETS:
                assert secret.encode() not in whole
                assert all(secret not in row[0] for row in rows)


def test_locked_it_gives_nothing_and_unlocked_everything(sealed: Database) -> None:
    case_id = filled()
    cases.lock()
    for ask in (
        lambda: keeping.events_of(case_id),
        lambda: money.statement(case_id),
        lambda: shelf.listed(case_id),
        lambda: bundle.bundle(case_id, AT),
        lambda: board.board(ON),
    ):
        with pytest.raises(NotAllowedError):
            ask()
    cases.unlock(PASSPHRASE)
    assert keeping.events_of(case_id)[0].text("text") == "内緒の電話"
    assert money.statement(case_id).entries[0].note == "預り金のメモ"
    assert shelf.content_of(case_id, 1) == b"secret-bytes-of-a-paper"


def test_what_a_paper_is_cannot_be_told_from_its_digest(sealed: Database) -> None:
    """Whoever holds the same file, or looks into another case, learns nothing from the disk."""
    content = b"secret-bytes-of-a-paper"
    first, second = filled(), filled()
    paper = Paper(Way.IN, ON, "またの名.pdf", "同じ書類", content)
    assert [shelf.keep(one, paper, MADE).paper_no for one in (first, second)] == [1, 1]
    shelf.keep(first, Paper(Way.OUT, ON, "返送.pdf", "返した書類", content), MADE)
    with sealed.connect() as wire:
        rows = wire.execute("SELECT case_id, digest FROM office_kept_paper").fetchall()
    digests = {(case_id, bytes(digest)) for case_id, digest in rows}
    assert len(rows) == 3
    assert len({digest for _, digest in digests}) == 2  # a case's own, the same both ways
    assert hashlib.sha256(content).digest() not in {digest for _, digest in digests}
    told = zipfile.ZipFile(io.BytesIO(bundle.bundle(first, AT))).read("case.json")
    plain = hashlib.sha256(content).hexdigest()
    assert [one["sha256"] for one in orjson.loads(told)["papers"]] == [plain, plain]


def test_a_paper_that_was_kept_with_its_plain_hash_is_read_and_known_again(
    sealed: Database,
) -> None:
    """As studios did before digests were keyed: such a row cannot be changed, only read."""
    case_id, content = filled(), b"an older paper"
    about = orjson.dumps({"name": "a", "title": "a", "actor": "a"})
    with sealed.connect() as wire:
        wire.execute(
            "INSERT INTO office_kept_paper (case_id, paper_no, way, handled_on, digest, length,"
            " body, content, at) VALUES (%s, 2, 'in', %s, %s, %s, %s, %s, %s)",
            (
                case_id,
                ON,
                hashlib.sha256(content).digest(),
                len(content),
                cases.seal_bytes(about, f"case {case_id} paper 2 about"),
                cases.seal_bytes(content, f"case {case_id} paper 2"),
                AT,
            ),
        )
    assert shelf.content_of(case_id, 2) == content
    again = shelf.keep(case_id, Paper(Way.IN, ON, "b", "b", content), MADE)
    assert (again.paper_no, len(shelf.listed(case_id))) == (2, 2)


@pytest.mark.parametrize(
    "statement",
    [
        (
            "INSERT INTO office_kept_paper (case_id, paper_no, way, handled_on, digest, length, body,"
            " content, at) SELECT case_id, 2, 'out', handled_on, digest, length, body, %s, at"
            " FROM office_kept_paper"
        ),
        (
            "INSERT INTO office_intake_job (case_id, kind, body, content, at)"
            " SELECT case_id, kind, body, %s, at FROM office_intake_job"
        ),
        (
            "INSERT INTO office_intake_page (job_id, page_no, pages, body, picture)"
            " SELECT job_id, 2, 2, body, %s FROM office_intake_job"
        ),
    ],
)
def test_no_file_lies_plain_in_a_sealed_studio_whoever_writes_it(
    sealed: Database, statement: str
) -> None:
    case_id = filled()
    intake.begin(case_id, "日付,借入\n2001-01-10,1000\n".encode(), name="a.csv", at=AT)
    with sealed.connect() as wire:
        with pytest.raises(CheckViolation, match="files of a sealed studio"):
            wire.execute(statement, (b"\x00plain",))
        wire.rollback()
        assert wire.execute(statement, (b"\x01sealed",)).rowcount == 1
