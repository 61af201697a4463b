-- Every agreement of the book with all that the record has of how it came about, for the judge.
WITH approvals AS (
    -- A reviewer or supervisor of the day, who entered nothing and judged nothing of it.
    SELECT v.member_id, v.application_id, v.decision_no,
        EXISTS (SELECT FROM people_staff_role r WHERE r.staff_id = v.staff_id AND r.role IN ('reviewer', 'supervisor')
            AND r.from_on <= (v.approved_at AT TIME ZONE 'Asia/Tokyo')::date
            AND (r.until_on IS NULL OR (v.approved_at AT TIME ZONE 'Asia/Tokyo')::date <= r.until_on))
        AND NOT EXISTS (SELECT FROM screening_paper x WHERE (x.member_id, x.application_id, x.staff_id)
            = (v.member_id, v.application_id, v.staff_id))
        AND NOT EXISTS (SELECT FROM screening_employment x WHERE (x.member_id, x.application_id, x.staff_id)
            = (v.member_id, v.application_id, v.staff_id))
        AND NOT EXISTS (SELECT FROM screening_check x WHERE (x.member_id, x.application_id, x.staff_id)
            = (v.member_id, v.application_id, v.staff_id))
        AND NOT EXISTS (SELECT FROM screening_bureau_judgement j WHERE j.member_id = v.member_id
            AND j.actor = 'staff ' || v.staff_id) AS is_fit
    FROM screening_approval v
)
SELECT m.member_number, a.limit_yen, a.opened_on, c.concluded_at, d.digest, d.document::text, p.outcome,
    s.basis_ref, s.limit_yen, s.others_yen, s.annual_yen, e.issued_on,
    EXISTS (SELECT FROM screening_paper x WHERE (x.member_id, x.application_id) = (c.member_id, c.application_id)
        AND x.paper IS NOT NULL),
    (SELECT count(*) FROM approvals v WHERE (v.member_id, v.application_id, v.decision_no)
        = (c.member_id, c.application_id, c.decision_no) AND v.is_fit),
    (SELECT count(*) FROM approvals v WHERE (v.member_id, v.application_id, v.decision_no)
        = (c.member_id, c.application_id, c.decision_no) AND NOT v.is_fit),
    (SELECT i.accepted_at FROM screening_acceptance i WHERE (i.member_id, i.application_id, i.decision_no)
        = (c.member_id, c.application_id, c.decision_no)),
    -- The paper of before, of just this decision, which the contract names.
    (SELECT q.delivered_at FROM documents_paper q JOIN documents_conclusion o USING (member_id, paper_no)
        WHERE (q.member_id, q.paper_no) = (c.member_id, c.paper_no) AND o.agreement_id = c.agreement_id
          AND q.kind = 'pre_contract'
          AND q.cause = 'application ' || c.application_id || ' decision ' || c.decision_no),
    -- The consents whose last word before the contract was yes.
    (SELECT count(*) FROM (SELECT DISTINCT ON (k.scope) k.is_given FROM people_consent k
        WHERE k.member_id = a.member_id AND k.kind = 'bureau' AND k.effective_at <= c.concluded_at
        ORDER BY k.scope, k.effective_at DESC, k.consent_no DESC) AS last WHERE last.is_given),
    (SELECT min(n.checked_on) FROM screening_identity n WHERE n.member_id = a.member_id),
    NOT EXISTS (SELECT FROM screening_decision n WHERE (n.member_id, n.application_id) = (c.member_id, c.application_id)
        AND n.decision_no > c.decision_no),
    m.born_on
FROM loan_agreement a JOIN people_member m USING (member_id)
LEFT JOIN screening_contract c ON (c.member_id, c.agreement_id) = (a.member_id, a.agreement_id)
LEFT JOIN screening_application p ON (p.member_id, p.application_id) = (c.member_id, c.application_id)
LEFT JOIN screening_decision d ON (d.member_id, d.application_id, d.decision_no)
    = (c.member_id, c.application_id, c.decision_no)
LEFT JOIN loan_survey s ON (s.member_id, s.survey_id) = (c.member_id, c.survey_id)
LEFT JOIN loan_income_evidence e ON (e.member_id, e.evidence_id) = (s.member_id, s.evidence_id)
