"""Whatever somebody with all rights does to the log, the verifier finds it: in the database, or by the anchors."""

import json
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from core import office as office_core
from core.audit import anchors, exporting
from core.audit.verifying import verify
from core.models import AuditCheck, AuditHead, CalendarDay
from deploy import verify_audit_export
from tenants.models import Division, Office
from tests.conftest import NOON, TODAY
from tests.core import tampering
from tests.core.test_audit_chain import commit, day


@pytest.fixture
def anchored(kunming: Office, puer: Office, settings, tmp_path: Path) -> Iterator[str]:
    """Two offices with a history, anchored; the walls are taken away. Gives the chain to attack: kunming."""
    settings.AUDIT_ANCHOR_DIR, settings.AUDIT_KEY_FILE = tmp_path / "anchors", tmp_path / "keys" / "audit.pem"
    for turn in range(4):
        for office in (kunming, puer):
            with office_core.mounted(office.mount(actor_id=turn + 1, request_id=f"r{turn}", address="10.0.0.9")):
                CalendarDay.objects.filter(region_code=office.region_code).delete()
                days = [day(number, f"第{turn}次", office.region_code) for number in range(1, 4)]
                CalendarDay.objects.bulk_create(days)
                Division.objects.create(office=office, name=f"综合{turn}科", valid_from=TODAY)
            commit()
    assert anchors.anchor_heads(at=NOON) >= 2
    with connection.cursor() as cursor:
        tampering.take_the_walls_away(cursor)
    return "kunming"


def found_after(attack: tampering.Attack, chance: Random, chain: str, **parts: bool) -> bool:
    """Whether the verifier notices the attack, which is then taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        attack(cursor, chance, chain)
        noticed = not verify(**parts).sound
        transaction.set_rollback(True)
    return noticed


def unnoticed(anchored: str, times: int) -> dict[str, int]:
    """Attack → how often it went unnoticed, over `times` of them."""
    chance, missed = Random(20261122), {}
    attacks = tampering.CARELESS + tampering.CAREFUL
    for turn in range(times):
        attack = attacks[turn % len(attacks)]
        if not found_after(attack, chance, anchored):
            missed[attack.__name__] = missed.get(attack.__name__, 0) + 1
    return missed


class TestTheVerifier:
    def test_finds_nothing_where_nothing_was_done(self, anchored: str) -> None:
        verdict = verify()

        assert verdict.sound
        assert verdict.rows == sum(AuditHead.objects.values_list("seq", flat=True))
        assert verdict.lines == AuditHead.objects.count()

    def test_finds_every_attack(self, anchored: str) -> None:
        assert unnoticed(anchored, 3 * len(tampering.CARELESS + tampering.CAREFUL)) == {}

    @pytest.mark.soak
    def test_finds_ten_thousand_attacks(self, anchored: str) -> None:
        began = time.monotonic()
        missed = unnoticed(anchored, 10_000)
        print(f"\n10,000 attacks, {sum(missed.values())} unnoticed, {time.monotonic() - began:.0f} s")

        assert missed == {}

    @pytest.mark.parametrize("attack", tampering.EDITS, ids=lambda attack: attack.__name__)
    def test_without_the_hashes_would_not_notice_an_edit(self, anchored: str, attack: tampering.Attack) -> None:
        """The control: numbers and links alone see nothing."""
        assert not found_after(attack, Random(1), anchored, hashes=False)

    @pytest.mark.parametrize("attack", tampering.CAREFUL, ids=lambda attack: attack.__name__)
    def test_without_the_anchors_would_not_notice_a_rewritten_chain(self, anchored: str, attack) -> None:
        """The control: a chain written anew is whole in itself."""
        assert not found_after(attack, Random(1), anchored, anchored=False)

    def test_says_the_first_broken_place_of_each_chain(self, anchored: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE core_auditentry SET row_id = '0' FROM core_auditlink l WHERE id = entry_id "
                           "AND l.chain = 'kunming' AND l.seq IN (3, 5)")  # fmt: skip
            cursor.execute("DELETE FROM core_auditlink WHERE chain = 'puer' AND seq = 2")

        faults = {fault.chain: fault for fault in verify().first_of_each}

        assert {chain: (fault.kind, fault.seq) for chain, fault in faults.items()} == {
            "kunming": ("changed", 3),
            "puer": ("gap", 3),
        }
        assert faults["kunming"].sentence == "账链 kunming 第 3 条的内容与其哈希不符：记录写入后被改动。"
        assert [fault.chain for fault in verify("puer").first_of_each] == ["puer"]


class TestTheAnchors:
    def lines(self) -> list[bytes]:
        return anchors.files()[-1].read_bytes().splitlines(keepends=True)

    def kinds(self) -> set[tuple[str, int]]:
        return {(fault.kind, fault.seq) for fault in verify().faults}

    def write(self, lines: list[bytes]) -> None:
        anchors.files()[-1].write_bytes(b"".join(lines))

    def test_take_only_heads_that_changed_and_go_on_in_the_next_month(self, kunming: Office, anchored: str) -> None:
        with connection.cursor() as cursor:
            for table in tampering.TABLES:
                cursor.execute(f"ALTER TABLE public.{table} ENABLE TRIGGER USER")
        before = len(self.lines())
        assert anchors.anchor_heads(at=NOON) == 0

        day(9).save()
        commit()

        assert anchors.anchor_heads(at=NOON.replace(month=12)) == 1
        assert [path.name for path in anchors.files()] == ["anchors-2026-11.jsonl", "anchors-2026-12.jsonl"]
        last = list(anchors.read())[-1]
        assert (last.n, last.chain, last.fault) == (before + 1, "public", "")
        assert verify().sound

    def test_a_changed_line_is_found_by_its_signature(self, anchored: str) -> None:
        lines = self.lines()
        self.write([lines[0].replace(b'"seq":', b'"seq":1'), *lines[1:]])

        assert ("anchor-signature", 1) in self.kinds()
        assert ("anchor-order", 2) in self.kinds()

    def test_a_line_signed_with_another_key_is_found(self, anchored: str, settings, tmp_path: Path) -> None:
        settings.AUDIT_KEY_FILE = tmp_path / "other.pem"

        assert ("anchor-signature", 1) in self.kinds()

    def test_removed_swapped_and_cut_lines_are_found(self, anchored: str) -> None:
        lines = self.lines()
        assert len(lines) >= 3

        self.write([lines[0], *lines[2:]])
        assert ("anchor-order", 3) in self.kinds()
        self.write([lines[1], lines[0], *lines[2:]])
        assert "anchor-order" in {kind for kind, _seq in self.kinds()}
        self.write(lines[:-1])
        assert ("anchor-short", len(lines) - 1) in self.kinds()
        self.write([*lines[:-1], lines[-1][:40]])
        assert ("anchor-unreadable", len(lines)) in self.kinds()
        self.write(lines)
        assert verify().sound

    def test_the_key_is_its_owners_alone_and_stays(self, anchored: str, settings) -> None:
        path = settings.AUDIT_KEY_FILE

        assert path.stat().st_mode & 0o777 == 0o600
        assert anchors.signing_key().private_bytes_raw() == anchors.signing_key().private_bytes_raw()
        path.chmod(0o640)
        with pytest.raises(PermissionError, match="chmod 600"):
            anchors.signing_key()


class TestTheCommand:
    def run(self, *arguments: str) -> str:
        said = StringIO()
        call_command("verify_audit", *arguments, stdout=said)
        return said.getvalue()

    def test_says_that_every_chain_is_whole_and_remembers_it(self, anchored: str) -> None:
        assert "Every chain is whole." in self.run()
        assert AuditCheck.objects.latest("number").faults == []

    def test_fails_with_the_sentence_of_each_broken_chain(self, anchored: str) -> None:
        with connection.cursor() as cursor:
            tampering.delete_the_entry(cursor, Random(1), anchored)

        said = StringIO()
        with pytest.raises(CommandError) as failure:
            call_command("verify_audit", "--office", "kunming", stdout=said)

        assert failure.value.returncode == 1
        assert "账链 kunming 第" in said.getvalue()
        assert AuditCheck.objects.latest("number").faults[0]["kind"] == "missing"

    def test_knows_no_chain_of_that_name(self, db: None) -> None:
        with pytest.raises(CommandError, match="There is no chain nowhere"):
            self.run("--office", "nowhere")


class TestTheExport:
    """The verifier that needs no database."""

    @pytest.fixture
    def exported(self, anchored: str, tmp_path: Path) -> Path:
        path = tmp_path / "export.jsonl"
        path.write_text("".join(exporting.whole_chains(at=NOON)), "utf-8")
        return path

    def check(self, path: Path, settings) -> int:
        folder = Path(settings.AUDIT_ANCHOR_DIR)
        return verify_audit_export.main([str(path), "--anchors", str(folder)])

    def test_holds_when_nothing_was_done(self, exported: Path, settings, capsys) -> None:
        assert self.check(exported, settings) == 0
        assert "everything holds" in capsys.readouterr().out

    def test_the_command_writes_it_for_its_owner_alone(self, anchored: str, tmp_path: Path, settings) -> None:
        path = tmp_path / "own.jsonl"
        call_command("verify_audit", "--office", "kunming", "--export", str(path), stdout=StringIO())

        assert path.stat().st_mode & 0o777 == 0o600
        assert self.check(path, settings) == 0
        assert {json.loads(line)["chain"] for line in path.read_text("utf-8").splitlines()[1:]} == {"kunming"}

    def test_finds_every_attack_too(self, anchored: str, tmp_path: Path, settings) -> None:
        chance, path = Random(7), tmp_path / "attacked.jsonl"
        outside = {tampering.edit_the_head, tampering.insert_without_a_link}  # neither is in an export
        for attack in tampering.CARELESS + tampering.CAREFUL:
            if attack in outside:
                continue
            with transaction.atomic(), connection.cursor() as cursor:
                attack(cursor, chance, anchored)
                path.write_text("".join(exporting.whole_chains("", at=NOON)), "utf-8")
                assert self.check(path, settings) == 1, attack.__name__
                transaction.set_rollback(True)

    def test_without_the_anchors_would_not_notice_a_rewritten_chain(self, anchored: str, tmp_path: Path) -> None:
        path = tmp_path / "attacked.jsonl"
        with connection.cursor() as cursor:
            tampering.CAREFUL[2](cursor, Random(7), anchored)
        path.write_text("".join(exporting.whole_chains(at=NOON)), "utf-8")

        assert verify_audit_export.main([str(path)]) == 0

    def test_says_when_it_could_not_check(self, tmp_path: Path) -> None:
        path = tmp_path / "no.jsonl"
        path.write_text("{}\n")

        assert verify_audit_export.main([str(path)]) == 2
        assert verify_audit_export.main([str(tmp_path / "missing")]) == 2
