-- Folders of the installation itself [データベース外のファイル]; the words are those of registers/folders.sql.
SELECT office_lets_lie('reports', 'many', 'laid', 'reports of faults of ours: their text may repeat what somebody typed');
SELECT office_lets_lie('backups', 'many', 'stays', 'the whole book as it was; a restored one is erased again');
SELECT office_lets_lie('postgres', 'many', 'stays', 'the database, its write-ahead log; its log holds no value of a row');
SELECT office_lets_lie('rehearsal', 'many', 'stays', 'a restored copy, cleared away when the rehearsal ends');
SELECT office_lets_lie('studio', 'many', 'stays', 'cases of the studio: they are erased there, case by case');
SELECT office_lets_lie('by_hand', 'many', 'stays', 'files that somebody asked for by a command: in their hands');
SELECT office_lets_lie('temporary', 'many', 'stays', 'papers while they are typeset or read; who is killed leaves them to the system');
SELECT office_lets_lie('seals', 'nobody', 'stays', 'digests of closed days');
SELECT office_lets_lie('secrets', 'nobody', 'stays', 'secrets, peppers and passwords of this installation');
