-- A second person is another person [承認者の同一人]: not another account of who asked, and nobody to whom the matter is their own
-- or that of somebody near, under whatever number or account. As screening tells who is one person; for raw SQL too.

-- Whether two accounts are of one person.
CREATE FUNCTION care_is_one_person(one bigint, other bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT one = other OR one IN (SELECT screening_accounts_of(other))
$$;

-- As before, by whichever account; a request is taken back by the very account that asked.
CREATE OR REPLACE FUNCTION check_approval_decided() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked care_approval;
    deciders text[];
BEGIN
    SELECT * INTO STRICT asked FROM care_approval WHERE member_id = NEW.member_id AND request_id = NEW.request_id;
    SELECT decided_by INTO STRICT deciders FROM care_approval_kind WHERE kind = asked.kind;
    IF (NEW.outcome = 'withdrawn') <> (NEW.decided_by = asked.asked_by)
        OR NEW.outcome <> 'withdrawn' AND care_is_one_person(NEW.decided_by, asked.asked_by) THEN
        RAISE EXCEPTION 'what somebody asked is decided by another person'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'care_approval_second_person';
    END IF;
    IF NEW.outcome <> 'withdrawn' AND NOT has_staff_role(NEW.decided_by, deciders, NEW.decided_at) THEN
        RAISE EXCEPTION 'staff % may not decide on %', NEW.decided_by, asked.kind
            USING ERRCODE = 'check_violation', CONSTRAINT = 'care_approval_decided_by_role';
    END IF;
    IF EXISTS (SELECT FROM people_staff WHERE staff_id = NEW.decided_by AND own_member_id = NEW.member_id)
        OR NEW.outcome <> 'withdrawn' AND screening_is_too_near(NEW.member_id, NEW.decided_by, NEW.decided_at) THEN
        RAISE EXCEPTION 'nobody decides on what is one''s own, or of somebody near'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'care_approval_not_ones_own';
    END IF;
    IF NEW.decided_at < asked.asked_at OR NEW.decided_at >= asked.expires_at THEN
        RAISE EXCEPTION 'request % of member % is over', NEW.request_id, NEW.member_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'care_approval_in_time';
    END IF;
    RETURN NEW;
END $$;

GRANT EXECUTE ON FUNCTION care_is_one_person TO motocho_app;
