"""What a schema has had moves from the office's row to a table of its own, which no trigger watches."""

import django.db.models.deletion
from django.db import migrations, models

# The lists of migrations stay null: the first upgrade reads each schema's own.
MOVE = """
INSERT INTO public.tenants_schemastate (office_id, release, migrations, at)
SELECT id, schema_release, NULL, clock_timestamp() FROM public.tenants_office WHERE schema_release <> ''
"""
BACK = """
UPDATE public.tenants_office o SET schema_release = s.release
FROM public.tenants_schemastate s WHERE s.office_id = o.id
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0007_change_requests")]

    operations = [
        migrations.CreateModel(
            name="SchemaState",
            fields=[
                ("office", models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="schema", serialize=False,
                    to="tenants.office",
                )),
                ("release", models.CharField(help_text="fingerprint of tenants.release that it came up to", max_length=64)),
                ("migrations", models.JSONField(help_text="[app, name] of each; null: only its own list knows", null=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(MOVE, BACK),
        migrations.RemoveField("office", "schema_release"),
    ]
