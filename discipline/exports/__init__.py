"""Files beyond a list."""
