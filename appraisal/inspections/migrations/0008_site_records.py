"""The record of an inspection on site that both sides sign: only its state moves, after the step that moves it."""

import django.db.models.deletion
from django.db import migrations, models

GUARD = """
CREATE FUNCTION public.site_record_is_kept() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF TG_OP = 'DELETE'
        OR (to_jsonb(NEW) - 'state') <> (to_jsonb(OLD) - 'state')
        OR (OLD.state <> NEW.state AND (
            (OLD.state, NEW.state) NOT IN (('WAITING', 'AGREED'), ('WAITING', 'OBJECTED'), ('WAITING', 'LAPSED'),
                ('OBJECTED', 'ANSWERED'))
            OR NOT EXISTS (SELECT 1 FROM public.inspections_sitestep s WHERE s.record_id = NEW.id
                AND s.kind = CASE NEW.state WHEN 'AGREED' THEN 'AGREE' WHEN 'OBJECTED' THEN 'OBJECT'
                    WHEN 'LAPSED' THEN 'LAPSE' ELSE 'ANSWER' END)))
    THEN
        RAISE EXCEPTION 'site_record_is_kept: what both sides sign cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'site_record_is_kept';
    END IF;
    RETURN NEW;
END $body$;
CREATE TRIGGER site_record_is_kept BEFORE UPDATE OR DELETE ON public.inspections_siterecord
    FOR EACH ROW EXECUTE FUNCTION public.site_record_is_kept();
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON public.inspections_sitestep
    FOR EACH ROW EXECUTE FUNCTION public.never_edited();
"""
UNDO = """
DROP TRIGGER never_edited ON public.inspections_sitestep;
DROP FUNCTION public.site_record_is_kept() CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('inspections', '0007_draw_per_office'),
        ('tenants', '0020_county_changes'),
    ]

    operations = [
        migrations.CreateModel(
            name='SiteRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(help_text='document number, for example 云移核〔2026〕3号', max_length=40)),
                ('content', models.JSONField(help_text='anlan.site/1: selectors.site_contents.content_of')),
                ('content_sha256', models.CharField(max_length=64)),
                ('due_on', models.DateField(help_text='last day to countersign in time, inclusive')),
                ('derivation', models.JSONField(help_text='how that day came about: core.workdays')),
                ('issued_by_name', models.CharField(max_length=40)),
                ('issued_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('WAITING', '待会签'), ('AGREED', '已会签'), ('OBJECTED', '有异议'), ('ANSWERED', '异议已答复'), ('LAPSED', '逾期未签')], default='WAITING', max_length=8)),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.office')),
                ('task', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='record', to='inspections.task')),
            ],
        ),
        migrations.CreateModel(
            name='SiteStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('AGREE', '无异议'), ('OBJECT', '有异议'), ('ANSWER', '异议答复'), ('LAPSE', '逾期未签')], max_length=6)),
                ('text', models.TextField(blank=True)),
                ('evidence', models.JSONField(default=list)),
                ('corrections', models.JSONField(default=list)),
                ('late', models.BooleanField(help_text='after the last day to countersign')),
                ('by_id', models.BigIntegerField()),
                ('by_name', models.CharField(max_length=40)),
                ('by_role', models.CharField(help_text='in what role, as at that moment', max_length=120)),
                ('at', models.DateTimeField()),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='inspections.siterecord')),
            ],
        ),
        migrations.AddIndex(
            model_name='siterecord',
            index=models.Index(fields=['state', 'due_on'], name='records_by_what_they_wait_for'),
        ),
        migrations.AddConstraint(
            model_name='sitestep',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ['AGREE', 'OBJECT', 'LAPSE'])), fields=('record',), name='an_office_signs_once'),
        ),
        migrations.AddConstraint(
            model_name='sitestep',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'ANSWER')), fields=('record',), name='an_objection_on_site_is_answered_once'),
        ),
        migrations.AddConstraint(
            model_name='sitestep',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'AGREE'), models.Q(('text', ''), _negated=True), _connector='OR'), name='only_consent_needs_no_words'),
        ),
        migrations.AddConstraint(
            model_name='sitestep',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'ANSWER'), ('corrections', []), _connector='OR'), name='answers_alone_correct'),
        ),
        migrations.RunSQL(GUARD, UNDO),
    ]
