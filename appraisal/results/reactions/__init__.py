"""What happens elsewhere and concerns the year's result."""
