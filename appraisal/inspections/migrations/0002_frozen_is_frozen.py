"""A frozen list never changes, a round is drawn once, and neither is ever removed: the database refuses, whoever asks."""

from django.db import migrations

SQL = """
CREATE FUNCTION public.frozen_draw() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
DECLARE
    open_columns text[] := ARRAY['state', 'seed', 'seed_note', 'result', 'drawn_by_id', 'drawn_by_name', 'drawn_at',
                                 'void_reason'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'frozen_list_is_immutable: rounds are never removed, or one could be hidden'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'frozen_list_is_immutable';
    END IF;
    IF NEW.frozen_text <> '' AND NEW.frozen_sha256 <> encode(sha256(convert_to(NEW.frozen_text, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'frozen_list_bears_its_own_hash: the hash is not that of the list'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'frozen_list_bears_its_own_hash';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'DRAFT' THEN
            RAISE EXCEPTION 'frozen_list_is_immutable: a round begins as a draft'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'frozen_list_is_immutable';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state IN ('DRAWN', 'VOID') THEN
        RAISE EXCEPTION 'round_is_drawn_once: what was drawn or given up never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'round_is_drawn_once';
    END IF;
    IF NEW.state = 'DRAWN' AND OLD.state <> 'FROZEN' THEN
        RAISE EXCEPTION 'frozen_list_is_immutable: only a frozen list is drawn from'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'frozen_list_is_immutable';
    END IF;
    IF OLD.state = 'FROZEN' AND (
        NEW.state NOT IN ('FROZEN', 'DRAWN', 'VOID') OR to_jsonb(NEW) - open_columns <> to_jsonb(OLD) - open_columns
    ) THEN
        RAISE EXCEPTION 'frozen_list_is_immutable: a frozen list never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'frozen_list_is_immutable';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER frozen_draw BEFORE INSERT OR UPDATE OR DELETE ON public.inspections_draw
    FOR EACH ROW EXECUTE FUNCTION public.frozen_draw();

CREATE FUNCTION public.kept_contribution() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.phrase <> '' OR NOT EXISTS (
            SELECT 1 FROM public.inspections_draw d WHERE d.id = NEW.draw_id AND d.state = 'FROZEN'
        ) THEN
            RAISE EXCEPTION 'contribution_is_a_hash_first: a hash is handed in for a frozen list'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'contribution_is_a_hash_first';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.phrase <> ''
        OR to_jsonb(NEW) - ARRAY['phrase', 'revealed_at'] <> to_jsonb(OLD) - ARRAY['phrase', 'revealed_at'] THEN
        RAISE EXCEPTION 'contribution_is_kept: what was handed in for a seed never changes'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contribution_is_kept';
    END IF;
    IF NEW.phrase <> '' AND NEW.sha256 <> encode(sha256(convert_to(NEW.phrase, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'contribution_is_kept: the phrase is not that of the hash'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'contribution_is_kept';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER kept_contribution BEFORE INSERT OR UPDATE OR DELETE ON public.inspections_contribution
    FOR EACH ROW EXECUTE FUNCTION public.kept_contribution();
"""


class Migration(migrations.Migration):
    dependencies = [("inspections", "0001_initial")]

    operations = [
        migrations.RunSQL(
            SQL, "DROP FUNCTION public.frozen_draw() CASCADE; DROP FUNCTION public.kept_contribution() CASCADE"
        )
    ]
