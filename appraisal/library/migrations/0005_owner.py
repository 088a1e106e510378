"""Which division of the bureau owns an indicator's figures; of what is published already, none: every verifier."""

import django.db.models.deletion
from django.db import migrations, models

FROZEN = """
CREATE OR REPLACE FUNCTION public.frozen_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
DECLARE
    version_state text;
BEGIN
    SELECT state INTO version_state FROM public.library_templateversion
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.version_id ELSE NEW.version_id END;
    IF version_state IS DISTINCT FROM 'DRAFT' AND version_state IS NOT NULL {but} THEN
        RAISE EXCEPTION 'published_version_is_frozen: indicators of a published version cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'published_version_is_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $body$;
"""
# Who confirms the figures is the bureau's own order of work, not what the party group decided: it may be given to
# another division during the year, and nothing else of the row with it.
BUT_ITS_OWNER = "AND NOT (TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'owner_id' = to_jsonb(OLD) - 'owner_id')"


class Migration(migrations.Migration):
    dependencies = [("library", "0004_checks"), ("tenants", "0019_tiers")]

    operations = [
        migrations.AlterField(
            model_name="indicator",
            name="owner_division",
            field=models.CharField(blank=True, help_text="its name; '' is as its group says", max_length=40),
        ),
        migrations.AddField(
            model_name="indicator",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                help_text="that confirms its figures, by its own name or its group's, found as the version is published",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.division",
            ),
        ),
        migrations.RunSQL(FROZEN.format(but=BUT_ITS_OWNER), FROZEN.format(but="")),
    ]
