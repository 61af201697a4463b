-- What an erasure does to the tables of this room [消去]: nothing. It holds references, never words of a person.
SELECT office_keeps('journal_row', 'what happened, by references', 'kind purpose subject');
