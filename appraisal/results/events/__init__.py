"""What happens to the year's result."""
