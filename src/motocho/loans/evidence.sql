-- What a paper of income is of, and both sums of a bureau's answer [収入証明書の種類と信用情報の二つの合計].

-- 施行規則10条の17第1項: the kind; 2項: until when it shows an income (the last day of its year, or of the latest pay). Papers
-- that were written down before stay what they are: of a kind that nobody noted, which no new contract rests on.
ALTER TABLE loan_income_evidence ADD COLUMN kind text DEFAULT 'unknown';
ALTER TABLE loan_income_evidence ADD COLUMN shows_until date;
ALTER TABLE loan_income_evidence ADD CONSTRAINT loan_income_evidence_kind CHECK (
    kind IN ('withholding_slip', 'payment_record', 'pay_slips', 'tax_return', 'blue_statement', 'income_breakdown',
        'tax_notice', 'tax_certificate', 'income_certificate', 'pension_certificate', 'pension_notice', 'unknown')
    AND kind IS NOT NULL AND (kind = 'unknown') = (shows_until IS NULL)) NOT VALID;

-- 13条3項2号 adds up everything that other money lenders are owed; the third leaves out the loans of 10条の21 (13条の2第2項).
-- `others_yen` is what the third looks at, with `left_out_yen` it is everything.
ALTER TABLE loan_bureau_answer ADD COLUMN left_out_yen bigint DEFAULT 0;
ALTER TABLE loan_bureau_answer ADD CONSTRAINT loan_bureau_answer_left_out CHECK (
    left_out_yen IS NOT NULL AND left_out_yen >= 0) NOT VALID;
ALTER TABLE loan_survey ADD COLUMN left_out_yen bigint DEFAULT 0;
ALTER TABLE loan_survey DROP CONSTRAINT loan_survey_evidence;
ALTER TABLE loan_survey ADD CONSTRAINT loan_survey_evidence CHECK (
    left_out_yen IS NOT NULL AND left_out_yen >= 0 AND (evidence_id IS NOT NULL
        OR (limit_yen + own_others_yen <= 500000
            AND limit_yen + own_others_yen + others_yen + left_out_yen <= 1000000))) NOT VALID;

-- A survey repeats what the bureau answered and what the paper shows; neither is of a later day, and of which kind the paper is
-- was noted.
CREATE OR REPLACE FUNCTION refuse_untrue_survey() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM loan_bureau_answer b WHERE b.member_id = NEW.member_id AND b.answer_id = NEW.answer_id
          AND b.others_yen = NEW.others_yen AND b.left_out_yen = NEW.left_out_yen AND b.inquired_on <= NEW.made_on
    ) OR (NEW.evidence_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM loan_income_evidence e WHERE e.member_id = NEW.member_id AND e.evidence_id = NEW.evidence_id
          AND e.annual_yen = NEW.annual_yen AND e.issued_on <= NEW.made_on AND e.kind <> 'unknown'
    )) THEN
        RAISE EXCEPTION 'a survey of member % says what its papers do not', NEW.member_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'loan_survey_true';
    END IF;
    RETURN NEW;
END $$;
