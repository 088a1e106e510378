"""Pages of this app, mounted under /<office>/duties/."""

from django.urls import path

from appraisal.duties.views import book, decisions, duty, lists, targets

app_name = "duties"
LIST, LINE = "<int:list_id>/", "lines/<int:duty_id>/"
TARGET = f"{LIST}targets/<slug:code>/"
urlpatterns = [
    path("", lists.index, name="index"),
    path("begin/", decisions.begin, name="begin"),
    path("mine/", duty.mine, name="mine"),
    path(LIST, lists.detail, name="list"),
    path(f"{LIST}differences/", lists.differences, name="differences"),
    path(f"{LIST}list.docx", lists.document, {"kind": "docx"}, name="list-docx"),
    path(f"{LIST}list.pdf", lists.document, {"kind": "pdf"}, name="list-pdf"),
    path(f"{LIST}list.xlsx", book.download, name="book-download"),
    path(f"{LIST}book/", book.upload, name="book"),
    path(f"{LIST}population/", decisions.population, name="population"),
    path(f"{LIST}last-year/", decisions.last_year, name="last-year"),
    path(f"{LIST}drop/", decisions.drop, name="drop"),
    path(f"{LIST}submit/", decisions.submit, name="submit"),
    path(f"{LIST}send-back/", decisions.send_back, name="send-back"),
    path(f"{LIST}confirm/", decisions.confirm, name="confirm"),
    path(TARGET, targets.target, name="target"),
    path(f"{TARGET}check/", targets.check, name="check"),
    path(f"{TARGET}fill/", targets.fill, name="fill"),
    path(LINE, duty.detail, name="duty"),
    path(f"{LINE}deliver/", duty.deliver, name="deliver"),
    path(f"{LINE}return/", duty.return_, name="return"),
]
