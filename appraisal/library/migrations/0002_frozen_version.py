"""A published version and its indicators never change: the database refuses, whoever asks."""

from django.db import migrations

SQL = """
CREATE FUNCTION public.frozen_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
DECLARE
    version_state text;
BEGIN
    SELECT state INTO version_state FROM public.library_templateversion
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.version_id ELSE NEW.version_id END;
    IF version_state IS DISTINCT FROM 'DRAFT' AND version_state IS NOT NULL THEN
        RAISE EXCEPTION 'published_version_is_frozen: indicators of a published version cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'published_version_is_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $body$;
CREATE TRIGGER frozen_version BEFORE INSERT OR UPDATE OR DELETE ON public.library_indicator
    FOR EACH ROW EXECUTE FUNCTION public.frozen_version();

CREATE FUNCTION public.frozen_version_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF OLD.state <> 'DRAFT' AND (TG_OP = 'DELETE' OR (to_jsonb(NEW) - 'state') <> (to_jsonb(OLD) - 'state')) THEN
        RAISE EXCEPTION 'published_version_is_frozen: a published version cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'published_version_is_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $body$;
CREATE TRIGGER frozen_version_row BEFORE UPDATE OR DELETE ON public.library_templateversion
    FOR EACH ROW EXECUTE FUNCTION public.frozen_version_row();
"""


class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]

    operations = [
        migrations.RunSQL(
            SQL,
            "DROP FUNCTION public.frozen_version() CASCADE; DROP FUNCTION public.frozen_version_row() CASCADE",
        )
    ]
