"""PostgreSQL: addresses, roles, our own server, its backup [データベース].

`Address` says where a database is, `Role` who logs in and what each may do, `Server` runs the
programs of the wheel where nobody brings a server; the rest copies, brings back and checks it.
"""

from __future__ import annotations

from motocho.outside.postgres.address import Address, State
from motocho.outside.postgres.backup import Backup
from motocho.outside.postgres.backup import latest as latest_backup
from motocho.outside.postgres.backup import listed as listed_backups
from motocho.outside.postgres.backup import prune as prune_backups
from motocho.outside.postgres.backup import read as read_backup
from motocho.outside.postgres.backup import take as take_backup
from motocho.outside.postgres.checking import Invariant, violations
from motocho.outside.postgres.checking import check as check_server
from motocho.outside.postgres.checking import rehearse as rehearse_backup
from motocho.outside.postgres.dump import dump, load
from motocho.outside.postgres.online import LOCK_WAIT, add_index, drop_index
from motocho.outside.postgres.programs import (
    Waiting,
    client_programs,
    in_silence,
    installed_version,
)
from motocho.outside.postgres.restoring import restore as restore_backup
from motocho.outside.postgres.roles import ADMIN, DATABASE, Role, kept_passwords
from motocho.outside.postgres.roles import prepare as prepare_roles
from motocho.outside.postgres.server import DURABLE, FLEETING, Server, home
from motocho.outside.postgres.survey import lacking

__all__ = [
    "ADMIN",
    "DATABASE",
    "DURABLE",
    "FLEETING",
    "LOCK_WAIT",
    "Address",
    "Backup",
    "Invariant",
    "Role",
    "Server",
    "State",
    "Waiting",
    "add_index",
    "check_server",
    "client_programs",
    "drop_index",
    "dump",
    "home",
    "in_silence",
    "installed_version",
    "kept_passwords",
    "lacking",
    "latest_backup",
    "listed_backups",
    "load",
    "prepare_roles",
    "prune_backups",
    "read_backup",
    "rehearse_backup",
    "restore_backup",
    "take_backup",
    "violations",
]
