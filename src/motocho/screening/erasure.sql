-- What an erasure does to the tables of this room [消去]; the words are those of office/registers/erasure.sql.
SELECT office_deletes('screening_identity', '犯収法6条2項: seven years, which are over');
SELECT office_clears('screening_suspicion', 'words = office_blank(words), filing_ref = office_blank(filing_ref)', 'words of a suspicion');
SELECT office_clears('screening_application', 'stated_income_yen = NULL, stated_others_yen = NULL, employed_since = NULL,'
    ' purpose = ''other''', 'what the applicant told', 'product_id scheme ended_by', 't.ended_at IS NULL');
SELECT office_clears('screening_paper', 'paper = CASE WHEN paper IS NULL THEN NULL ELSE ''{}''::jsonb END', 'what a paper said',
    'document_ref');
SELECT office_clears('screening_decision', 'document = jsonb_build_object(''sha256'', digest, ''verdict'', verdict,'
    ' ''decided_on'', decided_on, ''offer'', CASE WHEN limit_yen IS NOT NULL THEN jsonb_build_object(''limit_yen'', limit_yen,'
    ' ''rate_ppm'', rate_ppm, ''persons'', persons) END)', 'the facts it was decided by; its digest stays');
SELECT office_clears('screening_inquiry', 'person = ''{}''', 'who was asked about', 'bureau_id need',
    't.state IN (''waiting'', ''sending'', ''sent'', ''doubtful'')');
SELECT office_clears('screening_bureau_answer', 'content = ''{}''', 'what a bureau answered; its digest stays', 'bureau_ref');
SELECT office_clears('screening_report', 'person = ''{}''', 'who was reported', 'bureau_id cause standing reason',
    't.state IN (''waiting'', ''sending'', ''sent'') OR (t.state = ''rejected'' AND NOT EXISTS (SELECT FROM screening_report n'
    ' WHERE (n.member_id, n.bureau_id, n.agreement_id) = (t.member_id, t.bureau_id, t.agreement_id) AND n.seq_no > t.seq_no))');
SELECT office_clears('screening_increase', 'stated_income_yen = 0, stated_others_yen = 0', 'what the member told', 'ended_by',
    't.ended_at IS NULL');
SELECT office_keeps('screening_employment', 'days', 'document_ref');
SELECT office_keeps('screening_check', 'kinds and days');
SELECT office_keeps('screening_approval', 'who agreed');
SELECT office_keeps('screening_acceptance', 'days');
SELECT office_keeps('screening_contract', 'references');
SELECT office_keeps('screening_application_duty', 'no person');
SELECT office_keeps('screening_identity_duty', 'no person');
SELECT office_keeps('screening_bureau', 'no person', 'bureau_id company_code');
SELECT office_keeps('screening_bureau_reader', 'no person', 'bureau_id');
SELECT office_keeps('screening_bureau_judgement', 'references');
SELECT office_keeps('screening_bureau_file', 'a file by its digest', 'bureau_id');
SELECT office_keeps('screening_bureau_sent', 'references', 'bureau_id kind');
SELECT office_keeps('screening_bureau_taken', 'a file by its digest', 'bureau_id name faults');
-- Applications of the site, before and as they were submitted.
SELECT office_clears('screening_draft', 'mailbox_mark = NULL, device_mark = NULL', 'marks of a mailbox and a device', 'sealed');
SELECT office_deletes('screening_link', 'links to an application');
SELECT office_deletes('screening_origin', 'marks of a mailbox and a device');
SELECT office_deletes('screening_particulars', 'what the applicant told');
SELECT office_deletes('screening_signal', 'whom an application was like');
SELECT office_keeps('screening_handed_in', 'references', 'document_ref');
SELECT office_keeps('screening_draft_code', 'gone with its draft', 'mailbox_mark code_mark');
SELECT office_keeps('screening_link_claim', 'gone within minutes', 'sealed');
SELECT office_keeps('screening_card_wish', 'whether a card is wanted');
