"""The ledger's policies, one module per noun: cycles, letters, reports, verification, adjustments, scores."""
