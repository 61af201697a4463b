-- What an erasure does to the tables of this room [消去]; the words are those of office/registers/erasure.sql.
SELECT office_clears('contact_counterpart', 'sealed = ''''', 'who stood in the member''s place');
SELECT office_clears('contact_hold', 'about = office_blank(about)', 'words of the member', 'ended_by');
SELECT office_clears('contact_override', 'reason = office_blank(reason)', 'words of a colleague', 'rules');
SELECT office_clears('contact_attempt', 'counterpart = office_blank(counterpart)', 'whom else we called',
    'our_number cause refused_by');
SELECT office_clears('contact_task', 'facts = ''{}''', 'facts of a task', 'ended_by');
SELECT office_keeps('contact_agreement', 'hours and days', 'ended_by');
SELECT office_keeps('contact_call_slot', '貸金業法21条1項: that, and when, we called');
SELECT office_keeps('contact_use', '貸金業法21条1項: that, and when, we called');
SELECT office_keeps('contact_call_result', '貸金業法21条1項: that, and when, we called');
