"""`motocho book …`: another lender's book taken over [帳簿の引継ぎ]."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._files import write_bytes
from motocho.cli._options import JsonOption, LangOption
from motocho.cli._output import Output
from motocho.cli.lending._book_of_loans import (
    ActorOption,
    OnOption,
    connect,
    made,
    output_in,
    today,
    within,
)
from motocho.outside import clock
from motocho.units.errors import Fault, FaultyInput, InputError, NotFoundError, RefusedError
from motocho.units.money import rate_fraction_text, rate_text, yen_text

if TYPE_CHECKING:
    from datetime import date

    from motocho.claims.checksum import BalanceCheck
    from motocho.claims.history import History
    from motocho.cli.lending._book_file import AgreementRecord, MemberRecord, ReadAgreement
    from motocho.loans.commands import Parked, Taken
    from motocho.loans.products import Product
    from motocho.loans.takeover import PastAgreement

SCHEMA_VERSION = 1
PARKED = 3
"""The exit code where something was parked: the input has faults."""

app = typer.Typer(help="帳簿 / Books.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """帳簿の引継ぎ / Books of other lenders."""


@dataclass
class _Run:
    """What one import does."""

    on: date
    actor: str | None
    parked_into: Path | None
    taken: int = 0
    already_there: int = 0
    principal_yen: int = 0
    members_added: int = 0
    products_published: int = 0
    parked: list[dict[str, Any]] = field(default_factory=list)
    told: list[tuple[str, list[Fault]]] = field(default_factory=list)
    """What was parked, and why, for a person."""

    def document(self, dry: str) -> dict[str, Any]:
        return {
            "schema_version": SCHEMA_VERSION,
            "mode": dry,
            "taken_over": self.taken,
            "already_there": self.already_there,
            "principal_yen": self.principal_yen,
            "members_added": self.members_added,
            "products_published": self.products_published,
            "parked": self.parked,
        }

    def park(self, name: str, reasons: list[Fault], **more: Any) -> None:
        self.told.append((name, reasons))
        self.parked.append(
            {"name": name, "reasons": [reason.document() for reason in reasons], **more}
        )


@app.command("import")
def import_(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="帳簿のファイルかフォルダ / Book files.")
    ],
    on: OnOption = None,
    actor: ActorOption = None,
    parked: Annotated[
        Path | None,
        typer.Option(
            "--parked",
            metavar="FOLDER",
            help="保留した契約の事件ファイルを書く先 / Where case files of parked ones go.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="何も書かずに確かめる / Check, and write nothing.")
    ] = False,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """他社の帳簿を、残高が合うことを確かめて引き継ぐ / Take over a book, its balances proved equal.

    例 / Examples:  motocho book import old-book.jsonl --dry-run ·
    motocho book import book/ --parked parked --json
    """
    from django.db import transaction

    from motocho.cli.lending import _book_file

    output = output_in(lang)
    paths = _book_file.files_of(files)
    with output.stage("点検中", "Checking"):
        _book_file.check(paths)
    run = _Run(today(on), actor, None if parked is None else _folder(parked))
    connect()
    if dry_run:
        with transaction.atomic():
            _take_all(paths, run, output)
            transaction.set_rollback(True)
    else:
        _take_all(paths, run, output)
    _tell(run, output, "dry_run" if dry_run else "written", json_wanted=json_wanted)
    raise typer.Exit(PARKED if run.parked else 0)


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        details = {"reason": error.strerror or str(error)}
        raise InputError(Fault("USE-005", file=str(path), details=details)) from None
    return path


def _take_all(paths: list[Path], run: _Run, output: Output) -> None:
    from motocho.cli.lending import _book_file
    from motocho.cli.lending._book_file import AgreementRecord, MemberRecord
    from motocho.loans.products import Product

    with output.progress("引き継ぎ中", "Taking over") as advance:
        for record in _book_file.records(paths):
            if isinstance(record, Product):
                _publish(record, run)
            elif isinstance(record, MemberRecord):
                _register(record, run)
            elif isinstance(record, AgreementRecord):
                _take(record, run)
            advance(1)


def _publish(product: Product, run: _Run) -> None:
    """A product that is not there yet; one that is must be the same."""
    from motocho.loans import products

    name = f"{product.product_id} {product.version}"
    try:
        with within(name) as cursor:
            known = products.version(cursor, product.product_id, product.version)
            if known is None:
                products.publish(cursor, product, clock.now())
                run.products_published += 1
    except RefusedError as refused:
        run.park(name, list(refused.faults), record="product")
        return
    if known not in {None, product}:
        run.park(name, [Fault("BOK-038", excerpt=name)], record="product")


def _register(record: MemberRecord, run: _Run) -> None:
    """A member who is not there yet; one who is must be the same person."""
    from motocho.people import members

    with within(record.number) as cursor:
        try:
            known = members.by_number(cursor, record.number)
        except NotFoundError:
            members.register(cursor, record.person, record.number, clock.now())
            run.members_added += 1
            return
    if known.person != record.person:
        run.park(record.number, [Fault("BOK-037", excerpt=record.number)], record="member")


def _take(record: AgreementRecord, run: _Run) -> None:
    """One agreement in its own transaction: it counts whole, or not at all."""
    from motocho.cli.lending import _book_file
    from motocho.loans import commands
    from motocho.people import members

    number = record.past.number
    try:
        read = _book_file.with_history(record)
    except FaultyInput as faulty:
        summary = Fault("BOK-046", details={"count": str(len(faulty.faults))})
        run.park(number, [summary, *faulty.faults], record="agreement", handed_over=None)
        return
    if read.faults:
        run.park(number, list(read.faults), record="agreement", **_handed(read, run))
        return
    with within(read.past.reference) as cursor:
        try:
            member_id = members.by_number(cursor, record.member_number).member_id
        except NotFoundError:
            fault = Fault("BOK-036", excerpt=record.member_number)
            run.park(number, [fault], record="agreement", handed_over=None)
            return
        way = made(run.on, read.past.reference, run.actor)
        found = commands.take_over(cursor, member_id, read.past, way)
    _note(found, read, run)


def _note(found: Taken | Parked, read: ReadAgreement, run: _Run) -> None:
    from motocho.loans.commands import Taken

    if isinstance(found, Taken):
        if found.is_repeat:
            run.already_there += 1
        else:
            run.taken += 1
            run.principal_yen += found.principal_yen
        return
    differences = [
        {
            "what": one.what,
            "on": str(one.on),
            "theirs": _plain(one.theirs),
            "ours": _plain(one.ours),
            "source_row": one.source_row,
        }
        for one in found.differences
    ]
    checked = _checked(read) if found.differences else None
    reasons = [*found.reasons(), *_named(read, checked)]
    run.park(
        read.past.number,
        reasons,
        record="agreement",
        rules=[one.rule_id for one in found.refusals],
        differences=differences,
        checksum=None if checked is None else checked.document(),
        **_handed(read, run),
    )


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)


def _checked(read: ReadAgreement) -> BalanceCheck:
    """What reproduces the lender's own balances, and the slips that would explain them."""
    from motocho.claims import checksum
    from motocho.claims.assumptions import DatedRate

    rates = [DatedRate(one.from_on, one.rate_ppm) for one in read.past.terms]
    return checksum.check_balances(read.history, contract_rates=rates)


def _named(read: ReadAgreement, checked: BalanceCheck | None) -> list[Fault]:
    """The reasons that the checksum can name: another way of counting, or a slip of the file."""
    from motocho.cli import _balances
    from motocho.kernel.conventions import FirstDay, Rounding, YearBasis

    if checked is None:
        return []
    ours = (YearBasis.CALENDAR, FirstDay.EXCLUDE, Rounding.FLOOR)
    found = []
    for stretch in checked.stretches:
        theirs = (stretch.year_basis, stretch.first_day, stretch.rounding)
        agreed = {one.rate_ppm for one in read.past.terms}
        if theirs == ours and stretch.rate_ppm in agreed:
            continue
        words = [rate_text(stretch.rate_ppm), *(one.public_name for one in theirs)]
        details = {"theirs": " ".join(words), "rows": str(checked.rows_agreeing)}
        found.append(Fault("BOK-045", line=stretch.first_row, details=details))
    return [*found, *_balances.likeliest(checked)]


def _handed(read: ReadAgreement, run: _Run) -> dict[str, Any]:
    """The history as a case file for `motocho recalc`, where a folder for it was named."""
    if run.parked_into is None:
        return {"handed_over": None}
    import orjson

    path = run.parked_into / f"{read.past.number}.json"
    document = case_document(read.past, read.history)
    write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n", path)
    return {"handed_over": str(path)}


def case_document(past: PastAgreement, history: History) -> dict[str, Any]:
    """A parked agreement as a case file: its rows as they are, its agreed rates [事件ファイル]."""
    events: list[dict[str, Any]] = []
    for event in history.events:
        one: dict[str, Any] = {"date": str(event.on), "kind": event.kind.public_name}
        if event.amount_yen:
            one["amount"] = event.amount_yen
        elif event.kind.public_name != "closing":
            one["amount"] = 0
        if event.lender_balance_yen is not None:
            one["lender_balance"] = event.lender_balance_yen
        if event.note:
            one["note"] = event.note
        if event.carried_interest_yen:
            one["interest"] = event.carried_interest_yen
        events.append(one)
    rates = [[str(one.from_on), rate_fraction_text(one.rate_ppm)] for one in past.terms]
    return {
        "schema_version": SCHEMA_VERSION,
        "lender": history.lender,
        "title": past.reference,
        "events": events,
        "assumptions": {"contract_rates": rates},
    }


def _tell(run: _Run, output: Output, mode: str, *, json_wanted: bool) -> None:
    document = run.document(mode)
    if run.parked_into is not None:
        import orjson

        report = orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"
        write_bytes(report, run.parked_into / "parked.json")
    if json_wanted:
        output.document(document)
        return
    say = output.text
    for name, reasons in run.told:
        output.note(say(f"保留 {name}", f"Parked: {name}"))
        output.faults(reasons)
    if mode == "dry_run":
        output.note(say("確かめただけで、何も書いていません", "Checked only; nothing was written"))
    principal = yen_text(run.principal_yen)
    output.data(
        say(
            f"引き継いだ契約 {run.taken}件(元金 {principal}円)、引継ぎ済み {run.already_there}件、"
            f"保留 {len(run.parked)}件\n"
            f"会員 {run.members_added}人、商品 {run.products_published}件を登録",
            f"Taken over: {run.taken} agreements (principal ¥{principal}); there already: "
            f"{run.already_there}; parked: {len(run.parked)}\nMembers added: {run.members_added}; "
            f"products published: {run.products_published}",
        )
    )
