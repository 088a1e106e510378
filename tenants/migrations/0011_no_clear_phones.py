"""The clear phones go, once each of them is sealed; so do e-mail addresses, which nothing asked for or used."""

from typing import Any

from django.db import connection, migrations


def all_are_sealed(apps: Any, _editor: Any) -> None:
    """Under a lock: what a process of the former release wrote since the last migration is sealed here."""
    numbers = apps.get_model("tenants", "PersonalNumbers")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute("LOCK TABLE tenants_user IN ACCESS EXCLUSIVE MODE")
        cursor.execute("SELECT id, phone FROM tenants_user WHERE phone <> '' ORDER BY id")
        clear = dict(cursor.fetchall())
    known = {row.pk: row for row in numbers.objects.all()}
    for pk, phone in clear.items():
        row = known.get(pk) or numbers(pk=pk)
        if row.phone.reveal() != phone:
            row.phone = phone
            row.save()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the column is not dropped while a check is waiting


class Migration(migrations.Migration):
    dependencies = [("tenants", "0010_seal_phones")]

    operations = [
        migrations.RunPython(all_are_sealed, migrations.RunPython.noop),
        migrations.RemoveField(model_name="user", name="phone"),
        migrations.RemoveField(model_name="user", name="email"),
    ]
