-- Texts of the house's own policy [設定の版], each put in force by two persons from a day to come: rows are added and
-- never changed, and no row begins on a day that has begun, so that the text of the past stays what it was.

INSERT INTO care_approval_kind (kind, asked_by, decided_by, lasts)
    VALUES ('setting', '{supervisor}', '{supervisor}', interval '14 days');

CREATE TABLE care_setting (
    name text NOT NULL CHECK (name IN ('reasons', 'reliefs', 'ivr', 'directory', 'strategy', 'worklist')),
    version_no integer NOT NULL CHECK (version_no > 0),
    text text NOT NULL CHECK (text <> '' AND length(text) <= 200000),
    sha256 text NOT NULL,
    effective_on date NOT NULL,
    member_id bigint NOT NULL DEFAULT 0 CHECK (member_id = 0),
    request_id bigint NOT NULL,
    asked_by bigint NOT NULL REFERENCES people_staff,
    approved_by bigint NOT NULL REFERENCES people_staff,
    approved_at timestamptz NOT NULL,
    PRIMARY KEY (name, version_no),
    UNIQUE (member_id, request_id),
    FOREIGN KEY (member_id, request_id) REFERENCES care_approval,
    CONSTRAINT care_setting_text_is_its_hash CHECK (sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex')),
    CONSTRAINT care_setting_two_persons CHECK (asked_by <> approved_by),
    CONSTRAINT care_setting_not_the_past CHECK (effective_on > (approved_at AT TIME ZONE 'Asia/Tokyo')::date)
);
CREATE INDEX care_setting_in_force ON care_setting (name, effective_on, version_no);

-- What stands is what was asked and agreed to: the same text, the same setting, the same day, the same two persons.
CREATE FUNCTION check_setting_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM care_approval a JOIN care_approval_decision d USING (member_id, request_id)
        WHERE a.member_id = NEW.member_id AND a.request_id = NEW.request_id AND a.kind = 'setting'
          AND d.outcome = 'agreed' AND a.asked_by = NEW.asked_by AND d.decided_by = NEW.approved_by
          AND d.decided_at = NEW.approved_at AND a.wanted ->> 'name' = NEW.name
          AND a.wanted ->> 'text' = NEW.text AND (a.wanted ->> 'effective_on')::date = NEW.effective_on
    ) THEN
        RAISE EXCEPTION 'setting % is not what two persons agreed to', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'care_setting_as_agreed';
    END IF;
    IF NEW.version_no <> 1 + coalesce((SELECT max(version_no) FROM care_setting WHERE name = NEW.name), 0) THEN
        RAISE EXCEPTION 'versions of % are counted without a gap', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'care_setting_counted';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER as_agreed BEFORE INSERT ON care_setting FOR EACH ROW EXECUTE FUNCTION check_setting_approved();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON care_setting EXECUTE FUNCTION refuse_care_change();

GRANT SELECT, INSERT ON care_setting TO motocho_app;
GRANT SELECT ON care_setting TO motocho_audit;
