"""Tests mirror the apps; house/ keeps the house rules, isolation/ the walls, browser/ the journeys."""
