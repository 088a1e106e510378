"""Pages of the record that both sides of an inspection sign."""

from django.urls import path

from appraisal.inspections.views import site

TASK = "tasks/<int:task_id>/"
urlpatterns = [
    path(f"{TASK}countersign/", site.countersign, name="countersign-task"),
    path(f"{TASK}answer/", site.answer, name="answer-objection"),
    path(f"{TASK}lapse/", site.lapse, name="lapse-record"),
    path(f"{TASK}record.docx", site.document, {"kind": "docx"}, name="site-docx"),
    path(f"{TASK}record.pdf", site.document, {"kind": "pdf"}, name="site-pdf"),
]
