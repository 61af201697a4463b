-- What an erasure does to the tables of this room [消去]; the words are those of office/registers/erasure.sql.
SELECT office_deletes('care_talk_draft', 'notes of a call');
SELECT office_deletes('care_memo', 'notes of colleagues');
SELECT office_clears('care_approval', 'subject = office_blank(subject), wanted = ''{}'', figures = ''{}'', reason = office_blank(reason)',
    'what was asked for whom; who agreed stays', 'kind mark');
SELECT office_clears('care_approval_decision', 'words = office_blank(words)', 'words of a colleague', 'mark');
SELECT office_clears('care_fraud_step', 'words = office_blank(words), reference = office_blank(reference),'
    ' station = office_blank(station)', 'words of a report');
SELECT office_clears('care_case_step', 'words = office_blank(words)', 'words of a complaint');
SELECT office_clears('care_disclosure', 'to_name = office_blank(to_name), to_address = office_blank(to_address)',
    'who was sent what, where');
SELECT office_clears('care_disclosure_step', 'proof_ref = office_blank(proof_ref)', 'numbers of proofs');
SELECT office_clears('care_disclosure_file', 'sealed = ''''', 'what was disclosed; its digest stays');
SELECT office_clears('care_counter_visit', 'masked = ''''', 'numbers of proofs');
SELECT office_clears('care_counsel', 'office = office_blank(office), name = CASE name WHEN '''' THEN '''' ELSE ''消去'' END,'
    ' registration = CASE registration WHEN '''' THEN '''' ELSE ''0'' END, phone = '''', case_ref = office_blank(case_ref),'
    ' end_words = office_blank(end_words)', 'who acted for the member', 'document_ref ended_by');
SELECT office_clears('care_legal_step', 'court = office_blank(court), case_ref = office_blank(case_ref)', 'the case in court',
    'document_ref');
SELECT office_clears('care_visit', 'reason = office_blank(reason)', 'words of a colleague', 'cancelled_by');
SELECT office_clears('care_visit_log', 'words = office_blank(words)', 'words of a colleague');
SELECT office_clears('care_talk_review', 'good = office_blank(good), better = office_blank(better)', 'words of a colleague');
SELECT office_clears('care_talk_answer', 'asked = office_blank(asked)', 'words of a call', 'question');
SELECT office_clears('care_talk_end', 'note = office_blank(note), said = office_blank(said)', 'words of a call', 'ending');
SELECT office_clears('care_offer', 'told = ''{}'', shown = ''{}'', agreed = CASE WHEN agreed IS NULL THEN NULL ELSE ''{}''::jsonb END',
    'what the member told of their means', 'desk_id answered_by');
SELECT office_clears('care_family_report', 'words = office_blank(words), person_mark = decode(repeat(''00'', 32), ''hex'')',
    'what the family told', '', '',
    't.report_id IN (SELECT l.report_id FROM care_family_look l WHERE l.member_id = $1)', 'office_erases_report(OLD.report_id)');
SELECT office_clears('care_flag', 'words = office_blank(words), reference = office_blank(reference)', 'what care was wanted',
    'ended_by');
SELECT office_keeps('care_case', '貸金業法41条の39: that, and when, somebody complained', '',
    't.kind = ''complaint'' AND NOT EXISTS (SELECT FROM care_case_step s WHERE (s.member_id, s.case_id)'
    ' = (t.member_id, t.case_id) AND s.state = ''closed'')');
SELECT office_keeps('care_fraud', 'kinds and days', '',
    'NOT EXISTS (SELECT FROM care_fraud_step s WHERE (s.member_id, s.fraud_id) = (t.member_id, t.fraud_id) AND s.state = ''closed'')');
SELECT office_keeps('care_approval_kind', 'no person', 'kind asked_by decided_by');
SELECT office_keeps('care_refund_policy', 'no person');
SELECT office_keeps('care_draw_check', 'kinds and days', 'signals ended_by');
SELECT office_keeps('care_fraud_draw', 'references');
SELECT office_keeps('care_case_sorting', 'kinds and days', 'owner');
SELECT office_keeps('care_case_call', 'references');
SELECT office_keeps('care_case_hold', 'references');
SELECT office_keeps('care_case_adr', 'kinds and days');
SELECT office_keeps('care_legal_case', 'references');
SELECT office_keeps('care_settlement', 'amounts and days');
SELECT office_keeps('care_stage', 'kinds and days', 'step');
SELECT office_keeps('care_stage_try', 'kinds and days', 'reason');
SELECT office_keeps('care_identification', 'references');
SELECT office_keeps('care_ivr_call', 'gone within the day', 'call_mark turn_mark request_mark state_sealed answer_sealed');
SELECT office_keeps('care_workplace', 'days and the name we called under', 'caller_name');
SELECT office_keeps('care_talk', '貸金業法21条1項: that, and when, we called', 'product_id caller_name');
SELECT office_keeps('care_talk_open', 'references');
SELECT office_keeps('care_talk_identity', 'what was asked, not what was answered', 'items');
SELECT office_keeps('care_identity_check', 'what was asked, not what was answered', 'asked_items right_items');
SELECT office_keeps('care_talk_particulars', 'references');
SELECT office_keeps('care_consultation', 'kinds and days');
SELECT office_keeps('care_pay_day', 'a day of the month');
SELECT office_keeps('care_setting', 'no person', 'text sha256');
SELECT office_keeps('care_family_look', 'kinds and days', 'ended_by');
SELECT office_keeps('care_claim', 'which colleague calls today', 'why');
