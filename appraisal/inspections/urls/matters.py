"""Pages of assigned matters."""

from django.urls import path

from appraisal.inspections.views import matters

MATTER = "matters/<int:matter_id>/"
urlpatterns = [
    path("matters/", matters.index, name="matters"),
    path("matters/new/", matters.assign, name="assign-matter"),
    path(MATTER, matters.detail, name="matter"),
    path(f"{MATTER}reply/", matters.reply, name="reply-matter"),
    path(f"{MATTER}return/", matters.return_, name="return-matter"),
    path(f"{MATTER}close/", matters.close, name="close-matter"),
    path(f"{MATTER}withdraw/", matters.withdraw, name="withdraw-matter"),
    path(f"{MATTER}deduct/", matters.deduct, name="deduct-matter"),
    path(f"{MATTER}spare/", matters.spare, name="spare-matter"),
]
