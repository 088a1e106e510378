"""A prefecture runs the engine for its counties: the same month in a house gives the same points, in its own words."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from appraisal.ledger.models import CurrentValue, Cycle, ScoreRun
from appraisal.ledger.usecases import scores, verification
from appraisal.reporting.selectors.sheet import sheet as sheet_of
from core import cells, wording
from core import office as office_core
from core.errors import Denied
from tenants.actors import Actor
from tenants.models import Office, Role
from tenants.usecases import calendar
from tests import factories
from tests.appraisal import setting
from tests.appraisal.reporting.conftest import COMPLETE, Office_, later
from tests.conftest import NOON, TODAY

COUNTIES = ("x530102", "x530103", "x530111")


@pytest.fixture
def house(offices) -> Office:
    return factories.make_house(offices, counties=tuple(name[1:] for name in COUNTIES))


@contextmanager
def inside(office: Office, actor: Actor | None = None) -> Iterator[None]:
    """As a request of the office is: its schema and role, the words of its tier."""
    mount = office.mount(actor_id=actor.user_id if actor else None)
    with office_core.mounted(mount), wording.speaking(down=office.down):
        yield


def counties_year(actor, offices) -> setting.Running:
    """The year of Kunming's house, in the words of its tier."""
    with wording.speaking(down=True):
        return setting.running_cycle(actor, offices, COUNTIES)


def played(actor, offices, names: Sequence[str]) -> ScoreRun:
    """October of these offices, each in its own: reported, signed, verified above, scored and published."""
    above = offices[names[0]].parent
    with wording.speaking(down=above.down):
        running = setting.running_cycle(actor, offices, tuple(names))
    for name in names:
        month = Office_(
            offices[name], running, running.period(10), actor(name, Role.REPORTER), actor(name, Role.ISSUER),
            actor(name, Role.PRINCIPAL_LEADER),
        )  # fmt: skip
        with inside(offices[name], month.reporter):
            month.fill()
            month.submit()
        with inside(offices[name], month.issuer):
            month.sign()
    verifier = actor(above.schema_name, Role.VERIFIER)
    with inside(above, verifier):
        found = list(CurrentValue.objects.filter(period=running.period(10)).values_list("pk", "lock_version"))
        verification.verify_values(items=found, actor=verifier, at=later(9))
    with inside(above, running.admin):
        run = scores.start_run(period_id=running.period(10).pk, actor=running.admin, at=later(9))
        run = scores.calculate_run(run_id=run.pk, actor=running.admin, at=later(9))
        return scores.publish_run(run_id=run.pk, actor=running.admin, at=later(9))


def told(run: ScoreRun) -> list[tuple]:
    """What a run says, without the names of offices."""
    lines = run.cards.values_list("total", "rank", "grade", "lines__score", "lines__status")
    return list(lines.order_by("office__position", "lines__indicator__code"))


def test_the_same_figures_give_the_same_points_a_tier_below(house, actor, offices) -> None:
    province = played(actor, offices, setting.PREFECTURES)
    prefecture = played(actor, offices, COUNTIES)

    assert told(prefecture) == told(province)
    assert {card.office.schema_name for card in prefecture.cards.all()} == set(COUNTIES)


def test_neither_sees_the_others_year(house, actor, offices) -> None:
    played(actor, offices, setting.PREFECTURES)
    played(actor, offices, COUNTIES)

    cells = {"yunnan": "yunnan", "kunming": "yunnan", "kunming_house": "kunming_house", "x530102": "kunming_house"}
    for name, seen in cells.items():
        with inside(offices[name]):
            assert {cycle.province.schema_name for cycle in Cycle.objects.all()} == {seen}
            assert {row.office.cell for row in CurrentValue.objects.select_related("office__parent")} == {seen}
    with inside(offices["kunming"]):  # the prefecture's own office, too, sees no county's figure but through its house
        assert not CurrentValue.objects.filter(office__schema_name__in=COUNTIES).exists()


def test_what_is_refused_and_kept_speaks_of_its_tier(house, actor, offices) -> None:
    run = played(actor, offices, COUNTIES)
    verifier = actor("kunming_house", Role.VERIFIER)

    with inside(house, verifier), pytest.raises(Denied, match="州市级考核管理员"):
        scores.start_run(period_id=run.period_id, actor=verifier, at=NOON)


@pytest.fixture
def october(house, actor, offices) -> Office_:
    """Kunming's October, its counties' own being published: 900 people each, verified."""
    running = setting.running_cycle(actor, offices)
    played(actor, offices, COUNTIES)
    return Office_(
        offices["kunming"], running, running.period(10), actor("kunming", Role.REPORTER), actor("kunming", Role.ISSUER),
        actor("kunming", Role.PRINCIPAL_LEADER),
    )  # fmt: skip


def lines(**more: str) -> list[dict[str, str]]:
    return [{"code": name[1:], "quantity": more.get(name, "900")} for name in COUNTIES]


def remarks_of(month: Office_, code: str = "A1") -> list[str]:
    with inside(month.office, month.reporter):
        sheet = sheet_of(month.reporter, month.period.pk, on=TODAY)
        return [remark.sentence for remark, _here in sheet.remarks.get(month.running.indicator(code).pk, [])]


@pytest.mark.parametrize("cells_by_role", [False, True])
@pytest.mark.parametrize(
    ("slug", "region", "moves"),
    [
        ("anlan_platform", "", {"yunnan", "kunming_house"}),
        ("yunnan", "530000", {"yunnan", "kunming_house"}),
        ("kunming", "530100", {"kunming_house"}),
        ("kunming_house", "530100", {"kunming_house"}),
        ("yunnan", "530800", set()),
        ("kunming_house", "530102", set()),
    ],
)
def test_a_day_laid_down_above_moves_the_months_of_a_house(
    house, actor, offices, settings, django_capture_on_commit_callbacks, slug, region, moves, cells_by_role
) -> None:
    running = {"yunnan": setting.running_cycle(actor, offices), "kunming_house": counties_year(actor, offices)}
    settings.CELLS_BY_ROLE = cells_by_role
    cells.forget()
    admin = actor(slug, Role.SYS_ADMIN)
    mount = replace(offices[slug].mount(actor_id=admin.user_id), cell=cells.cell_of(slug))

    with django_capture_on_commit_callbacks(execute=True), office_core.mounted(mount):
        calendar.set_day(
            region_code=region, day=TODAY, is_working=False, name="节日", source="通知", actor=admin, at=NOON
        )

    october = {name: year.cycle.periods.get(month=10).due_on for name, year in running.items()}
    assert october == {name: date(2026, 11, 9 if name in moves else 6) for name in running}
    with django_capture_on_commit_callbacks(execute=True), office_core.mounted(mount):
        calendar.clear_day(region_code=region, day=TODAY, actor=admin, at=NOON)
    assert {year.cycle.periods.get(month=10).due_on for year in running.values()} == {date(2026, 11, 6)}


class TestCountiesOwnFigures:
    """What a county reports in the house stands beside its line in the prefecture's month."""

    def test_the_same_figures_need_no_remark(self, october) -> None:
        with inside(october.office, october.reporter):
            october.save("A1", fact={"value": "2700"}, county_lines=lines())
        assert remarks_of(october) == []

    def test_another_figure_wants_a_reason(self, october) -> None:
        with inside(october.office, october.reporter):
            saved = october.save("A1", fact={"value": "2690"}, county_lines=lines(x530103="890"))
        assert saved.warnings == ["盘龙区自报 900 人，本表 890 人。请说明原因（至少 10 个字）。"]
        assert remarks_of(october) == ["盘龙区自报 900 人，本表 890 人。"]

    def test_what_is_not_final_is_said(self, october) -> None:
        current = CurrentValue.objects.filter(office__schema_name="x530111", indicator__code="A1")
        with inside(october.office, october.reporter):
            october.save("A1", fact={"value": "2700"}, county_lines=lines())
        current.update(state="SUBMITTED")
        assert remarks_of(october) == ["还没有核验的县：官渡区。"]
        current.update(state="RETURNED", reason="请核对口径。")
        assert remarks_of(october) == ["自己没有报送的县：官渡区。"]

    def test_the_page_takes_them_over(self, october, signed_in) -> None:
        client = signed_in("kunming", Role.REPORTER)
        url = f"/kunming/reporting/{october.period.pk}/{october.running.indicator('A1').pk}/"
        assert "各县自报" in client.get(url).content.decode()
        form = client.get(f"{url}?counties=1").context["form"]
        assert form.initial["value"] == "2700"
        assert {form.initial[f"county.{name[1:]}"] for name in COUNTIES} == {"900"}
        value = f"periods/{october.period.pk}/draft/values/{october.running.indicator('A1').pk}/"
        told = client.get(f"/kunming/api/v1/{value}").json()["county_lines"]
        assert {(line["own"], line["own_state"]) for line in told} == {("900", "VERIFIED")}

    def test_leaders_drill_down_to_it(self, october, actor, signed_in) -> None:
        """Province → prefecture → county: the line, and what the county says itself."""
        with inside(october.office, october.reporter):
            october.fill(tuple(code for code in COMPLETE if code != "A1"))
            october.save(
                "A1",
                fact={"value": "2690"},
                county_lines=lines(x530103="890"),
                narrative="盘龙区 10 人重复登记，已扣除。",
            )
            october.attach("A1")
            october.submit()
        with inside(october.office, october.issuer):
            october.sign()
        above, admin = october.office.parent, october.running.admin
        verifier = actor("yunnan", Role.VERIFIER)
        with inside(above, verifier):
            found = CurrentValue.objects.filter(period=october.period).values_list("pk", "lock_version")
            verification.verify_values(items=list(found), actor=verifier, at=later(9))
        with inside(above, admin):
            run = scores.start_run(period_id=october.period.pk, actor=admin, at=later(9))
            run = scores.calculate_run(run_id=run.pk, actor=admin, at=later(9))
            scores.publish_run(run_id=run.pk, actor=admin, at=later(9))
        client = signed_in("yunnan", Role.PRINCIPAL_LEADER)
        page = client.get("/yunnan/appraisal/tracking/kunming/?month=10").content.decode()
        assert "<span>盘龙区</span> <b>890</b>" in page
        assert "自报 900" in page

    def test_another_unit_is_another_figure(self, october) -> None:
        with inside(october.office, october.reporter):
            sheet = sheet_of(october.reporter, october.period.pk, on=TODAY)
            assert set(sheet.own_of(october.running.indicator("A1"))) == {name[1:] for name in COUNTIES}
            in_households = {code: replace(each, unit="户") for code, each in sheet.own["A1"].items()}
            other = replace(sheet, own={"A1": in_households})
            assert other.own_of(october.running.indicator("A1")) == {}

    def test_nobody_else_is_told(self, october, offices) -> None:
        """By the function itself: the province of the prefecture and nobody beside another."""

        def told(role: str, prefecture: str) -> int:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL ROLE {role}")
                asked = [offices[prefecture].pk, 2026, 10]
                cursor.execute("SELECT count(*) FROM anlan_cell.county_figures(%s, %s, %s)", asked)
                found = cursor.fetchone()[0]
                cursor.execute("RESET ROLE")
                return found

        assert told("p_yunnan", "kunming") > 0
        assert told("p_yunnan", "puer") == told("p_shifan", "kunming") == told("p_kunming_house", "kunming") == 0
        for role in ("t_kunming", "t_yunnan", "t_x530102"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                told(role, "kunming")


PAGES = {
    "kunming_house": (
        Role.APPRAISAL_ADMIN, "", "todo/", "appraisal/overview/", "appraisal/tracking/", "appraisal/ranking/",
        "results/", "appraisal/warnings/", "appraisal/queue/", "appraisal/completeness/", "appraisal/cycle/",
        "appraisal/ties/",
        "templates/", "inspections/draws/", "inspections/tasks/", "inspections/claims/",
    ),
    "x530102": (
        Role.REPORTER, "", "todo/", "reporting/", "appraisal/ranking/", "appraisal/tracking/", "duties/",
        "appraisal/my-letter/", "appraisal/warnings/", "results/self/",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_its_pages_name_no_province(house, actor, offices, signed_in, name: str, language: str) -> None:
    played(actor, offices, COUNTIES)
    role, *pages = PAGES[name]
    client: Client = signed_in(name, role)
    client.user.language = language  # type: ignore[attr-defined]
    client.user.save()  # type: ignore[attr-defined]
    for page in pages:
        answer = client.get(f"/{name}/{page}", follow=True)
        assert answer.status_code == 200, page
        text = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", answer.content.decode(), flags=re.DOTALL)
        found = re.search(r".{0,40}(省级|全省|本省|省局|[Pp]rovinc).{0,40}", text)
        assert not found, (page, found and found[0])
