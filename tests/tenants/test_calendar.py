"""The working-day calendar that administrators keep."""

from datetime import timedelta

import pytest

from core.errors import Denied
from tenants.models import Role
from tenants.usecases import calendar
from tests.conftest import NOON, TODAY

pytestmark = pytest.mark.usefixtures("offices")
TOMORROW = TODAY + timedelta(days=1)
BUSINESS = [role for role in Role.values if role not in ("SYS_ADMIN", "SEC_ADMIN", "AUDIT_ADMIN")]


class TestTheCalendar:
    @pytest.mark.parametrize(
        ("slug", "region", "allowed"),
        [
            ("anlan_platform", "", True),
            ("anlan_platform", "530000", False),
            ("yunnan", "530000", True),
            ("yunnan", "530100", True),
            ("yunnan", "", False),
            ("yunnan", "990000", False),
            ("kunming", "530100", True),
            ("kunming", "530102", True),
            ("kunming", "530000", False),
        ],
    )
    def test_is_kept_by_the_system_administrator_of_its_level(
        self, actor, slug: str, region: str, allowed: bool
    ) -> None:
        def lay_down(role: str) -> None:
            calendar.set_day(
                region_code=region,
                day=TODAY,
                is_working=False,
                name="节日",
                source="通知",
                actor=actor(slug, role),
                at=NOON,
            )

        if allowed:
            lay_down(Role.SYS_ADMIN)
        else:
            with pytest.raises(Denied):
                lay_down(Role.SYS_ADMIN)
        with pytest.raises(Denied):
            lay_down(Role.SEC_ADMIN)
