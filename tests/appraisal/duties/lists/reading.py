"""What is wrong with a list, as its page says."""

from appraisal.duties.models import ResponsibilityList
from appraisal.duties.selectors import checking, lists
from tests.appraisal.duties.conftest import Work


def problems(work: Work, row: ResponsibilityList) -> list[str]:
    found = lists.loaded(ResponsibilityList.objects.get(pk=row.pk))
    return [each.message for each in checking.all_problems(found, {work.owner.user_id or 0: work.owner.name})]
