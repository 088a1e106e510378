"""One further appeal to the committee against a decision: filed once, decided once, by somebody else."""

import django.db.models.deletion
from django.db import migrations, models

SQL = """
CREATE FUNCTION public.further_appeal() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'OPEN' OR NOT EXISTS (
            SELECT 1 FROM public.ledger_objection o WHERE o.id = NEW.objection_id AND o.state <> 'OPEN'
                AND o.office_id = NEW.office_id AND o.period_id = NEW.period_id
        ) THEN
            RAISE EXCEPTION 'further_appeal_follows_a_decision: it is filed by the office, after the decision'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'further_appeal_follows_a_decision';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.state <> 'OPEN' OR (NEW.objection_id, NEW.office_id, NEW.period_id, NEW.grounds,
        NEW.filed_by_id, NEW.filed_at) IS DISTINCT FROM (OLD.objection_id, OLD.office_id, OLD.period_id, OLD.grounds,
        OLD.filed_by_id, OLD.filed_at) THEN
        RAISE EXCEPTION 'further_appeal_is_final: what was filed stays, what the committee decided is final'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'further_appeal_is_final';
    END IF;
    IF NEW.state <> 'OPEN' AND (NEW.decided_by_id IS NULL OR EXISTS (
        SELECT 1 FROM public.ledger_objection o WHERE o.id = NEW.objection_id AND o.decided_by_id = NEW.decided_by_id
    ) OR EXISTS (
        SELECT 1 FROM public.ledger_panelseat s WHERE s.objection_id = NEW.objection_id AND s.left_at IS NULL
            AND s.person_id = NEW.decided_by_id
    )) THEN
        RAISE EXCEPTION 'further_appeal_by_somebody_else: neither who decided the objection nor who sat on its panel'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'further_appeal_by_somebody_else';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER further_appeal BEFORE INSERT OR UPDATE OR DELETE ON public.ledger_furtherappeal
    FOR EACH ROW EXECUTE FUNCTION public.further_appeal();
"""
BACK = "DROP FUNCTION public.further_appeal() CASCADE;"


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0024_decision_documents'),
        ('tenants', '0019_tiers'),
    ]

    operations = [
        migrations.AlterField(
            model_name='decisiondocument',
            name='stage',
            field=models.CharField(choices=[('REVIEW', '复核决定书'), ('FURTHER', '再申诉决定书')], max_length=8),
        ),
        migrations.CreateModel(
            name='FurtherAppeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('grounds', models.TextField()),
                ('evidence', models.JSONField(default=list)),
                ('filed_by_id', models.BigIntegerField()),
                ('filed_by_name', models.CharField(max_length=40)),
                ('filed_at', models.DateTimeField()),
                ('due_on', models.DateField(help_text="last day, inclusive, for the committee's decision")),
                ('derivation', models.JSONField(help_text='how that day came about: core.workdays')),
                ('state', models.CharField(choices=[('OPEN', '委员会审议中'), ('UPHELD', '再申诉成立'), ('REJECTED', '维持复核决定')], default='OPEN', max_length=8)),
                ('met_on', models.DateField(help_text="the day of the committee's meeting", null=True)),
                ('minutes', models.CharField(blank=True, help_text="number of the committee's minutes", max_length=60)),
                ('decision', models.TextField(blank=True)),
                ('decided_by_id', models.BigIntegerField(help_text="who entered the committee's decision", null=True)),
                ('decided_by_name', models.CharField(blank=True, max_length=40)),
                ('decided_at', models.DateTimeField(null=True)),
                ('objection', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='further_appeal', to='ledger.objection')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='further_appeals', to='tenants.office')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='further_appeals', to='ledger.period')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('state', 'OPEN')), models.Q(('decided_at__isnull', False), ('met_on__isnull', False), ('state__in', ['UPHELD', 'REJECTED']), models.Q(('decision', ''), _negated=True), models.Q(('minutes', ''), _negated=True)), _connector='OR'), name='decided_further_appeal_has_its_meeting')],
            },
        ),
        migrations.RunSQL(SQL, BACK),
    ]
