-- Mails that came back [戻ったメール]; the words are those of office/registers/folders.sql. Each names a letter of ours, and an address.
SELECT office_lets_lie('returned/taken', 'many', 'laid', 'mails that came back and were read');
SELECT office_lets_lie('returned/aside', 'many', 'stays', 'mails that came back and nobody could read: for a person to see');
