"""TRUNCATE goes past row triggers and row policies, so no watched table takes it: see docs/audit.md."""

from django.db import migrations

WATCH = """
CREATE FUNCTION public.never_emptied() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
BEGIN
    RAISE EXCEPTION 'the table % is audited row by row: TRUNCATE is refused, DELETE its rows', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $body$;

-- Attach the triggers to every table of a schema that has none yet. Repeatable.
CREATE OR REPLACE FUNCTION public.watch_rows(schema_name text) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
DECLARE
    target record;
    watched integer := 0;
BEGIN
    FOR target IN
        SELECT c.relname,
               c.relname NOT IN ('django_migrations', 'django_session', 'django_content_type', 'core_auditentry',
                                 'core_eventrecord', 'core_job', 'core_idempotencyrecord', 'ledger_scoreline',
                                 'tenants_signinattempt')
               AND EXISTS (SELECT 1 FROM pg_attribute a
                           WHERE a.attrelid = c.oid AND a.attname = 'id' AND NOT a.attisdropped)
               AND NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'audit_insert')
               AS unwatched,
               NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'never_emptied')
               AS emptiable
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = schema_name AND c.relkind = 'r'
    LOOP
        IF target.unwatched THEN
            EXECUTE format('CREATE TRIGGER audit_insert AFTER INSERT ON %I.%I REFERENCING NEW TABLE AS new_rows '
                           'FOR EACH STATEMENT EXECUTE FUNCTION public.audit_rows()', schema_name, target.relname);
            EXECUTE format('CREATE TRIGGER audit_update AFTER UPDATE ON %I.%I REFERENCING OLD TABLE AS old_rows '
                           'NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_rows()',
                           schema_name, target.relname);
            EXECUTE format('CREATE TRIGGER audit_delete AFTER DELETE ON %I.%I REFERENCING OLD TABLE AS old_rows '
                           'FOR EACH STATEMENT EXECUTE FUNCTION public.audit_rows()', schema_name, target.relname);
            watched := watched + 1;
        END IF;
        -- Every table, those that are not watched as well: what it holds is never gone without a row's trigger asking.
        IF target.emptiable THEN
            EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I.%I '
                           'FOR EACH STATEMENT EXECUTE FUNCTION public.never_emptied()', schema_name, target.relname);
        END IF;
    END LOOP;
    RETURN watched;
END $body$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0007_schedules")]

    operations = [
        # Back: the triggers stay, and so does what they call; the function before this one attached fewer.
        migrations.RunSQL(WATCH, migrations.RunSQL.noop),
    ]
