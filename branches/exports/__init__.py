"""Workbooks beyond a list."""
