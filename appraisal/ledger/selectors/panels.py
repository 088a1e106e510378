"""The panel that hears an objection: who sits on it, what its votes come to, who can be named."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from appraisal.ledger.models import Objection, PanelSeat
from appraisal.ledger.policies import objections as policies
from appraisal.ledger.rules import procedure
from appraisal.ledger.rules.panels import Tally
from appraisal.ledger.selectors import conflicts
from appraisal.ledger.states import ObjectionState
from tenants.actors import Actor
from tenants.models import Membership, Office


def in_place(objections: Iterable[Objection]) -> QuerySet[PanelSeat]:
    """The members of these objections' panels who were not replaced, in the order they were named."""
    return PanelSeat.objects.filter(objection__in=objections, left_at__isnull=True).order_by("pk")


def tallies(objections: Iterable[Objection]) -> dict[int, Tally]:
    """objection id → its panel's votes; without an entry where no panel was named. One query, or none."""
    rows = list(objections)
    if not rows:
        return {}
    counted = in_place(rows).order_by().values("objection_id")
    counted = counted.annotate(n=Count("pk"), votes=Count("vote"), ups=Count("vote", filter=Q(vote__uphold=True)))
    return {row["objection_id"]: Tally(row["n"], row["votes"], row["ups"]) for row in counted}


def tally_of(objection: Objection) -> Tally:
    return tallies([objection]).get(objection.pk, Tally())


def staged(rows: QuerySet[Objection], actor: Actor) -> QuerySet[Any]:
    """Annotated: seated (there is a panel), lacking (a member has to vote yet), mine (the actor has)."""
    seats = PanelSeat.objects.filter(objection=OuterRef("pk"), left_at__isnull=True)
    unvoted = seats.filter(vote__isnull=True)
    return rows.annotate(
        seated=Exists(seats), lacking=Exists(unvoted), mine=Exists(unvoted.filter(person_id=actor.user_id or 0))
    )


@dataclass(frozen=True)
class Member:
    """One on the panel; the office that objected reads the name alone.

    uphold, words: None and empty until everybody has voted.
    """

    name: str
    voted: bool
    uphold: bool | None = None
    words: str = ""


@dataclass(frozen=True)
class Panel:
    """What a reader may know of a panel. left: [(name, reason)] of those who were replaced."""

    members: list[Member]
    left: list[tuple[str, str]]
    tally: Tally


def panel_of(actor: Actor, objection: Objection) -> Panel:
    """For its page. Two queries."""
    tally = tally_of(objection)
    seats = PanelSeat.objects.filter(objection=objection).select_related("vote").order_by("pk")
    members, left = [], []
    for seat in seats:
        cast = getattr(seat, "vote", None)
        if seat.left_at is not None:
            left.append((seat.person_name, seat.left_reason))
        elif cast is not None and actor.at_province and tally.complete:
            members.append(Member(seat.person_name, True, cast.uphold, cast.words))
        else:
            members.append(Member(seat.person_name, actor.at_province and cast is not None))
    return Panel(members, left, tally)


def seat_of(actor: Actor, objection: Objection) -> PanelSeat | None:
    """The actor's own seat, with its vote; None when they do not sit on this panel."""
    return in_place([objection]).filter(person_id=actor.user_id or 0).select_related("vote").first()


def has_voted(seat: PanelSeat | None) -> bool:
    return getattr(seat, "vote", None) is not None


def refusals(actor: Actor, objection: Objection, *, on: date) -> dict[str, str | None]:
    """Of each act on the panel the reason why not, or None. Shared by pages and API."""
    waiting = [objection] if objection.state == ObjectionState.OPEN else []
    bar = conflicts.bars_of(actor, waiting, on=on).get(objection.pk)
    tally, seat = tally_of(objection), seat_of(actor, objection)
    return {
        "name": policies.name_panel.reason(actor, objection, bar=bar, tally=tally),
        "replace": policies.replace.reason(actor, objection, bar=bar, tally=tally),
        "vote": policies.vote.reason(actor, objection, seated=seat is not None, voted=has_voted(seat), bar=bar),
    }


@dataclass(frozen=True)
class Candidate:
    """Somebody of the bureau who could sit on the panel. why_not: what keeps them from it, empty when nothing does."""

    person_id: int
    name: str
    why_not: str = ""


@dataclass(frozen=True)
class Shortage:
    """Too few people of the bureau can sit on a panel. asked: on how many of them it waits; free and barred: of those
    whose role lets them; coming: (day, number) of a rule laid down already by which they are enough."""

    asked: int
    free: int
    barred: int
    coming: tuple[date, int] | None = None

    @property
    def sentence(self) -> str:
        """What is in the way."""
        return _("复核小组至少 %(asked)s 人；本局可以担任的 %(all)s 人中 %(barred)s 人须回避，只剩 %(free)s 人。") % {
            "asked": self.asked, "all": self.free + self.barred, "barred": self.barred, "free": self.free,
        }  # fmt: skip

    @property
    def ways(self) -> list[str]:
        """What can be done about it."""
        found = [
            _("请系统管理员给本局另外 %(n)s 位与此事无关的人员授予检查人等角色，授予后就可以选。")
            % {"n": self.asked - self.free}
        ]
        if self.coming is not None:
            day, least = self.coming
            found.append(_("已定 %(day)s 起至少 %(n)s 人，可到那天再组成小组。") % {"day": day, "n": least})
        elif self.free:
            found.append(
                _("或由考核管理员在“本省规则”另定复核小组的最少人数（单数，可为 1 人），最早明天起执行，届时再组成。")
            )
        return found


def shortage(people: Iterable["Candidate"], *, on: date) -> Shortage | None:
    """Whether a panel cannot be named for want of people; None where they are enough."""
    rows, least = list(people), procedure.panel_least(on)
    free = sum(not row.why_not for row in rows)
    if free >= least:
        return None
    coming = procedure.next_panel_least(on)
    return Shortage(least, free, len(rows) - free, coming if coming and coming[1] <= free else None)


def candidates(bureau: Office, objection: Objection, *, on: date) -> list[Candidate]:
    """Everybody whose role lets them sit on a panel, by name, those with a conflict of interest with the reason."""
    rows = Membership.objects.in_force(on).filter(
        office_id=bureau.pk, role__in=policies.PANELISTS, user__is_active=True
    )
    names = dict(rows.order_by("user__name", "user_id").values_list("user_id", "user__name").distinct())
    barred = conflicts.between([objection], set(names), on=on).get(objection.pk, {})
    return [
        Candidate(person, name, policies.barred_because(objection, barred[person]) if person in barred else "")
        for person, name in names.items()
    ]
