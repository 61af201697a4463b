-- Whose a case on the lender's server is [当社契約の事件の帰属]: of which agreement of ours, and who opened it. The house's case and the
-- member's own are two; nobody has two of one agreement. Cases of an office of its own have no row here. Added, never changed.

CREATE TABLE office_owned (
    case_id bigint NOT NULL PRIMARY KEY REFERENCES office_case,
    member_id bigint NOT NULL REFERENCES people_member,
    agreement_id bigint NOT NULL,
    opened_by text NOT NULL CHECK (opened_by IN ('house', 'member')),
    actor text NOT NULL CHECK (actor <> '' AND length(actor) <= 80),
    opened_at timestamptz NOT NULL,
    FOREIGN KEY (member_id, agreement_id) REFERENCES loan_agreement,
    CONSTRAINT office_owned_once UNIQUE (member_id, agreement_id, opened_by),
    CONSTRAINT office_owned_actor CHECK ((opened_by = 'member') = (actor = 'member'))
);

CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON office_owned EXECUTE FUNCTION refuse_office_change();

GRANT SELECT, INSERT ON office_owned TO motocho_app;
GRANT SELECT ON office_owned TO motocho_audit;
