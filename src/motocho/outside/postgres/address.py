"""Where a database is, without a secret in it [接続先]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Conninfo, PGconn, Ping

from motocho.outside.postgres.roles import DATABASE
from motocho.units.errors import Fault, InputError, OutsideFailure, clipped

LOCAL = "127.0.0.1"


class State(Enum):
    """What a server answers [状態]."""

    RUNNING = "running"
    STARTING = "starting"
    STOPPED = "stopped"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is, in libpq's words [接続先].

    `parameters` hold a password only if somebody wrote one into `DATABASE_URL`; it is not shown.
    """

    parameters: Mapping[str, str] = field(repr=False)

    @classmethod
    def read(cls, url: str, passwords: Path | None = None) -> Address:
        """The address that `DATABASE_URL` names [接続先の読み取り].

        Takes     a URL or a line of libpq's `key=value`; a password file, used if it exists.
        Raises    InputError, without repeating the text: it may hold a password.
        """
        try:
            known = {key: str(value) for key, value in conninfo_to_dict(url).items()}
        except psycopg.ProgrammingError:
            raise InputError(Fault("DBS-010", column="DATABASE_URL")) from None
        if passwords is not None and passwords.exists():
            known.setdefault("passfile", str(passwords))
        return cls(known)

    @property
    def database(self) -> str:
        """The name of the database [データベース名]."""
        return self.parameters.get("dbname", DATABASE)

    def named(self, database: str) -> Address:
        """The same server, another database [別のデータベース]."""
        return Address({**self.parameters, "dbname": database})

    def state(self) -> State:
        """What the server answers now; a server that recovers or stops is starting [状態]."""
        answer = PGconn.ping(make_conninfo(**self.login()).encode())
        if answer == Ping.OK:
            return State.RUNNING
        return State.STARTING if answer == Ping.REJECT else State.STOPPED

    def login(self, user: str | None = None) -> dict[str, str]:
        """The parameters of libpq for a login as `user` [ログイン].

        Why       a password in the URL belongs to the user in the URL, and to no other.
        """
        known = {"dbname": DATABASE, "connect_timeout": "10", **self.parameters}
        if user is not None and user != known.get("user"):
            known.pop("password", None)
            known["user"] = user
        known.setdefault("application_name", known.get("user", "motocho"))
        return known

    def environment(self, user: str | None = None) -> dict[str, str]:
        """The same login as libpq's environment, for PostgreSQL's own programs [環境変数].

        Why       a command line is seen by everybody on the machine.
        """
        login = self.login(user)
        return {
            option.envvar.decode(): login[option.keyword.decode()]
            for option in Conninfo.get_defaults()
            if option.envvar is not None and option.keyword.decode() in login
        }

    def connect(self, user: str | None = None, **options: Any) -> psycopg.Connection[Any]:
        """A connection as `user`; the one of the URL where none is named [接続].

        Raises    OutsideFailure when the server does not answer or refuses the login.
        """
        try:
            return psycopg.connect(make_conninfo(**self.login(user)), **options)
        except psycopg.OperationalError as error:
            said = str(error).strip().splitlines()[-1].rsplit("failed: ", 1)[-1]
            reason = clipped(said.removeprefix("FATAL:").strip())
            details = {"user": self.login(user).get("user", ""), "said": reason}
            raise OutsideFailure(Fault("DBS-011", details=details)) from None

    def show(self) -> str:
        """The place for a person, without user and password [表示]."""
        known = self.parameters
        place = known.get("host", LOCAL).split(",")[-1]
        return f"{place}:{known.get('port', '5432')}/{self.database}"
