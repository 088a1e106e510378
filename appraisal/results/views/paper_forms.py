"""公文样式: the forms in which the circular and the summary table come out, filed, tried, taken out of use."""

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from appraisal.results.forms.paper_forms import PaperFormForm
from appraisal.results.models import PaperForm
from appraisal.results.policies import paper_forms as policies
from appraisal.results.selectors import outcome
from appraisal.results.selectors import paper_forms as selectors
from appraisal.results.states import PaperFormState
from appraisal.results.usecases import paper_forms as usecases
from appraisal.results.views.acts import act
from core import files, serving
from core.errors import NotFound
from core.http import reads


@reads
def index(request: HttpRequest) -> HttpResponse:
    """For each paper: the form in force, what is filled in it, samples, earlier forms."""
    actor = request.actor
    rows = list(selectors.forms_for(actor))
    newest = outcome.results_for(actor).order_by("-cycle__year", "-number").first()
    kinds = []
    for kind in PaperForm.Kind:
        mine = [row for row in rows if row.kind == kind]
        kinds.append({
            "kind": kind, "now": next((row for row in mine if row.state == PaperFormState.IN_FORCE), None),
            "earlier": [row for row in mine if row.state != PaperFormState.IN_FORCE],
            "places": selectors.KNOWN[kind].names(),
        })  # fmt: skip
    context = {"kinds": kinds, "why_not": policies.file.reason(actor), "newest": newest}
    return render(request, "results/paper_forms.html", context)


@require_http_methods(["GET", "POST"])
def file(request: HttpRequest) -> HttpResponse:
    """File a form."""
    actor = request.actor
    form = PaperFormForm(request.POST or None, request.FILES or None, initial={"kind": request.GET.get("kind", "")})
    return act(
        request, form=form, title=_("上传公文样式"), confirm=_("上传并使用"), upload=True,
        lead=_("上传后，还没有锁定的年度结果都按这份样式出文；已锁定的仍用锁定时的样式。"),
        back=reverse("results:paper-forms"), check=lambda: policies.file(actor),
        do=lambda data: usecases.file_form(
            kind=data["kind"], upload=data["file"], actor=actor, at=timezone.now()
        ),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, paper_form_id: int) -> HttpResponse:
    """Back to the standard's form."""
    actor, this = request.actor, selectors.get_form(request.actor, paper_form_id)
    return act(
        request, form=Form(request.POST or None), title=_("停用公文样式"), danger=True, confirm=_("停用"),
        lead=_("停用后按 GB/T 9704 的版式出文；已锁定的年度结果仍用锁定时的样式。"),
        back=reverse("results:paper-forms"), check=lambda: policies.end(actor, this),
        do=lambda _data: usecases.end_form(form_id=this.pk, actor=actor, at=timezone.now()),
    )  # fmt: skip


@reads
def sample(request: HttpRequest, paper_kind: str) -> HttpResponse:
    """A form to start from."""
    return given_sample(request.actor, paper_kind)


@require_safe
def download(request: HttpRequest, paper_form_id: int) -> HttpResponseBase:
    """A form as it was filed."""
    form = selectors.get_form(request.actor, paper_form_id)
    return serving.file_response(files.read_file(file_id=form.file_id, actor=request.actor, at=timezone.now()))


def given_sample(actor: object, kind: str) -> HttpResponse:
    """Raises Denied, NotFound (no such paper)."""
    selectors.forms_for(actor)  # type: ignore[arg-type]
    if kind not in selectors.KINDS:
        raise NotFound(_("没有这种公文样式。"))
    ending = selectors.KINDS[kind]
    content = selectors.sample(kind, made_at=timezone.now())
    name = f"{kind.lower()}-sample.{ending}"
    return HttpResponse(
        content, content_type=files.TYPES[ending].media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )  # fmt: skip
