"""Scans of letters that were signed on paper; never edited."""

import django.db.models.deletion
from django.db import migrations, models

SQL = """
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON public.ledger_letterscan
    FOR EACH ROW EXECUTE FUNCTION public.never_edited();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0023_deduction_count'),
    ]

    operations = [
        migrations.CreateModel(
            name='LetterScan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('PROVINCE', '省级'), ('OFFICE', '州市')], max_length=8)),
                ('number', models.PositiveSmallIntegerField(help_text='1, 2, 3 … of this side for this version')),
                ('evidence', models.JSONField(help_text='[{id, name, sha256, size, media_type}] in the order of the pages')),
                ('note', models.CharField(blank=True, help_text='why it takes the place of the one before', max_length=200)),
                ('filed_by_id', models.BigIntegerField()),
                ('filed_by_name', models.CharField(max_length=40)),
                ('filed_by_role', models.CharField(help_text='in what role, as at the filing', max_length=120)),
                ('filed_at', models.DateTimeField()),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='ledger.letterversion')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('version', 'side', 'number'), name='scan_is_numbered_once'), models.CheckConstraint(condition=models.Q(('evidence', []), _negated=True), name='scan_has_a_file'), models.CheckConstraint(condition=models.Q(('number', 1), models.Q(('note', ''), _negated=True), _connector='OR'), name='later_scan_says_why')],
            },
        ),
        migrations.RunSQL(SQL, "DROP TRIGGER never_edited ON public.ledger_letterscan"),
    ]
