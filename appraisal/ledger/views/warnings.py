"""进度预警: the register, one warning, and the steps of its life."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.forms.warnings import AssessmentForm, MeasuresForm, WarningForm
from appraisal.ledger.models import EarlyWarning
from appraisal.ledger.policies import tracking as tracking_policies
from appraisal.ledger.policies import warnings as policies
from appraisal.ledger.selectors import scores, tracking
from appraisal.ledger.selectors import warnings as selectors
from appraisal.ledger.usecases import warnings as usecases
from appraisal.ledger.views.tracking import ICONS, TONES
from appraisal.rules.tracking import Light
from core import asking
from core.errors import NotFound
from core.http import reads
from core.workdays import Derivation

STATE_TONES = {"ISSUED": "warn", "ANSWERED": "info", "CLOSED": "ok", "WITHDRAWN": "mute"}
DO: dict[str, Callable[..., EarlyWarning]] = {
    "return": usecases.return_warning, "close": usecases.close_warning, "withdraw": usecases.withdraw_warning,
}  # fmt: skip


def _shown(row: EarlyWarning) -> dict[str, Any]:
    light = Light(row.level)
    return {"warning": row, "tone": TONES[light], "icon": ICONS[light], "state_tone": STATE_TONES[row.state]}


@reads
def index(request: HttpRequest) -> HttpResponse:
    """All warnings: of the province, or to the office."""
    tracking_policies.see(request.actor)
    rows = [_shown(row) for row in selectors.warnings_for(request.actor)[:MOST]]
    return render(request, "ledger/tracking/warnings.html", {"rows": rows, "on": timezone.localdate()})


MOST = 300


@reads
def warning(request: HttpRequest, warning_id: int) -> HttpResponse:
    """One warning with its figures, answer and end."""
    tracking_policies.see(request.actor)
    row = selectors.get_warning(request.actor, warning_id)
    context = {
        **_shown(row), "refusals": selectors.refusals(request.actor, row), "on": timezone.localdate(),
        "derivation": str(Derivation.of(row.derivation)),
    }  # fmt: skip
    return render(request, "ledger/tracking/warning.html", context)


@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, run_id: int, slug: str) -> HttpResponse:
    """Warn an office about what a published run shows."""
    actor = request.actor
    tracking_policies.see_all(actor)
    run = scores.get_run(actor, run_id)
    row = next((row for row in tracking.of_province(run).rows if row.card.schema_name == slug), None)
    if row is None:
        raise NotFound(scores.no_card())
    earlier = selectors.of_month(run.period).get(row.card.office_id)
    policies.issue(actor, row.light, earlier, run.cycle.state, run.period.month, selectors.warned_months(run))

    def do(data: dict[str, Any]) -> str:
        made = usecases.issue_warning(run_id=run.pk, office=slug, actor=actor, at=timezone.now(), **data)
        return reverse("ledger:warning", args=[made.pk])

    days = tracking.answer_days(timezone.localdate())
    return _ask(
        request, WarningForm(request.POST or None), do,
        _("向%(office)s发出进度预警") % {"office": row.card.office.label},
        _("州市须在 %(days)s 个工作日内报送措施；数据和失分原因随预警一并保存，发出后不能改。") % {"days": days},
        _("发出预警"), reverse("ledger:tracking-office", args=[slug]),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, warning_id: int) -> HttpResponse:
    """The office's measures."""
    actor, row = request.actor, selectors.get_warning(request.actor, warning_id)
    policies.answer(actor, row)

    def do(data: dict[str, Any]) -> str:
        usecases.answer_warning(warning_id=row.pk, actor=actor, at=timezone.now(), **data)
        return reverse("ledger:warning", args=[row.pk])

    return _ask(
        request, MeasuresForm(request.POST or None), do, _("报送措施"), row.request, _("报送"),
        reverse("ledger:warning", args=[row.pk]),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, warning_id: int, act: str) -> HttpResponse:
    """Send the measures back, accept them, or withdraw the warning."""
    words = {
        "return": (_("退回重报措施"), _("州市按新的期限重新报送。"), _("退回")),
        "close": (_("办结预警"), _("认可州市的措施，这条预警办结。"), _("办结")),
        "withdraw": (_("撤销预警"), _("州市不再需要答复；撤销的原因州市可以看到。"), _("撤销")),
    }
    actor, row = request.actor, selectors.get_warning(request.actor, warning_id)
    (policies.withdraw if act == "withdraw" else policies.assess)(actor, row)

    def do(data: dict[str, Any]) -> str:
        DO[act](warning_id=row.pk, actor=actor, at=timezone.now(), **data)
        return reverse("ledger:warning", args=[row.pk])

    return _ask(
        request, AssessmentForm(request.POST or None), do, *words[act], reverse("ledger:warning", args=[row.pk])
    )


def _ask(
    request: HttpRequest, form: Any, do: Callable[[dict[str, Any]], str], title: str, lead: str, confirm: str, back: str
) -> HttpResponse:
    crumbs = [(_("动态跟踪"), reverse("ledger:tracking")), (_("进度预警"), reverse("ledger:warnings"))]
    return asking.ask(
        request, form, do, crumbs=crumbs, title=title, lead=lead, confirm=confirm, url=request.path, cancel_url=back
    )
