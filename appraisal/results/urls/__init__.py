"""Pages of the year's result, mounted under /<office>/results/."""

from django.urls import path

from appraisal.results.views import outcome, paper_forms, uses, years

app_name = "results"
RUN, RESULT = "runs/<int:year_run_id>/", "<int:result_id>/"
urlpatterns = [
    path("", years.year, name="year"),
    path("years/<int:cycle_id>/calculate/", years.start_run, name="start-run"),
    path("years/<int:cycle_id>/close/", years.close, name="close-year"),
    path(RUN, years.run, name="run"),
    path(f"{RUN}progress/", years.run_progress, name="run-progress"),
    path(f"{RUN}propose/", outcome.propose, name="propose"),
    path(f"{RUN}offices/<slug:slug>/", years.card, name="card"),
    path("self/", years.self_appraisal, name="self"),
    path("self/<int:cycle_id>/submit/", years.submit_self, name="submit-self"),
    path("self/<int:cycle_id>/<slug:slug>/", years.self_of, name="self-of"),
    path("forms/", paper_forms.index, name="paper-forms"),
    path("forms/file/", paper_forms.file, name="file-paper-form"),
    path("forms/samples/<str:paper_kind>/", paper_forms.sample, name="paper-form-sample"),
    path("forms/<int:paper_form_id>/file/", paper_forms.download, name="paper-form-file"),
    path("forms/<int:paper_form_id>/end/", paper_forms.end, name="end-paper-form"),
    path("uses/", uses.index, name="uses"),
    path("uses/export/", uses.export, name="uses-export"),
    path("uses/<int:use_id>/plan/", uses.plan, name="hand-in-plan"),
    path("uses/<int:use_id>/close/", uses.close, name="close-use"),
    path("uses/<int:use_id>/cancel/", uses.cancel, name="cancel-use"),
    path(f"{RESULT}uses/record/", uses.record, name="record-use"),
    path(f"{RESULT}uses/fund/", uses.fund, name="split-fund"),
    path(RESULT, outcome.result, name="result"),
    path(f"{RESULT}grades/<slug:slug>/", outcome.change_grade, name="change-grade"),
    path(f"{RESULT}grades/<slug:slug>/confirm/", outcome.confirm_grade, name="confirm-grade"),
    path(f"{RESULT}decide/", outcome.decide, name="decide"),
    path(f"{RESULT}withdraw/", outcome.withdraw, name="withdraw"),
    path(f"{RESULT}notice/", outcome.notice, name="notice"),
    path(f"{RESULT}lock/", outcome.lock, name="lock"),
    path(f"{RESULT}reopen/", outcome.reopen, name="reopen"),
    path(f"{RESULT}circular/", outcome.issue_circular, name="issue-circular"),
    path(f"{RESULT}circular/docx/", outcome.circular_docx, name="circular-docx"),
    path(f"{RESULT}circular/pdf/", outcome.circular_pdf, name="circular-pdf"),
    path(f"{RESULT}summary/", outcome.summary, name="summary"),
    path(f"{RESULT}summary/pdf/", outcome.summary_pdf, name="summary-pdf"),
    path(f"{RESULT}paper/", outcome.paper, name="paper"),
    path(f"{RESULT}objections/<slug:slug>/", outcome.file_objection, name="file-objection"),
    path("objections/<int:notice_objection_id>/answer/", outcome.answer, name="answer-objection"),
]
