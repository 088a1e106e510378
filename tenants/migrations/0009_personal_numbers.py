"""A table for sealed phones and identity numbers."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.sealed

SEALED = "^[^:]+:[A-Za-z0-9_-]{38,}=*$"


class Migration(migrations.Migration):
    dependencies = [("tenants", "0008_schema_states")]

    operations = [
        migrations.CreateModel(
            name="PersonalNumbers",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        db_column="id",
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="personal",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("phone", core.sealed.SealedField(blank=True, default="", kind="phone", max_length=200)),
                (
                    "phone_index",
                    core.sealed.BlindIndexField(blank=True, default="", editable=False, max_length=40, of="phone"),
                ),
                ("resident_id", core.sealed.SealedField(blank=True, default="", kind="resident_id", max_length=200)),
                (
                    "resident_id_index",
                    core.sealed.BlindIndexField(
                        blank=True, default="", editable=False, max_length=40, of="resident_id"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("phone", ""), ("phone__regex", SEALED), _connector="OR"),
                        name="phone_is_sealed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("resident_id", ""), ("resident_id__regex", SEALED), _connector="OR"),
                        name="resident_id_is_sealed",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["phone_index"], name="person_by_phone"),
                    models.Index(fields=["resident_id_index"], name="person_by_resident_id"),
                ],
            },
        ),
    ]
