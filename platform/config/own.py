"""Which rows of the shared tables are an office's own, so that they can be held beside what they once were.

Narrower than what it may see (config.wall): its own account, roles and record, and for a province what it wrote of its
years and templates. Every shared table that an office may read is here or among ELSEWHERE, with the reason; a test
holds both against the wall. In a condition {of} is the schema that the rows are read from (public, or a shadow),
{office} the office's id, {schema} its schema name as a literal.
"""

_OFFICE = "office_id = {office}"
_PEOPLE = "SELECT u.id FROM {of}.tenants_user u WHERE u.office_id = {office}"
_TEMPLATES = "SELECT t.id FROM {of}.library_indicatortemplate t WHERE t.province_id = {office}"
_VERSIONS = f"SELECT v.id FROM {{of}}.library_templateversion v WHERE v.template_id IN ({_TEMPLATES})"
_CYCLES = "SELECT c.id FROM {of}.ledger_cycle c WHERE c.province_id = {office}"
_PERIODS = f"SELECT p.id FROM {{of}}.ledger_period p WHERE p.cycle_id IN ({_CYCLES})"
_BY_CYCLE = f"{_OFFICE} OR cycle_id IN ({_CYCLES})"
_BY_PERIOD = f"{_OFFICE} OR period_id IN ({_PERIODS})"
_OBJECTIONS = f"SELECT b.id FROM {{of}}.ledger_objection b WHERE {_BY_PERIOD}"
_SEATS = f"SELECT s.id FROM {{of}}.ledger_panelseat s WHERE s.objection_id IN ({_OBJECTIONS})"
_LETTERS = f"SELECT l.id FROM {{of}}.ledger_targetletter l WHERE {_BY_CYCLE}"
_TASKS = f"SELECT t.id FROM {{of}}.inspections_task t WHERE t.cycle_id IN ({_CYCLES})"
_RUNS = f"SELECT r.id FROM {{of}}.ledger_scorerun r WHERE r.cycle_id IN ({_CYCLES})"
_BY_RUN = f"{_OFFICE} OR run_id IN ({_RUNS})"
_YEARS = f"SELECT r.id FROM {{of}}.results_yearrun r WHERE r.cycle_id IN ({_CYCLES})"
_RESULTS = f"SELECT r.id FROM {{of}}.results_yearresult r WHERE r.cycle_id IN ({_CYCLES})"

OWN: dict[str, str] = {
    "tenants_office": "id = {office}",
    "tenants_officename": _OFFICE,
    "tenants_division": _OFFICE,
    "tenants_user": _OFFICE,
    "tenants_personalnumbers": f"id IN ({_PEOPLE})",
    "tenants_membership": _OFFICE,
    "tenants_standin": "membership_id IN (SELECT m.id FROM {of}.tenants_membership m WHERE m.office_id = {office})",
    "tenants_changerequest": _OFFICE,
    "tenants_identityprovider": _OFFICE,
    "tenants_identitylink": f"user_id IN ({_PEOPLE})",
    "api_token": _OFFICE,
    "core_storedfile": "office = {schema}",
    "library_indicatortemplate": "province_id = {office}",
    "library_templateversion": f"template_id IN ({_TEMPLATES})",
    "library_indicator": f"version_id IN ({_VERSIONS})",
    "library_ownrule": "province_id = {office}",
    "ledger_cycle": "province_id = {office}",
    "ledger_amendment": f"cycle_id IN ({_CYCLES})",
    "ledger_participant": _BY_CYCLE,
    "ledger_period": f"cycle_id IN ({_CYCLES})",
    "ledger_reopening": _BY_PERIOD,
    "ledger_targetletter": _BY_CYCLE,
    "ledger_target": f"letter_id IN ({_LETTERS})",
    "ledger_targetmilestone": f"letter_id IN ({_LETTERS})",
    "ledger_letterversion": f"letter_id IN ({_LETTERS})",
    "ledger_letterscan": (
        f"version_id IN (SELECT v.id FROM {{of}}.ledger_letterversion v WHERE v.letter_id IN ({_LETTERS}))"
    ),
    "ledger_documentseries": _OFFICE,
    "ledger_letterchange": f"letter_id IN ({_LETTERS})",
    "ledger_consultation": _BY_CYCLE,
    "ledger_consultedfigure": f"consultation_id IN (SELECT t.id FROM {{of}}.ledger_consultation t WHERE {_BY_CYCLE})",
    "ledger_monthplan": f"letter_id IN ({_LETTERS})",
    "ledger_decomposition": f"letter_id IN ({_LETTERS})",
    "ledger_report": _BY_PERIOD,
    "ledger_reportedvalue": _BY_PERIOD,
    "ledger_currentvalue": _BY_PERIOD,
    "ledger_verification": f"value_id IN (SELECT v.id FROM {{of}}.ledger_reportedvalue v WHERE {_BY_PERIOD})",
    "ledger_scoreadjustment": _BY_CYCLE,
    "ledger_scorerun": f"cycle_id IN ({_CYCLES})",
    "ledger_peerchange": f"run_id IN ({_RUNS})",
    "ledger_scorecard": _BY_RUN,
    "ledger_scoreline": f"card_id IN (SELECT c.id FROM {{of}}.ledger_scorecard c WHERE {_BY_RUN})",
    "ledger_deductionstatement": _BY_RUN,
    "ledger_statementreceipt": (
        f"statement_id IN (SELECT s.id FROM {{of}}.ledger_deductionstatement s WHERE {_BY_RUN})"
    ),
    "ledger_factclaim": _BY_PERIOD,
    "ledger_earlywarning": _BY_PERIOD,
    "ledger_objection": _BY_PERIOD,
    "ledger_furtherappeal": _BY_PERIOD,
    "ledger_decisiondocument": _BY_PERIOD,
    "ledger_panelseat": f"objection_id IN ({_OBJECTIONS})",
    "ledger_panelvote": f"seat_id IN ({_SEATS})",
    "results_selfappraisal": _BY_CYCLE,
    "results_selfscore": f"appraisal_id IN (SELECT a.id FROM {{of}}.results_selfappraisal a WHERE {_BY_CYCLE})",
    "results_yearrun": f"cycle_id IN ({_CYCLES})",
    "results_yearcard": f"{_OFFICE} OR run_id IN ({_YEARS})",
    "results_yearresult": f"cycle_id IN ({_CYCLES})",
    "results_resultline": f"{_OFFICE} OR result_id IN ({_RESULTS})",
    "results_resultuse": f"{_OFFICE} OR result_id IN ({_RESULTS})",
    "results_paperform": "province_id = {office}",
    "results_noticeobjection": f"{_OFFICE} OR result_id IN ({_RESULTS})",
    "ledger_tie": f"person_id IN ({_PEOPLE})",
    "inspections_draw": "province_id = {office}",
    "inspections_task": f"cycle_id IN ({_CYCLES})",
    "inspections_falseclaim": f"cycle_id IN ({_CYCLES})",
    "inspections_matter": f"cycle_id IN ({_CYCLES})",
    "inspections_matterstep": (
        f"matter_id IN (SELECT m.id FROM {{of}}.inspections_matter m WHERE m.cycle_id IN ({_CYCLES}))"
    ),
    "inspections_taskitem": f"task_id IN ({_TASKS})",
    "inspections_finding": f"task_id IN ({_TASKS})",
    "inspections_siterecord": f"task_id IN ({_TASKS})",
    "inspections_sitestep": (
        f"record_id IN (SELECT s.id FROM {{of}}.inspections_siterecord s WHERE s.task_id IN ({_TASKS}))"
    ),
    "inspections_rectification": f"task_id IN ({_TASKS})",
    "inspections_rectificationstep": (
        f"rectification_id IN (SELECT r.id FROM {{of}}.inspections_rectification r WHERE r.task_id IN ({_TASKS}))"
    ),
    "inspections_contribution": "draw_id IN (SELECT d.id FROM {of}.inspections_draw d WHERE d.province_id = {office})",
}

_HISTORY = "only ever grows; it is where a difference is explained"
_MACHINERY = "work under way and what only serves it"
ELSEWHERE: dict[str, str] = {
    "tenants_region": "GB/T 2260, nobody's own",
    "tenants_officearchive": "belongs to the office above",
    "tenants_shadow": "what is compared here",
    "tenants_shadowdifference": "what is compared here",
    "tenants_emergencyaccount": "is sealed anew, and never as it was",
    "tenants_emergencyopening": _HISTORY,
    "tenants_signinattempt": _HISTORY,
    "core_calendarday": "belongs to a territory, with its notice as the source",
    "core_eventrecord": _HISTORY,
    "core_sensitiveread": _HISTORY,
    "core_auditentry": _HISTORY,
    "core_auditlink": _HISTORY,
    "core_audithead": _HISTORY,
    "core_auditanchor": _HISTORY,
    "core_auditcheck": _HISTORY,
    "tenants_notice": _MACHINERY,
    "tenants_dispatch": _MACHINERY,
    "tenants_noticehook": "its address and secret are set anew, never put back",
    "core_job": _MACHINERY,
    "core_schedule": _MACHINERY,
    "core_idempotencyrecord": _MACHINERY,
}
