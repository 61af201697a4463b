-- Links by mail that lead on who has no PIN yet [案内リンク]: to an offer, to the first PIN. Of a link its hash is kept;
-- whose it is, is asked with the date of birth. What ended stays ended.

CREATE TABLE people_invitation (
    link_hash bytea NOT NULL PRIMARY KEY,
    member_id bigint NOT NULL REFERENCES people_member,
    purpose text NOT NULL CHECK (purpose IN ('offer', 'first_pin')),
    about_id bigint NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > made_at),
    misses smallint NOT NULL DEFAULT 0 CHECK (misses BETWEEN 0 AND 5),
    ended_at timestamptz,
    CHECK (misses < 5 OR ended_at IS NOT NULL)
);
CREATE INDEX people_invitation_by_member ON people_invitation (member_id, purpose);

CREATE TRIGGER ended_stays BEFORE UPDATE ON people_invitation FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL)
    EXECUTE FUNCTION refuse_people_change();

GRANT SELECT, INSERT ON people_invitation TO motocho_app;
GRANT UPDATE (misses, ended_at, expires_at) ON people_invitation TO motocho_app;
GRANT SELECT (member_id, purpose, about_id, made_at, expires_at, misses, ended_at) ON people_invitation
    TO motocho_audit;
