-- Who may do what in the database of the book. Run by the administrator, in that database, as often as one likes.
-- Passwords and the roles themselves are made by roles.py; what stands here needs no secret.
-- Nobody is given a table here: each migration grants what it makes, table by table.

-- The database and its schema: nobody comes in unasked, nobody but the owner makes anything, no temporary tables
-- either (a temporary table may stand in front of a real one of the same name).
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT ON DATABASE {database} TO motocho_app, motocho_audit, motocho_backup;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO motocho_app, motocho_audit, motocho_backup;
GRANT USAGE, CREATE ON SCHEMA public TO motocho_owner;

-- What the owner makes later belongs to nobody else until it is granted: tables have no default grants, functions do.
ALTER DEFAULT PRIVILEGES FOR ROLE motocho_owner REVOKE ALL ON TABLES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE motocho_owner REVOKE ALL ON SEQUENCES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE motocho_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- A role may change its own defaults; whatever it did is undone here.
ALTER ROLE motocho_owner RESET ALL;
ALTER ROLE motocho_app RESET ALL;
ALTER ROLE motocho_audit RESET ALL;
ALTER ROLE motocho_backup RESET ALL;

-- pg_temp stands last, or it would be searched first.
ALTER ROLE motocho_owner SET search_path = public, pg_temp;
ALTER ROLE motocho_app SET search_path = public, pg_temp;
ALTER ROLE motocho_audit SET search_path = public, pg_temp;
ALTER ROLE motocho_backup SET search_path = public, pg_temp;

-- A migration that does not get its lock gives up, and is tried again, instead of making everyone behind it wait.
ALTER ROLE motocho_owner SET lock_timeout = '1s';
ALTER ROLE motocho_owner SET idle_in_transaction_session_timeout = '10min';
ALTER ROLE motocho_app SET lock_timeout = '10s';
ALTER ROLE motocho_app SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE motocho_audit SET default_transaction_read_only = on;
ALTER ROLE motocho_audit SET statement_timeout = '10min';
ALTER ROLE motocho_audit SET idle_in_transaction_session_timeout = '10min';
