"""The lists of the outreach wing."""
