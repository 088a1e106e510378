"""Who has broken the year's letter down, and how completely; asked with the actor first."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from appraisal.ledger.models import Cycle, Decomposition, Target, TargetLetter
from appraisal.ledger.rules import procedure
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.states import LetterState
from appraisal.library.models import Method, TargetBasis
from core.workdays import Calendar, Derivation, add_working_days
from tenants.actors import Actor


@dataclass(frozen=True)
class Standing:
    """One office's letter. version: of the letter in force; released: the newest list, None before the first."""

    letter: TargetLetter
    version: int
    key_targets: int
    due_on: date
    derivation: Derivation
    released: Decomposition | None

    @property
    def current(self) -> bool:
        """Whether the letter that is in force has been broken down."""
        return self.released is not None and self.released.letter_version == self.version

    @property
    def covered(self) -> int:
        return self.released.covered if self.released else 0

    @property
    def percent(self) -> int:
        """Of the letter's key targets, those that the newest list covers; 0 to 100."""
        return min(100 * self.covered // self.key_targets, 100) if self.key_targets else 0

    @property
    def short(self) -> list[dict[str, str]]:
        """Of every target that falls short one sum: the year's where that does, else the first quarter's that does."""
        found: dict[str, dict[str, str]] = {}
        for each in self.released.short if self.released else []:
            found.setdefault(each["code"], each)
        return list(found.values())

    def overdue(self, on: date) -> bool:
        return not self.current and on > self.due_on


def is_key(target: Target) -> bool:
    """Whether a target must be broken down: the letter sets a figure or milestones for it."""
    of_letter = target.indicator.target_basis == TargetBasis.LETTER and target.year_target is not None
    return target.applicable and (of_letter or target.indicator.method == Method.MILESTONE)


def version_in_force(letter: TargetLetter) -> tuple[int, date]:
    """(number, the day from which the time to break it down counts): of a signature, or of an approved change.

    letter: signed.
    """
    assert letter.office_signed_at
    newest = letter.versions.order_by("-number").values_list("number", "made_at").first()
    number, made_at = newest or (1, letter.office_signed_at)
    return number, timezone.localdate(made_at)


def due(letter: TargetLetter, since: date) -> tuple[date, Derivation]:
    """The last day to break the letter down, by the office's calendar. Source: domain reference 2.2 step 5."""
    return add_working_days(since, procedure.decomposition_days(since), Calendar(letter.office.region_code))


def standing(letter: TargetLetter) -> Standing:
    """How far the office is with this signed letter."""
    number, since = version_in_force(letter)
    released = letter.decompositions.order_by("-number").first()
    if released is not None and released.letter_version == number:
        due_on, derivation = released.due_on, Derivation.of(released.derivation)
    else:
        due_on, derivation = due(letter, since)
    return Standing(letter, number, key_count(letter), due_on, derivation, released)


def key_count(letter: TargetLetter) -> int:
    """How many targets of the letter must be broken down."""
    counted: int | None = getattr(letter, "keys", None)
    return counted if counted is not None else sum(map(is_key, letter_selectors.targets(letter)))


def letters_of(actor: Actor, cycle: Cycle) -> QuerySet[TargetLetter]:
    """The signed letters of the year in official order, each with `keys`; an office sees its own alone."""
    letters = letter_selectors.letters_for(actor).filter(cycle=cycle, state=LetterState.SIGNED)
    figure = Q(targets__indicator__target_basis=TargetBasis.LETTER, targets__year_target__isnull=False)
    must = Q(targets__applicable=True) & (figure | Q(targets__indicator__method=Method.MILESTONE))
    return letters.annotate(keys=Count("targets", filter=must))


def totals(actor: Actor, cycle: Cycle) -> dict[str, int]:
    """How many letters are signed, and how many of these broken down in the version that is in force."""
    letters = letter_selectors.letters_for(actor).filter(cycle=cycle, state=LetterState.SIGNED)
    newest = Coalesce(Max("versions__number"), 1)
    done = letters.annotate(now=newest, broken=Max("decompositions__letter_version")).filter(broken__gte=F("now"))
    return {"signed": letters.count(), "done": done.count()}


def history(letter: TargetLetter) -> list[Decomposition]:
    """The lists that were confirmed, the newest first."""
    return list(letter.decompositions.order_by("-number"))
