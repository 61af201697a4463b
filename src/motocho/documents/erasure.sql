-- What an erasure does to the tables of this room [消去]; the words are those of office/registers/erasure.sql.
SELECT office_clears('documents_page', 'sealed = NULL, sealed_small = NULL, erased_at = now()', 'what the member handed in',
    'replaced_by document_ref', '', 't.erased_at IS NULL AND t.document_ref IN (SELECT u.document_ref FROM documents_upload u'
    ' WHERE u.member_id = $1)', 'false');
SELECT office_clears('documents_paper', 'sealed = '''', stated = ''''', 'papers; their digests stay', 'cause title');
SELECT office_clears('documents_addressee', 'sealed = CASE WHEN sealed IS NULL THEN NULL ELSE ''''::bytea END', 'who was written to', 'whom');
SELECT office_clears('documents_held', 'released_why = office_blank(released_why)', 'words of a colleague', 'held_by released_by');
SELECT office_keeps('documents_post', 'days', 'posted_by', 't.posted_at IS NULL');
SELECT office_keeps('documents_upload', 'that something was handed in, by its mark', 'document_ref mark');
SELECT office_keeps('documents_verdict', 'kinds and days', 'document_ref');
SELECT office_keeps('documents_try', 'gone within the day');
SELECT office_keeps('documents_handed', '貸金業法22条: that a paper went back', 'receipt handed_by');
SELECT office_keeps('documents_conclusion', 'references');
SELECT office_keeps('documents_lacking', 'references');
SELECT office_keeps('documents_reader', 'no person');
