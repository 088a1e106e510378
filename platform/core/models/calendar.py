"""The working-day calendar: days that differ from the plain week, national or of one region."""

from django.db import models


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
