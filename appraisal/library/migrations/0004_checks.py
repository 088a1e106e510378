"""Checks between figures of one report belong to a version; what is published keeps none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("library", "0003_origins")]

    operations = [
        migrations.AddField(
            model_name="templateversion",
            name="checks",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="checks between figures of one report, as appraisal.rules.crosschecks reads",
            ),
        )
    ]
