"""What an indicator was made of, when it was split or merged."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("library", "0002_frozen_version")]

    operations = [
        migrations.AddField(
            model_name="indicator",
            name="origins",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="codes in the version it was copied from that it comes from (split, merged); [] is its own code",
            ),
        )
    ]
