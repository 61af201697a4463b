-- Held money that is paid back by transfer [過入金の返金振込]: the same orders as draws, the same way, with another purpose.
--
-- A refund stands for a pending entry from what is held to the bank, of its own amount; one is under way at a time of an
-- agreement, and never for more than is held. What is under way is not given back once more by another way: the commands ask.
-- What a purpose may be is what its entry is: the trigger below asks, so that a book at work need not be read through.
ALTER TABLE loan_payout ADD COLUMN purpose text DEFAULT 'draw';

CREATE FUNCTION check_payout_purpose() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry_kind text;
    entry_phase text;
    entry_yen bigint;
    held_yen bigint;
BEGIN
    SELECT e.kind, e.phase, e.total_yen INTO entry_kind, entry_phase, entry_yen FROM ledger_entry e
    WHERE e.member_id = NEW.member_id AND e.entry_id = NEW.entry_id AND e.book_id = NEW.agreement_id;
    IF NEW.purpose NOT IN ('draw', 'refund') OR (entry_kind, entry_phase, entry_yen) IS DISTINCT FROM (NEW.purpose, 'pending', NEW.amount_yen) THEN
        RAISE EXCEPTION 'a payout for a % of % yen stands for no such pending entry', NEW.purpose, NEW.amount_yen
            USING ERRCODE = 'check_violation', CONSTRAINT = 'loan_payout_of_its_entry';
    END IF;
    IF NEW.purpose = 'refund' THEN
        SELECT credit_yen - debit_yen INTO held_yen FROM ledger_balance
        WHERE member_id = NEW.member_id AND book_id = NEW.agreement_id AND account = 2100;
        IF coalesce(held_yen, 0) < NEW.amount_yen THEN
            RAISE EXCEPTION 'agreement % holds less than % yen', NEW.agreement_id, NEW.amount_yen
                USING ERRCODE = 'check_violation', CONSTRAINT = 'loan_payout_within_held';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_its_entry BEFORE INSERT ON loan_payout FOR EACH ROW EXECUTE FUNCTION check_payout_purpose();
