"""Copying a version into a new draft, and publishing a draft."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.library import crosschecks, events, owners, policies, schemes, selectors
from appraisal.library.models import Indicator, IndicatorTemplate, TemplateVersion
from appraisal.library.states import VersionState
from appraisal.library.usecases import checks
from core.errors import Invalid
from core.fresh import check_fresh
from tenants.actors import Actor


@transaction.atomic
def copy_version(
    *, version_id: int, year: int | None = None, note: str = "", actor: Actor, at: datetime
) -> TemplateVersion:
    """A new draft with the same indicators, numbered next in its template; `year` None keeps the year.

    Source: domain reference 2.2 step 1. Raises NotFound, Denied, Invalid (year, note).
    """
    source = selectors.get_version(actor, version_id)
    policies.create(actor)
    note = checks.text(note, "note", longest=500, label=_("说明"), required=False)
    if year is not None:
        checks.year(year, timezone.localdate(at))
    IndicatorTemplate.objects.select_for_update(no_key=True).get(pk=source.template_id)  # numbers are given one by one
    last = source.template.versions.aggregate(last=Max("number"))["last"]
    copy = TemplateVersion.objects.create(
        template=source.template,
        number=last + 1,
        year=year or source.year,
        copied_from=source,
        na_treatment=source.na_treatment,
        checks=source.checks,
        note=note,
        created_by_id=actor.user_id,
        created_at=at,
    )
    _copy_rows(source, copy)
    event = events.VersionCopied(subject=selectors.subject_of(copy.pk), copied_from=source.pk, label=source.label)
    events.record(event, actor=actor, at=at)
    return copy


def _copy_rows(source: TemplateVersion, copy: TemplateVersion) -> None:
    rows = list(source.indicators.order_by("position", "id"))
    codes = {row.pk: row.code for row in rows}
    parents = {row.pk: row.parent_id for row in rows}
    groups = [row for row in rows if row.parent_id is None]
    children = [(codes[parents[row.pk] or 0], row) for row in rows if row.parent_id is not None]
    for row in rows:
        row.pk, row.version, row._state.adding = None, copy, True
        row.owner = None  # found again by its name as the copy is published
        row.origins = []  # each comes from its own code in the version it is copied from
    made = {row.code: row for row in Indicator.objects.bulk_create(groups)}
    for code, row in children:
        row.parent = made[code]
    Indicator.objects.bulk_create([row for _code, row in children])


@transaction.atomic
def publish_version(
    *,
    version_id: int,
    minutes_number: str,
    effective_on: date,
    lock_version: int,
    actor: Actor,
    at: datetime,
) -> TemplateVersion:
    """Publish a draft by the party group's minutes; from then on the database refuses any change to it.

    Source: domain reference 2.2 step 3. Raises NotFound, Denied, Conflict (published already, or changed
    meanwhile), Invalid (minutes_number, effective_on; or `rows` {code, message}: points do not total 100.00,
    a group is empty, a rule's parameters are wrong …).
    """
    version = selectors.get_version(actor, version_id, lock=True)
    policies.publish(actor, version)
    check_fresh(version.lock_version, lock_version, selectors.subject_of(version.pk))
    minutes_number = checks.text(minutes_number, "minutes_number", longest=60, label=_("党组会议纪要编号"))
    if effective_on.year not in (version.year, version.year - 1):
        raise Invalid(_("执行日期应在考核年度 %(year)s 年或上一年内。") % {"year": version.year}, field="effective_on")
    indicators = list(version.indicators.order_by("position", "id"))
    rows = schemes.problems_of(version, indicators) + crosschecks.problems_of(version, version.indicators.all())
    rows += owners.problems_of(version, indicators)
    if rows:
        sentence = _("；").join(f"{row['code']} {row['message']}".strip() for row in rows)
        raise Invalid(_("还不能发布：%(what)s。") % {"what": sentence}, rows=rows)
    owners.settle(version)
    version.move(VersionState.PUBLISHED)
    version.minutes_number = minutes_number
    version.effective_on = effective_on
    version.published_by_id = actor.user_id
    version.published_by_name = actor.name
    version.published_at = at
    version.lock_version += 1
    version.save()
    event = events.VersionPublished(
        subject=selectors.subject_of(version.pk),
        minutes_number=minutes_number,
        effective_on=effective_on.isoformat(),
    )
    events.record(event, actor=actor, at=at)
    return version
