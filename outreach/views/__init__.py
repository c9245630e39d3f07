"""Pages of the outreach wing: HTTP only."""
