"""The database wall, told once: what the role of an office may do with the rows of each shared table.

Every table of schema `public` has an entry; one without fails `manage.py check`, and an entry that does not hold in the
database fails `manage.py upgrade` and `readyz`. Conditions are SQL about a row, written in config.wall_words; they
follow the selectors (`*_for(actor)`) and never a setting of the session: only `current_user` cannot be forged by
a SELECT. An empty condition means that the right is not even granted. What the roles of provinces may do besides is in
config.cells, what the portal's login may do in config.portal. See adr/0014, 0017 and 0020.
"""

from config.cells import ANSWERS, CELLS
from config.portal import PORTAL
from config.tracker import TRACKER
from config.wall_functions import FUNCTIONS
from config.wall_words import (
    ABOUT_US,
    AT_BUREAU,
    BELOW,
    BUREAU,
    CHARGE,
    CONSULTATIONS,
    CYCLES,
    DRAWS,
    LETTERS,
    MATTERS,
    NAMED,
    OBJECTED,
    OBJECTIONS,
    OFFICE,
    OWN_COUNTIES,
    OWN_TERRITORY,
    PEOPLE,
    PERIODS,
    PLATFORM,
    PROVINCE,
    PROVINCE_SCHEMA,
    RECTIFICATIONS,
    RUNS,
    SCHEMA,
    SCHEMAS_BELOW,
    SEATS,
    SIGNING,
    SITE,
    TASKS,
    VERSIONS_OF_OWN,
)
from core.postgres.wall.language import Rows, Withheld

__all__ = ["ANSWERS", "CELLS", "CLOSED", "FUNCTIONS", "PORTAL", "TABLES", "TRACKER"]


def own_or_bureau(within: str) -> str:
    """An office its own rows; the bureau those of its province."""
    return f"office_id = {OFFICE} OR ({AT_BUREAU} AND {within})"


def bureau_only(within: str) -> str:
    return f"{AT_BUREAU} AND {within}"


# --- Tables ----------------------------------------------------------------------------------------------------------
TABLES: dict[str, Rows | Withheld] = {
    # Offices and people
    "tenants_region": Rows(  # GB/T 2260: public reference; a province changes the map of its own counties
        see="true",
        add=OWN_COUNTIES,
        change=OWN_COUNTIES,
        lock="true",
        fixed=("id", "code", "name", "short_name", "name_en", "level", "parent_code", "valid_from"),
    ),
    "tenants_office": Rows(
        see=f"parent_id = {PROVINCE} OR id = {PROVINCE} OR level = 'PLATFORM' OR {PLATFORM}",
        change=f"(id = {OFFICE} AND level <> 'PREFECTURE') OR parent_id = {OFFICE}",  # a prefecture does not
        lock=f"id = {OFFICE} OR parent_id = {OFFICE}",
        # The wall itself rests on these: who could change them would choose their own province.
        fixed=("id", "schema_name", "level", "tier", "acts_for_id", "parent_id", "region_code"),
    ),
    "tenants_officearchive": Rows(see=f"office_id IN {BELOW}", add=f"office_id IN {BELOW}"),
    "tenants_shadow": Rows(
        see=f"{CHARGE} OR {PLATFORM}",
        add=f"{CHARGE} OR {PLATFORM}",
        change=f"{CHARGE} OR {PLATFORM}",
        fixed=("id", "office_id", "schema_name", "as_of", "source"),
    ),
    "tenants_shadowdifference": Rows(  # written by the comparison, beside the offices; the platform counts, no more
        see=f"shadow_id IN (SELECT s.id FROM public.tenants_shadow s WHERE {CHARGE})"
    ),
    "tenants_officename": Rows(
        see="office_id IN (SELECT o.id FROM public.tenants_office o)", add=CHARGE, change=CHARGE, fixed=("office_id",)
    ),
    "tenants_division": Rows(
        see=f"{CHARGE} OR office_id = {PROVINCE}", add=CHARGE, change=CHARGE, fixed=("office_id",)
    ),
    "tenants_user": Rows(
        see=f"{CHARGE} OR id IN (SELECT anlan.members_of(CURRENT_USER))",
        add=CHARGE,
        change=f"{CHARGE} OR id IN (SELECT anlan.members_of(CURRENT_USER))",
        fixed=("id", "username", "office_id", "emergency"),
    ),
    "tenants_personalnumbers": Rows(  # sealed, and all the same nobody else's
        see=f"id IN {PEOPLE}", add=f"id IN {PEOPLE}", change=f"id IN {PEOPLE}", fixed=("id",)
    ),
    "tenants_membership": Rows(
        see=CHARGE, add=f"{CHARGE} AND user_id IN {PEOPLE}", change=CHARGE, fixed=("user_id", "office_id", "role")
    ),
    "tenants_standin": Rows(
        see="membership_id IN (SELECT m.id FROM public.tenants_membership m)",
        add=f"membership_id IN (SELECT m.id FROM public.tenants_membership m) AND person_id IN {PEOPLE}",
        change="membership_id IN (SELECT m.id FROM public.tenants_membership m)",
        fixed=("membership_id", "person_id"),
    ),
    "tenants_changerequest": Rows(  # of the office's own administrators
        see=f"office_id = {OFFICE}",
        add=f"office_id = {OFFICE}",
        change=f"office_id = {OFFICE}",
        fixed=("office_id", "action", "arguments", "about", "asked_by_id", "asked_as", "asked_at", "expires_at"),
    ),
    "tenants_emergencyaccount": Rows(
        see=f"office_id = {OFFICE}",
        add=f"office_id = {OFFICE}",
        change=f"office_id = {OFFICE}",
        fixed=("id", "office_id", "user_id"),
    ),
    "tenants_emergencyopening": Rows(  # opened at the portal, by the login
        see="account_id IN (SELECT a.id FROM public.tenants_emergencyaccount a)",
        change="account_id IN (SELECT a.id FROM public.tenants_emergencyaccount a)",
        fixed=("id", "account_id", "person_id", "reason", "address", "opened_at", "until"),
    ),
    "tenants_notice": Rows(
        see=f"office_id = {OFFICE}",
        add=f"office_id = {OFFICE} AND user_id IN {PEOPLE}",
        remove=f"office_id = {OFFICE}",  # its housekeeping
    ),
    "tenants_dispatch": Rows(
        see=f"office_id = {OFFICE}",
        add=f"office_id = {OFFICE} AND (user_id IS NULL OR user_id IN {PEOPLE})",
        change=f"office_id = {OFFICE}",
        remove=f"office_id = {OFFICE} AND state <> 'WAITING'",
        fixed=("id", "office_id", "channel", "user_id", "hook_id", "lines", "made_at"),
    ),
    "tenants_noticehook": Rows.all(see=f"office_id = {OFFICE}", write=f"office_id = {OFFICE}"),
    "tenants_identityprovider": Rows(  # a prefecture's people link to the province's and the platform's
        see=f"office_id = {OFFICE} OR office_id = {PROVINCE}"
        " OR office_id IN (SELECT o.id FROM public.tenants_office o WHERE o.level = 'PLATFORM')",
        add=f"office_id = {OFFICE}",
        change=f"office_id = {OFFICE}",
        fixed=("id", "office_id"),
    ),
    "tenants_identitylink": Rows(see=f"user_id IN {PEOPLE}"),  # made and ended beside the office
    "tenants_signinattempt": Rows(  # counted and written beside the office: an address is tried from everywhere
        see=f"{PLATFORM} OR username IN (SELECT lower(u.username) FROM public.tenants_user u)"
    ),
    "api_token": Rows(
        see=f"office_id = {OFFICE}",
        add=f"office_id = {OFFICE}",
        change=f"office_id = {OFFICE}",
        fixed=("office_id", "user_id", "digest"),
    ),
    # The kernel
    "core_calendarday": Rows(
        see="true",
        add=OWN_TERRITORY,
        change=OWN_TERRITORY,
        remove=OWN_TERRITORY,  # notices are public
    ),
    "core_storedfile": Rows(
        see=f"office = {SCHEMA} OR ({AT_BUREAU} AND office IN {SCHEMAS_BELOW})"
        f" OR (office = {PROVINCE_SCHEMA} AND {NAMED})",
        add=f"office = {SCHEMA}",
        change="false",
        lock=f"office = {SCHEMA}",  # by who attaches it
        remove=f"office = {SCHEMA} AND NOT {NAMED} AND NOT {OBJECTED}",  # housekeeping; drafts hold theirs
    ),
    "core_job": Rows(
        see=f"office = {SCHEMA}",
        add=f"office = {SCHEMA}",
        change=f"office = {SCHEMA}",
        remove=f"office = {SCHEMA} AND state IN ('DONE', 'CANCELLED', 'GIVEN_UP')",  # its housekeeping
    ),
    "core_schedule": Rows(see=f"office = {SCHEMA}"),  # turned into jobs by the login, office by office
    "core_idempotencyrecord": Rows(
        see=f"office = {SCHEMA}", add=f"office = {SCHEMA}", change=f"office = {SCHEMA}", remove=f"office = {SCHEMA}"
    ),
    "core_eventrecord": Rows(
        see=f"office = {SCHEMA} OR office IN {SCHEMAS_BELOW}"
        f" OR ((office = 'public' OR office = {PROVINCE_SCHEMA}) AND {ABOUT_US})",
        add=f"office = {SCHEMA}",
    ),
    "core_auditentry": Rows(  # written by the trigger alone
        see=f"chain = {SCHEMA} OR chain IN {SCHEMAS_BELOW} OR {PLATFORM}"
        f" OR (schema_name = 'public' AND actor_id IN {PEOPLE})",
    ),
    "core_auditlink": Rows(
        see=f"chain = {SCHEMA} OR chain IN {SCHEMAS_BELOW} OR {PLATFORM}"
        " OR (chain = 'public' AND EXISTS (SELECT 1 FROM public.core_auditentry e WHERE e.id = entry_id))"
    ),
    # That of public tells how many rows it has, no more.
    "core_audithead": Rows(see=f"chain IN ({SCHEMA}, 'public') OR chain IN {SCHEMAS_BELOW} OR {PLATFORM}"),
    "core_auditanchor": Rows(see=f"chain IN ({SCHEMA}, 'public') OR chain IN {SCHEMAS_BELOW} OR {PLATFORM}"),
    "core_sensitiveread": Rows(see=f"office = {SCHEMA}", add=f"office = {SCHEMA}"),
    "core_auditcheck": Rows(see=f"chain = '' OR chain = {SCHEMA} OR chain IN {SCHEMAS_BELOW} OR {PLATFORM}"),
    # The library: drafts are the bureau's own
    "library_indicatortemplate": Rows(
        see=f"province_id = {PROVINCE}",
        add=f"province_id = {BUREAU}",
        change=f"province_id = {BUREAU}",
        lock=f"province_id = {PROVINCE}",
    ),
    "library_templateversion": Rows(
        see="template_id IN (SELECT t.id FROM public.library_indicatortemplate t)"
        f" AND (state <> 'DRAFT' OR {AT_BUREAU})",
        add=bureau_only("template_id IN (SELECT t.id FROM public.library_indicatortemplate t)"),
        change=bureau_only("template_id IN (SELECT t.id FROM public.library_indicatortemplate t)"),
        lock="template_id IN (SELECT t.id FROM public.library_indicatortemplate t)",
    ),
    "library_indicator": Rows.all(
        see="version_id IN (SELECT v.id FROM public.library_templateversion v)",
        write=bureau_only("version_id IN (SELECT v.id FROM public.library_templateversion v)"),
    ),
    "library_ownrule": Rows(see=f"province_id = {PROVINCE}", add=f"province_id = {BUREAU}"),  # added to, no more
    # The ledger
    "ledger_cycle": Rows(
        see=f"province_id = {PROVINCE}",
        add=f"province_id = {BUREAU}",
        change=f"province_id = {BUREAU}",
        lock=f"province_id = {PROVINCE}",
    ),
    "ledger_amendment": Rows(  # its prefectures see what came into force
        see=f"{CYCLES} AND (state IN ('IN_FORCE', 'UNDONE') OR {AT_BUREAU})",
        add=bureau_only(CYCLES),
        change=bureau_only(CYCLES),
        fixed=(
            *("id", "cycle_id", "number", "version_id", "version_before_id", "from_month", "reason"),
            *("proposed_by_id", "proposed_by_name", "proposed_at"),
        ),
    ),
    "ledger_participant": Rows(
        see=CYCLES,
        add=bureau_only(CYCLES),
        change=bureau_only(CYCLES),
        lock=CYCLES,  # an office locks its own row to hand over
        remove=bureau_only(CYCLES),
    ),
    "ledger_period": Rows(see=CYCLES, add=bureau_only(CYCLES), change=bureau_only(CYCLES), lock=CYCLES),
    "ledger_reopening": Rows(see=own_or_bureau(PERIODS), add=bureau_only(PERIODS)),
    "ledger_targetletter": Rows(
        see=f"(office_id = {OFFICE} AND state <> 'DRAFT') OR ({AT_BUREAU} AND {CYCLES})",
        add=bureau_only(CYCLES),
        change=f"(office_id = {OFFICE} AND state <> 'DRAFT') OR ({AT_BUREAU} AND {CYCLES})",
    ),
    "ledger_target": Rows.all(see=LETTERS, write=bureau_only(LETTERS)),
    "ledger_targetmilestone": Rows.all(see=LETTERS, write=bureau_only(LETTERS)),
    "ledger_letterversion": Rows(see=LETTERS, add=LETTERS),  # the first is made by the office's signature
    "ledger_letterscan": Rows(  # each side files its own copy, both read both
        see="version_id IN (SELECT v.id FROM public.ledger_letterversion v)",
        add=f"(side = 'OFFICE' AND version_id IN ({VERSIONS_OF_OWN}))"
        f" OR (side = 'PROVINCE' AND {AT_BUREAU} AND version_id IN (SELECT v.id FROM public.ledger_letterversion v))",
    ),
    "ledger_monthplan": Rows(see=LETTERS, add=LETTERS),  # the office's own, or the bureau after its days
    "ledger_decomposition": Rows(  # an office releases its own
        see=LETTERS,
        add=f"letter_id IN (SELECT l.id FROM public.ledger_targetletter l WHERE l.office_id = {OFFICE})",
    ),
    "ledger_letterchange": Rows(
        see=LETTERS,
        add=LETTERS,
        change=LETTERS,
        fixed=("id", "letter_id", "kind", "rows", "reason", "basis", "effective_on", "leaves", "applied_by_id"),
    ),
    "ledger_consultation": Rows(
        see=own_or_bureau(CYCLES),
        add=bureau_only(CYCLES),
        change=own_or_bureau(CYCLES),
        fixed=("cycle_id", "office_id", "opened_at"),
    ),
    "ledger_consultedfigure": Rows(
        see=CONSULTATIONS,
        add=bureau_only(CONSULTATIONS),
        change=CONSULTATIONS,
        fixed=("consultation_id", "indicator_id", "last_year_recorded"),
    ),
    "ledger_documentseries": Rows(
        see=f"office_id = {OFFICE}",
        add=f"office_id = {OFFICE}",
        change=f"office_id = {OFFICE}",
        fixed=("office_id", "code", "year"),
    ),
    "ledger_report": Rows(see=own_or_bureau(PERIODS), add=f"office_id = {OFFICE} AND {PERIODS}"),
    "ledger_reportedvalue": Rows(
        see=own_or_bureau(PERIODS), add=f"(office_id = {OFFICE} OR {AT_BUREAU}) AND {PERIODS}"
    ),
    "ledger_currentvalue": Rows(
        see=own_or_bureau(PERIODS),
        add=f"(office_id = {OFFICE} OR {AT_BUREAU}) AND {PERIODS}",
        change=own_or_bureau(PERIODS),
    ),
    "ledger_verification": Rows(
        see="EXISTS (SELECT 1 FROM public.ledger_reportedvalue v WHERE v.id = value_id)",
        add=bureau_only("EXISTS (SELECT 1 FROM public.ledger_reportedvalue v WHERE v.id = value_id)"),
    ),
    "ledger_scoreadjustment": Rows(
        see=own_or_bureau(CYCLES), add=bureau_only(CYCLES), change=bureau_only(CYCLES), lock=own_or_bureau(CYCLES)
    ),
    "ledger_scorerun": Rows(
        see=f"{CYCLES} AND (state = 'PUBLISHED' OR {AT_BUREAU})",
        add=bureau_only(CYCLES),
        change=bureau_only(CYCLES),
        lock=CYCLES,
    ),
    "ledger_peerchange": Rows(  # medians of enough offices: what each is told of its peers
        see="run_id IN (SELECT r.id FROM public.ledger_scorerun r)",
        add=bureau_only("run_id IN (SELECT r.id FROM public.ledger_scorerun r)"),
    ),
    "ledger_scorecard": Rows.all(  # everybody sees the province's ranking
        see="run_id IN (SELECT r.id FROM public.ledger_scorerun r)",
        write=bureau_only("run_id IN (SELECT r.id FROM public.ledger_scorerun r)"),
    ),
    "ledger_scoreline": Rows.all(
        see="EXISTS (SELECT 1 FROM public.ledger_scorecard c WHERE c.id = card_id"
        f" AND (c.office_id = {OFFICE} OR {AT_BUREAU}))",
        write=bureau_only("EXISTS (SELECT 1 FROM public.ledger_scorecard c WHERE c.id = card_id)"),
    ),
    "ledger_deductionstatement": Rows(  # what an office is told of its card, for it alone and the bureau
        see=own_or_bureau(RUNS),
        add=bureau_only(RUNS),
        change="false",
        lock=own_or_bureau(RUNS),  # by who acknowledges it
    ),
    "ledger_statementreceipt": Rows(  # acknowledged by the office itself
        see="statement_id IN (SELECT s.id FROM public.ledger_deductionstatement s)",
        add=f"statement_id IN (SELECT s.id FROM public.ledger_deductionstatement s WHERE s.office_id = {OFFICE})",
    ),
    "ledger_factclaim": Rows(  # handed over with a report, decided by the bureau; what is claimed stays
        see=own_or_bureau(PERIODS),
        add=f"office_id = {OFFICE} AND {PERIODS}",
        change=bureau_only(PERIODS),
        fixed=(
            *("id", "period_id", "office_id", "indicator_id", "value_id", "report_id", "fact", "reason", "evidence"),
            *("claimed_by_id", "claimed_by_name", "claimed_at"),
        ),
    ),
    "ledger_earlywarning": Rows(
        see=own_or_bureau(PERIODS),
        add=bureau_only(PERIODS),
        change=own_or_bureau(PERIODS),
        fixed=("id", "period_id", "office_id", "level", "done", "due", "worst", "request", "issued_by_id", "issued_at"),
    ),
    "ledger_objection": Rows(
        see=own_or_bureau(PERIODS),
        # To a bonus, deduction or veto of its own, on a card of its own.
        add=f"office_id = {OFFICE} AND {PERIODS} AND (adjustment_id IS NULL OR ("
        f"EXISTS (SELECT 1 FROM public.ledger_scoreadjustment a WHERE a.id = adjustment_id AND a.office_id = {OFFICE})"
        f" AND EXISTS (SELECT 1 FROM public.ledger_scorecard c WHERE c.id = card_id AND c.office_id = {OFFICE})))",
        change=bureau_only(PERIODS),
        lock=own_or_bureau(PERIODS),
    ),
    "ledger_furtherappeal": Rows(
        see=own_or_bureau(PERIODS),
        add=f"office_id = {OFFICE} AND {PERIODS} AND {OBJECTIONS}",
        change=bureau_only(PERIODS),
    ),
    "ledger_decisiondocument": Rows(see=own_or_bureau(PERIODS), add=bureau_only(f"{PERIODS} AND {OBJECTIONS}")),
    "ledger_panelseat": Rows(  # the office knows who hears it, not how they voted
        see=OBJECTIONS,
        add=bureau_only(OBJECTIONS),
        change=bureau_only(OBJECTIONS),
        fixed=("id", "objection_id", "person_id", "person_name", "named_by_id", "named_by_name", "named_at"),
    ),
    "ledger_panelvote": Rows(see=bureau_only(SEATS), add=bureau_only(SEATS)),
    # The year's results: public to the prefectures from the notice on
    "results_selfappraisal": Rows(
        see=f"office_id = {OFFICE} OR ({AT_BUREAU} AND {CYCLES} AND state = 'SUBMITTED')",
        add=f"office_id = {OFFICE} AND {CYCLES}",
        change=f"office_id = {OFFICE} AND {CYCLES}",
        fixed=("id", "office_id", "cycle_id"),
    ),
    "results_selfscore": Rows.all(
        see="appraisal_id IN (SELECT a.id FROM public.results_selfappraisal a)",
        write=f"appraisal_id IN (SELECT a.id FROM public.results_selfappraisal a WHERE a.office_id = {OFFICE})",
    ),
    "results_yearresult": Rows(
        see=f"{CYCLES} AND ({AT_BUREAU} OR state IN ('NOTICED', 'LOCKED', 'REOPENED'))",
        add=bureau_only(CYCLES),
        change=bureau_only(CYCLES),
        lock=CYCLES,  # an office locks it to object
        fixed=("id", "cycle_id", "run_id", "number"),
    ),
    "results_resultline": Rows(
        see="result_id IN (SELECT r.id FROM public.results_yearresult r)",
        add=bureau_only("result_id IN (SELECT r.id FROM public.results_yearresult r)"),
        change=bureau_only("result_id IN (SELECT r.id FROM public.results_yearresult r)"),
        fixed=("id", "result_id", "office_id", "total", "rank", "peer_rank", "computed"),
    ),
    "results_noticeobjection": Rows(
        see=f"office_id = {OFFICE} OR ({AT_BUREAU} AND result_id IN (SELECT r.id FROM public.results_yearresult r))",
        add=f"office_id = {OFFICE} AND result_id IN (SELECT r.id FROM public.results_yearresult r)",
        change=bureau_only("result_id IN (SELECT r.id FROM public.results_yearresult r)"),
        fixed=("id", "result_id", "office_id", "about_id", "grounds"),
    ),
    "results_resultuse": Rows(
        see=f"office_id = {OFFICE} OR ({AT_BUREAU} AND result_id IN (SELECT r.id FROM public.results_yearresult r))",
        add=bureau_only("result_id IN (SELECT r.id FROM public.results_yearresult r)"),
        change=f"office_id = {OFFICE} OR ({AT_BUREAU} AND result_id IN (SELECT r.id FROM public.results_yearresult r))",
        fixed=("id", "result_id", "office_id", "kind", "title", "basis", "amount", "factors", "due_on"),
    ),
    "results_paperform": Rows(  # a prefecture's circular is drawn with it
        see=f"province_id = {PROVINCE}",
        add=f"province_id = {BUREAU}",
        change=f"province_id = {BUREAU}",
        fixed=("id", "province_id", "kind", "number", "file_id", "places", "filed_by_id", "filed_at"),
    ),
    "results_yearrun": Rows(
        see=f"{CYCLES} AND ({AT_BUREAU} OR id IN (SELECT r.run_id FROM public.results_yearresult r))",
        add=bureau_only(CYCLES),
        change=bureau_only(CYCLES),
    ),
    "results_yearcard": Rows(
        see=f"run_id IN (SELECT r.id FROM public.results_yearrun r) AND (office_id = {OFFICE} OR {AT_BUREAU})",
        add=bureau_only("run_id IN (SELECT r.id FROM public.results_yearrun r)"),
    ),
    "ledger_tie": Rows(  # of the bureau's people; what ties them is nobody else's business
        see=bureau_only(f"person_id IN {PEOPLE}"),
        add=bureau_only(f"person_id IN {PEOPLE}"),
        change=bureau_only(f"person_id IN {PEOPLE}"),
        fixed=("person_id", "office_id", "kind", "served_until"),
    ),
    # Inspections: a list is the province's to read from the moment it is frozen
    "inspections_draw": Rows(
        see=f"province_id = {PROVINCE} AND (state <> 'DRAFT' OR {AT_BUREAU})",
        add=f"province_id = {BUREAU}",
        change=f"province_id = {BUREAU}",
        lock=f"province_id = {PROVINCE} AND (state <> 'DRAFT' OR {AT_BUREAU})",  # by whoever contributes to its seed
        fixed=("id", "province_id", "cycle_id", "number", "kind"),
    ),
    "inspections_contribution": Rows(
        see=DRAWS,
        add=f"office_id = {OFFICE} AND {DRAWS}",
        change=f"office_id = {OFFICE} AND {DRAWS}",
        fixed=("id", "draw_id", "number", "person_id", "office_id", "sha256"),
    ),
    "inspections_task": Rows(  # an office is not warned: it sees its own when they are done
        see=f"(office_id = {OFFICE} AND state = 'DONE') OR ({AT_BUREAU} AND {CYCLES})",
        add=bureau_only(CYCLES),
        change=bureau_only(CYCLES),
        fixed=("id", "cycle_id", "office_id", "draw_id", "object_key", "inspectors", "checklist"),
    ),
    "inspections_taskitem": Rows(
        see=TASKS,
        add=bureau_only(TASKS),
        change=bureau_only(TASKS),
        fixed=("id", "task_id", "position", "code", "text", "text_en", "basis"),
    ),
    "inspections_finding": Rows(see=TASKS, add=bureau_only(TASKS)),
    "inspections_rectification": Rows(
        see=own_or_bureau(TASKS),
        add=bureau_only(TASKS),
        change=own_or_bureau(TASKS),
        fixed=("id", "finding_id", "task_id", "office_id", "due_on", "derivation", "ordered_at"),
    ),
    "inspections_siterecord": Rows(  # issued as the task is done; either side's step moves it on
        see=own_or_bureau(TASKS),
        add=bureau_only(TASKS),
        change=own_or_bureau(TASKS),
        fixed=("id", "task_id", "office_id", "number", "content", "content_sha256", "due_on", "derivation"),
    ),
    "inspections_sitestep": Rows(see=SITE, add=SIGNING),  # each side signs and speaks for itself
    "inspections_falseclaim": Rows(  # the prefecture states its side in the row
        see=own_or_bureau(CYCLES),
        add=bureau_only(CYCLES),
        change=own_or_bureau(CYCLES),
        fixed=("id", "cycle_id", "office_id", "indicator_id", "month", "finding_id", "proposed_by_id", "hear_until"),
    ),
    "inspections_matter": Rows(  # the office's reply moves it on; what was asked and until when stays the bureau's
        see=own_or_bureau(CYCLES),
        add=bureau_only(CYCLES),
        change=own_or_bureau(CYCLES),
        fixed=("id", "cycle_id", "office_id", "title", "text", "basis", "evidence", "assigned_by_id", "first_due_on"),
    ),
    "inspections_matterstep": Rows(see=MATTERS, add=MATTERS),
    "inspections_rectificationstep": Rows(see=RECTIFICATIONS, add=RECTIFICATIONS),
    # No office's: the portal's, or the owner's
    "django_session": Withheld("sessions are the portal's: who could read one could be its person"),
    "django_migrations": Withheld("read and written by the upgrade alone"),
    "tenants_schemastate": Withheld("read and written by onboarding and the upgrade alone"),
    "django_content_type": Withheld("nothing of an office asks for it"),
    "auth_permission": Withheld("Django's own permissions: what a role may do is in the policies"),
    "auth_group": Withheld("Django's own permissions: what a role may do is in the policies"),
    "auth_group_permissions": Withheld("Django's own permissions: what a role may do is in the policies"),
    "tenants_domain": Withheld("host names are looked up before an office is mounted"),
    "tenants_opensession": Withheld("its key opens a session; ended and listed beside the office"),
    "tenants_secondfactor": Withheld("secrets of the second factor, sealed, are used beside the office"),
    "tenants_emergencyhalf": Withheld("halves of a password, sealed, are made, taken and compared beside the office"),
    "tenants_providersecret": Withheld("our secrets at providers of identity, sealed, are used beside the office"),
    "tenants_recoverycode": Withheld("digests of recovery codes are compared beside the office"),
    "tenants_formerpassword": Withheld("password hashes are compared beside the office"),
}

# What was archived is closed to everybody's role, its own and its province's login among them, until it is reopened.
CLOSED = "SELECT o.schema_name FROM public.tenants_office o WHERE o.state = 'ARCHIVED'"
