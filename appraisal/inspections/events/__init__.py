"""What happened in inspections."""
