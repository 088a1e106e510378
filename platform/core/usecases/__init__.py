"""What the kernel itself does for people: the working-day calendar."""
