-- Whether an applicant wants a card [カードの希望]: said once with the agreement to an offer, never changed.

CREATE TABLE screening_card_wish (
    member_id bigint NOT NULL,
    application_id bigint NOT NULL,
    wish text NOT NULL CHECK (wish IN ('wanted', 'cardless')),
    source text NOT NULL CHECK (source <> ''),
    actor text NOT NULL CHECK (actor <> ''),
    wished_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, application_id),
    FOREIGN KEY (member_id, application_id) REFERENCES screening_application
);
CREATE FUNCTION refuse_card_wish_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are added, never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON screening_card_wish
    EXECUTE FUNCTION refuse_card_wish_change();

GRANT SELECT, INSERT ON screening_card_wish TO motocho_app;
GRANT SELECT ON screening_card_wish TO motocho_audit;
