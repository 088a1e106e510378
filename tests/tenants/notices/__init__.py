"""Reminders: who is told of what and when, once; nobody of what is done; what leaves the house, and what may not."""
