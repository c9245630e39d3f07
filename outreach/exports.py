"""Workbooks and documents beyond a list."""
