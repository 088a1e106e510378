"""What is asked about the year's result, with the actor first."""
