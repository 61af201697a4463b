-- What an erasure does to the tables of this room [消去]; the words are those of office/registers/erasure.sql.
SELECT office_deletes('people_session', 'devices and logins');
SELECT office_deletes('people_device', 'devices and logins');
SELECT office_deletes('people_code', 'devices and logins');
SELECT office_deletes('people_passkey', 'devices and logins');
SELECT office_deletes('people_pin', 'devices and logins');
SELECT office_deletes('people_freeze_link', 'devices and logins');
SELECT office_deletes('people_invitation', 'devices and logins');
SELECT office_deletes('people_fact', 'registered facts');
SELECT office_clears('people_request', 'reason = office_blank(reason), token_hash = NULL', 'words of a colleague',
    'document_ref', 't.state IN (''waiting'', ''once'', ''approved'')');
SELECT office_clears('people_member', 'family_name = ''消去'', given_name = ''済'', family_kana = ''ショウキョ'', given_kana = ''ズミ'','
    ' born_on = ''1900-01-01''', 'the name; the number is never given to another', 'member_number');
SELECT office_keeps('people_consent', '貸金業法41条の36第3項: consents, by the number of their wording', 'scope wording_ref form_ref');
SELECT office_keeps('people_number', 'a number is never given to another', 'member_number');
SELECT office_keeps('people_hold', 'kinds and days');
SELECT office_keeps('people_freeze', 'kinds and days', 'lifted_by');
SELECT office_keeps('people_barred', 'which colleague looks at no record', 'put_by');
SELECT office_keeps('people_card', 'days of a card');
SELECT office_keeps('people_card_end', 'days of a card');
SELECT office_keeps('people_card_order', 'days of a card');
SELECT office_keeps('people_card_order_step', 'days of a card');
SELECT office_keeps('people_login_count', 'counts by number, whoever has it', 'member_number');
SELECT office_keeps('people_login_try', 'gone within the hour', 'attempt_mark member_number network_mark pin_mark');
SELECT office_keeps('people_login_pressure', 'gone within minutes', 'pressure_mark');
SELECT office_keeps('people_login_turn', 'gone within minutes', 'turn_mark');
SELECT office_keeps('people_alarm', 'counts', 'cause');
SELECT office_keeps('people_account_list', 'accounts of frauds, from outside', 'source file_hash');
SELECT office_keeps('people_listed_account', 'accounts of frauds, from outside', 'account_mark holder_mark');
SELECT office_keeps('people_claim', 'gone within minutes', 'sealed');
SELECT office_keeps('people_asking', 'gone within the hour', 'network_mark');
SELECT office_keeps('people_staff', '貸金業法12条の4: staff', 'login_name name desk_keys');
SELECT office_keeps('people_staff_role', 'staff', 'given_by');
SELECT office_keeps('people_staff_secret', 'staff', 'secret seed seed_pepper_id');
SELECT office_keeps('people_staff_session', 'staff');
SELECT office_keeps('people_staff_count', 'staff', 'login_name');
SELECT office_keeps('people_staff_passkey', 'staff', 'credential_id public_key name');
SELECT office_keeps('people_staff_challenge', 'staff', 'challenge');
SELECT office_keeps('people_staff_enrolment', 'staff', 'token_hash');
