-- What a supervisor found in a call that ended [応対品質の確認]: once for each reviewer, added and never changed, and never by
-- who made the call. Who made it reads it.

CREATE TABLE care_talk_review (
    member_id bigint NOT NULL,
    attempt_id bigint NOT NULL,
    reviewer bigint NOT NULL REFERENCES people_staff,
    verdict text NOT NULL CHECK (verdict IN ('good', 'better', 'wrong')),
    good text NOT NULL CHECK (length(good) <= 1000 AND good !~ '[0-9]{12}'),
    better text NOT NULL CHECK (length(better) <= 1000 AND better !~ '[0-9]{12}'),
    reviewed_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, attempt_id, reviewer),
    FOREIGN KEY (member_id, attempt_id) REFERENCES care_talk_end,
    CHECK (verdict = 'good' OR trim(better) <> ''),
    CHECK (trim(good) <> '' OR trim(better) <> '')
);
CREATE INDEX care_talk_end_in_order ON care_talk_end (ended_at);

CREATE FUNCTION refuse_reviewing_ones_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT has_staff_role(NEW.reviewer, '{supervisor}', NEW.reviewed_at) OR EXISTS (
        SELECT FROM care_talk WHERE member_id = NEW.member_id AND attempt_id = NEW.attempt_id
          AND actor = 'staff ' || NEW.reviewer
    ) THEN
        RAISE EXCEPTION 'a call is reviewed by a supervisor who did not make it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'care_talk_reviewed_by_another';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER by_another BEFORE INSERT ON care_talk_review FOR EACH ROW EXECUTE FUNCTION refuse_reviewing_ones_own();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON care_talk_review EXECUTE FUNCTION refuse_care_change();

GRANT SELECT, INSERT ON care_talk_review TO motocho_app;
GRANT SELECT ON care_talk_review TO motocho_audit;
