"""Pure calculations of the wing."""
