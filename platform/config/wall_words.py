"""The words in which config.wall tells about rows: who asks, and what an event is about."""

# --- Words -----------------------------------------------------------------------------------------------------------
# Each is asked once per statement, because it stands in a subselect that looks at no row.
OFFICE = "(SELECT anlan.office_of(CURRENT_USER))"  # id of the office whose role asks
PROVINCE = "(SELECT anlan.province_of(CURRENT_USER))"  # id of its province; null for the platform
BUREAU = "(SELECT anlan.bureau_of(CURRENT_USER))"  # the same where the office is the province itself, else null
SCHEMA = "substr(CURRENT_USER::text, 3)"  # name of its schema: the role is t_<schema>

AT_BUREAU = f"{BUREAU} IS NOT NULL"
PLATFORM = f"({PROVINCE} IS NULL AND {OFFICE} IS NOT NULL)"
BELOW = f"(SELECT o.id FROM public.tenants_office o WHERE o.parent_id = {OFFICE})"
CHARGE = f"(office_id = {OFFICE} OR office_id IN {BELOW})"  # one's own and those directly below, as people are kept
PEOPLE = "(SELECT u.id FROM public.tenants_user u)"  # those whom the office may know of: policies hold here, too
CYCLES = "cycle_id IN (SELECT c.id FROM public.ledger_cycle c)"  # the years of one's own province
PERIODS = "period_id IN (SELECT p.id FROM public.ledger_period p)"
RUNS = "run_id IN (SELECT r.id FROM public.ledger_scorerun r)"
TASKS = "task_id IN (SELECT t.id FROM public.inspections_task t)"
RECTIFICATIONS = "rectification_id IN (SELECT r.id FROM public.inspections_rectification r)"
SITE = "record_id IN (SELECT s.id FROM public.inspections_siterecord s)"
SIGNING = (
    f"(kind IN ('ANSWER', 'LAPSE') AND {AT_BUREAU} AND {SITE}) OR (kind IN ('AGREE', 'OBJECT')"
    f" AND record_id IN (SELECT s.id FROM public.inspections_siterecord s WHERE s.office_id = {OFFICE}))"
)
MATTERS = "matter_id IN (SELECT m.id FROM public.inspections_matter m)"
DRAWS = "draw_id IN (SELECT d.id FROM public.inspections_draw d)"
LETTERS = "letter_id IN (SELECT l.id FROM public.ledger_targetletter l)"
VERSIONS_OF_OWN = (
    "SELECT v.id FROM public.ledger_letterversion v JOIN public.ledger_targetletter l ON l.id = v.letter_id"
    f" WHERE l.office_id = {OFFICE}"
)
OBJECTIONS = "objection_id IN (SELECT b.id FROM public.ledger_objection b)"
SEATS = "seat_id IN (SELECT s.id FROM public.ledger_panelseat s)"
CONSULTATIONS = "consultation_id IN (SELECT t.id FROM public.ledger_consultation t)"

SCHEMAS_BELOW = f"(SELECT o.schema_name FROM public.tenants_office o WHERE o.parent_id = {OFFICE})"
PROVINCE_SCHEMA = f"(SELECT o.schema_name FROM public.tenants_office o WHERE o.id = {PROVINCE})"
# The platform keeps the national days, a province those of its territory, a prefecture or county its own.
DIGITS = "CASE o.tier WHEN 'PROVINCE' THEN 2 WHEN 'PREFECTURE' THEN 4 ELSE 6 END"
OWN_TERRITORY = f"""
EXISTS (SELECT 1 FROM public.tenants_office o WHERE o.id = {OFFICE} AND CASE o.level
    WHEN 'PLATFORM' THEN core_calendarday.region_code = ''
    ELSE core_calendarday.region_code <> ''
         AND left(core_calendarday.region_code, {DIGITS}) = left(o.region_code, {DIGITS})
END)
""".strip()

OWN_COUNTIES = f"""
level = 'COUNTY' AND EXISTS (SELECT 1 FROM public.tenants_office o WHERE o.id = {OFFICE}
    AND o.level = 'PROVINCE' AND o.tier = 'PROVINCE' AND left(tenants_region.code, 2) = left(o.region_code, 2)
    AND left(tenants_region.parent_code, 2) = left(o.region_code, 2))
""".strip()

# An event of the province, or of the portal, about a thing that the office may see is for it, too.
OURS = f"(SELECT o.id::text FROM public.tenants_office o WHERE o.id = {OFFICE} OR o.parent_id = {OFFICE})"
ABOUT_US = f"""
CASE split_part(subject, ':', 1)
    WHEN 'ledger.value' THEN split_part(subject, ':', 3) IN {OURS}
    WHEN 'ledger.report' THEN split_part(subject, ':', 3) IN {OURS}
    WHEN 'ledger.letter' THEN split_part(subject, ':', 2) IN (SELECT l.id::text FROM public.ledger_targetletter l)
    WHEN 'ledger.consultation' THEN split_part(subject, ':', 2)
        IN (SELECT t.id::text FROM public.ledger_consultation t)
    WHEN 'ledger.adjustment' THEN split_part(subject, ':', 2)
        IN (SELECT a.id::text FROM public.ledger_scoreadjustment a)
    WHEN 'ledger.objection' THEN split_part(subject, ':', 2) IN (SELECT b.id::text FROM public.ledger_objection b)
    WHEN 'ledger.warning' THEN split_part(subject, ':', 2) IN (SELECT w.id::text FROM public.ledger_earlywarning w)
    WHEN 'ledger.statement' THEN split_part(subject, ':', 2)
        IN (SELECT s.id::text FROM public.ledger_deductionstatement s)
    WHEN 'inspections.draw' THEN split_part(subject, ':', 2) IN (SELECT d.id::text FROM public.inspections_draw d)
    WHEN 'inspections.task' THEN split_part(subject, ':', 2) IN (SELECT t.id::text FROM public.inspections_task t)
    WHEN 'inspections.claim' THEN split_part(subject, ':', 2)
        IN (SELECT c.id::text FROM public.inspections_falseclaim c)
    WHEN 'inspections.matter' THEN split_part(subject, ':', 2) IN (SELECT m.id::text FROM public.inspections_matter m)
    WHEN 'inspections.rectification' THEN split_part(subject, ':', 2)
        IN (SELECT r.id::text FROM public.inspections_rectification r)
    WHEN 'library.version' THEN split_part(subject, ':', 2) IN (SELECT v.id::text FROM public.library_templateversion v)
    WHEN 'ledger.run' THEN split_part(subject, ':', 2) IN (SELECT r.id::text FROM public.ledger_scorerun r)
    WHEN 'results.result' THEN split_part(subject, ':', 2) IN (SELECT r.id::text FROM public.results_yearresult r)
    WHEN 'results.use' THEN split_part(subject, ':', 2) IN (SELECT u.id::text FROM public.results_resultuse u)
    WHEN 'results.objection' THEN split_part(subject, ':', 2)
        IN (SELECT b.id::text FROM public.results_noticeobjection b)
    WHEN 'ledger.cycle' THEN split_part(subject, ':', 2) IN (SELECT c.id::text FROM public.ledger_cycle c)
    WHEN 'core.calendar' THEN true
    WHEN 'core.file' THEN split_part(subject, ':', 2) IN (SELECT f.id::text FROM public.core_storedfile f)
    WHEN 'tenants.office' THEN split_part(subject, ':', 2) IN {OURS}
    WHEN 'tenants.user' THEN split_part(subject, ':', 2) IN (SELECT u.id::text FROM public.tenants_user u)
    ELSE false
END
""".strip()
# What the bureau decided with: its file is named by a value, an adjustment, a letter's scan that the office may see.
LISTED = "jsonb_build_array(jsonb_build_object('id', core_storedfile.id::text))"
NAMED = f"""
(EXISTS (SELECT 1 FROM public.ledger_reportedvalue v WHERE v.evidence @> {LISTED})
 OR EXISTS (SELECT 1 FROM public.ledger_scoreadjustment a WHERE a.evidence @> {LISTED})
 OR EXISTS (SELECT 1 FROM public.ledger_letterscan s WHERE s.evidence @> {LISTED})
 OR EXISTS (SELECT 1 FROM public.inspections_taskitem i WHERE i.evidence @> {LISTED})
 OR EXISTS (SELECT 1 FROM public.inspections_finding f WHERE f.evidence @> {LISTED})
 OR EXISTS (SELECT 1 FROM public.inspections_sitestep t WHERE t.evidence @> {LISTED})
 OR EXISTS (SELECT 1 FROM public.inspections_falseclaim c WHERE c.evidence @> {LISTED}
            OR c.statement_evidence @> {LISTED})
 OR EXISTS (SELECT 1 FROM public.inspections_matter m WHERE m.evidence @> {LISTED})
 OR EXISTS (SELECT 1 FROM public.inspections_matterstep s WHERE s.evidence @> {LISTED})
 OR EXISTS (SELECT 1 FROM public.inspections_rectificationstep p WHERE p.evidence @> {LISTED})
 OR EXISTS (SELECT 1 FROM public.results_paperform f WHERE f.file_id = core_storedfile.id))
""".strip()
OBJECTED = f"""
(EXISTS (SELECT 1 FROM public.ledger_objection b WHERE b.evidence @> {LISTED})
 OR EXISTS (SELECT 1 FROM public.ledger_furtherappeal f WHERE f.evidence @> {LISTED}))
""".strip()
