-- Settlements that two persons agreed to [和解]: what was given up, what is paid instead, and the event of the loan.

INSERT INTO care_approval_kind (kind, asked_by, decided_by, lasts) VALUES
    ('settlement', '{operator,reviewer,supervisor}', '{supervisor}', '5 days'),
    ('write_off', '{operator,reviewer,supervisor}', '{supervisor}', '5 days');

CREATE TABLE care_settlement (
    member_id bigint NOT NULL REFERENCES people_member,
    request_id bigint NOT NULL,
    agreement_id bigint NOT NULL,
    event_no integer NOT NULL,
    owed_yen bigint NOT NULL CHECK (owed_yen > 0),
    damages_yen bigint NOT NULL CHECK (damages_yen >= 0),
    interest_yen bigint NOT NULL CHECK (interest_yen >= 0),
    principal_yen bigint NOT NULL CHECK (principal_yen >= 0),
    paid_yen bigint NOT NULL CHECK (paid_yen > 0),
    instalment_yen bigint NOT NULL CHECK (instalment_yen > 0),
    payments integer NOT NULL CHECK (payments > 0),
    first_on date NOT NULL,
    ends_on date NOT NULL CHECK (ends_on >= first_on),
    settled_on date NOT NULL,
    settled_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, request_id),
    FOREIGN KEY (member_id, request_id) REFERENCES care_approval,
    FOREIGN KEY (member_id, agreement_id) REFERENCES loan_agreement,
    -- What is given up and what is paid is what was owed, to the yen.
    CHECK (damages_yen + interest_yen + principal_yen + paid_yen = owed_yen)
);
CREATE INDEX care_settlement_of_agreement ON care_settlement (member_id, agreement_id);
CREATE TRIGGER by_two BEFORE INSERT ON care_settlement FOR EACH ROW EXECUTE FUNCTION check_approved('settlement');
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON care_settlement EXECUTE FUNCTION refuse_care_change();

GRANT SELECT, INSERT ON care_settlement TO motocho_app;
GRANT SELECT ON care_settlement TO motocho_audit;
