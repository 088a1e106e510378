"""What the browser finds: yunnan with three prefectures in the first days of November 2026, played by use cases.

The other province, shifan, has started its year and nothing more: its October is for the journey that plays it all.

September of yunnan is published, with a return, a correction, an adjustment and two open objections in its story (one
waits for a panel, the other was heard), and has been calculated once more since. October is open: kunming has begun to
fill in, puer waits for its leader's signature, diqing has handed over and waits for the province. August was reported
by diqing alone, and is verified but not published; a ledger has published since, and diqing claims another figure
beside it.
2027 is being prepared: kunming's letter is a draft, puer's waits for its own signature, diqing's has both.
Of the people of yunnan one is locked out and one has left; an office was taken in and suspended.
Accounts are <office>-<key>, all with factories.PASSWORD; `SEATS` lists them.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from appraisal.inspections.models import Rectification, TaskItem
from appraisal.inspections.rules.drawing import digest
from appraisal.inspections.usecases import claims, draws, matters, rectifications, tasks
from appraisal.ledger.models import ScoreLine, ScoreRun
from appraisal.ledger.usecases import (
    adjustments,
    amendments,
    changes,
    consultations,
    letters,
    objections,
    province_facts,
    scores,
    statements,
    ties,
    verification,
    warnings,
)
from appraisal.library import usecases as library
from appraisal.library.models import Method
from appraisal.reporting import usecases as reporting
from appraisal.reporting.selectors import book as months
from core import files, secrets
from core import office as office_core
from core.jobs import want
from core.usecases.calendar import seed_calendar
from tenants import actors
from tenants.actors import Actor
from tenants.models import (
    ChangeRequest,
    Division,
    IdentityLink,
    IdentityProvider,
    Office,
    Role,
    SecondFactor,
    Shadow,
    ShadowDifference,
    StandIn,
    User,
)  # fmt: skip
from tenants.models.second_factor import secret_about
from tenants.usecases import offices, second_person, sessions, sign_in
from tenants.usecases import people as accounts
from tests import factories
from tests.appraisal import results_setting, setting
from tests.appraisal.reporting.sheets import filled, upload
from tests.browser import lists
from tests.browser.hands import NOW, SEATS, Hands
from tests.browser.heard import heard


def build() -> dict[str, str]:
    """Make everything in an empty, migrated database; answers {account: name of the person}."""
    with office_core.mounted(office_core.PUBLIC), transaction.atomic():
        seed_calendar()
        factories.make_offices()
        people = _people()
        world = World(people)
        world.august()
        world.september()
        world.october()
        world.next_year()
        world.amended()
        world.inspections()
        lists.broken_down(world, NOW)
        world.odds_and_ends()
        world.administration()
        world.the_year()
        setting.running_cycle(world.with_role, world.offices, ("qinghe",))
    return {account: user.name for account, user in people.items()}


def _people() -> dict[str, User]:
    people = {}
    for slug, seats in SEATS.items():
        office = Office.objects.get(schema_name=slug)
        Division.objects.create(office=office, name="综合处", name_en="General Affairs", valid_from=factories.SINCE)
        for key, roles in seats.items():
            account = f"{slug}-{key}"
            people[account] = factories.make_person(office, *roles, username=account)
    return people


class World(Hands):
    """A running cycle with signed letters; each scene is played by the people of its office."""

    def the_year(self) -> None:
        """A year calculated and on notice, and two self-appraisals that are handed over."""
        results_setting.handed_over(self.running, "kunming", "92")
        results_setting.handed_over(self.running, "puer", "85")
        results_setting.as_if_noticed(self.running, at=NOW)
        results_setting.calculated(self.running, at=NOW, note="再算一次")

    def august(self) -> None:
        """Reported by diqing, verified, never published: what is verified can be taken back."""
        at = datetime(2026, 9, 4, 2, 0, tzinfo=UTC)
        self.fill("diqing", 8, at)
        self.submit("diqing", 8, at)
        self.sign("diqing", 8, at)
        self._verify(8, at + timedelta(hours=1))
        self._claim_beside("diqing", 8, at + timedelta(hours=2))

    def _claim_beside(self, slug: str, month: int, at: datetime) -> None:
        """A ledger publishes a figure, and the office claims another beside it."""
        where = {"period_id": self.running.period(month).pk, "indicator_id": self.running.indicator("B6").pk}
        province = self.offices["yunnan"]
        with office_core.mounted(province.mount()):
            verification.record_fact(
                **where, office_id=self.offices[slug].pk, fact={"value": "88.4"}, source="fund_ledger", evidence=[],
                reason="国库支付凭证汇总的年度支付率", as_of=date(2026, 8, 31), actor=actors.system(province), at=at,
            )  # fmt: skip
        with self.acting(f"{slug}-reporter") as actor:
            reporting.save_claim(
                **where,
                fact={"value": "91.2"},
                reason="台账漏记 8 月 31 日拨付的一笔，已附国库回单。",
                actor=actor,
                at=at,
            )
        self.submit(slug, month, at)
        self.sign(slug, month, at)

    def september(self) -> None:
        """Reported by all, one value returned and answered, one corrected, everything verified, scored, published."""
        at = datetime(2026, 10, 8, 2, 0, tzinfo=UTC)
        for slug in setting.PREFECTURES:
            self.fill(slug, 9, at)
            self.submit(slug, 9, at)
            self.sign(slug, 9, at)
        self._return("kunming", "A2", 9, "与资金台账差 12 万元，请核对。", at + timedelta(hours=1))
        with self.acting("kunming-reporter") as actor:
            reporting.save_value(
                period_id=self.running.period(9).pk, indicator_id=self.running.indicator("A2").pk,
                fact={"value": "643.50"}, narrative="已按资金台账改正。", lock_version=1, actor=actor,
                at=at + timedelta(hours=2),
            )  # fmt: skip
        self.submit("kunming", 9, at + timedelta(hours=2))
        self.sign("kunming", 9, at + timedelta(hours=3))
        self._province_facts(9, at + timedelta(hours=4))
        with self.acting("yunnan-verifier") as actor:
            value = self._value("puer", "A1", 9)
            verification.correct_value(
                current_value_id=value.pk, lock_version=value.lock_version, fact={"value": "630"},
                reason="花名册实有 630 人。", actor=actor, at=at + timedelta(hours=4),
            )  # fmt: skip
        self._verify(9, at + timedelta(hours=5))
        self._adjust(at + timedelta(hours=5))
        with self.acting("yunnan-admin") as actor:
            run = scores.new_run(self.running.period(9), note="首次计算", actor=actor, at=NOW - timedelta(hours=20))
            run = scores.calculate_run(run_id=run.pk, actor=actor, at=NOW - timedelta(hours=20))
            scores.publish_run(run_id=run.pk, actor=actor, at=NOW - timedelta(hours=19))
            self._warned(run, actor)
            statements.issue_statements(run_id=run.pk, actor=actor, at=NOW - timedelta(hours=18))
            again = scores.new_run(self.running.period(9), note="复核后重算", actor=actor, at=NOW - timedelta(hours=1))
            scores.calculate_run(run_id=again.pk, actor=actor, at=NOW - timedelta(hours=1))
        with self.acting("puer-reporter") as actor:
            line = ScoreLine.objects.get(card__run=run, card__office=self.offices["puer"], indicator__code="A1")
            objections.file_objection(
                line_id=line.pk, grounds="另有 10 人的安置确认书在县级档案中，请复核。", evidence=[], actor=actor,
                at=NOW - timedelta(hours=2),
            )  # fmt: skip
        heard(self, run, NOW - timedelta(hours=1))

    def _warned(self, run: ScoreRun, actor: Actor) -> None:
        """Two offices behind the plan are warned; one of them has answered."""
        at, asked = NOW - timedelta(hours=18), "请逐项说明原因并倒排工期，赶上全年计划。"
        for slug in ("puer", "diqing"):
            warning = warnings.issue_warning(run_id=run.pk, office=slug, request=asked, actor=actor, at=at)
        warnings.answer_warning(
            warning_id=warning.pk, measures="成立专班，每周调度，年底前完成剩余搬迁。", until=NOW.date(),
            actor=self.with_role("diqing", Role.PRINCIPAL_LEADER), at=at,
        )  # fmt: skip

    def october(self) -> None:
        """One of each state a month can be in before the province has looked at it."""
        self.fill("kunming", 10, NOW - timedelta(hours=3), ("A2",))
        self._sheet(NOW - timedelta(hours=2))
        for slug in ("puer", "diqing"):
            self.fill(slug, 10, NOW - timedelta(hours=5))
            self.submit(slug, 10, NOW - timedelta(hours=4))
        self.sign("diqing", 10, NOW - timedelta(hours=3))
        self._province_facts(10, NOW - timedelta(hours=2))

    def _sheet(self, at: datetime) -> None:
        """Kunming's month as a sheet that came back: a figure to take, one that the portal changed, one wrong."""
        period, a1, a2, b6 = self.running.period(10), *(self.running.indicator(code).pk for code in ("A1", "A2", "B6"))
        with self.acting("kunming-reporter") as actor:
            sheet = months.blank(actor, period.pk, at=at)[1]
            reporting.save_value(
                period_id=period.pk, indicator_id=a2, fact={"value": "660"}, narrative="按新到账改正。", lock_version=1,
                actor=actor, at=at,
            )  # fmt: skip
            typed = {(a1, "value"): "650", (a2, "value"): "656", (b6, "value"): "九十一"}
            reporting.take_in(
                period_id=period.pk, upload=upload(filled(sheet, typed)), actor=actor, at=at + timedelta(minutes=30)
            )

    def next_year(self) -> None:
        """2027, with a letter in each state and no months yet."""
        preparing = setting.opened_year(self.running, 2027, {"kunming": 1, "puer": 1, "diqing": 2})
        with self.acting("yunnan-admin") as actor:
            letter = preparing.letters["kunming"]
            row = letters.TargetRow("A1", year_target="900", q1="200", q2="450", q3="700", note="含往年结转人口")
            letters.save_targets(letter_id=letter.pk, rows=[row], lock_version=letter.lock_version, actor=actor, at=NOW)
            draft = library.copy_version(version_id=preparing.version.pk, year=2027, actor=actor, at=NOW)
            fields = {
                "left": "B7", "relation": "AT_MOST", "right": "B7_target", "severity": "BLOCK", "basis": "",
                "sentence": "已验收项目数不得超过应验收项目数。", "sentence_en": "Accepted cannot be more than due.",
            }  # fmt: skip
            library.save_check(
                version_id=draft.pk, code="K1", fields=fields, new=True, lock_version=0, actor=actor, at=NOW
            )
        for slug in ("puer", "diqing"):
            letter = setting.issued_letter(preparing, slug)
        signer = self.with_role("diqing", Role.PRINCIPAL_LEADER)
        letters.sign_letter(letter_id=letter.pk, lock_version=letter.lock_version, actor=signer, at=NOW)
        with self.acting("yunnan-admin") as actor:
            consultations.open_consultations(cycle_id=preparing.cycle.pk, actor=actor, at=NOW)
            grounds = changes.Grounds(
                kind="REGION", reason="一个乡划归普洱市", basis="云政函〔2026〕31号", effective_on=date(2026, 12, 1)
            )
            mine = self.running.letters
            changes.transfer_targets(
                from_letter_id=mine["kunming"].pk, to_letter_id=mine["puer"].pk, amounts={"A1": "60"},
                grounds=grounds, actor=actor, at=NOW,
            )  # fmt: skip

    def amended(self) -> None:
        """Two amendments of 2026 from December on: one in force, the next waiting for a leader."""
        for points, approved in (({"A1": "18", "A2": "17"}, True), ({"A1": "16", "A2": "19"}, False)):
            with self.acting("yunnan-admin") as actor:
                draft = library.copy_version(version_id=self.running.version.pk, actor=actor, at=NOW)
                draft = library.set_points(version_id=draft.pk, points=points, lock_version=0, actor=actor, at=NOW)
                version = library.publish_version(
                    version_id=draft.pk, minutes_number="云移党纪〔2026〕21号", effective_on=NOW.date(), lock_version=1,
                    actor=actor, at=NOW,
                )  # fmt: skip
                amendment = amendments.propose_amendment(
                    cycle_id=self.running.cycle.pk, version_id=version.pk, from_month=12,
                    reason="省政府年中调减搬迁任务，提高投资要求。", actor=actor, at=NOW,
                )  # fmt: skip
            if approved:
                with self.acting("yunnan-leader") as actor:
                    amendments.approve_amendment(
                        amendment_id=amendment.pk, minutes_number="云移党纪〔2026〕22号", lock_version=0, actor=actor,
                        at=NOW,
                    )  # fmt: skip

    def _province_facts(self, month: int, at: datetime) -> None:
        with self.acting("yunnan-admin") as actor:
            period = self.running.period(month)
            for code, fact in (("B1", None), ("B9", {"marks": ["7", "7.5", "8", "6.5", "7"], "counts": [0]})):
                indicator = self.running.indicator(code)
                if indicator.method == Method.DEDUCT:
                    province_facts.confirm_no_events(
                        period_id=period.pk, indicator_id=indicator.pk, reason="核查本月没有发生", actor=actor, at=at
                    )
                    continue
                rows = [province_facts.FactRow(self.offices[slug].pk, fact, "评议记录") for slug in setting.PREFECTURES]
                province_facts.record_facts(
                    period_id=period.pk, indicator_id=indicator.pk, rows=rows, actor=actor, at=at
                )

    def _adjust(self, at: datetime) -> None:
        with self.acting("yunnan-admin") as actor:
            paper = SimpleUploadedFile("表彰决定.txt", "表彰决定\n".encode(), "text/plain")
            stored = files.store(
                paper, office_schema="yunnan", uploader_id=actor.user_id or 0, uploader_name=actor.name, at=at
            )
            adjustments.record_adjustment(
                cycle_id=self.running.cycle.pk, office_id=self.offices["kunming"].pk, from_month=9,
                code="P2", points=Decimal(1), legal_basis="年度考核办法：获省级表彰",
                confirming_unit="省局办公室", evidence=[str(stored.pk)], actor=actor, at=at,
            )  # fmt: skip

    def inspections(self) -> None:
        """Rounds of the draw, tasks, lines to rectify and false claims, one of each that offers something to do."""
        with self.acting("yunnan-verifier") as actor:
            ties.declare_tie(
                person_id=actor.user_id or 0, office_id=self.offices["puer"].pk, kind="KIN", actor=actor, at=NOW
            )
        day, at = date(2026, 10, 20), datetime(2026, 10, 19, 2, 0, tzinfo=UTC)
        people = {"seed_kind": "CONTRIBUTIONS", "seed_people": 2}
        done = self._round("十月抽查", at, seed_on=day)
        self._round("十月补抽", at, seed_on=day)
        complete = self._round("十一月抽查", NOW, kind="VALUE", month=9, **people)
        self._round("十一月补抽", NOW, **people)
        self._round("十二月抽查", NOW, frozen=False, kind="COUNTY", seed_on=date(2026, 12, 1))
        for seat in ("kunming-reporter", "diqing-reporter"):
            with self.acting(seat) as actor:
                draws.commit_hash(draw_id=complete, sha256=digest(f"{seat} 的一句话"), actor=actor, at=NOW)
        with self.acting("yunnan-verifier") as actor:
            draws.draw_now(draw_id=done, figure="3321.55", note="演示", actor=actor, at=NOW - timedelta(days=14))
        self._tasks(NOW - timedelta(days=2))
        self._matters(at)
        with self.acting("yunnan-verifier") as actor:
            claim = [self._claim(actor, slug) for slug in ("kunming", "diqing")][1]
        with self.acting("diqing-reporter") as actor:
            claims.state_side(claim_id=claim, text="凭证已找到，附后说明", evidence=[], actor=actor, at=NOW)

    def _round(self, title: str, at: datetime, *, frozen: bool = True, kind: str = "OFFICE", **seed: Any) -> int:
        """A round with everything left out that its one inspector, the verifier, must not go to."""
        seed = {"seed_kind": "FIGURE", "seed_source": "上证综合指数收盘点位", **seed}
        with self.acting("yunnan-admin") as actor:
            draw = draws.prepare_draw(
                cycle_id=self.running.cycle.pk, title=title, kind=kind, wanted=1, each=1, actor=actor, at=at, **seed
            )
            for row in draw.material["objects"]:
                if frozen and row["office"] == "puer":
                    draws.leave_out(
                        draw_id=draw.pk, key=row["key"], reason="只有一名核验人且须回避", actor=actor, at=at
                    )
            return draws.freeze(draw_id=draw.pk, actor=actor, at=at).pk if frozen else draw.pk

    def _tasks(self, at: datetime) -> None:
        """One that is done, with two things to rectify of which one is answered; one under way; one planned."""
        with self.acting("yunnan-admin") as actor:
            done, under, _ = [
                tasks.plan_task(
                    cycle_id=self.running.cycle.pk, office_id=self.offices[slug].pk, title=title, checklist="FUND",
                    starts_on=date(2026, 11, 3), ends_on=date(2026, 11, 6),
                    inspectors=[self.people["yunnan-verifier"].pk], actor=actor, at=at,
                ).pk
                for slug, title in (("kunming", "资金检查"), ("diqing", "项目检查"), ("diqing", "资金复查"))
            ]  # fmt: skip
        with self.acting("yunnan-verifier") as actor:
            tasks.start_task(task_id=under, actor=actor, at=at)
            tasks.start_task(task_id=done, actor=actor, at=at)
            for item in TaskItem.objects.filter(task_id=done):
                tasks.answer_item(
                    task_id=done, item_id=item.pk, answer="WRONG", note="没有原始凭证", actor=actor, at=at
                )
                tasks.record_finding(
                    task_id=done, item_id=item.pk, text="支出没有原始凭证", consequence="RECTIFY",
                    requirement="补齐凭证，调整账目", actor=actor, at=at,
                )  # fmt: skip
            tasks.finish_task(task_id=done, summary="总体规范，几项须整改", actor=actor, at=at)
        with self.acting("kunming-reporter") as actor:
            row = Rectification.objects.filter(task_id=done).earliest("pk")
            rectifications.answer(row_id=row.pk, text="凭证已补齐，账目已调整", evidence=[], actor=actor, at=NOW)

    def _matters(self, at: datetime) -> None:
        """One that nobody replied to in time, one whose reply waits for the bureau."""
        for title, slug in (("核对搬迁人口花名册", "kunming"), ("报送汛期安置点清单", "diqing")):
            with self.acting("yunnan-admin") as actor:
                [row] = matters.assign_matter(
                    cycle_id=self.running.cycle.pk, office_ids=[self.offices[slug].pk], title=title,
                    text="逐户逐点核对后书面报告", basis="云移发〔2026〕12号", due_on=date(2026, 10, 23), actor=actor,
                    at=at,
                )  # fmt: skip
        with self.acting("diqing-reporter") as actor:
            matters.reply(matter_id=row.pk, text="清单已核对，共十二个安置点", actor=actor, at=at)

    def _claim(self, actor: Actor, slug: str) -> int:
        paper = SimpleUploadedFile(f"{slug} 核对表.txt", f"{slug} 核对表\n".encode(), "text/plain")
        stored = files.store(
            paper, office_schema="yunnan", uploader_id=actor.user_id or 0, uploader_name=actor.name, at=NOW
        )
        return claims.propose_false_claim(
            cycle_id=self.running.cycle.pk, office_id=self.offices[slug].pk, indicator="A2", month=9,
            facts="支付凭证与报表相差四十万元", evidence=[str(stored.pk)], actor=actor, at=NOW,
        ).pk  # fmt: skip

    def odds_and_ends(self) -> None:
        """A failed job, a stand-in."""
        with self.acting("yunnan-admin") as actor:
            job = want(scores.CALCULATE, arguments={"run_id": 0}, key="failed", actor=actor, at=NOW)
            type(job).objects.filter(pk=job.pk).update(state="FAILED", error="数据库连接中断。", finished_at=NOW)
        membership = self.people["yunnan-leader"].memberships.get()
        StandIn.objects.create(
            membership=membership, person=self.people["yunnan-admin"], starts_on=date(2026, 12, 1),
            ends_on=date(2026, 12, 5), reason="出差", created_by_id=self.people["yunnan-leader"].pk, created_at=NOW,
        )  # fmt: skip

    def _shadow(self, office: Office) -> None:
        """What an office had a week ago, beside what it has: a value changed, a county's line gone, a file added."""
        counts = {"own": True, "then": 9, "now": 9, "added": 0, "gone": 0, "changed": 0, "left_out": []}
        shadow = Shadow.objects.create(
            office=office, schema_name=f"shadow_{office.schema_name}_202610290130", as_of=NOW - timedelta(days=7),
            source="BACKUP", origin="20261028T190000Z", state="READY", reason="怀疑十月的数据被改错",
            asked_by_name="杨系统", asked_at=NOW, compared_at=NOW, drop_on=date(2026, 11, 19), milliseconds=5000,
            tables=[
                {**counts, "table": "reporting_draftvalue", "changed": 1},
                {**counts, "table": "reporting_countyline", "gone": 1, "now": 8},
                {**counts, "table": "reporting_draftevidence", "added": 1, "then": 8},
                {**counts, "table": "reporting_monthlydraft"},
            ],
        )  # fmt: skip
        reporter = User.objects.get(username="kunming-reporter")
        logged = {"entry_id": 1, "changes": 2, "changed_at": NOW, "changed_by_id": reporter.pk}
        ShadowDifference.objects.create(
            shadow=shadow, table_name="reporting_draftvalue", row_id="41", kind="CHANGED", fields=["fact", "narrative"],
            before={"fact": {"value": "1260"}, "narrative": "完成三个安置点的搬迁，并办理了移交。"},
            after={"fact": {"value": "126"}, "narrative": ""}, **logged,
        )  # fmt: skip
        ShadowDifference.objects.create(
            shadow=shadow, table_name="reporting_countyline", row_id="207", kind="GONE",
            before={"id": 207, "value_id": 41, "region_code": "530112", "quantity": "420.000000"}, **logged,
        )  # fmt: skip
        ShadowDifference.objects.create(
            shadow=shadow, table_name="reporting_draftevidence", row_id="88", kind="ADDED",
            after={
                "id": 88, "value_id": 41, "file_id": "0f3c2b1a-5d4e-4f60-8a7b-9c8d7e6f5a4b", "added_by_id": 7,
                "added_at": "2026-11-01T08:00:00",
            },
        )  # fmt: skip

    def administration(self) -> None:
        """Someone who forgot the password, someone who left, an office that was taken in too early."""
        with self.acting("yunnan-sys") as actor:
            office = offices.onboard_office(
                schema_name="lincang", name="临沧市移民搬迁局", short_name="临沧市", name_en="Lincang",
                region_code="530900", valid_from=date(2026, 10, 1), actor=actor, at=NOW - timedelta(days=9),
            )  # fmt: skip
            offices.suspend_office(office_id=office.pk, reason="人员尚未到位，暂缓启用", actor=actor, at=NOW)
            home = self.offices["yunnan"].pk
            for username, name in (("yunnan-locked", "罗忘言"), ("yunnan-left", "李调离")):
                user, _password = accounts.create_account(
                    office_id=home, username=username, name=name, phone="13800000000", actor=actor, at=NOW
                )
                if username == "yunnan-locked":
                    with office_core.mounted(office_core.beside()):
                        SecondFactor.objects.create(
                            user=user, secret=secrets.seal("J" * 32, about=secret_about(user.pk)), begun_at=NOW,
                            confirmed_at=NOW, last_step=1,
                        )  # fmt: skip
                    sessions.seen(user_id=user.pk, key="l" * 32, address="198.51.100.8", agent="curl/8.5", at=NOW)
            accounts.deactivate_account(user_id=user.pk, reason="调往省水利厅", actor=actor, at=NOW)
        ChangeRequest.objects.create(
            office=self.offices["yunnan"], action="reset-factor", arguments={"user_id": self.people["yunnan-audit"].pk,
            "reason": "手机遗失"}, about=f"tenants.user:{self.people['yunnan-audit'].pk}",
            what=self.people["yunnan-audit"].account_label, reason="手机遗失", asked_by=self.people["yunnan-sec"],
            asked_as=Role.SEC_ADMIN, asked_at=NOW, expires_at=NOW + timedelta(days=3),
        )  # fmt: skip
        provider = IdentityProvider.objects.create(
            office=self.offices["yunnan"], name="统一身份认证", name_en="Single sign-on",
            issuer="https://sso.yunnan.example", client_id="anlan", created_by_id=1, created_at=NOW,
        )  # fmt: skip
        IdentityLink.objects.create(
            provider=provider, user=User.objects.get(username="yunnan-locked"), subject="530000-0042",
            linked_by_id=1, linked_at=NOW,
        )  # fmt: skip
        self._shadow(self.offices["kunming"])
        with self.acting("yunnan-sec") as actor:
            asked = second_person.do("seal-emergency", reason="年度更换", actor=actor, at=NOW)
        with self.acting("yunnan-sys") as actor:
            second_person.approve(change_id=asked.pk, actor=actor, at=NOW)
        self._shadow(self.offices["yunnan"])
        reporter = User.objects.get(username="kunming-reporter")
        sessions.seen(user_id=reporter.pk, key="r" * 32, address="198.51.100.9", agent="Firefox/128.0 Linux", at=NOW)
        for _try in range(5):
            sign_in.check_credentials(username="yunnan-locked", password="?", address="198.51.100.7", at=NOW)
