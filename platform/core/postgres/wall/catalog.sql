-- What PostgreSQL opens to everybody and no office needs: shut it in one database. By a superuser, once per database and
-- again after a major upgrade:  psql -d DATABASE -v login=LOGIN -f catalog.sql
-- The login of Anlan (that of OWNER_DATABASE_URL, where there is one) gets back what it needs itself, and may hand it on to
-- the owner of its schemas (adr/0020). Repeatable.

SELECT set_config('anlan.login', :'login', false);

DO $body$
DECLARE
    login text := quote_ident(current_setting('anlan.login'));
    shut constant text[] := ARRAY[
        -- become somebody else by a SELECT
        'set_config',
        -- run a statement that stands in a text
        'query_to_xml', 'query_to_xmlschema', 'query_to_xml_and_xmlschema', 'cursor_to_xml', 'cursor_to_xmlschema',
        'table_to_xml', 'table_to_xmlschema', 'table_to_xml_and_xmlschema', 'schema_to_xml', 'schema_to_xmlschema',
        'schema_to_xml_and_xmlschema', 'database_to_xml', 'database_to_xmlschema', 'database_to_xml_and_xmlschema',
        'ts_stat',
        -- files of the server
        'pg_read_file', 'pg_read_binary_file', 'pg_stat_file', 'pg_ls_dir', 'pg_ls_logdir', 'pg_ls_waldir',
        'pg_ls_tmpdir', 'pg_ls_archive_statusdir', 'pg_file_write', 'pg_current_logfile',
        -- large objects: files inside the database that no policy covers
        'lo_import', 'lo_export', 'lo_creat', 'lo_create', 'lo_from_bytea', 'lo_put', 'lo_get', 'lo_open', 'lo_unlink',
        'lo_truncate', 'lo_truncate64', 'loread', 'lowrite',
        -- other connections, other servers, and waiting for nothing
        'pg_stat_get_activity', 'pg_terminate_backend', 'pg_cancel_backend', 'pg_notify', 'pg_logical_emit_message',
        'pg_export_snapshot', 'pg_sleep', 'pg_sleep_for', 'pg_sleep_until', 'dblink', 'dblink_exec', 'dblink_connect',
        'dblink_send_query', 'postgres_fdw_get_connections'
    ];
    views constant text[] := ARRAY['pg_stats', 'pg_stats_ext', 'pg_stats_ext_exprs', 'pg_stat_activity'];
    one record;
BEGIN
    FOR one IN
        SELECT p.oid::regprocedure AS signature FROM pg_proc p
        WHERE p.proname = ANY (shut) AND p.pronamespace NOT IN (SELECT n.oid FROM pg_namespace n WHERE n.nspname LIKE 'pg_temp%')
          AND (p.pronamespace = 'pg_catalog'::regnamespace OR EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e'))
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', one.signature);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s WITH GRANT OPTION', one.signature, login);
    END LOOP;
    FOR one IN SELECT v.name FROM unnest(views) v(name) WHERE to_regclass('pg_catalog.' || v.name) IS NOT NULL LOOP
        EXECUTE format('REVOKE ALL ON pg_catalog.%I FROM PUBLIC', one.name);
        EXECUTE format('GRANT SELECT ON pg_catalog.%I TO %s', one.name, login);
    END LOOP;
    -- Where the schemas have an owner of their own, their functions call this one and are written in these languages.
    FOR one IN
        SELECT r.rolname FROM pg_roles r WHERE r.rolname IN ('owner@' || current_database(), 'audit@' || current_database())
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO %I', one.rolname);
        EXECUTE format('GRANT USAGE ON LANGUAGE sql, plpgsql TO %I', one.rolname);
    END LOOP;
    -- Writing to this view calls set_config.
    REVOKE UPDATE ON pg_catalog.pg_settings FROM PUBLIC;
    -- A DO block is one statement with as many inside as one likes.
    FOR one IN SELECT l.lanname FROM pg_language l WHERE l.lanpltrusted LOOP
        EXECUTE format('REVOKE USAGE ON LANGUAGE %I FROM PUBLIC', one.lanname);
        EXECUTE format('GRANT USAGE ON LANGUAGE %I TO %s WITH GRANT OPTION', one.lanname, login);
    END LOOP;
END $body$;
