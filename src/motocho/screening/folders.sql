-- Folders that this room writes [データベース外のファイル]; the words are those of office/registers/folders.sql. Names of files of a
-- bureau begin with the bureau's.
SELECT office_lays(folder, 'one',
    'SELECT n.name, r.member_id, (SELECT s.noted_at FROM screening_identity_step s WHERE s.member_id = r.member_id'
    ' AND s.request_id = r.request_id AND s.is_over) FROM unnest($1::text[]) AS n (name) JOIN screening_identity_request r'
    ' ON r.request_ref = substring(n.name FROM ''^([0-9a-f]{32})\.json$'')',
    'SELECT r.request_ref || ''.json'' FROM screening_identity_request r WHERE r.member_id = $1', why)
FROM (VALUES ('identity/requests', 'whom a vendor is to identify: name and address'),
    ('identity/results', 'what a vendor read from a paper or a chip')) AS each (folder, why);
SELECT office_lays('bureau/out', 'many',
    'SELECT n.name, NULL::bigint, CASE WHEN NOT EXISTS (SELECT FROM screening_bureau_sent b LEFT JOIN screening_inquiry i'
    ' ON b.kind = ''inquiries'' AND (i.member_id, i.inquiry_id) = (b.member_id, b.item_id) LEFT JOIN screening_report r'
    ' ON b.kind = ''reports'' AND (r.member_id, r.report_id) = (b.member_id, b.item_id)'
    ' WHERE (b.bureau_id, b.kind, b.file_no) = (f.bureau_id, f.kind, f.file_no)'
    ' AND coalesce(i.state, r.state) IN (''waiting'', ''sending'', ''sent'')) THEN f.put_at END'
    ' FROM unnest($1::text[]) AS n (name) JOIN screening_bureau_file f ON f.bureau_id = split_part(n.name, ''/'', 1)'
    ' AND f.kind = substring(n.name FROM ''/(inquiries|reports)-[0-9]{10,18}$'')'
    ' AND f.file_no = substring(n.name FROM ''-([0-9]{10,18})$'')::bigint',
    '', 'inquiries and reports: who, with their debts');
SELECT office_lays('bureau/done', 'many',
    'SELECT n.name, NULL::bigint, max(t.taken_at) FROM unnest($1::text[]) AS n (name) JOIN screening_bureau_taken t'
    ' ON n.name = t.bureau_id || ''/'' || t.name GROUP BY n.name', '', 'answers of a bureau that were taken in');
SELECT office_lets_lie('bureau/in', 'many', 'stays', 'what a bureau laid there and was not taken in: for a person to see');
SELECT office_lays('score/out', 'many',
    'SELECT n.name, NULL::bigint, CASE WHEN bool_and(a.ended_at IS NOT NULL OR EXISTS (SELECT FROM screening_score s'
    ' WHERE s.member_id = a.member_id AND s.application_id = a.application_id)) THEN max(q.asked_at) END'
    ' FROM unnest($1::text[]) AS n (name) JOIN screening_score_asked q ON q.file_name = n.name'
    ' JOIN screening_application a USING (member_id, application_id) GROUP BY n.name', '', 'ages and incomes, by reference');
SELECT office_lets_lie('score/in', 'many', 'stays', 'scores that were not taken in: for a person to see');
SELECT office_lets_lie('score/done', 'many', 'laid', 'scores that were taken in, by reference');
