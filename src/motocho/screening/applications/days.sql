-- A decision is of the day on which it is made, in Japan [決定の日]: ages, times and the law of the day are reckoned by it. For new rows;
-- those of before are looked at by the migration after this one.
ALTER TABLE screening_decision ADD CONSTRAINT screening_decision_of_its_day
    CHECK (decided_on = (decided_at AT TIME ZONE 'Asia/Tokyo')::date) NOT VALID;
