-- Two persons are two people [承認者の同一人], nobody approves what is their own under whatever number, and what was agreed to is what
-- the contract says: for raw SQL too.

-- As before, the reading compared as the signals compare it: written another way it is the same name.
CREATE OR REPLACE FUNCTION screening_same_person(of_member bigint) RETURNS SETOF bigint LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.member_id FROM screening_identity i JOIN screening_identity o ON o.licence_number = i.licence_number
    WHERE i.member_id = of_member AND i.licence_number <> '' AND o.licence_number <> '' AND o.member_id <> i.member_id
    UNION
    SELECT o.member_id FROM people_member m JOIN people_member o
        ON people_name_key(o.family_kana || o.given_kana) = people_name_key(m.family_kana || m.given_kana) AND o.born_on = m.born_on
    WHERE m.member_id = of_member AND o.member_id <> m.member_id AND (
        EXISTS (SELECT FROM loan_agreement a WHERE a.member_id = o.member_id AND a.status IN ('open', 'written_off'))
        OR EXISTS (SELECT FROM screening_application p WHERE p.member_id = o.member_id AND (p.ended_at IS NULL
            OR p.outcome = 'refused' AND p.ended_at > (SELECT max(mine.submitted_at) - interval '180 days'
                FROM screening_application mine WHERE mine.member_id = of_member))))
$$;

-- ---------------------------------------------------------------------------------------------------------- of the staff
-- Whether two numbers are of one person: the same number, the same licence, or the same reading and birthday.
CREATE FUNCTION screening_is_one_person(one bigint, other bigint) RETURNS boolean LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(one = other, false)
        OR EXISTS (SELECT FROM screening_identity i JOIN screening_identity o ON o.licence_number = i.licence_number
            WHERE i.member_id = one AND o.member_id = other AND i.licence_number <> '')
        OR EXISTS (SELECT FROM people_member m JOIN people_member o ON o.born_on = m.born_on
            AND people_name_key(o.family_kana || o.given_kana) = people_name_key(m.family_kana || m.given_kana)
            WHERE m.member_id = one AND o.member_id = other)
$$;

-- The accounts of whoever has this one: the account itself, and each whose own member is the same person.
CREATE FUNCTION screening_accounts_of(of_staff bigint) RETURNS SETOF bigint LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT of_staff UNION SELECT o.staff_id FROM people_staff s JOIN people_staff o ON o.own_member_id IS NOT NULL
        WHERE s.staff_id = of_staff AND screening_is_one_person(s.own_member_id, o.own_member_id)
$$;

-- Whether an application is one's own, or of somebody whom one may not look at (PRIV-003).
CREATE FUNCTION screening_is_too_near(of_member bigint, of_staff bigint, at timestamptz) RETURNS boolean LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM people_staff s WHERE s.staff_id IN (SELECT screening_accounts_of(of_staff))
            AND screening_is_one_person(s.own_member_id, of_member))
        OR EXISTS (SELECT FROM people_barred b WHERE b.member_id = of_member AND b.staff_id IN (SELECT screening_accounts_of(of_staff))
            AND b.put_at <= at AND (b.ended_at IS NULL OR b.ended_at > at))
$$;

-- Whether somebody entered evidence of an application, or said whose a doubtful answer of the bureau is, by whichever account.
CREATE FUNCTION screening_has_entered(of_member bigint, of_application bigint, of_staff bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH mine (staff_id) AS (SELECT screening_accounts_of(of_staff))
    SELECT EXISTS (SELECT FROM screening_paper p JOIN mine USING (staff_id)
            WHERE (p.member_id, p.application_id) = (of_member, of_application))
        OR EXISTS (SELECT FROM screening_employment e JOIN mine USING (staff_id)
            WHERE (e.member_id, e.application_id) = (of_member, of_application))
        OR EXISTS (SELECT FROM screening_check c JOIN mine USING (staff_id)
            WHERE (c.member_id, c.application_id) = (of_member, of_application))
        OR EXISTS (SELECT FROM screening_claim c JOIN mine USING (staff_id)
            WHERE (c.member_id, c.application_id) = (of_member, of_application))
        OR EXISTS (SELECT FROM screening_bureau_judgement j JOIN mine ON j.actor = 'staff ' || mine.staff_id
            WHERE j.member_id = of_member)
$$;

-- As before, by whichever account, and once a person.
CREATE OR REPLACE FUNCTION check_approval() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    on_day date := (NEW.approved_at AT TIME ZONE 'Asia/Tokyo')::date;
BEGIN
    IF NOT EXISTS (SELECT FROM people_staff s JOIN people_staff_role r USING (staff_id) WHERE s.staff_id = NEW.staff_id
            AND r.role IN ('reviewer', 'supervisor') AND (s.left_on IS NULL OR on_day <= s.left_on)
            AND r.from_on <= on_day AND (r.until_on IS NULL OR on_day <= r.until_on)) THEN
        PERFORM refuse_application_row('whoever approves is a reviewer or supervisor', 'screening_approval_role');
    END IF;
    IF screening_is_too_near(NEW.member_id, NEW.staff_id, NEW.approved_at) THEN
        PERFORM refuse_application_row('nobody judges an application of their own, or of somebody near', 'screening_approval_near');
    END IF;
    IF screening_has_entered(NEW.member_id, NEW.application_id, NEW.staff_id) THEN
        PERFORM refuse_application_row('whoever entered evidence does not approve', 'screening_approval_other_person');
    END IF;
    IF EXISTS (SELECT FROM screening_approval a WHERE (a.member_id, a.application_id, a.decision_no)
            = (NEW.member_id, NEW.application_id, NEW.decision_no) AND a.staff_id <> NEW.staff_id
            AND a.staff_id IN (SELECT screening_accounts_of(NEW.staff_id))) THEN
        PERFORM refuse_application_row('the same person approved it already', 'screening_approval_once');
    END IF;
    RETURN NEW;
END $$;
-- What it looked at is looked at above.
DROP TRIGGER other_person_claims ON screening_approval;
DROP FUNCTION check_approval_claims;

-- As before; on the last day of a role one has it still, and whoever handed it on is the same under each account.
CREATE OR REPLACE FUNCTION screening_is_handed_on(of_member bigint, of_application bigint, to_staff bigint, at timestamptz)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM screening_review r WHERE r.member_id = of_member AND r.application_id = of_application
            AND r.kind = 'handed_on')
        AND (EXISTS (SELECT FROM screening_review r WHERE r.member_id = of_member AND r.application_id = of_application
                AND r.kind = 'handed_on' AND r.staff_id IN (SELECT screening_accounts_of(to_staff)))
            OR NOT EXISTS (SELECT FROM people_staff_role s WHERE s.role = 'supervisor'
                AND s.from_on <= (at AT TIME ZONE 'Asia/Tokyo')::date
                AND (s.until_on IS NULL OR (at AT TIME ZONE 'Asia/Tokyo')::date <= s.until_on)
                AND (s.staff_id = to_staff OR s.staff_id IN (SELECT p.staff_id FROM screening_approval p
                    WHERE p.member_id = of_member AND p.application_id = of_application
                      AND p.decision_no = (SELECT max(d.decision_no) FROM screening_decision d
                        WHERE d.member_id = of_member AND d.application_id = of_application)))))
$$;

-- From which limit on two approve (`policy.yaml`, two_persons_from_yen).
CREATE FUNCTION screening_two_from_yen() RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT 1000000::bigint $$;
CREATE FUNCTION check_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.limit_yen >= screening_two_from_yen() AND NEW.persons < 2 THEN
        PERFORM refuse_application_row('two persons approve such a limit', 'screening_decision_two');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER by_amount BEFORE INSERT ON screening_decision FOR EACH ROW EXECUTE FUNCTION check_persons();

-- --------------------------------------------------------------------------------------------- what was agreed to, and made
-- DOC-001: the paper of just this offer was there before anybody agreed to it (貸金業法16条の2第2項).
CREATE FUNCTION check_acceptance_shown() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM screening_application a WHERE (a.member_id, a.application_id, a.kind)
            = (NEW.member_id, NEW.application_id, 'new'))
        AND NOT EXISTS (SELECT FROM documents_paper q LEFT JOIN documents_post p USING (member_id, paper_no)
            LEFT JOIN documents_handed h USING (member_id, paper_no) WHERE q.member_id = NEW.member_id AND q.kind = 'pre_contract'
            AND q.cause = format('application %s decision %s', NEW.application_id, NEW.decision_no)
            AND least(CASE q.road WHEN 'electronic' THEN q.delivered_at END, p.posted_at, h.handed_at) <= NEW.accepted_at) THEN
        PERFORM refuse_application_row('its terms were not shown on paper before', 'screening_acceptance_shown');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER shown BEFORE INSERT ON screening_acceptance FOR EACH ROW EXECUTE FUNCTION check_acceptance_shown();

-- No higher limit and no higher rate than was decided and agreed to; approved by nobody who said since whose an answer is.
CREATE FUNCTION check_contract_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM loan_agreement a JOIN loan_terms t USING (member_id, agreement_id, terms_no)
            JOIN screening_decision d ON (d.member_id, d.application_id, d.decision_no)
                = (NEW.member_id, NEW.application_id, NEW.decision_no)
            WHERE (a.member_id, a.agreement_id) = (NEW.member_id, NEW.agreement_id) AND a.limit_yen <= d.limit_yen
              AND (t.content ->> 'limit_yen')::bigint = a.limit_yen AND (t.content ->> 'rate_ppm')::bigint <= d.rate_ppm) THEN
        PERFORM refuse_application_row('the contract is not what was offered', 'screening_contract_terms');
    END IF;
    IF EXISTS (SELECT FROM screening_approval a WHERE (a.member_id, a.application_id, a.decision_no)
            = (NEW.member_id, NEW.application_id, NEW.decision_no)
            AND screening_has_entered(a.member_id, a.application_id, a.staff_id)) THEN
        PERFORM refuse_application_row('whoever entered evidence does not approve', 'screening_approval_other_person');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER with_terms BEFORE INSERT ON screening_contract FOR EACH ROW EXECUTE FUNCTION check_contract_terms();

-- A wish for a higher limit ends once, granted where it became one.
CREATE FUNCTION keep_increase() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR to_jsonb(NEW) - '{ended_at,ended_by,outcome}'::text[]
            <> to_jsonb(OLD) - '{ended_at,ended_by,outcome}'::text[] THEN
        RAISE EXCEPTION 'a wish for a higher limit stays as it was, and ends once' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.outcome = 'granted' AND NOT EXISTS (SELECT FROM screening_contract c JOIN screening_application a
            USING (member_id, application_id) WHERE (a.member_id, a.increase_id) = (NEW.member_id, NEW.increase_id)) THEN
        PERFORM refuse_application_row('it became no higher limit', 'screening_increase_outcome');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ends_once BEFORE UPDATE ON screening_increase FOR EACH ROW WHEN (NOT office_is_erasing(OLD.member_id))
    EXECUTE FUNCTION keep_increase();

-- As before, and a limit is put back by its decision alone, which is kept whole (施行規則10条の19).
CREATE OR REPLACE FUNCTION check_applied_for() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted_event integer := CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE NEW.event_no END;
    is_due boolean := EXISTS (SELECT FROM screening_application_duty d JOIN loan_event e
        ON d.from_on <= e.business_on WHERE (e.member_id, e.agreement_id, e.event_no)
            = (NEW.member_id, NEW.agreement_id, wanted_event)
        AND e.channel NOT IN ('takeover', 'takeover-events') AND e.cancels_no IS NULL);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF loan_puts_back(NEW.member_id, NEW.agreement_id, NEW.event_no, OLD.limit_yen, NEW.limit_yen)
            AND EXISTS (SELECT FROM screening_put_back p WHERE (p.member_id, p.agreement_id, p.event_no)
                = (NEW.member_id, NEW.agreement_id, NEW.event_no)) THEN
            RETURN NULL;
        END IF;
    END IF;
    IF is_due AND NOT EXISTS (SELECT FROM screening_contract c WHERE (c.member_id, c.agreement_id, c.event_no)
            = (NEW.member_id, NEW.agreement_id, wanted_event)) THEN
        PERFORM refuse_application_row('no application became this contract', 'loan_agreement_applied_for');
    END IF;
    RETURN NULL;
END $$;

-- As before (KYC-002), and never while a legal hold stands (PRIV-006).
CREATE OR REPLACE FUNCTION identity_kept_until(wanted_member bigint) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN EXISTS (SELECT FROM loan_agreement a WHERE a.member_id = wanted_member AND a.status <> 'closed')
            OR EXISTS (SELECT FROM office_legal_hold h WHERE h.member_id = wanted_member AND h.ended_at IS NULL)
        THEN 'infinity'::date
        ELSE (greatest(
            (SELECT max((j.happened_at AT TIME ZONE 'Asia/Tokyo')::date) FROM journal_row j
                WHERE j.member_id = wanted_member AND j.kind = 'closed'),
            (SELECT max(i.checked_on) FROM screening_identity i WHERE i.member_id = wanted_member)
        ) + interval '7 years')::date END
$$;

REVOKE ALL ON FUNCTION screening_is_one_person, screening_accounts_of, screening_is_too_near FROM PUBLIC;
GRANT EXECUTE ON FUNCTION screening_is_one_person, screening_accounts_of, screening_is_too_near, screening_has_entered,
    screening_two_from_yen TO motocho_app;
