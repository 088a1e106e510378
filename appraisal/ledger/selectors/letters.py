"""Target letters and what they demand, asked with the actor first."""

import hashlib
import json
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from appraisal.ledger.models import LetterVersion, Target, TargetLetter, TargetMilestone
from appraisal.ledger.policies import changes as change_policies
from appraisal.ledger.policies import cycles as cycle_policies
from appraisal.ledger.policies import letters as policies
from appraisal.ledger.selectors import owning
from appraisal.ledger.states import LetterState
from appraisal.library.models import Indicator, Method, TargetBasis
from core.errors import NotFound
from core.models import EventRecord
from tenants.actors import Actor
from tenants.models import Office


def subject_of(letter_id: int) -> str:
    """What events about a letter are recorded under."""
    return f"ledger.letter:{letter_id}"


def letters_for(actor: Actor) -> QuerySet[TargetLetter]:
    """The letters this person may see: all of the bureau's; an office its own, once the province has signed."""
    cycle_policies.read(actor)
    letters = TargetLetter.objects.filter(cycle__province_id=actor.province_id)
    if actor.home.level != Office.Level.PROVINCE:
        letters = letters.filter(office_id=actor.home.pk).exclude(state=LetterState.DRAFT)
    related = letters.select_related("cycle__version__template", "cycle__province", "office__parent")
    return related.order_by("-cycle__year", "office__position", "office_id")


def get_letter(actor: Actor, letter_id: int, *, lock: bool = False) -> TargetLetter:
    """One letter. Raises NotFound for another office's, or a draft seen from below."""
    letters = letters_for(actor).filter(pk=letter_id)
    if lock:
        letters = letters.select_for_update(of=("self",), no_key=True)
    letter = letters.first()
    if letter is None:
        raise NotFound(_("没有这份目标责任书。"))
    return letter


def with_progress(letters: QuerySet[TargetLetter]) -> QuerySet[TargetLetter]:
    """Each letter with `demanded` (applicable indicators that need a year target) and `filled` (that have one)."""
    needs = Q(targets__applicable=True, targets__indicator__target_basis=TargetBasis.LETTER)
    return letters.annotate(
        demanded=Count("targets", filter=needs),
        filled=Count("targets", filter=needs & Q(targets__year_target__isnull=False)),
    )


def my_letter(actor: Actor, year: int | None = None) -> TargetLetter | None:
    """The newest letter (or that of `year`) of the office the actor is in, as far as they may see it."""
    letters = letters_for(actor).filter(office_id=actor.office.pk)
    return (letters.filter(cycle__year=year) if year else letters).first()


def targets(letter: TargetLetter) -> list[Target]:
    """One per indicator in the order of the scheme, with `milestone_list` (by day) on each. Two queries."""
    milestones: dict[int, list[TargetMilestone]] = defaultdict(list)
    for milestone in letter.milestones.here().order_by("due_on", "position", "id"):
        milestones[milestone.indicator_id].append(milestone)
    rows = list(letter.targets.select_related("indicator__parent").order_by("indicator__position"))
    for row in rows:
        row.milestone_list = milestones[row.indicator_id]  # type: ignore[attr-defined]
    return rows


def lacking(rows: list[Target]) -> list[dict[str, str]]:
    """What the letter still needs before it can be signed, as rows {code, field, message}."""
    found = []
    for row in rows:
        if not row.applicable:
            continue
        code = row.indicator.code
        if row.indicator.target_basis == TargetBasis.LETTER and row.year_target is None:
            found.append({"code": code, "field": "year_target", "message": _("还没有年度目标。")})
        if row.indicator.method == Method.MILESTONE and not row.milestone_list:  # type: ignore[attr-defined]
            found.append({"code": code, "field": "milestones", "message": _("还没有节点。")})
    return found


def plain(value: Decimal | None) -> str | None:
    """A figure without trailing zeros: the same however it was typed."""
    return None if value is None else f"{value.normalize():f}"


def content_of(letter: TargetLetter, number: str, rows: list[Target]) -> dict[str, Any]:
    """What both sides sign: parties, number, scheme, every target and milestone."""
    return {
        "cycle": {"year": letter.cycle.year, "name": letter.cycle.name},
        "number": number,
        "province": letter.cycle.province.name,
        "office": letter.office.name,
        "scheme": {"template": letter.cycle.version.template.code, "version": letter.cycle.version.label},
        "targets": [
            {
                "code": row.indicator.code,
                "name": row.indicator.name,
                "unit": row.indicator.unit,
                "group": row.indicator.parent.name if row.indicator.parent else "",
                "points": plain(row.indicator.points),
                "applicable": row.applicable,
                "not_applicable_reason": row.not_applicable_reason,
                "year_target": plain(row.year_target),
                "quarters": [plain(value) for value in (row.q1, row.q2, row.q3)],
                "note": row.note,
                "milestones": [
                    _said_of(milestone)
                    for milestone in row.milestone_list  # type: ignore[attr-defined]
                ],
            }
            for row in rows
        ],
    }


def _said_of(milestone: TargetMilestone) -> dict[str, str]:
    said = {"name": milestone.name, "due_on": milestone.due_on.isoformat()}
    return said | ({"done_before": milestone.done_before.isoformat()} if milestone.done_before else {})


def signatures_of(letter: TargetLetter) -> list[dict[str, str]]:
    """Who signed for which party, in what role and when, the province first; empty texts where nobody has yet."""
    province, office = letter.cycle.province, letter.office
    return [
        {"party": party, "name": name, "role": role, "at": at.isoformat() if at else ""}
        for party, name, role, at in (
            (province.name, letter.province_signer_name, letter.province_signer_role, letter.province_signed_at),
            (office.name, letter.office_signer_name, letter.office_signer_role, letter.office_signed_at),
        )
    ]


def versions(letter: TargetLetter) -> list[LetterVersion]:
    """What the letter has said so far, the newest first."""
    return list(letter.versions.order_by("-number"))


def get_version(letter: TargetLetter, number: int | None) -> LetterVersion | None:
    """That version, the newest for None; None when the letter has none yet. Raises NotFound for one it never had."""
    found = letter.versions.order_by("-number")
    version = found.first() if number is None else found.filter(number=number).first()
    if version is None and number is not None:
        raise NotFound(_("责任书没有这一版。"))
    return version


def contents_before(cycle_id: int, on: date) -> dict[int, dict[str, Any]]:
    """Office id → what its letter said on that day, for letters that were changed from a later day on."""
    versions = LetterVersion.objects.filter(letter__cycle_id=cycle_id)
    changed = versions.filter(effective_on__gt=on, number__gt=1).values("letter_id")
    rows = versions.filter(letter_id__in=changed, effective_on__lte=on).order_by("number")
    return dict(rows.values_list("letter__office_id", "content"))


def spared(cycle_id: int, version_id: int, on: date, *, owner: str = "") -> dict[int, dict[str, int]]:
    """Office id → who would bring it (EnteredBy) → how many indicators did not apply by its letter of that day.

    owner: only of what this division confirms, as owning.asked. Two queries; a third where letters were changed from a
    later day on.
    """
    found: dict[int, dict[str, int]] = {}
    rows = Target.objects.filter(owning.asked(owner), letter__cycle_id=cycle_id, applicable=False).order_by()
    for row in rows.values("letter__office_id", "indicator__entered_by").annotate(n=Count("pk")):
        found.setdefault(row["letter__office_id"], {})[row["indicator__entered_by"]] = row["n"]
    before = contents_before(cycle_id, on)
    of_owner = Indicator.objects.filter(owning.asked(owner, "owner"), version_id=version_id)
    brings = dict(of_owner.values_list("code", "entered_by")) if before else {}
    for office_id, content in before.items():
        aside = [row["code"] for row in content["targets"] if not row["applicable"] and row["code"] in brings]
        found[office_id] = dict(Counter(brings[code] for code in aside))
    return found


def stones_of(row: dict[str, Any], stones: list[TargetMilestone]) -> list[TargetMilestone]:
    """The milestones that a version's content tells, with its days; for reading, never to be saved.

    stones: all that the letter has or had of the indicator.
    """
    days = {each["name"]: date.fromisoformat(each["due_on"]) for each in row["milestones"]}
    found = [
        TargetMilestone(
            id=stone.pk, letter_id=stone.letter_id, indicator_id=stone.indicator_id, name=stone.name,
            due_on=days[stone.name], position=stone.position, since=stone.since, done_before=stone.done_before,
        )
        for stone in stones
        if stone.name in days
    ]  # fmt: skip
    return sorted(found, key=lambda stone: (stone.due_on, stone.position, stone.pk))


def target_of(row: dict[str, Any]) -> Target:
    """A target as a version's content tells it; for reading, never to be saved."""
    year, *quarters = (None if value is None else Decimal(value) for value in (row["year_target"], *row["quarters"]))
    return Target(
        applicable=row["applicable"], not_applicable_reason=row["not_applicable_reason"], note=row["note"],
        year_target=year, q1=quarters[0], q2=quarters[1], q3=quarters[2],
    )  # fmt: skip


def sha256_of(content: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON: UTF-8, keys sorted, no blanks."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def awaiting_signature(actor: Actor) -> QuerySet[TargetLetter]:
    """Letters this person could sign now."""
    if not actor.has(*policies.OFFICE_SIGNERS):
        return TargetLetter.objects.none()
    return TargetLetter.objects.filter(office_id=actor.office.pk, state=LetterState.ISSUED)


INTERNAL = ("LetterDrafted", "TargetsSaved", "MilestonesSet")  # the bureau's own work on a draft


def history(actor: Actor, letter: TargetLetter, limit: int = 30) -> list[EventRecord]:
    """What happened to the letter, newest first; below the bureau without its work on the draft."""
    events = EventRecord.objects.filter(subject=subject_of(letter.pk)).order_by("-id")
    if actor.home.level != Office.Level.PROVINCE:
        events = events.exclude(name__in=INTERNAL)
    return list(events[:limit])


def refusals(actor: Actor, letter: TargetLetter) -> dict[str, str | None]:
    """For each action the reason why not, or None. Shared by pages and API."""
    return {
        "edit": policies.edit.reason(actor, letter),
        "issue": policies.issue.reason(actor, letter),
        "withdraw": policies.withdraw.reason(actor, letter),
        "sign": policies.sign.reason(actor, letter),
    }


def refusals_of_one(actor: Actor, letter: TargetLetter, on: date) -> dict[str, str | None]:
    """The same with the changes of a signed letter, which take a look at those there are."""
    return {
        **refusals(actor, letter),
        "change": change_policies.apply.reason(actor, letter, on),
        "transfer": change_policies.transfer.reason(actor, letter),
        "file_scan": policies.file_scan.reason(actor, letter),
    }
