"""Offices (the tenants), their people and roles; onboarding, schema upgrade, sign-in."""
