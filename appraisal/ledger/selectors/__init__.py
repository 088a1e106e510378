"""The ledger's selectors, one module per noun: cycles, letters, reports, verification, adjustments, scores."""
