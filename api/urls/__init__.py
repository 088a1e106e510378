"""URLs of the portal and of an office."""
