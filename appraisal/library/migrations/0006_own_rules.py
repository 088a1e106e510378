"""A province's own rules: rows that are only ever added; the database refuses anything else, whoever asks."""

import django.db.models.deletion
from django.db import migrations, models

SQL = """
CREATE FUNCTION public.kept_own_rule() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    RAISE EXCEPTION 'own_rules_are_kept: what a province has laid down never changes and is never removed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'own_rules_are_kept';
END $body$;
CREATE TRIGGER kept_own_rule BEFORE UPDATE OR DELETE ON public.library_ownrule
    FOR EACH ROW EXECUTE FUNCTION public.kept_own_rule();
"""


class Migration(migrations.Migration):
    dependencies = [("library", "0005_owner"), ("tenants", "0019_tiers")]

    operations = [
        migrations.CreateModel(
            name="OwnRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="the parameter's file without its ending", max_length=40)),
                ("valid_from", models.DateField(help_text="first day it holds")),
                (
                    "number",
                    models.PositiveSmallIntegerField(help_text="1; 2, 3 … replace it before its day has come"),
                ),
                (
                    "text",
                    models.TextField(
                        blank=True,
                        help_text="JSON as in the file, in its order; empty: back to the file's value from that day on",
                    ),
                ),
                ("source", models.CharField(help_text="what it rests on", max_length=200)),
                ("document", models.CharField(help_text="number of the document or of the minutes", max_length=60)),
                (
                    "reason",
                    models.CharField(blank=True, help_text="why it replaces the number before", max_length=200),
                ),
                ("laid_down_by_id", models.BigIntegerField()),
                ("laid_down_by_name", models.CharField(max_length=40)),
                ("laid_down_at", models.DateTimeField()),
                (
                    "province",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="own_rules", to="tenants.office"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("province", "name", "valid_from", "number"), name="one_own_rule_per_day_and_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number", 1), models.Q(("reason", ""), _negated=True), _connector="OR"),
                        name="replacing_own_rule_says_why",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL, "DROP FUNCTION public.kept_own_rule() CASCADE"),
    ]
