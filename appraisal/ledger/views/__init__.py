"""The ledger's views, one module per noun (cycles, letters, reports, verification, adjustments, objections, scores)."""
