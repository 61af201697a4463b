-- What members hand in [提出書類]: pictures of pages, made anew from what was sent and sealed.
-- A reference is random and looked up by itself, so that an upload without an owner (somebody who cannot
-- log in) stands beside the others. Nothing here is a file name or a path.

CREATE TABLE documents_upload (
    document_ref text PRIMARY KEY CHECK (document_ref ~ '^[A-Za-z0-9_-]{22}$'),
    member_id bigint REFERENCES people_member,
    purpose text NOT NULL CHECK (purpose IN ('identity', 'income', 'address', 'other')),
    mark bytea NOT NULL,
    kept_at timestamptz NOT NULL
);
CREATE INDEX documents_upload_by_member ON documents_upload (member_id, kept_at);

CREATE TABLE documents_page (
    document_ref text NOT NULL REFERENCES documents_upload,
    page_no integer NOT NULL CHECK (page_no BETWEEN 1 AND 10),
    wide integer NOT NULL CHECK (wide > 0),
    high integer NOT NULL CHECK (high > 0),
    sealed bytea,
    sealed_small bytea,
    pepper_id text NOT NULL,
    erased_at timestamptz,
    replaced_by text REFERENCES documents_upload,
    PRIMARY KEY (document_ref, page_no),
    CHECK ((erased_at IS NULL) = (sealed IS NOT NULL)),
    CHECK ((erased_at IS NULL) = (sealed_small IS NOT NULL))
);

CREATE TABLE documents_verdict (
    document_ref text NOT NULL,
    page_no integer NOT NULL,
    finding text NOT NULL CHECK (finding IN ('accepted', 'cut_corner', 'glare', 'blurred', 'other_name', 'other_address',
        'expired', 'wrong_kind', 'my_number', 'domicile', 'not_to_be_held')),
    staff_id bigint NOT NULL REFERENCES people_staff,
    judged_at timestamptz NOT NULL,
    PRIMARY KEY (document_ref, page_no),
    FOREIGN KEY (document_ref, page_no) REFERENCES documents_page
);

-- A page is made empty or said to be replaced, once; nothing else of it ever changes.
CREATE FUNCTION refuse_documents_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are added, never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION keep_documents_page() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.document_ref, NEW.page_no, NEW.wide, NEW.high, NEW.pepper_id)
        IS DISTINCT FROM (OLD.document_ref, OLD.page_no, OLD.wide, OLD.high, OLD.pepper_id)
        OR (OLD.erased_at IS NOT NULL AND NEW.erased_at IS DISTINCT FROM OLD.erased_at)
        OR (OLD.replaced_by IS NOT NULL AND NEW.replaced_by IS DISTINCT FROM OLD.replaced_by)
        OR (NEW.sealed IS NOT NULL AND NEW.sealed IS DISTINCT FROM OLD.sealed)
        OR (NEW.sealed_small IS NOT NULL AND NEW.sealed_small IS DISTINCT FROM OLD.sealed_small) THEN
        RAISE EXCEPTION 'a page is only emptied or replaced' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON documents_upload EXECUTE FUNCTION refuse_documents_change();
CREATE TRIGGER no_removal BEFORE DELETE OR TRUNCATE ON documents_page EXECUTE FUNCTION refuse_documents_change();
CREATE TRIGGER kept BEFORE UPDATE ON documents_page FOR EACH ROW EXECUTE FUNCTION keep_documents_page();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON documents_verdict EXECUTE FUNCTION refuse_documents_change();

GRANT SELECT, INSERT ON documents_upload, documents_page, documents_verdict TO motocho_app;
GRANT UPDATE (sealed, sealed_small, erased_at, replaced_by) ON documents_page TO motocho_app;
GRANT SELECT ON documents_upload, documents_verdict TO motocho_audit;
GRANT SELECT (document_ref, page_no, wide, high, pepper_id, erased_at, replaced_by) ON documents_page TO motocho_audit;
