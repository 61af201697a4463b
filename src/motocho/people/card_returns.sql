-- What became of a card that came back by post [カードの返戻の後始末]: destroyed, or destroyed and another ordered to an address that somebody
-- confirmed. One row an order, added and never changed; holds for raw SQL too.
CREATE TABLE people_card_return (
    member_id bigint NOT NULL,
    order_id bigint NOT NULL,
    fate text NOT NULL CHECK (fate IN ('sent_again', 'destroyed')),
    new_order_id bigint,
    -- By what the address was confirmed: a document, a call, a form of the member's own.
    confirmed_ref text NOT NULL DEFAULT '' CHECK (length(confirmed_ref) <= 60),
    staff_id bigint NOT NULL REFERENCES people_staff,
    settled_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, order_id),
    UNIQUE (member_id, new_order_id),
    FOREIGN KEY (member_id, order_id) REFERENCES people_card_order,
    FOREIGN KEY (member_id, new_order_id) REFERENCES people_card_order,
    CHECK ((fate = 'sent_again') = (new_order_id IS NOT NULL)),
    CHECK ((fate = 'sent_again') = (confirmed_ref <> '')),
    CHECK (new_order_id > order_id)
);

CREATE FUNCTION check_card_return() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM people_card_order_step s WHERE (s.member_id, s.order_id) = (NEW.member_id, NEW.order_id)
            AND s.step = 'returned' AND s.recorded_at <= NEW.settled_at) THEN
        RAISE EXCEPTION 'this card did not come back' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER came_back BEFORE INSERT ON people_card_return FOR EACH ROW EXECUTE FUNCTION check_card_return();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON people_card_return EXECUTE FUNCTION refuse_people_change();

GRANT SELECT, INSERT ON people_card_return TO motocho_app;
GRANT SELECT ON people_card_return TO motocho_audit;

-- What an erasure does to it.
SELECT office_clears('people_card_return', 'confirmed_ref = office_blank(confirmed_ref)', 'by what an address was confirmed');
