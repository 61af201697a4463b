-- Limits put back without a survey [限度額の復元]: by which decision, whole as it replays.

CREATE TABLE screening_put_back (
    member_id bigint NOT NULL,
    agreement_id bigint NOT NULL,
    event_no integer NOT NULL,
    digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    document jsonb NOT NULL CHECK (jsonb_typeof(document) = 'object'),
    staff_id bigint NOT NULL REFERENCES people_staff,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, agreement_id, event_no),
    FOREIGN KEY (member_id, agreement_id, event_no) REFERENCES loan_put_back,
    CONSTRAINT screening_put_back_says_so CHECK ((document ->> 'sha256') IS NOT DISTINCT FROM digest
        AND (document ->> 'verdict') IS NOT DISTINCT FROM 'offer')
);

-- As before, and what is put back was applied for when the line was opened (施行規則10条の19).
CREATE OR REPLACE FUNCTION check_applied_for() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted_event integer := CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE NEW.event_no END;
    is_due boolean := EXISTS (SELECT FROM screening_application_duty d JOIN loan_event e
        ON d.from_on <= e.business_on WHERE (e.member_id, e.agreement_id, e.event_no)
            = (NEW.member_id, NEW.agreement_id, wanted_event)
        AND e.channel NOT IN ('takeover', 'takeover-events') AND e.cancels_no IS NULL);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF loan_puts_back(NEW.member_id, NEW.agreement_id, NEW.event_no, OLD.limit_yen, NEW.limit_yen) THEN
            RETURN NULL;
        END IF;
    END IF;
    IF is_due AND NOT EXISTS (SELECT FROM screening_contract c WHERE (c.member_id, c.agreement_id, c.event_no)
            = (NEW.member_id, NEW.agreement_id, wanted_event)) THEN
        PERFORM refuse_application_row('no application became this contract', 'loan_agreement_applied_for');
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON screening_put_back EXECUTE FUNCTION refuse_screening_change();
GRANT SELECT, INSERT ON screening_put_back TO motocho_app;
GRANT SELECT ON screening_put_back TO motocho_audit;

-- What an erasure does to them, and to what the loans keep of cuts and rises.
SELECT office_clears('screening_put_back', 'document = jsonb_build_object(''sha256'', digest, ''verdict'', ''offer'')',
    'the facts it was decided by; its digest stays');
SELECT office_keeps('loan_unreached_cut', 'yen and days', 'proof_ref');
SELECT office_keeps('loan_put_back', 'days', 'reached_ref');
