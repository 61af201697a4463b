"""`motocho ledger …`: the ledger verified, added up, written for other programs [元帳]."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._grid import grid
from motocho.cli._options import JsonOption, LangOption, OutPathOption, day_of
from motocho.cli._output import Output
from motocho.cli.lending._book_of_loans import output_in, reading
from motocho.documents.sheet import Align
from motocho.outside import clock
from motocho.units.errors import Fault, FaultyInput, InputError, OutsideFailure

if TYPE_CHECKING:
    from motocho.ledger.balances import Balance
    from motocho.ledger.chart import Account
    from motocho.ledger.checks import Seal

SCHEMA_VERSION = 1

app = typer.Typer(help="元帳 / The ledger.", no_args_is_help=True, rich_markup_mode=None)


class FormName(StrEnum):
    """Values of --form."""

    HLEDGER = "hledger"
    LEDGER = "ledger"
    BEANCOUNT = "beancount"


# ------------------------------------------------------------------------------------------ verify
@app.command("verify")
def verify(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """仕訳を足し直し、締めの連鎖を作り直し、控えと見比べる / Add all up and make every seal again.

    食い違いがあれば終了コード3 / Exit code 3 where anything differs.

    例 / Examples:  motocho ledger verify · motocho ledger verify --json
    """
    from motocho.config.night import seals_folder
    from motocho.ledger import checks

    output = output_in(lang)
    kept = _kept(seals_folder())
    with reading() as cursor:
        found = checks.verify(cursor, kept)
    if found.faults:
        raise FaultyInput(*found.faults)
    head = None if found.head is None else found.head.text()
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "entries": found.entries,
                "days": found.days,
                "head": head,
                "kept_outside": kept is not None,
            }
        )
        return
    output.data(
        output.text(
            f"仕訳{found.entries:,}件、締め{found.days:,}日に食い違いはありません",
            f"{found.entries:,} entries and {found.days:,} sealed days agree",
        )
    )
    if head is not None:
        output.note(output.text(f"最後の締め: {head}", f"Last seal: {head}"))
    if kept is None:
        output.note(
            output.text(
                "データベース外の控えがまだないため、それとは見比べていません",
                "No seals are kept outside yet, so nothing was compared with them",
            )
        )


def _kept(folder: Path) -> Seal | None:
    """The last seal that was written outside the database.

    Raises    FaultyInput for a last line that is no seal.
    """
    from motocho.close.seals import NAME, last_written

    try:
        return last_written(folder)
    except ValueError:
        raise FaultyInput(Fault("CLS-022", file=str(folder / NAME))) from None


# ------------------------------------------------------------------------------------------- trial
@app.command("trial")
def trial(
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="DATE",
            help="起算日まで / Valued up to this day.",
            show_default=False,
        ),
    ] = None,
    known_at: Annotated[
        str | None,
        typer.Option(
            "--known-at",
            metavar="MOMENT",
            help="記帳時刻まで(例 2026-03-31T18:00) / Booked up to this moment.",
            show_default=False,
        ),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """合計残高試算表 / Trial balance, now or as of a day or a moment.

    例 / Examples:  motocho ledger trial · motocho ledger trial --as-of 2026-03-31 --json
    """
    from motocho.ledger.balances import AsOf, trial_balance

    output = output_in(lang)
    value_on, moment = day_of(as_of, "--as-of"), _moment(known_at)
    wanted = None if value_on is None and moment is None else AsOf(value_on, moment)
    with reading() as cursor:
        found = trial_balance(cursor, wanted)
    if json_wanted:
        rows = [_row(account, one) for account, one in found.items()]
        output.document({"schema_version": SCHEMA_VERSION, "accounts": rows, **_totals(found)})
        return
    output.data(_table(output, found))


def _moment(text: str | None) -> datetime | None:
    """The moment an option names, in Japan unless it says otherwise.

    Raises    InputError.
    """
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(Fault("CLS-006", column="--known-at", excerpt=text)) from None
    return read if read.tzinfo is not None else read.replace(tzinfo=clock.JAPAN)


def _row(account: Account, one: Balance) -> dict[str, Any]:
    side = account.title.side
    return {
        "account": int(account),
        "title_ja": account.title.ja,
        "title_en": account.title.en,
        "debit_yen": one.debit_yen,
        "credit_yen": one.credit_yen,
        "balance_yen": one.on_side(side),
        "pending_yen": one.pending_on_side(side),
    }


def _totals(found: dict[Account, Balance]) -> dict[str, int]:
    return {
        "debit_yen": sum(one.debit_yen for one in found.values()),
        "credit_yen": sum(one.credit_yen for one in found.values()),
    }


def _table(output: Output, found: dict[Account, Balance]) -> str:
    heads = [
        output.text("番号", "No."),
        output.text("科目", "Account"),
        output.text("借方", "Debit"),
        output.text("貸方", "Credit"),
        output.text("残高", "Balance"),
        output.text("未確定", "Pending"),
    ]
    rows = []
    for account, one in found.items():
        numbers = list(_row(account, one).values())[3:]
        title = output.text(account.title.ja, account.title.en)
        rows.append([str(int(account)), title, *(f"{number:,}" for number in numbers)])
    totals = [f"{total:,}" for total in _totals(found).values()]
    rows.append(["", output.text("合計", "Total"), *totals, "", ""])
    return grid(heads, [Align.LEFT, Align.LEFT, *[Align.RIGHT] * 4], rows)


# ------------------------------------------------------------------------------------------ export
@app.command("export")
def export(
    form: Annotated[
        FormName, typer.Option("--form", help="書式 / Form.", case_sensitive=False)
    ] = FormName.HLEDGER,
    path: OutPathOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """仕訳帳を他の会計ソフトの書式で書き出す / Write the journal for hledger, ledger or beancount.

    --json は -o と使い、書いた先だけを標準出力に出す / With -o, --json tells where it was written.

    例 / Examples:  motocho ledger export -o ledger.journal ·
    motocho ledger export --form beancount > ledger.beancount
    """
    from motocho.ledger.export import Form
    from motocho.ledger.export import export as pieces_of

    output = output_in(lang)
    if json_wanted and path is None:
        raise InputError(Fault("CLS-007", column="--json"))
    with reading() as cursor:
        pieces = pieces_of(cursor, Form(form.value))
        if path is None:
            for piece in pieces:
                output.raw(piece.encode())
            return
        _write(pieces, path)
    if json_wanted:
        document = {"schema_version": SCHEMA_VERSION, "form": form.value, "path": str(path)}
        output.document(document)
        return
    print(output.text(f"書き出しました: {path}", f"Written: {path}"), file=sys.stderr)


def _write(pieces: Iterable[str], path: Path) -> None:
    """Piece by piece into a file beside, which then takes the name: no half file is left."""
    beside = path.with_name(path.name + ".part")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.writelines(pieces)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        details = {"said": str(error.strerror)}
        raise OutsideFailure(Fault("CLS-008", file=str(path), details=details)) from None
