"""The cross-tenant record. What is handed over is never edited: a correction is a new row."""

from appraisal.ledger.models.adjustments import Objection, ScoreAdjustment
from appraisal.ledger.models.amendments import Amendment
from appraisal.ledger.models.changes import LetterChange
from appraisal.ledger.models.claims import FactClaim
from appraisal.ledger.models.consultations import Consultation, ConsultedFigure
from appraisal.ledger.models.cycle import Cycle, Participant, Period, Reopening
from appraisal.ledger.models.decisions import DecisionDocument
from appraisal.ledger.models.decompositions import Decomposition
from appraisal.ledger.models.further import FurtherAppeal
from appraisal.ledger.models.letters import DocumentSeries, LetterVersion, Target, TargetLetter, TargetMilestone
from appraisal.ledger.models.panels import PanelSeat, PanelVote
from appraisal.ledger.models.plans import MonthPlan
from appraisal.ledger.models.reports import CurrentValue, Report, ReportedValue, Verification
from appraisal.ledger.models.scans import LetterScan
from appraisal.ledger.models.scores import PeerChange, Scorecard, ScoreLine, ScoreRun
from appraisal.ledger.models.statements import DeductionStatement, StatementReceipt
from appraisal.ledger.models.ties import Tie
from appraisal.ledger.models.warnings import EarlyWarning

__all__ = [
    "Amendment",
    "Consultation",
    "ConsultedFigure",
    "CurrentValue",
    "Cycle",
    "DecisionDocument",
    "Decomposition",
    "DeductionStatement",
    "DocumentSeries",
    "EarlyWarning",
    "FactClaim",
    "FurtherAppeal",
    "LetterChange",
    "LetterScan",
    "LetterVersion",
    "MonthPlan",
    "Objection",
    "PanelSeat",
    "PanelVote",
    "Participant",
    "PeerChange",
    "Period",
    "Reopening",
    "Report",
    "ReportedValue",
    "ScoreAdjustment",
    "ScoreLine",
    "ScoreRun",
    "Scorecard",
    "StatementReceipt",
    "Target",
    "TargetLetter",
    "TargetMilestone",
    "Tie",
    "Verification",
]
