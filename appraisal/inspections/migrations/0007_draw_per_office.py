from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspections", "0006_matters")]

    operations = [
        migrations.AddField(
            model_name="draw",
            name="per_office",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="objects of each prefecture at least; 0: none"
            ),
        ),
    ]
