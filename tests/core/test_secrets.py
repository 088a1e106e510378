"""Secrets at rest: sealed by a key of the ring, bound to their row, sealed anew by a command that may be stopped."""

import json
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core import secrets
from tenants.models import SecondFactor
from tenants.models.second_factor import secret_about
from tests import factories
from tests.conftest import NOON

ABOUT = "tenants.secondfactor.secret:7"


@pytest.fixture(autouse=True)
def file(settings, tmp_path: Path) -> Path:
    settings.KEY_RING_FILE = str(tmp_path / "keys.json")
    return tmp_path / "keys.json"


class TestSealing:
    @pytest.mark.parametrize("cipher", [secrets.AES, secrets.SM4])
    def test_opens_with_what_it_was_sealed_with(self, cipher: str) -> None:
        secrets.add_key(cipher)
        sealed = secrets.seal("水库移民 JBSW", about=ABOUT)

        assert sealed.startswith("k1:")
        assert "JBSW" not in sealed
        assert secrets.unseal(sealed, about=ABOUT) == "水库移民 JBSW"

    def test_is_another_text_each_time(self) -> None:
        assert secrets.seal("x", about=ABOUT) != secrets.seal("x", about=ABOUT)

    def test_does_not_open_for_another_row(self) -> None:
        sealed = secrets.seal("x", about=ABOUT)
        with pytest.raises(secrets.SecretsError, match="another row"):
            secrets.unseal(sealed, about=ABOUT + "8")

    @pytest.mark.parametrize("place", [4, 20, -2])
    def test_does_not_open_when_changed(self, place: int) -> None:
        sealed = secrets.seal("a longer secret", about=ABOUT)
        letter = "A" if sealed[place] != "A" else "B"
        changed = sealed[:place] + letter + sealed[place:][1:]
        with pytest.raises(secrets.SecretsError, match="was changed"):
            secrets.unseal(changed, about=ABOUT)

    @pytest.mark.parametrize("given", ["", "plain text", "k9:AAAA", "k1:", "k1:###"])
    def test_takes_nothing_else_for_sealed(self, given: str) -> None:
        secrets.add_key(secrets.AES)
        with pytest.raises(secrets.SecretsError):
            secrets.unseal(given, about=ABOUT)


class TestTheRing:
    def test_is_readable_by_its_owner_only(self, file: Path) -> None:
        secrets.ring()

        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert list(file.parent.iterdir()) == [file]

    def test_that_was_named_is_not_made_by_itself(self, settings) -> None:
        settings.KEY_RING_MADE_AT_NEED = False
        with pytest.raises(secrets.SecretsError, match="rotate_keys --new-key"):
            secrets.seal("x", about=ABOUT)

    def test_made_by_two_is_the_first_ones(self, file: Path) -> None:
        secrets.ring()
        first = file.read_text()
        secrets._write(file, {"current": "k1", "keys": {"k1": secrets._new_key(secrets.AES)}}, over=False)

        assert file.read_text() == first

    def test_keeps_former_keys(self) -> None:
        secrets.add_key(secrets.AES)
        old = secrets.seal("x", about=ABOUT)

        assert secrets.add_key(secrets.SM4) == "k2"
        assert secrets.seal("x", about=ABOUT).startswith("k2:")
        assert secrets.unseal(old, about=ABOUT) == "x"

    @pytest.mark.parametrize(
        "content",
        ["", "[]", "{}", '{"current": "k1", "keys": {}}',
         '{"current": "k1", "keys": {"k1": {"cipher": "XOR", "key": ""}}}',
         '{"current": "k1", "keys": {"k1": {"cipher": "AES-256-GCM", "key": "c2hvcnQ="}}}'],
    )  # fmt: skip
    def test_that_is_none_is_said_to_be_none_and_left_alone(self, file: Path, content: str) -> None:
        file.write_text(content)
        for act in (secrets.ring, lambda: secrets.add_key(secrets.AES)):
            with pytest.raises(secrets.SecretsError):
                act()
        assert file.read_text() == content

    def test_shows_no_key_in_a_traceback(self, file: Path) -> None:
        known = secrets.ring()

        assert json.loads(file.read_text())["keys"]["k1"]["key"] not in repr(known)
        assert repr(known.keys["k1"].value) not in repr(known)


@pytest.mark.usefixtures("offices")
class TestRotation:
    @pytest.fixture
    def rows(self, kunming) -> list[SecondFactor]:
        people = [factories.make_person(kunming) for _each in range(5)]
        return [
            SecondFactor.objects.create(
                user=user, secret=secrets.seal(f"secret {user.pk}", about=secret_about(user.pk)), begun_at=NOON
            )
            for user in people
        ]

    def opened(self, rows: list[SecondFactor]) -> bool:
        for row in rows:
            row.refresh_from_db()
        return all(secrets.unseal(row.secret, about=secret_about(row.pk)) == f"secret {row.pk}" for row in rows)

    def test_seals_everything_anew_under_a_new_key_of_another_cipher(self, rows: list[SecondFactor]) -> None:
        call_command("rotate_keys", "--new-key", "--cipher", secrets.SM4, verbosity=0)

        assert self.opened(rows)
        assert {row.secret.partition(":")[0] for row in rows} == {"k2"}

    def test_goes_on_where_it_was_stopped(self, rows: list[SecondFactor]) -> None:
        secrets.add_key(secrets.AES)
        next(secrets.rotate(batch=2))  # and killed

        assert SecondFactor.objects.filter(secret__startswith="k2:").count() == 2
        assert self.opened(rows)
        assert [done for _column, done in secrets.rotate(batch=2)] == [2, 3]
        assert list(secrets.rotate()) == []

    def test_drops_a_key_only_when_nothing_needs_it(self, rows: list[SecondFactor]) -> None:
        secrets.add_key(secrets.AES)
        with pytest.raises(secrets.SecretsError, match=r"still opens .*secret 5"):
            secrets.drop_key("k1")
        for name in ("k2", "k7"):
            with pytest.raises(secrets.SecretsError, match="not a former key"):
                secrets.drop_key(name)

        call_command("rotate_keys", "--drop", "k1", verbosity=0)

        assert set(secrets.ring().keys) == {"k2"}
        assert self.opened(rows)

    def test_says_what_does_not_open_and_changes_nothing(self, rows: list[SecondFactor]) -> None:
        SecondFactor.objects.filter(pk=rows[3].pk).update(secret=rows[0].secret)
        with pytest.raises(CommandError, match=str(rows[3].pk)):
            call_command("rotate_keys", "--new-key", verbosity=0)

        assert not SecondFactor.objects.filter(secret__startswith="k2:").exists()
