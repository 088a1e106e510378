"""The wall of the provinces: what the role of a province (p_<schema>) may do beside its offices (core.office.beside).

Everything that is asked beside an office in a request or a job of a province runs as this role, over the province's own
login: people of the province, their sessions and passwords, its offices, files and jobs. A table without an entry is
closed to it: business is done by the offices' roles (config.wall). What must be known of others is asked of the narrow
functions at the end, by an exact key. See adr/0017.
"""

from core.postgres.wall.language import Rows

# --- Words, as in config.wall: each is asked once per statement ------------------------------------------------------
HERE = "(SELECT anlan.cell_of(CURRENT_USER))"  # id of the province whose role asks
OFFICES = "(SELECT anlan.cell_offices(CURRENT_USER))"  # ids of the province and its prefectures
SCHEMAS = "(SELECT anlan.cell_schemas(CURRENT_USER))"  # their schema names
MEMBERS = "(SELECT anlan.cell_members(CURRENT_USER))"  # who has or had a role in one of them
PEOPLE = "(SELECT u.id FROM public.tenants_user u)"  # those whom the province may know of: its policy holds here, too
THEIRS = "EXISTS (SELECT 1 FROM public.tenants_user u WHERE u.id = user_id)"  # the same, when it is about few rows
OWN_PEOPLE = f"office_id IN {OFFICES} OR id IN {MEMBERS}"
OWN_EMERGENCY = "account_id IN (SELECT a.id FROM public.tenants_emergencyaccount a)"
OWN_PROVIDERS = f"provider_id IN (SELECT p.id FROM public.tenants_identityprovider p WHERE p.office_id IN {OFFICES})"

CELLS: dict[str, Rows] = {
    "tenants_region": Rows(see="true"),
    "tenants_office": Rows(
        see=f"id = {HERE} OR parent_id = {HERE} OR level = 'PLATFORM'",
        change="false",  # locked while roles in it are ended
        lock=f"id = {HERE} OR parent_id = {HERE}",
    ),
    "tenants_domain": Rows(see=f"tenant_id IN {OFFICES}"),
    "tenants_division": Rows(see=f"office_id IN {OFFICES}"),
    "tenants_user": Rows(see=OWN_PEOPLE, change=OWN_PEOPLE, fixed=("id", "username", "office_id", "emergency")),
    "tenants_personalnumbers": Rows(see=f"id IN {PEOPLE}"),
    "tenants_membership": Rows(
        see=f"office_id IN {OFFICES}", change=f"office_id IN {OFFICES}", fixed=("user_id", "office_id", "role")
    ),
    "tenants_standin": Rows(
        see="membership_id IN (SELECT m.id FROM public.tenants_membership m)",
        change="membership_id IN (SELECT m.id FROM public.tenants_membership m)",
        fixed=("membership_id", "person_id"),
    ),
    # Names are tried that nobody has, or somebody elsewhere: noted and counted by anlan_cell.
    "tenants_signinattempt": Rows(see="username IN (SELECT lower(u.username) FROM public.tenants_user u)"),
    "tenants_secondfactor": Rows.all(see=THEIRS, write=THEIRS),
    "tenants_recoverycode": Rows.all(see=THEIRS, write=THEIRS),
    "tenants_formerpassword": Rows.all(see=THEIRS, write=THEIRS),
    "tenants_opensession": Rows.all(see=THEIRS, write=THEIRS),
    "tenants_emergencyaccount": Rows(
        see=f"office_id IN {OFFICES}", change=f"office_id IN {OFFICES}", fixed=("id", "office_id", "user_id")
    ),
    "tenants_emergencyopening": Rows(
        see=OWN_EMERGENCY,
        change=OWN_EMERGENCY,
        fixed=("id", "account_id", "person_id", "reason", "address", "opened_at", "until"),
    ),
    "tenants_emergencyhalf": Rows.all(see=OWN_EMERGENCY, write=OWN_EMERGENCY),
    "tenants_identityprovider": Rows(
        see=f"office_id IN {OFFICES} OR office_id IN (SELECT o.id FROM public.tenants_office o"
        " WHERE o.level = 'PLATFORM')"
    ),
    "tenants_providersecret": Rows.all(see=OWN_PROVIDERS, write=OWN_PROVIDERS),
    "tenants_identitylink": Rows.all(see=THEIRS, write=THEIRS),
    "api_token": Rows(  # taken back as all sessions of their person end
        see=f"office_id IN {OFFICES}",
        change=f"office_id IN {OFFICES}",
        fixed=("office_id", "user_id", "digest"),
    ),
    "library_ownrule": Rows(see=f"province_id = {HERE}"),  # a figure may be asked for beside the office
    "core_storedfile": Rows(see=f"office IN {SCHEMAS}"),
    "core_sensitiveread": Rows(see=f"office IN {SCHEMAS}"),  # so many a day, in all offices together
    # What is noted beside the offices, about people of the province (a recovery code was used).
    "core_eventrecord": Rows(
        see=f"office = 'public' AND actor_id IN {PEOPLE}", add=f"office = 'public' AND actor_id IN {PEOPLE}"
    ),
}

# --- Functions behind the words: as in config.wall, they run as the owner and are told who asks -----------------------
_ASKS = "o.schema_name = substr(login::text, 3) AND left(login::text, 2) = 'p_' AND o.level = 'PROVINCE'"
_OFFICES = f"public.tenants_office o JOIN public.tenants_office h ON o.id IN (h.id, h.parent_id) WHERE {_ASKS}"


def _word(name: str, gives: str, body: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION anlan.{name}(login name) RETURNS {gives} LANGUAGE plpgsql "
        f"STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$ BEGIN {body} END $body$"
    )


WORDS = {
    "cell_of": _word("cell_of", "bigint", f"RETURN (SELECT o.id FROM public.tenants_office o WHERE {_ASKS});"),
    "cell_offices": _word("cell_offices", "SETOF bigint", f"RETURN QUERY SELECT h.id FROM {_OFFICES};"),
    "cell_schemas": _word("cell_schemas", "SETOF text", f"RETURN QUERY SELECT h.schema_name::text FROM {_OFFICES};"),
    "cell_members": _word(
        "cell_members",
        "SETOF bigint",
        "RETURN QUERY SELECT m.user_id FROM public.tenants_membership m WHERE m.office_id IN"
        f" (SELECT h.id FROM {_OFFICES});",
    ),
}


def _answer(signature: str, gives: str, body: str, *, kind: str = "STABLE") -> tuple[str, str]:
    name = signature.partition("(")[0]
    return name, (
        f"CREATE OR REPLACE FUNCTION anlan_cell.{signature} RETURNS {gives} LANGUAGE plpgsql {kind} SECURITY DEFINER "
        f"SET search_path = pg_catalog, pg_temp AS $body$ BEGIN {body} END $body$"
    )


# Called by name, beside the offices; each answers about one exact thing and lists nothing.
ANSWERS = dict(
    [
        _answer(
            "session(wanted text)",
            "TABLE (data text, ends timestamptz)",
            "RETURN QUERY SELECT s.session_data, s.expire_date FROM public.django_session s"
            " WHERE s.session_key = wanted;",
        ),
        _answer(  # whether it was kept: a new one by a key that nobody has, another one where it still is
            "keep_session(wanted text, data text, ends timestamptz, fresh boolean)",
            "boolean",
            "IF fresh THEN INSERT INTO public.django_session (session_key, session_data, expire_date)"
            " VALUES (wanted, data, ends) ON CONFLICT DO NOTHING;"
            " ELSE UPDATE public.django_session SET session_data = data, expire_date = ends"
            " WHERE session_key = wanted; END IF; RETURN FOUND;",
            kind="VOLATILE",
        ),
        _answer(
            "end_sessions(wanted text[])",
            "void",
            "DELETE FROM public.django_session WHERE session_key = ANY (wanted);",
            kind="VOLATILE",
        ),
        _answer(  # accounts are unique in the whole country
            "name_taken(wanted text)",
            "boolean",
            "RETURN EXISTS (SELECT FROM public.tenants_user u WHERE upper(u.username) = upper(wanted));",
        ),
        _answer(  # of one account name or one address, whosever accounts were tried there; those stay unnamed
            "attempts(name text, place text, since timestamptz, until timestamptz)",
            "TABLE (succeeded boolean, reason text, at timestamptz, account text)",
            "RETURN QUERY SELECT a.succeeded, a.reason::text, a.at, md5(a.username)"
            " FROM public.tenants_signinattempt a"
            " WHERE (name IS NULL OR a.username = name) AND (place IS NULL OR a.address = place)"
            " AND (name IS NOT NULL OR place IS NOT NULL) AND a.at > since AND a.at <= until ORDER BY a.id;",
        ),
        _answer(
            "note_attempt(name text, place text, at timestamptz, succeeded boolean, reason text)",
            "void",
            "INSERT INTO public.tenants_signinattempt (username, address, at, succeeded, reason)"
            " VALUES (name, place, at, succeeded, reason);",
            kind="VOLATILE",
        ),
        _answer(  # when somebody else uploaded these bytes first, and how many offices did; not who
            "uploads_elsewhere(hash text, office_name text, until timestamptz)",
            "TABLE (first timestamptz, uses bigint)",
            "RETURN QUERY SELECT min(f.uploaded_at), count(*) FROM public.core_storedfile f"
            " WHERE f.sha256 = hash AND f.office <> office_name AND f.uploaded_at <= until;",
        ),
        # What the counties of a prefecture's house report of a month, for its own line of each county (adr/0035): told
        # to the province that the prefecture is of, which reads the prefecture's months, too, and to the portal.
        _answer(
            "county_figures(prefecture bigint, of_year int, of_month int)",
            "TABLE (county text, code text, unit text, fact jsonb, state text, at timestamptz)",
            "RETURN QUERY SELECT c.region_code::text, i.code::text, i.unit::text, v.final_fact, v.state::text,"
            " coalesce(v.decided_at, r.entered_at)"
            " FROM public.tenants_office served"
            " JOIN public.tenants_office above ON above.id = served.parent_id"
            " JOIN public.tenants_office house ON house.acts_for_id = served.id"
            " JOIN public.ledger_cycle y ON y.province_id = house.id AND y.year = of_year"
            " JOIN public.ledger_period p ON p.cycle_id = y.id AND p.month = of_month"
            " JOIN public.ledger_participant t ON t.cycle_id = y.id"
            " JOIN public.tenants_office c ON c.id = t.office_id"
            " JOIN public.library_indicator i ON i.version_id = y.version_id AND i.entered_by = 'PREFECTURE'"
            " AND i.method <> ''"
            " LEFT JOIN public.ledger_currentvalue v ON v.period_id = p.id AND v.office_id = c.id"
            " AND v.indicator_id = i.id"
            " LEFT JOIN public.ledger_reportedvalue r ON r.id = v.value_id"
            " WHERE served.id = prefecture"
            " AND (left(current_setting('role'), 2) <> 'p_' OR current_setting('role') = 'p_' || above.schema_name);",
        ),
        _answer(  # the audit trigger writes the reason of a transaction; nobody but the owner may call set_config
            "because(reason text)",
            "void",
            "PERFORM set_config('anlan.reason', CASE WHEN given = '' THEN reason WHEN position(reason IN given) > 0"
            " THEN given ELSE given || '；' || reason END, true)"
            " FROM (SELECT coalesce(current_setting('anlan.reason', true), '') AS given) now;",
            kind="VOLATILE",
        ),
    ]
)
