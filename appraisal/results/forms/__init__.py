"""Forms of the year's result."""
