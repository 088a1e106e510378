"""Verbs of the ledger, one module per noun: cycles, letters, reports, verification, adjustments, objections, scores."""
