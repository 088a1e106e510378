"""Versions of letters, kept for good, and document numbers without gaps."""

import django.db.models.deletion
from django.db import migrations, models

SQL = """
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON public.ledger_letterversion
    FOR EACH ROW EXECUTE FUNCTION public.never_edited();
"""
# The series of numbers that were given before there were series go on where they are.
SERIES = """
INSERT INTO public.ledger_documentseries (office_id, code, year, last)
SELECT c.province_id, m[1], m[2]::integer, max(m[3]::integer)
FROM public.ledger_targetletter l JOIN public.ledger_cycle c ON c.id = l.cycle_id
CROSS JOIN LATERAL regexp_match(l.number, '^([^〔〕[:space:]]{1,20})〔([1-9][0-9]{3})〕([1-9][0-9]{0,5})号$') m
WHERE m IS NOT NULL GROUP BY 1, 2, 3;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0004_amendment'),
        ('tenants', '0017_used_changes'),
    ]

    operations = [
        migrations.AddField(
            model_name='targetletter',
            name='office_signer_role',
            field=models.CharField(blank=True, help_text='in what role, as at the signature', max_length=120),
        ),
        migrations.AddField(
            model_name='targetletter',
            name='province_signer_role',
            field=models.CharField(blank=True, help_text='in what role, as at the signature', max_length=120),
        ),
        migrations.CreateModel(
            name='DocumentSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(help_text='what stands before the year: 云移责', max_length=20)),
                ('year', models.PositiveSmallIntegerField(help_text='calendar year in the six-cornered brackets')),
                ('last', models.PositiveIntegerField(default=0, help_text='serial given last; 0: none yet')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='document_series', to='tenants.office')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('office', 'code', 'year'), name='one_series_per_office_code_and_year')],
            },
        ),
        migrations.CreateModel(
            name='LetterVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(help_text='1, 2, 3 … in the letter')),
                ('effective_on', models.DateField(help_text='scores of months that end before it use the version before')),
                ('content', models.JSONField(help_text='as both agreed: selectors.letters.content_of')),
                ('content_sha256', models.CharField(max_length=64)),
                ('signatures', models.JSONField(help_text='[{party, name, role, at}], the province first')),
                ('reason', models.CharField(blank=True, help_text='of a change', max_length=500)),
                ('basis', models.CharField(blank=True, help_text='what a change rests on: the document, the minutes', max_length=200)),
                ('made_at', models.DateTimeField()),
                ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='ledger.targetletter')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('letter', 'number'), name='letter_version_is_numbered_once'), models.CheckConstraint(condition=models.Q(('number', 1), models.Q(models.Q(('reason', ''), _negated=True), models.Q(('basis', ''), _negated=True)), _connector='OR'), name='changed_version_has_reason_and_basis')],
            },
        ),
        migrations.RunSQL(SQL, "DROP TRIGGER never_edited ON public.ledger_letterversion"),
        migrations.RunSQL(SERIES, migrations.RunSQL.noop),
    ]
