"""A mid-year amendment that waits for a leader: weights moved and an indicator split."""

from datetime import date
from typing import Any

from appraisal.ledger.usecases import amendments
from appraisal.library import usecases as library
from appraisal.library.models import Indicator, TemplateVersion
from config.demo.cast import Cast, moment
from config.demo.year import Plan

REASON = (
    "省政府十月专题会调减全年搬迁任务、提高投资支付要求。拟自 12 月起降低搬迁安置人口完成率的分值，"
    "相应提高投资完成率的分值，并单列其中的年度新增任务。"
)


def amended(cast: Cast, plan: Plan) -> None:
    """On 12 November the administrator publishes the amended version and proposes it from December on."""
    version = plan.cycle.version
    with cast.acting(cast.province.schema_name, "admin") as admin:
        at = moment(date(plan.cycle.year, 11, 12), 15)
        draft = library.copy_version(version_id=version.pk, note="按省政府十月专题会意见修订", actor=admin, at=at)

        def do(act: Any, **given: Any) -> None:
            lock = TemplateVersion.objects.values_list("lock_version", flat=True).get(pk=draft.pk)
            act(version_id=draft.pk, lock_version=lock, actor=admin, at=at, **given)

        first, second = draft.indicators.filter(target_basis="LETTER").select_related("parent").order_by("position")[:2]
        do(library.set_points, points={first.code: str(first.points - 2), second.code: str(second.points + 1)})
        names = ("method", "parameters", "unit", "target_basis", "cumulative", "entered_by", "data_source", "evidence")
        fields = {name: getattr(first, name) for name in names}
        do(
            library.add_indicator, group_id=_group(first).pk, code=f"{first.code}1", origins=[first.code],
            fields={
                **fields, "points": "1", "name": f"其中：年度新增{first.name}",
                "name_en": f"Of which new: {first.name_en}",
            },
        )  # fmt: skip
        draft.refresh_from_db()
        made = library.publish_version(
            version_id=draft.pk, minutes_number=f"党组会纪要〔{plan.cycle.year}〕21号",
            effective_on=date(plan.cycle.year, 12, 1), lock_version=draft.lock_version, actor=admin, at=at,
        )  # fmt: skip
        amendments.propose_amendment(
            cycle_id=plan.cycle.pk, version_id=made.pk, from_month=12, reason=REASON, actor=admin, at=at
        )


def _group(row: Indicator) -> Indicator:
    assert row.parent is not None, "only groups have none"
    return row.parent
