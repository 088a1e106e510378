"""Phones and identity numbers: sealed in every table, masked on every page, shown whole to who may, with a reason."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from core import office as office_core
from core import sealed, secrets
from core.errors import Conflict, Denied, Invalid, NotFound, Throttled
from core.models import AuditEntry, EventRecord, IdempotencyRecord, SensitiveRead
from tenants.models import Office, PersonalNumbers, Role, User
from tenants.rules import numbers as rules
from tenants.selectors import logs
from tenants.selectors import people as selectors
from tenants.usecases import numbers, people
from tests import factories
from tests.conftest import NOON, TODAY
from tests.core.test_audit_chain import commit

pytestmark = pytest.mark.usefixtures("offices")
PHONE, CARD = "13800138000", "530622189901010019"  # nobody's: born in 1899
MASKS = ("138****8000", "530***********0019")
REASON = {"field": "phone", "reason": "重置密码前电话核实本人"}


@pytest.fixture(autouse=True)
def ring(settings, tmp_path: Path) -> None:
    settings.KEY_RING_FILE = str(tmp_path / "keys.json")


@pytest.fixture
def person(actor, kunming: Office) -> User:
    """In kunming, with both numbers, as the system administrator enters them."""
    return people.create_account(
        office_id=kunming.pk, username="li.si", name="李四", phone="138 0013 8000", resident_id=CARD,
        actor=actor("kunming", Role.SYS_ADMIN), at=NOON,
    )[0]  # fmt: skip


def everything() -> Iterator[tuple[str, str]]:
    """(table, text of the row) of each row that the database has, in all schemas."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
        )
        for schema, table in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{schema}"."{table}" t')
            yield from ((f"{schema}.{table}", text) for (text,) in cursor.fetchall())


def in_clear(*wanted: str) -> set[str]:
    """Tables with a row that holds one of the texts, blanks and hyphens aside."""
    return {table for table, text in everything() if any(w in text.replace(" ", "").replace("-", "") for w in wanted)}


class TestTheDatabase:
    def test_holds_no_number_in_clear(self, person: User, signed_in) -> None:
        client = signed_in("kunming", Role.SYS_ADMIN)
        key = {"headers": {"Idempotency-Key": "5f0c"}, "content_type": "application/json"}
        body = {"name": "李四", "phone": "13900139000", "resident_id": MASKS[1]}
        assert client.put(f"/kunming/api/v1/people/{person.pk}/", body, **key).status_code == 200
        assert client.post(f"/kunming/api/v1/people/{person.pk}/reveal/", REASON, **key).status_code == 200
        commit()

        assert AuditEntry.objects.filter(table_name="tenants_personalnumbers", row_id=str(person.pk)).count() == 2
        assert IdempotencyRecord.objects.exists()
        assert in_clear(PHONE, "13900139000", CARD) == set()

    def test_would_show_them_without_the_seal(self, monkeypatch, person: User, actor) -> None:
        """The control: the same search finds what is not sealed, in the table and in the audit log."""
        fake = secrets.SealedText
        monkeypatch.setattr(secrets, "seal", lambda text, about: fake(f"k1:{text:_<40}"))
        monkeypatch.setattr(secrets, "unseal", lambda stored, about: stored.partition(":")[2].rstrip("_"))
        row = PersonalNumbers(pk=person.pk)
        row.phone = PHONE
        row.save()

        assert in_clear(PHONE) == {"public.tenants_personalnumbers", "public.core_auditentry"}

    @pytest.mark.parametrize("field", rules.FIELDS)
    def test_takes_none(self, person: User, field: str) -> None:
        """Whatever way it comes: the ORM's own update knows nothing of sealing."""
        with pytest.raises(IntegrityError, match=f"{field}_is_sealed"), transaction.atomic():
            PersonalNumbers.objects.filter(pk=person.pk).update(**{field: PHONE})

    def test_keeps_a_number_to_its_row(self, person: User, kunming: Office) -> None:
        other = factories.make_person(kunming)
        stored = PersonalNumbers.objects.get(pk=person.pk).__dict__["phone"]
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tenants_personalnumbers (id, phone, phone_index, resident_id, resident_id_index) "
                "VALUES (%s, %s, '', '', '')", [other.pk, str(stored)],
            )  # fmt: skip

        assert str(User.objects.get(pk=other.pk).numbers.phone) == "（无法打开）"
        with pytest.raises(secrets.SecretsError, match="another row"):
            User.objects.get(pk=other.pk).numbers.phone.reveal()

    def test_another_province_sees_no_row(self, person: User, qinghe: Office, kunming: Office) -> None:
        for office, seen in ((qinghe, 0), (kunming, 1)):
            with transaction.atomic(), office_core.mounted(office.mount()):
                assert PersonalNumbers.objects.filter(pk=person.pk).count() == seen


class TestThePages:
    def test_show_masks(self, person: User, signed_in) -> None:
        client = signed_in("kunming", Role.SYS_ADMIN)
        base = f"/kunming/administration/people/{person.pk}"
        texts = [client.get(path).text for path in (f"{base}/", f"{base}/edit/", "/kunming/administration/people/")]
        texts += [json.dumps(client.get(f"/kunming/api/v1/people/{person.pk}/").json(), ensure_ascii=False)]
        User.objects.filter(pk=person.pk).update(must_change_password=False, password_changed_at=factories.NEVER_STALE)
        client.force_login(User.objects.get(pk=person.pk))
        texts += [client.get("/account/").text]

        for text in texts:
            assert MASKS[0] in text
            assert PHONE not in text
            assert CARD not in text
        assert MASKS[1] in texts[0]

    def test_log_shows_that_it_changed_and_not_how(self, person: User, signed_in) -> None:
        body = {"name": "李四", "phone": "13900139000"}
        signed_in("kunming", Role.SYS_ADMIN).put(
            f"/kunming/api/v1/people/{person.pk}/", body, content_type="application/json"
        )
        commit()
        entry = AuditEntry.objects.filter(table_name="tenants_personalnumbers", row_id=str(person.pk)).latest("id")
        auditor = signed_in("yunnan", Role.AUDIT_ADMIN)
        found = {column: after for column, _before, after in logs.differences(entry)}

        assert found == {"phone": "（已加密）", "phone_index": "（已加密）", "resident_id": "", "resident_id_index": ""}
        assert entry.after["phone"].startswith("k1:")
        assert auditor.get(f"/yunnan/api/v1/audit/{entry.pk}/").json()["after"]["phone"] == "（已加密）"

    def test_a_phone_logged_before_it_was_sealed_is_masked(self) -> None:
        entry = AuditEntry(table_name="tenants_user", action="INSERT", after={"id": 1, "phone": PHONE})
        assert logs.differences(entry)[1] == ("phone", None, MASKS[0])

    def test_printing_it_anywhere_is_the_mask(self, person: User) -> None:
        number = person.numbers.phone

        assert f"{number}" == "138****8000"
        assert PHONE not in repr(number)
        with pytest.raises(TypeError):
            json.dumps({"phone": number})


class TestEditing:
    def edit(self, actor, person: User, **given) -> list[str]:
        before = EventRecord.objects.count()
        people.edit_account(
            user_id=person.pk, actor=actor("kunming", Role.SYS_ADMIN), at=NOON,
            **{"name": "李四", "name_en": "", "staff_number": "", "phone": MASKS[0], "resident_id": MASKS[1], **given},
        )  # fmt: skip
        person.personal.refresh_from_db()
        new = EventRecord.objects.order_by("-id")[: EventRecord.objects.count() - before]
        return [row.data["changed"] for row in new]

    def test_what_comes_back_as_its_mask_stays(self, actor, person: User) -> None:
        assert self.edit(actor, person) == []
        assert person.numbers.phone.reveal() == "138 0013 8000"

    def test_a_new_number_takes_its_place_and_an_empty_one_removes_it(self, actor, person: User) -> None:
        assert self.edit(actor, person, phone="0871-65318888") == ["phone"]
        assert self.edit(actor, person, phone="087*****8888", resident_id="") == ["resident_id"]
        assert (person.numbers.phone.reveal(), bool(person.numbers.resident_id)) == ("0871-65318888", False)
        assert person.numbers.resident_id_index == ""

    @pytest.mark.parametrize(
        ("given", "field", "why"),
        [({"phone": "139****9000"}, "phone", "星号"), ({"phone": "abc"}, "phone", "只能有数字"),
         ({"resident_id": CARD[:-1] + "8"}, "resident_id", "校验位"),
         ({"resident_id": "530622990101001"}, "resident_id", "15 位"),
         ({"resident_id": "53062218990230001X"}, "resident_id", "不是日期")],
    )  # fmt: skip
    def test_says_what_is_wrong(self, actor, person: User, given: dict, field: str, why: str) -> None:
        with pytest.raises(Invalid, match=why) as refusal:
            self.edit(actor, person, **given)
        assert refusal.value.field == field

    def test_one_that_does_not_open_can_be_replaced_and_removed_and_keeps_nobody_from_the_other(
        self, actor, person: User
    ) -> None:
        PersonalNumbers.objects.filter(pk=person.pk).update(phone=secrets.SealedText("k9:" + "A" * 40))
        index = PersonalNumbers.objects.get(pk=person.pk).phone_index

        assert self.edit(actor, person, phone="（无法打开）", resident_id="") == ["resident_id"]
        assert person.personal.phone_index == index
        assert self.edit(actor, person, phone="", resident_id=CARD) == ["phone, resident_id"]
        assert (bool(person.numbers.phone), person.numbers.phone_index) == (False, "")

    def test_lower_case_x_is_taken(self, actor, person: User) -> None:
        self.edit(actor, person, resident_id="11010519491231002x")
        assert person.numbers.resident_id.reveal() == "11010519491231002X"


class TestFinding:
    @pytest.mark.parametrize("given", [PHONE, "+86 138-0013-8000", "１３８００１３８０００", CARD, f" {CARD} "])
    def test_by_the_whole_number_however_written(self, actor, person: User, given: str) -> None:
        seen = selectors.people_list(actor("kunming", Role.SYS_ADMIN), on=TODAY, number=given)
        assert list(seen) == [person]

    @pytest.mark.parametrize("given", ["138", "13800138001", "", "-", "8000"])
    def test_not_by_a_part(self, actor, person: User, given: str) -> None:
        client = actor("kunming", Role.SYS_ADMIN)
        assert person not in selectors.people_list(client, on=TODAY, number=given or "x")

    def test_only_in_reach(self, actor, person: User) -> None:
        assert not selectors.people_list(actor("puer", Role.SYS_ADMIN), on=TODAY, number=PHONE).exists()
        assert selectors.people_list(actor("yunnan", Role.SYS_ADMIN), on=TODAY, number=PHONE).exists()

    def test_the_number_is_in_no_address(self, person: User, signed_in) -> None:
        client = signed_in("kunming", Role.SEC_ADMIN)
        page = client.post("/kunming/administration/people/find/", {"number": PHONE})
        api = client.post("/kunming/api/v1/people/find/", {"number": PHONE}, content_type="application/json")

        assert [each.pk for each in page.context["page_obj"]] == [row["id"] for row in api.json()] == [person.pk]
        assert PHONE not in page.text
        assert client.post("/kunming/administration/people/find/", {"number": ""}).status_code == 422
        assert list(client.get(f"/kunming/administration/people/?q={PHONE}").context["page_obj"]) == []
        stranger = signed_in("kunming", Role.REPORTER)
        assert stranger.post("/kunming/administration/people/find/", {"number": PHONE}).status_code == 403


class TestRevealing:
    def reveal(self, who, person: User, *, at=NOON, **given) -> str:
        return numbers.reveal_number(user_id=person.pk, actor=who, at=at, **{**REASON, **given})

    def test_is_noted_in_three_places(self, actor, person: User) -> None:
        who = actor("kunming", Role.SEC_ADMIN)
        assert self.reveal(who, person) == "138 0013 8000"

        note = SensitiveRead.objects.get()
        assert (note.what, note.subject, note.actor_id) == ("personal-number", f"tenants.user:{person.pk}", who.user_id)
        assert note.detail == REASON
        event = EventRecord.objects.get(name="NumberRevealed")
        assert event.data == {"number": "phone", "reason": REASON["reason"]}
        commit()
        assert (
            AuditEntry.objects.get(table_name="core_sensitiveread", row_id=str(note.pk)).link.reason == REASON["reason"]
        )

    @pytest.mark.parametrize("role", [role for role in Role.values if role not in ("SYS_ADMIN", "SEC_ADMIN")])
    def test_is_the_administrators(self, actor, person: User, role: str) -> None:
        for field in rules.FIELDS:
            with pytest.raises(Denied):
                self.reveal(actor("kunming", role), person, field=field)
        assert not SensitiveRead.objects.exists()

    def test_identity_numbers_are_the_system_administrators(self, actor, person: User) -> None:
        with pytest.raises(Denied, match="系统管理员"):
            self.reveal(actor("kunming", Role.SEC_ADMIN), person, field="resident_id")
        assert self.reveal(actor("kunming", Role.SYS_ADMIN), person, field="resident_id") == CARD

    def test_of_another_office_is_not_found(self, actor, person: User) -> None:
        for office in ("puer", "qinghe"):
            with pytest.raises(NotFound):
                self.reveal(actor(office, Role.SYS_ADMIN), person)
        with pytest.raises(NotFound):
            self.reveal(actor("kunming", Role.SYS_ADMIN), person, field="password")

    @pytest.mark.parametrize(("reason", "why"), [("", "填写原因"), ("  ", "填写原因"), ("长" * 201, "200"),
                                                 (f"核对 {PHONE} 是否本人", "号码本身")])  # fmt: skip
    def test_needs_a_reason(self, actor, person: User, reason: str, why: str) -> None:
        with pytest.raises(Invalid, match=why) as refusal:
            self.reveal(actor("kunming", Role.SYS_ADMIN), person, reason=reason)
        assert refusal.value.field == "reason"
        assert not SensitiveRead.objects.exists()

    def test_what_is_not_there_or_does_not_open_is_said(self, actor, person: User, kunming: Office) -> None:
        who = actor("kunming", Role.SYS_ADMIN)
        with pytest.raises(Conflict, match="没有登记"):
            self.reveal(who, factories.make_person(kunming, Role.REPORTER))
        PersonalNumbers.objects.filter(pk=person.pk).update(phone=secrets.SealedText("k9:" + "A" * 40))
        with pytest.raises(Conflict, match="无法打开"), transaction.atomic():
            self.reveal(who, person)
        assert not SensitiveRead.objects.exists()

    def test_repeating_counts_and_ends_at_the_days_limit(self, actor, person: User) -> None:
        who, most = actor("kunming", Role.SYS_ADMIN), rules.most_a_day(on=TODAY)
        for _each in range(most):
            self.reveal(who, person)
        with pytest.raises(Throttled, match=str(most)) as refusal, transaction.atomic():
            self.reveal(who, person)

        assert refusal.value.retry_after == 12 * 3600 + 1
        assert SensitiveRead.objects.count() == most
        assert self.reveal(actor("kunming", Role.SYS_ADMIN), person)  # another one may
        assert self.reveal(who, person, at=NOON + timedelta(days=1))

    def test_the_limit_holds_over_all_offices(self, actor, person: User, offices) -> None:
        who = actor("kunming", Role.SYS_ADMIN)
        SensitiveRead.objects.bulk_create(
            SensitiveRead(office="yunnan", what="personal-number", actor_id=who.user_id, at=NOON)
            for _each in range(rules.most_a_day(on=TODAY))
        )
        with pytest.raises(Throttled), office_core.mounted(offices["kunming"].mount()):
            self.reveal(who, person)

    def test_the_page_asks_shows_once_and_goes_on(self, person: User, signed_in) -> None:
        client = signed_in("kunming", Role.SYS_ADMIN)
        url = f"/kunming/administration/people/{person.pk}/numbers/phone/"
        asked, refused = client.get(url), client.post(url, {"reason": ""})
        shown = client.post(url, {"reason": "核实本人"}, headers={"HX-Request": "true"})

        assert "138 0013 8000" not in asked.text + refused.text
        assert (asked.status_code, refused.status_code, shown.status_code) == (200, 422, 200)
        assert "138 0013 8000" in shown.text
        assert f'hx-get="{url}"' in shown.text
        assert "no-store" in shown["Cache-Control"]
        assert shown["Refresh"].startswith("30; url=/kunming/")
        assert "138 0013 8000" not in client.get(url).text

    def test_page_and_api_refuse_alike(self, person: User, signed_in) -> None:
        for office, role, status in (("kunming", Role.REPORTER, 403), ("puer", Role.SYS_ADMIN, 404)):
            client = signed_in(office, role)
            page = client.post(f"/{office}/administration/people/{person.pk}/numbers/phone/", {"reason": "x"})
            api = client.post(f"/{office}/api/v1/people/{person.pk}/reveal/", REASON, content_type="application/json")
            assert (page.status_code, api.status_code) == (status, status)
        bad = client.post(f"/puer/api/v1/people/{person.pk}/reveal/", {"field": "x"}, content_type="application/json")
        assert bad.status_code == 422


class TestRotation:
    def test_reseals_with_the_index_and_is_found_meanwhile(self, actor, person: User, kunming: Office) -> None:
        for number in range(4):
            other = factories.make_person(kunming)
            PersonalNumbers.objects.create(user=other, phone=f"1390000000{number}")
        system = actor("kunming", Role.SYS_ADMIN)
        secrets.add_key(secrets.SM4)
        next(secrets.rotate(batch=2))  # and killed

        def found() -> list[User]:
            return list(selectors.people_list(system, on=TODAY, number=PHONE))

        assert PersonalNumbers.objects.filter(phone__startswith="k1:").exists()
        assert found() == [person]
        with pytest.raises(secrets.SecretsError, match="still opens"):
            secrets.drop_key("k1")
        call_command("rotate_keys", "--drop", "k1", stdout=StringIO())

        row = PersonalNumbers.objects.get(pk=person.pk)
        assert row.phone_index[:3] == row.__dict__["resident_id"][:3] == "k2:"
        assert (row.phone.reveal(), row.resident_id.reveal()) == ("138 0013 8000", CARD)
        assert found() == [person]


class TestTheUpgrade:
    @pytest.fixture
    def clear(self, kunming: Office) -> list[User]:
        """People of the former release, whose phones lie in a column of their accounts."""
        made = [factories.make_person(kunming) for _each in range(5)]
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE tenants_user ADD phone varchar(20) NOT NULL DEFAULT ''")
            for user in made[:4]:
                cursor.execute("UPDATE tenants_user SET phone = %s WHERE id = %s", [f"13700000{user.pk:03}", user.pk])
        return made

    def seal(self, batch: int = 500) -> Iterator[int]:
        model = apps.get_model("tenants", "PersonalNumbers")
        return sealed.seal_column("tenants_user", "phone", into=model, field="phone", batch=batch)

    def test_seals_in_batches_and_goes_on_after_a_kill(self, clear: list[User]) -> None:
        next(self.seal(batch=3))

        assert PersonalNumbers.objects.count() == 3
        assert list(self.seal(batch=3)) == [1]
        assert list(self.seal()) == []
        assert [str(user.numbers.phone.reveal()) for user in clear] == [
            *(f"13700000{user.pk:03}" for user in clear[:4]), "",
        ]  # fmt: skip

    def test_drops_the_column_only_when_all_is_sealed_as_it_is_now(self, clear: list[User]) -> None:
        from importlib import import_module

        list(self.seal())
        with connection.cursor() as cursor:  # a process of the former release goes on writing
            cursor.execute("UPDATE tenants_user SET phone = '13600000000' WHERE id = %s", [clear[0].pk])
            cursor.execute("UPDATE tenants_user SET phone = '13600000001' WHERE id = %s", [clear[4].pk])
        import_module("tenants.migrations.0011_no_clear_phones").all_are_sealed(apps, None)

        assert clear[0].numbers.phone.reveal() == "13600000000"
        assert clear[4].numbers.phone.reveal() == "13600000001"
        assert clear[1].numbers.phone.reveal() == f"13700000{clear[1].pk:03}"
