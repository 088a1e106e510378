"""What an office is told in writing of the decision about its objection; it is never edited."""

import django.db.models.deletion
from django.db import migrations, models

SQL = """
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON public.ledger_decisiondocument
    FOR EACH ROW EXECUTE FUNCTION public.never_edited();
"""
BACK = "DROP TRIGGER never_edited ON public.ledger_decisiondocument;"


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0022_statements'),
        ('tenants', '0019_tiers'),
    ]

    operations = [
        migrations.CreateModel(
            name='DecisionDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('REVIEW', '复核决定书')], max_length=8)),
                ('number', models.CharField(help_text='document number, for example 云移复〔2026〕3号', max_length=40)),
                ('content', models.JSONField(help_text='anlan.decision/1: selectors.decision_contents.of_review')),
                ('content_sha256', models.CharField(max_length=64)),
                ('issued_by_id', models.BigIntegerField()),
                ('issued_by_name', models.CharField(max_length=40)),
                ('issued_at', models.DateTimeField()),
                ('objection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='ledger.objection')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.office')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.period')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('objection', 'stage'), name='one_document_per_decision')],
            },
        ),
        migrations.RunSQL(SQL, BACK),
    ]
