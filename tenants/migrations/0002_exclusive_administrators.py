"""The three administrators exclude each other, and business, in the database itself."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE public.tenants_membership ADD CONSTRAINT membership_has_the_duty_of_its_person "
            "FOREIGN KEY (user_id, duty) REFERENCES public.tenants_user (id, duty) "
            "DEFERRABLE INITIALLY IMMEDIATE",
            "ALTER TABLE public.tenants_membership DROP CONSTRAINT membership_has_the_duty_of_its_person",
        ),
        migrations.RunSQL(
            "CREATE UNIQUE INDEX one_account_per_username ON public.tenants_user (lower(username))",
            "DROP INDEX public.one_account_per_username",
        ),
    ]
