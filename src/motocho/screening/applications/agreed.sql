-- An application that one of the staff takes in [職員による申込みの受付]: not without the applicant's consent to the handling of their
-- personal data, as the site asks for it. From a day on; those of before stay. For raw SQL too.

-- From which day on.
CREATE FUNCTION screening_agreement_from() RETURNS date LANGUAGE sql IMMUTABLE AS $$ SELECT DATE '2026-12-01' $$;

-- Whether that consent is missing for what somebody takes in at a moment: what was said last counts.
CREATE FUNCTION screening_lacks_agreement(of_member bigint, by_actor text, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT by_actor LIKE 'staff %' AND (at AT TIME ZONE 'Asia/Tokyo')::date >= screening_agreement_from()
        AND NOT coalesce((SELECT c.is_given FROM people_consent c WHERE c.member_id = of_member AND c.kind = 'personal_data'
            AND c.scope = '' AND c.effective_at <= at ORDER BY c.effective_at DESC, c.consent_no DESC LIMIT 1), false)
$$;

CREATE FUNCTION check_application_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF screening_lacks_agreement(NEW.member_id, NEW.actor, NEW.submitted_at) THEN
        PERFORM refuse_application_row('no consent to the handling of personal data', 'screening_application_agreed');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_who_agreed BEFORE INSERT ON screening_application FOR EACH ROW EXECUTE FUNCTION check_application_agreed();

GRANT EXECUTE ON FUNCTION screening_agreement_from, screening_lacks_agreement TO motocho_app;
