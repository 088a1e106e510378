"""TENANT: an office's drafts of its monthly report, with county lines and evidence."""
