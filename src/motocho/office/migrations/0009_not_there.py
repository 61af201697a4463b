"""Who was erased is as who is not there, for members and colleagues alike."""

from django.db import migrations

MARKED = """
CREATE FUNCTION mark_the_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE people_member m SET erased_at = NEW.erased_at WHERE m.member_id = NEW.member_id;
    RETURN NULL;
END $$;
CREATE TRIGGER not_there AFTER INSERT ON office_erasure FOR EACH ROW
    EXECUTE FUNCTION mark_the_erased();
"""


class Migration(migrations.Migration):
    """The erasure says it of the member."""

    dependencies = (("office", "0008_adverts"), ("people", "0006_erased"))
    operations = (migrations.RunSQL(MARKED),)
