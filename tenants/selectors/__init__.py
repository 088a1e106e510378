"""Offices, people and roles, asked with the actor first."""

from tenants.selectors.access import (
    actor_for,
    division_label,
    office_by_host,
    office_by_path,
    offices_of,
    oneself,
    other_accounts,
)

__all__ = ["actor_for", "division_label", "office_by_host", "office_by_path", "offices_of", "oneself", "other_accounts"]
