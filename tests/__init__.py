"""Tests mirror the apps; house/ keeps the house rules and the access matrix, browser/ walks the journeys."""
