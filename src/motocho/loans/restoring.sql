-- Limits that were cut because nobody could be reached, and put back [連絡不能による減額と復元]: 貸金業法13条5項, 施行規則10条の19.

-- A cut for that reason alone: what the limit was, and what showed that nobody could be reached.
CREATE TABLE loan_unreached_cut (
    member_id bigint NOT NULL,
    agreement_id bigint NOT NULL,
    event_no integer NOT NULL,
    before_yen bigint NOT NULL,
    after_yen bigint NOT NULL CHECK (after_yen > 0),
    cut_on date NOT NULL,
    proof_ref text NOT NULL CHECK (proof_ref <> ''),
    PRIMARY KEY (member_id, agreement_id, event_no),
    FOREIGN KEY (member_id, agreement_id, event_no) REFERENCES loan_event,
    CHECK (before_yen > after_yen)
);

-- Put back, once a cut, by who was reached; without a survey, up to what it was.
CREATE TABLE loan_put_back (
    member_id bigint NOT NULL,
    agreement_id bigint NOT NULL,
    event_no integer NOT NULL,
    cut_no integer NOT NULL,
    reached_on date NOT NULL,
    reached_ref text NOT NULL CHECK (reached_ref <> ''),
    PRIMARY KEY (member_id, agreement_id, event_no),
    UNIQUE (member_id, agreement_id, cut_no),
    FOREIGN KEY (member_id, agreement_id, event_no) REFERENCES loan_event,
    FOREIGN KEY (member_id, agreement_id, cut_no) REFERENCES loan_unreached_cut
);

-- Whether a rise puts back what such a cut took, and no more.
CREATE FUNCTION loan_puts_back(of_member bigint, of_agreement bigint, of_event integer, from_yen bigint, to_yen bigint)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM loan_put_back p JOIN loan_unreached_cut c
            ON (c.member_id, c.agreement_id, c.event_no) = (p.member_id, p.agreement_id, p.cut_no)
        JOIN loan_event e ON (e.member_id, e.agreement_id, e.event_no) = (p.member_id, p.agreement_id, p.event_no)
        WHERE (p.member_id, p.agreement_id, p.event_no) = (of_member, of_agreement, of_event)
          AND c.after_yen = from_yen AND to_yen <= c.before_yen
          AND c.cut_on <= p.reached_on AND p.reached_on <= e.business_on)
$$;

-- As before, and what is put back needs no survey (施行規則10条の19).
CREATE OR REPLACE FUNCTION refuse_unsurveyed_limit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    looked loan_survey%ROWTYPE;
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (
        SELECT FROM loan_event WHERE member_id = NEW.member_id AND agreement_id = NEW.agreement_id AND event_no = 1
          AND channel IN ('takeover', 'takeover-events')
    ) OR TG_OP = 'UPDATE' AND EXISTS (
        SELECT FROM loan_event e JOIN loan_event c USING (member_id, agreement_id)
        WHERE e.member_id = NEW.member_id AND e.agreement_id = NEW.agreement_id AND e.event_no = NEW.event_no
          AND c.event_no = e.cancels_no AND c.business_on = e.business_on
    ) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF loan_puts_back(NEW.member_id, NEW.agreement_id, NEW.event_no, OLD.limit_yen, NEW.limit_yen) THEN
            RETURN NULL;
        END IF;
    END IF;
    -- Two agreements opened at once would not see each other.
    PERFORM pg_advisory_xact_lock(hashtextextended('loan_survey ' || NEW.member_id, 0));
    SELECT s.* INTO looked FROM loan_survey s JOIN loan_survey_use u USING (member_id, survey_id)
    WHERE u.member_id = NEW.member_id AND u.agreement_id = NEW.agreement_id
      AND u.event_no = CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE NEW.event_no END;
    IF looked.survey_id IS NULL OR looked.limit_yen < NEW.limit_yen
        OR looked.agreement_id IS DISTINCT FROM (CASE TG_OP WHEN 'UPDATE' THEN NEW.agreement_id END)
        OR looked.own_others_yen < loan_own_others_yen(NEW.member_id, NEW.agreement_id) THEN
        RAISE EXCEPTION 'the limit of agreement % has no survey that covers it', NEW.agreement_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'loan_agreement_surveyed';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON loan_unreached_cut EXECUTE FUNCTION refuse_loan_change();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON loan_put_back EXECUTE FUNCTION refuse_loan_change();
GRANT SELECT, INSERT ON loan_unreached_cut, loan_put_back TO motocho_app;
GRANT EXECUTE ON FUNCTION loan_puts_back TO motocho_app, motocho_audit;
GRANT SELECT ON loan_unreached_cut, loan_put_back TO motocho_audit;
