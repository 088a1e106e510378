from functools import reduce
from operator import or_

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

LEVELS = [("PLATFORM", "平台"), ("PROVINCE", "省级"), ("PREFECTURE", "州市"), ("COUNTY", "县级")]
STEPS = [
    ("PLATFORM", "PLATFORM"), ("PROVINCE", "PROVINCE"), ("PREFECTURE", "PREFECTURE"), ("PROVINCE", "PREFECTURE"),
    ("PREFECTURE", "COUNTY"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("tenants", "0018_notices")]

    operations = [
        migrations.AlterField(
            "office", "level",
            models.CharField(choices=LEVELS, help_text="the part it plays: PROVINCE assesses those below", max_length=10),
        ),
        migrations.AddField(
            "office", "tier",
            models.CharField(
                choices=LEVELS, default="", help_text="administrative tier of its territory", max_length=10
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "office", "acts_for",
            models.OneToOneField(
                blank=True, help_text="of a house: the prefecture's own office, which the province assesses", null=True,
                on_delete=django.db.models.deletion.PROTECT, related_name="house", to="tenants.office",
            ),
        ),
        # Until now an office's part was its tier. The audit trail is told of deeds, and this is none: no trigger runs.
        migrations.RunSQL(
            "ALTER TABLE public.tenants_office DISABLE TRIGGER USER;"
            "UPDATE public.tenants_office SET tier = level;"
            "ALTER TABLE public.tenants_office ENABLE TRIGGER USER;",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            "office",
            models.CheckConstraint(
                name="office_part_fits_its_tier",
                condition=reduce(or_, (Q(level=level, tier=tier) for level, tier in STEPS)),
            ),
        ),
        migrations.AddConstraint(
            "office",
            models.CheckConstraint(
                name="only_a_house_acts_for_an_office",
                condition=Q(acts_for__isnull=True) ^ Q(level="PROVINCE", tier="PREFECTURE"),
            ),
        ),
    ]  # fmt: skip
