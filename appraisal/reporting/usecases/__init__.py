"""Verbs of the month: save, attach, submit, send back, sign off."""
