-- Claims that are to be sold [債権譲渡の承認]: one supervisor asks, another agrees on the same figures of the same day.
INSERT INTO care_approval_kind (kind, asked_by, decided_by, lasts) VALUES ('claim_sale', '{supervisor}', '{supervisor}', '1 day');
