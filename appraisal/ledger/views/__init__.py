"""The ledger's views, one module per noun: cycles, letters, reports, verification, adjustments, scores."""
