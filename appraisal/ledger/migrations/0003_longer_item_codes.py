"""Codes of bonus and deduction items are words, not letters with a number."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0002_immutable_record'),
    ]

    operations = [
        migrations.AlterField(
            model_name='scoreadjustment',
            name='code',
            field=models.CharField(help_text='item of the dated list, for example V1 or BONUS_PROVINCIAL', max_length=30),
        ),
    ]
