-- What an erasure does to the tables of this room [消去]; the words are those of office/registers/erasure.sql.
SELECT office_clears('close_bank_line', 'line = line || ''{"payer_code": "", "payer_name": "", "bank_name": "", "branch_name": "",'
    ' "note": "", "edi": "", "number": ""}'', note = office_blank(note)', 'who paid, from which bank',
    'receipt_ref account file reason ended_by');
SELECT office_clears('close_task', 'facts = ''{}''', 'facts of a task', 'kind ref ended_by');
SELECT office_keeps('close_day', 'no person');
SELECT office_keeps('close_step', 'no person', 'step');
SELECT office_keeps('close_parked', 'references', 'step ref reason');
SELECT office_keeps('close_total', 'no person');
SELECT office_keeps('close_arrears', 'days', 'stage');
SELECT office_keeps('close_reader', 'no person', 'step');
SELECT office_keeps('close_accrual', 'no person', 'product_id stage');
