"""The shape of input of the outreach wing."""
