-- Why a person refused [否決の理由]: named with every refusal from here on, with the message the applicant reads. Refusals from before stay
-- as they are; what follows holds for raw SQL too.
ALTER TABLE screening_review ADD COLUMN told_code text CHECK (told_code IN ('SCR-140', 'SCR-310', 'SCR-311', 'SCR-312', 'SCR-313'));
ALTER TABLE screening_review DROP CONSTRAINT screening_review_reason_check;
ALTER TABLE screening_review ADD CONSTRAINT screening_review_reason_check CHECK (reason IN ('rules', 'papers', 'strain', 'capacity',
    'own', 'withheld', 'conflict', 'unclear', 'other')) NOT VALID;
-- What is not told (LEND-022, KYC-007) is told by the one general sentence, as any other words of the house are.
ALTER TABLE screening_review ADD CONSTRAINT screening_review_untold CHECK (
    reason NOT IN ('withheld', 'other') OR told_code IS NULL OR told_code = 'SCR-140') NOT VALID;

-- Of the newest decision: what the rules refuse for the rules, which its record tells; what was sent to a person for a reason of a
-- person, with its message. Asked when it is written, so that an erasure can clear the words of what was written before.
CREATE FUNCTION check_refusal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last screening_decision%ROWTYPE;
BEGIN
    IF (NEW.told_code IS NOT NULL) <> (NEW.kind = 'refused' AND NEW.reason <> 'rules') THEN
        PERFORM refuse_application_row('a reason of a person names what it tells', 'screening_refusal_reason');
    END IF;
    IF NEW.kind <> 'refused' THEN
        RETURN NEW;
    END IF;
    SELECT * INTO last FROM screening_decision d WHERE d.member_id = NEW.member_id
        AND d.application_id = NEW.application_id ORDER BY d.decision_no DESC LIMIT 1;
    IF last.decision_no IS DISTINCT FROM NEW.decision_no OR NOT coalesce(CASE last.verdict WHEN 'refuse' THEN NEW.reason = 'rules'
            WHEN 'refer' THEN NEW.reason IN ('papers', 'strain', 'capacity', 'own', 'withheld', 'other') END, false) THEN
        PERFORM refuse_application_row('no such reason refuses this decision', 'screening_refusal_reason');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION check_refusal_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.outcome = 'refused' AND OLD.outcome IS NULL AND NOT EXISTS (SELECT FROM screening_review r
            WHERE r.member_id = NEW.member_id AND r.application_id = NEW.application_id AND r.kind = 'refused'
              AND r.decision_no = (SELECT max(d.decision_no) FROM screening_decision d
                WHERE d.member_id = NEW.member_id AND d.application_id = NEW.application_id)) THEN
        PERFORM refuse_application_row('a refusal names its reason', 'screening_refusal_named');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER of_reason BEFORE INSERT ON screening_review FOR EACH ROW EXECUTE FUNCTION check_refusal();
CREATE TRIGGER z_reason_named BEFORE UPDATE ON screening_application FOR EACH ROW EXECUTE FUNCTION check_refusal_named();
