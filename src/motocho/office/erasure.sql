-- What an erasure does to the tables of this room [消去]; the words are those of registers/erasure.sql.
SELECT office_deletes('office_intake_choice', 'a case of an agreement of ours', 't.job_id IN (SELECT j.job_id FROM office_intake_job j'
    ' JOIN office_owned o USING (case_id) WHERE o.member_id = $1)', 'office_erases_job(OLD.job_id)');
SELECT office_deletes('office_intake_turn', 'a case of an agreement of ours', 't.job_id IN (SELECT j.job_id FROM office_intake_job j'
    ' JOIN office_owned o USING (case_id) WHERE o.member_id = $1)', 'office_erases_job(OLD.job_id)');
SELECT office_deletes('office_intake_page', 'a case of an agreement of ours', 't.job_id IN (SELECT j.job_id FROM office_intake_job j'
    ' JOIN office_owned o USING (case_id) WHERE o.member_id = $1)', 'office_erases_job(OLD.job_id)');
SELECT office_deletes(place, 'a case of an agreement of ours',
    't.case_id IN (SELECT o.case_id FROM office_owned o WHERE o.member_id = $1)', 'office_erases_case(OLD.case_id)')
FROM unnest('{office_intake_job,office_event,office_client_money,office_client_account,office_kept_paper,office_operation}'::regclass[])
    WITH ORDINALITY AS each (place, place_no);
SELECT office_deletes('office_owned', 'a case of an agreement of ours');
SELECT office_deletes('office_claim_input', 'a history that was handed in');
SELECT office_clears('office_claim_file', 'content = ''\x00''', 'payees; the file goes with the last of them', '', '',
    'EXISTS (SELECT FROM office_claim_step s WHERE s.file_id = t.file_id AND s.member_id = $1) AND NOT EXISTS (SELECT FROM'
    ' office_claim_step s WHERE s.file_id = t.file_id AND NOT office_is_erased(s.member_id))', 'office_erases_file(OLD.file_id)');
SELECT office_clears('office_claim_step', 'content = json_build_object(''damages_yen'', content::json -> ''damages_yen'')::text',
    'the words of a claim; its yen stay');
SELECT office_clears('office_claim', 'office = office_blank(office), document_ref = office_blank(document_ref)',
    'who claimed', '', 'office_claim_end(t.member_id, t.claim_id) = ''open''');
SELECT office_clears('office_legal_hold', 'case_ref = ''[消去済] '' || hold_id', 'the number of a case', 'put_by asked_by ended_by');
SELECT office_clears('office_transfer', 'notice = ''{}''', 'what the buyer was told', 'buyer_id notice_ref');
SELECT office_keeps('office_transfer_told', 'days', 'ref');
SELECT office_keeps('office_case', 'a number', 'case_key');
SELECT office_keeps('office_setting', 'no person', 'name body');
SELECT office_keeps('office_lock', 'no person', 'wrapped');
SELECT office_keeps('office_intake_template', 'no person', 'name body');
SELECT office_keeps('office_erasure_wish', 'that somebody was erased, by whom', 'asked_by');
SELECT office_keeps('office_erasure', 'that somebody was erased, by whom', 'agreed_by');
SELECT office_keeps('office_erasure_place', 'no person', 'place cleared of_whom open_while kept_columns why');
SELECT office_keeps('office_incident', '個人情報保護法26条: no member is named', 'words form_ref');
SELECT office_keeps('office_incident_step', 'references', 'ref');
SELECT office_keeps('office_partner', '貸金業法施行規則10条の5: partners', 'partner_id name address purpose contract_ref screened_by ended_by');
SELECT office_keeps('office_provision', '個人情報保護法29条: what was handed over', 'partner_id items');
SELECT office_keeps('office_report', '貸金業法24条の6の2: no member is named', 'about filing_ref filed_by');
SELECT office_keeps('office_branch', 'no person', 'branch_id name');
SELECT office_keeps('office_staff_entry', '貸金業法12条の4第2項: staff; by its own time', 'branch_id certificate_no name address duty chief_no');
