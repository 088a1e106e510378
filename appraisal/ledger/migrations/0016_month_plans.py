"""Months that an office laid down inside what its letter agrees on; kept as they were."""

import django.db.models.deletion
from django.db import migrations, models


SQL = """
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON public.ledger_monthplan
    FOR EACH ROW EXECUTE FUNCTION public.never_edited();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0015_decomposition'),
    ]

    operations = [
        migrations.CreateModel(
            name='MonthPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text='1, 2, 3 … in the letter')),
                ('letter_version', models.PositiveSmallIntegerField(help_text='the version of the letter that was broken down')),
                ('rows', models.JSONField(help_text='code → twelve cumulative figures as exact text, at the ends of the months')),
                ('reason', models.CharField(blank=True, help_text='of a change by the bureau', max_length=500)),
                ('made_by_name', models.CharField(max_length=40)),
                ('made_by_role', models.CharField(max_length=120)),
                ('made_at', models.DateTimeField()),
                ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='ledger.targetletter')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('letter', 'number'), name='month_plan_is_numbered_once')],
            },
        ),
        migrations.RunSQL(SQL, "DROP TRIGGER never_edited ON public.ledger_monthplan"),
    ]
