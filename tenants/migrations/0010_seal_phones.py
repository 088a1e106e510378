"""Phones that lie in clear text are sealed, batch by batch; a migration that was killed goes on where it stopped."""

import sys
from typing import Any

from django.db import migrations

from core import sealed


def seal(apps: Any, _editor: Any) -> None:
    """Needs the key ring (KEY_RING) where there are phones; says how far it is."""
    done = 0
    for done in sealed.seal_column(
        "tenants_user", "phone", into=apps.get_model("tenants", "PersonalNumbers"), field="phone"
    ):
        if sys.stdout.isatty():
            sys.stdout.write(f"\rsealing phones {done}")
    if done:
        sys.stdout.write(f"\rphones sealed: {done}\n")


class Migration(migrations.Migration):
    atomic = False  # each batch is a transaction of its own

    dependencies = [("tenants", "0009_personal_numbers")]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop, elidable=True)]
