"""What a year comes to: own scores, calculations, and results that are never edited once they are public."""

from appraisal.results.models.outcome import NoticeObjection, ResultLine, YearResult
from appraisal.results.models.own import SelfAppraisal, SelfScore
from appraisal.results.models.paper_forms import PaperForm
from appraisal.results.models.uses import ResultUse
from appraisal.results.models.years import YearCard, YearRun

__all__ = [
    "NoticeObjection",
    "PaperForm",
    "ResultLine",
    "ResultUse",
    "SelfAppraisal",
    "SelfScore",
    "YearCard",
    "YearResult",
    "YearRun",
]
