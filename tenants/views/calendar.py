"""The working-day calendar of a region: a month at a time, laid-down days, import, and a calculator."""

import calendar as weeks
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core import workdays
from core.http import refusals_on, status_of
from core.usecases.calendar import days_of
from tenants.actors import Actor
from tenants.forms import people as forms
from tenants.models.office import Level
from tenants.policies import offices as policies
from tenants.selectors import offices as selectors
from tenants.usecases import calendar as usecases

FIRST_YEAR, LAST_YEAR = 2004, 2100


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def regions_of(actor: Actor) -> list[tuple[str, str]]:
    """(code, name) of the calendars a person looks into: the country, their province, their own territory."""
    found = [("", _("全国"))]
    if actor.home.down:
        found += selectors.regions_above(actor.home, on=timezone.localdate())
    elif actor.home.level == Level.PREFECTURE and actor.home.parent is not None:
        found.append((actor.home.parent.region_code, actor.home.parent.label))
    if actor.home.level != Level.PLATFORM and actor.home.region_code:
        found.append((actor.home.region_code, actor.home.label))
    return found


def _asked(request: HttpRequest, actor: Actor) -> tuple[str, int, int]:
    """region, year, month of the query; what makes no sense becomes the actor's region and this month."""
    given, today = request.GET, timezone.localdate()
    known = [code for code, _name in regions_of(actor)]
    region = given.get("region", known[-1])
    year = int(given["year"]) if given.get("year", "").isdigit() and len(given["year"]) == 4 else today.year
    month = int(given["month"]) if given.get("month", "").isdigit() and len(given["month"]) < 3 else today.month
    inside = FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12
    return (region if region in known else known[-1], *((year, month) if inside else (today.year, today.month)))


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """A month's grid with what is laid down, and the calculator."""
    policies.see_calendar(_actor(request))
    return _page(request)


def _page(request: HttpRequest, **bound: Any) -> HttpResponse:
    actor = _actor(request)
    region, year, month = _asked(request, actor)
    calculator = forms.DerivationForm(
        request.GET if "n" in request.GET else None, initial={"start": timezone.localdate(), "n": 5}
    )
    forms_here = {
        "day_form": bound.get("day_form") or forms.CalendarDayForm(initial={"day": date(year, month, 1)}),
        "import_form": bound.get("import_form") or forms.CalendarImportForm(),
    }
    working = workdays.Calendar(region)
    context = {
        **forms_here,
        "calculator": calculator,
        "derived": _derived(calculator, working),
        "regions": regions_of(actor),
        "region": region,
        "year": year,
        "month": month,
        "before": _shifted(year, month, -1),
        "after": _shifted(year, month, 1),
        "weekdays": workdays.WEEKDAYS,
        "weeks": _grid(working, year, month),
        "laid_down": days_of(region, year),
        "notice": working.has_notice(year),
        "refusal": policies.edit_calendar.reason(actor, region),
        "query": f"?region={region}&year={year}&month={month}",
    }
    status = max(status_of(forms_here["day_form"]), status_of(forms_here["import_form"]))
    return render(request, "tenants/calendar.html", context, status=status)


def _derived(form: forms.DerivationForm, working: workdays.Calendar) -> tuple[date, str] | None:
    if not form.is_valid():
        return None
    day, derivation = workdays.add_working_days(form.cleaned_data["start"], form.cleaned_data["n"], working)
    return day, str(derivation)


def _shifted(year: int, month: int, by: int) -> tuple[int, int]:
    months = year * 12 + month - 1 + by
    return months // 12, months % 12 + 1


def _grid(working: workdays.Calendar, year: int, month: int) -> list[list[dict[str, Any]]]:
    """Weeks from Monday; each day with whether it is a working day and what is laid down for it."""
    today = timezone.localdate()
    return [
        [
            {
                "day": day,
                "inside": day.month == month,
                "working": working.is_working(day),
                "mark": working.mark(day),
                "today": day == today,
            }
            for day in week
        ]
        for week in weeks.Calendar().monthdatescalendar(year, month)
    ]


def _back(request: HttpRequest) -> HttpResponse:
    region, year, month = _asked(request, _actor(request))
    return redirect(f"{reverse('calendar')}?region={region}&year={year}&month={month}")


@require_POST
def set_day(request: HttpRequest) -> HttpResponse:
    """Lay down one day."""
    actor, (region, _year, _month) = _actor(request), _asked(request, _actor(request))
    policies.edit_calendar(actor, region)
    form = forms.CalendarDayForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            usecases.set_day(region_code=region, actor=actor, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("%(day)s 已保存。") % {"day": form.cleaned_data["day"]})
            return _back(request)
    return _page(request, day_form=form)


@require_POST
def clear_day(request: HttpRequest) -> HttpResponse:
    """Take back what is laid down for one day."""
    actor, (region, _year, _month) = _actor(request), _asked(request, _actor(request))
    day = selectors.parsed_day(request.POST.get("day", ""))
    usecases.clear_day(region_code=region, day=day, actor=actor, at=timezone.now())
    messages.success(request, _("%(day)s 已恢复为平常的星期。") % {"day": day})
    return _back(request)


@require_POST
def import_year(request: HttpRequest) -> HttpResponse:
    """Replace a year by pasted lines."""
    actor, (region, year, _month) = _actor(request), _asked(request, _actor(request))
    policies.edit_calendar(actor, region)
    form = forms.CalendarImportForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            n = usecases.import_year(region_code=region, year=year, actor=actor, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("已导入 %(year)s 年 %(n)s 天。") % {"year": year, "n": n})
            return _back(request)
    return _page(request, import_form=form)
