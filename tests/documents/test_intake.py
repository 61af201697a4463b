"""What members hand in: nothing of a file is kept but what it shows, sealed, judged page by page."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from django.db import IntegrityError, connection
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.database import Database
from tests.documents import files
from tests.loans.crowd import at_once, do
from tests.people.house import AT, House, after, kinds_of, rows

from motocho.documents import intake
from motocho.documents.intake import (
    ERASED,
    MOST_BYTES,
    Finding,
    Judged,
    Kept,
    Page,
    Pages,
    Picture,
    Purpose,
    Upload,
)
from motocho.law.rules import Refusal
from motocho.outside.postgres import Role as Login
from motocho.people.access import Role
from motocho.units.errors import Fault, Language, NotFoundError, OutsideFailure, RefusedError

BAD = {
    "empty": (b"", "UPL-001"),
    "too large": (files.photo() + b"\0" * MOST_BYTES, "UPL-002"),
    "word": (b"PK\x03\x04" + b"\0" * 100, "UPL-003"),
    "page of the web": (b"<html>" + b" " * 500, "UPL-003"),
    "film": (b"\0\0\0\x18ftypmp42" + b"\0" * 500, "UPL-031"),
    "cut photo": (files.photo()[:3000], "UPL-004"),
    "only a sign": (b"\xff\xd8\xff" + b"\0" * 100, "UPL-004"),
    "no heic": (b"\0\0\0\x18ftypheic" + b"\0" * 500, "UPL-004"),
    "no pdf": (b"%PDF-1.7\n" + b"\0" * 500, "UPL-004"),
    "bomb": (files.bomb(), "UPL-005"),
    "stamp": (files.photo(900, 399), "UPL-006"),
    "book": (files.pdf(11), "UPL-007"),
}  # fmt: skip


def upload(data: bytes, name: str = "../../etc/passwd") -> Upload:
    return Upload(name, data)


def shown(data: bytes) -> tuple[Picture, ...]:
    found = intake.examine(upload(data))
    assert all(isinstance(one, Picture) for one in found), found
    return tuple(one for one in found if isinstance(one, Picture))


def opened(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture.jpeg), formats=("JPEG",))


@pytest.mark.parametrize("case", sorted(BAD))
def test_file_that_cannot_be_kept_says_why(case: str) -> None:
    data, code = BAD[case]
    (fault,) = intake.examine(upload(data))
    assert isinstance(fault, Fault)
    assert fault.code == code
    assert fault.what(Language.JA)
    assert "?" not in fault.what(Language.EN)
    assert fault.fix(Language.EN)


def test_size_is_said_as_it_was_seen() -> None:
    (fault,) = intake.examine(upload(b"\xff" * (14 << 20)))
    assert isinstance(fault, Fault)
    assert fault.what(Language.JA) == "10MBより小さいファイルにしてください（いま14.0MB）"


def test_photo_is_made_anew_upright_and_without_a_word() -> None:
    (found,) = shown(files.photo_of_a_place())
    page = opened(found)
    assert (page.width, page.height) == (found.wide, found.high) == (600, 900)
    assert page.getpixel((560, 40))[0] > 200 > page.getpixel((560, 40))[1]  # type: ignore[index]
    assert not page.getexif()
    assert b"SECRET" not in found.jpeg + found.small
    assert max(Image.open(BytesIO(found.small)).size) == 320


@pytest.mark.parametrize(
    "data",
    [
        files.saved(files.drawn(mode="RGBA"), "PNG"),
        files.saved(files.drawn(mode="P"), "PNG"),
        files.saved(files.drawn(mode="1"), "PNG"),
        files.saved(files.drawn(mode="L").convert("I;16"), "PNG"),
        files.saved(files.drawn(mode="CMYK"), "JPEG"),
        files.saved(files.drawn(5000, 4000), "JPEG"),
        files.pdf(1),
        files.pdf(1, side=14_400),
    ],
)
def test_every_way_to_write_a_page_is_read(data: bytes) -> None:
    (found,) = shown(data)
    assert opened(found).mode == "RGB"
    assert max(found.wide, found.high) <= 2_400


def test_photo_of_an_iphone_is_read() -> None:
    (found,) = shown((Path(__file__).parent / "phone.heic").read_bytes())
    page = opened(found)
    assert page.size == (480, 640)
    red, green, _ = page.getpixel((40, 40))  # type: ignore[misc]
    assert red > 180 > green


def test_polyglot_and_active_pdf_leave_only_what_they_show() -> None:
    (photo,) = shown(files.polyglot())
    (page,) = shown(files.active_pdf())
    assert b"SECRET" not in photo.jpeg + page.jpeg
    assert opened(page).getpixel((100, opened(page).height - 100)) < (30, 30, 30)  # type: ignore[operator]
    assert len(shown(files.pdf(10))) == 10


@settings(max_examples=15, deadline=None)
@given(st.integers(20, 4_000), st.binary(min_size=1, max_size=40))
def test_damaged_file_is_a_fault_or_a_picture_never_more(place: int, noise: bytes) -> None:
    data = files.photo_of_a_place()
    found = intake.examine(upload(data[:place] + noise + data[place + len(noise) :]))
    assert all(isinstance(one, Fault | Picture) for one in found)


def test_decoder_that_hangs_or_dies_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever becomes of the other process, this one gets an answer."""
    died = tmp_path / "died.py"
    died.write_text("import os; os.kill(os.getpid(), 9)", encoding="utf-8")
    hangs = tmp_path / "hangs.py"
    hangs.write_text("import time; time.sleep(60)", encoding="utf-8")
    monkeypatch.setattr(intake, "_SECONDS", 0.5)
    for program, code in ((died, "UPL-004"), (hangs, "UPL-012")):
        monkeypatch.setattr(intake, "_DECODER", program)
        (fault,) = intake.examine(upload(files.photo()))
        assert isinstance(fault, Fault)
        assert fault.code == code


def test_nobody_waits_long_for_a_decoder(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_WAIT_SECONDS", 0.1)
    with intake._AT_ONCE, intake._AT_ONCE:
        assert refused(None, files.photo()) == "UPL-009"
    assert not rows("SELECT 1 FROM documents_try")  # it was not the file's doing
    assert isinstance(do(intake.keep, None, Purpose.IDENTITY, upload(files.photo()), AT), Kept)


def test_lack_of_decoders_is_no_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bare.py"
    run = f"runpy.run_path({str(intake._DECODER)!r}, run_name='__main__')"
    program.write_text(
        "import runpy, sys\nsys.path[:] = [one for one in sys.path if '-packages' not in one]\n"
        + run,
        encoding="utf-8",
    )
    monkeypatch.setattr(intake, "_DECODER", program)
    with pytest.raises(OutsideFailure) as told:
        intake.examine(upload(files.photo()))
    assert [fault.code for fault in told.value.faults] == ["UPL-013"]


def test_decoder_takes_no_more_memory_than_it_may() -> None:
    """What a decoder would ask for beyond a gigabyte it does not get."""
    greedy = (
        f"import runpy; names = runpy.run_path({str(intake._DECODER)!r}, run_name='x')\n"
        "names['bound']()\ntry:\n    bytearray(2 << 30)\nexcept MemoryError:\n    print('refused')"
    )
    ran = subprocess.run([sys.executable, "-I", "-c", greedy], capture_output=True, check=True)
    assert ran.stdout == b"refused\n"


def kept(
    house: House,
    data: bytes | None = None,
    owner: int | None = None,
    purpose: Purpose = Purpose.INCOME,
) -> tuple[int, Kept]:
    owner = house.member().member_id if owner is None else owner
    found = do(intake.keep, owner, purpose, upload(data or files.photo()), AT)
    assert isinstance(found, Kept)
    return owner, found


def refused(owner: int | None, data: bytes) -> str:
    found = do(intake.keep, owner, Purpose.INCOME, upload(data), AT)
    assert not isinstance(found, Kept)
    (fault,) = found
    return fault.code


def test_document_is_kept_sealed_and_opens_as_it_was(house: House) -> None:
    owner, found = kept(house)
    pages: Pages = do(intake.open_kept, found.document_ref)
    assert (pages.owner_id, pages.purpose, len(pages.pages)) == (owner, Purpose.INCOME, 1)
    picture = pages.pages[0].picture
    assert picture is not None
    assert picture.jpeg.startswith(b"\xff\xd8\xff")
    ((sealed,),) = rows("SELECT sealed FROM documents_page")
    assert b"JFIF" not in bytes(sealed)
    assert not rows("SELECT 1 FROM documents_upload u WHERE u::text LIKE '%%passwd%%'")
    assert kinds_of(owner)[-1] == "document_kept"


def test_sealed_page_opens_in_no_other_row(house: House, database: Database) -> None:
    owner, first = kept(house)
    _, second = kept(house, files.photo(800, 700), owner=owner)
    with database.connect(Login.OWNER) as login:
        login.execute("ALTER TABLE documents_page DISABLE TRIGGER kept")
        login.execute(
            "UPDATE documents_page p SET sealed = o.sealed FROM documents_page o"
            " WHERE p.document_ref = %s AND o.document_ref = %s",
            (first.document_ref, second.document_ref),
        )
    with pytest.raises(InvalidTag):
        do(intake.open_kept, first.document_ref)


def test_same_file_twice_is_one_document(house: House) -> None:
    owner, first = kept(house)
    assert kept(house, owner=owner) == (owner, first)
    assert kept(house, owner=owner, purpose=Purpose.ADDRESS)[1] != first
    again = do(intake.keep, owner, Purpose.INCOME, upload(files.photo()), after(days=2))
    assert again != first


def test_same_file_at_once_is_one_document(house: House) -> None:
    owner = house.member().member_id

    def send() -> Kept:
        found = do(intake.keep, owner, Purpose.INCOME, upload(files.photo()), AT)
        assert isinstance(found, Kept)
        return found

    assert len(set(at_once([send] * 4))) == 1


def test_who_cannot_log_in_may_send_and_not_flood(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_UNOWNED_AN_HOUR", 1)
    first = do(intake.keep, None, Purpose.IDENTITY, upload(files.photo()), AT)
    assert isinstance(first, Kept)
    assert refused(None, files.photo()) == "UPL-009"
    assert isinstance(
        do(intake.keep, None, Purpose.IDENTITY, upload(files.photo()), after(hours=2)), Kept
    )
    assert do(intake.open_kept, first.document_ref).owner_id is None
    assert not do(intake.waiting)


def test_files_that_cannot_be_read_count_as_tries(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_UNOWNED_AN_HOUR", 2)
    assert refused(None, b"") == "UPL-001"  # nothing was read for it
    for _ in range(2):
        assert refused(None, files.bomb()) == "UPL-005"
    assert refused(None, files.photo()) == "UPL-009"
    do(intake.clear_tries, after(hours=2))
    assert rows("SELECT count(*) FROM documents_try") == [(2,)]
    do(intake.clear_tries, after(days=2))
    assert not rows("SELECT 1 FROM documents_try")


def test_nobody_waits_while_a_file_is_read(house: House, database: Database) -> None:
    """The lock of those who cannot log in is one: a file is examined before it is taken."""
    with database.connect(Login.OWNER) as other:
        other.execute("BEGIN")
        other.execute("SELECT pg_advisory_xact_lock(hashtext('documents_upload'), hashtext(''))")
        assert refused(None, files.bomb()) == "UPL-005"


def test_documents_of_nobody_are_found_page_by_page(house: House) -> None:
    kept_at = [after(minutes=number) for number in range(3)]
    refs = []
    for at in kept_at:
        found = do(intake.keep, None, Purpose.IDENTITY, upload(files.photo()), at)
        assert isinstance(found, Kept)
        refs.append(found.document_ref)
    first = do(intake.unowned, after(hours=2), None, 2)
    assert [one.document_ref for one in first] == refs[:2]
    rest = do(intake.unowned, after(hours=2), first[-1], 2)
    assert [one.document_ref for one in rest] == refs[2:]
    assert not do(intake.unowned, after(hours=2), rest[-1], 2)


def test_fault_keeps_nothing(house: House) -> None:
    owner = house.member().member_id
    assert refused(owner, files.bomb()) == "UPL-005"
    assert not rows("SELECT 1 FROM documents_upload")


# ---------------------------------------------------------------------------------------- judging
def test_one_bad_page_of_three_is_sent_again(house: House) -> None:
    owner, found = kept(house, files.pdf(3))
    reviewer = house.colleague("tanaka", Role.REVIEWER)
    findings = {1: Finding.ACCEPTED, 2: Finding.GLARE, 3: Finding.ACCEPTED}
    (one,) = do(intake.waiting)
    assert (one.document_ref, one.page_count) == (found.document_ref, 3)
    judged = do(intake.judge, found.document_ref, reviewer, findings, after(hours=1))
    assert judged == Judged(found.document_ref, (2,))
    assert not do(intake.waiting)
    assert kinds_of(owner)[-1] == "document_refused"
    with pytest.raises(RefusedError):
        do(intake.judge, found.document_ref, reviewer, findings, after(hours=2))
    _, better = kept(house, files.photo(), owner=owner)
    with pytest.raises(NotFoundError):
        do(intake.replace_page, owner, (found.document_ref, 1), better)
    do(intake.replace_page, owner, (found.document_ref, 2), better)
    states = {(one.document_ref, one.page_no): one for one in do(intake.of_member, owner)}
    assert states[found.document_ref, 2].replaced_by == better.document_ref
    do(intake.replace_page, owner, (found.document_ref, 2), better)  # a double tap
    _, other = kept(house, files.photo(800, 700), owner=owner)
    with pytest.raises(NotFoundError):
        do(intake.replace_page, owner, (found.document_ref, 2), other)


def test_refused_page_stays_in_sight_however_many_come_after_it(house: House) -> None:
    owner, first = kept(house, files.pdf(2))
    reviewer = house.colleague("tanaka", Role.REVIEWER)
    findings = {1: Finding.ACCEPTED, 2: Finding.GLARE}
    do(intake.judge, first.document_ref, reviewer, findings, after(hours=1))
    for turn in range(2):
        at = after(hours=2 + turn)
        do(intake.keep, owner, Purpose.INCOME, upload(files.photo(900, 900 + turn)), at)
    seen = [
        (one.document_ref == first.document_ref, one.page_no)
        for one in do(intake.of_member, owner, 2)
    ]
    assert seen == [(False, 1), (False, 1), (True, 2)]
    assert [one.page_no for one in do(intake.of_document, owner, first.document_ref)] == [1, 2]
    assert not do(intake.of_document, house.member().member_id, first.document_ref)


def test_only_a_reviewer_with_a_purpose_judges(house: House) -> None:
    owner, found = kept(house)
    for staff in (
        house.colleague("ito", Role.OPERATOR),
        house.colleague("kato", Role.REVIEWER, purpose=" "),
    ):
        answer = do(intake.judge, found.document_ref, staff, {1: Finding.ACCEPTED}, AT)
        assert isinstance(answer, Refusal)
    assert kinds_of(owner)[-1] == "document_kept"


@pytest.mark.rule("DOC-009")
@pytest.mark.rule("DOC-010")
@pytest.mark.rule("PRIV-001")
@pytest.mark.parametrize("finding", sorted(ERASED, key=str))
def test_page_that_nobody_may_hold_is_erased_at_once(house: House, finding: Finding) -> None:
    _, found = kept(house, files.pdf(2))
    reviewer = house.colleague("tanaka", Role.REVIEWER)
    do(intake.judge, found.document_ref, reviewer, {1: finding, 2: Finding.ACCEPTED}, AT)
    first, second = do(intake.open_kept, found.document_ref).pages
    assert first == Page(1, None, finding, None)
    assert second.picture is not None
    assert rows("SELECT page_no FROM documents_page WHERE sealed IS NULL") == [(1,)]


@pytest.mark.rule("DOC-009")
@pytest.mark.rule("DOC-010")
@pytest.mark.parametrize("purpose", ["proxy_for_deed", "bank_card", "pension_certificate"])
def test_database_knows_no_kind_that_may_not_be_held(house: House, purpose: str) -> None:
    """A copy of a pension certificate is evidence of income (施行規則10条の17), and taken as that."""
    owner, _ = kept(house, purpose=Purpose.INCOME)
    with pytest.raises(IntegrityError, match="purpose_check"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_upload (document_ref, member_id, purpose, mark, kept_at)"
            " VALUES ('abcdefghijklmnopqrstuv', %s, %s, '', now())",
            (owner, purpose),
        )


def test_page_is_emptied_and_never_filled_again(house: House) -> None:
    _, found = kept(house)
    do(intake.erase, found.document_ref, AT)
    with pytest.raises(Exception, match="only emptied"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE documents_page SET sealed = 'x', sealed_small = 'x', erased_at = NULL"
        )
    with pytest.raises(Exception, match=r"denied|added"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM documents_verdict")


def test_reference_that_is_none_is_not_found(house: House) -> None:
    with pytest.raises(NotFoundError):
        do(intake.open_kept, "abcdefghijklmnopqrstuv")
