-- How often a vendor is asked [本人確認の依頼の回数]: so many requests of an application by one way that went out, whatever became of
-- them; each may cost the lender. By the day on which it is asked: a new policy is a new row. Before the first there is no end to it.
CREATE TABLE screening_identity_policy (
    from_on date PRIMARY KEY,
    most_asked integer NOT NULL CHECK (most_asked > 0)
);
INSERT INTO screening_identity_policy (from_on, most_asked) VALUES ('2026-12-01', 3);
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON screening_identity_policy
    EXECUTE FUNCTION refuse_screening_change();

-- How many that is on a day; null where nothing is said.
CREATE FUNCTION screening_identity_most(on_day date) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT p.most_asked FROM screening_identity_policy p WHERE p.from_on <= on_day ORDER BY p.from_on DESC LIMIT 1
$$;

-- The ways by which an application's requests are spent on a day.
CREATE FUNCTION screening_identity_spent(of_member bigint, of_application bigint, on_day date) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
    SELECT r.way FROM screening_identity_request r JOIN screening_identity_step s USING (member_id, request_id)
    WHERE r.member_id = of_member AND r.application_id = of_application AND s.step = 'sent'
    GROUP BY r.way HAVING count(*) >= screening_identity_most(on_day)
$$;

CREATE FUNCTION check_identity_most() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.way IN (SELECT screening_identity_spent(NEW.member_id, NEW.application_id,
            (NEW.asked_at AT TIME ZONE 'Asia/Tokyo')::date)) THEN
        PERFORM refuse_application_row('a vendor was asked so often by this way', 'screening_identity_request_most');
    END IF;
    RETURN NEW;
END $$;
-- After `once`: where one is open that is what is said.
CREATE TRIGGER so_often BEFORE INSERT ON screening_identity_request FOR EACH ROW EXECUTE FUNCTION check_identity_most();

GRANT SELECT ON screening_identity_policy TO motocho_app, motocho_audit;
GRANT EXECUTE ON FUNCTION screening_identity_most, screening_identity_spent TO motocho_app;
SELECT office_keeps('screening_identity_policy', 'no person');
