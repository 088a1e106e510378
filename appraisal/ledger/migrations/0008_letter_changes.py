"""Changes of signed letters: targets go through while an approved change is applied, and at no other time."""

import django.db.models.deletion
from django.db import migrations, models

SQL = """
CREATE OR REPLACE FUNCTION public.signed_letter() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
DECLARE
    letter bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.letter_id ELSE NEW.letter_id END;
    letter_state text;
BEGIN
    SELECT state INTO letter_state FROM public.ledger_targetletter WHERE id = letter;
    IF letter_state IN ('ISSUED', 'SIGNED') AND NOT (
        TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'ledger_target' AND NEW.letter_id = OLD.letter_id AND EXISTS (
            SELECT 1 FROM public.ledger_letterchange c
            WHERE c.letter_id = letter AND c.state = 'APPROVED' AND c.version_id IS NULL
        )
    ) THEN
        RAISE EXCEPTION 'signed_letter_is_immutable: targets of a signed letter cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_letter_is_immutable';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $body$;

CREATE FUNCTION public.approved_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF EXISTS (
        SELECT 1 FROM public.ledger_letterchange c WHERE c.id = NEW.id AND c.state = 'APPROVED' AND c.version_id IS NULL
    ) THEN
        RAISE EXCEPTION 'approved_change_is_applied: an approved change has a version when its transaction ends'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'approved_change_is_applied';
    END IF;
    RETURN NULL;
END $body$;
CREATE CONSTRAINT TRIGGER approved_change AFTER INSERT OR UPDATE ON public.ledger_letterchange
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.approved_change();

CREATE FUNCTION public.decided_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.state <> 'APPLIED' AND NOT (OLD.state = 'APPROVED' AND OLD.version_id IS NULL)) THEN
        RAISE EXCEPTION 'decided_change_is_immutable: a change that was decided cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_change_is_immutable';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER decided_change BEFORE UPDATE OR DELETE ON public.ledger_letterchange
    FOR EACH ROW EXECUTE FUNCTION public.decided_change();
"""
# The way back: as 0002 made it.
BACK = """
DROP FUNCTION public.decided_change() CASCADE;
DROP FUNCTION public.approved_change() CASCADE;
CREATE OR REPLACE FUNCTION public.signed_letter() RETURNS trigger
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
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0007_difficulty'),
    ]

    operations = [
        migrations.AddField(
            model_name='participant',
            name='left_on',
            field=models.DateField(help_text='merged into another: first day of the month it is not appraised for', null=True),
        ),
        migrations.CreateModel(
            name='LetterChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('FORCE', '不可抗力'), ('PLAN', '计划调整'), ('REGION', '区划调整'), ('MERGER', '机构合并')], max_length=8)),
                ('state', models.CharField(choices=[('APPLIED', '待批准'), ('APPROVED', '已批准'), ('REFUSED', '不批准'), ('WITHDRAWN', '已撤回')], default='APPLIED', max_length=9)),
                ('rows', models.JSONField(help_text="code → the target's fields as they should be, figures as exact text")),
                ('reason', models.CharField(max_length=500)),
                ('basis', models.CharField(help_text='what it rests on: document and number', max_length=200)),
                ('effective_on', models.DateField(help_text='first day of the month from which scores use it')),
                ('leaves', models.BooleanField(default=False, help_text='a merger: the office is not appraised from effective_on on')),
                ('applied_by_id', models.BigIntegerField()),
                ('applied_by_name', models.CharField(max_length=40)),
                ('applied_by_role', models.CharField(max_length=120)),
                ('applied_at', models.DateTimeField()),
                ('decided_by_id', models.BigIntegerField(null=True)),
                ('decided_by_name', models.CharField(blank=True, max_length=40)),
                ('decided_at', models.DateTimeField(null=True)),
                ('minutes', models.CharField(blank=True, help_text='of the meeting that approved it', max_length=200)),
                ('decision', models.CharField(blank=True, help_text='why it was refused or taken back', max_length=500)),
                ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='ledger.targetletter')),
                ('pair', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='paired', to='ledger.letterchange')),
                ('version', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='change', to='ledger.letterversion')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'APPLIED')), fields=('letter',), name='one_change_of_a_letter_waits_at_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 'APPLIED'), ('version', None)), models.Q(('decided_at__isnull', False), ('state', 'APPROVED'), models.Q(('minutes', ''), _negated=True)), models.Q(('decided_at__isnull', False), ('state__in', ('REFUSED', 'WITHDRAWN')), ('version', None), models.Q(('decision', ''), _negated=True)), _connector='OR'), name='change_state_has_its_decision'), models.CheckConstraint(condition=models.Q(('decided_by_id', models.F('applied_by_id')), ('state', 'APPROVED'), _negated=True), name='change_is_approved_by_another')],
            },
        ),
        migrations.RunSQL(SQL, BACK),
    ]
