"""The pages of years and letters: what only they add."""

import pytest
from django.test import Client

from appraisal.ledger.models import Cycle, TargetLetter
from tenants.models import Role, SignInAttempt
from tests.appraisal import setting
from tests.factories import PASSWORD

HTMX = {"HX-Request": "true"}


@pytest.fixture
def prepared(actor, offices) -> setting.Running:
    return setting.prepared_cycle(actor, offices)


@pytest.fixture
def admin(signed_in) -> Client:
    return signed_in("yunnan", Role.APPRAISAL_ADMIN)


def text(answer) -> str:
    return answer.content.decode()


class TestTheYear:
    def test_is_set_up_from_nothing_to_started(self, admin, signed_in, actor, offices) -> None:
        assert "还没有考核年度" in text(admin.get("/yunnan/appraisal/cycle/"))
        version = setting.published(actor("yunnan", Role.APPRAISAL_ADMIN))
        body = {"version_id": version.pk, "name": "2026 年度考核"}
        assert admin.post("/yunnan/appraisal/cycles/open/", body, headers=HTMX).headers["HX-Redirect"]
        cycle = Cycle.objects.get()
        at = f"/yunnan/appraisal/cycles/{cycle.pk}/"
        assert admin.get(f"{at}groups/").status_code == 200
        names = [offices[name] for name in setting.PREFECTURES]
        groups = {f"group-{office.pk}": 1 for office in names} | {f"reason-{office.pk}": "相近" for office in names}
        wrong = admin.post(f"{at}groups/", groups | {f"group-{names[0].pk}": "x"})
        assert (wrong.status_code, "组号应从 1 起" in text(wrong)) == (422, True)
        assert admin.post(f"{at}groups/", groups).status_code == 302
        assert admin.post(f"{at}periods/").status_code == 302
        assert admin.post(f"{at}periods/").status_code == 409
        assert admin.post(f"{at}periods/recompute/").status_code == 302
        assert admin.post(f"{at}letters/").status_code == 302
        assert "普洱市" in text(admin.get("/yunnan/appraisal/cycle/"))
        refused = admin.post(f"{at}start/")
        assert (refused.status_code, "昆明市（草拟）" in text(refused)) == (409, True)

    def test_is_marked_in_the_menu_on_the_pages_of_its_letters_too(self, prepared, admin) -> None:
        letter = prepared.letters["kunming"].pk
        for page in (f"cycles/{prepared.cycle.pk}/groups/", f"letters/{letter}/", f"letters/{letter}/edit/"):
            shell = admin.get(f"/yunnan/appraisal/{page}").context["shell"]
            assert [item.name for group in shell["menu"] for item in group.items if item.current] == ["ledger:cycle"]

    def test_of_another_province_is_not_found(self, prepared, signed_in) -> None:
        stranger = signed_in("shifan", Role.APPRAISAL_ADMIN)
        assert stranger.get(f"/shifan/appraisal/cycles/{prepared.cycle.pk}/").status_code == 404
        assert "还没有考核年度" in text(stranger.get("/shifan/appraisal/cycle/"))

    def test_is_read_by_leaders_and_changed_by_the_administrator(self, prepared, signed_in) -> None:
        leader = signed_in("yunnan", Role.PRINCIPAL_LEADER)
        page = text(leader.get("/yunnan/appraisal/cycle/"))
        assert "起草责任书</button>" not in page
        assert leader.get(f"/yunnan/appraisal/cycles/{prepared.cycle.pk}/groups/").status_code == 403

    def test_takes_as_many_queries_for_many_offices(self, prepared, admin, django_assert_max_num_queries) -> None:
        admin.get("/yunnan/")  # the first request of a session writes down where it is from
        with django_assert_max_num_queries(20):
            admin.get("/yunnan/appraisal/cycle/")


class TestTheGrid:
    def grid(self, prepared) -> str:
        return f"/yunnan/appraisal/letters/{prepared.letters['kunming'].pk}/edit/"

    def test_saves_all_rows_and_keeps_what_was_typed_when_refused(self, prepared, admin) -> None:
        assert admin.get(self.grid(prepared)).status_code == 200
        body = {"lock_version": 0, "A1-year_target": "12,000", "A2-na": "1", "A2-text": "无在建工程", "A6-text": "备注"}
        assert admin.post(self.grid(prepared), body).status_code == 302
        rows = {row.indicator.code: row for row in prepared.letters["kunming"].targets.select_related("indicator")}
        assert (rows["A1"].year_target, rows["A2"].applicable, rows["A6"].note) == (12000, False, "备注")
        wrong = admin.post(self.grid(prepared), {"lock_version": 1, "A1-year_target": "12k", "B7-text": "新的"})
        assert wrong.status_code == 422
        assert 'value="12k"' in text(wrong)
        assert 'value="新的"' in text(wrong)
        assert "不是数字" in text(wrong)
        stale = admin.post(self.grid(prepared), {"lock_version": 0, "A1-year_target": "9"})
        assert (stale.status_code, "请刷新" in text(stale)) == (409, True)

    def test_takes_pasted_rows(self, prepared, admin) -> None:
        pasted = "A1\t1,200\t300\t600\t900\t按批复\nA2\t不适用\t无在建工程\n"
        body = {"lock_version": 0, "paste": pasted, "take": "1"}
        assert admin.post(self.grid(prepared), body).status_code == 302
        rows = {row.indicator.code: row for row in prepared.letters["kunming"].targets.select_related("indicator")}
        assert (rows["A1"].q3, rows["A1"].note, rows["A2"].not_applicable_reason) == (900, "按批复", "无在建工程")
        for wrong in ("", "A1", "Q9\t5"):
            answer = admin.post(self.grid(prepared), {"lock_version": 1, "paste": wrong, "take": "1"})
            assert answer.status_code == 422

    def test_sets_milestones_in_a_dialog(self, prepared, admin) -> None:
        at = f"/yunnan/appraisal/letters/{prepared.letters['kunming'].pk}/milestones/A6/"
        assert "<html" not in text(admin.get(at, headers=HTMX))
        body = {"lock_version": 0, "m-name": ["验收", ""], "m-due_on": ["2026-09-30", ""]}
        assert admin.post(at, body).status_code == 302
        for day in ("昨天", "2027-01-01"):
            wrong = admin.post(at, {"lock_version": 1, "m-name": ["验收"], "m-due_on": [day]})
            assert wrong.status_code == 422
        assert admin.get(at.replace("A6", "Q9")).status_code == 422

    def test_is_the_administrators_and_ends_with_the_signature(self, prepared, admin, signed_in) -> None:
        assert signed_in("yunnan", Role.PRINCIPAL_LEADER).get(self.grid(prepared)).status_code == 403
        setting.issued_letter(prepared, "kunming")
        assert admin.get(self.grid(prepared)).status_code == 409


class TestTheLetter:
    def test_is_signed_on_both_sides_with_the_password(self, prepared, signed_in) -> None:
        letter = setting.fill_letter(prepared, "kunming")
        above, below = f"/yunnan/appraisal/letters/{letter.pk}/", f"/kunming/appraisal/letters/{letter.pk}/"
        leader, issuer = signed_in("yunnan", Role.PRINCIPAL_LEADER), signed_in("kunming", Role.ISSUER)
        assert "还没有送达的责任书" in text(issuer.get("/kunming/appraisal/my-letter/"))
        assert issuer.get(below).status_code == 404
        assert "云移责〔2026〕1号" in text(leader.get(f"{above}issue/"))
        body = {"number": "云移责〔2026〕1号", "password": "wrong", "lock_version": letter.lock_version}
        assert leader.post(f"{above}issue/", body).status_code == 422
        assert SignInAttempt.objects.get().reason == "wrong-password"
        assert leader.post(f"{above}issue/", body | {"password": PASSWORD}).status_code == 302
        mine = text(issuer.get("/kunming/appraisal/my-letter/"))
        assert "省级签署，云移责〔2026〕1号" in mine
        assert "修改 2 项目标" not in mine  # the bureau's work on the draft
        assert "修改 2 项目标" in text(leader.get(above))
        now = TargetLetter.objects.get(pk=letter.pk)
        signature = {"password": PASSWORD, "lock_version": now.lock_version}
        assert signed_in("kunming", Role.REPORTER).post(f"{below}sign/", signature).status_code == 403
        assert issuer.post(f"{below}sign/", signature, headers=HTMX).headers["HX-Redirect"] == below
        again = issuer.post(f"{below}sign/", signature)
        assert again.status_code == 409
        assert now.content_sha256 in text(issuer.get(f"{below}paper/"))

    def test_is_withdrawn_with_a_reason(self, prepared, signed_in) -> None:
        letter = setting.issued_letter(prepared, "kunming")
        leader = signed_in("yunnan", Role.LEADER_IN_CHARGE)
        at = f"/yunnan/appraisal/letters/{letter.pk}/"
        body = {"reason": "", "lock_version": letter.lock_version}
        assert leader.post(f"{at}withdraw/", body).status_code == 422
        assert leader.post(f"{at}withdraw/", body | {"reason": "目标有误"}).status_code == 302
        assert "目标有误" in text(leader.get(at))

    def test_of_another_office_is_not_found(self, prepared, signed_in) -> None:
        letter = setting.issued_letter(prepared, "kunming")
        stranger = signed_in("puer", Role.PRINCIPAL_LEADER)
        assert stranger.get(f"/puer/appraisal/letters/{letter.pk}/").status_code == 404
        assert stranger.get(f"/puer/appraisal/letters/{letter.pk}/sign/").status_code == 404

    def test_is_shown_to_a_visitor_from_the_province_without_a_pen(self, prepared, signed_in) -> None:
        letter = setting.issued_letter(prepared, "kunming")
        visitor = signed_in("yunnan", Role.PRINCIPAL_LEADER)
        assert "sign/" not in text(visitor.get("/kunming/appraisal/my-letter/"))
        assert visitor.get(f"/kunming/appraisal/letters/{letter.pk}/sign/").status_code == 403


class TestPageAndApiAgree:
    @pytest.mark.parametrize("role", [Role.PRINCIPAL_LEADER, Role.APPRAISAL_ADMIN])
    def test_on_who_signs_and_on_what_is_lacking(self, prepared, signed_in, role: str) -> None:
        client = signed_in("yunnan", role)
        letter = prepared.letters["kunming"]
        body = {"number": "1号", "password": PASSWORD, "lock_version": 0}
        expected = 422 if role == Role.PRINCIPAL_LEADER else 403

        page = client.post(f"/yunnan/appraisal/letters/{letter.pk}/issue/", body)
        api = client.post(f"/yunnan/api/v1/letters/{letter.pk}/issue/", body, "application/json")

        assert (page.status_code, api.status_code) == (expected, expected)
