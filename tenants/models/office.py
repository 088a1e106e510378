"""The office tree: platform → province → prefecture, with names and codes that have validity dates.

The same tree one tier down: platform → a prefecture's house → its counties' offices (Office.tier, adr/0035).
"""

import re
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext, pgettext_lazy
from django_tenants.models import DomainMixin, TenantMixin

from core import office as office_core
from tenants.models.living import Steps
from tenants.states import OfficeState

AUTONOMOUS = re.compile(r"(\S+) .*Autonomous (Prefecture|County)")


def short_english(name: str) -> str:
    """`Honghe` of `Honghe Hani and Yi Autonomous Prefecture`; other names stay as they are."""
    found = AUTONOMOUS.fullmatch(name)
    return found[1] if found else name


class Level(models.TextChoices):
    """Tiers of the state. Their names mean the same in every office, whatever tier it speaks of (core.wording)."""

    PLATFORM = "PLATFORM", pgettext_lazy("tier", "平台")
    PROVINCE = "PROVINCE", pgettext_lazy("tier", "省级")
    PREFECTURE = "PREFECTURE", pgettext_lazy("tier", "州市")
    COUNTY = "COUNTY", pgettext_lazy("tier", "县级")


# An office's part (level) and the tier of its territory: which of them go together.
STEPS = (
    (Level.PLATFORM, Level.PLATFORM), (Level.PROVINCE, Level.PROVINCE), (Level.PREFECTURE, Level.PREFECTURE),
    (Level.PROVINCE, Level.PREFECTURE), (Level.PREFECTURE, Level.COUNTY),
)  # fmt: skip
DIGITS = {Level.PLATFORM: 0, Level.PROVINCE: 2, Level.PREFECTURE: 4, Level.COUNTY: 6}  # of a code of GB/T 2260


class RegionQuerySet(models.QuerySet["Region"]):
    def valid_on(self, day: date) -> "RegionQuerySet":
        return self.filter(Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day))

    def counties_of(self, prefecture_code: str) -> "RegionQuerySet":
        return self.filter(level=Level.COUNTY, parent_code=prefecture_code).order_by("code")


class Region(models.Model):
    """An administrative division by GB/T 2260 code; one that is renamed, upgraded or moved gets a new row with dates.

    A county that moves ends as its old prefecture's and begins as the new one's; one that is abolished ends, and
    merged_into says where its territory went. So who belonged where on a day stays to be read.
    """

    code = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    short_name = models.CharField(max_length=20, blank=True)
    name_en = models.CharField(max_length=80, blank=True)
    level = models.CharField(max_length=10, choices=Level)
    parent_code = models.CharField(max_length=12, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="last day it holds; null while it holds")
    basis = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="document by which it began here, or was abolished",
    )
    reason = models.CharField(
        max_length=500, blank=True, default="", db_default="", help_text="why it moved here, or was abolished"
    )
    merged_into = models.CharField(
        max_length=12, blank=True, default="", db_default="", help_text="of an abolished one: code that took it over"
    )

    objects = RegionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="one_region_per_code_and_start"),
            models.CheckConstraint(
                name="region_ends_after_it_starts",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]
        indexes = [models.Index(fields=["parent_code", "code"], name="region_by_parent")]

    def __str__(self) -> str:
        return self.name


class OfficeQuerySet(models.QuerySet["Office"]):
    def active(self) -> "OfficeQuerySet":
        return self.filter(state=OfficeState.ACTIVE)

    def closed(self) -> "OfficeQuerySet":
        """Those whose people may not enter, whose jobs wait and whose schedules pause."""
        return self.exclude(state=OfficeState.ACTIVE)

    def with_schema(self) -> "OfficeQuerySet":
        """Those whose schema stands."""
        return self.filter(schema__isnull=False)

    def prefectures_of(self, province: "Office") -> "OfficeQuerySet":
        return self.filter(level=Level.PREFECTURE, parent=province).order_by("position", "id")

    def within(self, office: "Office") -> "OfficeQuerySet":
        """The office itself and everything below it."""
        if office.level == Level.PLATFORM:
            return self.all()
        return self.filter(Q(pk=office.pk) | Q(parent=office) | Q(parent__parent=office))


class Office(Steps, TenantMixin):
    """A tenant: an office with a schema of its own, mounted at `/<schema_name>/`.

    level is the part it plays, tier the territory it plays it for. A province assesses its prefectures; a prefecture
    that assesses its counties does so in a second office of its own, its house: level PROVINCE, tier PREFECTURE, and
    the counties' offices below it: level PREFECTURE, tier COUNTY. So one engine, one set of walls serves both.
    """

    Level = Level
    State = OfficeState
    auto_create_schema = False  # tenants.schemas does it, with the role and its rights
    auto_drop_schema = False

    level = models.CharField(max_length=10, choices=Level, help_text="the part it plays: PROVINCE assesses those below")
    tier = models.CharField(max_length=10, choices=Level, help_text="administrative tier of its territory")
    acts_for = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="house",
        help_text="of a house: the prefecture's own office, which the province assesses",
    )
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    region_code = models.CharField(max_length=12, blank=True, help_text="GB/T 2260 code of its territory")
    name = models.CharField(max_length=60, help_text="name in force today, kept in step with OfficeName")
    short_name = models.CharField(max_length=20)
    name_en = models.CharField(max_length=80)
    credit_code = models.CharField(max_length=18, blank=True, help_text="unified social credit code (GB 32100)")
    position = models.PositiveSmallIntegerField(default=0, help_text="official order among its siblings")
    tile_col = models.PositiveSmallIntegerField(default=0, help_text="column in the tile grid (no map outline)")
    tile_row = models.PositiveSmallIntegerField(default=0, help_text="row in the tile grid")
    state = models.CharField(max_length=10, choices=OfficeState, default=OfficeState.ACTIVE)
    state_reason = models.CharField(
        max_length=200, blank=True, help_text="why it is no longer active; its people read it"
    )
    created_at = models.DateTimeField()

    objects = OfficeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="only_the_platform_has_no_parent",
                condition=Q(level="PLATFORM", parent__isnull=True) | (~Q(level="PLATFORM") & Q(parent__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=["level"], condition=Q(level="PLATFORM"), name="there_is_one_platform_office"
            ),
            models.CheckConstraint(
                name="office_part_fits_its_tier",
                condition=reduce(or_, (Q(level=level.value, tier=tier.value) for level, tier in STEPS)),
            ),
            models.CheckConstraint(
                name="only_a_house_acts_for_an_office",
                condition=Q(acts_for__isnull=True) ^ Q(level="PROVINCE", tier="PREFECTURE"),
            ),
        ]
        indexes = [models.Index(fields=["parent", "position"], name="office_by_parent")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.tier = self.tier or self.level  # but in a house and below it, an office's part is its tier
        super().save(*args, **kwargs)

    def __enter__(self) -> Any:
        raise RuntimeError("`with office:` swaps offices between threads; use core.office.mounted(office.mount())")

    @property
    def slug(self) -> str:
        """The path segment it is mounted at."""
        return self.schema_name

    @property
    def label(self) -> str:
        """Short name in the reader's language."""
        return short_english(self.name_en) if (get_language() or "").startswith("en") else self.short_name

    @property
    def full_label(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name

    @property
    def down(self) -> bool:
        """A prefecture's house or a county's office: its words are one tier down (core.wording)."""
        return self.tier != self.level

    @property
    def tier_label(self) -> Any:
        """What it is, in words: 州市, 州市（对县考核）, 县级."""
        return pgettext("tier", "州市（对县考核）") if self.acts_for_id else self.get_tier_display()

    @property
    def territory(self) -> str:
        """How the codes of its territory begin: "53", "5325", "532501"; "" for the platform."""
        return self.region_code[: DIGITS[Level(self.tier)]]

    @property
    def province_id(self) -> int | None:
        """The province whose cell it belongs to; None for the platform."""
        if self.level == Level.PROVINCE:
            return self.pk
        return self.parent_id if self.level == Level.PREFECTURE else None

    @classmethod
    def directory(cls) -> tuple[dict[str, str], dict[str, str]]:
        """Schema name → province's schema name, host name → the same; "" for the platform. For core.cells."""
        offices = cls.objects.values_list("schema_name", "level", "parent__schema_name")
        cells = {
            name: {Level.PLATFORM: "", Level.PROVINCE: name}.get(Level(level), above) for name, level, above in offices
        }
        hosts = Domain.objects.values_list("domain", "tenant__schema_name")
        return cells, {host: cells[schema] for host, schema in hosts if schema in cells}

    @classmethod
    def speaks_down(cls, schema_name: str) -> bool:
        """Whether the words of an office are one tier down; for jobs, which know its schema alone."""
        return cls.objects.filter(schema_name=schema_name).exclude(tier=F("level")).exists()

    @property
    def cell(self) -> str:
        """The province's schema name; "" for the platform. Its login carries the office's work (core.cells)."""
        if self.level == Level.PREFECTURE and self.parent is not None:
            return self.parent.schema_name
        return self.schema_name if self.level == Level.PROVINCE else ""

    def mount(self, **who: Any) -> office_core.Mount:
        return office_core.of(self.schema_name, **who)


class SchemaState(models.Model):
    """What an office's schema has had, written with it in one transaction; the row is also the lock of its upgrade.

    A table of its own and not watched: an upgrade changes no office, and hundreds of its entries in one chain would
    make people wait for the head of that chain.
    """

    office = models.OneToOneField(Office, on_delete=models.PROTECT, primary_key=True, related_name="schema")
    release = models.CharField(max_length=64, help_text="fingerprint of tenants.release that it came up to")
    migrations = models.JSONField(null=True, help_text="[app, name] of each; null: only its own list knows")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.release[:8]


class OfficeName(models.Model):
    """A name an office bears or bore; renaming closes one row and opens the next, history stays."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="names")
    name = models.CharField(max_length=60)
    short_name = models.CharField(max_length=20)
    name_en = models.CharField(max_length=80)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, help_text="last day it holds; null while it holds")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office"], condition=Q(valid_to__isnull=True), name="one_name_in_force_per_office"
            ),
            models.CheckConstraint(
                name="office_name_ends_after_it_starts",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Domain(DomainMixin):
    """A host name of its own for an office; the path mount works without one."""


class Division(models.Model):
    """A unit inside an office (处室, 科室)."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="divisions")
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(default=0, help_text="order inside the office")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="last day it exists; null while it does")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "name"], condition=Q(valid_to__isnull=True), name="division_name_is_unique_in_office"
            ),
            models.CheckConstraint(
                name="division_ends_after_it_starts",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name
