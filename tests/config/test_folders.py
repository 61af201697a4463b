"""Each module that writes a file says into which folder, and each folder is on the registers' list."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from tests.database import Database
from tests.tidy.source import PACKAGE, modules, tree

from motocho.office.registers import Folder, Goes, folder_terms, folders
from motocho.outside import clock
from motocho.outside.folders import FOLDERS

WRITTEN_BY = {
    "outside/_laying.py": (),  # whoever calls it is here
    "outside/teller.py": ("bank/orders", "bank/answers"),
    "outside/mail.py": ("mail", "returned/taken", "returned/aside"),
    "config/_returned.py": ("returned/taken", "returned/aside"),
    "outside/sms/__init__.py": ("sms",),
    "outside/cards/__init__.py": ("cards/orders", "cards/reports", "cards/done"),
    "outside/identity/tray.py": ("identity/requests", "identity/results"),
    "outside/bureau/tray.py": (
        "bureau/out", "bureau/in", "bureau/done", "score/out", "score/in", "score/done",
    ),
    "outside/fakes/bureau.py": ("bureau/in",),
    "outside/fakes/cards.py": ("cards/reports",),
    "outside/fakes/identity.py": ("identity/results",),
    "outside/fakes/score.py": ("score/in",),
    "web/doors.py": ("reports",),
    "close/seals.py": ("seals",),
    "config/_secret.py": ("secrets",),
    "people/credentials/hashing.py": ("secrets",),
    "outside/postgres/roles.py": ("secrets",),
    "outside/postgres/backup.py": ("backups",),
    "outside/postgres/server.py": ("postgres",),
    "outside/postgres/programs.py": ("postgres",),
    "outside/postgres/restoring.py": ("rehearsal", "by_hand"),
    "config/database.py": ("rehearsal",),
    "config/trial.py": ("temporary",),
    "config/studio/serving.py": ("studio",),
    "documents/typeset.py": ("temporary",),
    "office/intake/_process.py": ("temporary",),
    **dict.fromkeys(
        (
            "cli/_demonstration.py", "cli/_files.py", "cli/_output.py", "cli/claims/case.py",
            "cli/claims/pleading.py", "cli/claims/recalc.py", "cli/lending/book.py",
            "cli/lending/cases.py", "cli/lending/debits.py", "cli/lending/ledger.py",
            "cli/lending/loan.py", "cli/lending/notices.py", "cli/lending/papers.py",
            "cli/lending/portfolio.py", "cli/lending/registers.py", "office/papers/_sources.py",
            "office/papers/_word.py", "office/portfolio/runs.py", "office/portfolio/shards.py",
            "outside/postgres/dump.py",
        ),
        ("by_hand",),
    ),
}  # fmt: skip
"""Into which folders each module that writes a file lays them."""
BELOW_HOME = {
    "bank": "bank/orders", "cards": "cards/orders", "identity": "identity/requests", "bureau": "bureau/out",
    "score": "score/out", "mail": "mail", "returned": "returned/taken", "sms": "sms", "reports": "reports", "BACKUPS": "backups",
    "backups": "backups", "seals": "seals", "postgres": "postgres", "studio": "studio", "secret": "secrets",
    "peppers": "secrets", "passwords": "secrets",
}  # fmt: skip
"""What lies below MOTOCHO_HOME, and the folder of the list that stands for it."""
NAMED = {
    "MOTOCHO_BANK_TRAY": "bank/orders", "MOTOCHO_CARD_TRAY": "cards/orders", "MOTOCHO_MAIL_FOLDER": "mail",
    "MOTOCHO_SMS_FOLDER": "sms", "MOTOCHO_IDENTITY_TRAY": "identity/requests", "MOTOCHO_SCORE_TRAY": "score/out",
    "MOTOCHO_BUREAU_TRAY": "bureau/out", "MOTOCHO_RETURNED_MAILS": "returned/taken", "MOTOCHO_SEALS": "seals",
    "MOTOCHO_PEPPERS": "secrets", "MOTOCHO_STUDIO_HOME": "studio", "MOTOCHO_PORTFOLIO": "by_hand",
}  # fmt: skip
"""Settings that name a folder, and the folder of the list that stands for it."""
NO_FOLDER = {
    "MOTOCHO_HOME",  # of all: `BELOW_HOME`
    "MOTOCHO_BANK", "MOTOCHO_DIRECTORY",  # read, never written
    "MOTOCHO_CALLED_AS", "MOTOCHO_IDENTITY_SECRET", "MOTOCHO_IDENTITY_SITE", "MOTOCHO_LANG", "MOTOCHO_MAIL_FROM",
    "MOTOCHO_ORIGIN", "MOTOCHO_SECRET", "MOTOCHO_SMTP", "MOTOCHO_STUDIO_PASSPHRASE", "MOTOCHO_STUDIO_PORT",
    "MOTOCHO_STUDIO_TOKEN", "MOTOCHO_VOICE_SECRET",
}  # fmt: skip
"""Settings that name no folder that is written."""
SETTING = re.compile(r"MOTOCHO_[A-Z_]+")
WRITING = {
    "mkdir", "makedirs", "write_bytes", "write_text", "mkdtemp", "mkstemp", "lay", "lay_document",
    "TemporaryDirectory", "NamedTemporaryFile", "TemporaryFile", "copyfile", "copytree", "rename",
    "put_away",
}  # fmt: skip
LONGEST_MODE = 3


def writes(parsed: ast.AST) -> Iterator[str]:
    """What writes a file or makes a folder."""
    for node in ast.walk(parsed):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        given = [*node.args, *(one.value for one in node.keywords)]
        of_os = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "os"
        opens = called in {"open", "fdopen"} and any(_is_mode(one) for one in given)
        if (
            called in WRITING
            or opens
            or (of_os and called in {"link", "symlink", "open"} and _creates(given))
        ):
            yield called


def _is_mode(node: ast.expr) -> bool:
    mode = getattr(node, "value", None)
    return (
        isinstance(mode, str)
        and len(mode) <= LONGEST_MODE
        and set(mode) <= set("rwaxbt+")
        and bool(set("wax+") & set(mode))
    )


def _creates(given: list[ast.expr]) -> bool:
    flags = {getattr(node, "attr", "") for one in given for node in ast.walk(one)}
    return "O_CREAT" in flags or not any(name.startswith("O_") for name in flags)


@pytest.fixture
def listed(database: Database) -> dict[str, Folder]:
    del database
    with connection.cursor() as cursor:
        return {one.name: one for one in folders(cursor)}


@pytest.mark.rule("PRIV-006")
def test_every_module_that_writes_a_file_says_into_which_folder() -> None:
    found = {str(one.relative_to(PACKAGE)) for one in modules() if any(writes(tree(one)))}
    assert found - set(WRITTEN_BY) == set(), "name its folder here, and declare it in a folders.sql"
    assert [name for name in WRITTEN_BY if not (PACKAGE / name).is_file()] == []


@pytest.mark.rule("PRIV-006")
def test_every_folder_that_is_written_is_on_the_list_and_no_other(
    listed: dict[str, Folder],
) -> None:
    written = {name for many in WRITTEN_BY.values() for name in many}
    assert written - set(listed) == set(), "declare it in the room's folders.sql"
    assert set(listed) - written == set()
    assert set(BELOW_HOME.values()) <= set(listed)
    assert set(FOLDERS) <= set(listed)


@pytest.mark.rule("PRIV-006")
def test_every_file_that_goes_has_a_place_and_days(listed: dict[str, Folder]) -> None:
    terms = folder_terms(clock.business_date())
    going = {name for name, one in listed.items() if one.goes is not Goes.STAYS}
    assert going <= set(FOLDERS)
    assert [name for name in sorted(going) if terms.days(name) is None] == []


def test_every_setting_that_names_a_folder_stands_for_one_of_the_list(
    listed: dict[str, Folder],
) -> None:
    found = {
        node.value
        for one in modules()
        for node in ast.walk(tree(one))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and SETTING.fullmatch(node.value)
    }
    assert found - set(NAMED) - NO_FOLDER == set(), "which folder of the list does it name?"
    assert set(NAMED.values()) <= set(listed)


def test_nothing_lies_below_the_home_but_what_is_named() -> None:
    found = {name for one in modules() for name in below_home(one)}
    assert found - set(BELOW_HOME) == set(), "name its folder of the list"


def below_home(module: Path) -> Iterator[str]:
    for node in ast.walk(tree(module)):
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div):
            continue
        if isinstance(node.left, ast.Call) and getattr(node.left.func, "id", "") == "home":
            yield str(getattr(node.right, "value", getattr(node.right, "id", "")))


@pytest.mark.parametrize("text", [
    "place.mkdir()", "place.write_bytes(data)", "open(place, 'w')", "place.open('ab')", "open(place, mode='x')",
    "os.open(place, os.O_WRONLY | os.O_CREAT)", "os.link(draft, place)", "lay(place, name, data)",
    "tempfile.mkdtemp()", "tempfile.NamedTemporaryFile()",
])  # fmt: skip
def test_what_writes_is_found(text: str) -> None:
    assert list(writes(ast.parse(text)))


@pytest.mark.parametrize("text", [
    "place.read_bytes()", "open(place)", "place.open('rb')", "os.open(place, os.O_RDONLY)",
    "links.link(cursor)", "text.replace('w', 'a')",
])  # fmt: skip
def test_what_reads_is_not_taken_for_writing(text: str) -> None:
    assert list(writes(ast.parse(text))) == []
