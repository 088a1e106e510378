"""The people of the browser's world, and what they do month after month."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from appraisal.ledger.models import CurrentValue
from appraisal.ledger.states import ValueState
from appraisal.ledger.usecases import (
    verification,
)
from appraisal.reporting import usecases as reporting
from core import office as office_core
from tenants import selectors
from tenants.actors import Actor
from tenants.models import (
    Office,
    Role,
    User,
)  # fmt: skip
from tests.appraisal import setting

NOW = datetime(2026, 11, 5, 1, 30, tzinfo=UTC)  # half past nine in Shanghai, a working day
SEATS: dict[str, dict[str, tuple[str, ...]]] = {
    "anlan_platform": {"sys": (Role.SYS_ADMIN,)},
    "yunnan": {
        "admin": (Role.APPRAISAL_ADMIN,),
        "leader": (Role.PRINCIPAL_LEADER,),
        "verifier": (Role.VERIFIER,),
        "sys": (Role.SYS_ADMIN,),
        "sec": (Role.SEC_ADMIN,),
        "audit": (Role.AUDIT_ADMIN,),
    },
    **{
        slug: {"reporter": (Role.REPORTER,), "leader": (Role.PRINCIPAL_LEADER, Role.ISSUER)}
        for slug in ("kunming", "puer", "diqing")
    },
    "shifan": {
        "admin": (Role.APPRAISAL_ADMIN,),
        "leader": (Role.PRINCIPAL_LEADER,),
        "verifier": (Role.VERIFIER,),
    },
    "qinghe": {"reporter": (Role.REPORTER,), "leader": (Role.PRINCIPAL_LEADER, Role.ISSUER)},
}
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
REPORTED: dict[str, dict[str, Any]] = {
    "A1": {"fact": {"value": "640"}, "narrative": "按计划推进，已与各县核对。"},
    "A2": {"fact": {"value": "655.50"}},
    "A6": {"fact": {"done_on": {}}},
    "B6": {"fact": {"value": "91.2"}},
    "B7": {"fact": {"value": "8", "target": "10"}},
    "B8": {"nothing_to_report": True, "nothing_reason": "本月没有重复信访。"},
}
EVIDENCED = ("A1", "A6", "B6")


class Hands:
    """The accounts, and the acts of a month by whoever has them."""

    def __init__(self, people: dict[str, User]) -> None:
        self.people = people
        self.offices = {office.schema_name: office for office in Office.objects.select_related("parent")}
        self.running = setting.running_cycle(self.with_role, self.offices)

    def with_role(self, slug: str, *roles: str) -> Actor:
        """The seat of that office that holds the first of `roles`."""
        return self._actor(slug, next(key for key, held in SEATS[slug].items() if roles[0] in held))

    def _actor(self, slug: str, key: str) -> Actor:
        found = selectors.actor_for(self.people[f"{slug}-{key}"], self.offices[slug], on=NOW.date())
        assert found is not None
        return found

    @contextmanager
    def acting(self, account: str) -> Iterator[Actor]:
        """Their office mounted, and they in their role there."""
        actor = self._actor(*account.split("-"))
        with office_core.mounted(actor.office.mount(actor_id=actor.user_id)):
            yield actor

    def fill(self, slug: str, month: int, at: datetime, codes: tuple[str, ...] = tuple(REPORTED)) -> None:
        with self.acting(f"{slug}-reporter") as actor:
            period = self.running.period(month)
            for code in codes:
                indicator, given = self.running.indicator(code), {"fact": None, **REPORTED[code]}
                reporting.save_value(period_id=period.pk, indicator_id=indicator.pk, actor=actor, at=at, **given)
                if code in EVIDENCED:
                    name = f"{slug}-{month}-{code} 花名册.pdf"
                    reporting.upload_evidence(
                        period_id=period.pk, indicator_id=indicator.pk,
                        upload=SimpleUploadedFile(name, PDF + name.encode(), "application/pdf"), actor=actor, at=at,
                    )  # fmt: skip

    def submit(self, slug: str, month: int, at: datetime) -> None:
        with self.acting(f"{slug}-reporter") as actor:
            reporting.submit_report(period_id=self.running.period(month).pk, actor=actor, at=at)

    def sign(self, slug: str, month: int, at: datetime) -> None:
        with self.acting(f"{slug}-leader") as actor:
            reporting.sign_off(period_id=self.running.period(month).pk, actor=actor, at=at)

    def _value(self, slug: str, code: str, month: int) -> CurrentValue:
        return CurrentValue.objects.get(
            period=self.running.period(month), office=self.offices[slug], indicator=self.running.indicator(code)
        )

    def _return(self, slug: str, code: str, month: int, reason: str, at: datetime) -> None:
        with self.acting("yunnan-verifier") as actor:
            value = self._value(slug, code, month)
            verification.return_value(
                current_value_id=value.pk, lock_version=value.lock_version, reason=reason, actor=actor, at=at
            )

    def _verify(self, month: int, at: datetime) -> None:
        with self.acting("yunnan-verifier") as actor:
            waiting = CurrentValue.objects.filter(period=self.running.period(month), state=ValueState.SUBMITTED)
            items = list(waiting.values_list("pk", "lock_version"))
            verification.verify_values(items=items, actor=actor, at=at)
