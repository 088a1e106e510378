"""The office's home and its administration; mounted at /<office>/."""

from django.urls import path

from tenants.views import audit, calendar, changes, home, limits, logs, offices, people, providers, shadows, stand_ins

urlpatterns = [
    path("", home.home, name="home"),
    path("administration/offices/", offices.index, name="admin-offices"),
    path("administration/offices/new/", offices.onboard, name="admin-office-new"),
    path("administration/offices/<int:office_id>/", offices.detail, name="admin-office"),
    path("administration/offices/<int:office_id>/rename/", offices.rename, name="admin-office-rename"),
    *(
        path(
            f"administration/offices/<int:office_id>/{act}/", offices.change_state, {"act": act}, f"admin-office-{act}"
        )
        for act in offices.ACTS
    ),
    path("administration/archives/<int:archive_id>/", offices.archive_file, name="admin-archive"),
    path("administration/archives/<int:archive_id>/shadow/", shadows.from_archive, name="admin-archive-shadow"),
    path("administration/shadows/", shadows.index, name="admin-shadows"),
    path("administration/shadows/<int:shadow_id>/", shadows.detail, name="admin-shadow"),
    path("administration/shadows/<int:shadow_id>/progress/", shadows.progress, name="admin-shadow-progress"),
    path("administration/shadows/<int:shadow_id>/export/", shadows.export, name="admin-shadow-export"),
    path("administration/shadows/<int:shadow_id>/compare/", shadows.compare, name="admin-shadow-compare"),
    path("administration/shadows/<int:shadow_id>/drop/", shadows.drop, name="admin-shadow-drop"),
    path("administration/offices/<int:office_id>/divisions/", offices.add_division, name="admin-division-new"),
    path("administration/divisions/<int:division_id>/", offices.division, name="admin-division"),
    path("administration/regions/", offices.regions, name="admin-regions"),
    path("administration/people/", people.index, name="admin-people"),
    path("administration/people/new/", people.create, name="admin-person-new"),
    path("administration/people/find/", people.find, name="admin-people-find"),
    path("administration/people/<int:user_id>/", people.detail, name="admin-person"),
    path("administration/people/<int:user_id>/edit/", people.edit, name="admin-person-edit"),
    path("administration/people/<int:user_id>/numbers/<str:field>/", people.number, name="admin-person-number"),
    path("administration/people/<int:user_id>/deactivate/", people.deactivate, name="admin-person-deactivate"),
    path("administration/people/<int:user_id>/reactivate/", people.reactivate, name="admin-person-reactivate"),
    path("administration/people/<int:user_id>/password/", people.reset_password, name="admin-person-password"),
    path("administration/people/<int:user_id>/unlock/", people.unlock, name="admin-person-unlock"),
    path("administration/people/<int:user_id>/sessions/", people.end_sessions, name="admin-person-sessions"),
    path("administration/people/<int:user_id>/second-factor/", people.reset_second_factor, name="admin-person-factor"),
    path("administration/people/<int:user_id>/roles/", people.grant, name="admin-role-new"),
    path("administration/roles/<int:membership_id>/end/", people.end_role, name="admin-role-end"),
    path("administration/providers/", providers.index, name="admin-providers"),
    path("administration/providers/new/", providers.create, name="admin-provider-new"),
    path("administration/providers/<int:provider_id>/", providers.edit, name="admin-provider"),
    path("administration/providers/<int:provider_id>/test/", providers.test, name="admin-provider-test"),
    path("administration/providers/<int:provider_id>/enable/", providers.enable, name="admin-provider-enable"),
    path("administration/providers/<int:provider_id>/disable/", providers.disable, name="admin-provider-disable"),
    path("administration/people/<int:user_id>/identities/", providers.link, name="admin-person-identities"),
    path("administration/identities/<int:link_id>/unlink/", providers.unlink, name="admin-identity-unlink"),
    path("changes/", changes.index, name="changes"),
    path("changes/<int:change_id>/", changes.detail, name="change"),
    path("changes/<int:change_id>/approve/", changes.approve, name="change-approve"),
    path("changes/<int:change_id>/refuse/", changes.refuse, name="change-refuse"),
    path("changes/<int:change_id>/withdraw/", changes.withdraw, name="change-withdraw"),
    path("administration/limits/", limits.index, name="limits"),
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
