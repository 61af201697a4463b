-- What the night looks up [夜間処理], and the monitoring of members' borrowings [途上与信].

-- Agreements on which something was booked on a day.
CREATE INDEX loan_event_of_day ON loan_event (business_on, member_id, agreement_id);
