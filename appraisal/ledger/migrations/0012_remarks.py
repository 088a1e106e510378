"""What the system remarked on a value when it was handed over is kept with it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_zeroed_indicator")]

    operations = [
        migrations.AddField(
            model_name="reportedvalue",
            name="remarks",
            field=models.JSONField(
                default=list,
                help_text="what the system remarked when it was handed over, as ledger.rules.remarks; often nothing",
            ),
        )
    ]
