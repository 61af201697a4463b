-- Results that count for nothing [採用しない結果]: forged, cut, of another request. Of each sort the first; never changed.
CREATE TABLE screening_identity_unread (
    member_id bigint NOT NULL,
    request_id bigint NOT NULL,
    code text NOT NULL CHECK (code ~ '^IDV-[0-9]{3}$'),
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, request_id, code),
    FOREIGN KEY (member_id, request_id) REFERENCES screening_identity_request
);
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON screening_identity_unread
    EXECUTE FUNCTION refuse_screening_change();

-- KYC-001: as before, and a result counts only while the application goes on.
CREATE FUNCTION check_identity_result() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM screening_identity_request r JOIN screening_application a
            ON a.member_id = r.member_id AND a.application_id = r.application_id AND a.ended_at IS NULL
            WHERE r.member_id = NEW.member_id AND r.request_id = NEW.request_id) THEN
        PERFORM refuse_application_row('it is over', 'screening_identity_step_open');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER j_goes_on BEFORE INSERT ON screening_identity_step FOR EACH ROW
    WHEN (NEW.step IN ('identified', 'lacking', 'unfinished')) EXECUTE FUNCTION check_identity_result();

GRANT SELECT, INSERT ON screening_identity_unread TO motocho_app;
GRANT SELECT ON screening_identity_unread TO motocho_audit;
SELECT office_keeps('screening_identity_unread', 'codes and references', 'code');
