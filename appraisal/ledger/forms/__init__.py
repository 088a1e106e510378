"""The ledger's forms, one module per noun: cycles, letters, reports, verification, adjustments, scores."""
