-- What an erasure does to the tables of this room [消去]: nothing. It knows yen and numbers, and no person.
SELECT office_keeps('ledger_account', 'no person', 'title_ja title_en kind');
SELECT office_keeps('ledger_pair', 'no person');
SELECT office_keeps('ledger_entry', 'the ledger, by numbers: yen and days', 'kind reason');
SELECT office_keeps('ledger_leg', 'the ledger, by numbers: yen and days');
SELECT office_keeps('ledger_balance', 'the ledger, by numbers: yen and days');
SELECT office_keeps('ledger_seal', 'no person', 'day_digest chain_digest');
