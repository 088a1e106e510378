"""One appraisal year of a province, played through the use cases at the moments people would have acted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from appraisal.ledger.models import Cycle, Period, TargetMilestone
from appraisal.ledger.usecases import cycles, letters
from appraisal.ledger.usecases.timeplan import lay_months_down
from appraisal.library import usecases as library
from appraisal.library.models import Indicator
from appraisal.results.selectors import inputs
from appraisal.results.usecases import calculating
from config.demo import agreeing, figures, stories
from config.demo.cast import Cast, moment
from config.demo.figures import Profile
from config.demo.months import Month
from core import wording
from tenants.models import Region

Told = Callable[[str], None]


OWNERS = {"A": "搬迁安置处", "B": "后期扶持处"}  # group of the scheme → division that confirms its figures


@dataclass
class Plan:
    """What is the same all year: cycle, indicators, counties, milestones."""

    cast: Cast
    cycle: Cycle
    profiles: dict[str, Profile]
    indicators: dict[str, Indicator]
    counties: dict[str, list[Region]]
    milestones: dict[tuple[str, str], list[int]]

    def of(self, entered_by: str) -> list[Indicator]:
        return [row for row in self.indicators.values() if row.entered_by == entered_by]


class Year:
    """Plays a year: prepare(), then month(1) … month(n), then november()."""

    def __init__(self, cast: Cast, profiles: tuple[Profile, ...], *, letter_mark: str) -> None:
        self.cast, self.profiles = cast, {profile.slug: profile for profile in profiles}
        self.letter_mark = letter_mark
        self.here = cast.province.schema_name

    def prepare(self) -> Plan:
        """Template, cycle, peer groups, periods, letters signed on both sides, started on 20 January."""
        year = stories.YEAR
        with self.cast.acting(self.here, "admin") as admin:
            version = library.import_template(
                code="ZZ", name=wording.said("州市目标责任指标体系"), name_en="Target-responsibility scheme",
                csv_text=library.shipped_csv(), year=year, actor=admin, at=moment(date(year - 1, 11, 20), 10),
            )  # fmt: skip
            for group, division in OWNERS.items():
                library.save_indicator(
                    version_id=version.pk, indicator_id=version.indicators.get(code=group).pk,
                    changes={"owner_division": division}, lock_version=version.lock_version, actor=admin,
                    at=moment(date(year - 1, 11, 21), 10),
                )  # fmt: skip
                version.refresh_from_db()
            version = library.publish_version(
                version_id=version.pk, minutes_number=f"党组会纪要〔{year}〕1号", effective_on=date(year, 1, 1),
                lock_version=version.lock_version, actor=admin, at=moment(date(year, 1, 8), 16),
            )  # fmt: skip
            at = moment(date(year, 1, 9), 9, 30)
            cycle = cycles.open_cycle(
                year=year, version_id=version.pk, name=wording.said(f"{year} 年度州市目标责任考核"), actor=admin, at=at
            )
            cycles.set_peer_groups(
                cycle_id=cycle.pk,
                groups=[
                    cycles.Peer(self.cast.offices[each.slug].pk, each.group, each.group_reason)
                    for each in self.profiles.values()
                ],
                actor=admin,
                at=at,
            )
            cycles.make_periods(cycle_id=cycle.pk, actor=admin, at=at)
            drafted = letters.draft_letters(cycle_id=cycle.pk, actor=admin, at=at)
        agreeing.publish(self.cast, cycle, at)
        agreeing.agree(self.cast, cycle, self.profiles)
        for place, letter in enumerate(drafted, start=1):
            self._letter(letter.pk, letter.office.schema_name, f"{self.letter_mark}〔{year}〕{place}号")
        with self.cast.acting(self.here, "admin") as admin:
            cycle = cycles.start_cycle(cycle_id=cycle.pk, actor=admin, at=moment(date(year, 1, 20), 9))
            return self._plan(cycle)

    def _letter(self, letter_id: int, slug: str, number: str) -> None:
        profile, year = self.profiles[slug], stories.YEAR
        with self.cast.acting(self.here, "admin") as admin:
            at = moment(date(year, 1, 12), 10)
            letter = letters.selectors.get_letter(admin, letter_id)
            letter = letters.save_targets(
                letter_id=letter_id, rows=self._targets(profile), lock_version=letter.lock_version, actor=admin, at=at
            )
            for code, rows in figures.MILESTONES.items():
                if code not in profile.not_applicable:
                    letter = letters.set_milestones(
                        letter_id=letter_id, indicator_code=code, lock_version=letter.lock_version, actor=admin, at=at,
                        milestones=[(name, date.fromisoformat(f"{year}-{due}")) for name, due in rows],
                    )  # fmt: skip
        with self.cast.acting(self.here, "leader") as leader:
            letter = letters.issue_letter(
                letter_id=letter_id, number=number, lock_version=letter.lock_version,
                actor=leader, at=moment(date(year, 1, 15), 15),
            )  # fmt: skip
        with self.cast.acting(slug, "leader") as signer:
            letters.sign_letter(
                letter_id=letter_id, lock_version=letter.lock_version, actor=signer, at=moment(date(year, 1, 16), 10)
            )
            if slug == stories.LAYS_MONTHS_DOWN:
                code = stories.SLOW_START
                lay_months_down(
                    letter_id=letter_id, rows={code: figures.slow_start(profile, code)}, number=0, actor=signer,
                    at=moment(date(year, 1, 23), 16),
                )  # fmt: skip

    def _targets(self, profile: Profile) -> list[letters.TargetRow]:
        rows = []
        for code in figures.YEAR_TARGETS:
            if code in profile.not_applicable:
                rows.append(
                    letters.TargetRow(code, applicable=False, not_applicable_reason="本年度没有在建电站搬迁任务")
                )
                continue
            q1, q2, q3 = figures.quarters(profile, code)
            target = figures.year_target(profile, code)
            rows.append(letters.TargetRow(code, year_target=target, q1=q1, q2=q2, q3=q3))
        for code in figures.MILESTONES:
            if code in profile.not_applicable:
                rows.append(letters.TargetRow(code, applicable=False, not_applicable_reason="本年度没有该类节点任务"))
        return rows

    def rehearse(self, plan: Plan, on: date) -> None:
        """The year so far, as the bureau would see it in its proposal."""
        with self.cast.acting(self.here, "admin") as admin:
            at = moment(on, 10, 20)
            month = inputs.newest_month(plan.cycle)
            if month is not None:
                run = calculating.new_year_run(plan.cycle, until_month=month, note="年底前试算", actor=admin, at=at)
                calculating.calculate_year(run_id=run.pk, actor=admin, at=at)

    def _plan(self, cycle: Cycle) -> Plan:
        rows = (
            Indicator.objects.filter(version=cycle.version).exclude(method="").order_by("parent__position", "position")
        )
        milestones: dict[tuple[str, str], list[int]] = {}
        found = TargetMilestone.objects.filter(letter__cycle=cycle).select_related("letter__office", "indicator")
        for row in found.order_by("due_on", "position", "id"):
            milestones.setdefault((row.letter.office.schema_name, row.indicator.code), []).append(row.pk)
        counties = {
            slug: list(Region.objects.counties_of(self.cast.offices[slug].region_code)) for slug in self.profiles
        }
        return Plan(self.cast, cycle, self.profiles, {row.code: row for row in rows}, counties, milestones)


def play(year: Year, plan: Plan, months: int, told: Told, *, since: int = 1, month_of: type[Month] = Month) -> None:
    """Month `since` to month `months` reported, verified, scored and published."""
    for number in range(since, months + 1):
        period = Period.objects.select_related("cycle").get(cycle=plan.cycle, month=number)
        month = month_of(plan, period)
        for slug in plan.profiles:
            month.report(slug)
            told(slug)
        month.enter_provincial_facts()
        month.verify()
        month.score()
        told("")
