"""PostgreSQL: addresses, roles, our own server, its backup [データベース].

`Address` says where a database is, `Role` who logs in and what each may do, `Server` runs the
programs of the wheel where nobody brings a server.
"""

from __future__ import annotations

from motocho.outside.postgres.address import Address
from motocho.outside.postgres.programs import Waiting, in_silence
from motocho.outside.postgres.roles import ADMIN, DATABASE, Role
from motocho.outside.postgres.server import DURABLE, FLEETING, Server, State, home

__all__ = [
    "ADMIN",
    "DATABASE",
    "DURABLE",
    "FLEETING",
    "Address",
    "Role",
    "Server",
    "State",
    "Waiting",
    "home",
    "in_silence",
]
