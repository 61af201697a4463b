-- Calls of the push-phone service [プッシュホンサービス], where each stands. What was pressed and what was said are
-- sealed under a key that is kept outside the database; a call is known by a mark of the provider's id.
-- A turn is answered once: `turn_mark` is of the address that the next request comes to.
CREATE TABLE care_ivr_call (
    call_mark bytea NOT NULL PRIMARY KEY CHECK (octet_length(call_mark) = 32),
    turn_mark bytea NOT NULL CHECK (octet_length(turn_mark) = 32),
    request_mark bytea NOT NULL CHECK (octet_length(request_mark) = 32),
    turn_no smallint NOT NULL CHECK (turn_no BETWEEN 1 AND 100),
    state_sealed bytea NOT NULL,
    answer_sealed bytea NOT NULL,
    pepper_id text NOT NULL CHECK (pepper_id <> ''),
    begun_at timestamptz NOT NULL,
    told_at timestamptz NOT NULL CHECK (told_at >= begun_at),
    is_over boolean NOT NULL DEFAULT false
);
CREATE INDEX care_ivr_call_by_time ON care_ivr_call (told_at);

GRANT SELECT, INSERT, DELETE ON care_ivr_call TO motocho_app;
GRANT UPDATE (turn_mark, request_mark, turn_no, state_sealed, answer_sealed, pepper_id, told_at, is_over)
    ON care_ivr_call TO motocho_app;
GRANT SELECT (turn_no, begun_at, told_at, is_over) ON care_ivr_call TO motocho_audit;
