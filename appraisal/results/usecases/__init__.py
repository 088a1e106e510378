"""What people and jobs do with the year's result."""
