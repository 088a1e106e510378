"""Shapes of what people type; what may be done with it is decided by the use cases."""
