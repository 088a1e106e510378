"""Pages of responsibility lists."""
