"""TENANT tables: private until the leader signs; no other office's role can reach them."""

from appraisal.reporting.models.book import Book
from appraisal.reporting.models.draft import CountyLine, DraftEvidence, DraftValue, MonthlyDraft

__all__ = ["Book", "CountyLine", "DraftEvidence", "DraftValue", "MonthlyDraft"]
