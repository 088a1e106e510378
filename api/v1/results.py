"""The year's result: calculations, self-appraisals, and the life of a result from proposal to lock."""

from collections.abc import Callable
from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api import signatures
from api.asked import actor_of, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from api.signatures import SignatureIn
from api.v1 import results_shapes as shapes
from api.v1.letters_shapes import CycleOut
from appraisal.ledger.models import Cycle
from appraisal.ledger.selectors import cycles as cycle_selectors
from appraisal.results.models import SelfAppraisal, YearResult
from appraisal.results.policies import outcome as outcome_policies
from appraisal.results.policies import own as own_policies
from appraisal.results.selectors import closing, outcome, own, years
from appraisal.results.usecases import calculating
from appraisal.results.usecases import closing as closing_usecases
from appraisal.results.usecases import outcome as outcome_usecases
from appraisal.results.usecases import own as own_usecases
from core.errors import NotFound
from tenants.actors import Actor
from tenants.models import Office

TAGS = ["results"]


class YearRuns(IdempotentMixin, APIView):
    """The calculations of years one may see; POST calculates a year: a run is made and a job does it."""

    pagination_class = Pages

    @extend_schema(operation_id="year_runs_list", responses=shapes.YearRunOut(many=True), tags=TAGS)
    def get(self, request: Request, cycle_id: int) -> Response:
        """Newest first."""
        actor, pages = actor_of(request), Pages()
        cycle = years.get_cycle(actor, cycle_id)
        rows = years.runs_for(actor).filter(cycle=cycle).order_by("-number")
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(shapes.YearRunOut(page, many=True).data)

    @extend_schema(
        operation_id="year_runs_create", request=shapes.YearRunIn, responses={202: shapes.YearRunOut}, tags=TAGS
    )
    def post(self, request: Request, cycle_id: int) -> Response:
        """Up to the newest published month; before the year-end month it is a rehearsal."""
        body = validated(shapes.YearRunIn, request.data)
        run = calculating.start_year_run(cycle_id=cycle_id, actor=actor_of(request), at=timezone.now(), **body)
        return Response(shapes.YearRunOut(run).data, status=202)


class YearRunOne(APIView):
    """One calculation."""

    @extend_schema(operation_id="year_runs_read", responses=shapes.YearRunOut, tags=TAGS)
    def get(self, request: Request, year_run_id: int) -> Response:
        return Response(shapes.YearRunOut(years.get_run(actor_of(request), year_run_id)).data)


class YearCards(APIView):
    """All offices of a calculation, for the bureau."""

    pagination_class = Pages

    @extend_schema(operation_id="year_cards_list", responses=shapes.YearCardOut(many=True), tags=TAGS)
    def get(self, request: Request, year_run_id: int) -> Response:
        """Best first; a prefecture sees its own alone."""
        actor, pages = actor_of(request), Pages()
        cards = years.cards_of(years.get_run(actor, year_run_id))
        if actor.office.level != Office.Level.PROVINCE:
            cards = [card for card in cards if card.office_id == actor.office.pk]
        page = pages.paginate_queryset(cards, request, view=self)  # type: ignore[type-var]
        return pages.get_paginated_response(shapes.YearCardOut(page, many=True).data)


class YearCardOne(APIView):
    """One office's year with the trace that recomputes it."""

    @extend_schema(operation_id="year_cards_read", responses=shapes.YearCardTraceOut, tags=TAGS)
    def get(self, request: Request, year_run_id: int, slug: str) -> Response:
        actor = actor_of(request)
        return Response(shapes.YearCardTraceOut(years.get_card(actor, years.get_run(actor, year_run_id), slug)).data)


class Changes(APIView):
    """What a calculation says otherwise than an earlier one, line by line; for the bureau."""

    pagination_class = Pages

    @extend_schema(operation_id="year_runs_changes", responses=shapes.YearChangeOut(many=True), tags=TAGS)
    def get(self, request: Request, year_run_id: int, other_run_id: int) -> Response:
        actor, pages = actor_of(request), Pages()
        if actor.office.level != Office.Level.PROVINCE:
            raise NotFound(years.no_run())
        found = years.differences(years.get_run(actor, other_run_id), years.get_run(actor, year_run_id))
        page = pages.paginate_queryset(found, request, view=self)  # type: ignore[type-var]
        return pages.get_paginated_response(shapes.YearChangeOut(page, many=True).data)


def _self_out(cycle: Cycle, office: Office, appraisal: SelfAppraisal | None) -> dict[str, Any]:
    window = own.window(cycle)
    given = {
        "year": cycle.year, "office": office.schema_name, "opens": window.opens, "due": window.due,
        "state": appraisal.state if appraisal else None, "lock_version": appraisal.lock_version if appraisal else 0,
        "items": own.items(cycle, office, appraisal),
    }  # fmt: skip
    return shapes.SelfOut(given).data


class YearClosing(IdempotentMixin, APIView):
    """POST closes a year for good."""

    @extend_schema(operation_id="cycles_close", request=shapes.ClosingIn, responses=CycleOut, tags=TAGS)
    def post(self, request: Request, cycle_id: int) -> Response:
        """With the result locked and its circular issued; `rows` of a 409 name what is still open."""
        actor, body = actor_of(request), validated(shapes.ClosingIn, request.data)
        closing.check(actor, years.get_cycle(actor, cycle_id))
        if problem := signatures.refused(request, body.pop("password")):
            return problem
        closing_usecases.close_year(cycle_id=cycle_id, actor=actor, at=timezone.now(), **body)
        return Response(CycleOut(cycle_selectors.get_cycle(actor, cycle_id), context={"actor": actor}).data)


class OwnAppraisal(IdempotentMixin, APIView):
    """A prefecture's own self-appraisal of a year."""

    @extend_schema(operation_id="self_appraisal_read", responses=shapes.SelfOut, tags=TAGS)
    def get(self, request: Request, cycle_id: int) -> Response:
        """What is filled in so far."""
        actor = actor_of(request)
        cycle = years.get_cycle(actor, cycle_id)
        if actor.visiting or actor.home.level != Office.Level.PREFECTURE:
            raise NotFound(own.no_appraisal())
        return Response(_self_out(cycle, actor.home, own.appraisal_of(cycle, actor.home)))

    @extend_schema(operation_id="self_appraisal_save", request=shapes.SelfIn, responses=shapes.SelfOut, tags=TAGS)
    def put(self, request: Request, cycle_id: int) -> Response:
        """Keep what is filled in; repeatable until it is handed over."""
        actor, body = actor_of(request), validated(shapes.SelfIn, request.data)
        cycle = years.get_cycle(actor, cycle_id)
        given = {
            row["code"]: own_usecases.Given(
                row["score"], row["statement"],
                None if row["evidence"] is None else [str(file_id) for file_id in row["evidence"]],
            )
            for row in body["scores"]
        }  # fmt: skip
        row = own_usecases.save_self_appraisal(
            cycle=cycle, scores=given, lock_version=body["lock_version"], actor=actor, at=timezone.now()
        )
        return Response(_self_out(cycle, actor.home, row))


class OwnSubmission(IdempotentMixin, APIView):
    """POST hands the self-appraisal over."""

    @extend_schema(operation_id="self_appraisal_submit", request=SignatureIn, responses=shapes.SelfOut, tags=TAGS)
    def post(self, request: Request, cycle_id: int) -> Response:
        """By who signs for the office, with the password once more; it is final."""
        actor, body = actor_of(request), validated(SignatureIn, request.data)
        cycle, on = years.get_cycle(actor, cycle_id), timezone.localdate()
        window = own.window(cycle)
        mine = own.appraisal_of(cycle, actor.home)
        own_policies.submit(actor, cycle, mine, on=on, opens=window.opens, due=window.due)
        if problem := signatures.refused(request, body["password"]):
            return problem
        row = own_usecases.submit_self_appraisal(cycle=cycle, actor=actor, at=timezone.now())
        return Response(_self_out(cycle, actor.home, row))


class HandedOver(APIView):
    """What a prefecture handed over, for the bureau and for itself."""

    @extend_schema(operation_id="self_appraisal_of_office", responses=shapes.SelfOut, tags=TAGS)
    def get(self, request: Request, cycle_id: int, slug: str) -> Response:
        actor = actor_of(request)
        cycle = years.get_cycle(actor, cycle_id)
        found = own.get_submitted(actor, cycle, slug)
        return Response(_self_out(cycle, found.office, found))


class Results(APIView):
    """The results of years: the bureau sees all, its prefectures those that were put to notice."""

    pagination_class = Pages

    @extend_schema(
        operation_id="year_results_list",
        responses=shapes.ResultOut(many=True),
        parameters=[OpenApiParameter("year", OpenApiTypes.INT)],
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        actor, pages = actor_of(request), Pages()
        rows = outcome.results_for(actor).order_by("-cycle__year", "-number").prefetch_related("lines__office")
        asked = request.query_params.get("year", "")
        if asked.isascii() and asked.isdecimal() and len(asked) == 4:
            rows = rows.filter(cycle__year=int(asked))
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(shapes.ResultOut(page, many=True, context={"actor": actor}).data)


class Proposal(IdempotentMixin, APIView):
    """POST proposes grades from a calculation."""

    @extend_schema(
        operation_id="year_results_propose", request=shapes.MinutesIn, responses={201: shapes.ResultOut}, tags=TAGS
    )
    def post(self, request: Request, year_run_id: int) -> Response:
        """The newest calculation of the whole year alone."""
        actor = actor_of(request)
        body = validated(shapes.MinutesIn, request.data)
        result = outcome_usecases.propose_result(run_id=year_run_id, actor=actor, at=timezone.now(), **body)
        return Response(shapes.ResultOut(result, context={"actor": actor}).data, status=201)


class ResultOne(APIView):
    """One result."""

    @extend_schema(operation_id="year_results_read", responses=shapes.ResultOut, tags=TAGS)
    def get(self, request: Request, result_id: int) -> Response:
        actor = actor_of(request)
        return Response(shapes.ResultOut(outcome.get_result(actor, result_id), context={"actor": actor}).data)


class Grade(IdempotentMixin, APIView):
    """PUT another grade than the computed one, or that one again; POST confirms somebody else's."""

    @extend_schema(
        operation_id="year_results_change_grade", request=shapes.GradeIn, responses=shapes.ResultOut, tags=TAGS
    )
    def put(self, request: Request, result_id: int, slug: str) -> Response:
        """With a reason and minutes; within seats and under vetoes."""
        actor, body = actor_of(request), validated(shapes.GradeIn, request.data)
        outcome_usecases.change_grade(result_id=result_id, office=slug, actor=actor, at=timezone.now(), **body)
        return Response(shapes.ResultOut(outcome.get_result(actor, result_id), context={"actor": actor}).data)

    @extend_schema(operation_id="year_results_confirm_grade", request=None, responses=shapes.ResultOut, tags=TAGS)
    def post(self, request: Request, result_id: int, slug: str) -> Response:
        """By another person than who changed it."""
        actor = actor_of(request)
        outcome_usecases.confirm_grade(result_id=result_id, office=slug, actor=actor, at=timezone.now())
        return Response(shapes.ResultOut(outcome.get_result(actor, result_id), context={"actor": actor}).data)


def _answered(actor: Actor, result_id: int, do: Callable[..., YearResult], **body: Any) -> Response:
    do(result_id=result_id, actor=actor, at=timezone.now(), **body)
    return Response(shapes.ResultOut(outcome.get_result(actor, result_id), context={"actor": actor}).data)


class Decision(IdempotentMixin, APIView):
    """POST the deciding meeting's word."""

    @extend_schema(operation_id="year_results_decide", request=shapes.DecideIn, responses=shapes.ResultOut, tags=TAGS)
    def post(self, request: Request, result_id: int) -> Response:
        """By a leader, with every departure confirmed, with the password once more."""
        actor, body = actor_of(request), validated(shapes.DecideIn, request.data)
        outcome_policies.decide(actor, outcome.get_result(actor, result_id))
        if problem := signatures.refused(request, body.pop("password")):
            return problem
        return _answered(actor, result_id, outcome_usecases.decide_result, **body)


class Withdrawal(IdempotentMixin, APIView):
    """POST takes back what the public has not seen."""

    @extend_schema(operation_id="year_results_withdraw", request=shapes.EndIn, responses=shapes.ResultOut, tags=TAGS)
    def post(self, request: Request, result_id: int) -> Response:
        """It stays in the record."""
        body = validated(shapes.EndIn, request.data)
        return _answered(actor_of(request), result_id, outcome_usecases.withdraw_result, **body)


class Notice(IdempotentMixin, APIView):
    """POST puts the result to public notice."""

    @extend_schema(operation_id="year_results_notice", request=shapes.NoticeIn, responses=shapes.ResultOut, tags=TAGS)
    def post(self, request: Request, result_id: int) -> Response:
        """Refused with what was found when the text holds a personal number."""
        body = validated(shapes.NoticeIn, request.data)
        return _answered(actor_of(request), result_id, outcome_usecases.put_to_notice, **body)


class Lock(IdempotentMixin, APIView):
    """POST holds the result fast."""

    @extend_schema(operation_id="year_results_lock", request=SignatureIn, responses=shapes.ResultOut, tags=TAGS)
    def post(self, request: Request, result_id: int) -> Response:
        """By a leader, after the notice, with the password once more."""
        actor, body = actor_of(request), validated(SignatureIn, request.data)
        outcome_policies.lock(actor, outcome.get_result(actor, result_id), on=timezone.localdate())
        if problem := signatures.refused(request, body["password"]):
            return problem
        return _answered(actor, result_id, outcome_usecases.lock_result)


class CircularIssue(IdempotentMixin, APIView):
    """POST issues the circular of a locked result."""

    @extend_schema(
        operation_id="year_results_issue_circular", request=shapes.CircularIn, responses=shapes.ResultOut, tags=TAGS
    )
    def post(self, request: Request, result_id: int) -> Response:
        """Once: under the next number of the series, or a typed one; from then on its prefectures may have it."""
        body = validated(shapes.CircularIn, request.data)
        return _answered(actor_of(request), result_id, outcome_usecases.issue_circular, **body)


class Reopening(IdempotentMixin, APIView):
    """POST opens a public result again; it stays as it was, another can be proposed."""

    @extend_schema(operation_id="year_results_reopen", request=shapes.ReopenIn, responses=shapes.ResultOut, tags=TAGS)
    def post(self, request: Request, result_id: int) -> Response:
        """By a leader, with a reason and the password once more."""
        actor, body = actor_of(request), validated(shapes.ReopenIn, request.data)
        outcome_policies.reopen(actor, outcome.get_result(actor, result_id))
        if problem := signatures.refused(request, body["password"]):
            return problem
        return _answered(actor, result_id, outcome_usecases.reopen_result, reason=body["reason"])


class NoticeObjections(IdempotentMixin, APIView):
    """Objections during the notice: the bureau sees all, an office its own."""

    pagination_class = Pages

    @extend_schema(operation_id="notice_objections_list", responses=shapes.NoticeObjectionOut(many=True), tags=TAGS)
    def get(self, request: Request, result_id: int) -> Response:
        """Those to be answered first at the top."""
        actor, pages = actor_of(request), Pages()
        rows = outcome.objections_for(actor, outcome.get_result(actor, result_id))
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(shapes.NoticeObjectionOut(page, many=True, context={"actor": actor}).data)

    @extend_schema(
        operation_id="notice_objections_file", request=shapes.NoticeObjectionIn,
        responses={201: shapes.NoticeObjectionOut}, tags=TAGS,
    )  # fmt: skip
    def post(self, request: Request, result_id: int) -> Response:
        """About any office of the result, once each, up to the last day of the notice."""
        actor, body = actor_of(request), validated(shapes.NoticeObjectionIn, request.data)
        body["evidence"] = [str(file_id) for file_id in body["evidence"]]
        row = outcome_usecases.file_notice_objection(result_id=result_id, actor=actor, at=timezone.now(), **body)
        return Response(shapes.NoticeObjectionOut(row, context={"actor": actor}).data, status=201)


class Answer(IdempotentMixin, APIView):
    """POST answers an objection raised during the notice."""

    @extend_schema(
        operation_id="notice_objections_answer", request=shapes.AnswerIn, responses=shapes.NoticeObjectionOut, tags=TAGS
    )
    def post(self, request: Request, notice_objection_id: int) -> Response:
        """Upheld: the result cannot be locked and must be opened again."""
        actor, body = actor_of(request), validated(shapes.AnswerIn, request.data)
        row = outcome_usecases.answer_notice_objection(
            objection_id=notice_objection_id, actor=actor, at=timezone.now(), **body
        )
        return Response(shapes.NoticeObjectionOut(row, context={"actor": actor}).data)


CYCLE, RUN, RESULT = "cycles/<int:cycle_id>/", "year-runs/<int:year_run_id>/", "year-results/<int:result_id>/"
urlpatterns = [
    path(f"{CYCLE}year-runs/", YearRuns.as_view(), name="year-runs"),
    path(f"{CYCLE}closing/", YearClosing.as_view(), name="cycle-closing"),
    path(RUN, YearRunOne.as_view(), name="year-run"),
    path(f"{RUN}cards/", YearCards.as_view(), name="year-cards"),
    path(f"{RUN}cards/<slug:slug>/", YearCardOne.as_view(), name="year-card"),
    path(f"{RUN}changes/<int:other_run_id>/", Changes.as_view(), name="year-run-changes"),
    path(f"{RUN}proposal/", Proposal.as_view(), name="year-run-proposal"),
    path(f"{CYCLE}self-appraisal/", OwnAppraisal.as_view(), name="self-appraisal"),
    path(f"{CYCLE}self-appraisal/submission/", OwnSubmission.as_view(), name="self-appraisal-submission"),
    path(f"{CYCLE}self-appraisals/<slug:slug>/", HandedOver.as_view(), name="self-appraisal-of"),
    path("year-results/", Results.as_view(), name="year-results"),
    path(RESULT, ResultOne.as_view(), name="year-result"),
    path(f"{RESULT}grades/<slug:slug>/", Grade.as_view(), name="year-result-grade"),
    path(f"{RESULT}decision/", Decision.as_view(), name="year-result-decision"),
    path(f"{RESULT}withdrawal/", Withdrawal.as_view(), name="year-result-withdrawal"),
    path(f"{RESULT}notice/", Notice.as_view(), name="year-result-notice"),
    path(f"{RESULT}lock/", Lock.as_view(), name="year-result-lock"),
    path(f"{RESULT}circular/", CircularIssue.as_view(), name="year-result-circular"),
    path(f"{RESULT}reopening/", Reopening.as_view(), name="year-result-reopening"),
    path(f"{RESULT}objections/", NoticeObjections.as_view(), name="notice-objections"),
    path("notice-objections/<int:notice_objection_id>/answer/", Answer.as_view(), name="notice-objection-answer"),
]
