"""What is signed or handed over is never edited: the database refuses, whoever asks."""

from django.db import migrations

SQL = """
CREATE FUNCTION public.signed_letter() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
DECLARE
    letter_state text;
BEGIN
    SELECT state INTO letter_state FROM public.ledger_targetletter
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.letter_id ELSE NEW.letter_id END;
    IF letter_state IN ('ISSUED', 'SIGNED') THEN
        RAISE EXCEPTION 'signed_letter_is_immutable: targets of a signed letter cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_letter_is_immutable';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $body$;
CREATE TRIGGER signed_letter BEFORE INSERT OR UPDATE OR DELETE ON public.ledger_target
    FOR EACH ROW EXECUTE FUNCTION public.signed_letter();
CREATE TRIGGER signed_letter BEFORE INSERT OR UPDATE OR DELETE ON public.ledger_targetmilestone
    FOR EACH ROW EXECUTE FUNCTION public.signed_letter();

CREATE FUNCTION public.signed_letter_row() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF OLD.state = 'SIGNED' THEN
        RAISE EXCEPTION 'signed_letter_is_immutable: a signed letter cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_letter_is_immutable';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $body$;
CREATE TRIGGER signed_letter_row BEFORE UPDATE OR DELETE ON public.ledger_targetletter
    FOR EACH ROW EXECUTE FUNCTION public.signed_letter_row();

CREATE FUNCTION public.never_edited() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    RAISE EXCEPTION 'handed_over_is_immutable: rows of % are never edited; a correction is a new row', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'handed_over_is_immutable';
END $body$;
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON public.ledger_report
    FOR EACH ROW EXECUTE FUNCTION public.never_edited();
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON public.ledger_reportedvalue
    FOR EACH ROW EXECUTE FUNCTION public.never_edited();
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON public.ledger_verification
    FOR EACH ROW EXECUTE FUNCTION public.never_edited();

CREATE FUNCTION public.published_run() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF OLD.state = 'PUBLISHED' THEN
        RAISE EXCEPTION 'published_run_is_pinned: a published run cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'published_run_is_pinned';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $body$;
CREATE TRIGGER published_run BEFORE UPDATE OR DELETE ON public.ledger_scorerun
    FOR EACH ROW EXECUTE FUNCTION public.published_run();

CREATE FUNCTION public.published_card() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF EXISTS (SELECT 1 FROM public.ledger_scorerun WHERE id = OLD.run_id AND state = 'PUBLISHED') THEN
        RAISE EXCEPTION 'published_run_is_pinned: a published scorecard cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'published_run_is_pinned';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $body$;
CREATE TRIGGER published_card BEFORE UPDATE OR DELETE ON public.ledger_scorecard
    FOR EACH ROW EXECUTE FUNCTION public.published_card();

CREATE FUNCTION public.published_line() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF EXISTS (
        SELECT 1 FROM public.ledger_scorecard c JOIN public.ledger_scorerun r ON r.id = c.run_id
        WHERE c.id = OLD.card_id AND r.state = 'PUBLISHED'
    ) THEN
        RAISE EXCEPTION 'published_run_is_pinned: a published score line cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'published_run_is_pinned';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $body$;
CREATE TRIGGER published_line BEFORE UPDATE OR DELETE ON public.ledger_scoreline
    FOR EACH ROW EXECUTE FUNCTION public.published_line();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(
            SQL,
            "DROP FUNCTION public.signed_letter() CASCADE; DROP FUNCTION public.signed_letter_row() CASCADE; "
            "DROP FUNCTION public.never_edited() CASCADE; DROP FUNCTION public.published_run() CASCADE; "
            "DROP FUNCTION public.published_card() CASCADE; DROP FUNCTION public.published_line() CASCADE",
        )
    ]
