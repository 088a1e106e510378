"""What the year begins with: a province with two prefectures, its people, and last year's scheme. Nothing else.

Accounts are <office>-<key>, all with factories.PASSWORD.
"""

from datetime import UTC, date, datetime

from django.db import transaction

from appraisal.library import usecases as library
from core import office as office_core
from core.usecases.calendar import seed_calendar
from tenants import selectors
from tenants.models import Division, Office, Role
from tests import factories
from tests.appraisal.setting import SMALL_CSV

# As the small template, but the system counts the reports that came in time.
SCHEME = SMALL_CSV.replace(
    '""cap"": ""1.00"", ""floor"": ""0.00""', '""cap"": ""1.00"", ""floor"": ""0.00"", ""numerator"": ""按时报送""'
)

NOW = datetime(2025, 11, 10, 1, 30, tzinfo=UTC)  # half past nine in Shanghai, a Monday: the scheme is drafted
PREFECTURES = ("kunming", "puer")
SEATS: dict[str, dict[str, tuple[str, ...]]] = {
    "yunnan": {
        "admin": (Role.APPRAISAL_ADMIN,),
        "leader": (Role.PRINCIPAL_LEADER,),
        "verifier": (Role.VERIFIER,),
        "witness": (Role.LEADER_IN_CHARGE,),
        "inspector": (Role.INSPECTOR,),
        "second": (Role.INSPECTOR,),
    },
    **{slug: {"reporter": (Role.REPORTER,), "leader": (Role.PRINCIPAL_LEADER, Role.ISSUER)} for slug in PREFECTURES},
}


def build() -> dict[str, str]:
    """Make everything in an empty, migrated database; answers {account: name of the person}."""
    with office_core.mounted(office_core.PUBLIC), transaction.atomic():
        seed_calendar()
        factories.make_offices(("anlan_platform", *SEATS))
        people = {}
        for slug, seats in SEATS.items():
            office = Office.objects.get(schema_name=slug)
            Division.objects.create(office=office, name="综合处", name_en="General Affairs", valid_from=factories.SINCE)
            for key, roles in seats.items():
                account = f"{slug}-{key}"
                people[account] = factories.make_person(office, *roles, username=account)
        bureau = Office.objects.get(schema_name="yunnan")
        actor = selectors.actor_for(people["yunnan-admin"], bureau, on=NOW.date())
        assert actor is not None
        with office_core.mounted(bureau.mount(actor_id=actor.user_id)):
            version = library.import_template(
                code="ZZ", name="州市目标责任指标体系", name_en="Prefecture scheme", csv_text=SCHEME, year=2025,
                actor=actor, at=NOW,
            )  # fmt: skip
            library.publish_version(
                version_id=version.pk, minutes_number="党组会纪要〔2025〕2号", effective_on=date(2025, 1, 1),
                lock_version=version.lock_version, actor=actor, at=NOW,
            )  # fmt: skip
    return {account: user.name for account, user in people.items()}
