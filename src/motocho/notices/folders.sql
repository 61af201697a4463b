-- Folders that this room and `care` write [データベース外のファイル]; the words are those of office/registers/folders.sql.
-- A letter has a row under its number, or is of a step of the collection; codes and letters to applicants go by their age.
SELECT office_lays('mail', 'one',
    'SELECT n.name, m.member_id, m.settled_at FROM unnest($1::text[]) AS n (name) JOIN notices_mail m'
    ' ON m.letter_id = substring(n.name FROM ''^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.eml$'')::uuid'
    ' WHERE m.sent_to IS NOT NULL UNION ALL SELECT n.name, s.member_id, (SELECT max(t.tried_at) FROM care_stage_try t'
    ' WHERE t.member_id = s.member_id AND t.stage_no = s.stage_no AND t.state <> ''later'')'
    ' FROM unnest($1::text[]) AS n (name) JOIN care_stage s ON (s.member_id, s.stage_no)'
    ' = (office_part(n.name, ''stage-'', ''\.eml'', 1), office_part(n.name, ''stage-'', ''\.eml'', 2))',
    'SELECT m.letter_id || ''.eml'' FROM notices_mail m WHERE m.member_id = $1 UNION ALL'
    ' SELECT ''stage-'' || s.member_id || ''-'' || s.stage_no || ''.eml'' FROM care_stage s WHERE s.member_id = $1',
    'letters, where no mail server is named', 'laid');
SELECT office_lays('sms', 'one',
    'SELECT n.name, s.member_id, (SELECT max(t.tried_at) FROM care_stage_try t'
    ' WHERE t.member_id = s.member_id AND t.stage_no = s.stage_no AND t.state <> ''later'')'
    ' FROM unnest($1::text[]) AS n (name) JOIN care_stage s ON (s.member_id, s.stage_no)'
    ' = (office_part(n.name, ''stage-'', ''\.json'', 1), office_part(n.name, ''stage-'', ''\.json'', 2))',
    'SELECT ''stage-'' || s.member_id || ''-'' || s.stage_no || ''.json'' FROM care_stage s WHERE s.member_id = $1',
    'short messages: a number and a text', 'laid');
