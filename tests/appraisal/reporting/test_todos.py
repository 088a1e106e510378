"""The inbox: every counter of the menu is told line by line and adds up; nobody is told what does not concern them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from appraisal.ledger.models import CurrentValue, ScoreRun
from core import office as office_core
from core import todos
from tenants import menu
from tenants.actors import Actor
from tenants.models import Office, Role, User
from tests.appraisal import setting
from tests.appraisal.reporting.conftest import Office_, later
from tests.conftest import NOON

BUSINESS = [role for role in Role if role not in (Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN)]


def counted(person: Actor, at: Any = NOON) -> int:
    items = {item.name: item.count for group in menu.groups_for(person, at=at) for item in group.items}
    return sum(items.values())


def told(person: Actor, at: Any = NOON) -> list[todos.Todo]:
    return todos.todos_for(person, at)


def test_every_counter_has_a_source_of_its_name() -> None:
    assert todos.sources() == menu.counters()


class TestAMonth:
    """A month on its way: at each step the lines are those of whom it waits for, and of nobody else."""

    def everybody(self, actor: Callable[..., Actor]) -> dict[str, Actor]:
        people = {f"kunming {role}": actor("kunming", role) for role in BUSINESS}
        return people | {f"yunnan {role}": actor("yunnan", role) for role in Role}

    def waiting(self, people: dict[str, Actor], offices: dict[str, Office], at: Any = NOON) -> dict[str, list[str]]:
        found = {}
        for name, person in people.items():
            with office_core.mounted(offices[person.office.schema_name].mount()):
                lines = told(person, at)
                assert sum(line.count for line in lines) == counted(person, at), name
                if lines:
                    found[name] = [line.title for line in lines]
        return found

    def test_waits_for_one_after_the_other(self, kunming_month: Office_, actor, offices) -> None:
        people = self.everybody(actor)
        fillers = {"kunming REPORTER", "kunming DIVISION_CHIEF"}
        signers = {"kunming ISSUER", "kunming PRINCIPAL_LEADER", "kunming LEADER_IN_CHARGE"}
        verifiers = {"yunnan VERIFIER", "yunnan APPRAISAL_ADMIN"}
        begun = self.waiting(people, offices)
        assert set(begun) == fillers
        assert begun["kunming REPORTER"] == ["填报 2026 年 10 月月报，还有 6 项没有填"]

        kunming_month.fill()
        assert self.waiting(people, offices) == {}
        kunming_month.submit()
        submitted = self.waiting(people, offices)
        assert set(submitted) == signers | {"kunming REVIEWER"}
        assert submitted["kunming ISSUER"] == ["签发 2026 年 10 月月报"]
        assert submitted["kunming REVIEWER"] == ["审核 2026 年 10 月月报（签发前）"]
        kunming_month.sign()
        handed = self.waiting(people, offices)
        assert set(handed) == verifiers
        assert handed["yunnan VERIFIER"] == ["核验 2026 年 10 月的 6 项填报数据"]

        CurrentValue.objects.filter(indicator__code="A2").update(state="RETURNED", reason="请核对。")
        CurrentValue.objects.exclude(indicator__code="A2").update(state="VERIFIED")
        back = self.waiting(people, offices)
        assert set(back) == fillers
        assert back["kunming REPORTER"] == ["修改省级退回的 2026 年 10 月数据 1 项"]

        CurrentValue.objects.update(state="VERIFIED")
        assert self.waiting(people, offices) == {}

    def test_nobody_is_asked_to_verify_after_the_scores_are_published(
        self, kunming_month: Office_, actor, offices
    ) -> None:
        kunming_month.hand_over()
        verifier = {"yunnan VERIFIER": actor("yunnan", Role.VERIFIER)}
        assert self.waiting(verifier, offices)["yunnan VERIFIER"] == ["核验 2026 年 10 月的 6 项填报数据"]

        running = kunming_month.running
        with office_core.mounted(offices["yunnan"].mount()):
            ScoreRun.objects.create(
                cycle=running.cycle, period=kunming_month.period, number=1, version=running.version, state="PUBLISHED",
                as_of=kunming_month.period.due_on, started_at=NOON, finished_at=NOON, published_at=NOON,
                published_by_name="测试", inputs_sha256="0" * 64, outputs_sha256="0" * 64,
            )  # fmt: skip

        assert self.waiting(verifier, offices) == {}
        client = Client()
        with office_core.mounted(office_core.PUBLIC):
            client.force_login(User.objects.get(pk=verifier["yunnan VERIFIER"].user_id))
            page = client.get("/yunnan/appraisal/queue/?month=10").content.decode()
        assert "发布后补报的 6 项只作留存，不再核验" in page

    def test_the_due_day_comes_with_its_derivation(self, kunming_month: Office_) -> None:
        (line,) = told(kunming_month.reporter)

        assert line.due_on == kunming_month.period.due_on
        assert line.derivation
        assert (line.overdue(kunming_month.period.due_on), line.overdue(later(20).date())) == (False, True)

    def test_a_letter_waits_for_its_leader(self, actor, offices, mounted) -> None:
        prepared = setting.prepared_cycle(actor, offices)
        letter = setting.issued_letter(prepared, "kunming")
        leader = actor("kunming", Role.PRINCIPAL_LEADER)
        mounted(offices["kunming"])

        assert [line.title for line in told(leader)] == [f"签署 2026 年目标责任书（{letter.number}）"]
        assert told(actor("kunming", Role.REPORTER)) == []


class TestThePage:
    @pytest.fixture(autouse=True)
    def noon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)

    @pytest.fixture
    def page(self, signed_in: Callable[..., Client]) -> Callable[..., str]:
        def get(slug: str, *roles: str) -> str:
            with office_core.mounted(office_core.PUBLIC):
                return signed_in(slug, *roles).get(f"/{slug}/todo/").text

        return get

    def test_lists_what_waits_and_leads_there(self, kunming_month: Office_, page) -> None:
        text = page("kunming", Role.REPORTER)

        assert f"/kunming/reporting/{kunming_month.period.pk}/" in text
        assert "期限怎样算出" in text

    def test_says_so_when_nothing_does(self, page) -> None:
        assert "现在没有等您办理的事项" in page("kunming", Role.REVIEWER)

    def test_the_header_of_every_page_leads_there(self, kunming_month: Office_, page) -> None:
        assert 'href="/kunming/todo/" aria-label="待办 6 项"' in page("kunming", Role.REPORTER)
