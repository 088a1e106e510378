"""Milestones that a change adds to a signed letter, and those that go from one letter to another."""

from django.db import migrations, models

SIGNED_LETTER = """
CREATE OR REPLACE FUNCTION public.signed_letter() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
DECLARE
    letter bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.letter_id ELSE NEW.letter_id END;
    letter_state text;
BEGIN
    SELECT state INTO letter_state FROM public.ledger_targetletter WHERE id = letter;
    IF letter_state IN ('ISSUED', 'SIGNED') AND NOT (
        %s AND EXISTS (
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
UPDATED = "TG_OP = 'UPDATE' AND (TG_TABLE_NAME = 'ledger_target' OR %s) AND NEW.letter_id = OLD.letter_id"
DAYS = "to_jsonb(NEW) - '{due_on,left_on}'::text[] = to_jsonb(OLD) - '{due_on,left_on}'::text[]"
ADDED = "TG_OP = 'INSERT' AND TG_TABLE_NAME = 'ledger_targetmilestone'"
SQL = SIGNED_LETTER % f"({ADDED} OR {UPDATED % DAYS})"
# The way back: as 0017 made it.
BACK = SIGNED_LETTER % (UPDATED % "to_jsonb(NEW) - 'due_on' = to_jsonb(OLD) - 'due_on'")


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0028_closed_years"),
    ]

    operations = [
        migrations.AddField(
            "targetmilestone", "since",
            models.DateField(help_text="first day it is this letter's; null: from the signatures on", null=True),
        ),
        migrations.AddField(
            "targetmilestone", "left_on",
            models.DateField(help_text="from this day on it is another letter's; null while it is here", null=True),
        ),
        migrations.AddField(
            "targetmilestone", "done_before",
            models.DateField(help_text="done on this day by the office that had it before", null=True),
        ),
        migrations.RunSQL(SQL, BACK),
    ]  # fmt: skip
