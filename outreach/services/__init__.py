"""Every write of the outreach wing."""
