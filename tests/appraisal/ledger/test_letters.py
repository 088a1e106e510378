"""A target letter: figures that fit, the province's signature, the office's, then nothing changes."""

import io
from datetime import timedelta
from decimal import Decimal

import docx
import pytest
from django.db import IntegrityError, connection, transaction
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appraisal.ledger.models import LetterVersion, Target, TargetLetter, TargetMilestone
from appraisal.ledger.selectors import letter_papers
from appraisal.ledger.selectors import letters as selectors
from appraisal.ledger.states import LetterState
from appraisal.ledger.usecases import letters, numbering, targets
from core import events
from core.documents import read_number, render
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants.models import Role
from tests.appraisal import setting
from tests.conftest import NOON


@pytest.fixture
def prepared(actor, offices) -> setting.Running:
    return setting.prepared_cycle(actor, offices)


@pytest.fixture
def issued(prepared) -> TargetLetter:
    return setting.issued_letter(prepared, "kunming")


def save(prepared: setting.Running, *rows: letters.TargetRow, lock_version: int = 0, actor=None) -> TargetLetter:
    return letters.save_targets(
        letter_id=prepared.letters["kunming"].pk, rows=rows, lock_version=lock_version,
        actor=actor or prepared.admin, at=NOON,
    )  # fmt: skip


def target(prepared: setting.Running, code: str) -> Target:
    return Target.objects.get(letter=prepared.letters["kunming"], indicator__code=code)


def issue(prepared: setting.Running, letter: TargetLetter, actor=None, **changed: object) -> TargetLetter:
    given = {"number": "", "lock_version": letter.lock_version}
    return letters.issue_letter(letter_id=letter.pk, actor=actor or prepared.leader, at=NOON, **(given | changed))


def sign(letter: TargetLetter, actor, **changed: object) -> TargetLetter:
    given = {"lock_version": letter.lock_version}
    return letters.sign_letter(letter_id=letter.pk, actor=actor, at=NOON, **(given | changed))


class TestDraftLetters:
    def test_gives_every_participant_a_target_per_indicator(self, prepared) -> None:
        assert set(prepared.letters) == set(setting.PREFECTURES)
        assert {letter.targets.count() for letter in prepared.letters.values()} == {9}

    def test_refuses_when_everyone_has_one(self, prepared) -> None:
        with pytest.raises(Conflict, match="都已有"):
            letters.draft_letters(cycle_id=prepared.cycle.pk, actor=prepared.admin, at=NOON)

    def test_is_for_the_bureaus_administrator(self, prepared, actor) -> None:
        with pytest.raises(Denied):
            letters.draft_letters(cycle_id=prepared.cycle.pk, actor=actor("yunnan", Role.VERIFIER), at=NOON)
        with pytest.raises(NotFound):
            letters.draft_letters(cycle_id=prepared.cycle.pk, actor=actor("shifan", Role.APPRAISAL_ADMIN), at=NOON)


class TestSaveTargets:
    def test_takes_figures_as_people_type_them(self, prepared) -> None:
        save(prepared, letters.TargetRow("A1", year_target="12,500.5", q1="100", q2=" 200 ", q3="12,500.5"))

        assert target(prepared, "A1").quarters == (Decimal(100), Decimal(200), Decimal("12500.5"), Decimal("12500.5"))

    def test_leaves_other_indicators_alone(self, prepared) -> None:
        save(prepared, letters.TargetRow("A1", year_target="5"))
        save(prepared, letters.TargetRow("A2", year_target="7"), lock_version=1)

        assert target(prepared, "A1").year_target == 5

    def test_records_what_changed(self, prepared) -> None:
        letter = save(prepared, letters.TargetRow("A1", year_target="5"))
        save(prepared, letters.TargetRow("A1", year_target="5.0000"), lock_version=1)  # nothing new: no event

        latest = events.timeline(selectors.subject_of(letter.pk))[0]
        assert latest.data["changes"] == {"A1": {"year_target": [None, "5"]}}

    @pytest.mark.parametrize(
        ("row", "field"),
        [
            (letters.TargetRow("A1", year_target="x"), "year_target"),
            (letters.TargetRow("A1", year_target="-1"), "year_target"),
            (letters.TargetRow("A1", year_target="0"), "year_target"),
            (letters.TargetRow("A1", year_target="1.00001"), "year_target"),
            (letters.TargetRow("A1", year_target="1e20"), "year_target"),
            (letters.TargetRow("A1", year_target="Infinity"), "year_target"),
            (letters.TargetRow("A1", year_target="10", q1="1"), "q1"),
            (letters.TargetRow("A1", q1="1", q2="2", q3="3"), "year_target"),
            (letters.TargetRow("A1", year_target="10", q1="3", q2="2", q3="4"), "q2"),
            (letters.TargetRow("A1", year_target="10", q1="1", q2="5", q3="4"), "q3"),
            (letters.TargetRow("A1", year_target="10", q1="1", q2="2", q3="11"), "year_target"),
            (letters.TargetRow("A1", applicable=False), "not_applicable_reason"),
            (letters.TargetRow("A1", applicable=False, not_applicable_reason="无", year_target="1"), "year_target"),
            (letters.TargetRow("A1", note="很" * 201), "note"),
            (letters.TargetRow("B6", year_target="90"), "year_target"),
            (letters.TargetRow("Q1"), "code"),
        ],
    )
    def test_names_the_row_and_the_field_that_is_wrong(self, prepared, row, field: str) -> None:
        with pytest.raises(Invalid) as refused:
            save(prepared, letters.TargetRow("A2", year_target="7"), row)

        assert [(entry["code"], entry["field"]) for entry in refused.value.rows] == [(row.code, field)]
        assert target(prepared, "A2").year_target is None  # all or nothing

    def test_sets_an_indicator_aside_with_a_reason(self, prepared) -> None:
        save(prepared, letters.TargetRow("A1", applicable=False, not_applicable_reason="境内无在建工程"))

        assert not target(prepared, "A1").applicable

    def test_refuses_the_same_indicator_twice_and_a_stale_editor(self, prepared) -> None:
        with pytest.raises(Invalid, match="写了两次"):
            save(prepared, letters.TargetRow("A1"), letters.TargetRow("A1"))
        save(prepared, letters.TargetRow("A1", year_target="5"))
        with pytest.raises(Conflict, match=prepared.admin.name):
            save(prepared, letters.TargetRow("A1", year_target="6"))

    @pytest.mark.parametrize(
        ("office", "role", "refusal"),
        [
            ("yunnan", Role.PRINCIPAL_LEADER, Denied),
            ("kunming", Role.APPRAISAL_ADMIN, NotFound),  # a draft is the bureau's own
            ("shifan", Role.APPRAISAL_ADMIN, NotFound),
        ],
    )
    def test_is_for_the_bureaus_administrator(self, prepared, actor, office: str, role: str, refusal: type) -> None:
        with pytest.raises(refusal):
            save(prepared, actor=actor(office, role))

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.decimals(0, 10**9, places=4), min_size=4, max_size=4))
    def test_takes_quarters_exactly_when_they_never_fall(self, prepared, figures: list[Decimal]) -> None:
        q1, q2, q3, year = figures
        row = letters.TargetRow("A1", year_target=year, q1=q1, q2=q2, q3=q3)

        _values, problems = targets.checked(row, prepared.indicator("A1"))

        assert (problems == []) == (q1 <= q2 <= q3 <= year and year > 0)


class TestSetMilestones:
    def set(self, prepared, milestones: list, code: str = "A6", lock_version: int = 0) -> TargetLetter:
        return letters.set_milestones(
            letter_id=prepared.letters["kunming"].pk, indicator_code=code, milestones=milestones,
            lock_version=lock_version, actor=prepared.admin, at=NOON,
        )  # fmt: skip

    def test_replaces_them(self, prepared) -> None:
        self.set(prepared, [("建成", NOON.date()), ("验收", NOON.date())])
        letter = self.set(prepared, [("验收", NOON.date())], lock_version=1)

        assert [row.name for row in letter.milestones.all()] == ["验收"]

    @pytest.mark.parametrize(
        "milestones",
        [[("", NOON.date())], [("a", NOON.date())] * 2, [("a", NOON.date().replace(year=2027))],
         [(f"m{n}", NOON.date()) for n in range(31)]],
    )  # fmt: skip
    def test_refuses_what_is_no_milestone(self, prepared, milestones: list) -> None:
        with pytest.raises(Invalid):
            self.set(prepared, milestones)

    @pytest.mark.parametrize("code", ["A1", "A", "Q9"])
    def test_refuses_an_indicator_scored_otherwise(self, prepared, code: str) -> None:
        with pytest.raises(Invalid):
            self.set(prepared, [("a", NOON.date())], code=code)


class TestIssueLetter:
    def test_closes_the_draft_under_a_number_and_a_hash(self, prepared, issued) -> None:
        assert (issued.state, issued.number) == (LetterState.ISSUED, "云移责〔2026〕1号")
        assert issued.province_signer_name == prepared.leader.name
        assert len(issued.content_sha256) == 64
        with pytest.raises(Conflict, match="先撤回"):
            save(prepared, lock_version=issued.lock_version)

    def test_names_what_is_lacking(self, prepared) -> None:
        save(prepared, letters.TargetRow("A1", applicable=False, not_applicable_reason="无在建工程"))

        with pytest.raises(Invalid) as refused:
            issue(prepared, prepared.letters["kunming"], lock_version=1)

        lacking = {(row["code"], row["field"]) for row in refused.value.rows}
        assert lacking == {("A2", "year_target"), ("A6", "milestones")}

    def test_gives_each_number_once(self, prepared, issued) -> None:
        other = setting.fill_letter(prepared, "puer")

        with pytest.raises(Conflict, match="下一个是 云移责〔2026〕2号"):
            issue(prepared, other, number=issued.number)
        assert letters.suggest_number(other) == "云移责〔2026〕2号"

    @pytest.mark.parametrize("number", ["很" * 41, "云\x00", "云" * 21 + "〔2026〕1号", "云〔2026〕9999999号"])
    def test_needs_a_number_that_is_one(self, prepared, number: str) -> None:
        with pytest.raises(Invalid) as refused:
            issue(prepared, setting.fill_letter(prepared, "kunming"), number=number)
        assert refused.value.field == "number"

    def test_happens_once_on_the_newest_state(self, prepared, issued) -> None:
        with pytest.raises(Conflict, match="不必再签"):
            issue(prepared, issued)
        other = setting.fill_letter(prepared, "puer")
        with pytest.raises(Conflict):
            issue(prepared, other, lock_version=0)

    @pytest.mark.parametrize(
        ("office", "role", "refusal"),
        [
            ("yunnan", Role.APPRAISAL_ADMIN, Denied),
            ("kunming", Role.PRINCIPAL_LEADER, NotFound),
            ("shifan", Role.PRINCIPAL_LEADER, NotFound),
        ],
    )
    def test_is_for_the_provinces_leaders(self, prepared, actor, office: str, role: str, refusal: type) -> None:
        letter = setting.fill_letter(prepared, "kunming")
        with pytest.raises(refusal):
            issue(prepared, letter, actor=actor(office, role))
        assert issue(prepared, letter, actor=actor("yunnan", Role.LEADER_IN_CHARGE)).state == LetterState.ISSUED


class TestContentHash:
    def test_is_the_same_however_figures_were_typed_and_another_for_another_figure(self, prepared) -> None:
        def hashed(lock_version: int, **figures: str) -> str:
            letter = save(prepared, letters.TargetRow("A1", **figures), lock_version=lock_version)
            return selectors.sha256_of(selectors.content_of(letter, "1号", selectors.targets(letter)))

        first = hashed(0, year_target="1200")
        assert hashed(1, year_target="1,200.00") == first
        assert hashed(1, year_target="1200.01") != first


class TestWithdrawLetter:
    def withdraw(self, letter, actor, reason: str = "目标有误") -> TargetLetter:
        return letters.withdraw_letter(
            letter_id=letter.pk, reason=reason, lock_version=letter.lock_version, actor=actor, at=NOON
        )

    def test_opens_the_draft_again(self, prepared, issued) -> None:
        letter = self.withdraw(issued, prepared.leader)

        assert (letter.state, letter.province_signed_at, letter.content_sha256) == (LetterState.DRAFT, None, "")
        assert letters.suggest_number(letter) == "云移责〔2026〕1号"

    def test_needs_a_reason_and_a_signature_to_withdraw(self, prepared, issued) -> None:
        with pytest.raises(Invalid):
            self.withdraw(issued, prepared.leader, reason=" ")
        with pytest.raises(Conflict, match="草稿"):
            self.withdraw(prepared.letters["puer"], prepared.leader)

    def test_is_too_late_once_the_office_has_signed(self, prepared, issued, actor) -> None:
        signed = sign(issued, actor("kunming", Role.ISSUER))
        with pytest.raises(Conflict, match="不能撤回"):
            self.withdraw(signed, prepared.leader)

    def test_is_for_the_provinces_leaders(self, issued, prepared, actor) -> None:
        for person in (prepared.admin, actor("kunming", Role.PRINCIPAL_LEADER)):
            with pytest.raises(Denied):
                self.withdraw(issued, person)


class TestSignLetter:
    @pytest.mark.parametrize("role", [Role.PRINCIPAL_LEADER, Role.LEADER_IN_CHARGE, Role.ISSUER])
    def test_is_for_the_offices_leaders_and_issuer(self, issued, actor, role: str) -> None:
        person = actor("kunming", role)
        letter = sign(issued, person)

        assert (letter.state, letter.office_signer_name) == (LetterState.SIGNED, person.name)

    @pytest.mark.parametrize(
        ("office", "role", "refusal"),
        [
            ("kunming", Role.REPORTER, Denied),
            ("puer", Role.PRINCIPAL_LEADER, NotFound),
            ("yunnan", Role.PRINCIPAL_LEADER, Denied),
            ("qinghe", Role.PRINCIPAL_LEADER, NotFound),
        ],
    )
    def test_is_not_for_others(self, issued, actor, office: str, role: str, refusal: type) -> None:
        with pytest.raises(refusal):
            sign(issued, actor(office, role))

    def test_waits_for_the_province_and_happens_once(self, prepared, issued, actor) -> None:
        leader = actor("puer", Role.PRINCIPAL_LEADER)
        with pytest.raises(NotFound):
            sign(prepared.letters["puer"], leader)
        person = actor("kunming", Role.ISSUER)
        signed = sign(issued, person)
        with pytest.raises(Conflict, match="不必再签"):
            sign(signed, person)

    def test_refuses_a_stale_page_and_a_content_that_was_tampered_with(self, issued, actor) -> None:
        person = actor("kunming", Role.ISSUER)
        with pytest.raises(Conflict):
            sign(issued, person, lock_version=0)
        TargetLetter.objects.filter(pk=issued.pk).update(content_sha256="0" * 64)
        with pytest.raises(Conflict, match="不一致"):
            sign(issued, person)

    def test_counts_what_awaits_me(self, issued, actor) -> None:
        assert selectors.awaiting_signature(actor("kunming", Role.ISSUER)).count() == 1
        assert selectors.awaiting_signature(actor("kunming", Role.REPORTER)).count() == 0
        assert selectors.awaiting_signature(actor("puer", Role.ISSUER)).count() == 0


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "attempt",
        [
            lambda letter: letter.targets.update(year_target=1),
            lambda letter: letter.targets.all()._raw_delete("default"),
            lambda letter: letter.milestones.update(name="别的"),
            lambda letter: TargetMilestone.objects.create(
                letter=letter, indicator=letter.targets.first().indicator, name="x", due_on=NOON.date()
            ),
            lambda letter: TargetLetter.objects.filter(pk=letter.pk).update(number="别号"),
        ],
        ids=["target", "delete", "milestone", "insert", "letter"],
    )
    def test_any_change_of_a_signed_letter(self, issued, actor, attempt) -> None:
        letter = sign(issued, actor("kunming", Role.ISSUER))

        with pytest.raises(IntegrityError, match="signed_letter_is_immutable"), transaction.atomic():
            attempt(letter)

    def test_changes_of_targets_between_the_two_signatures(self, issued) -> None:
        with pytest.raises(IntegrityError, match="signed_letter_is_immutable"), transaction.atomic():
            issued.targets.update(year_target=1)


class TestConcurrentSignatures:
    def test_the_second_waits_for_the_first_and_is_told(self, issued, actor) -> None:
        """The row is locked before the state is looked at: the statement that reads it says FOR NO KEY UPDATE."""
        statements: list[str] = []

        def watch(execute, sql, params, many, context):
            statements.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(watch):
            sign(issued, actor("kunming", Role.ISSUER))

        reads = [sql for sql in statements if 'FROM "ledger_targetletter"' in sql]
        assert "FOR NO KEY UPDATE" in reads[0]


class TestNumbers:
    def test_run_without_gaps_and_doubles_whoever_types_them(self, prepared) -> None:
        first = setting.fill_letter(prepared, "kunming")
        with pytest.raises(Conflict, match="下一个是 云移责〔2026〕1号") as refusal:
            issue(prepared, first, number="云移责〔2026〕3号")
        assert refusal.value.field == "number"
        given = [issue(prepared, setting.fill_letter(prepared, name), number="").number for name in setting.PREFECTURES]

        assert given == [f"云移责〔2026〕{serial}号" for serial in (1, 2, 3)]

    def test_a_refused_signature_takes_no_number(self, prepared) -> None:
        letter = prepared.letters["kunming"]  # without figures
        with pytest.raises(Invalid), transaction.atomic():
            issue(prepared, letter, number="")

        assert issue(prepared, setting.fill_letter(prepared, "puer"), number="").number == "云移责〔2026〕1号"

    def test_a_withdrawn_letter_keeps_its_number(self, prepared, issued) -> None:
        draft = letters.withdraw_letter(
            letter_id=issued.pk, reason="目标有误", lock_version=issued.lock_version, actor=prepared.leader, at=NOON
        )
        with pytest.raises(Conflict, match="仍用原号"):
            issue(prepared, draft, number="云移责〔2026〕2号")

        assert issue(prepared, draft, number="").number == issued.number

    def test_each_series_counts_for_itself(self, offices) -> None:
        yunnan, shifan = offices["yunnan"], offices["shifan"]
        taken = [
            numbering.take_number(office, code, year)
            for office, code, year in [(yunnan, "云移责", 2026), (yunnan, "云移发", 2026), (yunnan, "云移责", 2027),
                                       (shifan, "云移责", 2026), (yunnan, "云移责", 2026)]
        ]  # fmt: skip

        assert [read_number(number)[2] for number in taken] == [1, 1, 1, 1, 2]

    def test_an_older_registers_number_is_taken_as_it_is_and_once(self, prepared) -> None:
        older = "责任书第 7 号"
        assert issue(prepared, setting.fill_letter(prepared, "kunming"), number=older).number == older
        with pytest.raises(Conflict, match="昆明市"):
            issue(prepared, setting.fill_letter(prepared, "puer"), number=older)


class TestVersions:
    def test_the_first_is_kept_when_both_have_signed(self, prepared, issued, actor) -> None:
        signed = sign(issued, actor("kunming", Role.PRINCIPAL_LEADER))
        version = signed.versions.get()

        assert (version.number, version.content_sha256) == (1, signed.content_sha256)
        assert selectors.sha256_of(version.content) == signed.content_sha256
        assert [each["role"] for each in version.signatures] == ["主要领导", "主要领导"]
        assert version.signatures[1]["at"] == NOON.isoformat()

    def test_is_never_edited(self, prepared, issued, actor) -> None:
        version = sign(issued, actor("kunming", Role.PRINCIPAL_LEADER)).versions.get()
        for act in (version.delete, lambda: LetterVersion.objects.filter(pk=version.pk).update(reason="x")):
            with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
                act()

    def test_paper_of_a_version_is_the_same_to_the_byte_whenever_it_is_asked_for(self, issued, actor) -> None:
        letter = sign(issued, actor("kunming", Role.PRINCIPAL_LEADER))
        version = selectors.get_version(letter, 1)
        once = letter_papers.paper_of(letter, version, at=NOON)
        later = letter_papers.paper_of(letter, version, at=NOON + timedelta(days=400))

        assert render(once, "docx") == render(later, "docx")
        assert render(once, "pdf") == render(later, "pdf")

    def test_paper_says_what_both_signed(self, issued, actor) -> None:
        letter = sign(issued, actor("kunming", Role.ISSUER))
        paper = letter_papers.paper_of(letter, selectors.get_version(letter, None), at=NOON)
        text = paper_text(render(paper, "docx"))

        said = (
            *(letter.number, "甲方：云南省搬迁安置办公室", "1,200", "阶段性验收", "2026年9月30日"),
            *("依据：签发人", "2026年11月5日 12:00", letter.content_sha256),
        )
        assert [each for each in said if each not in text] == []

    def test_there_is_no_other(self, issued) -> None:
        with pytest.raises(NotFound, match="没有这一版"):
            selectors.get_version(issued, 2)


def paper_text(made: bytes) -> str:
    """All text of a Word file, tables and all."""
    return "".join(node.text or "" for node in docx.Document(io.BytesIO(made)).element.body.iter(qn("w:t")))
