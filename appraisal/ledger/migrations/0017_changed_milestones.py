"""Days of milestones go through while an approved change is applied, as figures do; names and places do not."""

from django.db import migrations

SIGNED_LETTER = """
CREATE OR REPLACE FUNCTION public.signed_letter() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
DECLARE
    letter bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.letter_id ELSE NEW.letter_id END;
    letter_state text;
BEGIN
    SELECT state INTO letter_state FROM public.ledger_targetletter WHERE id = letter;
    IF letter_state IN ('ISSUED', 'SIGNED') AND NOT (
        TG_OP = 'UPDATE' AND %s AND NEW.letter_id = OLD.letter_id AND EXISTS (
            SELECT 1 FROM public.ledger_letterchange c
            WHERE c.letter_id = letter AND c.state = 'APPROVED' AND c.version_id IS NULL
        )
    ) THEN
        RAISE EXCEPTION 'signed_letter_is_immutable: targets of a signed letter cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_letter_is_immutable';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $body$;
"""
ONLY_THE_DAY = "to_jsonb(NEW) - 'due_on' = to_jsonb(OLD) - 'due_on'"
SQL = SIGNED_LETTER % f"(TG_TABLE_NAME = 'ledger_target' OR {ONLY_THE_DAY})"
# The way back: as 0008 made it.
BACK = SIGNED_LETTER % "TG_TABLE_NAME = 'ledger_target'"


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0016_month_plans"),
    ]

    operations = [
        migrations.RunSQL(SQL, BACK),
    ]
