"""One month of the demo: reported by the prefectures, verified, scored and published by the province."""

import io
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from appraisal.ledger.models import CurrentValue, Objection, Period, ScoreLine, ScoreRun
from appraisal.ledger.selectors import tracking
from appraisal.ledger.states import ValueState
from appraisal.ledger.usecases import (
    adjustments,
    decisions,
    objections,
    panels,
    province_facts,
    scores,
    verification,
    warnings,
)
from appraisal.library.models import EnteredBy, Indicator, Method
from appraisal.reporting import usecases as reporting
from appraisal.reporting.models import DraftValue
from appraisal.reporting.usecases.fill import Entry
from config.demo import figures, stories
from config.demo.cast import moment
from config.demo.figures import Profile
from core import files, money
from core import office as office_core
from tenants import actors
from tenants.actors import Actor

if TYPE_CHECKING:
    from config.demo.year import Plan

WHOLE = frozenset({"A1", "A3", "A4", "B5", "D2", "D4"})
COUNTY_SPLIT = frozenset({"A1", "A2", "A3", "D2"})
AVOIDED = "dali"  # tied to one of the verifiers (config.demo.inspections)
PANEL_EVIDENCE = "省级考核评议与核查记录"


class Month:
    """Plays one period."""

    def __init__(self, plan: "Plan", period: Period) -> None:
        self.plan, self.period, self.number = plan, period, period.month
        self.here = plan.cast.province.schema_name

    # --- prefectures ------------------------------------------------------------------------------------------------

    def report(self, slug: str) -> None:
        """Fill in, attach, submit, sign: two working days before the due day, or late where the stories say so."""
        day = self.period.due_on - timedelta(days=1)
        if (slug, self.number) in stories.LATE:
            day = min(self.period.due_on + timedelta(days=1), self.period.closes_on)
        self.fill(slug, at=moment(day, 10, 12))
        self.submit(slug, at=moment(day, 15, 40))
        self.sign(slug, at=moment(day, 16, 25))

    def fill(self, slug: str, *, at: datetime, codes: tuple[str, ...] = ()) -> None:
        """Save the month's values (all, or `codes`) with one list of supporting figures attached to each."""
        profile = self.plan.profiles[slug]
        rows = [row for row in self._own(profile) if not codes or row.code in codes]
        with self.plan.cast.acting(slug, "report") as reporter:
            entries = [self._entry(profile, row) for row in rows]
            reporting.save_values(period_id=self.period.pk, entries=entries, quiet=True, actor=reporter, at=at)
            wanting = [row for row in rows if row.evidence]
            if wanting:
                upload = self._list_of_figures(profile, rows)
                stored = files.upload_file(upload=upload, actor=reporter, at=at)
                reporting.attach_to_many(
                    period_id=self.period.pk,
                    indicator_ids=[row.pk for row in wanting],
                    file_id=stored.pk,
                    actor=reporter,
                    at=at,
                )

    def submit(self, slug: str, *, at: datetime) -> None:
        with self.plan.cast.acting(slug, "report") as reporter:
            reporting.submit_report(period_id=self.period.pk, actor=reporter, at=at)

    def sign(self, slug: str, *, at: datetime) -> None:
        with self.plan.cast.acting(slug, "leader") as leader:
            reporting.sign_off(period_id=self.period.pk, actor=leader, at=at)

    def _own(self, profile: Profile) -> list[Indicator]:
        return [row for row in self.plan.of(EnteredBy.PREFECTURE) if row.code not in profile.not_applicable]

    def _entry(self, profile: Profile, indicator: Indicator, factor: Decimal = Decimal(1)) -> Entry:
        fact = self._fact(profile, indicator)
        if fact is None:
            return Entry(indicator.pk, nothing_to_report=True, nothing_reason="本月没有发生")
        lines = None
        if factor != 1:
            places = "1" if indicator.code in WHOLE or "target" in fact else "0.01"
            fact = {**fact, "value": str(figures.rounded(Decimal(fact["value"]) * factor, places))}
        if indicator.code in COUNTY_SPLIT and self.plan.counties[profile.slug]:
            lines = self._county_lines(profile, Decimal(fact["value"]), 0 if indicator.code in WHOLE else 2)
        return Entry(indicator.pk, fact=fact, narrative=self._narrative(indicator), county_lines=lines)

    def _fact(self, profile: Profile, indicator: Indicator) -> dict[str, Any] | None:
        if indicator.method == Method.MILESTONE:
            days = figures.done_on(profile, stories.YEAR, indicator.code, self.number)
            ids = self.plan.milestones[profile.slug, indicator.code]
            return {"done_on": {str(pk): day for pk, day in zip(ids, days, strict=True) if day}}
        return figures.fact(profile, indicator.code, self.number)

    def _county_lines(self, profile: Profile, total: Decimal, places: int) -> list[dict[str, str]]:
        counties = self.plan.counties[profile.slug]
        weights = [3 + (int(county.code) * 7 + len(county.name)) % 11 for county in counties]
        parts = money.split(total, weights, places)
        return [{"code": county.code, "quantity": str(part)} for county, part in zip(counties, parts, strict=True)]

    def _narrative(self, indicator: Indicator) -> str:
        source = indicator.evidence or "业务台账"
        return f"截至 {self.number} 月底，{indicator.name}按计划推进，数据取自{source}，已与县级核对。"

    def _list_of_figures(self, profile: Profile, rows: list[Indicator]) -> SimpleUploadedFile:
        out = io.StringIO()
        out.write("指标,名称,单位,佐证材料\n")
        for row in rows:
            out.write(f"{row.code},{row.name},{row.unit},{row.evidence}\n")
        out.write(f"单位,{self.plan.cast.offices[profile.slug].name},月份,{stories.YEAR}-{self.number:02d}\n")
        name = f"{stories.YEAR}年{self.number}月月报佐证清单.csv"
        return SimpleUploadedFile(name, out.getvalue().encode("utf-8-sig"), content_type="text/csv")

    # --- province ---------------------------------------------------------------------------------------------------

    def enter_provincial_facts(self) -> None:
        """Checks, panels and surveys of the bureau; where nothing happened that is confirmed, never assumed."""
        at = moment(self.period.due_on, 17)
        with self.plan.cast.acting(self.here, "admin") as admin:
            for indicator in self.plan.of(EnteredBy.PROVINCE):
                rows = []
                for slug, profile in self.plan.profiles.items():
                    fact = figures.province_fact(profile, indicator.code, self.number)
                    if fact is not None:
                        rows.append(province_facts.FactRow(self.plan.cast.offices[slug].pk, fact, PANEL_EVIDENCE))
                if rows:
                    province_facts.record_facts(
                        period_id=self.period.pk, indicator_id=indicator.pk, rows=rows, actor=admin, at=at
                    )
                if indicator.method in (Method.DEDUCT, Method.ADD) and len(rows) < len(self.plan.profiles):
                    province_facts.confirm_no_events(
                        period_id=self.period.pk,
                        indicator_id=indicator.pk,
                        reason="核查本月没有发生",
                        actor=admin,
                        at=at,
                    )

    def verify(self) -> None:
        """Returns and their answers first, then corrections and points off, then everything else passes."""
        day = self.period.due_on + timedelta(days=1)
        for story in (
            each for each in stories.RETURNS if each.month == self.number and each.slug in self.plan.profiles
        ):
            self._return_and_answer(story, moment(day, 9, 20))
        at = moment(self.period.verify_due_on, 10, 30)
        for fix in (each for each in stories.CORRECTIONS if each.month == self.number):
            if value := self._current(fix.slug, fix.code):
                with self.verifying(value) as verifier:
                    verification.correct_value(
                        current_value_id=value.pk, lock_version=value.lock_version, fact={"value": fix.value},
                        reason=fix.reason, actor=verifier, at=at,
                    )  # fmt: skip
        for off in (each for each in stories.POINTS_OFF if each.month == self.number):
            if value := self._current(off.slug, off.code):
                with self.verifying(value) as verifier:
                    verification.take_points_off(
                        current_value_id=value.pk, lock_version=value.lock_version, points=off.points,
                        reason=off.reason, actor=verifier, at=at,
                    )  # fmt: skip
        waiting = CurrentValue.objects.filter(period=self.period, state=ValueState.SUBMITTED)
        by_seat: dict[str, list[tuple[int, int]]] = {}
        for value in waiting.select_related("office", "indicator__owner").order_by("id"):
            by_seat.setdefault(self._seat(value), []).append((value.pk, value.lock_version))
        for seat, items in by_seat.items():
            with self.plan.cast.acting(self.here, seat) as verifier:
                for start in range(0, len(items), 200):
                    verification.verify_values(items=items[start : start + 200], actor=verifier, at=at)

    def _seat(self, value: CurrentValue) -> str:
        """Who decides about a value: a verifier of its division, another one for an office that they are tied to."""
        owner = value.indicator.owner
        if owner is None or self.plan.cast.actor(self.here, "verify1").division_id == owner.pk:
            return "verify1"
        return "admin" if value.office.schema_name == AVOIDED else "verify2"

    def verifying(self, value: CurrentValue) -> AbstractContextManager[Actor]:
        return self.plan.cast.acting(self.here, self._seat(value))

    def _current(self, slug: str, code: str) -> CurrentValue | None:
        if slug not in self.plan.profiles:
            return None
        return CurrentValue.objects.filter(
            period=self.period, office=self.plan.cast.offices[slug], indicator__code=code
        ).first()

    def _return_and_answer(self, story: stories.Returned, at: datetime) -> None:
        value = self._current(story.slug, story.code)
        assert value is not None, f"{story.slug} reported {story.code}"
        with self.verifying(value) as verifier:
            verification.return_value(
                current_value_id=value.pk, lock_version=value.lock_version, reason=story.reason, actor=verifier, at=at
            )
        profile, indicator = self.plan.profiles[story.slug], self.plan.indicators[story.code]
        with self.plan.cast.acting(story.slug, "report") as reporter:
            entry = self._entry(profile, indicator, Decimal("0.985"))
            lock = DraftValue.objects.get(draft__period=self.period, indicator=indicator).lock_version
            reporting.save_value(
                period_id=self.period.pk, indicator_id=indicator.pk, fact=entry.fact, narrative=story.answer,
                county_lines=entry.county_lines, lock_version=lock, actor=reporter, at=at + timedelta(hours=4),
            )  # fmt: skip
        self.submit(story.slug, at=at + timedelta(hours=5))
        self.sign(story.slug, at=at + timedelta(hours=6))

    def score(self) -> ScoreRun:
        """Adjustments of the month, calculation, publication; the objection of the month decided and scored anew."""
        at = moment(self.period.verify_due_on, 15)
        with self.plan.cast.acting(self.here, "admin") as admin:
            self._adjust(admin, at)
        run = self._run("首次计算", at)
        if stories.OBJECTION[1] == self.number and stories.OBJECTION[0] in self.plan.profiles:
            filed = self._object(run, at + timedelta(days=1))
            run = self._run("异议成立后重算", at + timedelta(days=3))
            with self.plan.cast.acting(self.here, "deputy") as leader:
                decisions.issue_decision(objection_id=filed.pk, actor=leader, at=at + timedelta(days=3, hours=2))
        if self.number == stories.WARNED_MONTH:
            self._warn(run, at + timedelta(days=4))
        return run

    def _warn(self, run: ScoreRun, at: datetime) -> None:
        """The offices that are farthest behind the plan are warned; the first answers, the others are thinking."""
        with self.plan.cast.acting(self.here, "admin"):
            rows = tracking.of_province(run).rows
        behind = [row for row in rows if row.light in ("YELLOW", "RED") and row.progress]
        behind.sort(key=lambda row: (-row.progress.behind if row.progress else 0, row.card.schema_name))
        for place, row in enumerate(behind[: stories.WARNED]):
            slug = row.card.schema_name
            with self.plan.cast.acting(self.here, "admin") as admin:
                warning = warnings.issue_warning(
                    run_id=run.pk, office=slug, request=stories.WARNING, actor=admin, at=at
                )
            if place == 0:
                with self.plan.cast.acting(slug, "leader") as leader:
                    warnings.answer_warning(
                        warning_id=warning.pk, measures=stories.MEASURES, until=date(self.period.cycle.year, 12, 15),
                        actor=leader, at=at + timedelta(days=2),
                    )  # fmt: skip

    def _run(self, note: str, at: datetime) -> ScoreRun:
        with self.plan.cast.acting(self.here, "admin") as admin:
            run = scores.new_run(self.period, note=note, actor=admin, at=at)
            run = scores.calculate_run(run_id=run.pk, actor=admin, at=at)
            return scores.publish_run(run_id=run.pk, actor=admin, at=at + timedelta(minutes=40))

    def _adjust(self, admin: Any, at: datetime) -> None:
        rows = [(*each, "") for each in (*stories.BONUSES, *stories.DEDUCTIONS)]
        for slug, month, code, title, _unit in [*rows, (*stories.VETO, "")]:
            if month != self.number or slug not in self.plan.profiles:
                continue
            paper = SimpleUploadedFile(
                f"{title}.txt", f"{title}\n证明文件（演示）\n".encode(), content_type="text/plain"
            )
            stored = files.upload_file(upload=paper, actor=admin, at=at)
            unit = "省审计厅" if code == stories.VETO[2] else "省局办公室"
            adjustments.record_adjustment(
                cycle_id=self.plan.cycle.pk, office_id=self.plan.cast.offices[slug].pk, from_month=month, code=code,
                points=None, legal_basis=f"年度考核办法：{title}", confirming_unit=unit,
                evidence=[str(stored.pk)], actor=admin, at=at,
            )  # fmt: skip

    def _object(self, run: ScoreRun, at: datetime) -> Objection:
        slug, _month, code, grounds, decision = stories.OBJECTION
        office = self.plan.cast.offices[slug]
        line = ScoreLine.objects.get(card__run=run, card__office=office, indicator__code=code)
        with self.plan.cast.acting(slug, "report") as reporter:
            filed = objections.file_objection(line_id=line.pk, grounds=grounds, evidence=[], actor=reporter, at=at)
        cast, panel = self.plan.cast, ("leader", "admin", "chief")
        with cast.acting(self.here, "deputy") as leader:
            members = [cast.actor(self.here, seat).user_id or 0 for seat in panel]
            panels.name_panel(objection_id=filed.pk, members=members, actor=leader, at=at + timedelta(hours=1))
        for seat in panel:
            with cast.acting(self.here, seat) as member:
                panels.vote(
                    objection_id=filed.pk, uphold=True, words=decision, actor=member, at=at + timedelta(hours=20)
                )
        with cast.acting(self.here, "deputy") as leader:
            decided = at + timedelta(days=1)
            objections.decide_objection(
                objection_id=filed.pk, upheld=True, decision=decision, points_off=Decimal(0), heard_on=decided.date(),
                minutes=f"复核纪要〔{decided.year}〕1号", actor=leader, at=decided,
            )  # fmt: skip
        return filed

    def claim(self, at: datetime) -> None:
        """A ledger publishes two points less than was reported; the office claims its own figure beside it."""
        slug, code, ledger, counted, reason = stories.NOVEMBER_CLAIM
        if slug not in self.plan.profiles or (value := self._current(slug, code)) is None:
            return
        province, given = self.plan.cast.province, {"period_id": self.period.pk, "indicator_id": value.indicator_id}
        reported = Decimal((value.final_fact or {})["value"])
        with office_core.mounted(province.mount()), transaction.atomic():
            province_facts.record_fact(
                **given, office_id=value.office_id, fact={"value": str(reported - 2)}, source=ledger, reason=counted,
                evidence=[], as_of=at.date(), actor=actors.system(province), at=at,
            )  # fmt: skip
        with self.plan.cast.acting(slug, "report") as reporter:
            reporting.save_claim(**given, fact=value.final_fact, reason=reason, actor=reporter, at=at)
        self.submit(slug, at=at)
        self.sign(slug, at=at)


def november(plan: "Plan", today: date) -> None:
    """November is open: some have handed over, one awaits its leader, some have drafts, one value is returned."""
    period = Period.objects.select_related("cycle").get(cycle=plan.cycle, month=11)
    month = Month(plan, period)
    for slug in stories.NOVEMBER_HANDED_OVER:
        month.fill(slug, at=moment(today, 9, 5))
        month.submit(slug, at=moment(today, 9, 40))
        month.sign(slug, at=moment(today, 10, 20))
    for slug in stories.NOVEMBER_AWAITING:
        month.fill(slug, at=moment(today, 10))
        month.submit(slug, at=moment(today, 11))
    for slug, codes in stories.NOVEMBER_DRAFTS.items():
        month.fill(slug, at=moment(today, 11, 10), codes=codes)
    month.claim(moment(today, 13))
    slug, code, reason = stories.NOVEMBER_RETURN
    value = CurrentValue.objects.get(period=period, office=plan.cast.offices[slug], indicator__code=code)
    with month.verifying(value) as verifier:
        verification.return_value(
            current_value_id=value.pk, lock_version=value.lock_version, reason=reason,
            actor=verifier, at=moment(today, 14),
        )  # fmt: skip
