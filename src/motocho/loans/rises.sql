-- Every way by which what somebody may draw rises [利用できる額の増加]: 貸金業法13条1項, 5項; 施行規則10条の19. As before, and a survey is of
-- the day of its contract or rise, or of one before it.
CREATE OR REPLACE FUNCTION refuse_unsurveyed_limit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    looked loan_survey%ROWTYPE;
    wanted_event integer := CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE NEW.event_no END;
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
        JOIN loan_event e ON (e.member_id, e.agreement_id, e.event_no) = (u.member_id, u.agreement_id, u.event_no)
    WHERE u.member_id = NEW.member_id AND u.agreement_id = NEW.agreement_id
      AND u.event_no = wanted_event AND s.made_on <= e.business_on;
    IF looked.survey_id IS NULL OR looked.limit_yen < NEW.limit_yen
        OR looked.agreement_id IS DISTINCT FROM (CASE TG_OP WHEN 'UPDATE' THEN NEW.agreement_id END)
        OR looked.own_others_yen < loan_own_others_yen(NEW.member_id, NEW.agreement_id) THEN
        RAISE EXCEPTION 'the limit of agreement % has no survey that covers it', NEW.agreement_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'loan_agreement_surveyed';
    END IF;
    RETURN NULL;
END $$;

-- 13条5項, words in brackets: where a lower limit is shown than was agreed to, that one rises by a survey alone, too.
CREATE CONSTRAINT TRIGGER surveyed_shown AFTER UPDATE OF shown_limit_yen ON loan_agreement DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.limit_yen <= OLD.limit_yen
        AND least(NEW.limit_yen, NEW.shown_limit_yen) > least(OLD.limit_yen, OLD.shown_limit_yen))
    EXECUTE FUNCTION refuse_unsurveyed_limit();

-- 10条の19: a cut that may be put back is the newest event of its agreement, of somebody who stands as not reached and for no other
-- reason, from a limit that was surveyed for it once, or was taken over with it.
CREATE FUNCTION check_unreached_cut() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM loan_agreement a JOIN loan_event e USING (member_id, agreement_id, event_no)
        WHERE a.member_id = NEW.member_id AND a.agreement_id = NEW.agreement_id AND a.event_no = NEW.event_no
          AND e.business_on = NEW.cut_on AND a.limit_yen = NEW.after_yen
          AND 'unreachable' = ANY (a.stops) AND NOT 'over_one_third' = ANY (a.stops)
    ) OR NOT EXISTS (
        SELECT FROM loan_survey s JOIN loan_survey_use u USING (member_id, survey_id)
        WHERE u.member_id = NEW.member_id AND u.agreement_id = NEW.agreement_id AND s.limit_yen >= NEW.before_yen
    ) AND NOT EXISTS (
        SELECT FROM loan_event e JOIN loan_terms t USING (member_id, agreement_id)
        WHERE e.member_id = NEW.member_id AND e.agreement_id = NEW.agreement_id AND e.event_no = 1
          AND e.channel IN ('takeover', 'takeover-events') AND t.terms_no < NEW.event_no
          AND (t.content ->> 'limit_yen')::bigint >= NEW.before_yen
    ) THEN
        RAISE EXCEPTION 'agreement % was not cut like this because nobody could be reached', NEW.agreement_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'loan_unreached_cut_true';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER true_to_book BEFORE INSERT ON loan_unreached_cut FOR EACH ROW EXECUTE FUNCTION check_unreached_cut();
