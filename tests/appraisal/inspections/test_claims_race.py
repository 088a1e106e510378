"""A false claim that two people confirm at once, or that is confirmed while its month is published: it follows once."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from appraisal.inspections.models import FalseClaim
from appraisal.inspections.usecases import claims
from appraisal.ledger.models import ScoreAdjustment
from appraisal.ledger.selectors import facts
from core.errors import Conflict
from core.models import StoredFile
from tenants.actors import Actor
from tests.appraisal.ledger.test_publication_race import Halfway, Month, month
from tests.appraisal.ledger.test_verification_race import committed
from tests.conftest import NOON

assert month  # the fixture
LATER = NOON + timedelta(days=30)  # when the prefecture has let its days pass


@pytest.fixture
def claim(month: Month) -> Iterator[FalseClaim]:
    with committed():
        paper = StoredFile.objects.create(
            office="yunnan", name="核对表.pdf", media_type="application/pdf", size=9, sha256="cd" * 32,
            uploaded_by_id=1, uploaded_by_name="并发", uploaded_at=NOON,
        )  # fmt: skip
        made = claims.propose_false_claim(
            cycle_id=month.year.cycle.pk, office_id=month.kunming.pk, indicator="A1", month=10,
            facts="花名册中二十人不存在", evidence=[str(paper.pk)], actor=month.verifier, at=NOON,
        )  # fmt: skip
    yield made
    with committed():
        FalseClaim.objects.filter(pk=made.pk).delete()


def confirmed(claim: FalseClaim, by: Actor) -> Any:
    return lambda: claims.confirm_false_claim(
        claim_id=claim.pk, decision="花名册与户籍核对，二十人不存在", actor=by, at=LATER
    )


def test_of_two_who_confirm_one_is_told_and_it_follows_once(
    month: Month, claim: FalseClaim, monkeypatch: pytest.MonkeyPatch
) -> None:
    halfway = Halfway(monkeypatch, claims, "checked_reason")

    done, refused = halfway.run(confirmed(claim, month.admin), confirmed(claim, month.leader))

    assert done.decided_by_name == month.admin.name
    assert isinstance(refused, Conflict)
    assert month.admin.name in refused.message
    with committed():
        assert list(ScoreAdjustment.objects.filter(cycle=month.year.cycle)) == [done.adjustment]


def test_confirmed_while_its_month_is_published_it_counts_from_the_next(
    month: Month, claim: FalseClaim, monkeypatch: pytest.MonkeyPatch
) -> None:
    halfway = Halfway(monkeypatch, facts, "situation_of")

    published, done = halfway.run(month.publish, confirmed(claim, month.leader))

    assert (published.state, done.state, done.adjustment.from_month) == ("PUBLISHED", "CONFIRMED", 11)
    with committed():
        assert month.as_pinned(month.run)


def test_published_while_it_is_confirmed_is_told(
    month: Month, claim: FalseClaim, monkeypatch: pytest.MonkeyPatch
) -> None:
    halfway = Halfway(monkeypatch, claims, "checked_reason")

    done, published = halfway.run(confirmed(claim, month.leader), month.publish)

    assert (done.state, done.adjustment.from_month) == ("CONFIRMED", 10)
    assert isinstance(published, Conflict)
    assert "又有变化" in published.message
