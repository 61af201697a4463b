-- Folders that this room writes [データベース外のファイル]; the words are those of office/registers/folders.sql.
SELECT office_lays(folder, 'one',
    'SELECT n.name, p.member_id, p.ended_at FROM unnest($1::text[]) AS n (name) JOIN loan_payout p'
    ' ON (p.member_id, p.payout_id) = (office_part(n.name, '''', ''\.json'', 1), office_part(n.name, '''', ''\.json'', 2))',
    'SELECT p.member_id || ''-'' || p.payout_id || ''.json'' FROM loan_payout p WHERE p.member_id = $1', why)
FROM (VALUES ('bank/orders', 'orders of transfers: account, name, yen'),
    ('bank/answers', 'what became of a transfer, by its reference')) AS each (folder, why);
