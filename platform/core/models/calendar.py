"""The working-day calendar: days that differ from the plain week, national or of one region."""

from datetime import date

from django.db import models

from core.postgres.compiled import compiled


class CalendarDay(models.Model):
    """A day whose being a working day is laid down. Region '' is national; a region's row wins over it."""

    region_code = models.CharField(max_length=12, blank=True, help_text="GB/T 2260 code, '' for the whole country")
    day = models.DateField()
    is_working = models.BooleanField()
    name = models.CharField(max_length=60, blank=True, help_text="holiday or reason, for example 国庆节调休")
    source = models.CharField(max_length=200, help_text="notice or decision it rests on")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region_code", "day"], name="one_row_per_region_and_day"),
        ]

    def __str__(self) -> str:
        return f"{self.region_code or '全国'} {self.day} {'班' if self.is_working else '休'}"


@compiled
def laid_down(
    country: str, province: str, prefecture: str, county: str, place: str, first: date, last: date
) -> models.QuerySet[CalendarDay, tuple[date, str, bool, str, str]]:
    """The days of a chain of regions, by day; a chain that is shorter repeats its last code."""
    chain = (country, province, prefecture, county, place)
    rows = CalendarDay.objects.filter(region_code__in=chain, day__gte=first, day__lte=last)
    return rows.order_by("day").values_list("day", "region_code", "is_working", "name", "source")
