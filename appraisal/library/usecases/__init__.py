"""Verbs of templates: import, copy, edit, publish."""
