"""The API: thin resources over the use cases; no models but tokens."""
