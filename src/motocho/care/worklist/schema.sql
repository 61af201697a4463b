-- Who has taken whom from the list of the day [担当の確保]: a member is with one colleague, and a colleague with one
-- member, until the moment that stands here. What is over may be taken by anybody; whoever had it is given others first.
CREATE TABLE care_claim (
    member_id bigint NOT NULL REFERENCES people_member,
    staff_id bigint NOT NULL REFERENCES people_staff,
    why text NOT NULL CHECK (why <> ''),
    claimed_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL,
    PRIMARY KEY (member_id),
    CHECK (until_at >= claimed_at)
);
CREATE INDEX care_claim_of_staff ON care_claim (staff_id, until_at);

-- Nobody is taken away from a colleague before the time is over, whoever writes.
CREATE FUNCTION refuse_taking_away() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.staff_id <> OLD.staff_id AND NEW.claimed_at < OLD.until_at THEN
        RAISE EXCEPTION 'member % is with colleague % until %', OLD.member_id, OLD.staff_id, OLD.until_at
            USING ERRCODE = 'check_violation', CONSTRAINT = 'care_claim_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept_until BEFORE UPDATE ON care_claim FOR EACH ROW EXECUTE FUNCTION refuse_taking_away();

GRANT SELECT, INSERT, UPDATE, DELETE ON care_claim TO motocho_app;
GRANT SELECT ON care_claim TO motocho_audit;
