"""Audit rows by trigger: no code path can skip them."""

from django.db import migrations

AUDIT_FUNCTION = """
CREATE FUNCTION public.audit_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $body$
DECLARE
    who bigint := nullif(current_setting('anlan.actor', true), '')::bigint;
    request text := coalesce(current_setting('anlan.request', true), '');
    origin text := coalesce(current_setting('anlan.address', true), '');
BEGIN
    -- One statement per operation: transition tables differ in what they hold.
    IF TG_OP = 'INSERT' THEN
        INSERT INTO public.core_auditentry
            (at, schema_name, table_name, row_id, action, before, after, actor_id, request_id, address)
        SELECT clock_timestamp(), TG_TABLE_SCHEMA, TG_TABLE_NAME, to_jsonb(n)->>'id', TG_OP, NULL,
               public.audit_masked(TG_TABLE_NAME, to_jsonb(n)), who, request, origin
        FROM new_rows n;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO public.core_auditentry
            (at, schema_name, table_name, row_id, action, before, after, actor_id, request_id, address)
        SELECT clock_timestamp(), TG_TABLE_SCHEMA, TG_TABLE_NAME, to_jsonb(o)->>'id', TG_OP,
               public.audit_masked(TG_TABLE_NAME, to_jsonb(o)), NULL, who, request, origin
        FROM old_rows o;
    ELSE
        INSERT INTO public.core_auditentry
            (at, schema_name, table_name, row_id, action, before, after, actor_id, request_id, address)
        SELECT clock_timestamp(), TG_TABLE_SCHEMA, TG_TABLE_NAME, n.doc->>'id', TG_OP,
               public.audit_masked(TG_TABLE_NAME, o.doc), public.audit_masked(TG_TABLE_NAME, n.doc),
               who, request, origin
        FROM (SELECT to_jsonb(x) AS doc FROM new_rows x) n
        JOIN (SELECT to_jsonb(x) AS doc FROM old_rows x) o ON n.doc->>'id' = o.doc->>'id'
        WHERE n.doc <> o.doc;
    END IF;
    RETURN NULL;
END $body$;

-- Secrets never reach the audit log, not even as hashes.
CREATE FUNCTION public.audit_masked(table_name text, doc jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $body$
    SELECT CASE table_name
        WHEN 'tenants_user' THEN doc - 'password'
        WHEN 'api_token' THEN doc - 'digest'
        ELSE doc
    END
$body$;

-- Attach the triggers to every table of a schema that has none yet. Repeatable.
CREATE FUNCTION public.watch_rows(schema_name text) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
DECLARE
    target record;
    watched integer := 0;
BEGIN
    FOR target IN
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = schema_name AND c.relkind = 'r'
          AND c.relname NOT IN ('django_migrations', 'django_session', 'django_content_type', 'core_auditentry',
                                'core_eventrecord', 'core_job', 'core_idempotencyrecord', 'ledger_scoreline',
                                'tenants_signinattempt')
          AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'id' AND NOT a.attisdropped)
          AND NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'audit_insert')
    LOOP
        EXECUTE format('CREATE TRIGGER audit_insert AFTER INSERT ON %I.%I REFERENCING NEW TABLE AS new_rows '
                       'FOR EACH STATEMENT EXECUTE FUNCTION public.audit_rows()', schema_name, target.relname);
        EXECUTE format('CREATE TRIGGER audit_update AFTER UPDATE ON %I.%I REFERENCING OLD TABLE AS old_rows '
                       'NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_rows()',
                       schema_name, target.relname);
        EXECUTE format('CREATE TRIGGER audit_delete AFTER DELETE ON %I.%I REFERENCING OLD TABLE AS old_rows '
                       'FOR EACH STATEMENT EXECUTE FUNCTION public.audit_rows()', schema_name, target.relname);
        watched := watched + 1;
    END LOOP;
    RETURN watched;
END $body$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL(
            AUDIT_FUNCTION,
            "DROP FUNCTION public.watch_rows(text); DROP FUNCTION public.audit_rows() CASCADE; "
            "DROP FUNCTION public.audit_masked(text, jsonb);",
        )
    ]
