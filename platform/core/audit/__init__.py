"""The audit chains: told apart when they were tampered with, anchored outside the database, handed out as files."""
