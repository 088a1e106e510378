"""A template comes from a CSV file, whole or not at all."""

import pytest

from appraisal.library import schemes, usecases
from appraisal.library.models import EnteredBy, IndicatorTemplate
from core.errors import Conflict, Denied, Invalid
from tenants.models import Role
from tests.appraisal import setting
from tests.conftest import NOON


def importing(actor, **changed):
    given = {"code": "T", "name": "指标体系", "csv_text": setting.SMALL_CSV, "year": 2026, "actor": actor, "at": NOON}
    return usecases.import_template(**(given | changed))


class TestImportTemplate:
    def test_takes_the_shipped_scheme_whole(self, actor) -> None:
        version = importing(actor("yunnan", Role.APPRAISAL_ADMIN), csv_text=usecases.shipped_csv())

        scheme = schemes.scheme_of(version)
        assert (len(scheme.groups), len(scheme.scored)) == (8, 38)
        assert schemes.problems_of(version) == []
        assert version.label == "v2026.1"

    def test_numbers_rows_in_the_order_of_the_tree(self, actor) -> None:
        version = importing(actor("yunnan", Role.APPRAISAL_ADMIN), csv_text=usecases.shipped_csv())

        codes = list(version.indicators.order_by("position").values_list("code", flat=True))
        assert codes[:9] == ["A", "A1", "A2", "A3", "A4", "A5", "A6", "A7", "B"]

    @pytest.mark.parametrize(
        ("source", "who"),
        [("monthly_report", EnteredBy.PREFECTURE), ("survey", EnteredBy.PROVINCE), ("system", EnteredBy.SYSTEM)],
    )
    def test_derives_who_enters_from_the_data_source(self, actor, source: str, who: str) -> None:
        version = importing(actor("yunnan", Role.APPRAISAL_ADMIN), csv_text=usecases.shipped_csv())

        assert set(version.indicators.filter(data_source=source).values_list("entered_by", flat=True)) == {who}

    def test_names_every_wrong_row_and_keeps_nothing(self, actor) -> None:
        text = setting.SMALL_CSV.replace('""cap"": ""1.00""', '""cap"": ""0.10""').replace("STEP", "LADDER")

        with pytest.raises(Invalid) as refused:
            importing(actor("yunnan", Role.APPRAISAL_ADMIN), csv_text=text)

        assert {"A1", "B6"} <= {row["code"] for row in refused.value.rows}
        assert not IndicatorTemplate.objects.exists()

    @pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "code,parent,name,points,method,parameters\n", "\x00\n\x01"])
    def test_refuses_a_file_that_is_no_scheme(self, actor, text: str) -> None:
        with pytest.raises(Invalid):
            importing(actor("yunnan", Role.APPRAISAL_ADMIN), csv_text=text)

    def test_refuses_a_code_taken_in_the_province_only(self, actor) -> None:
        importing(actor("yunnan", Role.APPRAISAL_ADMIN))
        importing(actor("shifan", Role.APPRAISAL_ADMIN))

        with pytest.raises(Conflict, match="已被另一套"):
            importing(actor("yunnan", Role.APPRAISAL_ADMIN))

    @pytest.mark.parametrize(("office", "role"), [("yunnan", Role.VERIFIER), ("kunming", Role.APPRAISAL_ADMIN)])
    def test_is_for_the_bureaus_administrator(self, actor, office: str, role: str) -> None:
        with pytest.raises(Denied):
            importing(actor(office, role))
