"""Changes of letters, asked with the actor first."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from appraisal.ledger.models import LetterChange, Target, TargetLetter
from appraisal.ledger.policies import changes as policies
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.states import LetterChangeState
from appraisal.library.models import Method, TargetBasis
from core.errors import NotFound
from tenants.actors import Actor


def changes_for(actor: Actor) -> QuerySet[LetterChange]:
    """The changes of letters this person may see, those that wait first, then the newest."""
    rows = LetterChange.objects.filter(letter__in=letter_selectors.letters_for(actor).values("pk"))
    letter = ("letter__cycle__version__template", "letter__cycle__province", "letter__office__parent")
    related = rows.select_related(*letter, "version")
    return related.order_by("-id")


def get_change(actor: Actor, change_id: int, *, lock: bool = False) -> LetterChange:
    """One change. Raises NotFound."""
    rows = changes_for(actor).filter(pk=change_id)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    change = rows.first()
    if change is None:
        raise NotFound(_("没有这项目标调整。"))
    return change


def together(change: LetterChange) -> list[LetterChange]:
    """The change and the other side of its move, both locked, in one order whoever asks."""
    both = Q(pk=change.pk) | Q(pair=change.pk) | Q(pk=change.pair_id or 0)
    rows = LetterChange.objects.filter(both).select_for_update(of=("self",), no_key=True).order_by("pk")
    return list(rows.select_related("letter__cycle__version__template", "letter__cycle__province", "letter__office"))


def may_change(target: Target) -> bool:
    """Whether a change may be about this target: the letter sets a figure for it, or days."""
    return target.indicator.target_basis == TargetBasis.LETTER or target.indicator.method == Method.MILESTONE


def figures(change: LetterChange) -> list[dict[str, Any]]:
    """{code, name, unit, before, after} of every target that changes: as it stood before, as it should be.

    before and after have `milestones` [{name, due_on}] where days change.

    before: of an approved change the version before, else the letter as it stands.
    """
    before: dict[str, dict[str, Any]] = {}
    if change.version is not None:
        was = change.letter.versions.filter(number=change.version.number - 1).first()
        before = {row["code"]: _of_content(row) for row in was.content["targets"]} if was else {}
    rows = []
    for target in letter_selectors.targets(change.letter):
        code = target.indicator.code
        if code in change.rows:
            now: dict[str, Any] = {name: getattr(target, name) for name in ("applicable", "not_applicable_reason")}
            figures_now = {
                name: letter_selectors.plain(getattr(target, name)) for name in ("year_target", "q1", "q2", "q3")
            }
            if "milestones" in change.rows[code]:
                now["milestones"] = [
                    {"name": stone.name, "due_on": stone.due_on.isoformat()}
                    for stone in target.milestone_list  # type: ignore[attr-defined]
                ]
            rows.append(
                {"code": code, "name": target.indicator.label, "unit": target.indicator.unit_label,
                 "before": before.get(code, {**now, **figures_now}), "after": change.rows[code]}
            )  # fmt: skip
    return rows


def _of_content(row: dict[str, Any]) -> dict[str, Any]:
    quarters = dict(zip(("q1", "q2", "q3"), row["quarters"], strict=True))
    kept = {name: row[name] for name in ("applicable", "not_applicable_reason", "year_target", "milestones")}
    return {**kept, **quarters}


def of_letter(actor: Actor, letter: TargetLetter) -> list[LetterChange]:
    """A letter's changes, the newest first."""
    return list(changes_for(actor).filter(letter=letter))


def waiting(actor: Actor) -> int:
    """Changes that wait for this leader's decision."""
    if not (actor.at_province and actor.has(*policies.PROVINCE_SIGNERS)):
        return 0
    rows = changes_for(actor).filter(state=LetterChangeState.APPLIED)
    return rows.exclude(applied_by_id=actor.user_id or 0).count()


def refusals(actor: Actor, change: LetterChange) -> dict[str, str | None]:
    """For each action the reason why not, or None."""
    return {"decide": policies.decide.reason(actor, change), "withdraw": policies.withdraw.reason(actor, change)}
