"""How long what is kept, by class of data: every table has one, and a class without an end says why.

`manage.py write_limits` writes platform/docs/retention.md from here; a table without a class fails a test.
Source: domain reference 5.1 (audit at least six months, default three years; fund and appraisal logs ten years and
more), 5.4, 5.11 (archives); Personal Information Protection Law, art. 19: no longer than the purpose needs.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class DataClass:
    """level: secret, sensitive, personal, official, internal or public. tables: by name, or "prefix_*".

    parameter: the dated parameter that says how many days, '' where there is no end; kept: in words.
    """

    name: str
    level: str
    tables: tuple[str, ...]
    kept: str
    parameter: str = ""


CLASSES = (
    DataClass(
        name="second factors and recovery codes",
        level="secret",
        tables=("tenants_secondfactor", "tenants_recoverycode"),
        kept="until their person or the security administrator removes them",
    ),
    DataClass(
        name="halves of emergency accounts",
        level="secret",
        tables=("tenants_emergencyhalf",),
        kept="sealed until each is taken, then as a hash until new ones are made",
    ),
    DataClass(
        name="emergency accounts, and each time one was opened",
        level="internal",
        tables=("tenants_emergencyaccount", "tenants_emergencyopening"),
        kept="for good: who opened, why, and what two administrators wrote about it",
    ),
    DataClass(
        name="secrets at providers of identity",
        level="secret",
        tables=("tenants_providersecret",),
        kept="until the provider has another one",
    ),
    DataClass(
        name="providers of identity, links of people to them",
        level="personal",
        tables=("tenants_identityprovider", "tenants_identitylink"),
        kept="until the person or the security administrator unlinks; the provider for good",
    ),
    DataClass(
        name="former passwords (hashes)",
        level="secret",
        tables=("tenants_formerpassword",),
        kept="as many as may not be chosen again",
        parameter="password_history",
    ),
    DataClass(
        name="API tokens (digests)",
        level="secret",
        tables=("api_token",),
        kept="valid until their day at most; the row stays with who made and revoked it",
        parameter="token_days",
    ),
    DataClass(
        name="sessions in use",
        level="secret",
        tables=("django_session",),
        kept="until they end",
        parameter="session_hours",
    ),
    DataClass(
        name="sessions that are over",
        level="personal",
        tables=("tenants_opensession",),
        kept="for their person's own list",
        parameter="session_rows_days",
    ),
    DataClass(
        name="phones and identity numbers",
        level="sensitive",
        tables=("tenants_personalnumbers",),
        kept="while the account bears them: emptying the field removes one, dropping a key what the log has sealed",
    ),
    DataClass(
        name="addresses for reminders",
        level="sensitive",
        tables=("tenants_personalnumbers",),
        kept="until their person empties the field",
    ),
    DataClass(
        name="reminders that were told, messages that went out",
        level="internal",
        tables=("tenants_notice", "tenants_dispatch"),
        kept="so that nobody is told twice",
        parameter="notice_rows_days",
    ),
    DataClass(
        name="robots of group chats",
        level="secret",
        tables=("tenants_noticehook",),
        kept="until the security administrator removes them",
    ),
    DataClass(
        name="attempts to sign in",
        level="personal",
        tables=("tenants_signinattempt",),
        kept="for investigations",
        parameter="sign_in_rows_days",
    ),
    DataClass(
        name="accounts, roles, stand-ins, changes asked for",
        level="personal",
        tables=("tenants_user", "tenants_membership", "tenants_standin", "tenants_changerequest"),
        kept="for good: signatures, scores and the log name them; a closed account cannot be used",
    ),
    DataClass(
        name="audit log, its chain and who read what",
        level="personal",
        tables=(
            "core_auditentry",
            "core_auditlink",
            "core_audithead",
            "core_auditanchor",
            "core_auditcheck",
            "core_sensitiveread",
        ),
        kept="for good: a chain whose beginning is missing proves nothing; archiving of old parts is not built",
    ),
    DataClass(
        name="what happened to things",
        level="internal",
        tables=("core_eventrecord",),
        kept="for good, with the things",
    ),
    DataClass(
        name="reports, letters, verifications, scores, objections",
        level="official",
        tables=("ledger_*", "results_*"),
        kept="for good: archives (domain reference 5.11)",
    ),
    DataClass(
        name="inspections: draws and what proves them, tasks, findings, rectification",
        level="official",
        tables=("inspections_*",),
        kept="for good: a draw must be possible to redo, a closed finding to read",
    ),
    DataClass(
        name="indicator templates, rules that a province laid down itself",
        level="official",
        tables=("library_*",),
        kept="for good: scores are explained by them",
    ),
    DataClass(
        name="responsibility lists and what was delivered",
        level="official",
        tables=("duties_*",),
        kept="for good, in the office's own schema: the hash of each confirmed list is in the record",
    ),
    DataClass(
        name="drafts of months",
        level="internal",
        tables=("reporting_*",),
        kept="for good, in the office's own schema: what was handed over is compared with them",
    ),
    DataClass(
        name="evidence that something holds",
        level="official",
        tables=("core_storedfile",),
        kept="as long as a draft or the record lists it",
    ),
    DataClass(
        name="evidence that nothing holds",
        level="internal",
        tables=("core_storedfile",),
        kept="for who has not attached it yet",
        parameter="files_unattached_days",
    ),
    DataClass(
        name="answers to repeated requests",
        level="internal",
        tables=("core_idempotencyrecord",),
        kept="for repeats",
        parameter="answers_kept_days",
    ),
    DataClass(
        name="ended background jobs",
        level="internal",
        tables=("core_job",),
        kept="failed ones until somebody decides",
        parameter="jobs_kept_days",
    ),
    DataClass(
        name="offices, their archives, divisions, regions, calendar",
        level="public",
        tables=(
            "tenants_office",
            "tenants_officename",
            "tenants_officearchive",
            "tenants_division",
            "tenants_domain",
            "tenants_region",
            "core_calendarday",
        ),
        kept="for good: by date",
    ),
    DataClass(
        name="shadows of offices and how they differ from what is in use",
        level="internal",
        tables=("tenants_shadow", "tenants_shadowdifference"),
        kept="schema and differences; the row that says who looked at what moment and why stays",
        parameter="shadow_days",
    ),
    DataClass(
        name="the machinery's own",
        level="internal",
        tables=("core_schedule", "tenants_schemastate", "django_content_type", "django_migrations", "auth_*"),
        kept="as long as the release needs it",
    ),
)


def classes_of(table: str) -> list[DataClass]:
    """The classes of a table's rows; empty for one that nobody has classified."""
    return [each for each in CLASSES if any(_names(pattern, table) for pattern in each.tables)]


def _names(pattern: str, table: str) -> bool:
    return table.startswith(pattern[:-1]) if pattern.endswith("*") else table == pattern
