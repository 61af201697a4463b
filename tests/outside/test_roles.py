"""The roles cannot do what they must not: raw SQL as the application is refused by the database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.database import Database, fresh_database

from motocho.outside.postgres import ADMIN, FLEETING, Address, Role, Server, lacking
from motocho.outside.postgres import roles as making
from motocho.units.errors import OutsideFailure

BOOK = """
CREATE TABLE entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    amount_yen bigint NOT NULL CHECK (amount_yen > 0)
);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'entries stay'; END $$;
CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE ON entry FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE FUNCTION callable() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE private (id bigint);
GRANT SELECT, INSERT ON entry TO motocho_app;
GRANT SELECT ON entry TO motocho_audit;
"""


@pytest.fixture
def book(database: Database) -> Database:
    """A ledger in small, granted as a migration would."""
    with database.connect(Role.OWNER) as connection:
        connection.execute(BOOK)
        connection.execute("INSERT INTO entry (amount_yen) VALUES (1000)")
    return database


ATTACKS = [
    "UPDATE entry SET amount_yen = 1",
    "DELETE FROM entry",
    "TRUNCATE entry",
    "MERGE INTO entry USING (SELECT 1 AS id) AS it ON entry.id = it.id WHEN MATCHED THEN DELETE",
    "INSERT INTO entry (amount_yen) VALUES (5) ON CONFLICT (id) DO UPDATE SET amount_yen = 5",
    "SELECT * FROM entry FOR UPDATE",
    "DO 'BEGIN LOCK TABLE entry IN ACCESS EXCLUSIVE MODE; END'",
    "ALTER TABLE entry DISABLE TRIGGER ALL",
    "ALTER TABLE entry DISABLE TRIGGER entries_stay",
    "ALTER TABLE entry DROP CONSTRAINT entry_amount_yen_check",
    "ALTER TABLE entry OWNER TO motocho_app",
    "DROP TRIGGER entries_stay ON entry",
    "DROP TABLE entry",
    "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TRIGGER mine BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION refuse()",
    "CREATE RULE quiet AS ON INSERT TO entry DO INSTEAD NOTHING",
    "CREATE POLICY mine ON entry",
    "CREATE INDEX ON entry (amount_yen)",
    "CREATE TABLE mine (id bigint)",
    "CREATE TEMPORARY TABLE entry (id bigint)",
    "CREATE UNLOGGED TABLE mine (id bigint)",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA mine",
    "CREATE EXTENSION btree_gist",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "SET session_replication_role = replica",
    "SET ROLE motocho_owner",
    "SET SESSION AUTHORIZATION motocho_owner",
    "ALTER ROLE motocho_app SUPERUSER",
    "ALTER ROLE motocho_owner PASSWORD 'known'",
    "ALTER DATABASE {database} OWNER TO motocho_app",
    "ALTER SYSTEM SET fsync = off",
    "GRANT motocho_owner TO motocho_app",
    "SELECT * FROM private",
    "SELECT callable()",
    "SELECT rolpassword FROM pg_authid",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT pg_switch_wal()",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
    "SELECT setval('entry_id_seq', 1)",
    "COPY entry TO '/tmp/out'",
    "COPY entry FROM '/etc/passwd'",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "CHECKPOINT",
]
"""Each alone, as an intruder with the application's login would send it."""


@pytest.fixture(scope="module")
def attacked() -> Iterator[psycopg.Connection[object]]:
    with fresh_database() as database:
        with database.connect(Role.OWNER) as connection:
            connection.execute(BOOK)
            connection.execute("INSERT INTO entry (amount_yen) VALUES (1000)")
        with database.connect(Role.APP, autocommit=True) as connection:
            yield connection


@pytest.mark.parametrize("statement", ATTACKS)
def test_application_is_refused(attacked: psycopg.Connection[object], statement: str) -> None:
    known = sql.SQL(statement).format(database=sql.Identifier(attacked.info.dbname))
    with pytest.raises(psycopg.Error) as refused:
        attacked.execute(known)
    allowed = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
    assert isinstance(refused.value, allowed), refused.value
    assert attacked.execute("SELECT sum(amount_yen) FROM entry").fetchone() == (1000,)


@pytest.mark.parametrize("statement", ["GRANT UPDATE ON entry TO motocho_app", "VACUUM FULL entry"])
def test_what_only_warns_the_application_has_no_effect(
    attacked: psycopg.Connection[object], statement: str
) -> None:
    warned: list[str | None] = []
    attacked.add_notice_handler(lambda notice: warned.append(notice.severity_nonlocalized))
    attacked.execute(statement)
    assert warned == ["WARNING"]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        attacked.execute("UPDATE entry SET amount_yen = 1")


def test_application_does_what_it_is_granted(book: Database) -> None:
    with book.connect(Role.APP) as connection:
        connection.execute("INSERT INTO entry (amount_yen) VALUES (500)")
        assert connection.execute("SELECT sum(amount_yen) FROM entry").fetchone() == (1500,)


def test_trigger_holds_for_the_owner_too(book: Database) -> None:
    with (
        book.connect(Role.OWNER) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="entries stay"),
    ):
        connection.execute("UPDATE entry SET amount_yen = 1")


@pytest.mark.parametrize("role", [Role.AUDIT, Role.BACKUP])
def test_readers_write_nothing(book: Database, role: Role) -> None:
    with book.connect(role, autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM entry").fetchone() == (1,)
        connection.execute("SET default_transaction_read_only = off")
        for statement in (
            "INSERT INTO entry (amount_yen) VALUES (1)",
            "CREATE TABLE mine (id bigint)",
            "CREATE TEMPORARY TABLE mine (id bigint)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_nothing_is_granted_by_default(book: Database) -> None:
    for role in (Role.APP, Role.AUDIT):
        with book.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM private")


@pytest.mark.parametrize(
    ("role", "setting", "wanted"),
    [
        (Role.APP, "lock_timeout", "10s"),
        (Role.APP, "idle_in_transaction_session_timeout", "1min"),
        (Role.APP, "search_path", "public, pg_temp"),
        (Role.OWNER, "lock_timeout", "1s"),
        (Role.AUDIT, "default_transaction_read_only", "on"),
        (Role.AUDIT, "statement_timeout", "10min"),
    ],
)
def test_settings_of_a_role(database: Database, role: Role, setting: str, wanted: str) -> None:
    with database.connect(role) as connection:
        shown = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
    assert shown == (wanted,)


def test_waiting_for_a_lock_ends(book: Database) -> None:
    with book.connect(Role.OWNER) as first, book.connect(Role.OWNER) as second:
        first.execute("LOCK TABLE entry")
        second.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            second.execute("ALTER TABLE entry ADD COLUMN note text")


# -- making the roles, on a server that is not ours to configure -----------------------------------


@pytest.fixture
def rented(home: Path) -> Address:
    """A server whose administrator may make roles and databases, and no more."""
    server = Server(home / "postgres", FLEETING)
    at = server.start()
    with at.named("postgres").connect(ADMIN, autocommit=True) as connection:
        for role in Role:
            connection.execute(f"ALTER ROLE {role} RENAME TO former_{role}")
        connection.execute("CREATE ROLE landlord LOGIN CREATEROLE CREATEDB PASSWORD 'landlord'")
        connection.execute("CREATE DATABASE book OWNER landlord")
    (home / "login").write_text("*:*:*:landlord:landlord\n")
    (home / "login").chmod(0o600)
    return Address({**at.parameters, "dbname": "book", "passfile": str(home / "login")})


def test_lacking_roles_are_named_all_at_once_then_made(rented: Address, home: Path) -> None:
    known = making.kept_passwords(home / "passwords")
    later = Address({**rented.parameters, "passfile": str(home / "passwords")})
    assert {fault.details["user"] for fault in lacking(later)} == set(Role)
    for _ in range(2):
        with rented.connect("landlord", autocommit=True) as connection:
            making.prepare(connection, known, "book")
        assert lacking(later) == ()
    with later.connect(Role.OWNER) as connection:
        connection.execute("CREATE TABLE entry (id bigint)")
    with later.connect(Role.APP) as connection, pytest.raises(psycopg.Error):
        connection.execute("SELECT * FROM entry")


def test_new_passwords_replace_the_old(rented: Address, home: Path) -> None:
    old = Address({**rented.parameters, "passfile": str(home / "passwords")})
    with rented.connect("landlord", autocommit=True) as connection:
        making.prepare(connection, making.kept_passwords(home / "passwords"), "book")
        old.connect(Role.APP).close()
        making.prepare(connection, making.kept_passwords(home / "others"), "book")
    with pytest.raises(OutsideFailure):
        old.connect(Role.APP)


def test_roles_that_may_too_much_are_named(home: Path) -> None:
    at = Server(home / "postgres", FLEETING).start()
    assert lacking(at) == ()
    with at.connect(ADMIN, autocommit=True) as connection:
        connection.execute("ALTER ROLE motocho_audit BYPASSRLS")
        connection.execute("GRANT motocho_owner TO motocho_app")
        connection.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
    found = [(fault.code, fault.excerpt) for fault in lacking(at)]
    assert found == [("DBS-014", ""), ("DBS-015", "motocho_app"), ("DBS-015", "motocho_audit")]


def test_database_in_another_encoding_is_named(home: Path) -> None:
    at = Server(home / "postgres", FLEETING).start()
    with at.connect(ADMIN, autocommit=True) as connection:
        connection.execute(
            "CREATE DATABASE plain ENCODING SQL_ASCII LOCALE 'C' LOCALE_PROVIDER libc "
            "TEMPLATE template0"
        )
    assert {fault.code for fault in lacking(at.named("plain"))} == {"DBS-013", "DBS-014"}


def test_password_in_a_url_belongs_to_its_user_and_is_not_shown() -> None:
    at = Address.read("postgresql://landlord:s3cret@db.example:6432/book?sslmode=verify-full")
    assert at.show() == "db.example:6432/book"
    assert "s3cret" not in repr(at)
    assert at.login("landlord")["password"] == "s3cret"
    assert "password" not in at.login(Role.APP)
    assert at.environment("landlord")["PGSSLMODE"] == "verify-full"
