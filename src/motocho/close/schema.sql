-- The night [締め]: the business date, how far a night is, what it set aside, what it found to do.
--
-- The business date is one row. It moves on by one day, and only when that day is sealed in the ledger;
-- the trigger holds that for raw SQL too.

CREATE TABLE close_day (
    row_no smallint PRIMARY KEY DEFAULT 1 CHECK (row_no = 1),
    business_on date NOT NULL
);

CREATE FUNCTION keep_days_in_order() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.business_on <> OLD.business_on + 1
        OR NOT EXISTS (SELECT FROM ledger_seal WHERE sealed_on = OLD.business_on) THEN
        RAISE EXCEPTION 'the business date moves on by one day, when that day is sealed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER days_in_order BEFORE UPDATE ON close_day FOR EACH ROW EXECUTE FUNCTION keep_days_in_order();

-- Whoever books asks for the date with this function: it shares a lock that the close takes alone while it
-- seals and moves on, so that nobody holds a date that is over. An advisory lock and not a row lock, because
-- every command would write to the one row. Each statement of the function sees what was committed before it.
CREATE FUNCTION close_business_date() RETURNS date LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('motocho business date'));
    RETURN (SELECT business_on FROM close_day);
END $$;

-- How far each step of a night is: all agreements up to the watermark are done.
CREATE TABLE close_step (
    business_on date NOT NULL,
    step text NOT NULL,
    after_member bigint NOT NULL DEFAULT -1,
    after_agreement bigint NOT NULL DEFAULT -1,
    looked integer NOT NULL DEFAULT 0,
    changed integer NOT NULL DEFAULT 0,
    parked integer NOT NULL DEFAULT 0,
    done_at timestamptz,
    PRIMARY KEY (business_on, step)
);

-- What failed, with its reason; looked at again every night until it is freed.
CREATE TABLE close_parked (
    member_id bigint NOT NULL,
    agreement_id bigint NOT NULL,
    step text NOT NULL,
    parked_on date NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    nights integer NOT NULL DEFAULT 1 CHECK (nights > 0),
    freed_on date,
    PRIMARY KEY (member_id, agreement_id, step)
);
CREATE INDEX close_parked_still ON close_parked (step, member_id, agreement_id) WHERE freed_on IS NULL;

-- The trial balance of each closed day, by its entries.
CREATE TABLE close_total (
    business_on date NOT NULL,
    account smallint NOT NULL,
    debit_yen numeric NOT NULL,
    credit_yen numeric NOT NULL,
    pending_debit_yen numeric NOT NULL,
    pending_credit_yen numeric NOT NULL,
    PRIMARY KEY (business_on, account)
);

GRANT SELECT, INSERT ON close_day, close_step, close_parked, close_total TO motocho_app;
GRANT UPDATE (business_on) ON close_day TO motocho_app;
GRANT UPDATE (after_member, after_agreement, looked, changed, parked, done_at) ON close_step TO motocho_app;
GRANT UPDATE (parked_on, reason, nights, freed_on) ON close_parked TO motocho_app;
GRANT EXECUTE ON FUNCTION close_business_date TO motocho_app;
GRANT SELECT ON close_day, close_step, close_parked, close_total TO motocho_audit;
