from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("results", "0005_issued_circulars")]

    operations = [
        migrations.AddField(
            model_name="selfscore",
            name="evidence",
            field=models.JSONField(default=list, help_text="files: [{id, name, sha256, size, media_type}]"),
        ),
        migrations.AlterField(
            model_name="selfscore",
            name="score",
            field=models.DecimalField(
                decimal_places=2,
                help_text="points, 0 to the indicator's full points; null while it is open",
                max_digits=7,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="noticeobjection",
            name="evidence",
            field=models.JSONField(default=list, help_text="files: [{id, name, sha256, size, media_type}]"),
        ),
        migrations.AddField(
            model_name="resultuse",
            name="plan_evidence",
            field=models.JSONField(default=list, help_text="files: [{id, name, sha256, size, media_type}]"),
        ),
    ]
