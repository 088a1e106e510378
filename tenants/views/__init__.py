"""Pages of the portal, of one's account and of an office's administration."""
