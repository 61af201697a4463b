-- What an erasure does to the tables of this room [消去]; the words are those of office/registers/erasure.sql.
SELECT office_clears('loan_mandate', 'bank_code = ''0000'', bank_name = '''', branch_code = ''000'', branch_name = '''','
    ' account_number = ''0000000'', holder_kana = ''-''', 'the member''s account', 'ended_channel ended_ref');
SELECT office_clears('loan_payout', 'bank_code = ''0000'', branch_code = ''000'', account_number = ''0000000'', holder = ''-''',
    'the member''s account', 'reason purpose', 't.ended_at IS NULL');
SELECT office_keeps('loan_agreement', 'the account, by its number: yen and days', 'product_id stops state', 't.status <> ''closed''');
SELECT office_keeps('loan_event', 'the account, by its number: yen and days', 'kind content');
SELECT office_keeps('loan_terms', 'the account, by its number: yen and days', 'content');
SELECT office_keeps('loan_step', 'the account, by its number: yen and days', 'parts state');
SELECT office_keeps('loan_product', 'no person', 'product_id content');
SELECT office_keeps('loan_promise', 'yen and days');
SELECT office_keeps('loan_rest', 'days');
SELECT office_keeps('loan_rest_asking', 'references');
SELECT office_keeps('loan_debit_day', 'no person', 'originator');
SELECT office_keeps('loan_debit', 'yen and days');
SELECT office_keeps('loan_debit_left_out', 'yen and days', 'code');
SELECT office_keeps('loan_bureau_answer', 'yen and days, of nobody known', 'bureau_ref');
SELECT office_keeps('loan_income_evidence', 'yen and days, of nobody known', 'document_ref kind');
SELECT office_keeps('loan_check', 'kinds and days');
SELECT office_keeps('loan_bill', 'yen and days', 'confirmation_number');
SELECT office_keeps('loan_survey', 'yen and days, of nobody known', 'proof_ref basis_ref');
SELECT office_keeps('loan_survey_use', 'references');
