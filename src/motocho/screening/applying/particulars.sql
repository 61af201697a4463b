-- What the applicant told stays as it was told [申告の保存]; only an erasure takes it away.
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON screening_particulars EXECUTE FUNCTION refuse_screening_change();
SELECT office_open_to_erasure('screening_particulars', 'delete', 'office_is_erasing(OLD.member_id)');
