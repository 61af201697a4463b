"""`motocho papers …`: what waits for the post, that it went, what we hold [書面の郵送]."""

from __future__ import annotations

import csv
import getpass
import io
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._files import read_bytes, write_bytes
from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption
from motocho.cli._output import Output
from motocho.cli.lending._book_of_loans import (
    ActorOption,
    AgreementArgument,
    meant,
    opened,
    output_in,
    reading,
)
from motocho.documents.sheet import Align, plain_text
from motocho.outside import clock
from motocho.units.errors import Fault, InputError

if TYPE_CHECKING:
    from motocho.documents.archive import Letter

SCHEMA_VERSION = 1
LIST = "letters.csv"
COLUMNS = (
    "member_id",
    "paper_no",
    "file",
    "name",
    "postcode",
    "address",
    "sha256",
    "enclosed",
    "envelope",
)

app = typer.Typer(help="書面の郵送 / Papers by post.", no_args_is_help=True, rich_markup_mode=None)
FolderArgument = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="フォルダー / The folder of the letters.")
]


@app.command("queue")
def queue(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """郵送を待つ書面 / Papers that wait for the post, the oldest first.

    例 / Examples:  motocho papers queue · motocho papers queue --json
    """
    from motocho.documents import archive

    output, today = output_in(lang), clock.business_date()
    with reading() as cursor:
        found = archive.waiting(cursor)
    if json_wanted:
        letters = [
            {
                "member_id": one.member_id,
                "paper_no": one.paper_no,
                "kind": one.kind.value,
                "queued_at": one.queued_at.isoformat(),
                "post_by": None if one.post_by is None else one.post_by.isoformat(),
                "is_overdue": one.is_overdue(today),
            }
            for one in found
        ]
        output.document({"schema_version": SCHEMA_VERSION, "letters": letters})
        return
    if not found:
        output.data(output.text("郵送を待つ書面は0件です", "No paper waits for the post"))
        return
    heads = ["会員", "書面", "種類", "受付", "発送期限"]
    if output.text("ja", "en") == "en":
        heads = ["Member", "Paper", "Kind", "Since", "Post by"]
    table = [
        [
            str(one.member_id),
            str(one.paper_no),
            one.title,
            one.queued_at.astimezone(clock.JAPAN).isoformat(timespec="minutes"),
            _post_by(one, today, output),
        ]
        for one in found
    ]
    aligns = [Align.RIGHT, Align.RIGHT, Align.LEFT, Align.LEFT, Align.LEFT]
    output.data(grid(heads, aligns, table))


def _post_by(letter: Letter, today: date, output: Output) -> str:
    if letter.post_by is None:
        return ""
    late = output.text("（期限超過）", " (overdue)") if letter.is_overdue(today) else ""
    return f"{letter.post_by}{late}"


@app.command("hold")
def hold(
    agreement: AgreementArgument,
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """契約書の原本を当社が保管していると記録する / Say that we hold the paper of a contract.

    完済して契約が終わると、返却の書面が郵送待ちに入る (貸金業法22条) /
    Once all is paid and the agreement is over, its letter waits for the post.

    例 / Examples:  motocho papers hold 00000001 · motocho papers hold 00000001/3 --json
    """
    from motocho.documents import archive

    output = output_in(lang)
    with opened() as cursor:
        found = meant(cursor, agreement)
        is_new = archive.hold(cursor, found.key, actor or getpass.getuser(), clock.now())
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, **found.key._asdict(), "is_new": is_new})
        return
    if is_new:
        ja, en = f"契約書の保管を記録しました: {found.name}", f"Contract paper held: {found.name}"
    else:
        ja, en = f"すでに記録されています: {found.name}", f"Already known: {found.name}"
    output.data(output.text(ja, en))


@app.command("release")
def release(
    agreement: AgreementArgument,
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            metavar="TEXT",
            help="理由: 窓口で返却、紛失、記録の誤り / Why: handed over, lost, by mistake.",
        ),
    ],
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """契約書の原本をもう保管していないと記録する / Say that we do not hold it any more.

    返却の書面が郵送待ちにあれば外れる / Its letter leaves the queue for the post.

    例 / Examples:  motocho papers release 00000001 --reason 窓口で返却 ·
    motocho papers release 00000001/3 --reason "recorded by mistake" --json
    """
    from motocho.documents import archive

    output = output_in(lang)
    with opened() as cursor:
        found = meant(cursor, agreement)
        archive.release(cursor, found.key, actor or getpass.getuser(), reason, clock.now())
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, **found.key._asdict()})
        return
    ja, en = f"契約書の保管を終えました: {found.name}", f"Not held any more: {found.name}"
    output.data(output.text(ja, en))


@app.command("print")
def print_letters(
    folder: FolderArgument,
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """書面のPDFと宛名の一覧を書き出す / Write the pages and a list of addresses.

    郵送が済んだら posted で知らせる / Nothing counts as sent before `posted` says so.

    例 / Examples:  motocho papers print letters · motocho papers print letters --json
    """
    from motocho.documents import archive

    output = output_in(lang)
    rows, without, enclosing = [], 0, 0
    _make(folder)
    with opened() as cursor:
        for letter in archive.waiting(cursor):
            to = archive.addressed(cursor, letter, actor or getpass.getuser(), clock.now())
            if to is None:
                without += 1
                continue
            name = f"paper-{letter.member_id}-{letter.paper_no}.pdf"
            kept = archive.one(cursor, letter.member_id, letter.paper_no)
            _write(archive.pages(cursor, letter.member_id, letter.paper_no), folder / name)
            enclosing += letter.post_by is not None
            rows.append(
                [
                    str(letter.member_id), str(letter.paper_no), name, *to, kept.digest.hex(),
                    _enclosed(letter), _envelope(letter, _sender(cursor)),
                ]
            )  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([COLUMNS, *([plain_text(cell) for cell in row] for row in rows)])
    _write(out.getvalue().encode(), folder / LIST)
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "written": len(rows),
                "without_address": without,
                "enclosing": enclosing,
            }
        )
        return
    output.data(
        output.text(
            f"{len(rows)}通を書き出しました。住所がないか、今は送れない書面は{without}通です",
            f"{len(rows)} letters written; {without} have no address, or may not go now",
        )
    )
    if enclosing:
        output.data(
            output.text(
                f"{enclosing}通には契約書の原本を同封してください（letters.csv の enclosed）",
                f"{enclosing} of them enclose a contract paper (enclosed in letters.csv)",
            )
        )


def _enclosed(letter: Letter) -> str:
    """What goes into the envelope with the letter."""
    return "" if letter.post_by is None else f"契約書の原本（契約番号 {letter.agreement_id}）"


def _sender(cursor: Any) -> str:
    """The person whose name stands on envelopes about arrears today."""
    from motocho.care.collections import strategy

    return strategy.in_force(cursor, clock.business_date()).sender


def _envelope(letter: Letter, sender: str) -> str:
    """How the envelope of a letter about arrears looks: it tells nobody of a debt · COLL-013."""
    from motocho.documents.archive import COLLECTING, Kind

    if letter.kind not in COLLECTING | {Kind.IDENTIFICATION}:
        return ""
    return f"封書・親展・窓なし。差出人は個人名（{sender}）だけ"


@app.command("posted")
def posted(
    folder: FolderArgument,
    actor: ActorOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """書き出した書面を発送済みにする / Say that the letters of a folder went to the post.

    例 / Examples:  motocho papers posted letters · motocho papers posted letters --json
    """
    from motocho.documents import archive

    output = output_in(lang)
    data, shown = read_bytes(str(folder / LIST))
    try:
        listed = {
            (int(row["member_id"]), int(row["paper_no"]))
            for row in csv.DictReader(io.StringIO(data.decode()))
        }
    except (KeyError, ValueError):
        raise InputError(Fault("DCM-005", file=shown)) from None
    with opened() as cursor:
        letters = [
            one for one in archive.waiting(cursor) if (one.member_id, one.paper_no) in listed
        ]
        done = archive.posted(cursor, letters, actor or getpass.getuser(), clock.now())
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, "posted": done})
        return
    output.data(output.text(f"{done}通を発送済みにしました", f"{done} letters went to the post"))


def _make(folder: Path) -> None:
    """A folder that its owner alone may open.

    Raises    InputError where it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        details = {"reason": error.strerror or str(error)}
        raise InputError(Fault("USE-005", file=str(folder), details=details)) from None


def _write(data: bytes, path: Path) -> None:
    """A file that its owner alone may read."""
    before = os.umask(0o077)
    try:
        write_bytes(data, path)
    finally:
        os.umask(before)
