"""Dated rules of identity: passwords, locks, sessions. Pure functions of parameters."""
