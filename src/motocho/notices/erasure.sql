-- What an erasure does to the tables of this room [消去]; the words are those of office/registers/erasure.sql.
SELECT office_deletes('notices_choice', 'what the member chose');
SELECT office_clears('notices_message', 'facts = ''{}''', 'what the member was told', 'kind cause');
SELECT office_keeps('notices_mail', 'that, and when, something was sent', 'letter_id reason', 't.settled_at IS NULL');
SELECT office_keeps('notices_bounce', 'references');
SELECT office_keeps('notices_return', 'references');
SELECT office_keeps('notices_reader', 'no person');
