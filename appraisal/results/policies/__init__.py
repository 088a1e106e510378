"""Who may do what with the year's result."""
