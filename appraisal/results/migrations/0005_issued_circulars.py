"""The circular of a locked result is issued once, under a number: the one change that the lock lets through."""

from django.db import migrations, models

SQL = """
CREATE OR REPLACE FUNCTION public.locked_result() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
DECLARE
    ending text[] := ARRAY['state', 'ended_by_name', 'ended_at', 'end_reason'];
    issue text[] := ARRAY[
        'circular_number', 'circular_issued_by_id', 'circular_issued_by_name', 'circular_issued_at'
    ];
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state IN ('REOPENED', 'WITHDRAWN')
       OR (OLD.state = 'LOCKED' AND NOT (
           (NEW.state = 'REOPENED' AND to_jsonb(OLD) - ending = to_jsonb(NEW) - ending)
           OR (NEW.state = 'LOCKED' AND OLD.circular_issued_at IS NULL AND NEW.circular_issued_at IS NOT NULL
               AND to_jsonb(OLD) - issue = to_jsonb(NEW) - issue)
       )) THEN
        RAISE EXCEPTION 'locked_result_is_immutable: a result that is locked or has ended cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'locked_result_is_immutable';
    END IF;
    RETURN NEW;
END $body$;
"""

BEFORE = """
CREATE OR REPLACE FUNCTION public.locked_result() RETURNS trigger
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
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0022_statements'),
        ('results', '0004_paper_forms'),
    ]

    operations = [
        migrations.AddField(
            model_name='yearresult',
            name='circular_issued_at',
            field=models.DateTimeField(help_text='from then on the paper is fixed', null=True),
        ),
        migrations.AddField(
            model_name='yearresult',
            name='circular_issued_by_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='yearresult',
            name='circular_issued_by_name',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='yearresult',
            name='circular_number',
            field=models.CharField(blank=True, help_text='document number, e.g. 云移通〔2027〕1号', max_length=40),
        ),
        migrations.AddConstraint(
            model_name='yearresult',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('circular_issued_at__isnull', True), ('circular_number', '')), models.Q(('circular_issued_at__isnull', False), ('state__in', ['LOCKED', 'REOPENED']), models.Q(('circular_number', ''), _negated=True)), _connector='OR'), name='issued_circular_has_its_number'),
        ),
        migrations.RunSQL(SQL, BEFORE),
    ]
