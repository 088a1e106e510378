"""What is asked of inspections, with the actor first."""
