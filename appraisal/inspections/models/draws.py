"""A round of the double-random draw (双随机抽查): its list, frozen; its seed, later; its result, once."""

import json
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appraisal.inspections.models.moving import Moving
from appraisal.inspections.states import DrawState
from appraisal.ledger.models import Cycle, Period
from tenants.models import Office


class Draw(Moving):
    """One round. While a draft, `material` is edited; freezing writes it into `frozen_text`, which a trigger keeps.

    material: {objects: [{key, office, label, weight, risk, left_out}], inspectors: [{key, user_id, name, division,
    chosen}]}; risk as rules.risk.weigh, left_out '' or why. result: [{object, inspectors}] with keys of the list, in
    the order drawn. What both mean, byte by byte, is in rules.drawing.
    """

    class Kind(models.TextChoices):
        OFFICE = "OFFICE", _("州市")
        COUNTY = "COUNTY", _("县（市、区）")
        VALUE = "VALUE", _("已核验数据")

    class SeedKind(models.TextChoices):
        FIGURE = "FIGURE", _("约定日期的公开数字")
        CONTRIBUTIONS = "CONTRIBUTIONS", _("多人各出一段")

    State = DrawState

    province = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="draws")
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="draws")
    period = models.ForeignKey(
        Period, null=True, on_delete=models.PROTECT, related_name="draws", help_text="whose values, for kind VALUE"
    )
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 … in its province's year; none is ever missing")
    title = models.CharField(max_length=80)
    kind = models.CharField(max_length=6, choices=Kind)
    state = models.CharField(max_length=6, choices=DrawState, default=DrawState.DRAFT)
    wanted = models.PositiveSmallIntegerField(help_text="objects to draw")
    each = models.PositiveSmallIntegerField(help_text="inspectors to each object")
    per_office = models.PositiveSmallIntegerField(default=0, help_text="objects of each prefecture at least; 0: none")
    seed_kind = models.CharField(max_length=13, choices=SeedKind)
    seed_source = models.CharField(max_length=200, blank=True, help_text="which public figure, published where")
    seed_on = models.DateField(null=True, help_text="the day whose figure it is, after the day of freezing")
    seed_people = models.PositiveSmallIntegerField(null=True, help_text="how many people contribute")
    material = models.JSONField(default=dict)
    as_of = models.DateField(help_text="the day up to which risk was counted")
    created_by_id = models.BigIntegerField()
    created_by_name = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    frozen_text = models.TextField(blank=True, help_text="canonical JSON, the bytes that are hashed")
    frozen_sha256 = models.CharField(max_length=64, blank=True)
    frozen_by_id = models.BigIntegerField(null=True)
    frozen_by_name = models.CharField(max_length=40, blank=True)
    frozen_at = models.DateTimeField(null=True)
    seed = models.CharField(max_length=200, blank=True)
    seed_note = models.CharField(max_length=200, blank=True, help_text="where the figure was read")
    result = models.JSONField(null=True)
    drawn_by_id = models.BigIntegerField(null=True)
    drawn_by_name = models.CharField(max_length=40, blank=True)
    drawn_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True)
    lock_version = models.PositiveIntegerField(default=0, help_text="grows with each change of the draft")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="rounds_are_numbered_once"),
            models.UniqueConstraint(
                fields=["province", "seed"], condition=~Q(seed=""), name="a_new_round_needs_a_new_seed"
            ),
            models.CheckConstraint(
                name="a_seed_is_a_figure_of_a_day_or_of_people",
                condition=(Q(seed_kind="FIGURE", seed_on__isnull=False, seed_people__isnull=True) & ~Q(seed_source=""))
                | Q(seed_kind="CONTRIBUTIONS", seed_on__isnull=True, seed_people__gte=2),
            ),
            models.CheckConstraint(
                name="frozen_list_has_its_hash_who_and_when",
                condition=Q(state__in=["DRAFT", "VOID"], frozen_at__isnull=True, frozen_text="", frozen_sha256="")
                | (
                    Q(state__in=["FROZEN", "DRAWN", "VOID"], frozen_at__isnull=False, frozen_by_id__isnull=False)
                    & ~Q(frozen_text="")
                    & ~Q(frozen_sha256="")
                ),
            ),
            models.CheckConstraint(
                name="drawn_round_has_a_seed_and_a_result",
                condition=(Q(state="DRAWN", result__isnull=False, drawn_at__isnull=False) & ~Q(seed=""))
                | (~Q(state="DRAWN") & Q(result__isnull=True, drawn_at__isnull=True, seed="")),
            ),
            models.CheckConstraint(
                name="void_round_has_a_reason",
                condition=(~Q(state="VOID") & Q(void_reason="")) | (Q(state="VOID") & ~Q(void_reason="")),
            ),
            models.CheckConstraint(name="something_is_drawn", condition=Q(wanted__gte=1, each__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"

    @property
    def subject(self) -> str:
        """What its events are recorded under."""
        return f"inspections.draw:{self.pk}"

    @cached_property
    def frozen(self) -> dict[str, Any]:
        """The frozen list; empty while a draft."""
        return json.loads(self.frozen_text) if self.frozen_text else {}


class Contribution(models.Model):
    """One person's part of a seed: first the hash of a phrase, and once all hashes are there, the phrase."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="contributions")
    number = models.PositiveSmallIntegerField(
        help_text="1, 2, 3 … in the order of the hashes, which is that of the seed"
    )
    person_id = models.BigIntegerField()
    person_name = models.CharField(max_length=40)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="contributions")
    sha256 = models.CharField(max_length=64)
    committed_at = models.DateTimeField()
    phrase = models.CharField(max_length=200, blank=True)
    revealed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "number"], name="contributions_are_numbered_once"),
            models.UniqueConstraint(fields=["draw", "person_id"], name="a_person_contributes_once"),
            models.UniqueConstraint(fields=["draw", "sha256"], name="nobody_repeats_another_persons_hash"),
            models.CheckConstraint(
                name="revealed_phrase_has_its_moment",
                condition=Q(phrase="", revealed_at__isnull=True) | (~Q(phrase="") & Q(revealed_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.number} {self.person_name}"
