-- Cards that hold no more before their last day [カードの失効]: because the last agreement of their member ended. Rows are
-- added, once for a card, and never changed.

CREATE TABLE people_card_end (
    member_id bigint NOT NULL,
    card_no bigint NOT NULL,
    ended_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor text NOT NULL CHECK (actor <> ''),
    PRIMARY KEY (member_id, card_no),
    FOREIGN KEY (member_id, card_no) REFERENCES people_card
);
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON people_card_end EXECUTE FUNCTION refuse_people_change();

GRANT SELECT, INSERT ON people_card_end TO motocho_app;
GRANT SELECT ON people_card_end TO motocho_audit;
