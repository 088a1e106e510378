"""What is done in inspections; pages and API call the same functions."""
