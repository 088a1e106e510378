"""SHARED: indicator templates, their versions and indicators with scoring rules."""
