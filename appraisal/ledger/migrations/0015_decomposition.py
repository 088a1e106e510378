"""How completely each office has broken its letter down; kept as it was released."""

import django.db.models.deletion
from django.db import migrations, models


SQL = """
CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON public.ledger_decomposition
    FOR EACH ROW EXECUTE FUNCTION public.never_edited();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0014_early_warnings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Decomposition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "letter_version",
                    models.PositiveSmallIntegerField(help_text="the version of the letter that was broken down"),
                ),
                ("number", models.PositiveSmallIntegerField(help_text="of the list: 1, 2, 3 … in the letter")),
                ("due_on", models.DateField(help_text="last day for it, inclusive")),
                ("derivation", models.JSONField(help_text="how that day came about: core.workdays")),
                ("on_time", models.BooleanField()),
                (
                    "key_targets",
                    models.PositiveSmallIntegerField(help_text="targets of the letter that must be broken down"),
                ),
                (
                    "covered",
                    models.PositiveSmallIntegerField(
                        help_text="of these, with owner, deadline, deliverable and figures"
                    ),
                ),
                ("items", models.PositiveIntegerField(help_text="lines of the list")),
                ("people", models.PositiveIntegerField(help_text="different people who answer for one")),
                (
                    "short",
                    models.JSONField(
                        default=list, help_text="[{code, parts, period, target, reached}] of sums that fall short"
                    ),
                ),
                ("short_reason", models.CharField(blank=True, max_length=500)),
                ("content_sha256", models.CharField(max_length=64)),
                ("confirmed_by_name", models.CharField(max_length=40)),
                ("confirmed_by_role", models.CharField(max_length=120)),
                ("confirmed_at", models.DateTimeField()),
                (
                    "letter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decompositions",
                        to="ledger.targetletter",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("letter", "number"), name="decomposition_is_numbered_once"),
                    models.CheckConstraint(
                        condition=models.Q(("covered__lte", models.F("key_targets"))),
                        name="covered_are_at_most_the_key_targets",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL, "DROP TRIGGER never_edited ON public.ledger_decomposition"),
    ]
