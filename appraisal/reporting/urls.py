"""Pages of this app, mounted under /<office>/reporting/."""

from django.urls import path

from appraisal.reporting.views import book, claims, evidence, sign_off, value, workbench

app_name = "reporting"
urlpatterns = [
    path("", workbench.current, name="workbench"),
    path("sign-off/", sign_off.waiting, name="sign-off"),
    path("<int:period_id>/", workbench.month, name="month"),
    path("<int:period_id>/carry-over/", workbench.carry_over, name="carry-over"),
    path("<int:period_id>/book/", book.index, name="book"),
    path("<int:period_id>/book/download/", book.download, name="book-download"),
    path("<int:period_id>/book/<int:book_id>/", book.read, name="book-read"),
    path("<int:period_id>/book/<int:book_id>/progress/", book.progress, name="book-progress"),
    path("<int:period_id>/book/<int:book_id>/write/", book.write, name="book-write"),
    path("<int:period_id>/book/<int:book_id>/drop/", book.drop, name="book-drop"),
    path("<int:period_id>/submit/", workbench.submit, name="submit"),
    path("<int:period_id>/sign-off/", sign_off.month, name="sign-off-month"),
    path("<int:period_id>/sign-off/confirm/", sign_off.confirm, name="sign-off-confirm"),
    path("<int:period_id>/send-back/", sign_off.send_back, name="send-back"),
    path("<int:period_id>/<int:indicator_id>/", value.value, name="value"),
    path("<int:period_id>/<int:indicator_id>/draft/", value.draft, name="draft"),
    path("<int:period_id>/<int:indicator_id>/validate/", value.validate, name="validate"),
    path("<int:period_id>/<int:indicator_id>/claim/", claims.save, name="claim"),
    path("<int:period_id>/<int:indicator_id>/claim/withdraw/", claims.withdraw, name="claim-withdraw"),
    path("<int:period_id>/<int:indicator_id>/evidence/", evidence.upload, name="evidence"),
    path("<int:period_id>/<int:indicator_id>/evidence/<uuid:file_id>/remove/", evidence.remove, name="evidence-remove"),
]
