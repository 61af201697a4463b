-- Two persons where a suspicion stands [疑いがある申込みの二人承認]: whatever the amount, for raw SQL too (KYC-007).

-- As before, and whoever was refused of late under another number of the same reading and birthday. The days are those of
-- `applying.yaml` (alike_days), counted back from the newest application of the one who is asked about.
CREATE OR REPLACE FUNCTION screening_same_person(of_member bigint) RETURNS SETOF bigint LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.member_id FROM screening_identity i JOIN screening_identity o ON o.licence_number = i.licence_number
    WHERE i.member_id = of_member AND i.licence_number <> '' AND o.licence_number <> '' AND o.member_id <> i.member_id
    UNION
    SELECT o.member_id FROM people_member m JOIN people_member o USING (family_kana, given_kana, born_on)
    WHERE m.member_id = of_member AND o.member_id <> m.member_id AND (
        EXISTS (SELECT FROM loan_agreement a WHERE a.member_id = o.member_id AND a.status IN ('open', 'written_off'))
        OR EXISTS (SELECT FROM screening_application p WHERE p.member_id = o.member_id AND (p.ended_at IS NULL
            OR p.outcome = 'refused' AND p.ended_at > (SELECT max(mine.submitted_at) - interval '180 days'
                FROM screening_application mine WHERE mine.member_id = of_member))))
$$;

-- From which day on: the first day of the policy's row that asks for it (`policy.yaml`, suspected_persons).
CREATE FUNCTION screening_two_from() RETURNS date LANGUAGE sql IMMUTABLE AS $$ SELECT DATE '2026-12-01' $$;

CREATE FUNCTION check_suspected_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.verdict = 'refer' AND NEW.decided_on >= screening_two_from() AND coalesce(NEW.persons, 1) < 2
        AND screening_stands_suspected(NEW.member_id) THEN
        PERFORM refuse_application_row('two persons approve what is suspected', 'screening_suspected_two');
    END IF;
    RETURN NEW;
END $$;

-- What came after the approval counts as well: the contract is made of what stands on its day.
CREATE FUNCTION check_suspected_contract() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.concluded_at AT TIME ZONE 'Asia/Tokyo')::date >= screening_two_from() AND screening_stands_suspected(NEW.member_id)
        AND (SELECT count(*) FROM screening_approval a WHERE (a.member_id, a.application_id, a.decision_no)
            = (NEW.member_id, NEW.application_id, NEW.decision_no)) < 2 THEN
        PERFORM refuse_application_row('two persons approve what is suspected', 'screening_suspected_two');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER of_two BEFORE INSERT ON screening_decision FOR EACH ROW EXECUTE FUNCTION check_suspected_decision();
CREATE TRIGGER of_two BEFORE INSERT ON screening_contract FOR EACH ROW EXECUTE FUNCTION check_suspected_contract();
GRANT EXECUTE ON FUNCTION screening_two_from TO motocho_app;
