"""Who may do what in inspections, and why not."""
