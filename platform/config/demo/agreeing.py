"""How the demo's province and prefectures agreed on targets: groups and coefficients published, then two rounds."""

from datetime import date, datetime
from decimal import Decimal

from appraisal.ledger.models import Cycle
from appraisal.ledger.usecases import consultations, difficulty
from config.demo import figures
from config.demo.cast import Cast, moment
from config.demo.figures import Profile

HARDER = {"nujiang": ("1.010", "高山峡谷，建设成本高")}
ASKED, CONTROL, AGAIN, ACTUAL = Decimal("0.94"), Decimal("1.05"), Decimal("0.98"), Decimal("0.91")
NOTHING = "本年度没有在建电站搬迁任务"


def publish(cast: Cast, cycle: Cycle, at: datetime) -> None:
    """Coefficients of those that have it harder, with the groups."""
    here = cast.province.schema_name
    rows = [
        difficulty.Coefficient(cast.offices[slug].pk, value, reason)
        for slug, (value, reason) in HARDER.items()
        if slug in cast.offices
    ]
    with cast.acting(here, "admin") as admin:
        if rows:
            difficulty.set_difficulty(cycle_id=cycle.pk, rows=rows, actor=admin, at=at)
        basis = f"党组会纪要〔{cycle.year}〕1号"
        difficulty.publish_difficulty(cycle_id=cycle.pk, basis=basis, actor=admin, at=at)


def agree(cast: Cast, cycle: Cycle, profiles: dict[str, Profile]) -> None:
    """Up, down, up, down, each on a working day; every second prefecture takes the control numbers as they are."""
    here, year = cast.province.schema_name, cycle.year
    with cast.acting(here, "admin") as admin:
        opened = consultations.open_consultations(cycle_id=cycle.pk, actor=admin, at=moment(date(year, 1, 9), 10))
    for place, each in enumerate(opened):
        profile = profiles[each.office.schema_name]
        agrees = place % 2 == 0
        last = CONTROL if agrees else Decimal(1)
        send(cast, each.pk, profile, ASKED, "", moment(date(year, 1, 9), 15), above=False)
        note = "按省级年度计划下达"
        send(cast, each.pk, profile, CONTROL, note, moment(date(year, 1, 10), 10), above=True)
        send(cast, each.pk, profile, CONTROL if agrees else AGAIN, "", moment(date(year, 1, 11), 10), above=False)
        note = "" if agrees else "按前期工作进度折中"
        send(cast, each.pk, profile, last, note, moment(date(year, 1, 12), 9), above=True)


def send(
    cast: Cast, consultation_id: int, profile: Profile, share: Decimal, note: str, at: datetime, *, above: bool
) -> None:
    """One step: every target times `share`; an office gives last year's figures, too."""
    rows = []
    for code in figures.YEAR_TARGETS:
        if code in profile.not_applicable:
            rows.append(consultations.Proposed(code, reason=NOTHING))
            continue
        target = figures.year_target(profile, code)
        places = "1" if target == target.to_integral() else "0.01"
        figure, actual = (max(figures.rounded(target * part, places), Decimal(1)) for part in (share, ACTUAL))
        reason = "前期手续尚未办结" if share == AGAIN else ""
        rows.append(consultations.Proposed(code, figure, reason, actual))
    slug, seat = (cast.province.schema_name, "admin") if above else (profile.slug, "leader")
    with cast.acting(slug, seat) as actor:
        now = consultations.selectors.get_consultation(actor, consultation_id)
        consultations.send_figures(
            consultation_id=consultation_id, rows=rows, note=note, lock_version=now.lock_version, actor=actor, at=at
        )
