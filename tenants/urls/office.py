"""The office's home and its administration; mounted at /<office>/."""

from django.urls import path

from tenants.views import audit, calendar, home, logs, offices, people, stand_ins

urlpatterns = [
    path("", home.home, name="home"),
    path("administration/offices/", offices.index, name="admin-offices"),
    path("administration/offices/new/", offices.onboard, name="admin-office-new"),
    path("administration/offices/<int:office_id>/", offices.detail, name="admin-office"),
    path("administration/offices/<int:office_id>/rename/", offices.rename, name="admin-office-rename"),
    path("administration/offices/<int:office_id>/suspend/", offices.suspend, name="admin-office-suspend"),
    path("administration/offices/<int:office_id>/reactivate/", offices.reactivate, name="admin-office-reactivate"),
    path("administration/offices/<int:office_id>/divisions/", offices.add_division, name="admin-division-new"),
    path("administration/divisions/<int:division_id>/", offices.division, name="admin-division"),
    path("administration/regions/", offices.regions, name="admin-regions"),
    path("administration/people/", people.index, name="admin-people"),
    path("administration/people/new/", people.create, name="admin-person-new"),
    path("administration/people/<int:user_id>/", people.detail, name="admin-person"),
    path("administration/people/<int:user_id>/edit/", people.edit, name="admin-person-edit"),
    path("administration/people/<int:user_id>/deactivate/", people.deactivate, name="admin-person-deactivate"),
    path("administration/people/<int:user_id>/reactivate/", people.reactivate, name="admin-person-reactivate"),
    path("administration/people/<int:user_id>/password/", people.reset_password, name="admin-person-password"),
    path("administration/people/<int:user_id>/unlock/", people.unlock, name="admin-person-unlock"),
    path("administration/people/<int:user_id>/sessions/", people.end_sessions, name="admin-person-sessions"),
    path("administration/people/<int:user_id>/second-factor/", people.reset_second_factor, name="admin-person-factor"),
    path("administration/people/<int:user_id>/roles/", people.grant, name="admin-role-new"),
    path("administration/roles/<int:membership_id>/end/", people.end_role, name="admin-role-end"),
    path("stand-ins/", stand_ins.index, name="stand-ins"),
    path("stand-ins/<int:stand_in_id>/revoke/", stand_ins.revoke, name="stand-in-revoke"),
    path("calendar/", calendar.index, name="calendar"),
    path("calendar/day/", calendar.set_day, name="calendar-day"),
    path("calendar/clear/", calendar.clear_day, name="calendar-clear"),
    path("calendar/import/", calendar.import_year, name="calendar-import"),
    path("sign-ins/", logs.sign_ins, name="sign-in-log"),
    path("sign-ins/unlock-address/", logs.unlock_address, name="unlock-address"),
    path("audit/", audit.audit_log, name="audit-log"),
    path("audit/export/", audit.audit_export, name="audit-export"),
    path("audit/<int:entry_id>/", audit.audit_entry, name="audit-entry"),
]
