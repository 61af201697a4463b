-- The rate of an approved offer, where it is below the product's [案内した利率]: what the call of an approval told.
ALTER TABLE care_talk ADD COLUMN offered_rate_ppm integer;
ALTER TABLE care_talk ADD CONSTRAINT told_rate CHECK (offered_rate_ppm IS NULL
    OR reason = 'contract' AND offered_yen IS NOT NULL AND offered_rate_ppm > 0) NOT VALID;
