"""Database engine `core.postgres`: django-tenants' backend with a transaction-scoped, fail-closed office switch."""
