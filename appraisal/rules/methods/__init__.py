"""The scoring methods by name. A new method is a new module and one line here."""

from typing import Final

from appraisal.rules.methods.base import Rule, Status
from appraisal.rules.methods.events import Add, Deduct
from appraisal.rules.methods.formula import Formula
from appraisal.rules.methods.linear import Linear
from appraisal.rules.methods.manual import Manual
from appraisal.rules.methods.milestone import Milestone
from appraisal.rules.methods.panel import Panel
from appraisal.rules.methods.rank import Rank
from appraisal.rules.methods.ratio import InverseRatio, Ratio
from appraisal.rules.methods.steps import Steps
from appraisal.rules.methods.threshold import Threshold

METHODS: Final[dict[str, type[Rule]]] = {
    rule.method: rule
    for rule in (
        Ratio, InverseRatio, Steps, Linear, Threshold, Deduct, Add, Milestone, Rank, Panel, Formula, Manual,
    )
}  # fmt: skip

__all__ = ["METHODS", "Rule", "Status"]
