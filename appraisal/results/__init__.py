"""The year's result: self-appraisals, the year's calculation, its proposal, notice and lock."""
