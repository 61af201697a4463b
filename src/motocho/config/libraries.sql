-- What libraries' own migrations make, granted to our roles. Run by the owner after every migration, any number of times.
GRANT SELECT ON django_migrations TO motocho_app, motocho_audit;

-- The queue: the application puts jobs in, works them off and removes what is done.
GRANT SELECT, INSERT, UPDATE, DELETE
    ON procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers TO motocho_app;
GRANT SELECT
    ON procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers TO motocho_audit;
DO $$
DECLARE made record;
BEGIN
    FOR made IN
        SELECT oid::regprocedure AS name FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND starts_with(proname, 'procrastinate_')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO motocho_app', made.name);
    END LOOP;
    FOR made IN
        SELECT oid::regclass AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' AND starts_with(relname, 'procrastinate_')
    LOOP
        EXECUTE format('GRANT USAGE ON SEQUENCE %s TO motocho_app', made.name);
    END LOOP;
END $$;

-- Sessions of the web site: made, renewed and ended by the application. Not for auditors: whoever reads a session's key
-- may act as its member.
GRANT SELECT, INSERT, UPDATE, DELETE ON django_session TO motocho_app;
