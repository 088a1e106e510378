"""Told by e-mail."""

from datetime import timedelta
from typing import Any

import pytest

from core import jobs
from core.errors import Denied, Invalid
from core.models import Job
from core.todos import Todo
from tenants.actors import Actor
from tenants.models import Dispatch, Office, PersonalNumbers, Role
from tenants.usecases import dispatching, notices
from tests.tenants.notices.setting import DUE, TODAY, month, remind


class TestMail:
    @pytest.fixture
    def reporter(self, kunming_mounted: Office, actor, waiting) -> Actor:
        person = actor("kunming", Role.REPORTER)
        notices.set_mail(address="zhang@example.org", actor=person, at=TODAY)
        waiting += [(Role.REPORTER, month()), (Role.REPORTER, Todo("test", "x", "第二件", "/x/", due_on=DUE))]
        return person

    def test_one_message_a_day_with_everything_new(self, reporter, kunming_mounted, configured, mailoutbox) -> None:
        remind(kunming_mounted)
        assert mailoutbox == []  # what waits is a row; a job sends it
        assert jobs.run_due(kinds=[dispatching.SEND]) == 1

        (mail,) = mailoutbox
        assert mail.to == ["zhang@example.org"]
        assert "今天到期：填报 10 月月报" in mail.body
        assert "今天到期：第二件" in mail.body
        assert "https://anlan.example.org/kunming/reporting/1/" in mail.body
        row = Dispatch.objects.get()
        assert (row.state, mail.extra_headers["Message-ID"]) == (
            "SENT", f"<anlan-kunming-{row.pk}@{configured.EMAIL_MESSAGE_HOST}>",
        )  # fmt: skip

    def test_is_not_sent_twice(self, reporter, kunming_mounted, configured, mailoutbox) -> None:
        remind(kunming_mounted)
        remind(kunming_mounted)
        jobs.run_due(kinds=[dispatching.SEND])
        dispatching.send(dispatch_id=Dispatch.objects.get().pk, at=TODAY)

        assert len(mailoutbox) == 1

    def test_is_off_until_configured_and_without_an_address(self, reporter, kunming_mounted, settings) -> None:
        settings.NOTICE_MAIL = False
        remind(kunming_mounted)
        assert not Dispatch.objects.exists()

        settings.NOTICE_MAIL = True
        notices.set_mail(address="", actor=reporter, at=TODAY)
        assert not PersonalNumbers.objects.get(pk=reporter.user_id).mail
        remind(kunming_mounted, TODAY + timedelta(days=1))
        assert not Dispatch.objects.exists()

    def test_is_tried_again_when_the_server_is_away(
        self, reporter, kunming_mounted, configured, mailoutbox, monkeypatch
    ) -> None:
        def away(*_args: Any, **_more: Any) -> None:
            raise ConnectionRefusedError

        remind(kunming_mounted)
        monkeypatch.setattr(dispatching.EmailMessage, "send", away)
        jobs.run_due(kinds=[dispatching.SEND])
        job = Job.objects.get(kind=dispatching.SEND)
        assert (job.state, job.tries, Dispatch.objects.get().state) == ("QUEUED", 1, "WAITING")
        monkeypatch.undo()

        Job.objects.update(run_at=TODAY)
        assert jobs.run_due(kinds=[dispatching.SEND]) == 1
        assert (len(mailoutbox), Dispatch.objects.get().state) == (1, "SENT")

    def test_the_address_is_sealed_and_masked(self, reporter, kunming_mounted) -> None:
        row = PersonalNumbers.objects.get(pk=reporter.user_id)
        assert str(row.mail) == "z***@example.org"
        assert "zhang" not in row.__dict__["mail"]
        assert row.mail.reveal() == "zhang@example.org"

    @pytest.mark.parametrize("address", ["zhang", "a@b@c", "x" * 90 + "@example.org", "a@example.org\nBcc: b@x.org"])
    def test_takes_a_whole_address_only(self, kunming_mounted, actor, address: str) -> None:
        with pytest.raises(Invalid, match="完整的邮箱地址"):
            notices.set_mail(address=address, actor=actor("kunming", Role.REPORTER), at=TODAY)

    def test_a_visitor_sets_nothing(self, kunming_mounted, actor) -> None:
        guest = actor("yunnan", Role.VERIFIER)
        visiting = Actor(guest.user_id, guest.name, kunming_mounted, guest.home, guest.roles)
        with pytest.raises(Denied):
            notices.set_mail(address="a@example.org", actor=visiting, at=TODAY)
