"""What was handed over, calculated or locked is never edited: the database refuses, whoever asks."""

from django.db import migrations

SQL = """
CREATE FUNCTION public.submitted_self_appraisal() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF OLD.state = 'SUBMITTED' THEN
        RAISE EXCEPTION 'submitted_self_appraisal_is_immutable: a self-appraisal cannot change once it is handed over'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'submitted_self_appraisal_is_immutable';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $body$;
CREATE TRIGGER submitted_self_appraisal BEFORE UPDATE OR DELETE ON public.results_selfappraisal
    FOR EACH ROW EXECUTE FUNCTION public.submitted_self_appraisal();

CREATE FUNCTION public.submitted_self_score() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF EXISTS (
        SELECT 1 FROM public.results_selfappraisal a WHERE a.state = 'SUBMITTED'
        AND a.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.appraisal_id ELSE NEW.appraisal_id END
    ) THEN
        RAISE EXCEPTION 'submitted_self_appraisal_is_immutable: own scores cannot change once they are handed over'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'submitted_self_appraisal_is_immutable';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $body$;
CREATE TRIGGER submitted_self_score BEFORE INSERT OR UPDATE OR DELETE ON public.results_selfscore
    FOR EACH ROW EXECUTE FUNCTION public.submitted_self_score();

CREATE FUNCTION public.finished_year_run() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF OLD.state <> 'RUNNING' THEN
        RAISE EXCEPTION 'finished_year_run_is_pinned: a finished calculation cannot change; calculate again'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'finished_year_run_is_pinned';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $body$;
CREATE TRIGGER finished_year_run BEFORE UPDATE OR DELETE ON public.results_yearrun
    FOR EACH ROW EXECUTE FUNCTION public.finished_year_run();
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON public.results_yearcard
    FOR EACH ROW EXECUTE FUNCTION public.never_edited();

CREATE FUNCTION public.locked_result() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
DECLARE
    ending text[] := ARRAY['state', 'ended_by_name', 'ended_at', 'end_reason'];
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state IN ('REOPENED', 'WITHDRAWN')
       OR (OLD.state = 'LOCKED' AND (NEW.state <> 'REOPENED' OR to_jsonb(OLD) - ending <> to_jsonb(NEW) - ending)) THEN
        RAISE EXCEPTION 'locked_result_is_immutable: a result that is locked or has ended cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'locked_result_is_immutable';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER locked_result BEFORE UPDATE OR DELETE ON public.results_yearresult
    FOR EACH ROW EXECUTE FUNCTION public.locked_result();

CREATE FUNCTION public.decided_result_line() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF TG_OP = 'DELETE' OR EXISTS (
        SELECT 1 FROM public.results_yearresult r WHERE r.state <> 'PROPOSED' AND r.id IN (NEW.result_id, OLD.result_id)
    ) THEN
        RAISE EXCEPTION 'decided_result_is_immutable: grades cannot change once they are decided'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_result_is_immutable';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER decided_result_line BEFORE UPDATE OR DELETE ON public.results_resultline
    FOR EACH ROW EXECUTE FUNCTION public.decided_result_line();
"""


class Migration(migrations.Migration):
    dependencies = [("results", "0001_initial"), ("ledger", "0002_immutable_record")]

    operations = [
        migrations.RunSQL(
            SQL,
            "DROP TRIGGER never_edited ON public.results_yearcard; "
            "DROP FUNCTION public.submitted_self_appraisal() CASCADE; DROP FUNCTION public.submitted_self_score() CASCADE; "
            "DROP FUNCTION public.finished_year_run() CASCADE; DROP FUNCTION public.locked_result() CASCADE; "
            "DROP FUNCTION public.decided_result_line() CASCADE",
        )
    ]
