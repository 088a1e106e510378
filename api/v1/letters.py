"""Appraisal years, their periods and peer groups, and the target letters."""

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api import signatures
from api.asked import actor_of, given, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from api.v1 import letters_shapes as shapes
from appraisal.ledger.models import TargetLetter
from appraisal.ledger.policies import cycles as cycle_policies
from appraisal.ledger.policies import letters as policies
from appraisal.ledger.selectors import cycles as cycle_selectors
from appraisal.ledger.selectors import letter_papers, timeplan
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.usecases import cycles, difficulty, letters
from appraisal.ledger.usecases import timeplan as timeplan_usecases
from core import serving
from core.documents import MEDIA, Kind


def _cycle(request: Request, cycle_id: int, status: int = 200) -> Response:
    actor = actor_of(request)
    cycle = cycle_selectors.get_cycle(actor, cycle_id)
    return Response(shapes.CycleOut(cycle, context={"actor": actor}).data, status=status)


def _letter(request: Request, letter: TargetLetter) -> Response:
    actor = actor_of(request)
    letter = letter_selectors.get_letter(actor, letter.pk)
    return Response(shapes.LetterDetailOut(letter, context={"actor": actor}).data)


class Cycles(IdempotentMixin, APIView):
    """The province's appraisal years."""

    pagination_class = Pages

    @extend_schema(operation_id="cycles_list", parameters=[shapes.CycleQuery], responses=shapes.CycleOut(many=True))
    def get(self, request: Request) -> Response:
        """Newest first."""
        query = validated(shapes.CycleQuery, request.query_params)
        actor, pages = actor_of(request), Pages()
        rows = pages.paginate_queryset(cycle_selectors.cycles_for(actor).filter(**query), request, view=self)
        return pages.get_paginated_response(shapes.CycleOut(rows, many=True, context={"actor": actor}).data)

    @extend_schema(operation_id="cycles_open", request=shapes.CycleIn, responses={201: shapes.CycleOut})
    def post(self, request: Request) -> Response:
        """Open a year on a published version of its indicators."""
        body = given(shapes.CycleIn, request.data)
        cycle = cycles.open_cycle(actor=actor_of(request), at=timezone.now(), **body.validated_data)
        return _cycle(request, cycle.pk, 201)


class CycleDetail(APIView):
    """One appraisal year."""

    @extend_schema(operation_id="cycles_retrieve", responses=shapes.CycleOut)
    def get(self, request: Request, cycle_id: int) -> Response:
        """State, version, and what may be done."""
        return _cycle(request, cycle_id)


class Participants(IdempotentMixin, APIView):
    """Who takes part, in which peer group."""

    pagination_class = Pages

    @extend_schema(operation_id="participants_list", responses=shapes.ParticipantOut(many=True))
    def get(self, request: Request, cycle_id: int) -> Response:
        """In official order."""
        cycle = cycle_selectors.get_cycle(actor_of(request), cycle_id)
        pages = Pages()
        rows = pages.paginate_queryset(cycle_selectors.participants(cycle), request, view=self)
        return pages.get_paginated_response(shapes.ParticipantOut(rows, many=True).data)

    @extend_schema(operation_id="participants_set", request=shapes.PeersIn, responses=shapes.ParticipantOut(many=True))
    def put(self, request: Request, cycle_id: int) -> Response:
        """Lay down all participants and their groups; replaces what was laid down before."""
        body = given(shapes.PeersIn, request.data)
        rows = cycles.set_peer_groups(
            cycle_id=cycle_id, groups=[cycles.Peer(**entry) for entry in body.validated_data["groups"]],
            actor=actor_of(request), at=timezone.now(),
        )  # fmt: skip
        pages = Pages()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(shapes.ParticipantOut(page, many=True).data)


class Difficulty(IdempotentMixin, APIView):
    """Difficulty coefficients."""

    pagination_class = Pages

    @extend_schema(operation_id="difficulty_list", responses=shapes.ParticipantOut(many=True))
    def get(self, request: Request, cycle_id: int) -> Response:
        """Groups and coefficients; to a prefecture once they are published."""
        cycle = cycle_selectors.get_cycle(actor_of(request), cycle_id)
        cycle_policies.see_difficulty(actor_of(request), cycle)
        pages = Pages()
        rows = pages.paginate_queryset(cycle_selectors.participants(cycle), request, view=self)
        return pages.get_paginated_response(shapes.ParticipantOut(rows, many=True).data)

    @extend_schema(operation_id="difficulty_set", request=shapes.DifficultyIn, responses=shapes.CycleOut)
    def put(self, request: Request, cycle_id: int) -> Response:
        """Before the year starts; what had been published must be published anew."""
        rows = [difficulty.Coefficient(**row) for row in validated(shapes.DifficultyIn, request.data)["rows"]]
        difficulty.set_difficulty(cycle_id=cycle_id, rows=rows, actor=actor_of(request), at=timezone.now())
        return _cycle(request, cycle_id)


class DifficultyPublish(IdempotentMixin, APIView):
    """POST publishes."""

    @extend_schema(operation_id="difficulty_publish", request=shapes.DifficultyPublishIn, responses=shapes.CycleOut)
    def post(self, request: Request, cycle_id: int) -> Response:
        """Show groups and coefficients to all participants, with what they rest on."""
        body = validated(shapes.DifficultyPublishIn, request.data)
        difficulty.publish_difficulty(cycle_id=cycle_id, actor=actor_of(request), at=timezone.now(), **body)
        return _cycle(request, cycle_id)


class Periods(IdempotentMixin, APIView):
    """The months to report on."""

    pagination_class = Pages

    @extend_schema(operation_id="periods_list", responses=shapes.PeriodOut(many=True))
    def get(self, request: Request, cycle_id: int) -> Response:
        """Each due day with its derivation from the working-day calendar."""
        return self.answer(request, cycle_id, 200)

    @extend_schema(operation_id="periods_make", request=None, responses={201: shapes.PeriodOut(many=True)})
    def post(self, request: Request, cycle_id: int) -> Response:
        """Make the twelve periods of the year."""
        cycles.make_periods(cycle_id=cycle_id, actor=actor_of(request), at=timezone.now())
        return self.answer(request, cycle_id, 201)

    def answer(self, request: Request, cycle_id: int, status: int) -> Response:
        cycle = cycle_selectors.get_cycle(actor_of(request), cycle_id)
        pages = Pages()
        page = pages.paginate_queryset(cycle_selectors.periods(cycle), request, view=self)
        answer = pages.get_paginated_response(shapes.PeriodOut(page, many=True).data)
        answer.status_code = status
        return answer


class PeriodsRecomputed(IdempotentMixin, APIView):
    """POST follows the calendar."""

    pagination_class = Pages

    @extend_schema(operation_id="periods_recompute", request=None, responses=shapes.PeriodOut(many=True))
    def post(self, request: Request, cycle_id: int) -> Response:
        """Derive the days of all months that are not closed yet anew; answers with all periods."""
        cycles.recompute_periods(cycle_id=cycle_id, actor=actor_of(request), at=timezone.now())
        return Periods().answer(request, cycle_id, 200)


class CycleStart(IdempotentMixin, APIView):
    """POST starts the year."""

    @extend_schema(operation_id="cycles_start", request=None, responses=shapes.CycleOut)
    def post(self, request: Request, cycle_id: int) -> Response:
        """Every participant's letter must be signed on both sides; `rows` of a 409 name those that are not."""
        cycles.start_cycle(cycle_id=cycle_id, actor=actor_of(request), at=timezone.now())
        return _cycle(request, cycle_id)


class CycleLetters(IdempotentMixin, APIView):
    """POST drafts letters."""

    pagination_class = Pages

    @extend_schema(operation_id="letters_draft", request=None, responses={201: shapes.LetterOut(many=True)})
    def post(self, request: Request, cycle_id: int) -> Response:
        """Draft a letter for every participant that has none; answers with all letters of the year."""
        actor, pages = actor_of(request), Pages()
        letters.draft_letters(cycle_id=cycle_id, actor=actor, at=timezone.now())
        rows = pages.paginate_queryset(
            letter_selectors.letters_for(actor).filter(cycle_id=cycle_id), request, view=self
        )
        answer = pages.get_paginated_response(shapes.LetterOut(rows, many=True, context={"actor": actor}).data)
        answer.status_code = 201
        return answer


class Letters(APIView):
    """Target letters the caller may see."""

    pagination_class = Pages

    @extend_schema(operation_id="letters_list", parameters=[shapes.LetterQuery], responses=shapes.LetterOut(many=True))
    def get(self, request: Request) -> Response:
        """The bureau's all; an office's own, once the province has signed."""
        query = given(shapes.LetterQuery, request.query_params)
        actor, pages = actor_of(request), Pages()
        found = letter_selectors.letters_for(actor).filter(**query.filters())
        rows = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response(shapes.LetterOut(rows, many=True, context={"actor": actor}).data)


class LetterDetail(APIView):
    """One target letter."""

    @extend_schema(operation_id="letters_retrieve", responses=shapes.LetterDetailOut)
    def get(self, request: Request, letter_id: int) -> Response:
        """With a target per indicator and its milestones."""
        return _letter(request, letter_selectors.get_letter(actor_of(request), letter_id))


class LetterPlan(IdempotentMixin, APIView):
    """The year by months."""

    pagination_class = Pages

    @extend_schema(operation_id="letters_plan", responses=shapes.PlannedOut(many=True))
    def get(self, request: Request, letter_id: int) -> Response:
        """For each growing target what should be reached by the end of each month, and what was."""
        letter = letter_selectors.get_letter(actor_of(request), letter_id)
        pages = Pages()
        rows = pages.paginate_queryset(timeplan.plan_of(letter), request, view=self)
        return pages.get_paginated_response(shapes.PlannedOut(rows, many=True).data)

    @extend_schema(operation_id="letters_lay_months_down", request=shapes.PlanIn, responses=shapes.LetterDetailOut)
    def put(self, request: Request, letter_id: int) -> Response:
        """Lay the months of the named indicators down; agreed ends and months that have passed stand fast."""
        body, actor = validated(shapes.PlanIn, request.data), actor_of(request)
        rows = {row["code"]: row["months"] for row in body.pop("rows")}
        timeplan_usecases.lay_months_down(letter_id=letter_id, rows=rows, actor=actor, at=timezone.now(), **body)
        return _letter(request, letter_selectors.get_letter(actor, letter_id))


class LetterDocument(APIView):
    """The letter as an official document."""

    kind: Kind = "docx"

    def given(self, request: Request, letter_id: int) -> HttpResponse:
        letter = letter_selectors.get_letter(actor_of(request), letter_id)
        query = validated(shapes.EditionQuery, request.query_params)
        version = letter_selectors.get_version(letter, query.get("edition"))
        paper = letter_papers.paper_of(letter, version, at=timezone.now())
        return serving.document_response(paper, self.kind, letter_papers.name_of(letter, version))


class LetterDocx(LetterDocument):
    """The Word file."""

    @extend_schema(
        operation_id="letters_docx", parameters=[shapes.EditionQuery],
        responses={(200, MEDIA["docx"]): OpenApiResponse(OpenApiTypes.BINARY, "After GB/T 9704-2012.")},
    )  # fmt: skip
    def get(self, request: Request, letter_id: int) -> HttpResponse:
        """After GB/T 9704-2012; a signed version gives the same bytes whenever it is asked for."""
        return self.given(request, letter_id)


class LetterPdf(LetterDocument):
    """The PDF."""

    kind = "pdf"

    @extend_schema(
        operation_id="letters_pdf", parameters=[shapes.EditionQuery],
        responses={(200, MEDIA["pdf"]): OpenApiResponse(OpenApiTypes.BINARY, "PDF/A-2u with its fonts.")},
    )  # fmt: skip
    def get(self, request: Request, letter_id: int) -> HttpResponse:
        """PDF/A-2u; refused (422) where no font of the server shows a character of it."""
        return self.given(request, letter_id)


class Targets(IdempotentMixin, APIView):
    """PUT sets targets."""

    @extend_schema(operation_id="letters_set_targets", request=shapes.TargetsIn, responses=shapes.LetterDetailOut)
    def put(self, request: Request, letter_id: int) -> Response:
        """Set the given indicators' targets, all or nothing; `rows` of a 422 name every wrong figure."""
        body = validated(shapes.TargetsIn, request.data)
        letter = letters.save_targets(
            letter_id=letter_id, rows=[letters.TargetRow(**row) for row in body["rows"]],
            lock_version=body["lock_version"], actor=actor_of(request), at=timezone.now(),
        )  # fmt: skip
        return _letter(request, letter)


class Milestones(IdempotentMixin, APIView):
    """PUT sets milestones."""

    @extend_schema(operation_id="letters_set_milestones", request=shapes.MilestonesIn, responses=shapes.LetterDetailOut)
    def put(self, request: Request, letter_id: int, code: str) -> Response:
        """Replace the milestones of one indicator; an empty list clears them."""
        body = validated(shapes.MilestonesIn, request.data)
        letter = letters.set_milestones(
            letter_id=letter_id, indicator_code=code, lock_version=body["lock_version"],
            milestones=[(entry["name"], entry["due_on"]) for entry in body["milestones"]],
            actor=actor_of(request), at=timezone.now(),
        )  # fmt: skip
        return _letter(request, letter)


class Issue(IdempotentMixin, APIView):
    """POST signs for the province."""

    @extend_schema(operation_id="letters_issue", request=shapes.IssueIn, responses=shapes.LetterDetailOut)
    def post(self, request: Request, letter_id: int) -> Response:
        """By a leader of the province, who gives the password once more; the letter is closed to changes."""
        body = validated(shapes.IssueIn, request.data)
        policies.issue(actor_of(request), letter_selectors.get_letter(actor_of(request), letter_id))
        if problem := signatures.refused(request, body.pop("password")):
            return problem
        letter = letters.issue_letter(letter_id=letter_id, actor=actor_of(request), at=timezone.now(), **body)
        return _letter(request, letter)


class Withdraw(IdempotentMixin, APIView):
    """POST takes the province's signature back."""

    @extend_schema(operation_id="letters_withdraw", request=shapes.WithdrawIn, responses=shapes.LetterDetailOut)
    def post(self, request: Request, letter_id: int) -> Response:
        """As long as the office has not signed."""
        body = validated(shapes.WithdrawIn, request.data)
        letter = letters.withdraw_letter(letter_id=letter_id, actor=actor_of(request), at=timezone.now(), **body)
        return _letter(request, letter)


class Sign(IdempotentMixin, APIView):
    """POST signs for the office."""

    @extend_schema(operation_id="letters_sign", request=shapes.PasswordIn, responses=shapes.LetterDetailOut)
    def post(self, request: Request, letter_id: int) -> Response:
        """By a leader or issuer of the office, who gives the password once more; then nothing changes."""
        body = validated(shapes.PasswordIn, request.data)
        policies.sign(actor_of(request), letter_selectors.get_letter(actor_of(request), letter_id))
        if problem := signatures.refused(request, body.pop("password")):
            return problem
        letter = letters.sign_letter(letter_id=letter_id, actor=actor_of(request), at=timezone.now(), **body)
        return _letter(request, letter)


CYCLE = "cycles/<int:cycle_id>/"
LETTER = "letters/<int:letter_id>/"
urlpatterns = [
    path("cycles/", Cycles.as_view(), name="cycles"),
    path(CYCLE, CycleDetail.as_view(), name="cycle"),
    path(f"{CYCLE}participants/", Participants.as_view(), name="participants"),
    path(f"{CYCLE}difficulty/", Difficulty.as_view(), name="difficulty"),
    path(f"{CYCLE}difficulty/publish/", DifficultyPublish.as_view(), name="difficulty-publish"),
    path(f"{CYCLE}periods/", Periods.as_view(), name="periods"),
    path(f"{CYCLE}periods/recompute/", PeriodsRecomputed.as_view(), name="periods-recompute"),
    path(f"{CYCLE}start/", CycleStart.as_view(), name="cycle-start"),
    path(f"{CYCLE}letters/", CycleLetters.as_view(), name="cycle-letters"),
    path("letters/", Letters.as_view(), name="letters"),
    path(LETTER, LetterDetail.as_view(), name="letter"),
    path(f"{LETTER}plan/", LetterPlan.as_view(), name="letter-plan"),
    path(f"{LETTER}docx/", LetterDocx.as_view(), name="letter-docx"),
    path(f"{LETTER}pdf/", LetterPdf.as_view(), name="letter-pdf"),
    path(f"{LETTER}targets/", Targets.as_view(), name="letter-targets"),
    path(f"{LETTER}milestones/<slug:code>/", Milestones.as_view(), name="letter-milestones"),
    path(f"{LETTER}issue/", Issue.as_view(), name="letter-issue"),
    path(f"{LETTER}withdraw/", Withdraw.as_view(), name="letter-withdraw"),
    path(f"{LETTER}sign/", Sign.as_view(), name="letter-sign"),
]
