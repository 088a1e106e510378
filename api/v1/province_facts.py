"""Facts that the province or a ledger brings: a month's column of one indicator; that nothing happened."""

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from api.v1.verification_shapes import FACT, LARGEST
from appraisal.ledger.models import Period
from appraisal.ledger.policies import province_facts as fact_policies
from appraisal.ledger.policies import verification as policies
from appraisal.ledger.selectors import province_facts as selectors
from appraisal.ledger.usecases import verification as usecases
from appraisal.ledger.usecases.verification import FactRow
from appraisal.library.models import Indicator
from tenants.actors import Actor


class FactEntryOut(serializers.Serializer):
    """One office's row; fact null while nothing is entered."""

    office_id = serializers.IntegerField(source="participant.office_id")
    office = serializers.CharField(source="office.schema_name")
    applicable = serializers.BooleanField()
    not_applicable_reason = serializers.CharField()
    fact = serializers.DictField(source="current.final_fact", allow_null=True, default=None, help_text=FACT)
    fact_before = serializers.DictField(source="before.final_fact", allow_null=True, default=None)
    version = serializers.IntegerField(source="current.value.version", allow_null=True, default=None)
    lock_version = serializers.IntegerField(source="current.lock_version", allow_null=True, default=None)
    entered_by = serializers.CharField(source="current.decided_by_name", allow_null=True, default=None)
    entered_at = serializers.DateTimeField(source="current.decided_at", allow_null=True, default=None)


class FactRowIn(serializers.Serializer):
    """One office's fact. lock_version: of the row as it was seen, null when it was empty."""

    office_id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    fact = serializers.DictField(help_text=FACT)
    reason = serializers.CharField(max_length=500, allow_blank=True, default="", help_text="for marks and changes")
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)
    lock_version = serializers.IntegerField(min_value=0, max_value=2**31 - 1, allow_null=True, default=None)


class FactRowsIn(serializers.Serializer):
    rows = FactRowIn(many=True, allow_empty=False, max_length=1000)


class FactsWrittenOut(serializers.Serializer):
    """How many rows changed; rows that said what was there already are left alone."""

    written = serializers.IntegerField()


class LedgerEntryOut(FactEntryOut):
    """One office's row of a ledger's indicator; source "report" while the office's own figure stands."""

    source = serializers.CharField(source="current.value.source", allow_null=True, default=None)
    as_of = serializers.DateField(source="current.value.as_of", allow_null=True, default=None)
    counted = serializers.CharField(source="current.value.narrative", allow_null=True, default=None)


class LedgerRowIn(serializers.Serializer):
    """One office's figure. reason: what was counted; asked for where it changes what was published or reported."""

    office_id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    fact = serializers.DictField(help_text=FACT)
    reason = serializers.CharField(max_length=500, allow_blank=True, default="")
    lock_version = serializers.IntegerField(
        min_value=-1, max_value=2**31 - 1, allow_null=True, default=-1, help_text="of the row as seen; -1: any"
    )


class LedgerRowsIn(serializers.Serializer):
    """as_of: last day counted; evidence: ids of the bureau's files that the figures were read from."""

    as_of = serializers.DateField()
    evidence = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=20)
    rows = LedgerRowIn(many=True, allow_empty=False, max_length=1000)


class NoEventsIn(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


def _found(request: Request, period_id: int, code: str) -> tuple[Actor, Period, Indicator]:
    actor = actor_of(request)
    period = selectors.get_period(actor, period_id)
    return actor, period, selectors.indicator_by_code(period, code)


class ProvinceFacts(IdempotentMixin, APIView):
    """A column of the province's grid."""

    pagination_class = Pages

    @extend_schema(operation_id="province_facts_list", responses=FactEntryOut(many=True))
    def get(self, request: Request, period_id: int, code: str) -> Response:
        """Every office in official order with this month's and last month's fact."""
        actor, period, indicator = _found(request, period_id, code)
        policies.see_queue(actor)
        pages = Pages()
        rows = pages.paginate_queryset(selectors.grid(period, indicator), request, view=self)  # type: ignore[type-var]
        return pages.get_paginated_response(FactEntryOut(rows, many=True).data)

    @extend_schema(operation_id="province_facts_record", request=FactRowsIn, responses=FactsWrittenOut)
    def post(self, request: Request, period_id: int, code: str) -> Response:
        """Enter rows: all of them or none; `rows` of the problem names those in the way."""
        actor, period, indicator = _found(request, period_id, code)
        rows = [
            FactRow(row["office_id"], row["fact"], row["reason"], tuple(map(str, row["evidence"])), row["lock_version"])
            for row in validated(FactRowsIn, request.data)["rows"]
        ]
        done = usecases.record_facts(
            period_id=period.pk, indicator_id=indicator.pk, rows=rows, actor=actor, at=timezone.now()
        )
        return Response(FactsWrittenOut({"written": len(done)}).data)


class NoEvents(IdempotentMixin, APIView):
    """Nothing happened, said once for all offices without an entry."""

    @extend_schema(operation_id="province_facts_confirm_none", request=NoEventsIn, responses=FactsWrittenOut)
    def post(self, request: Request, period_id: int, code: str) -> Response:
        """Confirm zero events, with what the confirmation rests on."""
        actor, period, indicator = _found(request, period_id, code)
        done = usecases.confirm_no_events(
            period_id=period.pk, indicator_id=indicator.pk, actor=actor, at=timezone.now(),
            **validated(NoEventsIn, request.data),
        )  # fmt: skip
        return Response(FactsWrittenOut({"written": len(done)}).data)


class LedgerFacts(IdempotentMixin, APIView):
    """What a ledger publishes for a month, taken from it instead of from people."""

    pagination_class = Pages

    @extend_schema(operation_id="ledger_facts_list", responses=LedgerEntryOut(many=True))
    def get(self, request: Request, period_id: int, code: str) -> Response:
        """Every office in official order with the figure that stands and where it is from."""
        actor, period, indicator = _found(request, period_id, code)
        fact_policies.see_ledgers(actor)
        pages = Pages()
        rows = pages.paginate_queryset(selectors.grid(period, indicator), request, view=self)  # type: ignore[type-var]
        return pages.get_paginated_response(LedgerEntryOut(rows, many=True).data)

    @extend_schema(operation_id="ledger_facts_publish", request=LedgerRowsIn, responses=FactsWrittenOut)
    def post(self, request: Request, period_id: int, code: str) -> Response:
        """Publish rows: all of them or none; offices cannot type over them, and may claim another figure beside."""
        actor, period, indicator = _found(request, period_id, code)
        body = validated(LedgerRowsIn, request.data)
        rows = [
            FactRow(row["office_id"], row["fact"], row["reason"], lock_version=row["lock_version"])
            for row in body["rows"]
        ]
        done = usecases.publish_facts(
            period_id=period.pk, indicator_id=indicator.pk, rows=rows, as_of=body["as_of"],
            evidence=[str(file_id) for file_id in body["evidence"]], actor=actor, at=timezone.now(),
        )  # fmt: skip
        return Response(FactsWrittenOut({"written": len(done)}).data)


urlpatterns = [
    path("periods/<int:period_id>/ledger-facts/<str:code>/", LedgerFacts.as_view(), name="ledger-facts"),
    path("periods/<int:period_id>/province-facts/<str:code>/", ProvinceFacts.as_view(), name="province-facts"),
    path("periods/<int:period_id>/province-facts/<str:code>/no-events/", NoEvents.as_view(), name="no-events"),
]
