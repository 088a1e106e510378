"""The wall of trackers: what a login may read that a province gives to a tool of its own (a dashboard, a warehouse).

What leaders look at: offices, years, indicators, signed targets, the state of each month, published runs with their
cards and lines. Its own province's, read-only, no names of people, no drafts, no evidence. The login is
`track_<province>@<database>` (`manage.py logins --tracker`); a table without an entry is closed to it. See adr/0020.
"""

from core.postgres.wall.language import Rows

TRACKED = "(SELECT anlan.tracked_by(CURRENT_USER))"  # id of the province whose tracker asks
OFFICES = "(SELECT o.id FROM public.tenants_office o)"  # its own: the policy of that table holds here, too
CYCLES = "cycle_id IN (SELECT c.id FROM public.ledger_cycle c)"
VERSIONS = "(SELECT v.id FROM public.library_templateversion v)"

TRACKER: dict[str, Rows] = {
    "tenants_region": Rows(see="true"),
    "tenants_office": Rows(see=f"id = {TRACKED} OR parent_id = {TRACKED}", hidden=("state_reason",)),
    "library_indicatortemplate": Rows(see=f"province_id = {TRACKED}"),
    "library_templateversion": Rows(
        see="state <> 'DRAFT' AND template_id IN (SELECT t.id FROM public.library_indicatortemplate t)",
        hidden=("created_by_id", "published_by_id", "published_by_name"),
    ),
    "library_indicator": Rows(see=f"version_id IN {VERSIONS}"),
    "ledger_cycle": Rows(see=f"province_id = {TRACKED}"),
    "ledger_participant": Rows(see=CYCLES, hidden=("reason",)),
    "ledger_period": Rows(see=CYCLES),
    "ledger_targetletter": Rows(
        see=f"state <> 'DRAFT' AND {CYCLES}",
        hidden=("province_signer_id", "province_signer_name", "office_signer_id", "office_signer_name"),
    ),
    "ledger_target": Rows(see="letter_id IN (SELECT l.id FROM public.ledger_targetletter l)", hidden=("note",)),
    "ledger_currentvalue": Rows(  # its state; the figures and what verification took off are published with a run
        see=f"office_id IN {OFFICES}",
        hidden=(
            "final_fact",
            "corrected",
            "points_off",
            "reason",
            "decided_by_id",
            "decided_by_name",
            "lock_version",
        ),
    ),
    "ledger_scorerun": Rows(
        see=f"state = 'PUBLISHED' AND {CYCLES}",
        hidden=("job_id", "started_by_id", "started_by_name", "published_by_name", "note"),
    ),
    "ledger_scorecard": Rows(see="run_id IN (SELECT r.id FROM public.ledger_scorerun r)", hidden=("trace",)),
    "ledger_scoreline": Rows(
        see="EXISTS (SELECT 1 FROM public.ledger_scorecard c WHERE c.id = card_id)", hidden=("trace",)
    ),
}

WORDS = {
    "tracked_by": (
        "CREATE OR REPLACE FUNCTION anlan.tracked_by(login name) RETURNS bigint LANGUAGE plpgsql STABLE"
        " SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $body$ BEGIN RETURN (SELECT o.id"
        " FROM public.tenants_office o WHERE o.level = 'PROVINCE'"
        " AND login::text = 'track_' || o.schema_name || '@' || current_database()); END $body$"
    )
}
