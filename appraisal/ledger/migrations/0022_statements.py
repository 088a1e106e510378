"""What each office is told of the points it lost, and that it has received it; neither is ever edited."""

import django.db.models.deletion
from django.db import migrations, models

SQL = """
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON public.ledger_deductionstatement
    FOR EACH ROW EXECUTE FUNCTION public.never_edited();
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON public.ledger_statementreceipt
    FOR EACH ROW EXECUTE FUNCTION public.never_edited();
"""
BACK = """
DROP TRIGGER never_edited ON public.ledger_deductionstatement;
DROP TRIGGER never_edited ON public.ledger_statementreceipt;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0020_objection_panels'),
        ('tenants', '0019_tiers'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeductionStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(help_text='document number, for example 云移告〔2026〕3号', max_length=40)),
                ('content', models.JSONField(help_text='anlan.statement/1: selectors.statement_contents.contents_of')),
                ('content_sha256', models.CharField(max_length=64)),
                ('points_off', models.DecimalField(decimal_places=4, help_text='of all lines together', max_digits=8)),
                ('receipt_due_on', models.DateField(help_text='last day, inclusive, to acknowledge receipt')),
                ('derivation', models.JSONField(help_text='how that day came about: core.workdays')),
                ('issued_by_id', models.BigIntegerField()),
                ('issued_by_name', models.CharField(max_length=40)),
                ('issued_at', models.DateTimeField()),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='tenants.office')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='ledger.scorerun')),
            ],
        ),
        migrations.CreateModel(
            name='StatementReceipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('received_by_id', models.BigIntegerField()),
                ('received_by_name', models.CharField(max_length=40)),
                ('received_by_role', models.CharField(help_text='in what role, as at the receipt', max_length=120)),
                ('received_at', models.DateTimeField()),
                ('on_time', models.BooleanField()),
                ('statement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='receipt', to='ledger.deductionstatement')),
            ],
        ),
        migrations.AddIndex(
            model_name='deductionstatement',
            index=models.Index(fields=['office', '-issued_at'], name='statements_of_office'),
        ),
        migrations.AddConstraint(
            model_name='deductionstatement',
            constraint=models.UniqueConstraint(fields=('run', 'office'), name='one_statement_per_office_and_run'),
        ),
        migrations.RunSQL(SQL, BACK),
    ]
