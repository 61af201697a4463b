-- Folders that this room writes [データベース外のファイル]; the words are those of office/registers/folders.sql.
SELECT office_lays('cards/orders', 'one',
    'SELECT n.name, o.member_id, (SELECT min(s.recorded_at) FROM people_card_order_step s WHERE s.member_id = o.member_id'
    ' AND s.order_id = o.order_id AND s.step <> ''handed'') FROM unnest($1::text[]) AS n (name) JOIN people_card_order o'
    ' ON (o.member_id, o.order_id) = (office_part(n.name, '''', ''\.json'', 1), office_part(n.name, '''', ''\.json'', 2))',
    'SELECT o.member_id || ''-'' || o.order_id || ''.json'' FROM people_card_order o WHERE o.member_id = $1',
    'orders of cards: name, address, member number');
SELECT office_lets_lie('cards/reports', 'nobody', 'stays', 'reports that could not be taken in: a reference and a day');
SELECT office_lets_lie('cards/done', 'nobody', 'laid', 'reports that were taken in: a reference and a day');
