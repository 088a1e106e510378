"""A year ends: who closed it, when and on what basis; a closed year never changes again."""

from django.db import migrations, models

SQL = """
CREATE FUNCTION public.closed_year() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF OLD.state = 'CLOSED' THEN
        RAISE EXCEPTION 'closed_year_is_immutable: a year that is closed and archived cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_year_is_immutable';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER closed_year BEFORE UPDATE ON public.ledger_cycle
    FOR EACH ROW EXECUTE FUNCTION public.closed_year();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0026_late_items'),
        ('library', '0006_own_rules'),
        ('tenants', '0019_tiers'),
    ]

    operations = [
        migrations.AddField(
            model_name='cycle',
            name='closed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='cycle',
            name='closed_by_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='cycle',
            name='closed_by_name',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='cycle',
            name='closing_basis',
            field=models.CharField(blank=True, help_text='minutes that the closing rests on, or why', max_length=200),
        ),
        migrations.AddConstraint(
            model_name='cycle',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closing_basis', '')), models.Q(('closed_at__isnull', False), ('state', 'CLOSED'), models.Q(('closing_basis', ''), _negated=True)), _connector='OR'), name='closed_year_has_its_basis'),
        ),
        migrations.RunSQL(SQL, "DROP FUNCTION public.closed_year() CASCADE"),
    ]
