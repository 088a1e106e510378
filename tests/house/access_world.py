"""A world in which every URL has something to point at: running years of two provinces, with one of each thing.

`build` makes yunnan's, of which kunming is a prefecture; `build_all` adds what puer, its neighbour, has of it,
and a year of shifan with its prefecture qinghe. What only one office may know says so: it holds that office's `secret`.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from api.authentication import digest
from api.models import Token
from appraisal.duties.models import Breakdown, Duty, ResponsibilityList
from appraisal.inspections import models as inspected
from appraisal.inspections.rules.drawing import canonical
from appraisal.inspections.rules.drawing import digest as sha256
from appraisal.inspections.selectors.draws import plan_of
from appraisal.inspections.selectors.site_contents import content_of
from appraisal.ledger.models import (
    Amendment,
    Consultation,
    ConsultedFigure,
    CurrentValue,
    DecisionDocument,
    DeductionStatement,
    EarlyWarning,
    FactClaim,
    FurtherAppeal,
    LetterChange,
    Objection,
    Report,
    ReportedValue,
    ScoreAdjustment,
    ScoreLine,
    ScoreRun,
    TargetLetter,
    Tie,
)
from appraisal.ledger.selectors.statement_contents import contents_of
from appraisal.ledger.usecases import amendments, scores
from appraisal.library import usecases as library
from appraisal.reporting.models import Book, MonthlyDraft
from appraisal.results.models import NoticeObjection, ResultUse, YearResult
from appraisal.results.usecases import paper_forms
from core import files, secrets
from core import office as office_core
from core.models import AuditEntry, Job
from core.workdays import Calendar
from core.workdays import add_working_days as working_days
from tenants.actors import Actor
from tenants.models import (
    ChangeRequest,
    Division,
    EmergencyAccount,
    EmergencyOpening,
    IdentityLink,
    IdentityProvider,
    Membership,
    Notice,
    NoticeHook,
    Office,
    OfficeArchive,
    OpenSession,
    Region,
    Role,
    Shadow,
    ShadowDifference,
    StandIn,
    User,
)
from tenants.models.notices import hook_url_about
from tenants.models.office import Level
from tests import factories
from tests.appraisal import results_setting, setting
from tests.conftest import NOON, TODAY
from tests.core.test_filling import word

Ids = dict[str, Any]
ActorMaker = Callable[..., Actor]
Offices = dict[str, Office]


# Doors whose thing is in another state than the one that the argument's name stands for.
INSTEAD = {
    ("inspections:draw-result", "draw_id"): "drawn_id",
    **{(door, "code"): "county_code" for door in ("admin-county", "api:region-move", "api:region-abolish")},
}


def thing_at(door: str, argument: str) -> str:
    """The world's argument by which a door is asked for."""
    return INSTEAD.get((door, argument), argument)


def arguments(door: Any, ids: Ids) -> Ids:
    """The arguments of a door's address (tests.house.access), of an office's own things."""
    return {name: ids[thing_at(door.name, name)] for name in door.arguments}


def _county(office: Office) -> str:
    """Code of a county in the province of the office."""
    rows = Region.objects.filter(level="COUNTY", code__startswith=office.region_code[:2])
    return rows.order_by("code").values_list("code", flat=True)[0]


def secret(schema_name: str) -> str:
    """Words that nobody but the office (and its bureau) may read, in whatever it wrote."""
    return f"只归{schema_name}自己知道"


def token_of(schema_name: str) -> str:
    """What opens the API of that office as its person."""
    return f"token-of-{schema_name}"


def build(actor: ActorMaker, offices: Offices) -> dict[str, Ids]:
    """URL arguments by office: "yunnan" (the province's own things) and "kunming" (a prefecture's)."""
    return _build(actor, offices, "yunnan", setting.PREFECTURES, ("kunming",))


def build_all(actor: ActorMaker, offices: Offices) -> dict[str, Ids]:
    """The same with those whom kunming and yunnan must not know of: "puer", "shifan" and "qinghe"."""
    ours = _build(actor, offices, "yunnan", setting.PREFECTURES, ("kunming", "puer"))
    return ours | _build(actor, offices, "shifan", ("qinghe",), ("qinghe",))


def _build(
    actor: ActorMaker, offices: Offices, province: str, names: tuple[str, ...], reporting: tuple[str, ...]
) -> dict[str, Ids]:
    """A running year of a province with `names` in it, of which those `reporting` have one of each thing."""
    running = setting.running_cycle(actor, offices, names)
    for name in reporting:
        _report(running, offices[name])
        _listed(running, offices[name])
    run = scores.new_run(running.period(10), note="", actor=running.admin, at=NOON)
    run = scores.calculate_run(run_id=run.pk, actor=running.admin, at=NOON)
    run = scores.publish_run(run_id=run.pk, actor=running.admin, at=NOON)
    period = running.period(10)
    result = results_setting.as_if_noticed(running, at=NOON)
    form = {"paper_form_id": _paper_form(running.admin), "paper_kind": "CIRCULAR"}
    things = {
        name: _of(running, offices[name], run) | _year_of(running, offices[name], result) | form for name in reporting
    }
    own = _own(offices[province], actor(province, Role.VERIFIER), actor(province, Role.SEC_ADMIN))
    made = {province: things[reporting[0]] | own}
    for name in reporting:
        made[name] = things[name] | _own(offices[name], actor(name, Role.REPORTER), actor(name, Role.SEC_ADMIN), period)
    for thing in ("book_id", "list_id", "duty_id"):  # a bureau has no months to fill in, nor a letter to break down
        made[province][thing] = made[reporting[0]][thing]
    return made


def _paper_form(admin: Actor) -> int:
    """The form in which a province's circular comes out."""
    upload = SimpleUploadedFile("form.docx", word("{{标题}}"))
    return paper_forms.file_form(kind="CIRCULAR", upload=upload, actor=admin, at=NOON).pk


def join(person: User, office: Office, ids: Ids) -> None:
    """Have somebody take part in what only those do who are in it: a round's seed, an inspection on site."""
    inspected.Contribution.objects.create(
        draw_id=ids["draw_id"], number=inspected.Contribution.objects.filter(draw_id=ids["draw_id"]).count() + 1,
        person_id=person.pk, person_name=person.name, office=office, sha256=sha256(f"{person.pk}"), committed_at=NOON,
    )  # fmt: skip
    task = inspected.Task.objects.get(pk=ids["task_id"])
    task.inspectors.append({"user_id": person.pk, "name": person.name})
    task.save(update_fields=["inspectors"])


def _year_of(running: setting.Running, office: Office, result: YearResult) -> Ids:
    """What an office gave itself, and what it objects to."""
    words = secret(office.schema_name)
    results_setting.handed_over(running, office.schema_name, "90", statement=words)
    objection = NoticeObjection.objects.create(
        result=result, office=office, about=office, grounds=words, filed_by_id=1, filed_by_name="测试", filed_at=NOON,
        answer_due_on=TODAY,
    )  # fmt: skip
    use = ResultUse.objects.create(
        result=result, office=office, kind="TALK", title=words, basis="考核办法", recorded_by_id=1,
        recorded_by_name="测试", recorded_at=NOON,
    )  # fmt: skip
    return {
        "year_run_id": result.run_id, "other_run_id": result.run_id, "result_id": result.pk,
        "notice_objection_id": objection.pk, "use_id": use.pk,
    }  # fmt: skip


def _report(running: setting.Running, office: Office) -> None:
    value = ReportedValue.objects.create(
        period=running.period(10), office=office, indicator=running.indicator("A1"), version=1, source="report",
        fact={"value": "700"}, narrative=secret(office.schema_name), entered_at=NOON,
        evidence=[{"id": "00000000-0000-0000-0000-000000000001", "name": "花名册.pdf"}],
    )  # fmt: skip
    Report.objects.create(period=value.period, office=office, round=1, handed_over_at=NOON, on_time=True)
    CurrentValue.objects.create(
        period=value.period, office=office, indicator=value.indicator, value=value, state="VERIFIED",
        final_fact={"value": "700"},
    )  # fmt: skip


def _listed(running: setting.Running, office: Office) -> None:
    """A deduction that the office's published card lists."""
    ScoreAdjustment.objects.create(
        cycle=running.cycle, office=office, from_month=10, kind="DEDUCTION", code="M1",
        title=secret(office.schema_name), points=Decimal(1), legal_basis="考核办法", confirming_unit="办公室",
        recorded_by_id=1, recorded_by_name="测试", recorded_at=NOON,
    )  # fmt: skip


def _of(running: setting.Running, office: Office, run: ScoreRun) -> Ids:
    """What the public record holds of an office, and the province's things that it is held in."""
    period, indicator, words = running.period(10), running.indicator("A1"), secret(office.schema_name)
    line = ScoreLine.objects.get(card__run=run, card__office=office, indicator=indicator)
    adjustment = ScoreAdjustment.objects.get(cycle=running.cycle, office=office)
    objection = Objection.objects.create(
        line=line, period=period, office=office, grounds=f"请复核。{words}", filed_by_id=1, filed_by_name="测试",
        filed_at=NOON, answer_due_on=TODAY,
    )  # fmt: skip
    decision = DecisionDocument.objects.create(
        objection=objection, period=period, office=office, stage="REVIEW", number=words, content_sha256="0" * 64,
        content=_decision(objection, words), issued_by_id=1, issued_by_name="测试", issued_at=NOON,
    )  # fmt: skip
    answered = Objection.objects.create(
        line=ScoreLine.objects.filter(card=line.card).exclude(pk=line.pk).order_by("pk")[0], period=period,
        office=office, grounds=words, filed_by_id=1, filed_by_name="测试", filed_at=NOON, answer_due_on=TODAY,
        state="REJECTED", decision=words, decided_by_name="测试", decided_at=NOON, heard_on=TODAY, minutes="1号",
    )  # fmt: skip
    appeal = FurtherAppeal.objects.create(
        objection=answered, period=period, office=office, grounds=words, filed_by_id=1, filed_by_name="测试",
        filed_at=NOON, due_on=TODAY, derivation=working_days(TODAY, 10, Calendar(""))[1].as_json(),
    )  # fmt: skip
    change = LetterChange.objects.create(
        letter=running.letters[office.schema_name], kind="PLAN", rows={}, reason=words, basis="文件",
        effective_on=TODAY.replace(day=1), applied_by_id=1, applied_by_name="测试", applied_by_role="", applied_at=NOON,
    )  # fmt: skip
    consultation = Consultation.objects.create(cycle=running.cycle, office=office, opened_at=NOON, due_on=TODAY)
    ConsultedFigure.objects.create(consultation=consultation, indicator=indicator, first_reason=words)
    warning = EarlyWarning.objects.create(
        period=period, office=office, level="RED", done=Decimal(58), due=Decimal(83), worst=[], request=words,
        issued_by_id=1, issued_by_name="测试", issued_at=NOON, due_on=TODAY,
        derivation=working_days(TODAY, 10, Calendar(""))[1].as_json(),
    )  # fmt: skip
    [told] = [each for each in contents_of(run, at=NOON) if each.office == office]
    statement = DeductionStatement.objects.create(
        run=run, office=office, number=words, content=told.said, content_sha256="0" * 64, points_off=told.points_off,
        receipt_due_on=told.receipt_due_on, derivation=told.derivation.as_json(), issued_by_id=1,
        issued_by_name="测试", issued_at=NOON,
    )  # fmt: skip
    report = Report.objects.get(office=office)
    claim = FactClaim.objects.create(
        period=period, office=office, indicator=indicator, value=ReportedValue.objects.get(office=office),
        report=report, fact={"value": "710"}, reason=words, claimed_by_id=1, claimed_by_name="测试", claimed_at=NOON,
    )  # fmt: skip
    return {
        "fact_claim_id": claim.pk,
        "consultation_id": consultation.pk,
        "warning_id": warning.pk,
        "statement_id": statement.pk, "decision_document_id": decision.pk,
        "further_appeal_id": appeal.pk,
        "letter_change_id": change.pk, "before_run_id": run.pk,
        "period_id": period.pk, "indicator_id": indicator.pk, "run_id": run.pk, "slug": office.schema_name,
        "county_code": _county(office),
        "code": "A1", "rule_name": "grades", "value_id": CurrentValue.objects.get(office=office).pk, "line_id": line.pk,
        "amendment_id": _amendment(running).pk,
        "adjustment_id": adjustment.pk, "objection_id": objection.pk, "version_id": running.version.pk,
        "template_id": running.version.template_id,
        "cycle_id": running.cycle.pk, "letter_id": running.letters[office.schema_name].pk, "office_id": office.pk,
        "report_id": report.pk, "archive_id": _archive(office),
        **_shadow(office), **_inspections(running, office),
    }  # fmt: skip


def _decision(objection: Objection, words: str) -> dict[str, Any]:
    """What a document says of a decision that the world's open objection has not got yet: acts on it stay possible."""
    line, on = objection.line, TODAY.isoformat()
    return {
        "schema": "anlan.decision/1", "stage": "REVIEW", "province": objection.period.cycle.province.name,
        "office": objection.office.name, "year": 2026, "month": 10,
        "indicator": {"code": line.indicator.code, "name": line.indicator.name, "name_en": ""},
        "line": {"run": "S-202610-01", "points": "6", "score": "5", "off": "1", "figure": "", "verified_off": "0"},
        "filed": {"by": "测试", "on": on}, "grounds": words, "evidence": [],
        "hearing": {"members": ["测试"], "on": on, "minutes": "1号"}, "finding": "维持原分", "upheld": False,
        "decision": words, "decided": {"by": "测试", "on": on}, "correction": None, "after": None, "further": None,
    }  # fmt: skip


def _inspections(running: setting.Running, office: Office) -> Ids:
    """A round whose list is frozen, one that is drawn, and a tie of one of the bureau's people to the office."""
    slug = office.schema_name
    frozen, drawn = _round(running, office), _round(running, office)
    drawn.state, drawn.seed, drawn.drawn_at, drawn.drawn_by_id = "DRAWN", f"figure {drawn.number}", NOON, 2
    drawn.result = [{"object": f"office:{slug}", "inspectors": ["p1"]}]
    drawn.save()
    tie = Tie.objects.create(
        person_id=running.admin.user_id or 0, office=office, kind="KIN", note=secret(slug), declared_by_id=1,
        declared_by_name="测试", declared_at=NOON,
    )  # fmt: skip
    return {"draw_id": frozen.pk, "drawn_id": drawn.pk, "tie_id": tie.pk} | _inspected(running, office)


def _round(running: setting.Running, office: Office) -> inspected.Draw:
    slug, cycle = office.schema_name, running.cycle
    draw = inspected.Draw.objects.create(
        province=cycle.province, cycle=cycle, number=inspected.Draw.objects.filter(cycle=cycle).count() + 1,
        title="十月抽查", kind="OFFICE", wanted=1, each=1, seed_kind="CONTRIBUTIONS", seed_people=2, as_of=TODAY,
        created_by_id=1, created_by_name="测试", created_at=NOON, material={
            "objects": [{"key": f"office:{slug}", "office": slug, "label": slug, "weight": 1, "risk": [],
                         "left_out": ""}],
            "inspectors": [{"key": "p1", "user_id": 1, "name": "测试", "division": "", "chosen": True}],
        },
    )  # fmt: skip
    text = canonical(plan_of(draw, [], rule={}, name="测试", at=NOON))
    draw.state, draw.frozen_text, draw.frozen_sha256 = "FROZEN", text, sha256(text)
    draw.frozen_at, draw.frozen_by_id = NOON, 1
    draw.save()
    return draw


def _inspected(running: setting.Running, office: Office) -> Ids:
    """An inspection that is done, what it found, what is to rectify, and a claim held to be false."""
    words, indicator = secret(office.schema_name), running.indicator("A1")
    task = inspected.Task.objects.create(
        cycle=running.cycle, office=office, title=words, checklist="FUND", starts_on=TODAY, ends_on=TODAY,
        planned_by_name="测试", planned_at=NOON, state="DONE", summary=words, finished_at=NOON,
    )  # fmt: skip
    item = inspected.TaskItem.objects.create(task=task, position=1, code="F1", text=words, text_en=words, basis=words)
    finding = inspected.Finding.objects.create(
        task=task, item=item, number=1, text=words, consequence="RECTIFY", requirement=words, days=10, found_by_id=1,
        found_by_name="测试", found_at=NOON,
    )  # fmt: skip
    how = working_days(TODAY, 10, Calendar(office.region_code))[1].as_json()
    inspected.SiteRecord.objects.create(
        task=task, office=office, number=words, content=content_of(task, [item], [finding], []),
        content_sha256="0" * 64, due_on=TODAY, derivation=how, issued_by_name="测试", issued_at=NOON,
    )  # fmt: skip
    row = inspected.Rectification.objects.create(
        finding=finding, task=task, office=office, due_on=TODAY, derivation=how, ordered_at=NOON
    )
    claim = inspected.FalseClaim.objects.create(
        cycle=running.cycle, office=office, indicator=indicator, month=10, facts=words, proposed_by_id=1,
        proposed_by_name="测试", proposed_at=NOON, hear_until=TODAY, derivation=how,
    )  # fmt: skip
    matter = inspected.Matter.objects.create(
        cycle=running.cycle, office=office, title=words, text=words, basis=words, due_on=TODAY, first_due_on=TODAY,
        derivation=how, assigned_by_id=1, assigned_by_name="测试", assigned_at=NOON,
    )  # fmt: skip
    return {
        "task_id": task.pk, "item_id": item.pk, "finding_id": finding.pk, "row_id": row.pk, "claim_id": claim.pk,
        "matter_id": matter.pk,
    }  # fmt: skip


def _amendment(running: setting.Running) -> Amendment:
    """Proposed for the year's last month, waiting for a leader."""
    waiting = Amendment.objects.filter(cycle=running.cycle).first()
    if waiting is not None:
        return waiting
    copy = library.copy_version(version_id=running.version.pk, actor=running.admin, at=NOON)
    version = library.publish_version(
        version_id=copy.pk, minutes_number="纪要〔2026〕9号", effective_on=TODAY, lock_version=0, actor=running.admin,
        at=NOON,
    )  # fmt: skip
    return amendments.propose_amendment(
        cycle_id=running.cycle.pk, version_id=version.pk, from_month=12, reason="省政府年中调整任务",
        actor=running.admin, at=NOON,
    )  # fmt: skip


def _archive(office: Office) -> int:
    """As if the office had been packed once."""
    name, folder = f"{office.schema_name}.tar", Path(settings.ARCHIVE_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"tar")
    return OfficeArchive.objects.create(
        office=office, file=name, size=3, sha256="0" * 64, tables=0, rows=0, files=0, entries=0,
        reason=secret(office.schema_name), made_at=NOON,
    ).pk  # fmt: skip


def _shadow(office: Office) -> Ids:
    """As if the office had been looked at as of yesterday, and one row found that differs."""
    shadow = Shadow.objects.create(
        office=office, schema_name=f"shadow_{office.schema_name}_202611040400", as_of=NOON - timedelta(days=1),
        source="BACKUP", state="READY", reason=secret(office.schema_name), asked_at=NOON, compared_at=NOON,
        drop_on=TODAY,
    )  # fmt: skip
    difference = ShadowDifference.objects.create(
        shadow=shadow, table_name="reporting_draftvalue", row_id="1", kind="GONE",
        before={"narrative": secret(office.schema_name)},
    )  # fmt: skip
    return {"shadow_id": shadow.pk, "difference_id": difference.pk}


def _own(office: Office, person: Actor, admin: Actor, period: Any = None) -> Ids:
    """What every office has of its own: a file, a job, a person with a membership, a division, a stand-in …"""
    words, user = secret(office.schema_name), User.objects.get(pk=person.user_id)
    with office_core.mounted(office.mount(actor_id=person.user_id)):
        upload = SimpleUploadedFile(f"{words}.txt", words.encode(), "text/plain")
        stored = files.store(
            upload,
            office_schema=office.schema_name,
            uploader_id=person.user_id or 0,
            uploader_name=person.name,
            at=NOON,
        )
        job = Job.objects.create(
            office=office.schema_name, kind=scores.CALCULATE, key=words, state=Job.State.FAILED, wanted_at=NOON,
            run_at=NOON,
            arguments={"run_id": 0}, finished_at=NOON, wanted_by_id=person.user_id, wanted_by_name=person.name,
        )  # fmt: skip
        books: Ids = {}
        if period is not None:
            MonthlyDraft.objects.create(period=period)
            books["book_id"] = Book.objects.create(  # each office's own tables count from 1: a number of its own
                id=1000 + office.pk, period=period, file=stored, state="READY", sheet="填报",
                uploaded_by_id=person.user_id or 0, uploaded_by_name=person.name, uploaded_at=NOON,
                touched=[{"indicator": 0, "base": {}, "mine": {"note": words}, "refs": {}}],
            ).pk  # fmt: skip
            books |= _duties(office, period, person)
    membership = Membership.objects.filter(user_id=person.user_id, office=office).get()
    with office_core.mounted(office.mount(actor_id=admin.user_id)):
        division = Division.objects.create(office=office, name=words, valid_from=TODAY)
        stand_in = StandIn.objects.create(
            membership=membership, person_id=admin.user_id, starts_on=TODAY, ends_on=TODAY, reason=words,
            created_by_id=person.user_id or 0, created_at=NOON, revoked_at=NOON,
        )  # fmt: skip
    token = Token.objects.create(
        user=user, office=office, name=words, digest=digest(token_of(office.schema_name)), created_at=NOON,
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    provider = IdentityProvider.objects.create(
        office=office, name=words, issuer=f"https://sso.{office.schema_name}.example", client_id="anlan",
        created_by_id=admin.user_id or 0, created_at=NOON,
    )  # fmt: skip
    link = IdentityLink.objects.create(
        provider=provider, user_id=person.user_id or 0, subject="s", linked_by_id=admin.user_id or 0, linked_at=NOON
    )
    change = ChangeRequest.objects.create(
        office=office, action="reset-factor", arguments={"user_id": person.user_id, "reason": words},
        about=f"tenants.user:{person.user_id}", what=words, reason=words, asked_by_id=admin.user_id,
        asked_as=Role.SEC_ADMIN, asked_at=timezone.now(), expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    if office.level == Level.PROVINCE:
        _emergency(office, person, admin, words)
    hook = NoticeHook.objects.create(
        office=office, kind="WECOM", name=words, host="robots.example.org", created_by_name=admin.name, created_at=NOON
    )
    NoticeHook.objects.filter(pk=hook.pk).update(
        url=secrets.seal(f"https://robots.example.org/{words}", about=hook_url_about(hook.pk))
    )
    Notice.objects.create(office=office, user=user, key="test", stage="NEW", title=words, url="/", made_at=NOON)
    session = OpenSession.objects.create(user=user, key=words, digest=digest(words), began_at=NOON, seen_at=NOON)
    return {
        "file_id": stored.pk, "job_id": job.pk, "user_id": user.pk, "person_id": user.pk,
        "membership_id": membership.pk, "division_id": division.pk, "stand_in_id": stand_in.pk,
        "own_office_id": office.pk, "entry_id": AuditEntry.objects.filter(chain=office.schema_name).latest("id").pk,
        "token_id": token.pk, "session_id": session.pk, "number": session.pk,
        "change_id": change.pk, "provider_id": provider.pk, "link_id": link.pk, "field": "phone",
        "hook_id": hook.pk, **books,
    }  # fmt: skip


def _duties(office: Office, period: Any, person: Actor) -> Ids:
    """A responsibility list that is drafted, with a line, in the office that is mounted; numbers of its own."""
    words, number = secret(office.schema_name), 1000 + office.pk
    row = ResponsibilityList.objects.create(
        pk=number, letter=TargetLetter.objects.get(cycle=period.cycle, office=office), letter_version=1, number=1,
        begun_by_name=person.name, begun_at=NOON, send_back_reason=words,
    )  # fmt: skip
    breakdown = Breakdown.objects.create(list=row, code="A1", updated_by_name=person.name, updated_at=NOON)
    Duty.objects.create(pk=number, breakdown=breakdown, position=1, kind="division", ref="1", name=words, task=words)
    return {"list_id": number, "duty_id": number}


def _emergency(office: Office, person: Actor, admin: Actor, words: str) -> None:
    """An emergency account in use, which somebody has tried before."""
    user = factories.make_person(office, emergency=True, password="!", duty="SEC_ADMIN")
    User.objects.filter(pk=user.pk).update(office=office)
    account = EmergencyAccount.objects.create(
        office=office, first_holder_id=person.user_id, second_holder_id=admin.user_id, drawn_at=NOON, state="OPEN",
        first_taken_at=NOON, second_taken_at=NOON, tries=1, tried_at=NOON, tried_from=words,
        user=user,
    )  # fmt: skip
    EmergencyOpening.objects.create(
        account=account, person_id=person.user_id, reason=words, address=words, opened_at=NOON,
        until=timezone.now() + timedelta(days=1),
    )  # fmt: skip
