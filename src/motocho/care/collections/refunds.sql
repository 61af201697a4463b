-- Held money that the desk pays back [窓口からの過入金の返金]: up to what may be ordered by one colleague alone, by a day's policy
-- and within thirty days together; more is ordered by what a second person agreed to, to the yen and of the agreement. A member who orders it themselves needs neither.
INSERT INTO care_approval_kind (kind, asked_by, decided_by, lasts) VALUES
    ('held_refund', '{operator,reviewer,supervisor}', '{supervisor}', '5 days');

CREATE TABLE care_refund_policy (
    from_on date PRIMARY KEY,
    alone_most_yen bigint NOT NULL CHECK (alone_most_yen >= 0)
);
INSERT INTO care_refund_policy (from_on, alone_most_yen) VALUES ('2020-01-01', 50000);
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON care_refund_policy EXECUTE FUNCTION refuse_loan_change();

-- What the desk ordered back to a member without a second person within thirty days of a moment, whatever is still under way with it.
CREATE FUNCTION refunds_ordered_alone_yen(of_member bigint, at timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(p.amount_yen), 0)::bigint FROM loan_payout p JOIN ledger_entry e USING (member_id, entry_id)
    WHERE p.member_id = of_member AND p.purpose = 'refund' AND p.state NOT IN ('recalled', 'stopped', 'returned')
      AND p.asked_at > at - interval '30 days' AND e.channel <> 'site' AND e.external_ref NOT LIKE 'held approval %'
$$;

CREATE FUNCTION check_refund_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry ledger_entry;
    alone_yen bigint;
BEGIN
    SELECT * INTO entry FROM ledger_entry e WHERE e.member_id = NEW.member_id AND e.entry_id = NEW.entry_id;
    IF entry.channel = 'site' THEN
        RETURN NEW;
    END IF;
    SELECT p.alone_most_yen INTO alone_yen FROM care_refund_policy p
    WHERE p.from_on <= entry.business_on ORDER BY p.from_on DESC LIMIT 1;
    IF NEW.amount_yen + refunds_ordered_alone_yen(NEW.member_id, NEW.asked_at) > coalesce(alone_yen, 0) AND NOT EXISTS (
        SELECT FROM care_approval a JOIN care_approval_decision d USING (member_id, request_id)
        WHERE a.member_id = NEW.member_id AND a.kind = 'held_refund' AND d.outcome = 'agreed'
          AND entry.external_ref = 'held approval ' || a.request_id AND a.wanted ->> 'agreement' = NEW.agreement_id::text
          AND a.wanted ->> 'amount_yen' = NEW.amount_yen::text
    ) THEN
        RAISE EXCEPTION 'a refund of % yen by the desk needs a second person''s word for it', NEW.amount_yen
            USING ERRCODE = 'check_violation', CONSTRAINT = 'needs_second_person';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refund_by_two BEFORE INSERT ON loan_payout FOR EACH ROW WHEN (NEW.purpose = 'refund')
    EXECUTE FUNCTION check_refund_by_two();

GRANT EXECUTE ON FUNCTION refunds_ordered_alone_yen TO motocho_app, motocho_audit;
GRANT SELECT ON care_refund_policy TO motocho_app, motocho_audit;
