"""Mid-year amendments; what was decided about one is history."""

import django.db.models.deletion
from django.db import migrations, models


SQL = """
CREATE FUNCTION public.decided_amendment() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state IN ('WITHDRAWN', 'UNDONE')
        OR (NEW.cycle_id, NEW.number, NEW.version_id, NEW.version_before_id, NEW.from_month, NEW.reason,
            NEW.proposed_by_id, NEW.proposed_at)
        IS DISTINCT FROM (OLD.cycle_id, OLD.number, OLD.version_id, OLD.version_before_id, OLD.from_month, OLD.reason,
            OLD.proposed_by_id, OLD.proposed_at)
        OR (OLD.state = 'IN_FORCE'
            AND (NEW.minutes_number, NEW.approved_by_id, NEW.approved_at)
                IS DISTINCT FROM (OLD.minutes_number, OLD.approved_by_id, OLD.approved_at))
    THEN
        RAISE EXCEPTION 'decided_amendment_is_history: what was proposed and decided about an amendment cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_amendment_is_history';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER decided_amendment BEFORE UPDATE OR DELETE ON public.ledger_amendment
    FOR EACH ROW EXECUTE FUNCTION public.decided_amendment();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0003_longer_item_codes'),
        ('library', '0003_origins'),
    ]

    operations = [
        migrations.CreateModel(
            name='Amendment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(help_text='1, 2, 3 … inside the year')),
                ('from_month', models.PositiveSmallIntegerField(help_text="1 to 12; in force from its first day to the year's end")),
                ('reason', models.TextField()),
                ('state', models.CharField(choices=[('PROPOSED', '待批准'), ('IN_FORCE', '已生效'), ('WITHDRAWN', '已撤回'), ('UNDONE', '已回退')], default='PROPOSED', max_length=10)),
                ('lock_version', models.PositiveIntegerField(default=0, help_text='grows with each change')),
                ('proposed_by_id', models.BigIntegerField()),
                ('proposed_by_name', models.CharField(max_length=40)),
                ('proposed_at', models.DateTimeField()),
                ('minutes_number', models.CharField(blank=True, help_text='of the meeting that approved it', max_length=60)),
                ('approved_by_id', models.BigIntegerField(null=True)),
                ('approved_by_name', models.CharField(blank=True, max_length=40)),
                ('approved_at', models.DateTimeField(null=True)),
                ('ended_reason', models.TextField(blank=True, help_text='of the withdrawal or the roll-back')),
                ('ended_by_id', models.BigIntegerField(null=True)),
                ('ended_by_name', models.CharField(blank=True, max_length=40)),
                ('ended_at', models.DateTimeField(null=True)),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='ledger.cycle')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='library.templateversion')),
                ('version_before', models.ForeignKey(help_text='in force for `from_month` when proposed', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='library.templateversion')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('cycle', 'number'), name='one_amendment_per_number'), models.UniqueConstraint(condition=models.Q(('state', 'PROPOSED')), fields=('cycle',), name='one_amendment_is_proposed_at_a_time'), models.CheckConstraint(condition=models.Q(('from_month__gte', 1), ('from_month__lte', 12)), name='amendment_is_from_a_month_of_the_year'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('state__in', ['PROPOSED', 'WITHDRAWN'])), models.Q(('approved_at__isnull', False), ('state__in', ['IN_FORCE', 'UNDONE']), models.Q(('minutes_number', ''), _negated=True)), _connector='OR'), name='amendment_in_force_has_its_approval'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state__in', ['PROPOSED', 'IN_FORCE'])), models.Q(('ended_at__isnull', False), ('state__in', ['WITHDRAWN', 'UNDONE']), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='ended_amendment_says_why')],
            },
        ),
        migrations.RunSQL(SQL, "DROP FUNCTION public.decided_amendment() CASCADE"),
    ]
