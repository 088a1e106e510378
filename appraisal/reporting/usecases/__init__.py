"""Verbs of the month: save, attach, detach, submit, send back, sign off. Page, API and commands call the same ones."""

from appraisal.reporting.usecases.evidence import Attached, attach_file, attach_to_many, detach_file, upload_evidence
from appraisal.reporting.usecases.fill import Entry, Saved, carry_over, save_value, save_values
from appraisal.reporting.usecases.hand_over import send_back, sign_off, submit_report

__all__ = [
    "Attached",
    "Entry",
    "Saved",
    "attach_file",
    "attach_to_many",
    "carry_over",
    "detach_file",
    "save_value",
    "save_values",
    "send_back",
    "sign_off",
    "submit_report",
    "upload_evidence",
]
