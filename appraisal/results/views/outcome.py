"""A result's page, the steps of its life, the public notice, objections to it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from appraisal.ledger.views.evidence import file_items
from appraisal.results.forms import acts as forms
from appraisal.results.models import YearResult
from appraisal.results.policies import outcome as policies
from appraisal.results.selectors import inputs, papers
from appraisal.results.selectors import outcome as selectors
from appraisal.results.selectors import years as years_selectors
from appraisal.results.states import ResultState
from appraisal.results.usecases import outcome as usecases
from appraisal.results.views.acts import act
from appraisal.results.views.words import timeline_of
from appraisal.rules import grades
from core import documents
from core.http import reads
from core.workdays import Derivation
from tenants.models import Office

STAGES = (ResultState.PROPOSED, ResultState.DECIDED, ResultState.NOTICED, ResultState.LOCKED)
POST_TOO = ["GET", "POST"]


@require_http_methods(POST_TOO)
def propose(request: HttpRequest, year_run_id: int) -> HttpResponse:
    """Propose grades from a calculation."""
    actor = request.actor
    run = years_selectors.get_run(actor, year_run_id)

    def do(data: dict) -> str:
        return _url(usecases.propose_result(run_id=run.pk, actor=actor, at=timezone.now(), **data))

    return act(
        request, form=forms.MinutesForm(request.POST or None),
        title=_("拟定 %(year)s 年度等次") % {"year": run.cycle.year},
        lead=_("以 %(code)s 的计算结果为考核委员会的拟定等次；个别单位可以说明理由调整，须由另一人复核。")
        % {"code": run.code},
        confirm=_("拟定等次"), back=reverse("results:run", args=[run.pk]),
        check=lambda: policies.propose(actor, run, year_end=years_selectors.is_year_end(run)),
        do=do,
    )  # fmt: skip


@reads
def result(request: HttpRequest, result_id: int) -> HttpResponse:
    """The result: its stage, every office's grade, what may be done next, what happened."""
    actor, on = request.actor, timezone.localdate()
    this = selectors.get_result(actor, result_id)
    bureau = actor.office.level == Office.Level.PROVINCE
    objections = list(selectors.objections_for(actor, this))
    derivation = Derivation.of(this.notice_derivation) if this.notice_derivation else None
    context = {
        "result": this, "bureau": bureau, "lines": list(this.lines.all()), "stages": _stages(this),
        "refusals": selectors.refusals(actor, this, on=on), "seats": selectors.seats_of(this) if bureau else [],
        "confirms": {
            line.office_id for line in this.lines.all() if line.departs and policies.confirm.allows(actor, line)
        },
        "objections": [
            {"row": row, "answer": policies.answer.reason(actor, row), "files": file_items(row.evidence)}
            for row in objections
        ],
        "may_object": {
            line.office_id for line in this.lines.all() if policies.object_.allows(actor, this, line.office, on=on)
        },
        "timeline": timeline_of(this.subject) if bureau else [], "derivation": derivation,
        "files": policies.circular.allows(actor, this), "own_forms": papers.own_forms(this),
    }  # fmt: skip
    return render(request, "results/result.html", context)


def _stages(this: YearResult) -> list[dict[str, str]]:
    if this.state not in STAGES:
        return []
    now = STAGES.index(ResultState(this.state))
    done = now == len(STAGES) - 1
    return [
        {
            "label": str(stage.label),
            "sub": "",
            "state": "done" if place < now or done else "now" if place == now else "todo",
        }
        for place, stage in enumerate(STAGES)
    ]


@require_http_methods(POST_TOO)
def change_grade(request: HttpRequest, result_id: int, slug: str) -> HttpResponse:
    """Depart from the computed grade of one office."""
    actor = request.actor
    this = selectors.get_result(actor, result_id)
    line = selectors.get_line(actor, this, slug)
    initial = {"grade": line.grade, "reason": line.reason, "minutes": line.minutes or this.proposal_minutes}
    form = forms.GradeForm(request.POST or None, grades=grades.grades(inputs.last_day(this.cycle)), initial=initial)
    return act(
        request, form=form, title=_("调整 %(office)s 的等次") % {"office": line.office.label},
        lead=_("计算结果是“%(grade)s”。调整须有会议纪要和理由，并由另一人复核；得分和名次不变。")
        % {"grade": years_selectors.told([{"key": f"grade.{line.computed}", "values": {}}])[0]},
        confirm=_("保存调整"), back=_url(this), check=lambda: policies.change(actor, this),
        do=lambda data: usecases.change_grade(
            result_id=this.pk, office=slug, actor=actor, at=timezone.now(), **data
        ),
    )  # fmt: skip


@require_POST
def confirm_grade(request: HttpRequest, result_id: int, slug: str) -> HttpResponse:
    """Stand by somebody else's departure."""
    usecases.confirm_grade(result_id=result_id, office=slug, actor=request.actor, at=timezone.now())
    return redirect("results:result", result_id)


@require_http_methods(POST_TOO)
def decide(request: HttpRequest, result_id: int) -> HttpResponse:
    """The deciding meeting's word."""
    actor = request.actor
    this = selectors.get_result(actor, result_id)
    return act(
        request, form=forms.DecideForm(request.POST or None), title=_("审定年度结果"),
        lead=_("审定后等次不能再调整；未公示前可以撤回。"), confirm=_("审定"), back=_url(this),
        check=lambda: policies.decide(actor, this),
        do=lambda data: usecases.decide_result(result_id=this.pk, actor=actor, at=timezone.now(), **data),
    )  # fmt: skip


@require_http_methods(POST_TOO)
def withdraw(request: HttpRequest, result_id: int) -> HttpResponse:
    """Take back what the public has not seen."""
    actor = request.actor
    this = selectors.get_result(actor, result_id)
    return act(
        request, form=forms.ReasonForm(request.POST or None), title=_("撤回年度结果"), danger=True,
        lead=_("撤回后这份结果留在记录里，可以重新计算、重新拟定。"), confirm=_("撤回"), back=_url(this),
        check=lambda: policies.withdraw(actor, this),
        do=lambda data: usecases.withdraw_result(result_id=this.pk, actor=actor, at=timezone.now(), **data),
    )  # fmt: skip


@require_http_methods(POST_TOO)
def notice(request: HttpRequest, result_id: int) -> HttpResponse:
    """Put the result to public notice."""
    actor = request.actor
    this = selectors.get_result(actor, result_id)
    until, _derivation = selectors.notice_days(this.cycle, timezone.localdate())
    return act(
        request, form=forms.NoticeForm(request.POST or None), title=_("公示年度结果"),

        lead=_("今天开始公示，到 %(day)s 为止；各州市可以看到结果并提出异议。发布前自动检查个人信息。")
        % {"day": until.isoformat()},
        confirm=_("发布公示"), back=_url(this), check=lambda: policies.notice(actor, this),
        do=lambda data: usecases.put_to_notice(result_id=this.pk, actor=actor, at=timezone.now(), **data),
    )  # fmt: skip


@require_http_methods(POST_TOO)
def lock(request: HttpRequest, result_id: int) -> HttpResponse:
    """Hold the result fast."""
    actor = request.actor
    this = selectors.get_result(actor, result_id)
    return act(
        request, form=forms.PasswordForm(request.POST or None), title=_("锁定年度结果"),
        lead=_("锁定后数据库不再接受任何改动；以后发现问题只能重新启动，并保留这一份。"), confirm=_("锁定"),
        back=_url(this),
        check=lambda: policies.lock(actor, this, on=timezone.localdate()),
        do=lambda _data: usecases.lock_result(result_id=this.pk, actor=actor, at=timezone.now()),
    )  # fmt: skip


@require_http_methods(POST_TOO)
def issue_circular(request: HttpRequest, result_id: int) -> HttpResponse:
    """Issue the circular of a locked result under its number."""
    actor = request.actor
    this = selectors.get_result(actor, result_id)
    initial = {"number": usecases.suggest_number(this, at=timezone.now())}
    return act(
        request, form=forms.CircularForm(request.POST or None, initial=initial),
        title=_("印发 %(year)s 年度考核通报") % {"year": this.cycle.year},
        lead=_("印发后通报带文号和今天的成文日期，不能再改、不能重发；各州市可以下载。"), confirm=_("印发"),
        back=_url(this), check=lambda: policies.issue_circular(actor, this),
        do=lambda data: usecases.issue_circular(result_id=this.pk, actor=actor, at=timezone.now(), **data),
    )  # fmt: skip


@require_http_methods(POST_TOO)
def reopen(request: HttpRequest, result_id: int) -> HttpResponse:
    """Something came to light after the notice."""
    actor = request.actor
    this = selectors.get_result(actor, result_id)
    return act(
        request, form=forms.ReopenForm(request.POST or None), title=_("重新启动年度结果"),
        danger=True,
        lead=_("这份结果保留原样并注明重新启动；重新计算后可以另行拟定一份。"), confirm=_("重新启动"), back=_url(this),
        check=lambda: policies.reopen(actor, this),
        do=lambda data: usecases.reopen_result(result_id=this.pk, actor=actor, at=timezone.now(), **data),
    )  # fmt: skip


@reads
def paper(request: HttpRequest, result_id: int) -> HttpResponse:
    """The public notice as a paper: to be printed or put on a web site. No names of people, no numbers of theirs."""
    this = selectors.get_result(request.actor, result_id)
    if this.notice_from is None:
        policies.notice(request.actor, this)
    selectors.check_masked(selectors.published_text(this, this.notice_words, this.notice_contact))
    return render(request, "results/paper.html", {"result": this, "lines": list(this.lines.all())})


@reads
def circular_docx(request: HttpRequest, result_id: int) -> HttpResponse:
    """The circular as a Word file."""
    return _circular(request, result_id, "docx")


@reads
def circular_pdf(request: HttpRequest, result_id: int) -> HttpResponse:
    """The circular as PDF."""
    return _circular(request, result_id, "pdf")


def _circular(request: HttpRequest, result_id: int, kind: documents.Kind) -> HttpResponse:
    this = selectors.get_result(request.actor, result_id)
    policies.circular(request.actor, this)
    name = f"circular-{this.cycle.year}-{this.number}.{kind}"
    return _file(papers.circular(this, kind), documents.MEDIA[kind], name)


@reads
def summary(request: HttpRequest, result_id: int) -> HttpResponse:
    """The summary tables as xlsx, for the bureau."""
    this = selectors.get_result(request.actor, result_id)
    policies.summary(request.actor, this)
    return _file(papers.summary(this), papers.XLSX, f"summary-{this.cycle.year}-{this.number}.xlsx")


@reads
def summary_pdf(request: HttpRequest, result_id: int) -> HttpResponse:
    """The table of results as PDF, for the bureau."""
    this = selectors.get_result(request.actor, result_id)
    policies.summary(request.actor, this)
    return _file(papers.summary_pdf(this), documents.MEDIA["pdf"], f"summary-{this.cycle.year}-{this.number}.pdf")


def _file(content: bytes, media: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_http_methods(POST_TOO)
def file_objection(request: HttpRequest, result_id: int, slug: str) -> HttpResponse:
    """Object to one office's result during the notice."""
    actor = request.actor
    this = selectors.get_result(actor, result_id)
    line = selectors.get_line(actor, this, slug)
    return act(
        request, form=forms.NoticeObjectionForm(request.POST or None, request.FILES or None),
        title=_("对 %(office)s 的公示结果提出异议") % {"office": line.office.label},
        lead=_("对单项得分的异议请在月度得分的申诉期内提出；这里受理对年度得分、名次和等次的异议。"),
        confirm=_("提出异议"),
        back=_url(this), check=lambda: policies.object_(actor, this, line.office, on=timezone.localdate()),
        do=lambda data: usecases.file_notice_objection(
            result_id=this.pk, about=slug, actor=actor, at=timezone.now(), **data
        ),
    )  # fmt: skip


@require_http_methods(POST_TOO)
def answer(request: HttpRequest, notice_objection_id: int) -> HttpResponse:
    """Uphold or reject an objection."""
    actor = request.actor
    row = selectors.get_objection(actor, notice_objection_id)
    return act(
        request, form=forms.AnswerForm(request.POST or None),
        title=_("答复 %(office)s 的公示异议") % {"office": row.office.label}, lead=row.grounds, confirm=_("答复"),
        back=_url(row.result), check=lambda: policies.answer(actor, row),
        do=lambda data: usecases.answer_notice_objection(
            objection_id=row.pk, upheld=data["upheld"] == forms.UPHELD, decision=data["decision"], actor=actor,
            at=timezone.now(),
        ),
    )  # fmt: skip


def _url(this: YearResult) -> str:
    return reverse("results:result", args=[this.pk])
