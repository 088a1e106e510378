"""Target letters: drafted, filled in (see targets), signed by the province, withdrawn, signed by the office."""

from datetime import date, datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from appraisal.ledger.events import letters as events
from appraisal.ledger.models import LetterVersion, Target, TargetLetter
from appraisal.ledger.policies import cycles as cycle_policies
from appraisal.ledger.policies import letters as policies
from appraisal.ledger.selectors import cycles as cycle_selectors
from appraisal.ledger.selectors import letters as selectors
from appraisal.ledger.states import LetterState
from appraisal.ledger.usecases import numbering
from appraisal.ledger.usecases.targets import TargetRow, save_targets, set_milestones
from core import wording
from core.errors import Conflict, Invalid
from core.fresh import check_fresh
from tenants.actors import Actor

__all__ = [
    "TargetRow",
    "draft_letters",
    "issue_letter",
    "save_targets",
    "set_milestones",
    "sign_letter",
    "suggest_number",
    "withdraw_letter",
]


@transaction.atomic
def draft_letters(*, cycle_id: int, actor: Actor, at: datetime) -> list[TargetLetter]:
    """Draft a letter for every participant that has none, with a target per indicator, all without figures.

    Returns the letters drafted now, in official order. Source: domain reference 2.2 step 4. Raises NotFound,
    Denied, Conflict (the year has started; no participants; everyone has a letter).
    """
    cycle = cycle_selectors.get_cycle(actor, cycle_id, lock=True)
    cycle_policies.prepare(actor, cycle)
    participants = cycle_selectors.participants(cycle)
    if not participants:
        raise Conflict(_("还没有确定参加单位和分组。"))
    having = set(cycle.letters.values_list("office_id", flat=True))
    lacking = [participant.office for participant in participants if participant.office_id not in having]
    if not lacking:
        raise Conflict(_("每个参加单位都已有责任书。"))
    letters = TargetLetter.objects.bulk_create(TargetLetter(cycle=cycle, office=office) for office in lacking)
    indicators = list(cycle.version.indicators.exclude(method="").order_by("position"))
    Target.objects.bulk_create(
        Target(letter=letter, indicator=indicator) for letter in letters for indicator in indicators
    )
    for letter in letters:
        event = events.LetterDrafted(subject=selectors.subject_of(letter.pk), targets=len(indicators))
        events.record(event, actor=actor, at=at)
    return letters


def suggest_number(letter: TargetLetter) -> str:
    """The next number of the province's series, for example 云移责〔2026〕3号; the letter's own if it has one."""
    cycle = letter.cycle
    return letter.number or numbering.next_number(cycle.province, _series(letter), cycle.year)


def _series(letter: TargetLetter) -> str:
    """What stands before the year in the numbers of letters: 云移责."""
    return f"{letter.cycle.province.short_name[:1]}移责"


@transaction.atomic
def issue_letter(*, letter_id: int, number: str, lock_version: int, actor: Actor, at: datetime) -> TargetLetter:
    """Sign for the province: the letter gets its number and the hash of its content, and is closed to changes.

    number: "" for the next of the series; a typed one must be the next, or the letter's own from before a withdrawal.

    The caller has asked the signer's password again (tenants.usecases.sign_in.confirm_password). Raises NotFound,
    Denied, Conflict (already signed, changed meanwhile, number taken or not the next), Invalid (number; or `rows`
    {code, field, message} for every applicable indicator without its target or milestones).
    """
    letter = selectors.get_letter(actor, letter_id, lock=True)
    policies.issue(actor, letter)
    check_fresh(letter.lock_version, lock_version, selectors.subject_of(letter.pk))
    rows = selectors.targets(letter)
    lacking = selectors.lacking(rows)
    if lacking:
        sentence = _("；").join(f"{row['code']} {row['message']}" for row in lacking)
        raise Invalid(_("还不能签署：%(what)s") % {"what": sentence}, rows=lacking)
    letter.move(LetterState.ISSUED)
    letter.number = number = _number(letter, number)
    letter.content_sha256 = selectors.sha256_of(selectors.content_of(letter, number, rows))
    letter.province_signer_id, letter.province_signer_name = actor.user_id, actor.name
    letter.province_signer_role, letter.province_signed_at = _role(actor), at
    letter.lock_version += 1
    letter.save()
    event = events.LetterIssued(
        subject=selectors.subject_of(letter.pk), number=number, content_sha256=letter.content_sha256
    )
    events.record(event, actor=actor, at=at)
    return letter


def _number(letter: TargetLetter, number: str) -> str:
    """The letter's own, else the next of the series, which stays locked while the others are asked."""
    if letter.number and number.strip() in ("", letter.number):
        return letter.number
    if letter.number:
        raise Conflict(
            _("这份责任书的文号是 %(number)s，撤回后仍用原号，以免断号。") % {"number": letter.number}, field="number"
        )
    number = numbering.take_number(letter.cycle.province, _series(letter), letter.cycle.year, wanted=number)
    others = TargetLetter.objects.filter(cycle__province_id=letter.cycle.province_id, number=number)
    other = others.exclude(pk=letter.pk).select_related("office").first()
    if other is not None:
        raise Conflict(
            _("文号 %(number)s 已用于%(office)s。") % {"number": number, "office": other.office.label}, field="number"
        )
    return number


def _role(actor: Actor) -> str:
    """The signer's roles, in Chinese whatever the page's language: they go onto the paper."""
    with translation.override(wording.kept()):
        return actor.role_label[:120]


@transaction.atomic
def withdraw_letter(*, letter_id: int, reason: str, lock_version: int, actor: Actor, at: datetime) -> TargetLetter:
    """Take the province's signature back so that the draft can be changed; the number stays with the letter.

    Raises NotFound, Denied, Conflict (the office has signed; not signed at all; changed meanwhile), Invalid (reason).
    """
    letter = selectors.get_letter(actor, letter_id, lock=True)
    policies.withdraw(actor, letter)
    check_fresh(letter.lock_version, lock_version, selectors.subject_of(letter.pk))
    reason = reason.strip()
    if not reason or len(reason) > 200 or "\x00" in reason:
        raise Invalid(_("请写明撤回的理由，最多 200 个字。"), field="reason")
    letter.move(LetterState.DRAFT)
    letter.province_signer_id, letter.province_signer_name, letter.province_signed_at = None, "", None
    letter.province_signer_role = ""
    letter.content_sha256 = ""
    letter.lock_version += 1
    letter.save()
    events.record(events.LetterWithdrawn(subject=selectors.subject_of(letter.pk), reason=reason), actor=actor, at=at)
    return letter


@transaction.atomic
def sign_letter(*, letter_id: int, lock_version: int, actor: Actor, at: datetime) -> TargetLetter:
    """Sign for the office: from now on the letter is immutable, in the database too, and kept as version 1.

    The caller has asked the signer's password again. Raises NotFound, Denied, Conflict (not signed by the province
    yet, signed already, changed meanwhile, or its content no longer has the hash that the province signed).
    """
    letter = selectors.get_letter(actor, letter_id, lock=True)
    policies.sign(actor, letter)
    check_fresh(letter.lock_version, lock_version, selectors.subject_of(letter.pk))
    content = selectors.content_of(letter, letter.number, selectors.targets(letter))
    if selectors.sha256_of(content) != letter.content_sha256:
        raise Conflict(_("责任书内容与省级签署时不一致，请联系省级考核管理员撤回重签。"))
    letter.move(LetterState.SIGNED)
    letter.office_signer_id, letter.office_signer_name = actor.user_id, actor.name
    letter.office_signer_role, letter.office_signed_at = _role(actor), at
    letter.lock_version += 1
    letter.save()
    LetterVersion.objects.create(
        letter=letter, number=1, effective_on=date(letter.cycle.year, 1, 1), content=content,
        content_sha256=letter.content_sha256, signatures=selectors.signatures_of(letter), made_at=at,
    )  # fmt: skip
    event = events.LetterSigned(
        subject=selectors.subject_of(letter.pk), number=letter.number, content_sha256=letter.content_sha256
    )
    events.record(event, actor=actor, at=at)
    return letter
