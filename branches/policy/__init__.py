"""Pure calculations on dates and counts; no Django."""
