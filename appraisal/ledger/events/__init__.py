"""The ledger's events, one module per noun: cycles, letters, reports, verification, adjustments, scores."""
