"""`motocho db …`: the database's server, schema, copies and checks [データベース]."""

from __future__ import annotations

import os
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motocho.cli._options import JsonOption, LangOption, LanguageName
from motocho.cli._output import Output, language_of
from motocho.outside.clock import JAPAN
from motocho.units.errors import Fault, FaultyInput, InputError, clipped

if TYPE_CHECKING:
    from motocho.config.database import Condition
    from motocho.outside.postgres import Backup, Waiting

SCHEMA_VERSION = 1
SAY_EVERY_SECONDS = 5

app = typer.Typer(help="データベース / The database.", no_args_is_help=True, rich_markup_mode=None)

WhereOption = Annotated[
    Path | None,
    typer.Option(
        "--in",
        metavar="FOLDER",
        help="バックアップの場所 / Folder of backups (default: under MOTOCHO_HOME).",
        show_default=False,
    ),
]
NameOption = Annotated[
    str | None,
    typer.Option(
        "--backup",
        metavar="NAME",
        help="バックアップの名前 / Which backup (default: newest that serves).",
        show_default=False,
    ),
]


class LoginName(StrEnum):
    """Values of --role."""

    APP = "app"
    OWNER = "owner"
    AUDIT = "audit"
    BACKUP = "backup"
    ADMIN = "admin"


def _output(lang: LanguageName | None) -> Output:
    return Output(language_of(lang.value if lang else None))


def _waiting(output: Output) -> Waiting:
    """A line every few seconds: silence looks like a hang."""

    def tell(seconds: int) -> None:
        if seconds and seconds % SAY_EVERY_SECONDS == 0:
            output.note(
                output.text(
                    f"PostgreSQLを待っています({seconds}秒)",
                    f"Waiting for PostgreSQL ({seconds} s)",
                )
            )

    return tell


@app.command("start")
def start(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """組み込みのPostgreSQLを起動する / Start the embedded PostgreSQL, or find it running.

    例 / Examples:  motocho db start · motocho db start --json
    """
    from motocho.config import database

    output = _output(lang)
    at = database.server().start(_waiting(output))
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, "state": "running", "at": at.show()})
        return
    output.data(output.text(f"動いています: {at.show()}", f"Running: {at.show()}"))


@app.command("stop")
def stop(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """組み込みのPostgreSQLを止める / Stop the embedded PostgreSQL in order.

    例 / Examples:  motocho db stop · motocho db stop --json
    """
    from motocho.config import database

    output = _output(lang)
    was_running = database.server().stop(_waiting(output))
    if json_wanted:
        done = {"schema_version": SCHEMA_VERSION, "state": "stopped", "was_running": was_running}
        output.document(done)
        return
    ran, idle = output.text("止めました", "Stopped"), output.text("動いていません", "Not running")
    output.data(ran if was_running else idle)


@app.command("status")
def status(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """サーバー・役割・スキーマの状態 / State of the server, its roles and schema; starts nothing.

    足りないものがあれば終了コード3 / Exit code 3 where something is lacking.

    例 / Examples:  motocho db status · motocho db status --json
    """
    from motocho.config import database, schema

    output = _output(lang)
    condition = database.condition()
    reachable = condition.at is not None and not condition.faults
    pending = schema.pending(condition.at) if reachable else ()
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                **condition.document(),
                "pending": list(pending) if reachable else None,
                "faults": [fault.document() for fault in condition.faults],
            }
        )
    else:
        output.data("\n".join(_status_lines(condition, pending, output)))
        output.faults(condition.faults)
    raise typer.Exit(3 if condition.faults else 0)


def _status_lines(condition: Condition, pending: tuple[str, ...], output: Output) -> list[str]:
    known = condition.document()
    lines = [
        output.text(f"サーバー {known['server']}", f"Server: {known['server']}"),
        output.text(f"状態 {known['state']}", f"State: {known['state']}"),
    ]
    if known["folder"]:
        lines.append(output.text(f"フォルダ {known['folder']}", f"Folder: {known['folder']}"))
    if known["at"]:
        lines.append(output.text(f"接続先 {known['at']}", f"Address: {known['at']}"))
    if pending:
        lines.append(output.text(f"未適用の移行 {len(pending)}件", f"Pending: {len(pending)}"))
    return lines


@app.command("prepare")
def prepare(lang: LangOption = None) -> None:
    """データベースの役割を作る / Make the roles of the database (DATABASE_URL of an administrator).

    例 / Examples:  motocho db prepare · motocho db prepare --lang en
    """
    from motocho.config import database

    output = _output(lang)
    at = database.prepare()
    output.data(output.text(f"役割を用意しました: {at.show()}", f"Roles are made: {at.show()}"))


@app.command("migrate")
def migrate(json_wanted: JsonOption = False, lang: LangOption = None) -> None:
    """スキーマを最新にする / Bring the schema up to date, as its owner.

    例 / Examples:  motocho db migrate · motocho db migrate --json
    """
    from motocho.config import database, schema

    output = _output(lang)
    at = database.address(_waiting(output))
    with output.stage("移行中", "Migrating"):
        ran = schema.migrate(at)
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, "ran": list(ran)})
        return
    output.data(output.text(f"移行 {len(ran)}件", f"Migrations: {len(ran)}"))


@app.command("psql", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(
    context: typer.Context,
    role: Annotated[
        LoginName, typer.Option("--role", help="役割 / Role to log in as.")
    ] = LoginName.AUDIT,
    lang: LangOption = None,
) -> None:
    """Psqlを開く / Open psql; as the auditor, who can only read, unless told otherwise.

    例 / Examples:  motocho db psql · motocho db psql --role owner -- -c "SELECT 1"
    """
    from motocho.config import database
    from motocho.outside.postgres import ADMIN, Role, client_programs

    at = database.address(_waiting(_output(lang)))
    embedded_admin = ADMIN if database.url() is None else None
    user = embedded_admin if role is LoginName.ADMIN else Role[role.name]
    program = client_programs().binaries / "psql"
    environment = {**os.environ, **at.environment(user)}
    os.execve(program, [str(program), *context.args], environment)  # noqa: S606  # psql takes over


# -- copies ----------------------------------------------------------------------------------------


@app.command("backup")
def backup(
    into: WhereOption = None,
    keep: Annotated[
        int | None,
        typer.Option(
            "--keep",
            metavar="N",
            min=1,
            help="新しいN個だけ残す / Keep only the newest N, and the WAL they need.",
            show_default=False,
        ),
    ] = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """データベース全体を写し、照合する / Copy the whole database and check the copy.

    例 / Examples:  motocho db backup · motocho db backup --in /mnt/nas/motocho --keep 7
    """
    from motocho.config import database
    from motocho.outside.postgres import prune_backups, take_backup

    output = _output(lang)
    server = database.server()
    place = into or database.backups()
    with output.stage("写しています", "Copying"):
        made = take_backup(server, place, _waiting(output))
        gone = prune_backups(server, place, keep) if keep else ()
    if json_wanted:
        output.document(
            {
                "schema_version": SCHEMA_VERSION,
                "backup": _backup_document(made),
                "deleted": [old.name for old in gone],
            }
        )
        return
    output.data(output.text(f"バックアップ {made.folder}", f"Backup: {made.folder}"))


@app.command("backups")
def backups(
    where: WhereOption = None, json_wanted: JsonOption = False, lang: LangOption = None
) -> None:
    """バックアップの一覧 / The backups there are, oldest first.

    例 / Examples:  motocho db backups · motocho db backups --in /mnt/nas/motocho --json
    """
    from motocho.config import database
    from motocho.outside.postgres import listed_backups

    output = _output(lang)
    found = listed_backups(where or database.backups())
    if json_wanted:
        documents = [_backup_document(known) for known in found]
        output.document({"schema_version": SCHEMA_VERSION, "backups": documents})
        return
    output.data("\n".join(f"{known.name}  PostgreSQL {known.version}" for known in found))


def _backup_document(made: Backup) -> dict[str, Any]:
    return {
        "name": made.name,
        "folder": str(made.folder),
        "started_at": made.started_at.isoformat(),
        "ended_at": made.ended_at.isoformat(),
        "postgresql": made.version,
    }


@app.command("restore")
def restore(
    into: Annotated[
        Path,
        typer.Option("--into", metavar="FOLDER", help="新しいMOTOCHO_HOME / The new MOTOCHO_HOME."),
    ],
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="MOMENT",
            help="この時刻まで戻す / Bring it to this moment (default: all there is).",
            show_default=False,
        ),
    ] = None,
    where: WhereOption = None,
    name: NameOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """バックアップとWALから、新しい場所に復元して起動する / Restore into a new folder and start it.

    今のデータには触れません / The present data is left as it is.

    例 / Examples:  motocho db restore --into /srv/restored ·
    motocho db restore --until '2026-11-22 03:00:00+09:00' --into /srv/restored
    """
    from motocho.config import database
    from motocho.outside.postgres import restore_backup

    output = _output(lang)
    moment = _moment_of(until)
    chosen = _chosen(where or database.backups(), name, moment)
    with output.stage("復元しています", "Restoring"):
        server = restore_backup(
            chosen, database.server(), into.absolute(), moment, _waiting(output)
        )
    if json_wanted:
        shown = {"backup": chosen.name, "into": str(into.absolute()), "at": server.address.show()}
        output.document({"schema_version": SCHEMA_VERSION, **shown})
        return
    output.data(
        output.text(
            f"復元しました。MOTOCHO_HOME={into.absolute()} で使えます",
            f"Restored. Use it with MOTOCHO_HOME={into.absolute()}",
        )
    )
    output.note(output.text("新しいバックアップを取ってください", "Take a new backup of it now"))


def _chosen(place: Path, name: str | None, until: datetime | None) -> Backup:
    from motocho.outside.postgres import latest_backup, read_backup

    return latest_backup(place, until) if name is None else read_backup(place / name)


def _moment_of(text: str | None) -> datetime | None:
    """A moment as people write it; without an offset it is Japan's."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(Fault("DBS-018", column="--until", excerpt=clipped(text))) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=JAPAN)


@app.command("verify")
def verify(
    rehearse: Annotated[
        bool,
        typer.Option(
            "--rehearse",
            help="バックアップを仮の場所に復元して調べる / Restore a backup aside and check that.",
        ),
    ] = False,
    where: WhereOption = None,
    name: NameOption = None,
    json_wanted: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """データが壊れていないか調べる / Check every table, index and invariant.

    例 / Examples:  motocho db verify · motocho db verify --rehearse --json
    """
    from motocho.config import database
    from motocho.config.invariants import INVARIANTS
    from motocho.outside.postgres import check_server, rehearse_backup

    output = _output(lang)
    server = database.server()
    with output.stage("調べています", "Checking"):
        if rehearse or name:
            chosen = _chosen(where or database.backups(), name, None)
            scratch = database.scratch()
            faults = rehearse_backup(chosen, server, INVARIANTS, scratch, _waiting(output))
        else:
            faults = check_server(server, INVARIANTS, _waiting(output))
    if faults:
        raise FaultyInput(*faults)
    if json_wanted:
        output.document({"schema_version": SCHEMA_VERSION, "faults": []})
        return
    output.data(output.text("壊れたところはありません", "Nothing is damaged"))


@app.command("dump")
def dump(
    into: Annotated[
        Path, typer.Option("--into", metavar="FOLDER", help="書き出す先 / Folder to write.")
    ],
    lang: LangOption = None,
) -> None:
    """別のメジャーバージョンへ移すために書き出す / Write all rows, for another major version.

    例 / Examples:  motocho db dump --into /srv/dump · motocho db dump --into dump --lang en
    """
    from motocho.config import database
    from motocho.outside import postgres

    output = _output(lang)
    at = database.address(_waiting(output))
    with output.stage("書き出し中", "Writing"):
        postgres.dump(at, into.absolute(), _waiting(output))
    output.data(output.text(f"{into} に書きました", f"Wrote {into}"))


@app.command("load")
def load(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="ダンプ / A dump.")],
    lang: LangOption = None,
) -> None:
    """書き出したものを、空のデータベースに読み込む / Read a dump into an empty database.

    例 / Examples:  motocho db load /srv/dump · motocho db load dump --lang en
    """
    from motocho.config import database
    from motocho.outside import postgres

    output = _output(lang)
    at = database.address(_waiting(output))
    admin = postgres.ADMIN if database.url() is None else None
    with output.stage("読み込み中", "Loading"):
        postgres.load(folder.absolute(), at, admin, _waiting(output))
    output.data(output.text("読み込みました", "Loaded"))
