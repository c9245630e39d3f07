"""Reads of the outreach wing."""
