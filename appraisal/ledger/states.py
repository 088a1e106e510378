"""The lives of a cycle, its amendment, a letter and its change, a consultation, a value, a run, an objection, …"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CycleState(models.TextChoices):
    PREPARING = "PREPARING", _("准备中")
    RUNNING = "RUNNING", _("进行中")
    CLOSED = "CLOSED", _("已结束")


class LetterState(models.TextChoices):
    DRAFT = "DRAFT", _("草拟")
    ISSUED = "ISSUED", _("省级已签")
    SIGNED = "SIGNED", _("双方已签")


class ConsultationState(models.TextChoices):
    """Named by the step that was sent last: up (一上), down (一下), up again (二上), down for good (二下)."""

    OPEN = "OPEN", _("待一上")
    FIRST = "FIRST", _("一上已报")
    CONTROL = "CONTROL", _("一下已达")
    SECOND = "SECOND", _("二上已报")
    FINAL = "FINAL", _("二下已定")


class LetterChangeState(models.TextChoices):
    APPLIED = "APPLIED", _("待批准")
    APPROVED = "APPROVED", _("已批准")
    REFUSED = "REFUSED", _("不批准")
    WITHDRAWN = "WITHDRAWN", _("已撤回")


class ValueState(models.TextChoices):
    SUBMITTED = "SUBMITTED", _("待审核")
    RETURNED = "RETURNED", _("已退回")
    VERIFIED = "VERIFIED", _("已核验")


class RunState(models.TextChoices):
    RUNNING = "RUNNING", _("计算中")
    DONE = "DONE", _("已算出")
    PUBLISHED = "PUBLISHED", _("已核定")
    FAILED = "FAILED", _("失败")


class ObjectionState(models.TextChoices):
    OPEN = "OPEN", _("复核中")
    UPHELD = "UPHELD", _("异议成立")
    REJECTED = "REJECTED", _("维持原分")


class FurtherAppealState(models.TextChoices):
    OPEN = "OPEN", _("委员会审议中")
    UPHELD = "UPHELD", _("再申诉成立")
    REJECTED = "REJECTED", _("维持复核决定")


class ClaimState(models.TextChoices):
    """Of another figure that an office claims beside the one a ledger published."""

    OPEN = "OPEN", _("待核定")
    ACCEPTED = "ACCEPTED", _("采用另报数")
    UPHELD = "UPHELD", _("维持台账数")


class WarningState(models.TextChoices):
    ISSUED = "ISSUED", _("待答复")
    ANSWERED = "ANSWERED", _("已报措施")
    CLOSED = "CLOSED", _("已办结")
    WITHDRAWN = "WITHDRAWN", _("已撤销")


class AmendmentState(models.TextChoices):
    PROPOSED = "PROPOSED", _("待批准")
    IN_FORCE = "IN_FORCE", _("已生效")
    WITHDRAWN = "WITHDRAWN", _("已撤回")
    UNDONE = "UNDONE", _("已回退")


TRANSITIONS: dict[type[models.TextChoices], dict[str, frozenset[str]]] = {
    CycleState: {
        CycleState.PREPARING: frozenset({CycleState.RUNNING}),
        CycleState.RUNNING: frozenset({CycleState.CLOSED}),
        CycleState.CLOSED: frozenset(),
    },
    LetterState: {
        LetterState.DRAFT: frozenset({LetterState.ISSUED}),
        LetterState.ISSUED: frozenset({LetterState.SIGNED, LetterState.DRAFT}),
        LetterState.SIGNED: frozenset(),
    },
    ConsultationState: {
        ConsultationState.OPEN: frozenset({ConsultationState.FIRST}),
        ConsultationState.FIRST: frozenset({ConsultationState.CONTROL}),
        ConsultationState.CONTROL: frozenset({ConsultationState.SECOND}),
        ConsultationState.SECOND: frozenset({ConsultationState.FINAL}),
        ConsultationState.FINAL: frozenset(),
    },
    LetterChangeState: {
        LetterChangeState.APPLIED: frozenset(
            {LetterChangeState.APPROVED, LetterChangeState.REFUSED, LetterChangeState.WITHDRAWN}
        ),
        LetterChangeState.APPROVED: frozenset(),
        LetterChangeState.REFUSED: frozenset(),
        LetterChangeState.WITHDRAWN: frozenset(),
    },
    ValueState: {
        ValueState.SUBMITTED: frozenset({ValueState.RETURNED, ValueState.VERIFIED}),
        ValueState.RETURNED: frozenset({ValueState.SUBMITTED}),
        ValueState.VERIFIED: frozenset({ValueState.RETURNED}),
    },
    RunState: {
        RunState.RUNNING: frozenset({RunState.DONE, RunState.FAILED}),
        RunState.DONE: frozenset({RunState.PUBLISHED}),
        RunState.PUBLISHED: frozenset(),
        RunState.FAILED: frozenset(),
    },
    ObjectionState: {
        ObjectionState.OPEN: frozenset({ObjectionState.UPHELD, ObjectionState.REJECTED}),
        ObjectionState.UPHELD: frozenset(),
        ObjectionState.REJECTED: frozenset(),
    },
    FurtherAppealState: {
        FurtherAppealState.OPEN: frozenset({FurtherAppealState.UPHELD, FurtherAppealState.REJECTED}),
        FurtherAppealState.UPHELD: frozenset(),
        FurtherAppealState.REJECTED: frozenset(),
    },
    ClaimState: {
        ClaimState.OPEN: frozenset({ClaimState.ACCEPTED, ClaimState.UPHELD}),
        # the verifier decides otherwise before publication; a new fact of the ledger opens what was accepted again
        ClaimState.ACCEPTED: frozenset({ClaimState.UPHELD, ClaimState.OPEN}),
        ClaimState.UPHELD: frozenset({ClaimState.ACCEPTED}),
    },
    WarningState: {
        WarningState.ISSUED: frozenset({WarningState.ANSWERED, WarningState.WITHDRAWN}),
        WarningState.ANSWERED: frozenset({WarningState.ISSUED, WarningState.CLOSED}),
        WarningState.CLOSED: frozenset(),
        WarningState.WITHDRAWN: frozenset(),
    },
    AmendmentState: {
        AmendmentState.PROPOSED: frozenset({AmendmentState.IN_FORCE, AmendmentState.WITHDRAWN}),
        AmendmentState.IN_FORCE: frozenset({AmendmentState.UNDONE}),
        AmendmentState.WITHDRAWN: frozenset(),
        AmendmentState.UNDONE: frozenset(),
    },
}
