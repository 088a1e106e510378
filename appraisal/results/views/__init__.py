"""Pages of the year's result."""
