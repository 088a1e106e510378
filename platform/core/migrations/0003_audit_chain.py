"""A chain of hashes per office over the audit rows: ADR 0012."""

import core.models.audit
from django.db import migrations, models
import django.db.models.deletion

# Names are bound when the functions are made (BEGIN ATOMIC, RETURN), so no search_path can lead them elsewhere, and
# the planner can still put them into the query that calls them.
TEXT = """
-- A netstring: "5:hello,", or "-," for null. Fields joined so can be told apart whatever they hold.
CREATE FUNCTION public.audit_field(field text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(octet_length(field)::text || ':' || field, '-') || ',';

-- The text of an entry that is hashed; moments are microseconds since 1970.
CREATE FUNCTION public.audit_text(e public.core_auditentry) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN e.id::text || ',' || ((extract(epoch FROM e.at) * 1000000)::bigint)::text || ','
    || coalesce(e.actor_id::text, '-') || ','
    || public.audit_field(e.chain) || public.audit_field(e.schema_name) || public.audit_field(e.table_name)
    || public.audit_field(e.row_id) || public.audit_field(e.action) || public.audit_field(e.request_id)
    || public.audit_field(e.address) || public.audit_field(e.before) || public.audit_field(e.after);

CREATE FUNCTION public.audit_digest(e public.core_auditentry) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(public.audit_text(e), 'UTF8'));

CREATE FUNCTION public.audit_hash(prev bytea, digest bytea, chain text, seq bigint, reason text) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(prev || digest || convert_to(chain || ' ' || seq::text || ' ' || reason, 'UTF8'));

-- As an aggregate over a window it walks the chain inside one INSERT … SELECT.
CREATE FUNCTION public.audit_step(state bytea, head bytea, digest bytea, place text) RETURNS bytea
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog AS $body$
BEGIN
    RETURN sha256(coalesce(state, head) || digest || convert_to(place, 'UTF8'));
END $body$;

CREATE AGGREGATE public.audit_walk(head bytea, digest bytea, place text) (
    SFUNC = public.audit_step, STYPE = bytea
);
"""

EXISTING = """
UPDATE public.core_auditentry SET chain = schema_name;

INSERT INTO public.core_auditlink (entry_id, chain, seq, reason, prev, hash)
SELECT id, chain, seq, '', coalesce(lag(hash) OVER (PARTITION BY chain ORDER BY seq), decode(repeat('00', 32), 'hex')),
       hash
FROM (
    SELECT e.id, e.chain, e.seq, public.audit_walk(decode(repeat('00', 32), 'hex'), e.digest,
               e.chain || ' ' || e.seq::text || ' ') OVER (PARTITION BY e.chain ORDER BY e.seq) AS hash
    FROM (
        SELECT x.id, x.chain, row_number() OVER (PARTITION BY x.chain ORDER BY x.id) AS seq,
               public.audit_digest(x) AS digest
        FROM public.core_auditentry x
    ) e
) walked;

INSERT INTO public.core_audithead (chain, seq, hash, at)
SELECT DISTINCT ON (chain) chain, seq, hash, clock_timestamp() FROM public.core_auditlink ORDER BY chain, seq DESC;
"""

ROWS = """
CREATE OR REPLACE FUNCTION public.audit_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $body$
DECLARE
    who bigint := nullif(current_setting('anlan.actor', true), '')::bigint;
    request text := coalesce(current_setting('anlan.request', true), '');
    origin text := coalesce(current_setting('anlan.address', true), '');
    acting text := current_setting('role');
    link text := CASE WHEN TG_TABLE_SCHEMA <> 'public' THEN TG_TABLE_SCHEMA
                      WHEN acting LIKE 't\\_%' THEN substr(acting, 3) ELSE 'public' END;
    -- The first entry of a transaction has its commit link them all; a savepoint taken back takes the mark back, too.
    first boolean := coalesce(current_setting('anlan.audited', true), '') <> pg_current_xact_id()::text;
BEGIN
    IF first THEN
        PERFORM set_config('anlan.audited', pg_current_xact_id()::text, true);
    END IF;
    -- One statement per operation: transition tables differ in what they hold.
    IF TG_OP = 'INSERT' THEN
        INSERT INTO public.core_auditentry
            (at, chain, schema_name, table_name, row_id, action, before, after, actor_id, request_id, address, opens)
        SELECT clock_timestamp(), link, TG_TABLE_SCHEMA, TG_TABLE_NAME, n.doc->>'id', TG_OP, NULL,
               public.audit_masked(TG_TABLE_NAME, n.doc)::text, who, request, origin, first AND row_number() OVER () = 1
        FROM (SELECT to_jsonb(x) AS doc FROM new_rows x) n;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO public.core_auditentry
            (at, chain, schema_name, table_name, row_id, action, before, after, actor_id, request_id, address, opens)
        SELECT clock_timestamp(), link, TG_TABLE_SCHEMA, TG_TABLE_NAME, o.doc->>'id', TG_OP,
               public.audit_masked(TG_TABLE_NAME, o.doc)::text, NULL, who, request, origin,
               first AND row_number() OVER () = 1
        FROM (SELECT to_jsonb(x) AS doc FROM old_rows x) o;
    ELSE
        INSERT INTO public.core_auditentry
            (at, chain, schema_name, table_name, row_id, action, before, after, actor_id, request_id, address, opens)
        SELECT clock_timestamp(), link, TG_TABLE_SCHEMA, TG_TABLE_NAME, n.doc->>'id', TG_OP,
               public.audit_masked(TG_TABLE_NAME, o.doc)::text, public.audit_masked(TG_TABLE_NAME, n.doc)::text,
               who, request, origin, first AND row_number() OVER () = 1
        FROM (SELECT to_jsonb(x) AS doc FROM new_rows x) n
        JOIN (SELECT to_jsonb(x) AS doc FROM old_rows x) o ON n.doc->>'id' = o.doc->>'id'
        WHERE n.doc <> o.doc;
    END IF;
    IF first AND NOT FOUND THEN
        PERFORM set_config('anlan.audited', '', true);
    END IF;
    RETURN NULL;
END $body$;
"""

CHAIN = """
-- At commit: link what the transaction wrote. The digests are taken before a head is locked; heads in order of name.
CREATE FUNCTION public.audit_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
-- Only ever the newest rows, by their keys: a generic plan would read both tables from end to end.
SET search_path = pg_catalog, public SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $body$
DECLARE
    why text := left(coalesce(current_setting('anlan.reason', true), ''), 500);
    part record;
    head public.core_audithead;
BEGIN
    PERFORM set_config('anlan.audited', '', true);
    FOR part IN
        SELECT e.chain, array_agg(e.id ORDER BY e.id) AS ids, array_agg(public.audit_digest(e) ORDER BY e.id) AS digests
        FROM public.core_auditentry e
        WHERE e.id >= NEW.id AND NOT EXISTS (SELECT FROM public.core_auditlink l WHERE l.entry_id = e.id)
        GROUP BY e.chain ORDER BY e.chain
    LOOP
        SELECT * INTO head FROM public.core_audithead h WHERE h.chain = part.chain FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            INSERT INTO public.core_audithead (chain, seq, hash, at)
            VALUES (part.chain, 0, decode(repeat('00', 32), 'hex'), clock_timestamp()) ON CONFLICT DO NOTHING;
            SELECT * INTO head FROM public.core_audithead h WHERE h.chain = part.chain FOR NO KEY UPDATE;
        END IF;
        WITH linked AS (
            INSERT INTO public.core_auditlink (entry_id, chain, seq, reason, prev, hash)
            SELECT w.id, part.chain, w.seq, why, lag(w.hash, 1, head.hash) OVER (ORDER BY w.seq), w.hash
            FROM (
                SELECT n.id, head.seq + n.place AS seq,
                       public.audit_walk(head.hash, n.digest,
                           part.chain || ' ' || (head.seq + n.place)::text || ' ' || why) OVER (ORDER BY n.place) AS hash
                FROM unnest(part.ids, part.digests) WITH ORDINALITY AS n(id, digest, place)
            ) w
            RETURNING seq, hash
        )
        UPDATE public.core_audithead h SET seq = l.seq, hash = l.hash, at = clock_timestamp()
        FROM (SELECT linked.seq, linked.hash FROM linked ORDER BY linked.seq DESC LIMIT 1) l
        WHERE h.chain = part.chain;
    END LOOP;
    RETURN NULL;
END $body$;

CREATE CONSTRAINT TRIGGER audit_chain AFTER INSERT ON public.core_auditentry DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.opens) EXECUTE FUNCTION public.audit_chain();

-- What the two triggers write nobody else writes, and nobody changes, the tables' owner included.
CREATE FUNCTION public.audit_kept() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
BEGIN
    RAISE EXCEPTION 'the audit log is written by its triggers only: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $body$;
"""
KEPT = "".join(
    f"""
CREATE TRIGGER audit_kept_insert BEFORE INSERT ON public.{table}
FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION public.audit_kept();
CREATE TRIGGER audit_kept_update BEFORE UPDATE ON public.{table}
FOR EACH STATEMENT{" WHEN (pg_trigger_depth() = 0)" if table == "core_audithead" else ""} EXECUTE FUNCTION public.audit_kept();
CREATE TRIGGER audit_kept_delete BEFORE DELETE OR TRUNCATE ON public.{table}
FOR EACH STATEMENT EXECUTE FUNCTION public.audit_kept();
"""
    for table in ("core_auditentry", "core_auditlink", "core_audithead")
)


class Migration(migrations.Migration):
    dependencies = [("core", "0002_audit_rows")]

    operations = [
        migrations.AddField(
            "auditentry", "chain",
            models.CharField(default="", help_text="schema of the office whose chain it is in, or public", max_length=63),
            preserve_default=False,
        ),
        migrations.AddField(
            "auditentry", "opens",
            models.BooleanField(default=False, help_text="first of its transaction: its commit links them all"),
        ),
        migrations.AlterField("auditentry", "before", core.models.audit.ExactJSONField(null=True)),
        migrations.AlterField("auditentry", "after", core.models.audit.ExactJSONField(null=True)),
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("chain", models.CharField(max_length=63, primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(help_text="of its last link; 0 while there is none")),
                ("hash", models.BinaryField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                ("entry", models.OneToOneField(
                    db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True,
                    related_name="link", serialize=False, to="core.auditentry",
                )),
                ("chain", models.CharField(max_length=63)),
                ("seq", models.BigIntegerField(help_text="1, 2, 3 … without a gap")),
                ("reason", models.CharField(
                    blank=True, help_text="the reason given for what the transaction did", max_length=500,
                )),
                ("prev", models.BinaryField(help_text="hash of the link before; 32 zero bytes for the first")),
                ("hash", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("chain", "seq"), name="one_link_per_chain_and_seq")
                ],
            },
        ),
        migrations.RunSQL(TEXT, migrations.RunSQL.noop),
        migrations.RunSQL(EXISTING, migrations.RunSQL.noop),
        migrations.RunSQL(ROWS, migrations.RunSQL.noop),
        migrations.RunSQL(CHAIN + KEPT, migrations.RunSQL.noop),
    ]
