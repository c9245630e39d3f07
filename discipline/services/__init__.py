"""Every write of the wing."""
