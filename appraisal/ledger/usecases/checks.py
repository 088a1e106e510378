"""What several use cases ask of what people hand in: a reason that says something, a fact of the right shape."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appraisal.ledger.rules import facts, procedure
from appraisal.library.models import Indicator
from core.errors import Invalid

LONGEST = 2000


def checked_reason(reason: str, at: datetime, *, field: str = "reason", longest: int = LONGEST) -> str:
    """The reason without spaces around it. Raises Invalid when it is too short to say anything, or too long."""
    said, shortest = reason.strip(), procedure.shortest_reason(timezone.localdate(at))
    if len("".join(said.split())) < shortest:
        raise Invalid(_("请写明理由，至少 %(shortest)s 个字。") % {"shortest": shortest}, field=field)
    if len(said) > longest:
        raise Invalid(
            _("理由最多 %(longest)s 个字，请写要点，其余作为佐证材料上传。") % {"longest": longest}, field=field
        )
    return said


def check_fact(indicator: Indicator, fact: Any) -> None:
    """Raises Invalid with every problem in the reader's language when the fact has not the method's shape."""
    problems = facts.problems_of(
        method=indicator.method, points=indicator.points, parameters=indicator.parameters,
        target_basis=indicator.target_basis, fact=fact,
    )  # fmt: skip
    if problems:
        language = get_language() or "zh"
        raise Invalid(_("；").join(problem.text(language) for problem in problems), field="fact")
