"""Journeys, accessibility and screenshots in a real browser, against a server process with a small world of its own."""
