"""Pages of this app, mounted under /<office>/templates/."""

from django.urls import path

from appraisal.library.views import books, crosschecks, dialogs, formulas, own_rules, versions

app_name = "library"
VERSION = "versions/<int:version_id>/"
INDICATOR = f"{VERSION}indicators/<int:indicator_id>/"
urlpatterns = [
    path("", versions.index, name="index"),
    path("formulas/", formulas.formulas, name="formulas"),
    path("rules/", own_rules.index, name="own-rules"),
    path("rules/<str:rule_name>/", own_rules.rule, name="own-rule"),
    path("book/", books.import_book, name="import-book"),
    path("book/template/", books.empty, name="empty-book"),
    path("import/", dialogs.import_, name="import"),
    path(VERSION, versions.version, name="version"),
    path(f"{VERSION}book/", books.export, name="book"),
    path(f"{VERSION}compare/", versions.compare, name="compare"),
    path(f"{VERSION}checks/", crosschecks.checks, name="checks"),
    path(f"{VERSION}checks/add/", crosschecks.save, name="check-add"),
    path(f"{VERSION}checks/suggested/", crosschecks.suggest, name="check-suggest"),
    path(f"{VERSION}checks/<str:code>/", crosschecks.save, name="check"),
    path(f"{VERSION}checks/<str:code>/remove/", crosschecks.remove, name="check-remove"),
    path(f"{VERSION}copy/", dialogs.copy, name="copy"),
    path(f"{VERSION}publish/", dialogs.publish, name="publish"),
    path(f"{VERSION}points/", versions.points, name="points"),
    path(f"{VERSION}na-treatment/", versions.na_treatment, name="na-treatment"),
    path(f"{VERSION}add/", dialogs.add, name="add"),
    path(f"{INDICATOR}move/", versions.move, name="move"),
    path(f"{INDICATOR}remove/", dialogs.remove, name="remove"),
    path(f"{INDICATOR}regroup/", dialogs.regroup, name="regroup"),
    path(f"{INDICATOR}owner/", dialogs.owner, name="owner"),
    path(f"{INDICATOR}restore/", versions.restore, name="restore"),
    path(f"{INDICATOR}save/", versions.save, name="save"),
    path(f"{INDICATOR}rule/", versions.rule, name="rule"),
]
