"""The wall of the portal: what its login (anlan_portal) may do beside the offices, where it does not own the tables.

It signs people in, keeps their accounts, says which office is where, hands jobs to the provinces' logins, anchors and
verifies the log. All rows of these tables are its business; which columns, and what it may not do at all, stands here.
A table without an entry is closed to it: business is done by the offices' roles (config.wall), and schemas are made by
their owner. See adr/0020.
"""

from core.postgres.wall.language import Rows

ALL = "true"


def _rows(may: str, *, fixed: tuple[str, ...] = ()) -> Rows:
    """may: letters of see, add, change, remove, and lock for rows that are locked while others change."""
    return Rows(
        see=ALL,
        add=ALL if "a" in may else "",
        change=ALL if "c" in may else "false" if "l" in may else "",
        lock=ALL if "l" in may else "",
        remove=ALL if "r" in may else "",
        fixed=fixed,
    )


PORTAL: dict[str, Rows] = {
    # Who is where
    "tenants_region": _rows("s"),
    "tenants_office": _rows("sl"),
    "tenants_domain": _rows("s"),
    "tenants_division": _rows("s"),
    "tenants_schemastate": _rows("s"),
    "django_migrations": _rows("s"),
    "core_calendarday": _rows("s"),
    "library_ownrule": _rows("s"),  # asked for beside the offices where provinces have no logins
    # People, and how they sign in
    "tenants_user": _rows("sc", fixed=("id", "username", "office_id", "emergency")),
    "tenants_personalnumbers": _rows("s"),
    "tenants_membership": _rows("sc", fixed=("id", "user_id", "office_id", "role")),
    "tenants_standin": _rows("sc", fixed=("id", "membership_id", "person_id")),
    "tenants_signinattempt": _rows("sr"),
    "tenants_secondfactor": _rows("sacr"),
    "tenants_recoverycode": _rows("sacr"),
    "tenants_formerpassword": _rows("sacr"),
    "tenants_opensession": _rows("sacr"),
    "tenants_emergencyaccount": _rows("sc", fixed=("id", "office_id", "user_id")),
    "tenants_emergencyopening": _rows("sac", fixed=("id", "account_id", "person_id", "reason", "address", "opened_at")),
    "tenants_emergencyhalf": _rows("sacr"),  # those of the platform's own account are made beside its office
    "tenants_identityprovider": _rows("s"),
    "tenants_providersecret": _rows("sacr"),
    "tenants_identitylink": _rows("sacr"),
    "tenants_changerequest": _rows("s"),
    "api_token": _rows("sac", fixed=("id", "office_id", "user_id", "digest")),
    # Work to be handed out
    "core_job": Rows(  # wanted by schedules alone, in nobody's name; claimed and ended for everybody
        see=ALL, add="wanted_by_id IS NULL", change=ALL, fixed=("id", "office", "kind", "arguments", "wanted_by_id")
    ),
    "core_schedule": _rows("sac", fixed=("id", "office", "kind", "rule")),
    "core_storedfile": _rows("s"),
    "core_sensitiveread": _rows("sa"),
    "core_eventrecord": _rows("sa"),
    # The log is written by its triggers alone; here it is read, anchored and verified
    "core_auditentry": _rows("s"),
    "core_auditlink": _rows("s"),
    "core_audithead": _rows("s"),
    "core_auditanchor": _rows("sac"),
    "core_auditcheck": _rows("sac"),
}
