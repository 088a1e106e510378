"""What was found and what was answered is never edited: the function of the ledger's record refuses here, too."""

from django.db import migrations

TABLES = ("inspections_finding", "inspections_rectificationstep")


class Migration(migrations.Migration):
    dependencies = [("inspections", "0003_tasks"), ("ledger", "0002_immutable_record")]

    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER never_edited BEFORE UPDATE OR DELETE ON public.{table} "
            "FOR EACH ROW EXECUTE FUNCTION public.never_edited()",
            f"DROP TRIGGER never_edited ON public.{table}",
        )
        for table in TABLES
    ]
