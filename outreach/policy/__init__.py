"""Pure rules of the outreach wing."""
