"""Verbs of the month: save, also by sheet, attach, submit, send back, sign off. Page and API call the same ones."""

from appraisal.reporting.usecases.claims import save_claim, withdraw_claim
from appraisal.reporting.usecases.evidence import Attached, attach_file, attach_to_many, detach_file, upload_evidence
from appraisal.reporting.usecases.fill import Entry, Saved, carry_over, save_value, save_values
from appraisal.reporting.usecases.hand_over import send_back, sign_off, submit_report
from appraisal.reporting.usecases.round_trip import (
    MINE,
    THEIRS,
    Written,
    drop_book,
    read_book,
    take_in,
    token_of,
    write_book,
)

__all__ = [
    "MINE",
    "THEIRS",
    "Attached",
    "Entry",
    "Saved",
    "Written",
    "attach_file",
    "attach_to_many",
    "carry_over",
    "detach_file",
    "drop_book",
    "read_book",
    "save_claim",
    "save_value",
    "save_values",
    "send_back",
    "sign_off",
    "submit_report",
    "take_in",
    "token_of",
    "upload_evidence",
    "withdraw_claim",
    "write_book",
]
