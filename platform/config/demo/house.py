"""A prefecture of the demo that assesses its counties: its house, taken onto the platform in September."""

from decimal import Decimal as D
from typing import Any

from appraisal.ledger.models import CurrentValue, Period
from appraisal.library.models import Indicator
from config.demo import people, stories, world
from config.demo.cast import Cast
from config.demo.figures import Profile
from config.demo.months import COUNTY_SPLIT, Month
from config.demo.people import Seat
from config.demo.world import Keepers
from config.demo.year import Plan, Told, Year, play
from tenants.models import Office, Role

PREFECTURE, HOUSE, MARK = "diqing", "diqing_house", "迪移责"
FROM_MONTH = 9
GROUP = "同类组：在建项目与登记人口相近"
# slug, name, short name, English, code, scale and level of the profile
COUNTIES = (
    ("shangri_la", "香格里拉市移民工作局", "香格里拉市", "Shangri-La City", "533401", D("0.22"), D("0.91")),
    ("deqin", "德钦县移民工作局", "德钦县", "Deqin County", "533422", D("0.14"), D("0.86")),
    ("weixi", "维西县移民工作局", "维西县", "Weixi County", "533423", D("0.14"), D("0.88")),
)
PROFILES = tuple(Profile(slug, scale, level, 1, GROUP) for slug, *_names, scale, level in COUNTIES)
HOUSE_SEATS = (
    Seat("leader", (Role.PRINCIPAL_LEADER,)),
    Seat("admin", (Role.APPRAISAL_ADMIN,), "考核督查处"),
    Seat("verify1", (Role.VERIFIER,), "搬迁安置处"),
    Seat("verify2", (Role.VERIFIER,), "后期扶持处"),
)
COUNTY_SEATS = (
    Seat("leader", (Role.PRINCIPAL_LEADER, Role.ISSUER)),
    Seat("report", (Role.REPORTER,), "综合科"),
)
STEPS = 1 + len(COUNTIES)


def steps(months: int) -> int:
    """How often `told` will be called."""
    return STEPS + sum(len(COUNTIES) + 1 for _month in range(FROM_MONTH, months + 1))


def opened(told: Told) -> None:
    """The house, its counties and their people."""
    served = Office.objects.get(schema_name=PREFECTURE)
    top = Keepers.of(Office.objects.get(schema_name=world.TOP))
    house = top.onboard(
        HOUSE, f"{served.name}（对县考核）", f"{served.short_name}对县", f"{served.name_en}, counties",
        served.region_code, acts_for=served.pk,
    )  # fmt: skip
    top.staff(house, people.ADMINISTRATORS)
    keepers = Keepers.of(house)
    keepers.divisions(house)
    keepers.staff(house, HOUSE_SEATS)
    told(house.short_name)
    for slug, name, short, english, code, *_profile in COUNTIES:
        office = keepers.onboard(slug, name, short, english, code)
        keepers.divisions(office)
        keepers.staff(office, COUNTY_SEATS)
        told(short)


def played(months: int, told: Told) -> None:
    """Targets agreed in January on paper of the house's own, months reported on the platform from September on."""
    year = Year(Cast(Office.objects.get(schema_name=HOUSE)), PROFILES, letter_mark=MARK)
    play(year, year.prepare(), months, told, since=FROM_MONTH, month_of=HouseMonth)


class HouseMonth(Month):
    """A month of the counties: where the prefecture has reported a line of a county, the county reports that figure."""

    def __init__(self, plan: Plan, period: Period) -> None:
        super().__init__(plan, period)
        rows = CurrentValue.objects.filter(  # read here, beside the offices: no county sees its prefecture's report
            office__schema_name=PREFECTURE, indicator__code__in=COUNTY_SPLIT, period__month=self.number,
            period__cycle__year=stories.YEAR,
        )  # fmt: skip
        self.lines = {
            (row.indicator.code, line["code"]): line["quantity"]
            for row in rows.select_related("value", "indicator")
            for line in row.value.county_lines
        }

    def _fact(self, profile: Profile, indicator: Indicator) -> dict[str, Any] | None:
        line = self.lines.get((indicator.code, self.plan.cast.offices[profile.slug].region_code))
        return super()._fact(profile, indicator) if line is None else {"value": line}
