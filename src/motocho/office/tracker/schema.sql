-- The way of a case [事件の進行]: what happened, added and never changed; the client's money, which is never less than nothing; papers
-- that came and went, sealed as the entries of the case are.

CREATE TABLE office_event (
    case_id bigint NOT NULL REFERENCES office_case,
    event_no integer NOT NULL CHECK (event_no > 0),
    kind text NOT NULL CHECK (kind IN ('step', 'hearing', 'deadline', 'done', 'talk', 'offer', 'answer', 'promise', 'paid', 'fees',
        'conflict', 'note', 'void')),
    happened_on date NOT NULL,
    of_no integer,
    body bytea NOT NULL CHECK (length(body) > 1),
    source text NOT NULL CHECK (source <> '' AND length(source) <= 80),
    at timestamptz NOT NULL,
    PRIMARY KEY (case_id, event_no),
    UNIQUE (case_id, source),
    FOREIGN KEY (case_id, of_no) REFERENCES office_event,
    CHECK ((kind IN ('answer', 'void')) = (of_no IS NOT NULL)),
    CHECK (of_no < event_no)
);
CREATE UNIQUE INDEX office_event_voided_once ON office_event (case_id, of_no) WHERE kind = 'void';

CREATE FUNCTION count_office_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.event_no <> coalesce((SELECT max(event_no) FROM office_event WHERE case_id = NEW.case_id), 0) + 1 THEN
        RAISE EXCEPTION 'events of case % are counted without a gap', NEW.case_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'office_event_counted';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER counted BEFORE INSERT ON office_event FOR EACH ROW EXECUTE FUNCTION count_office_event();

-- What the office holds for a client of a case [預り金]: one row a case, which only the trigger below changes.
CREATE TABLE office_client_account (
    case_id bigint NOT NULL PRIMARY KEY REFERENCES office_case,
    entries integer NOT NULL CHECK (entries >= 0),
    balance_yen bigint NOT NULL CONSTRAINT office_client_money_never_negative CHECK (balance_yen >= 0)
);
CREATE TABLE office_client_money (
    case_id bigint NOT NULL REFERENCES office_case,
    entry_no integer NOT NULL DEFAULT 0,
    kind text NOT NULL CHECK (kind IN ('from_lender', 'from_client', 'put_right_in', 'to_client', 'fee', 'cost', 'put_right_out')),
    amount_yen bigint NOT NULL CHECK (amount_yen > 0 AND amount_yen <= 1000000000000),
    balance_yen bigint NOT NULL DEFAULT 0 CHECK (balance_yen >= 0),
    value_on date NOT NULL,
    body bytea NOT NULL CHECK (length(body) > 1),
    source text NOT NULL CHECK (source <> '' AND length(source) <= 80),
    at timestamptz NOT NULL,
    PRIMARY KEY (case_id, entry_no),
    UNIQUE (case_id, source)
);

-- The row of the account is locked by the change, so that of two writers the second sees what the first left.
CREATE FUNCTION count_client_money() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    signed bigint := CASE WHEN NEW.kind IN ('from_lender', 'from_client', 'put_right_in') THEN NEW.amount_yen ELSE -NEW.amount_yen END;
BEGIN
    INSERT INTO office_client_account (case_id, entries, balance_yen) VALUES (NEW.case_id, 0, 0) ON CONFLICT DO NOTHING;
    UPDATE office_client_account SET entries = entries + 1, balance_yen = balance_yen + signed
        WHERE case_id = NEW.case_id RETURNING entries, balance_yen INTO NEW.entry_no, NEW.balance_yen;
    RETURN NEW;
END $$;
CREATE TRIGGER counted BEFORE INSERT ON office_client_money FOR EACH ROW EXECUTE FUNCTION count_client_money();

-- Papers that came and went [受け取った書類・送った書類].
CREATE TABLE office_kept_paper (
    case_id bigint NOT NULL REFERENCES office_case,
    paper_no integer NOT NULL CHECK (paper_no > 0),
    way text NOT NULL CHECK (way IN ('in', 'out')),
    handled_on date NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    length integer NOT NULL CHECK (length > 0),
    body bytea NOT NULL CHECK (length(body) > 1),
    content bytea NOT NULL CHECK (length(content) > 1),
    at timestamptz NOT NULL,
    PRIMARY KEY (case_id, paper_no),
    UNIQUE (case_id, way, digest)
);

-- A studio with a passphrase takes nothing plain here either.
CREATE TRIGGER sealed BEFORE INSERT ON office_event FOR EACH ROW EXECUTE FUNCTION refuse_plain_office_body();
CREATE TRIGGER sealed BEFORE INSERT ON office_client_money FOR EACH ROW EXECUTE FUNCTION refuse_plain_office_body();
CREATE TRIGGER sealed BEFORE INSERT ON office_kept_paper FOR EACH ROW EXECUTE FUNCTION refuse_plain_office_body();
CREATE FUNCTION refuse_plain_office_file() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first bytea;
BEGIN
    EXECUTE format('SELECT substr(($1).%I, 1, 1)', TG_ARGV[0]) INTO first USING NEW;
    IF first <> '\x01' AND EXISTS (SELECT FROM office_lock) THEN
        RAISE EXCEPTION 'files of a sealed studio are sealed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'office_file_sealed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sealed_file BEFORE INSERT ON office_kept_paper FOR EACH ROW EXECUTE FUNCTION refuse_plain_office_file('content');

CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON office_event EXECUTE FUNCTION refuse_office_change();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON office_client_money EXECUTE FUNCTION refuse_office_change();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON office_kept_paper EXECUTE FUNCTION refuse_office_change();
CREATE TRIGGER no_removal BEFORE DELETE OR TRUNCATE ON office_client_account EXECUTE FUNCTION refuse_office_change();

GRANT SELECT, INSERT ON office_event, office_client_money, office_kept_paper TO motocho_app;
GRANT SELECT ON office_client_account TO motocho_app;
GRANT SELECT ON office_event, office_client_money, office_client_account, office_kept_paper TO motocho_audit;
