"""The `motocho` command: its groups, and the door every run goes through [コマンドの入口]."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.exceptions import TyperException

from motocho import __version__
from motocho.cli import completion, db, demo, ivr, sim, studio, web
from motocho.cli._options import LangOption, LanguageName
from motocho.cli._output import (
    BUG,
    INTERRUPTED,
    LANGUAGE_VARIABLE,
    Output,
    bug_fault,
    exit_code,
    faults_document,
    language_of,
)
from motocho.cli.claims import case, claim, fee, history, pleading, recalc
from motocho.cli.lending import (
    applying,
    bank,
    book,
    bureau,
    call,
    care,
    close,
    contact,
    fraud,
    identity,
    ledger,
    loan,
    member,
    notices,
    papers,
    portfolio,
    registers,
    screening,
    settings,
    staff,
    watch,
    worker,
)
from motocho.units.errors import Fault, InputError, MotochoError

app = typer.Typer(
    name="motocho",
    help="元帳: カードローンの正確な帳簿と引き直し計算 / Exact consumer card loans for Japan.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(recalc.app, name="recalc")
app.add_typer(history.app, name="history")
pleading.hang(claim.app)
claim.app.add_typer(case.app, name="case")
app.add_typer(claim.app, name="claim")
app.add_typer(loan.app, name="loan")
app.add_typer(member.app, name="member")
app.add_typer(book.app, name="book")
app.add_typer(db.app, name="db")
app.add_typer(close.app, name="close")
app.add_typer(ledger.app, name="ledger")
app.add_typer(bank.app, name="bank")
app.add_typer(call.app, name="call")
app.add_typer(staff.app, name="staff")
app.add_typer(papers.app, name="papers")
app.add_typer(contact.app, name="contact")
app.add_typer(notices.app, name="notices")
app.add_typer(portfolio.app, name="portfolio")
app.add_typer(care.app, name="care")
screening.app.add_typer(applying.app, name="applications")
app.add_typer(screening.app, name="screening")
app.add_typer(settings.app, name="settings")
app.add_typer(fraud.app, name="fraud")
app.add_typer(bureau.app, name="bureau")
app.add_typer(registers.app, name="register")
app.add_typer(watch.app, name="watch")
app.add_typer(identity.app, name="identity")
app.add_typer(worker.app, name="worker")
app.command("fee")(fee.fee)
app.command("demo")(demo.demo)
app.command("sim")(sim.sim)
app.command("web")(web.web)
app.command("studio")(studio.studio)
app.command("ivr")(ivr.ivr)
app.command("completion")(completion.completion)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"motocho {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001  # its callback does the work
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="版を表示 / Show the version."
        ),
    ] = False,
    lang: LangOption = None,
) -> None:
    """元帳 — カードローンの正確な帳簿と引き直し計算 / Exact consumer card loans for Japan.

    例 / Examples:  motocho recalc run history.csv · motocho fee --amount-in-dispute 105万
    """
    if lang is not None:
        os.environ[LANGUAGE_VARIABLE] = lang.value
    if context.invoked_subcommand is None:
        print(context.get_help())


def run(arguments: Sequence[str]) -> int:
    """One run of the command; gives its exit code, and never raises [実行].

    Why       the one place outside the tests that catches every exception: a traceback is never a
              person's problem, a report id is.
    """
    try:
        return _invoked(arguments)
    except MotochoError as error:
        _tell(error, arguments)
        return exit_code(error)
    except TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "motocho"
        details = {"command": command}
        usage = InputError(Fault("USE-010", excerpt=error.format_message(), details=details))
        _tell(usage, arguments)
        return exit_code(usage)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has enough; keep the interpreter from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # noqa: BLE001  # the door
        _tell(MotochoError(bug_fault()), arguments)
        return BUG


def _invoked(arguments: Sequence[str]) -> int:
    command = typer.main.get_command(app)
    result = command.main(args=list(arguments), prog_name="motocho", standalone_mode=False)
    return result if isinstance(result, int) else 0


def _tell(error: MotochoError, arguments: Sequence[str]) -> None:
    """Faults on stderr for a person; with --json also as the one document on stdout."""
    named = [
        value.removeprefix("--lang=")
        for before, value in zip(["", *arguments], arguments, strict=False)
        if before == "--lang" or value.startswith("--lang=")
    ]
    known = {name.value for name in LanguageName}
    output = Output(language_of(next((name for name in named if name in known), None)))
    output.warnings(error.warnings)
    output.faults(error.faults)
    if "--json" in arguments:
        output.document(faults_document(error))


def main() -> None:
    """The entry point of the command [入口]."""
    sys.exit(run(sys.argv[1:]))
