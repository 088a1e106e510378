"""Assigned matters; what was replied is never edited, what was decided stays."""

import django.db.models.deletion
from django.db import migrations, models


GUARD = """
CREATE FUNCTION public.matter_is_kept() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
DECLARE
    outcome CONSTANT text[] := ARRAY['outcome', 'outcome_reason', 'outcome_by_name', 'outcome_at', 'adjustment_id'];
BEGIN
    IF TG_OP = 'DELETE'
        OR (OLD.state IN ('CLOSED', 'WITHDRAWN') AND (to_jsonb(NEW) - outcome) <> (to_jsonb(OLD) - outcome))
        OR (OLD.outcome <> '' AND (NEW.outcome, NEW.outcome_reason, NEW.outcome_by_name, NEW.outcome_at,
            NEW.adjustment_id) IS DISTINCT FROM (OLD.outcome, OLD.outcome_reason, OLD.outcome_by_name, OLD.outcome_at,
            OLD.adjustment_id))
        OR (NEW.due_on <> OLD.due_on AND NOT (OLD.state = 'ANSWERED' AND NEW.state = 'OPEN'))
        OR NEW.late_replies < OLD.late_replies
    THEN
        RAISE EXCEPTION 'matter_is_kept: what was decided about an assigned matter cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'matter_is_kept';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER matter_is_kept BEFORE UPDATE OR DELETE ON public.inspections_matter
    FOR EACH ROW EXECUTE FUNCTION public.matter_is_kept();
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON public.inspections_matterstep
    FOR EACH ROW EXECUTE FUNCTION public.never_edited();
"""
UNDO = """
DROP TRIGGER never_edited ON public.inspections_matterstep;
DROP FUNCTION public.matter_is_kept() CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('inspections', '0005_false_claims'),
        ('ledger', '0021_letter_scans'),
        ('tenants', '0019_tiers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Matter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120)),
                ('text', models.TextField()),
                ('basis', models.CharField(help_text='what it rests on: document number, meeting, instruction', max_length=200)),
                ('evidence', models.JSONField(default=list, help_text='files of the bureau that go with it')),
                ('assigned_by_id', models.BigIntegerField()),
                ('assigned_by_name', models.CharField(max_length=40)),
                ('assigned_at', models.DateTimeField()),
                ('due_on', models.DateField(help_text='last day to reply, inclusive: the day asked for, or the working day after it')),
                ('derivation', models.JSONField(default=dict, help_text='how due_on came about, core.workdays')),
                ('first_due_on', models.DateField(help_text='due_on before any reply was returned')),
                ('state', models.CharField(choices=[('OPEN', '待回复'), ('ANSWERED', '待办结'), ('CLOSED', '已办结'), ('WITHDRAWN', '已撤回')], default='OPEN', max_length=9)),
                ('times_returned', models.PositiveSmallIntegerField(default=0, help_text='how often a reply did not do')),
                ('late_replies', models.PositiveSmallIntegerField(default=0, help_text='replies that came after their day')),
                ('missed_on', models.DateField(help_text='the first due day that a reply came after', null=True)),
                ('ended_by_name', models.CharField(blank=True, max_length=40)),
                ('ended_at', models.DateTimeField(help_text='when it was closed or withdrawn', null=True)),
                ('outcome', models.CharField(blank=True, choices=[('DEDUCTED', '已扣分'), ('SPARED', '不扣分')], help_text='of an overdue one', max_length=8)),
                ('outcome_reason', models.CharField(blank=True, max_length=200)),
                ('outcome_by_name', models.CharField(blank=True, max_length=40)),
                ('outcome_at', models.DateTimeField(null=True)),
                ('adjustment', models.OneToOneField(help_text='the points off', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='matter', to='ledger.scoreadjustment')),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='matters', to='ledger.cycle')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='matters', to='tenants.office')),
            ],
        ),
        migrations.CreateModel(
            name='MatterStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('REPLY', '回复'), ('RETURN', '退回'), ('CLOSE', '办结'), ('WITHDRAW', '撤回')], max_length=8)),
                ('text', models.TextField()),
                ('evidence', models.JSONField(default=list)),
                ('due_on', models.DateField(help_text='of a reply the day it was due, of a return the new one')),
                ('by_id', models.BigIntegerField()),
                ('by_name', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('matter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='inspections.matter')),
            ],
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(fields=['office', 'state'], name='matter_by_office'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ['CLOSED', 'WITHDRAWN']), models.Q(('ended_by_name', ''), _negated=True)), models.Q(('ended_at__isnull', True), ('ended_by_name', ''), ('state__in', ['OPEN', 'ANSWERED'])), _connector='OR'), name='ended_matter_has_who_and_when'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('adjustment__isnull', False), ('outcome', 'DEDUCTED'), ('outcome_at__isnull', False)), models.Q(('adjustment__isnull', True), ('outcome', 'SPARED'), ('outcome_at__isnull', False), models.Q(('outcome_reason', ''), _negated=True)), models.Q(('adjustment__isnull', True), ('outcome', ''), ('outcome_at__isnull', True)), _connector='OR'), name='points_off_a_matter_are_an_adjustment'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('late_replies', 0), ('missed_on__isnull', True)), models.Q(('late_replies__gt', 0), ('missed_on__isnull', False)), _connector='OR'), name='late_reply_has_the_day_it_missed'),
        ),
        migrations.AddIndex(
            model_name='matterstep',
            index=models.Index(fields=['matter', 'id'], name='matter_step_in_order'),
        ),
        migrations.RunSQL(GUARD, UNDO),
    ]
