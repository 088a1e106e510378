"""Difficulty coefficients of the participants, locked once the year has started."""

from decimal import Decimal
from django.db import migrations, models

SQL = """
CREATE FUNCTION public.published_difficulty() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF (NEW.difficulty, NEW.difficulty_reason) IS DISTINCT FROM (OLD.difficulty, OLD.difficulty_reason)
       AND (SELECT state FROM public.ledger_cycle WHERE id = OLD.cycle_id) <> 'PREPARING' THEN
        RAISE EXCEPTION 'difficulty_is_locked: coefficients stay as they were published before the year'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'difficulty_is_locked';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER published_difficulty BEFORE UPDATE ON public.ledger_participant
    FOR EACH ROW EXECUTE FUNCTION public.published_difficulty();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0006_consultations'),
        ('tenants', '0017_used_changes'),
    ]

    operations = [
        migrations.AddField(
            model_name='cycle',
            name='difficulty_basis',
            field=models.CharField(blank=True, help_text='minutes that the coefficients rest on', max_length=200),
        ),
        migrations.AddField(
            model_name='cycle',
            name='difficulty_published_at',
            field=models.DateTimeField(help_text='groups and coefficients; anew after a change', null=True),
        ),
        migrations.AddField(
            model_name='cycle',
            name='difficulty_published_by',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='participant',
            name='difficulty',
            field=models.DecimalField(decimal_places=3, default=Decimal('1'), help_text='what the sum of the indicators is multiplied by', max_digits=4),
        ),
        migrations.AddField(
            model_name='participant',
            name='difficulty_reason',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.CheckConstraint(condition=models.Q(('difficulty__gt', 0), models.Q(('difficulty', 1), models.Q(('difficulty_reason', ''), _negated=True), _connector='OR')), name='difficulty_is_positive_and_has_a_reason'),
        ),
        migrations.RunSQL(SQL, "DROP FUNCTION public.published_difficulty() CASCADE"),
    ]
