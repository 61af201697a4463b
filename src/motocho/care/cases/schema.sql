-- What the desk finds about a complaint [苦情の分類], the calls it is about, the hold it puts down, the stages before the
-- outside body [指定紛争解決機関]; requests for the history of dealings [取引履歴の開示請求]; the counter [店頭].
-- Rows are added and never changed: the last one counts.

CREATE TABLE care_case_sorting (
    member_id bigint NOT NULL,
    case_id bigint NOT NULL,
    sorting_no integer NOT NULL CHECK (sorting_no > 0),
    category text NOT NULL CHECK (category IN ('contact', 'terms', 'repayment', 'documents', 'personal_data', 'service',
        'system', 'other')),
    severity text NOT NULL CHECK (severity IN ('minor', 'usual', 'serious')),
    root_cause text NOT NULL CHECK (root_cause IN ('unknown', 'explanation', 'procedure', 'mistake', 'system', 'rule',
        'none_of_ours')),
    owner text NOT NULL,
    source text NOT NULL CHECK (source <> ''),
    actor text NOT NULL CHECK (actor <> ''),
    at timestamptz NOT NULL,
    PRIMARY KEY (member_id, case_id, sorting_no),
    UNIQUE (member_id, source),
    FOREIGN KEY (member_id, case_id) REFERENCES care_case
);

CREATE TABLE care_case_call (
    member_id bigint NOT NULL,
    case_id bigint NOT NULL,
    attempt_id bigint NOT NULL,
    actor text NOT NULL CHECK (actor <> ''),
    at timestamptz NOT NULL,
    PRIMARY KEY (member_id, case_id, attempt_id),
    FOREIGN KEY (member_id, case_id) REFERENCES care_case,
    FOREIGN KEY (member_id, attempt_id) REFERENCES contact_attempt
);

CREATE TABLE care_case_hold (
    member_id bigint NOT NULL,
    case_id bigint NOT NULL,
    hold_id bigint NOT NULL,
    PRIMARY KEY (member_id, hold_id),
    FOREIGN KEY (member_id, case_id) REFERENCES care_case,
    FOREIGN KEY (member_id, hold_id) REFERENCES contact_hold
);

CREATE TABLE care_case_adr (
    member_id bigint NOT NULL,
    case_id bigint NOT NULL,
    stage text NOT NULL CHECK (stage IN ('told', 'opened', 'closed')),
    result text CHECK (result IN ('settled', 'not_settled', 'withdrawn')),
    actor text NOT NULL CHECK (actor <> ''),
    at timestamptz NOT NULL,
    PRIMARY KEY (member_id, case_id, stage),
    FOREIGN KEY (member_id, case_id) REFERENCES care_case,
    CHECK ((stage = 'closed') = (result IS NOT NULL))
);

-- 貸金業法12条の2の2, DESK-004: a complaint waits for the outside body while that one is at work; whoever called is not
-- the one who closes a complaint about the call.
CREATE FUNCTION refuse_closing_too_soon() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM care_case_adr a WHERE (a.member_id, a.case_id) = (NEW.member_id, NEW.case_id)
            AND a.stage = 'opened')
        AND NOT EXISTS (SELECT FROM care_case_adr a WHERE (a.member_id, a.case_id) = (NEW.member_id, NEW.case_id)
            AND a.stage = 'closed') THEN
        RAISE EXCEPTION 'a complaint before the outside body is not closed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'care_case_after_the_outside_body';
    END IF;
    IF EXISTS (SELECT FROM care_case_call c JOIN contact_attempt t USING (member_id, attempt_id)
            JOIN care_case k USING (member_id, case_id)
            WHERE (c.member_id, c.case_id) = (NEW.member_id, NEW.case_id) AND t.actor = NEW.actor
              AND k.kind = 'complaint') THEN
        RAISE EXCEPTION 'a complaint is closed by another person than who called'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'care_case_not_by_who_called';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closed_in_time BEFORE INSERT ON care_case_step FOR EACH ROW WHEN (NEW.state = 'closed')
    EXECUTE FUNCTION refuse_closing_too_soon();

CREATE FUNCTION refuse_adr_out_of_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM care_case_adr a WHERE (a.member_id, a.case_id) = (NEW.member_id, NEW.case_id)
            AND a.stage = 'opened') THEN
        RAISE EXCEPTION 'nothing was opened before the outside body' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER in_turn BEFORE INSERT ON care_case_adr FOR EACH ROW WHEN (NEW.stage = 'closed')
    EXECUTE FUNCTION refuse_adr_out_of_turn();

-- A complaint about calls or visits has its hold as long as it is open, and no longer: also for raw SQL.
CREATE FUNCTION check_complaint_hold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE is_open boolean; is_about boolean; is_held boolean;
BEGIN
    SELECT s.state <> 'closed' INTO is_open FROM care_case_step s
    WHERE (s.member_id, s.case_id) = (NEW.member_id, NEW.case_id) ORDER BY s.step_no DESC LIMIT 1;
    SELECT o.category = 'contact' INTO is_about FROM care_case_sorting o
    WHERE (o.member_id, o.case_id) = (NEW.member_id, NEW.case_id) ORDER BY o.sorting_no DESC LIMIT 1;
    SELECT EXISTS (SELECT FROM care_case_hold h JOIN contact_hold c USING (member_id, hold_id)
        WHERE (h.member_id, h.case_id) = (NEW.member_id, NEW.case_id) AND c.kind = 'complaint' AND c.ended_at IS NULL)
    INTO is_held;
    IF (coalesce(is_open, true) AND coalesce(is_about, false)) IS DISTINCT FROM is_held THEN
        RAISE EXCEPTION 'a complaint about calls and its hold belong together'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'care_case_with_its_hold';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER with_its_hold AFTER INSERT ON care_case_sorting DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_complaint_hold();
CREATE CONSTRAINT TRIGGER with_its_hold AFTER INSERT ON care_case_step DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_complaint_hold();

-- Requests for the history, or for personal data [開示請求]. Nobody is asked why: there is no room for it (DESK-005).
CREATE TABLE care_disclosure (
    member_id bigint NOT NULL REFERENCES people_member,
    disclosure_id bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    kind text NOT NULL CHECK (kind IN ('history', 'personal_data')),
    who text NOT NULL CHECK (who IN ('member', 'counsel', 'guardian', 'heir', 'guarantor')),
    channel text NOT NULL CHECK (channel IN ('phone', 'post', 'counter', 'counsel')),
    delivery text NOT NULL CHECK (delivery IN ('site', 'registered_address', 'their_address', 'counter')),
    to_name text NOT NULL CHECK (length(to_name) <= 100),
    to_address text NOT NULL CHECK (length(to_address) <= 200),
    due_on date NOT NULL,
    source text NOT NULL CHECK (source <> ''),
    actor text NOT NULL CHECK (actor <> ''),
    received_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, disclosure_id),
    UNIQUE (member_id, source),
    CHECK (due_on > (received_at AT TIME ZONE 'Asia/Tokyo')::date),
    CHECK ((who = 'member') = (to_name = '')),
    CHECK ((delivery = 'their_address') = (to_address <> '')),
    CHECK ((who = 'member') = (delivery IN ('site', 'registered_address')) OR delivery = 'counter'),
    CHECK (kind = 'history' OR delivery <> 'site')
);

CREATE TABLE care_disclosure_step (
    member_id bigint NOT NULL,
    disclosure_id bigint NOT NULL,
    step_no integer NOT NULL CHECK (step_no > 0),
    state text NOT NULL CHECK (state IN ('received', 'checked', 'made', 'sent', 'refused', 'withdrawn')),
    proof text NOT NULL DEFAULT '' CHECK (proof IN ('', 'questions', 'licence', 'passport', 'residence_card', 'my_number_front',
        'copies_by_post', 'attorney_letter', 'guardianship', 'family_register', 'site', 'registered_mail',
        'signature', 'not_entitled', 'not_for_rights')),
    proof_ref text NOT NULL DEFAULT '' CHECK (length(proof_ref) <= 40),
    source text NOT NULL CHECK (source <> ''),
    actor text NOT NULL CHECK (actor <> ''),
    at timestamptz NOT NULL,
    PRIMARY KEY (member_id, disclosure_id, step_no),
    UNIQUE (member_id, source),
    FOREIGN KEY (member_id, disclosure_id) REFERENCES care_disclosure,
    CHECK ((state IN ('received', 'made', 'withdrawn')) = (proof = '')),
    CHECK ((proof IN ('registered_mail', 'signature')) = (proof_ref <> '')),
    -- 貸金業法19条の2: who asks is refused for what the law names and for nothing else.
    CHECK ((state = 'refused') = (proof IN ('not_entitled', 'not_for_rights'))),
    CHECK ((state = 'sent') = (proof IN ('site', 'registered_mail', 'signature')))
);
CREATE INDEX care_disclosure_open ON care_disclosure (due_on, member_id, disclosure_id);

CREATE TABLE care_disclosure_file (
    member_id bigint NOT NULL,
    disclosure_id bigint NOT NULL,
    agreement_id bigint NOT NULL CHECK (agreement_id >= 0),
    form text NOT NULL CHECK (form IN ('pdf', 'xlsx', 'csv', 'case')),
    paper_no bigint,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    sealed bytea NOT NULL,
    pepper_id text NOT NULL,
    PRIMARY KEY (member_id, disclosure_id, agreement_id, form),
    FOREIGN KEY (member_id, disclosure_id) REFERENCES care_disclosure,
    FOREIGN KEY (member_id, paper_no) REFERENCES documents_paper,
    CHECK (paper_no IS NULL OR form = 'pdf')
);

-- Received, identity checked, made, sent: in this order, and nothing after its end. All that was dealt is in it.
CREATE FUNCTION refuse_disclosure_out_of_turn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before text;
BEGIN
    SELECT s.state INTO before FROM care_disclosure_step s
    WHERE (s.member_id, s.disclosure_id) = (NEW.member_id, NEW.disclosure_id) ORDER BY s.step_no DESC LIMIT 1;
    IF NOT (CASE NEW.state WHEN 'received' THEN before IS NULL WHEN 'checked' THEN before = 'received'
            WHEN 'made' THEN before = 'checked' WHEN 'sent' THEN before = 'made'
            ELSE before IN ('received', 'checked', 'made') END) THEN
        RAISE EXCEPTION 'a disclosure is checked, made and sent in this order' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'made' AND EXISTS (
        SELECT FROM loan_agreement a JOIN care_disclosure d USING (member_id)
        WHERE (d.member_id, d.disclosure_id) = (NEW.member_id, NEW.disclosure_id) AND d.kind = 'history'
          AND NOT EXISTS (SELECT FROM care_disclosure_file f WHERE (f.member_id, f.disclosure_id, f.agreement_id)
              = (d.member_id, d.disclosure_id, a.agreement_id))) THEN
        RAISE EXCEPTION 'a contract is missing from the history' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER in_turn BEFORE INSERT ON care_disclosure_step FOR EACH ROW EXECUTE FUNCTION refuse_disclosure_out_of_turn();

-- Who stood at the counter, by which paper, seen by whom [店頭での本人確認]. No copy, and no number but its last signs.
CREATE TABLE care_counter_visit (
    member_id bigint NOT NULL REFERENCES people_member,
    visit_id bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    paper text NOT NULL CHECK (paper IN ('licence', 'driving_record', 'passport', 'residence_card', 'special_resident',
        'my_number_front', 'disability_handbook')),
    masked text NOT NULL CHECK (masked ~ '^[*]*[0-9A-Z]{0,3}$'),
    expires_on date,
    source text NOT NULL CHECK (source <> ''),
    actor text NOT NULL CHECK (actor <> ''),
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, visit_id),
    UNIQUE (member_id, source),
    CHECK (expires_on >= (seen_at AT TIME ZONE 'Asia/Tokyo')::date),
    -- PRIV-001: of a My Number card the front alone is looked at, and no number of it is kept.
    CHECK (paper <> 'my_number_front' OR masked = '')
);

CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON care_case_sorting EXECUTE FUNCTION refuse_care_change();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON care_case_call EXECUTE FUNCTION refuse_care_change();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON care_case_hold EXECUTE FUNCTION refuse_care_change();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON care_case_adr EXECUTE FUNCTION refuse_care_change();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON care_disclosure EXECUTE FUNCTION refuse_care_change();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON care_disclosure_step EXECUTE FUNCTION refuse_care_change();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON care_disclosure_file EXECUTE FUNCTION refuse_care_change();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON care_counter_visit EXECUTE FUNCTION refuse_care_change();

GRANT SELECT, INSERT ON care_case_sorting, care_case_call, care_case_hold, care_case_adr, care_disclosure, care_disclosure_step,
    care_disclosure_file, care_counter_visit TO motocho_app;
GRANT USAGE ON SEQUENCE care_disclosure_disclosure_id_seq, care_counter_visit_visit_id_seq TO motocho_app;
GRANT SELECT ON care_case_sorting, care_case_call, care_case_hold, care_case_adr, care_disclosure, care_disclosure_step,
    care_counter_visit TO motocho_audit;
GRANT SELECT (member_id, disclosure_id, agreement_id, form, paper_no, digest, pepper_id) ON care_disclosure_file TO motocho_audit;
